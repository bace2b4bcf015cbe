//! Requests no client should send, and the problems they get.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::Server;

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let server = Server::start().await;
    server.get("/v1/nothing").await.problem(404, "not_found");
    server.get("/").await.problem(404, "not_found");
    let reply = server.send("DELETE", "/v1/account", &[], None).await;
    reply.problem(405, "method_not_allowed");
    assert!(reply.header("allow").unwrap().contains("GET"));
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let server = Server::start().await;
    for path in ["/v1/terms", "/v1/account", "/nothing", "/tv", "/openapi.json", "/docs/"] {
        assert!(server.get(path).await.header("x-request-id").is_some(), "{path}");
    }
    let reply = server.get("/v1/account").await;
    assert_eq!(reply.json()["request_id"].as_str(), reply.header("x-request-id"));
}

#[tokio::test]
async fn a_token_is_needed_before_anything_else_is_looked_at() {
    let server = Server::start().await;
    for path in [
        "/v1/account",
        "/v1/catalog?limit=x",
        "/v1/catalog/x",
        "/v1/exchanges?limit=0",
        "/v1/entitlements",
        "/v1/ledger?type=x",
    ] {
        server.get(path).await.problem(401, "unauthorized");
    }
    const BAD_TOKEN: &str = "Bearer error=\"invalid_token\"";
    for (value, challenge) in [
        ("Bearer", "Bearer"),
        ("Bearer ", "Bearer"),
        ("Basic abc", "Bearer"),
        ("bearer\tx", "Bearer"),
        ("Bearer nonsense", BAD_TOKEN),
        ("bearer nonsense", BAD_TOKEN),
    ] {
        let reply = server.send("GET", "/v1/account", &[("authorization", value)], None).await;
        reply.problem(401, "unauthorized");
        assert_eq!(reply.header("www-authenticate"), Some(challenge), "{value}");
    }
    assert_eq!(server.get("/v1/account").await.header("www-authenticate"), Some("Bearer"));
    for path in ["/v1/exchanges", "/v1/enrolment"] {
        let headers = [("authorization", "Bearer nonsense"), ("content-type", "application/json")];
        server.send("POST", path, &headers, Some(b"nonsense")).await.problem(401, "unauthorized");
    }
    server.member("new").post("/v1/enrolment", &json!("nonsense")).await.problem(400, "invalid_request");
}

#[tokio::test]
async fn queries_are_checked() {
    let server = Server::start().await;
    let member = server.member("vip");
    for query in [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=1.5",
        "limit=",
        "limit=99999999999999999999",
        "cursor=x",
        "cursor=-1",
        "limit=1&limit=2",
    ] {
        for path in ["/v1/catalog", "/v1/ledger", "/v1/exchanges"] {
            member.get(&format!("{path}?{query}")).await.problem(400, "invalid_request");
        }
    }
    member.get("/v1/ledger?type=other").await.problem(400, "invalid_request");
    assert_eq!(member.get("/v1/ledger?limit=1&unknown=%00").await.status, 200);
}

#[tokio::test]
async fn bodies_are_checked() {
    let server = Server::start().await;
    let member = server.member("new");
    let send = |headers: Vec<(&'static str, &'static str)>, body: Vec<u8>| {
        let member = &member;
        async move { member.send("POST", "/v1/enrolment", &headers, Some(&body)).await }
    };
    let json = vec![("content-type", "application/json")];
    for body in [
        &b"{"[..],
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{\"terms_version\":1}",
        b"{\"terms_version\":\"\xff\"}",
        b"{\"terms_version\":\"1\",\"more\":1}",
    ] {
        send(json.clone(), body.to_vec()).await.problem(400, "invalid_request");
    }
    send(vec![], b"{}".to_vec()).await.problem(415, "unsupported_media_type");
    send(vec![("content-type", "text/plain")], b"{}".to_vec()).await.problem(415, "unsupported_media_type");
    send(json, vec![b' '; 65 * 1024]).await.problem(413, "payload_too_large");
    let charset = vec![("content-type", "application/json; charset=utf-8")];
    send(charset, b"{\"terms_version\":\"\\u0000\"}".to_vec()).await.problem(409, "terms_outdated");
}

#[tokio::test]
async fn numbers_beyond_all_bounds_are_invalid_not_fatal() {
    let server = Server::start().await;
    let clock = |body: &'static str| {
        let server = &server;
        async move {
            server
                .send("POST", "/sandbox/v1/clock", &[("content-type", "application/json")], Some(body.as_bytes()))
                .await
        }
    };
    for body in [
        "{\"advance_seconds\":1e300}",
        "{\"advance_seconds\":-1}",
        "{\"advance_seconds\":3155760001}",
        "{\"advance_seconds\":9223372036854775807}",
        "{\"set\":\"tomorrow\"}",
        "{}",
    ] {
        clock(body).await.problem(400, "invalid_request");
    }
    for body in
        ["{\"advance_seconds\":3155760000}", "{\"set\":\"9999-12-31T23:59:59Z\"}", "{\"set\":\"1970-01-01T00:00:00Z\"}"]
    {
        clock(body).await.problem(409, "clock_out_of_range");
    }
    assert_eq!(clock("{\"advance_seconds\":60.0}").await.json()["now"], "2026-03-10T09:01:00Z");
}

#[tokio::test]
async fn only_json_is_spoken() {
    let server = Server::start().await;
    let reply = server.send("GET", "/v1/terms", &[("accept", "text/html")], None).await;
    reply.problem(406, "not_acceptable");
    assert_eq!(server.send("GET", "/v1/terms", &[("accept", "application/*")], None).await.status, 200);
    assert_eq!(
        server.send("GET", "/v1/images/film-potemkin?w=16&h=16", &[("accept", "image/png")], None).await.status,
        200
    );
}

#[tokio::test]
async fn strange_paths_are_not_found() {
    let server = Server::start().await;
    let member = server.member("vip");
    for path in ["%00", "%FF%FE", "..%2F..%2Fetc", "%3Cscript%3E"] {
        assert_eq!(member.get(&format!("/v1/catalog/{path}")).await.status, 404, "{path}");
        assert_eq!(member.get(&format!("/v1/exchanges/{path}")).await.status, 404, "{path}");
        assert_eq!(server.get(&format!("/v1/images/{path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn too_many_or_too_long_headers_are_refused() {
    let server = Server::start().await;
    let long = "x".repeat(64 * 1024);
    assert_eq!(server.send("GET", "/v1/terms", &[("x-long", &long)], None).await.status, 431);
    let many = vec![("x-more", "1"); 100];
    assert_eq!(server.send("GET", "/v1/terms", &many, None).await.status, 431);
}

/// What the server says before it closes a connection on which only this was said.
async fn farewell(server: &Server, said: &[u8]) -> (Vec<u8>, std::time::Duration) {
    let mut stream = tokio::net::TcpStream::connect(server.running.addr()).await.unwrap();
    stream.write_all(said).await.unwrap();
    let begun = tokio::time::Instant::now();
    let mut heard = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut heard).await;
    (heard, begun.elapsed())
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_never_ends_is_closed() {
    let server = Server::start().await;
    // From here on time passes as soon as everybody waits.
    tokio::time::pause();
    for said in [&b""[..], b"GET /v1/terms HTTP/1.1\r\n", b"GET /v1/terms HTTP/1.1\r\nhost: a\r\nx-slow: "] {
        let (_, took) = farewell(&server, said).await;
        assert!(took.as_secs() <= 15, "{took:?} after {}", String::from_utf8_lossy(said));
    }
    let endless = b"POST /oauth/token HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 50\r\n\r\nclient_id=";
    let (heard, took) = farewell(&server, endless).await;
    assert!(
        took.as_secs() <= 12 && heard.starts_with(b"HTTP/1.1 408"),
        "{took:?}: {}",
        String::from_utf8_lossy(&heard)
    );
}
