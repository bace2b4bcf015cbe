//! The server's time, carried on by the box's monotonic clock: the box's own date may be wrong.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, Utc};

use super::Moment;

/// The last time the server told, and when.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ServerClock {
    told: Option<(DateTime<Utc>, Duration)>,
}

impl ServerClock {
    /// Takes the server's time from an answer that has just arrived.
    pub(crate) fn set(&mut self, server_time: DateTime<Utc>, now: &Moment) {
        self.told = Some((server_time, now.monotonic));
    }

    /// The time by the server, or by the box until the server has told.
    pub(crate) fn now(&self, now: &Moment) -> DateTime<Utc> {
        let Some((time, at)) = self.told else { return now.wall };
        let passed = chrono::Duration::from_std(now.monotonic.saturating_sub(at)).unwrap_or_default();
        time.checked_add_signed(passed).unwrap_or(time)
    }
}

/// Moscow, where the programme lives, until an account tells the subscriber's own zone.
pub(crate) fn default_offset() -> FixedOffset {
    FixedOffset::east_opt(3 * 3600).unwrap_or_else(|| unreachable!("three hours is an offset"))
}
