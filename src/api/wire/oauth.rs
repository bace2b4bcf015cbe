//! The device authorization grant (RFC 8628) and token answers (RFC 6749).

use std::time::Duration;

use serde::Deserialize;

use super::value::{Opaque, Text, is_web_address};
use crate::domain::{DeviceCode, Secret};

#[derive(Deserialize)]
pub(in crate::api) struct Device {
    device_code: Opaque,
    user_code: Text<32>,
    verification_uri: Opaque,
    #[serde(default)]
    verification_uri_complete: Option<Opaque>,
    expires_in: u64,
    #[serde(default)]
    interval: Option<u64>,
}

impl Device {
    /// The code, or `None` if a viewer could do nothing with it.
    pub fn into_domain(self) -> Option<DeviceCode> {
        let complete = self.verification_uri_complete.unwrap_or_else(|| self.verification_uri.clone());
        let is_usable =
            !self.user_code.0.is_empty() && is_web_address(&self.verification_uri.0) && is_web_address(&complete.0);
        is_usable.then(|| DeviceCode {
            device_code: Secret::new(self.device_code.0),
            user_code: self.user_code.0,
            verification_uri: self.verification_uri.0,
            verification_uri_complete: complete.0,
            expires_in: Duration::from_secs(self.expires_in.clamp(1, 86_400)),
            // RFC 8628: 5 seconds if the server does not say.
            interval: Duration::from_secs(self.interval.unwrap_or(5).clamp(1, 60)),
        })
    }
}

#[derive(Deserialize)]
pub(in crate::api) struct Token {
    pub access_token: Opaque,
    #[serde(default)]
    pub expires_in: Option<u32>,
    #[serde(default)]
    pub refresh_token: Option<Opaque>,
}

/// An OAuth error answer.
#[derive(Deserialize)]
pub(in crate::api) struct OauthError {
    pub error: Text<64>,
}
