//! What the HTTP faces share: who may ask, bounded bodies, refusals as documents, and the address they listen at.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::EmulatorError;
use bonus_sandbox::guard;
use bonus_sandbox::problem::Problem;
use bonus_sandbox::server::{self, Site};

use super::engine::{BoxHandle, Gone};

/// The largest body that is read.
const BODY_LIMIT: usize = 64 * 1024;
/// QA's programs are few.
const MOST_CONNECTIONS: usize = 64;
const MOST_HEADERS: usize = 64;

/// A box with its name, as the handlers of a face get it.
#[derive(Clone)]
pub(super) struct Face {
    pub(super) id: String,
    pub(super) tv: BoxHandle,
}

/// A request that is refused.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(pub(crate) Problem);

impl Refusal {
    /// The request makes no sense.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self(Problem::invalid(detail))
    }

    /// With a status, a code and a sentence for people.
    pub(crate) fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self(Problem::new(status, code, title, detail))
    }
}

impl From<Gone> for Refusal {
    fn from(_: Gone) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "box_gone", "The box is gone", "Its thread has ended.")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.0.into_document("qa")
    }
}

/// Reads a body of JSON.
///
/// # Errors
/// 413 for one that is too large, 400 for one that is not what is wanted.
pub(crate) async fn json<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let bytes = body(request).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Refusal::invalid(format!("The body is not what is wanted: {error}.")))
}

/// Reads a bounded body.
///
/// # Errors
/// 413 for one that is too large.
pub(crate) async fn body(request: Request) -> Result<axum::body::Bytes, Refusal> {
    axum::body::to_bytes(request.into_body(), BODY_LIMIT).await.map_err(|_| {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        Refusal::new(status, "payload_too_large", "The body is too large", "Send at most 64 KiB.")
    })
}

/// Puts the checks before a router that every face wants: one's own `Host`, no foreign page, few headers.
pub(crate) fn guarded(router: Router) -> Router {
    router.fallback(nothing_here).method_not_allowed_fallback(wrong_method).layer(axum::middleware::from_fn(check))
}

async fn nothing_here() -> Refusal {
    Refusal(Problem::not_found("not_found", "Nothing is served here; docs/testing.md lists what is."))
}

async fn wrong_method() -> Refusal {
    let (status, title) = (StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed");
    Refusal::new(status, "method_not_allowed", title, "docs/testing.md lists the methods.")
}

async fn check(request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.len() > MOST_HEADERS {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Refusal::new(status, "too_many_headers", "Too many headers", "Send at most 64.").into_response();
    }
    if headers.get_all(header::HOST).iter().count() != 1 {
        return Refusal::invalid("HTTP/1.1 wants one Host.").into_response();
    }
    if let Some(problem) = guard::complaint(&request, &[]) {
        return Refusal(problem).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Listens at an address.
///
/// # Errors
/// The address cannot be had.
pub(crate) async fn listen(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), EmulatorError> {
    let failed = |source| EmulatorError::Listen { addr, source };
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    Ok((listener, addr))
}

/// Serves a face until told to stop.
pub(crate) fn serve(listener: TcpListener, router: Router, stop: watch::Receiver<bool>) -> tokio::task::JoinHandle<()> {
    let site = Site { router, prefix: "".into(), most_connections: MOST_CONNECTIONS };
    tokio::spawn(server::serve(listener, site, stop))
}
