//! `GET /v1/account` and `GET /v1/terms`.

use chrono::{FixedOffset, Offset, Utc};
use serde::Serialize;

use super::history::{accrual_reason, accrual_reason_code, status_code, status_code_text};
use super::value::{Amount, Flag, Id, Int, List, Percent, Prose, Roubles, Text, Time, Title, object};
use crate::domain;

/// Minutes from UTC of a subscriber whose zone cannot be read: those of Moscow, the programme's home.
const MOSCOW: i32 = 180;
/// The limit that film rentals do not use up.
const FILMS_EXEMPT: &str = "films-exempt";

object! {
    #[derive(Debug, Serialize)]
    pub(in crate::api) struct Account {
        needed {
            member_id: Id,
            enrolled: Flag,
            balance: Amount,
            server_time: Time,
        }
        display_name: Title,
        held: Amount,
        debt: Flag,
        debt_roubles: Option<Roubles>,
        status: Status,
        expiring: List<Lot, 100>,
        pending: List<Pending, 100>,
        next_exchange_at: Option<Time>,
        monthly_limit: Text<32>,
        region: Region,
        utc_offset_minutes: Option<Int<i32>>,
        connected_services: List<Text<64>, 50>,
        terms_version: Text<64>,
    }
}

object! {
    #[derive(Debug, Default, Serialize)]
    struct Status {
        needed {}
        code: Text<32>,
        name: Title,
        discount_percent: Percent,
        points: Amount,
        next: Option<Next>,
        until: Option<Time>,
    }
}

object! {
    #[derive(Debug, Serialize)]
    struct Next {
        needed {
            threshold: Amount,
            missing: Amount,
        }
        name: Title,
        discount_percent: Percent,
    }
}

object! {
    #[derive(Debug, Serialize)]
    struct Lot {
        needed {
            points: Amount,
            expires_at: Time,
        }
    }
}

object! {
    #[derive(Debug, Serialize)]
    struct Pending {
        needed {
            points: Amount,
            posts_at: Time,
        }
        reason: Text<32>,
    }
}

object! {
    #[derive(Debug, Default, Serialize)]
    struct Region {
        needed {}
        code: Text<64>,
        name: Title,
    }
}

impl From<Account> for domain::Account {
    fn from(account: Account) -> Self {
        let debt = account.debt_roubles.map(|roubles| roubles.0).filter(|roubles| *roubles > 0);
        let mut expiring = account
            .expiring
            .into_domain(|lot| domain::ExpiringLot { points: lot.points.0, expires_at: lot.expires_at.0 });
        expiring.sort_by_key(|lot| lot.expires_at);
        Self {
            member_id: account.member_id.0,
            display_name: account.display_name.0,
            is_enrolled: account.enrolled.0,
            balance: account.balance.0,
            held: account.held.0,
            // A debt without an amount is still a debt: the server alone refuses on it.
            debt_roubles: if account.debt.0 { Some(debt.unwrap_or(0)) } else { debt },
            status: account.status.into_domain(),
            expiring,
            pending: account.pending.into_domain(|accrual| domain::PendingAccrual {
                points: accrual.points.0,
                reason: accrual_reason(&accrual.reason.0),
                posts_at: accrual.posts_at.0,
            }),
            next_exchange_at: account.next_exchange_at.map(|at| at.0),
            exchange_limit: match account.monthly_limit.0.as_str() {
                FILMS_EXEMPT => domain::ExchangeLimit::AllButFilms,
                // The programme's own rule, also where a server does not tell it.
                _ => domain::ExchangeLimit::Every,
            },
            region: domain::Region { code: account.region.code.0, name: account.region.name.0 },
            offset: offset(account.utc_offset_minutes),
            connected_services: account.connected_services.into_domain(|service| service.0),
            terms_version: account.terms_version.0,
            server_time: account.server_time.0,
        }
    }
}

/// The subscriber's zone; no zone on earth is further from UTC than 18 hours.
fn offset(minutes: Option<Int<i32>>) -> FixedOffset {
    let minutes = minutes.map(|minutes| minutes.0).filter(|minutes| minutes.abs() <= 18 * 60).unwrap_or(MOSCOW);
    FixedOffset::east_opt(minutes * 60).unwrap_or_else(|| Utc.fix())
}

impl Status {
    fn into_domain(self) -> domain::Status {
        domain::Status {
            code: status_code(&self.code.0),
            name: self.name.0,
            discount_percent: self.discount_percent.0,
            points: self.points.0,
            next: self.next.map(|next| domain::NextStatus {
                name: next.name.0,
                threshold: next.threshold.0,
                missing: next.missing.0,
                discount_percent: next.discount_percent.0,
            }),
            until: self.until.map(|at| at.0),
        }
    }
}

impl From<&domain::Account> for Account {
    fn from(account: &domain::Account) -> Self {
        Self {
            member_id: Id(account.member_id.clone()),
            display_name: Text(account.display_name.clone()),
            enrolled: Flag(account.is_enrolled),
            balance: Amount(account.balance),
            held: Amount(account.held),
            debt: Flag(account.debt_roubles.is_some()),
            debt_roubles: account.debt_roubles.map(Roubles),
            status: Status {
                code: Text(status_code_text(account.status.code).to_owned()),
                name: Text(account.status.name.clone()),
                discount_percent: Percent(account.status.discount_percent),
                points: Amount(account.status.points),
                next: account.status.next.as_ref().map(|next| Next {
                    name: Text(next.name.clone()),
                    threshold: Amount(next.threshold),
                    missing: Amount(next.missing),
                    discount_percent: Percent(next.discount_percent),
                }),
                until: account.status.until.map(Time),
            },
            expiring: account
                .expiring
                .iter()
                .map(|lot| Lot { points: Amount(lot.points), expires_at: Time(lot.expires_at) })
                .collect(),
            pending: account
                .pending
                .iter()
                .map(|accrual| Pending {
                    points: Amount(accrual.points),
                    reason: Text(accrual_reason_code(accrual.reason).to_owned()),
                    posts_at: Time(accrual.posts_at),
                })
                .collect(),
            next_exchange_at: account.next_exchange_at.map(Time),
            monthly_limit: Text(
                match account.exchange_limit {
                    domain::ExchangeLimit::Every => "strict",
                    domain::ExchangeLimit::AllButFilms => FILMS_EXEMPT,
                }
                .to_owned(),
            ),
            region: Region { code: Text(account.region.code.clone()), name: Text(account.region.name.clone()) },
            utc_offset_minutes: Some(Int(account.offset.local_minus_utc() / 60)),
            connected_services: account.connected_services.iter().cloned().map(Text).collect(),
            terms_version: Text(account.terms_version.clone()),
            server_time: Time(account.server_time),
        }
    }
}

object! {
    #[derive(Debug)]
    pub(in crate::api) struct Terms {
        needed {
            version: Text<64>,
            // A member consents to the whole text, so none of it may be missing.
            paragraphs: Vec<Prose>,
        }
        title: Title,
        joining_points: Amount,
    }
}

impl Terms {
    /// The terms, or `None` if there is nothing to consent to.
    pub fn into_domain(self) -> Option<domain::Terms> {
        let paragraphs: Vec<_> = self.paragraphs.into_iter().map(|paragraph| paragraph.0).collect();
        (!self.version.0.is_empty() && !paragraphs.is_empty()).then_some(domain::Terms {
            version: self.version.0,
            title: self.title.0,
            paragraphs,
            joining_points: self.joining_points.0,
        })
    }
}
