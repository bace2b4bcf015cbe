//! The OpenAPI document: complete, and true of what the server answers.

use serde_json::{Value, json};

use super::support::Server;

#[tokio::test]
async fn every_operation_names_its_answers_and_their_request_id() {
    let server = Server::start().await;
    let document = server.get("/openapi.json").await.json();
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses {
                assert!(response["headers"]["X-Request-Id"].is_object(), "{method} {path} {status}");
                let is_error = status.starts_with('4') || status.starts_with('5');
                assert!(!is_error || response["content"].is_object(), "{method} {path} {status}");
            }
            let is_guarded = path.starts_with("/v1/")
                && !["/v1/terms", "/v1/images/{id}", "/v1/media/{offer}"].contains(&path.as_str());
            assert_eq!(operation["security"].is_array(), is_guarded, "{method} {path}");
            assert_eq!(responses.contains_key("401"), is_guarded, "{method} {path}");
            let says_foreign = responses.get("403").is_some_and(|response| {
                response["description"].as_str().is_some_and(|text| text.contains("foreign_page"))
            });
            assert_eq!(says_foreign, path.starts_with("/sandbox/v1/"), "{method} {path}");
            assert_eq!(operation["requestBody"].is_object(), responses.contains_key("415"), "{method} {path}");
        }
    }
    assert_eq!(operations, 30);
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
}

#[tokio::test]
async fn parameters_headers_and_bounds_are_those_of_the_server() {
    let server = Server::start().await;
    let document = server.get("/openapi.json").await.json();
    for (path, method) in [
        ("/v1/account", "get"),
        ("/v1/terms", "get"),
        ("/v1/enrolment", "post"),
        ("/v1/catalog", "get"),
        ("/v1/catalog/{id}", "get"),
        ("/v1/exchanges", "post"),
        ("/v1/exchanges", "get"),
        ("/v1/exchanges/{id}", "get"),
        ("/v1/entitlements", "get"),
        ("/v1/entitlements/{id}/renewal", "put"),
        ("/v1/ledger", "get"),
        ("/v1/earning-rules", "get"),
    ] {
        let parameters = document["paths"][path][method]["parameters"].as_array().unwrap();
        assert!(parameters.iter().any(|parameter| parameter["name"] == "Accept-Language"), "{method} {path}");
    }
    let order = &document["paths"]["/v1/exchanges"]["post"]["responses"];
    assert!(order["409"]["headers"]["Retry-After"].is_object());
    let pages = &document["paths"]["/v1/catalog"]["get"]["responses"];
    assert!(pages["200"]["headers"]["ETag"]["description"].as_str().unwrap().contains("local day"));
    let schemas = &document["components"]["schemas"];
    for (schema, field, least) in [("PaidRoubles", "roubles", 0), ("EarnedPoints", "points", 1)] {
        let bounds = &schemas[schema]["properties"][field];
        assert_eq!((&bounds["minimum"], &bounds["maximum"]), (&json!(least), &json!(1_000_000)), "{schema}");
    }
    assert_eq!(schemas["Refusal"]["properties"]["deny"]["enum"], json!([true]));
    let clock = &document["paths"]["/sandbox/v1/clock"]["post"]["description"];
    assert!(clock.as_str().unwrap().contains("stands still"), "{clock}");
    let tokens = document["paths"]["/oauth/token"]["post"]["description"].as_str().unwrap();
    assert!(tokens.contains("slow_down") && tokens.contains("until a token of the pair"), "{tokens}");
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let server = Server::start().await;
    let document = server.get("/openapi.json").await.json();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 50);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let server = Server::start().await;
    let page = server.get("/docs/").await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("https://"), "{}", page.text());
    assert_eq!(server.get("/docs/swagger-ui-bundle.js").await.status, 200);
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                references.push(reference.to_owned());
            }
            fields.values().for_each(|field| collect(field, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
