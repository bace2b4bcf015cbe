//! Ways to earn points: how many, and when they are posted.
//!
//! Payments and top-ups post after their month closes, joining within a day, the rest at once.

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::calendar::{day_of_next_month, months_after};
use crate::values::Points;

/// Posted points live for this many months.
pub const LIFETIME_MONTHS: u32 = 24;
/// Payments below this many roubles earn nothing.
pub const LEAST_PAYMENT_ROUBLES: u32 = 1000;
/// So many roubles of a payment earn one point.
pub const ROUBLES_A_POINT: u32 = 5;
/// The day of the next month on which payments post; sources name the 10th and the 15th.
pub const PAYMENT_POSTING_DAY: u32 = 10;
/// The points for joining post after so many hours.
pub const JOINING_DELAY_HOURS: u32 = 24;

/// Why points arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Earning {
    /// The subscriber joined the programme.
    Joining,
    /// Bills are delivered by e-mail.
    EmailBill,
    /// The profile is complete.
    Profile,
    /// A survey was answered.
    Survey,
    /// It is the subscriber's birthday.
    Birthday,
    /// Services were paid for.
    Payment,
    /// The account was topped up.
    TopUp,
}

impl Earning {
    /// Every way to earn.
    pub const ALL: [Self; 7] =
        [Self::Joining, Self::EmailBill, Self::Profile, Self::Survey, Self::Birthday, Self::Payment, Self::TopUp];

    /// The word for it in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Joining => "joining",
            Self::EmailBill => "email_bill",
            Self::Profile => "profile",
            Self::Survey => "survey",
            Self::Birthday => "birthday",
            Self::Payment => "payment",
            Self::TopUp => "top_up",
        }
    }

    /// The way to earn that a word of the API names.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|earning| earning.code() == code)
    }

    /// Whether it brings points once in a member's life.
    pub fn is_one_time(self) -> bool {
        match self {
            Self::Joining | Self::EmailBill | Self::Profile => true,
            Self::Survey | Self::Birthday | Self::Payment | Self::TopUp => false,
        }
    }

    /// The least and the most points it brings at a time, as published.
    pub fn reward(self) -> RangeInclusive<i64> {
        match self {
            Self::Joining => 500..=500,
            Self::EmailBill => 300..=300,
            Self::Profile => 100..=100,
            Self::Survey => 100..=1000,
            Self::Birthday => 1000..=1000,
            Self::Payment | Self::TopUp => i64::from(LEAST_PAYMENT_ROUBLES / ROUBLES_A_POINT)..=Points::MAX,
        }
    }

    /// What a member reads in the history.
    pub fn title(self) -> &'static str {
        match self {
            Self::Joining => "Вступление в программу",
            Self::EmailBill => "Счёт по электронной почте",
            Self::Profile => "Заполненный профиль",
            Self::Survey => "Участие в опросе",
            Self::Birthday => "День рождения",
            Self::Payment => "Оплата услуг",
            Self::TopUp => "Пополнение счёта",
        }
    }
}

/// When points earned at `at` are posted.
pub fn posting_time(earning: Earning, at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    match earning {
        Earning::Joining => at + TimeDelta::hours(i64::from(JOINING_DELAY_HOURS)),
        Earning::EmailBill | Earning::Profile | Earning::Survey | Earning::Birthday => at,
        Earning::Payment | Earning::TopUp => day_of_next_month(at, PAYMENT_POSTING_DAY, zone),
    }
}

/// When points posted at `posted_at` burn.
pub fn expiry(posted_at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    months_after(posted_at, LIFETIME_MONTHS, zone)
}

/// The points a payment earns.
pub fn points_for_payment(roubles: i64) -> Points {
    if roubles < i64::from(LEAST_PAYMENT_ROUBLES) {
        return Points::ZERO;
    }
    // Beyond what points can hold a payment earns that much and not nothing.
    Points::new((roubles / i64::from(ROUBLES_A_POINT)).min(Points::MAX)).unwrap_or(Points::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_thousand_roubles_earn_two_hundred_points_and_less_earns_nothing() {
        assert_eq!(points_for_payment(1000).get(), 200);
        assert_eq!(points_for_payment(1004).get(), 200);
        assert_eq!(points_for_payment(1005).get(), 201);
        assert_eq!(points_for_payment(999), Points::ZERO);
        assert_eq!(points_for_payment(-5000), Points::ZERO);
        assert_eq!(points_for_payment(i64::MAX).get(), Points::MAX);
    }

    #[test]
    fn payments_post_after_their_month_closes() {
        let zone = chrono_tz::Europe::Moscow;
        let paid = at("2026-01-31T20:59:00Z");
        assert_eq!(posting_time(Earning::TopUp, paid, zone), at("2026-02-09T21:00:00Z"));
        assert_eq!(posting_time(Earning::Payment, at("2026-01-31T21:00:00Z"), zone), at("2026-03-09T21:00:00Z"));
    }

    #[test]
    fn joining_posts_within_a_day_and_the_rest_at_once() {
        let zone = chrono_tz::Europe::Moscow;
        let now = at("2026-01-10T12:00:00Z");
        assert_eq!(posting_time(Earning::Joining, now, zone), at("2026-01-11T12:00:00Z"));
        for earning in [Earning::EmailBill, Earning::Profile, Earning::Survey, Earning::Birthday] {
            assert_eq!(posting_time(earning, now, zone), now);
        }
    }

    #[test]
    fn every_code_names_its_earning() {
        for earning in Earning::ALL {
            assert_eq!(Earning::from_code(earning.code()), Some(earning));
        }
        assert_eq!(Earning::from_code("exchange"), None);
    }
}
