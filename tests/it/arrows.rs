//! Arrows go where they point (FOC-9): on every screen, from every focus, the next one lies in the arrow's direction.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use bonus_emulator::FocusBox;
use bonus_emulator::{Args, Television};
use bonus_tv::view::model::Screen;
use clap::Parser;

/// States of every screen: a test subscriber and the keys that lead there from a fresh start.
const STATES: &[(&str, &str)] = &[
    ("new", ""),
    ("new", "BACK"),
    ("vip", ""),
    ("burning", ""),
    ("ending-5d", ""),
    ("rental-3h", ""),
    ("serial", ""),
    ("serial", "INFO"),
    ("serial", "INFO RIGHT OK"),
    ("empty", ""),
    ("vip", "UP*3 RIGHT OK"),
    ("rewards-on-box", "UP*3 RIGHT OK UP RIGHT*9 DOWN"),
    ("vip", "OK"),
    ("ending-5d", "OK"),
    ("no-tv", "OK"),
    ("no-tv", "OK OK"),
    ("debt", "OK OK"),
    ("one-short", "OK OK"),
    ("vip", "GREEN RIGHT GREEN RIGHT GREEN YELLOW"),
    ("vip", "YELLOW"),
    ("vip", "OK OK"),
    ("vip", "GREEN RIGHT GREEN RIGHT GREEN RIGHT GREEN RIGHT GREEN RIGHT GREEN YELLOW OK"),
    ("vip", "OK OK WAIT:400ms RIGHT OK"),
    ("ending-5d", "UP*3 RIGHT*2 OK"),
    ("long-history", "UP*8 DOWN OK"),
    ("burning", "UP*3 RIGHT*3 OK UP RIGHT*3"),
    ("vip", "UP*3 RIGHT*3 OK"),
    ("vip", "GREEN"),
    ("vip", "MENU"),
    ("vip", "MENU DOWN*9 OK"),
    ("vip", "MENU DOWN*10 OK"),
    ("vip", "MENU DOWN*5 OK"),
    ("vip", "BACK"),
];

/// Keys that are pressed in one state, at most; long lists go on the same way.
const KEYS: usize = 70;

const ARROWS: [&str; 4] = ["LEFT", "RIGHT", "UP", "DOWN"];

fn centre(of: &FocusBox) -> (f32, f32) {
    (of.x + of.width / 2.0, of.y + of.height / 2.0)
}

fn is_strip(of: &FocusBox) -> bool {
    matches!(of.kind.as_str(), "BarTab" | "Chip")
}

/// Whether a move in this direction goes where the arrow points.
///
/// The target's centre lies within 45 degrees of the arrow, or the target lies ahead and some of it straight ahead.
/// A strip of which one is chosen is entered there and left to where the focus was; a row of cards may be short, and
/// its last card is the nearest.
fn points_there(arrow: &str, from: &FocusBox, to: &FocusBox) -> bool {
    let ((ax, ay), (bx, by)) = (centre(from), centre(to));
    let (ahead, aside) = match arrow {
        "LEFT" => (ax - bx, (by - ay).abs()),
        "RIGHT" => (bx - ax, (by - ay).abs()),
        "UP" => (ay - by, (bx - ax).abs()),
        _ => (by - ay, (bx - ax).abs()),
    };
    let is_upright = arrow == "UP" || arrow == "DOWN";
    let is_straight_ahead = if is_upright {
        from.x < to.x + to.width && to.x < from.x + from.width
    } else {
        from.y < to.y + to.height && to.y < from.y + from.height
    };
    let is_entered_or_left = is_upright && is_strip(from) != is_strip(to) || (is_strip(from) && from.kind != to.kind);
    let is_short_line = is_upright && from.kind == "OfferCard" && to.kind == "OfferCard" && bx < ax;
    ahead > 0.0 && (aside <= ahead || is_straight_ahead || is_entered_or_left || is_short_line)
}

/// What has the focus, where it stands.
fn focus(tv: &Television) -> FocusBox {
    let (vm, boxes) = (tv.view(), tv.focus_boxes());
    let is_in_dialog = vm.dialog.is_some();
    let tabs = vm.chrome.tabs.iter().filter(|tab| tab.is_focused && !is_in_dialog).map(|tab| ("BarTab", &tab.label));
    let chips = match &vm.screen {
        Screen::Catalog(screen) => screen.chips.as_slice(),
        Screen::Status(screen) => screen.chips.as_slice(),
        Screen::List(screen) => screen.chips.as_slice(),
        _ => &[],
    };
    let chips = chips.iter().filter(|chip| chip.is_focused && !is_in_dialog).map(|chip| ("Chip", &chip.label));
    if let Some((kind, label)) = tabs.chain(chips).next() {
        let label = tv.words(label);
        let found = boxes.into_iter().find(|one| one.kind == kind && one.label == label);
        return found.unwrap_or_else(|| panic!("no {kind} {label}"));
    }
    // Of tabs, chips and statuses, the mark is on the one that is shown or reached.
    let is_choice = |one: &FocusBox| is_strip(one) || one.kind == "LadderStep";
    let mut marked: Vec<FocusBox> = boxes.into_iter().filter(|one| one.is_marked && !is_choice(one)).collect();
    assert!(is_in_dialog || marked.len() == 1, "one has the focus: {marked:?}");
    marked.pop().expect("something has the focus")
}

/// Where this element stands among others: the nearest of its name.
fn again(all: &[FocusBox], one: &FocusBox) -> Option<FocusBox> {
    let far = |other: &&FocusBox| {
        let ((ax, ay), (bx, by)) = (centre(other), centre(one));
        (ax - bx).abs() + (ay - by).abs()
    };
    let same = |other: &&FocusBox| (&other.kind, &other.label, other.index) == (&one.kind, &one.label, one.index);
    all.iter().filter(same).min_by(|a, b| far(a).total_cmp(&far(b))).cloned()
}

/// Whether a move went where its arrow points: in the picture before it, in which the target may have stood already,
/// or in the one after it, for a list may have moved under the focus.
fn went_there(arrow: &str, before: (&FocusBox, &[FocusBox]), after: (&FocusBox, &[FocusBox])) -> bool {
    let in_the_old = again(before.1, after.0).map(|target| points_there(arrow, before.0, &target));
    let in_the_new = again(after.1, before.0).map(|source| points_there(arrow, &source, after.0));
    // What scrolled in as the other scrolled out was in no picture with it.
    (in_the_old, in_the_new) == (None, None) || in_the_old == Some(true) || in_the_new == Some(true)
}

fn walk(scenario: &str, keys: &str, complaints: &mut Vec<String>) -> usize {
    let args = ["emulator", "--headless", "--scenario", scenario, "--size", "1280x720", "--player", "no-such {url}"];
    let mut tv = Television::switch_on(&Args::parse_from(args)).expect("the television switches on");
    tv.press_keys(keys).unwrap_or_else(|error| panic!("{scenario} {keys}: {error}"));
    let name = |of: &FocusBox| format!("{} «{}» {:?}", of.kind, of.label, of.index);
    let (mut tried, mut idle) = (HashSet::new(), 0);
    for step in 0..KEYS {
        let (before, boxes) = (focus(&tv), tv.focus_boxes());
        let untried = ARROWS.iter().find(|arrow| !tried.contains(&(name(&before), **arrow)));
        idle = if untried.is_some() { 0 } else { idle + 1 };
        if idle > 12 {
            break;
        }
        // Where every arrow was tried, any leads on to somewhere else.
        let arrow = untried.copied().unwrap_or(ARROWS[(step * 7 + idle) % ARROWS.len()]);
        tried.insert((name(&before), arrow));
        tv.press_keys(arrow).unwrap_or_else(|error| panic!("{scenario} {keys}, {arrow}: {error}"));
        let after = focus(&tv);
        let place = |of: &FocusBox| (of.kind.clone(), [of.x, of.y, of.width, of.height]);
        // Terms that turn stay where they are.
        let has_moved = name(&after) != name(&before) && (place(&after) != place(&before) || after.index.is_some());
        if has_moved && !went_there(arrow, (&before, &boxes), (&after, &tv.focus_boxes())) {
            complaints.push(format!("{scenario} «{keys}»: {arrow} from {before:?} goes to {after:?}"));
        }
    }
    tried.len()
}

#[test]
fn foc_9_every_arrow_goes_where_it_points() {
    let next = AtomicUsize::new(0);
    let worker = || {
        let (mut complaints, mut tried) = (Vec::new(), 0);
        while let Some((scenario, keys)) = STATES.get(next.fetch_add(1, Ordering::Relaxed)) {
            tried += walk(scenario, keys, &mut complaints);
        }
        (complaints, tried)
    };
    let (complaints, tried) = std::thread::scope(|scope| {
        let all = [(); 2].map(|()| scope.spawn(worker)).map(|thread| thread.join().expect("a walk ends"));
        all.into_iter().fold((Vec::new(), 0), |(mut complaints, tried), (more, other)| {
            complaints.extend(more);
            (complaints, tried + other)
        })
    });
    assert!(complaints.is_empty(), "{} of {tried}:\n{}", complaints.len(), complaints.join("\n"));
    assert!(tried > 300, "{tried} moves are all that were tried");
}

#[test]
fn a_move_that_points_elsewhere_is_found() {
    let at = |x: f32, y: f32, kind: &str| FocusBox {
        kind: kind.to_owned(),
        label: String::new(),
        index: None,
        is_marked: true,
        x,
        y,
        width: 100.0,
        height: 50.0,
    };
    let here = at(0.0, 0.0, "ActionButton");
    assert!(points_there("RIGHT", &here, &at(200.0, 0.0, "ActionButton")));
    assert!(points_there("DOWN", &here, &at(50.0, 300.0, "ActionButton")));
    assert!(!points_there("RIGHT", &here, &at(0.0, 80.0, "ActionButton")), "«Позже» under «Вступить»");
    assert!(!points_there("UP", &at(600.0, 300.0, "LineRow"), &at(0.0, 290.0, "Rectangle")), "terms at the left");
    assert!(!points_there("DOWN", &here, &at(200.0, 0.0, "ActionButton")), "buttons in a row");
    assert!(points_there("UP", &at(900.0, 300.0, "OfferCard"), &at(0.0, 0.0, "BarTab")));
}
