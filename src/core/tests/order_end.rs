//! Every order ends in words, and none is first sent late (PUR-12, C50).

use chrono::TimeDelta;

use super::fixtures::*;
use super::order::forgotten;
use super::support::*;
use crate::core::{
    Answer, Boot, Dialog, DiskJob, DiskTrouble, Effect, Event, Place, PlaceKind, RefusalCause, Request, StoredOrder,
    Unlearned,
};
use crate::domain::{Account, Exchange, ExchangeState, FailureKind, IdempotencyKey, Order, Refusal};

fn seals(journey: &Journey) -> usize {
    journey.effects.iter().filter(|effect| matches!(effect, Effect::Disk(DiskJob::SealOrder(_)))).count()
}

fn exits(journey: &Journey) -> usize {
    journey.effects.iter().filter(|effect| **effect == Effect::Exit).count()
}

fn cause(journey: &Journey) -> RefusalCause {
    let Place::Refusal(place) = journey.app.place() else { panic!("no refusal: {}", journey.told()) };
    place.cause
}

/// Looks the order up until the disk is asked to seal it: the service knows of nothing.
fn look_up_in_vain(journey: &mut Journey) {
    for _ in 0..20 {
        if seals(journey) > 0 {
            return;
        }
        if journey.asked("FindExchange").is_some() {
            journey.answer("FindExchange", Answer::NoExchange);
        }
        journey.wait(secs(5)).serve();
    }
    panic!("never sealed: {}", journey.told());
}

/// Fails every question about the order and answers all others, until the disk is asked to seal it.
fn stay_silent(journey: &mut Journey, failure: &FailureKind, is_served: bool) {
    for _ in 0..120 {
        if seals(journey) > 0 {
            return;
        }
        for name in ["Exchange", "FindExchange"] {
            if journey.asked(name).is_some() {
                journey.fail(name, failure.clone());
            }
        }
        if is_served {
            journey.serve();
        } else {
            journey.fail_all(failure);
        }
        // A viewer is there, so the picture stays bright.
        journey.wait(secs(10)).keys("STOP");
    }
}

fn of_order(journey: &Journey) -> Order {
    journey.app.order().expect("an order is under way").order.clone()
}

/// TIME-1: a service whose clock was set by years, forward or back, takes orders and says when they were made by the
/// same clock; what the box has seen before makes no order old.
#[test]
fn a_service_whose_clock_jumped_takes_orders() {
    for by in [-20_000, -366, -1, 0, 1, 366, 2_900_000] {
        let mut journey = home();
        let at = start() + TimeDelta::days(by);
        journey.event(Event::Resumed);
        let account = Account { server_time: at, next_exchange_at: None, ..journey.world.account.clone() };
        journey.answer("Account", Answer::Account(account)).serve();
        journey.keys("OK OK WAIT:400ms RIGHT OK").expect_place(PlaceKind::Processing);
        let placed_at = of_order(&journey).placed_at;
        assert!((placed_at - at).abs() < TimeDelta::minutes(1), "{by} days: {placed_at}");
        journey.event(Event::OrderStored(Ok(())));
        let Some(Request::Exchange(order)) = journey.asked("Exchange").cloned() else { panic!("{}", journey.told()) };
        // A service that tells no keys is believed by its offers, total and time.
        let exchange = Exchange { key: None, ..confirmed(&order, placed_at + TimeDelta::seconds(1)) };
        journey.answer("Exchange", Answer::Exchange(exchange)).expect_place(PlaceKind::Outcome);
    }
}

#[test]
fn an_order_that_is_minutes_old_when_it_is_taken_up_is_looked_up_and_never_sent() {
    for (age, is_sent) in [
        (TimeDelta::minutes(4), true),
        (TimeDelta::minutes(6), false),
        (TimeDelta::days(2), false),
        (TimeDelta::days(400), false),
        // A server's clock that was set back says nothing of the order's age.
        (TimeDelta::minutes(-6), false),
        (TimeDelta::days(-2), false),
    ] {
        let mut journey = with_stored_order(Order { placed_at: start() - age, ..stored_order("m1") });
        journey.serve();
        let sent = (journey.sent("Exchange"), journey.sent("FindExchange"));
        assert_eq!(sent, if is_sent { (1, 0) } else { (0, 1) }, "{age}");
    }
}

#[test]
fn a_late_order_that_the_service_does_not_know_is_sealed_and_told() {
    let mut journey = with_stored_order(Order { placed_at: start() - TimeDelta::days(2), ..stored_order("m1") });
    journey.serve();
    look_up_in_vain(&mut journey);
    assert!(journey.app.order().is_some(), "it is told once the disk has noted it");
    journey.event(Event::OrderSealed(Ok(()))).expect_place(PlaceKind::Refusal);
    assert_eq!((journey.sent("Exchange"), cause(&journey)), (0, RefusalCause::Order));
    let shown = journey.vm();
    let words = format!("{:?}", shown.screen);
    assert!(words.contains("CauseNotCarriedOut") && words.contains("RefusalTitle"), "{words}");
    journey.event(Event::Presented);
    assert_eq!(forgotten(&journey), 1);
}

#[test]
fn a_late_order_that_was_made_is_shown() {
    let order = Order { placed_at: start() - TimeDelta::days(2), ..stored_order("m1") };
    let made = confirmed(&order, start() - TimeDelta::days(2));
    let mut journey = with_stored_order(order);
    journey.serve().answer("FindExchange", Answer::Found(vec![made])).expect_place(PlaceKind::Outcome);
}

#[test]
fn an_order_that_never_left_the_box_is_not_sent_after_days_without_a_network() {
    let mut journey = ordered();
    journey.fail("Exchange", FailureKind::NoConnection);
    while journey.now.monotonic < secs(4 * 60) {
        journey.wait(secs(5));
        if journey.asked("Exchange").is_some() {
            journey.fail("Exchange", FailureKind::NoConnection);
        }
        journey.keys("STOP");
    }
    assert!(journey.sent("Exchange") > 3);
    // Nobody could set the time since boot, whatever the server says of its own.
    journey.now.monotonic += secs(3 * 86_400);
    journey.forget_effects().event(Event::Resumed);
    let at_once = (journey.sent("Exchange"), journey.sent("FindExchange"));
    assert_eq!(at_once, (0, 1));
    look_up_in_vain(&mut journey);
    journey.event(Event::OrderSealed(Ok(()))).expect_place(PlaceKind::Refusal);
    assert_eq!(journey.sent("Exchange"), 0);
}

#[test]
fn standby_ends_the_time_in_which_an_order_is_sent() {
    let mut journey = storing();
    journey.now.monotonic += secs(6 * 60);
    journey.event(Event::OrderStored(Ok(())));
    assert_eq!((journey.sent("Exchange"), journey.sent("FindExchange")), (0, 1));
}

#[test]
fn a_service_that_is_silent_about_one_order_ends_it_in_words_after_minutes() {
    for kind in every_failure() {
        if matches!(kind, FailureKind::Refused(_) | FailureKind::Unauthorized) {
            continue;
        }
        let mut journey = ordered();
        let key = of_order(&journey).key;
        let since = journey.now.monotonic;
        stay_silent(&mut journey, &kind, true);
        let took = journey.now.monotonic - since;
        assert!(seals(&journey) > 0, "{kind:?} never ends");
        assert!(took >= secs(300) && took < secs(600), "{kind:?} took {took:?}");
        journey.event(Event::OrderSealed(Ok(()))).expect_place(PlaceKind::Refusal);
        assert_eq!(cause(&journey), RefusalCause::Unlearned(Unlearned::Silent), "{kind:?}");
        let words = format!("{:?}", journey.vm().screen);
        assert!(words.contains("UnlearnedTitle") && words.contains(key.short()), "{words}");
        journey.event(Event::Presented);
        assert_eq!((forgotten(&journey), journey.app.order()), (1, None));
        // Nothing waits for it any more: the next order is possible at once.
        journey.serve();
        assert_eq!(journey.app.spend_block(), None, "{kind:?}");
    }
}

#[test]
fn a_service_that_fails_at_everything_ends_the_order_too() {
    for kind in [FailureKind::Server { status: 500 }, FailureKind::NotFound, FailureKind::Malformed] {
        let mut journey = ordered();
        stay_silent(&mut journey, &kind, false);
        assert!(seals(&journey) > 0, "{kind:?}");
    }
}

#[test]
fn without_a_network_an_order_waits_for_it() {
    let mut journey = ordered();
    stay_silent(&mut journey, &FailureKind::NoConnection, false);
    assert_eq!(seals(&journey), 0, "nobody could be asked");
    let made = confirmed(&of_order(&journey), start());
    journey.wait(secs(31)).answer("FindExchange", Answer::Found(vec![made])).expect_place(PlaceKind::Outcome);
}

#[test]
fn an_answer_that_can_be_read_begins_the_minutes_anew() {
    let mut journey = ordered();
    for _ in 0..20 {
        for name in ["Exchange", "FindExchange"] {
            if journey.asked(name).is_some() {
                journey.fail(name, FailureKind::Server { status: 500 });
            }
        }
        journey.serve().wait(secs(10)).keys("STOP");
        if journey.asked("Exchange").is_some() {
            journey.answer("Exchange", Answer::ExchangeProcessing { retry_after: secs(1) });
        } else if journey.asked("FindExchange").is_some() {
            journey.answer("FindExchange", Answer::ExchangeProcessing { retry_after: secs(1) });
        }
    }
    assert_eq!(seals(&journey), 0);
}

#[test]
fn an_order_that_is_worked_on_for_ever_ends_in_words() {
    let mut journey = ordered();
    let since = journey.now.monotonic;
    journey.answer("Exchange", Answer::ExchangeProcessing { retry_after: secs(30) });
    while seals(&journey) == 0 {
        assert!(journey.now.monotonic - since < secs(900), "it never ends");
        journey.wait(secs(30)).keys("STOP").serve();
        if journey.asked("FindExchange").is_some() {
            let still = Exchange { state: ExchangeState::Processing, ..confirmed(&of_order(&journey), start()) };
            journey.answer("FindExchange", Answer::Found(vec![still]));
        }
    }
    assert!(journey.now.monotonic - since >= secs(600));
    journey.event(Event::OrderSealed(Ok(()))).expect_place(PlaceKind::Refusal);
    assert_eq!(cause(&journey), RefusalCause::Unlearned(Unlearned::StillProcessed));
}

#[test]
fn hours_of_sleep_are_no_hours_of_work() {
    let mut journey = ordered();
    journey.answer("Exchange", Answer::ExchangeProcessing { retry_after: secs(1) }).wait(secs(2));
    let (id, _) = journey.take("FindExchange");
    journey.now.monotonic += secs(3600);
    journey.event(Event::Resumed);
    // What was said before the system slept comes only now.
    let still = Exchange { state: ExchangeState::Processing, ..confirmed(&of_order(&journey), start()) };
    journey.reply(id, Ok(Answer::Found(vec![still])));
    assert_eq!(seals(&journey), 0);
    let made = confirmed(&of_order(&journey), start());
    journey.wait(secs(15)).answer("FindExchange", Answer::Found(vec![made])).expect_place(PlaceKind::Outcome);
}

#[test]
fn a_disk_that_takes_nothing_does_not_keep_the_end_of_an_order_back_for_ever() {
    let mut journey = with_stored_order(Order { placed_at: start() - TimeDelta::days(2), ..stored_order("m1") });
    journey.serve();
    look_up_in_vain(&mut journey);
    // No start sends an order that is late, noted or not.
    journey.event(Event::OrderSealed(Err(DiskTrouble))).expect_place(PlaceKind::Refusal);
}

#[test]
fn a_decision_that_comes_while_the_disk_notes_the_end_counts() {
    let mut journey = with_stored_order(Order { placed_at: start() - TimeDelta::days(2), ..stored_order("m1") });
    journey.serve();
    look_up_in_vain(&mut journey);
    let order = of_order(&journey);
    journey.wait(secs(10));
    let still = Exchange { state: ExchangeState::Processing, ..confirmed(&order, start()) };
    journey.answer("FindExchange", Answer::Found(vec![still])).event(Event::OrderSealed(Ok(())));
    assert!(journey.app.order().is_some(), "the service works on it: nothing else is the truth");
    journey.wait(secs(10)).answer("FindExchange", Answer::Found(vec![confirmed(&order, start())]));
    journey.expect_place(PlaceKind::Outcome);
}

/// Exchanges that are not this order's, each in another way.
fn foreign(order: &Order) -> Vec<Exchange> {
    let own = confirmed(order, order.placed_at);
    let without_key = Exchange { key: None, ..own.clone() };
    let other_offer = {
        let mut lines = without_key.lines.clone();
        lines[0].offer_id = offer_id("p1");
        lines
    };
    let twice = [without_key.lines.clone(), without_key.lines.clone()].concat();
    vec![
        Exchange { key: Some("0123456789abcdef0123456789abcdef".to_owned()), ..own.clone() },
        Exchange { key: Some(order.key.as_str().to_uppercase() + "x"), ..own.clone() },
        Exchange { total: points(5100), ..without_key.clone() },
        Exchange { lines: other_offer, ..without_key.clone() },
        Exchange { lines: twice, ..without_key.clone() },
        Exchange { lines: Vec::new(), ..without_key.clone() },
        Exchange { created_at: Some(order.placed_at - TimeDelta::seconds(90)), ..without_key.clone() },
        Exchange { created_at: None, ..without_key },
    ]
}

#[test]
fn c50_the_answer_to_somebody_elses_order_is_no_answer() {
    let count = foreign(&stored_order("m1")).len();
    for at in 0..count {
        let mut journey = ordered();
        let order = of_order(&journey);
        let other = foreign(&order)[at].clone();
        let balance = journey.app.data.account.as_ref().expect("there is one").balance;
        journey.answer("Exchange", Answer::Exchange(other.clone())).expect_place(PlaceKind::Processing);
        assert_eq!(journey.app.data.account.as_ref().expect("there is one").balance, balance);
        assert_eq!(forgotten(&journey), 0, "case {at}");
        // It is looked up, and a lookup that ignores the key is not believed either.
        journey.wait(secs(2)).answer("FindExchange", Answer::Found(vec![other.clone()]));
        journey.expect_place(PlaceKind::Processing);
        journey.wait(secs(4)).answer("FindExchange", Answer::Found(vec![other, confirmed(&order, start())]));
        journey.expect_place(PlaceKind::Outcome);
        assert_eq!(journey.sent("Exchange"), 1);
    }
}

#[test]
fn c50_without_a_key_the_offers_the_total_and_the_time_are_compared() {
    let mut journey = ordered();
    let order = of_order(&journey);
    // A server that writes whole seconds seems to have made it a moment before it was placed.
    let at = order.placed_at - TimeDelta::milliseconds(999);
    let own = Exchange { key: None, ..confirmed(&order, at) };
    journey.answer("Exchange", Answer::Exchange(own)).expect_place(PlaceKind::Outcome);
}

#[test]
fn c50_a_refusal_of_somebody_elses_order_ends_none() {
    let mut journey = ordered();
    let refused = ExchangeState::Refused(Refusal { code: "2011".into(), reasons: vec![], request_id: None });
    let mut other = foreign(&of_order(&journey)).remove(0);
    other.state = refused;
    journey.answer("Exchange", Answer::Exchange(other)).expect_place(PlaceKind::Processing);
}

#[test]
fn a_lookup_that_lists_every_exchange_ends_the_order_in_words() {
    let mut journey = ordered();
    journey.fail("Exchange", FailureKind::Timeout);
    let other = foreign(&of_order(&journey)).remove(0);
    while seals(&journey) == 0 {
        assert!(journey.now.monotonic < secs(1200), "it never ends");
        if journey.asked("Exchange").is_some() {
            journey.fail("Exchange", FailureKind::Timeout);
        }
        if journey.asked("FindExchange").is_some() {
            journey.answer("FindExchange", Answer::Found(vec![other.clone()]));
        }
        journey.serve().wait(secs(10)).keys("STOP");
    }
    journey.event(Event::OrderSealed(Ok(())));
    assert_eq!(cause(&journey), RefusalCause::Unlearned(Unlearned::Silent));
}

#[test]
fn what_an_answer_leaves_out_the_order_knows() {
    let mut journey = ordered();
    let order = of_order(&journey);
    let dust = Exchange {
        created_at: None,
        balance_after: None,
        lines: Vec::new(),
        next_exchange_at: None,
        ..confirmed(&order, start())
    };
    journey.answer("Exchange", Answer::Exchange(dust)).expect_place(PlaceKind::Outcome);
    let Place::Outcome(place) = journey.app.place() else { unreachable!("it is the outcome") };
    let line = &place.exchange.lines[0];
    assert_eq!((&line.offer_id, &line.title), (&order.lines[0].offer_id, &order.lines[0].title));
    assert_eq!(line.price, order.lines[0].expected_price);
}

#[test]
fn leaving_with_an_order_under_way_asks_first_and_the_second_wish_leaves() {
    // A long Back has gone one page back when it is known to be long.
    for (key, place) in [("LEAVE", PlaceKind::Processing), ("HOLD:BACK:900ms", PlaceKind::Offer)] {
        let mut journey = ordered();
        journey.keys(key);
        assert_eq!((exits(&journey), journey.app.dialog()), (0, Some(&Dialog::Exit { button: 0 })), "{key}");
        let words = format!("{:?}", journey.vm().dialog);
        assert!(words.contains("ExitOrderBody"), "{words}");
        let mut stays = journey.clone();
        stays.keys("OK").expect_place(place).confirm_order().expect_place(PlaceKind::Outcome);
        assert_eq!(exits(&stays), 0);
        journey.keys(key);
        assert_eq!(exits(&journey), 1, "{key}");
    }
}

#[test]
fn leaving_behind_a_film_stops_it_and_asks() {
    let mut world = World::with_film();
    world.catalog = World::default().catalog;
    let mut journey = home_of(world);
    journey.keys("DOWN OK OK WAIT:400ms RIGHT OK").event(Event::OrderStored(Ok(()))).keys("BACK BACK UP OK");
    journey.player(crate::core::PlayerEvent::Started).expect_place(PlaceKind::Player).keys("LEAVE");
    assert_eq!(exits(&journey), 0);
    assert!(journey.has_effect(|effect| *effect == Effect::StopPlayer));
    journey.player(crate::core::PlayerEvent::Ended);
    assert_eq!(journey.app.dialog(), Some(&Dialog::Exit { button: 0 }));
}

#[test]
fn an_order_that_has_ended_lets_the_menu_leave_by_itself() {
    let mut journey = ordered();
    (journey.app.identity.dim_after, journey.app.identity.leave_after) = (Some(secs(60)), Some(secs(1800)));
    journey.fail("Exchange", FailureKind::Server { status: 500 });
    for _ in 0..400 {
        for name in ["Exchange", "FindExchange"] {
            if journey.asked(name).is_some() {
                journey.fail(name, FailureKind::Server { status: 500 });
            }
        }
        journey.serve().wait(secs(5));
        if seals(&journey) == 1 {
            journey.event(Event::OrderSealed(Ok(())));
        }
    }
    assert_eq!(exits(&journey), 0, "nobody has read it: the picture is dimmed");
    journey.keys("OK").event(Event::Presented);
    assert_eq!(forgotten(&journey), 1);
    journey.wait(secs(1900));
    assert!(exits(&journey) > 0);
}

#[test]
fn the_sign_out_does_not_wait_for_an_order() {
    let mut journey = ordered();
    journey.keys("BACK*2 MENU DOWN*10 OK");
    assert_eq!(journey.app.dialog(), Some(&Dialog::SignOut { button: 0 }), "{}", journey.told());
    assert!(format!("{:?}", journey.vm().dialog).contains("SignOutOrderBody"));
    journey.keys("RIGHT OK").expect_place(PlaceKind::SignIn);
    assert!(journey.has_effect(|effect| *effect == Effect::Disk(DiskJob::WipeMember)));
    assert_eq!(forgotten(&journey), 0, "the order waits for its member");
}

#[test]
fn an_order_of_a_start_is_sent_only_while_its_own_member_is_signed_in() {
    let world = World { account: Account { member_id: "m2".to_owned(), ..account() }, ..World::default() };
    let boot = Boot { order: StoredOrder::Pending(stored_order("m1")), ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    journey.serve();
    let asked = |request: &Request| matches!(request, Request::Exchange(_) | Request::FindExchange(_));
    assert!(!journey.has_effect(|effect| matches!(effect, Effect::Call { request, .. } if asked(request))));
}

#[test]
fn the_key_has_a_beginning_that_can_be_read_out() {
    assert_eq!(IdempotencyKey::from_entropy(0xabc).short(), "00000000");
    assert_eq!(IdempotencyKey::parse("k1").expect("it is a key").short(), "k1");
}
