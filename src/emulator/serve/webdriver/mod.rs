//! The subset of W3C WebDriver that a television has: no mouse, no pages, one focus, keys.
//!
//! What is not there answers `unknown command`, as the standard wants; what no standard has goes by `execute/sync`.

mod answer;
mod elements;
mod find;
mod keys;
mod sessions;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::{any, delete, get, post};
use base64::Engine as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::engine::BoxHandle;
use super::keys::changed;
use super::{http, qa, tree, walk};
use bonus_tv::input::RemoteKey;

use answer::{Fault, value};
use sessions::Sessions;

/// A box as a browser.
#[derive(Clone)]
pub(super) struct Face {
    id: String,
    tv: BoxHandle,
    sessions: Sessions,
}

type Answer = Result<Response, Fault>;

/// The routes; everything below `/session` that is not one of them is an unknown command.
pub(crate) fn router(id: &str, tv: BoxHandle) -> Router {
    let face = Face { id: id.to_owned(), tv, sessions: Sessions::default() };
    let at = |path: &str| format!("/session/{{session}}{path}");
    Router::new()
        .route("/status", get(status))
        .route("/session", post(sessions::begin))
        .route("/session/{session}", delete(sessions::end))
        .route(&at("/timeouts"), get(sessions::timeouts).post(sessions::set_timeouts))
        .route(&at("/source"), get(source))
        .route(&at("/title"), get(title))
        .route(&at("/screenshot"), get(screenshot))
        .route(&at("/element"), post(elements::one))
        .route(&at("/elements"), post(elements::all))
        .route(&at("/element/active"), get(elements::active))
        .route(&at("/element/{element}/element"), post(elements::one_below))
        .route(&at("/element/{element}/elements"), post(elements::all_below))
        .route(&at("/element/{element}/text"), get(elements::text))
        .route(&at("/element/{element}/name"), get(elements::name))
        .route(&at("/element/{element}/rect"), get(elements::rect))
        .route(&at("/element/{element}/enabled"), get(elements::enabled))
        .route(&at("/element/{element}/displayed"), get(elements::displayed))
        .route(&at("/element/{element}/selected"), get(elements::selected))
        .route(&at("/element/{element}/attribute/{name}"), get(elements::attribute))
        .route(&at("/element/{element}/property/{name}"), get(elements::attribute))
        .route(&at("/element/{element}/click"), post(click))
        .route(&at("/element/{element}/value"), post(keys::send))
        .route(&at("/actions"), post(keys::perform).delete(keys::release))
        .route(&at("/execute/sync"), post(execute))
        .route("/session/{session}/{*rest}", any(unknown))
        .layer(axum::middleware::from_fn_with_state(face.clone(), sessions::check))
        .with_state(face)
}

async fn unknown() -> Fault {
    Fault::unknown_command()
}

async fn status(State(face): State<Face>) -> Response {
    value(json!({"ready": face.sessions.has_room(), "message": "a television without a display"}))
}

async fn source(State(face): State<Face>) -> Answer {
    let xml = face.tv.ask(|engine| find::source(&tree::build(engine.television()))).await?;
    Ok(value(json!(xml)))
}

async fn title(State(face): State<Face>) -> Answer {
    let name = face.tv.ask(|engine| tree::screen_name(engine.television())).await?;
    Ok(value(json!(name)))
}

async fn screenshot(State(face): State<Face>) -> Answer {
    let (_, bytes) = face.tv.ask(qa::png).await?.map_err(|_| Fault::unknown("the picture does not fit PNG"))?;
    Ok(value(json!(base64::engine::general_purpose::STANDARD.encode(bytes))))
}

/// A viewer has no pointer: the focus walks there by keys, and OK is pressed.
async fn click(State(face): State<Face>, Path((_, element)): Path<(String, String)>) -> Answer {
    let (id, _) = elements::look(&face, &element).await?;
    match walk::walk_to(&face.tv, &id).await? {
        walk::Walk::There => {}
        walk::Walk::Unknown => return Err(Fault::stale()),
        walk::Walk::Lost => return Err(Fault::not_interactable("keys do not lead the focus there")),
    }
    let _turn = face.tv.keys().await;
    face.tv.ask(|engine| engine.press(RemoteKey::Ok, None)).await?;
    face.tv.settle().await?;
    Ok(value(Value::Null))
}

#[derive(Deserialize)]
struct Script {
    script: String,
    #[serde(default)]
    args: Vec<Value>,
}

/// Verbs that no standard has, such as `bonus: clock` with `{"advance": "48h"}`.
async fn execute(State(face): State<Face>, request: Request) -> Answer {
    let body: Script = answer::body(request).await?;
    if let Some(answer) = elements::atom(&face, &body.script, &body.args).await? {
        return Ok(answer);
    }
    let argument = body.args.into_iter().next().unwrap_or_else(|| json!({}));
    let text = |name: &str| argument.get(name).and_then(Value::as_str).map(str::to_owned);
    let refused = |refusal: http::Refusal| Fault::invalid(refusal.0.detail().to_owned());
    let done = match body.script.trim() {
        "bonus: state" => face.tv.ask(qa::describe).await?,
        "bonus: clock" => {
            let time = text("advance").ok_or_else(|| Fault::invalid("advance is missing, such as 48h"))?;
            qa::advance(&face.tv, &time).await.map_err(refused)?
        }
        "bonus: keys" => {
            let keys: super::keys::KeysBody =
                serde_json::from_value(argument).map_err(|error| Fault::invalid(error.to_string()))?;
            let done = keys.order().map_err(refused)?.carry_out(&face.tv).await?;
            let mut answer = face.tv.ask(changed).await?;
            done.write(&mut answer);
            answer
        }
        "bonus: charges" => json!(face.tv.ask(|engine| qa::charges(engine)).await?.map_err(refused)?),
        "bonus: requests" => {
            let (method, path) = (text("method").unwrap_or("*".to_owned()), text("path").unwrap_or("*".to_owned()));
            let seen = face.tv.ask(move |engine| qa::requests_of(engine, &method, &path)).await?.map_err(refused)?;
            json!(seen)
        }
        other => {
            let other: String = other.chars().take(40).collect();
            let known = "bonus: state, clock, keys, charges, requests";
            return Err(Fault::invalid(format!("«{other}» is no script of a television; there are {known}")));
        }
    };
    Ok(value(done))
}
