//! `/qa/v1` over real sockets: what a tester of a live box does and asks.

use serde_json::{Value, json};

use super::{Lab, ask};

#[test]
fn f2_a_signed_out_box_shows_its_code_in_the_tree_and_joins_a_scenario() {
    let lab = Lab::start(&[]);
    let state = lab.get("/qa/v1/state");
    assert_eq!(state["screen"], "SignIn");
    assert_eq!(state["settled"], true, "{state}");
    let code = lab.node("code");
    let label = code["label"].as_str().unwrap();
    assert_eq!(label.len(), 9, "{code}");
    assert!(code["bounds"]["width"].as_i64().unwrap() > 0, "{code}");
    let answer = lab.post("/qa/v1/sign-in", r#"{"scenario":"vip"}"#);
    assert_eq!(answer["screen"], "Home", "{answer}");
    let state = lab.get("/qa/v1/wait?screen=Home&settled=1");
    assert_eq!((&state["member"], &state["balance"]), (&json!("m-vip"), &json!(24090)));
    assert_eq!(lab.ask("POST", "/qa/v1/sign-in", r#"{"scenario":"vip"}"#).json()["code"], "no_code");
}

#[test]
fn an_order_is_one_truth_on_the_screen_in_the_ledger_and_in_the_requests() {
    let lab = Lab::start(&["--scenario", "vip"]);
    let before = lab.get("/qa/v1/state");
    // A package, below the films and what is running.
    lab.press("DOWN*3 OK OK RIGHT OK");
    let state = lab.get("/qa/v1/wait?screen=Outcome&settled=1&timeout=60s");
    let ledger = lab.get("/qa/v1/ledger");
    let last = ledger["ledger"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["exchange"], true);
    let paid = before["balance"].as_i64().unwrap() - state["balance"].as_i64().unwrap();
    assert_eq!(last["amount"].as_i64().unwrap(), -paid);
    assert!(paid > 0);
    let posts = lab.get("/qa/v1/requests?method=POST&path=/v1/exchanges");
    assert_eq!(posts["count"], 1, "{posts}");
    assert_eq!(posts["requests"][0]["status"], 201);
}

#[test]
fn elements_with_the_same_words_have_places_of_their_own() {
    let lab = Lab::start(&["--scenario", "vip"]);
    let places = |id: &str| {
        let bounds = lab.node(id)["bounds"].clone();
        ["x", "y"].map(|side| bounds[side].as_i64().unwrap_or_else(|| panic!("{id} is nowhere: {bounds}")))
    };
    lab.press("OK");
    let ([_, button], [_, hint]) = (places("button:back"), places("hint:back"));
    assert!(hint > 640 && button < 640, "the line of hints is below the page: {hint} {button}");
}

#[test]
fn f9_an_ok_within_the_guard_is_ignored_and_says_so_and_a_script_waits_for_it() {
    let lab = Lab::start(&["--scenario", "vip"]);
    lab.press("DOWN*3 OK");
    assert_eq!(lab.get("/qa/v1/state")["screen"], "Offer");
    let opened = lab.post("/qa/v1/keys", r#"{"key":"OK","settle":false}"#);
    assert_eq!(opened["screen"], "Confirm", "{opened}");
    assert_eq!(opened["settled"], false);
    let reasons = opened["waiting_for"].to_string();
    assert!(reasons.contains("guard"), "{reasons}");
    let ignored = lab.post("/qa/v1/keys", r#"{"key":"OK","settle":false}"#);
    assert_eq!((&ignored["ignored"], &ignored["screen"]), (&json!("guard"), &json!("Confirm")));
    assert!(ignored["until_ms"].as_u64() > ignored["t_ms"].as_u64().map(|at| at - 200), "{ignored}");
    // A call that settles has waited for the guard: the same key cancels now.
    lab.get("/qa/v1/wait?settled=1");
    let taken = lab.press("OK");
    assert_eq!((&taken["ignored"], &taken["screen"]), (&Value::Null, &json!("Offer")));
    let pushed = lab.press("BACK UP*8");
    assert_eq!(pushed["ignored"], "nothing-to-do", "{pushed}");
}

#[test]
fn a11y_2_what_the_voice_says_is_known_without_a_voice() {
    let lab = Lab::start(&["--scenario", "vip", "--voice", "on"]);
    let spoken = lab.get("/qa/v1/spoken");
    assert_eq!(spoken["guidance"], "on");
    let first = spoken["spoken"].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
    assert!(first.contains("Главная. 24090 баллов"), "{first}");
    lab.press("DOWN");
    let moved = lab.get("/qa/v1/wait?spoken=из&settled=1");
    assert_eq!(moved["screen"], "Home", "{moved}");
    lab.press("HOLD:MENU:2s");
    let spoken = lab.get("/qa/v1/spoken");
    assert_eq!(spoken["guidance"], "off");
    assert_eq!(spoken["spoken"].as_array().unwrap().last().unwrap(), "Озвучивание выключено");
    assert_eq!(lab.ask("GET", "/qa/v1/wait?spoken=Аэлита&timeout=1s", "").json()["code"], "timeout");
}

#[test]
fn f4_one_clock_a_rental_of_3_hours_has_ended_4_hours_later_on_box_and_sandbox() {
    let lab = Lab::start(&["--scenario", "rental-3h"]);
    let texts = lab.get("/qa/v1/text")["text"].to_string();
    assert!(texts.contains("Смотреть"), "{texts}");
    let answer = lab.post("/qa/v1/clock", r#"{"advance":"4h"}"#);
    let clock = &answer["clock"];
    assert_eq!(clock["box"], clock["sandbox"], "{clock}");
    assert!(clock["sandbox"].as_str().unwrap().starts_with("2026-11-28T13:00:"), "{clock}");
    lab.press("BLUE");
    let texts = lab.get("/qa/v1/text")["text"].to_string();
    assert!(!texts.contains("Смотреть"), "{texts}");
}

#[test]
fn f4_48_hours_pass_on_both_clocks_in_one_call() {
    let lab = Lab::start(&["--scenario", "vip"]);
    lab.press("WAIT:48h");
    let clock = lab.get("/qa/v1/clock");
    assert_eq!(clock["box"], clock["sandbox"]);
    let read = |name: &str| clock[name].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let apart = (read("server") - read("sandbox")).num_milliseconds().abs();
    assert!(apart < 1000, "the box has asked, and knows the time: {clock}");
    assert!(clock["sandbox"].as_str().unwrap().starts_with("2026-11-30T09:0"), "{clock}");
}

#[test]
fn what_did_not_come_is_named_in_the_408() {
    let lab = Lab::start(&["--scenario", "vip"]);
    let answer = lab.ask("GET", "/qa/v1/wait?screen=Outcome&focus=tab:home&timeout=2s", "");
    assert_eq!(answer.status, 408);
    let document = answer.json();
    let missing = document["missing"].to_string();
    assert!(missing.contains("screen Outcome; it is Home") && missing.contains("tab:home"), "{missing}");
    lab.ask("PUT", "/qa/v1/faults", r#"[{"match":"/v1/","kind":"latency_ms","latency_ms":300000}]"#);
    lab.post("/qa/v1/keys", r#"{"keys":"WAIT:7m","settle":false}"#);
    let pressed = lab.post("/qa/v1/keys", r#"{"key":"BLUE","settle":false}"#);
    assert_eq!(pressed["settled"], false, "{pressed}");
    assert!(pressed["waiting_for"].to_string().contains("answer"), "{pressed}");
    assert_eq!(lab.ask("DELETE", "/qa/v1/faults", "").status, 204);
}

#[test]
fn a_picture_has_a_number_and_a_hash_and_the_same_run_has_the_same() {
    let run = || {
        let lab = Lab::start(&["--scenario", "vip"]);
        ["DOWN", "DOWN", "OK", "BACK"].map(|key| lab.press(key)["frame"].as_str().unwrap().to_owned()).to_vec()
    };
    let first = run();
    assert!(first[0].starts_with("sha256:") && first[0].len() == 71, "{first:?}");
    assert_ne!(first[0], first[1]);
    assert_eq!(first, run());
    let lab = Lab::start(&["--scenario", "vip"]);
    let state = lab.get("/qa/v1/state");
    let picture = lab.ask("GET", "/qa/v1/screenshot", "");
    assert!(picture.body.starts_with(b"\x89PNG") && picture.head.contains("image/png"));
    assert!(picture.head.contains(&format!("x-revision: {}", state["revision"])), "{}", picture.head);
    let moved = lab.press("DOWN");
    assert!(moved["revision"].as_u64() > state["revision"].as_u64());
    let waited = lab.ask("GET", &format!("/qa/v1/wait?after={}&timeout=1s", moved["revision"]), "");
    assert_eq!(waited.status, 408, "nothing changes by itself: {waited}");
}

#[test]
fn one_element_of_the_tree_has_the_focus_and_lies_on_the_screen() {
    let lab = Lab::start(&["--scenario", "vip"]);
    for keys in ["DOWN", "DOWN*2", "RIGHT", "OK", "OK", "BACK*2", "UP*8", "RIGHT OK", "YELLOW"] {
        lab.press(keys);
        let tree = lab.get("/qa/v1/tree");
        let mut focused = Vec::new();
        let mut ids = std::collections::BTreeSet::new();
        visit(&tree["tree"], &mut |node| {
            assert!(ids.insert(node["id"].as_str().unwrap().to_owned()), "two of {}", node["id"]);
            if node["focused"] == true {
                focused.push(node.clone());
            }
        });
        assert_eq!(focused.len(), 1, "after {keys}: {focused:?}");
        let bounds = &focused[0]["bounds"];
        let side = |name: &str| bounds[name].as_i64().unwrap_or_else(|| panic!("no bounds: {}", focused[0]));
        assert!(side("x") >= 0 && side("x") + side("width") <= 1280, "{focused:?}");
        assert!(side("y") >= 0 && side("y") < 720, "{focused:?}");
        assert_eq!(lab.get("/qa/v1/state")["focus"], focused[0]["id"]);
    }
}

fn visit(node: &Value, each: &mut impl FnMut(&Value)) {
    each(node);
    for child in node["children"].as_array().into_iter().flatten() {
        visit(child, each);
    }
}

#[test]
fn a_key_that_is_held_repeats_in_virtual_time_and_is_let_go_after_65_seconds() {
    let lab = Lab::start(&["--scenario", "offers-500"]);
    lab.press("DOWN*3");
    lab.post("/qa/v1/keys", r#"{"key":"RIGHT","action":"down"}"#);
    let before = lab.get("/qa/v1/state");
    assert_eq!(before["held"], json!(["RIGHT"]));
    lab.post("/qa/v1/clock", r#"{"advance":"1s"}"#);
    let during = lab.get("/qa/v1/state");
    assert_ne!(before["focus"], during["focus"]);
    lab.post("/qa/v1/keys", r#"{"key":"RIGHT","action":"up"}"#);
    // At the end of the tabs nothing moves, and a minute of repeating costs little.
    lab.press("BACK UP*3 LEFT*8");
    lab.post("/qa/v1/keys", r#"{"key":"LEFT","action":"down"}"#);
    lab.post("/qa/v1/clock", r#"{"advance":"64s"}"#);
    assert_eq!(lab.get("/qa/v1/state")["held"], json!(["LEFT"]));
    lab.post("/qa/v1/clock", r#"{"advance":"2s"}"#);
    let after = lab.get("/qa/v1/state");
    assert_eq!((&after["held"], &after["settled"]), (&json!([]), &json!(true)), "{after}");
}

#[test]
fn nonsense_is_refused_with_a_document() {
    let lab = Lab::start(&[]);
    let cases = [
        ("POST", "/qa/v1/keys", "", 400),
        ("POST", "/qa/v1/keys", "{", 400),
        ("POST", "/qa/v1/keys", r#"{"keys":"NOPE"}"#, 400),
        ("POST", "/qa/v1/keys", r#"{"key":"OK","ms":99999999}"#, 400),
        ("POST", "/qa/v1/clock", r#"{"advance":"-1s"}"#, 400),
        ("POST", "/qa/v1/clock", r#"{"advance":"9999h"}"#, 400),
        ("PUT", "/qa/v1/faults", r#"[{"match":"x","kind":"hang"}]"#, 400),
        ("PUT", "/qa/v1/faults", r#"[{"match":"/","kind":"gremlins"}]"#, 400),
        ("POST", "/qa/v1/power", r#"{"power":"off"}"#, 400),
        ("POST", "/qa/v1/sign-in", r#"{"scenario":"nobody"}"#, 409),
        ("GET", "/qa/v1/wait?colour=red", "", 400),
        ("GET", "/qa/v1/requests?colour=red", "", 400),
        ("GET", "/qa/v1/ledger", "", 409),
        ("GET", "/qa/v1/nothing", "", 404),
        ("DELETE", "/qa/v1/keys", "", 405),
    ];
    for (method, path, body, status) in cases {
        let answer = lab.ask(method, path, body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer}");
        assert!(answer.head.contains("application/problem+json"), "{answer}");
        assert!(answer.json()["code"].is_string(), "{answer}");
    }
    let large = lab.ask("POST", "/qa/v1/keys", &format!("{{\"keys\":\"{}\"}}", "OK ".repeat(40_000)));
    assert_eq!(large.status, 413);
    for headers in ["host: evil.example\r\n", "origin: http://evil.example\r\n", "sec-fetch-site: cross-site\r\n"] {
        assert_eq!(ask(lab.addr(), "GET", "/qa/v1/state", "", headers).status, 403, "{headers}");
    }
    assert_eq!(ask(lab.addr(), "GET", "/qa/v1/state", "", &"x: y\r\n".repeat(70)).status, 431);
}

#[test]
fn boxes_are_apart_and_the_ready_line_says_where_they_are() {
    let lab = Lab::start(&["--boxes", "3", "--scenario", "vip"]);
    let line: Value = serde_json::from_str(&lab.boxes().ready_line()).unwrap();
    assert_eq!((line["ready"] == true, line["boxes"].as_array().unwrap().len()), (true, 3));
    assert_eq!(line["boxes"][2]["id"], "b2");
    let addrs: Vec<_> = lab.boxes().boxes.iter().map(|served| served.addr).collect();
    ask(addrs[1], "POST", "/qa/v1/keys", r#"{"keys":"UP*3 RIGHT OK"}"#, "");
    let screens: Vec<Value> =
        addrs.iter().map(|addr| ask(*addr, "GET", "/qa/v1/state", "", "").json()["screen"].clone()).collect();
    assert_eq!(screens, ["Home", "Catalog", "Home"]);
}

#[test]
fn no_answer_holds_a_token() {
    let lab = Lab::start(&["--scenario", "vip"]);
    lab.press("DOWN*3 OK");
    for path in ["state", "tree", "text", "ledger", "requests", "faults", "clock"] {
        let text = lab.ask("GET", &format!("/qa/v1/{path}"), "").text();
        for secret in ["access_token", "refresh_token", "Bearer", "device_code", "token="] {
            assert!(!text.contains(secret), "{path} holds {secret}");
        }
    }
}
