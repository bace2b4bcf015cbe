//! A desktop keyboard as a remote: the table of keys that QA presses.

use winit::keyboard::{Key, ModifiersState, NamedKey};

use bonus_tv::input::{Direction, RemoteKey};

/// The key of the remote behind a key of the keyboard.
pub(super) fn remote_key(key: &Key, modifiers: ModifiersState) -> Option<RemoteKey> {
    match key {
        Key::Named(name) => named(*name),
        Key::Character(text) if modifiers.control_key() => is_quit_letter(text).then_some(RemoteKey::Leave),
        Key::Character(text) => lettered(text),
        Key::Unidentified(_) | Key::Dead(_) => None,
    }
}

fn named(name: NamedKey) -> Option<RemoteKey> {
    Some(match name {
        NamedKey::ArrowUp => RemoteKey::Arrow(Direction::Up),
        NamedKey::ArrowDown => RemoteKey::Arrow(Direction::Down),
        NamedKey::ArrowLeft => RemoteKey::Arrow(Direction::Left),
        NamedKey::ArrowRight => RemoteKey::Arrow(Direction::Right),
        NamedKey::Enter | NamedKey::Space | NamedKey::Select => RemoteKey::Ok,
        NamedKey::Escape | NamedKey::Backspace | NamedKey::GoBack | NamedKey::BrowserBack => RemoteKey::Back,
        NamedKey::ContextMenu | NamedKey::F9 => RemoteKey::Menu,
        NamedKey::Info => RemoteKey::Information,
        NamedKey::F1 | NamedKey::ColorF0Red => RemoteKey::Red,
        NamedKey::F2 | NamedKey::ColorF1Green => RemoteKey::Green,
        NamedKey::F3 | NamedKey::ColorF2Yellow => RemoteKey::Yellow,
        NamedKey::F4 | NamedKey::ColorF3Blue => RemoteKey::Blue,
        NamedKey::PageUp | NamedKey::ChannelUp => RemoteKey::ChannelUp,
        NamedKey::PageDown | NamedKey::ChannelDown => RemoteKey::ChannelDown,
        NamedKey::MediaPlay => RemoteKey::Play,
        NamedKey::MediaPause | NamedKey::MediaPlayPause => RemoteKey::Pause,
        NamedKey::MediaStop => RemoteKey::Stop,
        _ => return None,
    })
}

/// The letter of a key on a Latin or a Russian keyboard.
fn lettered(text: &str) -> Option<RemoteKey> {
    let mut characters = text.chars();
    let (character, None) = (characters.next()?, characters.next()) else { return None };
    match character {
        'i' | 'I' | 'ш' | 'Ш' => Some(RemoteKey::Information),
        'p' | 'P' | 'з' | 'З' => Some(RemoteKey::Play),
        's' | 'S' | 'ы' | 'Ы' => Some(RemoteKey::Stop),
        digit => digit.to_digit(10).and_then(|digit| u8::try_from(digit).ok()).map(RemoteKey::Digit),
    }
}

/// Whether this is the key that leaves together with Ctrl.
fn is_quit_letter(text: &str) -> bool {
    matches!(text, "q" | "Q" | "й" | "Й")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(key: Key) -> Option<RemoteKey> {
        remote_key(&key, ModifiersState::empty())
    }

    #[test]
    fn the_keys_of_the_table_are_there() {
        let of = |name: NamedKey| typed(Key::Named(name));
        assert_eq!(of(NamedKey::ArrowUp), Some(RemoteKey::Arrow(Direction::Up)));
        assert_eq!(of(NamedKey::Enter), Some(RemoteKey::Ok));
        assert_eq!(of(NamedKey::Space), Some(RemoteKey::Ok));
        assert_eq!(of(NamedKey::Escape), Some(RemoteKey::Back));
        assert_eq!(of(NamedKey::F2), Some(RemoteKey::Green));
        assert_eq!(of(NamedKey::PageDown), Some(RemoteKey::ChannelDown));
        assert_eq!(of(NamedKey::F12), None);
        let letter = |text: &str| typed(Key::Character(text.into()));
        assert_eq!(letter("7"), Some(RemoteKey::Digit(7)));
        assert_eq!(letter("ш"), Some(RemoteKey::Information));
        for nothing in ["z", "", "ab"] {
            assert_eq!(letter(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn control_makes_letters_mean_something_else() {
        let with_control = |text: &str| remote_key(&Key::Character(text.into()), ModifiersState::CONTROL);
        assert_eq!(with_control("q"), Some(RemoteKey::Leave));
        assert_eq!(with_control("й"), Some(RemoteKey::Leave));
        assert_eq!(with_control("7"), None);
        assert_eq!(typed(Key::Character("q".into())), None);
    }
}
