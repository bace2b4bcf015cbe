//! What can go wrong between the box and the bonus API, one kind per thing a viewer can do about it.

use std::time::Duration;

use super::Refusal;

/// A request that brought no answer of use.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What happened.
    pub kind: FailureKind,
    /// The server's id of the answer, for support.
    pub request_id: Option<String>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// A failure of which only the kind is known.
    pub fn new(kind: FailureKind) -> Self {
        Self { kind, request_id: None, retry_after: None }
    }

    /// Whether the link or the service is at fault; otherwise the service understood and said no.
    pub fn is_outage(&self) -> bool {
        match self.kind {
            FailureKind::NoAddress
            | FailureKind::NoConnection
            | FailureKind::Timeout
            | FailureKind::Interrupted
            | FailureKind::Tls
            | FailureKind::Clock
            | FailureKind::CaptivePortal
            | FailureKind::Malformed
            | FailureKind::TooLarge
            | FailureKind::RateLimited
            | FailureKind::Unavailable
            | FailureKind::InProgress
            | FailureKind::Server { .. } => true,
            FailureKind::Unauthorized | FailureKind::NotFound | FailureKind::Refused(_) => false,
        }
    }

    /// Whether a later try may succeed with nobody changing anything.
    pub fn is_transient(&self) -> bool {
        let is_lasting =
            matches!(self.kind, FailureKind::Tls | FailureKind::Clock | FailureKind::Malformed | FailureKind::TooLarge);
        self.is_outage() && !is_lasting
    }
}

/// The kinds of failure; each has its own words and its own short code on the screen.
#[derive(Debug, Clone, PartialEq)]
pub enum FailureKind {
    /// The server's name was not found.
    NoAddress,
    /// The connection was refused or the network is unreachable.
    NoConnection,
    /// No answer in time.
    Timeout,
    /// The connection broke in the middle of the answer.
    Interrupted,
    /// The server's certificate is not trusted.
    Tls,
    /// The certificate's dates and the box's clock disagree.
    Clock,
    /// A sign-in page of some network came instead of the service.
    CaptivePortal,
    /// The answer is not what the contract says.
    Malformed,
    /// The answer is larger than the box takes.
    TooLarge,
    /// Too many requests.
    RateLimited,
    /// The service is down for a while.
    Unavailable,
    /// The same order is still being worked on.
    InProgress,
    /// The service failed.
    Server {
        /// The HTTP status.
        status: u16,
    },
    /// The sign-in is no longer valid.
    Unauthorized,
    /// What was asked for does not exist.
    NotFound,
    /// The service understood and refused, with causes.
    Refused(Refusal),
}
