//! Answers and errors in the form of the standard.

use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::serve::engine::Gone;
use crate::serve::http;

/// A success with its value.
pub(super) fn value(value: Value) -> Response {
    document(StatusCode::OK, &json!({ "value": value }))
}

fn document(status: StatusCode, document: &Value) -> Response {
    let content = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    (status, content, document.to_string()).into_response()
}

/// An error of the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    status: StatusCode,
    error: &'static str,
    message: String,
}

impl Fault {
    fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, error, message: message.into() }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid argument", message)
    }

    pub(super) fn invalid_selector(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid selector", message)
    }

    pub(super) fn invalid_session() -> Self {
        Self::new(StatusCode::NOT_FOUND, "invalid session id", "there is no such session")
    }

    pub(super) fn not_created(message: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "session not created", message)
    }

    pub(super) fn no_such_element() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no such element", "nothing on the screen fits")
    }

    pub(super) fn stale() -> Self {
        Self::new(StatusCode::NOT_FOUND, "stale element reference", "the element is not on the screen any more")
    }

    pub(super) fn not_interactable(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "element not interactable", message)
    }

    pub(super) fn unknown_command() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown command", "a television has no such command")
    }

    pub(super) fn unknown(message: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "unknown error", message)
    }
}

impl From<Gone> for Fault {
    fn from(gone: Gone) -> Self {
        Self::unknown(&gone.to_string())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let Self { status, error, message } = self;
        document(status, &json!({"value": {"error": error, "message": message, "stacktrace": ""}}))
    }
}

/// Reads a body.
///
/// # Errors
/// It is not what is wanted.
pub(super) async fn body<T: DeserializeOwned>(request: Request) -> Result<T, Fault> {
    let bytes = http::body(request).await.map_err(|_| Fault::invalid("the body is larger than 64 KiB"))?;
    serde_json::from_slice(&bytes).map_err(|error| Fault::invalid(error.to_string()))
}
