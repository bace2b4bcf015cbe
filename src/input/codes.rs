//! Key codes of the Linux input layer and the buttons they stand for.
//!
//! The kernel sends the same code for a key over infrared, Bluetooth, CEC and USB. No keyboard layout
//! is involved, so a key that no layout knows works like any other.

use std::collections::BTreeMap;

use super::{Direction, RemoteKey};

/// What a button of the remote does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Button {
    /// A key for the program.
    Key(RemoteKey),
    /// A key for the box itself.
    Power(PowerKey),
}

/// The keys that put a box to sleep and wake it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PowerKey {
    /// One key for both.
    Toggle,
    /// To standby; a television that goes to standby sends this over CEC.
    Sleep,
    /// Out of standby.
    Wake,
}

impl Button {
    /// Every button once.
    pub fn all() -> impl Iterator<Item = Self> {
        let power = [PowerKey::Toggle, PowerKey::Sleep, PowerKey::Wake].into_iter().map(Self::Power);
        RemoteKey::all().map(Self::Key).chain(power)
    }

    /// The name in keymaps.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key(key) => key.name(),
            Self::Power(PowerKey::Toggle) => "POWER",
            Self::Power(PowerKey::Sleep) => "SLEEP",
            Self::Power(PowerKey::Wake) => "WAKEUP",
        }
    }

    /// The button with this name, without regard to case.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|button| button.name().eq_ignore_ascii_case(name))
    }
}

/// Which button each code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    everywhere: BTreeMap<u16, Option<Button>>,
    /// Changes for one device, by its name.
    by_device: BTreeMap<String, BTreeMap<u16, Option<Button>>>,
}

/// KEY_EXIT, whose meaning depends on the remote.
const EXIT: u16 = 174;

impl Codes {
    /// The codes that every box understands; KEY_EXIT means what is given.
    pub fn standard(exit: RemoteKey) -> Self {
        let everywhere = (0..=HIGHEST).filter_map(|code| Some((code, Some(standard(code)?)))).collect();
        let mut codes = Self { everywhere, by_device: BTreeMap::new() };
        codes.set(EXIT, Some(Button::Key(exit)));
        codes
    }

    /// The button of a device that sends this code.
    pub fn button(&self, device: &str, code: u16) -> Option<Button> {
        let own = self.by_device.get(device).and_then(|codes| codes.get(&code));
        own.or_else(|| self.everywhere.get(&code)).copied().flatten()
    }

    /// Gives a code another meaning, or none.
    pub fn set(&mut self, code: u16, button: Option<Button>) {
        self.everywhere.insert(code, button);
    }

    /// Gives a code of one device another meaning, or none.
    pub fn set_for(&mut self, device: &str, code: u16, button: Option<Button>) {
        self.by_device.entry(device.to_owned()).or_default().insert(code, button);
    }
}

/// The highest code the kernel has room for (KEY_MAX).
pub const HIGHEST: u16 = 0x2ff;

/// The table for every box; names are those of linux/input-event-codes.h.
fn standard(code: u16) -> Option<Button> {
    let key = match code {
        // KEY_UP, KEY_DOWN, KEY_LEFT, KEY_RIGHT.
        103 => RemoteKey::Arrow(Direction::Up),
        108 => RemoteKey::Arrow(Direction::Down),
        105 => RemoteKey::Arrow(Direction::Left),
        106 => RemoteKey::Arrow(Direction::Right),
        // KEY_OK, KEY_SELECT, KEY_ENTER, KEY_KPENTER.
        0x160 | 0x161 | 28 | 96 => RemoteKey::Ok,
        // KEY_BACK, KEY_ESC, KEY_EXIT, KEY_BACKSPACE.
        158 | 1 | EXIT | 14 => RemoteKey::Back,
        // KEY_TV, KEY_CLOSE, KEY_HOMEPAGE: the key of the box's launcher must lead out of the menu.
        0x179 | 206 | 172 => RemoteKey::Leave,
        // KEY_MENU, KEY_CONTEXT_MENU, KEY_OPTION, KEY_SETUP.
        139 | 0x1b6 | 0x165 | 141 => RemoteKey::Menu,
        // KEY_INFO.
        0x166 => RemoteKey::Information,
        0x18e => RemoteKey::Red,
        0x18f => RemoteKey::Green,
        0x190 => RemoteKey::Yellow,
        0x191 => RemoteKey::Blue,
        // KEY_CHANNELUP, KEY_CHANNELDOWN, KEY_PAGEUP, KEY_PAGEDOWN.
        0x192 => RemoteKey::ChannelUp,
        0x193 => RemoteKey::ChannelDown,
        104 => RemoteKey::PageUp,
        109 => RemoteKey::PageDown,
        // KEY_1 to KEY_9, KEY_0, and KEY_NUMERIC_0 to KEY_NUMERIC_9.
        2..=10 => RemoteKey::Digit(digit(code - 1)),
        11 => RemoteKey::Digit(0),
        0x200..=0x209 => RemoteKey::Digit(digit(code - 0x200)),
        // KEY_PLAYPAUSE starts and stops; KEY_PLAY and KEY_PLAYCD play; KEY_PAUSE, KEY_PAUSECD.
        207 | 200 => RemoteKey::Play,
        164 | 119 | 201 => RemoteKey::Pause,
        // KEY_STOP, KEY_STOPCD.
        128 | 166 => RemoteKey::Stop,
        // KEY_POWER, KEY_SLEEP (also CEC's power-off), KEY_WAKEUP.
        116 => return Some(Button::Power(PowerKey::Toggle)),
        142 => return Some(Button::Power(PowerKey::Sleep)),
        143 => return Some(Button::Power(PowerKey::Wake)),
        _ => return None,
    };
    Some(Button::Key(key))
}

fn digit(number: u16) -> u8 {
    u8::try_from(number % 10).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of docs/box.md, key by key.
    #[test]
    fn every_code_of_the_table_is_its_key() {
        use Direction::{Down, Left, Right, Up};
        let codes = Codes::standard(RemoteKey::Back);
        let table: &[(&[u16], RemoteKey)] = &[
            (&[103], RemoteKey::Arrow(Up)),
            (&[108], RemoteKey::Arrow(Down)),
            (&[105], RemoteKey::Arrow(Left)),
            (&[106], RemoteKey::Arrow(Right)),
            (&[0x160, 0x161, 28, 96], RemoteKey::Ok),
            (&[158, 1, 174, 14], RemoteKey::Back),
            (&[0x179, 206, 172], RemoteKey::Leave),
            (&[139, 0x1b6, 0x165, 141], RemoteKey::Menu),
            (&[0x166], RemoteKey::Information),
            (&[0x18e], RemoteKey::Red),
            (&[0x18f], RemoteKey::Green),
            (&[0x190], RemoteKey::Yellow),
            (&[0x191], RemoteKey::Blue),
            (&[0x192], RemoteKey::ChannelUp),
            (&[0x193], RemoteKey::ChannelDown),
            (&[104], RemoteKey::PageUp),
            (&[109], RemoteKey::PageDown),
            (&[207, 200], RemoteKey::Play),
            (&[164, 119, 201], RemoteKey::Pause),
            (&[128, 166], RemoteKey::Stop),
        ];
        for (numbers, key) in table {
            for code in *numbers {
                assert_eq!(codes.button("any", *code), Some(Button::Key(*key)), "code {code}");
            }
        }
        for number in 0..=9_u16 {
            let key = Some(Button::Key(RemoteKey::Digit(digit(number))));
            assert_eq!(codes.button("any", if number == 0 { 11 } else { number + 1 }), key);
            assert_eq!(codes.button("any", 0x200 + number), key);
        }
        for (code, power) in [(116, PowerKey::Toggle), (142, PowerKey::Sleep), (143, PowerKey::Wake)] {
            assert_eq!(codes.button("any", code), Some(Button::Power(power)));
        }
    }

    #[test]
    fn every_button_can_be_pressed_and_named() {
        let codes = Codes::standard(RemoteKey::Back);
        for button in Button::all() {
            assert!((0..=HIGHEST).any(|code| codes.button("", code) == Some(button)), "{button:?}");
            assert_eq!(Button::named(&button.name().to_lowercase()), Some(button));
        }
    }

    #[test]
    fn exit_can_mean_leave() {
        let codes = Codes::standard(RemoteKey::Leave);
        assert_eq!(codes.button("any", 174), Some(Button::Key(RemoteKey::Leave)));
        assert_eq!(codes.button("any", 158), Some(Button::Key(RemoteKey::Back)));
    }

    #[test]
    fn a_device_can_differ_from_the_rest() {
        let mut codes = Codes::standard(RemoteKey::Back);
        codes.set_for("odd remote", 28, Some(Button::Key(RemoteKey::Menu)));
        codes.set_for("odd remote", 158, None);
        assert_eq!(codes.button("odd remote", 28), Some(Button::Key(RemoteKey::Menu)));
        assert_eq!(codes.button("odd remote", 158), None);
        assert_eq!(codes.button("another", 28), Some(Button::Key(RemoteKey::Ok)));
    }

    #[test]
    fn a_mouse_sends_nothing_that_is_a_button() {
        let codes = Codes::standard(RemoteKey::Back);
        assert!((0x100..0x160).all(|code| codes.button("mouse", code).is_none()));
    }
}
