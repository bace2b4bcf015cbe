//! What the OpenAPI document shows by example, and how one answer leads to the next request.
//!
//! The test subscriber of the examples is `exact-points`, who has the points for one film. Links lead from the catalogue
//! to an order, from there to what it gave, and from a kept page back to it.

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder};

/// Adds examples and links to an operation.
pub(super) fn add(operation: &mut Operation) {
    let Some(id) = operation.operation_id.clone() else { return };
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            let example = parameter_of(&id, &parameter.name);
            *parameter = ParameterBuilder::from(std::mem::take(parameter)).example(example).build();
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for content in body.content.values_mut() {
            if let RefOr::T(content) = content {
                let named = |(name, value): (&str, Value)| {
                    (name.to_owned(), ExampleBuilder::new().value(Some(value)).build().into())
                };
                content.examples = bodies_of(&id).into_iter().map(named).collect();
            }
        }
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            for (name, target, parameters, body) in links_of(&id, status) {
                let mut link = LinkBuilder::new().operation_id(target).request_body(body);
                for (parameter, value) in parameters {
                    link = link.parameter(parameter, value);
                }
                response.links.insert(name.to_owned(), link.build().into());
            }
        }
    }
}

fn parameter_of(operation: &str, name: &str) -> Option<Value> {
    Some(match (operation, name) {
        (_, "Accept-Language") => json!("ru"),
        (_, "Idempotency-Key") => json!("order-2026-03-10-1"),
        ("listOffers", "category") => json!("films"),
        ("listOffers" | "listExchanges" | "listLedger", "limit") => json!(20),
        ("getOffer" | "getImage", "id") => json!("film-potemkin"),
        ("getImage", "variant") => json!("tile"),
        ("getImage", "w") => json!(400),
        ("getImage", "h") => json!(225),
        ("getMedia", "offer") => json!("film-potemkin"),
        ("getEpisodeMedia", "offer") => json!("film-vampires"),
        ("getEpisodeMedia", "episode") => json!("1"),
        ("getMedia" | "getEpisodeMedia", "Range") => json!("bytes=0-1023"),
        ("getExchange", "id") => json!("x-1"),
        ("switchRenewal", "id") => json!("e-1"),
        ("listLedger", "type") => json!("exchange"),
        ("addPoints" | "setDebt", "id") => json!("m-exact-points"),
        _ => return None,
    })
}

fn bodies_of(operation: &str) -> Vec<(&'static str, Value)> {
    match operation {
        "enrol" => vec![("current terms", json!({"terms_version": "2026-01"}))],
        "createExchange" => {
            vec![("one film", json!({"offers": [{"id": "film-potemkin", "expected_price": 800}]}))]
        }
        "switchRenewal" => vec![("off", json!({"on": false})), ("on", json!({"on": true}))],
        "authorizeDevice" => vec![("television", json!({"client_id": "bonus-tv"}))],
        "getTokens" => vec![
            (
                "device",
                json!({
                    "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                    "client_id": "bonus-tv",
                    "device_code": "from the answer of authorizeDevice",
                }),
            ),
            (
                "refresh",
                json!({
                    "grant_type": "refresh_token",
                    "client_id": "bonus-tv",
                    "refresh_token": "from the answer before",
                }),
            ),
        ],
        "revokeToken" => vec![("sign out", json!({"token": "an access or refresh token"}))],
        "setClock" => vec![
            ("a day passes", json!({"advance_seconds": 86_400})),
            ("a minute before the new year in Moscow", json!({"set": "2026-12-31T20:59:00Z"})),
        ],
        "startSession" => vec![("one film", json!({"scenario": "exact-points"}))],
        "approve" => vec![
            ("allow", json!({"user_code": "BCDF-GHJK", "scenario": "exact-points"})),
            ("deny", json!({"user_code": "BCDF-GHJK", "deny": true})),
        ],
        "addPoints" => vec![
            ("a survey", json!({"points": 500, "reason": "survey"})),
            ("a payment", json!({"roubles": 1000, "reason": "payment"})),
            ("a correction", json!({"points": 500})),
        ],
        "setDebt" => vec![("a debt", json!({"roubles": 450})), ("none", json!({"roubles": 0}))],
        "setFaults" => vec![
            (
                "the answer to an order is lost",
                json!([{"match": "/v1/exchanges", "method": "POST", "kind": "close", "times": 1, "when": "after"}]),
            ),
            ("all is well", json!([])),
        ],
        "setPolicy" => vec![(
            "films do not count, orders take 30 seconds",
            json!({"monthly": "films-exempt", "exchange": "deferred", "deferred_seconds": 30}),
        )],
        _ => Vec::new(),
    }
}

/// A name, the operation that it leads to, that operation's parameters and its body.
type Lead = (&'static str, &'static str, Vec<(&'static str, Value)>, Option<Value>);

fn links_of(operation: &str, status: &str) -> Vec<Lead> {
    // An order that follows an answer takes that answer's id for its key: no two are the same.
    const KEY: &str = "$response.header.X-Request-Id";
    let kept = ("If-None-Match", json!("$response.header.ETag"));
    match (operation, status) {
        ("listOffers", "200") => vec![
            (
                "order",
                "createExchange",
                vec![("Idempotency-Key", json!(KEY))],
                Some(json!({"offers": [{
                    "id": "$response.body#/offers/0/id", "expected_price": "$response.body#/offers/0/price",
                }]})),
            ),
            ("offer", "getOffer", vec![("id", json!("$response.body#/offers/0/id"))], None),
            ("image", "getImage", vec![("id", json!("$response.body#/offers/0/image"))], None),
            ("next", "listOffers", vec![("cursor", json!("$response.body#/next_cursor"))], None),
            // The first page, as it is asked for without parameters.
            ("again", "listOffers", vec![kept], None),
        ],
        ("getOffer", "200") => vec![(
            "order",
            "createExchange",
            vec![("Idempotency-Key", json!(KEY))],
            Some(json!({"offers": [{
                "id": "$response.body#/id", "expected_price": "$response.body#/price",
            }]})),
        )],
        ("getImage", "200") => vec![("again", "getImage", vec![("id", json!("$request.path.id")), kept], None)],
        ("createExchange", "201") => vec![
            ("exchange", "getExchange", vec![("id", json!("$response.body#/id"))], None),
            ("by-key", "listExchanges", vec![("idempotency_key", json!("$request.header.Idempotency-Key"))], None),
            ("options", "listEntitlements", Vec::new(), None),
            (
                "renewal",
                "switchRenewal",
                vec![("id", json!("$response.body#/lines/0/entitlement_id"))],
                Some(json!({"on": false})),
            ),
        ],
        ("createExchange", "202") => {
            vec![("exchange", "getExchange", vec![("id", json!("$response.body#/id"))], None)]
        }
        ("listEntitlements", "200") => vec![
            (
                "renewal",
                "switchRenewal",
                vec![("id", json!("$response.body#/entitlements/0/id"))],
                Some(json!({"on": false})),
            ),
            (
                "film",
                "getMedia",
                vec![
                    ("offer", json!("$response.body#/entitlements/0/offer_id")),
                    ("token", json!("$response.body#/entitlements/0/playback/token")),
                    ("Range", json!("bytes=0-1023")),
                ],
                None,
            ),
            (
                "episode",
                "getEpisodeMedia",
                vec![
                    ("offer", json!("$response.body#/entitlements/0/offer_id")),
                    ("episode", json!("$response.body#/entitlements/0/episodes/0/id")),
                    ("token", json!("$response.body#/entitlements/0/episodes/0/playback/token")),
                    ("Range", json!("bytes=0-1023")),
                ],
                None,
            ),
        ],
        ("getMedia", "200" | "206") => vec![(
            "again",
            "getMedia",
            vec![("offer", json!("$request.path.offer")), ("token", json!("$request.query.token")), kept],
            None,
        )],
        ("listExchanges", "200") => {
            vec![("newest", "getExchange", vec![("id", json!("$response.body#/exchanges/0/id"))], None)]
        }
        ("authorizeDevice", "200") => vec![(
            "tokens",
            "getTokens",
            Vec::new(),
            Some(json!({
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                "client_id": "bonus-tv",
                "device_code": "$response.body#/device_code",
            })),
        )],
        ("getTokens", "200") => vec![(
            "refresh",
            "getTokens",
            Vec::new(),
            Some(json!({
                "grant_type": "refresh_token",
                "client_id": "bonus-tv",
                "refresh_token": "$response.body#/refresh_token",
            })),
        )],
        _ => Vec::new(),
    }
}
