//! Every endpoint that a box reads, once, and what these answers say of time, language and pictures.

use std::io::Cursor;

use axum::http::{Method, header};
use chrono::{DateTime, Offset, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::call::{Answer, CATALOGUE_BYTES, Call, PICTURE_BYTES, Secret, shown};
use super::fields::{list, number, text};
use super::report::{Step, Stop};
use super::session::Session;

/// An id that no server has.
const NOTHING: &str = "contract-check-no-such-thing";
/// The picture that is asked for.
const WIDTH: u32 = 320;
const HEIGHT: u32 = 180;
/// The most pixels that a box decodes.
const MOST_PIXELS: u64 = 4_000_000;
/// Server times of one minute's requests differ by less.
const MOST_DRIFT: TimeDelta = TimeDelta::minutes(5);

/// What later checks need of the answers.
pub(super) struct Reading {
    pub(super) account: Option<Value>,
}

/// Asks every endpoint that needs a token.
pub(super) async fn check(session: &Session, token: &Secret) -> Reading {
    let signed = |call: Call| call.signed(token);
    let account = good(session, "endpoint.account", signed(Call::get("getAccount", "/v1/account"))).await;
    let catalogue = Call::get("listOffers", "/v1/catalog?limit=20").limit(CATALOGUE_BYTES);
    let catalogue = good(session, "endpoint.catalogue", signed(catalogue)).await;
    let options =
        good(session, "endpoint.entitlements", signed(Call::get("listEntitlements", "/v1/entitlements"))).await;
    let _ = good(session, "endpoint.exchanges", signed(Call::get("listExchanges", "/v1/exchanges?limit=20"))).await;
    let _ = good(session, "endpoint.ledger", signed(Call::get("listLedger", "/v1/ledger"))).await;
    let _ = good(session, "endpoint.earning_rules", signed(Call::get("listEarningRules", "/v1/earning-rules"))).await;

    let outcomes = &session.outcomes;
    outcomes.settle("time.agrees", times_agree([&account, &catalogue, &options]));
    outcomes.settle("time.zone", zone_is_right(account.as_ref()));
    let outdated = json!({ "terms_version": NOTHING });
    let enrolment = signed(Call::json("enrol", Method::POST, "/v1/enrolment", outdated));
    let may_have_joined = account.as_ref().is_none_or(|(_, account)| account["enrolled"] == true);
    let refused = async {
        let answer = session.ask(enrolment).await?;
        // Joining again changes nothing, whatever the version.
        if may_have_joined && answer.status == 200 { Ok(()) } else { answer.expect_code(409, "terms_outdated") }
    };
    outcomes.settle("endpoint.enrolment", refused.await);
    let unknown = signed(Call::get("getExchange", format!("/v1/exchanges/{NOTHING}")));
    outcomes.settle("endpoint.exchange", async { session.ask(unknown).await?.expect(&[404]) }.await);
    let path = format!("/v1/entitlements/{NOTHING}/renewal");
    let renewal = signed(Call::json("switchRenewal", Method::PUT, path, json!({ "on": false })));
    outcomes.settle("endpoint.renewal", async { session.ask(renewal).await?.expect(&[404]) }.await);
    offer(session, token, catalogue.as_ref().map(|(_, page)| page)).await;
    Reading { account: account.map(|(_, found)| found) }
}

/// Asks for the terms, which need no token, in both languages.
pub(super) async fn check_terms(session: &Session) {
    let terms = |language: &str| Call::get("getTerms", "/v1/terms").header(header::ACCEPT_LANGUAGE.as_str(), language);
    let russian = good(session, "endpoint.terms", terms("ru")).await;
    let differs = async {
        let (_, russian) = russian.ok_or_else(|| Stop::skip("the terms were not shown"))?;
        let answer = session.ask(terms("en")).await?;
        let english = answer.json()?;
        let same = |place: &str| russian.pointer(place) == english.pointer(place);
        if same("/title") && same("/paragraphs") {
            return Err(answer.fail("the terms are the same in Russian and in English"));
        }
        Ok(())
    };
    session.outcomes.settle("language.texts", differs.await);
}

/// Has an overloaded server answer once.
pub(super) async fn check_overload(session: &Session) {
    let asked = async {
        super::session::done(session.surroundings.overload()).await?;
        let answer = session.ask(Call::get("getTerms", "/v1/terms")).await?;
        // The check itself looks at every 429 and 503 of the run.
        if matches!(answer.status, 429 | 503) { Ok(()) } else { Err(Stop::skip("the server was not overloaded")) }
    };
    if let Err(stop) = asked.await {
        session.outcomes.stop("answer.retry_after", stop);
    }
}

/// An answer that has to be a success, with its JSON.
async fn good(session: &Session, id: &str, call: Call) -> Option<(Answer, Value)> {
    let asked = async {
        let answer = session.ask(call).await?;
        answer.expect(&[200])?;
        Ok(answer)
    };
    let answer = session.outcomes.settle(id, asked.await)?;
    answer.json().ok().map(|found| (answer, found))
}

async fn offer(session: &Session, token: &Secret, page: Option<&Value>) {
    let outcomes = &session.outcomes;
    let offers = page.ok_or_else(|| Stop::skip("no catalogue")).and_then(|page| list(page, "/offers"));
    let first = offers.and_then(|offers| offers.first().ok_or_else(|| Stop::skip("the catalogue is empty")));
    let first = match first {
        Ok(first) => first,
        Err(stop) => {
            outcomes.stop("endpoint.offer", stop);
            return;
        }
    };
    let shown_alone = async {
        let path = format!("/v1/catalog/{}", segment(text(first, "/id")?));
        session.ask(Call::get("getOffer", path).signed(token)).await?.expect(&[200])
    };
    outcomes.settle("endpoint.offer", shown_alone.await);
    let drawn = async {
        let path = format!("/v1/images/{}?variant=tile&w={WIDTH}&h={HEIGHT}", segment(text(first, "/image")?));
        let call = Call::get("getImage", path).limit(PICTURE_BYTES);
        let accept = "image/png, image/jpeg, application/problem+json";
        let answer = session.ask(call.header(header::ACCEPT.as_str(), accept)).await?;
        answer.expect(&[200])?;
        Ok(answer)
    };
    if let Some(picture) = outcomes.settle("endpoint.image", drawn.await) {
        outcomes.settle("image.size", has_its_size(&picture));
    }
}

fn has_its_size(picture: &Answer) -> Step {
    let reader = image::ImageReader::new(Cursor::new(&picture.body)).with_guessed_format();
    let size = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    match size {
        None => Err(picture.fail("the picture is neither PNG nor JPEG")),
        Some((width, height)) if u64::from(width) * u64::from(height) > MOST_PIXELS => {
            Err(picture.fail(format!("the picture has {width}x{height} pixels")))
        }
        Some((WIDTH, HEIGHT)) => Ok(()),
        Some((width, height)) => {
            Err(picture.fail(format!("the picture has {width}x{height} pixels instead of {WIDTH}x{HEIGHT}")))
        }
    }
}

fn time_of(value: &Value) -> Step<DateTime<Utc>> {
    let time = text(value, "/server_time")?;
    let time = DateTime::parse_from_rfc3339(time).map_err(|_| Stop::skip("a server time cannot be read"))?;
    Ok(time.to_utc())
}

/// Compares the times of answers in the order in which they came.
fn times_agree(answers: [&Option<(Answer, Value)>; 3]) -> Step {
    let mut last: Option<DateTime<Utc>> = None;
    for (answer, found) in answers.into_iter().flatten() {
        let time = time_of(found)?;
        if let Some(before) = last {
            if time < before {
                return Err(answer.fail(format!("server_time went back from {before} to {time}")));
            }
            if time - before > MOST_DRIFT {
                return Err(answer.fail(format!("server_time went from {before} to {time} within one minute")));
            }
        }
        last = Some(time);
    }
    last.map(|_| ()).ok_or_else(|| Stop::skip("no answer has a server time"))
}

fn zone_is_right(account: Option<&(Answer, Value)>) -> Step {
    let (answer, account) = account.ok_or_else(|| Stop::skip("no account"))?;
    let (name, offset) = (text(account, "/time_zone")?, number(account, "/utc_offset_minutes")?);
    let now = time_of(account)?;
    let zone: Tz = name.parse().map_err(|_| answer.fail(format!("no time zone is called {}", shown(name))))?;
    let right = i64::from(now.with_timezone(&zone).offset().fix().local_minus_utc() / 60);
    if right == offset {
        return Ok(());
    }
    Err(answer.fail(format!("utc_offset_minutes is {offset}, and {} is at {right}", shown(name))))
}

/// An id as a segment of a path.
pub(super) fn segment(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    // A dot segment would lead elsewhere.
    if id.is_empty() || id == "." || id == ".." {
        return NOTHING.to_owned();
    }
    id.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
