//! The catalogue.

use super::fixtures::*;
use super::support::*;
use crate::core::{Answer, Boot, Place, PlaceKind, SectionKey, Shelf, Zone};
use crate::domain::AdultOffers;
use crate::view::model::Screen;

fn catalog() -> Journey {
    let mut journey = home();
    journey.keys("UP UP RIGHT OK").expect_place(PlaceKind::Catalog).keys("UP RIGHT DOWN");
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

/// KEY-6: CH+ and CH- page.
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
    journey.keys("UP RIGHT").expect_focus("chip 2");
    assert_eq!(section(&journey), category("films"));
    journey.wait(ms(400));
    assert_eq!(section(&journey), category("packages"));
    journey.expect_focus("chip 2");
}

#[test]
fn entering_the_grid_before_the_rest_shows_the_chosen_section() {
    let mut journey = catalog();
    journey.keys("UP RIGHT DOWN").expect_offer("p1");
    assert_eq!(section(&journey), category("packages"));
}

#[test]
fn the_strip_does_not_wrap_round() {
    catalog().keys("UP LEFT").expect_bump("LEFT").keys("RIGHT*5").expect_focus("chip 5").expect_bump("RIGHT");
}

#[test]
fn each_section_remembers_its_card() {
    catalog().keys("RIGHT*2 UP RIGHT DOWN RIGHT").expect_offer("p2").keys("UP LEFT DOWN").expect_offer("f3");
}

#[test]
fn above_the_strip_are_the_tabs() {
    catalog().keys("UP UP").expect_focus("tab 1").keys("DOWN").expect_focus("chip 1");
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
    journey.keys("UP RIGHT*2 WAIT:400ms").expect_focus("chip 3");
    for n in 1..=6 {
        journey.world.withdraw(&format!("p{n}"));
    }
    journey.event(crate::core::Event::Resumed).serve();
    assert_eq!(section(&journey), category("services"));
    journey.expect_focus("chip 2");
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
    let shelf = Shelf::new(world.catalog, AdultOffers::Shown);
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

/// A first page of `size` offers from a catalogue of so many.
fn large(total: usize, page_size: usize) -> Journey {
    let mut world = World::default();
    let offer = world.catalog.offers[0].as_ref().clone();
    world.catalog.offers = (0..total)
        .map(|n| std::sync::Arc::new(crate::domain::Offer { id: offer_id(&format!("n{n}")), ..offer.clone() }))
        .collect();
    world.page_size = page_size;
    let boot = Boot { cached: None, ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    journey.serve_one("Account");
    journey
}

/// Answers every question for the catalogue with what `change` makes of the right page, and counts the questions.
fn paged(journey: &mut Journey, mut change: impl FnMut(usize, &mut crate::domain::CatalogPage)) -> usize {
    let mut asked = 0;
    while journey.asked("Catalog").is_some() {
        let (id, request) = journey.take("Catalog");
        let Answer::Catalog { mut page, etag, max_age } = journey.world.answer(&request, start()) else {
            panic!("it is not unchanged")
        };
        change(asked, &mut page);
        asked += 1;
        assert!(asked <= 200, "it asks without end");
        journey.reply(id, Ok(Answer::Catalog { page, etag, max_age }));
    }
    asked
}

fn offers(journey: &Journey) -> usize {
    journey.app.data.shelf.catalog().offers.len()
}

#[test]
fn c41_an_offer_on_two_pages_counts_once() {
    let mut journey = large(500, 100);
    let all = journey.world.catalog.offers.clone();
    let asked = paged(&mut journey, |asked, page| {
        // Each page begins with the last ten of the page before.
        if asked > 0 {
            let from = asked * 100;
            page.offers.splice(0..0, all[from - 10..from].iter().cloned());
        }
    });
    assert_eq!((asked, offers(&journey)), (5, 500));
}

/// NET-8: pages that go round end, with bounded requests.
#[test]
fn c42_pages_in_a_ring_end() {
    let mut journey = large(97, 100);
    let asked = paged(&mut journey, |_, page| page.next_cursor = Some("0".to_owned()));
    assert_eq!((asked, offers(&journey)), (2, 97), "the second page brings nothing new");
    let mut journey = large(300, 100);
    let asked = paged(&mut journey, |asked, page| {
        page.next_cursor = Some(["100", "200", "0", "100"][asked.min(3)].to_owned());
    });
    assert_eq!((asked, offers(&journey)), (4, 300));
}

#[test]
fn c42_empty_pages_end() {
    let mut journey = large(100, 100);
    let mut next = 1000;
    let asked = paged(&mut journey, |asked, page| {
        next += 1;
        page.next_cursor = Some("0".to_owned()).filter(|_| asked == 0).or(Some(next.to_string()));
        if asked > 0 {
            page.offers.clear();
        }
    });
    assert_eq!((asked, offers(&journey)), (2, 100));
}

#[test]
fn c42_a_catalogue_without_end_is_asked_for_as_often_as_its_number_of_offers_says() {
    let mut journey = large(100, 20);
    let offer = journey.world.catalog.offers[0].clone();
    let asked = paged(&mut journey, |asked, page| {
        for (n, slot) in page.offers.iter_mut().enumerate() {
            let id = offer_id(&format!("p{asked}-{n}"));
            *slot = std::sync::Arc::new(crate::domain::Offer { id, ..offer.as_ref().clone() });
        }
        page.next_cursor = Some(asked.to_string());
        page.total = 100;
    });
    assert!(asked <= 8, "{asked} questions for 100 offers in pages of 20");
}

/// NET-8: pages that change in the middle end in one right catalogue.
#[test]
fn a_catalogue_that_changes_between_two_pages_is_begun_anew() {
    let mut journey = large(300, 100);
    let asked = paged(&mut journey, |asked, page| {
        page.version = if asked == 0 { "old".to_owned() } else { "new".to_owned() };
    });
    assert_eq!((asked, offers(&journey)), (1 + 1 + 3, 300));
    assert_eq!(journey.app.data.shelf.catalog().version, "new");
    // One that never stands still ends all the same, and nothing names it.
    let mut journey = large(300, 100);
    let asked = paged(&mut journey, |asked, page| page.version = format!("v{asked}"));
    assert!(asked <= 8, "{asked}");
    assert_eq!((offers(&journey), journey.app.catalog_etag()), (300, None));
}

#[test]
fn a_catalogue_of_long_texts_takes_a_bounded_memory() {
    let mut journey = large(10_000, 100);
    paged(&mut journey, |_, page| {
        for offer in &mut page.offers {
            let long = crate::domain::Offer { description: "я".repeat(2000), ..offer.as_ref().clone() };
            *offer = std::sync::Arc::new(crate::domain::Offer { includes: vec!["я".repeat(200); 200], ..long });
        }
    });
    let weight: usize = journey.app.data.shelf.catalog().offers.iter().map(|offer| offer.weight()).sum();
    assert!(weight <= 16 * 1024 * 1024, "{weight} bytes");
    assert!(offers(&journey) > 100);
    assert_eq!(journey.app.catalog_etag(), None, "a part is not what the tag names");
}

#[test]
fn a_member_who_moves_gets_the_catalogue_of_the_other_region() {
    let mut journey = home();
    journey.event(crate::core::Event::Resumed).forget_effects();
    journey.world.account.region.code = "spb".to_owned();
    journey.serve_one("Account");
    let (old, _) = journey.take("Catalog");
    assert!(matches!(journey.asked("Catalog"), Some(crate::core::Request::Catalog { cursor: None, etag: None })));
    journey.reply(old, Ok(Answer::CatalogUnchanged { max_age: None }));
    assert_eq!(journey.app.catalog_etag(), None, "the validator of the first region is gone");
}
