//! Signing in with a phone (RFC 8628).

use super::fixtures::*;
use super::support::*;
use crate::core::{Answer, Event, LinkChange, Notice, Place, PlaceKind, Session, SignInState};
use crate::domain::{Failure, FailureKind, SignInPoll};

fn state(journey: &Journey) -> SignInState {
    let Place::SignIn(place) = journey.app.place() else { panic!("{}", journey.told()) };
    place.state.clone()
}

fn polls_within(journey: &mut Journey, seconds: u64, poll: SignInPoll) -> usize {
    journey.forget_effects();
    for _ in 0..seconds {
        journey.wait(secs(1));
        if journey.asked("PollSignIn").is_some() {
            journey.answer("PollSignIn", Answer::SignIn(poll));
        }
    }
    journey.sent("PollSignIn")
}

#[test]
fn a_box_without_tokens_asks_for_a_code() {
    let journey = signed_out();
    assert!(matches!(state(&journey), SignInState::Waiting { code, .. } if code.user_code == "AAAA-BBBB"));
}

#[test]
fn a_pending_sign_in_is_polled_at_the_interval() {
    assert_eq!(polls_within(&mut signed_out(), 30, SignInPoll::Pending), 6);
}

#[test]
fn slow_down_adds_five_seconds_for_good() {
    let mut journey = signed_out();
    journey.wait(secs(5)).answer("PollSignIn", Answer::SignIn(SignInPoll::SlowDown));
    assert_eq!(polls_within(&mut journey, 40, SignInPoll::Pending), 4);
}

/// C19: the pause counts from the last answer, also when OK asks for a look.
#[test]
fn c19_the_pause_counts_from_the_last_answer() {
    let mut journey = signed_out();
    journey.wait(secs(5)).wait(secs(4)).answer("PollSignIn", Answer::SignIn(SignInPoll::Pending));
    journey.forget_effects().keys("OK").wait(secs(4));
    assert_eq!(journey.sent("PollSignIn"), 0, "four seconds after the answer");
    journey.wait(secs(1));
    assert_eq!(journey.sent("PollSignIn"), 1, "five seconds after the answer");
}

#[test]
fn a_poll_that_is_not_answered_is_not_repeated() {
    let mut journey = signed_out();
    journey.forget_effects().wait(secs(60));
    assert_eq!(journey.sent("PollSignIn"), 1);
}

#[test]
fn a_granted_sign_in_opens_home_and_fetches() {
    let mut journey = signed_out();
    journey.wait(secs(5)).forget_effects().answer("PollSignIn", Answer::SignIn(SignInPoll::Granted));
    journey.expect_place(PlaceKind::Home);
    assert_eq!(journey.app.session, Session::SignedIn);
    assert_eq!(journey.sent("Account"), 1);
    journey.serve().expect_offer("f1");
}

#[test]
fn a_denied_sign_in_says_so_and_ok_brings_a_new_code() {
    let mut journey = signed_out();
    journey.wait(secs(5)).answer("PollSignIn", Answer::SignIn(SignInPoll::Denied));
    assert_eq!(state(&journey), SignInState::Denied);
    journey.keys("OK");
    assert_eq!(state(&journey), SignInState::Starting);
    journey.answer("StartSignIn", Answer::DeviceCode(device_code("CCCC-DDDD")));
    assert!(matches!(state(&journey), SignInState::Waiting { code, .. } if code.user_code == "CCCC-DDDD"));
}

#[test]
fn an_expired_code_is_not_polled_any_more() {
    let mut journey = signed_out();
    journey.wait(secs(5)).answer("PollSignIn", Answer::SignIn(SignInPoll::Expired));
    assert_eq!(state(&journey), SignInState::Expired);
    journey.forget_effects().wait(secs(120));
    assert_eq!(journey.sent("PollSignIn"), 0);
}

#[test]
fn a_code_expires_by_its_own_time() {
    let mut journey = signed_out();
    polls_within(&mut journey, 601, SignInPoll::Pending);
    assert_eq!(state(&journey), SignInState::Expired);
}

#[test]
fn a_member_who_confirmed_at_the_last_second_is_let_in_after_the_expiry() {
    let mut journey = signed_out();
    journey.wait(secs(601));
    assert_eq!(state(&journey), SignInState::Expired);
    journey.answer("PollSignIn", Answer::SignIn(SignInPoll::Granted)).expect_place(PlaceKind::Home);
}

#[test]
fn an_answer_about_an_old_code_does_not_end_the_new_one() {
    for poll in [SignInPoll::Expired, SignInPoll::Denied] {
        let mut journey = signed_out();
        journey.wait(secs(900)).keys("OK OK").answer("StartSignIn", Answer::DeviceCode(device_code("CCCC-DDDD")));
        journey.answer("PollSignIn", Answer::SignIn(poll));
        assert!(matches!(state(&journey), SignInState::Waiting { .. }), "{poll:?}");
        assert!(polls_within(&mut journey, 10, SignInPoll::Pending) >= 1);
    }
}

#[test]
fn a_code_that_does_not_come_is_asked_for_with_growing_waits() {
    let mut journey = without_code();
    let mut waits = Vec::new();
    for _ in 0..6 {
        journey.fail("StartSignIn", FailureKind::NoConnection);
        let SignInState::Failed { retry_at, .. } = state(&journey) else { panic!("{}", journey.told()) };
        waits.push(retry_at - journey.now.monotonic);
        journey.wait(secs(31));
    }
    assert!(waits[0] >= secs(2) && waits[0] <= secs(4), "{waits:?}");
    assert!(waits[5] >= secs(15) && waits[5] <= secs(30), "{waits:?}");
}

#[test]
fn ok_leaves_the_code_that_somebody_may_be_confirming() {
    let mut journey = signed_out();
    let before = state(&journey);
    journey.forget_effects().keys("OK").expect_notice(&Notice::WaitsForPhone);
    assert_eq!((journey.sent("StartSignIn"), state(&journey)), (0, before));
    journey.world.poll = SignInPoll::Granted;
    journey.wait(secs(6)).serve_one("PollSignIn").expect_place(PlaceKind::Home);
}

#[test]
fn a_code_is_asked_for_once_the_link_is_back() {
    let mut journey = without_code();
    for _ in 0..6 {
        journey.fail("StartSignIn", FailureKind::NoConnection).wait(secs(31));
    }
    journey.fail("StartSignIn", FailureKind::NoConnection).forget_effects();
    journey.event(Event::LinkChanged(LinkChange::Came)).wait(secs(1));
    assert_eq!(journey.sent("StartSignIn"), 1);
}

#[test]
fn a_confirmation_is_asked_for_once_the_link_is_back() {
    let mut journey = signed_out();
    journey.wait(secs(5)).fail("PollSignIn", FailureKind::NoConnection).forget_effects();
    journey.event(Event::LinkChanged(LinkChange::Came)).wait(secs(4));
    assert_eq!(journey.sent("PollSignIn"), 0, "the question before may have arrived");
    journey.wait(secs(1));
    assert_eq!(journey.sent("PollSignIn"), 1);
}

#[test]
fn ok_asks_as_soon_as_the_interval_allows() {
    let mut journey = signed_out();
    let mut failure = Failure::new(FailureKind::Unavailable);
    failure.retry_after = Some(secs(60));
    journey.wait(secs(5));
    let (id, _) = journey.take("PollSignIn");
    journey.reply(id, Err(failure)).wait(secs(20)).forget_effects().keys("OK").wait(ms(1));
    assert_eq!(journey.sent("PollSignIn"), 1);
}

#[test]
fn ok_after_a_failure_asks_at_once() {
    let mut journey = without_code();
    journey.fail("StartSignIn", FailureKind::NoConnection).forget_effects().keys("OK");
    assert_eq!(journey.sent("StartSignIn"), 1);
}

#[test]
fn a_failed_poll_shows_the_trouble_and_goes_on() {
    let mut journey = signed_out();
    journey.wait(secs(5)).fail("PollSignIn", FailureKind::Timeout);
    assert!(matches!(state(&journey), SignInState::Waiting { trouble: Some(_), .. }));
    journey.wait(secs(10)).answer("PollSignIn", Answer::SignIn(SignInPoll::Pending));
    assert!(matches!(state(&journey), SignInState::Waiting { trouble: None, .. }));
}

#[test]
fn a_poll_waits_as_long_as_the_server_asks() {
    let mut journey = signed_out();
    journey.wait(secs(5));
    let (id, _) = journey.take("PollSignIn");
    let failure = Failure { retry_after: Some(secs(40)), ..Failure::new(FailureKind::RateLimited) };
    journey.reply(id, Err(failure)).forget_effects().wait(secs(39));
    assert_eq!(journey.sent("PollSignIn"), 0);
    journey.wait(secs(11));
    assert_eq!(journey.sent("PollSignIn"), 1);
}

#[test]
fn back_on_the_sign_in_screen_asks_whether_to_leave() {
    let mut journey = signed_out();
    journey.keys("BACK");
    assert!(journey.app.dialog().is_some());
}
