//! Exchanges and their lines.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::accounts::AccountKey;
use super::{StoreError, maybe_time, millis, points, time};
use crate::rules::lots::Hold;
use crate::rules::monthly::{Basket, Earlier};
use crate::rules::offer::Kind;
use crate::rules::timeline::{Due, Event};
use crate::values::{EntitlementId, ExchangeId, OfferId, Points};

/// How far an exchange has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The order is accepted and not yet carried out.
    Processing,
    /// The points are charged and the options are on.
    Confirmed,
    /// Nothing was charged.
    Refused,
}

impl State {
    /// The word for it, in the API and the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }

    fn from_code(code: &str) -> Result<Self, StoreError> {
        [Self::Processing, Self::Confirmed, Self::Refused]
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or(StoreError::Corrupt("an exchange has an unknown state"))
    }
}

/// An exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Its number.
    pub key: i64,
    /// Its identifier.
    pub id: ExchangeId,
    /// The key it was ordered with; a scenario's own exchanges have none.
    pub idempotency_key: Option<String>,
    /// How far it has come.
    pub state: State,
    /// When it was ordered.
    pub created_at: DateTime<Utc>,
    /// What it costs.
    pub total: Points,
    /// The balance after it.
    pub balance_after: Points,
    /// When the next one is possible; `None` means at once.
    pub next_exchange_at: Option<DateTime<Utc>>,
    /// Why it was refused: a problem document.
    pub refusal: Option<String>,
    /// What it gives.
    pub lines: Vec<Line>,
}

/// One option of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The offer.
    pub offer: OfferId,
    /// Its name when it was ordered.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// Its picture.
    pub image: Option<String>,
    /// The price charged.
    pub price: Points,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub until: Option<DateTime<Utc>>,
    /// The room for recordings it gives.
    pub quota_gb: Option<u32>,
    /// What it costs after the free period.
    pub renewal_roubles: Option<u32>,
    /// The code to type in elsewhere.
    pub promo_code: Option<String>,
    /// What the member received.
    pub entitlement: Option<EntitlementId>,
}

/// An exchange to remember.
#[derive(Debug)]
pub struct NewExchange<'a> {
    /// Its identifier.
    pub id: &'a ExchangeId,
    /// The key it came with.
    pub idempotency_key: Option<&'a str>,
    /// When it was ordered.
    pub created_at: DateTime<Utc>,
    /// When it will be carried out.
    pub confirms_at: DateTime<Utc>,
    /// How the monthly limit counts it.
    pub basket: Basket,
    /// What it costs.
    pub total: Points,
    /// The balance it will leave.
    pub balance_after: Points,
    /// When the next one is possible.
    pub next_exchange_at: Option<DateTime<Utc>>,
    /// What it gives.
    pub lines: &'a [Line],
}

const COLUMNS: &str = "id, public_id, state, created_at, total, balance_after, next_exchange_at, refusal, \
                       idempotency_key";

/// Remembers an exchange in processing.
pub fn insert(connection: &Connection, account: AccountKey, new: &NewExchange<'_>) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO exchanges (public_id, account_id, idempotency_key, state, created_at, confirms_at, basket, total,
             balance_after, next_exchange_at) VALUES (?1, ?2, ?3, 'processing', ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let key = statement.insert(params![
        new.id.as_str(),
        account,
        new.idempotency_key,
        millis(new.created_at),
        millis(new.confirms_at),
        basket_code(new.basket),
        new.total.get(),
        new.balance_after.get(),
        new.next_exchange_at.map(millis)
    ])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO exchange_lines (exchange_id, position, offer_id, title, kind, image, price, starts_at, until,
             quota_gb, renewal_roubles, promo_code) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for (position, line) in (0_i64..).zip(new.lines) {
        statement.execute(params![
            key,
            position,
            line.offer.as_str(),
            line.title,
            line.kind.code(),
            line.image,
            line.price.get(),
            millis(line.starts_at),
            line.until.map(millis),
            line.quota_gb,
            line.renewal_roubles,
            line.promo_code
        ])?;
    }
    Ok(key)
}

/// Records that an exchange was carried out.
pub fn confirm(connection: &Connection, exchange: i64, balance_after: Points) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE exchanges SET state = 'confirmed', confirms_at = NULL, balance_after = ?2 WHERE id = ?1",
    )?;
    statement.execute(params![exchange, balance_after.get()])?;
    Ok(())
}

/// Records that an exchange was refused after all.
pub fn refuse(connection: &Connection, exchange: i64, balance_after: Points, refusal: &str) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE exchanges SET state = 'refused', confirms_at = NULL, balance_after = ?2, refusal = ?3 WHERE id = ?1",
    )?;
    statement.execute(params![exchange, balance_after.get(), refusal])?;
    Ok(())
}

/// Records when the member may exchange again, for the answer to this exchange.
pub fn set_next_exchange_at(
    connection: &Connection,
    exchange: i64,
    next: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("UPDATE exchanges SET next_exchange_at = ?2 WHERE id = ?1")?;
    statement.execute(params![exchange, next.map(millis)])?;
    Ok(())
}

/// Records when a line works.
pub fn set_period(
    connection: &Connection,
    exchange: i64,
    position: usize,
    starts_at: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    let position = i64::try_from(position).map_err(|_| StoreError::Corrupt("too many lines"))?;
    let mut statement = connection.prepare_cached(
        "UPDATE exchange_lines SET starts_at = ?3, until = ?4 WHERE exchange_id = ?1 AND position = ?2",
    )?;
    statement.execute(params![exchange, position, millis(starts_at), until.map(millis)])?;
    Ok(())
}

/// Links a line with what the member received.
pub fn link(connection: &Connection, exchange: i64, position: usize, entitlement: i64) -> Result<(), StoreError> {
    let position = i64::try_from(position).map_err(|_| StoreError::Corrupt("too many lines"))?;
    let mut statement = connection
        .prepare_cached("UPDATE exchange_lines SET entitlement_id = ?3 WHERE exchange_id = ?1 AND position = ?2")?;
    statement.execute(params![exchange, position, entitlement])?;
    Ok(())
}

/// The exchange with this number.
pub fn by_key(connection: &Connection, account: AccountKey, exchange: i64) -> Result<Option<Exchange>, StoreError> {
    one(connection, "account_id = ?1 AND id = ?2", params![account, exchange])
}

/// The exchange with this identifier.
pub fn by_id(connection: &Connection, account: AccountKey, id: &str) -> Result<Option<Exchange>, StoreError> {
    one(connection, "account_id = ?1 AND public_id = ?2", params![account, id])
}

/// The latest exchange ordered with this key.
pub fn by_idempotency_key(
    connection: &Connection,
    account: AccountKey,
    key: &str,
) -> Result<Option<Exchange>, StoreError> {
    one(connection, "account_id = ?1 AND idempotency_key = ?2 ORDER BY id DESC LIMIT 1", params![account, key])
}

/// A page of exchanges, newest first: those older than `before`.
pub fn page(
    connection: &Connection,
    account: AccountKey,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Exchange>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM exchanges WHERE account_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let found: Vec<Exchange> = statement
        .query_map(params![account, before, limit], |row| Ok(read(row)))?
        .map(|row| row?)
        .collect::<Result<_, _>>()?;
    found.into_iter().map(|exchange| with_lines(connection, exchange)).collect()
}

/// Points reserved for exchanges in processing.
pub fn held(connection: &Connection, account: AccountKey) -> Result<Points, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(sum(total), 0) FROM exchanges WHERE account_id = ?1 AND state = 'processing'",
    )?;
    points(statement.query_row(params![account], |row| row.get(0))?)
}

/// What exchanges in processing reserve, in the order in which they were accepted: all of them, or those before one.
pub fn holds(connection: &Connection, account: AccountKey, before: Option<i64>) -> Result<Vec<Hold>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT created_at, total FROM exchanges
         WHERE account_id = ?1 AND state = 'processing' AND (?2 IS NULL OR id < ?2) ORDER BY id",
    )?;
    let rows = statement.query_map(params![account, before], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (since, total) = row?;
        Ok(Hold { since: time(since)?, points: points(total)? })
    })
    .collect()
}

/// The exchanges that the monthly limit looks at: all that were not refused.
pub fn earlier(connection: &Connection, account: AccountKey) -> Result<Vec<Earlier>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT created_at, basket FROM exchanges WHERE account_id = ?1 AND state <> 'refused'")?;
    let rows = statement.query_map(params![account], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| {
        let (at, basket) = row?;
        let basket = match basket.as_str() {
            "films" => Basket::FilmsAlone,
            "mixed" => Basket::Mixed,
            _ => return Err(StoreError::Corrupt("an exchange has an unknown basket")),
        };
        Ok(Earlier { at: time(at)?, basket })
    })
    .collect()
}

/// The exchanges that wait to be carried out.
pub fn ahead(connection: &Connection, account: AccountKey) -> Result<Vec<Due>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT id, confirms_at FROM exchanges WHERE account_id = ?1 AND state = 'processing'")?;
    let rows = statement.query_map(params![account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (exchange, confirms_at) = row?;
        Ok(Due { at: time(confirms_at)?, event: Event::Confirmation { exchange } })
    })
    .collect()
}

fn one(
    connection: &Connection,
    condition: &'static str,
    parameters: &[&dyn rusqlite::ToSql],
) -> Result<Option<Exchange>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM exchanges WHERE {condition}"))?;
    let found = statement.query_row(parameters, |row| Ok(read(row))).optional()?.transpose()?;
    found.map(|exchange| with_lines(connection, exchange)).transpose()
}

fn read(row: &Row<'_>) -> Result<Exchange, StoreError> {
    Ok(Exchange {
        key: row.get(0)?,
        id: ExchangeId::new(row.get::<_, String>(1)?),
        state: State::from_code(&row.get::<_, String>(2)?)?,
        created_at: time(row.get(3)?)?,
        total: points(row.get(4)?)?,
        balance_after: points(row.get(5)?)?,
        next_exchange_at: maybe_time(row.get(6)?)?,
        refusal: row.get(7)?,
        idempotency_key: row.get(8)?,
        lines: Vec::new(),
    })
}

fn with_lines(connection: &Connection, exchange: Exchange) -> Result<Exchange, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT line.offer_id, line.title, line.kind, line.image, line.price, line.starts_at, line.until, line.quota_gb,
             line.renewal_roubles, line.promo_code, entitlements.public_id
         FROM exchange_lines AS line LEFT JOIN entitlements ON entitlements.id = line.entitlement_id
         WHERE line.exchange_id = ?1 ORDER BY line.position",
    )?;
    let mut rows = statement.query(params![exchange.key])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(Line {
            offer: OfferId::new(row.get::<_, String>(0)?),
            title: row.get(1)?,
            kind: kind(&row.get::<_, String>(2)?)?,
            image: row.get(3)?,
            price: points(row.get(4)?)?,
            starts_at: time(row.get(5)?)?,
            until: maybe_time(row.get(6)?)?,
            quota_gb: row.get(7)?,
            renewal_roubles: row.get(8)?,
            promo_code: row.get(9)?,
            entitlement: row.get::<_, Option<String>>(10)?.map(EntitlementId::new),
        });
    }
    Ok(Exchange { lines, ..exchange })
}

/// A stored kind.
pub fn kind(code: &str) -> Result<Kind, StoreError> {
    Kind::from_code(code).ok_or(StoreError::Corrupt("an offer has an unknown kind"))
}

fn basket_code(basket: Basket) -> &'static str {
    match basket {
        Basket::FilmsAlone => "films",
        Basket::Mixed => "mixed",
    }
}
