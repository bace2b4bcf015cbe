//! A sandbox in memory behind a proxy that deviates, and time that passes when it is told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use chrono::TimeDelta;
use serde_json::{Value, json};
use url::Url;

use crate::contract::{
    Carried, Decision, Later, Lost, Options, Received, Report, RunError, Secret, Spending, Surroundings, Unable,
    UserCode, Wire, run,
};
use crate::policy::{Policy, Processing};
use crate::state::lock;
use crate::{Control, Fault, FaultKind, InProcess, Programme};

pub(super) const ADDRESS: &str = "https://bonus.example";
pub(super) const SUBSCRIBER: &str = "m-vip";

/// What a request asked for, as the proxy sees it.
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What the proxy remembers from one request to the next.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) counts: HashMap<&'static str, usize>,
    pub(super) texts: HashMap<String, String>,
    pub(super) kept: Option<Received>,
}

/// Changes a request on its way to the sandbox.
pub(super) type OnTheWay = fn(&mut Asked, &mut Memory);
/// Changes an answer on its way back.
pub(super) type OnTheWayBack = fn(&Asked, &mut Received, &mut Memory) -> Result<(), Lost>;

/// A proxy before the sandbox.
struct Proxy {
    sandbox: Mutex<InProcess>,
    memory: Arc<Mutex<Memory>>,
    there: Option<OnTheWay>,
    back: Option<OnTheWayBack>,
}

impl Asked {
    /// Whether it is this request, whatever its query.
    pub(super) fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A field of a form.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        let mut fields = url::form_urlencoded::parse(&self.body);
        fields.find(|(field, _)| field == name).map(|(_, value)| value.into_owned())
    }

    /// Whether it asks for tokens for a refresh token.
    pub(super) fn refreshes(&self) -> bool {
        self.path == "/oauth/token" && self.field("grant_type").as_deref() == Some("refresh_token")
    }

    /// Whether it asks for tokens for a device code.
    pub(super) fn polls(&self) -> bool {
        self.path == "/oauth/token" && !self.refreshes()
    }

    /// Whether it is an order with a key that ends so.
    pub(super) fn orders(&self, key: &str) -> bool {
        self.is("POST", "/v1/exchanges") && self.header("idempotency-key").is_some_and(|found| found.ends_with(key))
    }
}

impl Memory {
    /// Counts one more and returns how many there are.
    pub(super) fn count(&mut self, what: &'static str) -> usize {
        let count = self.counts.entry(what).or_default();
        *count += 1;
        *count
    }

    pub(super) fn has_seen(&self, what: &'static str) -> bool {
        self.counts.contains_key(what)
    }
}

impl Received {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Changes the JSON of the body.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let mut value = self.json();
        change(&mut value);
        self.body = value.to_string().into();
    }

    pub(super) fn set(&mut self, name: &'static str, value: &'static str) {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }

    /// Becomes a problem.
    pub(super) fn become_problem(&mut self, status: u16, code: &str) {
        self.status = status;
        self.set("content-type", "application/problem+json");
        let document = json!({"type": "about:blank", "title": "A title", "status": status, "detail": "A detail",
            "code": code, "reasons": [], "request_id": "r-1"});
        self.body = document.to_string().into();
    }

    /// Becomes an error of OAuth.
    pub(super) fn become_error(&mut self, error: &str) {
        self.status = 400;
        self.set("content-type", "application/json");
        self.body = json!({"error": error, "error_description": "A description"}).to_string().into();
    }

    pub(super) fn become_not_modified(&mut self) {
        self.status = 304;
        self.body = Bytes::new();
    }

    /// The error of OAuth, if it is one.
    pub(super) fn error(&self) -> Option<String> {
        self.json()["error"].as_str().map(str::to_owned)
    }
}

impl Wire for Proxy {
    fn carry(&self, request: Request<Bytes>, limit: usize) -> Carried {
        let (parts, body) = request.into_parts();
        let mut asked = Asked {
            method: parts.method.to_string(),
            // A server may stand below a path of its own.
            path: parts.uri.path().trim_start_matches("/bonus").to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers,
            body,
        };
        if let Some(there) = self.there {
            there(&mut asked, &mut lock(&self.memory));
        }
        let mut request = Request::builder().method(asked.method.as_str());
        request = request.uri(format!("{ADDRESS}{}?{}", asked.path, asked.query));
        for (name, value) in &asked.headers {
            request = request.header(name, value);
        }
        let answer = request.body(Body::from(asked.body.clone())).map(|request| lock(&self.sandbox).answer(request));
        let (memory, back) = (Arc::clone(&self.memory), self.back);
        Box::pin(async move {
            let answer = answer.map_err(|error| Lost::Interrupted(error.to_string()))?;
            let (parts, body) = answer.await.into_parts();
            let body = axum::body::to_bytes(body, limit).await.map_err(|_| Lost::TooLarge)?;
            let mut received = Received { status: parts.status.as_u16(), headers: parts.headers, body };
            if let Some(back) = back {
                back(&asked, &mut received, &mut lock(&memory))?;
            }
            Ok(received)
        })
    }
}

/// The switches of the sandbox in memory.
struct Hand(Control);

impl Surroundings for Hand {
    fn pause(&self, time: Duration) -> Later<'_, ()> {
        self.0.let_time_pass(TimeDelta::seconds(i64::try_from(time.as_secs()).unwrap_or(i64::MAX)));
        Box::pin(async {})
    }

    fn wait_long(&self, time: Duration) -> Later<'_, Result<(), Unable>> {
        Box::pin(async move {
            self.pause(time).await;
            Ok(())
        })
    }

    fn answer_code<'a>(&'a self, code: &'a UserCode, decision: Decision) -> Later<'a, Result<(), Unable>> {
        let done = match decision {
            Decision::Allow => self.0.approve(&code.code, "vip"),
            Decision::AllowAsAnother => self.0.approve(&code.code, "standard"),
            Decision::Deny => self.0.deny(&code.code),
        };
        Box::pin(async move { done.map_err(|error| Unable(error.to_string())) })
    }

    fn overload(&self) -> Later<'_, Result<(), Unable>> {
        let fault = Fault {
            path_prefix: "/v1/terms".to_owned(),
            method: None,
            kind: FaultKind::Status,
            latency_ms: None,
            status: Some(503),
            retry_after: Some(2),
            times: Some(1),
            when: None,
        };
        self.0.set_faults(vec![fault]);
        Box::pin(async { Ok(()) })
    }
}

/// How the sandbox of a run works, and what the run may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Orders are carried out at once; one is made.
    AtOnce,
    /// Orders are carried out later; one is made.
    Deferred,
    /// Nothing is ordered.
    ReadsOnly,
}

pub(super) fn options(kind: Kind) -> Options {
    Options {
        address: Url::parse(ADDRESS).unwrap(),
        token: None,
        spending: match kind {
            Kind::AtOnce | Kind::Deferred => Spending::OneOrderOf(SUBSCRIBER.to_owned()),
            Kind::ReadsOnly => Spending::Nothing,
        },
        name: "test".to_owned(),
        time_limit: Duration::from_secs(600),
    }
}

/// A run over the proxy. Also gives the switches, to look at what became of the sandbox.
pub(super) async fn checked_with(
    kind: Kind,
    there: Option<OnTheWay>,
    back: Option<OnTheWayBack>,
    options: Options,
) -> (Result<Report, RunError>, Control) {
    static PROGRAMME: OnceLock<Programme> = OnceLock::new();
    let programme = PROGRAMME.get_or_init(|| {
        let scenarios = include_str!("../../../../assets/sandbox/scenarios.toml");
        Programme::with_scenarios(scenarios).unwrap().at(ADDRESS)
    });
    let policy = match kind {
        Kind::AtOnce | Kind::ReadsOnly => Policy::default(),
        Kind::Deferred => Policy { exchange: Processing::Deferred, deferred_seconds: 5, ..Policy::default() },
    };
    let noon = "2026-03-10T09:00:00Z".parse().unwrap();
    let sandbox = InProcess::start(programme, noon, policy, 1).unwrap();
    let control = sandbox.control();
    let proxy = Proxy { sandbox: Mutex::new(sandbox), memory: Arc::default(), there, back };
    let report = run(Arc::new(proxy), Arc::new(Hand(control.clone())), options).await;
    (report, control)
}

pub(super) async fn checked(kind: Kind, there: Option<OnTheWay>, back: Option<OnTheWayBack>) -> Report {
    checked_with(kind, there, back, options(kind)).await.0.unwrap()
}

/// A token that came another way.
pub(super) fn with_token(kind: Kind, token: &str) -> Options {
    Options { token: Some(Secret::new(token)), ..options(kind) }
}

/// Where a redirect leads.
pub(super) const LOCATION: &str = "location";
