//! The OpenAPI document: complete, and true of what the server answers.

use serde_json::Value;

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
            assert_eq!(operation["requestBody"].is_object(), responses.contains_key("415"), "{method} {path}");
        }
    }
    assert_eq!(operations, 30);
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
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
