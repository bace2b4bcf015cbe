//! Sign-in of a device by RFC 8628: codes, the answer given on a phone, tokens and their rotation.
//!
//! Device codes and tokens are 256-bit and stored as hashes. A refresh token works until a token of
//! the pair it gave is used: an answer may be lost on its way. Using it after that ends the whole
//! sign-in, because one of the two users is not the member.

use std::net::IpAddr;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Transaction;

use crate::clock::Mode;
use crate::http::problem::Problem;
use crate::randomness::hash_text;
use crate::state::{Sandbox, lock};
use crate::store::StoreError;
use crate::store::sign_in::{self, Grant, GrantState, NewPair, Purpose};
use crate::values::MemberId;

/// The only client there is.
pub(crate) const CLIENT_ID: &str = "bonus-tv";
/// How long a user code works, in seconds.
pub(crate) const CODE_SECONDS: u32 = 900;
/// How long an access token works, in seconds.
pub(crate) const ACCESS_SECONDS: u32 = 3600;

const FIRST_INTERVAL_SECONDS: u32 = 5;
const SLOWER_BY_SECONDS: u32 = 5;
/// Wrong codes from one address, and from all together: many addresses are as cheap as one.
const MOST_GUESSES: usize = 10;
const MOST_GUESSES_OF_ALL: usize = 200;
/// Devices that wait for an answer: more codes would be easier to guess and fill the disk.
const MOST_WAITING: u32 = 10_000;
const GUESS_WINDOW: TimeDelta = TimeDelta::minutes(5);

/// A device that may ask for tokens.
pub(crate) struct Device {
    pub(crate) device_code: String,
    /// As it is shown: `XXXX-XXXX`.
    pub(crate) user_code: String,
    pub(crate) interval_seconds: u32,
}

/// A pair of tokens, deliberately without `Debug`.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// Why there are no tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denial {
    AuthorizationPending,
    SlowDown,
    AccessDenied,
    ExpiredToken,
    InvalidGrant,
}

/// What a person decided on the phone page.
#[derive(Debug, Clone)]
pub(crate) enum Decision {
    Allow(MemberId),
    Deny,
}

/// What became of a user code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeState {
    Waiting,
    Unknown,
    Expired,
    Denied,
    Used,
}

/// Wrong user codes lately, by address; too many close the page for a while.
#[derive(Debug, Default)]
pub(crate) struct GuessLimit(Mutex<Vec<(DateTime<Utc>, IpAddr)>>);

impl GuessLimit {
    /// Seconds until another guess is allowed, where there were too many.
    pub(crate) fn wait_seconds(&self, now: DateTime<Utc>, mode: Mode, from: IpAddr) -> Option<u32> {
        let mut guesses = lock(&self.0);
        guesses.retain(|(at, _)| *at <= now && now - *at < GUESS_WINDOW);
        let counts = |at: DateTime<Utc>| match mode {
            // Under a frozen clock the page would stay closed for ever.
            Mode::Frozen { .. } => at < now,
            Mode::Running { .. } => true,
        };
        let all = guesses.iter().filter(|(at, _)| counts(*at));
        let own = all.clone().filter(|(_, address)| *address == from);
        let oldest = match (own.clone().count() >= MOST_GUESSES, all.clone().count() >= MOST_GUESSES_OF_ALL) {
            (true, _) => own.map(|(at, _)| at).min(),
            (false, true) => all.map(|(at, _)| at).next(),
            (false, false) => None,
        }?;
        let seconds = (*oldest + GUESS_WINDOW - now).num_seconds().clamp(1, GUESS_WINDOW.num_seconds());
        Some(u32::try_from(seconds).unwrap_or(1))
    }

    /// Counts a wrong code.
    pub(crate) fn count_wrong(&self, now: DateTime<Utc>, from: IpAddr) {
        let mut guesses = lock(&self.0);
        // Under a frozen clock no guess expires, so their number is limited.
        if guesses.len() >= MOST_GUESSES_OF_ALL {
            guesses.remove(0);
        }
        guesses.push((now, from));
    }
}

/// The letters of a user code as they are stored: capitals, without anything else.
pub(crate) fn normal_code(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_uppercase()).collect()
}

/// A user code as it is shown.
pub(crate) fn shown_code(code: &str) -> String {
    match code.split_at_checked(4) {
        Some((first, second)) if !second.is_empty() => format!("{first}-{second}"),
        Some(_) | None => code.to_owned(),
    }
}

/// Begins the sign-in of a device.
pub(crate) fn begin(sandbox: &Sandbox) -> Result<Device, Problem> {
    let now = sandbox.clock.now();
    let expires_at = now + TimeDelta::seconds(i64::from(CODE_SECONDS));
    sandbox.store.transact(|transaction| {
        if sign_in::waiting(transaction, now)? >= MOST_WAITING {
            return Err(Problem::rate_limited(60));
        }
        loop {
            let device_code = sandbox.randomness.token().map_err(StoreError::from)?;
            let user_code = sandbox.randomness.user_code().map_err(StoreError::from)?;
            let hash = hash_text(&[device_code.as_bytes()]);
            if sign_in::insert_grant(transaction, &hash, &user_code, now, expires_at, FIRST_INTERVAL_SECONDS)? {
                let user_code = shown_code(&user_code);
                return Ok(Device { device_code, user_code, interval_seconds: FIRST_INTERVAL_SECONDS });
            }
        }
    })
}

/// What a user code can still be used for.
pub(crate) fn code_state(sandbox: &Sandbox, typed: &str) -> Result<CodeState, Problem> {
    let now = sandbox.clock.now();
    sandbox.store.transact(|transaction| {
        Ok(sign_in::grant_by_user_code(transaction, &normal_code(typed))?
            .map_or(CodeState::Unknown, |grant| state_of(&grant, now)))
    })
}

/// Records a person's decision; the state found says whether it counted.
pub(crate) fn decide(sandbox: &Sandbox, typed: &str, decision: &Decision) -> Result<CodeState, Problem> {
    let now = sandbox.clock.now();
    sandbox.store.transact(|transaction| {
        let Some(grant) = sign_in::grant_by_user_code(transaction, &normal_code(typed))? else {
            return Ok(CodeState::Unknown);
        };
        let state = state_of(&grant, now);
        if state == CodeState::Waiting {
            let decided = match decision {
                Decision::Allow(member) => GrantState::Allowed(member.clone()),
                Decision::Deny => GrantState::Denied,
            };
            sign_in::set_grant_state(transaction, &grant.code_hash, &decided)?;
        }
        Ok(state)
    })
}

/// A device asks whether it may have tokens.
pub(crate) fn poll(sandbox: &Sandbox, device_code: &str) -> Result<Result<Tokens, Denial>, Problem> {
    let now = sandbox.clock.now();
    sandbox.store.transact(|transaction| {
        let hash = hash_text(&[device_code.as_bytes()]);
        let Some(grant) = sign_in::grant_by_hash(transaction, &hash)? else { return Ok(Err(Denial::InvalidGrant)) };
        if grant.state == GrantState::Used {
            return Ok(Err(Denial::InvalidGrant));
        }
        if grant.expires_at <= now {
            return Ok(Err(Denial::ExpiredToken));
        }
        if is_too_soon(sandbox, &grant, now) {
            sign_in::set_polled(transaction, &hash, now, grant.interval_seconds + SLOWER_BY_SECONDS)?;
            return Ok(Err(Denial::SlowDown));
        }
        sign_in::set_polled(transaction, &hash, now, grant.interval_seconds)?;
        match grant.state {
            GrantState::Pending => Ok(Err(Denial::AuthorizationPending)),
            GrantState::Denied => Ok(Err(Denial::AccessDenied)),
            GrantState::Used => Ok(Err(Denial::InvalidGrant)),
            GrantState::Allowed(member) => {
                sign_in::set_grant_state(transaction, &hash, &GrantState::Used)?;
                let family = sign_in::open_family(transaction, &member)?;
                Ok(Ok(issue(sandbox, transaction, family, None)?))
            }
        }
    })
}

/// Exchanges a refresh token for a new pair.
pub(crate) fn refresh(sandbox: &Sandbox, refresh_token: &str) -> Result<Result<Tokens, Denial>, Problem> {
    sandbox.store.transact(|transaction| {
        let hash = hash_text(&[refresh_token.as_bytes()]);
        let Some(token) = sign_in::token(transaction, &hash, Purpose::Refresh)? else {
            return Ok(Err(Denial::InvalidGrant));
        };
        if token.is_revoked {
            return Ok(Err(Denial::InvalidGrant));
        }
        if token.is_used && sign_in::is_successor_used(transaction, &hash)? {
            tracing::warn!("a refresh token was used after the pair it gave; the sign-in is revoked");
            sign_in::revoke_family(transaction, token.family)?;
            return Ok(Err(Denial::InvalidGrant));
        }
        sign_in::use_token(transaction, &hash, &token)?;
        Ok(Ok(issue(sandbox, transaction, token.family, Some(&hash))?))
    })
}

/// Ends the sign-in that a token belongs to; an unknown token is ignored.
pub(crate) fn revoke(sandbox: &Sandbox, token: &str) -> Result<(), Problem> {
    sandbox.store.transact(|transaction| {
        let hash = hash_text(&[token.as_bytes()]);
        for purpose in [Purpose::Access, Purpose::Refresh] {
            if let Some(found) = sign_in::token(transaction, &hash, purpose)? {
                sign_in::revoke_family(transaction, found.family)?;
            }
        }
        Ok(())
    })
}

/// Signs a member in without a device.
pub(crate) fn start_session(sandbox: &Sandbox, member: &MemberId) -> Result<Tokens, Problem> {
    sandbox.store.transact(|transaction| {
        let family = sign_in::open_family(transaction, member)?;
        Ok(issue(sandbox, transaction, family, None)?)
    })
}

/// Ends the access tokens of a member, as if their time were over.
pub(crate) fn expire_access(sandbox: &Sandbox, member: &MemberId) -> Result<(), Problem> {
    let now = sandbox.clock.now();
    sandbox.store.transact(|transaction| Ok(sign_in::expire_access(transaction, member, now)?))
}

/// Whose access token this is.
pub(crate) fn member_of(sandbox: &Sandbox, transaction: &Transaction<'_>, token: &str) -> Result<MemberId, Problem> {
    let now = sandbox.clock.now();
    let hash = hash_text(&[token.as_bytes()]);
    let token = sign_in::token(transaction, &hash, Purpose::Access)?
        .filter(|token| !token.is_revoked && token.expires_at.is_none_or(|expires_at| now < expires_at))
        .ok_or_else(Problem::invalid_token)?;
    if !token.is_used {
        sign_in::use_token(transaction, &hash, &token)?;
    }
    Ok(token.member)
}

fn issue(
    sandbox: &Sandbox,
    transaction: &Transaction<'_>,
    family: i64,
    given_for: Option<&str>,
) -> Result<Tokens, StoreError> {
    let tokens = Tokens { access: sandbox.randomness.token()?, refresh: sandbox.randomness.token()? };
    let hash = |token: &str| hash_text(&[token.as_bytes()]);
    let new = NewPair {
        family,
        access: &hash(&tokens.access),
        access_expires_at: sandbox.clock.now() + TimeDelta::seconds(i64::from(ACCESS_SECONDS)),
        refresh: &hash(&tokens.refresh),
        given_for,
    };
    sign_in::insert_pair(transaction, &new)?;
    Ok(tokens)
}

fn state_of(grant: &Grant, now: DateTime<Utc>) -> CodeState {
    match grant.state {
        GrantState::Used | GrantState::Allowed(_) => CodeState::Used,
        GrantState::Denied => CodeState::Denied,
        GrantState::Pending if grant.expires_at <= now => CodeState::Expired,
        GrantState::Pending => CodeState::Waiting,
    }
}

fn is_too_soon(sandbox: &Sandbox, grant: &Grant, now: DateTime<Utc>) -> bool {
    let passed = now - grant.polled_at;
    match sandbox.clock.mode() {
        // A frozen clock does not show how fast a device polls.
        Mode::Frozen { .. } if passed.is_zero() => false,
        // A clock that was set back must not lock a device out.
        Mode::Frozen { .. } | Mode::Running { .. } => {
            passed >= TimeDelta::zero() && passed < TimeDelta::seconds(i64::from(grant.interval_seconds))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUNNING: Mode = Mode::Running { offset: TimeDelta::zero() };

    #[test]
    fn guesses_are_limited_by_address_and_in_all() {
        let (limit, now) = (GuessLimit::default(), "2026-03-10T09:00:00Z".parse().unwrap());
        let address = |last: u8| IpAddr::from([10, 0, 0, last]);
        for _ in 0..MOST_GUESSES {
            assert_eq!(limit.wait_seconds(now, RUNNING, address(1)), None);
            limit.count_wrong(now, address(1));
        }
        assert_eq!(limit.wait_seconds(now, RUNNING, address(1)), Some(300));
        assert_eq!(limit.wait_seconds(now, RUNNING, address(2)), None, "a stranger's guesses close nobody else's page");
        for guess in MOST_GUESSES..MOST_GUESSES_OF_ALL {
            limit.count_wrong(now, address(u8::try_from(guess).unwrap()));
        }
        assert_eq!(
            limit.wait_seconds(now, RUNNING, address(255)),
            Some(300),
            "many addresses guess no more than one could"
        );
        assert_eq!(limit.wait_seconds(now + GUESS_WINDOW, RUNNING, address(1)), None);
    }

    #[test]
    fn a_clock_that_stands_still_closes_the_page_for_nobody() {
        let (limit, now): (_, DateTime<Utc>) = (GuessLimit::default(), "2026-03-10T09:00:00Z".parse().unwrap());
        let from = IpAddr::from([10, 0, 0, 1]);
        for _ in 0..2 * MOST_GUESSES_OF_ALL {
            limit.count_wrong(now, from);
        }
        assert_eq!(limit.wait_seconds(now, Mode::Frozen { at: now }, from), None);
        assert_eq!(lock(&limit.0).len(), MOST_GUESSES_OF_ALL);
        let later = now + TimeDelta::minutes(1);
        assert_eq!(limit.wait_seconds(later, Mode::Frozen { at: later }, from), Some(240), "time passed, so it counts");
    }
}
