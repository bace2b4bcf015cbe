//! QA's clock and policy in the database, so that a sandbox that was killed continues with them.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::{Clock, Mode};
use crate::policy::{Policy, PolicyChange};
use crate::store::{StoreError, accounts, settings};

const CLOCK: &str = "clock";
const POLICY: &str = "policy";

/// How the clock goes if no time was asked for: as the database has it, else as the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeptTime {
    /// As it went before.
    #[default]
    GoesOn,
    /// It stands still until QA moves it.
    StandsStill,
}

/// A clock as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptClock {
    /// The clock runs, also while the sandbox is stopped.
    Running {
        offset_ms: i64,
    },
    Frozen {
        at: DateTime<Utc>,
    },
}

/// The first clock: as asked for, else as stored, else the system's; never before a time that a member has seen.
pub(crate) fn begin_clock(
    connection: &Connection,
    asked: Option<Clock>,
    kept_time: KeptTime,
) -> Result<Clock, StoreError> {
    let clock = match asked {
        Some(clock) => clock,
        None => {
            let clock = kept(connection, CLOCK)?.map_or_else(Clock::system, |kept| Clock::in_mode(mode_of(&kept)));
            match kept_time {
                KeptTime::GoesOn => clock,
                KeptTime::StandsStill => Clock::frozen(clock.now()),
            }
        }
    };
    if let Some(seen) = accounts::latest_settled(connection)?
        && seen > clock.now()
    {
        tracing::warn!(%seen, "the clock begins where the database ended");
        clock.set(seen);
    }
    keep_clock(connection, &clock)?;
    Ok(clock)
}

/// The first policy: each part as asked for, else as stored, else the default.
pub(crate) fn begin_policy(connection: &Connection, asked: PolicyChange) -> Result<Policy, StoreError> {
    let policy = asked.of(kept(connection, POLICY)?.unwrap_or_default());
    keep_policy(connection, policy)?;
    Ok(policy)
}

/// Stores the clock.
pub(crate) fn keep_clock(connection: &Connection, clock: &Clock) -> Result<(), StoreError> {
    let kept = match clock.mode() {
        Mode::Running { offset } => KeptClock::Running { offset_ms: offset.num_milliseconds() },
        Mode::Frozen { at } => KeptClock::Frozen { at },
    };
    keep(connection, CLOCK, &kept)
}

/// Stores the policy.
pub(crate) fn keep_policy(connection: &Connection, policy: Policy) -> Result<(), StoreError> {
    keep(connection, POLICY, &policy)
}

fn mode_of(kept: &KeptClock) -> Mode {
    match kept {
        KeptClock::Running { offset_ms } => {
            Mode::Running { offset: TimeDelta::try_milliseconds(*offset_ms).unwrap_or_default() }
        }
        KeptClock::Frozen { at } => Mode::Frozen { at: *at },
    }
}

fn kept<T: DeserializeOwned>(connection: &Connection, name: &str) -> Result<Option<T>, StoreError> {
    let text = settings::get(connection, name)?;
    text.map(|text| serde_json::from_str(&text).map_err(|_| StoreError::Corrupt("a switch is not readable")))
        .transpose()
}

fn keep(connection: &Connection, name: &str, value: &impl Serialize) -> Result<(), StoreError> {
    let text = serde_json::to_string(value).map_err(|_| StoreError::Corrupt("a switch does not fit JSON"))?;
    settings::set(connection, name, &text)
}
