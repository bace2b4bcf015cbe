//! Months, and days of a month, as a subscriber's own calendar counts them.
//!
//! All arithmetic that depends on a time zone is here. A local time that a zone skips or repeats
//! becomes the earliest instant that exists.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The same time of day, whole months later; the day is clamped to the length of the month.
pub fn months_after(at: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    at.checked_add_months(Months::new(months)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The same time of day, whole months earlier.
pub fn months_before(at: DateTime<Utc>, months: u32) -> DateTime<Utc> {
    at.checked_sub_months(Months::new(months)).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// The first instant of the calendar month after the one that holds `at`.
pub fn next_month_start(at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    local_start(first_of_next_month(at, zone), zone)
}

/// The first instant of a day of the calendar month after the one that holds `at`.
pub fn day_of_next_month(at: DateTime<Utc>, day: u32, zone: Tz) -> DateTime<Utc> {
    let first = first_of_next_month(at, zone);
    local_start(first.with_day(day).unwrap_or(first), zone)
}

/// Whether two instants fall into one calendar month.
pub fn is_same_month(one: DateTime<Utc>, other: DateTime<Utc>, zone: Tz) -> bool {
    let (one, other) = (one.with_timezone(&zone), other.with_timezone(&zone));
    (one.year(), one.month()) == (other.year(), other.month())
}

fn first_of_next_month(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    let local = at.with_timezone(&zone).date_naive();
    let first = local.with_day(1).unwrap_or(local);
    first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX)
}

fn local_start(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    // A zone may skip midnight when its clocks go forward; the day then begins an hour or two later.
    (0..4)
        .find_map(|hours| zone.from_local_datetime(&(midnight + TimeDelta::hours(hours))).earliest())
        .map_or_else(|| Utc.from_utc_datetime(&midnight), |local| local.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_begins_at_local_midnight() {
        let moscow = chrono_tz::Europe::Moscow;
        assert_eq!(next_month_start(at("2026-01-31T20:59:59Z"), moscow), at("2026-01-31T21:00:00Z"));
        assert_eq!(next_month_start(at("2026-01-31T21:00:00Z"), moscow), at("2026-02-28T21:00:00Z"));
        assert_eq!(next_month_start(at("2026-12-15T00:00:00Z"), moscow), at("2026-12-31T21:00:00Z"));
    }

    #[test]
    fn one_instant_can_be_in_different_months_for_different_zones() {
        let (one, other) = (at("2026-01-31T18:00:00Z"), at("2026-01-31T20:00:00Z"));
        assert!(is_same_month(one, other, chrono_tz::Europe::Moscow));
        assert!(!is_same_month(one, other, chrono_tz::Asia::Yekaterinburg));
    }

    #[test]
    fn a_long_month_is_clamped() {
        assert_eq!(months_after(at("2024-02-29T10:00:00Z"), 24), at("2026-02-28T10:00:00Z"));
        assert_eq!(months_after(at("2026-01-31T10:00:00Z"), 1), at("2026-02-28T10:00:00Z"));
    }

    #[test]
    fn a_skipped_midnight_begins_the_day_later() {
        // Cairo's clocks jump from 00:00 to 01:00 on the last Friday of April.
        let day = NaiveDate::from_ymd_opt(2026, 4, 24).unwrap();
        assert_eq!(local_start(day, chrono_tz::Africa::Cairo), at("2026-04-23T22:00:00Z"));
    }
}
