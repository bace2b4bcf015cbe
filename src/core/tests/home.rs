//! The home screen.

use super::fixtures::*;
use super::support::*;
use crate::core::{Effect, PlaceKind, RowKey, SectionKey};
use crate::domain::{Category, CategoryId, CategoryKind, Reason};
use crate::view::model::Screen;

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
fn what_runs_without_a_film_waits_for_what_is_new() {
    let rows = home().app.home_rows();
    assert_eq!(rows[2].key, RowKey::Running);
}

#[test]
fn nothing_held_leaves_no_running_row() {
    let journey = home_of(World { entitlements: Vec::new(), ..World::default() });
    assert!(journey.app.home_rows().iter().all(|row| row.key != RowKey::Running));
}

#[test]
fn sections_for_adults_only_stay_out_of_home() {
    assert_eq!(home().app.home_rows().len(), 6);
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
    journey.serve_one("Account").serve_one("Catalog").keys("RIGHT").expect_offer("p1");
    journey.serve_one("Entitlements").expect_offer("p1");
}

#[test]
fn the_hero_follows_only_after_a_rest() {
    let mut journey = home();
    journey.keys("RIGHT");
    assert_eq!(journey.app.hero(), Some(&offer_id("f1")));
    journey.wait(ms(400));
    assert_eq!(journey.app.hero(), Some(&offer_id("p1")));
}

#[test]
fn the_hints_follow_only_after_a_rest_but_a_tick_at_once() {
    let hinted = |journey: &Journey| journey.app.rested_offer().cloned();
    let mut journey = home();
    assert_eq!(hinted(&journey), Some(offer_id("f1")));
    journey.keys("RIGHT*2");
    assert_eq!(hinted(&journey), Some(offer_id("f1")), "the focus passes");
    journey.keys("GREEN");
    assert_eq!(hinted(&journey), Some(offer_id("s1")), "who ticks looks at the offer");
    journey.keys("LEFT").wait(ms(400));
    assert_eq!(hinted(&journey), Some(offer_id("p1")));
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
    journey.keys("DOWN RIGHT*4").expect_offer("f5");
    journey.world.withdraw("f2");
    journey.refresh().expect_offer("f5");
}

#[test]
fn an_offer_that_is_gone_leaves_the_focus_at_its_place() {
    let mut journey = home();
    journey.keys("DOWN RIGHT*4").expect_offer("f5");
    journey.world.withdraw("f5");
    journey.refresh().expect_offer("f6");
}

#[test]
fn the_last_offer_that_is_gone_leaves_the_focus_on_the_new_last() {
    let mut journey = home();
    journey.keys("DOWN RIGHT*14").expect_offer("f15");
    journey.world.withdraw("f15");
    journey.refresh().expect_offer("f14");
}

#[test]
fn the_running_row_keeps_the_focus_with_its_option() {
    let mut journey = home();
    journey.keys("DOWN*2").expect_offer("p6");
    journey.world.entitlements.insert(0, film_held());
    journey.event(crate::core::Event::Resumed).serve().expect_offer("p6");
}

#[test]
fn a_row_that_vanishes_gives_the_focus_to_the_nearest() {
    let mut journey = home();
    journey.keys("DOWN*2").expect_offer("p6");
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
    home().keys("DOWN*5").expect_bump("DOWN").keys("UP*6").expect_focus("panel 0");
}

#[test]
fn a_page_key_moves_by_what_is_visible() {
    home()
        .keys("DOWN CH-")
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
    home_of(world).keys("DOWN*2 OK").expect_place(PlaceKind::MyOptions);
}

/// Films and what the points are enough for come first, every kind among the first cards.
#[test]
fn home_begins_with_what_the_points_are_enough_for() {
    let titles = |journey: &Journey| journey.app.home_rows().into_iter().map(|row| row.key).collect::<Vec<_>>();
    let category = |id: &str| RowKey::Section(SectionKey::Category(CategoryId::new(id)));
    let mut journey = home_of(World { entitlements: Vec::new(), ..World::default() });
    let rows = [RowKey::Section(SectionKey::Affordable), category("films"), category("packages"), category("services")];
    assert_eq!(titles(&journey)[..4], rows);
    for offer in ["f1", "p1", "s1", "f2", "p2", "f3"] {
        journey.expect_offer(offer).keys("RIGHT");
    }
    // Twelve are a choice; all of them stand in the catalogue.
    journey.keys("RIGHT*5").expect_bump("RIGHT").keys("UP UP RIGHT OK");
    let Screen::Catalog(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    assert_eq!((screen.total, screen.chips[0].is_selected), (22, true));
}

/// Nothing that the member could not have stands in that row; without anything, the films lie under the panels.
#[test]
fn what_cannot_be_had_is_not_said_to_be() {
    let mut world = World::default();
    for offer in &mut world.catalog.offers {
        let refused = refused_for(offer.as_ref().clone(), vec![Reason::Debt { roubles: Some(1) }]);
        *offer = std::sync::Arc::new(refused);
    }
    let journey = home_of(world);
    let rows = journey.app.home_rows();
    assert_eq!(rows[0].key, RowKey::Section(SectionKey::Category(CategoryId::new("films"))));
    assert!(!rows[0].has_posters, "upright posters do not fit under the panels");
}

/// Categories that fill less than a row stand together, on home and in the catalogue.
#[test]
fn small_categories_share_a_row() {
    let mut world = World::default();
    world.change("p1", |offer| offer.category = CategoryId::new("extras"));
    let extras =
        Category { id: CategoryId::new("extras"), title: "Ещё".to_owned(), kind: CategoryKind::Tv, count: 1 };
    world.catalog.categories.push(extras);
    let shelf = home_of(world).app.data.shelf;
    let small = shelf.section(&SectionKey::Small).expect("services and extras");
    assert_eq!(shelf.ids(small), ["s1", "q1", "p1"].map(offer_id));
    assert!(shelf.section(&SectionKey::Category(CategoryId::new("services"))).is_none());
    assert!(home().app.data.shelf.section(&SectionKey::Small).is_none(), "one alone keeps its name");
}
