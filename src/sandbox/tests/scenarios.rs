//! Scenarios: each loads at any time of the year and is what its description says.

use chrono::TimeDelta;
use serde_json::json;

use super::support::{Server, at};
use crate::service::scenario::Scenario;
use crate::{Policy, scenarios};

#[tokio::test]
async fn every_scenario_loads_on_any_day() {
    let server = Server::start().await;
    for day in ["2026-03-31T20:59:59Z", "2027-01-01T00:00:00Z", "2028-02-29T12:00:00Z"] {
        server.control.set_clock(at(day)).unwrap();
        for scenario in scenarios().unwrap() {
            let session = server.control.session(&scenario.name);
            assert!(session.is_ok(), "{} on {day}: {session:?}", scenario.name);
        }
    }
}

#[tokio::test]
async fn scenarios_have_the_points_they_are_named_for() {
    let server = Server::start().await;
    for (scenario, balance) in [
        ("exact-points", 800),
        ("one-short", 799),
        ("burning", 2000),
        ("offers-500", 5000),
        ("rewards-on-box", 3900),
        ("no-tv", 4000),
    ] {
        let account = server.member(scenario).account().await;
        assert_eq!(account["balance"], balance, "{scenario}");
    }
    assert_eq!(server.member("rewards-on-box").account().await["status"]["code"], "basic");
}

#[tokio::test]
async fn points_burn_soon_also_where_tomorrow_has_no_day_two_years_before() {
    let server = Server::start().await;
    server.control.set_clock(at("2028-02-28T12:00:00Z")).unwrap();
    let account = server.member("burning").account().await;
    assert_eq!(account["balance"], 2000);
    assert_eq!(account["expiring"][0], json!({"points": 1000, "expires_at": "2028-03-01T12:00:00Z"}));
}

#[test]
fn points_that_the_programme_does_not_give_are_refused() {
    let read = |joined: &str, accruals: &str| {
        let head = "[[scenario]]\nname = \"test\"\ndescription = \"\"\ndisplay_name = \"\"\n";
        let scenarios = Scenario::parse(&format!("{head}{joined}\naccruals = [{accruals}]\n")).unwrap();
        scenarios.iter().try_for_each(Scenario::check).map_err(|error| error.to_string())
    };
    const JOINED: &str = "joined_days_ago = 100";
    let accrual = |earning: &str, points: i64, days: i64| {
        format!("{{ earning = \"{earning}\", points = {points}, days_ago = {days} }}")
    };
    let joining = accrual("joining", 500, 99);
    assert!(read(JOINED, &joining).is_ok());
    let refused = [
        (JOINED, String::new(), "joining: who has joined has its points, and nobody else"),
        ("", joining.clone(), "joining: who has joined has its points, and nobody else"),
        (
            JOINED,
            format!("{joining}, {}", accrual("birthday", 900, 5)),
            "birthday: the programme gives another number of points",
        ),
        (
            JOINED,
            format!("{joining}, {}", accrual("payment", 199, 5)),
            "payment: the programme gives another number of points",
        ),
        (
            JOINED,
            format!("{joining}, {}", accrual("survey", 1001, 5)),
            "survey: the programme gives another number of points",
        ),
        (JOINED, format!("{joining}, {joining}"), "joining: it is given once"),
        (JOINED, format!("{joining}, {}", accrual("profile", 100, 101)), "profile: it lies before the joining"),
    ];
    for (joined, accruals, problem) in refused {
        let error = read(joined, &accruals).unwrap_err();
        assert_eq!(error, format!("reading the scenario \"test\": {problem}"));
    }
}

#[tokio::test]
async fn loading_again_makes_a_member_fresh() {
    let server = Server::start().await;
    let member = server.member("exact-points");
    member.order("k1", &[("film-potemkin", 800)]).await;
    assert_eq!(server.control.balance(&member.id).unwrap().get(), 0);
    server.control.session("exact-points").unwrap();
    assert_eq!(member.account().await["balance"], 800, "the old sign-in sees the fresh member");
    assert_eq!(member.order("k1", &[("film-potemkin", 800)]).await.status, 201, "keys are forgotten");
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_that_of_members_who_are_loaded_anew() {
    let server = Server::start().await;
    let lived = server.member("basic").id;
    server.control.advance(TimeDelta::days(1)).unwrap();
    let back = server.post("/sandbox/v1/clock", &json!({"set": "2026-03-10T09:00:00Z"})).await;
    assert_eq!((back.status, &back.json()["now"]), (200, &json!("2026-03-10T09:00:00Z")));
    let time = async || server.signed_in_again(&lived).account().await["server_time"].clone();
    assert_eq!(time().await, "2026-03-11T09:00:00Z", "nobody lives a day twice");
    server.member("basic");
    assert_eq!(time().await, "2026-03-10T09:00:00Z");
}

#[tokio::test]
async fn an_ordered_package_is_refused_for_that_alone() {
    let server = Server::start().await;
    let offer = server.member("ordered").offer("package-your-cinema").await;
    let codes: Vec<_> =
        offer["eligibility"]["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].clone()).collect();
    assert_eq!(codes, [json!("already_ordered")]);
}

#[tokio::test]
async fn rich_members_have_something_to_show() {
    let server = Server::start().await;
    for scenario in ["privilege", "vip"] {
        let account = server.member(scenario).account().await;
        assert!(account["balance"].as_i64().unwrap() > 8000, "{account}");
        assert_eq!(account["pending"].as_array().unwrap().len(), 2);
        assert_eq!(account["next_exchange_at"], json!(null));
        let first: chrono::DateTime<chrono::Utc> =
            account["expiring"][0]["expires_at"].as_str().unwrap().parse().unwrap();
        assert!(first < server.control.now() + TimeDelta::days(31), "{account}");
    }
}

#[tokio::test]
async fn the_list_names_members_and_the_pin() {
    let server = Server::start().await;
    let list = server.get("/sandbox/v1/scenarios").await.json();
    let adult = list["scenarios"].as_array().unwrap().iter().find(|scenario| scenario["name"] == "adult").unwrap();
    assert_eq!((&adult["pin"], &adult["member_id"]), (&json!("1234"), &json!("m-adult")));
    assert!(list["scenarios"].as_array().unwrap().len() >= 20);
    server.post("/sandbox/v1/sessions", &json!({"scenario": "none"})).await.problem(404, "scenario_not_found");
}

#[tokio::test]
async fn the_policy_is_switched_over_http() {
    let server = Server::start().await;
    let body = json!({"monthly": "films-exempt", "exchange": "deferred", "deferred_seconds": 3}).to_string();
    let json = [("content-type", "application/json")];
    let set = server.send("PUT", "/sandbox/v1/policy", &json, Some(body.as_bytes())).await;
    assert_eq!(set.status, 200);
    assert_eq!(server.control.policy().deferred_seconds, 3);
    server.send("PUT", "/sandbox/v1/policy", &json, Some(b"{}")).await;
    assert_eq!(server.control.policy(), Policy::default());
}
