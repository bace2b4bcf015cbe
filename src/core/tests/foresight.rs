//! What is told before points go: no order that can only be refused, the month, the roubles later, what burns.

use chrono::TimeDelta;

use super::fixtures::*;
use super::support::*;
use crate::core::{HistoryKind, Notice, OfferAction, Place, PlaceKind, Resource, RowKey};
use crate::domain::{AfterPeriod, ExchangeLimit, ExpiringLot, Reason};
use crate::view::message::Msg;
use crate::view::model::{ConfirmScreen, Screen, Tone};

fn refusal(journey: &Journey) -> (Vec<Reason>, Vec<OfferAction>) {
    let Place::Refusal(place) = journey.app.place() else { panic!("{}", journey.told()) };
    (place.refusal.reasons.clone(), journey.app.refusal_actions(place))
}

fn confirmation(journey: &Journey) -> ConfirmScreen {
    let Screen::Confirm(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    screen
}

/// What the confirmation says beside the sums.
fn notes(journey: &Journey) -> String {
    format!("{:?}", confirmation(journey).notes)
}

fn home_with(change: impl FnOnce(&mut World)) -> Journey {
    let mut world = World::default();
    change(&mut world);
    home_of(world)
}

#[test]
fn pur_8_an_order_that_costs_more_than_there_is_is_never_asked_for() {
    for balance in [0, 101, 102, 202, 203, 204, 10_000] {
        let mut journey = home_with(|world| world.account.balance = points(balance));
        journey.keys("DOWN GREEN RIGHT GREEN YELLOW").expect_place(PlaceKind::Basket);
        let Screen::Basket(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
        assert_eq!(screen.buttons[0].is_enabled, balance >= 203, "{balance}");
        journey.keys("OK");
        if balance >= 203 {
            journey.expect_place(PlaceKind::Confirm);
            continue;
        }
        let missing = points(203 - balance);
        let (reasons, actions) = refusal(&journey);
        let wanted = Reason::NotEnoughPoints { balance: points(balance), price: points(203), missing };
        assert_eq!((reasons, actions), (vec![wanted], vec![OfferAction::Earn, OfferAction::Close]));
        journey.keys("OK").expect_place(PlaceKind::Status);
    }
}

#[test]
fn pur_8_points_that_went_elsewhere_while_the_question_stood_there_send_no_order() {
    let mut journey = at_confirmation();
    journey.world.account.balance = points(100);
    journey.refresh().expect_place(PlaceKind::Confirm).keys("RIGHT OK").expect_place(PlaceKind::Refusal);
    assert!(journey.app.order().is_none());
    journey.keys("BACK").expect_place(PlaceKind::Offer);
}

#[test]
fn pur_8_what_needs_another_comes_and_goes_with_it() {
    let titles = vec!["Управление просмотром".to_owned(), "Квота 30 ГБ".to_owned()];
    let mut journey = home();
    journey.keys("DOWN*4 RIGHT GREEN").expect_notice(&Notice::Added { titles: titles.clone() });
    journey.keys("YELLOW LEFT OK").expect_notice(&Notice::Removed { titles });
    assert!(journey.app.basket_offers().is_empty());
}

#[test]
fn pur_8_what_lacks_its_company_is_told_in_its_row_and_not_confirmed() {
    let mut journey = home();
    journey.app.basket.push(offer_id("q1"));
    journey.keys("YELLOW");
    let Screen::Basket(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    let row = &screen.list.rows[0];
    assert!(format!("{:?}", row.subtitle).contains("CauseRequires") && row.subtitle_tone == Tone::Warning);
    assert!(!screen.buttons[0].is_enabled);
    journey.keys("OK");
    assert!(matches!(refusal(&journey).0[..], [Reason::Requires { .. }]), "{}", journey.told());
}

#[test]
fn pur_9_the_confirmation_says_that_it_is_the_exchange_of_the_month() {
    for (limit, films, packages) in [(ExchangeLimit::Every, true, true), (ExchangeLimit::AllButFilms, false, true)] {
        let mut journey = home_with(|world| world.account.exchange_limit = limit);
        journey.keys("OK OK");
        let said = notes(&journey);
        assert_eq!(said.contains("OnlyExchange") && said.contains("December"), films, "{limit:?}: {said}");
        journey.keys("BACK BACK DOWN*3 OK OK");
        assert_eq!(notes(&journey).contains("OnlyExchange"), packages, "{limit:?}");
    }
}

#[test]
fn pur_9_roubles_later_are_told_in_sum_with_their_day() {
    let mut journey = home_with(|world| {
        world.change("p2", |offer| offer.after = AfterPeriod::Paid { roubles: 50 });
        for id in ["p1", "p2"] {
            world.change(id, |offer| offer.valid_until = Some(start() + TimeDelta::days(35)));
        }
    });
    journey.keys("DOWN*3 GREEN RIGHT GREEN YELLOW");
    let basket = format!("{:?}", journey.vm().screen);
    assert!(basket.contains("PaidFrom") && basket.contains("249"), "199 and 50: {basket}");
    journey.keys("OK");
    let said = notes(&journey);
    assert!(said.contains("PaidFrom") && said.contains("249") && said.contains("27"), "{said}");
    journey.keys("WAIT:400ms RIGHT OK").event(crate::core::Event::OrderStored(Ok(()))).confirm_order();
    let Screen::Outcome(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    let later = screen.facts.iter().find(|fact| fact.label == Msg::FactAfter.into()).expect("it is told");
    assert!(format!("{:?}", later.value).contains("249") && later.tone == Tone::Warning);
    journey.keys("OK").expect_place(PlaceKind::MyOptions);
}

#[test]
fn pur_9_different_days_are_told_from_the_first_on() {
    let mut journey = home_with(|world| {
        for (id, days) in [("p1", 40), ("p2", 35)] {
            world.change(id, |offer| offer.valid_until = Some(start() + TimeDelta::days(days)));
        }
    });
    journey.keys("DOWN*3 GREEN RIGHT GREEN YELLOW OK");
    let said = notes(&journey);
    assert!(said.contains("PaidSince") && said.contains("398") && said.contains("27"), "{said}");
}

#[test]
fn pur_9_points_that_would_have_burned_are_told() {
    for (burning, days, wanted) in [(300, 9, Some(101)), (40, 9, Some(40)), (300, 61, None)] {
        let mut journey = home_with(|world| {
            let lot = ExpiringLot { points: points(burning), expires_at: start() + TimeDelta::days(days) };
            world.account.expiring = vec![lot];
        });
        journey.keys("OK OK");
        let said = notes(&journey);
        assert_eq!(said.contains("SavedFromBurning"), wanted.is_some(), "{said}");
        assert!(wanted.is_none_or(|amount| said.contains(&format!("amount: {amount} "))), "{said}");
    }
}

#[test]
fn pur_10_from_seven_days_before_it_costs_an_option_stands_first_on_home() {
    for (hours, is_on, is_first) in [(7 * 24, true, true), (7 * 24 + 1, true, false), (24, false, false)] {
        let journey = home_with(|world| {
            let held = &mut world.entitlements[0];
            held.until = Some(start() + TimeDelta::hours(hours));
            held.renewal = held.renewal.map(|renewal| crate::domain::Renewal { is_on, ..renewal });
        });
        let rows = journey.app.home_rows();
        assert_eq!(rows[0].key == RowKey::Running, is_first, "{hours} hours, {is_on}");
        let said = format!("{:?}", journey.vm().screen);
        assert_eq!(said.contains("PaidFromShort"), is_first, "{hours} hours, {is_on}");
    }
}

#[test]
fn pur_10_two_presses_from_home_switch_it_off() {
    let mut journey = home_with(|world| {
        world.entitlements[0].until = Some(start() + TimeDelta::days(3));
        world.change("p6", |offer| {
            let (offer_id, title) = (offer.id.clone(), offer.title.clone());
            let reason = Reason::AlreadyOrdered { offer_id, title, exchange_id: None, until: None };
            *offer = refused_for(offer.clone(), vec![reason]);
        });
    });
    journey
        .keys("OK OK")
        .serve_one("SetRenewal")
        .expect_notice(&Notice::RenewalOff { title: "Пакет 6".to_owned() });
}

#[test]
fn foc_9_from_row_to_row_the_focus_goes_to_what_stands_there() {
    let mut journey = home_with(|world| world.entitlements.clear());
    // The sixth poster stands above the fourth tile, and that under the fourth panel.
    journey.keys("DOWN RIGHT*5 DOWN").expect_offer("p4").keys("UP").expect_offer("f6");
    journey.keys("UP").expect_offer("f2").keys("UP").expect_focus("panel 3").keys("LEFT*2 DOWN").expect_offer("p1");
    journey.keys("DOWN").expect_offer("f3").keys("RIGHT*9 DOWN").expect_offer("p4").keys("UP").expect_offer("f12");
}

#[test]
fn panels_open_what_they_promise() {
    for (panel, place) in
        [PlaceKind::History, PlaceKind::Status, PlaceKind::History, PlaceKind::Catalog].into_iter().enumerate()
    {
        let mut journey = home();
        journey.keys(&format!("UP LEFT*3 {} OK", "RIGHT ".repeat(panel))).serve().expect_place(place);
        if let Place::History(history) = journey.app.place() {
            let wanted = if panel == 2 { HistoryKind::Burning } else { HistoryKind::Points };
            assert_eq!(history.kind, wanted);
        }
    }
}

#[test]
fn the_burn_list_names_every_lot_that_is_left() {
    let mut journey = home_with(|world| {
        let lot = |amount, days| ExpiringLot { points: points(amount), expires_at: start() + TimeDelta::days(days) };
        world.account.expiring = vec![lot(70, -1), lot(480, 17), lot(60, 35)];
    });
    journey.keys("UP LEFT*3 RIGHT*2 OK");
    let Screen::List(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    let said = format!("{:?}", screen.list.rows);
    assert_eq!(screen.list.total, 2, "what has burned is no news");
    assert!(said.contains("480") && said.contains("60") && screen.chips[3].is_selected);
    journey.expect_focus("row 0").keys("DOWN").expect_focus("row 1").expect_bump("DOWN");
}

#[test]
fn lay_10_a_notice_ends_with_its_page() {
    let mut journey = home();
    journey.keys("GREEN").expect_notice(&Notice::Added { titles: vec!["Фильм 1".to_owned()] });
    journey.keys("OK");
    assert_eq!(journey.app.notice(), None, "{}", journey.told());
    journey.keys("BACK RIGHT GREEN").wait(secs(5));
    assert!(journey.app.notice().is_some(), "it is read in six seconds at least");
    journey.wait(secs(3));
    assert_eq!(journey.app.notice(), None);
}

#[test]
fn pur_11_a_debt_shows_where_it_is_paid_and_asks_again() {
    let mut world = World::default();
    world.change("f1", |offer| *offer = refused_for(offer.clone(), vec![Reason::Debt { roubles: Some(450) }]));
    let mut journey = home_of(world);
    journey.keys("DOWN OK OK").expect_place(PlaceKind::Refusal);
    let Screen::Refusal(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    assert!(screen.qr.is_some());
    assert_eq!(refusal(&journey).1, [OfferAction::CheckAgain, OfferAction::Close]);
    let sold = World::default().catalog.offers.iter().find(|offer| offer.id == offer_id("f1")).cloned();
    journey.world.change("f1", |offer| *offer = sold.expect("it is sold").as_ref().clone());
    journey.world.etag = "paid";
    journey.forget_effects().keys("OK").expect_place(PlaceKind::Offer);
    assert_eq!((journey.sent("Account"), journey.sent("Catalog")), (1, 1));
    journey.serve().keys("OK").expect_place(PlaceKind::Confirm);
    assert!(journey.app.trouble_with(Resource::Catalog).is_none());
}
