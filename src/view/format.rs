//! Numbers, dates, times and small builders that every screen uses.

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Timelike, Utc};
use qrcode::{EcLevel, QrCode};

use crate::core::{Cursor, Standing, Time};
use crate::domain::{AfterPeriod, Points, Validity};

use super::message::Msg;
use super::model::{Button, CodeSize, Fact, Qr, Tone};
use super::text::Text;

/// "1 700", in the groups of the language.
pub(crate) fn number(amount: u64) -> Text {
    Text::Number { sign: "", amount }
}

/// The number that chooses a plural form, kept inside what Slint's integers hold.
pub(crate) fn plural(n: u64) -> i64 {
    const MILLION: u64 = 1_000_000;
    let kept = if n >= MILLION { MILLION + n % MILLION } else { n };
    i64::try_from(kept).unwrap_or(0)
}

/// What something is called; a server may have no name for it.
pub(crate) fn title(title: &str) -> Text {
    if title.trim().is_empty() { Msg::Untitled.into() } else { Text::plain(title) }
}

/// "1 700 баллов".
pub(crate) fn points(points: Points) -> Text {
    Text::counted(Msg::Points, plural(points.get()), [number(points.get())])
}

/// "+200" or "−720".
pub(crate) fn signed(amount: i64) -> Text {
    if amount < 0 { less(amount.unsigned_abs()) } else { more(amount.unsigned_abs()) }
}

/// "+200".
pub(crate) fn more(amount: u64) -> Text {
    Text::Number { sign: "+", amount }
}

/// "−720".
pub(crate) fn less(amount: u64) -> Text {
    Text::Number { sign: "−", amount }
}

/// "450 ₽".
pub(crate) fn roubles(roubles: u64) -> Text {
    Text::with(Msg::Roubles, [number(roubles)])
}

/// "22 ноября".
pub(crate) fn day(at: DateTime<Utc>, offset: FixedOffset) -> Text {
    let local = at.with_timezone(&offset);
    Text::with(Msg::DayMonth, [Text::plain(local.day().to_string()), month(local.month()).into()])
}

/// "22 ноября 2026".
pub(crate) fn day_year(at: DateTime<Utc>, offset: FixedOffset) -> Text {
    let local = at.with_timezone(&offset);
    let parts =
        [Text::plain(local.day().to_string()), month(local.month()).into(), Text::plain(local.year().to_string())];
    Text::with(Msg::DayMonthYear, parts)
}

/// "22 ноября, 18:42".
pub(crate) fn day_time(at: DateTime<Utc>, offset: FixedOffset) -> Text {
    Text::with(Msg::DayAndTime, [day(at, offset), Text::plain(time(at, offset))])
}

/// "до 30 ноября включительно" for what holds through that whole day, else "до 29 ноября, 15:00" (TIME-3).
pub(crate) fn until(end: DateTime<Utc>, offset: FixedOffset) -> Text {
    match last_day(end, offset) {
        Some(last) => Text::with(Msg::ThroughDay, [day(last, offset)]),
        None => Text::with(Msg::WorksUntil, [day_time(end, offset)]),
    }
}

/// The same with the year, for what is far away.
pub(crate) fn until_year(end: DateTime<Utc>, offset: FixedOffset) -> Text {
    match last_day(end, offset) {
        Some(last) => Text::with(Msg::ThroughDay, [day_year(last, offset)]),
        None => {
            let at = Text::with(Msg::DayAndTime, [day_year(end, offset), Text::plain(time(end, offset))]);
            Text::with(Msg::WorksUntil, [at])
        }
    }
}

/// "в конце дня 30 ноября" for what is lost at midnight, else "29 ноября, 15:00".
pub(crate) fn lost_at(end: DateTime<Utc>, offset: FixedOffset) -> Text {
    match last_day(end, offset) {
        Some(last) => Text::with(Msg::EndOfDay, [day(last, offset)]),
        None => day_time(end, offset),
    }
}

/// "30 ноября": the last day on which something holds, whole or in part.
pub(crate) fn last_day_short(end: DateTime<Utc>, offset: FixedOffset) -> Text {
    day(last_day(end, offset).unwrap_or(end), offset)
}

/// "30 ноября 2026": the last day on which something holds, whole or in part.
pub(crate) fn last_day_year(end: DateTime<Utc>, offset: FixedOffset) -> Text {
    day_year(last_day(end, offset).unwrap_or(end), offset)
}

/// "с 1 декабря" for what begins with that day, else "с 1 декабря, 15:00".
pub(crate) fn from(start: DateTime<Utc>, offset: FixedOffset) -> Text {
    let is_midnight = start.with_timezone(&offset).time().num_seconds_from_midnight() < 60;
    Text::with(Msg::FromDay, [if is_midnight { day(start, offset) } else { day_time(start, offset) }])
}

/// A moment of the last day that something holds to its very end: it ends at midnight, or a minute before it as some
/// services have it. `None` if it ends in the middle of a day.
fn last_day(end: DateTime<Utc>, offset: FixedOffset) -> Option<DateTime<Utc>> {
    const LAST_MINUTE: u32 = 24 * 3600 - 60;
    let last = end.checked_sub_signed(TimeDelta::nanoseconds(1))?;
    (last.with_timezone(&offset).time().num_seconds_from_midnight() >= LAST_MINUTE).then_some(last)
}

/// "18:42".
pub(crate) fn time(at: DateTime<Utc>, offset: FixedOffset) -> String {
    let local = at.with_timezone(&offset);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

fn month(number: u32) -> Msg {
    const MONTHS: [Msg; 12] = [
        Msg::January,
        Msg::February,
        Msg::March,
        Msg::April,
        Msg::May,
        Msg::June,
        Msg::July,
        Msg::August,
        Msg::September,
        Msg::October,
        Msg::November,
        Msg::December,
    ];
    usize::try_from(number).ok().and_then(|n| MONTHS.get(n.checked_sub(1)?)).copied().unwrap_or(Msg::January)
}

/// The time left: "14 дней", "5 ч 20 мин", "20 мин".
pub(crate) fn left(until: DateTime<Utc>, now: DateTime<Utc>) -> Text {
    let left = until.signed_duration_since(now).max(TimeDelta::zero());
    let minutes = u64::try_from(left.num_minutes()).unwrap_or(0);
    // Five days from now are five days a second later too, and not yet four.
    let (days, hours, rest) = ((minutes + 60) / 1440, minutes / 60, minutes % 60);
    if hours >= 72 {
        Text::counted(Msg::Days, plural(days), [number(days)])
    } else if hours > 0 {
        Text::with(Msg::HoursMinutes, [Text::plain(hours.to_string()), Text::plain(rest.to_string())])
    } else {
        Text::with(Msg::Minutes, [Text::plain(rest.max(1).to_string())])
    }
}

/// "ещё 14 дней", or that it is over; before the time is known, the date alone.
pub(crate) fn left_short(until: DateTime<Utc>, time: Time, offset: FixedOffset) -> Text {
    match (time, time.standing(until)) {
        (_, Standing::Past) => Msg::Ended.into(),
        (Time::Known(now), Standing::Ahead) => Text::with(Msg::LeftShort, [left(until, now)]),
        (Time::Known(_) | Time::NotBefore(_), Standing::Ahead | Standing::Unknown) => self::until(until, offset),
    }
}

/// For how long an option works.
pub(crate) fn validity(validity: Validity) -> Text {
    match validity {
        Validity::Hours(hours) => Text::counted(Msg::ForHours, plural(hours.into()), [Text::plain(hours.to_string())]),
        Validity::MonthsFromOrder(months) => {
            Text::counted(Msg::ForMonths, plural(months.into()), [Text::plain(months.to_string())])
        }
        Validity::MonthsFromNext(months) => {
            Text::counted(Msg::ForMonthsFromNext, plural(months.into()), [Text::plain(months.to_string())])
        }
        Validity::Permanent => Msg::ForGood.into(),
        Validity::Unknown => Text::Empty,
    }
}

/// What happens afterwards.
pub(crate) fn after(after: AfterPeriod) -> Text {
    match after {
        AfterPeriod::Ends => Msg::AfterEnds.into(),
        AfterPeriod::Paid { roubles: amount } => Text::with(Msg::AfterPaid, [roubles(amount)]),
        AfterPeriod::Unknown => Text::Empty,
    }
}

/// "3 из 42", or nothing in an empty list.
pub(crate) fn position(cursor: Cursor, total: usize) -> Text {
    if total == 0 {
        return Text::Empty;
    }
    Text::with(Msg::Position, [Text::plain((cursor.at + 1).to_string()), Text::plain(total.to_string())])
}

/// A fact in the plain tone.
pub(crate) fn fact(label: Msg, value: Text) -> Fact {
    Fact { label: label.into(), value, tone: Tone::Plain }
}

/// Buttons of which one may have the focus.
pub(crate) fn buttons(labels: impl IntoIterator<Item = (Text, Tone)>, focused: Option<usize>) -> Vec<Button> {
    labels
        .into_iter()
        .enumerate()
        .map(|(index, (label, tone))| Button {
            label,
            tone,
            is_enabled: true,
            is_focused: focused == Some(index),
            is_busy: false,
        })
        .collect()
}

/// An address as a person types it.
pub(crate) fn address(address: &str) -> String {
    let address = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://")).unwrap_or(address);
    address.trim_end_matches('/').to_owned()
}

/// How large a code or an address of this length can stand on the screen.
pub(crate) fn code_size(code: &str) -> CodeSize {
    match code.chars().count() {
        0..=14 => CodeSize::Large,
        15..=64 => CodeSize::Medium,
        _ => CodeSize::Small,
    }
}

/// A QR code of the whole text, or `None` if the text is too long for one.
pub(crate) fn qr(text: &str) -> Option<Qr> {
    /// Modules along a side up to which there is room for more redundancy: version 6.
    const ROOMY: usize = 41;
    let of = |level| QrCode::with_error_correction_level(text, level).ok();
    let code = of(EcLevel::M).filter(|code| code.width() <= ROOMY).or_else(|| of(EcLevel::L))?;
    let modules = code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect();
    Some(Qr { size: code.width(), modules })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_count_keeps_its_plural_form() {
        assert_eq!(plural(21), 21);
        assert_eq!(plural(1_000_001), 1_000_001);
        assert_eq!(plural(5_000_001) % 100, 1);
        assert!(i32::try_from(plural(u64::MAX)).is_ok());
    }

    #[test]
    fn time_left_is_told_in_the_unit_that_matters() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let in_minutes = |n| left(now + TimeDelta::minutes(n), now);
        assert_eq!(in_minutes(0), Text::with(Msg::Minutes, [Text::plain("1")]));
        assert_eq!(in_minutes(59), Text::with(Msg::Minutes, [Text::plain("59")]));
        assert_eq!(in_minutes(47 * 60 + 5), Text::with(Msg::HoursMinutes, [Text::plain("47"), Text::plain("5")]));
        assert_eq!(in_minutes(5 * 1440), Text::counted(Msg::Days, 5, [number(5)]));
    }

    /// C29, TIME-3: over every zone and around every midnight, a date without an hour is a day through which it holds.
    #[test]
    fn c29_a_date_without_an_hour_is_the_last_whole_day() {
        let zones = (-12 * 60..=14 * 60).step_by(15).map(|minutes| FixedOffset::east_opt(minutes * 60).unwrap());
        let first = DateTime::from_timestamp(1_795_996_800, 0).unwrap();
        for offset in zones {
            for minutes in (0..3 * 1440).step_by(7).chain([1, 60, 1439, 1440, 2880]) {
                let end = first + TimeDelta::minutes(minutes) - TimeDelta::seconds(i64::from(offset.local_minus_utc()));
                let local = end.with_timezone(&offset);
                let last = local - TimeDelta::seconds(1);
                let Text::Message { msg, args, .. } = until(end, offset) else { panic!("a message") };
                if local.hour() == 0 && local.minute() == 0 {
                    assert_eq!((msg, &args[..]), (Msg::ThroughDay, &[day(last.to_utc(), offset)][..]), "{local}");
                    assert_ne!(local.day(), last.day(), "the day that is named is the one before midnight");
                } else if local.hour() == 23 && local.minute() == 59 {
                    assert_eq!((msg, &args[..]), (Msg::WorksUntil, &[day_time(end, offset)][..]), "{local}");
                } else {
                    assert_eq!((msg, &args[..]), (Msg::WorksUntil, &[day_time(end, offset)][..]), "{local}");
                    assert_eq!(local.day(), last.day());
                }
                let Text::Message { msg, args, .. } = from(end, offset) else { panic!("a message") };
                let is_midnight = local.hour() == 0 && local.minute() == 0;
                let begins = if is_midnight { day(end, offset) } else { day_time(end, offset) };
                assert_eq!((msg, &args[..]), (Msg::FromDay, &[begins][..]), "{local}");
            }
        }
    }

    #[test]
    fn c29_the_end_of_november_is_november_30_and_december_begins_on_the_1st() {
        let offset = FixedOffset::east_opt(3 * 3600).unwrap();
        let at = |time: &str| time.parse::<DateTime<Utc>>().unwrap();
        let november = |n: &str| Text::with(Msg::DayMonth, [Text::plain(n), Msg::November.into()]);
        let december = Text::with(Msg::DayMonth, [Text::plain("1"), Msg::December.into()]);
        let midnight = at("2026-11-30T21:00:00Z");
        assert_eq!(until(midnight, offset), Text::with(Msg::ThroughDay, [november("30")]));
        assert_eq!(until(at("2026-11-30T20:59:59Z"), offset), Text::with(Msg::ThroughDay, [november("30")]));
        assert_eq!(lost_at(midnight, offset), Text::with(Msg::EndOfDay, [november("30")]));
        assert_eq!(from(midnight, offset), Text::with(Msg::FromDay, [december.clone()]));
        let second = at("2026-11-30T21:00:01Z");
        let with_time = Text::with(Msg::DayAndTime, [december, Text::plain("00:00")]);
        assert_eq!(until(second, offset), Text::with(Msg::WorksUntil, [with_time]));
        let year = |n: &str| Text::with(Msg::DayMonthYear, [Text::plain(n), Msg::November.into(), Text::plain("2026")]);
        assert_eq!(until_year(midnight, offset), Text::with(Msg::ThroughDay, [year("30")]));
        assert_eq!(last_day_year(midnight, offset), year("30"));
        let _ = (until_year(DateTime::<Utc>::MIN_UTC, offset), until(DateTime::<Utc>::MIN_UTC, offset));
    }

    #[test]
    fn c25_before_the_time_is_known_no_time_left_is_told() {
        let offset = FixedOffset::east_opt(3 * 3600).unwrap();
        let end = DateTime::from_timestamp(1_795_348_800, 0).unwrap();
        let hour = TimeDelta::hours(1);
        assert_eq!(left_short(end, Time::NotBefore(end - hour), offset), until(end, offset));
        assert_eq!(left_short(end, Time::NotBefore(DateTime::<Utc>::MIN_UTC), offset), until(end, offset));
        assert_eq!(left_short(end, Time::NotBefore(end), offset), Msg::Ended.into());
        assert_eq!(
            left_short(end, Time::Known(end - hour), offset),
            Text::with(Msg::LeftShort, [left(end, end - hour)])
        );
        assert_eq!(left_short(end, Time::Known(end), offset), Msg::Ended.into());
    }

    #[test]
    fn a_qr_code_is_a_square_of_modules() {
        let qr = qr("https://tv.example/tv?code=BCDF-GHJK").unwrap();
        assert_eq!(qr.modules.len(), qr.size * qr.size);
        assert!(super::qr(&"x".repeat(10_000)).is_none());
    }
}
