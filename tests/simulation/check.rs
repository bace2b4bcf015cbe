//! What must be true when a run is over, asked of the real API and the real ledger.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::server::ask;
use crate::tv::Shown;
use crate::world::World;

/// A box that is awake tells the truth about an order within this time, whatever strikes.
const TOLD_WITHIN: Duration = Duration::from_secs(20 * 60);

/// Checks a run; the number of orders that the server made.
pub async fn check(world: &World) -> u64 {
    let token = {
        let server = world.network.server();
        match server.control().sign_in(&world.member) {
            Ok(session) => session.access_token,
            Err(error) => {
                world.trace.violation(format!("the member cannot sign in: {error}"));
                return 0;
            }
        }
    };
    let server = &world.network.server;
    let account = ask(server, &token, "/v1/account").await;
    let ledger = all(world, &token, "/v1/ledger", "entries").await;
    let exchanges = all(world, &token, "/v1/exchanges", "exchanges").await;
    ledger_adds_up(world, &account, &ledger);
    charges_are_exchanges(world, &ledger, &exchanges);

    rentals_count_from_their_confirmation(world, &exchanges);

    let mut owned = BTreeMap::new();
    for (key, known) in world.orders.all() {
        let found = ask(server, &token, &format!("/v1/exchanges?idempotency_key={key}")).await;
        let found = found["exchanges"].as_array().cloned().unwrap_or_default();
        let confirmed = found.iter().find(|exchange| exchange["state"] == "confirmed");
        if let Some(exchange) = confirmed {
            let id = text(&exchange["id"]);
            owned.insert(id.clone(), key.clone());
            if known.is_stored == Some(false) {
                world.trace.violation(format!("order {key} was charged although the member read that it was not sent"));
            }
            if exchange["total"].as_u64() != Some(known.total) {
                world.trace.violation(format!("order {key} cost {} and not {}", exchange["total"], known.total));
            }
        }
        let truth = confirmed.map(|exchange| text(&exchange["id"]));
        truth_was_shown(world, key, known, truth.as_deref());
    }
    for exchange in exchanges.iter().filter(|exchange| exchange["state"] == "confirmed") {
        if !owned.contains_key(&text(&exchange["id"])) {
            world.trace.violation(format!("exchange {} was confirmed and no order asked for it", exchange["id"]));
        }
    }
    if exchanges.iter().any(|exchange| exchange["state"] == "processing") {
        world.trace.violation("an exchange is still being worked on".to_owned());
    }
    exchanges.iter().filter(|exchange| exchange["state"] == "confirmed").count() as u64
}

fn ledger_adds_up(world: &World, account: &Value, ledger: &[Value]) {
    let sum: i64 = ledger.iter().filter_map(|entry| entry["amount"].as_i64()).sum();
    if Some(sum) != account["balance"].as_i64() {
        world.trace.violation(format!("the ledger sums to {sum}, the balance is {}", account["balance"]));
    }
    let mut running = 0;
    for entry in ledger.iter().rev() {
        running += entry["amount"].as_i64().unwrap_or_default();
        if entry["balance_after"].as_i64() != Some(running) || running < 0 {
            world.trace.violation(format!("the balance was {running} and the ledger says {}", entry["balance_after"]));
        }
    }
}

fn charges_are_exchanges(world: &World, ledger: &[Value], exchanges: &[Value]) {
    let mut charges: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for entry in ledger.iter().filter(|entry| entry["type"] == "exchange") {
        charges.entry(text(&entry["exchange_id"])).or_default().push(-entry["amount"].as_i64().unwrap_or_default());
    }
    for exchange in exchanges {
        let id = text(&exchange["id"]);
        let charged = charges.remove(&id).unwrap_or_default();
        let is_confirmed = exchange["state"] == "confirmed";
        let expected: Vec<i64> = is_confirmed.then(|| exchange["total"].as_i64().unwrap_or(-1)).into_iter().collect();
        if charged != expected {
            world.trace.violation(format!("exchange {id} is {} and was charged {charged:?}", exchange["state"]));
        }
        let is_delivered = |line: &Value| line["entitlement_id"].is_string();
        if is_confirmed && !exchange["lines"].as_array().is_some_and(|lines| lines.iter().all(is_delivered)) {
            world.trace.violation(format!("exchange {id} was charged and not delivered"));
        }
    }
    for (id, charged) in charges {
        world.trace.violation(format!("{charged:?} charged for exchange {id} that does not exist"));
    }
}

/// A rental works for all its 48 hours, however long its confirmation took.
fn rentals_count_from_their_confirmation(world: &World, exchanges: &[Value]) {
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<DateTime<Utc>>().ok());
    for exchange in exchanges.iter().filter(|exchange| exchange["state"] == "confirmed") {
        for line in exchange["lines"].as_array().into_iter().flatten() {
            let Some((starts_at, until)) = time(&line["starts_at"]).zip(time(&line["until"])) else { continue };
            let confirmed_at = time(&exchange["created_at"]).map(|at| at + world.deferral());
            if until - starts_at == TimeDelta::hours(48) && Some(starts_at) != confirmed_at {
                world.trace.violation(format!("exchange {} is watched from {starts_at} to {until}", exchange["id"]));
            }
        }
    }
}

/// The member read what is true, and nothing else.
fn truth_was_shown(world: &World, key: &str, known: &crate::orders::Known, truth: Option<&str>) {
    let tv = known.tv;
    for shown in &known.shown {
        let is_true = match shown {
            Shown::Confirmed(id) => truth == Some(id.as_str()),
            Shown::Refused(_) => truth.is_none(),
            // Nothing false is said, and it is said of an order alone whose answers said nothing.
            Shown::Unlearned => world.network.is_struck(key),
            Shown::Nothing(_) => false,
        };
        if !is_true {
            let truth = truth.map_or_else(|| "nothing was charged".to_owned(), |id| format!("exchange {id} was made"));
            world.trace.violation(format!("box {tv} showed {shown:?} for order {key}, but {truth}"));
        }
    }
    if let Some(took) = known.took.filter(|took| *took > TOLD_WITHIN) {
        world.trace.violation(format!("box {tv} was awake for {took:?} before it told what became of order {key}"));
    }
    if known.shown.is_empty() {
        match (truth, known.is_stored) {
            (Some(id), _) => {
                world.trace.violation(format!("order {key} was charged as {id} and box {tv} never showed it"));
            }
            (None, Some(true)) => {
                world.trace.violation(format!("order {key} was on disk and box {tv} never said what became of it"));
            }
            // The power went before the order was on disk, or the member read that it was not stored.
            (None, Some(false) | None) => {}
        }
    }
}

async fn all(world: &World, token: &str, path: &str, list: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let target = cursor.as_ref().map_or_else(|| path.to_owned(), |cursor| format!("{path}?cursor={cursor}"));
        let page = ask(&world.network.server, token, &target).await;
        found.extend(page[list].as_array().cloned().unwrap_or_default());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return found,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
