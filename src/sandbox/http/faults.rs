//! Faults that QA switches on: delays, wrong statuses, broken bodies and dropped connections.
//!
//! A fault happens outside the API, as a network or a proxy would cause it. Faults never touch the
//! control endpoints, so they can always be switched off again.

use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Bytes, Frame};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::App;
use super::problem::Problem;
use crate::state::lock;

/// Where the control endpoints are.
pub(crate) const CONTROL_PREFIX: &str = "/sandbox/";

const MOST_LATENCY_MS: u32 = 600_000;
const MOST_RETRY_SECONDS: u32 = 86_400;
const MOST_TIMES: u32 = 1_000_000;
const HUGE_BYTES: usize = 64 * 1024 * 1024;
const CHUNK_BYTES: usize = 64 * 1024;
const CAPTIVE_PORTAL: &str = "<!doctype html><meta charset=\"utf-8\"><title>Wi-Fi</title><h1>Войдите в сеть</h1>\
    <p>Чтобы пользоваться интернетом, введите номер телефона.</p>";

/// A fault and the requests it hits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The beginning of the paths it hits.
    #[serde(rename = "match")]
    #[schema(min_length = 1, max_length = 200, pattern = "^/")]
    pub path_prefix: String,
    /// The method it hits; all of them by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// What goes wrong.
    pub kind: FaultKind,
    /// The delay, for `latency_ms`; a second by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 600_000)]
    pub latency_ms: Option<u32>,
    /// The status, for `status`; 500 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 400, maximum = 599)]
    pub status: Option<u16>,
    /// `Retry-After` in seconds, for `status`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 86_400)]
    pub retry_after: Option<u32>,
    /// How many requests it hits; all of them by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub times: Option<u32>,
    /// Whether the request is carried out before things go wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The answer comes late.
    LatencyMs,
    /// An error status instead of the answer.
    Status,
    /// The connection closes: in the middle of the body, or at once when the request is not carried out.
    Drop,
    /// The connection closes without a byte, though the request was carried out.
    Close,
    /// Half of the body, well-formed as HTTP.
    Truncate,
    /// Bytes that are no JSON.
    Garbage,
    /// A page of a captive portal with status 200.
    Html,
    /// No answer, ever.
    Hang,
    /// A body of 64 MiB.
    Huge,
    /// The right body with the wrong content type.
    WrongType,
}

/// Whether the request is carried out before things go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// It is not carried out.
    Before,
    /// It is.
    After,
}

/// The faults that are switched on.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

/// Marks a response, problems included, to which the pipeline gives the wrong content type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WrongType;

/// Marks a response instead of which the server closes the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CloseConnection;

impl Fault {
    /// A fault of a kind for every request below a path.
    pub fn new(path_prefix: impl Into<String>, kind: FaultKind) -> Self {
        Self {
            path_prefix: path_prefix.into(),
            method: None,
            kind,
            latency_ms: None,
            status: None,
            retry_after: None,
            times: None,
            when: None,
        }
    }

    /// Why the fault makes no sense, if it does not.
    pub fn complaint(&self) -> Option<&'static str> {
        if !self.path_prefix.starts_with('/') || self.path_prefix.chars().count() > 200 {
            Some("match must begin with a slash and have at most 200 characters")
        } else if self.latency_ms.is_some_and(|delay| delay > MOST_LATENCY_MS) {
            Some("latency_ms is at most 600000")
        } else if self.status.is_some_and(|status| !(400..=599).contains(&status)) {
            Some("status is between 400 and 599")
        } else if self.retry_after.is_some_and(|seconds| seconds > MOST_RETRY_SECONDS) {
            Some("retry_after is at most 86400")
        } else if self.times.is_some_and(|times| !(1..=MOST_TIMES).contains(&times)) {
            Some("times is between 1 and 1000000")
        } else {
            None
        }
    }

    fn hits(&self, method: &Method, path: &str) -> bool {
        path.starts_with(&self.path_prefix)
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
    }
}

impl Faults {
    /// Switches faults on, instead of those that were.
    pub(crate) fn replace(&self, faults: Vec<Fault>) {
        *lock(&self.0) = faults;
    }

    /// The faults that are on.
    pub(crate) fn list(&self) -> Vec<Fault> {
        lock(&self.0).clone()
    }

    fn take(&self, method: &Method, path: &str) -> Option<Fault> {
        let mut faults = lock(&self.0);
        let position = faults.iter().position(|fault| fault.hits(method, path))?;
        let fault = faults.get_mut(position)?;
        let taken = fault.clone();
        match fault.times.map(|times| times.saturating_sub(1)) {
            None => {}
            Some(0) => {
                faults.remove(position);
            }
            Some(left) => fault.times = Some(left),
        }
        Some(taken)
    }
}

/// Applies the first fault that matches the request, or lets the request through.
pub(crate) async fn middleware(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.starts_with(CONTROL_PREFIX) {
        return next.run(request).await;
    }
    let Some(fault) = app.faults.take(request.method(), path) else { return next.run(request).await };
    tracing::debug!(kind = ?fault.kind, path, "fault");
    let usual = match fault.kind {
        FaultKind::LatencyMs | FaultKind::Status | FaultKind::Html | FaultKind::Hang => When::Before,
        FaultKind::Drop
        | FaultKind::Close
        | FaultKind::Truncate
        | FaultKind::Garbage
        | FaultKind::Huge
        | FaultKind::WrongType => When::After,
    };
    let carried_out = match fault.when.unwrap_or(usual) {
        When::After => Some(next.clone().run(request).await),
        When::Before if fault.kind == FaultKind::LatencyMs => {
            wait(&fault).await;
            return next.run(request).await;
        }
        When::Before => None,
    };
    match fault.kind {
        FaultKind::LatencyMs => {
            wait(&fault).await;
            carried_out.unwrap_or_else(|| StatusCode::OK.into_response())
        }
        FaultKind::Status => status(&fault),
        FaultKind::Drop => match carried_out {
            Some(response) => cut(response, Cut::Drop).await,
            None => close(),
        },
        FaultKind::Close => close(),
        FaultKind::Truncate => cut(carried_out.unwrap_or_else(empty_object), Cut::Truncate).await,
        FaultKind::Garbage => json_of(Body::from(&b"\x00\xff\xfe{\"offers\":[,,]}\x80garbage"[..])),
        FaultKind::Html => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], CAPTIVE_PORTAL).into_response(),
        FaultKind::Hang => std::future::pending().await,
        FaultKind::Huge => json_of(Body::new(Padding { left: HUGE_BYTES })),
        FaultKind::WrongType => {
            let mut response = carried_out.unwrap_or_else(empty_object);
            response.extensions_mut().insert(WrongType);
            response
        }
    }
}

async fn wait(fault: &Fault) {
    tokio::time::sleep(Duration::from_millis(u64::from(fault.latency_ms.unwrap_or(1000)))).await;
}

fn status(fault: &Fault) -> Response {
    let status =
        fault.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let problem = match status {
        // The fault simulates an expired token: requests without a token are refused anyway.
        StatusCode::UNAUTHORIZED => Problem::invalid_token(),
        StatusCode::TOO_MANY_REQUESTS => Problem::rate_limited(fault.retry_after.unwrap_or(1)),
        StatusCode::SERVICE_UNAVAILABLE => Problem::unavailable(fault.retry_after.unwrap_or(1)),
        _ => Problem::new(status, "fault", "A fault that was switched on", "QA asked for this status."),
    };
    match fault.retry_after {
        Some(seconds) => problem.retry_after(seconds),
        None => problem,
    }
    .into_response()
}

fn close() -> Response {
    let mut response = StatusCode::BAD_GATEWAY.into_response();
    response.extensions_mut().insert(CloseConnection);
    response
}

fn empty_object() -> Response {
    json_of(Body::from("{}"))
}

fn json_of(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

#[derive(Clone, Copy)]
enum Cut {
    Drop,
    Truncate,
}

async fn cut(response: Response, cut: Cut) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(whole) = axum::body::to_bytes(body, HUGE_BYTES).await else { return close() };
    // A problem gets its body later; an empty answer has nothing to cut.
    let whole = if whole.is_empty() { Bytes::from_static(b"{\"cut\":true}") } else { whole };
    parts.extensions.remove::<Problem>();
    let half = whole.slice(..whole.len() / 2);
    match cut {
        Cut::Drop => {
            parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
            Response::from_parts(parts, Body::new(Half::Whole(half)))
        }
        Cut::Truncate => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(half))
        }
    }
}

/// The first half of a body, then a broken connection.
enum Half {
    Whole(Bytes),
    /// The half was handed over; a body that fails in the same step would drop it.
    Sent,
    Broken,
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match std::mem::replace(&mut *self, Self::Broken) {
            Self::Whole(half) => {
                *self = Self::Sent;
                Poll::Ready(Some(Ok(Frame::data(half))))
            }
            Self::Sent => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Broken => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
        }
    }
}

/// A body of many blanks.
struct Padding {
    left: usize,
}

impl hyper::body::Body for Padding {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left = self.left.saturating_sub(CHUNK_BYTES);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b' '; CHUNK_BYTES])))))
    }
}
