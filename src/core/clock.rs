//! The one place that knows what time it is, and how sure that is (TIME-1).
//!
//! The service's time is the time, carried on by the box's monotonic clock. Only answers that no cache can have kept
//! set it. The box's own date is never used: it may be that of 1970 or of 2038. Until the service has told, only
//! a lower bound is known: the newest time that anything on the disk has seen.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, Utc};

use super::Moment;

/// What the box knows of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// The service has told it since this program started.
    Known(DateTime<Utc>),
    /// It is this late or later; nothing else is known.
    NotBefore(DateTime<Utc>),
}

/// Where a moment lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is still to come.
    Ahead,
    /// It is over.
    Past,
    /// Nobody can say before the service has told the time.
    Unknown,
}

impl Time {
    /// The time, if it is known.
    pub fn known(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Known(now) => Some(now),
            Self::NotBefore(_) => None,
        }
    }

    /// The earliest that it can be.
    pub fn at_least(self) -> DateTime<Utc> {
        match self {
            Self::Known(time) | Self::NotBefore(time) => time,
        }
    }

    /// Where a moment lies.
    pub fn standing(self, moment: DateTime<Utc>) -> Standing {
        match self {
            Self::Known(time) | Self::NotBefore(time) if moment <= time => Standing::Past,
            Self::Known(_) => Standing::Ahead,
            Self::NotBefore(_) => Standing::Unknown,
        }
    }

    /// Whether a moment is certainly over.
    pub fn is_past(self, moment: DateTime<Utc>) -> bool {
        self.standing(moment) == Standing::Past
    }

    /// Whether a moment is certainly still to come.
    pub fn is_ahead(self, moment: DateTime<Utc>) -> bool {
        self.standing(moment) == Standing::Ahead
    }
}

/// The longest that an answer travels: times that lie no further apart than this are one time, told twice.
const LONGEST_WAY: Duration = Duration::from_secs(15);

/// The service's time as it was told last, and the newest that was ever seen.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ServerClock {
    told: Option<(DateTime<Utc>, Duration)>,
    newest: Option<DateTime<Utc>>,
    /// The moment of the event that is being taken: all that one event changes, and the picture of it, share one time.
    present: Duration,
}

impl ServerClock {
    /// A clock that knows how late it is at least.
    pub(crate) fn not_before(seen: impl IntoIterator<Item = DateTime<Utc>>, now: &Moment) -> Self {
        Self { told: None, newest: seen.into_iter().max(), present: now.monotonic }
    }

    /// An event is taken at this moment.
    pub(crate) fn advance(&mut self, now: &Moment) {
        self.present = self.present.max(now.monotonic);
    }

    /// Takes the service's time from an answer that cannot have been kept by a cache.
    pub(crate) fn set(&mut self, server_time: DateTime<Utc>) {
        let newest = self.newest.map_or(server_time, |newest| newest.max(server_time));
        self.newest = Some(newest);
        // An answer that was long on its way would set the clock back, and what has ended would go on for a moment.
        let is_late = self.time().known().is_some_and(|time| {
            let ahead = time.signed_duration_since(newest).to_std();
            ahead.is_ok_and(|ahead| ahead <= LONGEST_WAY)
        });
        if !is_late {
            self.told = Some((newest, self.present));
        }
    }

    /// The next member's service tells the time anew; no moment of the last member's counts any more.
    pub(crate) fn forget_newest(&mut self, kept: Option<DateTime<Utc>>) {
        self.newest = kept;
    }

    /// What is known of the time at the moment of the present event.
    pub(crate) fn time(&self) -> Time {
        match self.told {
            Some((time, at)) => Time::Known(carried(time, self.present.saturating_sub(at))),
            None => Time::NotBefore(self.newest.unwrap_or(DateTime::<Utc>::MIN_UTC)),
        }
    }

    /// The earliest that it can be at this moment.
    pub(crate) fn now(&self, now: &Moment) -> DateTime<Utc> {
        let mut clock = *self;
        clock.advance(now);
        clock.time().at_least()
    }

    /// When a moment of the service comes by the box's monotonic clock; `None` until the time is known.
    pub(crate) fn when(&self, moment: DateTime<Utc>) -> Option<Duration> {
        let (time, at) = self.told?;
        let ahead = moment.signed_duration_since(time).to_std().unwrap_or_default();
        at.checked_add(ahead)
    }
}

fn carried(time: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = chrono::Duration::from_std(by).unwrap_or_default();
    time.checked_add_signed(by).unwrap_or(time)
}

/// Moscow, where the programme lives, until an account tells the subscriber's own zone.
pub(crate) fn default_offset() -> FixedOffset {
    FixedOffset::east_opt(3 * 3600).unwrap_or_else(|| unreachable!("three hours is an offset"))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::core::tests::fixtures::start;

    fn at(seconds: u64) -> Moment {
        // A box whose own date is that of 1970.
        Moment { monotonic: Duration::from_secs(seconds), wall: DateTime::<Utc>::UNIX_EPOCH, entropy: 0 }
    }

    fn told(server_time: DateTime<Utc>) -> ServerClock {
        let mut clock = ServerClock::not_before([], &at(100));
        clock.set(server_time);
        clock
    }

    #[test]
    fn time_1_until_the_service_tells_only_the_newest_time_on_the_disk_is_known() {
        let clock = ServerClock::not_before([start() - TimeDelta::days(2), start()], &at(0));
        assert_eq!(clock.time(), Time::NotBefore(start()));
        assert_eq!(clock.time().standing(start()), Standing::Past);
        assert_eq!(clock.time().standing(start() + TimeDelta::seconds(1)), Standing::Unknown);
        assert_eq!(clock.when(start()), None);
        let empty = ServerClock::not_before([], &at(0)).time();
        assert_eq!(empty.standing(DateTime::<Utc>::UNIX_EPOCH), Standing::Unknown);
    }

    #[test]
    fn time_1_the_time_goes_on_with_the_monotonic_clock() {
        let mut clock = told(start());
        clock.advance(&at(160));
        assert_eq!(clock.time(), Time::Known(start() + TimeDelta::seconds(60)));
        assert_eq!(clock.when(start() + TimeDelta::seconds(90)), Some(Duration::from_secs(190)));
        assert_eq!(clock.time().standing(start() + TimeDelta::seconds(60)), Standing::Past);
        assert_eq!(clock.time().standing(start() + TimeDelta::seconds(61)), Standing::Ahead);
    }

    #[test]
    fn time_1_it_is_never_earlier_than_the_newest_time_seen() {
        let mut clock = ServerClock::not_before([start()], &at(100));
        clock.set(start() - TimeDelta::days(3));
        assert_eq!(clock.time(), Time::Known(start()), "the disk has seen a later time");
        clock.set(start() + TimeDelta::hours(1));
        clock.set(start() - TimeDelta::hours(9));
        assert_eq!(clock.time(), Time::Known(start() + TimeDelta::hours(1)));
    }

    #[test]
    fn time_1_a_slow_answer_does_not_set_the_clock_back_and_a_fast_crystal_is_corrected() {
        let mut clock = told(start());
        clock.advance(&at(160));
        clock.set(start() + TimeDelta::seconds(51));
        assert_eq!(clock.time(), Time::Known(start() + TimeDelta::seconds(60)), "nine seconds on its way");
        clock.advance(&at(100 + 86_400));
        clock.set(start() + TimeDelta::seconds(86_370));
        assert_eq!(clock.time(), Time::Known(start() + TimeDelta::seconds(86_370)));
    }

    #[test]
    fn time_1_no_time_of_the_service_overflows() {
        let mut clock = told(DateTime::<Utc>::MAX_UTC);
        clock.advance(&at(u64::MAX / 2));
        assert_eq!(clock.time().known(), Some(DateTime::<Utc>::MAX_UTC));
        assert_eq!(told(start()).when(DateTime::<Utc>::MIN_UTC), Some(Duration::from_secs(100)));
    }
}
