//! An order that succeeds: points go, so a subscriber must have been named for it.

use std::collections::HashSet;
use std::time::Duration;

use axum::http::header;
use serde_json::Value;

use super::call::{Answer, Call, Secret};
use super::fields::{codes, list, number, text};
use super::order::{Keys, by_key, is_empty, is_repeated, order};
use super::reading::segment;
use super::report::{Step, Stop};
use super::session::Session;

/// The checks of an order that succeeds.
const CHECKS: [&str; 12] = [
    "order.price_changed",
    "order.parallel",
    "order.charged_once",
    "order.carries_key",
    "order.same_answer",
    "order.by_key",
    "order.by_id",
    "order.listed",
    "order.scoped",
    "order.entitlement",
    "order.all_causes",
    "order.deferred",
];
const AT_ONCE: usize = 20;
/// How often a key is repeated while its order is being worked on.
const MOST_REPEATS: usize = 30;
/// How often an accepted order is looked up.
const MOST_LOOKS: usize = 60;

/// What is ordered.
struct Wanted {
    id: String,
    price: i64,
}

/// Orders the cheapest film, or else the cheapest offer, that the member can have.
pub(super) async fn check(
    session: &Session,
    token: &Secret,
    other: Option<&Secret>,
    keys: &Keys,
    offers: &[Value],
) -> Step {
    let outcomes = &session.outcomes;
    let wanted = choose(offers).ok_or_else(|| Stop::skip("the subscriber can order nothing"))?;
    let price_changed = is_told_of_its_price(session, token, keys, &wanted).await;
    if let Ok(Kept::Charged) = price_changed {
        // What follows would be judged by an order that nobody wanted.
        return Err(Stop::skip("the server made an exchange at another price than expected"));
    }
    outcomes.settle("order.price_changed", price_changed.map(|_| ()));

    let before = balance(session, token).await;
    let key = keys.key("order");
    let call = order(token, Some(&key), &[(&wanted.id, wanted.price)]);
    let answers = session.ask_at_once(&call, AT_ONCE).await?;
    let first = settled(session, &call, &answers).await?;
    let made = first.is_success();
    let parallel = one_exchange(&answers, &first);
    if outcomes.settle("order.parallel", parallel).is_none() && !made {
        return Err(Stop::skip("the order was refused"));
    }
    let exchange = first.json()?;
    let id = text(&exchange, "/id")?.to_owned();
    outcomes.settle("order.carries_key", carries(&first, &exchange, &key));
    outcomes.settle("order.same_answer", is_repeated(session, call, &first).await);
    outcomes.settle("order.deferred", deferred(session, token, &first, &key).await);
    outcomes.settle("order.by_key", finds(session, token, &key, &id).await);
    outcomes.settle("order.by_id", by_id(session, token, &id).await);
    outcomes.settle("order.listed", comes_first(session, token, &id).await);
    let scoped = async {
        let other = other.ok_or_else(|| Stop::skip("there is no other subscriber"))?;
        is_empty(&session.ask(by_key(other, &key)).await?)
    };
    outcomes.settle("order.scoped", scoped.await);
    outcomes.settle("order.charged_once", charged_once(session, token, before, &id, wanted.price).await);
    outcomes.settle("order.entitlement", is_active(session, token, &id).await);
    outcomes.settle("order.all_causes", all_causes(session, token, keys, &wanted).await);
    Ok(())
}

/// Skips every check of an order that succeeds.
pub(super) fn skip(session: &Session, why: &str) {
    for id in CHECKS {
        session.outcomes.stop(id, Stop::skip(why));
    }
}

fn choose(offers: &[Value]) -> Option<Wanted> {
    let can_be_had = |offer: &&Value| {
        let channels = offer["channels"].as_array();
        offer["eligibility"]["allowed"] == true
            && channels.is_none_or(|channels| channels.is_empty() || channels.iter().any(|one| one == "box"))
    };
    let wanted = offers.iter().filter(can_be_had).filter_map(|offer| {
        let (id, price) = (offer["id"].as_str()?, offer["price"].as_i64().filter(|price| *price > 0)?);
        Some((offer["kind"] != "film", price, id))
    });
    wanted.min().map(|(_, price, id)| Wanted { id: id.to_owned(), price })
}

/// Whether an order at a wrong price left the points alone.
enum Kept {
    Refused,
    Charged,
}

async fn is_told_of_its_price(session: &Session, token: &Secret, keys: &Keys, wanted: &Wanted) -> Step<Kept> {
    let dearer = wanted.price.saturating_add(1);
    let answer = session.ask(order(token, Some(&keys.key("price")), &[(&wanted.id, dearer)])).await?;
    if answer.is_success() {
        let failure =
            answer.fail(format!("{dearer} points were expected, and the exchange was made for another price"));
        session.outcomes.stop("order.price_changed", failure);
        return Ok(Kept::Charged);
    }
    answer.expect_code(409, "price_changed")?;
    let document = answer.parse().unwrap_or_default();
    let names_price = list(&document, "/reasons")?.iter().any(|reason| {
        reason["code"] == "price_changed" && reason["offer_id"] == *wanted.id && reason["price"] == wanted.price
    });
    if names_price { Ok(Kept::Refused) } else { Err(answer.fail(format!("the price of {} is not told", wanted.price))) }
}

async fn balance(session: &Session, token: &Secret) -> Step<i64> {
    let answer = session.ask(Call::get("getAccount", "/v1/account").signed(token)).await?;
    number(&answer.json()?, "/balance")
}

fn is_in_progress(answer: &Answer) -> bool {
    answer.status == 409 && answer.code().as_deref() == Some("request_in_progress")
}

/// The answer to the key once the server has one.
async fn settled(session: &Session, call: &Call, answers: &[Answer]) -> Step<Answer> {
    if let Some(answer) = answers.iter().find(|answer| answer.is_success()) {
        return Ok(answer.clone());
    }
    for _ in 0..MOST_REPEATS {
        session.surroundings.pause(Duration::from_secs(1)).await;
        let answer = session.ask(call.clone()).await?;
        if !is_in_progress(&answer) && !matches!(answer.status, 429 | 503) {
            return Ok(answer);
        }
    }
    Err(Stop::skip("the order was not decided in half a minute"))
}

fn one_exchange(answers: &[Answer], settled: &Answer) -> Step {
    let mut ids = HashSet::new();
    for answer in answers.iter().chain([settled]) {
        if is_in_progress(answer) || matches!(answer.status, 429 | 503) {
            continue;
        }
        answer.expect(&[201, 202])?;
        let exchange = answer.json()?;
        ids.insert(text(&exchange, "/id")?.to_owned());
        if ids.len() > 1 {
            return Err(answer.fail("one key got two exchanges"));
        }
    }
    Ok(())
}

fn carries(answer: &Answer, exchange: &Value, key: &str) -> Step {
    match exchange["idempotency_key"].as_str() {
        Some(found) if found == key => Ok(()),
        Some(_) => Err(answer.fail("the exchange carries the key of another order")),
        None => Err(answer.fail("the exchange carries no idempotency_key")),
    }
}

/// Follows an order that was accepted until it is decided.
async fn deferred(session: &Session, token: &Secret, first: &Answer, key: &str) -> Step {
    if first.status != 202 {
        return Err(Stop::skip("the order was carried out at once"));
    }
    let wait = first.header(header::RETRY_AFTER.as_str()).and_then(|text| text.parse::<u64>().ok());
    let wait = wait.ok_or_else(|| first.fail("202 without Retry-After in seconds"));
    // Without it the order is followed all the same, for the checks after this one.
    let pause = Duration::from_secs(wait.as_ref().map_or(2, |seconds| (*seconds).clamp(1, 30)));
    for _ in 0..MOST_LOOKS {
        session.surroundings.pause(pause).await;
        let answer = session.ask(by_key(token, key)).await?;
        let found = answer.json()?;
        match found.pointer("/exchanges/0/state").and_then(Value::as_str) {
            Some("confirmed") => return wait.map(|_| ()),
            Some("refused") => return Err(answer.fail("an order that was accepted is refused")),
            Some(_) | None => {}
        }
    }
    Err(first.fail("an order that was accepted was not decided"))
}

async fn finds(session: &Session, token: &Secret, key: &str, id: &str) -> Step {
    let answer = session.ask(by_key(token, key)).await?;
    let page = answer.json()?;
    match list(&page, "/exchanges")? {
        [exchange] if exchange["id"] == id && exchange["idempotency_key"] == key => Ok(()),
        [_] => Err(answer.fail("the key finds another exchange, or one without the key")),
        found => Err(answer.fail(format!("the key finds {} exchanges", found.len()))),
    }
}

async fn by_id(session: &Session, token: &Secret, id: &str) -> Step {
    let answer = session.ask(Call::get("getExchange", format!("/v1/exchanges/{}", segment(id))).signed(token)).await?;
    answer.expect(&[200])?;
    if text(&answer.json()?, "/id")? == id { Ok(()) } else { Err(answer.fail("another exchange came")) }
}

async fn comes_first(session: &Session, token: &Secret, id: &str) -> Step {
    let answer = session.ask(Call::get("listExchanges", "/v1/exchanges?limit=1").signed(token)).await?;
    let page = answer.json()?;
    match list(&page, "/exchanges")?.first() {
        Some(newest) if newest["id"] == id => Ok(()),
        Some(_) | None => Err(answer.fail("the exchange is not the newest of the list")),
    }
}

async fn charged_once(session: &Session, token: &Secret, before: Step<i64>, id: &str, price: i64) -> Step {
    let before = before?;
    let answer = session.ask(Call::get("getAccount", "/v1/account").signed(token)).await?;
    let after = number(&answer.json()?, "/balance")?;
    if before.checked_sub(price) != Some(after) {
        return Err(answer.fail(format!("the price is {price}, and the balance went from {before} to {after}")));
    }
    let answer = session.ask(Call::get("listLedger", "/v1/ledger?limit=20").signed(token)).await?;
    let history = answer.json()?;
    let charges: Vec<i64> = list(&history, "/entries")?
        .iter()
        .filter(|entry| entry["exchange_id"] == id)
        .filter_map(|entry| entry["amount"].as_i64())
        .collect();
    match charges.as_slice() {
        [amount] if amount.checked_neg() == Some(price) => Ok(()),
        found => Err(answer.fail(format!("the history charges the exchange {found:?} instead of -{price}"))),
    }
}

async fn is_active(session: &Session, token: &Secret, id: &str) -> Step {
    let exchange =
        session.ask(Call::get("getExchange", format!("/v1/exchanges/{}", segment(id))).signed(token)).await?;
    let exchange = exchange.json()?;
    let given = text(&exchange, "/lines/0/entitlement_id")?;
    let answer = session.ask(Call::get("listEntitlements", "/v1/entitlements").signed(token)).await?;
    let options = answer.json()?;
    let is_there = list(&options, "/entitlements")?.iter().any(|option| option["id"] == given);
    if is_there { Ok(()) } else { Err(answer.fail("the option of the exchange is not among the active ones")) }
}

/// A second order of the same offer is refused for every cause that the offer itself names.
async fn all_causes(session: &Session, token: &Secret, keys: &Keys, wanted: &Wanted) -> Step {
    let answer =
        session.ask(Call::get("getOffer", format!("/v1/catalog/{}", segment(&wanted.id))).signed(token)).await?;
    let offer = answer.json()?;
    if offer["eligibility"]["allowed"] != false {
        return Err(Stop::skip("the offer can be ordered again, and would be"));
    }
    let (causes, price) = (codes(&offer, "/eligibility/reasons")?, number(&offer, "/price")?);
    let answer = session.ask(order(token, Some(&keys.key("again")), &[(&wanted.id, price)])).await?;
    let found = codes(&answer.parse().unwrap_or_default(), "/reasons");
    match found {
        Ok(found) if found == causes && answer.status == 422 => Ok(()),
        Ok(found) if answer.status == 422 => {
            Err(answer.fail(format!("the refusal names {found:?}, and the offer names {causes:?}")))
        }
        Ok(_) => answer.expect(&[422]),
        Err(stop) if answer.is_success() => {
            drop(stop);
            Err(answer.fail("an offer that cannot be ordered was ordered"))
        }
        Err(stop) => Err(stop),
    }
}
