//! The PIN (PIN-1).

use std::time::Duration;

use super::fixtures::World;
use super::support::*;
use crate::core::{
    Answer, Dialog, DiskJob, Effect, Event, Notice, PinAnswer, PinPurpose, PinStage, PlaceKind, Resource, Session,
    SignInState, SpendBlock, Trouble,
};
use crate::domain::{Failure, FailureKind, PinUse, Points, Secret, SignInPoll};
use crate::input::{Hold, KeyEvent, Phase, RemoteKey};

pub(super) fn stage(journey: &Journey) -> PinStage {
    let Some(Dialog::Pin { stage, .. }) = journey.app.dialog() else { panic!("{}", journey.told()) };
    stage.clone()
}

/// At the pad that chooses the first PIN in the settings.
fn setting() -> Journey {
    let mut journey = setting_unconfirmed();
    confirm(&mut journey, SignInPoll::Granted);
    journey
}

/// At the code that the member has to confirm before.
fn setting_unconfirmed() -> Journey {
    let mut journey = home();
    journey.keys("MENU DOWN*4 OK").expect_place(PlaceKind::PhoneCheck).serve();
    journey
}

/// The phone says this of the code on the screen.
fn confirm(journey: &mut Journey, poll: SignInPoll) {
    journey.wait(secs(6)).answer("ConfirmMember", Answer::SignIn(poll));
}

/// At the pad for an adult film, with or without a PIN set.
fn adult(has_pin: bool) -> Journey {
    let mut journey = adult_unconfirmed(has_pin);
    if !has_pin {
        journey.expect_place(PlaceKind::PhoneCheck).serve();
        confirm(&mut journey, SignInPoll::Granted);
    }
    journey.expect_place(PlaceKind::Confirm);
    journey
}

fn adult_unconfirmed(has_pin: bool) -> Journey {
    let mut journey = home();
    journey.app.has_pin = has_pin;
    journey.keys("UP UP RIGHT OK UP RIGHT*4 DOWN").expect_offer("a1");
    journey.keys("OK OK WAIT:400ms RIGHT OK");
    journey
}

#[test]
fn a_new_pin_is_entered_twice() {
    let mut journey = setting();
    journey.keys("1 2 3 4");
    assert!(matches!(stage(&journey), PinStage::Repeat { .. }));
    journey.keys("1 2 3 4");
    assert!(matches!(stage(&journey), PinStage::Checking(_)));
    assert!(journey.has_effect(
        |effect| matches!(effect, Effect::Disk(DiskJob::SetPin { pin: Some(pin), .. }) if *pin == Secret::new("1234"))
    ));
    journey.pin(PinAnswer::Stored).expect_notice(&Notice::PinStored);
    assert!(journey.app.has_pin && journey.app.dialog().is_none());
}

#[test]
fn two_different_pins_begin_again() {
    let mut journey = setting();
    journey.keys("1 2 3 4 1 2 3 5");
    assert_eq!(stage(&journey), PinStage::Differed);
    journey.keys("1 2 3 4 1 2 3 4");
    assert!(matches!(stage(&journey), PinStage::Checking(_)));
}

#[test]
fn the_pad_enters_erases_and_moves() {
    let mut journey = setting();
    journey.expect_focus("key 0").keys("OK RIGHT OK DOWN*3").expect_focus("key 10").keys("OK LEFT OK");
    let Some(Dialog::Pin { digits, .. }) = journey.app.dialog() else { panic!("{}", journey.told()) };
    assert_eq!(digits.reveal(), "12");
    journey.expect_focus("key 9").expect_bump("LEFT").expect_bump("DOWN");
}

#[test]
fn too_few_digits_are_not_a_pin() {
    let mut journey = setting();
    journey.keys("1 2 DOWN*3 RIGHT*2").expect_focus("key 11").expect_bump("OK");
}

#[test]
fn back_closes_the_pad() {
    let mut journey = setting();
    journey.keys("1 2 BACK").expect_place(PlaceKind::Settings);
    assert!(journey.app.dialog().is_none());
}

#[test]
fn an_offer_for_adults_wants_the_pin() {
    let mut journey = adult(true);
    assert!(matches!(journey.app.dialog(), Some(Dialog::Pin { purpose: PinPurpose::Order(_), .. })));
    journey.keys("1 2 3 4").pin(PinAnswer::Right).expect_place(PlaceKind::Processing);
}

#[test]
fn an_offer_for_adults_without_a_pin_sets_one_first() {
    let mut journey = adult(false);
    assert!(matches!(journey.app.dialog(), Some(Dialog::Pin { purpose: PinPurpose::Create(Some(_)), .. })));
    journey.keys("1 2 3 4 1 2 3 4").pin(PinAnswer::Stored).expect_place(PlaceKind::Processing);
}

/// What a child with the remote must not come to.
fn expect_no_pad(journey: &Journey) {
    assert!(journey.app.dialog().is_none() && journey.app.order().is_none(), "{}", journey.told());
    assert!(!journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::SetPin { .. }))));
}

#[test]
fn the_first_pin_waits_for_the_member_on_the_phone() {
    for mut journey in [setting_unconfirmed(), adult_unconfirmed(false)] {
        journey.serve().expect_place(PlaceKind::PhoneCheck).keys("1 2 3 4 1 2 3 4");
        expect_no_pad(&journey);
        let member = journey.world.account.member_id.clone();
        journey.wait(secs(6));
        let asked = journey.asked("ConfirmMember");
        assert!(matches!(asked, Some(crate::core::Request::ConfirmMember { member_id, .. }) if *member_id == member));
        for poll in [SignInPoll::Pending, SignInPoll::SlowDown, SignInPoll::Pending] {
            journey.answer("ConfirmMember", Answer::SignIn(poll));
            expect_no_pad(&journey);
            journey.wait(secs(11));
        }
        journey.answer("ConfirmMember", Answer::SignIn(SignInPoll::Granted));
        assert!(matches!(journey.app.dialog(), Some(Dialog::Pin { purpose: PinPurpose::Create(_), .. })));
        assert_eq!(journey.app.session, Session::SignedIn);
    }
}

#[test]
fn whoever_else_confirms_opens_no_pad() {
    let states = [
        (SignInPoll::OtherMember, SignInState::OtherMember),
        (SignInPoll::Denied, SignInState::Denied),
        (SignInPoll::Expired, SignInState::Expired),
    ];
    for (poll, state) in states {
        for mut journey in [setting_unconfirmed(), adult_unconfirmed(false)] {
            confirm(journey.serve(), poll);
            assert_eq!(journey.app.sign_in_state(), Some(&state));
            expect_no_pad(&journey);
            journey.forget_effects().keys("OK");
            assert_eq!(journey.sent("StartSignIn"), 1, "OK brings a new code");
            confirm(journey.serve(), SignInPoll::Granted);
            assert!(journey.app.dialog().is_some(), "{}", journey.told());
        }
    }
}

#[test]
fn back_from_the_phone_gives_the_pin_up() {
    for (mut journey, below) in
        [(setting_unconfirmed(), PlaceKind::Settings), (adult_unconfirmed(false), PlaceKind::Offer)]
    {
        journey.serve().wait(secs(6));
        let mut late = journey.clone();
        journey.keys("BACK").expect_place(below);
        expect_no_pad(&journey);
        late.keys("BACK").answer("ConfirmMember", Answer::SignIn(SignInPoll::Granted)).expect_place(below);
        expect_no_pad(&late);
    }
}

#[test]
fn a_service_that_confirms_nothing_leaves_18_plus_closed_and_the_member_signed_in() {
    let kinds = [FailureKind::NotFound, FailureKind::Unauthorized, FailureKind::Malformed, FailureKind::NoConnection];
    for kind in kinds {
        let mut journey = adult_unconfirmed(false);
        journey.fail("StartSignIn", kind.clone()).expect_place(PlaceKind::PhoneCheck);
        let is_of_the_link = kind == FailureKind::NoConnection;
        let said = format!("{:?}", journey.vm().screen);
        assert_eq!(said.contains("PhoneCheckFailedTitle"), !is_of_the_link, "{kind:?}: {said}");
        expect_no_pad(&journey);
        let mut journey = adult_unconfirmed(false);
        journey.serve().wait(secs(6)).fail("ConfirmMember", kind.clone()).expect_place(PlaceKind::PhoneCheck);
        assert_eq!(journey.app.session, Session::SignedIn, "{kind:?}");
        expect_no_pad(&journey);
        confirm(journey.wait(secs(60)), SignInPoll::Granted);
        assert!(journey.app.dialog().is_some(), "a confirmation is not lost: {}", journey.told());
    }
}

#[test]
fn standby_and_sleep_end_the_wait_for_the_phone() {
    for (journey, below) in [(setting_unconfirmed(), PlaceKind::Settings), (adult_unconfirmed(false), PlaceKind::Offer)]
    {
        let mut slept = journey.clone();
        slept.serve().event(Event::Resumed).expect_place(below);
        expect_no_pad(&slept);
        let mut standby = journey;
        standby.serve().event(Event::Power(crate::input::PowerKey::Toggle)).wait(secs(2));
        standby.event(Event::Power(crate::input::PowerKey::Wake)).expect_place(below);
        expect_no_pad(&standby);
    }
}

#[test]
fn points_that_went_while_the_phone_was_asked_are_told_before_a_pin_is_chosen() {
    let mut journey = adult_unconfirmed(false);
    journey.serve();
    if let Some(account) = &mut journey.app.data.account {
        account.balance = Points::ZERO;
    }
    confirm(&mut journey, SignInPoll::Granted);
    journey.expect_place(PlaceKind::Refusal);
    expect_no_pad(&journey);
}

#[test]
fn the_code_of_a_confirmation_keeps_the_picture_bright() {
    let mut journey = setting_unconfirmed();
    journey.wait(secs(360));
    assert!(!journey.app.is_dimmed(), "{}", journey.told());
}

#[test]
fn a_wrong_pin_says_how_many_tries_are_left() {
    let mut journey = adult(true);
    journey.keys("9 9 9 9").pin(PinAnswer::Wrong { left: 4 });
    assert_eq!(stage(&journey), PinStage::Wrong { left: 4 });
    journey.keys("1");
    assert_eq!(stage(&journey), PinStage::Enter);
    assert!(journey.app.order().is_none());
}

#[test]
fn a_locked_pin_closes_the_pad_and_says_for_how_long() {
    let mut journey = adult(true);
    journey.keys("9 9 9 9");
    journey.pin(PinAnswer::Locked { left: Duration::from_secs(14 * 60 + 10) }).expect_place(PlaceKind::Confirm);
    journey.expect_notice(&Notice::PinLocked { minutes: 15 });
    assert!(journey.app.order().is_none());
}

#[test]
fn an_answer_after_back_orders_nothing() {
    let mut journey = adult(true);
    journey.keys("1 2 3 4 BACK").pin(PinAnswer::Right).expect_place(PlaceKind::Confirm);
    assert!(journey.app.order().is_none());
}

#[test]
fn a_late_answer_to_an_earlier_pin_orders_nothing() {
    let mut journey = adult(true);
    journey.keys("1 2 3 4");
    let early = journey.pin_question();
    journey.keys("BACK WAIT:400ms OK 9 9 9 9");
    journey.event(Event::PinAnswered { id: early, answer: PinAnswer::Right });
    assert!(matches!(stage(&journey), PinStage::Checking(id) if id != early));
    assert!(journey.app.order().is_none());
}

#[test]
fn a_link_lost_while_the_pin_is_entered_orders_nothing() {
    let mut journey = adult(true);
    journey.keys("1 2 3 4");
    let failure = Failure::new(FailureKind::Timeout);
    let trouble = Trouble { failure, attempts: 1, retry_at: Duration::MAX, closed_until: Duration::ZERO };
    journey.app.calls.troubles.insert(Resource::Account, trouble);
    journey.pin(PinAnswer::Right).expect_place(PlaceKind::Confirm);
    journey.expect_notice(&Notice::Blocked(SpendBlock::Offline));
    assert!(journey.app.order().is_none());
}

#[test]
fn a_pin_that_cannot_be_stored_orders_nothing() {
    let mut journey = adult(false);
    journey.keys("1 2 3 4 1 2 3 4").pin(PinAnswer::NotKept).expect_notice(&Notice::PinFailed);
    assert!(!journey.app.has_pin && journey.app.order().is_none());
}

#[test]
fn every_exchange_wants_the_pin_if_so_set() {
    let mut journey = home();
    journey.app.has_pin = true;
    journey.app.settings.pin_use = PinUse::EveryExchange;
    journey.keys("OK OK WAIT:400ms RIGHT OK");
    assert!(journey.is_secret("1"));
}

#[test]
fn the_last_digit_stays_secret_until_it_goes_up() {
    let mut journey = adult(true);
    journey.keys("1 2 3");
    let digit = RemoteKey::Digit(4);
    let down = Event::Key(KeyEvent { key: digit, phase: Phase::Down(Hold::Signed) });
    journey.event(down.clone()).pin(PinAnswer::Right).expect_place(PlaceKind::Processing);
    assert!(journey.is_secret("4"), "the host repeats it");
    journey.event(down);
    assert!(journey.is_secret("4") && !journey.is_secret("5"));
    journey.event(Event::Key(KeyEvent { key: digit, phase: Phase::Up }));
    assert!(!journey.is_secret("4"));
}

#[test]
fn another_key_does_not_give_away_a_digit_that_is_still_down() {
    let mut journey = adult(true);
    journey.keys("1 2 3");
    let down = |key| Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Signed) });
    journey.event(down(RemoteKey::Digit(4))).pin(PinAnswer::Right).keys("STOP");
    assert!(journey.is_secret("4"));
}

#[test]
fn a_film_for_everybody_wants_no_pin() {
    storing();
}

#[test]
fn removing_the_pin_wants_it_first() {
    let mut journey = home();
    journey.app.has_pin = true;
    journey.keys("MENU DOWN*4 OK 1 2 3 4").pin(PinAnswer::Right);
    assert!(journey.has_effect(|effect| matches!(effect, Effect::Disk(DiskJob::SetPin { pin: None, .. }))));
    journey.pin(PinAnswer::Removed).expect_notice(&Notice::PinRemoved);
    assert!(!journey.app.has_pin);
}

#[test]
fn no_digit_reaches_debug_output_or_the_screen() {
    let mut journey = adult(true);
    journey.keys("7 3 9");
    let screen = format!("{:?}", journey.vm().dialog.expect("the pad is open").pin.map(|pad| pad.entered));
    assert_eq!(screen, "Some(3)");
    journey.keys("1");
    let told = format!("{:?} {:?}", journey.effects, journey.app.dialog());
    assert!(!told.contains("7391"), "{told}");
    assert!(!format!("{:?}", journey.vm()).contains("7391"));
}

#[test]
fn waking_from_standby_closes_the_pad_of_an_order() {
    let mut journey = adult(true);
    journey.keys("1 2").event(crate::core::Event::Resumed).expect_place(PlaceKind::Offer);
    assert!(journey.app.dialog().is_none());
}

#[test]
fn asking_for_the_pin_less_often_takes_the_pin() {
    let mut journey = home();
    journey.app.has_pin = true;
    journey.keys("MENU DOWN*5 OK");
    assert_eq!(journey.app.settings.pin_use, PinUse::EveryExchange);
    journey.keys("OK");
    assert!(matches!(journey.app.dialog(), Some(Dialog::Pin { purpose: PinPurpose::Relax, .. })));
    journey.keys("BACK");
    assert_eq!(journey.app.settings.pin_use, PinUse::EveryExchange);
    journey.keys("OK 1 2 3 4").pin(PinAnswer::Wrong { left: 4 });
    assert_eq!(journey.app.settings.pin_use, PinUse::EveryExchange);
    journey.keys("1 2 3 5").pin(PinAnswer::Right);
    assert_eq!((journey.app.settings.pin_use, journey.app.dialog()), (PinUse::AdultOnly, None));
}

#[test]
fn the_next_member_begins_without_the_last_ones_choice() {
    let mut journey = home();
    journey.app.has_pin = true;
    journey.keys("MENU DOWN*5 OK DOWN*6 OK RIGHT OK").expect_place(PlaceKind::SignIn);
    assert_eq!((journey.app.has_pin, journey.app.settings.pin_use), (false, PinUse::AdultOnly));
}

#[test]
fn a_pin_that_cannot_be_checked_is_not_called_unsaved() {
    let mut journey = adult(true);
    journey.keys("1 2 3 4").pin(PinAnswer::NotChecked).expect_notice(&Notice::PinUnchecked);
    let mut journey = setting();
    journey.keys("1 2 3 4 1 2 3 4").pin(PinAnswer::NotKept).expect_notice(&Notice::PinFailed);
}

#[test]
fn a_check_that_was_left_says_nothing_and_a_change_does() {
    let mut journey = adult(true);
    journey.keys("1 2 3 4 BACK").pin(PinAnswer::NotChecked);
    assert!(journey.app.notice().is_none(), "{}", journey.told());
    let mut journey = setting();
    journey.keys("1 2 3 4 1 2 3 4 BACK").pin(PinAnswer::NotKept).expect_notice(&Notice::PinFailed);
}

/// A PIN set in the settings.
fn guarded() -> Journey {
    let mut journey = setting();
    journey.keys("1 2 3 4 1 2 3 4").pin(PinAnswer::Stored);
    journey.keys("BACK").expect_place(PlaceKind::Home);
    journey
}

#[test]
fn a_pin_set_in_the_settings_guards_every_exchange() {
    let mut journey = guarded();
    assert_eq!(journey.app.settings.pin_use, PinUse::EveryExchange);
    assert!(journey.has_effect(|effect| {
        *effect == Effect::Disk(DiskJob::StoreChoice(crate::core::Choice::PinUse(PinUse::EveryExchange)))
    }));
    journey.keys("OK OK WAIT:400ms RIGHT OK").expect_place(PlaceKind::Confirm);
    assert!(matches!(journey.app.dialog(), Some(Dialog::Pin { purpose: PinPurpose::Order(_), .. })));
}

#[test]
fn a_pin_that_18_plus_asked_for_guards_what_it_was_asked_for() {
    let mut journey = adult(false);
    journey.keys("1 2 3 4 1 2 3 4").pin(PinAnswer::Stored);
    assert_eq!(journey.app.settings.pin_use, PinUse::AdultOnly);
}

/// The list of options, with the paid renewal of the first one switched off for long.
fn renewal_off(journey: Journey) -> Journey {
    let mut journey = journey;
    for held in journey.app.data.entitlements.iter_mut().flatten() {
        held.renewal = held.renewal.map(|renewal| crate::domain::Renewal { is_on: false, ..renewal });
    }
    journey.keys("UP*5 RIGHT*2 OK").expect_place(PlaceKind::MyOptions).expect_focus("row 0");
    journey.forget_effects();
    journey
}

#[test]
fn a_paid_renewal_is_switched_on_after_a_question_with_its_price() {
    let mut journey = renewal_off(home());
    journey.keys("OK").expect_focus("button 0");
    let asked = format!("{:?}", journey.vm().dialog);
    assert!(asked.contains("RenewalQuestionTitle") && asked.contains("Roubles"), "{asked}");
    let mut declined = journey.clone();
    declined.keys("OK");
    assert_eq!((declined.sent("SetRenewal"), declined.app.dialog()), (0, None));
    journey.keys("RIGHT OK");
    assert_eq!(journey.sent("SetRenewal"), 1);
}

#[test]
fn a_pin_guards_a_paid_renewal_that_is_switched_on_and_none_that_is_switched_off() {
    let mut journey = renewal_off(guarded());
    journey.keys("OK RIGHT OK");
    assert!(matches!(journey.app.dialog(), Some(Dialog::Pin { purpose: PinPurpose::Renewal(_), .. })));
    assert_eq!(journey.sent("SetRenewal"), 0);
    let mut wrong = journey.clone();
    wrong.keys("9 9 9 9").pin(PinAnswer::Wrong { left: 4 });
    assert_eq!(wrong.sent("SetRenewal"), 0);
    journey.keys("1 2 3 4").pin(PinAnswer::Right);
    assert_eq!(journey.sent("SetRenewal"), 1);
    journey.serve().forget_effects().keys("OK");
    assert_eq!((journey.sent("SetRenewal"), journey.app.dialog()), (1, None), "off is one press");
}

#[test]
fn a_viewer_who_says_otherwise_switches_a_renewal_on_without_the_pin() {
    let mut journey = renewal_off(guarded());
    journey.app.settings.pin_use = PinUse::AdultOnly;
    journey.keys("OK RIGHT OK");
    assert_eq!((journey.sent("SetRenewal"), journey.app.dialog()), (1, None));
}

#[test]
fn a_renewal_that_was_switched_off_a_moment_ago_comes_back_at_one_press() {
    let mut journey = renewal_off(guarded());
    journey.keys("OK RIGHT OK 1 2 3 4").pin(PinAnswer::Right).serve();
    journey.keys("OK").serve().forget_effects().keys("OK");
    assert_eq!((journey.sent("SetRenewal"), journey.app.dialog()), (1, None), "it is taken back");
    journey.serve().keys("OK").serve().forget_effects().wait(Duration::from_secs(61)).keys("OK");
    assert!(matches!(journey.app.dialog(), Some(Dialog::RenewalOn { .. })), "later it is a new wish");
}

#[test]
fn c46_a_paid_renewal_can_be_switched_off_whatever_else_is_known_of_the_option() {
    let mut world = World::default();
    let held = &mut world.entitlements[0];
    (held.title, held.until, held.image, held.promo_code, held.exchange_id) = (String::new(), None, None, None, None);
    held.offer_id = crate::domain::OfferId::new("gone");
    let mut journey = home_of(world);
    journey.keys("UP*5 RIGHT*2 OK").expect_place(PlaceKind::MyOptions).keys("OK");
    let off = crate::domain::RenewalSwitch::Off;
    assert!(matches!(journey.asked("SetRenewal"), Some(crate::core::Request::SetRenewal { to, .. }) if *to == off));
}
