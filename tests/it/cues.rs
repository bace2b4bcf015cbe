//! Nothing is told by colour alone: the focus has a ring and a change of its own, colour keys have letters.

use bonus_emulator::gallery::{Look, Words, states};
use bonus_emulator::{FocusBox, Television};

use crate::sight::ratio;

const RUSSIAN: Look = Look { lines: 1080, words: Words::Russian };

fn state(name: &str, look: Look) -> Television {
    let states = states().expect("the list of states is readable");
    let state = states.iter().find(|state| state.name == name).expect("the state is in the list");
    state.reach(look).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn pixel(frame: &[u8], x: f32, y: f32) -> [u8; 3] {
    let at = (y.max(0.0) as usize * 1920 + x.max(0.0) as usize) * 3;
    frame.get(at..at + 3).map_or([0; 3], |pixel| [pixel[0], pixel[1], pixel[2]])
}

/// The strongest contrast with the page on a line from the left edge of an element outwards, where its ring is.
fn ring(frame: &[u8], of: &FocusBox) -> f64 {
    let y = of.y + of.height.min(160.0) / 2.0;
    (0..14).map(|step| ratio(pixel(frame, of.x - step as f32, y), [10, 11, 17])).fold(0.0, f64::max)
}

/// How much of the inside of an element, its ring left out, is another picture now; in thousandths.
fn changed(before: &[u8], after: &[u8], of: &FocusBox) -> usize {
    const RING: f32 = 12.0;
    let (mut all, mut other) = (0, 0);
    for y in (of.y + RING) as usize..(of.y + of.height - RING) as usize {
        for x in (of.x + RING) as usize..(of.x + of.width - RING) as usize {
            all += 1;
            other += usize::from(pixel(before, x as f32, y as f32) != pixel(after, x as f32, y as f32));
        }
    }
    other * 1000 / all.max(1)
}

#[test]
fn foc_7_the_focus_stands_out_by_its_ring_and_by_a_second_cue() {
    for (name, away) in [
        ("home-vip", "RIGHT"),
        ("catalog-films", "RIGHT"),
        ("catalog-next", "LEFT RIGHT*2"),
        ("settings", "DOWN"),
        ("status", "DOWN"),
        ("offer-film", "RIGHT"),
        ("confirm", "RIGHT"),
        ("basket", "DOWN"),
        ("refusal-points", "RIGHT"),
    ] {
        let mut tv = state(name, RUSSIAN);
        let is_choice = |one: &FocusBox| ["BarTab", "Chip", "LadderStep"].contains(&one.kind.as_str());
        let focus = tv.focus_boxes().into_iter().find(|one| one.is_marked && !is_choice(one)).expect("a focus");
        let before = tv.frame();
        let contrast = ring(&before, &focus);
        assert!(contrast >= 3.0, "{name}: the ring of {focus:?} has a contrast of {contrast:.1}");
        tv.press_keys(away).expect("the key is pressed");
        let after = tv.frame();
        assert!(ring(&after, &focus) < contrast, "{name}: the ring stays");
        let share = changed(&before, &after, &focus);
        assert!(share > 20, "{name}: only {share} of 1000 pixels inside of {focus:?} tell of the focus");
    }
}

#[test]
fn a11y_3_a_colour_key_carries_its_letter() {
    for (words, letters) in [(Words::Russian, ["З", "Ж"]), (Words::English, ["G", "Y"])] {
        let tv = state("home-basket", Look { lines: 1080, words });
        let drawn: Vec<String> = tv.text_boxes().into_iter().map(|one| one.words).collect();
        assert!(letters.iter().all(|letter| drawn.iter().any(|one| one == letter)), "{letters:?} in {drawn:?}");
    }
}
