//! How the programme is run: switches that QA can turn while the sandbox runs.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::monthly::MonthlyLimit;

/// How the programme is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Which exchanges the monthly limit counts.
    pub monthly: MonthlyLimit,
    /// Whether an exchange is carried out at once.
    pub exchange: Processing,
    /// How long a deferred exchange takes.
    #[schema(minimum = 0, maximum = 31_536_000)]
    pub deferred_seconds: u32,
}

/// The parts of a policy to change; missing parts stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PolicyChange {
    /// Which exchanges the monthly limit counts.
    pub monthly: Option<MonthlyLimit>,
    /// Whether an exchange is carried out at once.
    pub exchange: Option<Processing>,
    /// How long a deferred exchange takes.
    pub deferred_seconds: Option<u32>,
}

/// Whether an exchange is carried out at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Processing {
    /// Before it is answered.
    #[default]
    Immediate,
    /// Some time after it was accepted.
    Deferred,
}

impl Default for Policy {
    fn default() -> Self {
        Self { monthly: MonthlyLimit::default(), exchange: Processing::default(), deferred_seconds: 5 }
    }
}

impl PolicyChange {
    /// The policy with these changes.
    pub fn of(self, policy: Policy) -> Policy {
        Policy {
            monthly: self.monthly.unwrap_or(policy.monthly),
            exchange: self.exchange.unwrap_or(policy.exchange),
            deferred_seconds: self.deferred_seconds.unwrap_or(policy.deferred_seconds),
        }
    }
}

impl From<Policy> for PolicyChange {
    fn from(policy: Policy) -> Self {
        Self {
            monthly: Some(policy.monthly),
            exchange: Some(policy.exchange),
            deferred_seconds: Some(policy.deferred_seconds),
        }
    }
}

impl Policy {
    /// The longest delay.
    pub const MAX_DEFERRED_SECONDS: u32 = 31_536_000;

    /// How long an exchange takes.
    pub fn delay(self) -> TimeDelta {
        match self.exchange {
            Processing::Immediate => TimeDelta::zero(),
            Processing::Deferred => TimeDelta::seconds(i64::from(self.deferred_seconds)),
        }
    }
}
