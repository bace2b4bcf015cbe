//! The switches of QA: clock, scenarios, sessions, points, debts, faults and policy.
//!
//! They need no sign-in, because no points of the sandbox are real.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::TimeDelta;

use super::control_bodies::{
    ClockBody, ClockChange, ClockSet, ClockStep, CodeAnswer, DebtRequest, MemberBody, PointsChange, ScenarioBody,
    ScenariosBody, SessionBody, SessionRequest, StateBody,
};
use crate::http::extract::{App, JsonOf, PathText, blocking};
use crate::http::faults::Fault;
use crate::http::problem::Problem;
use crate::http::wire::AccountBody;
use crate::policy::Policy;
use crate::rules::accrual::{Earning, expiry, points_for_payment};
use crate::rules::lots::{alive, draw};
use crate::service::catalogue::Language;
use crate::service::sign_in::{ACCESS_SECONDS, CodeState, Decision};
use crate::service::{account, scenario, sign_in};
use crate::state::{MemberScope, Sandbox};
use crate::store::ledger::EntryType;
use crate::store::{accounts, ledger};
use crate::values::{MemberId, Points};

const MOST_FAULTS: usize = 100;
// The most points or roubles of one change.
const MOST_CHANGE: i64 = 1_000_000;
// Times outside these years serve no test and overflow date arithmetic.
const FIRST_TIME: i64 = 946_684_800;
const LAST_TIME: i64 = 4_102_444_800;
// A hundred years in seconds.
const MOST_STEP: i64 = 3_155_760_000;

/// Shows members, clock, policy and faults.
#[utoipa::path(get, path = "/sandbox/v1/state", tag = "control", operation_id = "getState",
    responses((status = 200, description = "Everything at a glance", body = StateBody)))]
pub(super) async fn state(State(app): State<App>) -> Result<Json<StateBody>, Problem> {
    blocking(&app, |sandbox| {
        sandbox.settle_all()?;
        let members = sandbox.store.transact(|transaction| {
            let all = accounts::all_current(transaction)?;
            all.into_iter()
                .map(|account| {
                    Ok(MemberBody {
                        balance: ledger::balance(transaction, account.key)?,
                        member_id: account.member,
                        scenario: account.scenario,
                        display_name: account.display_name,
                        enrolled: account.joined_at.is_some(),
                        debt_roubles: account.debt_roubles,
                    })
                })
                .collect::<Result<_, Problem>>()
        })?;
        let clock = ClockBody { now: sandbox.clock.now() };
        Ok(StateBody { clock, policy: sandbox.policy(), faults: sandbox.faults.list(), members })
    })
    .await
    .map(Json)
}

/// Shows the time.
#[utoipa::path(get, path = "/sandbox/v1/clock", tag = "control", operation_id = "getClock",
    responses((status = 200, description = "The time", body = ClockBody)))]
pub(super) async fn get_clock(State(app): State<App>) -> Json<ClockBody> {
    Json(ClockBody { now: app.clock.now() })
}

/// Sets or steps the clock; everything that becomes due happens.
///
/// It may be set back, but a member's time never goes back: it waits, as `server_time` shows, until the clock has
/// caught up or the scenario is loaded again.
#[utoipa::path(post, path = "/sandbox/v1/clock", tag = "control", operation_id = "setClock",
    request_body = ClockChange,
    responses(
        (status = 200, description = "The time", body = ClockBody),
        (status = 409, description = "`clock_out_of_range`: it goes from 2000 to 2099"),
    ))]
pub(super) async fn set_clock(
    State(app): State<App>,
    JsonOf(change): JsonOf<ClockChange>,
) -> Result<Json<ClockBody>, Problem> {
    if let ClockChange::Advance(ClockStep { advance_seconds }) = change
        && !(0..=MOST_STEP).contains(&advance_seconds)
    {
        return Err(Problem::invalid("The clock steps forward, a hundred years at most; set it to go back."));
    }
    blocking(&app, move |sandbox| {
        let is_moved = sandbox.move_clock(|now| {
            let at = match change {
                ClockChange::Set(ClockSet { set }) => Some(set),
                ClockChange::Advance(ClockStep { advance_seconds }) => {
                    TimeDelta::try_seconds(advance_seconds).and_then(|step| now.checked_add_signed(step))
                }
            };
            at.filter(|at| (FIRST_TIME..LAST_TIME).contains(&at.timestamp()))
        })?;
        if is_moved {
            return Ok(ClockBody { now: sandbox.clock.now() });
        }
        let detail = "It goes from 2000 to 2099.";
        Err(Problem::new(StatusCode::CONFLICT, "clock_out_of_range", "Not a time for tests", detail))
    })
    .await
    .map(Json)
}

/// Lists the scenarios.
#[utoipa::path(get, path = "/sandbox/v1/scenarios", tag = "control", operation_id = "listScenarios",
    responses((status = 200, description = "The scenarios", body = ScenariosBody)))]
pub(super) async fn scenarios(State(app): State<App>) -> Json<ScenariosBody> {
    let scenarios = app.scenarios.iter().map(|scenario| ScenarioBody {
        name: scenario.name.clone(),
        description: scenario.description.clone(),
        member_id: scenario.member(),
        pin: scenario.pin.clone(),
    });
    Json(ScenariosBody { scenarios: scenarios.collect() })
}

/// Loads a scenario fresh and signs its member in.
#[utoipa::path(post, path = "/sandbox/v1/sessions", tag = "control", operation_id = "startSession",
    request_body = SessionRequest,
    responses((status = 200, description = "The tokens", body = SessionBody), (status = 404, description = "`scenario_not_found`"),
        (status = 409, description = "`scenario_impossible`: the seed data lack what it needs")))]
pub(super) async fn start_session(
    State(app): State<App>,
    JsonOf(request): JsonOf<SessionRequest>,
) -> Result<Json<SessionBody>, Problem> {
    blocking(&app, move |sandbox| {
        let member_id = scenario::load(sandbox, scenario::find(sandbox, &request.scenario)?)?;
        let tokens = sign_in::start_session(sandbox, &member_id)?;
        Ok(SessionBody {
            member_id,
            access_token: tokens.access,
            refresh_token: tokens.refresh,
            expires_in: ACCESS_SECONDS,
        })
    })
    .await
    .map(Json)
}

/// Answers a user code without the phone page.
#[utoipa::path(post, path = "/sandbox/v1/approve", tag = "control", operation_id = "approve",
    request_body = CodeAnswer,
    responses(
        (status = 204, description = "The device gets its answer at its next poll"),
        (status = 404, description = "`code_not_found` or `scenario_not_found`"),
        (status = 409, description = "`code_expired`, `code_used` or `scenario_impossible`"),
    ))]
pub(super) async fn approve(State(app): State<App>, JsonOf(answer): JsonOf<CodeAnswer>) -> Result<StatusCode, Problem> {
    blocking(&app, move |sandbox| match &answer {
        CodeAnswer::Allow(allowance) => answer_code(sandbox, &allowance.user_code, Some(&allowance.scenario)),
        CodeAnswer::Deny(refusal) if refusal.deny => answer_code(sandbox, &refusal.user_code, None),
        CodeAnswer::Deny(_) => Err(Problem::invalid("deny is true or absent; to allow, name a scenario.")),
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a member points, or takes some.
#[utoipa::path(post, path = "/sandbox/v1/members/{id}/points", tag = "control", operation_id = "addPoints",
    params(("id" = String, Path, description = "The member")),
    request_body = PointsChange,
    responses((status = 200, description = "The account after the change", body = AccountBody), (status = 404, description = "`member_not_found`"),
        (status = 409, description = "`not_enrolled`, `already_earned`, `not_enough_points` or `too_many_points`"),
        (status = 422, description = "`wrong_reward`: the programme gives another number of points for this")))]
pub(super) async fn add_points(
    State(app): State<App>,
    PathText(id): PathText,
    JsonOf(change): JsonOf<PointsChange>,
) -> Result<Json<AccountBody>, Problem> {
    let (points, reason) = match change {
        PointsChange::Earned(earned) if !(1..=MOST_CHANGE).contains(&earned.points) => {
            return Err(Problem::invalid("Earned points are 1 to 1000000; leave the reason out to take some."));
        }
        PointsChange::Earned(earned) => (earned.points, Some(earned.reason)),
        PointsChange::Paid(paid) if !(0..=MOST_CHANGE).contains(&paid.roubles) => {
            return Err(Problem::invalid("Roubles paid are 0 to 1000000."));
        }
        PointsChange::Paid(paid) => (points_for_payment(paid.roubles).get(), Some(paid.reason.earning())),
        PointsChange::Adjusted(adjusted) => (adjusted.points, None),
    };
    blocking(&app, move |sandbox| change_points(sandbox, &MemberId::new(id), points, reason)).await.map(Json)
}

/// Sets a member's debt.
#[utoipa::path(post, path = "/sandbox/v1/members/{id}/debt", tag = "control", operation_id = "setDebt",
    params(("id" = String, Path, description = "The member")),
    request_body = DebtRequest,
    responses((status = 200, description = "The account after the change", body = AccountBody), (status = 404, description = "`member_not_found`")))]
pub(super) async fn set_debt(
    State(app): State<App>,
    PathText(id): PathText,
    JsonOf(request): JsonOf<DebtRequest>,
) -> Result<Json<AccountBody>, Problem> {
    if !(0..=1_000_000).contains(&request.roubles) {
        return Err(Problem::invalid("A debt is 0 to 1000000 roubles."));
    }
    blocking(&app, move |sandbox| {
        let member = MemberId::new(id);
        sandbox
            .for_member(&member, |scope| Ok(accounts::set_debt(scope.transaction, scope.key(), request.roubles)?))?;
        sandbox.for_member(&member, |scope| account::show(scope, Language::Russian))
    })
    .await
    .map(Json)
}

/// Lists the faults that are switched on.
#[utoipa::path(get, path = "/sandbox/v1/faults", tag = "control", operation_id = "getFaults",
    responses((status = 200, description = "The faults that are on", body = Vec<Fault>)))]
pub(super) async fn get_faults(State(app): State<App>) -> Json<Vec<Fault>> {
    Json(app.faults.list())
}

/// Switches faults on, instead of those that were; the first that matches a request hits it.
#[utoipa::path(put, path = "/sandbox/v1/faults", tag = "control", operation_id = "setFaults",
    request_body = Vec<Fault>,
    responses((status = 200, description = "The faults that are on", body = Vec<Fault>)))]
pub(super) async fn set_faults(
    State(app): State<App>,
    JsonOf(faults): JsonOf<Vec<Fault>>,
) -> Result<Json<Vec<Fault>>, Problem> {
    if faults.len() > MOST_FAULTS {
        return Err(Problem::invalid("There are at most 100 faults."));
    }
    if let Some(complaint) = faults.iter().find_map(Fault::complaint) {
        return Err(Problem::invalid(complaint));
    }
    app.faults.replace(faults);
    Ok(Json(app.faults.list()))
}

/// Switches all faults off.
#[utoipa::path(delete, path = "/sandbox/v1/faults", tag = "control", operation_id = "clearFaults",
    responses((status = 204, description = "No fault is on")))]
pub(super) async fn clear_faults(State(app): State<App>) -> StatusCode {
    app.faults.replace(Vec::new());
    StatusCode::NO_CONTENT
}

/// Shows how the programme is run.
#[utoipa::path(get, path = "/sandbox/v1/policy", tag = "control", operation_id = "getPolicy",
    responses((status = 200, description = "The policy that holds", body = Policy)))]
pub(super) async fn get_policy(State(app): State<App>) -> Json<Policy> {
    Json(app.policy())
}

/// Changes how the programme is run; what is left out takes its default.
#[utoipa::path(put, path = "/sandbox/v1/policy", tag = "control", operation_id = "setPolicy",
    request_body = Policy,
    responses((status = 200, description = "The policy that holds", body = Policy)))]
pub(super) async fn set_policy(
    State(app): State<App>,
    JsonOf(policy): JsonOf<Policy>,
) -> Result<Json<Policy>, Problem> {
    if policy.deferred_seconds > Policy::MAX_DEFERRED_SECONDS {
        return Err(Problem::invalid("deferred_seconds is at most a year."));
    }
    blocking(&app, move |sandbox| Ok(sandbox.set_policy(policy)?)).await?;
    Ok(Json(policy))
}

/// Answers a user code with a scenario, or refuses where there is none.
pub(crate) fn answer_code(sandbox: &Sandbox, user_code: &str, scenario: Option<&str>) -> Result<(), Problem> {
    let chosen = scenario.map(|name| scenario::find(sandbox, name)).transpose()?;
    let mut state = sign_in::code_state(sandbox, user_code)?;
    if state == CodeState::Waiting {
        let decision = match chosen {
            Some(chosen) => Decision::Allow(scenario::load(sandbox, chosen)?),
            None => Decision::Deny,
        };
        state = sign_in::decide(sandbox, user_code, &decision)?;
    }
    match state {
        CodeState::Waiting => Ok(()),
        CodeState::Unknown => Err(Problem::not_found("code_not_found", "No device shows this code.")),
        CodeState::Expired => {
            Err(Problem::new(StatusCode::CONFLICT, "code_expired", "The code has expired", "Ask for a new one."))
        }
        CodeState::Denied | CodeState::Used => {
            Err(Problem::new(StatusCode::CONFLICT, "code_used", "The code was answered", "Ask for a new one."))
        }
    }
}

/// Gives or takes points.
pub(crate) fn change_points(
    sandbox: &Sandbox,
    member: &MemberId,
    number: i64,
    reason: Option<Earning>,
) -> Result<AccountBody, Problem> {
    let amount = Points::new(number.saturating_abs())
        .filter(|points| points.get() <= MOST_CHANGE)
        .ok_or_else(|| Problem::invalid("Points are at most 1000000."))?;
    if amount == Points::ZERO {
        return sandbox.for_member(member, |scope| account::show(scope, Language::Russian));
    }
    sandbox.for_member(member, |scope| {
        if scope.account.joined_at.is_none() {
            return Err(Problem::new(StatusCode::CONFLICT, "not_enrolled", "Not in the programme", "Join first."));
        }
        if number > 0 {
            check_room(scope, amount)?;
        }
        match (reason, number > 0) {
            (Some(earning), true) => {
                check_reward(scope, earning, number)?;
                account::announce(scope, earning, amount)
            }
            (Some(_), false) => Err(Problem::invalid("Nobody earns less than nothing; leave the reason out.")),
            (None, true) => {
                let credit = ledger::Credit {
                    entry_type: EntryType::Adjustment,
                    reason: "adjustment",
                    title: "Корректировка",
                    amount,
                    expires_at: expiry(scope.now, scope.zone()),
                };
                ledger::credit(scope.transaction, scope.key(), &credit, scope.now)?;
                Ok(())
            }
            (None, false) => take_points(scope, amount),
        }
    })?;
    sandbox.for_member(member, |scope| account::show(scope, Language::Russian))
}

// A member must not get into a state that the programme cannot produce; the same holds for scenarios.
fn check_reward(scope: &MemberScope<'_>, earning: Earning, number: i64) -> Result<(), Problem> {
    let rewards = earning.reward();
    if !rewards.contains(&number) {
        let detail = format!("For {} it gives {} to {} points.", earning.code(), rewards.start(), rewards.end());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "wrong_reward", "The programme gives another number of points", detail));
    }
    let earned = ledger::earned(scope.transaction, scope.key())?;
    if earning.is_one_time() && earned.iter().any(|used| used == earning.code()) {
        let detail = "It is given once; load the scenario anew, or leave the reason out for a correction.";
        return Err(Problem::new(StatusCode::CONFLICT, "already_earned", "The member has these points", detail));
    }
    Ok(())
}

// Pending points count as well: a posting that overflows later would block the account for ever.
fn check_room(scope: &MemberScope<'_>, amount: Points) -> Result<(), Problem> {
    let mut sum = ledger::balance(scope.transaction, scope.key())?.checked_add(amount);
    for pending in ledger::pending(scope.transaction, scope.key())? {
        sum = sum.and_then(|sum| sum.checked_add(pending.points));
    }
    match sum {
        Some(_) => Ok(()),
        None => {
            let detail = "Balance and pending points are at most 1000000000.";
            Err(Problem::new(StatusCode::CONFLICT, "too_many_points", "Too many points", detail))
        }
    }
}

fn take_points(scope: &MemberScope<'_>, amount: Points) -> Result<(), Problem> {
    // Points that have burned but are held by an order can pay only that order.
    let lots = alive(&ledger::lots(scope.transaction, scope.key())?, scope.now);
    let draws = draw(&lots, amount).map_err(|_| {
        Problem::new(StatusCode::CONFLICT, "not_enough_points", "Not enough points", "The member has fewer.")
    })?;
    let debit = ledger::Debit {
        entry_type: EntryType::Adjustment,
        reason: "adjustment",
        title: "Корректировка",
        draws: &draws,
        exchange: None,
    };
    ledger::debit(scope.transaction, scope.key(), &debit, scope.now)?;
    Ok(())
}
