//! What every answer of a run shows by itself: redirects, media types, shapes, caching, request ids.

use axum::http::header;
use chrono::DateTime;

use super::call::{Answer, shown};
use super::report::{Outcome, Step, Stop};
use super::session::Session;

/// Operations whose answers have the shape of RFC 6749.
const OAUTH: [&str; 3] = ["authorizeDevice", "getTokens", "revokeToken"];
/// The longest Retry-After that means anything: a day.
const LONGEST_WAIT: u64 = 86_400;
/// The longest request id that a box shows.
const LONGEST_ID: usize = 64;

/// Notes what the answer shows.
pub(super) fn look(session: &Session, answer: &Answer) {
    let redirect = redirected(session, answer);
    session.outcomes.settle("address.redirect", redirect);
    if answer.is_redirect() {
        // It comes from somebody else: nothing more can be said of it.
        return;
    }
    session.outcomes.settle("answer.request_id", request_id(answer));
    if matches!(answer.status, 429 | 503) {
        session.outcomes.settle("answer.retry_after", retry_after(answer));
    }
    if answer.is_success() {
        success(session, answer);
    } else if answer.status >= 400 {
        error(session, answer);
    }
    caching(session, answer);
}

fn redirected(session: &Session, answer: &Answer) -> Step {
    if !answer.is_redirect() {
        return Ok(());
    }
    let location = answer.header(header::LOCATION.as_str()).and_then(|to| session.base().join(to).ok());
    let to = match &location {
        Some(to) if session.is_ours(to) => "on the same server".to_owned(),
        Some(to) => format!("to another server, {}", shown(to.host_str().unwrap_or("?"))),
        None => "to no address".to_owned(),
    };
    Err(answer.fail(format!("redirected with {} {to}", answer.status)))
}

fn request_id(answer: &Answer) -> Step {
    match answer.header("x-request-id") {
        Some(id) if (1..=LONGEST_ID).contains(&id.len()) => Ok(()),
        Some(id) => Err(answer.fail(format!("the request id has {} characters", id.len()))),
        None => Err(answer.fail("the answer has no X-Request-Id")),
    }
}

fn retry_after(answer: &Answer) -> Step {
    let value = answer.header(header::RETRY_AFTER.as_str());
    let date = |text: &str| DateTime::parse_from_rfc2822(text).is_ok();
    let has_date = answer.header(header::DATE.as_str()).is_some_and(date);
    match value {
        None => Err(answer.fail(format!("{} without Retry-After", answer.status))),
        Some(text) if text.parse::<u64>().is_ok_and(|seconds| seconds <= LONGEST_WAIT) => Ok(()),
        Some(text) if date(text) && has_date => Ok(()),
        Some(text) => Err(answer.fail(format!("Retry-After is neither seconds nor a date: {}", shown(text)))),
    }
}

fn success(session: &Session, answer: &Answer) {
    let operation = answer.call.operation;
    let kind = answer.media_type();
    let is_picture = kind.starts_with("image/") || matches!(kind.as_str(), "application/octet-stream");
    let is_json = matches!(kind.as_str(), "application/json" | "text/json") || kind.ends_with("+json");
    let is_right = match operation {
        "getImage" => is_picture,
        // The player finds out for itself; an empty answer has no type.
        "getMedia" | "revokeToken" => return,
        _ => is_json,
    };
    session.outcomes.settle(
        "answer.media_type",
        if is_right { Ok(()) } else { Err(answer.fail(format!("the answer says it is {}", shown(&kind)))) },
    );
    if operation == "getImage" {
        return;
    }
    let Some(document) = answer.parse() else {
        session.outcomes.stop("answer.json", answer.fail("the answer is not JSON"));
        return;
    };
    session.outcomes.note("answer.json", Outcome::Held);
    if let (Some(id), Some(judged)) =
        (shape_of(operation), session.schemas.success(operation, answer.status, &document))
    {
        session.outcomes.settle(id, judged.map_err(|complaint| answer.fail(complaint)));
    }
}

fn error(session: &Session, answer: &Answer) {
    let is_of_oauth = OAUTH.contains(&answer.call.operation) && matches!(answer.status, 400 | 401);
    let (id, schema) = if is_of_oauth { ("shape.oauth_error", "OauthError") } else { ("shape.problem", "Problem") };
    if !is_of_oauth {
        let kind = answer.media_type();
        let is_problem = kind == crate::problem::PROBLEM_JSON;
        let complaint = || answer.fail(format!("{} says it is {}", answer.status, shown(&kind)));
        session.outcomes.settle("answer.problem_json", if is_problem { Ok(()) } else { Err(complaint()) });
    }
    let judged = match answer.parse() {
        None => Err(format!("{} without JSON", answer.status)),
        Some(document) => session.schemas.error(schema, &document),
    };
    session.outcomes.settle(id, judged.map_err(|complaint| answer.fail(complaint)));
}

fn caching(session: &Session, answer: &Answer) {
    let value = answer.header(header::CACHE_CONTROL.as_str()).unwrap_or_default().to_ascii_lowercase();
    let directives: Vec<&str> = value.split(',').map(str::trim).collect();
    let has = |directive: &str| directives.contains(&directive);
    match answer.call.operation {
        "listOffers" | "getOffer" if matches!(answer.status, 200 | 304) => {
            let has_age = directives.iter().any(|one| {
                one.strip_prefix("max-age=").is_some_and(|seconds| seconds.trim_matches('"').parse::<u64>().is_ok())
            });
            let is_right = has("private") && has_age && !has("no-store");
            let complaint = || answer.fail(format!("Cache-Control is \"{}\"", shown(&value)));
            session.outcomes.settle("cache.catalogue", if is_right { Ok(()) } else { Err(complaint()) });
            session.outcomes.settle("cache.vary", varies(answer));
        }
        "getAccount" | "listExchanges" | "getExchange" | "createExchange" | "listEntitlements" | "listLedger"
        | "authorizeDevice" | "getTokens"
            if answer.is_success() =>
        {
            let complaint = || answer.fail(format!("Cache-Control is \"{}\", not no-store", shown(&value)));
            session.outcomes.settle("cache.no_store", if has("no-store") { Ok(()) } else { Err(complaint()) });
        }
        _ => {}
    }
}

fn varies(answer: &Answer) -> Step {
    let vary = answer.headers.get_all(header::VARY).iter().filter_map(|value| value.to_str().ok());
    let names: Vec<String> =
        vary.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect();
    let has = |name: &str| names.iter().any(|one| one == name || one == "*");
    let missing: Vec<&str> = ["authorization", "accept-language"].into_iter().filter(|name| !has(name)).collect();
    if missing.is_empty() { Ok(()) } else { Err(answer.fail(format!("Vary does not name {}", missing.join(" and ")))) }
}

/// The check of an operation's shape.
fn shape_of(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "authorizeDevice" => "shape.device",
        "getTokens" => "shape.tokens",
        "getAccount" | "enrol" => "shape.account",
        "getTerms" => "shape.terms",
        "listOffers" => "shape.catalogue",
        "getOffer" => "shape.offer",
        "listExchanges" => "shape.exchanges",
        "getExchange" | "createExchange" => "shape.exchange",
        "listEntitlements" => "shape.entitlements",
        "listLedger" => "shape.ledger",
        "listEarningRules" => "shape.earning_rules",
        _ => return None,
    })
}

/// The address itself, before anything is sent.
pub(super) fn address(session: &Session) -> Step {
    let base = session.base();
    let is_loopback = match base.host() {
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if base.scheme() == "https" || is_loopback {
        return Ok(());
    }
    let why = format!("{}://{} sends tokens in the clear", base.scheme(), base.host_str().unwrap_or_default());
    Err(Stop::Failed(Box::new(super::report::Failure { why, curl: None, request_id: None })))
}
