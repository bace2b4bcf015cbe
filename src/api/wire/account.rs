//! `GET /v1/account` and `GET /v1/terms`.

use chrono::FixedOffset;
use serde::{Deserialize, Serialize};

use super::history::{accrual_reason, accrual_reason_code, status_code, status_code_text};
use super::value::{Amount, Id, Percent, Prose, Roubles, Text, Time, Title, list};
use crate::domain;

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::api) struct Account {
    member_id: Id,
    #[serde(default)]
    display_name: Title,
    enrolled: bool,
    balance: Amount,
    #[serde(default)]
    held: Amount,
    #[serde(default)]
    debt: bool,
    #[serde(default)]
    debt_roubles: Option<Roubles>,
    status: Status,
    #[serde(default, deserialize_with = "list::<_, _, 100>")]
    expiring: Vec<Lot>,
    #[serde(default, deserialize_with = "list::<_, _, 100>")]
    pending: Vec<Pending>,
    #[serde(default)]
    next_exchange_at: Option<Time>,
    region: Region,
    utc_offset_minutes: i32,
    #[serde(default, deserialize_with = "list::<_, _, 50>")]
    connected_services: Vec<Text<64>>,
    terms_version: Text<64>,
    server_time: Time,
}

#[derive(Debug, Serialize, Deserialize)]
struct Status {
    code: Text<32>,
    #[serde(default)]
    name: Title,
    #[serde(default)]
    discount_percent: Percent,
    #[serde(default)]
    points: Amount,
    #[serde(default)]
    next: Option<Next>,
    #[serde(default)]
    until: Option<Time>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Next {
    #[serde(default)]
    name: Title,
    threshold: Amount,
    missing: Amount,
    #[serde(default)]
    discount_percent: Percent,
}

#[derive(Debug, Serialize, Deserialize)]
struct Lot {
    points: Amount,
    expires_at: Time,
}

#[derive(Debug, Serialize, Deserialize)]
struct Pending {
    points: Amount,
    #[serde(default)]
    reason: Text<32>,
    posts_at: Time,
}

#[derive(Debug, Serialize, Deserialize)]
struct Region {
    #[serde(default)]
    code: Text<64>,
    #[serde(default)]
    name: Title,
}

impl Account {
    /// The account in the domain's words, or `None` if its time zone cannot exist.
    pub fn into_domain(self) -> Option<domain::Account> {
        let seconds = self.utc_offset_minutes.checked_mul(60)?;
        let debt = self.debt_roubles.map(|roubles| roubles.0).filter(|roubles| *roubles > 0);
        let mut expiring: Vec<_> = self
            .expiring
            .into_iter()
            .map(|lot| domain::ExpiringLot { points: lot.points.0, expires_at: lot.expires_at.0 })
            .collect();
        expiring.sort_by_key(|lot| lot.expires_at);
        Some(domain::Account {
            member_id: self.member_id.0,
            display_name: self.display_name.0,
            is_enrolled: self.enrolled,
            balance: self.balance.0,
            held: self.held.0,
            // A debt without an amount is still a debt: the server alone refuses on it.
            debt_roubles: if self.debt { Some(debt.unwrap_or(0)) } else { debt },
            status: self.status.into_domain(),
            expiring,
            pending: self
                .pending
                .into_iter()
                .map(|accrual| domain::PendingAccrual {
                    points: accrual.points.0,
                    reason: accrual_reason(&accrual.reason.0),
                    posts_at: accrual.posts_at.0,
                })
                .collect(),
            next_exchange_at: self.next_exchange_at.map(|at| at.0),
            region: domain::Region { code: self.region.code.0, name: self.region.name.0 },
            offset: FixedOffset::east_opt(seconds)?,
            connected_services: self.connected_services.into_iter().map(|service| service.0).collect(),
            terms_version: self.terms_version.0,
            server_time: self.server_time.0,
        })
    }
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
            enrolled: account.is_enrolled,
            balance: Amount(account.balance),
            held: Amount(account.held),
            debt: account.debt_roubles.is_some(),
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
            region: Region { code: Text(account.region.code.clone()), name: Text(account.region.name.clone()) },
            utc_offset_minutes: account.offset.local_minus_utc() / 60,
            connected_services: account.connected_services.iter().cloned().map(Text).collect(),
            terms_version: Text(account.terms_version.clone()),
            server_time: Time(account.server_time),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(in crate::api) struct Terms {
    version: Text<64>,
    #[serde(default)]
    title: Title,
    #[serde(deserialize_with = "list::<_, _, 200>")]
    paragraphs: Vec<Prose>,
    #[serde(default)]
    joining_points: Amount,
}

impl From<Terms> for domain::Terms {
    fn from(terms: Terms) -> Self {
        Self {
            version: terms.version.0,
            title: terms.title.0,
            paragraphs: terms.paragraphs.into_iter().map(|paragraph| paragraph.0).collect(),
            joining_points: terms.joining_points.0,
        }
    }
}
