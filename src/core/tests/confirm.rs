//! The last question (PUR-3).

use super::support::*;
use crate::core::{Effect, Event, Notice, PlaceKind, SpendBlock};
use crate::domain::FailureKind;
use crate::input::{Hold, KeyEvent, Phase, RemoteKey};

fn has_order(journey: &Journey) -> bool {
    journey.app.order().is_some() || journey.has_effect(|effect| matches!(effect, Effect::StoreOrder(_)))
}

#[test]
fn the_first_focus_is_cancel() {
    at_confirmation().expect_focus("button 0");
}

#[test]
fn ok_on_cancel_goes_back_and_orders_nothing() {
    let mut journey = at_confirmation();
    journey.keys("OK").expect_place(PlaceKind::Offer);
    assert!(!has_order(&journey));
}

#[test]
fn back_closes_the_question() {
    let mut journey = at_confirmation();
    journey.keys("BACK").expect_place(PlaceKind::Offer);
    assert!(!has_order(&journey));
}

#[test]
fn ok_before_300_ms_bumps_and_does_nothing() {
    let mut journey = home();
    journey.keys("OK OK").expect_place(PlaceKind::Confirm).expect_bump("OK").expect_place(PlaceKind::Confirm);
}

#[test]
fn the_300_ms_begin_when_the_question_stands_on_the_screen() {
    let mut journey = home();
    journey.keys("OK");
    let ok = |phase| Event::Key(KeyEvent { key: RemoteKey::Ok, phase });
    let right = |phase| Event::Key(KeyEvent { key: RemoteKey::Arrow(crate::input::Direction::Right), phase });
    journey.event(ok(Phase::Down(Hold::Trusted))).event(ok(Phase::Up)).expect_place(PlaceKind::Confirm).wait(secs(5));
    journey.event(right(Phase::Down(Hold::Trusted))).event(right(Phase::Up));
    journey.event(ok(Phase::Down(Hold::Trusted))).event(ok(Phase::Up)).expect_place(PlaceKind::Confirm);
    assert!(!has_order(&journey));
    journey.event(Event::Presented).wait(ms(300)).keys("OK");
    assert!(has_order(&journey));
}

#[test]
fn any_number_of_oks_cannot_buy() {
    let mut journey = home();
    journey.keys("OK*30");
    assert!(!has_order(&journey));
}

#[test]
fn a_held_ok_cannot_buy() {
    let mut journey = at_confirmation();
    journey.keys("RIGHT");
    let before = journey.clone();
    journey.keys("HOLD:OK:5s");
    assert_eq!(journey.effects.iter().filter(|effect| matches!(effect, Effect::StoreOrder(_))).count(), 1);
    drop(before);
}

#[test]
fn a_bounce_of_ok_orders_once() {
    let mut journey = at_confirmation();
    journey.keys("RIGHT OK OK OK");
    assert_eq!(journey.effects.iter().filter(|effect| matches!(effect, Effect::StoreOrder(_))).count(), 1);
}

#[test]
fn the_second_answer_orders_what_was_shown() {
    let journey = storing();
    let flow = journey.app.order().expect("it is ordered");
    assert_eq!(flow.order.lines.len(), 1);
    assert_eq!(flow.order.lines[0].expected_price, super::fixtures::points(101));
    assert_eq!(flow.order.member_id, "m1");
}

#[test]
fn a_link_that_breaks_stops_the_order_with_the_reason() {
    let mut journey = at_confirmation();
    journey.event(Event::Resumed);
    journey.keys("OK WAIT:400ms").expect_place(PlaceKind::Confirm).fail("Account", FailureKind::NoConnection);
    journey.keys("RIGHT OK").expect_notice(&Notice::Blocked(SpendBlock::Offline));
    assert!(!has_order(&journey));
}

#[test]
fn waking_from_standby_closes_it() {
    let mut journey = at_confirmation();
    journey.event(Event::Resumed).expect_place(PlaceKind::Offer);
}

#[test]
fn a_refreshed_price_does_not_change_what_was_shown() {
    let mut journey = at_confirmation();
    journey.world.change("f1", |offer| offer.price = Some(super::fixtures::points(999)));
    journey.refresh().expect_place(PlaceKind::Confirm).keys("RIGHT OK");
    assert_eq!(journey.app.order().expect("ordered").order.lines[0].expected_price, super::fixtures::points(101));
}
