//! Whether the picture, which was drawn part by part, is the one that its state draws anew (C54).
//!
//! A second window shows the same state and is drawn once. Drawing the first window whole would mend what is
//! looked for: each element that is drawn hears again of everything it depends on.

use slint::{LogicalPosition, LogicalSize};

use crate::elements::innermost;
use bonus_tv::platform::difference::{Difference, PixelRect, difference};
use bonus_tv::platform::headless::Headless;
use bonus_tv::shell::Shell;
use bonus_tv::view::bind::Screen;

use super::EmulatorError;

/// The picture on the screen is not the one that the state would draw now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the picture differs from one drawn anew: {} pixels in {}x{} at {},{} of {}x{}, element {}",
    difference.pixels, difference.place.width, difference.place.height, difference.place.x, difference.place.y,
    size.0, size.1, element.as_deref().unwrap_or("without a name (a release has none)")
)]
pub struct PictureDiffers {
    /// Where, and how many pixels.
    pub difference: Difference,
    /// The size of the picture in pixels.
    pub size: (u32, u32),
    /// The innermost element there.
    pub element: Option<String>,
}

/// Compares the picture of `screen` with one drawn anew.
pub(super) fn check(shell: &Shell, screen: &Headless) -> Result<(), EmulatorError> {
    let (width, height) = screen.size();
    let fresh = Headless::install(width, height).map_err(EmulatorError::no_window)?;
    let mut window = Screen::new().map_err(EmulatorError::no_window)?;
    window.open().map_err(EmulatorError::no_window)?;
    shell.show_anew(&mut window);
    fresh.draw();
    let Some(difference) = difference(&screen.frame(), &fresh.frame(), width) else { return Ok(()) };
    let PixelRect { x, y, width: across, height: down } = difference.place;
    let scale = window.window().scale_factor();
    let [x, y, across, down] = [x, y, across, down].map(|pixels| pixels as f32 / scale);
    let element = innermost(window.root(), LogicalPosition::new(x, y), LogicalSize::new(across, down));
    Err(PictureDiffers { difference, size: (width, height), element }.into())
}
