//! Dimming, standby and long quiet (IDLE-1 to IDLE-3).

use super::fixtures::{World, confirmed, device_code};
use super::support::*;
use crate::core::{Answer, Effect, Event, PlaceKind, Request};
use crate::domain::{DeviceCode, SignInPoll};

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
    journey.wait(secs(361)).keys("RIGHT RIGHT").expect_offer("p1");
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
    journey.keys("DOWN*3 RIGHT").forget_effects().event(Event::Resumed).expect_offer("p2");
    assert_eq!((journey.sent("Account"), journey.sent("Catalog"), journey.sent("Entitlements")), (1, 1, 1));
}

#[test]
fn waking_from_standby_brightens_the_picture() {
    let mut journey = home();
    journey.wait(secs(361)).event(Event::Resumed);
    assert!(!journey.app.is_dimmed());
    journey.keys("RIGHT").expect_offer("p1");
}

#[test]
fn a_key_held_into_standby_is_let_go() {
    let mut journey = home();
    let key = crate::input::RemoteKey::Arrow(crate::input::Direction::Right);
    let phase = crate::input::Phase::Down(crate::input::Hold::Trusted);
    journey.event(Event::Key(crate::input::KeyEvent { key, phase })).event(Event::Resumed).wait(secs(3));
    journey.expect_offer("p1");
}

#[test]
fn a_receiver_that_is_gone_lets_go_of_the_key() {
    let mut journey = home();
    let key = crate::input::RemoteKey::Arrow(crate::input::Direction::Right);
    let phase = crate::input::Phase::Down(crate::input::Hold::Trusted);
    journey.event(Event::Key(crate::input::KeyEvent { key, phase })).event(Event::KeysReleased).wait(secs(3));
    journey.expect_offer("p1");
}

/// Waits by the minute and says for how many the picture stayed bright. Polls are answered.
fn bright_minutes(journey: &mut Journey) -> usize {
    let minute = |journey: &mut Journey| {
        for _ in 0..12 {
            journey.wait(secs(5));
            while journey.asked("PollSignIn").is_some() {
                journey.serve_one("PollSignIn");
            }
        }
        journey.app.is_dimmed()
    };
    (0..60).position(|_| minute(journey)).expect("it dims within an hour")
}

#[test]
fn c22_a_sign_in_code_keeps_the_picture_bright_for_as_long_as_it_works() {
    let mut journey = signed_out();
    journey.app.identity.leave_after = Some(secs(120));
    assert_eq!(bright_minutes(&mut journey), 9, "the code works for ten minutes");
    assert!(journey.has_effect(|effect| *effect == Effect::Exit), "then it leaves as set");
}

#[test]
fn c22_a_code_keeps_the_picture_bright_for_a_quarter_of_an_hour_at_most() {
    let mut journey = without_code();
    let code = DeviceCode { expires_in: secs(7200), ..device_code("AAAA-BBBB") };
    journey.answer("StartSignIn", Answer::DeviceCode(code));
    let mut asking = journey.clone();
    assert!((14..=15).contains(&bright_minutes(&mut journey)));
    // A question that is under way is of somebody who has perhaps just confirmed.
    asking.wait(secs(1200));
    assert!(asking.asked("PollSignIn").is_some() && !asking.app.is_dimmed());
}

#[test]
fn c22_a_sign_in_on_the_phone_is_a_sign_of_a_viewer() {
    let mut journey = signed_out();
    journey.world.poll = SignInPoll::Granted;
    journey.wait(secs(500)).serve_one("PollSignIn").serve().wait(secs(240));
    assert!(!journey.app.is_dimmed());
}

#[test]
fn c22_a_promo_code_after_an_exchange_keeps_the_picture_bright() {
    let mut journey = ordered();
    let (id, request) = journey.take("Exchange");
    let Request::Exchange(order) = request else { panic!("it is an exchange") };
    let mut exchange = confirmed(&order, journey.server_time());
    exchange.lines[0].promo_code = Some("KWMG-WVGW".to_owned());
    journey.app.identity.leave_after = Some(secs(120));
    journey.reply(id, Ok(Answer::Exchange(exchange))).serve().expect_place(PlaceKind::Outcome).forget_effects();
    assert!((13..=15).contains(&bright_minutes(&mut journey)));
}

#[test]
fn c22_a_promo_code_that_is_looked_at_again_keeps_the_picture_bright() {
    let mut world = World::with_film();
    let held = &mut world.entitlements[1];
    (held.promo_code, held.renewal) = (Some("KWMG-WVGW".to_owned()), None);
    let mut journey = home_of(world);
    journey.app.identity.leave_after = Some(secs(120));
    journey.keys("UP UP RIGHT*2 OK DOWN OK").expect_place(PlaceKind::About).forget_effects();
    assert!((13..=15).contains(&bright_minutes(&mut journey)));
}
