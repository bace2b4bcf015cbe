//! Deviations of orders and of what is said about them.

use serde_json::json;

use super::super::bench::Kind;
use super::{Asked, Deviation, Received, back, there};

/// Whether the answer is the exchange of the order that succeeds.
fn is_made(asked: &Asked, received: &Received) -> bool {
    asked.orders("-order") && matches!(received.status, 201 | 202)
}

fn looks_up(asked: &Asked, key: &str) -> bool {
    asked.is("GET", "/v1/exchanges") && asked.query.ends_with(key)
}

pub(super) const ALL: &[Deviation] = &[
    back("order.key_missing", "calls a missing key a fault of the order", |asked, received, _| {
        if asked.is("POST", "/v1/exchanges") && asked.header("idempotency-key").is_none() {
            received.become_problem(422, "idempotency_key_missing");
        }
        Ok(())
    }),
    back("order.offer_gone", "does not say which offer is gone", |asked, received, _| {
        if asked.orders("-gone") && received.status == 410 {
            received.edit(|problem| problem["reasons"] = json!([]));
        }
        Ok(())
    }),
    back("order.offer_gone", "calls an offer that is gone unknown", |asked, received, _| {
        if asked.orders("-gone") && received.status == 410 {
            received.become_problem(404, "offer_not_found");
        }
        Ok(())
    }),
    back("order.refusal_kept", "refuses the same key with another request id", |asked, received, memory| {
        if asked.orders("-gone") && received.status == 410 && memory.count("gone") == 2 {
            received.edit(|problem| problem["request_id"] = json!("r-other"));
        }
        Ok(())
    }),
    back("order.key_reused", "answers another order with the first one's answer", |asked, received, memory| {
        if asked.orders("-gone") && received.status == 410 {
            memory.kept = Some(received.clone());
        } else if let (422, Some(kept)) = (received.status, &memory.kept)
            && asked.orders("-gone")
        {
            *received = kept.clone();
        }
        Ok(())
    }),
    there("order.unknown_key", "does not know the filter by key", |asked, _| {
        if looks_up(asked, "-never") {
            asked.query.clear();
        }
    }),
    there("order.price_changed", "ignores the expected price", |asked, _| {
        if asked.orders("-price") {
            let mut order: serde_json::Value = serde_json::from_slice(&asked.body).unwrap();
            let price = order["offers"][0]["expected_price"].as_i64().unwrap();
            order["offers"][0]["expected_price"] = json!(price - 1);
            asked.body = order.to_string().into();
        }
    }),
    back("order.price_changed", "calls a changed price a refusal", |asked, received, _| {
        if asked.orders("-price") {
            received.edit(|problem| problem["status"] = json!(422));
            received.status = 422;
        }
        Ok(())
    }),
    back("order.parallel", "makes a second exchange for one key", |asked, received, memory| {
        if is_made(asked, received) && memory.count("made") == 20 {
            received.edit(|exchange| exchange["id"] = json!("x-second"));
        }
        Ok(())
    }),
    back("order.charged_once", "charges twice", |asked, received, memory| {
        if is_made(asked, received) {
            let price = received.json()["total"].as_i64().unwrap();
            memory.texts.insert("price".to_owned(), price.to_string());
        } else if let Some(price) = memory.texts.get("price").and_then(|price| price.parse::<i64>().ok())
            && asked.is("GET", "/v1/account")
            && received.status == 200
        {
            received.edit(|account| account["balance"] = json!(account["balance"].as_i64().unwrap_or(0) - price));
        }
        Ok(())
    }),
    back("order.charged_once", "writes no line for a charge", |asked, received, memory| {
        if is_made(asked, received) {
            memory.count("made");
        } else if memory.has_seen("made") && asked.is("GET", "/v1/ledger") {
            received.edit(|page| drop(page["entries"].as_array_mut().map(|entries| entries.remove(0))));
        }
        Ok(())
    }),
    back("order.carries_key", "leaves the key out of the answer", |asked, received, _| {
        if is_made(asked, received) {
            received.edit(|exchange| exchange["idempotency_key"] = json!(null));
        }
        Ok(())
    }),
    back("order.same_answer", "answers the same key with another status", |asked, received, memory| {
        if is_made(asked, received) && memory.count("made") > 20 {
            received.status = 200;
        }
        Ok(())
    }),
    back("order.same_answer", "answers the same key with the balance of today", |asked, received, memory| {
        if is_made(asked, received) && memory.count("made") > 20 {
            received.edit(|exchange| exchange["balance_after"] = json!(1));
        }
        Ok(())
    }),
    back("order.by_key", "does not find an order by its key", |asked, received, _| {
        if looks_up(asked, "-order") {
            received.edit(|page| page["exchanges"] = json!([]));
        }
        Ok(())
    }),
    back("order.by_key", "finds an order without its key", |asked, received, _| {
        if looks_up(asked, "-order") {
            received.edit(|page| {
                if let Some(exchange) = page.pointer_mut("/exchanges/0") {
                    exchange["idempotency_key"] = json!(null);
                }
            });
        }
        Ok(())
    }),
    back("order.by_id", "shows another exchange", |asked, received, _| {
        if asked.path.starts_with("/v1/exchanges/") && received.status == 200 {
            received.edit(|exchange| exchange["id"] = json!("x-other"));
        }
        Ok(())
    }),
    back("order.listed", "lists the oldest exchange first", |asked, received, _| {
        if asked.is("GET", "/v1/exchanges") && asked.query == "limit=1" {
            received.edit(|page| page["exchanges"][0]["id"] = json!("x-oldest"));
        }
        Ok(())
    }),
    back("order.scoped", "shows an order to another member", |asked, received, memory| {
        if looks_up(asked, "-order") {
            let who = asked.header("authorization").unwrap_or_default().to_owned();
            let first = memory.texts.entry("member".to_owned()).or_insert_with(|| who.clone());
            match &memory.kept {
                Some(kept) if *first != who => *received = kept.clone(),
                Some(_) | None => memory.kept = Some(received.clone()),
            }
        }
        Ok(())
    }),
    back("order.entitlement", "gives nothing for the points", |asked, received, memory| {
        if is_made(asked, received) {
            memory.count("made");
        } else if memory.has_seen("made") && asked.is("GET", "/v1/entitlements") {
            received.edit(|page| page["entitlements"] = json!([]));
        }
        Ok(())
    }),
    back("order.all_causes", "names the first cause alone", |asked, received, _| {
        if asked.orders("-again") {
            received.edit(|problem| problem["reasons"].as_array_mut().unwrap().truncate(1));
        }
        Ok(())
    }),
    Deviation {
        name: "does not say when to ask for an accepted order",
        check: "order.deferred",
        kind: Kind::Deferred,
        there: None,
        back: Some(|_, received, _| {
            if received.status == 202 {
                received.headers.remove("retry-after");
            }
            Ok(())
        }),
    },
];
