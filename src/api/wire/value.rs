//! The values every answer is made of, checked while they are read.
//!
//! A server may be wrong or hostile: amounts and times have a range. What is not as it should be costs as little as
//! it can: a value that cannot be read counts as absent, a list loses the one item, and only fields under `needed`
//! lose more.

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Datelike, Utc};
use serde::de::{DeserializeOwned, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::text::displayable;
use crate::domain::Points;

pub(in crate::api) use super::text::{Code, Cursor, Opaque, Prose, Text, Title, Token};

/// More points than any programme gives; keeps sums and columns within their width.
const MOST_POINTS: i64 = 1_000_000_000_000;
/// More roubles than any bill.
const MOST_ROUBLES: i64 = 1_000_000_000;
/// Longer than any id of the contract.
const LONGEST_ID: usize = 128;
/// Whole numbers up to here are exact in floating point.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Declares an object of the contract. A field outside `needed` may be missing or unreadable and then has its
/// default; one under `needed` that cannot be read makes the whole object unreadable.
macro_rules! object {
    (
        $(#[$meta:meta])* $vis:vis struct $name:ident {
            needed { $( $(#[$needed_meta:meta])* $needed_vis:vis $needed:ident: $needed_type:ty, )* }
            $( $(#[$field_meta:meta])* $field_vis:vis $field:ident: $field_type:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(serde::Deserialize)]
        $vis struct $name {
            $( $(#[$needed_meta])* $needed_vis $needed: $needed_type, )*
            $(
                $(#[$field_meta])*
                #[serde(default, deserialize_with = "crate::api::wire::value::lenient")]
                $field_vis $field: $field_type,
            )*
        }
    };
}

pub(super) use object;

/// Reads a value, taking one that cannot be read as the default.
pub(in crate::api) fn lenient<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    // Kept as text first: a number beyond every range or a nesting beyond every depth would end the whole answer.
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).unwrap_or_else(|error| {
        // `null` is the usual way to say that there is nothing. The text of the error may quote the answer.
        if raw.get() != "null" {
            tracing::debug!(of = std::any::type_name::<T>(), column = error.column(), "a value is not readable");
        }
        T::default()
    }))
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

    /// The id, or an empty text if there is none.
    pub fn or_empty(id: Option<Self>) -> String {
        id.map(|id| id.0).unwrap_or_default()
    }

    /// The id of this text, unless it is empty.
    pub fn of(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if Self::accepts(&text) { Ok(Self(text)) } else { Err(D::Error::custom("not an id")) }
    }
}

/// A number as servers write it: 450, 450.0, 450.5, and each of them in quotes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Number {
    /// Rounded down.
    whole: i64,
    has_fraction: bool,
}

impl Number {
    fn whole<E: serde::de::Error>(self) -> Result<i64, E> {
        if self.has_fraction { Err(E::custom("not a whole number")) } else { Ok(self.whole) }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number")
    }

    fn visit_i64<E>(self, whole: i64) -> Result<Number, E> {
        Ok(Number { whole, has_fraction: false })
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Number, E> {
        i64::try_from(number).map_err(E::custom).and_then(|whole| self.visit_i64(whole))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Number, E> {
        if number.abs() < MOST_EXACT {
            Ok(Number { whole: number.floor() as i64, has_fraction: number.fract() != 0.0 })
        } else {
            Err(E::custom("a number out of range"))
        }
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
        let text = text.trim();
        if let Ok(whole) = text.parse() {
            return self.visit_i64(whole);
        }
        // Bills are written with a comma, too.
        let text = text.replacen(',', ".", 1);
        if text.len() > 32 || text.contains(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+')) {
            return Err(E::custom("not a number"));
        }
        text.parse().map_err(E::custom).and_then(|number: f64| self.visit_f64(number))
    }
}

/// A whole number of no special meaning.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Int<T>(pub T);

impl<'de, T: TryFrom<i64>> Deserialize<'de> for Int<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Number::deserialize(deserializer)?.whole()?;
        T::try_from(whole).map(Self).map_err(|_| D::Error::custom("a number out of range"))
    }
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FlagVisitor;

        impl Visitor<'_> for FlagVisitor {
            type Value = Flag;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("yes or no")
            }

            fn visit_bool<E>(self, is_so: bool) -> Result<Flag, E> {
                Ok(Flag(is_so))
            }

            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Flag, E> {
                self.visit_str(&number.to_string())
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Flag, E> {
                match text.trim().to_ascii_lowercase().as_str() {
                    "true" | "1" => Ok(Flag(true)),
                    "false" | "0" => Ok(Flag(false)),
                    _ => Err(E::custom("neither yes nor no")),
                }
            }
        }

        deserializer.deserialize_any(FlagVisitor)
    }
}

/// An amount of points.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::api) struct Amount(pub Points);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Number::deserialize(deserializer)?.whole()?;
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
        let raw = Number::deserialize(deserializer)?.whole()?;
        if (-MOST_POINTS..=MOST_POINTS).contains(&raw) {
            Ok(Self(raw))
        } else {
            Err(D::Error::custom("points out of range"))
        }
    }
}

/// An amount of roubles; kopecks are rounded up, so that the member never pays more than the screen says.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Roubles(pub u64);

impl<'de> Deserialize<'de> for Roubles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Number { whole, has_fraction } = Number::deserialize(deserializer)?;
        let raw = whole.saturating_add(i64::from(has_fraction));
        let roubles = u64::try_from(raw).ok().filter(|_| whole >= 0 && raw <= MOST_ROUBLES);
        roubles.map(Self).ok_or_else(|| D::Error::custom("roubles out of range"))
    }
}

/// A percentage from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Percent(pub u8);

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Int::<u8>::deserialize(deserializer)?.0;
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
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let mark = serde_json::from_str::<Text<32>>(raw.get()).unwrap_or_default().0;
        // Printed marks read "16+".
        let Ok(Number { whole, has_fraction }) =
            NumberVisitor.visit_str::<serde_json::Error>(mark.trim().trim_end_matches('+'))
        else {
            return Ok(Self::default());
        };
        let years = if whole < 0 { i64::MAX } else { whole.saturating_add(i64::from(has_fraction)) };
        Ok([0, 6, 12, 16, 18].into_iter().find(|mark| i64::from(*mark) >= years).map_or_else(Self::default, Self))
    }
}

/// A list without the items that cannot be read and everything past `MAX`.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::api) struct List<T, const MAX: usize>(pub Vec<T>);

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> List<T, MAX> {
    /// The items in the domain's words.
    pub fn into_domain<D>(self, translate: impl FnMut(T) -> D) -> Vec<D> {
        self.0.into_iter().map(translate).collect()
    }
}

impl<T, const MAX: usize> FromIterator<T> for List<T, MAX> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T: Serialize, const MAX: usize> Serialize for List<T, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: DeserializeOwned, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Some servers write `null` for an empty list.
        Ok(Option::<Items<T, MAX>>::deserialize(deserializer)?.map(|items| Self(items.0)).unwrap_or_default())
    }
}

/// The items of a list, read one by one: only what is kept takes memory.
struct Items<T, const MAX: usize>(Vec<T>);

impl<'de, T: DeserializeOwned, const MAX: usize> Deserialize<'de> for Items<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor::<T, MAX>(PhantomData))
    }
}

struct ListVisitor<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: DeserializeOwned, const MAX: usize> Visitor<'de> for ListVisitor<T, MAX> {
    type Value = Items<T, MAX>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let (mut items, mut dropped) = (Vec::new(), 0_usize);
        while items.len() < MAX {
            let Some(item) = list.next_element::<Box<RawValue>>()? else { break };
            match serde_json::from_str(item.get()) {
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

/// Reads a list as [`List`] does.
pub(in crate::api) fn list<'de, D, T, const MAX: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    List::<T, MAX>::deserialize(deserializer).map(|list| list.0)
}

/// Reads an optional value, taking one that cannot be read as absent.
pub(in crate::api) fn if_readable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    lenient(deserializer)
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
    fn amounts_outside_their_range_are_refused() {
        assert_eq!(read::<Amount>("0"), Some(Amount(Points::ZERO)));
        for bad in ["-1", "1e30", "1.5", "99999999999999", "18446744073709551616", "null", "true", "\"1.5\"", "\"NaN\""]
        {
            assert_eq!(read::<Amount>(bad), None, "{bad}");
        }
        assert_eq!(read::<Roubles>("-1"), None);
        assert_eq!(read::<Percent>("101"), None);
        assert_eq!(read::<Change>("-720"), Some(Change(-720)));
        assert_eq!(read::<Change>("-9223372036854775808"), None);
    }

    #[test]
    fn numbers_are_understood_as_servers_write_them() {
        for text in ["450", "450.0", "\"450\"", "\" 450 \"", "\"450.00\"", "\"450,00\""] {
            assert_eq!(read::<Amount>(text).map(|amount| amount.0.get()), Some(450), "{text}");
            assert_eq!(read::<Roubles>(text), Some(Roubles(450)), "{text}");
        }
        assert_eq!(read::<Roubles>("450.01"), Some(Roubles(451)), "nobody pays more than the screen says");
        assert_eq!(read::<Roubles>("-0.5"), None);
        for yes in ["true", "1", "\"true\"", "\"1\""] {
            assert_eq!(read::<Flag>(yes), Some(Flag(true)), "{yes}");
        }
        assert_eq!(read::<Flag>("\"perhaps\""), None);
        assert_eq!(read::<Text<8>>("1984"), Some(Text("1984".to_owned())), "a film may be called that");
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
