//! The server's side: the real sandbox, its crashes, the gateway before it, and two bugs put in by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header};
use bonus_sandbox::policy::Policy;
use bonus_sandbox::values::MemberId;
use bonus_sandbox::{Control, InProcess, Programme};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use crate::options::Bug;

/// Subscribers of the simulation: many points, points for one film, points for three.
const SCENARIOS: &str = r#"
[[scenario]]
name = "rich"
description = "points for many films"
display_name = "A"
joined_days_ago = 300
catalogue = "generated:8"
accruals = [{ earning = "payment", points = 30000, days_ago = 60 }]

[[scenario]]
name = "one"
description = "points for one film"
display_name = "B"
joined_days_ago = 300
catalogue = "generated:8"
accruals = [{ earning = "payment", points = 1250, days_ago = 60 }]

[[scenario]]
name = "three"
description = "points for three films, in two lots"
display_name = "C"
joined_days_ago = 300
catalogue = "generated:8"
accruals = [
    { earning = "payment", points = 1500, days_ago = 200 },
    { earning = "survey", points = 1700, days_ago = 60 },
]
"#;

/// The names of the subscribers above.
pub const SUBSCRIBERS: [&str; 3] = ["rich", "one", "three"];

/// A request in plain parts, so that it can be delivered twice.
#[derive(Clone)]
pub struct Letter {
    /// Its method.
    pub method: Method,
    /// Its path and query.
    pub target: String,
    /// Its headers.
    pub headers: header::HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Letter {
    /// Whether it is an order.
    pub fn is_order(&self) -> bool {
        self.method == Method::POST && self.target.starts_with("/v1/exchanges")
    }

    /// The key of an order.
    pub fn key(&self) -> Option<String> {
        Some(self.headers.get("idempotency-key")?.to_str().ok()?.to_owned())
    }

    /// The key of the order that is sent or asked about.
    pub fn order_key(&self) -> Option<String> {
        let asked = || self.target.split_once("idempotency_key=").map(|(_, key)| key.to_owned());
        self.key().filter(|_| self.is_order()).or_else(asked)
    }

    fn request(&self) -> Request<Body> {
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.method_mut() = self.method.clone();
        if let Ok(uri) = self.target.parse() {
            *request.uri_mut() = uri;
        }
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// An answer in plain parts.
#[derive(Clone)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: header::HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// The sandbox and whether it runs.
pub struct Server {
    sandbox: Option<InProcess>,
    began: Instant,
    clock: DateTime<Utc>,
    down_until: Option<Instant>,
    bug: Option<Bug>,
    /// What the bug of the charge outside the transaction keeps apart from it.
    apart: BTreeMap<String, Reply>,
    attempts: BTreeMap<String, u64>,
    /// When the bug of the forgotten keys saw each key first.
    first_seen: BTreeMap<String, DateTime<Utc>>,
}

/// The programme with the simulation's subscribers.
pub fn programme() -> Programme {
    Programme::with_scenarios(SCENARIOS).unwrap_or_else(|error| panic!("the simulation's subscribers: {error}"))
}

impl Server {
    /// Starts a server with an empty database.
    pub fn start(programme: &Programme, clock: DateTime<Utc>, policy: Policy, seed: u64, bug: Option<Bug>) -> Self {
        let sandbox = InProcess::start(programme, clock, policy, seed)
            .unwrap_or_else(|error| panic!("starting the sandbox: {error}"));
        Self {
            sandbox: Some(sandbox),
            began: Instant::now(),
            clock,
            down_until: None,
            bug,
            apart: BTreeMap::new(),
            attempts: BTreeMap::new(),
            first_seen: BTreeMap::new(),
        }
    }

    /// The server's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock + TimeDelta::from_std(self.began.elapsed()).unwrap_or_default()
    }

    /// The server's clock is set forward.
    pub fn leap(&mut self, by: TimeDelta) {
        self.clock += by;
    }

    /// A bug put in by hand: a key of more than seven days ago is taken for a new one.
    fn forget_old_key(&mut self, letter: &Letter) -> Letter {
        let mut letter = letter.clone();
        if let Some(key) = letter.key().filter(|_| letter.is_order() && self.bug == Some(Bug::ForgetOldKeys)) {
            let now = self.now();
            let first = *self.first_seen.entry(key.clone()).or_insert(now);
            if now - first >= TimeDelta::days(7)
                && let Ok(value) = HeaderValue::from_str(&format!("{key}-again"))
            {
                letter.headers.insert("idempotency-key", value);
            }
        }
        letter
    }

    /// The switches, at the present time.
    pub fn control(&self) -> Control {
        let sandbox = self.sandbox();
        sandbox.set_time(self.now());
        sandbox.control()
    }

    /// Whether it answers at all.
    pub fn is_up(&self) -> bool {
        self.down_until.is_none_or(|until| until <= Instant::now())
    }

    /// The process dies and is back after a while; the database is what it was.
    pub fn crash(&mut self, down_for: Duration) {
        let sandbox = self.sandbox.take().map(InProcess::restart);
        self.sandbox = sandbox.transpose().unwrap_or_else(|error| panic!("restarting the sandbox: {error}"));
        self.down_until = Some(Instant::now() + down_for);
    }

    /// Is up again from now on.
    pub fn heal(&mut self) {
        self.down_until = None;
    }

    /// Gives a member's access tokens no more time.
    pub fn expire_access(&self, member: &MemberId) {
        if let Err(error) = self.control().expire_access(member) {
            panic!("expiring tokens: {error}");
        }
    }

    /// Begins to answer; nothing else happens before the answer is there.
    fn answer(&self, letter: &Letter) -> impl Future<Output = Response<Body>> + Send + 'static {
        let sandbox = self.sandbox();
        sandbox.set_time(self.now());
        sandbox.answer(letter.request())
    }

    fn sandbox(&self) -> &InProcess {
        self.sandbox.as_ref().unwrap_or_else(|| panic!("the sandbox is there between two crashes"))
    }
}

/// Whether the server lives through an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It answers.
    Answers,
    /// It dies before it does anything.
    DiesBefore,
    /// It dies after the commit and before the answer.
    DiesAfter,
}

/// Delivers a letter; `None` where the server died with it.
pub async fn deliver(server: &std::sync::Mutex<Server>, letter: &Letter, fate: Fate, down: Duration) -> Option<Reply> {
    let lock = || server.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if fate == Fate::DiesBefore {
        lock().crash(down);
        return None;
    }
    let letter = &lock().forget_old_key(letter);
    let is_apart = lock().bug == Some(Bug::ChargeOutsideTransaction);
    let reply = if is_apart { apart(server, letter, fate).await } else { Some(answered(server, letter).await) };
    if fate == Fate::DiesAfter {
        lock().crash(down);
        return None;
    }
    reply
}

/// A bug put in by hand: the charge is one transaction, the stored answer another, and a crash may come between.
async fn apart(server: &std::sync::Mutex<Server>, letter: &Letter, fate: Fate) -> Option<Reply> {
    let lock = || server.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut letter = letter.clone();
    let Some(key) = letter.key().filter(|_| letter.is_order()) else { return Some(answered(server, &letter).await) };
    if let Some(known) = lock().apart.get(&key) {
        return Some(known.clone());
    }
    let earlier = lock().attempts.get(&key).copied().unwrap_or_default();
    // The first charge has the order's own key, so that asking by the key still finds it.
    let own = if earlier == 0 { key.clone() } else { format!("{key}-{earlier}") };
    if let Ok(value) = HeaderValue::from_str(&own) {
        letter.headers.insert("idempotency-key", value);
    }
    let reply = answered(server, &letter).await;
    // Only a decision is an answer to the key; a worn-out token is not.
    if matches!(reply.status.as_u16(), 201 | 202 | 403 | 410 | 422) {
        *lock().attempts.entry(key.clone()).or_default() += 1;
        if fate == Fate::DiesAfter {
            return None;
        }
        lock().apart.insert(key, reply.clone());
    }
    Some(reply)
}

/// Asks the server something itself, without a network between.
pub async fn ask(server: &std::sync::Mutex<Server>, token: &str, target: &str) -> serde_json::Value {
    let mut headers = header::HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&format!("Bearer {token}")) {
        headers.insert(header::AUTHORIZATION, value);
    }
    let letter = Letter { method: Method::GET, target: target.to_owned(), headers, body: Bytes::new() };
    serde_json::from_slice(&answered(server, &letter).await.body).unwrap_or_default()
}

async fn answered(server: &std::sync::Mutex<Server>, letter: &Letter) -> Reply {
    // The lock is held while the answer begins and not while it is awaited.
    let answer = server.lock().unwrap_or_else(std::sync::PoisonError::into_inner).answer(letter);
    whole(answer).await
}

async fn whole(answer: impl Future<Output = Response<Body>>) -> Reply {
    let (parts, body) = answer.await.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    Reply { status: parts.status, headers: parts.headers, body }
}
