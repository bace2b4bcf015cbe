//! Back, tabs and bumps.

use std::time::Duration;

use super::support::*;
use crate::core::{App, Dialog, Effect, PlaceKind};

#[test]
fn back_goes_to_the_page_before() {
    home().keys("OK").expect_place(PlaceKind::Offer).keys("BACK").expect_place(PlaceKind::Home);
}

#[test]
fn back_on_home_asks_once_and_stay_is_first() {
    let mut journey = home();
    journey.keys("BACK").expect_focus("button 0");
    assert_eq!(journey.app.dialog(), Some(&Dialog::Exit { button: 0 }));
    journey.keys("OK");
    assert_eq!(journey.app.dialog(), None);
    assert!(!journey.has_effect(|effect| *effect == Effect::Exit));
}

#[test]
fn leaving_takes_the_second_answer() {
    let mut journey = home();
    journey.keys("BACK RIGHT OK");
    assert!(journey.has_effect(|effect| *effect == Effect::Exit));
}

#[test]
fn backs_within_400_ms_of_the_question_are_ignored() {
    let mut journey = home();
    journey.keys("BACK BACK");
    assert!(journey.app.dialog().is_some());
    journey.keys("WAIT:400ms BACK");
    assert!(journey.app.dialog().is_none());
}

#[test]
fn long_back_leaves_from_anywhere() {
    for keys in ["", "OK", "OK OK", "UP UP OK", "MENU OK", "BACK"] {
        let mut journey = home();
        journey.keys(keys).keys("HOLD:BACK:900ms");
        assert_eq!(journey.effects.iter().filter(|effect| **effect == Effect::Exit).count(), 1, "after «{keys}»");
    }
}

#[test]
fn the_leave_key_leaves_at_once() {
    let mut journey = home();
    journey.keys("OK LEAVE");
    assert!(journey.has_effect(|effect| *effect == Effect::Exit));
}

#[test]
fn back_from_a_short_hold_does_not_leave() {
    let mut journey = home();
    journey.keys("OK HOLD:BACK:700ms").expect_place(PlaceKind::Home);
    assert!(!journey.has_effect(|effect| *effect == Effect::Exit));
}

#[test]
fn five_backs_at_most_lead_home() {
    for keys in ["", "OK", "OK OK", "MENU DOWN*7 OK OK OK", "UP UP RIGHT OK OK OK", "DOWN*3 OK OK", "BACK"] {
        let mut journey = home();
        journey.keys(keys);
        assert!(journey.backs_to_home() <= 5, "{} backs: {}", journey.backs_to_home(), journey.told());
    }
}

#[test]
fn every_tab_opens_and_back_returns_home() {
    let places = [PlaceKind::Catalog, PlaceKind::MyOptions, PlaceKind::Status, PlaceKind::Settings, PlaceKind::Basket];
    for (index, place) in places.into_iter().enumerate() {
        let mut journey = home();
        journey.keys(&format!("GREEN UP UP RIGHT*{} OK", index + 1)).expect_place(place).serve();
        journey.keys("BACK").expect_place(PlaceKind::Home);
    }
}

#[test]
fn a_tab_above_a_tab_leaves_only_home_below() {
    let mut journey = home();
    journey.keys("UP UP RIGHT OK UP UP RIGHT OK").expect_place(PlaceKind::MyOptions);
    assert_eq!(journey.app.depth(), 2);
}

/// The basket is a tab while it holds something, and while it is shown.
#[test]
fn the_basket_stands_at_the_end_of_the_tabs_while_it_holds_something() {
    let mut journey = home();
    journey.keys("UP UP RIGHT*4").expect_focus("tab 4").expect_bump("RIGHT");
    journey.keys("LEFT*4 DOWN DOWN GREEN UP UP RIGHT*5").expect_focus("tab 5").expect_bump("RIGHT");
    journey.wait(App::REST + Duration::from_millis(1)).expect_place(PlaceKind::Basket).keys("DOWN LEFT OK");
    journey.expect_place(PlaceKind::Basket).expect_focus("tab 5").keys("LEFT").wait(App::REST * 2);
    journey.expect_place(PlaceKind::Settings).expect_focus("tab 4").expect_bump("RIGHT");
}

/// The tab «Баллы» has a strip of pages; each opens as the focus comes to it.
#[test]
fn the_strip_of_the_points_leads_from_page_to_page() {
    let mut journey = home();
    journey.keys("UP UP RIGHT*3 OK").serve().expect_place(PlaceKind::Status).expect_focus("row 0");
    journey.keys("UP").expect_focus("chip 0").expect_bump("LEFT").keys("RIGHT").expect_place(PlaceKind::History);
    journey.expect_focus("chip 1").serve().expect_focus("chip 1").keys("RIGHT*2").expect_focus("chip 3");
    journey.expect_bump("RIGHT").keys("LEFT*3").expect_place(PlaceKind::Status).expect_focus("chip 0");
    journey.keys("DOWN").expect_focus("row 0").keys("UP UP").expect_focus("tab 3");
    assert_eq!(journey.app.depth(), 2, "pages do not pile up");
    journey.keys("BACK").expect_place(PlaceKind::Home);
}

#[test]
fn the_menu_key_opens_the_settings_and_bumps_there() {
    home().keys("MENU").expect_place(PlaceKind::Settings).expect_bump("MENU");
}

#[test]
fn tabs_do_not_wrap_round() {
    let mut journey = home();
    journey.keys("UP UP").expect_focus("tab 0").expect_bump("LEFT").expect_bump("UP");
    journey.keys("RIGHT*4").expect_focus("tab 4").expect_bump("RIGHT");
}

#[test]
fn down_from_a_tab_enters_it() {
    home().keys("UP UP DOWN").expect_place(PlaceKind::Home).expect_focus("panel 0");
    home().keys("UP UP RIGHT*2 DOWN").expect_place(PlaceKind::MyOptions);
}

/// FOC-10: a tab opens when the focus rests on it, and not while a key passes it.
#[test]
fn a_tab_opens_when_the_focus_rests_on_it() {
    let rest = App::REST + Duration::from_millis(1);
    let mut journey = home();
    journey.keys("UP UP RIGHT").expect_place(PlaceKind::Home).expect_focus("tab 1");
    journey.wait(rest);
    journey.expect_place(PlaceKind::Catalog).expect_focus("tab 1").serve();
    journey.keys("RIGHT*2").expect_place(PlaceKind::Catalog).expect_focus("tab 3");
    journey.wait(rest);
    journey.expect_place(PlaceKind::Status).expect_focus("tab 3").serve();
    assert_eq!(journey.app.depth(), 2, "tabs do not pile up");
    journey.keys("LEFT*3").wait(rest);
    journey.expect_place(PlaceKind::Home).expect_focus("tab 0");
    assert_eq!(journey.app.depth(), 1);
}

#[test]
fn no_tab_opens_behind_a_question() {
    let rest = App::REST + Duration::from_millis(1);
    let mut journey = home();
    journey.keys("UP UP RIGHT BACK").wait(rest);
    journey.expect_place(PlaceKind::Home);
    assert_eq!(journey.app.dialog(), Some(&Dialog::Exit { button: 0 }));
    journey.keys("OK").expect_place(PlaceKind::Home).expect_focus("tab 1").wait(rest);
    journey.expect_place(PlaceKind::Catalog).expect_focus("tab 1");
}

#[test]
fn a_tab_that_rests_is_entered_by_down_and_left_by_back() {
    let mut journey = home();
    journey.keys("UP UP RIGHT*4").wait(App::REST + Duration::from_millis(1));
    journey.expect_place(PlaceKind::Settings).keys("DOWN");
    assert_eq!(journey.app.tab_focus(), None);
    journey.keys("BACK").expect_place(PlaceKind::Home);
}

#[test]
fn ok_on_the_tab_that_is_shown_enters_its_content() {
    home().keys("UP UP OK").expect_place(PlaceKind::Home).expect_focus("panel 0");
}

#[test]
fn an_empty_place_leaves_the_focus_in_the_tabs() {
    home().keys("YELLOW").expect_place(PlaceKind::Basket).expect_focus("tab 5").expect_bump("DOWN");
}

#[test]
fn a_key_without_a_meaning_bumps() {
    home().expect_bump("STOP").expect_bump("0").expect_bump("RED").expect_bump("LEFT");
}

#[test]
fn a_dialog_takes_every_key() {
    let mut journey = home();
    journey.keys("BACK").expect_bump("UP").expect_bump("MENU").expect_bump("GREEN").keys("RIGHT").expect_bump("RIGHT");
    journey.expect_place(PlaceKind::Home);
    assert!(journey.app.basket_offers().is_empty());
}

/// FOC-3: coming back restores what had the focus.
#[test]
fn home_remembers_row_and_card() {
    home()
        .keys("DOWN*3 RIGHT*3")
        .expect_offer("p4")
        .keys("OK")
        .expect_place(PlaceKind::Offer)
        .keys("BACK")
        .expect_offer("p4");
}

/// FOC-3: coming back restores the focus and how far the rows had scrolled.
#[test]
fn the_catalogue_remembers_card_and_scroll() {
    let mut journey = home();
    journey
        .keys("UP UP RIGHT OK UP RIGHT DOWN*3 RIGHT")
        .expect_offer("f14")
        .wait(std::time::Duration::from_millis(400));
    let before = journey.vm().screen;
    journey.keys("OK BACK");
    assert_eq!(journey.vm().screen, before);
}

#[test]
fn a_held_key_stops_at_the_end_and_bumps() {
    home().keys("DOWN HOLD:RIGHT:3s").expect_offer("f15");
}
