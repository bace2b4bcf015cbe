//! Scenarios: test subscribers described in a data file and loaded fresh on request of QA.
//!
//! Loading replays a subscriber's past in order of time through the same ledger and exchange code
//! that serves requests, so a preset cannot be in a state the programme could not reach.

use std::collections::HashSet;
use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::catalogue::Language;
use super::{account, order, passage};
use crate::http::problem::Problem;
use crate::rules::accrual::{Earning, LIFETIME_MONTHS, expiry, posting_time};
use crate::rules::calendar::months_before;
use crate::rules::exchange::{Line, Plan};
use crate::rules::monthly::Basket;
use crate::rules::offer::{Kind, Offer};
use crate::rules::price::discounted;
use crate::state::{MemberScope, Sandbox};
use crate::store::accounts::{self, NewAccount};
use crate::store::exchanges::{self, State};
use crate::store::ledger::{self, Pending};
use crate::store::{StoreError, entitlements};
use crate::values::{MemberId, OfferId, Points};

/// A test subscriber.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) display_name: String,
    #[serde(default = "moscow")]
    pub(crate) region: String,
    #[serde(default = "usual_services")]
    pub(crate) services: Vec<String>,
    /// How long ago the subscriber joined; absent for one who has not.
    pub(crate) joined_days_ago: Option<i64>,
    #[serde(default)]
    pub(crate) debt_roubles: i64,
    /// `region`, `all-on-box`, `empty` or `generated:<count>`.
    #[serde(default = "whole_region")]
    pub(crate) catalogue: String,
    /// The PIN that the box of this subscriber asks for.
    pub(crate) pin: Option<String>,
    #[serde(default)]
    accruals: Vec<PastAccrual>,
    #[serde(default)]
    pending: Vec<PendingAccrual>,
    #[serde(default)]
    orders: Vec<PastOrder>,
    /// Adds a survey that brings the points up to what an offer costs, less some.
    exactly: Option<Exactly>,
    /// The number of rows of history in all.
    history_rows: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PastAccrual {
    earning: Earning,
    points: i64,
    days_ago: Option<i64>,
    /// Instead of `days_ago`: posted so long ago that the points burn in so many days.
    burns_in_days: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PendingAccrual {
    earning: Earning,
    points: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PastOrder {
    offers: Vec<OfferId>,
    hours_ago: Option<i64>,
    /// Instead of `hours_ago`: ordered so long ago that the first offer ends in so many hours.
    ends_in_hours: Option<i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exactly {
    offer: OfferId,
    #[serde(default)]
    short_by: i64,
}

/// The file of scenarios is wrong.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// It is not TOML of the expected shape.
    #[error("reading the scenarios")]
    Syntax(#[from] toml::de::Error),
    /// Two scenarios have one name.
    #[error("reading the scenarios: the name {0:?} is taken twice")]
    Duplicate(String),
    /// A subscriber has points that the programme does not give.
    #[error("reading the scenario {name:?}: {earning}: {problem}")]
    Impossible {
        /// The scenario.
        name: String,
        /// The way to earn.
        earning: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    scenario: Vec<Scenario>,
}

enum Past<'a> {
    Accrual { earning: Earning, points: Points },
    Order { offers: Vec<&'a Offer>, until: Option<DateTime<Utc>> },
}

impl Scenario {
    /// The scenarios that are part of the program.
    pub(crate) fn built_in() -> Result<Vec<Self>, ScenarioError> {
        let scenarios = Self::parse(include_str!("../../../assets/sandbox/scenarios.toml"))?;
        // Only the built-in scenarios are checked: a simulation brings its own subscribers, with any points.
        scenarios.iter().try_for_each(Self::check)?;
        Ok(scenarios)
    }

    /// The member the scenario describes.
    pub(crate) fn member(&self) -> MemberId {
        MemberId::new(format!("m-{}", self.name))
    }

    /// Reads scenarios.
    pub(crate) fn parse(text: &str) -> Result<Vec<Self>, ScenarioError> {
        let scenarios = toml::from_str::<File>(text)?.scenario;
        let mut names = HashSet::new();
        for scenario in &scenarios {
            if !names.insert(&scenario.name) {
                return Err(ScenarioError::Duplicate(scenario.name.clone()));
            }
        }
        Ok(scenarios)
    }

    /// Finds points that the programme would not have given.
    pub(crate) fn check(&self) -> Result<(), ScenarioError> {
        let impossible = |earning: Earning, problem| {
            Err(ScenarioError::Impossible { name: self.name.clone(), earning: earning.code(), problem })
        };
        let posted = self.accruals.iter().map(|accrual| (accrual.earning, accrual.points));
        let earned: Vec<_> =
            posted.chain(self.pending.iter().map(|pending| (pending.earning, pending.points))).collect();
        for (earning, points) in &earned {
            if !earning.reward().contains(points) {
                return impossible(*earning, "the programme gives another number of points");
            }
        }
        for earning in Earning::ALL.into_iter().filter(|earning| earning.is_one_time()) {
            if earned.iter().filter(|(found, _)| *found == earning).count() > 1 {
                return impossible(earning, "it is given once");
            }
        }
        let is_rewarded = earned.iter().any(|(earning, _)| *earning == Earning::Joining);
        if self.joined_days_ago.is_some() != is_rewarded {
            return impossible(Earning::Joining, "who has joined has its points, and nobody else");
        }
        let is_early = |accrual: &&PastAccrual| accrual.days_ago > self.joined_days_ago;
        match self.accruals.iter().find(is_early) {
            Some(early) => impossible(early.earning, "it lies before the joining"),
            None => Ok(()),
        }
    }
}

/// The scenario of this name.
pub(crate) fn find<'a>(sandbox: &'a Sandbox, name: &str) -> Result<&'a Scenario, Problem> {
    let found = sandbox.scenarios.iter().find(|scenario| scenario.name == name);
    found.ok_or_else(|| Problem::not_found("scenario_not_found", "No scenario has this name."))
}

/// Makes the member of a scenario what the scenario says, as of now.
pub(crate) fn load(sandbox: &Sandbox, scenario: &Scenario) -> Result<MemberId, Problem> {
    let now = sandbox.clock.now();
    let member = scenario.member();
    if sandbox.seed.region(&scenario.region).is_none() {
        return Err(impossible(scenario, "there is no such region"));
    }
    sandbox.store.transact(|transaction| {
        let joined_at = scenario.joined_days_ago.map(|days| now - TimeDelta::days(days));
        let new = NewAccount {
            member: &member,
            scenario: &scenario.name,
            display_name: &scenario.display_name,
            region: &scenario.region,
            services: &scenario.services,
            catalogue: &scenario.catalogue,
            opened_at: joined_at.unwrap_or(now).min(now),
        };
        let key = accounts::open(transaction, &new)?;
        if let Some(joined_at) = joined_at {
            accounts::join(transaction, key, joined_at)?;
        }
        let account = accounts::current(transaction, &member)?.ok_or(StoreError::Corrupt("an account is missing"))?;
        let mut scope = MemberScope { sandbox, transaction, account, now };
        let shelf = scope.shelf(Language::Russian);
        for (at, event) in past(scenario, &shelf.offers, now, scope.zone())? {
            scope.now = at;
            passage::settle_until(&scope, at)?;
            replay(&scope, event)?;
        }
        scope.now = now;
        for pending in &scenario.pending {
            let posts_at = posting_time(pending.earning, now, scope.zone());
            let points = Points::new(pending.points).ok_or_else(|| impossible(scenario, "too many points"))?;
            ledger::announce(transaction, key, &Pending { earning: pending.earning, points, posts_at })?;
        }
        passage::settle_until(&scope, now)?;
        accounts::set_debt(transaction, key, scenario.debt_roubles)?;
        ledger::verify(transaction, key)?;
        Ok::<_, Problem>(())
    })?;
    Ok(member)
}

/// Everything a scenario's subscriber did, in order of time.
fn past<'a>(
    scenario: &Scenario,
    offers: &'a [Offer],
    now: DateTime<Utc>,
    zone: Tz,
) -> Result<Vec<(DateTime<Utc>, Past<'a>)>, Problem> {
    let find = |id: &OfferId| {
        offers
            .iter()
            .find(|offer| offer.id == *id)
            .ok_or_else(|| impossible(scenario, "an offer is not in the catalogue"))
    };
    let points = |number| Points::new(number).ok_or_else(|| impossible(scenario, "points are out of range"));
    let mut events = Vec::new();
    for accrual in &scenario.accruals {
        let at = match (accrual.days_ago, accrual.burns_in_days) {
            (Some(days), None) => now - TimeDelta::days(days),
            (None, Some(days)) => earned_to_burn_at(now + TimeDelta::days(days), zone),
            (Some(_), Some(_)) | (None, None) => return Err(impossible(scenario, "an accrual needs one time")),
        };
        events.push((at, Past::Accrual { earning: accrual.earning, points: points(accrual.points)? }));
    }
    if let Some(exactly) = &scenario.exactly {
        let price = find(&exactly.offer)?.base_price.map_or(0, Points::get);
        let earned: i64 = scenario.accruals.iter().map(|accrual| accrual.points).sum();
        let missing = price - exactly.short_by - earned;
        if !Earning::Survey.reward().contains(&missing) {
            return Err(impossible(scenario, "no survey brings the points up to the price"));
        }
        events.push((now - TimeDelta::days(10), Past::Accrual { earning: Earning::Survey, points: points(missing)? }));
    }
    for past in &scenario.orders {
        let wanted = past.offers.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        let (at, until) = match (past.hours_ago, past.ends_in_hours, wanted.first()) {
            (Some(hours), None, Some(_)) => (now - TimeDelta::hours(hours), None),
            (None, Some(hours), Some(first)) => {
                let until = now + TimeDelta::hours(hours);
                (first.validity.order_time(until, zone), Some(until))
            }
            (_, _, _) => return Err(impossible(scenario, "an order needs offers and one time")),
        };
        events.push((at, Past::Order { offers: wanted, until }));
    }
    if let Some(rows) = scenario.history_rows {
        let given = u32::try_from(scenario.accruals.len()).unwrap_or(rows);
        events.extend(long_history(offers, given..rows, now));
    }
    events.sort_by_key(|(at, _)| *at);
    Ok(events)
}

// Nothing burns on the 29th of February, because nothing was earned on one two years before: a day later, then.
fn earned_to_burn_at(wanted: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let at = months_before(wanted, LIFETIME_MONTHS, zone);
    if expiry(at, zone) < wanted { at + TimeDelta::days(1) } else { at }
}

// Something earned every three days, and a film after every nineteen times.
fn long_history(offers: &[Offer], rows: Range<u32>, now: DateTime<Utc>) -> Vec<(DateTime<Utc>, Past<'_>)> {
    let earnings = [Earning::Payment, Earning::TopUp, Earning::Survey];
    let mut films = offers.iter().filter(|offer| offer.kind == Kind::Film).cycle();
    let end = rows.end;
    rows.zip(earnings.into_iter().cycle())
        .filter_map(|(row, earning)| {
            let at = now - TimeDelta::days(i64::from(end - row) * 3);
            let event = if row % 20 == 19 {
                Past::Order { offers: vec![films.next()?], until: None }
            } else {
                Past::Accrual { earning, points: Points::new(earning.reward().start() + i64::from(row % 7) * 5)? }
            };
            Some((at, event))
        })
        .collect()
}

fn replay(scope: &MemberScope<'_>, event: Past<'_>) -> Result<(), Problem> {
    match event {
        Past::Accrual { earning, points } => {
            let pending = Pending { earning, points, posts_at: scope.now };
            ledger::announce(scope.transaction, scope.key(), &pending)?;
            passage::settle_until(scope, scope.now)
        }
        Past::Order { offers, until } => {
            let situation = account::situation(scope)?;
            let mut total = Points::ZERO;
            let mut lines = Vec::new();
            for offer in offers {
                let price = offer
                    .base_price
                    .map(|base| discounted(base, situation.discount_percent))
                    .ok_or_else(|| unpaid(scope, "it orders an offer without a price"))?;
                total = total.checked_add(price).ok_or_else(|| unpaid(scope, "it spends too much"))?;
                let mut period = offer.validity.period(scope.now, situation.zone);
                period.until = until.or(period.until);
                lines.push(Line { offer, price, period, replaces: Vec::new() });
            }
            let is_film = |line: &Line<'_>| line.offer.kind == Kind::Film;
            let basket = if lines.iter().all(is_film) { Basket::FilmsAlone } else { Basket::Mixed };
            let plan = Plan { lines, total, basket };
            let exchange = order::accept(scope, &plan, None, scope.now, scope.now)?;
            order::carry_out(scope, exchange, scope.now)?;
            match exchanges::by_key(scope.transaction, scope.key(), exchange)?.map(|found| found.state) {
                Some(State::Confirmed) => Ok(()),
                Some(State::Processing | State::Refused) | None => {
                    Err(unpaid(scope, "it orders what its subscriber cannot pay"))
                }
            }
        }
    }
}

// The scenarios are part of the program, and so are the offers that they name; other seed data may lack these.
fn impossible(scenario: &Scenario, why: &'static str) -> Problem {
    tracing::warn!(scenario = scenario.name, why, "the scenario cannot be loaded");
    let detail = format!("The scenario {:?} cannot be loaded with these seed data: {why}.", scenario.name);
    Problem::scenario_impossible(detail)
}

fn unpaid(scope: &MemberScope<'_>, why: &'static str) -> Problem {
    let scenario = scope.sandbox.scenarios.iter().find(|scenario| scenario.name == scope.account.scenario);
    scenario.map_or_else(|| Problem::internal(why), |scenario| impossible(scenario, why))
}

fn moscow() -> String {
    "moscow".to_owned()
}

fn usual_services() -> Vec<String> {
    vec!["tv".to_owned(), "internet".to_owned()]
}

fn whole_region() -> String {
    "region".to_owned()
}

/// The options a member has, for tests of scenarios.
pub(crate) fn active_offers(scope: &MemberScope<'_>) -> Result<Vec<String>, StoreError> {
    let all = entitlements::all(scope.transaction, scope.key())?;
    Ok(all.into_iter().filter(|held| held.ended_at.is_none()).map(|held| held.offer.to_string()).collect())
}
