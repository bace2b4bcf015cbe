//! Watching a film.

use super::fixtures::*;
use super::support::*;
use crate::core::{Boot, Effect, Notice, Place, PlaceKind, PlayerEvent, PlayerRun, PlayerTrouble};
use crate::domain::{FailureKind, Playback, Secret};

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
        let mut journey = playing();
        // A player that breaks at once is tried again; this one has played for a while.
        journey
            .wait(secs(60))
            .player(PlayerEvent::Failed(trouble))
            .expect_place(PlaceKind::Home)
            .expect_notice(&Notice::PlayerFailed(trouble));
    }
}

/// The server tells this address from now on.
fn tell_address(journey: &mut Journey, url: &str) {
    let title = "Фильм".to_owned();
    journey.world.entitlements[0].playback = Some(Playback { url: Secret::new(url), title });
}

/// The addresses that the player was given since the effects were forgotten.
fn played(journey: &Journey) -> Vec<String> {
    let url = |effect: &Effect| match effect {
        Effect::Play { url, .. } => Some(url.reveal().to_owned()),
        _ => None,
    };
    journey.effects.iter().filter_map(url).collect()
}

const BROKE: PlayerEvent = PlayerEvent::Failed(PlayerTrouble::Broke { code: Some(1) });

#[test]
fn c30_an_old_address_is_asked_for_anew_before_the_player_starts() {
    let mut journey = home_of(World::with_film());
    // Nothing is refreshed meanwhile, as while nobody looks.
    journey.wait(secs(3600)).forget_effects().keys("STOP").forget_effects();
    journey.asked.retain(|(_, request)| kind(request) != "Entitlements");
    journey.app.calls.under_way.retain(|_, request| kind(request) != "Entitlements");
    tell_address(&mut journey, "https://media.example/new");
    journey.keys("OK").expect_place(PlaceKind::Player);
    assert_eq!(journey.app.player_run(), Some(PlayerRun::Preparing));
    assert_eq!((played(&journey).len(), journey.sent("Entitlements")), (0, 1));
    journey.serve_one("Entitlements");
    assert_eq!(played(&journey), ["https://media.example/new"]);
    assert_eq!(journey.app.player_run(), Some(PlayerRun::Player));
}

#[test]
fn c30_a_fresh_address_is_not_asked_for() {
    let mut journey = home_of(World::with_film());
    journey.wait(secs(100)).forget_effects().keys("OK");
    assert_eq!((played(&journey).len(), journey.sent("Entitlements")), (1, 0));
}

#[test]
fn c30_an_address_that_does_not_come_is_told_and_back_ends_the_wait() {
    let waiting = || {
        let mut journey = home_of(World::with_film());
        journey.app.data.entitlements_at = None;
        journey.forget_effects().keys("OK").expect_place(PlaceKind::Player);
        journey
    };
    let notice = Notice::NoAnswer(crate::domain::Failure::new(FailureKind::NoConnection));
    waiting().fail("Entitlements", FailureKind::NoConnection).expect_place(PlaceKind::Home).expect_notice(&notice);
    let mut journey = waiting();
    journey.keys("BACK").expect_place(PlaceKind::Home).serve().expect_place(PlaceKind::Home);
    assert!(played(&journey).is_empty() && !journey.has_effect(|effect| *effect == Effect::StopPlayer));
    let mut journey = waiting();
    journey.world.entitlements.remove(0);
    journey.serve().expect_place(PlaceKind::Home).expect_notice(&Notice::RentalEnded);
}

#[test]
fn c30_a_quick_failure_is_tried_once_more_with_a_fresh_address_and_in_silence() {
    let mut journey = playing();
    tell_address(&mut journey, "https://media.example/new");
    journey.player(PlayerEvent::Started).wait(secs(2)).forget_effects().player(BROKE);
    journey.expect_place(PlaceKind::Player);
    assert_eq!((journey.app.notice(), journey.sent("Entitlements")), (None, 1));
    journey.serve();
    assert_eq!(played(&journey), ["https://media.example/new"]);
    journey.player(BROKE).expect_place(PlaceKind::Home);
    journey.expect_notice(&Notice::PlayerFailed(PlayerTrouble::Broke { code: Some(1) }));
    assert_eq!(played(&journey).len(), 1, "a second try, and no third");
    // Watch again: the address that failed is not used before the service has told it anew.
    tell_address(&mut journey, "https://media.example/third");
    journey.keys("OK");
    assert_eq!((played(&journey).len(), journey.sent("Entitlements")), (1, 2));
    journey.serve();
    assert_eq!(played(&journey)[1..], ["https://media.example/third"]);
}

#[test]
fn c30_a_film_that_breaks_in_the_middle_or_was_stopped_is_not_tried_again() {
    let mut journey = playing();
    journey.player(PlayerEvent::Started).wait(secs(1800)).forget_effects().player(BROKE);
    journey.expect_place(PlaceKind::Home);
    assert!(journey.app.notice().is_some() && played(&journey).is_empty());
    let mut journey = playing();
    journey.keys("BACK").forget_effects().player(BROKE).expect_place(PlaceKind::Home);
    assert!(journey.app.notice().is_none() && played(&journey).is_empty());
}

#[test]
fn c28_a_player_that_fails_after_the_rental_has_ended_is_told_as_the_rentals_end() {
    let mut world = World::with_film();
    world.entitlements[0].until = Some(start() + chrono::TimeDelta::seconds(100));
    let mut journey = home_of(world);
    journey.keys("OK").player(PlayerEvent::Started).wait(secs(101)).player(BROKE);
    journey.expect_place(PlaceKind::Home).expect_notice(&Notice::RentalEnded);
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
        .keys("UP UP RIGHT OK UP RIGHT DOWN*3 RIGHT*2")
        .expect_offer("f15")
        .keys("PLAY")
        .expect_place(PlaceKind::Player);
}

/// A start from the cache: the disk knows of the rental, and not where it plays.
fn from_the_cache() -> Journey {
    let world = World::with_film();
    let mut cached = world.cached();
    cached.entitlements.iter_mut().for_each(|held| held.playback = None);
    let boot = Boot { cached: Some(cached), ..world.boot() };
    Journey::boot(world, boot)
}

#[test]
fn a_film_that_the_disk_knows_comes_first_and_plays_as_soon_as_its_address_is_told() {
    let mut journey = from_the_cache();
    journey.expect_focus("row 0 card 0").expect_offer("f15");
    journey.keys("OK").expect_place(PlaceKind::Player);
    assert_eq!(journey.app.player_run(), Some(PlayerRun::Preparing));
    journey.serve();
    assert_eq!(journey.app.player_run(), Some(PlayerRun::Player));
}

#[test]
fn a_film_that_the_disk_knows_waits_for_the_network_and_says_so() {
    let mut journey = from_the_cache();
    journey.keys("OK").fail("Entitlements", FailureKind::NoConnection).expect_place(PlaceKind::Home);
    assert!(matches!(journey.app.notice(), Some(Notice::NoAnswer(_))), "{}", journey.told());
}

#[test]
fn the_focus_of_a_start_from_the_cache_stays_on_the_film() {
    let mut journey = from_the_cache();
    journey.serve().expect_focus("row 0 card 0").expect_offer("f15");
}
