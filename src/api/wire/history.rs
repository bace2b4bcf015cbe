//! `GET /v1/ledger` and `GET /v1/earning-rules`, and the codes they share with the account.

use super::value::{Amount, Change, Cursor, Flag, Id, Int, List, Percent, Text, Time, Title, object};
use crate::domain::{self, AccrualReason, EntryType, StatusCode};

object! {
    pub(in crate::api) struct LedgerPage {
        needed {
            entries: List<Entry, 500>,
        }
        next_cursor: Option<Cursor>,
    }
}

object! {
    #[derive(Debug)]
    struct Entry {
        needed {
            id: Id,
            at: Time,
            amount: Change,
        }
        balance_after: Option<Amount>,
        #[serde(rename = "type")]
        entry_type: Text<32>,
        reason: Text<32>,
        title: Title,
        expires_at: Option<Time>,
        exchange_id: Option<Id>,
    }
}

impl From<LedgerPage> for domain::LedgerPage {
    fn from(page: LedgerPage) -> Self {
        Self { entries: page.entries.into_domain(Into::into), next_cursor: page.next_cursor.map(|cursor| cursor.0) }
    }
}

impl From<Entry> for domain::LedgerEntry {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id.0,
            at: entry.at.0,
            amount: domain::PointsChange::new(entry.amount.0),
            balance_after: entry.balance_after.map(|balance| balance.0),
            entry_type: match entry.entry_type.0.as_str() {
                "accrual" => EntryType::Accrual,
                "exchange" => EntryType::Exchange,
                "expiry" => EntryType::Expiry,
                _ => EntryType::Adjustment,
            },
            reason: accrual_reason(&entry.reason.0),
            title: entry.title.0,
            expires_at: entry.expires_at.map(|at| at.0),
            exchange_id: entry.exchange_id.map(|id| domain::ExchangeId::new(&id.0)),
        }
    }
}

object! {
    #[derive(Debug)]
    pub(in crate::api) struct EarningRules {
        needed {
            rules: List<Rule, 100>,
        }
        statuses: List<StatusRule, 20>,
    }
}

object! {
    #[derive(Debug)]
    struct Rule {
        needed {
            title: Title,
        }
        id: Option<Id>,
        points: Option<Amount>,
        points_min: Option<Amount>,
        points_max: Option<Amount>,
        note: Text<500>,
        done: Flag,
    }
}

object! {
    #[derive(Debug)]
    struct StatusRule {
        needed {
            threshold: Amount,
        }
        code: Text<32>,
        name: Title,
        discount_percent: Percent,
        months: Int<u32>,
    }
}

impl From<EarningRules> for domain::EarningRules {
    fn from(rules: EarningRules) -> Self {
        Self {
            rules: rules.rules.into_domain(Into::into),
            statuses: rules.statuses.into_domain(|rule| domain::StatusRule {
                code: status_code(&rule.code.0),
                name: rule.name.0,
                threshold: rule.threshold.0,
                discount_percent: rule.discount_percent.0,
                months: rule.months.0.min(1200),
            }),
        }
    }
}

impl From<Rule> for domain::EarningRule {
    fn from(rule: Rule) -> Self {
        Self {
            id: Id::or_empty(rule.id),
            title: rule.title.0,
            points_min: rule.points.or(rule.points_min).map(|points| points.0),
            points_max: rule.points.or(rule.points_max).map(|points| points.0),
            note: rule.note.0,
            is_done: rule.done.0,
        }
    }
}

/// The reason with this code; an operator may add some.
pub(super) fn accrual_reason(code: &str) -> AccrualReason {
    match code {
        "joining" => AccrualReason::Joining,
        "email_bill" => AccrualReason::EmailBill,
        "profile" => AccrualReason::Profile,
        "survey" => AccrualReason::Survey,
        "birthday" => AccrualReason::Birthday,
        "payment" => AccrualReason::Payment,
        "top_up" => AccrualReason::TopUp,
        "exchange" => AccrualReason::Exchange,
        "expiry" => AccrualReason::Expiry,
        "adjustment" => AccrualReason::Adjustment,
        _ => AccrualReason::Other,
    }
}

/// The code of a reason.
pub(super) fn accrual_reason_code(reason: AccrualReason) -> &'static str {
    match reason {
        AccrualReason::Joining => "joining",
        AccrualReason::EmailBill => "email_bill",
        AccrualReason::Profile => "profile",
        AccrualReason::Survey => "survey",
        AccrualReason::Birthday => "birthday",
        AccrualReason::Payment => "payment",
        AccrualReason::TopUp => "top_up",
        AccrualReason::Exchange => "exchange",
        AccrualReason::Expiry => "expiry",
        AccrualReason::Adjustment => "adjustment",
        AccrualReason::Other => "other",
    }
}

/// The status with this code; an operator may add some.
pub(super) fn status_code(code: &str) -> StatusCode {
    match code {
        "none" => StatusCode::None,
        "basic" => StatusCode::Basic,
        "standard" => StatusCode::Standard,
        "privilege" => StatusCode::Privilege,
        "vip" => StatusCode::Vip,
        _ => StatusCode::Other,
    }
}

/// The code of a status.
pub(super) fn status_code_text(code: StatusCode) -> &'static str {
    match code {
        StatusCode::None => "none",
        StatusCode::Basic => "basic",
        StatusCode::Standard => "standard",
        StatusCode::Privilege => "privilege",
        StatusCode::Vip => "vip",
        StatusCode::Other => "other",
    }
}
