//! A set-top box: the kernel's screen and the kernel's keys, with nothing between.
//!
//! Only system calls: no libinput, libudev, libxkbcommon or display server. What is decided here is
//! decided in plain functions and in [`window::BoxWindow`] over a [`display::Display`], so that it is tested
//! without hardware.

mod display;
mod fbdev;
mod kms;
mod learn;
mod netlink;
mod picture;
mod remote;
mod waiting;
mod window;

use std::io;
use std::path::PathBuf;

pub use display::{Connection, Display, Light, ShowError, Shown};
pub use kms::restore_at_panic;
pub use learn::{Listener, Sent, Stroke};
pub use netlink::{KernelNews, NetworkChange};
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
    /// One is there but may not be used.
    #[error("no screen: cannot open {}; the user must belong to the group video", .0.display())]
    Refused(PathBuf, #[source] io::Error),
}

/// Opens the box's screen for a picture of this size.
///
/// # Errors
/// There is none, or it may not be opened.
pub fn open_display(wanted: Size) -> Result<Box<dyn Display>, OpenError> {
    match kms::Kms::open(wanted) {
        Ok(screen) => Ok(Box::new(screen)),
        Err(no_card) => match fbdev::FrameBuffer::open() {
            Ok(screen) => Ok(Box::new(screen)),
            // A card that may not be used says more than a frame buffer that is not there.
            Err(OpenError::NoCard) => Err(no_card),
            Err(refused) => Err(refused),
        },
    }
}
