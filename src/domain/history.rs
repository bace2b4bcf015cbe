//! The past: ledger entries, earlier exchanges, and the rules by which points are earned.

use chrono::{DateTime, Utc};

use super::{Exchange, ExchangeId, Points, PointsChange, StatusCode};

/// One line of the points ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerEntry {
    /// Its id.
    pub id: String,
    /// When it was posted.
    pub at: DateTime<Utc>,
    /// The signed amount.
    pub amount: PointsChange,
    /// The balance it left, if that is known.
    pub balance_after: Option<Points>,
    /// What sort of entry it is.
    pub entry_type: EntryType,
    /// What for.
    pub reason: AccrualReason,
    /// The server's own words; may be empty.
    pub title: String,
    /// When these points burn.
    pub expires_at: Option<DateTime<Utc>>,
    /// The exchange that spent them.
    pub exchange_id: Option<ExchangeId>,
}

/// What sort of ledger entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryType {
    /// Points arrived.
    Accrual,
    /// Points were spent.
    Exchange,
    /// Points burned.
    Expiry,
    /// The operator corrected something, or a sort this version does not know.
    Adjustment,
}

/// Why points came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccrualReason {
    /// Joining the programme.
    Joining,
    /// E-mail bill delivery.
    EmailBill,
    /// A fully filled profile.
    Profile,
    /// A survey.
    Survey,
    /// A birthday.
    Birthday,
    /// A payment for services.
    Payment,
    /// A top-up.
    TopUp,
    /// An exchange.
    Exchange,
    /// Points that burned.
    Expiry,
    /// A correction.
    Adjustment,
    /// One this version does not know.
    Other,
}

/// One page of the ledger, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerPage {
    /// Its entries.
    pub entries: Vec<LedgerEntry>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// One page of exchanges, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangePage {
    /// Its exchanges.
    pub exchanges: Vec<Exchange>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// A way to earn points.
#[derive(Debug, Clone, PartialEq)]
pub struct EarningRule {
    /// Its id.
    pub id: String,
    /// What to do.
    pub title: String,
    /// The least it gives, if fixed amounts are known.
    pub points_min: Option<Points>,
    /// The most it gives.
    pub points_max: Option<Points>,
    /// When the points arrive and other fine print; may be empty.
    pub note: String,
    /// Whether this member has used it up.
    pub is_done: bool,
}

/// A status and what it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusRule {
    /// Which status.
    pub code: StatusCode,
    /// Its name.
    pub name: String,
    /// Status points from which it applies.
    pub threshold: Points,
    /// Its discount, 0 to 100 per cent.
    pub discount_percent: u8,
    /// How long it lasts, in months.
    pub months: u32,
}

/// How points are earned and what statuses there are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EarningRules {
    /// Ways to earn.
    pub rules: Vec<EarningRule>,
    /// Statuses, lowest first.
    pub statuses: Vec<StatusRule>,
}
