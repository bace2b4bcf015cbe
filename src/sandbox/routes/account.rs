//! The account, the terms and joining.

use axum::Json;
use axum::extract::State;

use crate::http::extract::{App, Bearer, JsonOf};
use crate::http::problem::Problem;
use crate::http::wire::{AccountBody, EnrolmentBody, TermsBody};
use crate::service::account;
use crate::service::catalogue::Language;

/// Shows the member's account.
#[utoipa::path(
    get, path = "/v1/account", tag = "account", operation_id = "getAccount",
    security(("bearer" = [])),
    params(("Accept-Language" = Option<String>, Header, description = "`ru` or `en`")),
    responses((status = 200, description = "The account", body = AccountBody))
)]
pub(super) async fn get_account(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
) -> Result<Json<AccountBody>, Problem> {
    bearer.run(&app, move |scope| account::show(scope, language)).await.map(Json)
}

/// Shows the terms a subscriber accepts when joining.
#[utoipa::path(
    get, path = "/v1/terms", tag = "account", operation_id = "getTerms",
    params(("Accept-Language" = Option<String>, Header, description = "`ru` or `en`")),
    responses((status = 200, description = "The terms", body = TermsBody))
)]
pub(super) async fn get_terms(State(app): State<App>, language: Language) -> Json<TermsBody> {
    let terms = &app.seed.terms;
    let text = match language {
        Language::Russian => &terms.ru,
        Language::English => &terms.en,
    };
    Json(TermsBody {
        version: terms.version.clone(),
        title: text.title.clone(),
        paragraphs: text.paragraphs.clone(),
        joining_points: terms.joining_points,
    })
}

/// Joins the programme; joining again changes nothing.
#[utoipa::path(
    post, path = "/v1/enrolment", tag = "account", operation_id = "enrol",
    security(("bearer" = [])),
    params(("Accept-Language" = Option<String>, Header, description = "`ru` or `en`")),
    request_body = EnrolmentBody,
    responses(
        (status = 200, description = "The account", body = AccountBody),
        (status = 409, description = "`terms_outdated`: another version is current"),
    )
)]
pub(super) async fn enrol(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
    body: Result<JsonOf<EnrolmentBody>, Problem>,
) -> Result<Json<AccountBody>, Problem> {
    let joining = bearer.clone().run(&app, move |scope| {
        let JsonOf(body) = body?;
        account::enrol(scope, &body.terms_version)
    });
    joining.await?;
    bearer.run(&app, move |scope| account::show(scope, language)).await.map(Json)
}
