//! The OpenAPI document, generated from the handlers, and the page that shows it.
//!
//! What every operation shares is added here once: the request id, and the problems that the
//! pipeline answers before a handler runs.

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::sandbox::http::extract::App;
use crate::sandbox::http::faults::CONTROL_PREFIX;
use crate::sandbox::http::problem::PROBLEM_JSON;
use crate::sandbox::http::wire::{ProblemBody, ReasonBody};

#[derive(OpenApi)]
#[openapi(
    info(title = "Bonus API sandbox", description = "The bonus programme of an IPTV operator, for tests."),
    components(schemas(ProblemBody, ReasonBody)),
    tags(
        (name = "account"), (name = "catalogue"), (name = "exchanges"), (name = "entitlements"), (name = "ledger"),
        (name = "sign-in"), (name = "control", description = "Switches of QA; nothing here needs a sign-in.")
    )
)]
struct Base;

/// The document before the routes are added.
pub(super) fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// Adds what every operation shares.
pub(super) fn complete(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    if let Some(components) = document.components.as_mut() {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            share(operation, path);
        }
    }
    document
}

/// Serves the document and its page.
pub(super) fn router(document: utoipa::openapi::OpenApi) -> Router<App> {
    // A document that came from code fits JSON; an empty one would fail the first test that reads it.
    let json = document.to_pretty_json().unwrap_or_default();
    let served = move || async move { ([(header::CONTENT_TYPE, "application/json")], json).into_response() };
    let page: Router<App> = SwaggerUi::new("/docs").config(Config::new(["/openapi.json"])).into();
    Router::new().route("/openapi.json", get(served)).merge(page)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [item.get.as_mut(), item.put.as_mut(), item.post.as_mut(), item.delete.as_mut()].into_iter().flatten()
}

fn share(operation: &mut Operation, path: &str) {
    let mut shared = vec![
        ("404", "Nothing of this name"),
        ("405", "The method is not allowed"),
        ("413", "The body is too large"),
        ("429", "Too many requests"),
        ("500", "The sandbox failed"),
        ("503", "The service is unavailable"),
    ];
    if path.starts_with(CONTROL_PREFIX) {
        shared.push(("403", "`foreign_page`: pages from elsewhere may not turn the switches"));
    }
    if !path.starts_with("/v1/images/") && !path.starts_with("/v1/media/") {
        shared.push(("406", "Only JSON is spoken here"));
    }
    if operation.security.is_some() {
        shared.push(("401", "The access token is missing or has ended"));
    }
    if operation.request_body.is_some() {
        shared.push(("400", "The request is not valid"));
        shared.push(("415", "The body has the wrong type"));
    }
    let responses = &mut operation.responses.responses;
    for (status, description) in shared {
        let response = ResponseBuilder::new().description(description).build();
        responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(response));
    }
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response {
            finish(status, response);
        }
    }
}

fn finish(status: &str, response: &mut Response) {
    let is_error = status.starts_with('4') || status.starts_with('5');
    if is_error && response.content.is_empty() {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        response.content.insert(PROBLEM_JSON.to_owned(), RefOr::T(content));
    }
    let header = |schema: Type| Header::new(ObjectBuilder::new().schema_type(schema).build());
    response.headers.insert("X-Request-Id".to_owned(), header(Type::String).into());
    if status == "405" {
        response.headers.insert("Allow".to_owned(), header(Type::String).into());
    }
    if status == "401" {
        response.headers.insert("WWW-Authenticate".to_owned(), header(Type::String).into());
    }
    if status == "429" || status == "503" {
        response.headers.insert("Retry-After".to_owned(), header(Type::Integer).into());
    }
}
