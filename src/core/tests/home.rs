//! The home screen.

use super::fixtures::*;
use super::support::*;
use crate::core::{Effect, PlaceKind, RowKey};

#[test]
fn the_first_focus_is_the_first_offer_when_nothing_can_be_watched() {
    home().expect_focus("row 0 card 0").expect_offer("f1");
}

#[test]
fn a_film_to_go_on_with_stands_first_and_has_the_focus() {
    let mut journey = home_of(World::with_film());
    journey.expect_focus("row 0 card 0").expect_offer("f15");
    assert_eq!(journey.app.home_rows()[0].key, RowKey::Running);
}

#[test]
fn what_runs_without_a_film_is_the_second_row() {
    let rows = home().app.home_rows();
    assert_eq!(rows[1].key, RowKey::Running);
}

#[test]
fn nothing_held_leaves_no_running_row() {
    let journey = home_of(World { entitlements: Vec::new(), ..World::default() });
    assert!(journey.app.home_rows().iter().all(|row| row.key != RowKey::Running));
}

#[test]
fn sections_for_adults_only_stay_out_of_home() {
    assert_eq!(home().app.home_rows().len(), 5);
}

#[test]
fn rows_that_arrive_before_the_first_key_take_the_focus() {
    let world = World::with_film();
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    journey.expect_focus("tab 0").serve_one("Account").expect_focus("panel 0");
    journey.serve_one("Catalog").expect_offer("f1").serve_one("Entitlements").expect_offer("f15");
}

#[test]
fn rows_that_arrive_after_a_key_do_not_move_the_focus() {
    let world = World::with_film();
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    journey.serve_one("Account").serve_one("Catalog").keys("RIGHT").expect_offer("f2");
    journey.serve_one("Entitlements").expect_offer("f2");
}

#[test]
fn the_hero_follows_only_after_a_rest() {
    let mut journey = home();
    journey.keys("RIGHT");
    assert_eq!(journey.app.hero(), Some(&offer_id("f1")));
    journey.wait(ms(400));
    assert_eq!(journey.app.hero(), Some(&offer_id("f2")));
}

#[test]
fn the_hints_follow_only_after_a_rest_but_a_tick_at_once() {
    let hinted = |journey: &Journey| journey.app.rested_offer().cloned();
    let mut journey = home();
    assert_eq!(hinted(&journey), Some(offer_id("f1")));
    journey.keys("RIGHT*2");
    assert_eq!(hinted(&journey), Some(offer_id("f1")), "the focus passes");
    journey.keys("GREEN");
    assert_eq!(hinted(&journey), Some(offer_id("f3")), "who ticks looks at the offer");
    journey.keys("LEFT").wait(ms(400));
    assert_eq!(hinted(&journey), Some(offer_id("f2")));
}

#[test]
fn the_hero_stands_still_while_a_key_is_held() {
    let mut journey = home();
    journey.keys("RIGHT*3");
    assert_eq!(journey.app.hero(), Some(&offer_id("f1")));
}

#[test]
fn a_refresh_keeps_the_focus_with_its_offer() {
    let mut journey = home();
    journey.keys("RIGHT*4").expect_offer("f5");
    journey.world.withdraw("f2");
    journey.refresh().expect_offer("f5");
}

#[test]
fn an_offer_that_is_gone_leaves_the_focus_at_its_place() {
    let mut journey = home();
    journey.keys("RIGHT*4").expect_offer("f5");
    journey.world.withdraw("f5");
    journey.refresh().expect_offer("f6");
}

#[test]
fn the_last_offer_that_is_gone_leaves_the_focus_on_the_new_last() {
    let mut journey = home();
    journey.keys("RIGHT*14").expect_offer("f15");
    journey.world.withdraw("f15");
    journey.refresh().expect_offer("f14");
}

#[test]
fn the_running_row_keeps_the_focus_with_its_option() {
    let mut journey = home();
    journey.keys("DOWN").expect_offer("p6");
    journey.world.entitlements.insert(0, film_held());
    journey.event(crate::core::Event::Resumed).serve().expect_offer("p6");
}

#[test]
fn a_row_that_vanishes_gives_the_focus_to_the_nearest() {
    let mut journey = home();
    journey.keys("DOWN").expect_offer("p6");
    journey.world.entitlements.clear();
    journey.event(crate::core::Event::Resumed).serve().expect_offer("p1");
}

#[test]
fn panels_lead_to_history_status_and_catalogue() {
    for (keys, place) in [
        ("UP OK", PlaceKind::History),
        ("UP RIGHT OK", PlaceKind::Status),
        ("UP RIGHT*2 OK", PlaceKind::History),
        ("UP RIGHT*3 OK", PlaceKind::Catalog),
    ] {
        home().keys(keys).expect_place(place);
    }
}

#[test]
fn rows_do_not_wrap_round() {
    home().keys("DOWN*4").expect_bump("DOWN").keys("UP*5").expect_focus("panel 0");
}

#[test]
fn a_page_key_moves_by_what_is_visible() {
    home()
        .keys("CH-")
        .expect_offer("f7")
        .keys("CH-")
        .expect_offer("f13")
        .keys("CH-")
        .expect_offer("f15")
        .expect_bump("CH-");
}

#[test]
fn the_green_key_ticks_and_unticks() {
    let mut journey = home();
    journey.keys("GREEN");
    assert!(journey.app.is_in_basket(&offer_id("f1")));
    journey.keys("GREEN");
    assert!(!journey.app.is_in_basket(&offer_id("f1")));
}

#[test]
fn ok_on_a_running_film_plays_it() {
    let mut journey = home_of(World::with_film());
    journey.keys("OK").expect_place(PlaceKind::Player);
    assert!(journey.has_effect(|effect| matches!(effect, Effect::Play { .. })));
}

#[test]
fn information_on_a_running_film_tells_of_it_instead() {
    home_of(World::with_film()).keys("INFO").expect_place(PlaceKind::Offer);
}

#[test]
fn an_option_that_is_not_sold_any_more_leads_to_my_options() {
    let mut world = World::default();
    world.withdraw("p6");
    home_of(world).keys("DOWN OK").expect_place(PlaceKind::MyOptions);
}
