//! The passage of time for one member: postings, confirmations, renewals, ends and expiries.
//!
//! Whatever the clock has passed since the member was last looked at happens now, in order of time
//! and with its own time, so that it does not matter when anybody looks.

use chrono::{DateTime, Utc};

use super::order;
use crate::sandbox::http::problem::Problem;
use crate::sandbox::rules::accrual::expiry;
use crate::sandbox::rules::calendar::a_month_more;
use crate::sandbox::rules::lots::{Draw, Lot, free};
use crate::sandbox::rules::timeline::{self, Due, Event};
use crate::sandbox::state::MemberScope;
use crate::sandbox::store::ledger::{Debit, EntryType};
use crate::sandbox::store::{StoreError, accounts, entitlements, exchanges, ledger};

/// Lets everything happen that is due.
pub(crate) fn settle(scope: &MemberScope<'_>) -> Result<(), Problem> {
    settle_until(scope, scope.now)
}

/// Lets everything happen that is due at `now`.
pub(crate) fn settle_until(scope: &MemberScope<'_>, now: DateTime<Utc>) -> Result<(), Problem> {
    let (connection, account) = (scope.transaction, scope.key());
    // Points that an order held until it was refused burn then: the ledger is in order of time.
    let mut latest = DateTime::<Utc>::MIN_UTC;
    loop {
        let mut ahead = ledger::ahead(connection, account)?;
        ahead.extend(exchanges::ahead(connection, account)?);
        ahead.extend(entitlements::ahead(connection, account)?);
        ahead.extend(free_lots(scope)?.iter().map(burning));
        let Some(due) = timeline::next(&ahead, now) else { break };
        latest = due.at.max(latest);
        match due.event {
            Event::Posting { accrual } => {
                ledger::post(connection, account, accrual, due.at, expiry(due.at, scope.zone()))?;
            }
            Event::Burning { lot } => burn(scope, lot, latest)?,
            Event::Confirmation { exchange } => order::carry_out(scope, exchange, due.at)?,
            Event::PeriodOver { entitlement } => end_or_renew(scope, entitlement, due.at)?,
        }
    }
    accounts::set_settled(connection, account, now)?;
    Ok(())
}

/// The lots without what orders under way hold of them: an order that was accepted in time is paid.
pub(crate) fn free_lots(scope: &MemberScope<'_>) -> Result<Vec<Lot>, StoreError> {
    let held = exchanges::held(scope.transaction, scope.key())?;
    Ok(free(&ledger::lots(scope.transaction, scope.key())?, held))
}

fn burning(lot: &Lot) -> Due {
    Due { at: lot.expires_at, event: Event::Burning { lot: lot.id } }
}

fn burn(scope: &MemberScope<'_>, lot: i64, at: DateTime<Utc>) -> Result<(), Problem> {
    let lots = free_lots(scope)?;
    let draws: Vec<Draw> =
        lots.iter().filter(|free| free.id == lot).map(|free| Draw { lot, points: free.left }).collect();
    let debit = Debit {
        entry_type: EntryType::Expiry,
        reason: "expiry",
        title: "Сгорание баллов",
        draws: &draws,
        exchange: None,
    };
    ledger::debit(scope.transaction, scope.key(), &debit, at)?;
    Ok(())
}

fn end_or_renew(scope: &MemberScope<'_>, entitlement: i64, at: DateTime<Utc>) -> Result<(), Problem> {
    let found = entitlements::by_key(scope.transaction, entitlement)?;
    match found.renewal {
        Some(renewal) if renewal.on => {
            let until = a_month_more(found.starts_at, at, scope.zone());
            entitlements::set_until(scope.transaction, entitlement, until)?;
        }
        Some(_) | None => entitlements::end(scope.transaction, entitlement, at)?,
    }
    Ok(())
}
