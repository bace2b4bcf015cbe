//! A set-top box: the kernel's screen and the kernel's keys, with nothing between.
//!
//! Only system calls: no libinput, libudev, libxkbcommon or display server. Decisions are made in
//! plain functions and in [`window::BoxWindow`] over a [`display::Display`], so that it is tested
//! without hardware.

mod board;
mod display;
mod fbdev;
mod fit;
mod keys;
mod kms;
mod learn;
mod netlink;
mod picture;
mod remote;
mod scale;
mod screen;
mod waiting;
mod window;

use std::io;
use std::path::PathBuf;

pub use board::{describe_board, describe_inputs, describe_timers, measure_frame};
pub use display::{Connection, Display, Light, ShowError, Shown, Tenure};
pub use fit::letterbox;
pub use kms::{describe_cards, restore_at_panic};
pub use learn::{Listener, Sent, Source, Stroke};
pub use netlink::{KernelNews, NetworkChange, ScreenNews};
pub use picture::{Damage, Picture, Rect, Size};
pub use remote::{Heard, Hearing, Remote};
pub use waiting::{Signals, Wake, Waker, Woken, wait};
pub use window::{BoxWindow, Drawn};

/// Why there is no screen.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The kernel has no card with screens.
    #[error(
        "no screen: there is no /dev/dri/card* that can show pictures and no /dev/fb0; the kernel needs a DRM or frame buffer driver"
    )]
    NoCard,
    /// There is one, but it cannot be opened.
    #[error("no screen: cannot open {}; the user must belong to the group video", .0.display())]
    Refused(PathBuf, #[source] io::Error),
}

/// What the picture should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// The size that is drawn where the screen has it.
    pub size: Size,
    /// What a television hides on each side, in percent.
    pub overscan: u32,
}

/// Opens the box's screen, or waits for it.
pub fn open_display(wish: Wish) -> Box<dyn Display> {
    Box::new(screen::Screen::open(screen::Kernel(wish)))
}
