//! The options of a client, and what can be wrong with them.

use std::time::Duration;

use url::{Host, Url};

use super::names::is_this_machine;
use crate::domain::Language;

/// Where the bonus API is and how patient the client is.
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The address that `/v1/...` and `/oauth/...` are appended to.
    pub base_url: Url,
    /// Whether plain HTTP to other machines is allowed.
    pub allow_insecure: bool,
    /// More trusted certificates, in PEM; the public ones are always trusted.
    pub ca_pem: Option<Vec<u8>>,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long a whole call may take, retries included.
    pub timeout: Duration,
    /// How long to wait before the first retry; doubled before the second.
    pub retry_delay: Duration,
    /// The language of titles and texts.
    pub language: Language,
}

impl ClientOptions {
    /// The contract's limits for the API at `base_url`.
    pub fn new(base_url: Url) -> Self {
        Self {
            base_url,
            allow_insecure: false,
            ca_pem: None,
            connect_timeout: Duration::from_secs(3),
            timeout: Duration::from_secs(10),
            retry_delay: Duration::from_millis(250),
            language: Language::default(),
        }
    }

    /// Refuses an address that would send a token in the clear over a network.
    pub(crate) fn check_address(&self) -> Result<(), ClientError> {
        if self.base_url.host().is_none() {
            return Err(ClientError::Address);
        }
        match self.base_url.scheme() {
            "https" => Ok(()),
            "http" if is_loopback(&self.base_url) || self.allow_insecure => Ok(()),
            "http" => Err(ClientError::Insecure),
            _ => Err(ClientError::Address),
        }
    }
}

/// Whether an address never leaves this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_this_machine(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Why a client cannot be made; each is a mistake in the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not one of a web service.
    #[error("the API address is not an http or https address with a host")]
    Address,
    /// The address would send tokens in the clear.
    #[error("the API address is plain http and not on this machine; use https or allow it with api.allow_insecure")]
    Insecure,
    /// The trusted certificates cannot be used.
    #[error("the trusted certificates cannot be read: {0}")]
    Certificates(String),
    /// The HTTP machinery refuses to start.
    #[error("the HTTP client cannot be set up")]
    Setup(#[source] Box<dyn std::error::Error + Send + Sync>),
}
