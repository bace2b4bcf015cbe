//! What a viewer who sees little can read: every state of `tests/screens/states.toml` at every size of the words, in
//! both contrasts and both languages. Places come from the layout, colours from the picture that the box would show.
//!
//! A plain run takes one look of each state, `BONUS_TV_SIGHT=all` every one.

use std::collections::HashMap;
use std::env;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bonus_emulator::gallery::{Look, State, Words, states};
use bonus_emulator::{Television, TextBox};
use bonus_tv::view::message::Msg;
use bonus_tv::view::model::{ListKind, Screen};
use bonus_tv::view::text::Text;

/// Size of the words in percent, contrast, lines of the screen, words.
type Sight = (u32, &'static str, u32, Words);

const LOOKS: [Sight; 8] = [
    (130, "high", 1080, Words::Russian),
    (115, "normal", 720, Words::Russian),
    (130, "normal", 720, Words::English),
    (100, "high", 1080, Words::English),
    (130, "normal", 1080, Words::Russian),
    (115, "high", 1080, Words::English),
    (100, "normal", 1080, Words::Russian),
    (100, "normal", 720, Words::English),
];

/// Where the cover under the last line begins, and where its hints do.
const COVER: f32 = 976.0;

/// The right edge of the safe area, and a pixel for rounding.
const SAFE_RIGHT: f32 = 1825.0;

/// Text that may end in an ellipsis, for all of it stands elsewhere: under a card (its title is in the heading or the
/// hero), in the hero (the offer's page), in a panel (its page).
fn may_be_cut(tv: &Television, percent: u32) -> Vec<String> {
    let vm = tv.view();
    let mut allowed: Vec<&Text> = Vec::new();
    match &vm.screen {
        Screen::Home(home) => {
            allowed.extend([&home.hero.description, &home.hero.meta]);
            let cards = home.rows.iter().flat_map(|row| &row.cards);
            allowed.extend(cards.clone().flat_map(|card| [&card.title, &card.badge]));
            // Too long in larger English words; «Мои опции» has it whole.
            let costs = |text: &&Text| matches!(text, Text::Message { msg: Msg::PaidFromShort, .. });
            allowed.extend(cards.map(|card| &card.caption).filter(costs));
        }
        Screen::Catalog(catalog) => {
            allowed.extend(catalog.cards.iter().flat_map(|card| [&card.title, &card.badge]));
            // A strip goes on past its edge.
            allowed.extend(catalog.chips.iter().map(|chip| &chip.label));
        }
        Screen::Join(join) => allowed.extend(&join.terms),
        // The row that peeks at the end of a list.
        Screen::List(list) => {
            let last = list.list.rows.iter().filter(|row| row.index >= list.list.first_visible + 5);
            allowed.extend(last.flat_map(|row| [&row.title, &row.subtitle, &row.value]));
        }
        Screen::Status(status) => {
            let last = status
                .list
                .rows
                .iter()
                .filter(|row| row.index >= status.list.first_visible + if percent == 130 { 2 } else { 3 });
            allowed.extend(last.flat_map(|row| [&row.title, &row.subtitle, &row.value]));
        }
        Screen::Basket(basket) => {
            let last = basket
                .list
                .rows
                .iter()
                .filter(|row| row.index >= basket.list.first_visible + if percent > 100 { 3 } else { 6 });
            allowed.extend(last.flat_map(|row| [&row.title, &row.subtitle, &row.value]));
        }
        _ => {}
    }
    if let Screen::List(history) = &vm.screen
        && history.kind == ListKind::History
    {
        // The page of the offer and that of the exchange have it whole.
        allowed.extend(history.list.rows.iter().map(|row| &row.title));
    }
    allowed.into_iter().map(|text| tv.words(text)).collect()
}

/// Text under the last card of a row of home, which goes on past the edge, is cut with its card.
fn cut_with_cards(tv: &Television) -> Vec<String> {
    let Screen::Home(home) = tv.view().screen else { return Vec::new() };
    home.rows.iter().flat_map(|row| &row.cards).map(|card| tv.words(&card.caption)).collect()
}

/// The words that nothing covers: those of an open dialog alone, and no card that the last line hides.
fn readable(tv: &Television) -> Vec<TextBox> {
    let (vm, mut boxes) = (tv.view(), tv.text_boxes());
    if let Some(dialog) = &vm.dialog {
        let title = tv.words(&dialog.title);
        let at = boxes.iter().rposition(|one| one.words == title).expect("a dialog has its title on the screen");
        boxes.drain(..at);
    }
    if matches!(vm.screen, Screen::Home(_) | Screen::Catalog(_)) {
        let clock = tv.words(&vm.chrome.clock);
        let bar = boxes.iter().position(|one| one.words == clock).unwrap_or(0);
        let mut index = 0;
        boxes.retain(|one| {
            index += 1;
            index > bar || one.y + one.height * 0.8 < COVER
        });
    }
    boxes
}

/// The part of a line that letters fill.
fn ink(of: &TextBox) -> (f32, f32, f32, f32) {
    let leading = of.line * 0.16;
    (of.x, of.y + leading, of.x + of.width, of.y + of.height - leading)
}

fn overlap(one: &TextBox, other: &TextBox) -> bool {
    let (a, b) = (ink(one), ink(other));
    a.2.min(b.2) - a.0.max(b.0) > 2.0 && a.3.min(b.3) - a.1.max(b.1) > 2.0
}

fn luminance(pixel: [u8; 3]) -> f64 {
    let part = |level: u8| {
        let level = f64::from(level) / 255.0;
        if level <= 0.040_45 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(pixel[0]) + 0.7152 * part(pixel[1]) + 0.0722 * part(pixel[2])
}

pub(crate) fn ratio(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (a, b) = (luminance(one) + 0.05, luminance(other) + 0.05);
    a.max(b) / a.min(b)
}

/// The contrast of words with what most of their box shows: the strongest pixel of the letters counts, for thin strokes
/// are mixed with the ground at their edges.
fn contrast(frame: &[u8], width: usize, of: &TextBox) -> f64 {
    let scale = width as f32 / 1920.0;
    let (left, top, right, bottom) = ink(of);
    let mut counts: HashMap<[u8; 3], usize> = HashMap::new();
    for y in (top * scale) as usize..(bottom * scale) as usize {
        for x in (left * scale) as usize..(right * scale) as usize {
            if let Some(&[red, green, blue]) = frame.get((y * width + x) * 3..(y * width + x) * 3 + 3) {
                *counts.entry([red, green, blue]).or_default() += 1;
            }
        }
    }
    let Some((ground, _)) = counts.iter().max_by_key(|(_, count)| **count) else { return 0.0 };
    counts.keys().map(|pixel| ratio(*pixel, *ground)).fold(0.0, f64::max)
}

fn complaints(state: &State, (percent, contrast_name, lines, words): Sight) -> Vec<String> {
    let mut state = state.clone();
    state.text_size = Some(percent);
    state.contrast = Some(contrast_name.to_owned());
    let look = Look { lines, words };
    let name = format!("{} {look} at {percent} %, contrast {contrast_name}", state.name);
    let tv = match state.reach(look) {
        Ok(tv) => tv,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let (boxes, allowed, frame) = (readable(&tv), may_be_cut(&tv, percent), tv.frame());
    let at_edge = cut_with_cards(&tv);
    let mut found = Vec::new();
    for (index, one) in boxes.iter().enumerate() {
        let place = format!("«{}» at {:.0},{:.0} {:.0}x{:.0}", one.words, one.x, one.y, one.width, one.height);
        let (left, top, right, bottom) = ink(one);
        let is_card = allowed.contains(&one.words) || right > SAFE_RIGHT && at_edge.contains(&one.words);
        if one.is_cut && !is_card {
            found.push(format!("{name}: cut: {place}"));
        }
        if !is_card && (left < 95.0 || right > SAFE_RIGHT || top < 53.0 || bottom > 1029.0) {
            found.push(format!("{name}: outside the safe area: {place}"));
        }
        for other in boxes.iter().skip(index + 1).filter(|other| overlap(one, other)) {
            found.push(format!("{name}: overlap: {place} and «{}» at {:.0},{:.0}", other.words, other.x, other.y));
        }
        let least = if contrast_name == "high" { 7.0 } else { 4.5 };
        let measured = contrast(&frame, lines as usize * 16 / 9, one);
        if measured < least && !one.is_cut && one.width > 8.0 && one.words.chars().any(char::is_alphanumeric) {
            found.push(format!("{name}: contrast {measured:.1}: {place}"));
        }
    }
    found
}

/// LAY-3 to LAY-5, LAY-8, A11Y-4: all that a viewer reads is whole, alone in its place and stands out.
#[test]
fn lay_4_lay_5_lay_8_a11y_4_words_are_whole_and_stand_out_at_every_size_and_contrast() {
    let states = states().expect("the list of states is readable");
    let takes_all = env::var("BONUS_TV_SIGHT").is_ok_and(|word| word == "all");
    let wanted: Vec<(&State, Sight)> = states
        .iter()
        .enumerate()
        .filter(|(_, state)| {
            env::var("BONUS_TV_STATE").is_err() || env::var("BONUS_TV_STATE") == Ok(state.name.clone())
        })
        .flat_map(|(number, state)| {
            let looks = LOOKS.iter().enumerate();
            looks.filter(move |(at, _)| takes_all || number % LOOKS.len() == *at).map(move |(_, look)| (state, *look))
        })
        .collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((state, look)) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    found.lock().expect("no state panicked").extend(complaints(state, *look));
                }
            });
        }
    });
    let found = found.into_inner().expect("no state panicked");
    assert!(found.is_empty(), "{} in {} looks:\n{}", found.len(), wanted.len(), found.join("\n"));
}

#[test]
fn words_that_meet_and_colours_that_are_close_are_found() {
    let at =
        |x: f32, y: f32| TextBox { words: "a".to_owned(), x, y, width: 100.0, height: 40.0, line: 40.0, is_cut: false };
    assert!(overlap(&at(0.0, 0.0), &at(90.0, 20.0)));
    assert!(!overlap(&at(0.0, 0.0), &at(0.0, 40.0)) && !overlap(&at(0.0, 0.0), &at(100.0, 0.0)));
    assert!((ratio([255; 3], [0; 3]) - 21.0).abs() < 0.01);
    let mut frame = vec![10; 1920 * 1080 * 3];
    assert!(contrast(&frame, 1920, &at(0.0, 0.0)) < 1.01, "nothing is drawn there");
    frame[(20 * 1920 + 50) * 3..][..3].fill(250);
    assert!(contrast(&frame, 1920, &at(0.0, 0.0)) > 7.0);
}
