//! Fields of an answer. One that is missing skips the check that needs it: the check of the shape reports it.

use serde_json::Value;

use super::report::{Step, Stop};

/// The text at this place.
pub(super) fn text<'a>(value: &'a Value, place: &str) -> Step<&'a str> {
    value.pointer(place).and_then(Value::as_str).ok_or_else(|| missing(place))
}

/// The whole number at this place.
pub(super) fn number(value: &Value, place: &str) -> Step<i64> {
    value.pointer(place).and_then(Value::as_i64).ok_or_else(|| missing(place))
}

/// The list at this place.
pub(super) fn list<'a>(value: &'a Value, place: &str) -> Step<&'a [Value]> {
    value.pointer(place).and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| missing(place))
}

/// The codes of a list of reasons, sorted.
pub(super) fn codes(value: &Value, place: &str) -> Step<Vec<String>> {
    let reasons = list(value, place)?;
    let mut codes: Vec<String> =
        reasons.iter().filter_map(|reason| reason["code"].as_str()).map(super::call::shown).collect();
    codes.sort();
    Ok(codes)
}

fn missing(place: &str) -> Stop {
    Stop::skip(format!("an answer has no readable {place}"))
}
