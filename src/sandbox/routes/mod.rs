//! The routes: one file per subject, each handler a thin translation between HTTP and a service.

mod account;
mod catalogue;
mod control;
mod control_bodies;
mod entitlements;
mod examples;
mod exchanges;
mod images;
mod ledger;
mod media;
mod oauth;
mod openapi;
mod phone_page;

use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use control::{answer_code, change_points};

use super::http::extract::App;
use super::http::{faults, pipeline};

/// The routes for boxes and phones.
pub(crate) fn router(app: App) -> Router {
    bind(routes_of_any(), app)
}

/// The routes of QA's switches, which listen at an address of their own.
pub(crate) fn control_router(app: App) -> Router {
    let (router, document) = OpenApiRouter::with_openapi(openapi::switches())
        .routes(routes!(control::state))
        .routes(routes!(control::get_clock, control::set_clock))
        .routes(routes!(control::scenarios))
        .routes(routes!(control::start_session))
        .routes(routes!(control::approve))
        .routes(routes!(control::add_points))
        .routes(routes!(control::set_debt))
        .routes(routes!(control::get_faults, control::set_faults, control::clear_faults))
        .routes(routes!(control::get_policy, control::set_policy))
        .split_for_parts();
    let document = openapi::complete(document);
    bind(router.merge(openapi::switches_router(document)), app)
}

/// The routes, not yet of one sandbox: they and their document are made once and shared.
pub(crate) fn routes_of_any() -> Router<App> {
    let (router, document) = documented();
    router.merge(phone_page::router()).merge(openapi::api_router(document))
}

/// The OpenAPI document of the API, as `assets/openapi.json` has it.
pub fn openapi_document() -> String {
    openapi::published(documented().1)
}

fn documented() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (router, document) = OpenApiRouter::with_openapi(openapi::api())
        .routes(routes!(account::get_account))
        .routes(routes!(account::get_terms))
        .routes(routes!(account::enrol))
        .routes(routes!(catalogue::list))
        .routes(routes!(catalogue::get))
        .routes(routes!(images::get))
        .routes(routes!(exchanges::create, exchanges::list))
        .routes(routes!(exchanges::get))
        .routes(routes!(entitlements::list))
        .routes(routes!(entitlements::switch_renewal))
        .routes(routes!(ledger::list))
        .routes(routes!(ledger::earning_rules))
        .routes(routes!(media::get))
        .routes(routes!(media::get_episode))
        .routes(routes!(oauth::authorize_device))
        .routes(routes!(oauth::token))
        .routes(routes!(oauth::revoke))
        .split_for_parts();
    (router, openapi::complete(document))
}

/// Gives the routes their sandbox and everything that a request passes through.
pub(crate) fn bind(routes: Router<App>, app: App) -> Router {
    routes
        .layer(DefaultBodyLimit::max(pipeline::BODY_LIMIT))
        .layer(middleware::from_fn_with_state(app.clone(), pipeline::check))
        .layer(middleware::from_fn_with_state(app.clone(), faults::middleware))
        .layer(middleware::from_fn_with_state(app.clone(), pipeline::finish))
        .with_state(app)
}
