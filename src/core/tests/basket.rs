//! The basket.

use super::fixtures::*;
use super::support::*;
use crate::core::{Dialog, DiskJob, Effect, Notice, PlaceKind};
use crate::domain::PinUse;

fn ids(journey: &Journey) -> Vec<String> {
    journey.app.basket_offers().iter().map(|offer| offer.id.to_string()).collect()
}

fn with_three() -> Journey {
    let mut journey = home();
    journey.keys("DOWN GREEN RIGHT GREEN RIGHT GREEN YELLOW").expect_place(PlaceKind::Basket);
    journey
}

#[test]
fn the_first_focus_is_the_exchange() {
    with_three().expect_focus("button 0");
}

#[test]
fn the_basket_holds_twenty_and_says_when_it_is_full() {
    let mut journey = home_of(World { catalog: many_films(30), ..World::default() });
    journey.keys("DOWN");
    for _ in 0..20 {
        journey.keys("GREEN RIGHT");
    }
    assert_eq!(ids(&journey).len(), 20);
    journey.keys("GREEN").expect_notice(&Notice::BasketFull);
    assert_eq!(ids(&journey).len(), 20);
}

#[test]
fn company_that_does_not_fit_keeps_both_out() {
    let mut world = World::default();
    world.catalog.offers.extend(many_films(30).offers);
    let mut journey = home_of(world);
    journey.keys("DOWN RIGHT*20");
    for _ in 0..19 {
        journey.keys("GREEN RIGHT");
    }
    journey.keys("DOWN*3 RIGHT GREEN").expect_notice(&Notice::BasketFull);
    assert_eq!(ids(&journey).len(), 19);
}

#[test]
fn ticking_the_quota_ticks_its_service_first() {
    let mut journey = home();
    journey.keys("DOWN*4 RIGHT").expect_offer("q1").keys("GREEN");
    assert_eq!(ids(&journey), ["s1", "q1"]);
}

#[test]
fn what_is_sold_elsewhere_does_not_go_in() {
    let mut journey = home();
    journey.keys("DOWN*5 GREEN").expect_notice(&Notice::NotForBasket);
}

#[test]
fn ok_on_a_line_takes_it_out() {
    let mut journey = with_three();
    journey.keys("LEFT DOWN").expect_focus("row 1").keys("OK");
    assert_eq!(ids(&journey), ["f1", "f3"]);
    journey.expect_focus("row 1");
}

#[test]
fn taking_out_the_last_line_moves_the_focus_to_the_tabs() {
    let mut journey = home();
    journey.keys("GREEN YELLOW LEFT OK").expect_focus("tab 5");
}

#[test]
fn clearing_empties_it() {
    let mut journey = with_three();
    journey.keys("DOWN OK").expect_focus("tab 5");
    assert!(ids(&journey).is_empty());
}

#[test]
fn a_refresh_drops_what_is_gone_or_held() {
    let mut journey = with_three();
    journey.world.withdraw("f1");
    journey.world.change("f2", |offer| offer.active_until = Some(start() + chrono::TimeDelta::days(1)));
    journey.event(crate::core::Event::Resumed).serve();
    assert_eq!(ids(&journey), ["f3"]);
}

#[test]
fn a_refresh_keeps_the_focus_on_its_line() {
    let mut journey = with_three();
    journey.keys("LEFT DOWN*2").expect_offer("f3");
    journey.world.withdraw("f1");
    journey.event(crate::core::Event::Resumed).serve().expect_offer("f3").expect_focus("row 1");
}

#[test]
fn ok_takes_out_the_line_that_is_shown_while_the_catalogue_is_changing() {
    let mut journey = with_three();
    journey.keys("LEFT");
    journey.app.basket.insert(0, offer_id("unknown"));
    journey.keys("OK");
    assert_eq!(ids(&journey), ["f2", "f3"]);
}

#[test]
fn the_confirmation_holds_every_line_with_its_price() {
    let mut journey = with_three();
    journey.keys("OK").expect_place(PlaceKind::Confirm);
    let crate::core::Place::Confirm(place) = journey.app.place() else { panic!("{}", journey.told()) };
    assert_eq!(place.lines.len(), 3);
    assert_eq!(place.total, points(101 + 102 + 103));
}

#[test]
fn back_from_the_basket_leads_where_the_viewer_was() {
    let mut journey = home();
    journey.keys("UP UP RIGHT OK RIGHT GREEN").expect_place(PlaceKind::Catalog);
    let focus = journey.focus();
    journey.keys("YELLOW").expect_place(PlaceKind::Basket).keys("BACK").expect_place(PlaceKind::Catalog);
    assert_eq!(journey.focus(), focus);
    journey.keys("OK YELLOW BACK").expect_place(PlaceKind::Offer).keys("BACK").expect_place(PlaceKind::Catalog);
}

#[test]
fn offers_and_the_basket_do_not_pile_up() {
    let mut journey = home();
    journey.keys("UP UP RIGHT OK GREEN OK YELLOW LEFT INFO").expect_place(PlaceKind::Offer).keys("YELLOW");
    journey.expect_place(PlaceKind::Basket);
    assert_eq!(journey.backs_to_home(), 2, "the basket, then the catalogue");
}

#[test]
fn home_is_five_backs_away_at_most_by_way_of_the_basket() {
    let mut journey = home();
    journey.app.has_pin = true;
    journey.app.settings.pin_use = PinUse::EveryExchange;
    journey.keys("MENU DOWN*8 OK UP LEFT*9 DOWN OK GREEN YELLOW").expect_place(PlaceKind::Basket);
    journey.keys("LEFT INFO").expect_place(PlaceKind::Offer).keys("YELLOW RIGHT OK WAIT:400ms RIGHT OK");
    assert!(matches!(journey.app.dialog(), Some(Dialog::Pin { .. })), "{}", journey.told());
    assert!(journey.backs_to_home() <= 5, "{}", journey.told());
}

#[test]
fn an_exchange_takes_its_lines_out_of_the_basket() {
    let mut journey = with_three();
    journey.keys("OK WAIT:400ms RIGHT OK").event(crate::core::Event::OrderStored(Ok(()))).confirm_order();
    assert!(ids(&journey).is_empty());
    assert!(journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::ForgetOrder(_)))));
}

#[test]
fn a_line_without_a_price_is_not_silently_ignored() {
    let mut world = World::default();
    world.change("s1", |offer| offer.price = None);
    let mut journey = home_of(world);
    journey.keys("DOWN*4 RIGHT GREEN YELLOW OK").expect_place(PlaceKind::Basket).expect_notice(&Notice::NotForBasket);
}
