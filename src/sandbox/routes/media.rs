//! The film itself: one clip for every title and episode, in byte ranges, for holders of a playback token.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::catalogue::is_current;
use crate::clip;
use crate::http::binary::BinaryBody;
use crate::http::extract::{App, PathText, PathTexts, QueryOf, blocking};
use crate::http::problem::Problem;
use crate::randomness::hash_text;
use crate::service::entitlement::{Film, may_play};

/// The right to watch.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MediaQuery {
    /// The token from the playback address.
    token: Option<String>,
}

/// Plays a film; of a serial, its first episode.
#[utoipa::path(
    get, path = "/v1/media/{offer}", tag = "entitlements", operation_id = "getMedia",
    params(
        ("offer" = String, Path, description = "The film"),
        MediaQuery,
        ("Range" = Option<String>, Header, description = "One range of bytes"),
        ("If-Range" = Option<String>, Header, description = "The entity tag of the bytes kept so far"),
        ("If-None-Match" = Option<String>, Header, description = "The entity tag of a kept clip"),
    ),
    responses(
        (status = 200, description = "The whole clip", content_type = "video/webm", body = BinaryBody, headers(("ETag" = String), ("Accept-Ranges" = String))),
        (status = 206, description = "The bytes asked for", content_type = "video/webm", body = BinaryBody, headers(("ETag" = String), ("Content-Range" = String))),
        (status = 304, description = "The kept clip is current", headers(("ETag" = String))),
        (status = 400, description = "`invalid_request`: a parameter is not valid"),
        (status = 403, description = "`not_entitled`"),
        (status = 416, description = "`range_not_satisfiable`", headers(("Content-Range" = String))),
    )
)]
pub(super) async fn get(
    State(app): State<App>,
    method: Method,
    PathText(offer): PathText,
    QueryOf(query): QueryOf<MediaQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    play(app, method, Film { offer, episode: None }, query, headers).await
}

/// Plays an episode of a serial.
#[utoipa::path(
    get, path = "/v1/media/{offer}/{episode}", tag = "entitlements", operation_id = "getEpisodeMedia",
    params(
        ("offer" = String, Path, description = "The serial"),
        ("episode" = String, Path, description = "The episode"),
        MediaQuery,
        ("Range" = Option<String>, Header, description = "One range of bytes"),
        ("If-Range" = Option<String>, Header, description = "The entity tag of the bytes kept so far"),
        ("If-None-Match" = Option<String>, Header, description = "The entity tag of a kept clip"),
    ),
    responses(
        (status = 200, description = "The whole clip", content_type = "video/webm", body = BinaryBody, headers(("ETag" = String), ("Accept-Ranges" = String))),
        (status = 206, description = "The bytes asked for", content_type = "video/webm", body = BinaryBody, headers(("ETag" = String), ("Content-Range" = String))),
        (status = 304, description = "The kept clip is current", headers(("ETag" = String))),
        (status = 400, description = "`invalid_request`: a parameter is not valid"),
        (status = 403, description = "`not_entitled`, also where the serial has no such episode"),
        (status = 416, description = "`range_not_satisfiable`", headers(("Content-Range" = String))),
    )
)]
pub(super) async fn get_episode(
    State(app): State<App>,
    method: Method,
    PathTexts([offer, episode]): PathTexts<2>,
    QueryOf(query): QueryOf<MediaQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    play(app, method, Film { offer, episode: Some(episode) }, query, headers).await
}

async fn play(
    app: App,
    method: Method,
    film: Film,
    query: MediaQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let token = query.token.unwrap_or_default();
    let is_allowed = blocking(&app, move |sandbox| may_play(sandbox, &film, &token)).await?;
    if !is_allowed {
        let detail = "The film is not rented, or the rental has ended.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "not_entitled", "Not to be played", detail));
    }
    let tag = format!("\"{}\"", hash_text(&[clip::BYTES]).chars().take(22).collect::<String>());
    let size = clip::BYTES.len();
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    // Ranges are defined for GET alone.
    let is_ranged = method == Method::GET && text(header::IF_RANGE).is_none_or(|kept| kept == tag);
    let range = match text(header::RANGE) {
        _ if is_current(&headers, &tag) => Wanted::Kept,
        Some(range) if is_ranged => wanted(range, size),
        Some(_) | None => Wanted::Whole,
    };
    let mut response = Response::new(Body::empty());
    match range {
        Wanted::Kept => *response.status_mut() = StatusCode::NOT_MODIFIED,
        Wanted::Whole => *response.body_mut() = Body::from(Bytes::from_static(clip::BYTES)),
        Wanted::Part { first, last } => {
            let part = Bytes::from_static(clip::BYTES).slice(first..=last);
            *response.body_mut() = Body::from(part);
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            if let Ok(value) = HeaderValue::from_str(&format!("bytes {first}-{last}/{size}")) {
                response.headers_mut().insert(header::CONTENT_RANGE, value);
            }
        }
        Wanted::Nothing => return Ok(no_such_range(size)),
    }
    let kept = response.headers_mut();
    kept.insert(header::CONTENT_TYPE, HeaderValue::from_static(clip::MEDIA_TYPE));
    kept.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        kept.insert(header::ETAG, tag);
    }
    Ok(response)
}

fn no_such_range(size: usize) -> Response {
    let detail = format!("The film has {size} bytes.");
    let status = StatusCode::RANGE_NOT_SATISFIABLE;
    let problem = Problem::new(status, "range_not_satisfiable", "No such range", detail);
    let mut response = problem.into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// What a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    /// Nothing that it does not have.
    Kept,
    /// Everything; also where the header is none that we understand.
    Whole,
    /// From one byte to another, both included.
    Part { first: usize, last: usize },
    /// Bytes that do not exist.
    Nothing,
}

fn wanted(range: &str, size: usize) -> Wanted {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|spec| spec.split_once('-')) else {
        return Wanted::Whole;
    };
    let end = size.saturating_sub(1);
    match (first.trim(), last.trim()) {
        ("", suffix) => match position(suffix) {
            Some(0) => Wanted::Nothing,
            Some(length) => Wanted::Part { first: size.saturating_sub(length), last: end },
            None => Wanted::Whole,
        },
        (first, last) => {
            let last = if last.is_empty() { Some(usize::MAX) } else { position(last) };
            match position(first).zip(last) {
                Some((first, last)) if first > last => Wanted::Whole,
                Some((first, last)) if first < size => Wanted::Part { first, last: last.min(end) },
                Some(_) => Wanted::Nothing,
                None => Wanted::Whole,
            }
        }
    }
}

// A number may have any length; all beyond what fits lie behind the end of every film.
fn position(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        assert_eq!(wanted("bytes=0-9", 100), Wanted::Part { first: 0, last: 9 });
        assert_eq!(wanted("bytes=90-", 100), Wanted::Part { first: 90, last: 99 });
        assert_eq!(wanted("bytes=-10", 100), Wanted::Part { first: 90, last: 99 });
        assert_eq!(wanted("bytes=0-999", 100), Wanted::Part { first: 0, last: 99 });
        assert_eq!(wanted("bytes=-999", 100), Wanted::Part { first: 0, last: 99 });
        assert_eq!(wanted("bytes=100-", 100), Wanted::Nothing);
        assert_eq!(wanted("bytes=-0", 100), Wanted::Nothing);
        assert_eq!(wanted("bytes=9-0", 100), Wanted::Whole);
        assert_eq!(wanted("bytes=200-100", 100), Wanted::Whole);
        assert_eq!(wanted("bytes=0-99999999999999999999", 100), Wanted::Part { first: 0, last: 99 });
        assert_eq!(wanted("bytes=-99999999999999999999", 100), Wanted::Part { first: 0, last: 99 });
        assert_eq!(wanted("bytes=99999999999999999999-", 100), Wanted::Nothing);
        assert_eq!(wanted("bytes=99999999999999999999-99999999999999999999", 100), Wanted::Nothing);
        assert_eq!(wanted("bytes=+1-2", 100), Wanted::Whole);
        assert_eq!(wanted("bytes=-", 100), Wanted::Whole);
        assert_eq!(wanted("bytes=0-1,5-6", 100), Wanted::Whole);
        assert_eq!(wanted("lines=0-1", 100), Wanted::Whole);
    }
}
