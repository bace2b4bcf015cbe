//! Problems: every error of the API as an RFC 9457 document.
//!
//! A handler returns a [`Problem`]; the pipeline adds the request id and writes the document, so
//! that no error can leave without one.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::wire::{ProblemBody, ReasonBody};
use crate::rules::exchange::Reason;
use crate::service::catalogue::Shelf;
use crate::store::StoreError;
use crate::store::answers::Answer;

/// The media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The header that says under which number support finds the request.
pub const REQUEST_ID: &str = "x-request-id";

/// Why a request is refused.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: String,
    reasons: Vec<ReasonBody>,
    retry_after: Option<u32>,
    /// The value of `WWW-Authenticate` for a 401.
    challenge: &'static str,
}

impl Problem {
    /// A problem with a status, a code and a sentence for people.
    pub fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let (reasons, retry_after, challenge) = (Vec::new(), None, "Bearer");
        Self(Box::new(Parts { status, code, title, detail: detail.into(), reasons, retry_after, challenge }))
    }

    /// The request makes no sense.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", "The request is not valid", detail)
    }

    /// There is no such thing.
    pub fn not_found(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, "Not found", detail)
    }

    /// The request has no access token.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Sign in first",
            "The access token is missing or has ended.",
        )
    }

    /// The access token is not valid; RFC 6750 distinguishes this from a missing token.
    pub fn invalid_token() -> Self {
        let mut problem = Self::unauthorized();
        problem.0.challenge = "Bearer error=\"invalid_token\"";
        problem
    }

    /// The member has no account.
    pub fn member_not_found() -> Self {
        Self::not_found("member_not_found", "No scenario has been loaded for this member.")
    }

    /// The accepted terms are not the current ones.
    pub fn terms_outdated() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "terms_outdated",
            "The terms have changed",
            "Read and accept the current version.",
        )
    }

    /// An order came without a key.
    pub fn idempotency_key_missing() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_missing",
            "The idempotency key is missing",
            "Send Idempotency-Key with 1 to 64 visible ASCII characters.",
        )
    }

    /// A key came back with another order.
    pub fn idempotency_key_reused() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "The idempotency key was used for another order",
            "Use a new key for a new order.",
        )
    }

    /// The first request with this key has not been answered yet.
    pub fn request_in_progress() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "request_in_progress",
            "The order is being processed",
            "Ask again with the same key.",
        )
        .retry_after(1)
    }

    /// The option does not go on for money.
    pub fn no_renewal() -> Self {
        Self::new(StatusCode::CONFLICT, "no_renewal", "Nothing to renew", "This option simply ends.")
    }

    /// A test subscriber cannot be what the scenario says.
    pub fn scenario_impossible(detail: String) -> Self {
        let title = "The seed data do not fit the scenario";
        Self::new(StatusCode::CONFLICT, "scenario_impossible", title, detail)
    }

    /// Too many requests.
    pub fn rate_limited(seconds: u32) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests", "Try again later.")
            .retry_after(seconds)
    }

    /// The service cannot answer now.
    pub fn unavailable(seconds: u32) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The service is unavailable", "Try again later.")
            .retry_after(seconds)
    }

    /// The sandbox itself is at fault.
    pub fn internal(why: &'static str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The sandbox failed", why)
    }

    /// An exchange is refused for these reasons; there is at least one.
    pub(crate) fn refused(reasons: &[Reason], shelf: &Shelf) -> Self {
        let (status, code, title) = verdict(reasons);
        let mut problem = Self::new(status, code, title, "The exchange was not made; nothing was charged.");
        problem.0.reasons = reasons.iter().map(|reason| Self::reason(reason, shelf)).collect();
        problem
    }

    /// A reason as the API shows it, in the language of the shelf.
    pub(crate) fn reason(reason: &Reason, shelf: &Shelf) -> ReasonBody {
        match reason {
            Reason::NotEnoughPoints { balance, price } => ReasonBody::NotEnoughPoints {
                balance: *balance,
                price: *price,
                missing: price.saturating_sub(*balance),
            },
            Reason::Debt { roubles } => ReasonBody::Debt { roubles: *roubles },
            Reason::AlreadyOrdered { offer, title, exchange, until } => ReasonBody::AlreadyOrdered {
                offer_id: offer.clone(),
                title: shelf.title_or(offer, title),
                exchange_id: exchange.clone(),
                until: *until,
            },
            Reason::MonthlyLimit { until } => ReasonBody::MonthlyLimit { until: *until },
            Reason::Requires { offer } => ReasonBody::Requires { offer_id: offer.clone(), title: shelf.title(offer) },
            Reason::PriceChanged { offer, title, expected, price } => ReasonBody::PriceChanged {
                offer_id: offer.clone(),
                title: shelf.title_or(offer, title),
                expected: *expected,
                price: *price,
            },
            Reason::OfferGone { offer } => ReasonBody::OfferGone { offer_id: offer.clone() },
            Reason::ServiceNotConnected { service } => ReasonBody::ServiceNotConnected { service: service.clone() },
            Reason::NotEnrolled => ReasonBody::NotEnrolled,
            Reason::Channel { offer } => ReasonBody::Channel { offer_id: offer.clone() },
            Reason::Conflict { offer } => ReasonBody::Conflict { offer_id: offer.clone(), title: shelf.title(offer) },
        }
    }

    /// The problem with a time to wait.
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// The machine-readable code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The sentence for people.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The status code.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The document.
    pub fn to_json(&self, request_id: &str) -> String {
        let body = ProblemBody {
            problem_type: format!("/problems/{}", self.0.code),
            title: self.0.title.to_owned(),
            status: self.0.status.as_u16(),
            detail: self.0.detail.clone(),
            code: self.0.code.to_owned(),
            reasons: self.0.reasons.clone(),
            request_id: request_id.to_owned(),
        };
        // Strings and numbers always fit JSON; an empty document is the honest answer if they do not.
        serde_json::to_string(&body).unwrap_or_else(|_| "{}".to_owned())
    }

    /// The problem as an answer to be stored, with the request id of its document: a later answer repeats both.
    pub fn to_answer(&self, request_id: &str) -> Answer {
        let mut headers =
            vec![("content-type".to_owned(), PROBLEM_JSON.to_owned()), (REQUEST_ID.to_owned(), request_id.to_owned())];
        headers.extend(self.0.retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string())));
        Answer { status: self.0.status.as_u16(), headers, body: self.to_json(request_id).into_bytes() }
    }

    /// The finished response.
    pub fn into_document(self, request_id: &str) -> Response {
        let mut response = Response::new(Body::from(self.to_json(request_id)));
        *response.status_mut() = self.0.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(self.0.challenge));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
        Self::internal("The store failed; the log says more.")
    }
}

// Points, debts and repeats share the code 2011 whatever else holds too; after them, joining comes first.
fn verdict(reasons: &[Reason]) -> (StatusCode, &'static str, &'static str) {
    let by_rank = |reason: &Reason| match reason {
        Reason::NotEnoughPoints { .. } | Reason::Debt { .. } | Reason::AlreadyOrdered { .. } => {
            (0, StatusCode::UNPROCESSABLE_ENTITY, "2011", "The exchange is not possible")
        }
        Reason::NotEnrolled => (1, StatusCode::FORBIDDEN, "not_enrolled", "Join the programme first"),
        Reason::PriceChanged { .. } => (2, StatusCode::CONFLICT, "price_changed", "The price has changed"),
        Reason::OfferGone { .. } => (3, StatusCode::GONE, "offer_gone", "The offer is no longer available"),
        Reason::MonthlyLimit { .. } => {
            (4, StatusCode::UNPROCESSABLE_ENTITY, "monthly_limit", "One exchange a month is possible")
        }
        Reason::Requires { .. } => (5, StatusCode::UNPROCESSABLE_ENTITY, "requires", "Another offer is needed"),
        Reason::ServiceNotConnected { .. } => {
            (6, StatusCode::UNPROCESSABLE_ENTITY, "service_not_connected", "A service is not connected")
        }
        Reason::Channel { .. } => (7, StatusCode::UNPROCESSABLE_ENTITY, "channel", "Not to be ordered on the box"),
        Reason::Conflict { .. } => (8, StatusCode::UNPROCESSABLE_ENTITY, "conflict", "Two offers rule each other out"),
    };
    let (_, status, code, title) = reasons.iter().map(by_rank).min_by_key(|(rank, ..)| *rank).unwrap_or((
        9,
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "The sandbox failed",
    ));
    (status, code, title)
}
