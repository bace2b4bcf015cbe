//! Watching a film.

use super::fixtures::*;
use super::support::*;
use crate::core::{Effect, Notice, Place, PlaceKind, PlayerEvent, PlayerTrouble};

fn playing() -> Journey {
    let mut journey = home_of(World::with_film());
    journey.keys("OK").expect_place(PlaceKind::Player);
    journey
}

fn elapsed(journey: &Journey) -> u64 {
    let Place::Player(place) = journey.app.place() else { panic!("{}", journey.told()) };
    place.elapsed.as_secs()
}

#[test]
fn the_address_of_a_film_stays_out_of_screen_and_debug_output() {
    let journey = playing();
    assert!(!format!("{:?}", journey.vm()).contains("SECRET"));
    assert!(!format!("{:?}", journey.effects).contains("SECRET"));
}

#[test]
fn the_built_in_card_counts_seconds() {
    let mut journey = playing();
    journey.player(PlayerEvent::BuiltIn).wait(secs(83));
    assert!((82..=84).contains(&elapsed(&journey)), "{}", elapsed(&journey));
}

#[test]
fn a_real_player_wakes_nobody() {
    let mut journey = playing();
    journey.player(PlayerEvent::Started).wait(secs(30));
    assert_eq!(elapsed(&journey), 0);
}

#[test]
fn the_end_of_a_film_returns_to_the_same_focus() {
    playing().player(PlayerEvent::Ended).expect_place(PlaceKind::Home).expect_focus("row 0 card 0").expect_offer("f15");
}

#[test]
fn ok_pauses_a_player_that_hears_the_remote_and_stops_any_other() {
    let ends = |journey: &mut Journey| {
        journey.forget_effects().keys("OK");
        journey.has_effect(|effect| *effect == Effect::StopPlayer)
    };
    let mut journey = playing();
    assert!(!ends(journey.player(PlayerEvent::Started)));
    journey.app.identity.player_hears_keys = false;
    assert!(ends(&mut journey), "a desktop's player has a window and keys of its own");
    playing().player(PlayerEvent::BuiltIn).keys("OK").expect_place(PlaceKind::Home);
}

#[test]
fn back_stops_a_real_player_and_waits_for_its_end() {
    let mut journey = playing();
    journey.keys("BACK").expect_place(PlaceKind::Player);
    assert!(journey.has_effect(|effect| *effect == Effect::StopPlayer));
    journey.player(PlayerEvent::Ended).expect_place(PlaceKind::Home);
}

#[test]
fn back_closes_the_built_in_card_at_once() {
    playing().player(PlayerEvent::BuiltIn).keys("BACK").expect_place(PlaceKind::Home);
}

#[test]
fn a_player_that_fails_says_why() {
    for trouble in [PlayerTrouble::NotFound, PlayerTrouble::BadAddress, PlayerTrouble::Broke { code: Some(2) }] {
        playing()
            .player(PlayerEvent::Failed(trouble))
            .expect_place(PlaceKind::Home)
            .expect_notice(&Notice::PlayerFailed(trouble));
    }
}

#[test]
fn events_of_a_player_that_is_gone_change_nothing() {
    let mut journey = playing();
    journey.player(PlayerEvent::Ended);
    let before = journey.app.clone();
    journey.player(PlayerEvent::Failed(PlayerTrouble::NotFound)).player(PlayerEvent::BuiltIn);
    assert_eq!(journey.app, before);
}

#[test]
fn a_film_just_bought_plays_as_soon_as_its_address_is_there() {
    let mut journey = ordered();
    journey.confirm_order().expect_place(PlaceKind::Outcome).expect_focus("button 0").keys("OK");
    journey.expect_place(PlaceKind::Outcome);
    journey.world.entitlements.insert(0, film_of("f1", "e-f1"));
    journey.serve().expect_place(PlaceKind::Player);
}

#[test]
fn a_film_that_is_not_ready_yet_says_so() {
    let mut journey = ordered();
    journey.confirm_order().keys("OK").serve().expect_place(PlaceKind::Outcome).expect_notice(&Notice::FilmNotReady);
}

#[test]
fn a_film_does_not_dim_the_picture() {
    let mut journey = playing();
    journey.wait(secs(7200));
    assert!(!journey.app.is_dimmed());
    journey.player(PlayerEvent::Ended).wait(secs(60));
    assert!(!journey.app.is_dimmed());
}

#[test]
fn a_lost_session_stops_the_film_and_the_next_member_can_watch() {
    let mut journey = playing();
    journey.player(PlayerEvent::BuiltIn).event(crate::core::Event::Resumed);
    journey.fail("Account", crate::domain::FailureKind::Unauthorized).expect_place(PlaceKind::SignIn).serve();
    journey.world.poll = crate::domain::SignInPoll::Granted;
    journey.wait(secs(6)).serve_one("PollSignIn").serve().keys("OK").expect_place(PlaceKind::Player);
}

#[test]
fn the_play_key_watches_from_the_catalogue() {
    home_of(World::with_film())
        .keys("UP UP RIGHT OK DOWN*2 RIGHT*2")
        .expect_offer("f15")
        .keys("PLAY")
        .expect_place(PlaceKind::Player);
}
