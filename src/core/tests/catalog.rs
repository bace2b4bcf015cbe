//! The catalogue.

use super::fixtures::*;
use super::support::*;
use crate::core::{Place, PlaceKind, SectionKey, Shelf, Zone};
use crate::view::model::Screen;

fn catalog() -> Journey {
    let mut journey = home();
    journey.keys("UP UP RIGHT OK").expect_place(PlaceKind::Catalog);
    journey
}

fn section(journey: &Journey) -> Option<SectionKey> {
    let Place::Catalog(place) = journey.app.place() else { panic!("{}", journey.told()) };
    place.section.clone()
}

fn category(id: &str) -> Option<SectionKey> {
    Some(SectionKey::Category(crate::domain::CategoryId::new(id)))
}

#[test]
fn the_first_focus_is_the_first_card() {
    catalog().expect_focus("card 0").expect_offer("f1");
}

#[test]
fn the_grid_moves_in_four_directions() {
    catalog().keys("RIGHT DOWN").expect_offer("f8").keys("LEFT").expect_offer("f7").keys("UP").expect_offer("f1");
}

#[test]
fn a_row_of_the_grid_does_not_run_into_the_next() {
    catalog().keys("RIGHT*5").expect_offer("f6").expect_bump("RIGHT").keys("DOWN LEFT*5").expect_bump("LEFT");
}

#[test]
fn down_to_a_short_last_row_goes_to_its_end() {
    catalog().keys("RIGHT*5 DOWN DOWN").expect_offer("f15").expect_bump("DOWN").expect_bump("RIGHT");
}

#[test]
fn pages_of_the_grid_stop_at_the_ends() {
    catalog()
        .keys("CH-")
        .expect_offer("f13")
        .keys("CH-")
        .expect_offer("f15")
        .expect_bump("CH-")
        .keys("CH+*2")
        .expect_offer("f1");
}

#[test]
fn the_grid_follows_the_strip_only_after_a_rest() {
    let mut journey = catalog();
    journey.keys("UP RIGHT").expect_focus("chip 1");
    assert_eq!(section(&journey), category("films"));
    journey.wait(ms(400));
    assert_eq!(section(&journey), category("packages"));
    journey.expect_focus("chip 1");
}

#[test]
fn entering_the_grid_before_the_rest_shows_the_chosen_section() {
    let mut journey = catalog();
    journey.keys("UP RIGHT DOWN").expect_offer("p1");
    assert_eq!(section(&journey), category("packages"));
}

#[test]
fn the_strip_does_not_wrap_round() {
    catalog().keys("UP").expect_bump("LEFT").keys("RIGHT*4").expect_focus("chip 4").expect_bump("RIGHT");
}

#[test]
fn each_section_remembers_its_card() {
    catalog().keys("RIGHT*2 UP RIGHT DOWN RIGHT").expect_offer("p2").keys("UP LEFT DOWN").expect_offer("f3");
}

#[test]
fn above_the_strip_are_the_tabs() {
    catalog().keys("UP UP").expect_focus("tab 1").keys("DOWN").expect_focus("chip 0");
}

#[test]
fn a_refresh_keeps_card_and_section() {
    let mut journey = catalog();
    journey.keys("UP RIGHT DOWN RIGHT*2").expect_offer("p3");
    journey.world.withdraw("p1");
    journey.refresh().expect_offer("p3");
}

#[test]
fn a_section_that_is_gone_gives_way_to_the_first() {
    let mut journey = catalog();
    journey.keys("UP RIGHT*2 DOWN").expect_offer("s1");
    journey.world.withdraw("s1");
    journey.world.withdraw("q1");
    journey.refresh().expect_offer("f1");
}

#[test]
fn the_focused_chip_stays_with_its_section_after_a_refresh() {
    let mut journey = catalog();
    journey.keys("UP RIGHT*2 WAIT:400ms").expect_focus("chip 2");
    for n in 1..=6 {
        journey.world.withdraw(&format!("p{n}"));
    }
    journey.event(crate::core::Event::Resumed).serve();
    assert_eq!(section(&journey), category("services"));
    journey.expect_focus("chip 1");
}

#[test]
fn a_catalogue_in_pages_shows_its_first_rows_at_once_and_has_no_validator_until_whole() {
    let world = World { page_size: 10, ..World::default() };
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    journey.serve_one("Account").serve_one("Catalog");
    assert_eq!(journey.app.data.shelf.catalog().offers.len(), 10);
    assert_eq!(journey.app.catalog_etag(), None);
    journey.expect_offer("f1").serve();
    assert_eq!(journey.app.data.shelf.catalog().offers.len(), 28);
    assert_eq!(journey.app.catalog_etag(), Some("v1"));
}

#[test]
fn an_old_catalogue_stays_until_the_new_one_is_whole() {
    let mut journey = home();
    journey.world.page_size = 10;
    journey.world.withdraw("f1");
    journey.event(crate::core::Event::Resumed).serve_one("Catalog");
    assert!(journey.app.data.shelf.offer(&offer_id("f1")).is_some());
    journey.serve();
    assert!(journey.app.data.shelf.offer(&offer_id("f1")).is_none());
}

#[test]
fn a_page_that_fails_keeps_the_rows_and_no_validator() {
    let world = World { page_size: 10, ..World::default() };
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    journey.serve_one("Account").serve_one("Catalog").fail("Catalog", crate::domain::FailureKind::Interrupted);
    assert_eq!(journey.app.data.shelf.catalog().offers.len(), 10);
    assert_eq!(journey.app.catalog_etag(), None);
    journey.wait(secs(2)).serve();
    assert_eq!(journey.app.data.shelf.catalog().offers.len(), 28);
}

#[test]
fn the_known_validator_is_sent_and_an_unchanged_catalogue_stays() {
    let mut journey = home();
    journey.event(crate::core::Event::Resumed);
    let asked = journey.asked("Catalog").cloned();
    assert!(
        matches!(&asked, Some(crate::core::Request::Catalog { cursor: None, etag: Some(etag) }) if etag == "v1"),
        "{asked:?}"
    );
    journey.serve().expect_offer("f1");
}

#[test]
fn ten_thousand_offers_are_walked_through_a_small_window() {
    let world = World { catalog: many_films(10_000), page_size: 500, ..World::default() };
    let mut journey = home_of(world);
    assert_eq!(journey.app.data.shelf.catalog().offers.len(), 10_000);
    journey.keys("UP UP RIGHT OK HOLD:DOWN:2s CH-*20 OK BACK");
    let Screen::Catalog(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    assert!(screen.cards.len() <= 24 && screen.total == 10_000);
}

#[test]
fn more_than_ten_thousand_offers_are_cut_off() {
    let journey = home_of(World { catalog: many_films(10_300), page_size: 1000, ..World::default() });
    assert_eq!(journey.app.data.shelf.catalog().offers.len(), 10_000);
}

#[test]
fn an_offer_without_a_listed_category_is_still_sold() {
    let mut world = World::default();
    world.catalog.categories.retain(|category| category.id.as_str() != "services");
    let shelf = Shelf::new(world.catalog);
    let others = shelf.section(&SectionKey::OtherRewards).expect("there are other rewards");
    assert_eq!(others.offers.len(), 5);
}

#[test]
fn a_catalogue_that_does_not_come_offers_to_try_again() {
    let mut world = World::default();
    world.catalog.offers.clear();
    let boot = world.boot();
    let mut journey = Journey::boot(World::default(), boot);
    journey.serve_one("Account").fail("Catalog", crate::domain::FailureKind::Server { status: 500 });
    journey.keys("UP UP RIGHT OK").expect_place(PlaceKind::Catalog).expect_focus("button 0").keys("OK").serve();
    journey.expect_offer("f1");
    let Place::Catalog(place) = journey.app.place() else { panic!("{}", journey.told()) };
    assert_eq!(place.zone, Zone::Content);
}
