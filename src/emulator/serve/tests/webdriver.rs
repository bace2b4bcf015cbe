//! WebDriver over real sockets.

use serde_json::{Value, json};

use super::Lab;

fn begin(lab: &Lab) -> String {
    let answer = lab.post("/session", r#"{"capabilities":{"alwaysMatch":{"appium:automationName":"BonusTV"}}}"#);
    assert_eq!(answer["value"]["capabilities"]["appium:automationName"], "BonusTV");
    format!("/session/{}", answer["value"]["sessionId"].as_str().unwrap())
}

fn error(lab: &Lab, method: &str, path: &str, body: &str) -> String {
    let answer = lab.ask(method, path, body);
    assert!(answer.status >= 400, "{method} {path} {body}: {answer}");
    answer.json()["value"]["error"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

fn find(lab: &Lab, session: &str, using: &str, value: &str) -> String {
    let body = json!({"using": using, "value": value}).to_string();
    let found = lab.post(&format!("{session}/element"), &body);
    let id = found["value"].as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
    format!("{session}/element/{id}")
}

#[test]
fn a_session_finds_reads_and_presses_keys() {
    let lab = Lab::start(&["--scenario", "vip"]);
    let session = begin(&lab);
    let source = lab.get(&format!("{session}/source"))["value"].as_str().unwrap().to_owned();
    sxd_document::parser::parse(&source).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(source.contains("<screen id=\"Home\""), "{source}");
    let tab = find(&lab, &session, "xpath", "//tab[@id='tab:catalog']");
    assert_eq!(lab.get(&format!("{tab}/text"))["value"], "Каталог");
    assert_eq!(lab.get(&format!("{tab}/name"))["value"], "tab");
    assert_eq!(lab.get(&format!("{tab}/attribute/focused"))["value"], "false");
    assert_eq!(lab.get(&format!("{tab}/attribute/nothing"))["value"], Value::Null);
    assert_eq!(lab.get(&format!("{tab}/displayed"))["value"], true);
    assert!(lab.get(&format!("{tab}/rect"))["value"]["width"].as_i64().unwrap() > 10);
    lab.post(&format!("{tab}/click"), "{}");
    assert_eq!(lab.get(&format!("{session}/title"))["value"], "Catalog");
    assert_eq!(find(&lab, &session, "css selector", "[id=\"tab:catalog\"]"), tab, "one element, one reference");
    let keys = r#"{"actions":[{"type":"key","id":"k","actions":[
        {"type":"keyDown","value":"\uE015"},{"type":"keyUp","value":"\uE015"}]}]}"#;
    let before = lab.get("/qa/v1/state")["focus"].clone();
    lab.post(&format!("{session}/actions"), keys);
    assert_ne!(lab.get("/qa/v1/state")["focus"], before);
    let active = lab.get(&format!("{session}/element/active"));
    let active = active["value"].as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
    lab.post(&format!("{session}/element/{active}/value"), r#"{"text":"\uE013"}"#);
    assert_eq!(
        error(&lab, "POST", &format!("{session}/element/{active}/value"), r#"{"text":"1"}"#),
        "element not interactable"
    );
    let id = active.as_str();
    let asked = json!({"script": "/* getAttribute */return (function(){}).apply(null, arguments);",
        "args": [{"element-6066-11e4-a52e-4f735466cecf": id}, "role"]})
    .to_string();
    assert_eq!(lab.post(&format!("{session}/execute/sync"), &asked)["value"], "list-item", "as Selenium asks");
    let png = lab.get(&format!("{session}/screenshot"));
    assert!(png["value"].as_str().unwrap().starts_with("iVBORw0KGgo"));
    let clock = json!({"script": "bonus: clock", "args": [{"advance": "48h"}]}).to_string();
    let answer = lab.post(&format!("{session}/execute/sync"), &clock);
    assert!(answer["value"]["clock"]["sandbox"].as_str().unwrap().starts_with("2026-11-30"), "{answer}");
    assert_eq!(lab.ask("DELETE", &session, "").status, 200);
    assert_eq!(error(&lab, "GET", &format!("{session}/source"), ""), "invalid session id");
}

#[test]
fn an_element_that_comes_later_is_waited_for_in_virtual_time() {
    let lab = Lab::start(&[]);
    let session = begin(&lab);
    let code = find(&lab, &session, "accessibility id", "code");
    let words = lab.get(&format!("{code}/text"))["value"].as_str().unwrap().to_owned();
    let control =
        lab.boxes().boxes[0].place["switches"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
    let approval = json!({"user_code": words, "scenario": "vip"}).to_string();
    let approved = super::ask(control, "POST", "/sandbox/v1/approve", &approval, "content-type: application/json\r\n");
    assert_eq!(approved.status, 204, "{approved}");
    let home = json!({"using": "xpath", "value": "//screen[@id='Home']"}).to_string();
    assert_eq!(error(&lab, "POST", &format!("{session}/element"), &home), "no such element");
    lab.post(&format!("{session}/timeouts"), r#"{"implicit": 30000}"#);
    assert_eq!(lab.get(&format!("{session}/timeouts"))["value"]["implicit"], 30_000);
    lab.post(&format!("{session}/element"), &home);
    assert_eq!(error(&lab, "GET", &format!("{code}/text"), ""), "stale element reference");
}

#[test]
fn what_a_television_has_not_is_an_error_of_the_standard() {
    let lab = Lab::start(&[]);
    let session = begin(&lab);
    for (method, path, body, name) in [
        ("POST", "/url", r#"{"url":"http://a"}"#, "unknown command"),
        ("GET", "/cookie", "", "unknown command"),
        ("POST", "/element", r#"{"using":"xpath","value":"//["}"#, "invalid selector"),
        ("POST", "/element", r#"{"using":"xpath","value":"//video"}"#, "no such element"),
        ("POST", "/element", r#"{"using":"partial link text","value":"a"}"#, "invalid argument"),
        ("POST", "/element", "{", "invalid argument"),
        ("GET", "/element/zz/text", "", "no such element"),
        ("GET", "/element/6e6f/text", "", "stale element reference"),
        (
            "POST",
            "/actions",
            r#"{"actions":[{"type":"pointer","actions":[{"type":"pointerMove"}]}]}"#,
            "invalid argument",
        ),
        ("POST", "/execute/sync", r#"{"script":"return 1","args":[]}"#, "invalid argument"),
        ("POST", "/timeouts", r#"{"implicit":99999999999}"#, "invalid argument"),
    ] {
        assert_eq!(error(&lab, method, &format!("{session}{path}"), body), name, "{method} {path} {body}");
    }
    assert_eq!(error(&lab, "GET", "/session/nobody/source", ""), "invalid session id");
    let other = r#"{"capabilities":{"firstMatch":[{"appium:automationName":"UiAutomator2"}]}}"#;
    assert_eq!(error(&lab, "POST", "/session", other), "session not created");
    for _ in 0..15 {
        begin(&lab);
    }
    assert_eq!(error(&lab, "POST", "/session", r#"{"capabilities":{}}"#), "session not created");
}
