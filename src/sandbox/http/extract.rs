//! What handlers take from a request, with problems instead of plain-text rejections.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::{HeaderMap, StatusCode, header, request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::Problem;
use crate::service::catalogue::Language;
use crate::state::{MemberScope, Sandbox, Threads};

/// A body has at most 64 KiB; a client that takes longer to send it only keeps its connection.
const BODY_TIME: Duration = Duration::from_secs(10);

/// The sandbox as handlers share it.
pub(crate) type App = Arc<Sandbox>;

/// The number under which support finds this request in the log.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// An access token, not yet checked.
#[derive(Clone)]
pub(crate) struct Bearer(String);

/// The address a request comes from; unspecified where there is no socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// A segment of the path.
pub(crate) struct PathText(pub(crate) String);

/// Several segments of the path.
pub(crate) struct PathTexts<const N: usize>(pub(crate) [String; N]);

/// The query.
pub(crate) struct QueryOf<T>(pub(crate) T);

/// A JSON body.
pub(crate) struct JsonOf<T>(pub(crate) T);

/// A form body.
pub(crate) struct FormOf<T>(pub(crate) T);

impl Bearer {
    /// Runs work for the member on a thread that may block.
    pub(crate) async fn run<T: Send + 'static>(
        self,
        app: &App,
        work: impl FnOnce(&MemberScope<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        blocking(app, move |sandbox| sandbox.for_bearer(&self.0, work)).await
    }

    /// The token.
    pub(crate) fn token(&self) -> &str {
        &self.0
    }
}

/// Runs work that touches the store on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&Sandbox) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match app.threads {
        Threads::Pool => {}
        Threads::Caller => return work(app),
    }
    let app = Arc::clone(app);
    let worker = tokio::task::spawn_blocking(move || work(&app));
    worker.await.unwrap_or_else(|_| Err(Problem::internal("The worker stopped.")))
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self("unknown".to_owned())))
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self(Ipv4Addr::UNSPECIFIED.into())))
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Infallible> {
        Ok(language(&parts.headers))
    }
}

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = value.and_then(|value| value.split_once(' ')).ok_or_else(Problem::unauthorized)?;
        if scheme.eq_ignore_ascii_case("bearer") {
            Ok(Self(token.trim().to_owned()))
        } else {
            Err(Problem::unauthorized())
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, state: &S) -> Result<Self, Problem> {
        Path::<String>::from_request_parts(parts, state).await.map(|Path(text)| Self(text)).map_err(no_path)
    }
}

impl<const N: usize, S: Send + Sync> FromRequestParts<S> for PathTexts<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, state: &S) -> Result<Self, Problem> {
        let Path(texts) = Path::<Vec<String>>::from_request_parts(parts, state).await.map_err(no_path)?;
        let texts = texts.try_into();
        texts.map(Self).map_err(|_| Problem::not_found("not_found", "The path has other segments."))
    }
}

fn no_path(_: PathRejection) -> Problem {
    Problem::not_found("not_found", "The path is not valid text.")
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
        Query::<T>::try_from_uri(&parts.uri)
            .map(|Query(query)| Self(query))
            .map_err(|rejection| Problem::invalid(rejection.body_text()))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonOf<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = body_of(request, "application/json", state).await?;
        let invalid = |error: serde_json::Error| Problem::invalid(format!("The body: {error}."));
        let value = serde_json::from_slice(&body).map_err(invalid)?;
        serde_json::from_value(whole_numbers(value)).map(Self).map_err(invalid)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for FormOf<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = body_of(request, "application/x-www-form-urlencoded", state).await?;
        let uri = format!("/?{}", String::from_utf8_lossy(&body)).parse();
        let uri = uri.map_err(|_| Problem::invalid("The body is not a form."))?;
        Query::<T>::try_from_uri(&uri)
            .map(|Query(form)| Self(form))
            .map_err(|rejection| Problem::invalid(rejection.body_text()))
    }
}

async fn body_of<S: Send + Sync>(request: Request, expected: &str, state: &S) -> Result<axum::body::Bytes, Problem> {
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = media_type.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case(expected) {
        let detail = format!("Send {expected}.");
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The body has the wrong type",
            detail,
        ));
    }
    let body = tokio::time::timeout(BODY_TIME, axum::body::Bytes::from_request(request, state)).await;
    let body = body.map_err(|_| {
        let status = StatusCode::REQUEST_TIMEOUT;
        Problem::new(status, "request_timeout", "The body took too long", "Send it within 10 seconds.")
    })?;
    body.map_err(|rejection: BytesRejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The body is too large", "Send less.")
        } else {
            Problem::invalid("The body cannot be read.")
        }
    })
}

// JSON has one kind of number, so 148.0 is as whole as 148.
fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            // Beyond 2^53 a float names more than one whole number.
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15 => Value::from(float as i64),
            Some(_) | None => Value::Number(number),
        },
        Value::Array(items) => Value::Array(items.into_iter().map(whole_numbers).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, whole_numbers(value))).collect())
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value,
    }
}

/// The first language of `Accept-Language` that the data have; Russian otherwise.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut wishes: Vec<(u32, Language)> = value
        .split(',')
        .filter_map(|wish| {
            let mut parts = wish.split(';').map(str::trim);
            let tag = parts.next().unwrap_or("");
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let language = match tag.split('-').next().unwrap_or("").to_ascii_lowercase().as_str() {
                "ru" => Language::Russian,
                "en" => Language::English,
                _ => return None,
            };
            let quality: f32 = quality.unwrap_or("1").parse().ok()?;
            // Thousandths are all the precision a quality has.
            (quality > 0.0).then_some(((quality.min(1.0) * 1000.0) as u32, language))
        })
        .collect();
    wishes.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    wishes.first().map_or(Language::Russian, |(_, language)| *language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_wins() {
        let language_of = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            language(&headers)
        };
        assert_eq!(language_of("en-US,en;q=0.9,ru;q=0.8"), Language::English);
        assert_eq!(language_of("en;q=0.3, ru"), Language::Russian);
        assert_eq!(language_of("de, en;q=0.1"), Language::English);
        assert_eq!(language_of("en; q=0.9"), Language::English, "spaces may stand around a semicolon");
        assert_eq!(language_of("ru ;q=0.2, en ; q=0.3"), Language::English);
        assert_eq!(language_of("en; q=0"), Language::Russian);
        assert_eq!(language_of("de"), Language::Russian);
        assert_eq!(language(&HeaderMap::new()), Language::Russian);
    }
}
