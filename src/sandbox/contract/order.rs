//! Orders that cannot succeed: of an offer that does not exist, so that no point can go.

use axum::http::Method;
use serde_json::{Value, json};

use super::call::{Answer, Call, Secret, shown};
use super::fields::{codes, list};
use super::report::{Step, Stop};
use super::session::Session;

const NO_OFFER: &str = "contract-check-no-such-offer";

/// The keys of one run: no two runs use the same.
#[derive(Debug, Clone)]
pub(super) struct Keys(pub(super) String);

impl Keys {
    pub(super) fn key(&self, name: &str) -> String {
        format!("contract-{}-{name}", self.0)
    }
}

/// An order of these offers at these prices.
pub(super) fn order(token: &Secret, key: Option<&str>, offers: &[(&str, i64)]) -> Call {
    let offers: Vec<Value> = offers.iter().map(|(id, price)| json!({"id": id, "expected_price": price})).collect();
    let call = Call::json("createExchange", Method::POST, "/v1/exchanges", json!({ "offers": offers })).signed(token);
    match key {
        Some(key) => call.header("idempotency-key", key),
        None => call,
    }
}

/// The exchanges that the server finds for a key.
pub(super) fn by_key(token: &Secret, key: &str) -> Call {
    Call::get("listExchanges", format!("/v1/exchanges?idempotency_key={key}")).signed(token)
}

/// Checks what a key is good for, with orders that are refused.
pub(super) async fn check(session: &Session, token: &Secret, keys: &Keys) {
    let outcomes = &session.outcomes;
    let keyless = order(token, None, &[(NO_OFFER, 1)]);
    outcomes.settle("order.key_missing", async { session.ask(keyless).await?.expect(&[400]) }.await);

    let key = keys.key("gone");
    let gone = order(token, Some(&key), &[(NO_OFFER, 1)]);
    let refused = async {
        let answer = session.ask(gone.clone()).await?;
        is_gone(&answer)?;
        Ok(answer)
    };
    if let Some(first) = outcomes.settle("order.offer_gone", refused.await) {
        outcomes.settle("order.refusal_kept", is_repeated(session, gone, &first).await);
        let other = order(token, Some(&key), &[(NO_OFFER, 2)]);
        let reused = async { session.ask(other).await?.expect_code(422, "idempotency_key_reused") };
        outcomes.settle("order.key_reused", reused.await);
    }
    let unknown = async {
        let answer = session.ask(by_key(token, &keys.key("never"))).await?;
        is_empty(&answer)
    };
    outcomes.settle("order.unknown_key", unknown.await);
}

/// The offer is named as gone; where the member has debts or no points as well, that decides about the code.
fn is_gone(answer: &Answer) -> Step {
    let is_refusal = matches!(answer.status, 403 | 409 | 410 | 422);
    if !is_refusal {
        return answer.expect(&[410]);
    }
    let document = answer.parse().unwrap_or_default();
    let found = codes(&document, "/reasons")?;
    let names_it = list(&document, "/reasons")?
        .iter()
        .any(|reason| reason["code"] == "offer_gone" && reason["offer_id"] == NO_OFFER);
    if !names_it {
        return Err(answer.fail(format!("the reasons are {found:?} and do not name the offer as gone")));
    }
    if found.len() == 1 { answer.expect_code(410, "offer_gone") } else { Ok(()) }
}

/// The same request gets the same status and the same bytes.
pub(super) async fn is_repeated(session: &Session, call: Call, first: &Answer) -> Step {
    let again = session.ask(call).await?;
    if again.status == 409 && again.code().as_deref() == Some("request_in_progress") {
        return Err(Stop::skip("the order is still being worked on"));
    }
    if again.status != first.status {
        return Err(again.fail(format!("the same key got {} and then {}", first.status, again.status)));
    }
    if again.body != first.body {
        return Err(again.fail("the same key got another answer with the same status"));
    }
    Ok(())
}

/// Only a list that is whole and empty says that there was no order.
pub(super) fn is_empty(answer: &Answer) -> Step {
    let page = answer.json()?;
    let found = list(&page, "/exchanges")?.len();
    if found > 0 {
        return Err(answer.fail(format!("a key that was never used finds {found} exchanges")));
    }
    match page["next_cursor"].as_str() {
        Some(cursor) => Err(answer.fail(format!("an empty list goes on at {}", shown(cursor)))),
        None => Ok(()),
    }
}
