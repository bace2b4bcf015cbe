//! Faults: what a box sees when the network or a proxy misbehaves.

use serde_json::json;

use super::support::Server;
use crate::{Fault, FaultKind, When};

const PATH: &str = "/v1/terms";

fn once(kind: FaultKind) -> Fault {
    Fault { times: Some(1), ..Fault::new("/v1/", kind) }
}

#[tokio::test]
async fn statuses_carry_a_document_and_a_time_to_wait() {
    let server = Server::start().await;
    let fault = Fault { status: Some(503), retry_after: Some(7), ..once(FaultKind::Status) };
    server.control.set_faults(vec![fault]);
    let reply = server.get(PATH).await;
    reply.problem(503, "unavailable");
    assert_eq!(reply.header("retry-after"), Some("7"));
    assert_eq!(server.get(PATH).await.status, 200, "the fault hit once");
}

#[tokio::test]
async fn a_dropped_connection_ends_inside_the_body() {
    let server = Server::start().await;
    let whole = server.get(PATH).await;
    server.control.set_faults(vec![once(FaultKind::Drop)]);
    let cut = server.get(PATH).await;
    assert_eq!(cut.header("content-length"), Some(whole.body.len().to_string().as_str()));
    assert_eq!(cut.body, whole.body[..whole.body.len() / 2]);
    server
        .control
        .set_faults(vec![Fault { when: Some(When::Before), ..once(FaultKind::Drop) }, once(FaultKind::Close)]);
    assert!(server.raw("GET", PATH, &[], None).await.is_empty());
    assert!(server.raw("GET", PATH, &[], None).await.is_empty());
}

#[tokio::test]
async fn bodies_are_cut_replaced_and_mislabelled() {
    let server = Server::start().await;
    let whole = server.get(PATH).await;
    server.control.set_faults(vec![once(FaultKind::Truncate)]);
    let cut = server.get(PATH).await;
    assert_eq!((cut.status, cut.body.as_slice()), (200, &whole.body[..whole.body.len() / 2]));
    server.control.set_faults(vec![once(FaultKind::Garbage)]);
    let garbage = server.get(PATH).await;
    assert_eq!(garbage.header("content-type"), Some("application/json"));
    assert!(serde_json::from_slice::<serde_json::Value>(&garbage.body).is_err());
    server.control.set_faults(vec![once(FaultKind::Html)]);
    let portal = server.get(PATH).await;
    assert_eq!((portal.status, portal.header("content-type")), (200, Some("text/html; charset=utf-8")));
    server.control.set_faults(vec![once(FaultKind::WrongType)]);
    let mislabelled = server.get(PATH).await;
    assert_eq!((mislabelled.header("content-type"), &mislabelled.body), (Some("text/plain"), &whole.body));
    for (path, code) in [("/v1/account", "unauthorized"), ("/v1/nothing", "not_found")] {
        server.control.set_faults(vec![once(FaultKind::WrongType)]);
        let problem = server.get(path).await;
        assert_eq!((problem.header("content-type"), &problem.json()["code"]), (Some("text/plain"), &json!(code)));
    }
}

#[tokio::test]
async fn a_huge_body_goes_on_and_on() {
    let server = Server::start().await;
    server.control.set_faults(vec![once(FaultKind::Huge)]);
    assert!(server.raw("GET", PATH, &[], None).await.len() > 60 * 1024 * 1024);
}

#[tokio::test(start_paused = true)]
async fn latency_delays_and_a_hang_outlasts_every_client() {
    let server = Server::start().await;
    let began = tokio::time::Instant::now();
    server.control.set_faults(vec![Fault { latency_ms: Some(60_000), ..once(FaultKind::LatencyMs) }]);
    assert_eq!(server.get(PATH).await.status, 200);
    assert!(began.elapsed() >= std::time::Duration::from_secs(60));
    server.control.set_faults(vec![once(FaultKind::Hang)]);
    let patience = std::time::Duration::from_secs(600);
    assert!(tokio::time::timeout(patience, server.get(PATH)).await.is_err());
}

#[tokio::test]
async fn faults_are_switched_over_http_and_spare_the_switches() {
    let server = Server::start().await;
    let json = [("content-type", "application/json")];
    let faults = json!([{"match": "/", "method": "get", "kind": "html"}]).to_string();
    let set = server.send("PUT", "/sandbox/v1/faults", &json, Some(faults.as_bytes())).await;
    assert_eq!(set.json(), json!([{"match": "/", "method": "get", "kind": "html"}]));
    assert_eq!(server.get(PATH).await.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(server.get("/sandbox/v1/state").await.json()["faults"][0]["kind"], "html");
    assert_eq!(server.send("DELETE", "/sandbox/v1/faults", &[], None).await.status, 204);
    assert_eq!(server.get(PATH).await.header("content-type"), Some("application/json"));
    for wrong in [
        json!([{"match": "v1", "kind": "html"}]),
        json!([{"match": "/", "kind": "explode"}]),
        json!([{"match": "/", "kind": "status", "status": 200}]),
        json!({"match": "/", "kind": "html"}),
    ] {
        let body = wrong.to_string();
        server.send("PUT", "/sandbox/v1/faults", &json, Some(body.as_bytes())).await.problem(400, "invalid_request");
    }
}

/// The log of requests tells the statuses that were sent, and none where the connection was closed.
#[tokio::test]
async fn a_request_without_an_answer_has_no_status() {
    let server = Server::start().await;
    server.control.set_faults(vec![once(FaultKind::Close)]);
    assert!(server.raw("GET", PATH, &[], None).await.is_empty());
    server.get(PATH).await;
    let seen: Vec<_> = server.control.requests().into_iter().map(|seen| seen.status).collect();
    assert_eq!(seen, [None, Some(200)]);
}
