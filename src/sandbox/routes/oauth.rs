//! OAuth 2.0 for devices (RFC 8628): the endpoints a box talks to.
//!
//! Their errors have the shape of RFC 6749, not of the rest of the API.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::extract::{App, FormOf, blocking};
use crate::http::problem::Problem;
use crate::service::sign_in::{self, ACCESS_SECONDS, CLIENT_ID, CODE_SECONDS, Denial, Tokens};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A device that wants to sign in.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct DeviceForm {
    #[schema(required, nullable = false, pattern = "^bonus-tv$")]
    client_id: Option<String>,
    #[expect(dead_code, reason = "there is one scope, so whichever is named is granted")]
    scope: Option<String>,
}

/// The codes for a device.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceAuthorization {
    device_code: String,
    /// Shown as `XXXX-XXXX`, compared without case and dashes.
    #[schema(pattern = "^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$")]
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: u32,
    interval: u32,
}

/// A device that asks for tokens; without `Debug`, as the next ones, because of what it holds.
#[derive(Deserialize)]
pub(super) struct TokenForm {
    grant_type: Option<String>,
    client_id: Option<String>,
    device_code: Option<String>,
    refresh_token: Option<String>,
}

/// What a device sends for tokens, as the document shows it.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the document alone needs it; a form is read field by field for the errors of RFC 6749")]
pub(super) enum TokenRequest {
    #[schema(title = "device")]
    Device {
        #[schema(pattern = "^urn:ietf:params:oauth:grant-type:device_code$")]
        grant_type: String,
        #[schema(pattern = "^bonus-tv$")]
        client_id: String,
        #[schema(min_length = 1)]
        device_code: String,
    },
    #[schema(title = "refresh")]
    Refresh {
        #[schema(pattern = "^refresh_token$")]
        grant_type: String,
        #[schema(pattern = "^bonus-tv$")]
        client_id: String,
        #[schema(min_length = 1)]
        refresh_token: String,
    },
}

/// A token that is not needed any more.
#[derive(Deserialize, ToSchema)]
pub(super) struct RevokeForm {
    #[schema(required, nullable = false)]
    token: Option<String>,
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenBody {
    access_token: String,
    #[schema(value_type = String)]
    token_type: &'static str,
    expires_in: u32,
    refresh_token: String,
}

/// An OAuth error.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OauthError {
    error: OauthCode,
    #[schema(value_type = String)]
    error_description: &'static str,
}

/// The code of an OAuth error.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OauthCode {
    AuthorizationPending,
    SlowDown,
    AccessDenied,
    ExpiredToken,
    InvalidGrant,
    InvalidClient,
    InvalidRequest,
    UnsupportedGrantType,
}

/// Begins the sign-in of a device.
///
/// A box asks for a code also where a member who is signed in has to confirm something on the phone, such as the first
/// PIN: the account of the tokens that it gets then has to be the same member's.
#[utoipa::path(
    post, path = "/oauth/device_authorization", tag = "sign-in", operation_id = "authorizeDevice",
    request_body(content = DeviceForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The codes", body = DeviceAuthorization), (status = 400, description = "An error of OAuth", body = OauthError))
)]
pub(super) async fn authorize_device(
    State(app): State<App>,
    form: Result<FormOf<DeviceForm>, Problem>,
) -> Result<Response, Problem> {
    let form = match read(form)? {
        Ok(form) => form,
        Err(error) => return Ok(error),
    };
    if form.client_id.as_deref() != Some(CLIENT_ID) {
        return Ok(refuse(OauthCode::InvalidClient));
    }
    let device = blocking(&app, sign_in::begin).await?;
    let verification_uri = format!("{}/tv", app.public_url);
    Ok(Json(DeviceAuthorization {
        verification_uri_complete: format!("{verification_uri}?code={}", device.user_code),
        verification_uri,
        device_code: device.device_code,
        user_code: device.user_code,
        expires_in: CODE_SECONDS,
        interval: device.interval_seconds,
    })
    .into_response())
}

/// Gives tokens for a device code that a subscriber allowed, or for a refresh token.
///
/// A device that polls sooner than its interval gets `slow_down` and an interval five seconds longer; under a clock that
/// stands still no time passes between two polls, so there it comes only if the clock is moved by less than the interval.
/// A refresh token works until a token of the pair it gave is used, because the answer may have been lost; after that,
/// using it ends the sign-in.
#[utoipa::path(
    post, path = "/oauth/token", tag = "sign-in", operation_id = "getTokens",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The tokens", body = TokenBody), (status = 400, description = "An error of OAuth", body = OauthError))
)]
pub(super) async fn token(
    State(app): State<App>,
    form: Result<FormOf<TokenForm>, Problem>,
) -> Result<Response, Problem> {
    let form = match read(form)? {
        Ok(form) => form,
        Err(error) => return Ok(error),
    };
    if form.client_id.as_deref() != Some(CLIENT_ID) {
        return Ok(refuse(OauthCode::InvalidClient));
    }
    let outcome = match (form.grant_type.as_deref(), form.device_code, form.refresh_token) {
        (Some(DEVICE_GRANT), Some(code), _) => blocking(&app, move |sandbox| sign_in::poll(sandbox, &code)).await?,
        (Some("refresh_token"), _, Some(token)) => {
            blocking(&app, move |sandbox| sign_in::refresh(sandbox, &token)).await?
        }
        (Some(DEVICE_GRANT | "refresh_token") | None, _, _) => return Ok(refuse(OauthCode::InvalidRequest)),
        (Some(_), _, _) => return Ok(refuse(OauthCode::UnsupportedGrantType)),
    };
    Ok(match outcome {
        Ok(Tokens { access, refresh }) => Json(TokenBody {
            access_token: access,
            token_type: "Bearer",
            expires_in: ACCESS_SECONDS,
            refresh_token: refresh,
        })
        .into_response(),
        Err(denial) => refuse(match denial {
            Denial::AuthorizationPending => OauthCode::AuthorizationPending,
            Denial::SlowDown => OauthCode::SlowDown,
            Denial::AccessDenied => OauthCode::AccessDenied,
            Denial::ExpiredToken => OauthCode::ExpiredToken,
            Denial::InvalidGrant => OauthCode::InvalidGrant,
        }),
    })
}

/// Ends the sign-in that a token belongs to; an unknown token is no error.
#[utoipa::path(
    post, path = "/oauth/revoke", tag = "sign-in", operation_id = "revokeToken",
    request_body(content = RevokeForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "The sign-in has ended"), (status = 400, description = "An error of OAuth", body = OauthError))
)]
pub(super) async fn revoke(
    State(app): State<App>,
    form: Result<FormOf<RevokeForm>, Problem>,
) -> Result<Response, Problem> {
    let token = match read(form)? {
        Ok(form) => form.token,
        Err(error) => return Ok(error),
    };
    let Some(token) = token else { return Ok(refuse(OauthCode::InvalidRequest)) };
    blocking(&app, move |sandbox| sign_in::revoke(sandbox, &token)).await?;
    Ok(StatusCode::OK.into_response())
}

// A form that cannot be read is an OAuth error; a wrong content type or size is not.
fn read<T>(form: Result<FormOf<T>, Problem>) -> Result<Result<T, Response>, Problem> {
    match form {
        Ok(FormOf(form)) => Ok(Ok(form)),
        Err(problem) if problem.status() == StatusCode::BAD_REQUEST => Ok(Err(refuse(OauthCode::InvalidRequest))),
        Err(problem) => Err(problem),
    }
}

fn refuse(error: OauthCode) -> Response {
    let error_description = match error {
        OauthCode::AuthorizationPending => "nobody has answered on the phone yet",
        OauthCode::SlowDown => "wait five seconds longer between polls from now on",
        OauthCode::AccessDenied => "the person refused",
        OauthCode::ExpiredToken => "the code has expired",
        OauthCode::InvalidGrant => "the code or the token is unknown, used or revoked",
        OauthCode::InvalidClient => "the client is unknown",
        OauthCode::InvalidRequest => "a parameter is missing or unreadable",
        OauthCode::UnsupportedGrantType => "the grant type is not supported",
    };
    (StatusCode::BAD_REQUEST, Json(OauthError { error, error_description })).into_response()
}
