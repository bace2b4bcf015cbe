//! Search by digits in the catalogue.

use super::support::*;
use crate::core::{Notice, Place, PlaceKind};
use crate::domain::AdultOffers;
use crate::view::message::Msg;
use crate::view::model::Screen;
use crate::view::text::Text;

fn digits(journey: &Journey) -> Option<&str> {
    let Place::Catalog(place) = journey.app.place() else { panic!("{}", journey.told()) };
    place.search.as_ref().map(|search| search.digits.as_str())
}

fn total(journey: &Journey) -> usize {
    let Screen::Catalog(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    screen.total
}

#[test]
fn digits_narrow_the_catalogue_and_back_erases_them() {
    let mut journey = home();
    // «Фильм 12» is spelled 7-4-4-9-5-1-2; the first digit leads from home to the catalogue.
    journey.keys("7").expect_place(PlaceKind::Catalog).expect_offer("f1");
    assert_eq!((digits(&journey), total(&journey)), (Some("7"), 15));
    journey.keys("4 4 9 5 1").expect_offer("f1");
    assert_eq!(total(&journey), 7, "1 and 10 to 15");
    journey.keys("2").expect_offer("f12").keys("UP").expect_focus("tab 1").keys("DOWN").expect_offer("f12");
    assert_eq!(total(&journey), 1);
    journey.keys("BACK").expect_place(PlaceKind::Catalog);
    assert_eq!(digits(&journey), None, "all of them, for five Backs lead home from anywhere");
    journey.keys("BACK").expect_place(PlaceKind::Home);
}

/// What no title has is not typed, so that nobody stands before an empty page.
#[test]
fn a_digit_that_spells_nothing_is_told_and_not_typed() {
    let mut journey = home();
    journey.keys("0").expect_place(PlaceKind::Home).expect_notice(&Notice::NothingSpelled);
    journey.keys("7 4 0");
    assert_eq!(digits(&journey), Some("74"));
    journey.keys("7*30");
    assert_eq!(digits(&journey), Some("74"));
}

#[test]
fn the_second_word_is_found_after_the_first() {
    let mut journey = home();
    // «Управление просмотром»: просмотром is 5-6-5-6.
    journey.keys("5 6 5 6").expect_offer("s1");
    let Screen::Catalog(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    assert!(screen.chips.is_empty() && screen.letters == Msg::KeypadLetters.into());
    assert!(format!("{:?}", screen.title).contains("5656"), "{:?}", screen.title);
    journey.keys("OK").expect_place(PlaceKind::Offer).keys("BACK").expect_offer("s1");
    assert_eq!(digits(&journey), Some("5656"), "coming back finds what was found");
}

#[test]
fn a_search_follows_the_catalogue_and_its_focus_its_offer() {
    let mut journey = home();
    journey.keys("7 RIGHT*2").expect_offer("f3");
    journey.world.withdraw("f1");
    journey.refresh().expect_offer("f3");
    assert_eq!(total(&journey), 14);
    for n in 2..=15 {
        journey.world.withdraw(&format!("f{n}"));
    }
    journey.world.etag = "v3";
    journey.refresh();
    assert_eq!(digits(&journey), None, "nothing is spelled so any more");
    assert_ne!(total(&journey), 0);
}

#[test]
fn what_is_hidden_is_not_found() {
    let mut journey = home();
    journey.keys("3 4 9").expect_offer("a1").keys("BACK MENU DOWN*6 OK");
    assert_eq!(journey.app.settings.adults, AdultOffers::Hidden);
    journey.keys("BACK 3 4 9").expect_notice(&Notice::NothingSpelled);
}

#[test]
fn hints_say_that_digits_search_and_back_erases() {
    let labels = |journey: &Journey| journey.vm().chrome.hints.into_iter().map(|hint| hint.label).collect::<Vec<_>>();
    let is_told = |journey: &Journey, msg: Msg| labels(journey).contains(&Text::from(msg));
    let mut journey = home();
    assert!(is_told(&journey, Msg::HintSearch));
    journey.keys("MENU").expect_bump("7").keys("BACK UP UP RIGHT OK");
    assert!(is_told(&journey, Msg::HintSearch) && !is_told(&journey, Msg::HintErase));
    journey.keys("7");
    assert!(is_told(&journey, Msg::HintSearch) && is_told(&journey, Msg::HintErase));
}
