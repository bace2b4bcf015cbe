//! Each endpoint: what is sent, and what is made of the contract's answer.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::server::{Server, answer, json, problem};
use super::*;
use crate::domain::*;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/api/", $name, ".json"))
    };
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn points(amount: i64) -> Points {
    Points::new(amount).unwrap()
}

async fn client(status: u16, body: &str) -> (Server, Client) {
    let server = Server::sending(if status < 400 { json(status, body) } else { problem(status, body) }).await;
    let (client, _) = signed_in(&options(server.base.clone()));
    (server, client)
}

/// The only request's head and body, the head's names in lower case.
fn only_request(server: &Server) -> (String, String) {
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

pub(super) fn order() -> Order {
    Order {
        key: IdempotencyKey::from_entropy(7),
        member_id: "m-1001".to_owned(),
        lines: vec![OrderLine {
            offer_id: OfferId::new("film-potemkin"),
            title: "T".to_owned(),
            expected_price: points(720),
        }],
        placed_at: at("2026-11-22T10:00:00Z"),
    }
}

#[tokio::test]
async fn the_account_is_asked_for_with_the_token_below_the_base_path() {
    let (server, client) = client(200, fixture!("account")).await;
    let account = client.account().await.unwrap();
    let (head, _) = only_request(&server);
    assert!(head.starts_with("GET /base/v1/account HTTP/1.1\r\n"), "{head}");
    for header in ["authorization: Bearer access-0", "accept-language: ru"] {
        assert!(head.lines().any(|line| line == header), "{header} in {head}");
    }
    assert!(head.contains(concat!("user-agent: bonus-tv/", env!("CARGO_PKG_VERSION"))), "{head}");
    assert_eq!((account.member_id.as_str(), account.balance), ("m-1001", points(12340)));
    assert_eq!(account.status.code, StatusCode::Privilege);
    assert_eq!(account.status.next.unwrap().missing, points(9600));
    assert_eq!(account.debt_roubles, None);
    assert_eq!(account.pending[0].reason, AccrualReason::TopUp);
    assert_eq!(account.offset.local_minus_utc(), 3 * 3600);
    assert_eq!(account.next_exchange_at, Some(at("2026-12-01T00:00:00Z")));
}

#[tokio::test]
async fn the_terms_need_no_token_and_come_in_a_language() {
    let (server, client) = client(200, fixture!("terms")).await;
    let terms = client.terms(Language::En).await.unwrap();
    let (head, _) = only_request(&server);
    assert!(head.contains("accept-language: en") && !head.contains("authorization"), "{head}");
    assert_eq!((terms.paragraphs.len(), terms.joining_points), (2, points(500)));
}

#[tokio::test]
async fn joining_sends_the_version_and_tells_when_it_is_outdated() {
    let (server, client_) = client(200, fixture!("account")).await;
    client_.enrol("2026-01").await.unwrap();
    let (head, body) = only_request(&server);
    assert!(head.starts_with("POST /base/v1/enrolment "));
    assert_eq!(body, r#"{"terms_version":"2026-01"}"#);
    let (_server, client) = client(409, r#"{"code":"terms_outdated"}"#).await;
    let FailureKind::Refused(refusal) = client.enrol("2025-01").await.unwrap_err().kind else { panic!("not refused") };
    assert_eq!((refusal.code.as_str(), refusal.request_id.as_deref()), ("terms_outdated", Some("r-1")));
}

#[tokio::test]
async fn a_catalogue_page_is_read_and_a_tag_saves_the_next() {
    let headers = "Content-Type: application/json\r\nETag: W/\"7\"\r\nCache-Control: private, max-age=60\r\n";
    let bytes = answer(200, headers, fixture!("catalog"));
    let server = Server::sending(bytes).await;
    let (client, _) = signed_in(&options(server.base.clone()));
    let Fetched::New { value, etag, max_age } = client.catalog(Some("a b"), 500, None).await.unwrap() else {
        panic!("not new")
    };
    assert!(only_request(&server).0.starts_with("GET /base/v1/catalog?limit=200&cursor=a+b "));
    assert_eq!(etag.as_deref(), Some("W/\"7\""));
    assert_eq!(max_age, Some(Duration::from_secs(60)));
    assert_eq!((value.total, value.next_cursor.as_deref()), (2, Some("c2")));
    assert_eq!(value.categories[1].kind, CategoryKind::Other);
    let [film, package] = &value.offers[..] else { panic!("two offers") };
    assert_eq!((film.kind, film.age, film.year), (OfferKind::Film, 12, Some(1925)));
    assert_eq!((film.validity, film.after), (Validity::Hours(48), AfterPeriod::Ends));
    assert_eq!(film.requires, [OfferId::new("service-viewing-control")]);
    assert_eq!(film.eligibility.reasons[1], Reason::Unknown { code: "new_rule".to_owned() });
    assert_eq!((package.validity, package.after), (Validity::MonthsFromNext(1), AfterPeriod::Paid { roubles: 199 }));
    assert!(film.is_orderable_here);

    let server = Server::sending(answer(304, "Cache-Control: no-store\r\n", "")).await;
    let (client, _) = signed_in(&options(server.base.clone()));
    assert_eq!(
        client.catalog(None, 100, Some("W/\"7\"")).await.unwrap(),
        Fetched::NotModified { max_age: Some(Duration::ZERO) }
    );
    assert!(only_request(&server).0.contains("if-none-match: W/\"7\""));
    assert_eq!(client.catalog(None, 100, None).await.unwrap_err().kind, FailureKind::Malformed);
}

#[tokio::test]
async fn ids_are_encoded_and_cannot_change_what_is_asked_for() {
    let (server, client) = client(200, fixture!("offer")).await;
    client.offer(&OfferId::new("a/../b?c#д")).await.unwrap();
    assert!(only_request(&server).0.starts_with("GET /base/v1/catalog/a%2F..%2Fb%3Fc%23%D0%B4 "));
    for id in ["", ".", ".."] {
        assert_eq!(client.offer(&OfferId::new(id)).await.unwrap_err().kind, FailureKind::NotFound);
    }
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_order_is_sent_once_with_its_key() {
    let (server, client_) = client(201, fixture!("exchange")).await;
    let ExchangeAnswer::Done(exchange) = client_.exchange(&order()).await.unwrap() else { panic!("not done") };
    assert_eq!((exchange.state, exchange.balance_after), (ExchangeState::Confirmed, Some(points(11620))));
    let (head, body) = only_request(&server);
    assert!(head.contains("idempotency-key: 00000000000000000000000000000007"), "{head}");
    assert_eq!(body, r#"{"offers":[{"id":"film-potemkin","expected_price":720}]}"#);
    for status in [500, 503, 409] {
        let (server, client) = client(status, r#"{"code":"request_in_progress"}"#).await;
        assert!(client.exchange(&order()).await.unwrap_err().is_transient());
        assert_eq!(server.requests().len(), 1, "not repeated after {status}");
    }
}

#[tokio::test]
async fn a_slow_order_tells_when_to_ask_again() {
    for (header, pause) in [("Retry-After: 7\r\n", 7000), ("", 2000), ("Retry-After: 0\r\n", 500)] {
        let bytes =
            answer(202, &format!("Content-Type: application/json\r\n{header}"), r#"{"id":"x-1","state":"processing"}"#);
        let server = Server::sending(bytes).await;
        let (client, _) = signed_in(&options(server.base.clone()));
        let retry_after = Duration::from_millis(pause);
        assert_eq!(client.exchange(&order()).await.unwrap(), ExchangeAnswer::Processing { retry_after });
        assert_eq!(server.requests().len(), 1, "whether it is looked up is decided by the caller");
    }
    let processing = fixture!("exchange").replace("confirmed", "pondering");
    let (_server, client) = client(200, &processing).await;
    assert!(matches!(client.exchange(&order()).await.unwrap(), ExchangeAnswer::Processing { .. }));
}

#[tokio::test]
async fn an_exchange_with_its_id_state_and_total_is_a_result_whatever_else_is_dust() {
    let whole: Value = serde_json::from_str(fixture!("exchange")).unwrap();
    let read = async |body: &Value| {
        let (_server, client) = client(201, &body.to_string()).await;
        client.exchange(&order()).await
    };
    let dust = [
        Value::Null,
        Value::from(-1),
        Value::from(1.5),
        Value::from(""),
        Value::from("x".repeat(10_000)),
        Value::from("9999-12-31T23:59:59Z"),
        Value::from(true),
        serde_json::json!([1]),
        serde_json::json!({ "a": 1 }),
    ];
    let fields = whole.as_object().unwrap().keys().filter(|field| !["id", "state", "total"].contains(&field.as_str()));
    for field in fields.map(String::as_str).chain(["idempotency_key", "refusal"]) {
        let mut missing = whole.clone();
        missing.as_object_mut().unwrap().remove(field);
        let odd = dust.iter().map(|value| {
            let mut body = whole.clone();
            body[field] = value.clone();
            body
        });
        for body in odd.chain([missing]) {
            let Ok(ExchangeAnswer::Done(exchange)) = read(&body).await else { panic!("{field}: {body}") };
            assert_eq!((exchange.state, exchange.total), (ExchangeState::Confirmed, points(720)), "{field}");
        }
    }
    for field in whole["lines"][0].as_object().unwrap().keys().filter(|field| *field != "offer_id") {
        for value in &dust {
            let mut body = whole.clone();
            body["lines"][0][field] = value.clone();
            let Ok(ExchangeAnswer::Done(exchange)) = read(&body).await else { panic!("{field}: {body}") };
            assert_eq!(exchange.lines.len(), 1, "{field}: {value}");
        }
    }
    for field in ["id", "state", "total"] {
        let mut body = whole.clone();
        body[field] = Value::Null;
        assert_eq!(read(&body).await.unwrap_err().kind, FailureKind::Malformed, "{field} decides about points");
    }
}

#[tokio::test]
async fn a_refused_exchange_is_told_apart_from_a_refused_order() {
    let refused = fixture!("exchange").replace("confirmed", "refused");
    let (_server, client) = client(200, &refused).await;
    let ExchangeAnswer::Done(exchange) = client.exchange(&order()).await.unwrap() else { panic!("not done") };
    // Whether it is this order's is decided by the caller, so the whole exchange is handed on.
    assert!(matches!(exchange.state, ExchangeState::Refused(_)));
}

#[tokio::test]
async fn a_refusal_lists_every_cause() {
    let (_server, client) = client(422, fixture!("problem_2011")).await;
    let FailureKind::Refused(refusal) = client.exchange(&order()).await.unwrap_err().kind else {
        panic!("not refused")
    };
    assert_eq!(refusal.code, "2011");
    assert_eq!(
        refusal.reasons,
        [
            Reason::NotEnoughPoints { balance: points(500), price: points(800), missing: points(300) },
            Reason::Debt { roubles: Some(450) },
            Reason::AlreadyOrdered {
                offer_id: OfferId::new("film-potemkin"),
                title: "Броненосец «Потёмкин»".to_owned(),
                exchange_id: Some(ExchangeId::new("x-1")),
                until: None,
            },
            Reason::MonthlyLimit { until: Some(at("2026-12-01T00:00:00Z")) },
            Reason::Unknown { code: "moon_phase".to_owned() },
        ]
    );
}

#[tokio::test]
async fn a_refusal_without_a_list_is_still_one() {
    for (status, body, reasons) in [
        (403, r#"{"code":"not_enrolled"}"#, vec![Reason::NotEnrolled]),
        (422, r#"{"code":"monthly_limit","reasons":null}"#, vec![Reason::MonthlyLimit { until: None }]),
        (422, r#"{"code":"debt","reasons":[5]}"#, vec![Reason::Debt { roubles: None }]),
        (
            410,
            r#"{"code":"offer_gone","reasons":[{"code":"offer_gone","offer_id":"a"}]}"#,
            vec![Reason::OfferGone { offer_id: OfferId::new("a") }],
        ),
    ] {
        let (_server, client) = client(status, body).await;
        let failure = client.exchange(&order()).await.unwrap_err();
        let FailureKind::Refused(refusal) = failure.kind else { panic!("{body}: {:?}", failure.kind) };
        assert_eq!(refusal.reasons, reasons, "{body}");
    }
}

#[tokio::test]
async fn a_refusal_in_strange_words_is_handed_on_as_it_came() {
    let (server, client) = client(418, r#"{"code":"teapot","reasons":[{"code":"moon_phase"}]}"#).await;
    let FailureKind::Refused(refusal) = client.exchange(&order()).await.unwrap_err().kind else { panic!("no refusal") };
    assert_eq!((refusal.code.as_str(), refusal.is_familiar()), ("teapot", false));
    assert_eq!(server.requests().len(), 1, "the core decides whether to look the order up");
}

#[tokio::test]
async fn what_somebody_between_says_ends_no_order() {
    for body in [
        r#"{"message":"Forbidden"}"#,
        r#"{"code":"Forbidden"}"#,
        r#"{"code":"fault","reasons":[]}"#,
        r#"{"code":["?"]}"#,
        r#"{"code":17}"#,
        "[]",
        "null",
        "{}",
    ] {
        for status in [400, 403, 409, 422] {
            let (_server, client) = client(status, body).await;
            let failure = client.exchange(&order()).await.unwrap_err();
            // The core looks the order up and does not take such words for the programme's.
            let is_doubted = match &failure.kind {
                FailureKind::Malformed => true,
                FailureKind::Refused(refusal) => !refusal.is_familiar(),
                _ => false,
            };
            assert!(is_doubted, "{status} {body}: {:?}", failure.kind);
        }
    }
}

#[tokio::test]
async fn an_order_can_be_found_by_its_key_and_an_unreadable_answer_is_not_a_no() {
    let key = IdempotencyKey::parse("k&1").unwrap();
    let (server, client_) = client(200, fixture!("exchanges")).await;
    assert_eq!(client_.find_exchanges(&key).await.unwrap()[0].id, ExchangeId::new("x-1"));
    assert!(only_request(&server).0.starts_with("GET /base/v1/exchanges?idempotency_key=k%261 "));
    let (_server, client_) = client(200, r#"{"exchanges":[],"next_cursor":null}"#).await;
    assert_eq!(client_.find_exchanges(&key).await.unwrap(), []);
    for body in [
        r#"{"exchanges":[{"id":"x-1"}]}"#,
        r#"{"exchanges":[null,7]}"#,
        r#"{"exchanges":[],"next_cursor":"c2"}"#,
        r#"{"exchanges":null}"#,
        r#"{"exchanges":{}}"#,
        "{}",
    ] {
        let (_server, client) = client(200, body).await;
        assert_eq!(client.find_exchanges(&key).await.unwrap_err().kind, FailureKind::Malformed, "{body}");
    }
    // One that cannot be read does not hide the others.
    let body = format!(r#"{{"exchanges":[{{"id":5}},{}]}}"#, fixture!("exchange"));
    let (_server, client) = client(200, &body).await;
    assert_eq!(client.find_exchanges(&key).await.unwrap().len(), 1);
}

#[tokio::test]
async fn entitlements_come_with_their_playback_and_renewal() {
    let (_server, client_) = client(200, fixture!("entitlements")).await;
    let (entitlements, server_time) = client_.entitlements().await.unwrap();
    assert_eq!(server_time, Some(at("2026-11-22T10:00:00Z")));
    let url = &entitlements[0].playback.as_ref().unwrap().url;
    assert!(url.reveal().ends_with("?token=t"));
    assert!(!format!("{entitlements:?}").contains("token=t"));
    assert_eq!(entitlements[1].renewal, Some(Renewal { is_on: true, price_roubles: Some(199) }));
    let bad = fixture!("entitlements").replace("http://127.0.0.1:8090", "file://");
    let (_server, client) = client(200, &bad).await;
    assert_eq!(client.entitlements().await.unwrap().0[0].playback, None, "only the web is played");
}

#[tokio::test]
async fn a_renewal_is_switched_by_its_entitlement() {
    let (server, client) = client(200, fixture!("entitlement")).await;
    client.set_renewal(&EntitlementId::new("e-2"), RenewalSwitch::Off).await.unwrap();
    let (head, body) = only_request(&server);
    assert!(head.starts_with("PUT /base/v1/entitlements/e-2/renewal "));
    assert_eq!(body, r#"{"on":false}"#);
}

#[tokio::test]
async fn the_past_and_the_rules_are_read() {
    let (_server, client_) = client(200, fixture!("ledger")).await;
    let page = client_.ledger(None).await.unwrap();
    assert_eq!((page.entries[0].amount.get(), page.entries[0].entry_type), (-720, EntryType::Exchange));
    assert_eq!(page.next_cursor.as_deref(), Some("c2"));
    let (server, client_) = client(200, fixture!("exchanges")).await;
    assert_eq!(client_.exchanges(Some("c1")).await.unwrap().exchanges.len(), 1);
    assert!(only_request(&server).0.starts_with("GET /base/v1/exchanges?limit=20&cursor=c1 "));
    let (_server, client) = client(200, fixture!("earning_rules")).await;
    let rules = client.earning_rules().await.unwrap();
    assert_eq!((rules.rules[0].points_min, rules.rules[0].points_max), (Some(points(500)), Some(points(500))));
    assert_eq!((rules.rules[1].points_min, rules.rules[1].points_max), (Some(points(1)), Some(points(300))));
    assert_eq!((rules.statuses[0].code, rules.statuses[0].months), (StatusCode::Basic, 12));
}

#[tokio::test]
async fn a_picture_is_asked_for_in_its_size_and_must_say_that_it_is_one() {
    let server = Server::sending(answer(200, "Content-Type: image/png\r\n", "png")).await;
    let (client_, _) = signed_in(&options(server.base.clone()));
    assert_eq!(client_.image("film", ImageVariant::Tile, 400, 225).await.unwrap(), b"png");
    let (head, _) = only_request(&server);
    assert!(head.starts_with("GET /base/v1/images/film?variant=tile&w=400&h=225 "), "{head}");
    assert!(!head.contains("authorization"), "pictures need no token");
    let (_server, client) = client(200, "{}").await;
    assert_eq!(client.image("film", ImageVariant::Tile, 400, 225).await.unwrap_err().kind, FailureKind::Malformed);
}
