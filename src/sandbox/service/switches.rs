//! QA's clock and policy as the database keeps them, so that a sandbox that is killed goes on as it was.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::sandbox::clock::{Clock, Mode};
use crate::sandbox::policy::{Policy, PolicyChange};
use crate::sandbox::store::{StoreError, accounts, settings};

const CLOCK: &str = "clock";
const POLICY: &str = "policy";

/// How the clock goes that nobody asked for: the database's, else the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeptTime {
    /// As it went before.
    #[default]
    GoesOn,
    /// It stands still until QA moves it.
    StandsStill,
}

/// A clock as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptClock {
    /// It ran on while nothing served.
    Running {
        offset_ms: i64,
    },
    Frozen {
        at: DateTime<Utc>,
    },
}

/// The clock to begin with: as asked for, else as kept, else the system's; never before what a member has seen.
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

/// The policy to begin with: each part as asked for, else as kept, else the usual one.
pub(crate) fn begin_policy(connection: &Connection, asked: PolicyChange) -> Result<Policy, StoreError> {
    let policy = asked.of(kept(connection, POLICY)?.unwrap_or_default());
    keep_policy(connection, policy)?;
    Ok(policy)
}

/// Keeps how the clock goes.
pub(crate) fn keep_clock(connection: &Connection, clock: &Clock) -> Result<(), StoreError> {
    let kept = match clock.mode() {
        Mode::Running { offset } => KeptClock::Running { offset_ms: offset.num_milliseconds() },
        Mode::Frozen { at } => KeptClock::Frozen { at },
    };
    keep(connection, CLOCK, &kept)
}

/// Keeps how the programme is run.
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
