//! Whose an order is: it waits for its own member, whoever signs in between (PUR-5, ACC-1).

use super::fixtures::*;
use super::order::forgotten;
use super::support::*;
use crate::core::{Answer, DiskJob, DiskTrouble, Effect, Event, OrderPhase, PlaceKind, Request, Warning};
use crate::domain::{FailureKind, Refusal, SignInPoll};

/// Somebody signs in on a box that shows the sign-in screen.
fn sign_in(journey: &mut Journey, member: &str) {
    journey.world.account.member_id = member.to_owned();
    journey.world.poll = SignInPoll::Granted;
    journey.serve().wait(secs(6)).serve_one("PollSignIn").serve().expect_place(PlaceKind::Home);
    journey.world.poll = SignInPoll::Pending;
}

#[test]
fn an_order_of_another_member_is_not_asked_for() {
    let mut journey = with_stored_order(stored_order("somebody-else"));
    journey.serve();
    assert!(journey.has_effect(|effect| *effect == Effect::Warn(Warning::OrderOfAnotherMember)));
    assert_eq!((journey.sent("Exchange"), journey.app.order()), (0, None));
}

#[test]
fn an_order_is_not_shown_before_it_is_known_whose_sign_in_this_is() {
    let mut journey = with_stored_order(stored_order("m1"));
    assert!(journey.vm().chrome.banner.is_none() && journey.app.order().is_none());
    journey.serve_one("Account");
    assert!(journey.app.order().is_some());
    assert_eq!(journey.sent("Exchange"), 1);
}

#[test]
fn a_lost_session_keeps_the_order_for_after_the_sign_in() {
    let mut journey = ordered();
    journey.fail("Exchange", FailureKind::Unauthorized).expect_place(PlaceKind::SignIn);
    assert_eq!((journey.phase(), forgotten(&journey)), (Some(OrderPhase::Paused), 0));
    journey.forget_effects().serve();
    journey.world.poll = SignInPoll::Granted;
    journey.wait(secs(6)).serve_one("PollSignIn").expect_place(PlaceKind::Home).serve();
    assert_eq!(journey.sent("Exchange"), 1);
    journey.confirm_order().expect_place(PlaceKind::Outcome);
}

#[test]
fn an_order_is_asked_for_once_its_member_is_back_from_another() {
    let mut journey = ordered();
    journey.fail("Exchange", FailureKind::Unauthorized).forget_effects();
    sign_in(&mut journey, "m2");
    assert_eq!((journey.sent("Exchange"), journey.app.order()), (0, None));
    journey.event(Event::Resumed).fail("Account", FailureKind::Unauthorized);
    sign_in(&mut journey, "m1");
    assert_eq!(journey.sent("Exchange"), 1);
    journey.confirm_order().expect_place(PlaceKind::Outcome);
}

#[test]
fn an_order_gives_way_once_another_members_is_on_the_disk() {
    let mut journey = ordered();
    journey.fail("Exchange", FailureKind::Unauthorized);
    sign_in(&mut journey, "m2");
    journey.keys("OK OK WAIT:400ms RIGHT OK").event(Event::OrderStored(Ok(()))).confirm_order();
    journey.forget_effects().event(Event::Resumed).fail("Account", FailureKind::Unauthorized);
    sign_in(&mut journey, "m1");
    assert_eq!((journey.sent("Exchange"), journey.app.order()), (0, None));
}

#[test]
fn an_order_that_the_disk_kept_from_giving_way_is_asked_for_again() {
    let mut journey = ordered();
    journey.fail("Exchange", FailureKind::Unauthorized);
    sign_in(&mut journey, "m2");
    journey.keys("OK OK WAIT:400ms RIGHT OK").event(Event::OrderStored(Err(DiskTrouble)));
    journey.forget_effects().event(Event::Resumed).fail("Account", FailureKind::Unauthorized);
    sign_in(&mut journey, "m1");
    assert_eq!(journey.sent("Exchange"), 1);
}

#[test]
fn a_result_that_nobody_looked_at_is_asked_for_again_after_the_sign_in() {
    let mut journey = ordered();
    let (id, request) = journey.take("Exchange");
    let Request::Exchange(order) = request else { unreachable!("it is an exchange") };
    let answer = Answer::Exchange(confirmed(&order, start()));
    // The picture is not drawn any more before the session is lost.
    journey.event(Event::Replied { id, result: Ok(answer) }).forget_effects();
    journey.fail("Account", FailureKind::Unauthorized).expect_place(PlaceKind::SignIn);
    assert_eq!(forgotten(&journey), 0);
    sign_in(&mut journey, "m1");
    assert_eq!(journey.sent("Exchange"), 1);
    journey.confirm_order().expect_place(PlaceKind::Outcome);
    assert_eq!(forgotten(&journey), 1);
}

#[test]
fn a_doubtful_refusal_is_not_shown_to_nobody() {
    let mut journey = ordered();
    let strange = Refusal { code: "blocked".to_owned(), reasons: Vec::new(), request_id: None };
    journey.fail("Exchange", FailureKind::Refused(strange)).wait(secs(1));
    for _ in 0..10 {
        if journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::SealOrder(_)))) {
            break;
        }
        journey.wait(secs(10)).answer("FindExchange", Answer::NoExchange);
    }
    journey.event(Event::Resumed).fail("Account", FailureKind::Unauthorized).expect_place(PlaceKind::SignIn);
    journey.event(Event::OrderSealed(Ok(()))).expect_place(PlaceKind::SignIn);
    sign_in(&mut journey, "m1");
    assert!(journey.asked("FindExchange").is_some());
}
