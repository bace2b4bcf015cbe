//! The OpenAPI document that operators get: equal to the code, and true of the codes that the server answers.

use serde_json::{Value, json};

use super::support::{Reply, Server};
use crate::contract::DOCUMENT;
use crate::openapi_document;

#[test]
fn the_published_document_is_that_of_the_code() {
    let is_equal = DOCUMENT == openapi_document();
    assert!(is_equal, "write it anew: cargo run --bin sandbox -- --write-openapi assets/openapi.json");
}

#[tokio::test]
async fn the_served_document_is_the_published_one_at_an_address() {
    let server = Server::start().await;
    let mut served = server.get("/openapi.json").await.json();
    assert_eq!(served["servers"], json!([{"url": server.running.public_url()}]));
    served.as_object_mut().unwrap().remove("servers");
    assert_eq!(served, serde_json::from_str::<Value>(DOCUMENT).unwrap());
}

/// A request, and what the document says of its answer.
struct Refused {
    method: &'static str,
    path: &'static str,
    /// The path of the document.
    template: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    status: u16,
    code: &'static str,
}

const JSON: (&str, &str) = ("content-type", "application/json");
const KEY: (&str, &str) = ("idempotency-key", "k1");
const ORDER: &str = r#"{"offers": [{"id": "film-potemkin", "expected_price": 680}]}"#;

const fn get(path: &'static str, template: &'static str, status: u16, code: &'static str) -> Refused {
    Refused { method: "GET", path, template, headers: &[], body: "", status, code }
}

const fn order(
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    status: u16,
    code: &'static str,
) -> Refused {
    Refused { method: "POST", path: "/v1/exchanges", template: "/v1/exchanges", headers, body, status, code }
}

const REFUSED: &[Refused] = &[
    get("/v1/catalog?limit=0", "/v1/catalog", 400, "invalid_request"),
    get("/v1/catalog/none", "/v1/catalog/{id}", 404, "offer_not_found"),
    get("/v1/exchanges?cursor=x", "/v1/exchanges", 400, "invalid_request"),
    get("/v1/exchanges?idempotency_key=", "/v1/exchanges", 400, "idempotency_key_missing"),
    get("/v1/exchanges/none", "/v1/exchanges/{id}", 404, "exchange_not_found"),
    get("/v1/ledger?limit=201", "/v1/ledger", 400, "invalid_request"),
    get("/v1/images/none", "/v1/images/{id}", 404, "image_not_found"),
    get("/v1/images/film-potemkin?w=1", "/v1/images/{id}", 400, "invalid_request"),
    get("/v1/media/film-potemkin", "/v1/media/{offer}", 403, "not_entitled"),
    Refused { headers: &[("accept", "text/html")], ..get("/v1/account", "/v1/account", 406, "not_acceptable") },
    Refused { method: "DELETE", ..get("/v1/account", "/v1/account", 405, "method_not_allowed") },
    order(&[JSON], ORDER, 400, "idempotency_key_missing"),
    order(&[JSON, KEY], "{}", 400, "invalid_request"),
    order(&[KEY], ORDER, 415, "unsupported_media_type"),
    order(&[JSON, KEY], r#"{"offers": [{"id": "film-potemkin", "expected_price": 1}]}"#, 409, "price_changed"),
    order(
        &[JSON, ("idempotency-key", "k2")],
        r#"{"offers": [{"id": "none", "expected_price": 1}]}"#,
        410,
        "offer_gone",
    ),
    order(&[JSON, KEY], ORDER, 422, "idempotency_key_reused"),
    Refused {
        method: "PUT",
        headers: &[JSON],
        body: r#"{"on": true}"#,
        ..get("/v1/entitlements/none/renewal", "/v1/entitlements/{id}/renewal", 404, "entitlement_not_found")
    },
];

/// What the document says of this answer: the description of its status, with the codes in it.
fn described<'a>(document: &'a Value, refused: &Refused, method: &str) -> &'a str {
    let operation = &document["paths"][refused.template][method];
    operation["responses"][refused.status.to_string()]["description"].as_str().unwrap_or_default()
}

#[track_caller]
fn is_told(document: &Value, refused: &Refused, reply: &Reply) {
    let Refused { method, path, status, code, .. } = refused;
    reply.problem(*status, code);
    // A method that is not allowed stands with the methods that are.
    let method = if *status == 405 { "get".to_owned() } else { method.to_lowercase() };
    let text = described(document, refused, &method);
    assert!(text.contains(&format!("`{code}`")), "{method} {path} {status}: {code} is not in \"{text}\"");
}

#[tokio::test]
async fn every_code_stands_with_its_status_in_the_document() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let server = Server::start().await;
    let member = server.member("vip");
    for refused in REFUSED {
        let reply = member.send(refused.method, refused.path, refused.headers, Some(refused.body.as_bytes())).await;
        is_told(&document, refused, &reply);
    }
    let outdated = Refused {
        method: "POST",
        headers: &[JSON],
        body: r#"{"terms_version": "none"}"#,
        ..get("/v1/enrolment", "/v1/enrolment", 409, "terms_outdated")
    };
    let joining = server.member("new");
    let reply = joining.send("POST", outdated.path, outdated.headers, Some(outdated.body.as_bytes())).await;
    is_told(&document, &outdated, &reply);
    let stranger = get("/v1/account", "/v1/account", 401, "unauthorized");
    is_told(&document, &stranger, &server.get(stranger.path).await);
}

/// Headers that a box or a cache goes by stand in the document, and in the answers.
#[tokio::test]
async fn headers_stand_in_the_document_where_the_server_sends_them() {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                for header in ["X-Request-Id", "Cache-Control"] {
                    assert!(response["headers"][header].is_object(), "{method} {path} {status} {header}");
                }
                let wants_wait = matches!(status.as_str(), "202" | "429" | "503");
                assert!(!wants_wait || response["headers"]["Retry-After"].is_object(), "{method} {path} {status}");
            }
        }
    }
    let server = Server::start().await;
    let member = server.member("vip");
    for path in ["/v1/account", "/v1/catalog", "/v1/exchanges", "/v1/ledger", "/v1/entitlements", "/v1/earning-rules"] {
        let reply = member.get(path).await;
        let named = document["paths"][path]["get"]["responses"]["200"]["headers"].as_object().unwrap();
        for header in named.keys() {
            assert!(reply.header(&header.to_lowercase()).is_some(), "{path} has no {header}");
        }
    }
}
