//! The OpenAPI document, generated from the handlers, and the page that shows it.
//!
//! What every operation shares is added here once: the request id, and the problems that the
//! pipeline answers before a handler runs.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::Response;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder, Server};
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::examples;
use crate::http::extract::App;
use crate::http::faults::CONTROL_PREFIX;
use crate::http::problem::PROBLEM_JSON;
use crate::http::wire::{ProblemBody, ReasonBody};
use crate::state::Sandbox;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bonus API",
        description = "The bonus programme of an IPTV operator, as set-top boxes use it. A field may be added to any \
            object, and a word to any list of words: clients skip what they do not know. An error's `code` says what \
            happened; `detail` is for people and may change."
    ),
    components(schemas(ProblemBody, ReasonBody)),
    tags(
        (name = "account"), (name = "catalogue"), (name = "exchanges"), (name = "entitlements"), (name = "ledger"),
        (name = "sign-in")
    )
)]
struct Api;

#[derive(OpenApi)]
#[openapi(
    info(title = "Switches of the bonus API sandbox", description = "For QA; nothing here needs a sign-in."),
    components(schemas(ProblemBody, ReasonBody)),
    tags((name = "control", description = "Clock, test subscribers, points, debts, faults and policy."))
)]
struct Switches;

/// The document of the API before the routes are added.
pub(super) fn api() -> Document {
    Api::openapi()
}

/// The document of the switches before the routes are added.
pub(super) fn switches() -> Document {
    Switches::openapi()
}

/// Adds what every operation shares.
pub(super) fn complete(mut document: Document) -> Document {
    let needs_token = document.paths.paths.values_mut().flat_map(operations).any(|one| one.security.is_some());
    if let Some(components) = document.components.as_mut().filter(|_| needs_token) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            share(operation, path);
            examples::add(operation);
        }
    }
    document
}

/// The document as operators get it: of no server in particular.
pub(super) fn published(mut document: Document) -> String {
    document.servers = None;
    // A document that came from code fits JSON; an empty one fails the test that compares it.
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// Serves the document of the API and its page.
pub(super) fn api_router(document: Document) -> Router<App> {
    router(document, |app| (&app.documents.api, app.public_url.clone()))
}

/// Serves the document of the switches and its page.
pub(super) fn switches_router(document: Document) -> Router<App> {
    // Requests go to the address at which the document was read.
    router(document, |app| (&app.documents.switches, "/".to_owned()))
}

fn router(
    document: Document,
    place: impl Fn(&Sandbox) -> (&OnceLock<Bytes>, String) + Copy + Send + Sync + 'static,
) -> Router<App> {
    let document = Arc::new(document);
    let served = move |State(app): State<App>| async move {
        let (made, server) = place(&app);
        let json = made.get_or_init(|| {
            let mut document = Document::clone(&document);
            document.servers = Some(vec![Server::new(server)]);
            // A document that came from code fits JSON; an empty one would fail the first test that reads it.
            document.to_pretty_json().unwrap_or_default().into()
        });
        ([(header::CONTENT_TYPE, "application/json")], json.clone()).into_response()
    };
    // Relative to the page: the public address may have a path.
    let page: Router<App> = SwaggerUi::new("/docs").config(Config::new(["../openapi.json"])).into();
    Router::new().route("/openapi.json", get(served)).merge(page)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [item.get.as_mut(), item.put.as_mut(), item.post.as_mut(), item.delete.as_mut()].into_iter().flatten()
}

fn share(operation: &mut Operation, path: &str) {
    let mut shared = vec![
        ("400", "`invalid_request`"),
        ("405", "`method_not_allowed`"),
        ("413", "`payload_too_large`"),
        ("429", "`rate_limited`"),
        ("431", "`too_many_headers`"),
        ("500", "`internal`"),
        ("503", "`unavailable`"),
    ];
    if path.starts_with(CONTROL_PREFIX) {
        shared.push(("403", "`foreign_page`: pages from elsewhere may not turn the switches"));
    }
    if !path.starts_with("/v1/images/") && !path.starts_with("/v1/media/") {
        shared.push(("406", "`not_acceptable`: only JSON is spoken here"));
    }
    if operation.security.is_some() {
        shared.push(("401", "`unauthorized`: the access token is missing or has ended"));
        shared.push(("404", "`member_not_found`: the member of the token has no account"));
    } else {
        shared.push(("404", "`not_found`: nothing of this name"));
    }
    if operation.request_body.is_some() {
        shared.push(("408", "`request_timeout`: the body took too long"));
        shared.push(("415", "`unsupported_media_type`"));
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
    response.headers.entry("Cache-Control".to_owned()).or_insert_with(|| {
        let mut stored = header(Type::String);
        stored.description = Some("`no-store`".to_owned());
        stored.into()
    });
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
