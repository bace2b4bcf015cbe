//! The view is complete: every state has words, every word exists in both languages, no secret is shown.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::message::Msg;
use super::model::{CardShape, Screen, ViewModel};
use super::text::Text;
use super::{failure, refusal};
use crate::core::tests::fixtures::{World, device_code, every_failure, every_reason, points};
use crate::core::tests::support::{
    Journey, at_confirmation, home, home_of, ordered, refusal as refused, secs, signed_out,
};
use crate::core::{Answer, Boot, PinAnswer, PlaceKind, Session};
use crate::domain::{Failure, FailureKind, SignInPoll, TextSize};

const SLINT: &str = include_str!("../../ui/api/texts.slint");
const RUSSIAN: &str = include_str!("../../assets/lang/ru/LC_MESSAGES/bonus-tv-ui.po");

/// The English forms of a message: one, or singular and plural.
fn english() -> BTreeMap<String, Vec<String>> {
    let lines = SLINT.lines().filter_map(|line| {
        let (name, rest) = line.trim().strip_prefix("if (msg == Msg.")?.split_once(')')?;
        let words = rest.split_once("@tr(\"")?.1.split_once("\" => ")?;
        assert_eq!(words.0, name, "the context is the message's name");
        Some((name.to_owned(), quoted(words.1)))
    });
    lines.collect()
}

/// The quoted strings of a line.
fn quoted(line: &str) -> Vec<String> {
    line.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

/// The Russian forms of each message.
fn russian() -> BTreeMap<String, Vec<String>> {
    let entries = RUSSIAN.split("\n\n").filter_map(|entry| {
        let name = entry.lines().find_map(|line| line.strip_prefix("msgctxt "))?;
        let forms = entry.lines().filter(|line| line.starts_with("msgstr")).flat_map(quoted);
        Some((name.trim_matches('"').to_owned(), forms.collect()))
    });
    entries.collect()
}

fn placeholders(words: &str) -> BTreeSet<String> {
    ["{0}", "{1}", "{2}", "{3}", "{}"].iter().filter(|place| words.contains(**place)).map(|p| (*p).to_owned()).collect()
}

#[test]
fn every_message_has_english_words() {
    let english = english();
    for msg in Msg::ALL {
        assert!(
            english.get(msg.name()).is_some_and(|forms| forms.iter().all(|form| !form.is_empty())),
            "{}",
            msg.name()
        );
    }
    assert_eq!(english.len(), Msg::ALL.len(), "no words without a message");
}

#[test]
fn every_message_has_russian_words() {
    let russian = russian();
    for msg in Msg::ALL {
        assert!(
            russian.get(msg.name()).is_some_and(|forms| forms.iter().all(|form| !form.is_empty())),
            "{}",
            msg.name()
        );
    }
    assert_eq!(russian.len(), Msg::ALL.len(), "no words without a message");
}

#[test]
fn what_has_two_english_forms_has_three_russian_ones() {
    let russian = russian();
    for (name, forms) in english() {
        let wanted = if forms.len() == 2 { 3 } else { 1 };
        assert_eq!(russian.get(&name).map(Vec::len), Some(wanted), "{name}");
    }
}

#[test]
fn both_languages_fill_the_same_places() {
    let russian = russian();
    for (name, forms) in english() {
        let wanted: BTreeSet<String> = forms.iter().flat_map(|form| placeholders(form)).collect();
        for form in russian.get(&name).into_iter().flatten() {
            assert_eq!(placeholders(form), wanted, "{name}: {form}");
        }
    }
}

fn title(shown: &ViewModel) -> &Text {
    match &shown.screen {
        Screen::Message(screen) => &screen.message.title,
        Screen::SignIn(screen) => &screen.title,
        Screen::Join(screen) => &screen.title,
        Screen::Home(screen) => &screen.hero.title,
        Screen::Catalog(screen) => &screen.title,
        Screen::Offer(screen) => &screen.title,
        Screen::Basket(screen) => &screen.title,
        Screen::Confirm(screen) => &screen.title,
        Screen::Processing(screen) => &screen.title,
        Screen::Outcome(screen) => &screen.title,
        Screen::Refusal(screen) => &screen.title,
        Screen::List(screen) => &screen.title,
        Screen::Status(screen) => &screen.title,
        Screen::About(screen) => &screen.title,
        Screen::Player(screen) => &screen.title,
        Screen::Magnifier(screen) => &screen.title,
    }
}

/// One journey to each kind of screen.
fn everywhere() -> Vec<Journey> {
    let mut all = vec![home(), home_of(World::not_enrolled()), at_confirmation(), ordered(), signed_out()];
    for tab in 1..=5 {
        let mut journey = home();
        journey.keys("GREEN").keys(&format!("UP UP RIGHT*{tab} OK")).serve();
        all.push(journey);
    }
    let mut offer = home();
    offer.keys("OK");
    let mut history = home();
    history.keys("UP OK").serve();
    let mut about = home();
    about.keys("MENU DOWN*8 OK");
    let mut player = home_of(World::with_film());
    player.keys("OK");
    let mut outcome = ordered();
    outcome.confirm_order().serve();
    let mut refusal = ordered();
    refusal.fail("Exchange", refused(every_reason()));
    let world = World::default();
    let boot = world.boot();
    all.extend([offer, history, about, player, outcome, refusal, Journey::boot(world, boot)]);
    all
}

#[test]
fn every_screen_has_a_title_and_labels_on_its_buttons() {
    let all = everywhere();
    let places: HashSet<PlaceKind> = all.iter().map(Journey::place).collect();
    assert_eq!(places.len(), 16, "every place is visited: {places:?}");
    for journey in &all {
        let shown = journey.vm();
        assert!(!title(&shown).is_empty(), "{}", journey.told());
        assert!(shown.chrome.hints.iter().all(|hint| !hint.label.is_empty()));
        assert!(!format!("{:?}", shown.screen).contains("label: Empty"), "{}", journey.told());
    }
}

#[test]
fn each_failure_has_its_own_title_and_code() {
    let messages: Vec<_> = every_failure().into_iter().map(|kind| failure::message(&Failure::new(kind))).collect();
    let titles: HashSet<String> = messages.iter().map(|message| format!("{:?}", message.title)).collect();
    let codes: HashSet<String> = messages.iter().map(|message| format!("{:?}", message.code)).collect();
    assert_eq!((titles.len(), codes.len()), (messages.len(), messages.len()));
}

#[test]
fn the_servers_id_of_an_answer_stands_beside_the_code() {
    let failure = Failure { request_id: Some("req-7".to_owned()), ..Failure::new(FailureKind::Unavailable) };
    assert!(format!("{:?}", failure::message(&failure).code).contains("req-7"));
}

#[test]
fn each_reason_has_a_title_and_advice_of_its_own() {
    let app = home().app;
    let causes: Vec<_> = every_reason().iter().map(|reason| refusal::cause(&app, reason)).collect();
    assert!(causes.iter().all(|cause| !cause.title.is_empty() && !cause.advice.is_empty()));
    let titles: HashSet<String> = causes.iter().map(|cause| format!("{:?}", cause.title)).collect();
    assert_eq!(titles.len(), causes.len());
}

#[test]
fn a_refusal_shows_every_cause_and_its_number() {
    let mut journey = ordered();
    journey.fail("Exchange", refused(every_reason()));
    let mut seen = HashSet::new();
    for _ in every_reason() {
        let Screen::Refusal(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
        assert!((1..=3).contains(&screen.causes.len()), "what is shown fits");
        assert!(format!("{:?}", screen.code).contains("2011") && !screen.position.is_empty());
        seen.extend(screen.causes.iter().map(|cause| format!("{:?}", cause.title)));
        journey.keys("DOWN");
    }
    assert_eq!(seen.len(), every_reason().len(), "all can be scrolled to");
    journey.expect_bump("DOWN").keys("UP*30").expect_bump("UP");
}

#[test]
fn prices_are_messages_with_their_plural_form() {
    let mut journey = home();
    journey.keys("OK");
    let Screen::Offer(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    let wanted = Text::counted(Msg::Points, 101, [Text::Number { sign: "", amount: 101 }]);
    assert_eq!(screen.price, wanted);
    assert_eq!(super::format::points(points(101)), wanted);
}

/// PUR-2: what is charged is what was shown.
#[test]
fn the_confirmation_shows_the_charge_and_the_balance_before_and_after() {
    let Screen::Confirm(screen) = at_confirmation().vm().screen else { panic!("a confirmation") };
    let values: Vec<&Text> = screen.facts.iter().map(|fact| &fact.value).collect();
    let wanted = [101, 5000, 4899].map(|amount| super::format::points(points(amount)));
    assert_eq!(values, wanted.iter().collect::<Vec<_>>());
    assert!(!screen.warning.is_empty());
}

#[test]
fn the_pin_pad_shows_how_many_digits_and_never_which() {
    let mut journey = home();
    journey.world.poll = SignInPoll::Granted;
    journey.keys("MENU DOWN*4 OK").serve().wait(secs(6)).serve_one("ConfirmMember");
    let mut other = journey.clone();
    journey.keys("7");
    let first = journey.vm();
    other.keys("3");
    assert_eq!(first.dialog, other.vm().dialog);
    assert_eq!(first.dialog.and_then(|dialog| dialog.pin).map(|pad| pad.entered), Some(1));
}

#[test]
fn a_wrong_pin_is_told_with_the_tries_that_are_left() {
    let mut journey = home();
    journey.app.has_pin = true;
    journey.keys("MENU DOWN*4 OK 1 2 3 4").pin(PinAnswer::Wrong { left: 3 });
    let error = journey.vm().dialog.and_then(|dialog| dialog.pin).map(|pad| pad.error);
    assert_eq!(error, Some(Text::counted(Msg::PinWrong, 3, [Text::plain("3")])));
}

#[test]
fn the_same_state_gives_the_same_picture() {
    for mut journey in everywhere() {
        let before = journey.vm();
        journey.event(crate::core::Event::Presented).event(crate::core::Event::Presented);
        assert_eq!(journey.vm(), before, "{}", journey.told());
    }
}

/// A length of a group of the theme, in layout pixels.
fn theme(group: &str, name: &str) -> u32 {
    const THEME: &str = include_str!("../../ui/theme/theme.slint");
    let group = THEME.split_once(&format!("export global {group} {{")).expect("the group is there").1;
    let line = group.split_once(&format!("<length> {name}: ")).expect("the length is there").1;
    let line = line.split_once(';').expect("the length ends").0;
    let line = line.split_once('(').map_or(line, |(_, lengths)| lengths);
    line.split_once("px").expect("it is in pixels").0.parse().expect("it is a whole number")
}

/// The same length at this size of the words: `Type.between` names it at 100 % and at 130 %.
fn theme_at(size: TextSize, group: &str, name: &str) -> u32 {
    const THEME: &str = include_str!("../../ui/theme/theme.slint");
    let rest = THEME.split_once(&format!("export global {group} {{")).expect("the group is there").1;
    let line = rest.split_once(&format!("<length> {name}: ")).expect("the length is there").1;
    let line = line.split_once(';').expect("the length ends").0;
    let Some((_, largest)) = line.split_once("between(").and_then(|(_, lengths)| lengths.split_once(", ")) else {
        return theme(group, name);
    };
    let largest = largest.split_once("px").expect("it is in pixels").0.parse().expect("it is a whole number");
    size.between(theme(group, name), largest)
}

#[test]
fn the_layout_of_home_is_that_of_the_theme() {
    use super::home::{panels_height, row_height};
    use crate::core::layout;
    let card = |name| theme("CardSize", name);
    assert_eq!(layout::POSTER_WIDTH, card("poster-width"));
    assert_eq!(layout::TILE_WIDTH, card("tile-width"));
    assert_eq!(layout::CARD_GAP, card("row-gap"));
    assert_eq!((layout::PANEL_WIDTH, layout::PANEL_PITCH), (theme("PanelSize", "width"), theme("PanelSize", "pitch")));
    for size in TextSize::ALL {
        let at = |name| theme_at(size, "CardSize", name);
        assert_eq!(panels_height(size), theme_at(size, "PanelSize", "strip"));
        let rest = at("heading-height") + at("heading-gap") + at("text-height") + theme("Space", "large");
        assert_eq!(row_height(CardShape::Poster, size), rest + at("poster-height"), "{size:?}");
        assert_eq!(row_height(CardShape::Tile, size), rest + at("tile-height"), "{size:?}");
        // A row under the panels is whole, and one of posters at the top of the lower half is, too.
        let top = theme("HeroSize", "bottom");
        let cover = theme("Frame", "cover-top");
        assert!(top + panels_height(size) + row_height(CardShape::Tile, size) - theme("Space", "large") <= cover);
        assert!(top + 12 + row_height(CardShape::Poster, size) - theme("Space", "large") <= cover, "{size:?}");
    }
    // The next row's heading peeks above the hints (LAY-9).
    let row = row_height(CardShape::Tile, TextSize::Normal);
    let next = theme("HeroSize", "bottom") + panels_height(TextSize::Normal) + row;
    assert!(next + card("heading-height") <= theme("Frame", "cover-top"), "{next}");
}

#[test]
fn lay_3_core_text_is_34_pixels_at_least_and_no_text_is_below_28() {
    for core in ["display", "title", "rail-title", "heading", "body", "label", "note", "caption", "code", "clock"] {
        assert!(theme("Type", core) >= 34, "{core}");
    }
    for other in ["small", "tab", "glyph"] {
        assert!(theme("Type", other) >= 28, "{other}");
    }
}

#[test]
fn net_4_without_a_sign_in_code_the_failure_fills_the_screen() {
    let world = World::default();
    let boot = Boot { session: Session::SignedOut, ..world.boot() };
    let mut journey = Journey::boot(world, boot);
    let failure = Failure::new(FailureKind::NoConnection);
    journey.fail("StartSignIn", failure.kind.clone());
    let Screen::Message(screen) = journey.vm().screen else { panic!("{}", journey.told()) };
    assert_eq!(screen.message, failure::message(&failure));
    assert!(screen.buttons[0].is_focused, "OK asks for a code again");
    journey.keys("OK").answer("StartSignIn", Answer::DeviceCode(device_code("AAAA-BBBB")));
    assert!(matches!(journey.vm().screen, Screen::SignIn(_)));
}
