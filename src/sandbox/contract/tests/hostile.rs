//! Whatever a server sends, a run ends: without a panic, within its budget, and without a secret in its report.

use axum::http::HeaderValue;

use super::bench::{Asked, Kind, Memory, OnTheWayBack, checked};
use crate::contract::{Lost, MOST_REQUESTS, Received};

/// Bodies that are no answer to anything.
const NONSENSE: [&[u8]; 8] = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"<html>",
    b"\xff\xfe\x00",
    b"{\"offers\": 1e400, \"entries\": {}, \"exchanges\": [[[]]], \"access_token\": {}}",
    b"{\"device_code\": \"\\n\", \"user_code\": \"\\u0000\", \"expires_in\": -1, \"interval\": 1e18}",
];

fn nonsense<const BODY: usize>(_: &Asked, received: &mut Received, _: &mut Memory) -> Result<(), Lost> {
    received.body = NONSENSE[BODY].into();
    Ok(())
}

fn deep(_: &Asked, received: &mut Received, _: &mut Memory) -> Result<(), Lost> {
    received.body = vec![b'['; 200_000].into();
    Ok(())
}

fn endless(asked: &Asked, received: &mut Received, memory: &mut Memory) -> Result<(), Lost> {
    if asked.method == "GET" && received.status == 200 && asked.query.starts_with("limit=20") {
        let next = memory.count("pages").to_string();
        received.edit(|page| {
            for list in ["offers", "entries", "exchanges"] {
                page[list] = serde_json::json!([{ "id": next.clone() }]);
            }
            page["next_cursor"] = serde_json::json!(next);
        });
    }
    Ok(())
}

fn odd_headers(_: &Asked, received: &mut Received, _: &mut Memory) -> Result<(), Lost> {
    for name in ["etag", "x-request-id", "cache-control", "vary", "content-type", "retry-after", "location"] {
        received.headers.insert(name, HeaderValue::from_bytes(b"\xff\xfe\"\t'").unwrap());
    }
    Ok(())
}

fn every_status(_: &Asked, received: &mut Received, memory: &mut Memory) -> Result<(), Lost> {
    let next = memory.count("answers");
    received.status = [200, 204, 304, 302, 400, 401, 404, 409, 429, 500, 503, 599, 999][next % 13];
    Ok(())
}

#[tokio::test]
async fn no_answer_panics_or_hangs_a_run() {
    let servers: [OnTheWayBack; 12] = [
        nonsense::<0>,
        nonsense::<1>,
        nonsense::<2>,
        nonsense::<3>,
        nonsense::<4>,
        nonsense::<5>,
        nonsense::<6>,
        nonsense::<7>,
        deep,
        endless,
        odd_headers,
        every_status,
    ];
    for (number, server) in servers.into_iter().enumerate() {
        let report = checked(Kind::ReadsOnly, None, Some(server)).await;
        assert!(number == 9 || !report.has_held(), "server {number}:\n{}", report.table());
        assert!(report.requests <= MOST_REQUESTS, "server {number}: {}", report.requests);
    }
}

/// A server that echoes tokens wherever it can: none gets into a report.
#[tokio::test]
async fn no_token_gets_into_a_report() {
    let echo: OnTheWayBack = |asked, received, memory| {
        if asked.path == "/oauth/token" && received.status == 200 {
            let tokens = received.json();
            for field in ["access_token", "refresh_token"] {
                memory.texts.insert(field.to_owned(), tokens[field].as_str().unwrap_or_default().to_owned());
            }
            // A shape that is wrong, with a secret in its place.
            received.edit(|tokens| tokens["token_type"] = serde_json::json!([tokens["access_token"].clone()]));
        }
        let token = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
        if let Some(token) = token.filter(|_| asked.is("GET", "/v1/account")) {
            received.edit(|account| account["debt"] = serde_json::json!(token));
        }
        Ok(())
    };
    let report = checked(Kind::ReadsOnly, None, Some(echo)).await;
    let failed: Vec<_> = report.failures().map(|(check, _)| check.id).collect();
    assert!(failed.contains(&"shape.account") && failed.contains(&"shape.tokens"), "{failed:?}");
    for text in [report.table(), report.junit()] {
        // Tokens of the sandbox are 43 characters long; nothing else in a report is one word of that length.
        let long = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '-');
        let long: Vec<&str> = long.filter(|word| word.len() >= 40).collect();
        assert!(long.is_empty(), "{long:?}");
    }
}
