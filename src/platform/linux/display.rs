//! What a picture is shown on, as the window sees it: a television behind DRM, a frame buffer, a test's fake.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::picture::{Damage, Picture, Size};

/// Something that shows pictures.
pub trait Display {
    /// The size of the picture that fits; `None` while no screen is connected.
    fn size(&self) -> Option<Size>;

    /// Shows a picture, of which these parts have changed since the last one.
    ///
    /// # Errors
    /// The screen did not take the picture.
    fn show(&mut self, picture: &Picture, damage: &Damage) -> Result<Shown, ShowError>;

    /// Readable when a flip is done, if the display reports flips.
    fn events(&self) -> Option<BorrowedFd<'_>>;

    /// Reads the events; returns whether the picture shown last is on the screen now.
    fn has_flipped(&mut self) -> bool;

    /// Looks at what is connected now, after a notification of the kernel.
    fn look(&mut self) -> Connection;

    /// Sets the mode again with the next picture: the television may have been unplugged between two looks.
    fn renew(&mut self) {}

    /// How long this display is the right one.
    fn tenure(&self) -> Tenure {
        Tenure::Lasting
    }

    /// How often [`Display::look`] must be called without a notification.
    fn look_every(&self) -> Option<Duration> {
        None
    }

    /// Switches the light of the screen.
    fn light(&mut self, light: Light);

    /// Releases the screen for another program.
    fn lend(&mut self);

    /// Takes the screen back; the next picture is shown whole.
    ///
    /// # Errors
    /// Another program still has the screen.
    fn take_back(&mut self) -> Result<(), ShowError>;

    /// Puts back what was on the screen before.
    fn restore(&mut self);
}

/// When a picture is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Already.
    Now,
    /// When the screen flips to it, which it reports by an event.
    AtFlip,
}

/// What is connected, compared with before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// The same as before.
    Same,
    /// A screen, or another one, or another mode.
    Changed,
    /// Nothing any more.
    Gone,
}

/// How long a display is the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenure {
    /// As long as it is there.
    Lasting,
    /// Until a card has a screen.
    UntilCard,
    /// Its device is gone.
    Over,
}

/// The light of a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// It shines.
    On,
    /// It is off.
    Off,
}

/// Why a picture is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// Another program has the screen, and may release it.
    #[error("another program has the screen")]
    NotOurs,
    /// The last picture is still on its way.
    #[error("the last picture is still on its way")]
    Busy,
    /// No screen is connected.
    #[error("no screen is connected")]
    NoScreen,
    /// Anything else.
    #[error("the screen refuses the picture")]
    Broken(#[source] io::Error),
}

impl From<io::Error> for ShowError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied => Self::NotOurs,
            io::ErrorKind::ResourceBusy => Self::Busy,
            _ => Self::Broken(error),
        }
    }
}
