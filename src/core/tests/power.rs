//! Standby and leaving by itself (IDLE-1, IDLE-2).

use super::support::*;
use crate::core::tests::fixtures::{World, film_of};
use crate::core::{Effect, Event, Notice, OrderPhase, PlaceKind, PlayerEvent, Power};
use crate::domain::{Failure, FailureKind};
use crate::input::{Direction, Hold, KeyEvent, Phase, PowerKey, RemoteKey};

fn asleep(mut journey: Journey) -> Journey {
    journey.forget_effects().event(Event::Power(PowerKey::Toggle));
    assert_eq!(journey.app.power(), Power::Standby);
    journey
}

#[test]
fn one_key_goes_to_standby_and_back() {
    let mut journey = asleep(home());
    journey.event(Event::Power(PowerKey::Toggle));
    assert_eq!(journey.app.power(), Power::On);
}

#[test]
fn a_television_that_goes_to_standby_twice_wakes_nobody() {
    let mut journey = home();
    for _ in 0..2 {
        journey.event(Event::Power(PowerKey::Sleep));
        assert_eq!(journey.app.power(), Power::Standby);
    }
    for _ in 0..2 {
        journey.event(Event::Power(PowerKey::Wake));
        assert_eq!(journey.app.power(), Power::On);
    }
}

#[test]
fn a_box_in_standby_asks_for_nothing_and_wakes_for_nothing() {
    let mut journey = asleep(home());
    journey.app.identity.leave_after = Some(secs(1800));
    assert_eq!(journey.app.next_wake(), None);
    journey.wait(secs(8 * 3600));
    assert!(journey.effects.is_empty(), "{:?}", journey.effects);
}

#[test]
fn the_first_key_only_wakes() {
    for key in ["OK", "BACK", "RIGHT", "GREEN", "LEAVE"] {
        let mut journey = home();
        journey.keys("DOWN DOWN RIGHT");
        let mut journey = asleep(journey);
        journey.keys(key).expect_place(PlaceKind::Home).expect_offer("p2");
        assert_eq!(journey.app.power(), Power::On);
        assert!(!journey.has_effect(|effect| *effect == Effect::Exit));
    }
}

#[test]
fn waking_refreshes_what_is_stale() {
    let mut journey = asleep(home());
    journey.wait(secs(3600)).event(Event::Power(PowerKey::Wake));
    assert_eq!((journey.sent("Account"), journey.sent("Catalog"), journey.sent("Entitlements")), (1, 1, 1));
}

#[test]
fn standby_closes_an_open_confirmation_and_every_question() {
    let mut journey = asleep(at_confirmation());
    journey.event(Event::Power(PowerKey::Wake)).expect_place(PlaceKind::Offer);
    let mut journey = home();
    journey.keys("BACK");
    assert!(journey.app.dialog().is_some());
    assert!(asleep(journey).app.dialog().is_none());
}

#[test]
fn an_order_is_asked_about_in_standby_too() {
    let mut journey = asleep(ordered());
    journey.fail("Exchange", FailureKind::Timeout).wait(secs(60));
    assert!(journey.sent("Exchange") + journey.sent("FindExchange") > 0);
    assert_eq!(journey.phase(), Some(OrderPhase::Asking));
    assert_eq!(journey.app.power(), Power::Standby);
}

#[test]
fn a_film_is_stopped() {
    let mut journey = home_of(World::with_film());
    journey.keys("OK").expect_place(PlaceKind::Player).player(PlayerEvent::Started);
    let mut journey = asleep(journey);
    assert!(journey.has_effect(|effect| *effect == Effect::StopPlayer));
    journey.player(PlayerEvent::Ended).expect_place(PlaceKind::Home);
    assert_eq!(journey.app.power(), Power::Standby);
}

#[test]
fn a_key_held_into_standby_is_let_go() {
    let mut journey = home();
    let key = RemoteKey::Arrow(Direction::Right);
    journey.event(Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) }));
    let mut journey = asleep(journey);
    journey.event(Event::Key(KeyEvent { key, phase: Phase::Still })).wait(secs(3));
    assert_eq!(journey.app.power(), Power::Standby);
}

#[test]
fn a_clock_that_wakes_the_system_does_not_wake_the_menu() {
    let mut journey = asleep(home());
    journey.event(Event::Resumed);
    assert_eq!(journey.app.power(), Power::Standby);
    assert!(journey.effects.is_empty());
}

#[test]
fn a_forgotten_menu_is_left() {
    let mut journey = home();
    journey.app.identity.leave_after = Some(secs(1800));
    journey.wait(secs(1700)).keys("STOP").wait(secs(1700));
    assert!(!journey.has_effect(|effect| *effect == Effect::Exit), "a key counts");
    journey.wait(secs(161));
    assert!(journey.has_effect(|effect| *effect == Effect::Exit));
}

#[test]
fn a_menu_with_an_order_or_a_film_is_not_left() {
    let mut order = ordered();
    let mut film = home_of(World::with_film());
    film.keys("OK").player(PlayerEvent::Started);
    for journey in [&mut order, &mut film] {
        journey.app.identity.leave_after = Some(secs(1800));
        journey.wait(secs(7200));
        assert!(!journey.has_effect(|effect| *effect == Effect::Exit), "{}", journey.told());
    }
}

#[test]
fn never_is_never() {
    let mut journey = home();
    journey.app.identity.dim_after = None;
    journey.wait(secs(100_000)).serve();
    assert!(!journey.app.is_dimmed() && !journey.has_effect(|effect| *effect == Effect::Exit));
}

#[test]
fn a_film_that_was_asked_for_does_not_start_after_standby_or_long_after() {
    let wished = || {
        let mut journey = ordered();
        journey.confirm_order().event(Event::Presented).expect_place(PlaceKind::Outcome).keys("OK");
        assert_eq!(
            journey.asked.iter().filter(|(_, request)| super::support::kind(request) == "Entitlements").count(),
            1
        );
        journey
    };
    let plays = |journey: &Journey| journey.has_effect(|effect| matches!(effect, Effect::Play { .. }));
    let film = film_of("f1", "e-f1");
    let mut journey = wished();
    journey.world.entitlements.push(film.clone());
    journey.serve();
    assert!(plays(&journey), "it starts when its address comes");
    let mut journey = wished();
    journey.world.entitlements.push(film.clone());
    journey.event(Event::Power(PowerKey::Sleep)).serve();
    assert!(!plays(&journey));
    journey.event(Event::Power(PowerKey::Wake)).serve();
    assert!(!plays(&journey));
    let mut journey = wished();
    journey.world.entitlements.push(film);
    journey.fail("Entitlements", FailureKind::Timeout);
    journey.expect_notice(&Notice::NoAnswer(Failure::new(FailureKind::Timeout))).wait(secs(60)).serve();
    assert!(!plays(&journey));
}
