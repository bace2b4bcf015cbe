//! Device grants and tokens. Secrets are stored as hashes only.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::{StoreError, maybe_time, millis, time};
use crate::values::MemberId;

/// How far a device grant has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantState {
    /// There is no decision on the phone page yet.
    Pending,
    /// A subscriber allowed it.
    Allowed(MemberId),
    /// The person refused.
    Denied,
    /// Tokens were given out for it.
    Used,
}

/// A device that wants to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The hash of its device code.
    pub code_hash: String,
    /// How far it has come.
    pub state: GrantState,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
    /// The seconds a device waits between polls.
    pub interval_seconds: u32,
    /// The last poll, or the beginning.
    pub polled_at: DateTime<Utc>,
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To use the API.
    Access,
    /// To get another pair.
    Refresh,
}

impl Purpose {
    fn code(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// A token that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The sign-in it belongs to.
    pub family: i64,
    /// Who signed in.
    pub member: MemberId,
    /// Whether the sign-in was revoked.
    pub is_revoked: bool,
    /// Whether it was used.
    pub is_used: bool,
    /// The hash of the refresh token that came with it or is it.
    pub pair: Option<String>,
    /// The hash of the refresh token that its pair was given for.
    pub given_for: Option<String>,
    /// When it runs out.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Stores a device; returns `false` if the user code is taken.
pub fn insert_grant(
    connection: &Connection,
    code_hash: &str,
    user_code: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    interval_seconds: u32,
) -> Result<bool, StoreError> {
    let mut forget = connection.prepare_cached("DELETE FROM device_grants WHERE expires_at < ?1")?;
    // A day is kept beyond the end so that a late device learns that its code has expired.
    forget.execute(params![millis(now - chrono::TimeDelta::days(1))])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO device_grants (code_hash, user_code, state, expires_at, interval_seconds, polled_at)
         VALUES (?1, ?2, 'pending', ?3, ?4, ?5) ON CONFLICT DO NOTHING",
    )?;
    // The first poll may come at once, so the last one lies an interval back.
    let polled_at = millis(now) - i64::from(interval_seconds) * 1000;
    let inserted = statement.execute(params![code_hash, user_code, millis(expires_at), interval_seconds, polled_at])?;
    Ok(inserted == 1)
}

/// How many devices wait for an answer.
pub fn waiting(connection: &Connection, now: DateTime<Utc>) -> Result<u32, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) FROM device_grants WHERE state = 'pending' AND expires_at > ?1")?;
    Ok(statement.query_row(params![millis(now)], |row| row.get(0))?)
}

/// The device with this device code.
pub fn grant_by_hash(connection: &Connection, code_hash: &str) -> Result<Option<Grant>, StoreError> {
    grant(connection, "code_hash = ?1", code_hash)
}

/// The device with this user code, in capitals and without the dash.
pub fn grant_by_user_code(connection: &Connection, user_code: &str) -> Result<Option<Grant>, StoreError> {
    grant(connection, "user_code = ?1", user_code)
}

/// Records how far a grant has come.
pub fn set_grant_state(connection: &Connection, code_hash: &str, state: &GrantState) -> Result<(), StoreError> {
    let (code, member) = match state {
        GrantState::Pending => ("pending", None),
        GrantState::Allowed(member) => ("allowed", Some(member.as_str())),
        GrantState::Denied => ("denied", None),
        GrantState::Used => ("used", None),
    };
    let mut statement =
        connection.prepare_cached("UPDATE device_grants SET state = ?2, member_id = ?3 WHERE code_hash = ?1")?;
    statement.execute(params![code_hash, code, member])?;
    Ok(())
}

/// Records a poll and the interval from now on.
pub fn set_polled(
    connection: &Connection,
    code_hash: &str,
    now: DateTime<Utc>,
    interval_seconds: u32,
) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached("UPDATE device_grants SET polled_at = ?2, interval_seconds = ?3 WHERE code_hash = ?1")?;
    statement.execute(params![code_hash, millis(now), interval_seconds])?;
    Ok(())
}

/// Begins a sign-in.
pub fn open_family(connection: &Connection, member: &MemberId) -> Result<i64, StoreError> {
    let mut statement =
        connection.prepare_cached("INSERT INTO token_families (member_id, is_revoked) VALUES (?1, 0)")?;
    Ok(statement.insert(params![member.as_str()])?)
}

/// Ends a sign-in with all its tokens.
pub fn revoke_family(connection: &Connection, family: i64) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE token_families SET is_revoked = 1 WHERE id = ?1")?;
    statement.execute(params![family])?;
    Ok(())
}

/// Ends the access tokens of a member at a time.
pub fn expire_access(connection: &Connection, member: &MemberId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE tokens SET expires_at = ?2 WHERE purpose = 'access'
             AND family_id IN (SELECT id FROM token_families WHERE member_id = ?1)",
    )?;
    statement.execute(params![member.as_str(), millis(at)])?;
    Ok(())
}

/// A pair of tokens to remember.
#[derive(Debug, Clone, Copy)]
pub struct NewPair<'a> {
    /// The sign-in it belongs to.
    pub family: i64,
    /// The hash of the access token.
    pub access: &'a str,
    /// When the access token runs out.
    pub access_expires_at: DateTime<Utc>,
    /// The hash of the refresh token.
    pub refresh: &'a str,
    /// The hash of the refresh token that it was given for.
    pub given_for: Option<&'a str>,
}

/// Remembers a pair of tokens.
pub fn insert_pair(connection: &Connection, new: &NewPair<'_>) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO tokens (hash, family_id, purpose, expires_at, is_used, pair, given_for)
         VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
    )?;
    for (hash, purpose, expires_at) in
        [(new.access, Purpose::Access, Some(millis(new.access_expires_at))), (new.refresh, Purpose::Refresh, None)]
    {
        statement.execute(params![hash, new.family, purpose.code(), expires_at, new.refresh, new.given_for])?;
    }
    Ok(())
}

/// Whether any token given for this refresh token was used.
pub fn is_successor_used(connection: &Connection, refresh: &str) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM tokens WHERE given_for = ?1 AND is_used = 1)")?;
    Ok(statement.query_row(params![refresh], |row| row.get(0))?)
}

/// The token with this hash.
pub fn token(connection: &Connection, hash: &str, purpose: Purpose) -> Result<Option<Token>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT family_id, member_id, is_revoked, is_used, expires_at, pair, given_for
         FROM tokens JOIN token_families ON token_families.id = tokens.family_id WHERE hash = ?1 AND purpose = ?2",
    )?;
    let row = statement
        .query_row(params![hash, purpose.code()], |row| {
            let member = MemberId::new(row.get::<_, String>(1)?);
            let (family, is_revoked, is_used, expires_at) = (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?);
            let (pair, given_for) = (row.get(5)?, row.get(6)?);
            Ok((Token { family, member, is_revoked, is_used, expires_at: None, pair, given_for }, expires_at))
        })
        .optional()?;
    row.map(|(token, expires_at)| Ok(Token { expires_at: maybe_time(expires_at)?, ..token })).transpose()
}

/// Marks a token as used; other pairs given for the same refresh token are forgotten.
pub fn use_token(connection: &Connection, hash: &str, token: &Token) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE tokens SET is_used = 1 WHERE hash = ?1")?;
    statement.execute(params![hash])?;
    if let (Some(pair), Some(given_for)) = (&token.pair, &token.given_for) {
        let mut statement = connection.prepare_cached("DELETE FROM tokens WHERE given_for = ?1 AND pair <> ?2")?;
        statement.execute(params![given_for, pair])?;
    }
    Ok(())
}

fn grant(connection: &Connection, condition: &'static str, value: &str) -> Result<Option<Grant>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT code_hash, state, member_id, expires_at, interval_seconds, polled_at FROM device_grants WHERE {condition}"
    ))?;
    let row = statement
        .query_row(params![value], |row| {
            let state: (String, Option<String>) = (row.get(1)?, row.get(2)?);
            Ok((row.get(0)?, state, row.get(3)?, row.get(4)?, row.get(5)?))
        })
        .optional()?;
    row.map(|(code_hash, (state, member), expires_at, interval_seconds, polled_at)| {
        let state = match (state.as_str(), member) {
            ("pending", _) => GrantState::Pending,
            ("allowed", Some(member)) => GrantState::Allowed(MemberId::new(member)),
            ("denied", _) => GrantState::Denied,
            ("used", _) => GrantState::Used,
            _ => return Err(StoreError::Corrupt("a grant has an unknown state")),
        };
        Ok(Grant { code_hash, state, expires_at: time(expires_at)?, interval_seconds, polled_at: time(polled_at)? })
    })
    .transpose()
}
