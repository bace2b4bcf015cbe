//! Whether a basket can be exchanged, at what price, and every reason why not.
//!
//! One function decides both the catalogue's eligibility and an order, so the two cannot differ.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::monthly::{Basket, Earlier, MonthlyLimit, basket_waits_until};
use super::offer::{Channel, Kind, Offer, Period, Repeat};
use super::price::discounted;
use crate::values::{EntitlementId, ExchangeId, OfferId, Points};

/// Something a member has received before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Its identifier.
    pub entitlement: EntitlementId,
    /// What it is.
    pub offer: OfferId,
    /// Its name.
    pub title: String,
    /// The exchange that gave it.
    pub exchange: ExchangeId,
    /// When it ends; `None` means never.
    pub until: Option<DateTime<Utc>>,
    /// The room for recordings it gives.
    pub quota_gb: Option<u32>,
    /// Whether it still works.
    pub use_state: UseState,
}

/// Whether a holding still works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UseState {
    /// It works, or is on its way.
    Active,
    /// It has ended.
    Ended,
}

/// Everything about a member that an exchange depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Situation {
    /// The time of the order.
    pub now: DateTime<Utc>,
    /// The subscriber's time zone.
    pub zone: Tz,
    /// Whether the subscriber has joined.
    pub membership: Membership,
    /// Points that can be spent.
    pub available: Points,
    /// Roubles owed.
    pub debt_roubles: i64,
    /// The services connected.
    pub services: Vec<String>,
    /// The discount of the member's status.
    pub discount_percent: u8,
    /// What the member has received.
    pub holdings: Vec<Holding>,
    /// Exchanges made earlier.
    pub earlier: Vec<Earlier>,
    /// How exchanges are limited.
    pub limit: MonthlyLimit,
}

/// Whether a subscriber takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// They have joined.
    Enrolled,
    /// They have not.
    Outside,
}

/// One thing a member wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish<'a> {
    /// The offer asked for.
    pub id: OfferId,
    /// The offer as it is now, if it is in the member's catalogue.
    pub offer: Option<&'a Offer>,
    /// The price the member was shown.
    pub expected: Points,
}

/// One thing a member will get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The offer.
    pub offer: &'a Offer,
    /// The price charged.
    pub price: Points,
    /// When it works.
    pub period: Period,
    /// Smaller quotas that it replaces.
    pub replaces: Vec<EntitlementId>,
}

/// An exchange that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<'a> {
    /// What the member gets.
    pub lines: Vec<Line<'a>>,
    /// What is charged.
    pub total: Points,
    /// What the basket is to the monthly limit.
    pub basket: Basket,
}

/// Why an exchange is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The points do not suffice.
    NotEnoughPoints {
        /// Points that can be spent.
        balance: Points,
        /// Points needed.
        price: Points,
    },
    /// Money is owed for services.
    Debt {
        /// How many roubles.
        roubles: i64,
    },
    /// The member has, or had, it already.
    AlreadyOrdered {
        /// The offer.
        offer: OfferId,
        /// Its name.
        title: String,
        /// The exchange that gave it.
        exchange: ExchangeId,
        /// When it ends.
        until: Option<DateTime<Utc>>,
    },
    /// An exchange was made this month.
    MonthlyLimit {
        /// When the next one is possible.
        until: DateTime<Utc>,
    },
    /// Another offer is needed first, or in the same exchange.
    Requires {
        /// The offer needed.
        offer: OfferId,
    },
    /// The price is not the one shown.
    PriceChanged {
        /// The offer.
        offer: OfferId,
        /// Its name.
        title: String,
        /// The price shown.
        expected: Points,
        /// The price now.
        price: Points,
    },
    /// The offer is not in the catalogue.
    OfferGone {
        /// The offer.
        offer: OfferId,
    },
    /// A service is not connected.
    ServiceNotConnected {
        /// The service.
        service: String,
    },
    /// The subscriber has not joined.
    NotEnrolled,
    /// The offer cannot be ordered on the box.
    Channel {
        /// The offer.
        offer: OfferId,
    },
    /// Two offers of one basket rule each other out.
    Conflict {
        /// The offer to leave out.
        offer: OfferId,
    },
}

/// Decides on a basket: a plan, or every reason against it.
pub fn decide<'a>(situation: &Situation, wishes: &[Wish<'a>]) -> Result<Plan<'a>, Vec<Reason>> {
    let mut reasons = Vec::new();
    let mut lines = Vec::new();
    let mut total = Some(Points::ZERO);
    for (position, wish) in wishes.iter().enumerate() {
        let before = wishes.get(..position).unwrap_or_default();
        let Some(offer) = wish.offer else {
            reasons.push(Reason::OfferGone { offer: wish.id.clone() });
            continue;
        };
        let price = offer.base_price.map(|base| discounted(base, situation.discount_percent));
        match price {
            Some(price) if offer.channels.contains(&Channel::Box) => {
                if price != wish.expected {
                    reasons.push(Reason::PriceChanged {
                        offer: offer.id.clone(),
                        title: offer.title.clone(),
                        expected: wish.expected,
                        price,
                    });
                }
                total = total.and_then(|sum| sum.checked_add(price));
                lines.push(Line {
                    offer,
                    price,
                    period: offer.validity.period(situation.now, situation.zone),
                    replaces: replaced(situation, offer),
                });
            }
            Some(_) | None => reasons.push(Reason::Channel { offer: offer.id.clone() }),
        }
        reasons.extend(already_ordered(situation, offer));
        reasons.extend(missing_requirements(situation, offer, wishes));
        reasons.extend(missing_service(situation, offer));
        reasons.extend(conflicts(offer, before, wishes));
    }
    // A sum that is out of range is more than any member has.
    let price = total.or(Points::new(Points::MAX)).unwrap_or(Points::ZERO);
    let basket = basket_of(wishes);
    match situation.membership {
        Membership::Enrolled => {
            if total.is_none_or(|total| total > situation.available) {
                reasons.push(Reason::NotEnoughPoints { balance: situation.available, price });
            }
            let until = basket_waits_until(situation.limit, basket, &situation.earlier, situation.now, situation.zone);
            reasons.extend(until.map(|until| Reason::MonthlyLimit { until }));
        }
        // Without joining there are no points and no limit to check; the other reasons apply all the same.
        Membership::Outside => reasons.push(Reason::NotEnrolled),
    }
    if situation.debt_roubles > 0 {
        reasons.push(Reason::Debt { roubles: situation.debt_roubles });
    }
    let reasons = in_order(reasons);
    if reasons.is_empty() { Ok(Plan { lines, total: price, basket }) } else { Err(reasons) }
}

/// The holding that makes an offer "active now", if there is one.
pub fn active<'a>(situation: &'a Situation, offer: &OfferId) -> Option<&'a Holding> {
    situation.holdings.iter().find(|holding| holding.use_state == UseState::Active && holding.offer == *offer)
}

fn already_ordered(situation: &Situation, offer: &Offer) -> Vec<Reason> {
    let period = offer.validity.period(situation.now, situation.zone);
    let blocks = |holding: &&Holding| {
        let is_active = holding.use_state == UseState::Active;
        let is_same = holding.offer == offer.id
            && match offer.repeat {
                Repeat::Once => true,
                // An offer that starts when the held one ends is allowed.
                Repeat::WhenEnded => is_active && holding.until.is_none_or(|until| until > period.starts_at),
            };
        let is_excluded = is_active && offer.excludes.contains(&holding.offer);
        let is_larger_quota =
            is_active && offer.quota_gb.zip(holding.quota_gb).is_some_and(|(wanted, held)| wanted <= held);
        is_same || is_excluded || is_larger_quota
    };
    let reason = |holding: &Holding| Reason::AlreadyOrdered {
        offer: holding.offer.clone(),
        title: holding.title.clone(),
        exchange: holding.exchange.clone(),
        until: holding.until,
    };
    situation.holdings.iter().filter(blocks).map(reason).collect()
}

fn replaced(situation: &Situation, offer: &Offer) -> Vec<EntitlementId> {
    situation
        .holdings
        .iter()
        .filter(|holding| holding.use_state == UseState::Active)
        .filter(|holding| offer.quota_gb.zip(holding.quota_gb).is_some_and(|(wanted, held)| wanted > held))
        .map(|holding| holding.entitlement.clone())
        .collect()
}

fn missing_requirements(situation: &Situation, offer: &Offer, wishes: &[Wish<'_>]) -> Vec<Reason> {
    offer
        .requires
        .iter()
        .filter(|needed| active(situation, needed).is_none() && !wishes.iter().any(|wish| wish.id == **needed))
        .map(|needed| Reason::Requires { offer: needed.clone() })
        .collect()
}

fn missing_service(situation: &Situation, offer: &Offer) -> Option<Reason> {
    let service = offer.service.as_ref()?;
    (!situation.services.contains(service)).then(|| Reason::ServiceNotConnected { service: service.clone() })
}

// Of two quotas the smaller is to be left out; of two offers that rule each other out, the one asked for later.
fn conflicts(offer: &Offer, before: &[Wish<'_>], wishes: &[Wish<'_>]) -> Option<Reason> {
    let has_larger_quota = wishes
        .iter()
        .filter_map(|wish| wish.offer)
        .any(|other| offer.quota_gb.zip(other.quota_gb).is_some_and(|(own, others)| own < others));
    let is_excluded = before
        .iter()
        .filter_map(|wish| wish.offer)
        .any(|other| offer.excludes.contains(&other.id) || other.excludes.contains(&offer.id));
    (has_larger_quota || is_excluded).then(|| Reason::Conflict { offer: offer.id.clone() })
}

fn basket_of(wishes: &[Wish<'_>]) -> Basket {
    if wishes.iter().all(|wish| wish.offer.is_some_and(|offer| offer.kind == Kind::Film)) {
        Basket::FilmsAlone
    } else {
        Basket::Mixed
    }
}

// Two offers of a basket may be refused for one holding; it is named once.
fn in_order(reasons: Vec<Reason>) -> Vec<Reason> {
    let mut unique: Vec<Reason> = Vec::new();
    for reason in reasons {
        if !unique.contains(&reason) {
            unique.push(reason);
        }
    }
    unique.sort_by_key(rank);
    unique
}

// The order in which reasons are listed, gravest first.
fn rank(reason: &Reason) -> u8 {
    match reason {
        Reason::NotEnoughPoints { .. } => 0,
        Reason::Debt { .. } => 1,
        Reason::AlreadyOrdered { .. } => 2,
        Reason::PriceChanged { .. } => 3,
        Reason::OfferGone { .. } => 4,
        Reason::MonthlyLimit { .. } => 5,
        Reason::Requires { .. } => 6,
        Reason::ServiceNotConnected { .. } => 7,
        Reason::NotEnrolled => 8,
        Reason::Channel { .. } => 9,
        Reason::Conflict { .. } => 10,
    }
}

#[cfg(test)]
#[path = "exchange_tests.rs"]
mod tests;
