//! Tokens: how they come, are renewed, and go.

use super::answers::order;
use super::server::{Act, Server, answer, json};
use super::*;
use crate::domain::SignInPoll;

const ACCOUNT: &str = include_str!("../../../tests/fixtures/api/account.json");
const TOKEN: &str = include_str!("../../../tests/fixtures/api/token.json");
const DEVICE: &str = include_str!("../../../tests/fixtures/api/device_code.json");

fn send(status: u16, body: &str) -> Act {
    Act::Send(json(status, body))
}

fn signed_out(server: &Server) -> (Client, Arc<MemoryTokens>) {
    let store = Arc::new(MemoryTokens::default());
    (Client::new(&options(server.base.clone()), store.clone()).unwrap(), store)
}

/// The method, path and form or token of every request.
fn summary(server: &Server) -> Vec<String> {
    let line = |request: &String| {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let path = head.split(' ').nth(1).unwrap().trim_start_matches("/base");
        let token = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
        format!("{path} {}", token.unwrap_or(body))
    };
    server.requests().iter().map(line).collect()
}

#[tokio::test]
async fn a_device_code_is_asked_for_and_polled_until_it_is_granted() {
    let server = Server::start(vec![
        send(200, DEVICE),
        send(400, r#"{"error":"authorization_pending"}"#),
        send(400, r#"{"error":"slow_down"}"#),
        send(200, TOKEN),
        send(200, ACCOUNT),
    ])
    .await;
    let (client, store) = signed_out(&server);
    assert!(!client.is_signed_in());
    let code = client.start_sign_in().await.unwrap();
    assert_eq!((code.user_code.as_str(), code.interval.as_secs()), ("BCDF-GHJK", 5));
    assert_eq!(client.poll_sign_in(&code.device_code).await.unwrap(), SignInPoll::Pending);
    assert_eq!(client.poll_sign_in(&code.device_code).await.unwrap(), SignInPoll::SlowDown);
    assert_eq!(client.poll_sign_in(&code.device_code).await.unwrap(), SignInPoll::Granted);
    assert!(client.is_signed_in());
    assert_eq!(store.load().unwrap(), Some(tokens("access-1", "refresh-1")));
    client.account().await.unwrap();
    let said = summary(&server);
    assert_eq!(said[0], "/oauth/device_authorization client_id=bonus-tv&scope=bonus");
    assert_eq!(
        said[1],
        "/oauth/token grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=dev-1&client_id=bonus-tv"
    );
    assert_eq!(said[4], "/v1/account access-1");
}

#[tokio::test]
async fn a_poll_that_ends_says_why() {
    for (error, poll) in [
        ("access_denied", Ok(SignInPoll::Denied)),
        ("expired_token", Ok(SignInPoll::Expired)),
        ("invalid_grant", Ok(SignInPoll::Expired)),
        ("invalid_client", Err(FailureKind::Unauthorized)),
        ("something_new", Err(FailureKind::Malformed)),
    ] {
        let server = Server::sending(json(400, &format!(r#"{{"error":"{error}"}}"#))).await;
        let (client, _) = signed_out(&server);
        let answer = client.poll_sign_in(&Secret::new("d")).await.map_err(|failure| failure.kind);
        assert_eq!(answer, poll, "{error}");
    }
    for body in [r#"{"access_token":"a b"}"#, r#"{"access_token":""}"#, "{}", r#"{"access_token":"a\r\nX: y"}"#] {
        let (client, store) = signed_out(&Server::sending(json(200, body)).await);
        let failure = client.poll_sign_in(&Secret::new("d")).await.unwrap_err();
        assert_eq!((failure.kind, store.load().unwrap()), (FailureKind::Malformed, None), "{body}");
    }
}

/// C19: a sign-in that the member has confirmed is not lost for a field that is not needed.
#[tokio::test]
async fn c19_a_granted_sign_in_survives_every_odd_field() {
    let odd = ["\"3600\"", "3600.0", "-1", "4294967296", "\"soon\"", "[]", "null", "1e999", "{}", "true"];
    for expires_in in odd {
        for content in ["application/json", "text/json", "text/plain", "application/problem+json"] {
            let body = TOKEN.replace("3600", expires_in);
            let bytes = answer(200, &format!("Content-Type: {content}\r\n"), format!("\u{feff}{body}"));
            let server = Server::start(vec![Act::Send(bytes), send(200, ACCOUNT)]).await;
            let (client, store) = signed_out(&server);
            assert_eq!(client.poll_sign_in(&Secret::new("d")).await.unwrap(), SignInPoll::Granted, "{expires_in}");
            assert_eq!(store.load().unwrap(), Some(tokens("access-1", "refresh-1")));
            client.account().await.unwrap_or_else(|failure| panic!("{expires_in}: {failure:?}"));
        }
    }
    for refresh in ["null", "17", "\"\"", "[]", "\"a b\""] {
        let server = Server::start(vec![send(200, &TOKEN.replace("\"refresh-1\"", refresh))]).await;
        let (client, store) = signed_out(&server);
        assert_eq!(client.poll_sign_in(&Secret::new("d")).await.unwrap(), SignInPoll::Granted, "{refresh}");
        assert_eq!(store.load().unwrap().unwrap().refresh, None);
    }
    let long = "t".repeat(8000);
    let server = Server::start(vec![send(200, &TOKEN.replace("access-1", &long))]).await;
    let (client, store) = signed_out(&server);
    assert_eq!(client.poll_sign_in(&Secret::new("d")).await.unwrap(), SignInPoll::Granted);
    assert_eq!(store.load().unwrap().unwrap().access, Secret::new(long));
}

/// C19: at a refresh the rotated token is kept, whatever else is odd.
#[tokio::test]
async fn c19_a_rotated_token_is_never_lost() {
    for expires_in in ["\"3600\"", "3600.0", "-1", "4294967296", "\"soon\"", "[]"] {
        let server =
            Server::start(vec![send(401, "{}"), send(200, &TOKEN.replace("3600", expires_in)), send(200, ACCOUNT)])
                .await;
        let (client, store) = signed_in(&options(server.base.clone()));
        client.account().await.unwrap_or_else(|failure| panic!("{expires_in}: {failure:?}"));
        assert_eq!(store.load().unwrap(), Some(tokens("access-1", "refresh-1")));
    }
    // The answer has lost the half that is of use at once; the other half buys it again.
    let half = TOKEN.replace("\"access-1\"", "null");
    let server =
        Server::start(vec![send(401, "{}"), send(200, &half), send(401, "{}"), send(200, TOKEN), send(200, ACCOUNT)]);
    let server = server.await;
    let (client, store) = signed_in(&options(server.base.clone()));
    assert_eq!(client.account().await.unwrap_err().kind, FailureKind::Malformed);
    assert_eq!(store.load().unwrap(), Some(tokens("access-0", "refresh-1")));
    client.account().await.unwrap();
    assert!(summary(&server)[3].contains("refresh_token=refresh-1"), "{:?}", summary(&server));
}

/// C19: the words of OAuth decide at any status that real servers send them with.
#[tokio::test]
async fn c19_the_words_of_oauth_decide_at_any_status() {
    for status in [200, 400, 401, 403, 404, 422, 428, 429] {
        for (error, poll) in [
            ("authorization_pending", SignInPoll::Pending),
            ("slow_down", SignInPoll::SlowDown),
            ("access_denied", SignInPoll::Denied),
            ("expired_token", SignInPoll::Expired),
        ] {
            let body = format!("\u{feff}{{\"error\":\"{error}\",\"error_description\":17}}");
            let bytes = answer(status, "Content-Type: text/plain\r\n", body);
            let (client, _) = signed_out(&Server::sending(bytes).await);
            assert_eq!(client.poll_sign_in(&Secret::new("d")).await.unwrap(), poll, "{status} {error}");
        }
    }
    for body in ["", "{}", "<html>busy</html>"] {
        let bytes = answer(429, "Retry-After: 7\r\nContent-Type: text/html\r\n", body);
        let (client, _) = signed_out(&Server::sending(bytes).await);
        assert_eq!(client.poll_sign_in(&Secret::new("d")).await.unwrap(), SignInPoll::SlowDown, "{body}");
    }
    let server = Server::start(vec![send(401, "{}"), send(403, r#"{"error":"invalid_grant"}"#)]).await;
    let (client, store) = signed_in(&options(server.base.clone()));
    assert_eq!(client.account().await.unwrap_err().kind, FailureKind::Unauthorized);
    assert_eq!(store.load().unwrap(), None);
}

/// C19: a code comes whatever the numbers look like and whichever name its address has.
#[tokio::test]
async fn c19_a_code_comes_with_odd_numbers_and_the_names_of_drafts() {
    let device = |from: &str, to: &str| DEVICE.replacen(from, to, 1);
    for (body, expires_in, interval) in [
        (device("900", "\"900\"").replace(": 5", ": \"5\""), 900, 5),
        (device("900", "900.0").replace(": 5", ": 7.0"), 900, 7),
        (device("900", "-1").replace(": 5", ": -5"), 900, 5),
        (device("900", "\"soon\"").replace(": 5", ": []"), 900, 5),
        (device("\"expires_in\": 900,", "").replace("\"interval\": 5", "\"x\": 5"), 900, 5),
        (DEVICE.replace("verification_uri", "verification_url"), 900, 5),
        (device("\"verification_uri\"", "\"verification_url\": 5, \"x\""), 900, 5),
    ] {
        let (client, _) = signed_out(&Server::sending(json(200, &body)).await);
        let code = client.start_sign_in().await.unwrap_or_else(|failure| panic!("{body}: {failure:?}"));
        assert_eq!((code.expires_in.as_secs(), code.interval.as_secs()), (expires_in, interval), "{body}");
        assert!(code.verification_uri.starts_with("http://127.0.0.1:8090/tv"), "{body}");
    }
}

#[tokio::test]
async fn a_code_that_a_viewer_cannot_use_is_malformed() {
    for (good, bad) in
        [("http://127.0.0.1:8090/tv", "javascript:alert(1)"), ("\"BCDF-GHJK\"", "\"\""), ("\"dev-1\"", "\"d\\u0000\"")]
    {
        let server = Server::sending(json(200, &DEVICE.replace(good, bad))).await;
        let failure = signed_out(&server).0.start_sign_in().await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Malformed, "{bad}");
    }
    let server = Server::sending(json(200, &DEVICE.replace("900", "999999999999").replace(": 5", ": 0"))).await;
    let code = signed_out(&server).0.start_sign_in().await.unwrap();
    assert_eq!((code.expires_in.as_secs(), code.interval.as_secs()), (86_400, 1), "harmless numbers are clamped");
}

#[tokio::test]
async fn without_tokens_nothing_is_asked() {
    let server = Server::sending(json(200, ACCOUNT)).await;
    let failure = signed_out(&server).0.account().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unauthorized);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_kept_before_it_is_used() {
    let server = Server::start(vec![send(401, "{}"), send(200, TOKEN), send(200, ACCOUNT)]).await;
    let (client, store) = signed_in(&options(server.base.clone()));
    client.account().await.unwrap();
    assert_eq!(store.load().unwrap(), Some(tokens("access-1", "refresh-1")));
    assert_eq!(
        summary(&server),
        [
            "/v1/account access-0",
            "/oauth/token grant_type=refresh_token&refresh_token=refresh-0&client_id=bonus-tv",
            "/v1/account access-1"
        ]
    );
    let server = Server::start(vec![send(401, "{}"), send(200, TOKEN), send(401, "{}")]).await;
    assert_eq!(account_kind(&options(server.base.clone())).await, FailureKind::Malformed);
    assert_eq!(server.requests().len(), 3, "not for ever");
}

#[tokio::test]
async fn only_oauths_own_words_end_a_sign_in() {
    let page = || Act::Send(answer(401, "Content-Type: text/html\r\n", "<html>Unauthorized</html>"));
    let problem = || send(401, r#"{"title":"no","status":401,"code":"unauthorized"}"#);
    for (refused, renewal) in [(page(), page()), (problem(), problem()), (problem(), send(401, "{}"))] {
        let server = Server::start(vec![refused, renewal]).await;
        let (client, store) = signed_in(&options(server.base.clone()));
        let failure = client.account().await.unwrap_err();
        assert_ne!(failure.kind, FailureKind::Unauthorized, "a gateway says that");
        assert!(client.is_signed_in() && store.load().unwrap().is_some());
    }
    let server = Server::start(vec![problem()]).await;
    let (client, _) = signed_in(&options(server.base.clone()));
    assert_eq!(client.terms(crate::domain::Language::Ru).await.unwrap_err().kind, FailureKind::Malformed);
}

#[tokio::test]
async fn a_sign_out_does_not_wait_for_a_renewal_and_outlives_it() {
    let word = Arc::new(tokio::sync::Notify::new());
    let server =
        Server::start(vec![send(401, "{}"), Act::Await(word.clone(), json(200, TOKEN)), send(200, "{}")]).await;
    let (client, store) = signed_in(&options(server.base.clone()));
    let asking = client.clone();
    let asked = tokio::spawn(async move { asking.account().await });
    while server.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    let leaving = client.clone();
    let left = tokio::spawn(async move { leaving.sign_out().await });
    while store.load().unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    word.notify_one();
    left.await.unwrap();
    asked.await.unwrap().unwrap_err();
    assert!(!client.is_signed_in() && store.load().unwrap().is_none());
}

#[tokio::test]
async fn a_question_of_one_member_is_not_asked_with_anothers_token() {
    let word = Arc::new(tokio::sync::Notify::new());
    let server = Server::start(vec![Act::Await(word.clone(), json(401, "{}")), send(200, ACCOUNT)]).await;
    let options = options(server.base.clone());
    let (client, _) = signed_in(&options);
    let order = order();
    let asked = client.exchange(&order);
    let others = async {
        while server.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        client.adopt_tokens(tokens("access-9", "refresh-9")).await;
        word.notify_one();
    };
    let (answer, ()) = tokio::join!(asked, others);
    assert_eq!(answer.unwrap_err().kind, FailureKind::Interrupted);
    assert_eq!(summary(&server), ["/v1/exchanges access-0"]);
}

#[tokio::test]
async fn a_sign_in_that_has_ended_is_forgotten_and_a_hiccup_is_not() {
    let server = Server::start(vec![send(401, "{}"), send(400, r#"{"error":"invalid_grant"}"#)]).await;
    let (client, store) = signed_in(&options(server.base.clone()));
    assert_eq!(client.account().await.unwrap_err().kind, FailureKind::Unauthorized);
    assert_eq!((client.is_signed_in(), store.load().unwrap()), (false, None));

    let server = Server::start(vec![send(401, "{}"), Act::Send(answer(503, "Retry-After: 60\r\n", ""))]).await;
    let (client, store) = signed_in(&options(server.base.clone()));
    assert_eq!(client.account().await.unwrap_err().kind, FailureKind::Unavailable);
    assert_eq!(store.load().unwrap(), Some(tokens("access-0", "refresh-0")));
}

#[tokio::test]
async fn a_token_about_to_end_is_renewed_first() {
    let short = TOKEN.replace("3600", "30");
    let server = Server::start(vec![send(200, &short), send(200, TOKEN), send(200, ACCOUNT)]).await;
    let (client, _) = signed_out(&server);
    client.poll_sign_in(&Secret::new("d")).await.unwrap();
    client.account().await.unwrap();
    let said = summary(&server);
    assert!(said[1].contains("refresh_token=refresh-1"), "{said:?}");

    let server = Server::start(vec![send(200, &short), send(503, "{}"), send(200, ACCOUNT)]).await;
    let (client, _) = signed_out(&server);
    client.poll_sign_in(&Secret::new("d")).await.unwrap();
    client.account().await.expect("the old token still works while the service hiccups");

    let server = Server::start(vec![send(200, &short), Act::Hang(Vec::new()), send(200, ACCOUNT)]).await;
    let impatient = ClientOptions { timeout: Duration::from_secs(4), ..options(server.base.clone()) };
    let client = Client::new(&impatient, Arc::new(MemoryTokens::default())).unwrap();
    client.poll_sign_in(&Secret::new("d")).await.unwrap();
    client.account().await.expect("the old token still works while the service is silent");
}

#[tokio::test]
async fn many_requests_share_one_refresh() {
    let mut acts = vec![send(401, "{}"); 8];
    acts.extend([send(200, TOKEN), send(200, ACCOUNT)]);
    let server = Server::start(acts).await;
    let (client, _) = signed_in(&options(server.base.clone()));
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.account().await })
        })
        .collect();
    for call in calls {
        // Who came late met the new token at once.
        let _ = call.await.unwrap();
    }
    let refreshes = summary(&server).iter().filter(|line| line.starts_with("/oauth/token")).count();
    assert_eq!(refreshes, 1);
}

#[tokio::test]
async fn a_refresh_outlives_the_request_that_wanted_it() {
    let server = Server::start(vec![send(401, "{}"), send(200, TOKEN)]).await;
    let (client, store) = signed_in(&options(server.base.clone()));
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.account().await }
    });
    while server.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    call.abort();
    while store.load().unwrap() != Some(tokens("access-1", "refresh-1")) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn signing_out_forgets_even_if_the_server_does_not_hear() {
    let server = Server::sending(answer(200, "", "")).await;
    let (client, store) = signed_in(&options(server.base.clone()));
    client.sign_out().await;
    assert_eq!((client.is_signed_in(), store.load().unwrap()), (false, None));
    assert_eq!(summary(&server), ["/oauth/revoke token=refresh-0&client_id=bonus-tv"]);
    let server = Server::start(vec![Act::Reset(Vec::new())]).await;
    let (client, store) = signed_in(&options(server.base.clone()));
    client.sign_out().await;
    assert_eq!((client.is_signed_in(), store.load().unwrap()), (false, None));
}

/// A box of which `held` are the tokens, and a server whose answers follow.
async fn confirming(answers: Vec<Act>) -> (Client, Arc<MemoryTokens>, Server) {
    let server = Server::start(answers).await;
    let (client, store) = signed_out(&server);
    client.adopt_tokens(tokens("old-access", "old-refresh")).await;
    (client, store, server)
}

fn member() -> String {
    let account: serde_json::Value = serde_json::from_str(ACCOUNT).unwrap();
    account["member_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_confirmation_of_the_member_brings_fresh_tokens_of_the_same_sign_in() {
    let pending = send(400, r#"{"error":"authorization_pending"}"#);
    let (client, store, server) =
        confirming(vec![pending, send(200, TOKEN), send(200, ACCOUNT), send(200, ACCOUNT)]).await;
    let code = Secret::new("d");
    assert_eq!(client.confirm_member(&code, &member()).await.unwrap(), SignInPoll::Pending);
    assert_eq!(store.load().unwrap(), Some(tokens("old-access", "old-refresh")));
    assert_eq!(client.confirm_member(&code, &member()).await.unwrap(), SignInPoll::Granted);
    assert_eq!(store.load().unwrap(), Some(tokens("access-1", "refresh-1")));
    client.account().await.unwrap();
    assert_eq!(summary(&server)[2..], ["/v1/account access-1", "/v1/account access-1"]);
}

#[tokio::test]
async fn a_confirmation_without_a_refresh_token_keeps_the_one_that_is_there() {
    let only_access = TOKEN.replace("refresh-1", "");
    let (client, store, _) = confirming(vec![send(200, &only_access), send(200, ACCOUNT)]).await;
    assert_eq!(client.confirm_member(&Secret::new("d"), &member()).await.unwrap(), SignInPoll::Granted);
    assert_eq!(store.load().unwrap(), Some(tokens("access-1", "old-refresh")));
}

#[tokio::test]
async fn another_members_confirmation_counts_for_nothing_and_is_not_kept() {
    let (client, store, server) = confirming(vec![send(200, TOKEN), send(200, ACCOUNT)]).await;
    let poll = client.confirm_member(&Secret::new("d"), "somebody-else").await.unwrap();
    assert_eq!((poll, store.load().unwrap()), (SignInPoll::OtherMember, Some(tokens("old-access", "old-refresh"))));
    client.account().await.unwrap();
    assert_eq!(summary(&server).last().unwrap(), "/v1/account old-access");
}

/// A code is used up by its first good answer, so what comes after it may fail and is tried again without it.
#[tokio::test]
async fn a_confirmation_is_not_lost_when_the_account_cannot_be_read_at_once() {
    for bad in [send(500, ""), send(401, ""), send(200, "{}"), Act::Reset(Vec::new())] {
        let (client, store, server) = confirming(vec![send(200, TOKEN), bad, send(200, ACCOUNT)]).await;
        let failure = client.confirm_member(&Secret::new("d"), &member()).await.unwrap_err();
        assert_ne!(failure.kind, FailureKind::Unauthorized, "the member stays signed in");
        assert_eq!(store.load().unwrap(), Some(tokens("old-access", "old-refresh")));
        assert_eq!(client.confirm_member(&Secret::new("d"), &member()).await.unwrap(), SignInPoll::Granted);
        assert_eq!(store.load().unwrap(), Some(tokens("access-1", "refresh-1")));
        let redeemed = summary(&server).iter().filter(|line| line.starts_with("/oauth/token")).count();
        assert_eq!(redeemed, 1);
    }
}

#[tokio::test]
async fn what_is_refused_to_a_confirmation_leaves_the_sign_in_alone() {
    for error in ["invalid_client", "unauthorized_client", "invalid_grant", "access_denied", "something_new"] {
        for status in [400, 401] {
            let (client, store, _) = confirming(vec![send(status, &format!(r#"{{"error":"{error}"}}"#))]).await;
            let answer = client.confirm_member(&Secret::new("d"), &member()).await;
            let is_no = matches!(answer, Ok(SignInPoll::Denied | SignInPoll::Expired));
            assert!(is_no || answer.is_err_and(|failure| failure.kind != FailureKind::Unauthorized), "{error}");
            assert_eq!(store.load().unwrap(), Some(tokens("old-access", "old-refresh")), "{error}");
        }
    }
}

#[tokio::test]
async fn a_confirmation_after_a_sign_out_signs_nobody_in() {
    let word = Arc::new(tokio::sync::Notify::new());
    let slow = Act::Await(Arc::clone(&word), json(200, ACCOUNT));
    let (client, store, server) = confirming(vec![send(200, TOKEN), slow, send(200, "")]).await;
    let asking = {
        let client = client.clone();
        tokio::spawn(async move { client.confirm_member(&Secret::new("d"), &member()).await })
    };
    while server.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    client.sign_out().await;
    word.notify_one();
    assert!(asking.await.unwrap().is_err());
    assert_eq!((store.load().unwrap(), client.is_signed_in()), (None, false));
}
