//! Pixels for each move of the focus, frames for each key, and none when nothing happens.

use std::time::Duration;

use bonus_emulator::Television;
use bonus_tv::core::PlaceKind;
use bonus_tv::domain::Language;
use bonus_tv::input::{Direction, RemoteKey};
use bonus_tv::view::bind::{Images, NoImages};
use bonus_tv::view::model::{CardShape, ImageKey, Screen as ScreenModel, ViewModel};
use bonus_tv::view::text::Text;

use super::stage::{Stage, go_to_row, open, pair, still, television};

const RIGHT: RemoteKey = RemoteKey::Arrow(Direction::Right);
const LEFT: RemoteKey = RemoteKey::Arrow(Direction::Left);

/// 15 % of the screen.
const BUDGET: u64 = 310_000;

/// Moves there and back, and returns the dearest move; the first pair settles what the start left open.
fn dearest_move(television: &Television, [first, second]: &[ViewModel; 2]) -> u64 {
    let mut stage = Stage::showing(first, television);
    stage.show(second);
    let mut dearest = 0;
    for vm in [first, second, first] {
        let drawn = stage.show(vm).expect("a move is drawn");
        dearest = dearest.max(drawn.pixels);
        assert_eq!(stage.headless.draw(), None, "one frame for each key: {:?}", drawn.rects);
    }
    dearest
}

/// Opens a page, goes where `way` leads, and presses `key`.
#[track_caller]
fn assert_cheap(scenario: &str, page: PlaceKind, moves: &[(&str, RemoteKey)]) {
    let mut television = television(scenario, 1920);
    open(&mut television, page);
    for (way, key) in moves {
        television.press_keys(way).expect("the keys lead there");
        let pair = pair(&mut television, *key);
        let pixels = dearest_move(&television, &pair);
        println!("{page:?}, {way} {key:?}: {pixels} pixels");
        assert!(pixels < BUDGET, "{page:?}, {way} {key:?} draws {pixels} pixels");
    }
}

#[test]
fn a_move_on_home_is_cheap() {
    for shape in [CardShape::Tile, CardShape::Poster] {
        let mut television = television("vip", 1920);
        go_to_row(&mut television, shape);
        television.press_keys("RIGHT").expect("the key is pressed");
        let pair = pair(&mut television, RIGHT);
        let pixels = dearest_move(&television, &pair);
        println!("home, {shape:?}: {pixels} pixels");
        assert!(pixels < BUDGET, "a move along {shape:?} draws {pixels} pixels");
    }
    assert_cheap("vip", PlaceKind::Home, &[("UP", RIGHT)]);
}

#[test]
fn a_move_in_the_grid_is_cheap() {
    assert_cheap("vip", PlaceKind::Catalog, &[("DOWN*2", RIGHT), ("UP*3 RIGHT OK DOWN", RIGHT)]);
}

/// The first visible row of the page's list, if one of its rows has the focus.
fn first_row(vm: &ViewModel) -> Option<usize> {
    let list = match &vm.screen {
        ScreenModel::List(screen) => &screen.list,
        ScreenModel::Status(screen) => &screen.list,
        ScreenModel::Basket(screen) => &screen.list,
        other => panic!("{other:?} has no list"),
    };
    list.rows.iter().any(|row| row.is_focused).then_some(list.first_visible)
}

#[test]
fn a_move_in_a_list_is_cheap() {
    for (scenario, way, page, first) in [
        ("vip", "GREEN RIGHT*2 GREEN RIGHT GREEN", PlaceKind::Basket, "UP*9 DOWN LEFT"),
        ("long-history", "", PlaceKind::History, "DOWN"),
        ("vip", "", PlaceKind::Status, "DOWN"),
        ("vip", "", PlaceKind::Settings, "UP*9 DOWN"),
    ] {
        let mut television = television(scenario, 1920);
        television.press_keys(way).expect("the keys are pressed");
        open(&mut television, page);
        television.press_keys(first).expect("the keys are pressed");
        let mut moves = 0;
        for _ in 0..4 {
            let before = still(television.view());
            television.press_keys("DOWN").expect("the key is pressed");
            let after = still(television.view());
            // A list that scrolls draws all its rows.
            let has_moved = first_row(&before).is_some() && first_row(&before) == first_row(&after);
            if has_moved && before.look.bump == after.look.bump {
                let pixels = dearest_move(&television, &[before, after]);
                println!("{page:?}: {pixels} pixels");
                assert!(pixels < BUDGET, "{page:?} draws {pixels} pixels");
                moves += 1;
            }
        }
        assert!(moves > 0, "{page:?} has no two rows");
    }
}

#[test]
fn a_move_between_buttons_is_cheap() {
    assert_cheap("vip", PlaceKind::Home, &[("DOWN OK", RIGHT)]);
}

#[test]
fn the_minute_costs_only_the_clock() {
    let mut television = television("vip", 1920);
    open(&mut television, PlaceKind::MyOptions);
    let before = still(television.view());
    television.press_keys("WAIT:60s").expect("time passes");
    let after = still(television.view());
    assert!(before.chrome.clock != after.chrome.clock);
    let pixels = dearest_move(&television, &[before, after]);
    assert!(pixels < 20_000, "the clock draws {pixels} pixels");
}

#[test]
fn a_row_slides_only_with_motion() {
    let mut television = television("vip", 1280);
    go_to_row(&mut television, CardShape::Poster);
    let mut views = vec![television.view()];
    for _ in 0..6 {
        let [_, after] = pair(&mut television, RIGHT);
        views.push(after);
    }
    for (has_motion, most_frames) in [(false, 1), (true, 20)] {
        let [zeroth, first, second] = [4, 5, 6].map(|at| {
            let mut vm = views[at].clone();
            vm.look.has_motion = has_motion;
            vm
        });
        let mut stage = Stage::showing(&zeroth, &television);
        stage.show(&first);
        stage.screen.show(&second, stage.television.images());
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
    let mut television = television("vip", 1280);
    open(&mut television, PlaceKind::Catalog);
    television.press_keys("DOWN*2").expect("the keys lead to the first card");
    let rest = television.view();
    television.key_down(LEFT);
    let pushed = television.view();
    television.key_up(LEFT);
    assert!(rest.look.bump.count != pushed.look.bump.count);
    for has_motion in [false, true] {
        let [rest, pushed] = [&rest, &pushed].map(|vm| {
            let mut vm = vm.clone();
            vm.look.has_motion = has_motion;
            vm
        });
        let mut stage = Stage::showing(&rest, &television);
        let before = stage.headless.frame();
        stage.show(&pushed);
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
    let mut television = television("vip", 1920);
    open(&mut television, PlaceKind::Catalog);
    television.press_keys("DOWN*2").expect("the keys lead to the first card");
    let vm = still(television.view());
    let mut stage = Stage::empty(&television);
    stage.screen.set_language(Language::Ru);
    stage.screen.show(&vm, &NoImages);
    stage.headless.draw();
    let wanted = stage.screen.wanted_images();
    let key = wanted.first().expect("cards want pictures").clone();
    assert!(!wanted.iter().skip(1).any(|other| *other == key), "each picture is wanted once");
    let one = Only(key.clone(), stage.television.images().image(&key).expect("the television has the picture"));
    stage.screen.image_arrived(&key, &one);
    let drawn = stage.headless.draw().expect("the picture is drawn");
    assert!(drawn.pixels < 200_000, "{drawn:?}");
    assert!(!stage.screen.wanted_images().contains(&key), "it is wanted no more");
}

#[test]
fn a_mark_that_comes_and_goes_is_drawn() {
    let mut television = television("vip", 1280);
    open(&mut television, PlaceKind::Catalog);
    television.press_keys("DOWN*2 RIGHT").expect("the keys lead to the second card");
    let plain = still(television.view());
    let mut marked = plain.clone();
    if let ScreenModel::Catalog(catalog) = &mut marked.screen {
        for card in &mut catalog.cards {
            card.badge = if card.index == 1 { Text::Empty } else { Text::plain("В корзине") };
        }
    }
    super::quality::assert_same_picture("mark", &television, &plain, &marked);
    super::quality::assert_same_picture("no mark", &television, &marked, &plain);
}

/// Has one picture of all.
struct Only(ImageKey, slint::Image);

impl Images for Only {
    fn image(&self, key: &ImageKey) -> Option<slint::Image> {
        (*key == self.0).then(|| self.1.clone())
    }
}
