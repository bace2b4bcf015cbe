//! One offer and what can be done with it.

use super::fixtures::*;
use super::support::*;
use crate::core::{Dialog, Notice, OfferAction, PlaceKind};
use crate::domain::{ExchangeLimit, Reason};
use crate::view::message::Msg;
use crate::view::model::Screen;
use crate::view::text::Text;

fn actions(journey: &Journey, id: &str) -> Vec<OfferAction> {
    journey.app.offer_actions(journey.app.data.shelf.offer(&offer_id(id)).expect("it is sold"))
}

#[test]
fn an_allowed_offer_is_exchanged_or_put_into_the_basket() {
    assert_eq!(actions(&home(), "f1"), [OfferAction::Exchange, OfferAction::AddToBasket, OfferAction::Close]);
}

#[test]
fn an_offer_that_needs_another_goes_with_it() {
    assert_eq!(actions(&home(), "q1"), [OfferAction::AddWithCompany, OfferAction::Close]);
}

#[test]
fn a_refused_offer_is_explained() {
    let mut world = World::default();
    world.change("f1", |offer| {
        *offer =
            refused_for(offer.clone(), vec![Reason::Debt { roubles: Some(100) }, Reason::MonthlyLimit { until: None }]);
    });
    let mut journey = home_of(world);
    assert_eq!(actions(&journey, "f1"), [OfferAction::Explain, OfferAction::Close]);
    journey.keys("DOWN OK OK").expect_place(PlaceKind::Refusal).keys("OK").expect_place(PlaceKind::Offer);
}

#[test]
fn a_refusal_without_reasons_is_explained_too() {
    let mut world = World::default();
    world.change("f1", |offer| *offer = refused_for(offer.clone(), Vec::new()));
    let mut journey = home_of(world);
    journey.keys("DOWN OK OK").expect_place(PlaceKind::Refusal);
}

#[test]
fn who_has_not_joined_is_asked_to_join() {
    let mut journey = home_of(World::not_enrolled());
    journey.keys("BACK").expect_place(PlaceKind::Home);
    assert_eq!(actions(&journey, "f1"), [OfferAction::Join, OfferAction::Close]);
    journey.keys("OK OK").expect_place(PlaceKind::Join);
}

#[test]
fn a_film_that_is_held_is_watched() {
    let mut world = World::with_film();
    world.change("f15", |offer| {
        let reason = Reason::AlreadyOrdered {
            offer_id: offer.id.clone(),
            title: offer.title.clone(),
            exchange_id: None,
            until: None,
        };
        *offer = refused_for(offer.clone(), vec![reason]);
    });
    assert_eq!(actions(&home_of(world), "f15"), [OfferAction::Watch, OfferAction::Close]);
}

#[test]
fn what_another_channel_sells_can_only_be_closed() {
    assert_eq!(actions(&home(), "o1"), [OfferAction::Close]);
}

#[test]
fn what_is_in_the_basket_can_be_taken_out() {
    let mut journey = home();
    journey.keys("GREEN");
    assert_eq!(actions(&journey, "f1"), [OfferAction::OpenBasket, OfferAction::RemoveFromBasket, OfferAction::Close]);
}

#[test]
fn foc_9_the_buttons_move_the_way_of_the_arrow_and_do_not_wrap_round() {
    let mut journey = home();
    journey.keys("OK").expect_focus("button 0").expect_bump("LEFT").expect_bump("DOWN").expect_bump("UP");
    journey.keys("RIGHT RIGHT").expect_focus("button 2").expect_bump("RIGHT").expect_bump("DOWN");
}

#[test]
fn pur_11_the_page_of_a_connected_option_switches_its_renewal() {
    let mut world = World::default();
    world.change("p6", |offer| {
        let title = offer.title.clone();
        let offer_id = offer.id.clone();
        *offer = refused_for(
            offer.clone(),
            vec![Reason::AlreadyOrdered { offer_id, title, exchange_id: None, until: None }],
        );
    });
    let mut journey = home_of(world);
    let wanted = [OfferAction::RenewalOff, OfferAction::OpenMyOptions, OfferAction::Close];
    assert_eq!(actions(&journey, "p6"), wanted);
    // Off is one press; the price is that of the option alone.
    journey.keys("DOWN*2 RIGHT*5").expect_offer("p6").keys("OK");
    let Screen::Offer(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    assert!(screen.price.is_empty() && screen.base_price.is_empty() && screen.discount.is_empty());
    journey.keys("OK").serve_one("SetRenewal").expect_notice(&Notice::RenewalOff { title: "Пакет 6".to_owned() });
    // On asks with the price, once the moment to take it back is over.
    journey.wait(secs(61)).keys("OK");
    assert!(matches!(journey.app.dialog(), Some(Dialog::RenewalOn { .. })), "{}", journey.told());
    journey.keys("BACK RIGHT OK").expect_place(PlaceKind::MyOptions);
}

#[test]
fn pur_9_the_offer_says_when_the_next_exchange_would_be() {
    let mut journey = home();
    journey.keys("OK");
    let said = format!("{:?}", journey.vm().screen);
    assert!(said.contains("OnceAMonth") && said.contains("December"), "{said}");
    journey.world.account.exchange_limit = ExchangeLimit::AllButFilms;
    journey.refresh();
    assert!(!format!("{:?}", journey.vm().screen).contains("OnceAMonth"), "a film uses up no month there");
}

#[test]
fn company_is_added_and_the_basket_opens() {
    let mut journey = home();
    journey.keys("DOWN*4 RIGHT OK").expect_place(PlaceKind::Offer).keys("OK").expect_place(PlaceKind::Basket);
    assert!(journey.app.is_in_basket(&offer_id("s1")) && journey.app.is_in_basket(&offer_id("q1")));
}

#[test]
fn an_offer_that_leaves_the_catalogue_stays_on_the_screen() {
    let mut journey = home();
    journey.keys("OK");
    journey.world.withdraw("f1");
    journey.refresh().expect_place(PlaceKind::Offer).keys("BACK").expect_offer("f2");
}

#[test]
fn a_refresh_renews_the_price_on_the_screen() {
    let mut journey = home();
    journey.keys("OK");
    journey.world.change("f1", |offer| offer.price = Some(points(77)));
    journey.refresh();
    let crate::core::Place::Offer(place) = journey.app.place() else { panic!("{}", journey.told()) };
    assert_eq!(place.offer.price, Some(points(77)));
}

#[test]
fn adding_says_so() {
    home().keys("OK RIGHT OK").expect_notice(&Notice::Added { titles: vec!["Фильм 1".to_owned()] });
}

#[test]
fn the_focus_stays_with_its_action_when_the_buttons_change() {
    let mut world = World::default();
    world.change("f1", |offer| *offer = refused_for(offer.clone(), vec![Reason::Debt { roubles: None }]));
    let mut journey = home_of(world);
    journey
        .keys("DOWN OK")
        .expect_place(PlaceKind::Offer)
        .expect_focus("button 0")
        .keys("RIGHT")
        .expect_focus("button 1");
    let sold = World::default().catalog.offers.iter().find(|offer| offer.id == offer_id("f1")).cloned();
    journey.world.change("f1", |offer| *offer = sold.expect("it is sold").as_ref().clone());
    journey.world.etag = "v2";
    journey.refresh();
    journey.expect_focus("button 2").keys("OK").expect_place(PlaceKind::Home);
}

#[test]
fn a_second_ok_on_the_basket_button_leads_to_the_basket() {
    let mut journey = home();
    journey
        .keys("OK RIGHT OK")
        .expect_focus("button 0")
        .expect_notice(&Notice::Added { titles: vec!["Фильм 1".to_owned()] });
    journey.keys("WAIT:500ms OK").expect_place(PlaceKind::Basket);
}

#[test]
fn an_offer_that_left_the_catalogue_can_only_be_left() {
    let mut journey = home();
    journey.keys("OK").expect_place(PlaceKind::Offer);
    journey.world.withdraw("f1");
    journey.world.etag = "v2";
    journey.refresh();
    let crate::core::Place::Offer(place) = journey.app.place() else { panic!("{}", journey.told()) };
    assert_eq!(journey.app.offer_actions(&place.offer), [OfferAction::Close]);
    journey.keys("GREEN");
    assert!(journey.app.basket_offers().is_empty());
}

/// Beside a running time stands what a viewer really asks: when it would be over.
#[test]
fn a_film_says_when_it_would_end() {
    let ends = |journey: &Journey| {
        let Screen::Offer(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
        let fact = screen.facts.into_iter().find(|fact| fact.label == Msg::FactStartNow.into());
        fact.map(|fact| fact.value)
    };
    let at = |time: &str| Some(Text::with(Msg::EndsAt, [Text::plain(time)]));
    for (minutes, wanted) in [(75, at("16:15")), (9 * 60, at("00:00")), (24 * 60, None), (u32::MAX, None)] {
        let mut world = World::default();
        world.change("f1", |offer| offer.duration_minutes = Some(minutes));
        let mut journey = home_of(world);
        journey.keys("OK");
        assert_eq!(ends(&journey), wanted, "{minutes} minutes");
        journey.wait(secs(60));
        assert!(wanted.is_none() || ends(&journey) != wanted, "it goes on with the clock");
    }
    let mut package = home();
    package.keys("RIGHT OK");
    assert_eq!(ends(&package), None);
}
