//! What is said, as messages and plain texts: the words themselves stand in `ui/api/texts.slint`.

use std::time::Duration;

use super::super::text::Text;
use super::*;
use crate::core::tests::fixtures::{World, device_code};
use crate::core::tests::support::{
    Journey, at_confirmation, home, home_of, ms, ordered, refusal, secs, signed_out, without_code,
};
use crate::core::{Answer, Event, PinAnswer, PlaceKind};
use crate::domain::FailureKind;

fn heard(journey: &Journey) -> Heard {
    Heard::of(&journey.vm())
}

/// What is said of a step.
fn said(journey: &mut Journey, step: impl FnOnce(&mut Journey)) -> Vec<Part> {
    let before = heard(journey);
    step(journey);
    heard(journey).since(Some(&before))
}

fn keys<'a>(script: &'a str) -> impl FnOnce(&mut Journey) + 'a {
    move |journey| {
        journey.keys(script);
    }
}

fn passes(time: Duration) -> impl FnOnce(&mut Journey) {
    move |journey| {
        journey.wait(time);
    }
}

/// All messages and plain texts of a saying, in order.
fn names(parts: &[Part]) -> Vec<String> {
    fn collect(text: &Text, names: &mut Vec<String>) {
        match text {
            Text::Empty => {}
            Text::Plain(text) => names.push(text.clone()),
            Text::Number { sign, amount } => names.push(format!("{sign}{amount}")),
            Text::Message { msg, args, .. } => {
                names.push(msg.name().to_owned());
                args.iter().for_each(|argument| collect(argument, names));
            }
        }
    }
    let mut names = Vec::new();
    for part in parts {
        match part {
            Part::Words(text) | Part::Secret(text) => collect(text, &mut names),
            Part::Code(code) => {
                names.push("CODE".to_owned());
                collect(code, &mut names);
            }
        }
    }
    names
}

fn has(parts: &[Part], wanted: &str) -> bool {
    names(parts).iter().any(|name| name == wanted)
}

#[test]
fn a11y_2_a_screen_says_its_title_its_focus_and_its_keys_and_nothing_twice() {
    let mut journey = home();
    let whole = heard(&journey).since(None);
    let names = names(&whole);
    assert_eq!(names.first().map(String::as_str), Some("TabHome"), "{names:?}");
    assert!(has(&whole, "Position"), "its place among its neighbours: {names:?}");
    assert!(has(&whole, "SpokenKey") && has(&whole, "HintExit"), "{names:?}");
    assert_eq!(said(&mut journey, passes(secs(200))), [], "what is known is not said again");
    let moved = said(&mut journey, keys("RIGHT"));
    assert!(!has(&moved, "TabHome") && has(&moved, "Position"), "{moved:?}");
    let opened = said(&mut journey, keys("OK"));
    assert_eq!(journey.place(), PlaceKind::Offer);
    assert!(has(&opened, "SpokenButton") && has(&opened, "SpokenFact"), "{opened:?}");
}

#[test]
fn a11y_2_a_countdown_is_silent_and_what_a_viewer_chooses_is_said() {
    let mut journey = home();
    journey.keys("MENU DOWN");
    let size = said(&mut journey, keys("OK"));
    assert!(has(&size, "TextSizeLarge"), "{size:?}");
    let mut journey = without_code();
    let with_code = said(&mut journey, |journey| {
        journey.answer("StartSignIn", Answer::DeviceCode(device_code("WDJB-MJHT")));
    });
    assert!(names(&with_code).contains(&"CODE".to_owned()), "{with_code:?}");
    assert_eq!(said(&mut journey, passes(ms(4000))), [], "the time that is left");
}

#[test]
fn a11y_2_the_confirmation_says_all_that_the_picture_says() {
    let journey = at_confirmation();
    let vm = journey.vm();
    let super::super::model::Screen::Confirm(screen) = &vm.screen else { panic!("{:?}", vm.screen) };
    let said = heard(&journey).since(None);
    let texts = [&screen.title, &screen.name, &screen.period, &screen.warning];
    let facts: Vec<Text> = screen.facts.iter().map(|fact| pair(Msg::SpokenFact, &fact.label, &fact.value)).collect();
    assert!(facts.len() >= 3, "{facts:?}");
    for text in texts.into_iter().chain(&facts).chain(&screen.notes).filter(|text| !text.is_empty()) {
        assert!(said.contains(&Part::Words(text.clone())), "{text:?} in {said:?}");
    }
    // The safe button has the focus, and it is named.
    assert!(has(&said, "SpokenButton") && has(&said, "ButtonCancel"), "{said:?}");
}

#[test]
fn a11y_2_messages_and_failures_are_announced() {
    let mut journey = home();
    let added = said(&mut journey, keys("GREEN"));
    assert!(has(&added, "NoticeAdded"), "{added:?}");
    let mut journey = home();
    let offline = said(&mut journey, |journey| {
        journey.event(Event::Resumed).fail_all(&FailureKind::NoConnection);
    });
    assert!(names(&offline).iter().any(|name| name.starts_with("Banner")), "{offline:?}");
    let mut journey = ordered();
    let refused = said(&mut journey, |journey| {
        journey.fail("Exchange", refusal(vec![crate::domain::Reason::Debt { roubles: None }]));
    });
    assert_eq!(journey.place(), PlaceKind::Refusal);
    assert!(!refused.is_empty() && has(&refused, "SpokenButton"), "{refused:?}");
}

#[test]
fn a11y_2_a_pin_is_counted_and_never_told() {
    let mut journey = home_of(World::default());
    journey.app.has_pin = true;
    journey.keys("MENU DOWN*4 OK");
    assert!(journey.app.dialog().is_some());
    for digit in ["7", "3", "9"] {
        let entered = said(&mut journey, keys(digit));
        let names = names(&entered);
        assert_eq!(names.first().map(String::as_str), Some("SpokenPin"), "{names:?}");
        assert!(!names[1..].contains(&digit.to_owned()) || digit == "3", "«3 of 4» is a count: {names:?}");
    }
    // Who walks over the pad hears its keys, and no log does.
    let walked = said(&mut journey, keys("RIGHT"));
    assert!(matches!(walked.as_slice(), [Part::Secret(Text::Plain(key))] if key.len() == 1), "{walked:?}");
    let wrong = said(&mut journey, |journey| {
        journey.keys("1");
        journey.pin(PinAnswer::Wrong { left: 4 });
    });
    assert!(has(&wrong, "PinWrong"), "{wrong:?}");
}

/// Wherever a code stands, it is spelled and in no log: `Part::Words` are logged.
#[test]
fn a11y_2_no_code_is_among_the_words() {
    const PROMO: &str = "KAV-2026";
    let signing_in = signed_out();
    let code = match signing_in.vm().screen {
        super::super::model::Screen::SignIn(screen) => screen.code,
        other => panic!("{other:?}"),
    };
    let mut options = home();
    for held in options.app.data.entitlements.iter_mut().flatten() {
        (held.promo_code, held.renewal, held.playback) = (Some(PROMO.to_owned()), None, None);
    }
    options.keys("UP UP RIGHT*2 OK").expect_place(PlaceKind::MyOptions);
    let mut magnified = signing_in.clone();
    magnified.keys("HOLD:INFO:1s");
    assert!(magnified.app.is_magnified());
    for (journey, code) in [(signing_in, code.clone()), (magnified, code), (options, Text::plain(PROMO))] {
        let whole = heard(&journey).since(None);
        assert!(whole.contains(&Part::Code(code.clone())), "{whole:?}");
        let Text::Plain(letters) = &code else { panic!("{code:?}") };
        let words: Vec<Part> = whole.into_iter().filter(|part| matches!(part, Part::Words(_))).collect();
        assert!(!names(&words).iter().any(|name| name.contains(letters.as_str())), "{words:?}");
    }
}
