//! The four statuses: thresholds, discounts, how long each lasts and what comes after.
//!
//! Status points are the points collected and never fall. A status that runs out gives way to the
//! next one down; any later accrual restores the highest status the points justify.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::calendar::months_after;
use crate::values::Points;

/// A member's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// From joining.
    Basic,
    /// From 4 000 points.
    Standard,
    /// From 10 000 points.
    Privilege,
    /// From 20 000 points.
    Vip,
}

impl Level {
    /// Every level, lowest first.
    pub const ALL: [Self; 4] = [Self::Basic, Self::Standard, Self::Privilege, Self::Vip];

    /// The word for it in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Standard => "standard",
            Self::Privilege => "privilege",
            Self::Vip => "vip",
        }
    }

    /// The name a member reads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "Базовый",
            Self::Standard => "Стандартный",
            Self::Privilege => "Привилегия",
            Self::Vip => "VIP",
        }
    }

    /// The points from which it holds.
    pub fn threshold(self) -> i64 {
        match self {
            Self::Basic => 0,
            Self::Standard => 4_000,
            Self::Privilege => 10_000,
            Self::Vip => 20_000,
        }
    }

    /// The discount on catalogue prices.
    pub fn discount_percent(self) -> u8 {
        match self {
            Self::Basic => 0,
            Self::Standard => 5,
            Self::Privilege => 10,
            Self::Vip => 15,
        }
    }

    /// How many months it lasts.
    pub fn months(self) -> u32 {
        match self {
            Self::Basic => 12,
            Self::Standard | Self::Privilege | Self::Vip => 24,
        }
    }

    /// The next level up.
    pub fn above(self) -> Option<Self> {
        match self {
            Self::Basic => Some(Self::Standard),
            Self::Standard => Some(Self::Privilege),
            Self::Privilege => Some(Self::Vip),
            Self::Vip => None,
        }
    }

    /// The level that follows when this one runs out; the lowest one starts again.
    pub fn below(self) -> Self {
        match self {
            Self::Basic | Self::Standard => Self::Basic,
            Self::Privilege => Self::Standard,
            Self::Vip => Self::Privilege,
        }
    }

    fn justified_by(points: Points) -> Self {
        Self::ALL.into_iter().rev().find(|level| points.get() >= level.threshold()).unwrap_or(Self::Basic)
    }
}

/// Points that counted towards a status, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collected {
    /// When the points were posted.
    pub at: DateTime<Utc>,
    /// How many.
    pub points: Points,
}

/// Where a member stands at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The status that applies.
    pub level: Level,
    /// All points collected.
    pub points: Points,
    /// When the status runs out.
    pub until: DateTime<Utc>,
}

impl Standing {
    /// The level a member reaches next, and the points missing to it: at least one.
    ///
    /// A status that ran out comes back with the next point, so that point is what is missing to the
    /// highest level the points justify, however far above the present one that is.
    pub fn ahead(self) -> Option<(Level, i64)> {
        let one_more = self.points.checked_add(Points::ONE).unwrap_or(self.points);
        let restored = Level::justified_by(one_more);
        if restored > self.level {
            return Some((restored, 1));
        }
        self.level.above().map(|level| (level, level.threshold() - self.points.get()))
    }
}

/// The standing at `now` of a member who joined at `joined_at`; `collected` is in order of time.
pub fn standing(joined_at: DateTime<Utc>, collected: &[Collected], now: DateTime<Utc>, zone: Tz) -> Standing {
    let lasts = |level: Level, from: DateTime<Utc>| months_after(from, level.months(), zone);
    let mut current = Standing { level: Level::Basic, points: Points::ZERO, until: lasts(Level::Basic, joined_at) };
    for accrual in collected.iter().filter(|accrual| accrual.at <= now) {
        current = run_out(current, accrual.at, zone);
        current.points = current.points.checked_add(accrual.points).unwrap_or(current.points);
        let level = Level::justified_by(current.points);
        if level > current.level {
            current = Standing { level, until: lasts(level, accrual.at), ..current };
        }
    }
    run_out(current, now, zone)
}

fn run_out(mut current: Standing, now: DateTime<Utc>, zone: Tz) -> Standing {
    while current.until <= now {
        let level = current.level.below();
        current = Standing { level, until: months_after(current.until, level.months(), zone), ..current };
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn collect(at_text: &str, points: i64) -> Collected {
        Collected { at: at(at_text), points: Points::new(points).unwrap() }
    }

    const ZONE: Tz = chrono_tz::Europe::Moscow;
    const JOINED: &str = "2024-01-01T00:00:00Z";

    #[test]
    fn thresholds_raise_the_status_exactly() {
        for (points, level) in [
            (0, Level::Basic),
            (3_999, Level::Basic),
            (4_000, Level::Standard),
            (9_999, Level::Standard),
            (10_000, Level::Privilege),
            (19_999, Level::Privilege),
            (20_000, Level::Vip),
        ] {
            let now = at("2024-02-01T00:00:00Z");
            assert_eq!(
                standing(at(JOINED), &[collect("2024-01-02T00:00:00Z", points)], now, ZONE).level,
                level,
                "{points}"
            );
        }
    }

    #[test]
    fn a_status_lasts_24_months_from_the_accrual_that_gave_it() {
        let collected = [collect("2024-03-10T00:00:00Z", 10_000)];
        let last_moment = standing(at(JOINED), &collected, at("2026-03-09T23:59:59Z"), ZONE);
        assert_eq!((last_moment.level, last_moment.until), (Level::Privilege, at("2026-03-10T00:00:00Z")));
        let after = standing(at(JOINED), &collected, at("2026-03-10T00:00:00Z"), ZONE);
        assert_eq!((after.level, after.until), (Level::Standard, at("2028-03-10T00:00:00Z")));
        assert_eq!(after.points.get(), 10_000, "status points do not fall");
    }

    #[test]
    fn statuses_run_out_one_after_the_other() {
        let collected = [collect("2024-01-01T00:00:00Z", 20_000)];
        let levels: Vec<_> = ["2025-12-31", "2026-01-01", "2028-01-01", "2030-01-01", "2031-01-01"]
            .map(|day| standing(at(JOINED), &collected, at(&format!("{day}T00:00:00Z")), ZONE).level)
            .to_vec();
        assert_eq!(levels, [Level::Vip, Level::Privilege, Level::Standard, Level::Basic, Level::Basic]);
    }

    #[test]
    fn a_later_accrual_restores_what_the_points_justify() {
        let collected = [collect("2024-01-01T00:00:00Z", 20_000), collect("2026-06-01T00:00:00Z", 1)];
        let standing = standing(at(JOINED), &collected, at("2026-06-01T00:00:00Z"), ZONE);
        assert_eq!((standing.level, standing.until), (Level::Vip, at("2028-06-01T00:00:00Z")));
    }

    #[test]
    fn what_is_ahead_is_at_least_a_point_away() {
        let ahead =
            |points, now: &str| standing(at(JOINED), &[collect("2024-01-01T00:00:00Z", points)], at(now), ZONE).ahead();
        assert_eq!(ahead(1_500, "2024-06-01T00:00:00Z"), Some((Level::Standard, 2_500)));
        assert_eq!(ahead(9_999, "2024-06-01T00:00:00Z"), Some((Level::Privilege, 1)));
        assert_eq!(ahead(20_000, "2024-06-01T00:00:00Z"), None);
        // VIP ran out and privilege applies, then the status below it: one point restores VIP.
        assert_eq!(ahead(20_000, "2026-06-01T00:00:00Z"), Some((Level::Vip, 1)));
        assert_eq!(ahead(20_000, "2028-06-01T00:00:00Z"), Some((Level::Vip, 1)));
        assert_eq!(ahead(4_000, "2026-06-01T00:00:00Z"), Some((Level::Standard, 1)));
    }

    #[test]
    fn the_future_does_not_count() {
        let collected = [collect("2024-06-01T00:00:00Z", 20_000)];
        assert_eq!(standing(at(JOINED), &collected, at("2024-05-31T00:00:00Z"), ZONE).level, Level::Basic);
    }
}
