//! Pictures of offers, drawn on demand and kept.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::catalogue::is_current;
use crate::artwork::{self, ArtworkError, Variant};
use crate::http::binary::BinaryBody;
use crate::http::extract::{App, PathText, QueryOf};
use crate::http::problem::Problem;
use crate::pictures::{Key, Picture};
use crate::state::{Sandbox, Threads};

/// How a picture is cut.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum VariantName {
    Poster,
    Tile,
    Backdrop,
}

/// Which picture.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ImageQuery {
    /// The cut, `poster` by default.
    #[param(inline)]
    variant: Option<VariantName>,
    /// The width in pixels.
    #[param(minimum = 16, maximum = 1920)]
    w: Option<u32>,
    /// The height in pixels.
    #[param(minimum = 16, maximum = 1080)]
    h: Option<u32>,
}

/// Draws the picture of an offer, one picture at a time.
#[utoipa::path(
    get, path = "/v1/images/{id}", tag = "catalogue", operation_id = "getImage",
    params(
        ("id" = String, Path, description = "The picture"),
        ImageQuery,
        ("If-None-Match" = Option<String>, Header, description = "The entity tag of a kept picture"),
    ),
    responses(
        (status = 200, description = "The picture", content_type = "image/png", body = BinaryBody, headers(("ETag" = String), ("Cache-Control" = String))),
        (status = 304, description = "The kept picture is current", headers(("ETag" = String), ("Cache-Control" = String))),
        (status = 400, description = "`invalid_request`: a parameter is not valid"),
        (status = 404, description = "`image_not_found`"),
        (status = 503, description = "Too many pictures wait to be drawn"),
    )
)]
pub(super) async fn get(
    State(app): State<App>,
    PathText(id): PathText,
    QueryOf(query): QueryOf<ImageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let key = key_of(id, &query);
    // Checked before the queue, so that a bad request does not wait.
    artwork::check(&app.seed, &key.image, key.width, key.height).map_err(problem)?;
    let wanted = key.clone();
    let draw = |turn| async {
        let sandbox = Arc::clone(&app);
        let work = move || {
            let drawn = draw(&sandbox, wanted);
            drop(turn);
            drawn
        };
        match app.threads {
            Threads::Caller => work(),
            Threads::Pool => {
                let drawn = app.pictures.easel().run(work).await;
                drawn.unwrap_or_else(|| Err(Problem::internal("The thread that draws stopped.")))
            }
        }
    };
    let picture = app.pictures.get(&key, draw).await?;
    let mut response = if is_current(&headers, &picture.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "image/png")], picture.png).into_response()
    };
    let kept = response.headers_mut();
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    if let Ok(tag) = HeaderValue::from_str(&picture.tag) {
        kept.insert(header::ETAG, tag);
    }
    Ok(response)
}

fn key_of(image: String, query: &ImageQuery) -> Key {
    let variant = match query.variant {
        None | Some(VariantName::Poster) => Variant::Poster,
        Some(VariantName::Tile) => Variant::Tile,
        Some(VariantName::Backdrop) => Variant::Backdrop,
    };
    let (usual_width, usual_height) = variant.usual_size();
    Key { image, variant, width: query.w.unwrap_or(usual_width), height: query.h.unwrap_or(usual_height) }
}

fn draw(sandbox: &Sandbox, key: Key) -> Result<Picture, Problem> {
    // A drawing goes on when the request that started it is cancelled.
    if let Some(picture) = sandbox.pictures.kept(&key) {
        return Ok(picture);
    }
    let drawn = sandbox.artist.draw(&sandbox.seed, &key.image, key.variant, key.width, key.height);
    let picture = Picture::new(drawn.map_err(problem)?);
    sandbox.pictures.keep(key, &picture);
    Ok(picture)
}

fn problem(error: ArtworkError) -> Problem {
    match error {
        ArtworkError::Unknown(_) => Problem::not_found("image_not_found", "There is no such picture."),
        ArtworkError::Size { .. } => Problem::invalid("w is 16 to 1920 and h is 16 to 1080 pixels."),
        ArtworkError::Broken { .. } => {
            tracing::error!(error = &error as &dyn std::error::Error, "a picture cannot be drawn");
            Problem::internal("The picture cannot be drawn.")
        }
    }
}
