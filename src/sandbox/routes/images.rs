//! Pictures of offers, drawn on demand and kept.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::catalogue::is_current;
use crate::sandbox::artwork::{ArtworkError, Variant};
use crate::sandbox::http::binary::BinaryBody;
use crate::sandbox::http::extract::{App, PathText, QueryOf, blocking};
use crate::sandbox::http::problem::Problem;
use crate::sandbox::randomness::hash_text;
use crate::sandbox::state::{Sandbox, lock};

// A page of posters in two sizes; drawing again is cheap enough beyond that.
const MOST_KEPT: usize = 256;

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

/// Draws the picture of an offer.
#[utoipa::path(
    get, path = "/v1/images/{id}", tag = "catalogue", operation_id = "getImage",
    params(
        ("id" = String, Path, description = "The picture"),
        ImageQuery,
        ("If-None-Match" = Option<String>, Header, description = "The entity tag of a kept picture"),
    ),
    responses(
        (status = 200, content_type = "image/png", body = BinaryBody, headers(("ETag" = String), ("Cache-Control" = String))),
        (status = 304, description = "The kept picture is current", headers(("ETag" = String), ("Cache-Control" = String))),
        (status = 400, description = "A parameter is not valid"),
        (status = 404, description = "`image_not_found`"),
    )
)]
pub(super) async fn get(
    State(app): State<App>,
    PathText(id): PathText,
    QueryOf(query): QueryOf<ImageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let picture = blocking(&app, move |sandbox| draw(sandbox, &id, &query)).await?;
    let tag = format!("\"{}\"", hash_text(&[&picture]).chars().take(22).collect::<String>());
    let mut response = if is_current(&headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "image/png")], picture.as_ref().clone()).into_response()
    };
    let kept = response.headers_mut();
    kept.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        kept.insert(header::ETAG, tag);
    }
    Ok(response)
}

fn draw(sandbox: &Sandbox, id: &str, query: &ImageQuery) -> Result<Arc<Vec<u8>>, Problem> {
    let variant = match query.variant {
        None | Some(VariantName::Poster) => Variant::Poster,
        Some(VariantName::Tile) => Variant::Tile,
        Some(VariantName::Backdrop) => Variant::Backdrop,
    };
    let (usual_width, usual_height) = variant.usual_size();
    let (width, height) = (query.w.unwrap_or(usual_width), query.h.unwrap_or(usual_height));
    let key = format!("{id}/{variant:?}/{width}x{height}");
    if let Some(picture) = lock(&sandbox.pictures).get(&key) {
        return Ok(Arc::clone(picture));
    }
    let drawn = sandbox.artist.draw(&sandbox.seed, id, variant, width, height).map_err(|error| match error {
        ArtworkError::Unknown(_) => Problem::not_found("image_not_found", "There is no such picture."),
        ArtworkError::Size { .. } => Problem::invalid("w is 16 to 1920 and h is 16 to 1080 pixels."),
        ArtworkError::Broken { .. } => {
            tracing::error!(error = &error as &dyn std::error::Error, "a picture cannot be drawn");
            Problem::internal("The picture cannot be drawn.")
        }
    })?;
    let picture = Arc::new(drawn);
    let mut kept = lock(&sandbox.pictures);
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
    kept.insert(key, Arc::clone(&picture));
    Ok(picture)
}
