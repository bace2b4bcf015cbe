//! One run: sends requests within its budget, notes what every answer shows, and keeps the outcomes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Bytes;
use axum::http::{Request, header};
use tokio::task::JoinSet;
use url::Url;

use super::call::{Answer, Call};
use super::every_answer;
use super::report::{Failure, Outcome, Outcomes, Step, Stop};
use super::schema::Schemas;
use super::surroundings::{Later, Surroundings, Unable};
use super::wire::{Lost, Received, Wire};

/// The most requests of a run.
pub const MOST_REQUESTS: usize = 2000;
/// The most bytes of all answers of a run.
pub const MOST_BYTES: usize = 256 * 1024 * 1024;

/// One run.
pub(super) struct Session {
    wire: Arc<dyn Wire>,
    base: Url,
    pub(super) surroundings: Arc<dyn Surroundings>,
    pub(super) schemas: &'static Schemas,
    pub(super) outcomes: Outcomes,
    requests: AtomicUsize,
    bytes: AtomicUsize,
}

impl Session {
    pub(super) fn new(wire: Arc<dyn Wire>, base: Url, surroundings: Arc<dyn Surroundings>) -> Self {
        Self {
            wire,
            base,
            surroundings,
            schemas: Schemas::published(),
            outcomes: Outcomes::new(),
            requests: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
        }
    }

    /// Requests sent and bytes read so far.
    pub(super) fn spent(&self) -> (usize, usize) {
        (self.requests.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }

    /// Whether an address leads to the machine that the API has.
    pub(super) fn is_ours(&self, address: &Url) -> bool {
        address.host() == self.base.host() && address.port_or_known_default() == self.base.port_or_known_default()
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    /// Sends a request. Where no whole answer comes, the check `answer.arrives` or `answer.size` fails, and the check
    /// that asked is skipped.
    pub(super) async fn ask(&self, call: Call) -> Step<Answer> {
        let (address, request) = self.prepare(&call)?;
        let received = self.wire.carry(request, call.limit).await;
        self.arrived(call, &address, received)
    }

    /// Sends a request so many times at once; answers that did not arrive are noted and left out.
    pub(super) async fn ask_at_once(&self, call: &Call, times: usize) -> Step<Vec<Answer>> {
        let mut under_way = JoinSet::new();
        let mut sent_to = String::new();
        for _ in 0..times {
            let (address, request) = self.prepare(call)?;
            sent_to = address;
            under_way.spawn(self.wire.carry(request, call.limit));
        }
        let mut answers = Vec::new();
        while let Some(received) = under_way.join_next().await {
            let received = received.unwrap_or_else(|error| Err(Lost::Interrupted(error.to_string())));
            answers.extend(self.arrived(call.clone(), &sent_to, received).ok());
        }
        Ok(answers)
    }

    fn prepare(&self, call: &Call) -> Step<(String, Request<Bytes>)> {
        let (requests, bytes) = self.spent();
        if requests >= MOST_REQUESTS || bytes >= MOST_BYTES {
            return Err(Stop::skip("the run has used up its requests or bytes"));
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let address = if call.target.starts_with('/') {
            format!("{}{}", self.base.as_str().trim_end_matches('/'), call.target)
        } else {
            call.target.clone()
        };
        let mut request = Request::builder().method(&call.method).uri(&address);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(token) = &call.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        let (kind, body) = call.payload().unzip();
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        // An address or a tag of the server may not be fit for a request.
        let request = request.body(Bytes::from(body.unwrap_or_default()));
        let request = request.map_err(|error| Stop::skip(format!("{} cannot be sent: {error}", call.name())))?;
        Ok((address, request))
    }

    fn arrived(&self, call: Call, address: &str, received: Result<Received, Lost>) -> Step<Answer> {
        let curl = call.curl(address);
        match received {
            Ok(Received { status, headers, body }) => {
                self.bytes.fetch_add(body.len(), Ordering::Relaxed);
                let answer = Answer { call, status, headers, body: body.to_vec(), curl };
                self.outcomes.note("answer.arrives", Outcome::Held);
                self.outcomes.note("answer.size", Outcome::Held);
                every_answer::look(self, &answer);
                Ok(answer)
            }
            // A box that asks for a part of a film has no room for the whole.
            Err(Lost::TooLarge) if call.asks_for_a_part() => {
                let why = format!("{}: more came than the part that was asked for", call.name());
                Err(Stop::Failed(Box::new(Failure { why, curl: Some(curl), request_id: None })))
            }
            Err(lost) => {
                let id = if lost == Lost::TooLarge { "answer.size" } else { "answer.arrives" };
                let why = format!("{}: {lost}", call.name());
                let failure = Failure { why: why.clone(), curl: Some(curl), request_id: None };
                self.outcomes.note(id, Outcome::Failed(failure));
                Err(Stop::skip(why))
            }
        }
    }

    /// Whether anything answers at the address.
    pub(super) async fn reach(&self) -> Result<(), String> {
        let (_, request) = match self.prepare(&Call::get("getTerms", "/v1/terms")) {
            Ok(prepared) => prepared,
            Err(_) => return Err("the address is not one of a server".to_owned()),
        };
        match self.wire.carry(request, super::call::ORDINARY_BYTES).await {
            Err(lost @ Lost::Unreachable(_)) => Err(lost.to_string()),
            Ok(_) | Err(Lost::Interrupted(_) | Lost::Timeout | Lost::TooLarge) => Ok(()),
        }
    }
}

/// What the surroundings could not do skips a check.
pub(super) async fn done(work: Later<'_, Result<(), Unable>>) -> Step {
    work.await.map_err(|Unable(why)| Stop::Skipped(why))
}
