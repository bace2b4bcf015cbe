//! Signing out and losing the session (ACC-1, ACC-2).

use super::support::*;
use crate::core::{Answer, DiskJob, Effect, Event, PlaceKind, Session};
use crate::domain::FailureKind;

fn is_clean(journey: &Journey) -> bool {
    let data = &journey.app.data;
    data.account.is_none()
        && data.entitlements.is_none()
        && data.shelf.is_empty()
        && data.ledger.items.is_empty()
        && journey.app.basket_offers().is_empty()
        && !journey.app.has_pin
}

#[test]
fn signing_out_asks_first_and_stay_is_first() {
    let mut journey = home();
    journey.keys("MENU DOWN*10 OK").expect_focus("button 0").keys("OK").expect_place(PlaceKind::Settings);
    assert_eq!(journey.app.session, Session::SignedIn);
}

#[test]
fn signing_out_wipes_everything_and_revokes() {
    let mut journey = home();
    journey.keys("GREEN MENU DOWN*10 OK RIGHT OK").expect_place(PlaceKind::SignIn);
    assert!(journey.has_effect(|effect| *effect == Effect::Disk(DiskJob::WipeMember)));
    assert_eq!(journey.sent("SignOut"), 1);
    assert!(is_clean(&journey));
}

#[test]
fn a_session_that_is_lost_wipes_everything() {
    let mut journey = home();
    journey.keys("GREEN").event(Event::Resumed).fail("Entitlements", FailureKind::Unauthorized);
    journey.expect_place(PlaceKind::SignIn);
    assert!(journey.has_effect(|effect| *effect == Effect::Disk(DiskJob::WipeMember)));
    assert!(is_clean(&journey));
}

#[test]
fn answers_of_the_old_session_come_to_nothing() {
    let mut journey = home();
    journey.event(Event::Resumed);
    let old = journey.take("Account");
    journey
        .fail("Entitlements", FailureKind::Unauthorized)
        .reply(old.0, Ok(Answer::Account(super::fixtures::account())));
    assert!(is_clean(&journey));
}

#[test]
fn a_session_that_is_lost_closes_every_dialog() {
    let mut journey = home();
    journey.event(Event::Resumed).keys("BACK").fail("Account", FailureKind::Unauthorized);
    assert!(journey.app.dialog().is_none());
    journey.expect_focus("button 0");
}

#[test]
fn a_revocation_that_fails_disturbs_nobody() {
    let mut journey = home();
    journey.keys("MENU DOWN*10 OK RIGHT OK").fail("SignOut", FailureKind::Unauthorized).expect_place(PlaceKind::SignIn);
    journey.serve().expect_place(PlaceKind::SignIn);
}

#[test]
fn another_member_finds_nothing_of_the_first() {
    let mut journey = home();
    journey.keys("GREEN").event(Event::Resumed);
    journey.world.account.member_id = "m2".to_owned();
    journey.serve_one("Account");
    assert!(journey.app.basket_offers().is_empty() && journey.app.data.entitlements.is_none());
    journey.serve().expect_place(PlaceKind::Home);
}

#[test]
fn another_member_finds_no_open_offer_of_the_first() {
    let mut journey = home();
    journey.keys("OK").expect_place(PlaceKind::Offer);
    journey.event(Event::Resumed);
    journey.world.account.member_id = "m2".to_owned();
    journey.serve_one("Account").expect_place(PlaceKind::Home);
}
