//! The clocks that a PIN's lock goes by.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// A moment on both clocks that the lock after too many wrong PINs goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinTime {
    /// Time since this program started, the system's sleep included; never goes back.
    pub running: Duration,
    /// The server's time, if the server has told it in this run.
    pub server: Option<DateTime<Utc>>,
}
