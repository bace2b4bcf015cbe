//! The sandbox as a server: what strangers may take of it, who may turn its switches, and where its links lead.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::support::{Reply, Server, options};
use crate::Options;

/// A connection that stays open, as a box keeps one.
struct Line(TcpStream);

impl Line {
    async fn open(addr: SocketAddr) -> Self {
        Self(TcpStream::connect(addr).await.unwrap())
    }

    /// The status of the answer to a request on this connection; 0 where it was closed.
    async fn status(&mut self, path: &str, token: &str) -> u16 {
        let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n");
        if self.0.write_all(request.as_bytes()).await.is_err() {
            return 0;
        }
        let mut heard = Vec::new();
        let mut part = [0; 8192];
        loop {
            match self.0.read(&mut part).await {
                Ok(0) | Err(_) => return 0,
                Ok(count) => heard.extend_from_slice(&part[..count]),
            }
            let Some(end) = heard.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&heard[..end]).to_lowercase();
            let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
            if heard.len() >= end + 4 + length.unwrap_or(0) {
                return head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
            }
        }
    }

    /// Whether the server closes the connection, and when.
    async fn closes_after(mut self) -> Duration {
        let begun = tokio::time::Instant::now();
        let mut sink = [0; 64];
        while self.0.read(&mut sink).await.is_ok_and(|count| count > 0) {}
        begun.elapsed()
    }
}

/// Sixty pictures of the largest size took 2.6 GB and half a minute when they were drawn together.
#[tokio::test]
async fn pictures_without_a_token_are_drawn_one_after_another() {
    let server = Server::start().await;
    let addr = server.running.addr();
    let mut asking = JoinSet::new();
    for number in 0..120 {
        let path = format!("/v1/images/generated-{number}?w=64&h=36");
        asking.spawn(async move { Line::open(addr).await.status(&path, "").await });
    }
    let answers = asking.join_all().await;
    let count = |status: u16| answers.iter().filter(|answer| **answer == status).count();
    assert_eq!(count(200) + count(503), 120, "{answers:?}");
    assert!(count(200) >= 64, "the queue is served: {answers:?}");
    assert!(server.control.kept_bytes().unwrap() < 64 * 1024 * 1024);
    server.get(&format!("/v1/images/generated-{}", "9".repeat(100))).await.problem(404, "image_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_boxes_fit() {
    // Both ends of each connection are in this process.
    assert!(crate::descriptors() > 2500, "the system gives too few descriptors to try it");
    let server = Server::start().await;
    let (addr, token) = (server.running.addr(), server.member("vip").token);
    let mut boxes = JoinSet::new();
    for _ in 0..1000 {
        let token = token.clone();
        boxes.spawn(async move {
            let mut line = Line::open(addr).await;
            let statuses = [line.status("/v1/account", &token).await, line.status("/v1/terms", &token).await];
            (line, statuses)
        });
    }
    let served = boxes.join_all().await;
    assert!(served.iter().all(|(_, statuses)| *statuses == [200, 200]));
    // All thousand are still connected.
    let member = server.get("/v1/terms").await;
    assert_eq!((served.len(), member.status), (1000, 200));
}

#[tokio::test]
async fn silent_connections_lock_nobody_out_and_a_full_house_says_so() {
    let server = Server::with(Options { connections: 4, ..options() }).await;
    let addr = server.running.addr();
    let mut silent = Vec::new();
    for _ in 0..40 {
        let mut line = Line::open(addr).await;
        line.0.write_all(b"G").await.unwrap();
        silent.push(line);
        if silent.len() % 10 == 0 {
            assert_eq!(server.get("/v1/terms").await.status, 200, "behind {} letters", silent.len());
        }
    }
    drop(silent);

    // Requests under way are not ended for others; these wait for what a fault holds back.
    server.control.set_faults(vec![crate::Fault::new("/v1/account", crate::FaultKind::Hang)]);
    let mut busy = Vec::new();
    for _ in 0..4 {
        let mut line = Line::open(addr).await;
        line.0.write_all(b"GET /v1/account HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await.unwrap();
        busy.push(line);
    }
    let refused = loop {
        let raw = server.raw("GET", "/v1/terms", &[], None).await;
        match Reply::parse(&raw) {
            Some(reply) if reply.status == 503 => break reply,
            // Until all four requests have been read, one of them is idle.
            Some(_) | None => tokio::task::yield_now().await,
        }
    };
    refused.problem(503, "unavailable");
    assert_eq!((refused.header("retry-after"), refused.header("x-request-id")), (Some("1"), Some("r-no-place")));
    assert_eq!(server.get("/sandbox/v1/clock").await.status, 200, "the switches have places of their own");
}

#[tokio::test]
async fn a_connection_that_is_kept_open_for_nothing_is_closed() {
    let server = Server::start().await;
    let mut line = Line::open(server.running.addr()).await;
    assert_eq!(line.status("/v1/terms", "").await, 200);
    tokio::time::pause();
    let took = line.closes_after().await;
    assert!(took <= Duration::from_secs(16), "{took:?}");
}

/// F8, F12: what HTTP demands, with a document and a request id.
#[tokio::test]
async fn f12_a_request_without_host_or_with_two_is_none() {
    let server = Server::start().await;
    for hosts in ["", "host: a\r\nhost: b\r\n"] {
        let mut stream = TcpStream::connect(server.running.addr()).await.unwrap();
        let request = format!("GET /v1/account HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut raw = Vec::new();
        stream.read_to_end(&mut raw).await.unwrap();
        let reply = Reply::parse(&raw).unwrap();
        reply.problem(400, "invalid_request");
    }
    let many = vec![("x-more", "1"); 100];
    let reply = server.send("GET", "/v1/terms", &many, None).await;
    reply.problem(431, "too_many_headers");
    assert!(reply.header("x-request-id").is_some());
}

#[tokio::test]
async fn switches_answer_at_their_own_address_alone() {
    let server = Server::start().await;
    let clock = ("GET", "/sandbox/v1/clock");
    let at_the_api = server.raw_at(server.running.addr(), clock.0, clock.1, &[], None).await;
    let told = Reply::parse(&at_the_api).unwrap().problem(404, "not_found");
    assert!(told["detail"].as_str().unwrap().contains("address of their own"), "{told}");
    assert_eq!(server.get(clock.1).await.status, 200);
    for path in ["/v1/terms", "/tv", "/oauth/token", "/v1/images/film-potemkin"] {
        let raw = server.raw_at(server.switches(), "GET", path, &[], None).await;
        assert_eq!(Reply::parse(&raw).unwrap().status, 404, "{path}");
    }
    let embedded = Server::with(Options { control: None, ..options() }).await;
    assert_eq!(embedded.running.control_url(), None);
}

/// A page whose name was made to point here says that name; a name of one word is no better.
#[tokio::test]
async fn a_page_that_renamed_itself_turns_no_switch() {
    let named = Options { control_names: vec!["qa-lab".to_owned()], ..options() };
    let server = Server::with(named).await;
    let body = Some(&br#"{"advance_seconds": 1}"#[..]);
    for host in ["evil.example", "evil", "sandbox:8081", "localhost.evil.example", "127.0.0.1.evil.example", "qa-lab2"]
    {
        let origin = format!("http://{host}");
        for (method, path, body) in [("GET", "/sandbox/v1/state", None), ("POST", "/sandbox/v1/clock", body)] {
            let headers = [("host", host), ("origin", &origin), ("content-type", "application/json")];
            server.send(method, path, &headers, body).await.problem(403, "foreign_page");
            let headers = [("host", host), ("content-type", "application/json")];
            server.send(method, path, &headers, body).await.problem(403, "foreign_page");
        }
    }
    for host in ["127.0.0.1:8081", "localhost:8081", "[::1]:8081", "qa-lab:8081", "QA-Lab"] {
        let headers = [("host", host), ("content-type", "application/json")];
        assert_eq!(server.send("POST", "/sandbox/v1/clock", &headers, body).await.status, 200, "{host}");
    }
    // The phone page does not answer under a foreign name either.
    let headers = [("host", "evil"), ("content-type", "application/x-www-form-urlencoded")];
    server.send("POST", "/tv", &headers, Some(b"answer=allow")).await.problem(403, "foreign_page");
}

/// Everything that the sandbox says about where something is can be followed under a public address with a path,
/// whether a proxy takes the path off or not.
#[tokio::test]
async fn a_public_address_with_a_path_holds_everywhere() {
    let public_url = Some("https://qa.example/bonus/tv-1/".to_owned());
    let server = Server::with(Options { public_url, ..options() }).await;
    assert_eq!(server.running.public_url(), "https://qa.example/bonus/tv-1");
    let below = |url: &str| {
        let path = url.strip_prefix("https://qa.example").unwrap_or(url).to_owned();
        assert!(path.starts_with("/bonus/tv-1/"), "{url}");
        path
    };

    let codes = server.form("/bonus/tv-1/oauth/device_authorization", "client_id=bonus-tv").await.json();
    let code = codes["user_code"].as_str().unwrap();
    assert_eq!(server.get(&below(codes["verification_uri"].as_str().unwrap())).await.status, 200);
    let page = server.get(&below(codes["verification_uri_complete"].as_str().unwrap())).await;
    assert!(page.text().contains("Разрешить вход") && page.text().contains(code));
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.contains("Path=/bonus/tv-1/tv;"), "{cookie}");
    let after = |marker: &str| page.text().split_once(marker).unwrap().1.split_once('"').unwrap().0.to_owned();
    let (action, csrf) = (below(&after("method=\"post\" action=\"")), after("name=\"csrf\" value=\""));
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", cookie.split(';').next().unwrap()),
        ("host", "qa.example"),
        ("origin", "https://qa.example"),
        ("sec-fetch-site", "same-origin"),
    ];
    let form = format!("csrf={csrf}&code={code}&scenario=exact-points&fresh=1&answer=allow");
    let done = server.send("POST", &action, &headers, Some(form.as_bytes())).await;
    assert!(done.text().contains("Вход разрешён"), "{}", done.text());
    let wrong = server.get("/bonus/tv-1/tv?code=BBBB-BBBB").await;
    assert!(wrong.text().contains("action=\"/bonus/tv-1/tv\""), "the form for another code");

    let member = server.member("exact-points");
    let order = member.order("k1", &[("film-potemkin", 800)]).await;
    let exchange = member.get(&below(order.header("location").unwrap())).await;
    assert_eq!((order.status, exchange.json()), (201, order.json()));
    let again = member.order("k1", &[("film-potemkin", 800)]).await;
    assert_eq!(again.header("location"), order.header("location"), "the stored answer leads there, too");
    let options = member.get("/bonus/tv-1/v1/entitlements").await.json();
    let playback = &options["entitlements"][0]["playback"];
    let film = below(playback["url"].as_str().unwrap());
    assert_eq!(server.get(&film).await.status, 200);
    assert!(film.ends_with(&format!("?token={}", playback["token"].as_str().unwrap())));
    let image = options["entitlements"][0]["image"].as_str().unwrap();
    assert_eq!(server.get(&format!("/bonus/tv-1/v1/images/{image}?w=16&h=16")).await.status, 200);

    let document = server.get("/bonus/tv-1/openapi.json").await.json();
    assert_eq!(document["servers"][0]["url"], "https://qa.example/bonus/tv-1");
    let moved = server.get("/bonus/tv-1/docs").await;
    assert_eq!(server.get(&below(moved.header("location").unwrap())).await.status, 200);
    let script = server.get("/bonus/tv-1/docs/swagger-initializer.js").await;
    assert!(script.text().contains("../openapi.json"), "{}", script.text());
    server.get("/bonus/tv-1x/v1/terms").await.problem(404, "not_found");
    server.get("/bonus/v1/terms").await.problem(404, "not_found");
}

/// F13: the file has a clock; that it should stand still needs no other.
#[tokio::test]
async fn f13_a_kept_clock_can_stand_still() {
    let directory = tempfile::tempdir().unwrap();
    let file = || Some(directory.path().join("db"));
    let running = Server::with(Options { db: file(), ..options() }).await;
    running.running.shutdown().await;
    let kept = Options { db: file(), clock: None, kept_time: crate::KeptTime::StandsStill, ..options() };
    let server = Server::with(kept).await;
    assert_eq!(server.control.now(), super::support::at(super::support::NOON));
}
