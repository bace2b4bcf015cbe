//! The magnifier (A11Y-5).

use super::fixtures::*;
use super::support::*;
use crate::core::{Event, PlaceKind};
use crate::input::PowerKey;
use crate::view::model::{MagnifierScreen, Screen};
use crate::view::text::Text;

const INFO: &str = "HOLD:INFO:1s";

fn magnified(journey: &Journey) -> MagnifierScreen {
    match journey.vm().screen {
        Screen::Magnifier(screen) => screen,
        other => panic!("{other:?} {}", journey.told()),
    }
}

#[test]
fn a11y_5_holding_info_shows_an_offer_alone_and_another_key_closes_it() {
    let mut journey = home();
    journey.keys("INFO").expect_place(PlaceKind::Offer);
    assert!(!journey.app.is_magnified(), "a press is no hold");
    journey.keys("BACK").keys(INFO).expect_place(PlaceKind::Offer);
    let shown = magnified(&journey);
    assert_eq!(shown.title, Text::plain("Фильм 1"));
    assert!(!shown.value.is_empty() && !shown.line.is_empty(), "price and what OK would do: {shown:?}");
    assert!(journey.vm().chrome.tabs.is_empty());
    // OK on a screen that shows one line spends nothing, not even in two steps.
    journey.keys("OK").expect_place(PlaceKind::Offer);
    assert!(!journey.app.is_magnified());
    journey.keys(INFO).keys("BACK").expect_place(PlaceKind::Offer);
    assert!(!journey.app.is_magnified(), "Back closes it and nothing else");
    journey.keys(INFO).keys(INFO);
    assert!(!journey.app.is_magnified());
}

#[test]
fn a11y_5_arrows_move_what_is_shown() {
    let mut journey = at_confirmation();
    journey.keys(INFO);
    let first = magnified(&journey);
    journey.keys("RIGHT");
    assert_ne!(magnified(&journey).line, first.line, "the other answer");
    journey.keys("OK").expect_place(PlaceKind::Confirm);
    assert!(journey.app.order().is_none(), "nothing is spent from there");

    let mut journey = home();
    journey.keys(&format!("MENU {INFO}"));
    let language = magnified(&journey);
    journey.keys("DOWN");
    assert_ne!(magnified(&journey).title, language.title);
    journey.keys("UP UP LEFT");
    assert!(!magnified(&journey).title.is_empty(), "a tab");
}

#[test]
fn a11y_5_nothing_that_comes_by_itself_is_hidden() {
    let mut journey = ordered();
    journey.keys(INFO);
    assert!(journey.app.is_magnified());
    journey.confirm_order();
    journey.expect_place(PlaceKind::Outcome);
    assert!(!journey.app.is_magnified());

    let mut journey = home();
    journey.keys(&format!("MENU {INFO}"));
    journey.event(Event::Power(PowerKey::Sleep)).wait(secs(1));
    journey.event(Event::Power(PowerKey::Wake));
    assert!(!journey.app.is_magnified(), "the next viewer finds the menu");

    let mut journey = home_of(World::default());
    journey.keys("BACK").keys(INFO);
    assert!(journey.app.dialog().is_some() && !journey.app.is_magnified(), "a question is not magnified");
}

#[test]
fn a11y_5_a_code_for_the_phone_is_shown_large() {
    let mut journey = signed_out();
    journey.keys(INFO);
    let shown = magnified(&journey);
    assert!(!shown.title.is_empty() && !shown.value.is_empty(), "code and address: {shown:?}");
}
