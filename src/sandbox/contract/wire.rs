//! What carries a request to the server and a bounded answer back.
//!
//! Sockets treat a server as a box does: no redirect is followed, no proxy used, and no more read than the limit.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Request};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// How long a connection may take, as on a box.
const CONNECT_TIME: Duration = Duration::from_secs(3);
/// How long an answer may take, as on a box.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// The way to the server. A test brings a way of its own.
pub trait Wire: Send + Sync {
    /// Carries a request, and no more than `limit` bytes of the answer's body.
    fn carry(&self, request: Request<Bytes>, limit: usize) -> Carried;
}

/// An answer on its way.
pub type Carried = Pin<Box<dyn Future<Output = Result<Received, Lost>> + Send>>;

/// What arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why no whole answer arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lost {
    /// There is no connection: the name, the port or the certificate is wrong.
    Unreachable(String),
    /// The connection ended, or what came was not HTTP.
    Interrupted(String),
    /// Nothing came in time.
    Timeout,
    /// The body is larger than the limit.
    TooLarge,
}

/// The check cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The trusted certificates cannot be used.
    #[error("the trusted certificates cannot be read: {0}")]
    Certificates(String),
    /// The HTTP client refuses to start.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}

/// Real sockets.
#[derive(Debug, Clone)]
pub struct Sockets(reqwest::Client);

impl Sockets {
    /// Trusts the public roots, as a box does, and the certificates of `ca_pem`.
    ///
    /// # Errors
    ///
    /// The certificates are not in PEM, or the client cannot start.
    pub fn new(ca_pem: Option<&[u8]>) -> Result<Self, SetupError> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(ca_pem)?)
            .user_agent(concat!("bonus-contract-check/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIME)
            .timeout(ANSWER_TIME)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .http1_only()
            .build();
        client.map(Self).map_err(SetupError::Client)
    }
}

fn tls(ca_pem: Option<&[u8]>) -> Result<ClientConfig, SetupError> {
    // An error means that a provider was chosen before, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = ca_pem {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| SetupError::Certificates(error.to_string()))?;
            roots.add(certificate).map_err(|error| SetupError::Certificates(error.to_string()))?;
        }
        if roots.len() == before {
            return Err(SetupError::Certificates("no certificate in the file".to_owned()));
        }
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

impl Wire for Sockets {
    fn carry(&self, request: Request<Bytes>, limit: usize) -> Carried {
        let client = self.0.clone();
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(|error| Lost::Interrupted(chain(&error)))?;
            let mut response = client.execute(request).await.map_err(lost)?;
            if response.content_length().is_some_and(|announced| announced > limit as u64) {
                return Err(Lost::TooLarge);
            }
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(lost)? {
                if chunk.len() > limit.saturating_sub(body.len()) {
                    return Err(Lost::TooLarge);
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Received { status, headers, body: body.into() })
        })
    }
}

fn lost(error: reqwest::Error) -> Lost {
    // The address may hold a token.
    let error = error.without_url();
    if error.is_timeout() && !error.is_connect() {
        Lost::Timeout
    } else if error.is_connect() {
        Lost::Unreachable(chain(&error))
    } else {
        Lost::Interrupted(chain(&error))
    }
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

impl std::fmt::Display for Lost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreachable(why) => write!(formatter, "no connection: {why}"),
            Self::Interrupted(why) => write!(formatter, "the answer broke off: {why}"),
            Self::Timeout => formatter.write_str("no answer in 10 seconds"),
            Self::TooLarge => formatter.write_str("the answer is larger than a box reads"),
        }
    }
}
