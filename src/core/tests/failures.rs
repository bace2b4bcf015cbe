//! One failure of each kind, for the journeys that meet them all.

use crate::domain::{FailureKind, Refusal};

/// One failure of each kind.
pub(crate) fn every_failure() -> Vec<FailureKind> {
    vec![
        FailureKind::NoAddress,
        FailureKind::NoConnection,
        FailureKind::Timeout,
        FailureKind::Interrupted,
        FailureKind::Tls,
        FailureKind::Clock,
        FailureKind::CaptivePortal,
        FailureKind::WrongServer,
        FailureKind::Malformed,
        FailureKind::TooLarge,
        FailureKind::RateLimited,
        FailureKind::Unavailable,
        FailureKind::InProgress,
        FailureKind::Server { status: 500 },
        FailureKind::Unauthorized,
        FailureKind::NotFound,
        FailureKind::Refused(Refusal { code: "2011".to_owned(), reasons: Vec::new(), request_id: None }),
    ]
}
