//! Certificates: which servers the client trusts.
//!
//! Trust is the public roots compiled in, as a box may have no certificate store, and what the
//! operator adds.

use std::sync::Once;

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

/// Checks the certificates that an operator adds, before a client is made with them.
///
/// # Errors
/// It is no PEM, holds no certificate, or one that cannot be trusted.
pub fn check_certificates(pem: &[u8]) -> Result<(), ClientError> {
    config(Some(pem)).map(|_| ())
}

/// Chooses ring for the whole process; without a choice rustls panics.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that a provider was chosen before, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
