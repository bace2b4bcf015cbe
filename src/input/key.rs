//! The keys of a remote control, from any source.

use std::time::Duration;

/// A way on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Upwards.
    Up,
    /// Downwards.
    Down,
    /// To the left.
    Left,
    /// To the right.
    Right,
}

/// A key of the remote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RemoteKey {
    /// An arrow.
    Arrow(Direction),
    /// OK, Select, Enter.
    Ok,
    /// Back, Return, Exit.
    Back,
    /// Leaves the menu: TV, Close, Home.
    Leave,
    /// Menu, Options, Setup.
    Menu,
    /// Information.
    Information,
    /// Red.
    Red,
    /// Green.
    Green,
    /// Yellow.
    Yellow,
    /// Blue.
    Blue,
    /// CH+.
    ChannelUp,
    /// CH-.
    ChannelDown,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A digit, 0 to 9.
    Digit(u8),
    /// Play.
    Play,
    /// Pause, and play/pause on one key.
    Pause,
    /// Stop.
    Stop,
}

impl RemoteKey {
    /// Every key once.
    pub fn all() -> impl Iterator<Item = Self> {
        use Direction::{Down, Left, Right, Up};
        let named = [
            Self::Arrow(Up),
            Self::Arrow(Down),
            Self::Arrow(Left),
            Self::Arrow(Right),
            Self::Ok,
            Self::Back,
            Self::Leave,
            Self::Menu,
            Self::Information,
            Self::Red,
            Self::Green,
            Self::Yellow,
            Self::Blue,
            Self::ChannelUp,
            Self::ChannelDown,
            Self::PageUp,
            Self::PageDown,
            Self::Play,
            Self::Pause,
            Self::Stop,
        ];
        named.into_iter().chain((0..=9).map(Self::Digit))
    }

    /// The name in key scripts and journals.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arrow(Direction::Up) => "UP",
            Self::Arrow(Direction::Down) => "DOWN",
            Self::Arrow(Direction::Left) => "LEFT",
            Self::Arrow(Direction::Right) => "RIGHT",
            Self::Ok => "OK",
            Self::Back => "BACK",
            Self::Leave => "LEAVE",
            Self::Menu => "MENU",
            Self::Information => "INFO",
            Self::Red => "RED",
            Self::Green => "GREEN",
            Self::Yellow => "YELLOW",
            Self::Blue => "BLUE",
            Self::ChannelUp => "CH+",
            Self::ChannelDown => "CH-",
            Self::PageUp => "PGUP",
            Self::PageDown => "PGDN",
            Self::Play => "PLAY",
            Self::Pause => "PAUSE",
            Self::Stop => "STOP",
            Self::Digit(digit) => {
                const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
                DIGITS.get(usize::from(digit)).copied().unwrap_or("0")
            }
        }
    }

    /// The key with this name, without regard to case.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|key| key.name().eq_ignore_ascii_case(name))
    }
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It went down; also a desktop's repeats, which sometimes cannot be distinguished from it.
    Down(Hold),
    /// The driver says that it is still down. Never a press, even after a long silence.
    Still,
    /// It went up.
    Up,
}

/// How a device shows that a key is held, learned from what it did so far ([`super::Habits`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It sends repeats while a key is down, so a key without repeats is not held, even if its key-up is late (KEY-8).
    Signed,
    /// It sends no repeats, and its key-ups come when the key goes up.
    Silent,
    /// It sends no repeats, and its key-ups were all late so far: a tap may look like a hold.
    Unproven,
    /// A program, such as a key script, whose press lasts until its release.
    Trusted,
}

impl Hold {
    /// The time without a repeat after which the key counts as released (KEY-4; clients hold up to 60 s).
    pub(crate) fn lease(self) -> Duration {
        match self {
            Self::Signed => Duration::from_millis(700),
            Self::Silent | Self::Unproven | Self::Trusted => self.longest(),
        }
    }

    /// The time after which a key counts as stuck, even if its device sends repeats (KEY-9).
    pub(crate) fn longest(self) -> Duration {
        match self {
            Self::Signed | Self::Silent | Self::Unproven => Duration::from_secs(45),
            Self::Trusted => Duration::from_secs(65),
        }
    }
}

/// A key doing something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyEvent {
    /// Which key.
    pub key: RemoteKey,
    /// What it did.
    pub phase: Phase,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_name() {
        for key in RemoteKey::all() {
            assert_eq!(RemoteKey::named(key.name()), Some(key));
            assert_eq!(RemoteKey::named(&key.name().to_lowercase()), Some(key));
        }
        assert_eq!(RemoteKey::named("NOPE"), None);
    }
}
