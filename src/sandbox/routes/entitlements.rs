//! Active options and the switch of their paid renewal.

use axum::Json;
use axum::extract::State;

use crate::http::extract::{App, Bearer, JsonOf, PathText};
use crate::http::problem::Problem;
use crate::http::wire::{EntitlementBody, EntitlementsBody, RenewalSwitchBody};
use crate::service::catalogue::Language;
use crate::service::entitlement;

/// Lists the member's active options, soonest end first.
#[utoipa::path(
    get, path = "/v1/entitlements", tag = "entitlements", operation_id = "listEntitlements",
    security(("bearer" = [])),
    params(("Accept-Language" = Option<String>, Header, description = "`ru` or `en`")),
    responses((status = 200, description = "The active options", body = EntitlementsBody))
)]
pub(super) async fn list(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
) -> Result<Json<EntitlementsBody>, Problem> {
    let list = bearer
        .run(&app, move |scope| {
            let entitlements = entitlement::active(scope, language)?;
            Ok(EntitlementsBody { server_time: scope.now, entitlements })
        })
        .await?;
    Ok(Json(list))
}

/// Switches the paid renewal of an option on or off.
#[utoipa::path(
    put, path = "/v1/entitlements/{id}/renewal", tag = "entitlements", operation_id = "switchRenewal",
    security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The option"),
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
    ),
    request_body = RenewalSwitchBody,
    responses(
        (status = 200, description = "The option as it is now", body = EntitlementBody),
        (status = 404, description = "`entitlement_not_found`, or `member_not_found`"),
        (status = 409, description = "`no_renewal`: the option simply ends"),
    )
)]
pub(super) async fn switch_renewal(
    State(app): State<App>,
    language: Language,
    bearer: Bearer,
    PathText(id): PathText,
    body: Result<JsonOf<RenewalSwitchBody>, Problem>,
) -> Result<Json<EntitlementBody>, Problem> {
    let shown = bearer
        .run(&app, move |scope| {
            let JsonOf(body) = body?;
            entitlement::switch_renewal(scope, &id, body.on, language)
        })
        .await?;
    Ok(Json(shown))
}
