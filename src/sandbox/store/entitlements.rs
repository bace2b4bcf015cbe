//! Entitlements: what members have received.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::accounts::AccountKey;
use super::exchanges::{Line, kind};
use super::{StoreError, maybe_time, millis, time};
use crate::rules::exchange::{Holding, UseState};
use crate::rules::offer::Kind;
use crate::rules::timeline::{Due, Event};
use crate::values::{EntitlementId, ExchangeId, OfferId};

/// Something a member has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// Its number.
    pub key: i64,
    /// Its identifier.
    pub id: EntitlementId,
    /// The account that has it.
    pub account: AccountKey,
    /// The offer.
    pub offer: OfferId,
    /// Its name when it was ordered.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// Its picture.
    pub image: Option<String>,
    /// The exchange that gave it.
    pub exchange: ExchangeId,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends or is renewed.
    pub until: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// The room for recordings it gives.
    pub quota_gb: Option<u32>,
    /// What goes on after the free period.
    pub renewal: Option<Renewal>,
    /// The code to type in elsewhere.
    pub promo_code: Option<String>,
}

/// The paid continuation of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewal {
    /// Whether the option goes on for money.
    pub on: bool,
    /// The monthly price.
    pub price_roubles: u32,
}

const SELECT: &str =
    "SELECT entitlements.id, entitlements.public_id, entitlements.account_id, offer_id, title, kind, image,
     exchanges.public_id, starts_at, until, ended_at, quota_gb, renewal_roubles, renewal_on, promo_code
     FROM entitlements JOIN exchanges ON exchanges.id = entitlements.exchange_id";

/// Gives the member what a line of an exchange promises.
pub fn insert(
    connection: &Connection,
    account: AccountKey,
    exchange: i64,
    id: &EntitlementId,
    line: &Line,
) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO entitlements (public_id, account_id, exchange_id, offer_id, title, kind, image, starts_at, until,
             quota_gb, renewal_roubles, renewal_on, promo_code)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    Ok(statement.insert(params![
        id.as_str(),
        account,
        exchange,
        line.offer.as_str(),
        line.title,
        line.kind.code(),
        line.image,
        millis(line.starts_at),
        line.until.map(millis),
        line.quota_gb,
        line.renewal_roubles,
        line.renewal_roubles.is_some(),
        line.promo_code
    ])?)
}

/// Everything the member has received, soonest end first.
pub fn all(connection: &Connection, account: AccountKey) -> Result<Vec<Entitlement>, StoreError> {
    let sql = format!("{SELECT} WHERE entitlements.account_id = ?1 ORDER BY until IS NULL, until, entitlements.id");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(params![account], |row| Ok(read(row)))?.map(|row| row?).collect()
}

/// The entitlement with this identifier, of any member.
pub fn by_id(connection: &Connection, id: &str) -> Result<Option<Entitlement>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE entitlements.public_id = ?1"))?;
    statement.query_row(params![id], |row| Ok(read(row))).optional()?.transpose()
}

/// The entitlement with this number.
pub fn by_key(connection: &Connection, key: i64) -> Result<Entitlement, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE entitlements.id = ?1"))?;
    statement.query_row(params![key], |row| Ok(read(row)))?
}

/// What the member has received, as the rules see it.
pub fn holdings(connection: &Connection, account: AccountKey) -> Result<Vec<Holding>, StoreError> {
    let mut holdings: Vec<Holding> = all(connection, account)?.into_iter().map(holding).collect();
    holdings.extend(in_processing(connection, account)?);
    Ok(holdings)
}

/// Switches the paid continuation.
pub fn set_renewal(connection: &Connection, key: i64, is_on: bool) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE entitlements SET renewal_on = ?2 WHERE id = ?1")?;
    statement.execute(params![key, is_on])?;
    Ok(())
}

/// Moves the end.
pub fn set_until(connection: &Connection, key: i64, until: DateTime<Utc>) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE entitlements SET until = ?2 WHERE id = ?1")?;
    statement.execute(params![key, millis(until)])?;
    Ok(())
}

/// Records that it ended.
pub fn end(connection: &Connection, key: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE entitlements SET ended_at = ?2 WHERE id = ?1")?;
    statement.execute(params![key, millis(at)])?;
    Ok(())
}

/// The ends that lie ahead.
pub fn ahead(connection: &Connection, account: AccountKey) -> Result<Vec<Due>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, until FROM entitlements WHERE account_id = ?1 AND ended_at IS NULL AND until IS NOT NULL",
    )?;
    let rows = statement.query_map(params![account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (entitlement, until) = row?;
        Ok(Due { at: time(until)?, event: Event::PeriodOver { entitlement } })
    })
    .collect()
}

fn holding(entitlement: Entitlement) -> Holding {
    Holding {
        use_state: match entitlement.ended_at {
            None => UseState::Active,
            Some(_) => UseState::Ended,
        },
        entitlement: entitlement.id,
        offer: entitlement.offer,
        title: entitlement.title,
        exchange: entitlement.exchange,
        until: entitlement.until,
        quota_gb: entitlement.quota_gb,
    }
}

// What an exchange in processing will give counts as held, so that it cannot be ordered twice meanwhile.
fn in_processing(connection: &Connection, account: AccountKey) -> Result<Vec<Holding>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT exchanges.public_id, line.offer_id, line.title, line.until, line.quota_gb
         FROM exchanges JOIN exchange_lines AS line ON line.exchange_id = exchanges.id
         WHERE exchanges.account_id = ?1 AND exchanges.state = 'processing'",
    )?;
    let mut rows = statement.query(params![account])?;
    let mut holdings = Vec::new();
    while let Some(row) = rows.next()? {
        holdings.push(Holding {
            entitlement: EntitlementId::new(""),
            exchange: ExchangeId::new(row.get::<_, String>(0)?),
            offer: OfferId::new(row.get::<_, String>(1)?),
            title: row.get(2)?,
            until: maybe_time(row.get(3)?)?,
            quota_gb: row.get(4)?,
            use_state: UseState::Active,
        });
    }
    Ok(holdings)
}

fn read(row: &Row<'_>) -> Result<Entitlement, StoreError> {
    let price: Option<u32> = row.get(12)?;
    let on: bool = row.get(13)?;
    Ok(Entitlement {
        key: row.get(0)?,
        id: EntitlementId::new(row.get::<_, String>(1)?),
        account: row.get(2)?,
        offer: OfferId::new(row.get::<_, String>(3)?),
        title: row.get(4)?,
        kind: kind(&row.get::<_, String>(5)?)?,
        image: row.get(6)?,
        exchange: ExchangeId::new(row.get::<_, String>(7)?),
        starts_at: time(row.get(8)?)?,
        until: maybe_time(row.get(9)?)?,
        ended_at: maybe_time(row.get(10)?)?,
        quota_gb: row.get(11)?,
        renewal: price.map(|price_roubles| Renewal { on, price_roubles }),
        promo_code: row.get(14)?,
    })
}
