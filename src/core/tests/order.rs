//! The way of an order (PUR-5, BACK-6).

use chrono::TimeDelta;

use super::fixtures::*;
use super::support::*;
use crate::core::{
    Answer, Dialog, DiskJob, DiskTrouble, Effect, Event, LinkChange, Memory, Notice, OrderPhase, Place, PlaceKind,
    Request, SpendBlock, StoredOrder, Warning,
};
use crate::domain::{Failure, FailureKind, IdempotencyKey, Order, Refusal};
use crate::input::{Hold, KeyEvent, Phase, PowerKey, RemoteKey};

pub(super) fn forgotten(journey: &Journey) -> usize {
    journey.effects.iter().filter(|effect| matches!(effect, Effect::Disk(DiskJob::ForgetOrder(_)))).count()
}

fn sent_keys(journey: &Journey) -> Vec<IdempotencyKey> {
    let keys = journey.effects.iter().filter_map(|effect| match effect {
        Effect::Call { request: Request::Exchange(order), .. } => Some(order.key.clone()),
        _ => None,
    });
    keys.collect()
}

#[test]
fn an_order_is_on_disk_before_it_is_sent() {
    let mut journey = storing();
    assert!(journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::StoreOrder(_)))));
    journey.wait(secs(60));
    assert_eq!(journey.sent("Exchange"), 0);
    journey.event(Event::OrderStored(Ok(())));
    assert_eq!(journey.sent("Exchange"), 1);
}

#[test]
fn an_order_that_cannot_be_stored_is_not_sent_and_says_so() {
    let mut journey = storing();
    journey.event(Event::OrderStored(Err(DiskTrouble))).expect_place(PlaceKind::Offer);
    journey.expect_notice(&Notice::OrderNotStored);
    assert_eq!((journey.sent("Exchange"), journey.app.order()), (0, None));
}

#[test]
fn a_box_that_can_keep_nothing_says_so_and_spends_nothing() {
    let world = World::default();
    let boot = crate::core::Boot { memory: Memory::Lost, ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    journey.expect_notice(&Notice::Blocked(SpendBlock::NoMemory));
    journey.serve().keys("OK OK").expect_place(PlaceKind::Offer);
    assert_eq!(journey.app.spend_block(), Some(SpendBlock::NoMemory));
    assert!(!journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::StoreOrder(_)))));
    assert_eq!(journey.sent("Exchange"), 0);
}

#[test]
fn an_answer_of_the_disk_that_nobody_waits_for_changes_nothing() {
    let mut journey = ordered();
    journey.forget_effects().event(Event::OrderStored(Ok(()))).event(Event::OrderStored(Err(DiskTrouble)));
    assert_eq!(journey.phase(), Some(OrderPhase::Asking));
    assert_eq!(journey.sent("Exchange"), 0);
}

#[test]
fn every_question_carries_the_same_key() {
    let mut journey = ordered();
    for failure in [FailureKind::Timeout, FailureKind::Interrupted, FailureKind::Server { status: 502 }] {
        journey.fail("Exchange", failure).wait(secs(31));
    }
    let keys = sent_keys(&journey);
    assert_eq!(keys.len(), 4);
    assert!(keys.iter().all(|key| *key == keys[0]));
}

#[test]
fn no_failure_of_the_link_or_the_service_ends_an_order() {
    for kind in every_failure() {
        if matches!(kind, FailureKind::Refused(_) | FailureKind::Unauthorized) {
            continue;
        }
        let mut journey = ordered();
        journey.fail("Exchange", kind.clone()).expect_place(PlaceKind::Processing);
        assert!(matches!(journey.phase(), Some(OrderPhase::Waiting(_))), "{kind:?}");
        assert_eq!(forgotten(&journey), 0);
    }
}

#[test]
fn an_order_that_is_worked_on_is_asked_for_again() {
    let mut journey = ordered();
    journey.processing_exchange().expect_place(PlaceKind::Processing).wait(secs(1));
    // The answer to a key never changes, so what came of it is asked by the key.
    assert_eq!((journey.sent("Exchange"), journey.sent("FindExchange")), (1, 1));
    journey.answer("FindExchange", Answer::ExchangeProcessing { retry_after: secs(5) }).wait(ms(4900));
    assert_eq!(journey.sent("FindExchange"), 1);
    journey.wait(ms(200));
    assert_eq!((journey.sent("Exchange"), journey.sent("FindExchange")), (1, 2));
}

#[test]
fn a_server_that_says_never_ask_again_is_asked_within_30_s() {
    let mut journey = ordered();
    journey.answer("Exchange", Answer::ExchangeProcessing { retry_after: secs(1_000_000) }).wait(secs(30));
    assert_eq!(journey.sent("FindExchange"), 1);
    journey.answer("FindExchange", Answer::ExchangeProcessing { retry_after: ms(0) }).wait(ms(200));
    assert_eq!(journey.sent("FindExchange"), 1);
}

#[test]
fn a_confirmed_order_is_forgotten_only_after_its_result_was_seen() {
    let mut journey = ordered();
    let (id, request) = journey.take("Exchange");
    let answer = journey.world.answer(&request, start());
    journey.event(Event::Replied { id, result: Ok(answer) }).expect_place(PlaceKind::Outcome);
    assert_eq!(forgotten(&journey), 0);
    journey.event(Event::Presented);
    assert_eq!(forgotten(&journey), 1);
    journey.event(Event::Presented);
    assert_eq!(forgotten(&journey), 1);
}

#[test]
fn a_key_that_came_before_the_result_was_seen_does_not_take_it_away() {
    let mut journey = ordered();
    let (id, request) = journey.take("Exchange");
    let answer = journey.world.answer(&request, start());
    journey.event(Event::Replied { id, result: Ok(answer) });
    for key in [RemoteKey::Back, RemoteKey::Ok] {
        journey.event(Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) }));
        journey.event(Event::Key(KeyEvent { key, phase: Phase::Up })).expect_place(PlaceKind::Outcome);
    }
    assert_eq!(forgotten(&journey), 0);
    journey.event(Event::Presented);
    assert_eq!(forgotten(&journey), 1);
    journey.keys("WAIT:200ms BACK").expect_place(PlaceKind::Home);
}

#[test]
fn a_confirmed_order_changes_the_balance_and_fetches_anew() {
    let mut journey = ordered();
    journey.forget_effects().confirm_order();
    assert_eq!(journey.app.data.account.as_ref().expect("there is one").balance, points(4000));
    assert_eq!((journey.sent("Account"), journey.sent("Entitlements"), journey.sent("Catalog")), (1, 1, 1));
}

#[test]
fn an_account_asked_for_before_the_exchange_does_not_bring_the_old_balance_back() {
    let mut journey = ordered();
    journey.event(Event::Resumed);
    let old = journey.take("Account");
    journey.confirm_order().reply(old.0, Ok(Answer::Account(account())));
    assert_eq!(journey.app.data.account.as_ref().expect("there is one").balance, points(4000));
    assert!(journey.asked("Account").is_some());
}

#[test]
fn an_outcome_leads_home() {
    ordered().confirm_order().serve().expect_place(PlaceKind::Outcome).keys("BACK").expect_place(PlaceKind::Home);
}

#[test]
fn a_refusal_keeps_every_reason_and_charges_nothing() {
    let mut journey = ordered();
    journey.fail("Exchange", refusal(every_reason())).expect_place(PlaceKind::Refusal);
    let Place::Refusal(place) = journey.app.place() else { panic!("{}", journey.told()) };
    assert_eq!(place.refusal.reasons, every_reason());
    assert_eq!(place.lines.len(), 1);
    assert_eq!((forgotten(&journey), journey.app.order()), (1, None));
    assert_eq!(journey.app.data.account.as_ref().expect("there is one").balance, points(5000));
}

#[test]
fn a_refused_order_goes_back_to_where_it_began() {
    let mut journey = ordered();
    journey.fail("Exchange", refusal(vec![])).serve().keys("OK").expect_place(PlaceKind::Offer);
}

#[test]
fn a_refusal_in_strange_words_counts_once_nothing_that_was_sent_can_arrive() {
    let strange =
        || FailureKind::Refused(Refusal { code: "Forbidden".to_owned(), reasons: Vec::new(), request_id: None });
    let mut journey = ordered();
    journey.fail("Exchange", strange());
    for _ in 0..5 {
        journey.wait(secs(10)).expect_place(PlaceKind::Processing);
        assert_eq!((journey.sent("Exchange"), forgotten(&journey)), (1, 0), "it is looked for, not sent again");
        journey.answer("FindExchange", Answer::NoExchange);
    }
    let seals = |journey: &Journey| {
        journey.effects.iter().filter(|effect| matches!(effect, Effect::Disk(DiskJob::SealOrder(_)))).count()
    };
    assert_eq!(seals(&journey), 0);
    journey.wait(secs(10)).answer("FindExchange", Answer::NoExchange).event(Event::OrderSealed(Err(DiskTrouble)));
    journey.expect_place(PlaceKind::Processing);
    journey.wait(secs(10)).answer("FindExchange", Answer::NoExchange).event(Event::OrderSealed(Ok(())));
    journey.event(Event::Presented).expect_place(PlaceKind::Refusal);
    assert_eq!((seals(&journey), forgotten(&journey)), (2, 1));

    let mut journey = ordered();
    journey.fail("Exchange", strange()).wait(secs(10)).fail("FindExchange", strange());
    assert!(journey.app.order().is_some(), "a refused question says nothing of the order");
    let order = journey.app.order().expect("it is in doubt").order.clone();
    let made = journey.world.answer(&Request::Exchange(order), start());
    journey.wait(secs(30)).answer("FindExchange", made).expect_place(PlaceKind::Outcome);
}

#[test]
fn a_sealed_order_is_looked_for_and_never_sent() {
    let world = World::default();
    let order = StoredOrder::Sealed(stored_order("m1"));
    let boot = crate::core::Boot { order, cached: Some(world.cached()), ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    journey.keys("RIGHT").serve();
    for _ in 0..7 {
        journey.answer("FindExchange", Answer::NoExchange).wait(secs(10));
    }
    journey.event(Event::OrderSealed(Ok(()))).event(Event::Presented).expect_place(PlaceKind::Refusal);
    assert_eq!((journey.sent("Exchange"), forgotten(&journey)), (0, 1));
}

#[test]
fn a_history_behind_a_refusal_is_read_anew() {
    let mut journey = ordered();
    journey.keys("BACK BACK UP OK").expect_place(PlaceKind::History).serve().forget_effects();
    journey.fail("Exchange", refusal(vec![])).expect_place(PlaceKind::Refusal);
    assert_eq!((journey.sent("Ledger"), journey.sent("Exchanges")), (1, 1));
    journey.serve().keys("OK").expect_place(PlaceKind::History);
}

#[test]
fn a_hidden_order_leaves_a_banner_and_its_result_comes_later() {
    let mut journey = ordered();
    journey.keys("BACK").expect_place(PlaceKind::Offer);
    assert!(journey.vm().chrome.banner.is_some_and(|banner| banner.is_busy));
    journey.keys("BACK").confirm_order().expect_place(PlaceKind::Outcome).expect_notice(&Notice::OrderHidden);
}

#[test]
fn a_second_order_waits_for_the_first() {
    let mut journey = ordered();
    journey.keys("BACK OK").expect_place(PlaceKind::Offer);
    journey.expect_notice(&Notice::Blocked(SpendBlock::OrderUnderWay));
}

#[test]
fn a_result_takes_a_half_made_exit_question_away() {
    let mut journey = ordered();
    journey.keys("BACK BACK BACK");
    assert!(journey.app.dialog().is_some());
    journey.confirm_order().expect_place(PlaceKind::Outcome);
    assert!(journey.app.dialog().is_none());
}

#[test]
fn a_result_does_not_break_a_film() {
    let mut world = World::with_film();
    world.catalog = World::default().catalog;
    let mut journey = home_of(world);
    journey.keys("DOWN OK OK WAIT:400ms RIGHT OK").event(Event::OrderStored(Ok(()))).keys("BACK BACK UP OK");
    journey.expect_place(PlaceKind::Player).player(crate::core::PlayerEvent::BuiltIn);
    journey.confirm_order().expect_place(PlaceKind::Player);
    assert_eq!(forgotten(&journey), 0);
    journey.keys("BACK").expect_place(PlaceKind::Outcome);
    assert_eq!(forgotten(&journey), 1);
}

#[test]
fn an_order_found_at_start_is_asked_for_with_its_own_key() {
    let journey = taken_up();
    assert_eq!(sent_keys(&journey), [stored_order("m1").key]);
}

#[test]
fn an_order_found_at_start_waits_until_it_is_known_whose_account_this_is() {
    let mut journey = with_stored_order(stored_order("m1"));
    journey.serve_one("Catalog").serve_one("Entitlements").wait(secs(5));
    assert_eq!(journey.sent("Exchange"), 0);
    journey.serve_one("Account");
    assert_eq!(journey.sent("Exchange"), 1);
}

#[test]
fn a_box_with_a_wrong_date_does_not_send_an_old_order_again() {
    let world = World::default();
    let old = Order { placed_at: start() - TimeDelta::days(7), ..stored_order("m1") };
    let boot = crate::core::Boot { order: StoredOrder::Pending(old), cached: Some(world.cached()), ..world.boot() };
    let now = crate::core::Moment { monotonic: secs(1), wall: chrono::DateTime::UNIX_EPOCH, entropy: 1 };
    let (mut app, effects) = crate::core::App::new(boot, &now);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Call { request: Request::Exchange(_), .. })));
    let id = effects.iter().find_map(|effect| match effect {
        Effect::Call { id, request: Request::Account, .. } => Some(*id),
        _ => None,
    });
    let answer = Answer::Account(account());
    let effects = crate::core::update(&mut app, &now, Event::Replied { id: id.expect("it asks"), result: Ok(answer) });
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Call { request: Request::FindExchange(_), .. })));
}

#[test]
fn an_order_without_a_link_is_asked_for_once_the_link_is_back() {
    let mut journey = ordered();
    for _ in 0..6 {
        journey.fail("Exchange", FailureKind::NoConnection).wait(secs(31));
    }
    journey.fail("Exchange", FailureKind::NoConnection).forget_effects();
    journey.event(Event::LinkChanged(LinkChange::Went)).wait(secs(1));
    assert_eq!(journey.sent("Exchange"), 1);
}

#[test]
fn a_change_of_the_link_does_not_hurry_an_order_that_the_server_works_on() {
    let mut journey = ordered();
    journey.fail("Exchange", FailureKind::Timeout).wait(secs(1));
    journey.answer("Exchange", Answer::ExchangeProcessing { retry_after: secs(20) }).forget_effects();
    journey.event(Event::LinkChanged(LinkChange::Went)).wait(secs(19));
    assert_eq!((journey.sent("Exchange"), journey.sent("FindExchange")), (0, 0));
}

#[test]
fn a_damaged_journal_warns_and_tells() {
    let world = World::default();
    let boot = crate::core::Boot { order: StoredOrder::Damaged, ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    assert!(journey.has_effect(|effect| *effect == Effect::Warn(Warning::DamagedOrder)));
    // It stays until somebody has read it, and is told again at the next start if nobody has.
    journey.serve().wait(secs(60)).keys("DOWN");
    assert_eq!(journey.app.dialog(), Some(&Dialog::OrderDamaged));
    assert!(!journey.has_effect(|effect| *effect == Effect::Disk(DiskJob::ForgetDamagedOrder)));
    // It comes back after what takes dialogs away, and a key before it stands there was not meant for it.
    journey.event(Event::Power(PowerKey::Sleep)).wait(ms(500));
    assert_eq!(journey.app.dialog(), None);
    journey.event(Event::Power(PowerKey::Wake)).serve();
    journey.event(Event::Resumed);
    journey.fail("Account", FailureKind::Unauthorized).expect_place(PlaceKind::SignIn);
    assert_eq!(journey.app.dialog(), Some(&Dialog::OrderDamaged));
    journey.keys("OK").expect_place(PlaceKind::SignIn);
    assert!(journey.has_effect(|effect| *effect == Effect::Disk(DiskJob::ForgetDamagedOrder)));
    assert_eq!(journey.app.dialog(), None);
}

#[test]
fn a_key_before_the_first_picture_was_not_meant_for_the_damage() {
    let boot = crate::core::Boot { order: StoredOrder::Damaged, ..World::default().boot() };
    let now = crate::core::Moment { monotonic: secs(1), wall: start(), entropy: 1 };
    let (mut app, _) = crate::core::App::new(boot, &now);
    let key = |phase| Event::Key(KeyEvent { key: RemoteKey::Ok, phase });
    for event in [key(Phase::Down(Hold::Trusted)), key(Phase::Up)] {
        let effects = crate::core::update(&mut app, &now, event);
        assert!(!effects.contains(&Effect::Disk(DiskJob::ForgetDamagedOrder)));
    }
    assert_eq!(app.dialog(), Some(&Dialog::OrderDamaged));
}

#[test]
fn an_order_stored_after_the_session_was_lost_waits() {
    let mut journey = storing();
    journey.event(Event::Resumed).fail("Account", FailureKind::Unauthorized).expect_place(PlaceKind::SignIn);
    journey.event(Event::OrderStored(Ok(())));
    assert_eq!((journey.phase(), journey.sent("Exchange")), (Some(OrderPhase::Paused), 0));
}

#[test]
fn a_late_answer_to_an_old_question_changes_nothing() {
    let mut journey = ordered();
    let (id, request) = journey.take("Exchange");
    let answer = journey.world.answer(&request, start());
    journey.reply(id, Err(Failure::new(FailureKind::Timeout)));
    let before = journey.app.clone();
    journey.reply(id, Ok(answer));
    assert_eq!(journey.app, before);
}

#[test]
fn points_of_the_cache_cannot_be_spent() {
    let world = World::default();
    let boot = crate::core::Boot { cached: Some(world.cached()), ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    journey.keys("OK OK").expect_place(PlaceKind::Offer).expect_notice(&Notice::Blocked(SpendBlock::NotReady));
    journey.serve().keys("OK").expect_place(PlaceKind::Confirm);
}

#[test]
fn a_new_order_gets_a_new_key() {
    let mut journey = ordered();
    journey.fail("Exchange", refusal(vec![])).serve().keys("OK").expect_place(PlaceKind::Offer);
    journey.keys("OK WAIT:400ms RIGHT OK").event(Event::OrderStored(Ok(())));
    let keys = sent_keys(&journey);
    assert!(keys.len() == 2 && keys[0] != keys[1]);
}

#[test]
fn a_result_that_nobody_looks_at_stays_on_the_disk() {
    let mut journey = ordered();
    journey.app.identity.leave_after = Some(secs(1800));
    journey.fail("Exchange", FailureKind::Timeout).wait(secs(400));
    assert!(journey.app.is_dimmed());
    journey.forget_effects().wait(secs(60)).confirm_order().event(Event::Presented).expect_place(PlaceKind::Outcome);
    assert_eq!(forgotten(&journey), 0, "the picture is dimmed");
    journey.wait(secs(7200));
    assert!(!journey.has_effect(|effect| *effect == Effect::Exit), "the menu waits until the member has seen it");
    journey.keys("OK").expect_place(PlaceKind::Outcome).event(Event::Presented);
    assert_eq!(forgotten(&journey), 1);
}

#[test]
fn a_server_at_work_is_no_trouble() {
    let mut journey = ordered();
    journey.fail("Exchange", FailureKind::Timeout);
    assert!(journey.app.order().is_some_and(|flow| flow.last_failure.is_some()));
    journey.wait(secs(30)).answer("Exchange", Answer::ExchangeProcessing { retry_after: secs(1) });
    assert!(journey.app.order().is_some_and(|flow| flow.last_failure.is_none()));
}

#[test]
fn the_banner_tells_why_an_order_waits() {
    let banner = |journey: &Journey| format!("{:?}", journey.vm().chrome.banner.expect("a banner").text);
    let world = World::default();
    let order = StoredOrder::Pending(stored_order("m1"));
    let boot = crate::core::Boot { order, cached: Some(world.cached()), ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    assert!(
        banner(&journey).contains("BannerOrder,") || banner(&journey).contains("BannerOrder "),
        "{}",
        banner(&journey)
    );
    journey.fail_all(&FailureKind::NoConnection);
    assert!(banner(&journey).contains("BannerOrderTrouble"), "{}", banner(&journey));
}
