//! Roku's External Control Protocol, as Python's `roku` and `rokuecp`, Home Assistant and stb-tester speak it.
//!
//! Keys go the way of every key. A key that is held lets time pass as on the wall, and is let go after 65 s.

mod documents;
mod keys;

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::engine::{BoxHandle, Engine, Gone, HoldTime};
use super::http::{Face, Refusal};
use super::walk::{Walk, walk_to};
use bonus_tv::input::{Button, RemoteKey};

pub(crate) use keys::Press;

/// The one app of a box.
pub(crate) const APP: &str = "bonus-tv";
/// A key is answered when its picture is there, or after so long: clients wait for a few seconds at most.
const ANSWER: Duration = Duration::from_millis(800);
/// The longest id of a deep link.
const MOST_CONTENT: usize = 200;

/// The routes.
pub(crate) fn router(id: &str, tv: BoxHandle) -> Router {
    let face = Face { id: id.to_owned(), tv };
    Router::new()
        .route("/query/device-info", get(device_info))
        .route("/query/apps", get(apps))
        .route("/query/active-app", get(active_app))
        .route("/query/media-player", get(media_player))
        .route("/query/app-ui", get(app_ui))
        .route("/query/icon/{app}", get(icon))
        .route("/keypress/{key}", post(keypress))
        .route("/keydown/{key}", post(keydown))
        .route("/keyup/{key}", post(keyup))
        .route("/launch/{app}", post(launch))
        .route("/exit-app/{app}", post(exit_app))
        .route("/input", post(input))
        .layer(axum::middleware::from_fn(no_pages))
        .with_state(face)
}

/// No page may press keys that spend points, not even one of ours.
async fn no_pages(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        let (title, detail) = ("The request comes from a page", "Pages have no say here; programs have.");
        return Refusal::new(StatusCode::FORBIDDEN, "foreign_page", title, detail).into_response();
    }
    next.run(request).await
}

fn xml(content: &str) -> Response {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n{content}\n");
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response()
}

/// What a client expects of a key: nothing at all, and above all no XML.
fn done() -> Response {
    StatusCode::OK.into_response()
}

async fn device_info(State(face): State<Face>) -> Result<Response, Refusal> {
    let id = face.id;
    Ok(xml(&face.tv.ask(move |engine| documents::device_info(&id, engine.television())).await?))
}

async fn apps() -> Response {
    xml(&documents::apps())
}

async fn active_app(State(face): State<Face>) -> Result<Response, Refusal> {
    Ok(xml(&face.tv.ask(|engine| documents::active_app(engine.television())).await?))
}

async fn media_player(State(face): State<Face>) -> Result<Response, Refusal> {
    Ok(xml(&face.tv.ask(|engine| documents::media_player(engine.television())).await?))
}

async fn app_ui(State(face): State<Face>) -> Result<Response, Refusal> {
    Ok(xml(&face.tv.ask(|engine| documents::app_ui(engine.television())).await?))
}

async fn icon(Path(app): Path<String>) -> Result<Response, Refusal> {
    if app != APP {
        return Err(unknown_app());
    }
    Ok(([(header::CONTENT_TYPE, "image/png")], documents::icon()?).into_response())
}

fn unknown_app() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "unknown_app", "There is no such app", format!("The one app is {APP}."))
}

fn understand(key: &str) -> Result<Press, Refusal> {
    keys::named(key).ok_or_else(|| Refusal::invalid("The key is unknown; docs/testing.md lists the keys."))
}

async fn settle(tv: &BoxHandle) -> Result<(), Gone> {
    // Whoever wants to know more asks /qa/v1/wait.
    tokio::time::timeout(ANSWER, tv.settle()).await.unwrap_or(Ok(super::waiting::Waited::late())).map(|_| ())
}

async fn keypress(State(face): State<Face>, Path(key): Path<String>) -> Result<Response, Refusal> {
    press(&face.tv, understand(&key)?).await?;
    Ok(done())
}

async fn press(tv: &BoxHandle, press: Press) -> Result<(), Gone> {
    let _turn = tv.keys().await;
    match press {
        Press::Button(Button::Key(key)) => {
            tv.ask(move |engine| engine.press(key, None)).await?;
        }
        Press::Button(Button::Power(key)) => tv.ask(move |engine| engine.power(key)).await?,
        Press::Nothing => return Ok(()),
    }
    settle(tv).await
}

async fn keydown(State(face): State<Face>, Path(key): Path<String>) -> Result<Response, Refusal> {
    match understand(&key)? {
        Press::Button(Button::Key(key)) => {
            face.tv.ask(move |engine| engine.down(key, HoldTime::Paced)).await?;
        }
        Press::Button(Button::Power(key)) => face.tv.ask(move |engine| engine.power(key)).await?,
        Press::Nothing => {}
    }
    Ok(done())
}

async fn keyup(State(face): State<Face>, Path(key): Path<String>) -> Result<Response, Refusal> {
    if let Press::Button(Button::Key(key)) = understand(&key)? {
        face.tv.ask(move |engine| engine.up(key)).await?;
        settle(&face.tv).await?;
    }
    Ok(done())
}

async fn launch(
    State(face): State<Face>,
    Path(app): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    if app != APP {
        return Err(unknown_app());
    }
    let query = query.unwrap_or_default();
    let content = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name.eq_ignore_ascii_case("contentID"))
        .map(|(_, value)| value.into_owned())
        .filter(|content| !content.is_empty() && *content != app);
    face.tv.ask(Engine::come_back).await?;
    settle(&face.tv).await?;
    if let Some(content) = content {
        open(&face.tv, &content).await?;
    }
    Ok(done())
}

/// Follows a deep link by keys: `tab:catalog`, or `offer:film-potemkin` where its card is on home or in the catalogue.
async fn open(tv: &BoxHandle, content: &str) -> Result<(), Refusal> {
    let is_link = ["tab:", "offer:"].iter().any(|kind| content.starts_with(kind));
    if !is_link || content.len() > MOST_CONTENT {
        return Err(Refusal::invalid("contentID is offer:<id> or tab:<name>."));
    }
    // The tabs are on every main screen; Back leads to one.
    for _ in 0..6 {
        let has_tabs = tv.ask(|engine| engine.television().app().has_tabs()).await?;
        if has_tabs {
            break;
        }
        press(tv, Press::Button(Button::Key(RemoteKey::Back))).await?;
    }
    let there = match walk_to(tv, content).await? {
        Walk::There => true,
        // A card that is not on this screen may be in the catalogue.
        Walk::Unknown | Walk::Lost if content.starts_with("offer:") => {
            if walk_to(tv, "tab:catalog").await? == Walk::There {
                press(tv, Press::Button(Button::Key(RemoteKey::Ok))).await?;
            }
            walk_to(tv, content).await? == Walk::There
        }
        Walk::Unknown | Walk::Lost => false,
    };
    if !there {
        let detail = "Keys do not lead there from here; /qa/v1/tree shows what is on the screen.";
        return Err(Refusal::new(StatusCode::NOT_FOUND, "no_such_content", "There is no such thing", detail));
    }
    Ok(press(tv, Press::Button(Button::Key(RemoteKey::Ok))).await?)
}

async fn exit_app(State(face): State<Face>, Path(app): Path<String>) -> Result<Response, Refusal> {
    if app != APP {
        return Err(unknown_app());
    }
    press(&face.tv, Press::Button(Button::Key(RemoteKey::Leave))).await?;
    Ok(done())
}

async fn input() -> Response {
    done()
}
