//! The sandbox's switches for programs that embed it: the emulator and tests.
//!
//! They do what the control endpoints do, without a socket.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::http::extract::App;
use super::http::faults::Fault;
use super::http::problem::Problem;
use super::policy::Policy;
use super::requests::SeenRequest;
use super::routes::{answer_code, change_points};
use super::rules::accrual::Earning;
use super::service::{scenario, sign_in};
use super::store::{self, accounts, ledger};
use super::values::{MemberId, Points};

/// The switches of a running sandbox.
#[derive(Clone)]
pub struct Control(App);

/// A member who is signed in.
#[derive(Clone)]
pub struct Session {
    /// Who it is.
    pub member: MemberId,
    /// The token for requests.
    pub access_token: String,
    /// The token for the next pair.
    pub refresh_token: String,
}

/// A line of a member's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The change of the balance.
    pub amount: i64,
    /// The balance after it.
    pub balance_after: i64,
    /// Why, as the API says it.
    pub reason: String,
    /// Whether an order brought it about.
    pub is_exchange: bool,
}

/// A switch cannot be turned.
#[derive(Debug, thiserror::Error)]
#[error("turning a switch of the sandbox: {code}: {detail}")]
pub struct ControlError {
    /// The code of the problem.
    pub code: String,
    detail: String,
}

impl Control {
    pub(super) fn new(app: App) -> Self {
        Self(app)
    }

    /// The sandbox itself, for a test that counts its work.
    #[cfg(test)]
    pub(super) fn app(&self) -> &App {
        &self.0
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Sets the clock; everything that becomes due happens.
    ///
    /// # Errors
    /// The time is out of range, or the database failed.
    pub fn set_clock(&self, at: DateTime<Utc>) -> Result<(), ControlError> {
        self.0.move_clock(|_| Some(at))?;
        Ok(())
    }

    /// Steps the clock; everything that becomes due happens.
    ///
    /// # Errors
    /// The time is out of range, or the database failed.
    pub fn advance(&self, step: TimeDelta) -> Result<(), ControlError> {
        self.0.move_clock(|now| now.checked_add_signed(step))?;
        Ok(())
    }

    /// Moves the clock on without writing it down; what becomes due happens when the next request looks.
    pub fn let_time_pass(&self, step: TimeDelta) {
        self.0.clock.move_to(|now| now.checked_add_signed(step));
    }

    /// Lets a clock that stood still run on at the system's pace, also after a restart.
    ///
    /// # Errors
    /// The database failed.
    pub fn let_clock_run(&self) -> Result<(), ControlError> {
        self.0.clock.run();
        self.0.move_clock(Some)?;
        Ok(())
    }

    /// The API's requests, oldest first; the last few thousand are kept.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.0.requests.list()
    }

    /// Loads a scenario fresh and signs its member in.
    ///
    /// # Errors
    /// There is no such scenario, or the seed data lack what it needs.
    pub fn session(&self, scenario: &str) -> Result<Session, ControlError> {
        let member = scenario::load(&self.0, scenario::find(&self.0, scenario)?)?;
        self.sign_in(&member)
    }

    /// Signs a member in as they are, without loading anything.
    ///
    /// # Errors
    /// There is no such member, or the database failed.
    pub fn sign_in(&self, member: &MemberId) -> Result<Session, ControlError> {
        let tokens = sign_in::start_session(&self.0, member)?;
        let member = member.clone();
        Ok(Session { member, access_token: tokens.access, refresh_token: tokens.refresh })
    }

    /// Allows the device with this user code to sign in as a scenario, loaded fresh.
    ///
    /// # Errors
    /// There is no such code or scenario, or the code is over.
    pub fn approve(&self, user_code: &str, scenario: &str) -> Result<(), ControlError> {
        Ok(answer_code(&self.0, user_code, Some(scenario))?)
    }

    /// Allows the device with this user code to sign in as a member, as they are.
    ///
    /// # Errors
    /// There is no such code or member, or the code is over.
    pub fn approve_member(&self, user_code: &str, member: &MemberId) -> Result<(), ControlError> {
        sign_in::decide(&self.0, user_code, &sign_in::Decision::Allow(member.clone()))?;
        Ok(())
    }

    /// Lets every access token of a member run out now; refresh tokens stay good.
    ///
    /// # Errors
    /// There is no such member, or the database failed.
    pub fn expire_access(&self, member: &MemberId) -> Result<(), ControlError> {
        Ok(sign_in::expire_access(&self.0, member)?)
    }

    /// Refuses the device with this user code.
    ///
    /// # Errors
    /// There is no such code, or it is over.
    pub fn deny(&self, user_code: &str) -> Result<(), ControlError> {
        Ok(answer_code(&self.0, user_code, None)?)
    }

    /// Switches faults on, instead of those that were.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.0.faults.replace(faults);
    }

    /// The faults that are switched on.
    pub fn faults(&self) -> Vec<Fault> {
        self.0.faults.list()
    }

    /// Switches all faults off.
    pub fn clear_faults(&self) {
        self.0.faults.replace(Vec::new());
    }

    /// How the programme is run.
    pub fn policy(&self) -> Policy {
        self.0.policy()
    }

    /// Changes how the programme is run.
    ///
    /// # Errors
    /// The policy contradicts itself, or the database failed.
    pub fn set_policy(&self, policy: Policy) -> Result<(), ControlError> {
        Ok(self.0.set_policy(policy).map_err(Problem::from)?)
    }

    /// Corrects a member's balance at once.
    ///
    /// # Errors
    /// There is no such member, or the database failed.
    pub fn adjust_points(&self, member: &MemberId, points: i64) -> Result<(), ControlError> {
        change_points(&self.0, member, points, None)?;
        Ok(())
    }

    /// Gives a member 100 to 1000 points for an answered survey: they are there at once and count for the status.
    ///
    /// # Errors
    /// The points are not 100 to 1000, there is no such member, or the database failed.
    pub fn reward_survey(&self, member: &MemberId, points: i64) -> Result<(), ControlError> {
        change_points(&self.0, member, points, Some(Earning::Survey))?;
        Ok(())
    }

    /// Sets a member's debt.
    ///
    /// # Errors
    /// There is no such member, or the database failed.
    pub fn set_debt(&self, member: &MemberId, roubles: u32) -> Result<(), ControlError> {
        let roubles = i64::from(roubles);
        Ok(self.0.for_member(member, |scope| Ok(accounts::set_debt(scope.transaction, scope.key(), roubles)?))?)
    }

    /// A member's balance.
    ///
    /// # Errors
    /// There is no such member, or the database failed.
    pub fn balance(&self, member: &MemberId) -> Result<Points, ControlError> {
        Ok(self.0.for_member(member, |scope| Ok(ledger::balance(scope.transaction, scope.key())?))?)
    }

    /// A member's ledger, newest first.
    ///
    /// # Errors
    /// There is no such member, or the database failed.
    pub fn ledger(&self, member: &MemberId) -> Result<Vec<LedgerRow>, ControlError> {
        let entries = self
            .0
            .for_member(member, |scope| Ok(ledger::page(scope.transaction, scope.key(), None, None, u32::MAX)?))?;
        let rows = entries.into_iter().map(|entry| LedgerRow {
            at: entry.at,
            amount: entry.amount,
            balance_after: entry.balance_after.get(),
            reason: entry.reason,
            is_exchange: entry.exchange_id.is_some(),
        });
        Ok(rows.collect())
    }

    /// Bytes of everything that grows with use: the database in memory and the pictures that were drawn.
    ///
    /// # Errors
    /// The database failed.
    pub fn kept_bytes(&self) -> Result<u64, ControlError> {
        let database = self.0.store.transact(|transaction| Ok::<_, Problem>(store::bytes(transaction)?))?;
        Ok(database + self.0.pictures.bytes() as u64)
    }

    /// The offers that a member has active.
    ///
    /// # Errors
    /// There is no such member, or the database failed.
    pub fn active_offers(&self, member: &MemberId) -> Result<Vec<String>, ControlError> {
        Ok(self.0.for_member(member, |scope| Ok(scenario::active_offers(scope)?))?)
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Control").finish_non_exhaustive()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Session").field("tokens", &"redacted").finish_non_exhaustive()
    }
}

impl From<Problem> for ControlError {
    fn from(problem: Problem) -> Self {
        Self { code: problem.code().to_owned(), detail: problem.detail().to_owned() }
    }
}
