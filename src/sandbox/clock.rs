//! The virtual clock: the only file of the sandbox that reads the system's time.
//!
//! A clock runs at the system's pace with an offset, or stands still until it is moved. Rules and
//! storage receive the time as an argument.

use std::sync::Mutex;
use std::time::SystemTime;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// A clock that can be set and stepped.
#[derive(Debug)]
pub struct Clock(Mutex<Mode>);

/// How a clock moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The system's time and an offset.
    Running {
        /// Added to the system's time.
        offset: TimeDelta,
    },
    /// A time that stands still until it is set.
    Frozen {
        /// That time.
        at: DateTime<Utc>,
    },
}

impl Clock {
    /// The system's own time.
    pub fn system() -> Self {
        Self(Mutex::new(Mode::Running { offset: TimeDelta::zero() }))
    }

    /// A clock that runs at the system's pace from `at` on.
    pub fn running_from(at: DateTime<Utc>) -> Self {
        Self(Mutex::new(Mode::Running { offset: at - system_time() }))
    }

    /// A clock that stands at `at`.
    pub fn frozen(at: DateTime<Utc>) -> Self {
        Self(Mutex::new(Mode::Frozen { at }))
    }

    /// A clock that moves like this.
    pub fn in_mode(mode: Mode) -> Self {
        Self(Mutex::new(mode))
    }

    /// The time, in whole milliseconds.
    pub fn now(&self) -> DateTime<Utc> {
        self.mode().now()
    }

    /// How the clock moves.
    pub fn mode(&self) -> Mode {
        *self.lock()
    }

    /// Sets the time; a running clock runs on from there.
    pub fn set(&self, at: DateTime<Utc>) {
        self.move_to(|_| Some(at));
    }

    /// Lets a clock that stands still run on at the system's pace.
    pub fn run(&self) {
        let mut mode = self.lock();
        if let Mode::Frozen { at } = *mode {
            *mode = Mode::Running { offset: at - system_time() };
        }
    }

    /// Sets the time to what `target` returns, if anything, in one step with reading it; returns whether it did.
    pub fn move_to(&self, target: impl FnOnce(DateTime<Utc>) -> Option<DateTime<Utc>>) -> bool {
        let mut mode = self.lock();
        let Some(at) = target(mode.now()) else { return false };
        *mode = match *mode {
            Mode::Running { .. } => Mode::Running { offset: at - system_time() },
            Mode::Frozen { .. } => Mode::Frozen { at },
        };
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Mode> {
        // A mode is copied in one step, so a poisoned lock still holds a whole one.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Mode {
    fn now(self) -> DateTime<Utc> {
        let time = match self {
            Self::Running { offset } => system_time().checked_add_signed(offset).unwrap_or_else(system_time),
            Self::Frozen { at } => at,
        };
        time.trunc_subsecs(3)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

fn system_time() -> DateTime<Utc> {
    SystemTime::now().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let start = "2026-01-01T00:00:00Z".parse().unwrap();
        let clock = Clock::frozen(start);
        assert_eq!((clock.now(), clock.now()), (start, start));
        clock.set(start + TimeDelta::days(1));
        assert_eq!(clock.now(), start + TimeDelta::days(1));
    }

    #[test]
    fn a_running_clock_keeps_its_offset() {
        let start: DateTime<Utc> = "2001-01-01T00:00:00Z".parse().unwrap();
        let clock = Clock::running_from(start);
        assert!(clock.now() >= start);
        assert!(matches!(clock.mode(), Mode::Running { offset } if offset < TimeDelta::zero()));
    }
}
