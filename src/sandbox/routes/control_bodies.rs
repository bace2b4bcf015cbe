//! The JSON shapes of the control endpoints, and their schemas.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use crate::http::faults::Fault;
use crate::policy::Policy;
use crate::rules::accrual::Earning;
use crate::values::{MemberId, Points};

/// The time of the sandbox.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClockBody {
    pub(super) now: DateTime<Utc>,
}

/// A new time, or a step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum ClockChange {
    Set(ClockSet),
    Advance(ClockStep),
}

/// A new time, from 2000 to 2099.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockSet {
    pub(super) set: DateTime<Utc>,
}

/// A step forward.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockStep {
    #[schema(minimum = 0, maximum = 3_155_760_000_i64)]
    pub(super) advance_seconds: i64,
}

/// Everything that QA can see at once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StateBody {
    pub(super) clock: ClockBody,
    pub(super) policy: Policy,
    pub(super) faults: Vec<Fault>,
    pub(super) members: Vec<MemberBody>,
}

/// A member whose scenario was loaded.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MemberBody {
    pub(super) member_id: MemberId,
    pub(super) scenario: String,
    pub(super) display_name: String,
    pub(super) enrolled: bool,
    pub(super) balance: Points,
    pub(super) debt_roubles: i64,
}

/// A test subscriber.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScenarioBody {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) member_id: MemberId,
    pub(super) pin: Option<String>,
}

/// The test subscribers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScenariosBody {
    pub(super) scenarios: Vec<ScenarioBody>,
}

/// Which scenario.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionRequest {
    pub(super) scenario: String,
}

/// A member who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionBody {
    pub(super) member_id: MemberId,
    pub(super) access_token: String,
    pub(super) refresh_token: String,
    pub(super) expires_in: u32,
}

/// An answer to a user code, as if given on the phone page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum CodeAnswer {
    Allow(Allowance),
    Deny(Refusal),
}

/// Signs the device in as a scenario, loaded fresh.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Allowance {
    pub(super) user_code: String,
    pub(super) scenario: String,
}

/// Refuses the device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusal {
    pub(super) user_code: String,
    /// True; a device is allowed by naming a scenario.
    #[schema(schema_with = only_true)]
    pub(super) deny: bool,
}

fn only_true() -> Object {
    ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true])).build()
}

/// Points to give or take.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum PointsChange {
    Earned(EarnedPoints),
    Paid(PaidRoubles),
    Adjusted(AdjustedPoints),
}

/// Points earned now, as many as the programme gives for the reason; they post by its rules.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EarnedPoints {
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub(super) points: i64,
    pub(super) reason: Earning,
}

/// Roubles paid now; below 1000 they earn nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaidRoubles {
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub(super) roubles: i64,
    pub(super) reason: PaymentReason,
}

/// What roubles are paid for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PaymentReason {
    Payment,
    TopUp,
}

impl PaymentReason {
    pub(super) fn earning(self) -> Earning {
        match self {
            Self::Payment => Earning::Payment,
            Self::TopUp => Earning::TopUp,
        }
    }
}

/// A correction at once; negative points are taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AdjustedPoints {
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    pub(super) points: i64,
}

/// A debt.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DebtRequest {
    #[schema(minimum = 0, maximum = 1_000_000)]
    pub(super) roubles: i64,
}
