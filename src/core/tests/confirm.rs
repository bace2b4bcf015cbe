//! The last question (PUR-3).

use super::fixtures::points;
use super::support::*;
use crate::core::{DiskJob, Effect, Event, Notice, PlaceKind, SpendBlock};
use crate::domain::{FailureKind, OrderLine};
use crate::input::{Hold, KeyEvent, Phase, RemoteKey};
use crate::view::model::Screen;

fn has_order(journey: &Journey) -> bool {
    journey.app.order().is_some() || journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::StoreOrder(_))))
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
    assert_eq!(
        journey.effects.iter().filter(|effect| matches!(effect, Effect::Disk(DiskJob::StoreOrder(_)))).count(),
        1
    );
    drop(before);
}

#[test]
fn a_bounce_of_ok_orders_once() {
    let mut journey = at_confirmation();
    journey.keys("RIGHT OK OK OK");
    assert_eq!(
        journey.effects.iter().filter(|effect| matches!(effect, Effect::Disk(DiskJob::StoreOrder(_)))).count(),
        1
    );
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

#[test]
fn every_line_of_a_long_order_can_be_seen_before_it_is_confirmed() {
    let mut journey = home();
    for offer in
        journey.app.data.shelf.clone().sections().iter().flat_map(|section| journey.app.data.shelf.ids(section)).take(7)
    {
        journey.app.basket.push(offer);
    }
    let lines: Vec<OrderLine> = journey
        .app
        .basket_offers()
        .iter()
        .map(|offer| OrderLine { offer_id: offer.id.clone(), title: offer.title.clone(), expected_price: points(1) })
        .collect();
    let total = lines.len();
    assert!(total > 5, "{total} lines do not fit");
    journey.app.open_confirm(lines.clone());
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..total {
        let Screen::Confirm(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
        assert!(screen.lines.len() <= 5);
        seen.extend(
            lines
                .iter()
                .map(|line| line.title.clone())
                .filter(|title| format!("{:?}", screen.lines).contains(title.as_str())),
        );
        journey.expect_focus("button 0").keys("DOWN");
    }
    assert_eq!(seen.len(), total);
    journey.expect_bump("DOWN");
}

#[test]
fn the_end_that_is_shown_is_counted_from_now() {
    let mut journey = at_confirmation();
    let said = |journey: &Journey| {
        let Screen::Confirm(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
        format!("{:?}", screen.period)
    };
    // 2026-11-22 15:00 in Moscow; the film is rented for 48 hours.
    assert!(said(&journey).contains("24") && said(&journey).contains("15:"), "{}", said(&journey));
    journey.keys("BACK BACK");
    for _ in 0..60 {
        journey.wait(secs(3600)).serve();
    }
    journey.keys("OK").serve().keys("OK OK").expect_place(PlaceKind::Confirm);
    assert!(said(&journey).contains("27"), "the catalogue is unchanged, the time is not: {}", said(&journey));
}
