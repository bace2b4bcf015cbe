//! The steps that every request passes: its id, the checks before a route and the headers after it.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::extract::{App, Peer, RequestId};
use super::faults::{CONTROL_PREFIX, CloseConnection, WrongType};
use super::guard;
use super::problem::{PROBLEM_JSON, Problem, REQUEST_ID};
use crate::state::Sandbox;

/// The largest body that is read.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

const MOST_HEADERS: usize = 64;
const ANSWER_TIME: Duration = Duration::from_secs(30);

/// Gives a request its id and finishes its answer: problem documents, caching, the id.
pub(crate) async fn finish(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = app.randomness.request_id(request.uri().path()).unwrap_or_else(|_| "r-unknown".to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // The switches are not what a box sends.
    let number =
        (!path.starts_with(CONTROL_PREFIX)).then(|| app.requests.arrived(&method, &path, &id, app.clock.now()));
    let mut response = next.run(request).await;
    // A document replaces the answer; these headers of it belong to the refusal itself.
    let kept = [header::ALLOW, header::CONTENT_RANGE].map(|name| (response.headers().get(&name).cloned(), name));
    let has_wrong_type = response.extensions_mut().remove::<WrongType>().is_some();
    if let Some(problem) = response.extensions_mut().remove::<Problem>().or_else(|| unhandled(&response, &path)) {
        response = problem.into_document(&id);
    }
    let headers = response.headers_mut();
    for (value, name) in kept {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
    if has_wrong_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    }
    // `Location` is below the root; if the public address has a path, the path is put before it.
    if let Some(location) = headers.get(header::LOCATION).and_then(|value| value.to_str().ok())
        && location.starts_with('/')
        && let Ok(value) = HeaderValue::from_str(&format!("{}{location}", app.public_path()))
    {
        headers.insert(header::LOCATION, value);
    }
    // A stored refusal names the request that it answered first.
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.entry(REQUEST_ID).or_insert(value);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static("frame-ancestors 'none'"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The status of an answer that is never sent is nobody's.
    if response.extensions().get::<CloseConnection>().is_some() {
        tracing::debug!(%method, path, request_id = id, "closed without an answer");
        return response;
    }
    if let Some(number) = number {
        app.requests.answered(number, response.status());
    }
    tracing::debug!(%method, path, status = response.status().as_u16(), request_id = id, "answered");
    response
}

/// Refuses requests that no route can answer, and answers that take too long.
pub(crate) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if let Some(problem) = complaint(&app, &request) {
        return problem.into_response();
    }
    let is_json = path.starts_with("/oauth/") || path.starts_with("/sandbox/") || path == "/openapi.json";
    let is_api = path.starts_with("/v1/") && !path.starts_with("/v1/images/") && !path.starts_with("/v1/media/");
    if (is_json || is_api) && !accepts_json(request.headers()) {
        return Problem::new(
            StatusCode::NOT_ACCEPTABLE,
            "not_acceptable",
            "Only JSON is spoken here",
            "Accept application/json.",
        )
        .into_response();
    }
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if declared.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > BODY_LIMIT as u64) {
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The body is too large", "Send less.")
            .into_response();
    }
    match tokio::time::timeout(ANSWER_TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable(1).into_response(),
    }
}

// What HTTP demands of any request, and what a page must send to change something.
fn complaint(app: &Sandbox, request: &Request) -> Option<Problem> {
    // Without a socket there are no hosts.
    let is_sent = request.extensions().get::<Peer>().is_some();
    let hosts = request.headers().get_all(header::HOST).iter().count();
    if is_sent && request.version() == Version::HTTP_11 && hosts != 1 {
        return Some(Problem::invalid("HTTP/1.1 wants one Host."));
    }
    if request.headers().len() > MOST_HEADERS {
        let (status, detail) = (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Send at most 64.");
        return Some(Problem::new(status, "too_many_headers", "Too many headers", detail));
    }
    let path = request.uri().path();
    if path.starts_with(CONTROL_PREFIX) {
        let names: Vec<&str> = app.control_names.iter().map(String::as_str).collect();
        guard::complaint(request, &names)
    } else if path == "/tv" && request.method() == Method::POST {
        guard::complaint(request, guard::authority_of(&app.public_url).as_slice())
    } else {
        None
    }
}

// Routes that do not exist and methods that are not allowed are answered by the router without a document.
fn unhandled(response: &Response, path: &str) -> Option<Problem> {
    let has_document = response.headers().contains_key(header::CONTENT_TYPE);
    match response.status() {
        StatusCode::NOT_FOUND if !has_document && path.starts_with(CONTROL_PREFIX) => Some(Problem::not_found(
            "not_found",
            "The switches answer at an address of their own; the sandbox prints it.",
        )),
        StatusCode::NOT_FOUND if !has_document => Some(Problem::not_found("not_found", "Nothing is served here.")),
        StatusCode::METHOD_NOT_ALLOWED if !has_document => Some(Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "The method is not allowed",
            "Allow names the methods that are.",
        )),
        _ => None,
    }
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return true;
    }
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or("").to_ascii_lowercase();
        let is_refused = parts.any(|parameter| {
            parameter
                .strip_prefix("q=")
                .and_then(|quality| quality.parse::<f32>().ok())
                .is_some_and(|quality| quality <= 0.0)
        });
        !is_refused && ["*/*", "application/*", "application/json", PROBLEM_JSON].contains(&media.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_understood() {
        let accepts = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, text.parse().unwrap());
            accepts_json(&headers)
        };
        assert!(accepts("*/*"));
        assert!(accepts("text/html, application/json;q=0.5"));
        assert!(accepts("Application/JSON"));
        assert!(!accepts("text/html"));
        assert!(!accepts("application/json;q=0"));
        assert!(accepts_json(&HeaderMap::new()));
    }
}
