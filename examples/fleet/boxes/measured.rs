//! What a load measures.

use std::collections::BTreeMap;
use std::time::Duration;

use bonus_tv::core::Request;

/// What was measured.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// The curve.
    pub rows: Vec<Row>,
    /// Boxes that were switched on.
    pub started: usize,
    /// Boxes that have been told all three things of a start.
    pub served: usize,
    /// When the last of them was.
    pub last: Duration,
    /// From question to answer as a box sees it, its client's own retries included, sorted.
    pub answered: BTreeMap<Kind, Vec<Duration>>,
    /// Questions without an answer of use.
    pub failed: BTreeMap<(Kind, String), u64>,
    /// Requests that would have changed something and were not sent.
    pub withheld: u64,
}

/// A row of the curve.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Boxes that were switched on.
    pub started: usize,
    /// Requests that were sent.
    pub asked: u64,
    /// Times of those that were answered.
    pub answered: Vec<Duration>,
    /// Requests that failed.
    pub failed: u64,
    /// Boxes that were served.
    pub served: usize,
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The first of a start.
    Account,
    /// What the member holds.
    Entitlements,
    /// A page of the catalogue.
    Catalog,
    /// Everything that a viewer opens.
    Other,
}

impl Kind {
    /// What a request that only reads is about; `None` for one that changes something.
    pub fn of(request: &Request) -> Option<Self> {
        match request {
            Request::Account => Some(Self::Account),
            Request::Entitlements => Some(Self::Entitlements),
            Request::Catalog { .. } => Some(Self::Catalog),
            Request::Terms
            | Request::FindExchange(_)
            | Request::Ledger { .. }
            | Request::Exchanges { .. }
            | Request::EarningRules => Some(Self::Other),
            Request::StartSignIn
            | Request::PollSignIn { .. }
            | Request::ConfirmMember { .. }
            | Request::Enrol { .. }
            | Request::Exchange(_)
            | Request::SetRenewal { .. }
            | Request::SignOut => None,
        }
    }
}
