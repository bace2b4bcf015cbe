//! Accounts: one life of a member, from the loading of a scenario to the next loading.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreError, maybe_time, millis, time};
use crate::values::MemberId;

/// The number of an account.
pub type AccountKey = i64;

/// One life of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub key: AccountKey,
    /// Whose it is.
    pub member: MemberId,
    /// The scenario it was loaded from.
    pub scenario: String,
    /// The name a member reads.
    pub display_name: String,
    /// The code of the region.
    pub region: String,
    /// The services connected.
    pub services: Vec<String>,
    /// Which catalogue the member sees.
    pub catalogue: String,
    /// Roubles owed.
    pub debt_roubles: i64,
    /// When the subscriber joined.
    pub joined_at: Option<DateTime<Utc>>,
    /// Up to when time has passed for the account.
    pub settled_at: DateTime<Utc>,
}

/// A subscriber as a scenario describes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount<'a> {
    /// Whose it is.
    pub member: &'a MemberId,
    /// The scenario.
    pub scenario: &'a str,
    /// The name a member reads.
    pub display_name: &'a str,
    /// The code of the region.
    pub region: &'a str,
    /// The services connected.
    pub services: &'a [String],
    /// Which catalogue the member sees.
    pub catalogue: &'a str,
    /// When the account begins.
    pub opened_at: DateTime<Utc>,
}

const COLUMNS: &str =
    "id, member_id, scenario, display_name, region, services, catalogue, debt_roubles, joined_at, settled_at";

/// Opens an account and closes the member's earlier one.
pub fn open(connection: &Connection, new: &NewAccount<'_>) -> Result<AccountKey, StoreError> {
    connection.execute("UPDATE accounts SET is_current = 0 WHERE member_id = ?1", params![new.member.as_str()])?;
    connection.execute(
        "INSERT INTO accounts (member_id, scenario, is_current, display_name, region, services, catalogue,
             debt_roubles, joined_at, settled_at) VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, 0, NULL, ?7)",
        params![
            new.member.as_str(),
            new.scenario,
            new.display_name,
            new.region,
            new.services.join(","),
            new.catalogue,
            millis(new.opened_at)
        ],
    )?;
    Ok(connection.last_insert_rowid())
}

/// The member's account, if a scenario has been loaded for them.
pub fn current(connection: &Connection, member: &MemberId) -> Result<Option<Account>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM accounts WHERE member_id = ?1 AND is_current = 1");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row(params![member.as_str()], |row| Ok(read(row))).optional()?.transpose()
}

/// Every member's account, by member.
pub fn all_current(connection: &Connection) -> Result<Vec<Account>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM accounts WHERE is_current = 1 ORDER BY member_id");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map([], |row| Ok(read(row)))?.map(|row| row?).collect()
}

/// The latest time that any member has seen.
pub fn latest_settled(connection: &Connection) -> Result<Option<DateTime<Utc>>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT max(settled_at) FROM accounts WHERE is_current = 1")?;
    statement.query_row([], |row| row.get::<_, Option<i64>>(0))?.map(time).transpose()
}

/// Records that the subscriber joined.
pub fn join(connection: &Connection, account: AccountKey, at: DateTime<Utc>) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE accounts SET joined_at = ?2 WHERE id = ?1")?;
    statement.execute(params![account, millis(at)])?;
    Ok(())
}

/// Sets the debt.
pub fn set_debt(connection: &Connection, account: AccountKey, roubles: i64) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE accounts SET debt_roubles = ?2 WHERE id = ?1")?;
    statement.execute(params![account, roubles])?;
    Ok(())
}

/// Records up to when time has passed.
pub fn set_settled(connection: &Connection, account: AccountKey, at: DateTime<Utc>) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("UPDATE accounts SET settled_at = max(settled_at, ?2) WHERE id = ?1")?;
    statement.execute(params![account, millis(at)])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Account, StoreError> {
    let services: String = row.get(5)?;
    Ok(Account {
        key: row.get(0)?,
        member: MemberId::new(row.get::<_, String>(1)?),
        scenario: row.get(2)?,
        display_name: row.get(3)?,
        region: row.get(4)?,
        services: services.split(',').filter(|service| !service.is_empty()).map(str::to_owned).collect(),
        catalogue: row.get(6)?,
        debt_roubles: row.get(7)?,
        joined_at: maybe_time(row.get(8)?)?,
        settled_at: time(row.get(9)?)?,
    })
}
