//! Signing in with a second device (OAuth 2.0 device authorization grant, RFC 8628).

use std::time::Duration;

use super::Secret;

/// What the server gives a box that wants to sign in.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceCode {
    /// The box's half; never shown.
    pub device_code: Secret,
    /// The member's half, shown large.
    pub user_code: String,
    /// The address to open on a phone.
    pub verification_uri: String,
    /// The address with the code in it, for the QR code.
    pub verification_uri_complete: String,
    /// For how long the code works.
    pub expires_in: Duration,
    /// How long to wait between two questions.
    pub interval: Duration,
}

/// The answer to "has the member confirmed?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInPoll {
    /// Not yet.
    Pending,
    /// Not yet, and ask less often.
    SlowDown,
    /// Yes; the client keeps the tokens.
    Granted,
    /// Somebody confirmed, and is not the member who was to do it; only for a confirmation.
    OtherMember,
    /// The member said no.
    Denied,
    /// The code is too old.
    Expired,
}
