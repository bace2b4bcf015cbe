//! Faults of the toolkit that the interface works around, each shown by Slint alone (docs/toolkit.md).
//!
//! Each test asserts what is wrong today. When one fails with a newer Slint, the workaround that it names can go.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, WindowAdapter, set_platform};
use slint::{ComponentHandle, PhysicalSize, PlatformError, Rgb8Pixel};

slint::slint! {
    // A clock that seldom changes, above a line that changes all the time.
    export component ClockAndTicker inherits Window {
        in property <string> clock;
        in property <string> guarded-clock;
        in property <string> ticker;
        width: 300px;
        height: 150px;
        background: black;
        Text { y: 0px; height: 50px; text: root.clock; color: white; font-size: 30px; }
        // The workaround: the renderer asks for the colour directly, and the colour depends on the text.
        guarded := Text {
            y: 50px;
            height: 50px;
            text: root.guarded-clock;
            color: guarded.text == "" ? transparent : white;
            font-size: 30px;
        }
        Text { y: 100px; height: 50px; text: root.ticker; color: white; font-size: 30px; }
    }

    // A lamp that changes, partly over a mark drawn as a path.
    export component LampAndMark inherits Window {
        in property <color> lamp: black;
        width: 300px;
        height: 150px;
        background: black;
        Rectangle { width: 100px; background: root.lamp; }
        Path {
            x: 50px; width: 200px; viewbox-width: 200; viewbox-height: 150;
            commands: "M3 40 L190 110"; stroke: white; stroke-width: 1px;
        }
    }
}

struct OneWindow {
    window: Rc<MinimalSoftwareWindow>,
    now: Cell<Duration>,
}

impl Platform for OneWindow {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.now.get()
    }
}

const WIDTH: usize = 300;
const HEIGHT: usize = 150;

struct Stage<Page> {
    page: Page,
    window: Rc<MinimalSoftwareWindow>,
    pixels: RefCell<Vec<Rgb8Pixel>>,
}

impl<Page: ComponentHandle> Stage<Page> {
    fn new(page: fn() -> Result<Page, PlatformError>) -> Self {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        set_platform(Box::new(OneWindow { window: window.clone(), now: Cell::default() })).expect("no platform yet");
        window.set_size(PhysicalSize::new(WIDTH as u32, HEIGHT as u32));
        let page = page().expect("the page is built");
        page.show().expect("a window in memory opens");
        Self { page, window, pixels: RefCell::new(vec![Rgb8Pixel::default(); WIDTH * HEIGHT]) }
    }

    /// Draws what is dirty.
    fn draw(&self) {
        self.window.draw_if_needed(|renderer| {
            renderer.render(&mut self.pixels.borrow_mut(), WIDTH);
        });
    }

    /// The bright pixels of the line of text at this height.
    fn ink(&self, y: usize) -> Vec<bool> {
        let pixels = self.pixels.borrow();
        pixels.iter().skip(y * WIDTH).take(50 * WIDTH).map(|pixel| pixel.r > 127).collect()
    }
}

/// The cache of shaped texts forgets, beyond 1 024 texts that were shaped, each text that was not drawn in the last
/// two frames, and with the cache's entry the only dependency of the drawn item on its text.
#[test]
fn c54_a_text_that_the_cache_of_shaped_texts_forgot_is_not_drawn_again() {
    let stage = Stage::new(ClockAndTicker::new);
    stage.page.set_clock("12:00".into());
    stage.page.set_guarded_clock("12:00".into());
    stage.draw();
    let at_noon = stage.ink(0);
    assert!(at_noon.contains(&true), "the clock is drawn");

    // While the cache remembers, a new text is drawn.
    stage.page.set_clock("12:01".into());
    stage.page.set_guarded_clock("12:01".into());
    stage.draw();
    let a_minute_past = stage.ink(0);
    assert!(a_minute_past != at_noon, "the new minute is drawn");

    for count in 0..1_100 {
        stage.page.set_ticker(slint::format!("{count}"));
        stage.draw();
    }
    stage.page.set_clock("12:02".into());
    stage.page.set_guarded_clock("12:02".into());
    stage.draw();
    assert!(
        stage.ink(0) == a_minute_past,
        "Slint draws a forgotten text again: ui/components/words.slint need no longer guard its colour"
    );
    let guarded = stage.ink(50);
    assert!(guarded.contains(&true) && guarded != a_minute_past, "the text whose colour depends on it is drawn");
}

/// A path is drawn whole as soon as a part of it lies in what is drawn again; what lies beside that part was not wiped.
#[test]
fn a_path_is_drawn_again_beside_the_part_that_was_wiped() {
    let stage = Stage::new(LampAndMark::new);
    stage.draw();
    let beside = |stage: &Stage<LampAndMark>| -> Vec<Rgb8Pixel> {
        stage.pixels.borrow().chunks(WIDTH).flat_map(|row| row[150..].to_vec()).collect()
    };
    let once = beside(&stage);
    stage.page.set_lamp(slint::Color::from_rgb_u8(90, 0, 0));
    stage.draw();
    assert!(
        beside(&stage) != once,
        "Slint draws only the part of a path that is dirty: bonus-tv-canvas need no longer put rows back"
    );
}
