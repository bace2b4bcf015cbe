//! A screen in memory with a clock of its own, for tests, screenshots and measurements.
//!
//! It is the renderer of the box: the same buffer each time, only the dirty part drawn. Time stands
//! still until the caller moves it, so animations and timers are exact.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use bonus_tv_canvas::{Canvas, Pixel};
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType};
use slint::platform::{Platform, WindowAdapter, set_platform, update_timers_and_animations};
use slint::{PhysicalSize, PlatformError};

/// What one frame drew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnRegion {
    /// How many pixels.
    pub pixels: u64,
    /// The rectangles: x, y, width, height in device pixels.
    pub rects: Vec<(i32, i32, u32, u32)>,
}

/// A screen in memory.
pub struct Headless {
    window: Rc<MinimalSoftwareWindow>,
    clock: Rc<Clock>,
    size: PhysicalSize,
    pixels: RefCell<Vec<Pixel>>,
}

struct Clock {
    now: Cell<Duration>,
}

/// What Slint holds: the clock, and the window that the next component gets.
struct HeadlessPlatform {
    clock: Rc<Clock>,
    next: Rc<RefCell<Rc<MinimalSoftwareWindow>>>,
}

type Installed = (Rc<Clock>, Rc<RefCell<Rc<MinimalSoftwareWindow>>>);

thread_local! {
    static INSTALLED: RefCell<Option<Installed>> = const { RefCell::new(None) };
}

impl Platform for HeadlessPlatform {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.next.borrow().clone())
    }

    fn duration_since_start(&self) -> Duration {
        self.clock.now.get()
    }
}

impl Headless {
    /// Makes a screen of this size for the next window of this thread.
    ///
    /// Slint keeps one platform per thread, so tests may install as many screens as they like, on
    /// one thread or on many; the clock is shared by the screens of a thread.
    ///
    /// # Errors
    /// Another kind of platform was installed on this thread.
    pub fn install(width: u32, height: u32) -> Result<Rc<Self>, PlatformError> {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        let installed = INSTALLED.with_borrow(Option::clone);
        let clock = if let Some((clock, next)) = installed {
            next.replace(window.clone());
            clock
        } else {
            let clock = Rc::new(Clock { now: Cell::new(Duration::ZERO) });
            let next = Rc::new(RefCell::new(window.clone()));
            set_platform(Box::new(HeadlessPlatform { clock: clock.clone(), next: next.clone() }))
                .map_err(|error| PlatformError::Other(error.to_string()))?;
            INSTALLED.set(Some((clock.clone(), next)));
            clock
        };
        let size = PhysicalSize::new(width, height);
        super::set_size(&window, width, height);
        let pixels = RefCell::new(vec![Pixel::default(); (width * height) as usize]);
        Ok(Rc::new(Self { window, clock, size, pixels }))
    }

    /// The virtual time since the start.
    pub fn now(&self) -> Duration {
        self.clock.now.get()
    }

    /// Moves the time on and lets timers and animations see it.
    pub fn advance(&self, duration: Duration) {
        self.clock.now.set(self.clock.now.get() + duration);
        update_timers_and_animations();
    }

    /// Whether something on the screen is moving by itself.
    pub fn has_active_animations(&self) -> bool {
        self.window.has_active_animations()
    }

    /// Draws what is dirty; `None` if nothing was.
    pub fn draw(&self) -> Option<DrawnRegion> {
        update_timers_and_animations();
        let mut drawn = None;
        self.window.draw_if_needed(|renderer| {
            let mut pixels = self.pixels.borrow_mut();
            let region = renderer.render_into_buffer(&mut Canvas::new(&mut pixels, self.size.width));
            let rects: Vec<_> =
                region.iter().map(|(position, size)| (position.x, position.y, size.width, size.height)).collect();
            let pixels = rects.iter().map(|(_, _, width, height)| u64::from(*width) * u64::from(*height)).sum();
            drawn = Some(DrawnRegion { pixels, rects });
        });
        drawn
    }

    /// Width and height in device pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.size.width, self.size.height)
    }

    /// The last frame as rows of red, green and blue bytes.
    pub fn frame(&self) -> Vec<u8> {
        self.pixels.borrow().iter().flat_map(|pixel| pixel.rgb()).collect()
    }

    /// Writes the last frame as a PNG file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_png(&self, path: &std::path::Path) -> image::ImageResult<()> {
        let (width, height) = self.size();
        image::save_buffer(path, &self.frame(), width, height, image::ExtendedColorType::Rgb8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn screens_of_one_thread_share_the_clock() {
        let first = Headless::install(1280, 720).expect("the first screen installs");
        let second = Headless::install(1920, 1080).expect("and so does the second");
        first.advance(Duration::from_millis(40));
        assert_eq!(second.now(), Duration::from_millis(40));
    }
}
