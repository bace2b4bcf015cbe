//! What every frame must keep: nothing outside the safe area but pictures, and keys that leave.

use std::cell::RefCell;
use std::rc::Rc;

use bonus_tv::domain::Language;
use bonus_tv::platform::difference::difference;
use bonus_tv::view::bind::{KeyAction, NoImages, ThemeColors};
use bonus_tv::view::fixtures;
use bonus_tv::view::message::Msg;
use bonus_tv::view::model::{CardShape, Screen as ScreenModel, ViewModel};
use bonus_tv::view::text::Text;

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
            // A strip of categories that goes on past the edge peeks, as a row of posters does.
            let is_strip = name.starts_with("catalog") && (130..230).contains(&y);
            let is_outside = !(84..1836).contains(&x) || !(42..1038).contains(&y);
            assert!(!is_outside || is_strip || pixel.iter().all(|level| *level < 60), "{name}: something at {x}, {y}");
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

/// Shows `before`, then `after`, and compares with a window that has only ever shown `after`.
#[track_caller]
fn assert_same_picture(name: &str, before: &ViewModel, after: &ViewModel) {
    let fresh = Stage::showing(after, 1280).headless.frame();
    let mut stage = Stage::showing(before, 1280);
    stage.show(after);
    let difference = difference(&stage.headless.frame(), &fresh, 1280);
    assert_eq!(difference, None, "{name} differs from one drawn anew");
}

#[test]
fn a_changed_picture_is_the_same_as_a_fresh_one() {
    assert_same_picture("home", &fixtures::home(1, 1), &fixtures::home(1, 5));
    assert_same_picture("home row", &fixtures::home(0, 1), &fixtures::home(1, 2));
    assert_same_picture("grid", &fixtures::catalog(CardShape::Poster, 3), &fixtures::catalog(CardShape::Poster, 14));
    assert_same_picture("options", &fixtures::my_options(1), &fixtures::my_options(3));
    assert_same_picture("basket", &fixtures::basket(Some(0)), &fixtures::basket(None));
    assert_same_picture("offer", &fixtures::offer(0), &fixtures::offer(2));
    assert_same_picture("status", &fixtures::status(0), &fixtures::status(2));
}

#[test]
fn every_screen_after_every_other_is_the_same_as_a_fresh_one() {
    let all = fixtures::all();
    for (before, after) in all.iter().zip(all.iter().skip(1)) {
        assert_same_picture(&format!("{} after {}", after.0, before.0), &before.1, &after.1);
    }
}

#[test]
fn a_mark_that_comes_and_goes_is_drawn() {
    let plain = fixtures::catalog(CardShape::Tile, 2);
    let mut marked = plain.clone();
    if let ScreenModel::Catalog(catalog) = &mut marked.screen {
        for card in &mut catalog.cards {
            card.badge = if card.index == 1 { Text::Empty } else { Text::plain("В корзине") };
        }
    }
    assert_same_picture("mark", &plain, &marked);
    assert_same_picture("no mark", &marked, &plain);
}

#[test]
fn pictures_that_arrive_make_the_same_picture() {
    for (name, vm) in [
        ("grid", fixtures::catalog(CardShape::Poster, 2)),
        ("list", fixtures::my_options(1)),
        ("home", fixtures::home(1, 2)),
        ("offer", fixtures::offer(0)),
    ] {
        let fresh = Stage::showing(&vm, 1280);
        let mut stage = Stage::showing(&fixtures::history(1), 1280);
        stage.screen.show(&vm, &NoImages);
        stage.headless.draw();
        for key in stage.screen.wanted_images() {
            stage.screen.image_arrived(&key, &stage.pictures);
            stage.headless.draw();
        }
        assert!(stage.headless.frame() == fresh.headless.frame(), "{name}");
    }
}
