//! What the box can tell of an order before it is asked for: what stands against it (PUR-8), when the next one is
//! possible after it, and which of its points would have burned (PUR-9).
//!
//! The service alone decides; nothing here turns its verdict round.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Entitlement, ExchangeLimit, Offer, OfferId, OfferKind, OrderLine, Points, Reason};

use super::app::App;
use super::moments::next_month;
use super::order::lines_total;

/// The end of a free time is told from so long before it.
const WARNING: TimeDelta = TimeDelta::days(7);
/// Points that would burn within this time are worth a word when they are spent.
const BURNS_SOON: TimeDelta = TimeDelta::days(60);

impl App {
    /// Everything that the service would refuse an order of these lines for, as far as the box knows.
    pub fn obstacles(&self, lines: &[OrderLine]) -> Vec<Reason> {
        let mut found = Vec::new();
        if let (Some(account), Some(price)) = (&self.data.account, lines_total(lines))
            && let Some(missing) = price.checked_sub(account.balance).filter(|missing| *missing > Points::ZERO)
        {
            found.push(Reason::NotEnoughPoints { balance: account.balance, price, missing });
        }
        for offer in lines.iter().filter_map(|line| self.data.shelf.offer(&line.offer_id)) {
            for reason in self.unmet(offer, |id| lines.iter().any(|line| line.offer_id == *id)) {
                if !found.contains(reason) {
                    found.push(reason.clone());
                }
            }
        }
        found
    }

    /// What stands against an offer of an order that holds these others; points are counted for the whole order.
    pub fn unmet<'a>(&'a self, offer: &'a Offer, holds: impl Fn(&OfferId) -> bool) -> impl Iterator<Item = &'a Reason> {
        let is_allowed = self.is_allowed(offer);
        self.reasons(offer).filter(move |reason| match reason {
            Reason::NotEnoughPoints { .. } => false,
            Reason::Requires { offer_id, .. } => !is_allowed && !holds(offer_id),
            Reason::Debt { .. }
            | Reason::AlreadyOrdered { .. }
            | Reason::MonthlyLimit { .. }
            | Reason::PriceChanged { .. }
            | Reason::OfferGone { .. }
            | Reason::ServiceNotConnected { .. }
            | Reason::NotEnrolled
            | Reason::Conflict { .. }
            | Reason::Channel { .. }
            | Reason::Unknown { .. } => !is_allowed,
        })
    }

    /// When the next exchange is possible after one of these offers; `None` if it uses up no month, or if the box does
    /// not know which month it is.
    pub fn next_exchange_after<'a>(&self, offers: impl IntoIterator<Item = &'a OfferId>) -> Option<DateTime<Utc>> {
        let account = self.data.account.as_ref()?;
        let is_film = |id| self.data.shelf.offer(id).is_some_and(|offer| offer.kind == OfferKind::Film);
        match account.exchange_limit {
            ExchangeLimit::AllButFilms if offers.into_iter().all(is_film) => None,
            ExchangeLimit::AllButFilms | ExchangeLimit::Every => next_month(self.time().known()?, account.offset),
        }
    }

    /// How many of so many points would have burned soon, and when: the oldest are spent first.
    pub fn saved_from_burning(&self, spent: Points) -> Option<(Points, DateTime<Utc>)> {
        let now = self.time().known()?;
        let (burning, at) = self.data.account.as_ref()?.burning_next(now)?;
        (at.signed_duration_since(now) <= BURNS_SOON && spent > Points::ZERO).then(|| (burning.min(spent), at))
    }

    /// Whether an option costs roubles within a week unless somebody switches it off.
    pub fn turns_paid_soon(&self, held: &Entitlement) -> bool {
        let renews = held.renewal.is_some_and(|renewal| renewal.is_on);
        // Before the time is known it is a later one than this, so what ends soon by this ends soon.
        renews && held.until.is_some_and(|until| until.signed_duration_since(self.time().at_least()) <= WARNING)
    }

    /// What the member holds as home shows it: what can be watched, what turns paid soon, then the rest.
    pub fn running(&self) -> Vec<&Entitlement> {
        let mut all: Vec<&Entitlement> = self.data.entitlements.iter().flatten().collect();
        all.sort_by_key(|held| match (self.may_watch(held), self.turns_paid_soon(held)) {
            (true, _) => (0, None),
            (false, true) => (1, held.until),
            (false, false) => (2, None),
        });
        all
    }
}
