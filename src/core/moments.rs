//! Every moment at which something changes by itself, in one list (TIME-2).
//!
//! The box wakes at the next of them, so that all that depends on it changes in the same picture, and asks for what the
//! service alone knows. What is over is judged here, for the screens and for their keys alike. A sign-in code's end is
//! counted by the monotonic clock, as the service told it as a duration: `places/sign_in` wakes for it.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Timelike, Utc};

use crate::domain::{Entitlement, Offer, OfferId, OfferKind, Reason};

use super::app::{App, Turn};
use super::clock::Time;
use super::{Resource, Session};

/// What a changed entitlement, month or status changes with it: an offer can be had again, or costs another price.
const ALL: &[Resource] = &[Resource::Account, Resource::Catalog, Resource::Entitlements];
/// Points came or went.
const POINTS: &[Resource] = &[Resource::Account];

impl App {
    /// What is known of the time. All that one event changes, and the picture that follows, share one time.
    pub fn time(&self) -> Time {
        self.clock.time()
    }

    /// The moments after `from`, in no order, each with what must be asked for then.
    fn moments_after(&self, from: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, &'static [Resource])> {
        let account = self.data.account.as_ref();
        let held = self.data.entitlements.iter().flatten();
        let held = held.flat_map(|held| [held.starts_at, held.until]).flatten().map(|at| (at, ALL));
        // Offers are many, and the first end stands for all of them.
        let active = self.data.shelf.next_end(from).map(|at| (at, ALL));
        let month = account.and_then(|account| next_month(from, account.offset)).map(|at| (at, ALL));
        let exchange = account.and_then(|account| account.next_exchange_at).map(|at| (at, ALL));
        let status = account.and_then(|account| account.status.until).map(|at| (at, ALL));
        let burning = account.into_iter().flat_map(|account| &account.expiring).map(|lot| (lot.expires_at, POINTS));
        let pending = account.into_iter().flat_map(|account| &account.pending).map(|lot| (lot.posts_at, POINTS));
        let moments = held.chain(active).chain(month).chain(exchange).chain(status).chain(burning).chain(pending);
        moments.filter(move |(at, _)| *at > from)
    }

    /// When the next of them comes.
    pub(crate) fn moments_wake(&self) -> Option<Duration> {
        let now = self.time().known().filter(|_| self.session == Session::SignedIn)?;
        let next = self.moments_after(now).map(|(at, _)| at).min()?;
        self.clock.when(next)
    }

    /// Time has passed: what has changed by itself since the last event must be asked for.
    pub(crate) fn moments_passed(&mut self, turn: &mut Turn) {
        let Some(now) = self.time().known().filter(|_| self.session == Session::SignedIn) else { return };
        let Some(seen) = self.moments_seen.replace(now).filter(|seen| *seen < now) else { return };
        let passed: Vec<_> = self.moments_after(seen).filter(|(at, _)| *at <= now).collect();
        if passed.is_empty() {
            return;
        }
        let resources: BTreeSet<Resource> = passed.iter().flat_map(|(_, resources)| *resources).copied().collect();
        // A midnight is the same for a whole city, the end of a rental is not.
        let offset = self.offset();
        let is_shared = passed.iter().all(|(at, _)| is_midnight(*at, offset));
        self.outdate(&resources, if is_shared { Crowd::Everybody } else { Crowd::ThisBox }, turn);
    }

    /// Whether what the member held is over. What renews itself goes on.
    pub fn has_ended(&self, held: &Entitlement) -> bool {
        let renews = held.renewal.is_some_and(|renewal| renewal.is_on);
        !renews && held.until.is_some_and(|until| self.time().is_past(until))
    }

    /// Whether the member can watch this now.
    pub fn can_watch(&self, held: &Entitlement) -> bool {
        held.is_playable() && !self.has_ended(held)
    }

    /// Whether OK on it is to play it. Of what the disk tells that cannot be claimed before the time and the address
    /// are known, and it is what its viewer wants: both are asked for then.
    pub fn may_watch(&self, held: &Entitlement) -> bool {
        self.can_watch(held) || (self.is_address_to_come(held) && !self.has_ended(held))
    }

    /// Whether a film has no address only because it comes from the disk.
    pub(crate) fn is_address_to_come(&self, held: &Entitlement) -> bool {
        held.kind == OfferKind::Film && !held.is_playable() && self.data.cached_at.is_some()
    }

    /// What the member holds of an offer, or held until now.
    pub fn held(&self, offer: &OfferId) -> Option<&Entitlement> {
        let all = || self.data.entitlements.iter().flatten().filter(|held| held.offer_id == *offer);
        all().find(|held| !self.has_ended(held)).or_else(|| all().next())
    }

    /// Whether the member has an offer already.
    pub fn is_active(&self, offer: &Offer) -> bool {
        let is_held = self.held(&offer.id).is_some_and(|held| !self.has_ended(held));
        is_held || offer.active_until.is_some_and(|until| !self.is_over_for(&offer.id, until))
    }

    /// What stands against ordering an offer now: a reason that has named its own end is over then.
    pub fn reasons<'a>(&'a self, offer: &'a Offer) -> impl Iterator<Item = &'a Reason> {
        offer.eligibility.reasons.iter().filter(|reason| !self.is_reason_over(offer, reason))
    }

    /// Whether the service would take an order for this now, as far as it has told.
    pub fn is_allowed(&self, offer: &Offer) -> bool {
        let had_reasons = !offer.eligibility.reasons.is_empty();
        offer.eligibility.is_allowed || (had_reasons && self.reasons(offer).next().is_none())
    }

    fn is_reason_over(&self, offer: &Offer, reason: &Reason) -> bool {
        match reason {
            Reason::AlreadyOrdered { offer_id, until, .. } => {
                let known = || self.held(offer_id).and_then(|held| held.until);
                let own = || offer.active_until.filter(|_| *offer_id == offer.id);
                until.or_else(known).or_else(own).is_some_and(|until| self.is_over_for(offer_id, until))
            }
            Reason::MonthlyLimit { until } => {
                let next = || self.data.account.as_ref().and_then(|account| account.next_exchange_at);
                until.or_else(next).is_some_and(|until| self.time().is_past(until))
            }
            Reason::NotEnoughPoints { .. }
            | Reason::Debt { .. }
            | Reason::Requires { .. }
            | Reason::PriceChanged { .. }
            | Reason::OfferGone { .. }
            | Reason::ServiceNotConnected { .. }
            | Reason::NotEnrolled
            | Reason::Conflict { .. }
            | Reason::Channel { .. }
            | Reason::Unknown { .. } => false,
        }
    }

    /// Whether an end of this offer is over, and nothing renews it.
    fn is_over_for(&self, offer: &OfferId, until: DateTime<Utc>) -> bool {
        self.time().is_past(until) && self.held(offer).is_none_or(|held| self.has_ended(held))
    }
}

/// Who else has this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// Every box of the zone: they must not ask together.
    Everybody,
    /// This member alone.
    ThisBox,
}

/// The first midnight of the next month in the member's zone.
pub(crate) fn next_month(after: DateTime<Utc>, offset: FixedOffset) -> Option<DateTime<Utc>> {
    let today = after.with_timezone(&offset).date_naive();
    let (year, month) = match today.month() {
        12 => (today.year().checked_add(1)?, 1),
        month => (today.year(), month + 1),
    };
    let first = NaiveDate::from_ymd_opt(year, month, 1)?.and_time(NaiveTime::MIN);
    Some(first.and_local_timezone(offset).single()?.to_utc())
}

fn is_midnight(at: DateTime<Utc>, offset: FixedOffset) -> bool {
    at.with_timezone(&offset).time().num_seconds_from_midnight() == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::tests::fixtures::start;

    #[test]
    fn the_month_turns_in_the_members_zone() {
        for (hours, after, wanted) in [
            (3, "2026-11-30T20:59:59Z", "2026-11-30T21:00:00Z"),
            (3, "2026-11-30T21:00:00Z", "2026-12-31T21:00:00Z"),
            (12, "2026-12-31T11:59:59Z", "2026-12-31T12:00:00Z"),
            (-5, "2026-12-31T23:00:00Z", "2027-01-01T05:00:00Z"),
        ] {
            let offset = FixedOffset::east_opt(hours * 3600).unwrap();
            assert_eq!(next_month(after.parse().unwrap(), offset), Some(wanted.parse().unwrap()), "{after} {hours}");
        }
        assert_eq!(next_month(DateTime::<Utc>::MAX_UTC, FixedOffset::west_opt(3600).unwrap()), None);
        assert!(!is_midnight(start(), FixedOffset::east_opt(3600).unwrap()));
        assert!(is_midnight("2026-11-30T21:00:00Z".parse().unwrap(), FixedOffset::east_opt(3 * 3600).unwrap()));
    }
}
