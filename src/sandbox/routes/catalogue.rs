//! The catalogue: pages with entity tags, and single offers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::exchanges::{cursor_of, limit_of};
use crate::freshness::{Known, Question};
use crate::http::extract::{App, Bearer, PathText, QueryOf};
use crate::http::problem::Problem;
use crate::http::wire::{CatalogBody, CategoryBody, OfferBody};
use crate::randomness::hash_text;
use crate::rules::exchange::Situation;
use crate::rules::offer::Offer;
use crate::seed::CategoryKind;
use crate::service::account::situation;
use crate::service::catalogue::{self, Language, Shelf};
use crate::service::passage;
use crate::state::MemberScope;
use crate::store::sign_in as tokens;
use crate::values::OfferId;

const CACHING: &str = "private, max-age=60, stale-if-error=86400";
// Prices are a member's own and texts come in two languages.
const VARIES_BY: &str = "Authorization, Accept-Language";

/// Which part of the catalogue.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CatalogQuery {
    /// One category only; an unknown one holds nothing.
    category: Option<String>,
    /// Where the page before ended.
    #[param(pattern = "^[0-9]{1,18}$")]
    cursor: Option<String>,
    /// Offers a page, 100 by default.
    #[param(minimum = 1, maximum = 200, value_type = Option<u32>)]
    limit: Option<String>,
}

/// Lists the member's catalogue.
#[utoipa::path(
    get, path = "/v1/catalog", tag = "catalogue", operation_id = "listOffers",
    security(("bearer" = [])),
    params(
        CatalogQuery,
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
        ("If-None-Match" = Option<String>, Header, description = "The entity tag of a kept page"),
    ),
    responses(
        (status = 200, description = "The page", body = CatalogBody, headers(
            ("ETag" = String, description = "Changes with everything in the page and with the subscriber's local day; \
                `server_time`, and `valid_until` within that day, move on without it"),
            ("Cache-Control" = String), ("Vary" = String),
        )),
        (status = 304, description = "The kept page is current",
            headers(("ETag" = String), ("Cache-Control" = String), ("Vary" = String))),
        (status = 400, description = "`invalid_request`: a parameter is not valid"),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
    headers: HeaderMap,
    query: Result<QueryOf<CatalogQuery>, Problem>,
) -> Result<Response, Problem> {
    let question = query.as_ref().ok().map(|QueryOf(query)| {
        let page = format!("{:?} {:?} {:?}", query.category, query.cursor, query.limit);
        Question::new(bearer.token(), language, page)
    });
    let known = question.as_ref().and_then(|one| app.freshness.tag(one, app.clock.now(), app.store.changes()));
    if let Some(tag) = known.filter(|tag| is_current(&headers, tag)) {
        return Ok(marked(StatusCode::NOT_MODIFIED.into_response(), &tag));
    }
    let (tag, page) = bearer
        .run(&app, move |scope| {
            let QueryOf(query) = query?;
            let view = View::new(scope, language, &query)?;
            let tag = view.tag();
            if let Some(question) = question {
                learn(scope, question, &tag)?;
            }
            let page = if is_current(&headers, &tag) { None } else { Some(view.page()) };
            Ok((tag, page))
        })
        .await?;
    let response = match page {
        Some(page) => Json(page).into_response(),
        None => StatusCode::NOT_MODIFIED.into_response(),
    };
    Ok(marked(response, &tag))
}

fn marked(mut response: Response, tag: &str) -> Response {
    let kept = response.headers_mut();
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static(CACHING));
    kept.insert(header::VARY, HeaderValue::from_static(VARIES_BY));
    // Weak: the times of an answer change from second to second.
    if let Ok(tag) = HeaderValue::from_str(&format!("W/{tag}")) {
        kept.insert(header::ETAG, tag);
    }
    response
}

/// Remembers a tag for as long as the token is good and nothing happens by itself.
fn learn(scope: &MemberScope<'_>, question: Question, tag: &str) -> Result<(), Problem> {
    let token = tokens::token(scope.transaction, question.token(), tokens::Purpose::Access)?;
    let ends = token.and_then(|token| token.expires_at);
    let until = passage::next_at(scope)?.into_iter().chain(ends).min().unwrap_or(DateTime::<Utc>::MAX_UTC);
    let known = Known {
        tag: tag.to_owned(),
        // Inside the transaction: what it changed itself makes the tag old at once.
        changes: scope.sandbox.store.changes(),
        from: scope.now,
        until,
        zone: scope.zone(),
    };
    scope.sandbox.freshness.learn(question, known);
    Ok(())
}

/// Shows one offer.
#[utoipa::path(
    get, path = "/v1/catalog/{id}", tag = "catalogue", operation_id = "getOffer",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The offer"),
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
    ),
    responses(
        (status = 200, description = "The offer", body = OfferBody, headers(("Cache-Control" = String), ("Vary" = String))),
        (status = 404, description = "`offer_not_found`, or `member_not_found`"),
    )
)]
pub(super) async fn get(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
    PathText(id): PathText,
) -> Result<Response, Problem> {
    let offer = bearer
        .run(&app, move |scope| {
            let shelf = scope.shelf(language);
            let offer = shelf
                .find(&OfferId::new(id))
                .ok_or_else(|| Problem::not_found("offer_not_found", "The catalogue has no such offer."))?;
            Ok(catalogue::for_member(&situation(scope)?, &shelf, offer))
        })
        .await?;
    Ok(([(header::CACHE_CONTROL, CACHING), (header::VARY, VARIES_BY)], Json(offer)).into_response())
}

/// Whether `If-None-Match` names the tag; comparison is weak, as the standard asks.
pub(super) fn is_current(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.trim() == "*" || value.split(',').any(|kept| kept.trim().trim_start_matches("W/") == tag))
}

/// A page of a member's catalogue before any offer is looked at.
struct View {
    shelf: Arc<Shelf>,
    situation: Situation,
    version: String,
    category: Option<String>,
    start: usize,
    limit: usize,
}

impl View {
    fn new(scope: &MemberScope<'_>, language: Language, query: &CatalogQuery) -> Result<Self, Problem> {
        let limit = limit_of(query.limit.as_deref())?;
        let start = cursor_of(query.cursor.as_deref())?;
        let (shelf, situation) = (scope.shelf(language), situation(scope)?);
        let version = catalogue::version(&situation, &shelf);
        Ok(Self {
            shelf,
            situation,
            version,
            category: query.category.clone(),
            start: start.map_or(0, |row| usize::try_from(row).unwrap_or(usize::MAX)),
            limit: usize::try_from(limit).unwrap_or(1),
        })
    }

    /// The version covers the content of all offers; the tag also covers which of them are on the page.
    fn tag(&self) -> String {
        let place = format!("{:?} {} {}", self.category, self.start, self.limit);
        let parts = [self.version.as_bytes(), place.as_bytes()];
        format!("\"{}\"", hash_text(&parts).chars().take(22).collect::<String>())
    }

    fn page(&self) -> CatalogBody {
        let is_wanted = |offer: &&Offer| self.category.as_ref().is_none_or(|category| offer.category == *category);
        let wanted = || self.shelf.offers.iter().filter(is_wanted);
        let total = wanted().count();
        let end = self.start.saturating_add(self.limit);
        let body = |offer| catalogue::for_member(&self.situation, &self.shelf, offer);
        CatalogBody {
            version: self.version.clone(),
            total,
            server_time: self.situation.now,
            categories: categories(&self.shelf),
            offers: wanted().skip(self.start).take(self.limit).map(body).collect(),
            next_cursor: (end < total).then(|| end.to_string()),
        }
    }
}

fn categories(shelf: &Shelf) -> Vec<CategoryBody> {
    let shown = shelf.categories.iter().map(|category| CategoryBody {
        id: category.id.clone(),
        title: category.title.clone(),
        kind: match category.kind {
            CategoryKind::Tv => "tv",
            CategoryKind::Other => "other",
        },
        count: category.count,
    });
    shown.collect()
}
