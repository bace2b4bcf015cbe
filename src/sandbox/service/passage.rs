//! The passage of time for one member: postings, confirmations, renewals, ends and expiries.
//!
//! Events that became due since the last request for the member happen now, in order of time and with
//! the time at which they were due, so the moment of the request does not matter.

use chrono::{DateTime, Utc};

use super::order;
use crate::http::problem::Problem;
use crate::rules::accrual::expiry;
use crate::rules::calendar::a_month_more;
use crate::rules::lots::{Draw, Lot, alive, free};
use crate::rules::timeline::{self, Due, Event};
use crate::state::MemberScope;
use crate::store::exchanges::Exchange;
use crate::store::ledger::{Debit, EntryType};
use crate::store::{StoreError, accounts, entitlements, exchanges, ledger};
use crate::values::Points;

/// Carries out all due events.
pub(crate) fn settle(scope: &MemberScope<'_>) -> Result<(), Problem> {
    settle_until(scope, scope.now)
}

/// Carries out all events that are due at `now`.
pub(crate) fn settle_until(scope: &MemberScope<'_>, now: DateTime<Utc>) -> Result<(), Problem> {
    let (connection, account) = (scope.transaction, scope.key());
    // Points that an order held until it was refused burn then: the ledger is in order of time.
    let mut latest = DateTime::<Utc>::MIN_UTC;
    loop {
        let ahead = ahead(scope)?;
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
    scope.sandbox.store.wrote_time_alone();
    Ok(())
}

/// When the next event happens by itself, or the status runs out.
pub(crate) fn next_at(scope: &MemberScope<'_>) -> Result<Option<DateTime<Utc>>, StoreError> {
    let status = scope.standing()?.map(|standing| standing.until);
    Ok(ahead(scope)?.into_iter().map(|due| due.at).chain(status).min())
}

fn ahead(scope: &MemberScope<'_>) -> Result<Vec<Due>, StoreError> {
    let (connection, account) = (scope.transaction, scope.key());
    let mut ahead = ledger::ahead(connection, account)?;
    ahead.extend(exchanges::ahead(connection, account)?);
    ahead.extend(entitlements::ahead(connection, account)?);
    ahead.extend(free_lots(scope)?.iter().map(burning));
    Ok(ahead)
}

/// The lots without what orders under way hold of them: an order that was accepted in time is paid.
pub(crate) fn free_lots(scope: &MemberScope<'_>) -> Result<Vec<Lot>, StoreError> {
    let holds = exchanges::holds(scope.transaction, scope.key(), None)?;
    Ok(free(&ledger::lots(scope.transaction, scope.key())?, &holds))
}

/// The lots that an order under way may be paid with: those it holds, and then those that it found unburned.
pub(crate) fn lots_for(scope: &MemberScope<'_>, exchange: &Exchange) -> Result<Vec<Lot>, StoreError> {
    let earlier = exchanges::holds(scope.transaction, scope.key(), Some(exchange.key))?;
    Ok(alive(&free(&ledger::lots(scope.transaction, scope.key())?, &earlier), exchange.created_at))
}

/// Burns what only an order that is refused kept from it; an order that holds on must not inherit it.
pub(crate) fn burn_kept(scope: &MemberScope<'_>, exchange: &Exchange, at: DateTime<Utc>) -> Result<(), Problem> {
    let mut due = exchange.total;
    for lot in lots_for(scope, exchange)? {
        let kept = lot.left.min(due);
        due = due.saturating_sub(kept);
        if lot.expires_at <= at && kept > Points::ZERO {
            burn_points(scope, Draw { lot: lot.id, points: kept }, at)?;
        }
    }
    Ok(())
}

fn burning(lot: &Lot) -> Due {
    Due { at: lot.expires_at, event: Event::Burning { lot: lot.id } }
}

fn burn(scope: &MemberScope<'_>, lot: i64, at: DateTime<Utc>) -> Result<(), Problem> {
    match free_lots(scope)?.iter().find(|free| free.id == lot) {
        Some(free) => burn_points(scope, Draw { lot, points: free.left }, at),
        None => Ok(()),
    }
}

fn burn_points(scope: &MemberScope<'_>, draw: Draw, at: DateTime<Utc>) -> Result<(), Problem> {
    let debit = Debit {
        entry_type: EntryType::Expiry,
        reason: "expiry",
        title: "Сгорание баллов",
        draws: &[draw],
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
