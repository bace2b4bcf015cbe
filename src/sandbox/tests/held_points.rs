//! Points that an order under way holds: they do not burn before it is decided, and pay nothing else meanwhile.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::support::{Member, Server, options};
use crate::policy::{Policy, Processing};
use crate::{MonthlyLimit, Options};

const FILM: &str = "film-potemkin";
/// An hour more than the day after which points of the scenario `burning` burn.
const DAY: u32 = 90_000;

fn deferred(seconds: u32) -> Policy {
    Policy { exchange: Processing::Deferred, deferred_seconds: seconds, monthly: MonthlyLimit::FilmsExempt }
}

#[tokio::test]
async fn points_that_an_order_holds_do_not_burn_before_it_is_decided() {
    let server = Server::with(Options { policy: deferred(DAY).into(), ..options() }).await;
    let member = server.member("burning");
    let accepted = member.order("k1", &[(FILM, 800)]).await;
    assert_eq!(accepted.status, 202);
    let account = member.account().await;
    assert_eq!(account["expiring"][0], json!({"points": 200, "expires_at": "2026-03-11T09:00:00Z"}));
    server.control.advance(TimeDelta::seconds(i64::from(DAY) - 1)).unwrap();
    assert_eq!(server.control.balance(&member.id).unwrap().get(), 1800, "200 of 1000 burn");
    server.control.advance(TimeDelta::seconds(1)).unwrap();
    let member = server.signed_in_again(&member.id);
    let confirmed = member.get(accepted.header("location").unwrap()).await.json();
    assert_eq!((&confirmed["state"], &confirmed["balance_after"]), (&json!("confirmed"), &json!(1000)));
}

#[tokio::test]
async fn points_that_a_refused_order_held_burn_when_it_is_refused() {
    let server = Server::with(Options { policy: deferred(DAY).into(), ..options() }).await;
    let member = server.member("burning");
    member.order("k1", &[(FILM, 800)]).await;
    server.control.set_debt(&member.id, 99).unwrap();
    server.control.advance(TimeDelta::days(3)).unwrap();
    assert_eq!(server.control.balance(&member.id).unwrap().get(), 1000);
    let ledger = server.signed_in_again(&member.id).get("/v1/ledger?type=expiry").await.json();
    let latest = ledger["entries"].as_array().unwrap().iter().take(2);
    let burned: Vec<_> = latest.map(|row| (&row["amount"], &row["at"])).collect();
    assert_eq!(
        burned,
        [(&json!(-800), &json!("2026-03-11T10:00:00Z")), (&json!(-200), &json!("2026-03-11T09:00:00Z")),]
    );
}

fn at_once() -> Policy {
    Policy { monthly: MonthlyLimit::FilmsExempt, ..Policy::default() }
}

async fn state_of(member: &Member<'_>, path: &str) -> Value {
    member.get(path).await.json()["state"].clone()
}

/// A server where a film is ordered and its 800 of 1000 points burn today.
async fn kept_past_their_time() -> (Server, crate::values::MemberId, String) {
    let server = Server::with(Options { policy: deferred(DAY).into(), ..options() }).await;
    let member = server.member("burning");
    let path = member.order("k1", &[(FILM, 800)]).await.header("location").unwrap().to_owned();
    let id = member.id.clone();
    server.control.advance(TimeDelta::days(1)).unwrap();
    assert_eq!(server.control.balance(&id).unwrap().get(), 1800);
    (server, id, path)
}

#[tokio::test]
async fn another_order_is_paid_with_points_that_have_not_burned() {
    let (server, id, first) = kept_past_their_time().await;
    server.control.set_policy(at_once()).unwrap();
    let member = server.signed_in_again(&id);
    let second = member.order("k2", &[("film-aelita", 800)]).await;
    assert_eq!((second.status, &second.json()["balance_after"]), (201, &json!(1000)), "{}", second.text());
    server.control.set_debt(&id, 99).unwrap();
    server.control.advance(TimeDelta::hours(1)).unwrap();
    let member = server.signed_in_again(&id);
    assert_eq!(state_of(&member, &first).await, "refused");
    assert_eq!(server.control.balance(&id).unwrap().get(), 200, "what the first one held has burned");
}

#[tokio::test]
async fn a_correction_takes_points_that_have_not_burned() {
    let (server, id, first) = kept_past_their_time().await;
    let too_many = server.control.adjust_points(&id, -1001).unwrap_err();
    assert_eq!(too_many.code, "not_enough_points");
    server.control.adjust_points(&id, -1000).unwrap();
    assert_eq!(server.control.balance(&id).unwrap().get(), 800);
    server.control.advance(TimeDelta::hours(1)).unwrap();
    let member = server.signed_in_again(&id);
    assert_eq!(state_of(&member, &first).await, "confirmed", "its own points pay it");
    assert_eq!(server.control.balance(&id).unwrap().get(), 0);
}

#[tokio::test]
async fn an_order_that_waits_on_does_not_inherit_what_burned_with_another() {
    let server = Server::with(Options { policy: deferred(DAY).into(), ..options() }).await;
    let member = server.member("burning");
    let id = member.id.clone();
    let first = member.order("k1", &[(FILM, 800)]).await.header("location").unwrap().to_owned();
    server.control.set_policy(deferred(2 * DAY)).unwrap();
    // 200 of the points that burn tomorrow, and 600 others.
    let second = member.order("k2", &[("film-aelita", 800)]).await.header("location").unwrap().to_owned();
    server.control.set_debt(&id, 99).unwrap();
    server.control.advance(TimeDelta::seconds(i64::from(DAY))).unwrap();
    assert_eq!(state_of(&server.signed_in_again(&id), &first).await, "refused");
    assert_eq!(server.control.balance(&id).unwrap().get(), 1200);
    server.control.set_debt(&id, 0).unwrap();
    server.control.advance(TimeDelta::seconds(i64::from(DAY))).unwrap();
    assert_eq!(state_of(&server.signed_in_again(&id), &second).await, "confirmed");
    assert_eq!(server.control.balance(&id).unwrap().get(), 400);
}

#[tokio::test]
async fn the_later_order_may_be_decided_first_and_leaves_the_earlier_its_points() {
    let server = Server::with(Options { policy: deferred(2 * DAY).into(), ..options() }).await;
    let member = server.member("burning");
    let id = member.id.clone();
    let first = member.order("k1", &[(FILM, 800)]).await.header("location").unwrap().to_owned();
    server.control.set_policy(deferred(DAY)).unwrap();
    let second = member.order("k2", &[("film-aelita", 800)]).await.header("location").unwrap().to_owned();
    server.control.advance(TimeDelta::seconds(i64::from(DAY))).unwrap();
    let member = server.signed_in_again(&id);
    assert_eq!(
        (state_of(&member, &second).await, state_of(&member, &first).await),
        (json!("confirmed"), json!("processing"))
    );
    assert_eq!(server.control.balance(&id).unwrap().get(), 1200);
    server.control.set_debt(&id, 99).unwrap();
    server.control.advance(TimeDelta::seconds(i64::from(DAY))).unwrap();
    assert_eq!(state_of(&server.signed_in_again(&id), &first).await, "refused");
    assert_eq!(server.control.balance(&id).unwrap().get(), 400);
}
