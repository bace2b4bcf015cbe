//! Dimming, standby and long quiet (IDLE-1 to IDLE-3).

use super::support::*;
use crate::core::{Event, PlaceKind};

#[test]
fn the_picture_dims_after_five_minutes_without_a_key() {
    let mut journey = home();
    journey.wait(secs(290));
    assert!(!journey.app.is_dimmed());
    journey.wait(secs(71));
    assert!(journey.app.is_dimmed());
}

#[test]
fn the_first_key_after_dimming_only_wakes() {
    for key in ["OK", "BACK", "RIGHT", "GREEN", "MENU"] {
        let mut journey = home();
        journey.wait(secs(361)).keys(key).expect_place(PlaceKind::Home).expect_offer("f1");
        assert!(!journey.app.is_dimmed() && journey.app.dialog().is_none());
        assert!(journey.app.basket_offers().is_empty());
    }
}

#[test]
fn the_second_key_acts() {
    let mut journey = home();
    journey.wait(secs(361)).keys("RIGHT RIGHT").expect_offer("f2");
}

#[test]
fn a_dimmed_box_asks_for_nothing() {
    let mut journey = home();
    journey.wait(secs(361)).serve().forget_effects().wait(secs(3600));
    assert!(journey.effects.is_empty(), "{:?}", journey.effects);
}

#[test]
fn a_quiet_screen_wakes_once_a_minute() {
    let mut journey = home();
    journey.wait(secs(10));
    let at = journey.app.next_wake().expect("the clock wants a minute");
    assert!(at > journey.now.monotonic && at <= journey.now.monotonic + secs(60));
}

#[test]
fn waking_from_standby_keeps_screen_and_focus_and_refreshes() {
    let mut journey = home();
    journey.keys("DOWN DOWN RIGHT").forget_effects().event(Event::Resumed).expect_offer("p2");
    assert_eq!((journey.sent("Account"), journey.sent("Catalog"), journey.sent("Entitlements")), (1, 1, 1));
}

#[test]
fn waking_from_standby_brightens_the_picture() {
    let mut journey = home();
    journey.wait(secs(361)).event(Event::Resumed);
    assert!(!journey.app.is_dimmed());
    journey.keys("RIGHT").expect_offer("f2");
}

#[test]
fn a_key_held_into_standby_is_let_go() {
    let mut journey = home();
    let key = crate::input::RemoteKey::Arrow(crate::input::Direction::Right);
    let phase = crate::input::Phase::Down(crate::input::Hold::Trusted);
    journey.event(Event::Key(crate::input::KeyEvent { key, phase })).event(Event::Resumed).wait(secs(3));
    journey.expect_offer("f2");
}

#[test]
fn a_receiver_that_is_gone_lets_go_of_the_key() {
    let mut journey = home();
    let key = crate::input::RemoteKey::Arrow(crate::input::Direction::Right);
    let phase = crate::input::Phase::Down(crate::input::Hold::Trusted);
    journey.event(Event::Key(crate::input::KeyEvent { key, phase })).event(Event::KeysReleased).wait(secs(3));
    journey.expect_offer("f2");
}
