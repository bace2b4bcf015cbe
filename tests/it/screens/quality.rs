//! What every frame must keep: nothing outside the safe area but pictures, and keys that leave.

use std::cell::RefCell;
use std::rc::Rc;

use bonus_tv::domain::Language;
use bonus_tv::view::bind::{KeyAction, ThemeColors};
use bonus_tv::view::fixtures;
use bonus_tv::view::message::Msg;

use super::Stage;

#[test]
fn every_fixture_draws_in_both_sizes() {
    for width in [1280, 1920] {
        for (name, vm) in fixtures::all() {
            let stage = Stage::showing(&vm, width);
            let frame = stage.headless.frame();
            let bright = frame.chunks_exact(3).filter(|pixel| pixel.iter().any(|level| *level > 150)).count();
            let least = if vm.look.is_dimmed { 0 } else { 1000 };
            assert!(bright >= least, "{name} at {width} is dark");
        }
    }
}

#[test]
fn another_language_changes_the_words_and_comes_back() {
    let mut vm = fixtures::home(0, 0);
    vm.chrome.brand = Msg::OtherRewards.into();
    let mut stage = Stage::showing(&vm, 1280);
    let mut frame_in = |language| {
        stage.screen.set_language(language);
        stage.show(&vm);
        stage.headless.frame()
    };
    let russian = frame_in(Language::Ru);
    assert!(frame_in(Language::En) != russian);
    assert!(frame_in(Language::Ru) == russian);
}

#[test]
fn an_operators_colour_replaces_ours() {
    let stage = Stage::showing(&fixtures::home(0, 0), 1280);
    let before = stage.headless.frame();
    let accent = Some(slint::Color::from_rgb_u8(0, 200, 255));
    stage.screen.set_theme(ThemeColors { accent, ..ThemeColors::default() });
    stage.headless.draw();
    assert!(stage.headless.frame() != before);
}

#[test]
fn texts_forty_percent_longer_stay_inside_the_safe_area() {
    for (name, vm) in fixtures::all() {
        let has_pictures_at_the_edge =
            name.starts_with("home") || name.starts_with("dialog") || name.starts_with("offer");
        if has_pictures_at_the_edge || name.starts_with("outcome") {
            continue;
        }
        let mut stage = Stage::showing(&vm, 1920);
        stage.screen.lengthen_texts();
        stage.show(&vm);
        let frame = stage.headless.frame();
        for (at, pixel) in frame.chunks_exact(3).enumerate() {
            let (x, y) = (at % 1920, at / 1920);
            let is_outside = !(84..1836).contains(&x) || !(42..1038).contains(&y);
            assert!(!is_outside || pixel.iter().all(|level| *level < 60), "{name}: something at {x}, {y}");
        }
    }
}

#[test]
fn a_key_leaves_as_it_came() {
    let stage = Stage::showing(&fixtures::home(0, 0), 1280);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = seen.clone();
    stage.screen.on_key(move |text, action| log.borrow_mut().push((text.to_owned(), action)));
    stage.headless.press("5");
    assert_eq!(*seen.borrow(), [("5".to_owned(), KeyAction::Pressed), ("5".to_owned(), KeyAction::Released)]);
}
