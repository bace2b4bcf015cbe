//! Serials: one rental, many episodes, and the one that comes next.

use std::time::Duration;

use super::fixtures::*;
use super::support::*;
use crate::core::{Boot, DiskJob, Effect, Notice, OfferAction, Place, PlaceKind, PlayerEvent};
use crate::domain::{Entitlement, EntitlementId, Episode, EpisodeId, Playback, Secret, Watched};

const PARTS: usize = 8;

fn episode(number: usize, playback: Option<Playback>) -> Episode {
    Episode {
        id: EpisodeId::new(&number.to_string()),
        title: format!("Часть {number}"),
        duration_minutes: Some(20),
        playback,
    }
}

fn address(number: usize) -> Playback {
    Playback {
        url: Secret::new(format!("https://media.example/f1/{number}?token=SECRET")), title: "Сериал".to_owned()
    }
}

fn rental() -> Entitlement {
    let episodes = (1..=PARTS).map(|number| episode(number, Some(address(number)))).collect();
    Entitlement { playback: Some(address(1)), episodes, ..film_of("f1", "e-f1") }
}

/// Offer f1 is a serial.
fn sold() -> World {
    let mut world = World::default();
    world.change("f1", |offer| offer.episodes = (1..=PARTS).map(|number| episode(number, None)).collect());
    world
}

/// And the member has rented it.
fn rented() -> World {
    World { entitlements: vec![rental()], ..sold() }
}

/// The address that the player was given last.
fn played(journey: &Journey) -> Option<String> {
    journey.effects.iter().rev().find_map(|effect| match effect {
        Effect::Play { url, .. } => Some(url.reveal().to_owned()),
        _ => None,
    })
}

fn plays(journey: &Journey, number: usize) {
    let wanted = address(number).url.reveal().to_owned();
    assert_eq!(played(journey), Some(wanted), "{}", journey.told());
}

fn focused(journey: &Journey) -> usize {
    let Place::Episodes(place) = journey.app.place() else { panic!("{}", journey.told()) };
    place.cursor.at
}

fn stored(journey: &Journey) -> Option<&Watched> {
    journey.effects.iter().rev().find_map(|effect| match effect {
        Effect::Disk(DiskJob::StoreWatched(watched)) => Some(watched),
        _ => None,
    })
}

fn actions(journey: &Journey) -> Vec<OfferAction> {
    journey.app.offer_actions(journey.app.data.shelf.offer(&offer_id("f1")).expect("it is sold"))
}

#[test]
fn ok_on_home_plays_the_next_episode_each_time() {
    let mut journey = home_of(rented());
    for number in 1..=PARTS {
        journey.keys("OK").expect_place(PlaceKind::Player);
        plays(&journey, number);
        journey.player(PlayerEvent::Started).player(PlayerEvent::Ended).expect_place(PlaceKind::Home);
    }
    journey.keys("OK");
    plays(&journey, 1);
}

#[test]
fn a_serial_shows_its_episodes_before_and_after_it_is_rented() {
    let all = [OfferAction::Exchange, OfferAction::AddToBasket, OfferAction::Episodes, OfferAction::Close];
    assert_eq!(actions(&home_of(sold())), all);
    let mut world = rented();
    world.change("f1", |offer| offer.eligibility.is_allowed = false);
    assert_eq!(actions(&home_of(world))[..2], [OfferAction::Watch, OfferAction::Episodes]);
}

#[test]
fn an_episode_that_is_not_rented_says_what_comes_first() {
    let mut journey = home_of(sold());
    journey.keys("DOWN OK RIGHT*2 OK").expect_place(PlaceKind::Episodes);
    journey.keys("DOWN OK").expect_place(PlaceKind::Episodes).expect_notice(&Notice::RentFirst);
    assert_eq!(played(&journey), None);
    journey.keys("BACK").expect_place(PlaceKind::Offer);
}

#[test]
fn the_page_opens_at_the_next_episode_and_goes_on_with_it() {
    let mut journey = home_of(rented());
    journey.keys("OK").player(PlayerEvent::Ended).keys("UP UP RIGHT*2 OK OK").expect_place(PlaceKind::Episodes);
    assert_eq!(focused(&journey), 1);
    journey.keys("OK");
    plays(&journey, 2);
    journey.player(PlayerEvent::Ended).expect_place(PlaceKind::Episodes);
    assert_eq!(focused(&journey), 2);
    journey.keys("DOWN*3 OK");
    plays(&journey, 6);
    journey.player(PlayerEvent::Ended);
    assert_eq!(focused(&journey), 2, "the third was not watched");
}

#[test]
fn an_episode_that_was_stopped_near_its_end_was_watched() {
    for (minutes, is_watched) in [(1, false), (17, false), (18, true), (19, true)] {
        let mut journey = home_of(rented());
        journey.keys("OK").player(PlayerEvent::Started).wait(Duration::from_secs(minutes * 60)).keys("BACK");
        journey.player(PlayerEvent::Ended).expect_place(PlaceKind::Home);
        assert_eq!(stored(&journey).is_some(), is_watched, "after {minutes} minutes");
    }
}

#[test]
fn a_player_that_fails_has_shown_nothing() {
    let mut journey = home_of(rented());
    journey.keys("OK").wait(Duration::from_secs(60));
    journey.player(PlayerEvent::Failed(crate::core::PlayerTrouble::Broke { code: Some(2) }));
    assert_eq!(stored(&journey), None);
}

#[test]
fn the_built_in_card_lasts_as_long_as_the_episode() {
    let mut journey = home_of(rented());
    journey.keys("OK").player(PlayerEvent::BuiltIn).wait(Duration::from_secs(20 * 60 - 2));
    journey.expect_place(PlaceKind::Player).wait(Duration::from_secs(4)).expect_place(PlaceKind::Home);
    assert!(stored(&journey).is_some());
}

#[test]
fn what_was_watched_is_known_after_a_restart_and_forgotten_with_its_rental() {
    let pair = |rental: &str, episode: &str| (EntitlementId::new(rental), EpisodeId::new(episode));
    let watched: Watched = [pair("e-f1", "1"), pair("over", "1")].into_iter().collect();
    let world = rented();
    let boot = Boot { watched, cached: Some(world.cached()), ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    journey.serve().keys("OK").serve();
    plays(&journey, 2);
    journey.player(PlayerEvent::Ended);
    let expected: Watched = [pair("e-f1", "1"), pair("e-f1", "2")].into_iter().collect();
    assert_eq!(stored(&journey), Some(&expected));
}

#[test]
fn a_rental_that_ends_while_its_episodes_are_looked_at_plays_nothing() {
    let mut journey = home_of(rented());
    journey.keys("UP UP RIGHT*2 OK OK").expect_place(PlaceKind::Episodes);
    journey.world.entitlements.clear();
    journey.wait(Duration::from_secs(41 * 3600)).expect_place(PlaceKind::Episodes).forget_effects();
    journey.keys("OK");
    assert_eq!(played(&journey), None);
}

#[test]
fn episodes_without_addresses_are_not_played() {
    let mut world = rented();
    let held = &mut world.entitlements[0];
    held.episodes.iter_mut().for_each(|episode| episode.playback = None);
    held.playback = None;
    let mut journey = home_of(world);
    journey.keys("UP UP RIGHT*2 OK OK OK").expect_place(PlaceKind::Episodes).expect_notice(&Notice::FilmNotReady);
}

#[test]
fn no_key_leads_out_of_the_list() {
    let mut journey = home_of(rented());
    journey.keys("UP UP RIGHT*2 OK OK UP*3");
    assert_eq!(focused(&journey), 0);
    journey.keys("DOWN*20");
    assert_eq!(focused(&journey), PARTS - 1);
}
