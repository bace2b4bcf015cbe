//! A member's account: balance, status, what burns, what is expected.

use chrono::{DateTime, FixedOffset, Utc};

use super::Points;

/// The account as the server last described it.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// The member's id; changes when another member signs in.
    pub member_id: String,
    /// The name to greet by.
    pub display_name: String,
    /// Whether the subscriber has joined the programme.
    pub is_enrolled: bool,
    /// Points that can be spent.
    pub balance: Points,
    /// Points held by an exchange that is still processed.
    pub held: Points,
    /// What is owed for services, in roubles, if anything.
    pub debt_roubles: Option<u64>,
    /// The loyalty status.
    pub status: Status,
    /// Lots that burn, soonest first.
    pub expiring: Vec<ExpiringLot>,
    /// Points that are promised and not yet posted.
    pub pending: Vec<PendingAccrual>,
    /// When the next exchange is possible; `None` if at once.
    pub next_exchange_at: Option<DateTime<Utc>>,
    /// Which exchanges use up the month.
    pub exchange_limit: ExchangeLimit,
    /// The region whose catalogue applies.
    pub region: Region,
    /// The subscriber's zone, for every date that is shown.
    pub offset: FixedOffset,
    /// Codes of the connected services.
    pub connected_services: Vec<String>,
    /// The version of the terms that joining accepts.
    pub terms_version: String,
    /// The server's time when it answered.
    pub server_time: DateTime<Utc>,
}

impl Account {
    /// What burns next after `now`, all of that day in the member's zone, and when; `None` if nothing ever does.
    pub fn burning_next(&self, now: DateTime<Utc>) -> Option<(Points, DateTime<Utc>)> {
        let first = self.expiring.iter().map(|lot| lot.expires_at).filter(|at| *at > now).min()?;
        let day = |at: DateTime<Utc>| at.with_timezone(&self.offset).date_naive();
        let lots = self.expiring.iter().filter(|lot| lot.expires_at > now && day(lot.expires_at) == day(first));
        Some((Points::checked_sum(lots.map(|lot| lot.points))?, first))
    }

    /// All that is promised for after `now` together, and when the last of it will be there.
    pub fn pending_total(&self, now: DateTime<Utc>) -> Option<(Points, DateTime<Utc>)> {
        let pending = || self.pending.iter().filter(|accrual| accrual.posts_at > now);
        let last = pending().map(|accrual| accrual.posts_at).max()?;
        Some((Points::checked_sum(pending().map(|accrual| accrual.points))?, last))
    }
}

/// Which exchanges count towards the one that a calendar month allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExchangeLimit {
    /// Every one.
    #[default]
    Every,
    /// All but exchanges of film rentals alone.
    AllButFilms,
}

/// A loyalty status and the way to the next one.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Which status.
    pub code: StatusCode,
    /// Its name, as the operator calls it.
    pub name: String,
    /// The discount on catalogue prices, 0 to 100 per cent.
    pub discount_percent: u8,
    /// Status points collected.
    pub points: Points,
    /// The next status, if there is a higher one.
    pub next: Option<NextStatus>,
    /// When the status runs out.
    pub until: Option<DateTime<Utc>>,
}

/// The statuses of the programme; an operator may add one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusCode {
    /// Not a member.
    None,
    /// «Базовый».
    Basic,
    /// «Стандартный».
    Standard,
    /// «Привилегия».
    Privilege,
    /// «VIP».
    Vip,
    /// One this version does not know.
    Other,
}

/// What is missing to a higher status.
#[derive(Debug, Clone, PartialEq)]
pub struct NextStatus {
    /// Its name.
    pub name: String,
    /// Status points from which it applies.
    pub threshold: Points,
    /// Status points still missing.
    pub missing: Points,
    /// Its discount, 0 to 100 per cent.
    pub discount_percent: u8,
}

/// Points that burn together.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpiringLot {
    /// How many.
    pub points: Points,
    /// When.
    pub expires_at: DateTime<Utc>,
}

/// Points that are promised.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingAccrual {
    /// How many.
    pub points: Points,
    /// What for, as the programme names it.
    pub reason: super::AccrualReason,
    /// When they will be there.
    pub posts_at: DateTime<Utc>,
}

/// A region with a catalogue of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// The terms a subscriber accepts when joining.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// The version that is accepted.
    pub version: String,
    /// The heading.
    pub title: String,
    /// The text.
    pub paragraphs: Vec<String>,
    /// Points given for joining.
    pub joining_points: Points,
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn lot(points: i64, day: u32, hour: u32) -> ExpiringLot {
        ExpiringLot { points: Points::new(points).unwrap(), expires_at: at(day, hour) }
    }

    fn at(day: u32, hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 12, day, hour, 0, 0).unwrap()
    }

    fn accrual(points: i64, day: u32) -> PendingAccrual {
        let points = Points::new(points).unwrap();
        PendingAccrual { points, reason: crate::domain::AccrualReason::Payment, posts_at: at(day, 0) }
    }

    #[test]
    fn what_burns_next_is_of_one_day_and_what_is_promised_is_summed() {
        let mut account = Account {
            member_id: "m".to_owned(),
            display_name: String::new(),
            is_enrolled: true,
            balance: Points::ZERO,
            held: Points::ZERO,
            debt_roubles: None,
            status: Status {
                code: StatusCode::Basic,
                name: String::new(),
                discount_percent: 0,
                points: Points::ZERO,
                next: None,
                until: None,
            },
            expiring: vec![lot(300, 5, 22), lot(200, 6, 20), lot(100, 30, 0)],
            pending: vec![accrual(460, 10), accrual(200, 4)],
            next_exchange_at: None,
            exchange_limit: ExchangeLimit::Every,
            region: Region { code: String::new(), name: String::new() },
            offset: FixedOffset::east_opt(3 * 3600).unwrap(),
            connected_services: Vec::new(),
            terms_version: String::new(),
            server_time: at(1, 0),
        };
        let now = at(1, 0);
        assert_eq!(
            account.burning_next(now),
            Some((Points::new(500).unwrap(), at(5, 22))),
            "both are the 6th in Moscow"
        );
        assert_eq!(account.pending_total(now), Some((Points::new(660).unwrap(), at(10, 0))));
        assert_eq!(
            account.burning_next(at(6, 20)),
            Some((Points::new(100).unwrap(), at(30, 0))),
            "the others have burned"
        );
        assert_eq!(account.pending_total(at(4, 0)), Some((Points::new(460).unwrap(), at(10, 0))));
        account.expiring.clear();
        account.pending.clear();
        assert_eq!((account.burning_next(now), account.pending_total(now)), (None, None));
    }
}
