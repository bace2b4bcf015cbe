//! Months, and days of a month, as a subscriber's own calendar counts them.
//!
//! All arithmetic that depends on a time zone is here. A local time that a zone skips or repeats
//! becomes the earliest instant that exists.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// The same local time of day, whole months later; the day is clamped to the length of the month.
pub fn months_after(at: DateTime<Utc>, months: u32, zone: Tz) -> DateTime<Utc> {
    let local = at.with_timezone(&zone).naive_local().checked_add_months(Months::new(months));
    local.map_or(DateTime::<Utc>::MAX_UTC, |local| instant(local, zone))
}

/// The same local time of day, whole months earlier.
pub fn months_before(at: DateTime<Utc>, months: u32, zone: Tz) -> DateTime<Utc> {
    let local = at.with_timezone(&zone).naive_local().checked_sub_months(Months::new(months));
    local.map_or(DateTime::<Utc>::MIN_UTC, |local| instant(local, zone))
}

/// A month more for an option that began at `began` and is over at `ended`.
///
/// Months are counted from the beginning, so an option of the 31st returns to it after a short
/// month. An end that is no whole number of months after the beginning begins a count of its own.
pub fn a_month_more(began: DateTime<Utc>, ended: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let (first, last) = (began.with_timezone(&zone), ended.with_timezone(&zone));
    let month = |year: i32, month0: u32| i64::from(year) * 12 + i64::from(month0);
    let passed = month(last.year(), last.month0()) - month(first.year(), first.month0());
    match u32::try_from(passed) {
        Ok(passed) if months_after(began, passed, zone) == ended => months_after(began, passed + 1, zone),
        Ok(_) | Err(_) => months_after(ended, 1, zone),
    }
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
    instant(day.and_time(NaiveTime::MIN), zone)
}

fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    // A zone may skip a time when its clocks go forward; it then comes an hour or two later.
    (0..4)
        .filter_map(|hours| local.checked_add_signed(TimeDelta::hours(hours)))
        .find_map(|later| zone.from_local_datetime(&later).earliest())
        .map_or_else(|| Utc.from_utc_datetime(&local), |found| found.with_timezone(&Utc))
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
        let moscow = chrono_tz::Europe::Moscow;
        assert_eq!(months_after(at("2024-02-29T10:00:00Z"), 24, moscow), at("2026-02-28T10:00:00Z"));
        assert_eq!(months_after(at("2026-01-31T10:00:00Z"), 1, moscow), at("2026-02-28T10:00:00Z"));
    }

    #[test]
    fn months_are_those_of_the_subscriber() {
        // Half past midnight of 1 March in Moscow is still February in Greenwich.
        let (moscow, march) = (chrono_tz::Europe::Moscow, at("2026-02-28T21:30:00Z"));
        assert_eq!(months_after(march, 1, moscow), at("2026-03-31T21:30:00Z"));
        assert_eq!(months_before(at("2026-03-31T21:30:00Z"), 1, moscow), march);
        // Clocks of Berlin go forward on 29 March; noon stays noon, and half past two is half past three.
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(months_after(at("2026-03-15T11:00:00Z"), 1, berlin), at("2026-04-15T10:00:00Z"));
        assert_eq!(months_after(at("2026-01-29T01:30:00Z"), 2, berlin), at("2026-03-29T01:30:00Z"));
    }

    #[test]
    fn renewals_return_to_the_day_of_the_beginning() {
        let moscow = chrono_tz::Europe::Moscow;
        let began = at("2025-12-30T21:30:00Z");
        let mut ends = vec![at("2026-01-30T21:30:00Z")];
        for _ in 0..3 {
            ends.push(a_month_more(began, ends[ends.len() - 1], moscow));
        }
        let expected = ["2026-01-30T21:30:00Z", "2026-02-27T21:30:00Z", "2026-03-30T21:30:00Z", "2026-04-29T21:30:00Z"];
        assert_eq!(ends, expected.map(at), "the 31st, the 28th, the 31st and the 30th");
    }

    #[test]
    fn an_option_of_hours_goes_on_from_its_end() {
        let (began, ended) = (at("2026-03-10T09:00:00Z"), at("2026-03-12T09:00:00Z"));
        assert_eq!(a_month_more(began, ended, chrono_tz::Europe::Moscow), at("2026-04-12T09:00:00Z"));
    }

    #[test]
    fn a_skipped_midnight_begins_the_day_later() {
        // Cairo's clocks jump from 00:00 to 01:00 on the last Friday of April.
        let day = NaiveDate::from_ymd_opt(2026, 4, 24).unwrap();
        assert_eq!(local_start(day, chrono_tz::Africa::Cairo), at("2026-04-23T22:00:00Z"));
    }
}
