//! The External Control Protocol over real sockets.

use serde_json::json;
use sxd_document::parser;

use super::{Answer, Lab, ask};

/// A box with the protocol at a loopback address of its own; each test takes another.
fn start(address: &str, words: &[&str]) -> Lab {
    let address = format!("{address}:0");
    let mut all = vec!["--ecp", &address];
    all.extend(words);
    Lab::start(&all)
}

fn remote(lab: &Lab, method: &str, path: &str) -> Answer {
    ask(lab.boxes().boxes[0].ecp.expect("there is a remote"), method, path, "", "")
}

fn document(lab: &Lab, path: &str) -> String {
    let answer = remote(lab, "GET", path);
    assert_eq!(answer.status, 200, "{path}: {answer}");
    assert!(answer.head.to_lowercase().contains("content-type: text/xml"), "{answer}");
    let text = answer.text();
    assert!(text.starts_with("<?xml"), "{text}");
    parser::parse(&text).unwrap_or_else(|error| panic!("{path}: {error:?}: {text}"));
    text
}

#[test]
fn documents_say_what_clients_look_for() {
    let lab = start("127.0.0.31", &["--scenario", "vip"]);
    let info = document(&lab, "/query/device-info");
    for field in [
        "model-name",
        "model-number",
        "software-version",
        "software-build",
        "serial-number",
        "user-device-name",
        "friendly-device-name",
    ] {
        assert!(info.contains(&format!("<{field}>")), "{field}");
    }
    assert!(info.contains("<power-mode>PowerOn</power-mode>") && info.contains("<is-tv>false</is-tv>"));
    assert!(document(&lab, "/query/apps").contains("<app id=\"bonus-tv\" type=\"appl\" version="));
    assert!(document(&lab, "/query/active-app").contains("<active-app><app id=\"bonus-tv\""));
    assert!(document(&lab, "/query/media-player").contains("state=\"close\""));
    let ui = document(&lab, "/query/app-ui");
    assert!(ui.contains("<status>OK</status>") && ui.contains("bounds=\"{0, 0, 1280, 720}\""), "{ui}");
    assert!(ui.contains("focused=\"true\"") && ui.contains("text=\""), "{ui}");
    let icon = remote(&lab, "GET", "/query/icon/bonus-tv");
    assert!(icon.status == 200 && icon.body.starts_with(b"\x89PNG"), "{}", icon.head);
    assert_eq!(remote(&lab, "GET", "/query/icon/other").status, 404);
}

#[test]
fn keys_answer_with_nothing_and_unknown_ones_are_refused() {
    let lab = start("127.0.0.32", &["--scenario", "vip"]);
    let before = lab.get("/qa/v1/state")["focus"].clone();
    let answer = remote(&lab, "POST", "/keypress/down");
    assert_eq!((answer.status, answer.body.len()), (200, 0), "{answer}");
    assert!(!answer.head.to_lowercase().contains("xml"), "{answer}");
    assert_ne!(lab.get("/qa/v1/state")["focus"], before);
    for known in ["Lit_%D1%8F", "KEY_BLUE", "VolumeUp", "KEY_COFFEE", "InputHDMI1", "FindRemote"] {
        assert_eq!(remote(&lab, "POST", &format!("/keypress/{known}")).status, 200, "{known}");
    }
    for unknown in ["Nope", "Lit_", "KEY_", "%00", "Lit_ab"] {
        for way in ["keypress", "keydown", "keyup"] {
            assert_eq!(remote(&lab, "POST", &format!("/{way}/{unknown}")).status, 400, "{way} {unknown}");
        }
    }
    assert_eq!(remote(&lab, "POST", "/search/browse").status, 404);
    assert_eq!(remote(&lab, "POST", "/input?x=1").status, 200);
    assert_eq!(remote(&lab, "GET", "/keypress/Down").status, 405);
}

#[test]
fn a_key_is_held_until_it_goes_up_and_for_65_seconds_at_most() {
    let lab = start("127.0.0.33", &["--scenario", "vip"]);
    remote(&lab, "POST", "/keypress/Up");
    assert_eq!(remote(&lab, "POST", "/keydown/Left").status, 200);
    assert_eq!(lab.get("/qa/v1/state")["held"], json!(["LEFT"]));
    assert_eq!(remote(&lab, "POST", "/keyup/Left").status, 200);
    assert_eq!(lab.get("/qa/v1/state")["held"], json!([]));
    remote(&lab, "POST", "/keydown/Left");
    lab.post("/qa/v1/keys", r#"{"keys":"WAIT:70s","settle":false}"#);
    assert_eq!(lab.get("/qa/v1/state")["held"], json!([]));
}

#[test]
fn power_is_idempotent_and_a_dark_box_answers() {
    let lab = start("127.0.0.34", &["--scenario", "vip"]);
    for key in ["PowerOff", "PowerOff"] {
        assert_eq!(remote(&lab, "POST", &format!("/keypress/{key}")).status, 200);
        assert_eq!(lab.get("/qa/v1/state")["power"], "standby");
        assert!(document(&lab, "/query/device-info").contains("<power-mode>Ready</power-mode>"));
        document(&lab, "/query/app-ui");
        lab.post("/qa/v1/clock", r#"{"advance":"5s"}"#);
    }
    for key in ["PowerOn", "PowerOn"] {
        remote(&lab, "POST", &format!("/keypress/{key}"));
        assert_eq!(lab.get("/qa/v1/state")["power"], "on");
        lab.post("/qa/v1/clock", r#"{"advance":"5s"}"#);
    }
}

#[test]
fn a_deep_link_leads_to_a_tab_and_to_an_offer_by_keys() {
    let lab = start("127.0.0.35", &["--scenario", "vip"]);
    assert_eq!(remote(&lab, "POST", "/launch/bonus-tv?contentID=bonus-tv").status, 200);
    assert_eq!(remote(&lab, "POST", "/launch/bonus-tv?contentID=tab:points").status, 200);
    assert_eq!(lab.get("/qa/v1/state")["screen"], "Status");
    let answer = remote(&lab, "POST", "/launch/bonus-tv?contentID=tab%3Ahome");
    assert_eq!((answer.status, &lab.get("/qa/v1/state")["screen"]), (200, &json!("Home")), "{answer}");
    let answer = remote(&lab, "POST", "/launch/bonus-tv?contentID=offer:film-potemkin");
    let state = lab.get("/qa/v1/state");
    assert_eq!((answer.status, &state["screen"]), (200, &json!("Offer")), "{answer} {state}");
    for (path, status) in [
        ("/launch/other", 404),
        ("/launch/bonus-tv?contentID=offer:nothing", 404),
        ("/launch/bonus-tv?contentID=nonsense", 400),
        ("/exit-app/other", 404),
        ("/exit-app/bonus-tv", 200),
    ] {
        assert_eq!(remote(&lab, "POST", path).status, status, "{path}");
    }
}

#[test]
fn pages_and_foreign_hosts_are_refused() {
    let lab = start("127.0.0.36", &[]);
    let addr = lab.boxes().boxes[0].ecp.expect("there is a remote");
    let own = format!("origin: http://{addr}\r\n");
    for headers in ["origin: http://evil.example\r\n", &own, "origin: null\r\n", "host: evil.example\r\n"] {
        for (method, path) in [("POST", "/keypress/Select"), ("GET", "/query/device-info")] {
            assert_eq!(ask(addr, method, path, "", headers).status, 403, "{headers} {path}");
        }
    }
}
