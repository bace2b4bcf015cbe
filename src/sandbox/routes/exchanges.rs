//! Exchanges: ordering, and asking what became of an order.

use std::collections::HashSet;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::extract::{App, Bearer, JsonOf, PathText, QueryOf, RequestId, blocking};
use crate::http::problem::Problem;
use crate::http::wire::{ExchangeAccepted, ExchangeBody, ExchangesBody, NewExchangeBody};
use crate::randomness::hash_text;
use crate::service::catalogue::Language;
use crate::service::order::{self, Order};
use crate::service::sign_in;
use crate::store::StoreError;
use crate::store::answers::Answer;
use crate::store::exchanges::{self, Exchange};
use crate::values::{OfferId, Points};

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const MOST_OFFERS: usize = 20;
const USUAL_LIMIT: u32 = 100;
const MOST_LIMIT: u32 = 200;

/// Which exchanges.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExchangesQuery {
    /// Where the page before ended.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// Exchanges a page, 100 by default.
    #[param(minimum = 1, maximum = 200, value_type = Option<u32>)]
    limit: Option<String>,
    /// Only the exchange ordered with this key.
    #[param(min_length = 1, max_length = 64, pattern = "^[!-~]+$")]
    idempotency_key: Option<String>,
}

/// Exchanges points for the options of a basket.
#[utoipa::path(
    post, path = "/v1/exchanges", tag = "exchanges", operation_id = "createExchange",
    security(("bearer" = [])),
    params(
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 64, pattern = "^[!-~]+$",
            description = "A new key for each order; the same key for asking again. A key is kept for good: \
                asked again after any time, it gives the stored answer and makes no second exchange"),
        ("Accept-Language" = Option<String>, Header,
            description = "`ru` or `en`; a key that was answered is answered in the language of the first time"),
    ),
    request_body = NewExchangeBody,
    responses(
        (status = 201, description = "The exchange is carried out", body = ExchangeBody, headers(("Location" = String))),
        (status = 202, description = "The exchange is accepted and is carried out later", body = ExchangeAccepted, headers(("Location" = String), ("Retry-After" = u32))),
        (status = 400, description = "`idempotency_key_missing`, also where the key is not valid, or `invalid_request`"),
        (status = 403, description = "`not_enrolled`"),
        (status = 409, description = "`price_changed`, or `request_in_progress` with a time to wait",
            headers(("Retry-After" = u32))),
        (status = 410, description = "`offer_gone`"),
        (status = 422, description = "`2011`, `monthly_limit`, `requires`, `service_not_connected`, `channel`, `conflict` or `idempotency_key_reused`"),
    )
)]
pub(super) async fn create(
    State(app): State<App>,
    RequestId(request_id): RequestId,
    language: Language,
    bearer: Bearer,
    headers: HeaderMap,
    body: Result<JsonOf<NewExchangeBody>, Problem>,
) -> Result<Response, Problem> {
    let answer = blocking(&app, move |sandbox| {
        let member = sandbox.store.transact(|transaction| sign_in::member_of(sandbox, transaction, bearer.token()))?;
        let idempotency_key = key_of(&headers)?;
        let JsonOf(body) = body?;
        let order = order_of(idempotency_key, &body, request_id, language)?;
        let under_way = sandbox.begin_order(member.clone(), &order.idempotency_key);
        let Some(_under_way) = under_way else { return Err(Problem::request_in_progress()) };
        sandbox.for_member(&member, |scope| order::answer(scope, &order))
    })
    .await?;
    respond(answer)
}

/// Lists the member's exchanges, newest first.
#[utoipa::path(
    get, path = "/v1/exchanges", tag = "exchanges", operation_id = "listExchanges",
    security(("bearer" = [])),
    params(ExchangesQuery, ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`")),
    responses((status = 200, description = "The page, newest first", body = ExchangesBody), (status = 400, description = "`invalid_request`: a parameter is not valid; `idempotency_key_missing`: the key is none"))
)]
pub(super) async fn list(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
    query: Result<QueryOf<ExchangesQuery>, Problem>,
) -> Result<Json<ExchangesBody>, Problem> {
    let page = bearer
        .run(&app, move |scope| {
            let QueryOf(query) = query?;
            let limit = limit_of(query.limit.as_deref())?;
            let before = cursor_of(query.cursor.as_deref())?;
            let shelf = scope.shelf(language);
            let shown = |found: &[Exchange]| -> Result<Vec<_>, StoreError> {
                found.iter().map(|exchange| ExchangeBody::from_stored(exchange, &shelf)).collect()
            };
            if let Some(key) = &query.idempotency_key {
                check_key(key)?;
                let found = exchanges::by_idempotency_key(scope.transaction, scope.key(), key)?;
                return Ok(ExchangesBody { exchanges: shown(found.as_slice())?, next_cursor: None });
            }
            let mut found = exchanges::page(scope.transaction, scope.key(), before, limit + 1)?;
            let next_cursor = cut_page(&mut found, limit, |exchange| exchange.key);
            Ok(ExchangesBody { exchanges: shown(&found)?, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Shows one exchange.
#[utoipa::path(
    get, path = "/v1/exchanges/{id}", tag = "exchanges", operation_id = "getExchange",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The exchange"),
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
    ),
    responses((status = 200, description = "The exchange", body = ExchangeBody), (status = 404, description = "`exchange_not_found`, or `member_not_found`"))
)]
pub(super) async fn get(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
    PathText(id): PathText,
) -> Result<Json<ExchangeBody>, Problem> {
    let exchange = bearer
        .run(&app, move |scope| {
            let found = exchanges::by_id(scope.transaction, scope.key(), &id)?;
            let found =
                found.ok_or_else(|| Problem::not_found("exchange_not_found", "The member has no such exchange."))?;
            Ok(ExchangeBody::from_stored(&found, &scope.shelf(language))?)
        })
        .await?;
    Ok(Json(exchange))
}

/// The page size asked for.
pub(super) fn limit_of(text: Option<&str>) -> Result<u32, Problem> {
    let Some(text) = text else { return Ok(USUAL_LIMIT) };
    let limit = text.parse::<u32>().ok().filter(|limit| (1..=MOST_LIMIT).contains(limit));
    limit.ok_or_else(|| Problem::invalid("The limit is a whole number from 1 to 200."))
}

/// The row a page begins after.
pub(super) fn cursor_of(text: Option<&str>) -> Result<Option<i64>, Problem> {
    let is_number = |text: &str| (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let parse = |text: &str| is_number(text).then(|| text.parse::<i64>().ok()).flatten();
    match text {
        None => Ok(None),
        Some(text) => parse(text).map(Some).ok_or_else(|| Problem::invalid("The cursor is not one that a page gave.")),
    }
}

/// Cuts the extra row off a page; the cursor for the next page, if there was one.
pub(super) fn cut_page<T>(rows: &mut Vec<T>, limit: u32, key: impl Fn(&T) -> i64) -> Option<String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if rows.len() <= limit {
        return None;
    }
    rows.truncate(limit);
    rows.last().map(|row| key(row).to_string())
}

fn key_of(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let key = values.next().and_then(|value| value.to_str().ok()).ok_or_else(Problem::idempotency_key_missing)?;
    if values.next().is_some() {
        return Err(Problem::idempotency_key_missing());
    }
    check_key(key)?;
    Ok(key.to_owned())
}

fn check_key(key: &str) -> Result<(), Problem> {
    let is_valid = (1..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_valid { Ok(()) } else { Err(Problem::idempotency_key_missing()) }
}

fn order_of(
    idempotency_key: String,
    body: &NewExchangeBody,
    request_id: String,
    language: Language,
) -> Result<Order, Problem> {
    if body.offers.is_empty() || body.offers.len() > MOST_OFFERS {
        return Err(Problem::invalid("An exchange holds 1 to 20 offers."));
    }
    let mut seen = HashSet::new();
    let mut wishes = Vec::new();
    let mut payload = String::new();
    for wish in &body.offers {
        if !seen.insert(&wish.id) {
            return Err(Problem::invalid("An offer is in the exchange twice."));
        }
        if wish.id.as_str().is_empty() || wish.id.as_str().chars().count() > 64 {
            return Err(Problem::invalid("An offer has an identifier of 1 to 64 characters."));
        }
        let price = Points::new(wish.expected_price).ok_or_else(|| Problem::invalid("A price is out of range."))?;
        payload.push_str(&format!("{}:{}\n", wish.id.as_str().escape_default(), price));
        wishes.push((OfferId::new(wish.id.as_str()), price));
    }
    Ok(Order { idempotency_key, payload_hash: hash_text(&[payload.as_bytes()]), wishes, request_id, language })
}

fn respond(answer: Answer) -> Result<Response, Problem> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).map_err(|_| StoreError::Corrupt("a stored status is no status"))?;
    for (name, value) in answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    Ok(response)
}
