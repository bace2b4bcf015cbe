//! What an offer is to the rules: price, validity, what it needs and what it rules out.
//!
//! Names of packages and films are data; no rule looks at them.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::calendar::{months_after, months_before, next_month_start};
use crate::values::{OfferId, Points};

/// The sort of thing an offer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A film or series to rent.
    Film,
    /// A package of channels.
    Package,
    /// A video subscription.
    Subscription,
    /// A service of the set-top box.
    Service,
    /// Room for recordings.
    Quota,
    /// A discount on another service.
    Discount,
    /// A software licence.
    Software,
    /// Phone minutes.
    Phone,
    /// Something a partner gives.
    Partner,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Film,
        Self::Package,
        Self::Subscription,
        Self::Service,
        Self::Quota,
        Self::Discount,
        Self::Software,
        Self::Phone,
        Self::Partner,
    ];

    /// The word for it in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Film => "film",
            Self::Package => "package",
            Self::Subscription => "subscription",
            Self::Service => "service",
            Self::Quota => "quota",
            Self::Discount => "discount",
            Self::Software => "software",
            Self::Phone => "phone",
            Self::Partner => "partner",
        }
    }

    /// The kind that a word of the API names.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How often a member may have an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Once, ever.
    Once,
    /// Again, after the earlier one has ended.
    WhenEnded,
}

/// Whether an order yields a promo code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromoCode {
    /// It does.
    Given,
    /// It does not.
    None,
}

/// From when months of validity count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// From the order.
    Order,
    /// From the first day of the calendar month after it.
    NextMonth,
}

/// How long an option works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Validity {
    /// Hours from the order.
    Hours {
        /// How many.
        #[schema(minimum = 1)]
        hours: u32,
    },
    /// Calendar months.
    Months {
        /// How many.
        #[schema(minimum = 1)]
        months: u32,
        /// From when they count.
        from: From,
    },
    /// For good.
    Permanent,
}

/// When an option works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first instant.
    pub starts_at: DateTime<Utc>,
    /// The first instant after it; `None` means for good.
    pub until: Option<DateTime<Utc>>,
}

impl Validity {
    /// When an option ordered at `at` works.
    pub fn period(self, at: DateTime<Utc>, zone: Tz) -> Period {
        match self {
            Self::Hours { hours } => Period { starts_at: at, until: Some(at + TimeDelta::hours(i64::from(hours))) },
            Self::Months { months, from: From::Order } => {
                Period { starts_at: at, until: Some(months_after(at, months, zone)) }
            }
            Self::Months { months, from: From::NextMonth } => {
                let starts_at = next_month_start(at, zone);
                // A month from the first ends with the month, also where the zone's offset changes.
                let until = (0..months).fold(starts_at, |end, _| next_month_start(end, zone));
                Period { starts_at, until: Some(until) }
            }
            Self::Permanent => Period { starts_at: at, until: None },
        }
    }

    /// When an option that ends at `until` may have been ordered.
    pub fn order_time(self, until: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Hours { hours } => until - TimeDelta::hours(i64::from(hours)),
            Self::Months { months, from: From::Order } => months_before(until, months, zone),
            Self::Months { months, from: From::NextMonth } => months_before(until, months, zone) - TimeDelta::days(1),
            Self::Permanent => until,
        }
    }
}

/// What happens when the free period ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum After {
    /// The option ends.
    Ends,
    /// The option goes on for money unless the renewal is switched off.
    Paid {
        /// The monthly price.
        #[schema(minimum = 0)]
        price_roubles: u32,
    },
}

/// Where an offer can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// On the set-top box.
    Box,
    /// In the personal account.
    Web,
    /// In the mobile application.
    App,
    /// By phone.
    Phone,
}

/// One part of a serial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// Its identifier within the serial.
    pub id: String,
    /// Its name.
    pub title: String,
    /// How long it runs.
    pub duration_minutes: u32,
}

/// An offer of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its identifier.
    pub id: OfferId,
    /// The category it is shown in.
    pub category: String,
    /// Its name.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// The line under the name.
    pub subtitle: String,
    /// What it is about.
    pub description: String,
    /// The year a film was made.
    pub year: Option<u16>,
    /// Who directed it.
    pub director: Option<String>,
    /// How long it runs.
    pub duration_minutes: Option<u32>,
    /// From which age it is suitable.
    pub age: u8,
    /// The catalogue price, where one is published.
    pub base_price: Option<Points>,
    /// How long it works.
    pub validity: Validity,
    /// What follows.
    pub after: After,
    /// What it contains.
    pub includes: Vec<String>,
    /// Where it can be ordered.
    pub channels: Vec<Channel>,
    /// Offers that must be active or in the same exchange.
    pub requires: Vec<OfferId>,
    /// Offers that contain it or that it contains.
    pub excludes: Vec<OfferId>,
    /// How often a member may have it.
    pub repeat: Repeat,
    /// Whether an order of it is answered with a promo code.
    pub promo_code: PromoCode,
    /// The parts of a serial in their order; empty for anything else.
    pub episodes: Vec<Episode>,
    /// The room for recordings it gives.
    pub quota_gb: Option<u32>,
    /// The service that must be connected for it to make sense.
    pub service: Option<String>,
    /// Its picture.
    pub image: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    const ZONE: Tz = chrono_tz::Europe::Moscow;

    #[test]
    fn a_rental_works_48_hours_from_the_order() {
        let now = at("2026-01-31T12:00:00Z");
        let period = Validity::Hours { hours: 48 }.period(now, ZONE);
        assert_eq!(period, Period { starts_at: now, until: Some(at("2026-02-02T12:00:00Z")) });
    }

    #[test]
    fn a_month_from_the_first_is_the_next_calendar_month() {
        let period = Validity::Months { months: 1, from: From::NextMonth }.period(at("2026-01-15T12:00:00Z"), ZONE);
        assert_eq!(period.starts_at, at("2026-01-31T21:00:00Z"));
        assert_eq!(period.until, Some(at("2026-02-28T21:00:00Z")));
    }

    #[test]
    fn two_months_from_the_order() {
        let now = at("2026-12-31T12:00:00Z");
        let period = Validity::Months { months: 2, from: From::Order }.period(now, ZONE);
        assert_eq!(period.until, Some(at("2027-02-28T12:00:00Z")));
        // Half past midnight of 1 March in Moscow.
        let march = Validity::Months { months: 1, from: From::Order }.period(at("2026-02-28T21:30:00Z"), ZONE);
        assert_eq!(march.until, Some(at("2026-03-31T21:30:00Z")), "the first of April at the same local time");
        assert_eq!(Validity::Permanent.period(now, ZONE).until, None);
    }
}
