//! Failures, recovery and what can be done meanwhile (NET-1, NET-2).

use super::fixtures::*;
use super::support::*;
use crate::core::{Boot, DiskJob, Effect, Event, LinkChange, Notice, PlaceKind, Resource, SpendBlock};
use crate::domain::{Failure, FailureKind};

fn offline() -> Journey {
    let mut journey = home();
    journey.event(Event::Resumed).fail_all(&FailureKind::NoConnection);
    journey
}

#[test]
fn without_a_link_everything_stays_readable_and_spending_says_why() {
    let mut journey = offline();
    assert_eq!(journey.app.spend_block(), Some(SpendBlock::Offline));
    assert!(journey.vm().chrome.banner.is_some());
    journey.keys("OK OK").expect_place(PlaceKind::Offer).expect_notice(&Notice::Blocked(SpendBlock::Offline));
}

#[test]
fn the_link_comes_back_by_itself_at_the_same_focus() {
    let mut journey = home();
    journey.keys("DOWN RIGHT*3").event(Event::Resumed).fail_all(&FailureKind::NoConnection).wait(secs(1)).serve();
    journey.expect_offer("f4").expect_notice(&Notice::LinkBack);
    assert_eq!(journey.app.spend_block(), None);
}

#[test]
fn a_link_that_is_back_is_used_at_once_however_long_it_was_away() {
    for kind in [FailureKind::NoConnection, FailureKind::Timeout] {
        let mut journey = home();
        journey.event(Event::Resumed).fail_all(&kind);
        for _ in 0..4 {
            journey.wait(secs(61)).fail_all(&kind);
        }
        journey.forget_effects().event(Event::LinkChanged(LinkChange::Went)).wait(secs(1));
        assert_eq!(journey.sent("Account"), 1, "{kind:?}");
        // Its address came a moment later than the link itself.
        journey.fail_all(&kind);
        for _ in 0..4 {
            journey.wait(secs(1)).serve();
        }
        assert_eq!(journey.app.spend_block(), None, "{kind:?}");
    }
}

#[test]
fn a_change_of_the_link_does_not_hurry_a_service_in_trouble() {
    let mut journey = home();
    journey.event(Event::Resumed).fail_all(&FailureKind::Unavailable).fail_all(&FailureKind::Unavailable);
    journey.forget_effects().event(Event::LinkChanged(LinkChange::Went)).wait(ms(400));
    assert_eq!(journey.effects.len(), 0);
}

#[test]
fn one_answer_hurries_the_others() {
    let mut journey = offline();
    for _ in 0..5 {
        journey.wait(secs(31)).fail_all(&FailureKind::NoConnection);
    }
    journey.wait(secs(31));
    journey.serve_one("Account").fail_all(&FailureKind::NoConnection).forget_effects().wait(secs(31));
    assert!(journey.sent("Catalog") >= 1);
}

#[test]
fn the_waits_grow_to_thirty_seconds() {
    let mut journey = offline();
    journey.forget_effects();
    for _ in 0..300 {
        journey.wait(secs(1)).fail_all(&FailureKind::NoConnection);
    }
    let sent = journey.sent("Account");
    assert!((10..=26).contains(&sent), "{sent} in five minutes");
}

#[test]
fn a_server_that_asks_for_time_gets_it() {
    let mut journey = home();
    journey.event(Event::Resumed);
    let (id, _) = journey.take("Account");
    let failure = Failure { retry_after: Some(secs(60)), ..Failure::new(FailureKind::Unavailable) };
    journey.reply(id, Err(failure));
    journey.forget_effects().wait(secs(59));
    assert_eq!(journey.sent("Account"), 0);
    journey.wait(secs(17));
    assert_eq!(journey.sent("Account"), 1);
}

#[test]
fn each_resource_fails_by_itself() {
    let mut journey = home();
    journey.event(Event::Resumed).fail("Entitlements", FailureKind::Malformed).serve();
    assert!(journey.app.trouble_with(Resource::Entitlements).is_some());
    assert!(journey.app.trouble_with(Resource::Account).is_none());
}

#[test]
fn the_first_start_without_a_link_offers_to_try_again() {
    let world = World::default();
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    journey.fail_all(&FailureKind::NoAddress).expect_focus("button 0").forget_effects().keys("OK");
    assert_eq!(journey.sent("Account"), 1);
    journey.serve().expect_offer("f1");
}

/// LOAD-2: the cache is shown at once, with its age.
#[test]
fn the_cache_is_shown_at_once_and_marked_until_the_network_answers() {
    let world = World::default();
    let boot = Boot { cached: Some(world.cached()), ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    journey.expect_offer("f1");
    assert!(journey.vm().chrome.banner.is_some());
    journey.wait(secs(20)).serve();
    assert!(journey.vm().chrome.banner.is_none());
    assert!(journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::StoreCache(_)))));
}

#[test]
fn the_cache_is_not_written_before_everything_is_of_today() {
    let world = World::default();
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    journey.serve_one("Account").serve_one("Catalog");
    assert!(!journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::StoreCache(_)))));
}

#[test]
fn one_request_of_a_kind_is_enough() {
    let mut journey = home();
    journey.event(Event::Resumed).event(Event::Resumed).event(Event::Resumed);
    assert_eq!((journey.sent("Account"), journey.sent("Catalog")), (1, 1));
}

#[test]
fn what_is_fresh_is_not_asked_for_on_arriving() {
    let mut journey = home();
    journey.keys("OK BACK");
    assert_eq!(journey.sent("Account") + journey.sent("Catalog"), 0);
    journey.wait(secs(61)).keys("OK BACK");
    assert_eq!(journey.sent("Account"), 1);
}

#[test]
fn a_failure_does_not_move_the_viewer() {
    for kind in every_failure() {
        if kind == FailureKind::Unauthorized {
            continue;
        }
        let mut journey = home();
        journey
            .keys("OK")
            .event(Event::Resumed)
            .fail_all(&kind)
            .expect_place(PlaceKind::Offer)
            .expect_focus("button 0");
    }
}

#[test]
fn a_link_that_goes_while_somebody_is_there_is_noticed_without_a_key() {
    let mut journey = home();
    journey.event(Event::LinkChanged(LinkChange::Went)).event(Event::LinkChanged(LinkChange::Went)).wait(secs(1));
    assert_eq!(journey.sent("Account"), 1);
    journey.fail("Account", FailureKind::NoConnection);
    assert_eq!(journey.app.spend_block(), Some(SpendBlock::Offline));
}

#[test]
fn an_address_that_is_told_of_again_asks_for_nothing() {
    let mut journey = home();
    journey.forget_effects().event(Event::LinkChanged(LinkChange::Came)).wait(secs(30));
    assert_eq!(journey.sent("Account"), 0);
}

#[test]
fn a_change_of_the_link_wakes_no_dimmed_box() {
    let mut journey = home();
    journey.wait(secs(400)).serve().forget_effects();
    assert!(journey.app.is_dimmed());
    journey.event(Event::LinkChanged(LinkChange::Went)).wait(secs(30));
    assert_eq!(journey.effects.len(), 0, "{:?}", journey.effects);
}

#[test]
fn what_only_one_page_shows_is_not_asked_for_behind_it() {
    let mut journey = home();
    journey.keys("UP UP RIGHT*3 OK").expect_place(PlaceKind::Status).fail("EarningRules", FailureKind::Unavailable);
    journey.keys("BACK").expect_place(PlaceKind::Home).forget_effects().wait(secs(200));
    assert_eq!(journey.sent("EarningRules"), 0);
    journey.keys("UP UP RIGHT*3 OK");
    assert_eq!(journey.sent("EarningRules"), 1);
}

#[test]
fn a_retry_the_server_does_not_want_yet_says_so() {
    let world = World::default();
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    for name in ["Account", "Catalog", "Entitlements"] {
        let (id, _) = journey.take(name);
        let failure = Failure { retry_after: Some(secs(120)), ..Failure::new(FailureKind::Unavailable) };
        journey.reply(id, Err(failure));
    }
    journey.forget_effects().keys("OK").expect_notice(&Notice::RetryLater);
    assert_eq!(journey.sent("Account"), 0);
}

#[test]
fn a_retry_speaks_of_what_its_page_shows() {
    let mut journey = home();
    journey.keys("UP OK").expect_place(PlaceKind::History).fail("Exchanges", FailureKind::Malformed);
    let (id, _) = journey.take("Ledger");
    let failure = Failure { retry_after: Some(secs(120)), ..Failure::new(FailureKind::RateLimited) };
    journey.reply(id, Err(failure)).forget_effects().keys("DOWN OK").expect_notice(&Notice::RetryLater);
    assert_eq!(journey.sent("Ledger"), 0);
}

#[test]
fn who_may_spend_is_not_told_otherwise() {
    let mut journey = home();
    journey.wait(secs(250)).keys("RIGHT").wait(secs(200)).fail("Entitlements", FailureKind::NotFound).serve();
    let banner = journey.vm().chrome.banner.expect("a banner");
    assert_eq!(banner.text, crate::view::message::Msg::NotFoundTitle.into());
    assert_eq!(journey.app.spend_block(), None);
}

#[test]
fn a_refusal_of_what_every_screen_needs_is_told_above_the_old_data() {
    let world = World::default();
    let boot = Boot { cached: Some(world.cached()), ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    journey.keys("RIGHT").fail("Catalog", FailureKind::NotFound).serve_one("Account");
    let banner = journey.vm().chrome.banner.expect("a banner");
    assert!(format!("{:?}", banner.text).contains("NotFoundTitle") && !banner.is_busy, "{banner:?}");
}

/// LOAD-1: a page that waits says so at once, Back works meanwhile, and the wait ends in data or in «Повторить».
#[test]
fn load_1_a_page_without_its_data_waits_in_words_and_ends_in_data_or_a_way_to_try_again() {
    for (keys, place) in [
        ("UP RIGHT*2 OK", PlaceKind::MyOptions),
        ("UP RIGHT*3 OK", PlaceKind::Status),
        ("OK", PlaceKind::History),
        ("UP RIGHT OK", PlaceKind::Catalog),
    ] {
        let world = World::default();
        let boot = world.boot();
        let mut journey = Journey::boot(world, boot);
        // Of all that home shows, only the account has come.
        journey.serve_one("Account").keys(keys).expect_place(place);
        let shown = |journey: &Journey| format!("{:?}", journey.vm().screen);
        assert!(shown(&journey).contains("LoadingTitle"), "{}", journey.told());
        let mut left = journey.clone();
        left.keys("BACK").expect_place(PlaceKind::Home);
        let mut failed = journey.clone();
        failed.fail_all(&FailureKind::Timeout);
        assert!(shown(&failed).contains("ButtonRetry"), "{}", failed.told());
        journey.serve();
        assert!(!shown(&journey).contains("LoadingTitle"), "{}", journey.told());
    }
}
