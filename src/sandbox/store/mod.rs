//! What the sandbox remembers: an SQLite database, in memory or in a file.
//!
//! Each file of this module holds the SQL of one subject, with parameters only. No rule of the
//! programme is decided here; callers pass what the rules decided and when.

pub mod accounts;
pub mod answers;
pub mod entitlements;
pub mod exchanges;
mod file;
pub mod ledger;
pub mod settings;
pub mod sign_in;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use crate::randomness::NoRandomness;
use crate::values::Points;

/// The database.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
    /// Counts the transactions that changed anything but how far time has passed.
    changes: AtomicU64,
    /// Rows of the transaction under way that only say how far time has passed.
    quiet: AtomicU64,
}

/// An error of the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refuses.
    #[error("asking the database")]
    Sql(#[from] rusqlite::Error),
    /// The schema cannot be brought up to date.
    #[error("bringing the database up to date")]
    Migration(#[from] rusqlite_migration::Error),
    /// The file belongs to another program; it was not changed.
    #[error("{} is left alone: {what}", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The file cannot be made or read.
    #[error("using the file {}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What is stored contradicts itself.
    #[error("reading the database: {0}")]
    Corrupt(&'static str),
    /// No identifier can be made.
    #[error("making an identifier")]
    Randomness(#[from] NoRandomness),
}

impl Store {
    /// Opens a database file, or a database in memory, and brings its schema up to date.
    pub fn open(path: Option<&Path>) -> Result<Self, StoreError> {
        let mut connection = match path {
            Some(path) => file::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.set_prepared_statement_cache_capacity(128);
        migrations().to_latest(&mut connection)?;
        Ok(Self { connection: Mutex::new(connection), changes: AtomicU64::new(0), quiet: AtomicU64::new(0) })
    }

    /// The connection itself, for a test that watches its statements.
    #[cfg(test)]
    pub(crate) fn connection(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Grows with every change of the data: data that were read at one count are current while the count stays.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// Counts a change of something beside the data.
    pub fn count_change(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
    }

    /// The transaction under way has written one row that says how far time has passed, and nothing else.
    pub fn wrote_time_alone(&self) {
        self.quiet.fetch_add(1, Ordering::SeqCst);
    }

    /// Runs `work` in one transaction, which is rolled back if it fails.
    pub fn transact<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // A panic inside a transaction rolls it back, so the connection behind a poisoned lock is sound.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let before = connection.total_changes();
        self.quiet.store(0, Ordering::SeqCst);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
        let result = work(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        if connection.total_changes() - before > self.quiet.load(Ordering::SeqCst) {
            self.count_change();
        }
        Ok(result)
    }
}

/// Runs a part of a transaction, which alone is rolled back if it fails.
pub fn attempt<T, E: From<StoreError>>(
    transaction: &Transaction<'_>,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let execute = |sql| transaction.execute_batch(sql).map_err(StoreError::from);
    execute("SAVEPOINT attempt")?;
    let result = work();
    execute(if result.is_ok() { "RELEASE attempt" } else { "ROLLBACK TO attempt; RELEASE attempt" })?;
    result
}

fn migrations() -> Migrations<'static> {
    Migrations::new(vec![M::up(include_str!("schema.sql")), M::up(include_str!("schema-2.sql"))])
}

/// How large the database is.
pub fn bytes(connection: &Connection) -> Result<u64, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")?;
    Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// A time as it is stored.
pub fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// A stored time.
pub fn time(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or(StoreError::Corrupt("a time is out of range"))
}

/// A stored time that may be absent.
pub fn maybe_time(millis: Option<i64>) -> Result<Option<DateTime<Utc>>, StoreError> {
    millis.map(time).transpose()
}

/// Stored points.
pub fn points(number: i64) -> Result<Points, StoreError> {
    Points::new(number).ok_or(StoreError::Corrupt("points are out of range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_valid() {
        migrations().validate().unwrap();
    }

    #[test]
    fn the_ledger_cannot_be_rewritten() {
        let store = Store::open(None).unwrap();
        store
            .transact(|transaction| {
                transaction.execute_batch(
                    "INSERT INTO accounts VALUES (1, 'm', 's', 1, 'n', 'r', '', '', 0, 0, 0);
                     INSERT INTO entries VALUES (1, 1, 0, 'accrual', 'survey', 't', 5, 5, NULL, NULL);",
                )?;
                for forbidden in ["UPDATE entries SET amount = 6", "DELETE FROM entries"] {
                    assert!(transaction.execute(forbidden, []).is_err(), "{forbidden}");
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }

    #[test]
    fn a_failed_transaction_leaves_nothing() {
        let store = Store::open(None).unwrap();
        let failed: Result<(), StoreError> = store.transact(|transaction| {
            settings::set(transaction, "name", "value")?;
            Err(StoreError::Corrupt("on purpose"))
        });
        assert!(failed.is_err());
        let value = store.transact(|transaction| settings::get(transaction, "name")).unwrap();
        assert_eq!(value, None);
    }
}
