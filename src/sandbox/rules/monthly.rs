//! The monthly limit: one exchange a calendar month, in the subscriber's time zone.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::calendar::{is_same_month, next_month_start};

/// Which exchanges the limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MonthlyLimit {
    /// Every exchange counts.
    #[default]
    Strict,
    /// An exchange of film rentals alone neither counts nor is limited.
    FilmsExempt,
}

/// What a basket holds, as far as the limit cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basket {
    /// Film rentals and nothing else.
    FilmsAlone,
    /// Anything else.
    Mixed,
}

/// An exchange made earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// When.
    pub at: DateTime<Utc>,
    /// What it held.
    pub basket: Basket,
}

/// When the next exchange is possible; `None` means now.
pub fn next_exchange_at(
    limit: MonthlyLimit,
    earlier: &[Earlier],
    now: DateTime<Utc>,
    zone: Tz,
) -> Option<DateTime<Utc>> {
    earlier
        .iter()
        .filter(|exchange| match (limit, exchange.basket) {
            (MonthlyLimit::Strict, Basket::FilmsAlone | Basket::Mixed) | (MonthlyLimit::FilmsExempt, Basket::Mixed) => {
                true
            }
            (MonthlyLimit::FilmsExempt, Basket::FilmsAlone) => false,
        })
        .any(|exchange| is_same_month(exchange.at, now, zone))
        .then(|| next_month_start(now, zone))
}

/// When this basket can be exchanged; `None` means now.
pub fn basket_waits_until(
    limit: MonthlyLimit,
    basket: Basket,
    earlier: &[Earlier],
    now: DateTime<Utc>,
    zone: Tz,
) -> Option<DateTime<Utc>> {
    match (limit, basket) {
        (MonthlyLimit::FilmsExempt, Basket::FilmsAlone) => None,
        (MonthlyLimit::FilmsExempt, Basket::Mixed) | (MonthlyLimit::Strict, Basket::FilmsAlone | Basket::Mixed) => {
            next_exchange_at(limit, earlier, now, zone)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ZONE: Tz = chrono_tz::Europe::Moscow;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn earlier(text: &str, basket: Basket) -> Vec<Earlier> {
        vec![Earlier { at: at(text), basket }]
    }

    #[test]
    fn the_limit_ends_with_the_local_month() {
        let made = earlier("2026-01-01T10:00:00Z", Basket::Mixed);
        let next = Some(at("2026-01-31T21:00:00Z"));
        assert_eq!(next_exchange_at(MonthlyLimit::Strict, &made, at("2026-01-31T20:59:59Z"), ZONE), next);
        assert_eq!(next_exchange_at(MonthlyLimit::Strict, &made, at("2026-01-31T21:00:00Z"), ZONE), None);
    }

    #[test]
    fn the_utc_month_does_not_matter() {
        // 22:00 UTC on 31 December is already January in Moscow.
        let made = earlier("2025-12-31T22:00:00Z", Basket::Mixed);
        assert!(next_exchange_at(MonthlyLimit::Strict, &made, at("2026-01-20T00:00:00Z"), ZONE).is_some());
    }

    #[test]
    fn strict_counts_films_and_exempt_does_not() {
        let made = earlier("2026-01-05T10:00:00Z", Basket::FilmsAlone);
        let now = at("2026-01-06T00:00:00Z");
        assert!(next_exchange_at(MonthlyLimit::Strict, &made, now, ZONE).is_some());
        assert_eq!(next_exchange_at(MonthlyLimit::FilmsExempt, &made, now, ZONE), None);
    }

    proptest! {
        #[test]
        fn one_exchange_a_month_as_a_naive_calendar_counts(
            made in prop::collection::vec((0_i64..400 * 24, any::<bool>()), 0..6),
            now in 0_i64..400 * 24,
            is_exempt in any::<bool>(),
        ) {
            let hour = |hours: i64| at("2025-06-01T00:00:00Z") + chrono::TimeDelta::hours(hours);
            // Moscow is three hours ahead the whole year; the month is the first letters of the date.
            let month = |time: DateTime<Utc>| (time + chrono::TimeDelta::hours(3)).to_rfc3339()[..7].to_owned();
            let basket = |is_film: bool| if is_film { Basket::FilmsAlone } else { Basket::Mixed };
            let limit = if is_exempt { MonthlyLimit::FilmsExempt } else { MonthlyLimit::Strict };
            let earlier: Vec<Earlier> =
                made.iter().map(|(hours, is_film)| Earlier { at: hour(*hours), basket: basket(*is_film) }).collect();
            let is_used = made.iter().any(|(hours, is_film)| month(hour(*hours)) == month(hour(now)) && !(is_exempt && *is_film));
            let next = next_exchange_at(limit, &earlier, hour(now), ZONE);
            prop_assert_eq!(next.is_some(), is_used);
            if let Some(next) = next {
                prop_assert!(next > hour(now) && month(next) != month(hour(now)));
                prop_assert_eq!(month(next - chrono::TimeDelta::seconds(1)), month(hour(now)));
            }
            let film = basket_waits_until(limit, Basket::FilmsAlone, &earlier, hour(now), ZONE);
            prop_assert_eq!(film.is_some(), is_used && !is_exempt);
        }
    }

    #[test]
    fn an_exempt_film_is_not_limited_by_a_package() {
        let made = earlier("2026-01-05T10:00:00Z", Basket::Mixed);
        let now = at("2026-01-06T00:00:00Z");
        assert_eq!(basket_waits_until(MonthlyLimit::FilmsExempt, Basket::FilmsAlone, &made, now, ZONE), None);
        assert!(basket_waits_until(MonthlyLimit::FilmsExempt, Basket::Mixed, &made, now, ZONE).is_some());
        assert!(basket_waits_until(MonthlyLimit::Strict, Basket::FilmsAlone, &made, now, ZONE).is_some());
    }
}
