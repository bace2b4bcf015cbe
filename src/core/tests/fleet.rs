//! Manners of one box among a million: what it does not ask, and when it asks what it must.

use std::time::Duration;

use super::fixtures::*;
use super::support::*;
use crate::core::{Answer, Boot, Effect, Event, Request, StoredOrder};
use crate::domain::{Failure, FailureKind};

/// Switched on with yesterday's data on the disk.
fn switched_on() -> Journey {
    let world = World::default();
    let boot = Boot { cached: Some(world.cached()), ..world.boot() };
    Journey::boot(world, boot)
}

fn unavailable(retry_after: Option<u64>) -> Failure {
    Failure { retry_after: retry_after.map(secs), ..Failure::new(FailureKind::Unavailable) }
}

fn questions(journey: &Journey) -> usize {
    journey.effects.iter().filter(|effect| matches!(effect, Effect::Call { .. })).count()
}

fn refuse_all(journey: &mut Journey, failure: &Failure) {
    for (id, _) in std::mem::take(&mut journey.asked) {
        journey.reply(id, Err(failure.clone()));
    }
}

#[test]
fn after_power_on_the_account_is_asked_for_a_little_later_and_the_rest_after_its_answer() {
    let mut journey = switched_on();
    assert_eq!(questions(&journey), 0, "the cache is on the screen, so nothing is urgent");
    journey.wait(secs(20));
    assert_eq!((questions(&journey), journey.sent("Account")), (1, 1));
    journey.serve_one("Account");
    assert_eq!((journey.sent("Catalog"), journey.sent("Entitlements")), (1, 1));
}

#[test]
fn boxes_of_one_moment_ask_at_different_moments() {
    let at = |entropy| {
        let world = World::default();
        let boot = Boot { cached: Some(world.cached()), ..world.boot() };
        let now = crate::core::Moment { monotonic: Duration::ZERO, wall: start(), entropy };
        crate::core::App::new(boot, &now).0.next_wake()
    };
    assert_ne!(at(1_000), at(9_000));
}

#[test]
fn a_key_is_not_made_to_wait() {
    let mut journey = switched_on();
    journey.keys("RIGHT");
    assert_eq!((journey.sent("Account"), journey.sent("Catalog"), journey.sent("Entitlements")), (1, 1, 1));
}

#[test]
fn without_a_cache_and_with_an_open_order_everything_is_asked_at_once() {
    assert_eq!(Journey::boot(World::default(), World::default().boot()).asked.len(), 3);
    let world = World::default();
    let order = StoredOrder::Pending(stored_order("m1"));
    let boot = Boot { cached: Some(world.cached()), order, ..world.boot() };
    assert_eq!(Journey::boot(world, boot).asked.len(), 3);
}

#[test]
fn a_service_in_trouble_hears_one_question_at_a_time_from_a_box() {
    let mut journey = home();
    journey.wait(secs(61)).event(Event::Resumed);
    refuse_all(&mut journey, &unavailable(None));
    journey.forget_effects();
    for _ in 0..140 {
        journey.wait(secs(1));
        assert!(journey.asked.len() <= 1, "{:?}", journey.asked);
        refuse_all(&mut journey, &unavailable(None));
    }
    assert!((3..=6).contains(&questions(&journey)), "{} in 140 seconds", questions(&journey));
    journey.wait(secs(75)).serve_one("Account").wait(secs(1));
    assert_eq!(journey.asked.len(), 1, "the next question is a probe, too");
    journey.serve().wait(secs(1)).serve();
    assert!(journey.app.link_failure().is_none());
}

#[test]
fn an_answer_hurries_nobody_past_what_the_server_asked_for() {
    let mut journey = home();
    journey.wait(secs(61)).event(Event::Resumed);
    let (id, _) = journey.take("Catalog");
    journey.reply(id, Err(unavailable(Some(60)))).serve().forget_effects().wait(secs(59));
    assert_eq!(journey.sent("Catalog"), 0);
    journey.wait(secs(16));
    assert_eq!(journey.sent("Catalog"), 1);
}

#[test]
fn a_viewer_who_asks_again_waits_for_the_server_too() {
    let world = World::default();
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    refuse_all(&mut journey, &unavailable(Some(30)));
    journey.forget_effects().keys("OK OK OK");
    assert_eq!(questions(&journey), 0);
    journey.wait(secs(31));
    assert_eq!(questions(&journey), 1, "and then nobody has to press again");
}

#[test]
fn a_dimmed_box_leaves_a_service_in_trouble_alone_until_somebody_looks() {
    let mut journey = home();
    journey.wait(secs(330));
    refuse_all(&mut journey, &unavailable(None));
    journey.wait(secs(120));
    refuse_all(&mut journey, &unavailable(None));
    assert!(journey.app.is_dimmed() && journey.app.link_failure().is_some());
    journey.forget_effects().wait(secs(36_000));
    assert_eq!(questions(&journey), 0);
    journey.keys("RIGHT");
    assert_eq!(questions(&journey), 1);
}

#[test]
fn what_the_server_calls_fresh_is_not_asked_for() {
    let mut journey = home();
    journey.wait(secs(61)).event(Event::Resumed);
    let (id, request) = journey.take("Catalog");
    assert!(matches!(request, Request::Catalog { etag: Some(_), .. }), "only what has changed is asked for");
    journey.reply(id, Ok(Answer::CatalogUnchanged { max_age: Some(secs(600)) })).serve().forget_effects();
    for _ in 0..9 {
        journey.wait(secs(61)).keys("OK BACK").serve();
    }
    assert_eq!(journey.sent("Catalog"), 0);
    assert!(journey.sent("Account") > 0, "what may not be kept is still asked for");
    journey.wait(secs(61)).keys("OK BACK");
    assert_eq!(journey.sent("Catalog"), 1);
}

#[test]
fn refreshes_do_not_keep_to_the_minute_that_all_clocks_show() {
    let mut moments = std::collections::BTreeSet::new();
    for pause in 0..8 {
        let mut journey = home();
        // Keys keep the picture bright, and each run has other random bits.
        journey.keys(&"STOP ".repeat(pause)).wait(secs(200)).keys("STOP").forget_effects();
        while journey.sent("Account") == 0 {
            journey.wait(ms(500));
        }
        moments.insert(journey.now.wall.timestamp() % 60);
    }
    assert!(moments.len() >= 5, "{moments:?}");
}
