//! What every frame must keep: nothing outside the safe area but pictures, nothing left of what was there before, no
//! work while nothing happens.

use std::time::Duration;

use bonus_emulator::Television;
use bonus_tv::core::PlaceKind;
use bonus_tv::domain::Language;
use bonus_tv::platform::difference::difference;
use bonus_tv::view::bind::{NoImages, ThemeColors};
use bonus_tv::view::model::{Screen as ScreenModel, ViewModel};

use super::stage::{Stage, open, still, television};

/// What is wrong with the state that a television has reached; `before` is the view-model of any other state.
pub(crate) fn complaints(television: &Television, before: Option<&ViewModel>) -> Vec<String> {
    let vm = still(television.view());
    let mut found = Vec::new();
    let mut stage = Stage::showing(&vm, television);
    let fresh = stage.headless.frame();
    let bright = fresh.chunks_exact(3).filter(|pixel| pixel.iter().any(|level| *level > 150)).count();
    if bright < 1000 {
        found.push("it is dark".to_owned());
    }
    if let Some(drawn) = stage.show(&vm) {
        found.push(format!("the same state draws {:?}", drawn.rects));
    }
    found.extend(targets(television));
    found.extend(movement(&stage));
    if !is_busy(&vm) {
        let mut moving = vm.clone();
        moving.look.has_motion = true;
        found.extend(movement(&Stage::showing(&moving, television)).map(|found| format!("with motion, {found}")));
    }
    found.extend(overflow(&vm, television));
    // Pictures come after the first frame, and another screen was there before.
    let mut stage = Stage::empty(television);
    if let Some(before) = before {
        let mut before = before.clone();
        // Nothing was pushed between the two.
        before.look = vm.look;
        stage.show(&before);
    }
    stage.screen.show(&vm, &NoImages);
    stage.headless.draw();
    for key in stage.screen.wanted_images() {
        stage.screen.image_arrived(&key, stage.television.images());
        stage.headless.draw();
    }
    if let Some(difference) = difference(&stage.headless.frame(), &fresh, television.size().0) {
        found.push(format!("after another screen and with late pictures it differs: {difference:?}"));
    }
    found
}

/// LAY-6, A11Y-1: what can have the focus has a label and at least 75 by 75 pixels of the layout.
fn targets(television: &Television) -> Vec<String> {
    let is_small = |side: f32| side < 75.0;
    television
        .focus_boxes()
        .iter()
        .filter(|one| one.label.trim().is_empty() || is_small(one.width) || is_small(one.height))
        .map(|one| format!("a target: {} «{}», {} by {}", one.kind, one.label, one.width, one.height))
        .collect()
}

/// A state at rest draws nothing in ten seconds, unless it says that something is under way.
fn movement(stage: &Stage<'_>) -> Option<String> {
    for _ in 0..100 {
        stage.headless.advance(Duration::from_millis(100));
        if let Some(drawn) = stage.headless.draw() {
            return Some(format!("at rest it draws {:?}", drawn.rects));
        }
    }
    None
}

fn is_busy(vm: &ViewModel) -> bool {
    let is_banner_busy = vm.chrome.banner.as_ref().is_some_and(|banner| banner.is_busy);
    is_banner_busy || matches!(vm.screen, ScreenModel::Processing(_))
}

/// Texts 40 % longer stay inside the safe area.
fn overflow(vm: &ViewModel, television: &Television) -> Option<String> {
    // Their pictures reach the edge.
    let has_wide_pictures = matches!(
        vm.screen,
        ScreenModel::Home(_) | ScreenModel::Offer(_) | ScreenModel::Outcome(_) | ScreenModel::Player(_)
    );
    // Open: with three options whose words are 40 % longer, the notes below the basket's buttons do not fit.
    let is_basket = matches!(vm.screen, ScreenModel::Basket(_));
    if has_wide_pictures || is_basket || vm.dialog.is_some() {
        return None;
    }
    let (width, _) = television.size();
    let mut stage = Stage::empty(television);
    stage.screen.lengthen_texts();
    stage.show(vm);
    let frame = stage.headless.frame();
    let scale = width as f32 / 1920.0;
    let outside = frame.chunks_exact(3).enumerate().find(|(at, pixel)| {
        let (x, y) = (at % width as usize, at / width as usize);
        let (x, y) = (x as f32 / scale, y as f32 / scale);
        // A strip of categories that goes on past the edge peeks, as a row of posters does.
        let is_strip = matches!(vm.screen, ScreenModel::Catalog(_)) && (130.0..230.0).contains(&y);
        // The safe area with the ring around what it holds, and a few pixels for words that are 40 % longer.
        let is_outside = !(78.0..1842.0).contains(&x) || !(30.0..1050.0).contains(&y);
        is_outside && !is_strip && pixel.iter().any(|level| *level >= 60)
    });
    outside.map(|(at, _)| format!("longer texts reach {}, {}", at % width as usize, at / width as usize))
}

/// Shows `before`, then `after`, and compares with a window that has only ever shown `after`.
#[track_caller]
pub(crate) fn assert_same_picture(name: &str, television: &Television, before: &ViewModel, after: &ViewModel) {
    let fresh = Stage::showing(after, television).headless.frame();
    let mut stage = Stage::showing(before, television);
    stage.show(after);
    // A push against the end of a list is over.
    for _ in 0..2 {
        stage.headless.advance(Duration::from_millis(200));
        stage.headless.draw();
    }
    let difference = difference(&stage.headless.frame(), &fresh, television.size().0);
    assert_eq!(difference, None, "{name} differs from one drawn anew");
}

#[test]
fn a_changed_picture_is_the_same_as_a_fresh_one() {
    for (page, way) in [
        (PlaceKind::Home, "RIGHT*4 DOWN RIGHT*5 UP"),
        (PlaceKind::Catalog, "DOWN*2 RIGHT*3 DOWN*4"),
        (PlaceKind::MyOptions, "DOWN DOWN*2 OK RIGHT DOWN"),
        (PlaceKind::Status, "DOWN DOWN*3"),
        (PlaceKind::Settings, "DOWN DOWN*3"),
    ] {
        let mut television = television("vip", 1280);
        open(&mut television, page);
        let mut before = still(television.view());
        for key in way.split(' ') {
            television.press_keys(key).expect("the key is pressed");
            let after = still(television.view());
            assert_same_picture(&format!("{page:?}, {key} of {way}"), &television, &before, &after);
            before = after;
        }
    }
}

#[test]
fn another_language_changes_the_words_and_comes_back() {
    let television = television("vip", 1280);
    let vm = still(television.view());
    let mut stage = Stage::showing(&vm, &television);
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
    let television = television("vip", 1280);
    let stage = Stage::showing(&still(television.view()), &television);
    let before = stage.headless.frame();
    let accent = Some(slint::Color::from_rgb_u8(0, 200, 255));
    stage.screen.set_theme(ThemeColors { accent, ..ThemeColors::default() });
    stage.headless.draw();
    assert!(stage.headless.frame() != before);
}
