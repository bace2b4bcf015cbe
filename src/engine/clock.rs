//! The only reader of the system's time and randomness; tests and headless runs bring their own.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::core::Moment;

/// Where moments come from.
pub trait Clock {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// The system's time and randomness. It goes on while the system sleeps: how old an order's key and the server's time
/// are must be known afterwards.
#[derive(Debug, Clone)]
pub struct SystemClock {
    started: Duration,
}

impl SystemClock {
    /// A clock that starts now.
    pub fn start() -> Self {
        Self { started: since_boot() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment { monotonic: since_boot().saturating_sub(self.started), wall: Utc::now(), entropy: entropy() }
    }
}

/// Time since the system was switched on, its sleep included.
#[cfg(target_os = "linux")]
fn since_boot() -> Duration {
    kernel_time(rustix::time::ClockId::Boottime)
}

/// Time since this was asked first: a desktop's clock does as it likes while it sleeps.
#[cfg(not(target_os = "linux"))]
fn since_boot() -> Duration {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed()
}

#[cfg(target_os = "linux")]
fn kernel_time(clock: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or(0), nanoseconds.unwrap_or(0))
}

/// Notices that the system was asleep: whatever is open on the screen is of before.
#[derive(Debug)]
pub struct SleepWatch {
    asleep: Duration,
}

impl SleepWatch {
    /// Less than this is the clocks being read one after the other.
    const NOTICED: Duration = Duration::from_secs(1);

    /// Watches from now on.
    pub fn start() -> Self {
        Self { asleep: time_asleep() }
    }

    /// Whether the system was asleep since it was asked last.
    pub fn has_slept(&mut self) -> bool {
        self.has_slept_by(time_asleep())
    }

    fn has_slept_by(&mut self, asleep: Duration) -> bool {
        let before = std::mem::replace(&mut self.asleep, asleep);
        asleep.saturating_sub(before) >= Self::NOTICED
    }
}

/// How long the system was asleep since it was switched on.
fn time_asleep() -> Duration {
    since_boot().saturating_sub(kernel_time(rustix::time::ClockId::Monotonic))
}

/// Fresh random bits from the system.
pub fn entropy() -> u128 {
    let mut bytes = [0; 16];
    if let Err(error) = getrandom::fill(&mut bytes) {
        // Order keys come from here: without randomness there is no safe order.
        tracing::error!(%error, "the system gives no random bits");
        std::process::abort();
    }
    u128::from_ne_bytes(bytes)
}

/// A clock that stands still until it is moved, with repeatable randomness.
#[derive(Debug, Clone)]
pub struct ManualClock {
    elapsed: Rc<Cell<Duration>>,
    start: DateTime<Utc>,
    state: Rc<Cell<u128>>,
}

impl ManualClock {
    /// A clock that begins at `start`; equal seeds give equal bits.
    pub fn new(start: DateTime<Utc>, seed: u128) -> Self {
        Self { elapsed: Rc::new(Cell::new(Duration::ZERO)), start, state: Rc::new(Cell::new(seed)) }
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        self.elapsed.set(self.elapsed.get() + by);
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.elapsed.get()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        // SplitMix64, twice: spread well enough for jitter and for keys of a test.
        let step = |state: u64| {
            let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        let state = self.state.get().wrapping_add(1);
        self.state.set(state);
        let low = u64::try_from(state & u128::from(u64::MAX)).unwrap_or(0);
        let high = u64::try_from(state >> 64).unwrap_or(0);
        let entropy = (u128::from(step(low ^ step(high))) << 64) | u128::from(step(step(low)));
        let passed = chrono::Duration::from_std(self.elapsed.get()).unwrap_or_default();
        Moment { monotonic: self.elapsed.get(), wall: self.start + passed, entropy }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleep_is_noticed_once() {
        let mut watch = SleepWatch { asleep: Duration::ZERO };
        assert!(!watch.has_slept_by(Duration::from_millis(3)));
        assert!(watch.has_slept_by(Duration::from_secs(60)));
        assert!(!watch.has_slept_by(Duration::from_secs(60)));
        assert!(!SleepWatch::start().has_slept());
    }
}
