//! Exchanges: charging, refusing, asking again, and what happens when the answer comes late.

use chrono::TimeDelta;
use serde_json::json;

use super::support::{NOON, Server, at, options, reasons};
use crate::clock::Clock;
use crate::policy::{Policy, PolicyChange, Processing};
use crate::randomness::Randomness;
use crate::{Fault, FaultKind, MonthlyLimit, Options};

const FILM: &str = "film-potemkin";

fn policy(monthly: MonthlyLimit) -> Policy {
    Policy { monthly, ..Policy::default() }
}

fn deferred(seconds: u32) -> Policy {
    Policy { exchange: Processing::Deferred, deferred_seconds: seconds, ..Policy::default() }
}

#[tokio::test]
async fn exactly_enough_points_buy_a_film() {
    let server = Server::start().await;
    let member = server.member("exact-points");
    let answer = member.order("k1", &[(FILM, 800)]).await;
    assert_eq!(answer.status, 201);
    let exchange = answer.json();
    assert_eq!(
        (&exchange["state"], &exchange["total"], &exchange["balance_after"]),
        (&json!("confirmed"), &json!(800), &json!(0))
    );
    assert_eq!(exchange["lines"][0]["until"], "2026-03-12T09:00:00Z");
    assert_eq!(exchange["next_exchange_at"], "2026-03-31T21:00:00Z");
    let location = answer.header("location").unwrap();
    assert_eq!(member.get(location).await.json(), exchange);
    let entry = member.get("/v1/ledger").await.json()["entries"][0].clone();
    assert_eq!(
        (&entry["amount"], &entry["type"], &entry["exchange_id"]),
        (&json!(-800), &json!("exchange"), &exchange["id"])
    );
    assert_eq!(server.control.active_offers(&member.id).unwrap(), [FILM]);
}

#[tokio::test]
async fn one_point_short_is_refused_with_the_number_missing() {
    let server = Server::start().await;
    let member = server.member("one-short");
    let problem = member.order("k1", &[(FILM, 800)]).await.problem(422, "2011");
    assert_eq!(problem["reasons"], json!([{"code": "not_enough_points", "balance": 799, "price": 800, "missing": 1}]));
    assert_eq!(server.control.balance(&member.id).unwrap().get(), 799);
}

#[tokio::test]
async fn all_causes_of_2011_are_listed_together() {
    let server = Server::start().await;
    const ALL: [&str; 4] = ["not_enough_points", "debt", "already_ordered", "monthly_limit"];
    let member = server.member("refused-many");
    let problem = member.order("k1", &[(FILM, 800)]).await.problem(422, "2011");
    assert_eq!(reasons(&problem), ALL);
    let ordered = &problem["reasons"][2];
    assert_eq!((&ordered["offer_id"], &ordered["until"]), (&json!(FILM), &json!("2026-03-12T09:00:00Z")));
    server.control.set_policy(policy(MonthlyLimit::FilmsExempt)).unwrap();
    let problem = member.order("k2", &[("service-viewing-control", 800)]).await.problem(422, "2011");
    assert_eq!(reasons(&problem), ALL);
}

#[tokio::test]
async fn each_other_refusal_has_its_status_and_code() {
    let server = Server::start().await;
    let vip = server.member("vip");
    let changed = vip.order("k1", &[(FILM, 800)]).await.problem(409, "price_changed");
    assert_eq!((&changed["reasons"][0]["expected"], &changed["reasons"][0]["price"]), (&json!(800), &json!(680)));
    vip.order("k2", &[("no-such-offer", 800)]).await.problem(410, "offer_gone");
    let requires = vip.order("k3", &[("quota-10", 425)]).await.problem(422, "requires");
    assert_eq!(requires["reasons"][0]["offer_id"], "service-viewing-control");
    let new = server.member("new");
    new.order("k4", &[(FILM, 800)]).await.problem(403, "not_enrolled");
    let several = new.order("k9", &[("quota-10", 500)]).await.problem(403, "not_enrolled");
    assert_eq!(reasons(&several), ["requires", "not_enrolled"]);
    server.member("no-tv").order("k5", &[(FILM, 760)]).await.problem(422, "service_not_connected");
    server.member("month-used").order("k6", &[("film-metropolis", 900)]).await.problem(422, "monthly_limit");
    let partner = vip.offers().await.into_iter().find(|offer| offer["price"].is_null()).unwrap();
    vip.order("k7", &[(partner["id"].as_str().unwrap(), 1)]).await.problem(422, "channel");
    vip.order("k8", &[("service-viewing-control", 680), ("quota-5", 255), ("quota-10", 425)])
        .await
        .problem(422, "conflict");
}

#[tokio::test]
async fn a_basket_is_one_exchange_and_a_quota_may_come_with_its_service() {
    let server = Server::start().await;
    let member = server.member("vip");
    let answer = member.order("k1", &[("service-viewing-control", 680), ("quota-10", 425), (FILM, 680)]).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.json()["total"], 1785);
    assert_eq!(answer.json()["lines"].as_array().unwrap().len(), 3);
    let entries = member.get("/v1/ledger?type=exchange&limit=1").await.json();
    assert_eq!(entries["entries"][0]["amount"], -1785);
}

#[tokio::test]
async fn a_larger_quota_replaces_a_smaller_one() {
    let server = Server::start().await;
    let member = server.member("vip");
    member.order("k1", &[("service-viewing-control", 680), ("quota-10", 425)]).await;
    server.control.set_clock(at("2026-04-02T09:00:00Z")).unwrap();
    let member_again = server.control.active_offers(&member.id).unwrap();
    assert!(member_again.contains(&"quota-10".to_owned()));
    let session = server.signed_in_again(&member.id);
    assert_eq!(
        session.order("k2", &[("quota-10", 425)]).await.problem(422, "2011")["reasons"][0]["code"],
        "already_ordered"
    );
    assert_eq!(
        session.order("k3", &[("quota-5", 255)]).await.problem(422, "2011")["reasons"][0]["code"],
        "already_ordered"
    );
    assert_eq!(session.order("k4", &[("quota-20", 850)]).await.status, 201);
    let active = server.control.active_offers(&member.id).unwrap();
    assert!(active.contains(&"quota-20".to_owned()) && !active.contains(&"quota-10".to_owned()), "{active:?}");
}

#[tokio::test]
async fn packages_that_contain_each_other_exclude_each_other_both_ways() {
    const LARGE: (&str, i64) = ("package-amedia-viasat-hd", 9000);
    const SMALL: (&str, i64) = ("package-amedia-premium", 3400);
    const OTHER: (&str, i64) = ("package-viasat-premium-hd", 6800);
    let server = Server::start().await;
    // The month of the first order ends before its option does.
    for (held, excluded) in [(LARGE, vec![SMALL, OTHER]), (SMALL, vec![LARGE])] {
        server.control.set_clock(at("2026-03-31T09:00:00Z")).unwrap();
        let member = server.member("rewards-on-box");
        server.control.adjust_points(&member.id, 30_000).unwrap();
        assert_eq!(member.order("k1", &[held]).await.status, 201, "{held:?}");
        server.control.set_clock(at("2026-04-01T09:00:00Z")).unwrap();
        let member = server.signed_in_again(&member.id);
        for wish in excluded {
            let eligibility = member.offer(wish.0).await["eligibility"].clone();
            assert_eq!(reasons(&eligibility), ["already_ordered"], "{} beside {}", wish.0, held.0);
            let refused = member.order(wish.0, &[wish]).await.problem(422, "2011");
            assert_eq!((&refused["reasons"][0]["offer_id"], reasons(&refused).len()), (&json!(held.0), 1));
        }
    }
    let member = server.member("rewards-on-box");
    server.control.adjust_points(&member.id, 30_000).unwrap();
    for (first, later) in [(LARGE, SMALL), (SMALL, LARGE)] {
        let refused = member.order(first.0, &[first, later]).await.problem(422, "conflict");
        assert_eq!((&refused["reasons"][0]["offer_id"], reasons(&refused).len()), (&json!(later.0), 1));
    }
}

#[tokio::test]
async fn the_monthly_limit_ends_at_local_midnight() {
    let server = Server::start().await;
    let member = server.member("month-used");
    server.control.set_clock(at("2026-03-31T20:59:59Z")).unwrap();
    let session = server.signed_in_again(&member.id);
    let refused = session.order("k1", &[("film-metropolis", 900)]).await.problem(422, "monthly_limit");
    assert_eq!(refused["reasons"][0]["until"], "2026-03-31T21:00:00Z");
    server.control.set_clock(at("2026-03-31T21:00:00Z")).unwrap();
    assert_eq!(session.order("k2", &[("film-metropolis", 900)]).await.status, 201);
}

#[tokio::test]
async fn films_can_be_exempt_from_the_monthly_limit() {
    let server = Server::with(Options { policy: policy(MonthlyLimit::FilmsExempt).into(), ..options() }).await;
    let member = server.member("vip");
    assert_eq!(member.order("k1", &[(FILM, 680)]).await.status, 201);
    assert_eq!(member.account().await["next_exchange_at"], json!(null));
    assert_eq!(member.order("k2", &[("service-viewing-control", 680)]).await.status, 201);
    for member in [member, server.member("month-used")] {
        assert_eq!(member.account().await["next_exchange_at"], "2026-03-31T21:00:00Z");
        let quota = member.offer("quota-5").await["price"].as_i64().unwrap();
        member.order("k3", &[("quota-5", quota)]).await.problem(422, "monthly_limit");
        let film = member.offer("film-metropolis").await["price"].as_i64().unwrap();
        assert_eq!(member.order("k4", &[("film-metropolis", film)]).await.status, 201);
    }
}

#[tokio::test]
async fn software_comes_with_a_promo_code_where_the_box_may_order_it() {
    let server = Server::start().await;
    let member = server.member("rewards-on-box");
    let order = member.order("k1", &[("antivirus-eset", 500), ("phone-local-60", 370)]).await;
    assert_eq!(order.status, 201);
    let lines = order.json()["lines"].clone();
    let code = lines[0]["promo_code"].as_str().unwrap();
    assert!(code.len() >= 12 && code.is_ascii(), "{code}");
    assert_eq!(lines[1]["promo_code"], json!(null), "minutes need no code");
    let held = member.get("/v1/entitlements").await.json();
    assert!(held["entitlements"].as_array().unwrap().iter().any(|held| held["promo_code"] == code), "{held}");
    let unpriced = member.order("k2", &[("partner-litres", 0)]).await;
    assert_ne!(unpriced.status, 201, "what has no price is not sold");
    let elsewhere = server.member("vip").order("k3", &[("antivirus-eset", 425)]).await;
    assert_ne!(elsewhere.status, 201, "another member's box does not sell it");
}

#[tokio::test]
async fn the_same_key_gets_the_same_bytes() {
    let server = Server::start().await;
    let member = server.member("vip");
    let first = member.order("k1", &[(FILM, 680)]).await;
    server.control.advance(TimeDelta::minutes(10)).unwrap();
    let again = member.order("k1", &[(FILM, 680)]).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("location"), first.header("location"));
    member.order("k1", &[("film-metropolis", 680)]).await.problem(422, "idempotency_key_reused");
    let found = member.get("/v1/exchanges?idempotency_key=k1").await.json();
    assert_eq!(found["exchanges"], json!([first.json()]));
    assert_eq!(member.get("/v1/exchanges?idempotency_key=k9").await.json()["exchanges"], json!([]));
}

#[tokio::test]
async fn a_refusal_is_remembered_too() {
    let server = Server::start().await;
    let member = server.member("one-short");
    let first = member.order("k1", &[(FILM, 800)]).await;
    server.control.adjust_points(&member.id, 100).unwrap();
    let again = member.order("k1", &[(FILM, 800)]).await;
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("x-request-id"), again.json()["request_id"].as_str());
    assert_eq!(again.header("x-request-id"), first.header("x-request-id"));
    assert_eq!(member.order("k2", &[(FILM, 800)]).await.status, 201);
}

#[tokio::test]
async fn keys_belong_to_one_member_and_are_kept_for_good() {
    let server = Server::start().await;
    let (one, other) = (server.member("exact-points"), server.member("vip"));
    let first = one.order("k1", &[(FILM, 800)]).await;
    assert_eq!(first.status, 201);
    assert_eq!(other.order("k1", &[(FILM, 680)]).await.status, 201);
    // Points for a second exchange are there, and the first one's month and hours are over.
    server.control.adjust_points(&one.id, 800).unwrap();
    for days in [7, 1, 392] {
        server.control.advance(TimeDelta::days(days)).unwrap();
        let session = server.signed_in_again(&one.id);
        let again = session.order("k1", &[(FILM, 800)]).await;
        assert_eq!((again.status, &again.body), (201, &first.body), "after {days} days more");
        session.order("k1", &[(FILM, 801)]).await.problem(422, "idempotency_key_reused");
        assert_eq!(server.control.balance(&one.id).unwrap().get(), 800);
    }
}

#[tokio::test]
async fn an_exchange_names_the_key_that_it_answers() {
    for policy in [Policy::default(), deferred(30)] {
        let server = Server::with(Options { policy: policy.into(), ..options() }).await;
        let member = server.member("exact-points");
        let answer = member.order("k1", &[(FILM, 800)]).await;
        assert_eq!(answer.json()["idempotency_key"], "k1", "{}", answer.status);
        assert_eq!(member.get(answer.header("location").unwrap()).await.json()["idempotency_key"], "k1");
        let found = member.get("/v1/exchanges?idempotency_key=k1").await.json();
        assert_eq!(found["exchanges"][0]["idempotency_key"], "k1");
    }
    // What a scenario has made of itself was ordered with no key.
    let server = Server::start().await;
    let past = server.member("long-history").get("/v1/exchanges").await.json();
    assert_eq!(past["exchanges"][9].get("idempotency_key"), Some(&json!(null)));
}

#[tokio::test]
async fn a_deferred_rental_counts_its_hours_from_its_confirmation() {
    for seconds in [5, 6 * 3600, 72 * 3600] {
        let server = Server::with(Options { policy: deferred(seconds).into(), ..options() }).await;
        let member = server.member("exact-points");
        let accepted = member.order("k1", &[(FILM, 800)]).await;
        let wait = TimeDelta::seconds(i64::from(seconds));
        server.control.advance(wait).unwrap();
        let member = server.signed_in_again(&member.id);
        let exchange = member.get(accepted.header("location").unwrap()).await.json();
        assert_eq!(exchange["state"], "confirmed", "{exchange}");
        let start = at("2026-03-10T09:00:00Z") + wait;
        let line = &exchange["lines"][0];
        let time = |value: &serde_json::Value| at(value.as_str().unwrap());
        assert_eq!((time(&line["starts_at"]), time(&line["until"])), (start, start + TimeDelta::hours(48)));
        let held = member.get("/v1/entitlements").await.json();
        assert_eq!(time(&held["entitlements"][0]["until"]), start + TimeDelta::hours(48), "{held}");
        server.control.advance(TimeDelta::hours(48) - TimeDelta::seconds(1)).unwrap();
        assert_eq!(server.control.active_offers(&member.id).unwrap(), [FILM]);
        server.control.advance(TimeDelta::seconds(1)).unwrap();
        assert_eq!(server.control.active_offers(&member.id).unwrap(), [""; 0]);
    }
}

#[tokio::test]
async fn what_would_have_ended_before_it_is_carried_out_is_refused() {
    const OPTION: &str = "service-viewing-control";
    let server = Server::with(Options { policy: deferred(70 * 86_400).into(), ..options() }).await;
    let member = server.member("vip");
    let accepted = member.order("k1", &[(OPTION, 680)]).await;
    assert_eq!(accepted.status, 202);
    server.control.advance(TimeDelta::days(70)).unwrap();
    let member = server.signed_in_again(&member.id);
    let exchange = member.get(accepted.header("location").unwrap()).await.json();
    assert_eq!(exchange["state"], "refused", "{exchange}");
    assert_eq!(reasons(&exchange["refusal"]), ["offer_gone"]);
    let ledger = member.get("/v1/ledger?type=exchange").await.json();
    let charged = ledger["entries"].as_array().unwrap().iter().filter(|entry| entry["exchange_id"] == exchange["id"]);
    assert_eq!(charged.count(), 0);
}

#[tokio::test]
async fn an_exchange_is_shown_to_its_member_alone() {
    let server = Server::start().await;
    let made = server.member("exact-points").order("k1", &[(FILM, 800)]).await;
    let other = server.member("vip");
    other.get(made.header("location").unwrap()).await.problem(404, "exchange_not_found");
    assert_eq!(other.get("/v1/exchanges?idempotency_key=k1").await.json()["exchanges"], json!([]));
    let listed = other.get("/v1/exchanges").await.json();
    assert!(listed["exchanges"].as_array().unwrap().iter().all(|exchange| exchange["id"] != made.json()["id"]));
}

#[tokio::test]
async fn exchanges_come_in_pages_newest_first() {
    let server = Server::start().await;
    let member = server.member("long-history");
    let whole = member.get("/v1/exchanges").await.json();
    let all = whole["exchanges"].as_array().unwrap();
    assert_eq!((all.len(), &whole["next_cursor"]), (10, &json!(null)));
    let times: Vec<_> = all.iter().map(|exchange| exchange["created_at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|newer, older| newer > older), "{times:?}");
    let (mut path, mut found) = ("/v1/exchanges?limit=4".to_owned(), Vec::new());
    let mut sizes = Vec::new();
    loop {
        let page = member.get(&path).await.json();
        sizes.push(page["exchanges"].as_array().unwrap().len());
        found.extend(page["exchanges"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/exchanges?limit=4&cursor={cursor}");
    }
    assert_eq!((sizes, &found), (vec![4, 4, 2], all));
}

#[tokio::test]
async fn keys_are_needed_and_checked() {
    let server = Server::start().await;
    let member = server.member("vip");
    let body = json!({"offers": [{"id": FILM, "expected_price": 680}]});
    member.post("/v1/exchanges", &body).await.problem(400, "idempotency_key_missing");
    for wrong in ["", "has space", &"x".repeat(65)] {
        member.order(wrong, &[(FILM, 680)]).await.problem(400, "idempotency_key_missing");
    }
}

#[tokio::test]
async fn baskets_that_make_no_sense_are_invalid() {
    let server = Server::start().await;
    let member = server.member("vip");
    let many: Vec<(String, i64)> = (0..21).map(|number| (format!("film-{number}"), 1)).collect();
    let many: Vec<(&str, i64)> = many.iter().map(|(id, price)| (id.as_str(), *price)).collect();
    for basket in [&[][..], &[(FILM, 680), (FILM, 680)], &many, &[(FILM, -1)], &[("", 1)], &[(FILM, 1_000_000_001)]] {
        member.order("k1", basket).await.problem(400, "invalid_request");
    }
    assert_eq!(member.order("k1", &[(FILM, 680)]).await.status, 201, "what was invalid did not use the key up");
}

#[tokio::test]
async fn a_slow_exchange_is_accepted_held_and_confirmed_later() {
    let server = Server::with(Options { policy: deferred(30).into(), ..options() }).await;
    let member = server.member("exact-points");
    let accepted = member.order("k1", &[(FILM, 800)]).await;
    assert_eq!((accepted.status, accepted.header("retry-after")), (202, Some("30")));
    assert_eq!(accepted.json()["state"], "processing");
    let account = member.account().await;
    assert_eq!((&account["balance"], &account["held"]), (&json!(800), &json!(800)));
    member.order("k2", &[(FILM, 800)]).await.problem(422, "2011");
    let path = accepted.header("location").unwrap();
    assert_eq!(member.get(path).await.json()["state"], "processing");
    server.control.advance(TimeDelta::seconds(30)).unwrap();
    let confirmed = member.get(path).await.json();
    assert_eq!((&confirmed["state"], &confirmed["balance_after"]), (&json!("confirmed"), &json!(0)));
    assert!(confirmed["lines"][0]["entitlement_id"].is_string());
    assert_eq!(member.order("k1", &[(FILM, 800)]).await.body, accepted.body, "the stored answer does not change");
}

#[tokio::test]
async fn a_slow_exchange_can_still_be_refused() {
    let server = Server::with(Options { policy: deferred(30).into(), ..options() }).await;
    let member = server.member("exact-points");
    let accepted = member.order("k1", &[(FILM, 800)]).await;
    server.control.set_debt(&member.id, 99).unwrap();
    server.control.advance(TimeDelta::seconds(30)).unwrap();
    let refused = member.get(accepted.header("location").unwrap()).await.json();
    assert_eq!((&refused["state"], &refused["refusal"]["code"]), (&json!("refused"), &json!("2011")));
    assert_eq!(reasons(&refused["refusal"]), ["debt"]);
    let account = member.account().await;
    assert_eq!(
        (&account["balance"], &account["held"], &account["next_exchange_at"]),
        (&json!(800), &json!(0), &json!(null))
    );
}

#[tokio::test]
async fn a_refused_order_says_what_the_others_of_the_month_still_mean() {
    let server = Server::with(Options { policy: policy(MonthlyLimit::FilmsExempt).into(), ..options() }).await;
    let member = server.member("vip");
    assert_eq!(member.order("k1", &[("service-viewing-control", 680)]).await.status, 201);
    let films = Policy { monthly: MonthlyLimit::FilmsExempt, ..deferred(30) };
    server.control.set_policy(films).unwrap();
    let accepted = member.order("k2", &[(FILM, 680)]).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    server.control.set_debt(&member.id, 99).unwrap();
    server.control.advance(TimeDelta::seconds(30)).unwrap();
    let refused = member.get(accepted.header("location").unwrap()).await.json();
    assert_eq!(refused["state"], "refused");
    assert_eq!(refused["next_exchange_at"], member.account().await["next_exchange_at"]);
    assert_eq!(refused["next_exchange_at"], "2026-03-31T21:00:00Z");
}

#[tokio::test]
async fn the_minutes_of_every_next_month_can_be_had() {
    let server = Server::start().await;
    let member = server.member("rewards-on-box");
    let order = async |key: &str| server.signed_in_again(&member.id).order(key, &[("phone-local-60", 370)]).await;
    let first = order("k1").await;
    assert_eq!((first.status, &first.json()["lines"][0]["until"]), (201, &json!("2026-04-30T21:00:00Z")));
    let again = order("k2").await.problem(422, "2011");
    assert!(reasons(&again).contains(&"already_ordered".to_owned()));
    server.control.set_clock(at("2026-04-10T09:00:00Z")).unwrap();
    let next = order("k3").await;
    assert_eq!((next.status, &next.json()["lines"][0]["until"]), (201, &json!("2026-05-31T21:00:00Z")));
}

#[tokio::test]
async fn clock_and_policy_outlive_the_process() {
    let directory = tempfile::tempdir().unwrap();
    // No two processes draw the same tokens.
    let seed = std::cell::Cell::new(0);
    let begin = |clock, policy: PolicyChange| {
        let db = Some(directory.path().join("kept.sqlite"));
        seed.set(seed.get() + 1);
        Server::with(Options { db, clock, policy, randomness: Randomness::seeded(seed.get()), ..options() })
    };
    let frozen = |text| Some(Clock::frozen(at(text)));
    let server = begin(frozen(NOON), PolicyChange::default()).await;
    let member = server.member("vip");
    let id = member.id.clone();
    server.post("/sandbox/v1/clock", &json!({"advance_seconds": 86_400})).await;
    let deferred = json!({"monthly": "films-exempt", "exchange": "deferred", "deferred_seconds": 7});
    let put = [("content-type", "application/json")];
    let reply = server.send("PUT", "/sandbox/v1/policy", &put, Some(deferred.to_string().as_bytes())).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    server.running.shutdown().await;

    let server = begin(None, PolicyChange::default()).await;
    assert_eq!(server.control.now(), at("2026-03-11T09:00:00Z"), "it stands where it stood");
    assert_eq!(server.get("/sandbox/v1/policy").await.json(), reply.json());
    server.running.shutdown().await;

    // A flag for one half of the policy leaves the other half as it is kept.
    let limit = PolicyChange { monthly: Some(MonthlyLimit::Strict), ..PolicyChange::default() };
    let server = begin(None, limit).await;
    assert_eq!(server.control.policy(), Policy { monthly: MonthlyLimit::Strict, ..self::deferred(7) });
    server.control.set_policy(Policy { monthly: MonthlyLimit::FilmsExempt, ..Policy::default() }).unwrap();
    server.running.shutdown().await;
    let delay = PolicyChange { monthly: None, ..self::deferred(9).into() };
    let server = begin(None, delay).await;
    assert_eq!(server.control.policy(), Policy { monthly: MonthlyLimit::FilmsExempt, ..self::deferred(9) });
    server.running.shutdown().await;

    // A time that a member has seen does not become the future again, with any flags.
    let server = begin(frozen(NOON), Policy::default().into()).await;
    assert_eq!(server.control.now(), at("2026-03-11T09:00:00Z"));
    assert_eq!(server.control.policy(), Policy::default());
    assert_eq!(server.signed_in_again(&id).account().await["server_time"], "2026-03-11T09:00:00Z");
    server.running.shutdown().await;
}

#[tokio::test]
async fn an_answer_lost_with_the_process_is_the_same_after_a_restart() {
    let directory = std::env::temp_dir().join(format!("bonus-sandbox-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let db = directory.join("restart.sqlite");
    let server = Server::with(Options { db: Some(db.clone()), ..options() }).await;
    let member = server.member("exact-points");
    let token = member.token.clone();
    server.control.set_faults(vec![Fault { times: Some(1), ..Fault::new("/v1/exchanges", FaultKind::Close) }]);
    let body = json!({"offers": [{"id": FILM, "expected_price": 800}]}).to_string();
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "k1")];
    let lost = server.raw("POST", "/v1/exchanges", &headers, Some(body.as_bytes())).await;
    assert!(lost.is_empty(), "no byte of the answer arrives");
    server.running.shutdown().await;

    let server = Server::with(Options { db: Some(db), ..options() }).await;
    let found = server.send("POST", "/v1/exchanges", &headers, Some(body.as_bytes())).await;
    assert_eq!((found.status, &found.json()["balance_after"]), (201, &json!(0)));
    let again = server.send("POST", "/v1/exchanges", &headers, Some(body.as_bytes())).await;
    assert_eq!(again.body, found.body);
    server.running.shutdown().await;
    std::fs::remove_dir_all(directory).unwrap();
}
