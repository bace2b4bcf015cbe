//! Which [`FailureKind`] an error of the network or an unwelcome answer is.
//!
//! Errors are told apart by type along their chain of sources, never by their text.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use super::names::NameNotFound;
use crate::domain::FailureKind;

/// What an error of the HTTP client means to a viewer.
pub(super) fn kind_of(error: &reqwest::Error) -> FailureKind {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut known = None;
    while let Some(current) = cause {
        // The innermost known cause wins.
        known = kind_of_cause(current).or(known);
        cause = cause_of(current);
    }
    // An unresolved name is a fault of the network, also after a timeout.
    if error.is_timeout() && known != Some(FailureKind::NoAddress) {
        return FailureKind::Timeout;
    }
    known.unwrap_or(if error.is_connect() { FailureKind::NoConnection } else { FailureKind::Interrupted })
}

fn kind_of_cause(cause: &(dyn Error + 'static)) -> Option<FailureKind> {
    if cause.is::<NameNotFound>() {
        return Some(FailureKind::NoAddress);
    }
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(kind_of_tls(error));
    }
    if let Some(error) = cause.downcast_ref::<hyper::Error>() {
        return kind_of_http(error);
    }
    kind_of_io(cause.downcast_ref::<io::Error>()?.kind())
}

/// The next cause. An I/O error passes over the error it wraps when asked for its source, and TLS
/// errors arrive wrapped so, even twice.
fn cause_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn kind_of_tls(error: &rustls::Error) -> FailureKind {
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => FailureKind::Clock,
        // A certificate for another name, perhaps that of a network's sign-in page.
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => FailureKind::WrongServer,
        _ => FailureKind::Tls,
    }
}

fn kind_of_http(error: &hyper::Error) -> Option<FailureKind> {
    if error.is_parse() {
        Some(FailureKind::Malformed)
    } else if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        Some(FailureKind::Interrupted)
    } else {
        None
    }
}

fn kind_of_io(kind: io::ErrorKind) -> Option<FailureKind> {
    match kind {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::NetworkDown
        | io::ErrorKind::AddrNotAvailable => Some(FailureKind::NoConnection),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::NotConnected
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(FailureKind::Interrupted),
        io::ErrorKind::TimedOut => Some(FailureKind::Timeout),
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Some(FailureKind::Malformed),
        _ => None,
    }
}
