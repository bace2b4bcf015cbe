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
