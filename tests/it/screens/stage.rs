//! A window in memory that shows view-models of the real program; the bench `cost` uses it, too.

use std::rc::Rc;

use bonus_emulator::{Args, Television};
use bonus_tv::core::PlaceKind;
use bonus_tv::input::RemoteKey;
use bonus_tv::platform::headless::{DrawnRegion, Headless};
use bonus_tv::view::bind;
use bonus_tv::view::model::{CardShape, Screen, ViewModel};
use clap::Parser;

/// A television with the sandbox inside, signed in as a test subscriber.
pub(crate) fn television(scenario: &str, width: u32) -> Television {
    let size = format!("{width}x{}", width * 9 / 16);
    let args = ["emulator", "--headless", "--player", "no-such-player {url}", "--scenario", scenario, "--size", &size];
    let args = Args::try_parse_from(args).expect("the emulator has these flags");
    Television::switch_on(&args).expect("a television in memory needs nothing")
}

/// Opens the page of a tab, or the history from its panel on home.
pub(crate) fn open(television: &mut Television, page: PlaceKind) {
    if page == PlaceKind::History {
        television.press_keys("UP*5 LEFT*9 OK LEFT*3 OK").expect("the sandbox answers");
    }
    for tab in 1..8 {
        if television.app().place().kind() == page {
            return;
        }
        television.press_keys(&format!("UP*5 LEFT*9 RIGHT*{tab} OK")).expect("the sandbox answers");
    }
    assert_eq!(television.app().place().kind(), page, "no tab opens it");
}

/// Goes down on home to the first row of this shape.
pub(crate) fn go_to_row(television: &mut Television, shape: CardShape) {
    for _ in 0..10 {
        let Screen::Home(home) = television.view().screen else { break };
        if home.rows.iter().any(|row| row.shape == shape && row.cards.iter().any(|card| card.is_focused)) {
            return;
        }
        television.press_keys("DOWN").expect("the key is pressed");
    }
    panic!("home has no row of {shape:?}");
}

/// What the screen shows before a key and in the first frame after it, without motion.
pub(crate) fn pair(television: &mut Television, key: RemoteKey) -> [ViewModel; 2] {
    let before = still(television.view());
    television.key_down(key);
    let after = still(television.view());
    television.key_up(key);
    television.settle().expect("the sandbox answers");
    assert!(before != after, "{key:?} changes nothing");
    assert_eq!(before.look.bump, after.look.bump, "{key:?} goes nowhere");
    [before, after]
}

/// A view-model whose changes are drawn at once.
pub(crate) fn still(mut vm: ViewModel) -> ViewModel {
    vm.look.has_motion = false;
    vm
}

/// A second window beside a television, with its pictures.
pub(crate) struct Stage<'a> {
    pub(crate) headless: Rc<Headless>,
    pub(crate) screen: bind::Screen,
    /// Where its pictures come from.
    pub(crate) television: &'a Television,
}

impl<'a> Stage<'a> {
    /// A window of the television's size that shows `vm`, with its first frame drawn.
    pub(crate) fn showing(vm: &ViewModel, television: &'a Television) -> Self {
        let mut stage = Self::empty(television);
        stage.show(vm);
        stage
    }

    /// A window of the television's size that shows nothing yet.
    pub(crate) fn empty(television: &'a Television) -> Self {
        let (width, height) = television.size();
        let headless = Headless::install(width, height).expect("a screen in memory needs nothing");
        let screen = bind::Screen::new().expect("the window is built from bundled parts");
        screen.open().expect("a screen in memory opens any window");
        Self { headless, screen, television }
    }

    /// Shows `vm` and returns what its frame drew.
    pub(crate) fn show(&mut self, vm: &ViewModel) -> Option<DrawnRegion> {
        self.screen.show(vm, self.television.images());
        self.headless.draw()
    }
}
