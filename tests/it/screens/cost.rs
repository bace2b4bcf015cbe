//! Pixels for each move of the focus, frames for each key, and none when nothing happens.

use std::time::Duration;

use bonus_tv::view::bind::NoImages;
use bonus_tv::view::fixtures;
use bonus_tv::view::model::{CardShape, Direction, Screen as ScreenModel, ViewModel};

use super::Stage;

/// 15 % of the screen.
const BUDGET: u64 = 310_000;

/// Moves there and back, and returns the dearest move; the first pair settles what the start left open.
fn dearest_move(first: &ViewModel, second: &ViewModel) -> u64 {
    let mut stage = Stage::showing(first, 1920);
    stage.show(second);
    let mut dearest = 0;
    for vm in [first, second, first] {
        let drawn = stage.show(vm).expect("a move is drawn");
        dearest = dearest.max(drawn.pixels);
        assert_eq!(stage.headless.draw(), None, "one frame for each key: {:?}", drawn.rects);
    }
    dearest
}

#[track_caller]
fn assert_cheap(name: &str, first: &ViewModel, second: &ViewModel) {
    let pixels = dearest_move(first, second);
    println!("{name}: {pixels} pixels");
    assert!(pixels < BUDGET, "{name} draws {pixels} pixels");
}

#[test]
fn a_move_along_tiles_is_cheap() {
    assert_cheap("home tiles", &fixtures::home(0, 1), &fixtures::home(0, 2));
}

#[test]
fn a_move_along_posters_is_cheap() {
    assert_cheap("home posters", &fixtures::home(1, 1), &fixtures::home(1, 2));
}

#[test]
fn a_move_in_the_grid_is_cheap() {
    assert_cheap("catalog posters", &fixtures::catalog(CardShape::Poster, 8), &fixtures::catalog(CardShape::Poster, 9));
    assert_cheap("catalog tiles", &fixtures::catalog(CardShape::Tile, 1), &fixtures::catalog(CardShape::Tile, 2));
    assert_cheap("catalog tiles down", &fixtures::catalog(CardShape::Tile, 1), &fixtures::catalog(CardShape::Tile, 5));
}

#[test]
fn a_move_in_a_list_is_cheap() {
    assert_cheap("my options", &fixtures::my_options(1), &fixtures::my_options(2));
    assert_cheap("history", &fixtures::history(0), &fixtures::history(1));
    assert_cheap("basket", &fixtures::basket(Some(0)), &fixtures::basket(Some(1)));
    assert_cheap("status", &fixtures::status(0), &fixtures::status(1));
}

#[test]
fn a_move_between_buttons_is_cheap() {
    assert_cheap("offer buttons", &fixtures::offer(0), &fixtures::offer(1));
}

#[test]
fn a_move_between_panels_is_cheap() {
    let panels = fixtures::home(9, 0);
    let mut next = panels.clone();
    if let ScreenModel::Home(home) = &mut next.screen {
        for (index, panel) in home.panels.iter_mut().enumerate() {
            panel.is_focused = index == 2;
        }
    }
    assert_cheap("home panels", &panels, &next);
}

#[test]
fn the_minute_costs_only_the_clock() {
    let before = fixtures::my_options(1);
    let mut after = before.clone();
    after.chrome.clock = bonus_tv::view::text::Text::plain("18:43");
    let pixels = dearest_move(&before, &after);
    assert!(pixels < 20_000, "the clock draws {pixels} pixels");
}

#[test]
fn the_same_view_model_draws_nothing() {
    for (name, vm) in fixtures::all() {
        let mut stage = Stage::showing(&vm, 1280);
        assert_eq!(stage.show(&vm), None, "{name}");
    }
}

#[test]
fn a_static_screen_draws_nothing_in_ten_seconds() {
    for (name, mut vm) in fixtures::all() {
        for has_motion in [false, true] {
            let is_busy = name.contains("loading") || name == "processing" || name == "catalog_tiles";
            if has_motion && is_busy {
                continue;
            }
            vm.look.has_motion = has_motion;
            let stage = Stage::showing(&vm, 1280);
            for _ in 0..100 {
                stage.headless.advance(Duration::from_millis(100));
                assert_eq!(stage.headless.draw(), None, "{name}, motion {has_motion}");
            }
        }
    }
}

#[test]
fn a_row_slides_only_with_motion() {
    for (has_motion, most_frames) in [(false, 1), (true, 20)] {
        let [zeroth, first, second] = [2, 3, 4].map(|at| {
            let mut vm = fixtures::home(1, at);
            vm.look.has_motion = has_motion;
            vm
        });
        let mut stage = Stage::showing(&zeroth, 1280);
        stage.show(&first);
        stage.screen.show(&second, &stage.pictures);
        let mut frames = 0;
        for _ in 0..40 {
            frames += u32::from(stage.headless.draw().is_some());
            stage.headless.advance(Duration::from_millis(16));
        }
        assert!((1..=most_frames).contains(&frames), "{frames} frames, motion {has_motion}");
        assert!(has_motion == (frames > 1), "{frames} frames, motion {has_motion}");
        assert_eq!(stage.headless.draw(), None, "the slide ends");
    }
}

#[test]
fn a_push_is_seen_and_goes_away() {
    for has_motion in [false, true] {
        let mut vm = fixtures::catalog(CardShape::Tile, 0);
        vm.look.has_motion = has_motion;
        let mut stage = Stage::showing(&vm, 1280);
        let before = stage.headless.frame();
        vm.look.bump.count += 1;
        vm.look.bump.direction = Direction::Left;
        stage.show(&vm);
        stage.headless.advance(Duration::from_millis(80));
        stage.headless.draw();
        assert!(stage.headless.frame() != before, "the push is seen");
        stage.headless.advance(Duration::from_millis(200));
        stage.headless.draw();
        stage.headless.advance(Duration::from_millis(200));
        stage.headless.draw();
        assert!(stage.headless.frame() == before, "the push goes away");
        assert_eq!(stage.headless.draw(), None);
    }
}

#[test]
fn an_arrived_picture_touches_only_its_card() {
    let vm = fixtures::catalog(CardShape::Tile, 1);
    let mut stage = Stage::showing(&vm, 1920);
    stage.screen.set_language(bonus_tv::domain::Language::Ru);
    stage.screen.show(&vm, &NoImages);
    stage.headless.draw();
    let wanted = stage.screen.wanted_images();
    let key = wanted.first().expect("cards want pictures").clone();
    assert!(!wanted.iter().skip(1).any(|other| *other == key), "each picture is wanted once");
    let one = Only(key.clone(), &stage.pictures);
    stage.screen.image_arrived(&key, &one);
    let drawn = stage.headless.draw().expect("the picture is drawn");
    assert!(drawn.pixels < 200_000, "{drawn:?}");
    assert!(!stage.screen.wanted_images().contains(&key), "it is wanted no more");
}

/// Has one picture of all.
struct Only<'a>(bonus_tv::view::model::ImageKey, &'a fixtures::Pictures);

impl bonus_tv::view::bind::Images for Only<'_> {
    fn image(&self, key: &bonus_tv::view::model::ImageKey) -> Option<slint::Image> {
        (*key == self.0).then(|| self.1.image(key)).flatten()
    }
}
