//! The phone page: codes in all their states, the guard against forged posts, the limit on guesses.

use chrono::TimeDelta;

use super::support::{NOON, Reply, Server, at, options};
use crate::Options;
use crate::clock::Clock;

async fn user_code(server: &Server) -> (String, String) {
    let body = server.form("/oauth/device_authorization", "client_id=bonus-tv").await.json();
    (body["device_code"].as_str().unwrap().to_owned(), body["user_code"].as_str().unwrap().to_owned())
}

fn field(page: &Reply, name: &str) -> String {
    let marker = format!("name=\"{name}\" value=\"");
    page.text().split_once(&marker).unwrap().1.split_once('"').unwrap().0.to_owned()
}

/// What a browser sends when a button of the page is pressed.
async fn answer(server: &Server, page: &Reply, answer: &str) -> Reply {
    let cookie = page.header("set-cookie").unwrap().split(';').next().unwrap();
    let body =
        format!("csrf={}&code={}&scenario=vip&fresh=1&answer={answer}", field(page, "csrf"), field(page, "code"));
    // https://fetch.spec.whatwg.org/#append-a-request-origin-header
    let policy = page.header("referrer-policy").unwrap();
    let origin = if policy == "no-referrer" { "null" } else { "http://127.0.0.1" };
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", cookie),
        ("origin", origin),
        ("sec-fetch-site", "same-origin"),
    ];
    server.send("POST", "/tv", &headers, Some(body.as_bytes())).await
}

#[tokio::test]
async fn a_subscriber_is_chosen_and_allowed() {
    let server = Server::start().await;
    let (device_code, code) = user_code(&server).await;
    let page = server.get(&format!("/tv?code={}", code.to_lowercase())).await;
    assert!(page.text().contains(&code) && page.text().contains("value=\"second-region\""));
    assert_eq!(page.header("x-frame-options"), Some("DENY"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'; style-src 'sha256-") && policy.contains("frame-ancestors 'none'"));
    assert!(!policy.contains("unsafe") && !page.text().contains("<script"));
    assert!(page.header("set-cookie").unwrap().contains("HttpOnly; SameSite=Strict"));
    assert!(answer(&server, &page, "allow").await.text().contains("Вход разрешён"));
    let grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=bonus-tv";
    let tokens = server.form("/oauth/token", &format!("{grant}&device_code={device_code}")).await;
    assert_eq!(tokens.status, 200);
    let used = server.get(&format!("/tv?code={code}")).await;
    assert!(used.text().contains("уже использован"));
}

#[tokio::test]
async fn wrong_expired_and_denied_codes_have_their_words() {
    let server = Server::start().await;
    assert!(server.get("/tv").await.text().contains("Введите код"));
    assert!(server.get("/tv?code=BBBB-BBBB").await.text().contains("Такого кода нет"));
    let (_, denied) = user_code(&server).await;
    let page = server.get(&format!("/tv?code={denied}")).await;
    assert!(answer(&server, &page, "deny").await.text().contains("Вход отклонён"));
    assert!(server.get(&format!("/tv?code={denied}")).await.text().contains("уже отклонён"));
    let (_, late) = user_code(&server).await;
    server.control.advance(TimeDelta::seconds(901)).unwrap();
    assert!(server.get(&format!("/tv?code={late}")).await.text().contains("Срок кода истёк"));
}

#[tokio::test]
async fn the_code_for_other_rewards_leads_to_words() {
    let page = Server::start().await.get("/account").await;
    assert!(page.status == 200 && page.text().contains("<title>Личный кабинет</title>"), "{}", page.text());
}

#[tokio::test]
async fn a_forged_post_is_refused() {
    let server = Server::start().await;
    let (_, code) = user_code(&server).await;
    let page = server.get(&format!("/tv?code={code}")).await;
    let forged = format!("csrf={}&code={code}&scenario=vip&answer=allow", field(&page, "csrf"));
    let refused = |reply: &Reply| assert!(reply.status == 403 && reply.text().contains("Страница устарела"));
    refused(&server.form("/tv", &forged).await);
    let cookie = format!("tv={}", "A".repeat(43));
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie.as_str())];
    refused(&server.send("POST", "/tv", &headers, Some(forged.as_bytes())).await);
    assert!(server.get(&format!("/tv?code={code}")).await.text().contains("Разрешить вход"), "nothing was decided");
}

#[tokio::test]
async fn guessing_is_limited() {
    let server = Server::with(Options { clock: Some(Clock::running_from(at(NOON))), ..options() }).await;
    let (_, code) = user_code(&server).await;
    for _ in 0..10 {
        assert_eq!(server.get("/tv?code=BBBB-BBBB").await.status, 200);
    }
    let limited = server.get(&format!("/tv?code={code}")).await;
    assert!(limited.status == 429 && limited.text().contains("Подождите 5 мин"));
    let wait: u32 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((240..=300).contains(&wait), "{wait}: five minutes after the first guess");
    server.control.advance(TimeDelta::minutes(5)).unwrap();
    assert!(server.get(&format!("/tv?code={code}")).await.text().contains("Разрешить вход"));
}

#[tokio::test]
async fn wrong_codes_do_not_close_the_page_under_a_clock_that_stands_still() {
    let server = Server::start().await;
    let (_, code) = user_code(&server).await;
    for _ in 0..20 {
        assert_eq!(server.get("/tv?code=BBBB-BBBB").await.status, 200);
    }
    assert!(server.get(&format!("/tv?code={code}")).await.text().contains("Разрешить вход"));
}

#[tokio::test]
async fn pages_from_elsewhere_can_neither_answer_nor_turn_switches_nor_frame() {
    let server = Server::start().await;
    let foreign = [("origin", "https://evil.example"), ("content-type", "application/json")];
    let clock = Some(&br#"{"advance_seconds": 1}"#[..]);
    server.send("POST", "/sandbox/v1/clock", &foreign, clock).await.problem(403, "foreign_page");
    server
        .send("GET", "/sandbox/v1/state", &[("sec-fetch-site", "cross-site")], None)
        .await
        .problem(403, "foreign_page");
    let form = [("origin", "null"), ("content-type", "application/x-www-form-urlencoded")];
    server.send("POST", "/tv", &form, Some(b"answer=allow")).await.problem(403, "foreign_page");
    for path in ["/docs/", "/openapi.json", "/v1/account", "/tv", "/account"] {
        let reply = server.get(path).await;
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{path}");
        assert!(
            reply.header("content-security-policy").is_some_and(|policy| policy.contains("frame-ancestors 'none'"))
        );
    }
}
