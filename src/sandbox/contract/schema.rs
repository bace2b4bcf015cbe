//! Answers against the OpenAPI document.
//!
//! A complaint names the place and the rule, never the value: it may be a token.

use std::sync::OnceLock;

use serde_json::{Value, json};

use super::call::shown;
use super::json_schema::judge;

/// The document as it is published.
pub const DOCUMENT: &str = include_str!("../../../assets/openapi.json");

/// The document, read once.
pub(super) struct Schemas(Value);

impl Schemas {
    /// The published document.
    pub(super) fn published() -> &'static Self {
        static SCHEMAS: OnceLock<Schemas> = OnceLock::new();
        // Tests fail if it is not JSON.
        SCHEMAS.get_or_init(|| Self(serde_json::from_str(DOCUMENT).unwrap_or(Value::Null)))
    }

    /// What is wrong with a success of an operation, if the document describes it.
    pub(super) fn success(&self, operation: &str, status: u16, answer: &Value) -> Option<Result<(), String>> {
        let operation = operations(&self.0).find(|one| one["operationId"] == operation)?;
        let schema = &operation["responses"][status.to_string()]["content"]["application/json"]["schema"];
        (!schema.is_null()).then(|| self.judged(schema, answer))
    }

    /// What is wrong with an error, by the name of its schema.
    pub(super) fn error(&self, schema: &str, answer: &Value) -> Result<(), String> {
        self.judged(&json!({"$ref": format!("#/components/schemas/{schema}")}), answer)
    }

    fn judged(&self, schema: &Value, answer: &Value) -> Result<(), String> {
        judge(&self.0, schema, answer).map_err(|broken| {
            let place = if broken.place.is_empty() { "the whole answer" } else { &broken.place };
            format!("{} breaks `{}`", shown(place), broken.rule)
        })
    }
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(_, item)| item.as_object().into_iter().flatten().map(|(_, operation)| operation))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The rules of a schema and of all within it.
    fn rules<'a>(schema: &'a Value, found: &mut BTreeSet<&'a str>) {
        for (rule, inner) in schema.as_object().into_iter().flatten() {
            found.insert(rule);
            match rule.as_str() {
                "properties" => inner.as_object().unwrap().values().for_each(|inner| rules(inner, found)),
                "oneOf" | "allOf" => inner.as_array().unwrap().iter().for_each(|inner| rules(inner, found)),
                "items" => rules(inner, found),
                _ => {}
            }
        }
    }

    #[test]
    fn every_rule_of_the_document_is_judged() {
        let document = &Schemas::published().0;
        let mut found = BTreeSet::new();
        for schema in document["components"]["schemas"].as_object().expect("the document is JSON").values() {
            rules(schema, &mut found);
        }
        for operation in operations(document) {
            for response in operation["responses"].as_object().unwrap().values() {
                rules(&response["content"]["application/json"]["schema"], &mut found);
            }
        }
        let judged = [
            "$ref",
            "allOf",
            "enum",
            "format",
            "items",
            "maxItems",
            "maxLength",
            "maximum",
            "minItems",
            "minLength",
            "minimum",
            "oneOf",
            "pattern",
            "properties",
            "required",
            "type",
        ];
        // These say nothing of answers: words for people, and what only requests are refused for.
        let others = ["additionalProperties", "description", "title", "uniqueItems"];
        let unknown: Vec<_> = found.iter().filter(|rule| !judged.contains(rule) && !others.contains(rule)).collect();
        assert!(unknown.is_empty(), "json_schema.rs does not judge {unknown:?}");
        assert!(found.len() > 10, "{found:?}");
    }

    #[test]
    fn a_complaint_names_the_place_and_not_the_value() {
        let schemas = Schemas::published();
        let tokens = json!({"access_token": 31337, "token_type": "Bearer", "expires_in": 1, "refresh_token": "x"});
        let complaint = schemas.success("getTokens", 200, &tokens).unwrap().unwrap_err();
        assert_eq!(complaint, "/access_token breaks `type`");
        assert_eq!(schemas.success("getTokens", 202, &json!({})), None);
        assert_eq!(schemas.error("Problem", &json!([])).unwrap_err(), "the whole answer breaks `type`");
    }
}
