//! A desktop keyboard as a remote: the table of keys that QA presses.

use slint::SharedString;
use slint::platform::Key;

use bonus_tv::input::{Direction, RemoteKey};

/// The key of the remote behind a key of the keyboard, by the text that Slint gives it.
pub fn remote_key(text: &str) -> Option<RemoteKey> {
    let is = |key: Key| SharedString::from(key) == text;
    let special = [
        (Key::UpArrow, RemoteKey::Arrow(Direction::Up)),
        (Key::DownArrow, RemoteKey::Arrow(Direction::Down)),
        (Key::LeftArrow, RemoteKey::Arrow(Direction::Left)),
        (Key::RightArrow, RemoteKey::Arrow(Direction::Right)),
        (Key::Return, RemoteKey::Ok),
        (Key::Escape, RemoteKey::Back),
        (Key::Backspace, RemoteKey::Back),
        (Key::Menu, RemoteKey::Menu),
        (Key::F9, RemoteKey::Menu),
        (Key::F1, RemoteKey::Red),
        (Key::F2, RemoteKey::Green),
        (Key::F3, RemoteKey::Yellow),
        (Key::F4, RemoteKey::Blue),
        (Key::PageUp, RemoteKey::ChannelUp),
        (Key::PageDown, RemoteKey::ChannelDown),
        (Key::Stop, RemoteKey::Stop),
    ];
    if let Some((_, key)) = special.into_iter().find(|(key, _)| is(*key)) {
        return Some(key);
    }
    let mut characters = text.chars();
    let (character, None) = (characters.next()?, characters.next()) else { return None };
    match character {
        ' ' => Some(RemoteKey::Ok),
        'i' | 'I' | 'ш' | 'Ш' => Some(RemoteKey::Information),
        'p' | 'P' | 'з' | 'З' => Some(RemoteKey::Play),
        's' | 'S' | 'ы' | 'Ы' => Some(RemoteKey::Stop),
        digit => digit.to_digit(10).and_then(|digit| u8::try_from(digit).ok()).map(RemoteKey::Digit),
    }
}

/// Whether this is the key that leaves together with Ctrl, on a Latin or a Russian keyboard.
pub fn is_quit_letter(text: &str) -> bool {
    matches!(text, "q" | "Q" | "й" | "Й" | "\u{11}")
}

/// Whether this is the Ctrl key.
pub fn is_control(text: &str) -> bool {
    SharedString::from(Key::Control) == text || SharedString::from(Key::ControlR) == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_the_table_are_there() {
        let of = |key: Key| remote_key(&SharedString::from(key));
        assert_eq!(of(Key::UpArrow), Some(RemoteKey::Arrow(Direction::Up)));
        assert_eq!(of(Key::Return), Some(RemoteKey::Ok));
        assert_eq!(of(Key::Escape), Some(RemoteKey::Back));
        assert_eq!(of(Key::F2), Some(RemoteKey::Green));
        assert_eq!(of(Key::PageDown), Some(RemoteKey::ChannelDown));
        assert_eq!(remote_key(" "), Some(RemoteKey::Ok));
        assert_eq!(remote_key("7"), Some(RemoteKey::Digit(7)));
        assert_eq!(remote_key("z"), None);
        assert_eq!(remote_key(""), None);
        assert_eq!(remote_key("ab"), None);
    }
}
