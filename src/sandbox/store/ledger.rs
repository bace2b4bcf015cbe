//! The ledger: append-only entries, each balanced by a posting on the programme's side, and lots.
//!
//! The balance is the sum of a member's entries, always; [`verify`] proves it against the lots and
//! the postings before a transaction commits.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};

use super::accounts::AccountKey;
use super::{StoreError, maybe_time, millis, points, time};
use crate::rules::accrual::Earning;
use crate::rules::lots::{Draw, Lot, total};
use crate::rules::status::Collected;
use crate::rules::timeline::{Due, Event};
use crate::values::Points;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryType {
    /// Points arrived.
    Accrual,
    /// Points were spent.
    Exchange,
    /// Points burned.
    Expiry,
    /// A correction by the operator.
    Adjustment,
}

impl EntryType {
    /// Every type.
    pub const ALL: [Self; 4] = [Self::Accrual, Self::Exchange, Self::Expiry, Self::Adjustment];

    /// The word for it, in the API and the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accrual => "accrual",
            Self::Exchange => "exchange",
            Self::Expiry => "expiry",
            Self::Adjustment => "adjustment",
        }
    }

    /// The type a word names.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entry_type| entry_type.code() == code)
    }

    fn other_side(self) -> &'static str {
        match self {
            Self::Accrual => "issued",
            Self::Exchange => "redeemed",
            Self::Expiry => "expired",
            Self::Adjustment => "adjusted",
        }
    }
}

/// A line of the member's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number; later entries have larger numbers.
    pub id: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The change of the balance.
    pub amount: i64,
    /// The balance after it.
    pub balance_after: Points,
    /// What it is.
    pub entry_type: EntryType,
    /// Why it happened.
    pub reason: String,
    /// What a member reads.
    pub title: String,
    /// When points that arrived burn.
    pub expires_at: Option<DateTime<Utc>>,
    /// The exchange it belongs to.
    pub exchange_id: Option<String>,
}

/// Points that are yet to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Why they arrive.
    pub earning: Earning,
    /// How many.
    pub points: Points,
    /// When they are posted.
    pub posts_at: DateTime<Utc>,
}

/// Points that arrive.
#[derive(Debug)]
pub struct Credit<'a> {
    /// What the entry is.
    pub entry_type: EntryType,
    /// Why, as the API says it.
    pub reason: &'a str,
    /// What a member reads.
    pub title: &'a str,
    /// How many.
    pub amount: Points,
    /// When what is left of them burns.
    pub expires_at: DateTime<Utc>,
}

/// Points that leave the balance.
#[derive(Debug)]
pub struct Debit<'a> {
    /// What the entry is.
    pub entry_type: EntryType,
    /// Why, as the API says it.
    pub reason: &'a str,
    /// What a member reads.
    pub title: &'a str,
    /// The lots that pay.
    pub draws: &'a [Draw],
    /// The exchange paid for.
    pub exchange: Option<i64>,
}

/// Posts points that arrive.
pub fn credit(
    connection: &Connection,
    account: AccountKey,
    credit: &Credit<'_>,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let header = EntryHeader {
        entry_type: credit.entry_type,
        reason: credit.reason,
        title: credit.title,
        expires_at: Some(credit.expires_at),
        exchange: None,
    };
    let entry = append(connection, account, &header, credit.amount.get(), at)?;
    let mut statement = connection
        .prepare_cached("INSERT INTO lots (account_id, entry_id, points, expires_at) VALUES (?1, ?2, ?3, ?4)")?;
    statement.execute(params![account, entry, credit.amount.get(), millis(credit.expires_at)])?;
    Ok(entry)
}

/// Posts points that leave.
pub fn debit(
    connection: &Connection,
    account: AccountKey,
    debit: &Debit<'_>,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let amount: i64 = debit.draws.iter().map(|draw| draw.points.get()).sum();
    let header = EntryHeader {
        entry_type: debit.entry_type,
        reason: debit.reason,
        title: debit.title,
        expires_at: None,
        exchange: debit.exchange,
    };
    let entry = append(connection, account, &header, -amount, at)?;
    let mut statement =
        connection.prepare_cached("INSERT INTO draws (lot_id, entry_id, points) VALUES (?1, ?2, ?3)")?;
    for draw in debit.draws {
        statement.execute(params![draw.lot, entry, draw.points.get()])?;
    }
    Ok(())
}

/// The sum of the member's entries.
pub fn balance(connection: &Connection, account: AccountKey) -> Result<Points, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT coalesce(sum(amount), 0) FROM entries WHERE account_id = ?1")?;
    points(statement.query_row(params![account], |row| row.get(0))?)
}

/// The lots that still hold points.
pub fn lots(connection: &Connection, account: AccountKey) -> Result<Vec<Lot>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT lots.id, lots.points - coalesce(sum(draws.points), 0) AS points_left, lots.expires_at
         FROM lots LEFT JOIN draws ON draws.lot_id = lots.id
         WHERE lots.account_id = ?1 GROUP BY lots.id HAVING points_left > 0 ORDER BY lots.expires_at, lots.id",
    )?;
    statement
        .query_map(params![account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .map(|row| {
            let (id, left, expires_at) = row?;
            Ok(Lot { id, left: points(left)?, expires_at: time(expires_at)? })
        })
        .collect()
}

/// The accruals that count towards the status, oldest first.
pub fn collected(connection: &Connection, account: AccountKey) -> Result<Vec<Collected>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT at, amount FROM entries WHERE account_id = ?1 AND type = 'accrual' ORDER BY at, id")?;
    statement
        .query_map(params![account], |row| Ok((row.get(0)?, row.get(1)?)))?
        .map(|row| {
            let (at, amount) = row?;
            Ok(Collected { at: time(at)?, points: points(amount)? })
        })
        .collect()
}

/// A page of the history, newest first: entries older than `before`, of one type or all.
pub fn page(
    connection: &Connection,
    account: AccountKey,
    entry_type: Option<EntryType>,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Entry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT entries.id, at, amount, entries.balance_after, type, reason, title, expires_at, exchanges.public_id
         FROM entries LEFT JOIN exchanges ON exchanges.id = entries.exchange_id
         WHERE entries.account_id = ?1 AND (?2 IS NULL OR type = ?2) AND (?3 IS NULL OR entries.id < ?3)
         ORDER BY entries.id DESC LIMIT ?4",
    )?;
    let mut rows = statement.query(params![account, entry_type.map(EntryType::code), before, limit])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let code: String = row.get(4)?;
        entries.push(Entry {
            id: row.get(0)?,
            at: time(row.get(1)?)?,
            amount: row.get(2)?,
            balance_after: points(row.get(3)?)?,
            entry_type: EntryType::from_code(&code).ok_or(StoreError::Corrupt("an entry has an unknown type"))?,
            reason: row.get(5)?,
            title: row.get(6)?,
            expires_at: maybe_time(row.get(7)?)?,
            exchange_id: row.get(8)?,
        });
    }
    Ok(entries)
}

/// The ways to earn that have been used, posted or pending.
pub fn earned(connection: &Connection, account: AccountKey) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT DISTINCT earning FROM accruals WHERE account_id = ?1")?;
    statement.query_map(params![account], |row| row.get(0))?.map(|row| Ok(row?)).collect()
}

/// Announces points that will be posted at `posts_at`.
pub fn announce(connection: &Connection, account: AccountKey, pending: &Pending) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached("INSERT INTO accruals (account_id, earning, points, posts_at) VALUES (?1, ?2, ?3, ?4)")?;
    statement.execute(params![account, pending.earning.code(), pending.points.get(), millis(pending.posts_at)])?;
    Ok(())
}

/// The points yet to be posted, soonest first.
pub fn pending(connection: &Connection, account: AccountKey) -> Result<Vec<Pending>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT earning, points, posts_at FROM accruals WHERE account_id = ?1 AND entry_id IS NULL ORDER BY posts_at, id",
    )?;
    let rows = statement.query_map(params![account], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.map(|row| {
        let (code, number, posts_at): (String, i64, i64) = row?;
        Ok(Pending { earning: earning(&code)?, points: points(number)?, posts_at: time(posts_at)? })
    })
    .collect()
}

/// Posts one pending accrual.
pub fn post(
    connection: &Connection,
    account: AccountKey,
    accrual: i64,
    at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("SELECT earning, points FROM accruals WHERE id = ?1")?;
    let (code, number): (String, i64) = statement.query_row(params![accrual], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let earning = earning(&code)?;
    let arriving = Credit {
        entry_type: EntryType::Accrual,
        reason: earning.code(),
        title: earning.title(),
        amount: points(number)?,
        expires_at,
    };
    let entry = credit(connection, account, &arriving, at)?;
    let mut statement = connection.prepare_cached("UPDATE accruals SET entry_id = ?2 WHERE id = ?1")?;
    statement.execute(params![accrual, entry])?;
    Ok(())
}

/// The postings that lie ahead.
pub fn ahead(connection: &Connection, account: AccountKey) -> Result<Vec<Due>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, posts_at FROM accruals WHERE account_id = ?1 AND entry_id IS NULL")?;
    let rows = statement.query_map(params![account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (accrual, posts_at) = row?;
        Ok(Due { at: time(posts_at)?, event: Event::Posting { accrual } })
    })
    .collect()
}

/// Proves that entries, running balances, lots and postings agree.
pub fn verify(connection: &Connection, account: AccountKey) -> Result<(), StoreError> {
    let balance = balance(connection, account)?;
    if total(&lots(connection, account)?) != Some(balance) {
        return Err(StoreError::Corrupt("the lots do not sum to the balance"));
    }
    let mut statement = connection
        .prepare_cached("SELECT balance_after FROM entries WHERE account_id = ?1 ORDER BY id DESC LIMIT 1")?;
    let last = statement.query_map(params![account], |row| row.get::<_, i64>(0))?.next().transpose()?;
    if last.unwrap_or(0) != balance.get() {
        return Err(StoreError::Corrupt("the last running balance is not the balance"));
    }
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(sum(postings.amount), 0),
                coalesce(sum(postings.amount) FILTER (WHERE postings.side = 'member'), 0)
         FROM postings JOIN entries ON entries.id = postings.entry_id WHERE entries.account_id = ?1",
    )?;
    let (all, members): (i64, i64) = statement.query_row(params![account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if all != 0 || members != balance.get() {
        return Err(StoreError::Corrupt("the postings do not balance"));
    }
    Ok(())
}

struct EntryHeader<'a> {
    entry_type: EntryType,
    reason: &'a str,
    title: &'a str,
    expires_at: Option<DateTime<Utc>>,
    exchange: Option<i64>,
}

fn append(
    connection: &Connection,
    account: AccountKey,
    header: &EntryHeader<'_>,
    amount: i64,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let before = balance(connection, account)?.get();
    let after = before.checked_add(amount).and_then(Points::new).ok_or(StoreError::Corrupt("the balance overflows"))?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO entries (account_id, at, type, reason, title, amount, balance_after, expires_at, exchange_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    let entry = statement.insert(params![
        account,
        millis(at),
        header.entry_type.code(),
        header.reason,
        header.title,
        amount,
        after.get(),
        header.expires_at.map(millis),
        header.exchange
    ])?;
    let mut statement =
        connection.prepare_cached("INSERT INTO postings (entry_id, side, amount) VALUES (?1, ?2, ?3)")?;
    statement.execute(params![entry, "member", amount])?;
    statement.execute(params![entry, header.entry_type.other_side(), -amount])?;
    Ok(entry)
}

fn earning(code: &str) -> Result<Earning, StoreError> {
    Earning::from_code(code).ok_or(StoreError::Corrupt("an accrual has an unknown reason"))
}
