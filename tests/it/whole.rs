//! Whole answers of the sandbox: real ones, with every field that the OpenAPI document knows.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use bonus_sandbox::policy::Policy;
use bonus_sandbox::{InProcess, Programme};
use serde_json::{Value, json};

/// A sandbox and a member with a film, a paid option and a history.
pub struct Source {
    sandbox: InProcess,
    document: Value,
    token: String,
    refresh: String,
}

impl Source {
    /// Starts the sandbox and signs the member in.
    pub async fn start() -> Self {
        let scenarios = include_str!("../../assets/sandbox/scenarios.toml");
        let programme = Programme::with_scenarios(scenarios).unwrap();
        let at = "2026-11-22T10:00:00Z".parse().unwrap();
        let sandbox = InProcess::start(&programme, at, Policy::default(), 7).unwrap();
        let session = sandbox.control().session("vip").unwrap();
        let mut source =
            Self { sandbox, document: Value::Null, token: session.access_token, refresh: session.refresh_token };
        source.document = source.ask("GET", "/openapi.json", "", None).await;
        source
    }

    async fn ask(&self, method: &str, path: &str, kind: &str, body: Option<String>) -> Value {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "sandbox")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", kind)
            .header("idempotency-key", "key-1")
            .body(Body::from(body.unwrap_or_default()))
            .unwrap();
        let response = self.sandbox.answer(request).await;
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{path}: {:?}", String::from_utf8_lossy(&bytes)))
    }

    async fn json(&self, method: &str, path: &str, body: Value) -> Value {
        self.ask(method, path, "application/json", Some(body.to_string())).await
    }

    /// A real answer of the endpoint.
    pub async fn answer(&self, name: &str) -> Value {
        let form = "application/x-www-form-urlencoded";
        match name {
            "account" => self.ask("GET", "/v1/account", "", None).await,
            "terms" => self.ask("GET", "/v1/terms", "", None).await,
            "catalog" => self.ask("GET", "/v1/catalog?limit=2", "", None).await,
            "offer" => self.ask("GET", "/v1/catalog/film-potemkin", "", None).await,
            "exchange" => {
                let offer = self.ask("GET", "/v1/catalog/film-potemkin", "", None).await;
                let wish = json!({ "offers": [{ "id": "film-potemkin", "expected_price": offer["price"] }] });
                self.json("POST", "/v1/exchanges", wish).await
            }
            "exchanges" => self.ask("GET", "/v1/exchanges", "", None).await,
            "entitlements" => self.ask("GET", "/v1/entitlements", "", None).await,
            "renewal" => {
                let held = self.ask("GET", "/v1/entitlements", "", None).await;
                let paid = held["entitlements"].as_array().unwrap().iter().find(|held| !held["renewal"].is_null());
                let id = paid.expect("a very important member has a paid option")["id"].as_str().unwrap().to_owned();
                self.json("PUT", &format!("/v1/entitlements/{id}/renewal"), json!({ "on": true })).await
            }
            "ledger" => self.ask("GET", "/v1/ledger", "", None).await,
            "earning-rules" => self.ask("GET", "/v1/earning-rules", "", None).await,
            "problem" => self.json("POST", "/v1/enrolment", json!({ "terms_version": "of long ago" })).await,
            "device" => self.ask("POST", "/oauth/device_authorization", form, Some("client_id=bonus-tv".into())).await,
            "tokens" => {
                let body = format!("grant_type=refresh_token&client_id=bonus-tv&refresh_token={}", self.refresh);
                self.ask("POST", "/oauth/token", form, Some(body)).await
            }
            other => panic!("no answer for {other}"),
        }
    }

    /// The answer with every field that the document knows: what a member has not is made up.
    pub fn whole(&self, document: (&str, &str, &str), answer: &Value) -> Value {
        let (path, method, status) = document;
        let content = &self.document["paths"][path][method]["responses"][status]["content"];
        let content = content.as_object().unwrap_or_else(|| panic!("{path} {status} is not in the document"));
        let schema = &content.values().next().unwrap()["schema"];
        self.filled(schema, answer)
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => {
                let at =
                    self.document.pointer(reference.trim_start_matches('#')).expect("the reference leads somewhere");
                self.resolved(at)
            }
            None => schema,
        }
    }

    /// The branch of a choice that a value took, or the first that is something.
    fn branch<'a>(&'a self, branches: &'a [Value], value: &Value) -> &'a Value {
        let fits = |branch: &&Value| {
            let branch = self.resolved(branch);
            let tags = branch["properties"]
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(name, schema)| Some((name, schema["enum"].as_array()?)));
            let mut tags = tags.peekable();
            tags.peek().is_some() && tags.all(|(name, words)| words.contains(&value[name]))
        };
        let something = |branch: &&Value| self.resolved(branch)["type"] != "null";
        branches.iter().find(fits).or_else(|| branches.iter().find(something)).expect("a choice has branches")
    }

    fn filled(&self, schema: &Value, value: &Value) -> Value {
        let schema = self.resolved(schema);
        for choice in ["oneOf", "anyOf"] {
            if let Some(branches) = schema[choice].as_array() {
                return self.filled(self.branch(branches, value), value);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().fold(value.clone(), |value, part| self.filled(part, &value));
        }
        let is = |name: &str| {
            schema["type"] == name || schema["type"].as_array().is_some_and(|types| types.contains(&name.into()))
        };
        if let Some(properties) = schema["properties"].as_object() {
            let mut whole = value.as_object().cloned().unwrap_or_default();
            for (name, schema) in properties {
                let filled = self.filled(schema, whole.get(name).unwrap_or(&Value::Null));
                whole.insert(name.clone(), filled);
            }
            // What has reasons against it is not allowed, in any answer that makes sense.
            if whole.contains_key("allowed") {
                whole.insert("allowed".to_owned(), false.into());
            }
            return Value::Object(whole);
        }
        if is("array") {
            let given = value.as_array().cloned().unwrap_or_default();
            let some = if given.is_empty() { vec![Value::Null] } else { given };
            return some.iter().take(2).map(|item| self.filled(&schema["items"], item)).collect();
        }
        match value {
            Value::Null if is("integer") => schema["maximum"].as_u64().unwrap_or(7).min(7).into(),
            Value::Null if is("number") => 7.into(),
            Value::Null if is("boolean") => true.into(),
            Value::Null if schema["format"] == "date-time" => "2026-12-24T10:00:00Z".into(),
            Value::Null if is("string") => schema["enum"].get(0).cloned().unwrap_or_else(|| "made-up".into()),
            other => other.clone(),
        }
    }
}
