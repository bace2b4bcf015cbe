//! The rules of JSON Schema 2020-12 that the OpenAPI document uses.
//!
//! Not the whole standard: a document with a rule that is not known here is refused by a test, so none is passed over.

use chrono::DateTime;
use regex::Regex;
use serde_json::Value;

/// References within references: the document has no circle, and one that had would end here.
const MOST_STEPS: usize = 64;

/// Where an answer breaks which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) place: String,
    pub(super) rule: &'static str,
}

/// Judges a value by a schema of the document; the first rule that is broken.
pub(super) fn judge(document: &Value, schema: &Value, value: &Value) -> Result<(), Broken> {
    Judge { document }.whole(schema, value, "", 0)
}

struct Judge<'a> {
    document: &'a Value,
}

impl Judge<'_> {
    fn whole(&self, schema: &Value, value: &Value, place: &str, steps: usize) -> Result<(), Broken> {
        let broken = |rule| Err(Broken { place: place.to_owned(), rule });
        if steps > MOST_STEPS {
            return broken("$ref");
        }
        let within = |inner: &Value, value: &Value, place: &str| self.whole(inner, value, place, steps + 1);
        if let Some(pointer) = schema["$ref"].as_str() {
            let target = pointer.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer));
            match target {
                Some(target) => within(target, value, place)?,
                None => return broken("$ref"),
            }
        }
        for inner in schema["allOf"].as_array().into_iter().flatten() {
            within(inner, value, place)?;
        }
        if let Some(choices) = schema["oneOf"].as_array()
            && choices.iter().filter(|choice| within(choice, value, place).is_ok()).count() != 1
        {
            return broken("oneOf");
        }
        if !has_type(&schema["type"], value) {
            return broken("type");
        }
        if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) {
            return broken("enum");
        }
        match value {
            Value::Number(_) => number(schema, value).map_or(Ok(()), broken),
            Value::String(text) => string(schema, text).map_or(Ok(()), broken),
            Value::Array(items) => {
                if is_outside(schema, "minItems", "maxItems", items.len()) {
                    return broken("items");
                }
                let inner = &schema["items"];
                items.iter().enumerate().try_for_each(|(at, item)| within(inner, item, &format!("{place}/{at}")))
            }
            Value::Object(fields) => {
                let mut needed = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                if let Some(missing) = needed.find(|name| !fields.contains_key(*name)) {
                    return Err(Broken { place: format!("{place}/{missing}"), rule: "required" });
                }
                let known = schema["properties"].as_object().into_iter().flatten();
                known
                    .filter_map(|(name, inner)| fields.get(name).map(|value| (name, inner, value)))
                    .try_for_each(|(name, inner, value)| within(inner, value, &format!("{place}/{name}")))
            }
            Value::Null | Value::Bool(_) => Ok(()),
        }
    }
}

fn has_type(wanted: &Value, value: &Value) -> bool {
    let is_one = |name: &Value| match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("string") => value.is_string(),
        Some("number") => value.is_number(),
        // JSON has one kind of number: 148.0 is as whole as 148.
        Some("integer") => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|float| float.fract() == 0.0),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some(_) | None => false,
    };
    match wanted {
        Value::Null => true,
        Value::Array(names) => names.iter().any(is_one),
        name => is_one(name),
    }
}

fn number(schema: &Value, value: &Value) -> Option<&'static str> {
    let number = value.as_f64()?;
    if schema["minimum"].as_f64().is_some_and(|least| number < least) {
        Some("minimum")
    } else if schema["maximum"].as_f64().is_some_and(|most| number > most) {
        Some("maximum")
    } else {
        None
    }
}

fn string(schema: &Value, text: &str) -> Option<&'static str> {
    if is_outside(schema, "minLength", "maxLength", text.chars().count()) {
        return Some("length");
    }
    if schema["pattern"].as_str().is_some_and(|pattern| !Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))) {
        return Some("pattern");
    }
    (schema["format"] == "date-time" && DateTime::parse_from_rfc3339(text).is_err()).then_some("date-time")
}

fn is_outside(schema: &Value, least: &str, most: &str, count: usize) -> bool {
    let bound = |name: &str| schema[name].as_u64().and_then(|bound| usize::try_from(bound).ok());
    bound(least).is_some_and(|least| count < least) || bound(most).is_some_and(|most| count > most)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(schema: Value, value: Value) -> Option<(String, &'static str)> {
        let document = json!({"components": {"schemas": {"Id": {"type": "string", "maxLength": 3}}}});
        judge(&document, &schema, &value).err().map(|broken| (broken.place, broken.rule))
    }

    #[test]
    fn each_rule_is_kept_or_named() {
        let of = |place: &str, rule: &'static str| Some((place.to_owned(), rule));
        let id = json!({"$ref": "#/components/schemas/Id"});
        assert_eq!(rule(id.clone(), json!("abc")), None);
        assert_eq!(rule(id.clone(), json!("абвг")), of("", "length"));
        assert_eq!(rule(id.clone(), json!(1)), of("", "type"));
        assert_eq!(rule(json!({"$ref": "#/none"}), json!(1)), of("", "$ref"));
        let object = json!({"type": "object", "required": ["id"], "properties": {"id": id.clone(), "at": {"type": ["string", "null"], "format": "date-time"}}});
        assert_eq!(
            rule(object.clone(), json!({"id": "a", "more": 1})),
            None,
            "unknown fields are none of our business"
        );
        assert_eq!(rule(object.clone(), json!({})), of("/id", "required"));
        assert_eq!(rule(object.clone(), json!({"id": "a", "at": null})), None);
        assert_eq!(rule(object.clone(), json!({"id": "a", "at": "2026-03-10T12:00:00"})), of("/at", "date-time"));
        assert_eq!(rule(object.clone(), json!({"id": "a", "at": "2026-03-10T12:00:00+03:00"})), None);
        let list = json!({"type": "array", "maxItems": 2, "items": object});
        assert_eq!(rule(list.clone(), json!([{"id": "a"}, {"id": 7}])), of("/1/id", "type"));
        assert_eq!(rule(list, json!([1, 2, 3])), of("", "items"));
        let choice = json!({"oneOf": [{"type": "null"}, id]});
        assert_eq!(rule(choice.clone(), json!(null)), None);
        assert_eq!(rule(choice, json!(true)), of("", "oneOf"));
        assert_eq!(rule(json!({"enum": ["a"]}), json!("b")), of("", "enum"));
        assert_eq!(rule(json!({"type": "integer", "minimum": 0, "maximum": 9}), json!(9.0)), None);
        assert_eq!(rule(json!({"type": "integer", "minimum": 0}), json!(-1)), of("", "minimum"));
        assert_eq!(rule(json!({"type": "integer", "maximum": 9}), json!(10)), of("", "maximum"));
        assert_eq!(rule(json!({"type": "integer"}), json!(1.5)), of("", "type"));
        assert_eq!(rule(json!({"pattern": "^[A-Z]{4}$"}), json!("abcd")), of("", "pattern"));
        assert_eq!(rule(json!({"allOf": [{"type": "string"}]}), json!(1)), of("", "type"));
    }
}
