//! The ledger against a naive model: random orders, points and leaps of the clock.
//!
//! The model keeps a list of lots and nothing else. The sandbox proves its own sums after every
//! step; here the balance must also be what the model says.

use std::sync::Arc;

use chrono::{DateTime, Months, TimeDelta, Utc};
use proptest::prelude::*;

use super::support::{NOON, at};
use crate::clock::Clock;
use crate::policy::Policy;
use crate::randomness::Randomness;
use crate::routes::change_points;
use crate::seed::Seed;
use crate::service::catalogue::Language;
use crate::service::order::{self, Order};
use crate::service::scenario::{self, Scenario};
use crate::state::{Parts, Sandbox, Threads};
use crate::store::{Store, ledger};
use crate::values::{MemberId, OfferId, Points};

#[derive(Debug, Clone)]
enum Step {
    Give(i64),
    Take(i64),
    Order { film: usize },
    Wait { hours: i64 },
}

/// Points that burn at a time; the naive view of an account.
#[derive(Debug, Default)]
struct Model {
    lots: Vec<(DateTime<Utc>, i64)>,
    rented: Vec<(usize, DateTime<Utc>)>,
}

impl Model {
    fn pass(&mut self, now: DateTime<Utc>) {
        self.lots.retain(|(expiry, points)| *expiry > now && *points > 0);
        self.rented.retain(|(_, until)| *until > now);
    }

    fn balance(&self) -> i64 {
        self.lots.iter().map(|(_, points)| points).sum()
    }

    fn spend(&mut self, amount: i64) -> bool {
        if amount > self.balance() {
            return false;
        }
        self.lots.sort_by_key(|(expiry, _)| *expiry);
        let mut due = amount;
        for (_, points) in &mut self.lots {
            let taken = due.min(*points);
            *points -= taken;
            due -= taken;
        }
        true
    }
}

// Moscow is three hours ahead the whole year.
fn two_years_after(at: DateTime<Utc>) -> DateTime<Utc> {
    (at + TimeDelta::hours(3)).checked_add_months(Months::new(24)).unwrap() - TimeDelta::hours(3)
}

fn sandbox() -> Sandbox {
    let exempt = crate::MonthlyLimit::FilmsExempt;
    Sandbox::new(Parts {
        seed: Arc::new(Seed::embedded()),
        scenarios: Scenario::built_in().unwrap().into(),
        store: Arc::new(Store::open(None).unwrap()),
        clock: Clock::frozen(at(NOON)),
        randomness: Randomness::seeded(3),
        policy: Policy { monthly: exempt, ..Policy::default() },
        public_url: "http://sandbox".to_owned(),
        control_names: Vec::new(),
        threads: Threads::Caller,
    })
    .unwrap()
}

fn order_film(sandbox: &Sandbox, member: &MemberId, film: usize, price: Points, key: usize) -> bool {
    let id = OfferId::new(format!("generated-{:05}", film + 1));
    let order = Order {
        idempotency_key: format!("key-{key}"),
        payload_hash: format!("{film}"),
        wishes: vec![(id, price)],
        request_id: "r".to_owned(),
        language: Language::Russian,
    };
    sandbox.for_member(member, |scope| order::answer(scope, &order)).unwrap().status == 201
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (1_i64..3000).prop_map(Step::Give),
        1 => (1_i64..2000).prop_map(Step::Take),
        3 => (0_usize..5).prop_map(|film| Step::Order { film }),
        2 => (1_i64..72).prop_map(|hours| Step::Wait { hours }),
        1 => (1_i64..12_000).prop_map(|hours| Step::Wait { hours }),
    ];
    prop::collection::vec(step, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_balance_is_what_a_naive_model_says(steps in steps()) {
        let sandbox = sandbox();
        let chosen = sandbox.scenarios.iter().find(|scenario| scenario.name == "offers-500").unwrap();
        let member = scenario::load(&sandbox, chosen).unwrap();
        let opening = sandbox.clock.now();
        let mut model = Model::default();
        // The scenario begins with 5000 points, which is a status discount of five per cent.
        for (days_ago, points) in [(299, 500), (60, 4500)] {
            model.lots.push((two_years_after(opening - TimeDelta::days(days_ago)), points));
        }
        for (number, step) in steps.into_iter().enumerate() {
            let now = sandbox.clock.now();
            match step {
                Step::Give(points) => {
                    change_points(&sandbox, &member, points, None).unwrap();
                    model.lots.push((two_years_after(now), points));
                }
                Step::Take(points) => {
                    let is_taken = change_points(&sandbox, &member, -points, None).is_ok();
                    prop_assert_eq!(is_taken, model.spend(points));
                }
                Step::Order { film } => {
                    let discount = sandbox.for_member(&member, |scope| Ok(scope.standing()?)).unwrap().unwrap();
                    let base = 800 + 50 * ((film as i64 + 1) % 10);
                    let price = base * (100 - i64::from(discount.level.discount_percent())) / 100;
                    let is_rented = model.rented.iter().any(|(rented, _)| *rented == film);
                    let expected = !is_rented && model.spend(price);
                    if expected {
                        model.rented.push((film, now + TimeDelta::hours(48)));
                    }
                    let made = order_film(&sandbox, &member, film, Points::new(price).unwrap(), number);
                    prop_assert_eq!(made, expected);
                }
                Step::Wait { hours } => {
                    sandbox.clock.set(now + TimeDelta::hours(hours));
                    sandbox.settle_all().unwrap();
                    model.pass(sandbox.clock.now());
                }
            }
            let balance = sandbox.for_member(&member, |scope| Ok(ledger::balance(scope.transaction, scope.key())?));
            prop_assert_eq!(balance.unwrap().get(), model.balance());
        }
    }

    #[test]
    fn it_does_not_matter_when_anybody_looks(leaps in prop::collection::vec(1_i64..4000, 1..8)) {
        let (often, once) = (sandbox(), sandbox());
        let rows = |sandbox: &Sandbox, member: &MemberId| {
            sandbox.for_member(member, |scope| Ok(ledger::page(scope.transaction, scope.key(), None, None, 1000)?)).unwrap()
        };
        let load = |sandbox: &Sandbox| {
            let chosen = sandbox.scenarios.iter().find(|scenario| scenario.name == "vip").unwrap().clone();
            scenario::load(sandbox, &chosen).unwrap()
        };
        let (member, same) = (load(&often), load(&once));
        let start = often.clock.now();
        let mut total = 0;
        for leap in leaps {
            total += leap;
            often.clock.set(start + TimeDelta::hours(total));
            often.settle_all().unwrap();
        }
        once.clock.set(start + TimeDelta::hours(total));
        let simple = |entries: Vec<ledger::Entry>| -> Vec<_> {
            entries.into_iter().map(|entry| (entry.at, entry.amount, entry.balance_after, entry.reason)).collect()
        };
        prop_assert_eq!(simple(rows(&often, &member)), simple(rows(&once, &same)));
    }
}
