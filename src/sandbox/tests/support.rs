//! A sandbox to talk to and a client of a few lines, so that tests see exactly what is on the wire.

use std::net::{Ipv4Addr, SocketAddr};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::clock::Clock;
use crate::randomness::Randomness;
use crate::values::MemberId;
use crate::{Control, Options, Running, start};

/// Noon in Moscow in the middle of a month.
pub(crate) const NOON: &str = "2026-03-10T09:00:00Z";

pub(crate) struct Server {
    pub(crate) running: Running,
    pub(crate) control: Control,
}

/// A member who is signed in.
pub(crate) struct Member<'a> {
    server: &'a Server,
    pub(crate) id: MemberId,
    pub(crate) token: String,
}

/// What came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn options() -> Options {
    Options {
        clock: Some(Clock::frozen(at(NOON))),
        randomness: Randomness::seeded(1),
        control: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        ..Options::default()
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(options()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let running = start(options).await.unwrap();
        let control = running.control();
        Self { running, control }
    }

    pub(crate) fn member(&self, scenario: &str) -> Member<'_> {
        let session = self.control.session(scenario).unwrap();
        Member { server: self, id: session.member, token: session.access_token }
    }

    /// A fresh token for a member whose old one has run out.
    pub(crate) fn signed_in_again(&self, member: &MemberId) -> Member<'_> {
        let session = self.control.sign_in(member).unwrap();
        Member { server: self, id: session.member, token: session.access_token }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        let body = body.to_string();
        self.send("POST", path, &[("content-type", "application/json")], Some(body.as_bytes())).await
    }

    pub(crate) async fn form(&self, path: &str, body: &str) -> Reply {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, Some(body.as_bytes())).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Reply {
        let raw = self.raw(method, path, headers, body).await;
        Reply::parse(&raw).unwrap_or_else(|| panic!("not an answer: {:?}", String::from_utf8_lossy(&raw)))
    }

    /// Where the switches listen.
    pub(crate) fn switches(&self) -> SocketAddr {
        self.running.control_url().unwrap().strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// Everything the server sends until it closes the connection.
    pub(crate) async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Vec<u8> {
        let addr = if path.starts_with("/sandbox/") { self.switches() } else { self.running.addr() };
        self.raw_at(addr, method, path, headers, body).await
    }

    /// Everything that the server sends from one of its addresses.
    pub(crate) async fn raw_at(
        &self,
        addr: SocketAddr,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Vec<u8> {
        let mut stream = TcpStream::connect(addr).await.unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            request.push_str("host: 127.0.0.1\r\n");
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            request.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.write_all(body.unwrap_or_default()).await.unwrap();
        let mut raw = Vec::new();
        // A reset after the last byte is as good as an end.
        let _ = stream.read_to_end(&mut raw).await;
        raw
    }
}

impl Member<'_> {
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None).await
    }

    pub(crate) async fn account(&self) -> Value {
        self.get("/v1/account").await.json()
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        let body = body.to_string();
        self.send("PUT", path, &[("content-type", "application/json")], Some(body.as_bytes())).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        let body = body.to_string();
        self.send("POST", path, &[("content-type", "application/json")], Some(body.as_bytes())).await
    }

    /// Orders offers at the given prices.
    pub(crate) async fn order(&self, key: &str, offers: &[(&str, i64)]) -> Reply {
        let offers: Vec<Value> = offers.iter().map(|(id, price)| json!({"id": id, "expected_price": price})).collect();
        let body = json!({ "offers": offers }).to_string();
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send("POST", "/v1/exchanges", &headers, Some(body.as_bytes())).await
    }

    pub(crate) async fn offer(&self, id: &str) -> Value {
        self.get(&format!("/v1/catalog/{id}")).await.json()
    }

    /// Everything the member can see of the catalogue.
    pub(crate) async fn offers(&self) -> Vec<Value> {
        let page = self.get("/v1/catalog?limit=200").await.json();
        page["offers"].as_array().unwrap().clone()
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend(headers);
        self.server.send(method, path, &all, body).await
    }
}

impl Reply {
    pub(crate) fn parse(raw: &[u8]) -> Option<Self> {
        let end = raw.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&raw[..end]).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let reply = Self { status, headers, body: raw[end + 4..].to_vec() };
        assert_ne!(reply.header("transfer-encoding"), Some("chunked"), "the client of the tests does not read chunks");
        Some(reply)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.text()))
    }

    /// The document of a problem with this status and code.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text());
        let document = self.json();
        assert_eq!((self.status, document["code"].as_str()), (status, Some(code)), "{document}");
        assert_eq!(document["status"], status);
        assert!(document["request_id"].as_str().is_some_and(|id| !id.is_empty()));
        document
    }
}

/// The codes of the reasons in a problem or an eligibility.
pub(crate) fn reasons(document: &Value) -> Vec<String> {
    let reasons = document["reasons"].as_array().unwrap();
    reasons.iter().map(|reason| reason["code"].as_str().unwrap().to_owned()).collect()
}
