//! A member's account: balance, status, what burns, what is expected.

use chrono::{DateTime, Duration, FixedOffset, Utc};

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
    /// The lots that burn within `window` from `now`, summed; `None` if nothing does.
    pub fn burning_within(&self, now: DateTime<Utc>, window: Duration) -> Option<(Points, DateTime<Utc>)> {
        let limit = now.checked_add_signed(window)?;
        let lots: Vec<_> = self.expiring.iter().filter(|lot| lot.expires_at <= limit).collect();
        let first = lots.iter().map(|lot| lot.expires_at).min()?;
        let points = Points::checked_sum(lots.iter().map(|lot| lot.points))?;
        Some((points, first))
    }
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

    fn lot(points: i64, day: u32) -> ExpiringLot {
        ExpiringLot {
            points: Points::new(points).unwrap(),
            expires_at: Utc.with_ymd_and_hms(2026, 12, day, 0, 0, 0).unwrap(),
        }
    }

    #[test]
    fn points_that_burn_soon_are_summed_with_their_first_day() {
        let now = Utc.with_ymd_and_hms(2026, 12, 1, 0, 0, 0).unwrap();
        let account = Account {
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
            expiring: vec![lot(300, 5), lot(200, 8), lot(100, 30)],
            pending: Vec::new(),
            next_exchange_at: None,
            region: Region { code: String::new(), name: String::new() },
            offset: FixedOffset::east_opt(0).unwrap(),
            connected_services: Vec::new(),
            terms_version: String::new(),
            server_time: now,
        };
        let burning = account.burning_within(now, Duration::days(10));
        assert_eq!(burning, Some((Points::new(500).unwrap(), lot(0, 5).expires_at)));
        assert_eq!(account.burning_within(now, Duration::days(1)), None);
    }
}
