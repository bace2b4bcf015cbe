//! The film itself: ranges of bytes, and the right to watch.

use axum::http::header;
use serde_json::Value;
use url::Url;

use super::call::{Answer, Call, Secret, shown};
use super::fields::list;
use super::report::{Step, Stop};
use super::session::Session;

const PART: usize = 100;

/// Plays a hundred bytes of a film that the member has, if there is one.
pub(super) async fn check(session: &Session, token: &Secret) {
    let address = match film(session, token).await {
        Ok(address) => address,
        Err(stop) => {
            session.outcomes.stop("media.ranges", stop);
            session.outcomes.stop("media.token", Stop::skip("there is no film to play"));
            return;
        }
    };
    session.outcomes.settle("media.ranges", comes_in_ranges(session, &address).await);
    let stranger = async {
        let mut bare = address.clone();
        bare.set_query(None);
        if bare == address {
            return Err(Stop::skip("the address of the film has no token in its query"));
        }
        let answer = session.ask(ranged(&bare)).await?;
        if answer.is_success() { Err(answer.fail("the film plays without its token")) } else { Ok(()) }
    };
    session.outcomes.settle("media.token", stranger.await);
}

async fn film(session: &Session, token: &Secret) -> Step<Url> {
    let answer = session.ask(Call::get("listEntitlements", "/v1/entitlements").signed(token)).await?;
    let options = answer.json()?;
    let mut addresses = list(&options, "/entitlements")?.iter().filter_map(|option| {
        option.pointer("/playback/url").and_then(Value::as_str).and_then(|address| Url::parse(address).ok())
    });
    addresses.next().ok_or_else(|| Stop::skip("the subscriber has no film to play"))
}

fn ranged(address: &Url) -> Call {
    let call = Call::get("getMedia", address.as_str()).header(header::ACCEPT.as_str(), "*/*");
    call.header(header::RANGE.as_str(), format!("bytes=0-{}", PART - 1))
}

async fn comes_in_ranges(session: &Session, address: &Url) -> Step {
    let answer: Answer = session.ask(ranged(address)).await?;
    answer.expect(&[206])?;
    let range = answer.header(header::CONTENT_RANGE.as_str()).unwrap_or_default();
    if !range.starts_with(&format!("bytes 0-{}/", PART - 1)) {
        return Err(answer.fail(format!("Content-Range is \"{}\"", shown(range))));
    }
    if answer.body.len() != PART {
        return Err(answer.fail(format!("{} bytes instead of {PART}", answer.body.len())));
    }
    Ok(())
}
