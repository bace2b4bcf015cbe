//! The values every answer is made of, checked while they are read.
//!
//! A server may be wrong or hostile: texts are bounded and lose what could disturb a screen,
//! amounts and times have a range, and a list drops what it cannot read instead of failing.

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Datelike, Utc};
use serde::de::{DeserializeOwned, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::domain::Points;

/// More points than any programme gives; keeps sums and columns within their width.
const MOST_POINTS: i64 = 1_000_000_000_000;
/// More roubles than any bill.
const MOST_ROUBLES: i64 = 1_000_000_000;
/// Longer than any id of the contract.
const LONGEST_ID: usize = 128;
/// Longer than any cursor, address or token.
const LONGEST_OPAQUE: usize = 4096;

/// Text that may be shown: at most `MAX` characters and nothing that is not a character.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Text<const MAX: usize>(pub String);

/// A name or a title.
pub(in crate::api) type Title = Text<200>;
/// A text of several sentences.
pub(in crate::api) type Prose = Text<2000>;

impl<const MAX: usize> Text<MAX> {
    /// Cleans and bounds a text; a cut is marked with an ellipsis.
    pub fn new(raw: &str) -> Self {
        let mut clean = raw.chars().filter_map(displayable);
        let mut text: String = clean.by_ref().take(MAX).collect();
        if clean.next().is_some() {
            text.pop();
            text.push('…');
        }
        Self(text)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|raw| Self::new(&raw))
    }
}

/// What a screen may show of a character: line breaks become spaces, controls and marks that
/// turn the writing direction around disappear.
fn displayable(c: char) -> Option<char> {
    match c {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// An id: 1 to 128 characters without spaces or controls, and never a step in a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Id(pub String);

impl Id {
    /// Whether this text can be an id.
    pub fn accepts(text: &str) -> bool {
        (1..=LONGEST_ID).contains(&text.len())
            && !matches!(text, "." | "..")
            && !text.chars().any(|c| c.is_whitespace() || displayable(c) != Some(c))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if Self::accepts(&text) { Ok(Self(text)) } else { Err(D::Error::custom("not an id")) }
    }
}

/// A cursor, a token or an address: printable ASCII that is passed on as it is.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Opaque(pub String);

impl<'de> Deserialize<'de> for Opaque {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_valid = (1..=LONGEST_OPAQUE).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if is_valid { Ok(Self(text)) } else { Err(D::Error::custom("not printable ASCII of a sane length")) }
    }
}

/// An amount of points.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::api) struct Amount(pub Points);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = i64::deserialize(deserializer)?;
        let points = Points::new(raw).filter(|_| raw <= MOST_POINTS);
        points.map(Self).ok_or_else(|| D::Error::custom("points out of range"))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.get().serialize(serializer)
    }
}

/// A signed change of points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::api) struct Change(pub i64);

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = i64::deserialize(deserializer)?;
        if (-MOST_POINTS..=MOST_POINTS).contains(&raw) {
            Ok(Self(raw))
        } else {
            Err(D::Error::custom("points out of range"))
        }
    }
}

/// An amount of roubles.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Roubles(pub u64);

impl<'de> Deserialize<'de> for Roubles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = i64::deserialize(deserializer)?;
        let roubles = u64::try_from(raw).ok().filter(|_| raw <= MOST_ROUBLES);
        roubles.map(Self).ok_or_else(|| D::Error::custom("roubles out of range"))
    }
}

/// A percentage from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Percent(pub u8);

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = u8::deserialize(deserializer)?;
        if raw <= 100 { Ok(Self(raw)) } else { Err(D::Error::custom("not a percentage")) }
    }
}

/// A time within the years that calendars and screens can hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Time(pub DateTime<Utc>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let at = DateTime::<Utc>::deserialize(deserializer)?;
        if (1970..=9998).contains(&at.year()) { Ok(Self(at)) } else { Err(D::Error::custom("year out of range")) }
    }
}

/// An age mark. What cannot be understood counts as 18, the careful reading.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Age(pub u8);

impl Default for Age {
    fn default() -> Self {
        Self(18)
    }
}

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Value::deserialize(deserializer)?;
        let years = raw.as_u64().unwrap_or(u64::MAX);
        Ok([0, 6, 12, 16, 18].into_iter().find(|mark| u64::from(*mark) >= years).map_or_else(Self::default, Self))
    }
}

/// Reads a list, dropping the items that cannot be read and everything past `MAX`.
pub(in crate::api) fn list<'de, D, T, const MAX: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    Ok(Option::<Items<T, MAX>>::deserialize(deserializer)?.map(|items| items.0).unwrap_or_default())
}

/// Items of a list, read one by one: only what is kept takes memory.
struct Items<T, const MAX: usize>(Vec<T>);

impl<'de, T: DeserializeOwned, const MAX: usize> Deserialize<'de> for Items<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ItemsVisitor::<T, MAX>(PhantomData))
    }
}

struct ItemsVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: DeserializeOwned, const MAX: usize> Visitor<'de> for ItemsVisitor<T, MAX> {
    type Value = Items<T, MAX>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let (mut items, mut dropped) = (Vec::new(), 0_usize);
        for _ in 0..MAX {
            let Some(item) = list.next_element::<Value>()? else { break };
            match serde_json::from_value(item) {
                Ok(item) => items.push(item),
                Err(_) => dropped += 1,
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {
            dropped += 1;
        }
        if dropped > 0 {
            tracing::warn!(dropped, of = std::any::type_name::<T>(), "list items are not readable");
        }
        Ok(Items(items))
    }
}

/// Reads an optional value, taking one that cannot be read as absent.
/// Only for what a screen can do without.
pub(in crate::api) fn if_readable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let raw = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(raw).ok())
}

/// Whether an address is one that a player or a phone may open.
pub(in crate::api) fn is_web_address(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn text_is_bounded_and_loses_what_disturbs_a_screen() {
        assert_eq!(Text::<5>::new("abcdefgh").0, "abcd…");
        assert_eq!(Text::<5>::new("abcde").0, "abcde");
        assert_eq!(Text::<50>::new("a\u{7}b\u{1b}[31mc\u{202e}d\ne").0, "ab[31mcd e");
        assert_eq!(Text::<0>::new("a").0, "…");
    }

    #[test]
    fn amounts_outside_their_range_are_refused() {
        assert_eq!(read::<Amount>("0"), Some(Amount(Points::ZERO)));
        for bad in ["-1", "1e30", "1.5", "99999999999999", "18446744073709551616", "\"5\"", "null", "true"] {
            assert_eq!(read::<Amount>(bad), None, "{bad}");
        }
        assert_eq!(read::<Roubles>("-1"), None);
        assert_eq!(read::<Percent>("101"), None);
        assert_eq!(read::<Change>("-720"), Some(Change(-720)));
        assert_eq!(read::<Change>("-9223372036854775808"), None);
    }

    #[test]
    fn dates_outside_the_calendar_are_refused() {
        assert!(read::<Time>("\"2026-11-22T10:00:00Z\"").is_some());
        for bad in
            ["\"2026-02-30T10:00:00Z\"", "\"+262142-01-01T00:00:00Z\"", "\"0001-01-01T00:00:00Z\"", "\"soon\"", "5"]
        {
            assert_eq!(read::<Time>(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_age_mark_is_rounded_up_and_nonsense_counts_as_adult() {
        let age = |json| read::<Age>(json).map(|age| age.0);
        assert_eq!(age("0"), Some(0));
        assert_eq!(age("7"), Some(12));
        for adult in ["18", "17", "21", "-1", "1e99", "\"x\"", "null", "[]"] {
            assert_eq!(age(adult), Some(18), "{adult}");
        }
    }

    #[test]
    fn ids_cannot_walk_through_paths() {
        for bad in ["", ".", "..", "a b", "a\n", &"x".repeat(129)] {
            assert!(!Id::accepts(bad), "{bad:?}");
        }
        assert!(Id::accepts("film-potemkin"));
        assert!(Id::accepts("a/../b?c#d"), "a slash is fine because it is percent-encoded");
    }
}
