//! The names of keys: Roku's, and Linux's for what Roku has not.

use bonus_tv::input::{Button, Direction, PowerKey, RemoteKey};

/// What a key of the protocol does here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Press {
    /// It is a button of the remote.
    Button(Button),
    /// It is known, and this box has nothing for it: volume, search, letters.
    Nothing,
}

/// The key with this name, without regard to case; `None` for one that nobody knows.
pub(crate) fn named(name: &str) -> Option<Press> {
    if let Some(text) = prefixed(name, "lit_") {
        return literal(text);
    }
    let lower = name.to_ascii_lowercase();
    if let Some(linux) = lower.strip_prefix("key_") {
        let is_name = !linux.is_empty() && linux.len() <= 32;
        let is_name = is_name && linux.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return is_name.then(|| linux_key(linux).map_or(Press::Nothing, Press::Button));
    }
    let key = match lower.as_str() {
        "home" => RemoteKey::Leave,
        "rev" => RemoteKey::PageUp,
        "fwd" => RemoteKey::PageDown,
        "play" => RemoteKey::Play,
        "select" | "enter" => RemoteKey::Ok,
        "left" => RemoteKey::Arrow(Direction::Left),
        "right" => RemoteKey::Arrow(Direction::Right),
        "down" => RemoteKey::Arrow(Direction::Down),
        "up" => RemoteKey::Arrow(Direction::Up),
        "back" | "backspace" => RemoteKey::Back,
        "info" => RemoteKey::Information,
        "channelup" => RemoteKey::ChannelUp,
        "channeldown" => RemoteKey::ChannelDown,
        "power" => return Some(Press::Button(Button::Power(PowerKey::Toggle))),
        "poweron" => return Some(Press::Button(Button::Power(PowerKey::Wake))),
        "poweroff" | "sleep" => return Some(Press::Button(Button::Power(PowerKey::Sleep))),
        "instantreplay" | "search" | "findremote" | "volumeup" | "volumedown" | "volumemute" | "inputtuner"
        | "inputhdmi1" | "inputhdmi2" | "inputhdmi3" | "inputhdmi4" | "inputav1" => return Some(Press::Nothing),
        _ => return None,
    };
    Some(Press::Button(Button::Key(key)))
}

fn prefixed<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = name.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// One character: a digit is a key of the remote, others there is no field for.
fn literal(text: &str) -> Option<Press> {
    let mut letters = text.chars();
    let (letter, None) = (letters.next()?, letters.next()) else { return None };
    let digit = letter.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
    Some(digit.map_or(Press::Nothing, |digit| Press::Button(Button::Key(RemoteKey::Digit(digit)))))
}

/// Names of linux/input-event-codes.h, without `KEY_`.
fn linux_key(name: &str) -> Option<Button> {
    let key = match name {
        "up" => RemoteKey::Arrow(Direction::Up),
        "down" => RemoteKey::Arrow(Direction::Down),
        "left" => RemoteKey::Arrow(Direction::Left),
        "right" => RemoteKey::Arrow(Direction::Right),
        "ok" | "select" | "enter" | "kpenter" => RemoteKey::Ok,
        "back" | "esc" | "exit" | "backspace" => RemoteKey::Back,
        "tv" | "close" | "homepage" => RemoteKey::Leave,
        "menu" | "context_menu" | "option" | "setup" => RemoteKey::Menu,
        "info" => RemoteKey::Information,
        "red" => RemoteKey::Red,
        "green" => RemoteKey::Green,
        "yellow" => RemoteKey::Yellow,
        "blue" => RemoteKey::Blue,
        "channelup" => RemoteKey::ChannelUp,
        "channeldown" => RemoteKey::ChannelDown,
        "pageup" => RemoteKey::PageUp,
        "pagedown" => RemoteKey::PageDown,
        "play" => RemoteKey::Play,
        "pause" | "playpause" => RemoteKey::Pause,
        "stop" => RemoteKey::Stop,
        "power" => return Some(Button::Power(PowerKey::Toggle)),
        "sleep" => return Some(Button::Power(PowerKey::Sleep)),
        "wakeup" => return Some(Button::Power(PowerKey::Wake)),
        _ => {
            let digit = name.strip_prefix("numeric_").unwrap_or(name).parse().ok().filter(|digit| *digit <= 9)?;
            RemoteKey::Digit(digit)
        }
    };
    Some(Button::Key(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_without_regard_to_case_and_nonsense_is_not() {
        let ok = Some(Press::Button(Button::Key(RemoteKey::Ok)));
        for name in ["Select", "select", "ENTER", "KEY_OK", "key_enter"] {
            assert_eq!(named(name), ok, "{name}");
        }
        assert_eq!(named("KEY_RED"), Some(Press::Button(Button::Key(RemoteKey::Red))));
        assert_eq!(named("Lit_7"), Some(Press::Button(Button::Key(RemoteKey::Digit(7)))));
        assert_eq!(named("KEY_NUMERIC_3"), Some(Press::Button(Button::Key(RemoteKey::Digit(3)))));
        assert_eq!(named("PowerOff"), Some(Press::Button(Button::Power(PowerKey::Sleep))));
        for name in ["Lit_я", "lit_€", "VolumeUp", "InputHDMI1", "KEY_COFFEE", "Search"] {
            assert_eq!(named(name), Some(Press::Nothing), "{name}");
        }
        for name in ["", "Nope", "Lit_", "Lit_ab", "KEY_", "KEY_ü", "я", "li"] {
            assert_eq!(named(name), None, "{name}");
        }
    }
}
