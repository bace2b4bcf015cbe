//! Names and certificates: whom the client asks for addresses and whom it trusts.
//!
//! Trust is the public roots compiled in, as a box may have no certificate store, and what the
//! operator adds.

use std::sync::{Arc, Once};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::options::ClientError;

/// The TLS setup with the public roots and the operator's.
pub(super) fn config(ca_pem: Option<&[u8]>) -> Result<ClientConfig, ClientError> {
    install_provider();
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = ca_pem {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| ClientError::Certificates(error.to_string()))?;
            roots.add(certificate).map_err(|error| ClientError::Certificates(error.to_string()))?;
        }
        if roots.len() == before {
            return Err(ClientError::Certificates("no certificate in the file".to_owned()));
        }
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// Says what is wrong with certificates that an operator adds, before anything is built on them.
pub fn check_certificates(pem: &[u8]) -> Result<(), ClientError> {
    config(Some(pem)).map(|_| ())
}

/// Chooses ring for the whole process; without a choice rustls panics.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that somebody chose a provider before, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// The system's resolver, with an error of its own so that a name that is not found can be told
/// from a connection that fails.
pub(super) struct SystemResolver;

/// A server name without an address.
#[derive(Debug, thiserror::Error)]
#[error("the server's name was not found")]
pub(super) struct NameNotFound(#[source] std::io::Error);

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        Box::pin(async move {
            // Port 0 is replaced by the port of the address.
            match tokio::net::lookup_host((host, 0)).await {
                Ok(addresses) => {
                    let found: Vec<_> = addresses.collect();
                    Ok(Box::new(found.into_iter()) as Addrs)
                }
                Err(error) => Err(NameNotFound(error).into()),
            }
        })
    }
}

/// The resolver as the HTTP client takes it.
pub(super) fn resolver() -> Arc<SystemResolver> {
    Arc::new(SystemResolver)
}
