//! Joining the programme.

use super::fixtures::*;
use super::support::*;
use crate::core::{JoinFocus, Notice, Place, PlaceKind};
use crate::domain::{Failure, FailureKind};
use crate::view::model::Screen;

fn join() -> Journey {
    let mut journey = home_of(World::not_enrolled());
    journey.expect_place(PlaceKind::Join);
    journey
}

fn place(journey: &Journey) -> crate::core::JoinPlace {
    let Place::Join(place) = journey.app.place() else { panic!("{}", journey.told()) };
    place.clone()
}

#[test]
fn a_subscriber_who_has_not_joined_is_asked_once() {
    let mut journey = join();
    journey.keys("BACK").expect_place(PlaceKind::Home).refresh().expect_place(PlaceKind::Home);
}

#[test]
fn joining_without_consent_says_what_is_missing() {
    let mut journey = join();
    journey.keys("DOWN OK").expect_notice(&Notice::ConsentFirst);
    assert_eq!(journey.sent("Enrol"), 0);
}

#[test]
fn with_consent_the_version_that_was_read_is_accepted() {
    let mut journey = join();
    journey.keys("OK DOWN OK");
    assert!(
        matches!(journey.asked("Enrol"), Some(crate::core::Request::Enrol { terms_version }) if terms_version == "t1")
    );
    journey.world.account.is_enrolled = true;
    journey.serve().expect_place(PlaceKind::Home).expect_notice(&Notice::Joined);
    assert!(journey.app.data.account.as_ref().is_some_and(|account| account.is_enrolled));
}

#[test]
fn a_joining_without_an_answer_asks_whether_it_happened() {
    let mut journey = join();
    journey.keys("OK DOWN OK").fail("Enrol", FailureKind::Timeout).serve().expect_place(PlaceKind::Join);
    journey.expect_notice(&Notice::NoAnswer(Failure::new(FailureKind::Timeout)));
    journey.keys("OK DOWN OK").fail("Enrol", FailureKind::Timeout);
    journey.world.account.is_enrolled = true;
    journey.serve().expect_place(PlaceKind::Home).expect_notice(&Notice::Joined);
}

#[test]
fn foc_9_the_terms_stand_at_the_left_and_turn_page_by_page() {
    let mut journey = join();
    journey.expect_bump("UP").keys("LEFT").expect_focus("terms").expect_bump("UP").keys("DOWN*4");
    assert_eq!(place(&journey).paragraph, 4);
    journey.expect_bump("DOWN").keys("RIGHT").expect_focus("row 0");
    assert_eq!(place(&journey).focus, JoinFocus::Consent);
}

#[test]
fn page_keys_turn_the_terms_from_any_focus() {
    let mut journey = join();
    journey.keys("CH-*2").expect_focus("row 0");
    assert_eq!(place(&journey).paragraph, 2);
    journey.keys("CH+*2").expect_bump("CH+");
}

#[test]
fn later_goes_home() {
    join().keys("DOWN DOWN").expect_bump("DOWN").keys("OK").expect_place(PlaceKind::Home);
}

#[test]
fn outdated_terms_are_read_and_accepted_anew() {
    let mut journey = join();
    journey.keys("CH-*3 OK DOWN OK").fail("Enrol", refusal(vec![]));
    journey.expect_notice(&Notice::JoinFailed);
    assert!(!place(&journey).has_consent);
    journey.world.terms = terms("t2");
    journey.serve();
    let shown = place(&journey);
    assert_eq!((shown.failure, shown.paragraph, shown.has_consent), (None, 0, false));
    journey.keys("OK DOWN OK");
    assert!(
        matches!(journey.asked("Enrol"), Some(crate::core::Request::Enrol { terms_version }) if terms_version == "t2")
    );
}

#[test]
fn a_consent_to_old_terms_does_not_hold_for_new_ones() {
    let mut journey = join();
    journey.keys("BACK");
    journey.world.terms = terms("t2");
    journey.keys("UP OK").expect_place(PlaceKind::Join).keys("OK");
    assert!(place(&journey).has_consent);
    journey.serve();
    assert!(!place(&journey).has_consent);
}

#[test]
fn a_failure_stays_in_words_while_the_terms_are_the_same() {
    let mut journey = join();
    journey.keys("OK DOWN OK").fail("Enrol", FailureKind::Timeout).serve();
    assert!(place(&journey).failure.is_some());
}

#[test]
fn terms_that_do_not_come_cannot_be_accepted() {
    let world = World::not_enrolled();
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    journey.serve_one("Account").expect_place(PlaceKind::Join).fail("Terms", FailureKind::Timeout);
    journey.forget_effects().keys("OK");
    assert_eq!(journey.sent("Terms"), 1, "OK asks for them again");
    let Place::Join(place) = journey.app.place() else { panic!("{}", journey.told()) };
    assert!(!place.has_consent);
    journey.serve().keys("OK");
    let Place::Join(place) = journey.app.place() else { panic!("{}", journey.told()) };
    assert!(place.has_consent);
}

#[test]
fn terms_stay_readable_below_what_went_wrong() {
    let world = World::not_enrolled();
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    journey.serve().expect_place(PlaceKind::Join).keys("OK DOWN OK").fail("Enrol", FailureKind::Timeout).serve();
    let Screen::Join(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    let said = format!("{:?}", screen.terms);
    assert!(said.contains("TimeoutTitle") && said.contains(&journey.world.terms.paragraphs[0]), "{said}");
}
