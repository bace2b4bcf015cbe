//! The OpenAPI document: complete, and true of what the server answers.

use serde_json::{Value, json};

use super::support::{Reply, Server};

/// The documents of the API and of the switches.
async fn documents(server: &Server) -> [Value; 2] {
    let switches = server.raw_at(server.switches(), "GET", "/openapi.json", &[], None).await;
    [server.get("/openapi.json").await.json(), Reply::parse(&switches).unwrap().json()]
}

/// Every operation of both documents, with its path and method.
fn operations(documents: &[Value; 2]) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = documents.iter().flat_map(|document| document["paths"].as_object().unwrap());
    paths.flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

#[tokio::test]
async fn every_operation_names_its_answers_and_their_request_id() {
    let server = Server::start().await;
    let documents = documents(&server).await;
    let mut count = 0;
    for (path, method, operation) in operations(&documents) {
        count += 1;
        let responses = operation["responses"].as_object().unwrap();
        for (status, response) in responses {
            assert!(response["headers"]["X-Request-Id"].is_object(), "{method} {path} {status}");
            let is_error = status.starts_with('4') || status.starts_with('5');
            assert!(!is_error || response["content"].is_object(), "{method} {path} {status}");
        }
        let is_guarded = path.starts_with("/v1/")
            && !path.starts_with("/v1/media/")
            && !["/v1/terms", "/v1/images/{id}"].contains(&path);
        assert_eq!(operation["security"].is_array(), is_guarded, "{method} {path}");
        assert_eq!(responses.contains_key("401"), is_guarded, "{method} {path}");
        let says_foreign = responses
            .get("403")
            .is_some_and(|response| response["description"].as_str().is_some_and(|text| text.contains("foreign_page")));
        assert_eq!(says_foreign, path.starts_with("/sandbox/v1/"), "{method} {path}");
        assert_eq!(operation["requestBody"].is_object(), responses.contains_key("415"), "{method} {path}");
    }
    assert_eq!(count, 31);
    assert_eq!(documents[0]["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    assert_eq!(documents[1]["components"].get("securitySchemes"), None, "no switch wants a token");
}

/// F3: the standard demands a description of every answer, and readers want to see one request that works.
#[tokio::test]
async fn f3_every_answer_is_described_and_every_body_and_path_has_an_example() {
    let server = Server::start().await;
    let documents = documents(&server).await;
    for (path, method, operation) in operations(&documents) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let text = response["description"].as_str().unwrap_or_default();
            assert!(!text.trim().is_empty(), "{method} {path} {status} has no description");
        }
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let has_example = !parameter["example"].is_null();
            assert!(has_example || parameter["required"] != json!(true), "{method} {path} {parameter}");
        }
        for (media, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            let examples = content["examples"].as_object().map_or(0, serde_json::Map::len);
            assert!(examples > 0, "{method} {path} {media} has no example");
        }
    }
    assert_eq!(documents[0]["servers"], json!([{"url": server.running.public_url()}]));
    assert_eq!(documents[1]["servers"], json!([{"url": "/"}]));
}

/// Each JSON body of the documents, sent as it stands: nothing there is invented.
#[tokio::test]
async fn f3_every_example_is_accepted_as_it_stands() {
    let mut sent = 0;
    let documents = documents(&Server::start().await).await;
    for (path, method, operation) in operations(&documents) {
        for (media, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            for (name, example) in content["examples"].as_object().unwrap() {
                if media != "application/json" {
                    continue;
                }
                let server = Server::start().await;
                // Who joins has not joined yet; a code, an option or an order are those of this server.
                let scenario = if path == "/v1/enrolment" { "new" } else { "exact-points" };
                let member = server.member(scenario);
                let mut path = path.replace("{id}", member.id.as_str());
                let mut body = example["value"].clone();
                if path.ends_with("/approve") {
                    let codes = server.form("/oauth/device_authorization", "client_id=bonus-tv").await.json();
                    body["user_code"] = codes["user_code"].clone();
                }
                if path.ends_with("/renewal") {
                    let member = server.member("ending-5d");
                    let options = member.get("/v1/entitlements").await.json();
                    let renewable =
                        options["entitlements"].as_array().unwrap().iter().find(|option| !option["renewal"].is_null());
                    path = format!("/v1/entitlements/{}/renewal", renewable.unwrap()["id"].as_str().unwrap());
                    let put = member.put(&path, &body).await;
                    assert_eq!(put.status, 200, "{path} {name}: {}", put.text());
                    sent += 1;
                    continue;
                }
                let headers = [("content-type", "application/json"), ("idempotency-key", "example")];
                let reply =
                    member.send(&method.to_uppercase(), &path, &headers, Some(body.to_string().as_bytes())).await;
                assert!((200..300).contains(&reply.status), "{method} {path} {name}: {}", reply.text());
                sent += 1;
            }
        }
    }
    assert!(sent >= 15, "{sent}");
}

/// Links name operations and parameters that exist, and lead from the catalogue to the renewal of what was ordered.
#[tokio::test]
async fn links_lead_from_the_catalogue_to_the_renewal() {
    let server = Server::start().await;
    let documents = documents(&server).await;
    let of_id = |id: &str| operations(&documents).find(|(_, _, operation)| operation["operationId"] == id);
    let mut reached = vec!["listOffers".to_owned()];
    for (path, method, operation) in operations(&documents) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (name, link) in response["links"].as_object().into_iter().flatten() {
                let target = link["operationId"].as_str().unwrap();
                let (_, _, target_operation) = of_id(target).unwrap_or_else(|| panic!("{path} {name}: {target}"));
                for parameter in link["parameters"].as_object().into_iter().flatten().map(|(name, _)| name) {
                    let known = target_operation["parameters"].as_array().unwrap();
                    assert!(
                        known.iter().any(|one| one["name"] == *parameter),
                        "{method} {path} {status} {name}: {parameter}"
                    );
                }
            }
        }
    }
    // As far as links reach from the catalogue.
    let mut position = 0;
    while let Some(id) = reached.get(position).cloned() {
        position += 1;
        let (_, _, operation) = of_id(&id).unwrap();
        for response in operation["responses"].as_object().unwrap().values() {
            for link in response["links"].as_object().into_iter().flatten().map(|(_, link)| link) {
                let target = link["operationId"].as_str().unwrap().to_owned();
                if !reached.contains(&target) {
                    reached.push(target);
                }
            }
        }
    }
    for operation in [
        "createExchange",
        "getExchange",
        "listEntitlements",
        "switchRenewal",
        "getMedia",
        "getEpisodeMedia",
        "getImage",
    ] {
        assert!(reached.iter().any(|one| one == operation), "{operation} is not among {reached:?}");
    }
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
    let switches = &documents(&server).await[1];
    let schemas = &switches["components"]["schemas"];
    for (schema, field, least) in [("PaidRoubles", "roubles", 0), ("EarnedPoints", "points", 1)] {
        let bounds = &schemas[schema]["properties"][field];
        assert_eq!((&bounds["minimum"], &bounds["maximum"]), (&json!(least), &json!(1_000_000)), "{schema}");
    }
    assert_eq!(schemas["Refusal"]["properties"]["deny"]["enum"], json!([true]));
    let clock = &switches["paths"]["/sandbox/v1/clock"]["post"]["description"];
    assert!(clock.as_str().unwrap().contains("never goes back"), "{clock}");
    let tokens = document["paths"]["/oauth/token"]["post"]["description"].as_str().unwrap();
    assert!(tokens.contains("slow_down") && tokens.contains("until a token of the pair"), "{tokens}");
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let server = Server::start().await;
    for document in documents(&server).await {
        let mut references = Vec::new();
        collect(&document, &mut references);
        assert!(references.len() > 50);
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
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
