//! Orders: from a basket to charged points and working options, once per idempotency key.
//!
//! Charge, ledger, entitlements and the stored answer belong to the caller's transaction, so a retry
//! after a lost answer gets the same answer.

use chrono::{DateTime, Utc};

use super::account::situation;
use super::catalogue::Language;
use super::passage;
use crate::http::problem::Problem;
use crate::http::wire::{ExchangeAccepted, ExchangeBody};
use crate::policy::Processing;
use crate::rules::exchange::{Plan, Reason, Wish, decide};
use crate::rules::lots;
use crate::rules::monthly::{Earlier, next_exchange_at};
use crate::rules::offer::{After, Kind, PromoCode, Validity};
use crate::state::MemberScope;
use crate::store::answers::{self, Answer, Stored};
use crate::store::exchanges::{Line, NewExchange};
use crate::store::ledger::{Debit, EntryType};
use crate::store::{StoreError, entitlements, exchanges, ledger};
use crate::values::{EntitlementId, ExchangeId, OfferId, Points};

/// An order as it arrived.
pub(crate) struct Order {
    pub(crate) idempotency_key: String,
    pub(crate) payload_hash: String,
    pub(crate) wishes: Vec<(OfferId, Points)>,
    pub(crate) request_id: String,
    /// The language of the answer. A retry gets the stored answer, in the same language.
    pub(crate) language: Language,
}

/// Answers an order: as before if its key is known, otherwise by deciding on it.
pub(crate) fn answer(scope: &MemberScope<'_>, order: &Order) -> Result<Answer, Problem> {
    let (connection, account) = (scope.transaction, scope.key());
    if let Some(stored) = answers::find(connection, account, &order.idempotency_key)? {
        if stored.payload_hash != order.payload_hash {
            return Err(Problem::idempotency_key_reused());
        }
        return Ok(stored.answer);
    }
    // The stored titles are Russian, in any language of the order.
    let shelf = scope.shelf(Language::Russian);
    let wishes: Vec<Wish<'_>> = order
        .wishes
        .iter()
        .map(|(id, expected)| Wish { id: id.clone(), offer: shelf.find(id), expected: *expected })
        .collect();
    let situation = situation(scope)?;
    let answer = match decide(&situation, &wishes) {
        Ok(plan) => place(scope, order, &plan)?,
        Err(reasons) => {
            let problem = Problem::refused(&reasons, &scope.shelf(order.language));
            tracing::info!(code = problem.code(), "exchange refused");
            problem.to_answer(&order.request_id)
        }
    };
    let stored = Stored { payload_hash: order.payload_hash.clone(), answer };
    answers::insert(connection, account, &order.idempotency_key, &stored, scope.now)?;
    Ok(stored.answer)
}

/// Stores the exchange of a plan; nothing is charged yet.
pub(crate) fn accept(
    scope: &MemberScope<'_>,
    plan: &Plan<'_>,
    idempotency_key: Option<&str>,
    at: DateTime<Utc>,
    confirms_at: DateTime<Utc>,
) -> Result<i64, Problem> {
    let (connection, account) = (scope.transaction, scope.key());
    let zone = scope.zone();
    let mut earlier = exchanges::earlier(connection, account)?;
    earlier.push(Earlier { at, basket: plan.basket });
    let lines = plan.lines.iter().map(|line| to_stored(scope, line)).collect::<Result<Vec<_>, StoreError>>()?;
    let available = available(scope)?;
    let new = NewExchange {
        id: &ExchangeId::new(scope.sandbox.randomness.id("x").map_err(StoreError::from)?),
        idempotency_key,
        created_at: at,
        confirms_at,
        basket: plan.basket,
        total: plan.total,
        balance_after: available.saturating_sub(plan.total),
        next_exchange_at: next_exchange_at(scope.sandbox.policy().monthly, &earlier, at, zone),
        lines: &lines,
    };
    Ok(exchanges::insert(connection, account, &new)?)
}

/// Carries out an exchange that was accepted: charges it, or refuses it if that has become impossible.
pub(crate) fn carry_out(scope: &MemberScope<'_>, exchange: i64, at: DateTime<Utc>) -> Result<(), Problem> {
    let (connection, account) = (scope.transaction, scope.key());
    let mut found =
        exchanges::by_key(connection, account, exchange)?.ok_or(StoreError::Corrupt("an exchange is missing"))?;
    let mut reasons = Vec::new();
    for (position, line) in found.lines.iter_mut().enumerate() {
        // The hours of a rental count from the moment at which it can be watched.
        if is_of_hours(scope, line) {
            let waited = at - line.starts_at;
            (line.starts_at, line.until) = (at, line.until.map(|until| until + waited));
            exchanges::set_period(connection, exchange, position, line.starts_at, line.until)?;
        }
        if line.until.is_some_and(|until| until <= at) {
            reasons.push(Reason::OfferGone { offer: line.offer.clone() });
        }
    }
    let draws = match lots::draw(&passage::lots_for(scope, &found)?, found.total) {
        Ok(draws) => draws,
        Err(_) => {
            let held_by_others = exchanges::held(connection, account)?.saturating_sub(found.total);
            let balance = ledger::balance(connection, account)?.saturating_sub(held_by_others);
            reasons.push(Reason::NotEnoughPoints { balance, price: found.total });
            Vec::new()
        }
    };
    if scope.account.debt_roubles > 0 {
        reasons.push(Reason::Debt { roubles: scope.account.debt_roubles });
    }
    if !reasons.is_empty() {
        passage::burn_kept(scope, &found, at)?;
        let refusal = Problem::refused(&reasons, &scope.shelf(Language::Russian)).to_json(found.id.as_str());
        exchanges::refuse(connection, exchange, ledger::balance(connection, account)?, &refusal)?;
        let earlier = exchanges::earlier(connection, account)?;
        let next = next_exchange_at(scope.sandbox.policy().monthly, &earlier, at, scope.zone());
        exchanges::set_next_exchange_at(connection, exchange, next)?;
        return Ok(());
    }
    let titles: Vec<&str> = found.lines.iter().map(|line| line.title.as_str()).collect();
    let debit = Debit {
        entry_type: EntryType::Exchange,
        reason: "exchange",
        title: &titles.join(", "),
        draws: &draws,
        exchange: Some(exchange),
    };
    ledger::debit(connection, account, &debit, at)?;
    for (position, line) in found.lines.iter().enumerate() {
        end_smaller_quotas(scope, line, at)?;
        let id = EntitlementId::new(scope.sandbox.randomness.id("e").map_err(StoreError::from)?);
        let entitlement = entitlements::insert(connection, account, exchange, &id, line)?;
        exchanges::link(connection, exchange, position, entitlement)?;
    }
    exchanges::confirm(connection, exchange, ledger::balance(connection, account)?)?;
    Ok(())
}

/// Points that are neither spent nor reserved.
pub(crate) fn available(scope: &MemberScope<'_>) -> Result<Points, StoreError> {
    let balance = ledger::balance(scope.transaction, scope.key())?;
    Ok(balance.saturating_sub(exchanges::held(scope.transaction, scope.key())?))
}

fn place(scope: &MemberScope<'_>, order: &Order, plan: &Plan<'_>) -> Result<Answer, Problem> {
    let policy = scope.sandbox.policy();
    let exchange = accept(scope, plan, Some(&order.idempotency_key), scope.now, scope.now + policy.delay())?;
    match policy.exchange {
        Processing::Immediate => carry_out(scope, exchange, scope.now)?,
        Processing::Deferred => {}
    }
    let found = exchanges::by_key(scope.transaction, scope.key(), exchange)?
        .ok_or(StoreError::Corrupt("an exchange is missing"))?;
    tracing::info!(exchange = %found.id, total = found.total.get(), state = found.state.code(), "exchange placed");
    let location = ("location".to_owned(), format!("/v1/exchanges/{}", found.id));
    let content_type = ("content-type".to_owned(), "application/json".to_owned());
    Ok(match policy.exchange {
        Processing::Immediate => Answer {
            status: 201,
            headers: vec![content_type, location],
            body: json(&ExchangeBody::from_stored(&found, &scope.shelf(order.language))?)?,
        },
        Processing::Deferred => Answer {
            status: 202,
            headers: vec![
                content_type,
                location,
                ("retry-after".to_owned(), policy.deferred_seconds.clamp(1, 60).to_string()),
            ],
            body: json(&ExchangeAccepted {
                id: found.id.clone(),
                idempotency_key: order.idempotency_key.clone(),
                state: "processing",
            })?,
        },
    })
}

fn to_stored(scope: &MemberScope<'_>, line: &crate::rules::exchange::Line<'_>) -> Result<Line, StoreError> {
    let offer = line.offer;
    Ok(Line {
        offer: offer.id.clone(),
        title: offer.title.clone(),
        kind: offer.kind,
        image: offer.image.clone(),
        price: line.price,
        starts_at: line.period.starts_at,
        until: line.period.until,
        quota_gb: offer.quota_gb,
        renewal_roubles: match offer.after {
            After::Ends => None,
            After::Paid { price_roubles } => Some(price_roubles),
        },
        promo_code: match offer.promo_code {
            PromoCode::Given => Some(scope.sandbox.randomness.promo_code()?),
            PromoCode::None => None,
        },
        entitlement: None,
    })
}

/// Whether a line works for hours; for an offer that is no longer sold, its kind decides.
fn is_of_hours(scope: &MemberScope<'_>, line: &Line) -> bool {
    match scope.shelf(Language::Russian).find(&line.offer) {
        Some(offer) => matches!(offer.validity, Validity::Hours { .. }),
        None => line.kind == Kind::Film,
    }
}

fn end_smaller_quotas(scope: &MemberScope<'_>, line: &Line, at: DateTime<Utc>) -> Result<(), StoreError> {
    let Some(quota_gb) = line.quota_gb else { return Ok(()) };
    for held in entitlements::all(scope.transaction, scope.key())? {
        if held.ended_at.is_none() && held.quota_gb.is_some_and(|held_gb| held_gb < quota_gb) {
            entitlements::end(scope.transaction, held.key, at)?;
        }
    }
    Ok(())
}

fn json(body: &impl serde::Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(body).map_err(|_| StoreError::Corrupt("an answer does not fit JSON"))
}
