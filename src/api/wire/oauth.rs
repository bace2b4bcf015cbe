//! The device authorization grant (RFC 8628) and token answers (RFC 6749).
//!
//! Identity servers are many and old. The box needs few fields of their answers, and only those make one unusable.

use std::time::Duration;

use super::value::{Code, Int, Opaque, Text, Token, is_web_address, object};
use crate::domain::{DeviceCode, Secret};

/// For how long a code works if the server does not say, though RFC 8628 wants it to.
const USUAL_LIFE: Duration = Duration::from_secs(900);
/// RFC 8628: 5 seconds between two questions if the server does not say.
const USUAL_INTERVAL: Duration = Duration::from_secs(5);
/// The longest address that is still shown whole.
const LONGEST_SHOWN: usize = 200;

object! {
    pub(in crate::api) struct Device {
        needed {
            device_code: Opaque,
            user_code: Code<32>,
        }
        verification_uri: Option<Opaque>,
        // The field's name in drafts of the standard.
        verification_url: Option<Opaque>,
        verification_uri_complete: Option<Opaque>,
        verification_url_complete: Option<Opaque>,
        expires_in: Option<Int<i64>>,
        interval: Option<Int<i64>>,
    }
}

impl Device {
    /// The code, or `None` if a viewer could do nothing with it.
    pub fn into_domain(self) -> Option<DeviceCode> {
        let address = |address: &Opaque| is_web_address(&address.0);
        let complete = self.verification_uri_complete.or(self.verification_url_complete).filter(address);
        let short = self.verification_uri.or(self.verification_url).filter(address);
        // The complete address leads to the same page, with the code already filled in.
        let short = short.or_else(|| complete.clone()).filter(|address| address.0.len() <= LONGEST_SHOWN)?;
        let complete = complete.unwrap_or_else(|| short.clone());
        Some(DeviceCode {
            device_code: Secret::new(self.device_code.0),
            user_code: self.user_code.0,
            verification_uri: short.0,
            verification_uri_complete: complete.0,
            expires_in: seconds(self.expires_in).unwrap_or(USUAL_LIFE).clamp(Duration::from_secs(1), DAY),
            interval: seconds(self.interval).unwrap_or(USUAL_INTERVAL).clamp(Duration::from_secs(1), MINUTE),
        })
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);
/// The longest life of a token that is believed.
const YEAR: Duration = Duration::from_secs(365 * 86_400);

/// A number of seconds; a negative one counts as absent.
fn seconds(number: Option<Int<i64>>) -> Option<Duration> {
    number.and_then(|number| u64::try_from(number.0).ok()).map(Duration::from_secs)
}

object! {
    /// A token answer. Which of the tokens are needed depends on the grant.
    pub(in crate::api) struct Tokens {
        needed {}
        pub access_token: Option<Token>,
        pub refresh_token: Option<Token>,
        expires_in: Option<Int<i64>>,
    }
}

impl Tokens {
    /// How long the access token lives, if the server says so.
    pub fn life(&self) -> Option<Duration> {
        seconds(self.expires_in).filter(|life| !life.is_zero()).map(|life| life.min(YEAR))
    }
}

object! {
    /// An OAuth error answer.
    pub(in crate::api) struct OauthError {
        needed {
            pub error: Text<64>,
        }
    }
}
