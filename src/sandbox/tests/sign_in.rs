//! Sign-in of a device: every error of RFC 8628, rotation and its abuse.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::support::{Reply, Server};

const DEVICE_GRANT: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=bonus-tv";

async fn device(server: &Server) -> (String, String) {
    let reply = server.form("/oauth/device_authorization", "client_id=bonus-tv&scope=bonus").await;
    assert_eq!(reply.status, 200);
    let body = reply.json();
    (body["device_code"].as_str().unwrap().to_owned(), body["user_code"].as_str().unwrap().to_owned())
}

async fn poll(server: &Server, device_code: &str) -> Reply {
    server.form("/oauth/token", &format!("{DEVICE_GRANT}&device_code={device_code}")).await
}

async fn refresh(server: &Server, token: &Value) -> Reply {
    let token = token.as_str().unwrap();
    server.form("/oauth/token", &format!("grant_type=refresh_token&client_id=bonus-tv&refresh_token={token}")).await
}

#[track_caller]
fn denied(reply: &Reply, error: &str) {
    assert_eq!((reply.status, &reply.json()["error"]), (400, &json!(error)));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_device_signs_in_when_a_subscriber_allows_it() {
    let server = Server::start().await;
    let started = server.form("/oauth/device_authorization", "client_id=bonus-tv").await.json();
    assert_eq!((&started["expires_in"], &started["interval"]), (&json!(900), &json!(5)));
    let code = started["user_code"].as_str().unwrap();
    assert_eq!(started["verification_uri"], format!("{}/tv", server.running.base_url()));
    assert_eq!(started["verification_uri_complete"], format!("{}/tv?code={code}", server.running.base_url()));
    let device_code = started["device_code"].as_str().unwrap();
    assert!(device_code.len() >= 22, "128 bits or more");

    denied(&poll(&server, device_code).await, "authorization_pending");
    let typed = code.to_lowercase().replace('-', " ");
    server.control.approve(&typed, "vip").unwrap();
    server.control.advance(TimeDelta::seconds(5)).unwrap();
    let tokens = poll(&server, device_code).await.json();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let account = server.send("GET", "/v1/account", &[("authorization", &bearer)], None).await;
    assert_eq!(account.json()["member_id"], "m-vip");
    server.control.advance(TimeDelta::seconds(5)).unwrap();
    denied(&poll(&server, device_code).await, "invalid_grant");
}

#[tokio::test]
async fn polling_too_fast_slows_down_for_good() {
    let server = Server::start().await;
    let (code, _) = device(&server).await;
    denied(&poll(&server, &code).await, "authorization_pending");
    for (pause, expected) in
        [(1, "slow_down"), (9, "slow_down"), (14, "slow_down"), (20, "authorization_pending"), (19, "slow_down")]
    {
        server.control.advance(TimeDelta::seconds(pause)).unwrap();
        denied(&poll(&server, &code).await, expected);
    }
}

#[tokio::test]
async fn a_refusal_and_an_expiry_have_their_own_errors() {
    let server = Server::start().await;
    let (refused, user_code) = device(&server).await;
    server.control.deny(&user_code).unwrap();
    denied(&poll(&server, &refused).await, "access_denied");
    let (late, user_code) = device(&server).await;
    server.control.advance(TimeDelta::seconds(900)).unwrap();
    denied(&poll(&server, &late).await, "expired_token");
    assert_eq!(server.control.approve(&user_code, "vip").unwrap_err().code, "code_expired");
    assert_eq!(server.control.approve("BCDF-BCDF", "vip").unwrap_err().code, "code_not_found");
}

#[tokio::test]
async fn only_a_true_refusal_refuses() {
    let server = Server::start().await;
    let (code, user_code) = device(&server).await;
    let body = json!({"user_code": user_code, "deny": false});
    server.post("/sandbox/v1/approve", &body).await.problem(400, "invalid_request");
    denied(&poll(&server, &code).await, "authorization_pending");
    let body = json!({"user_code": user_code, "deny": true});
    assert_eq!(server.post("/sandbox/v1/approve", &body).await.status, 204);
    server.control.advance(TimeDelta::seconds(5)).unwrap();
    denied(&poll(&server, &code).await, "access_denied");
}

#[tokio::test]
async fn requests_that_make_no_sense_have_their_errors() {
    let server = Server::start().await;
    denied(&server.form("/oauth/device_authorization", "client_id=other").await, "invalid_client");
    denied(&server.form("/oauth/device_authorization", "").await, "invalid_client");
    denied(&server.form("/oauth/token", "client_id=bonus-tv&grant_type=password").await, "unsupported_grant_type");
    denied(&server.form("/oauth/token", "client_id=bonus-tv&grant_type=refresh_token").await, "invalid_request");
    denied(&server.form("/oauth/token", "grant_type=refresh_token&refresh_token=x").await, "invalid_client");
    denied(&server.form("/oauth/token", "client_id=bonus-tv&client_id=bonus-tv").await, "invalid_request");
    denied(&poll(&server, "unknown").await, "invalid_grant");
    server.post("/oauth/token", &json!({})).await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn refresh_tokens_rotate_and_reuse_ends_the_sign_in() {
    let server = Server::start().await;
    let session = server.post("/sandbox/v1/sessions", &json!({"scenario": "vip"})).await.json();
    let second = refresh(&server, &session["refresh_token"]).await.json();
    assert_ne!(second["refresh_token"], session["refresh_token"]);
    let bearer = format!("Bearer {}", second["access_token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let account = || server.send("GET", "/v1/account", &headers, None);
    assert_eq!(account().await.status, 200);
    denied(&refresh(&server, &session["refresh_token"]).await, "invalid_grant");
    account().await.problem(401, "unauthorized");
    denied(&refresh(&server, &second["refresh_token"]).await, "invalid_grant");
}

async fn account_status(server: &Server, pair: &Value) -> u16 {
    let bearer = format!("Bearer {}", pair["access_token"].as_str().unwrap());
    server.send("GET", "/v1/account", &[("authorization", &bearer)], None).await.status
}

#[tokio::test]
async fn a_lost_answer_to_a_refresh_signs_nobody_out() {
    let server = Server::start().await;
    let session = server.post("/sandbox/v1/sessions", &json!({"scenario": "vip"})).await.json();
    let lost = refresh(&server, &session["refresh_token"]).await.json();
    // The box was without power for a day before it asks again.
    server.control.advance(TimeDelta::days(1)).unwrap();
    let second = refresh(&server, &session["refresh_token"]).await;
    assert_eq!(second.status, 200);
    let second = second.json();
    assert_ne!(second["refresh_token"], lost["refresh_token"]);
    assert_eq!(account_status(&server, &second).await, 200);
    assert_eq!(account_status(&server, &lost).await, 401, "the first use of a pair ends the others");
    denied(&refresh(&server, &lost["refresh_token"]).await, "invalid_grant");
    assert_eq!(account_status(&server, &second).await, 200, "which is no reason to end the sign-in");

    denied(&refresh(&server, &session["refresh_token"]).await, "invalid_grant");
    assert_eq!(account_status(&server, &second).await, 401, "after the use of the pair a reuse ends the sign-in");
}

#[tokio::test]
async fn refreshing_with_the_newer_pair_is_a_use_of_it() {
    let server = Server::start().await;
    let session = server.post("/sandbox/v1/sessions", &json!({"scenario": "vip"})).await.json();
    let second = refresh(&server, &session["refresh_token"]).await.json();
    let third = refresh(&server, &second["refresh_token"]).await.json();
    denied(&refresh(&server, &session["refresh_token"]).await, "invalid_grant");
    assert_eq!(account_status(&server, &third).await, 401);
}

#[tokio::test]
async fn access_tokens_end_with_the_clock_and_with_revocation() {
    let server = Server::start().await;
    let member = server.member("vip");
    server.control.advance(TimeDelta::seconds(3599)).unwrap();
    assert_eq!(member.get("/v1/account").await.status, 200);
    server.control.advance(TimeDelta::seconds(1)).unwrap();
    let reply = member.get("/v1/account").await;
    reply.problem(401, "unauthorized");
    assert_eq!(reply.header("www-authenticate"), Some("Bearer error=\"invalid_token\""));

    let member = server.member("vip");
    assert_eq!(server.form("/oauth/revoke", &format!("token={}", member.token)).await.status, 200);
    assert_eq!(server.form("/oauth/revoke", "token=unknown").await.status, 200);
    member.get("/v1/account").await.problem(401, "unauthorized");
}
