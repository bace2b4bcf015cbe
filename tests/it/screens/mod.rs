//! What the picture costs and what it does not do: drawn by the renderer of the box, in memory.
//!
//! The numbers are device pixels of a 1920x1080 screen; a box of the Cortex-A53 class draws the
//! budget of a focus move well within a frame.

mod cost;
mod quality;

use std::rc::Rc;

use bonus_tv::platform::headless::{DrawnRegion, Headless};
use bonus_tv::view::bind::Screen;
use bonus_tv::view::fixtures::Pictures;
use bonus_tv::view::model::ViewModel;

/// A window with a picture source, already showing something.
struct Stage {
    headless: Rc<Headless>,
    screen: Screen,
    pictures: Pictures,
}

impl Stage {
    /// A stage of this width that shows `vm`, with its first frame drawn.
    fn showing(vm: &ViewModel, width: u32) -> Self {
        let headless = Headless::install(width, width * 9 / 16).expect("a screen in memory needs nothing");
        let screen = Screen::new().expect("the window is built from bundled parts");
        screen.open().expect("a screen in memory opens any window");
        let mut stage = Self { headless, screen, pictures: Pictures::at_scale(width as f32 / 1920.0) };
        stage.screen.show(vm, &stage.pictures);
        stage.headless.draw();
        stage
    }

    /// Shows `vm` and returns what its frame drew.
    fn show(&mut self, vm: &ViewModel) -> Option<DrawnRegion> {
        self.screen.show(vm, &self.pictures);
        self.headless.draw()
    }
}
