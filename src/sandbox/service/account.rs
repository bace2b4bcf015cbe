//! A member's account: points, status, what lies ahead, joining, and how the rules see the member.

use std::str::FromStr;

use chrono::Offset;
use chrono_tz::Tz;

use super::catalogue::Language;
use super::order::available;
use super::passage;
use crate::http::problem::Problem;
use crate::http::wire::{AccountBody, ExpiringBody, NextStatusBody, PendingBody, RegionBody, StatusBody};
use crate::rules::accrual::{Earning, posting_time};
use crate::rules::exchange::{Membership, Situation};
use crate::rules::lots::expiring;
use crate::rules::monthly::next_exchange_at;
use crate::rules::status::{Level, Standing, standing};
use crate::state::{MemberScope, Sandbox};
use crate::store::ledger::Pending;
use crate::store::{StoreError, accounts, entitlements, exchanges, ledger};
use crate::values::Points;

// The screen shows a year of lots at most.
const MOST_EXPIRING: usize = 12;

impl MemberScope<'_> {
    /// The subscriber's time zone.
    pub(crate) fn zone(&self) -> Tz {
        zone_of(self.sandbox, &self.account.region)
    }

    /// The member's status, once they have joined.
    pub(crate) fn standing(&self) -> Result<Option<Standing>, StoreError> {
        let Some(joined_at) = self.account.joined_at else { return Ok(None) };
        Ok(Some(standing(joined_at, &ledger::collected(self.transaction, self.key())?, self.now, self.zone())))
    }
}

/// The time zone of a region; the seed data are checked, so a missing one means UTC.
pub(crate) fn zone_of(sandbox: &Sandbox, region: &str) -> Tz {
    sandbox.seed.region(region).and_then(|region| Tz::from_str(&region.time_zone).ok()).unwrap_or(Tz::UTC)
}

/// The member as the rules of an exchange see them.
pub(crate) fn situation(scope: &MemberScope<'_>) -> Result<Situation, StoreError> {
    Ok(Situation {
        now: scope.now,
        zone: scope.zone(),
        membership: match scope.account.joined_at {
            Some(_) => Membership::Enrolled,
            None => Membership::Outside,
        },
        available: available(scope)?,
        debt_roubles: scope.account.debt_roubles,
        services: scope.account.services.clone(),
        discount_percent: scope.standing()?.map_or(0, |standing| standing.level.discount_percent()),
        holdings: entitlements::holdings(scope.transaction, scope.key())?,
        earlier: exchanges::earlier(scope.transaction, scope.key())?,
        limit: scope.sandbox.policy().monthly,
    })
}

/// The account as the API shows it.
pub(crate) fn show(scope: &MemberScope<'_>, language: Language) -> Result<AccountBody, Problem> {
    let (connection, account, zone) = (scope.transaction, scope.key(), scope.zone());
    let lots = passage::free_lots(scope)?;
    let earlier = exchanges::earlier(connection, account)?;
    let standing = scope.standing()?;
    let region = scope.sandbox.seed.region(&scope.account.region);
    let offset = scope.now.with_timezone(&zone).offset().fix().local_minus_utc();
    Ok(AccountBody {
        member_id: scope.account.member.clone(),
        display_name: scope.account.display_name.clone(),
        enrolled: standing.is_some(),
        balance: ledger::balance(connection, account)?,
        held: exchanges::held(connection, account)?,
        debt: scope.account.debt_roubles > 0,
        debt_roubles: scope.account.debt_roubles,
        status: standing.map_or_else(StatusBody::none, |standing| status(scope.sandbox, standing, language)),
        expiring: expiring(&lots, MOST_EXPIRING)
            .into_iter()
            .map(|group| ExpiringBody { points: group.points, expires_at: group.at })
            .collect(),
        pending: ledger::pending(connection, account)?
            .into_iter()
            .map(|pending| PendingBody {
                points: pending.points,
                reason: pending.earning.code(),
                posts_at: pending.posts_at,
            })
            .collect(),
        next_exchange_at: next_exchange_at(scope.sandbox.policy().monthly, &earlier, scope.now, zone),
        monthly_limit: scope.sandbox.policy().monthly,
        region: RegionBody {
            code: scope.account.region.clone(),
            name: region.map_or_else(String::new, |region| match language {
                Language::Russian => region.name.clone(),
                Language::English => region.name_en.clone(),
            }),
        },
        time_zone: zone.name().to_owned(),
        utc_offset_minutes: offset / 60,
        connected_services: scope.account.services.clone(),
        terms_version: scope.sandbox.seed.terms.version.clone(),
        server_time: scope.now,
    })
}

/// Joins the programme; joining twice changes nothing.
pub(crate) fn enrol(scope: &MemberScope<'_>, terms_version: &str) -> Result<(), Problem> {
    if scope.account.joined_at.is_some() {
        return Ok(());
    }
    if terms_version != scope.sandbox.seed.terms.version {
        return Err(Problem::terms_outdated());
    }
    accounts::join(scope.transaction, scope.key(), scope.now)?;
    let points = Points::new(i64::from(scope.sandbox.seed.terms.joining_points)).unwrap_or(Points::ZERO);
    announce(scope, Earning::Joining, points)?;
    tracing::info!("subscriber joined");
    Ok(())
}

/// Announces points earned now; those that post at once are posted.
pub(crate) fn announce(scope: &MemberScope<'_>, earning: Earning, points: Points) -> Result<(), Problem> {
    let pending = Pending { earning, points, posts_at: posting_time(earning, scope.now, scope.zone()) };
    ledger::announce(scope.transaction, scope.key(), &pending)?;
    passage::settle(scope)
}

/// What a status is called.
pub(crate) fn level_name(sandbox: &Sandbox, level: Level, language: Language) -> String {
    let rule = sandbox.seed.statuses.iter().find(|rule| rule.code == level.code());
    rule.map_or_else(
        || level.name().to_owned(),
        |rule| match language {
            Language::Russian => rule.name.clone(),
            Language::English => rule.name_en.clone(),
        },
    )
}

fn status(sandbox: &Sandbox, standing: Standing, language: Language) -> StatusBody {
    let next = standing.ahead().map(|(level, missing)| NextStatusBody {
        code: level.code(),
        name: level_name(sandbox, level, language),
        threshold: level.threshold(),
        missing,
        discount_percent: level.discount_percent(),
    });
    StatusBody {
        code: standing.level.code(),
        name: level_name(sandbox, standing.level, language),
        discount_percent: standing.level.discount_percent(),
        points: standing.points,
        next,
        until: Some(standing.until),
    }
}
