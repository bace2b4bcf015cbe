//! Loyalty points: whole, never negative, never silently wrapped.

/// An amount of points, 0 to `i64::MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Points(u64);

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);

    /// Takes an amount, or `None` if it is negative.
    pub fn new(amount: i64) -> Option<Self> {
        u64::try_from(amount).ok().map(Self)
    }

    /// The amount, at most `i64::MAX`.
    pub fn get(self) -> u64 {
        self.0
    }

    /// The sum, or `None` beyond `i64::MAX`.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).filter(|sum| i64::try_from(*sum).is_ok()).map(Self)
    }

    /// What remains, or `None` if `other` is more.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The sum of all, or `None` beyond `i64::MAX`.
    pub fn checked_sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }
}

/// A signed change of a balance, as a ledger shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointsChange(i64);

impl PointsChange {
    /// Takes the change as the ledger wrote it.
    pub fn new(amount: i64) -> Self {
        Self(amount)
    }

    /// The signed amount.
    pub fn get(self) -> i64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_never_negative() {
        assert_eq!(Points::new(-1), None);
        assert_eq!(Points::new(0), Some(Points::ZERO));
        assert_eq!(Points::new(5).unwrap().checked_sub(Points::new(6).unwrap()), None);
    }

    #[test]
    fn a_sum_beyond_the_range_is_refused_instead_of_wrapped() {
        let most = Points::new(i64::MAX).unwrap();
        assert_eq!(most.checked_add(Points::new(1).unwrap()), None);
        assert_eq!(Points::checked_sum([most, Points::ZERO]), Some(most));
        assert_eq!(Points::checked_sum([most, most, most]), None);
    }
}
