//! One request and its bounded answer.
//!
//! Follows no redirect, reads no more than the request's limit, and turns a bad answer into a
//! failure. Knows neither tokens nor the meaning of the JSON.

use std::pin::Pin;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, DATE, ETAG, HeaderMap, HeaderName,
    HeaderValue, IF_NONE_MATCH, RETRY_AFTER,
};
use reqwest::{Method, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use super::error;
use super::names::{Families, Family, Names, Ordered};
use super::options::{ClientError, ClientOptions};
use super::tls;
use super::wire::problem::Problem;
use super::wire::text as wire_text;
use crate::domain::{Failure, FailureKind, Language, Secret};

/// Bytes of an ordinary answer.
pub(super) const ORDINARY: usize = 256 * 1024;
/// Bytes of a catalogue page.
pub(super) const CATALOG: usize = 2 * 1024 * 1024;
/// Bytes of an image.
pub(super) const IMAGE: usize = 1024 * 1024;

/// The longest wait a server can announce.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// What carries one request to the API and one answer back.
///
/// The box has sockets. A simulation brings a network of its own, so that everything above it runs
/// as it is.
pub trait Wire: Send + Sync {
    /// Carries a request; it fails only for the link, never for a status of the API.
    fn carry(&self, request: reqwest::Request) -> Carried;
}

/// An answer on its way.
pub type Carried = Pin<Box<dyn Future<Output = Result<reqwest::Response, FailureKind>> + Send>>;

/// Sockets, with a pool of connections for each address family that may be in front.
struct Sockets {
    first: reqwest::Client,
    other: reqwest::Client,
    families: Arc<Families>,
    /// A little less than the time of a whole call, so that silence is noticed here before the call times out.
    patience: Duration,
}

impl Wire for Sockets {
    fn carry(&self, request: reqwest::Request) -> Carried {
        let (family, families, patience) = (self.families.current(), Arc::clone(&self.families), self.patience);
        let client = match family {
            Family::First => &self.first,
            Family::Other => &self.other,
        };
        let answer = client.execute(request);
        Box::pin(async move {
            let answer = match tokio::time::timeout(patience, answer).await {
                Ok(answer) => answer.map_err(|error| failed(error).kind),
                Err(_) => Err(FailureKind::Timeout),
            };
            match &answer {
                Ok(_) => families.answered(family),
                Err(FailureKind::Timeout | FailureKind::Interrupted) => families.silent(family),
                Err(_) => {}
            }
            answer
        })
    }
}

/// The way to the API and what every request shares.
pub(super) struct Transport {
    wire: Arc<dyn Wire>,
    base: Url,
    timeout: Duration,
    language: RwLock<Language>,
}

/// A request that can be sent more than once.
#[derive(Clone)]
pub(super) struct Request {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    limit: usize,
}

/// An answer that arrived whole.
pub(super) struct Answer {
    pub status: StatusCode,
    pub etag: Option<String>,
    pub retry_after: Option<Duration>,
    pub max_age: Option<Duration>,
    pub request_id: Option<String>,
    content: Content,
    body: Vec<u8>,
}

/// What an answer says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Json,
    Html,
    Image,
    Bytes,
    Other,
}

impl Transport {
    pub fn new(options: &ClientOptions) -> Result<Self, ClientError> {
        options.check_address()?;
        let tls = tls::config(options.ca_pem.as_deref())?;
        // The connect timeout includes looking up the name.
        let names = Names::new(options.connect_timeout * 2 / 3);
        let sockets = Sockets {
            first: Self::http(options, tls.clone(), Ordered { names: Arc::clone(&names), family: Family::First })?,
            other: Self::http(options, tls, Ordered { names, family: Family::Other })?,
            families: Arc::default(),
            patience: options.timeout * 49 / 50,
        };
        Ok(Self::over(Arc::new(sockets), options))
    }

    fn http(
        options: &ClientOptions,
        tls: rustls::ClientConfig,
        resolver: Ordered,
    ) -> Result<reqwest::Client, ClientError> {
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Arc::new(resolver))
            .user_agent(concat!("bonus-tv/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            // The API never redirects; a redirect comes from a network's sign-in page.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // HTTP_PROXY and the like are ignored: requests of a box must not depend on the environment that it was
            // started from.
            .no_proxy()
            .http1_only()
            .pool_max_idle_per_host(4)
            .pool_idle_timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| ClientError::Setup(Box::new(error)))
    }

    /// A transport over a wire that is not ours.
    pub fn over(wire: Arc<dyn Wire>, options: &ClientOptions) -> Self {
        let language = RwLock::new(options.language);
        Self { wire, base: options.base_url.clone(), timeout: options.timeout, language }
    }

    /// How long a call may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    pub fn set_language(&self, language: Language) {
        *self.language.write().unwrap_or_else(std::sync::PoisonError::into_inner) = language;
    }

    fn language(&self) -> Language {
        *self.language.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// A request for the given path; its segments are percent-encoded.
    pub fn request(&self, method: Method, path: &[&str]) -> Result<Request, Failure> {
        let mut url = self.base.clone();
        url.set_query(None);
        url.set_fragment(None);
        // A dot segment would be dropped silently and change what is asked for.
        let is_plain = path.iter().all(|segment| !matches!(*segment, "" | "." | ".."));
        match (url.path_segments_mut(), is_plain) {
            (Ok(mut segments), true) => {
                segments.pop_if_empty().extend(path);
            }
            (Ok(_) | Err(()), _) => return Err(Failure::new(FailureKind::NotFound)),
        }
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, application/problem+json"));
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(self.language().code()));
        Ok(Request { method, url, headers, body: None, limit: ORDINARY })
    }

    /// Sends a request and reads its answer to the end.
    pub async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let Request { method, url, headers, body, limit } = request;
        let path = url.path().to_owned();
        let mut request = reqwest::Request::new(method.clone(), url);
        *request.headers_mut() = headers;
        *request.body_mut() = body.map(Into::into);
        let exchange = async {
            let response = self.wire.carry(request).await.map_err(Failure::new)?;
            read(response, limit).await
        };
        let answer = match tokio::time::timeout(self.timeout, exchange).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::new(FailureKind::Timeout)),
        };
        match &answer {
            Ok(answer) => tracing::debug!(%method, path, status = answer.status.as_u16(), "answered"),
            Err(failure) => tracing::debug!(%method, path, kind = ?failure.kind, "not answered"),
        }
        answer
    }
}

impl Transport {
    /// Sends a request; a bad status becomes a failure.
    pub async fn send_good(&self, request: Request) -> Result<Answer, Failure> {
        self.send(request).await?.good()
    }
}

impl Request {
    /// Adds a parameter to the address.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// Signs the request.
    pub fn bearer(self, token: &Secret) -> Result<Self, Failure> {
        // A stored token that cannot be a header counts as no token.
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
            .map_err(|_| Failure::new(FailureKind::Unauthorized))?;
        value.set_sensitive(true);
        Ok(self.header(AUTHORIZATION, value))
    }

    /// Asks only for what has changed.
    pub fn if_none_match(self, etag: Option<&str>) -> Self {
        match etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            Some(value) => self.header(IF_NONE_MATCH, value),
            None => self,
        }
    }

    /// Sets a header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sends JSON along.
    pub fn json(mut self, body: &impl serde::Serialize) -> Result<Self, Failure> {
        self.body = Some(serde_json::to_vec(body).map_err(|_| Failure::new(FailureKind::Malformed))?);
        Ok(self.header(CONTENT_TYPE, HeaderValue::from_static("application/json")))
    }

    /// Sends a form along.
    pub fn form(mut self, fields: &[(&str, &str)]) -> Self {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body = Some(body.into_bytes());
        self.header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
    }

    /// Allows the answer so many bytes.
    pub fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }
}

impl Answer {
    /// The JSON of a good answer.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        self.check(Content::Json)?;
        self.parse().ok_or_else(|| self.failure(FailureKind::Malformed))
    }

    /// The bytes of a good answer that says it is an image.
    pub fn image(self) -> Result<Vec<u8>, Failure> {
        self.check(Content::Image)?;
        Ok(self.body)
    }

    /// The JSON of any answer.
    pub fn parse<T: DeserializeOwned>(&self) -> Option<T> {
        match serde_json::from_str(&wire_text::text_of(&self.body)) {
            Ok(value) => Some(value),
            Err(error) => {
                // The text of the error may quote the answer, which may hold a token.
                tracing::debug!(line = error.line(), column = error.column(), "the answer is not the contract's JSON");
                None
            }
        }
    }

    /// A failure that carries what support needs to find this answer.
    pub fn failure(&self, kind: FailureKind) -> Failure {
        Failure { kind, request_id: self.request_id.clone(), retry_after: self.retry_after }
    }

    /// The answer itself if its status is a good one; otherwise which failure it is.
    pub fn good(self) -> Result<Self, Failure> {
        // A 304 has no body: callers that sent no validator fail when they read its JSON.
        let is_good = self.status.is_success() || self.status == StatusCode::NOT_MODIFIED;
        if is_good { Ok(self) } else { Err(self.failure(self.kind_of_status())) }
    }

    /// Whether this is a success of the wanted sort; otherwise which failure it is.
    fn check(&self, wanted: Content) -> Result<(), Failure> {
        if !self.status.is_success() {
            return Err(self.failure(self.kind_of_status()));
        }
        if self.content == wanted || (wanted == Content::Image && self.content == Content::Bytes) {
            return Ok(());
        }
        let kind = if self.is_web_page() { FailureKind::CaptivePortal } else { FailureKind::Malformed };
        Err(self.failure(kind))
    }

    fn kind_of_status(&self) -> FailureKind {
        match self.status.as_u16() {
            304 => FailureKind::Malformed,
            // A redirect, or 511 Network Authentication Required.
            300..=399 | 511 => FailureKind::CaptivePortal,
            401 => FailureKind::Unauthorized,
            404 => FailureKind::NotFound,
            408 => FailureKind::Timeout,
            429 => FailureKind::RateLimited,
            503 => FailureKind::Unavailable,
            status @ 500..=599 => FailureKind::Server { status },
            400..=499 if self.is_web_page() => FailureKind::CaptivePortal,
            400..=499 if self.content == Content::Json => match self.parse::<Problem>() {
                Some(problem) if problem.code.as_ref().is_some_and(|code| code.0 == "request_in_progress") => {
                    FailureKind::InProgress
                }
                // A refusal ends an order, so it must be the service's own: a proxy may answer with JSON, too.
                Some(problem) if problem.code.is_some() => {
                    FailureKind::Refused(problem.into_refusal(self.request_id.clone()))
                }
                Some(_) | None => FailureKind::Malformed,
            },
            _ => FailureKind::Malformed,
        }
    }

    fn is_web_page(&self) -> bool {
        let text = wire_text::text_of(self.body.get(..self.body.len().min(1024)).unwrap_or_default());
        let start = text.trim_start().as_bytes();
        let begins = |tag: &[u8]| start.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        self.content == Content::Html || begins(b"<!doctype html") || begins(b"<html")
    }
}

fn failed(error: reqwest::Error) -> Failure {
    let kind = error::kind_of(&error);
    let error = error.without_url();
    tracing::debug!(?kind, error = &error as &dyn std::error::Error, "a request failed");
    Failure::new(kind)
}

async fn read(mut response: reqwest::Response, limit: usize) -> Result<Answer, Failure> {
    let headers = response.headers();
    let mut answer = Answer {
        status: response.status(),
        etag: text(headers, &ETAG, 256),
        retry_after: retry_after(headers),
        max_age: max_age(headers),
        request_id: text(headers, &HeaderName::from_static("x-request-id"), 64),
        content: content(headers),
        body: Vec::new(),
    };
    let announced = response.content_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(answer.failure(FailureKind::TooLarge));
    }
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if chunk.len() <= limit - answer.body.len() => answer.body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(answer.failure(FailureKind::TooLarge)),
            Ok(None) => return Ok(answer),
            Err(error) => return Err(Failure { kind: failed(error).kind, ..answer.failure(FailureKind::Interrupted) }),
        }
    }
}

/// A header of visible ASCII, if it is not longer than `most`.
fn text(headers: &HeaderMap, name: &HeaderName, most: usize) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    (!text.is_empty() && text.len() <= most).then(|| text.to_owned())
}

fn content(headers: &HeaderMap) -> Content {
    let Some(value) = text(headers, &CONTENT_TYPE, 256) else { return Content::Other };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" | "text/json" | "application/x-json" | "text/x-json" => Content::Json,
        "text/html" | "application/xhtml+xml" => Content::Html,
        // The decoder looks at the first bytes; file servers know the type only roughly.
        "application/octet-stream" | "binary/octet-stream" => Content::Bytes,
        image if image.starts_with("image/") => Content::Image,
        other if other.ends_with("+json") => Content::Json,
        _ => Content::Other,
    }
}

/// Retry-After in seconds or as a date; a date is read against the answer's own clock, because
/// the box's may be wrong.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &RETRY_AFTER, 64)?;
    let seconds = match value.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let until = http_date(&value)?;
            let now = http_date(&text(headers, &DATE, 64)?)?;
            u64::try_from(until.signed_duration_since(now).num_seconds()).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// For how long Cache-Control says that an answer is fresh.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &CACHE_CONTROL, 256)?.to_ascii_lowercase();
    let mut directives = value.split(',').map(str::trim);
    if directives.clone().any(|directive| matches!(directive, "no-store" | "no-cache")) {
        return Some(Duration::ZERO);
    }
    let seconds = directives.find_map(|directive| directive.strip_prefix("max-age="))?;
    seconds.trim_matches('"').parse().ok().map(Duration::from_secs)
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.to_utc())
}
