//! Identifiers and points, the values every part of the sandbox speaks in.
//!
//! Points are whole, never negative and never above one billion; arithmetic on them is checked.
//! Nothing here knows JSON shapes, SQL or the time.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Bonus points: a whole number between 0 and [`Points::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Points(i64);

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);
    /// One point.
    pub const ONE: Self = Self(1);
    /// The most points one value can hold.
    pub const MAX: i64 = 1_000_000_000;

    /// Points from a number, if it is in range.
    pub fn new(value: i64) -> Option<Self> {
        (0..=Self::MAX).contains(&value).then_some(Self(value))
    }

    /// The number of points.
    pub fn get(self) -> i64 {
        self.0
    }

    /// The sum, unless it is out of range.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(Self::new)
    }

    /// The difference, unless it is negative.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(Self::new)
    }

    /// The difference, or nothing where the other is larger.
    pub fn saturating_sub(self, other: Self) -> Self {
        self.checked_sub(other).unwrap_or(Self::ZERO)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta] $name:ident),* $(,)?) => {$(
        #[$doc]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text of an identifier.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text of the identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
}

text_id!(
    /// Names a subscriber.
    MemberId,
    /// Names an offer of the catalogue.
    OfferId,
    /// Names an exchange.
    ExchangeId,
    /// Names something a member has received.
    EntitlementId,
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_never_negative_nor_too_many() {
        assert_eq!(Points::new(-1), None);
        assert_eq!(Points::new(Points::MAX + 1), None);
        assert_eq!(Points::new(0), Some(Points::ZERO));
    }

    #[test]
    fn subtraction_stops_at_zero() {
        let (one, two) = (Points(1), Points(2));
        assert_eq!(one.checked_sub(two), None);
        assert_eq!(one.saturating_sub(two), Points::ZERO);
        assert_eq!(Points(Points::MAX).checked_add(one), None);
    }
}
