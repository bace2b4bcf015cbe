//! Stored answers: what an idempotency key was answered, byte for byte.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use super::accounts::AccountKey;
use super::{StoreError, millis};

/// An answer as it went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, by lower-case name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// A key that was used, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The hash of the payload it came with.
    pub payload_hash: String,
    /// What it was answered.
    pub answer: Answer,
}

/// The stored answer of a key. Keys are kept for good: an order whose key was deleted could happen a second time.
pub fn find(connection: &Connection, account: AccountKey, key: &str) -> Result<Option<Stored>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT payload_hash, status, headers, body FROM answers WHERE account_id = ?1 AND key = ?2")?;
    let row = statement
        .query_row(params![account, key], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, u16>(1)?, row.get::<_, String>(2)?, row.get::<_, Vec<u8>>(3)?))
        })
        .optional()?;
    row.map(|(payload_hash, status, headers, body)| {
        let headers = serde_json::from_str(&headers).map_err(|_| StoreError::Corrupt("stored headers are not JSON"))?;
        Ok(Stored { payload_hash, answer: Answer { status, headers, body } })
    })
    .transpose()
}

/// Stores an answer.
pub fn insert(
    connection: &Connection,
    account: AccountKey,
    key: &str,
    stored: &Stored,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let headers =
        serde_json::to_string(&stored.answer.headers).map_err(|_| StoreError::Corrupt("headers do not fit JSON"))?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO answers (account_id, key, payload_hash, created_at, status, headers, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    statement.execute(params![
        account,
        key,
        stored.payload_hash,
        millis(now),
        stored.answer.status,
        headers,
        stored.answer.body
    ])?;
    Ok(())
}
