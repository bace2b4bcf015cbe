//! The intent behind a key: one table for the whole program, so that a key means the same everywhere.

use super::{Direction, RemoteKey};

/// A wish of the viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Move the focus.
    Move(Direction),
    /// Do what the focused element does.
    Activate,
    /// Close the dialog or go back.
    Back,
    /// Leave the menu at once.
    Leave,
    /// Open the settings.
    Menu,
    /// Tell more about the focused element.
    Inform,
    /// A labelled shortcut.
    Shortcut(Colour),
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// A digit.
    Digit(u8),
    /// Watch.
    Play,
    /// Stop watching.
    Stop,
}

impl Intent {
    /// The way an arrow points, if this is one.
    pub fn arrow(self) -> Option<Direction> {
        match self {
            Self::Move(direction) => Some(direction),
            Self::Activate
            | Self::Back
            | Self::Leave
            | Self::Menu
            | Self::Inform
            | Self::Shortcut(_)
            | Self::PageUp
            | Self::PageDown
            | Self::Digit(_)
            | Self::Play
            | Self::Stop => None,
        }
    }
}

/// The coloured keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Red.
    Red,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Blue.
    Blue,
}

/// What the keys mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keymap;

impl Keymap {
    /// The wish behind a key.
    pub fn intent(self, key: RemoteKey) -> Intent {
        match key {
            RemoteKey::Arrow(direction) => Intent::Move(direction),
            RemoteKey::Ok => Intent::Activate,
            RemoteKey::Back => Intent::Back,
            RemoteKey::Leave => Intent::Leave,
            RemoteKey::Menu => Intent::Menu,
            RemoteKey::Information => Intent::Inform,
            RemoteKey::Red => Intent::Shortcut(Colour::Red),
            RemoteKey::Green => Intent::Shortcut(Colour::Green),
            RemoteKey::Yellow => Intent::Shortcut(Colour::Yellow),
            RemoteKey::Blue => Intent::Shortcut(Colour::Blue),
            RemoteKey::ChannelUp | RemoteKey::PageUp => Intent::PageUp,
            RemoteKey::ChannelDown | RemoteKey::PageDown => Intent::PageDown,
            RemoteKey::Digit(digit) => Intent::Digit(digit),
            RemoteKey::Play | RemoteKey::Pause => Intent::Play,
            RemoteKey::Stop => Intent::Stop,
        }
    }
}
