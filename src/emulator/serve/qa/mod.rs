//! `/qa/v1`: what no standard has. State, tree, text, keys, waiting, pictures, clock, faults, requests, ledger.

mod sandbox;
mod state;

use std::io::Cursor;
use std::time::Duration;

use axum::extract::{RawQuery, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::engine::{BoxHandle, Engine};
use super::http::{Face, Refusal, json};
use super::keys::{KeysBody, changed};
use super::tree;
use super::waiting::{LONGEST_WAIT, Want};
use bonus_tv::input::{PowerKey, parse_duration};

pub(crate) use sandbox::{charges, requests_of, sign_in_as};
pub(crate) use state::describe;

/// The routes.
pub(crate) fn router(id: &str, tv: BoxHandle) -> Router {
    let face = Face { id: id.to_owned(), tv };
    Router::new()
        .route("/qa/v1", get(index))
        .route("/qa/v1/state", get(state))
        .route("/qa/v1/tree", get(whole_tree))
        .route("/qa/v1/spoken", get(spoken))
        .route("/qa/v1/text", get(text))
        .route("/qa/v1/screenshot", get(screenshot))
        .route("/qa/v1/wait", get(wait))
        .route("/qa/v1/keys", post(keys))
        .route("/qa/v1/power", post(power))
        .route("/qa/v1/open", post(open))
        .route("/qa/v1/clock", get(clock).post(set_clock))
        .route("/qa/v1/faults", get(sandbox::faults).put(sandbox::set_faults).delete(sandbox::clear_faults))
        .route("/qa/v1/sign-in", post(sandbox::sign_in))
        .route("/qa/v1/ledger", get(sandbox::ledger))
        .route("/qa/v1/requests", get(sandbox::requests))
        .with_state(face)
}

async fn index(State(face): State<Face>) -> Json<Value> {
    Json(json!({
        "box": face.id,
        "version": env!("CARGO_PKG_VERSION"),
        "get": ["state", "tree", "text", "spoken", "screenshot", "wait", "clock", "faults", "ledger", "requests"],
        "post": ["keys", "power", "open", "clock", "sign-in"],
        "put": ["faults"],
        "delete": ["faults"],
    }))
}

async fn state(State(face): State<Face>) -> Result<Json<Value>, Refusal> {
    let mut state = face.tv.ask(describe).await?;
    state["box"] = json!(face.id);
    Ok(Json(state))
}

async fn whole_tree(State(face): State<Face>) -> Result<Json<Value>, Refusal> {
    let tree = face.tv.ask(|engine| {
        let revision = engine.look().0;
        json!({"revision": revision, "tree": tree::build(engine.television())})
    });
    Ok(Json(tree.await?))
}

async fn text(State(face): State<Face>) -> Result<Json<Value>, Refusal> {
    let text = face.tv.ask(|engine| {
        let revision = engine.look().0;
        json!({"revision": revision, "text": tree::build(engine.television()).texts()})
    });
    Ok(Json(text.await?))
}

/// What the voice said, also where no program speaks it.
async fn spoken(State(face): State<Face>) -> Result<Json<Value>, Refusal> {
    let spoken = face.tv.ask(|engine| {
        let revision = engine.look().0;
        let television = engine.television();
        let guidance = television.app().settings.voice.code();
        json!({"revision": revision, "guidance": guidance, "spoken": television.said().collect::<Vec<_>>()})
    });
    Ok(Json(spoken.await?))
}

/// The picture as PNG, and its revision.
///
/// # Errors
/// The picture does not fit PNG, which it always does.
pub(crate) fn png(engine: &mut Engine) -> Result<(u64, Vec<u8>), Refusal> {
    let (width, height) = engine.television().size();
    let mut bytes = Cursor::new(Vec::new());
    let frame = engine.television().frame();
    let image = image::RgbImage::from_raw(width, height, frame);
    let written = image.map(|image| image.write_to(&mut bytes, image::ImageFormat::Png));
    let revision = engine.look().0;
    match written {
        Some(Ok(())) => Ok((revision, bytes.into_inner())),
        Some(Err(_)) | None => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Err(Refusal::new(status, "no_picture", "The picture cannot be written", "It does not fit PNG."))
        }
    }
}

async fn screenshot(State(face): State<Face>) -> Result<Response, Refusal> {
    let (revision, bytes) = face.tv.ask(png).await??;
    let revision = revision.to_string();
    Ok(([(header::CONTENT_TYPE.as_str(), "image/png"), ("x-revision", revision.as_str())], bytes).into_response())
}

async fn wait(State(face): State<Face>, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let query = query.unwrap_or_default();
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let (want, timeout) = Want::parse(pairs).map_err(Refusal::invalid)?;
    let waited = face.tv.wait(want.clone(), timeout).await?;
    let id = face.id;
    let (mut state, missing) = face
        .tv
        .ask(move |engine| {
            let revision = engine.look().0;
            let missing = want.missing(engine.television(), revision);
            (describe(engine), missing)
        })
        .await?;
    state["box"] = json!(id);
    if waited.is_met {
        return Ok(Json(state).into_response());
    }
    let document = json!({
        "type": "about:blank",
        "title": "It did not come in time",
        "status": 408,
        "code": "timeout",
        "detail": "Time ran out, or the bonus API did not answer.",
        "missing": missing,
        "waiting_for": waited.pending,
        "screenshot": "/qa/v1/screenshot",
        "state": state,
    });
    let content = [(header::CONTENT_TYPE, "application/problem+json")];
    Ok((StatusCode::REQUEST_TIMEOUT, content, document.to_string()).into_response())
}

async fn keys(State(face): State<Face>, request: Request) -> Result<Json<Value>, Refusal> {
    let done = json::<KeysBody>(request).await?.order()?.carry_out(&face.tv).await?;
    let mut answer = face.tv.ask(changed).await?;
    done.write(&mut answer);
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PowerBody {
    power: PowerWish,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PowerWish {
    On,
    Standby,
    Toggle,
}

async fn power(State(face): State<Face>, request: Request) -> Result<Json<Value>, Refusal> {
    let key = match json::<PowerBody>(request).await?.power {
        PowerWish::On => PowerKey::Wake,
        PowerWish::Standby => PowerKey::Sleep,
        PowerWish::Toggle => PowerKey::Toggle,
    };
    face.tv.ask(move |engine| engine.power(key)).await?;
    face.tv.settle().await?;
    Ok(Json(face.tv.ask(changed).await?))
}

/// The viewer comes back who has left the menu.
async fn open(State(face): State<Face>) -> Result<Json<Value>, Refusal> {
    let has_come_back = face.tv.ask(Engine::come_back).await?;
    let mut answer = face.tv.ask(changed).await?;
    answer["came_back"] = json!(has_come_back);
    Ok(Json(answer))
}

async fn clock(State(face): State<Face>) -> Result<Json<Value>, Refusal> {
    Ok(Json(face.tv.ask(|engine| state::clocks(engine.television())).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockBody {
    /// For how long time passes, such as `48h`.
    advance: String,
}

async fn set_clock(State(face): State<Face>, request: Request) -> Result<Json<Value>, Refusal> {
    let body = json::<ClockBody>(request).await?;
    advance(&face.tv, &body.advance).await.map(Json)
}

/// Lets so much time pass, for box and sandbox; what the box asks for meanwhile is answered.
///
/// # Errors
/// The text is no time, or the box is gone.
pub(crate) async fn advance(tv: &BoxHandle, time: &str) -> Result<Value, Refusal> {
    let time = parse_duration(time).filter(|time| *time <= LONGEST_WAIT && *time > Duration::ZERO);
    let time = time.ok_or_else(|| Refusal::invalid("advance is a time such as 500ms, 5s or 48h, a week at most."))?;
    tv.wait(Want::time(), time).await?;
    tv.settle().await?;
    let mut answer = tv.ask(changed).await?;
    answer["clock"] = tv.ask(|engine| state::clocks(engine.television())).await?;
    Ok(answer)
}
