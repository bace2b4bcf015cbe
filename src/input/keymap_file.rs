//! The viewer's own keys: a TOML file that gives key codes another meaning.
//!
//! `[keys]` holds for every remote, `[device."its name"]` for one. A code is a name of
//! linux/input-event-codes.h or a number; a meaning is a key of key scripts, POWER, SLEEP, WAKEUP or
//! NONE. This module turns text into codes; the caller reads the file.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Button, Codes, HIGHEST_CODE};

/// Why a keymap was not understood: the first mistake in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct KeymapError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there, naming the key.
    pub problem: String,
}

/// The largest keymap; a real one is a page or two.
const LONGEST: usize = 256 * 1024;

/// Changes codes as a keymap says.
///
/// # Errors
/// The first mistake, with its line.
pub fn parse_keymap(text: &str, mut codes: Codes) -> Result<Codes, KeymapError> {
    if text.len() > LONGEST {
        return Err(KeymapError { line: 1, problem: "the file is longer than 256 KiB".to_owned() });
    }
    let table = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        KeymapError { line: line_of(text, &span), problem: error.message().replace('\n', " ") }
    })?;
    for (name, value) in table.get_ref() {
        let fail = |problem| Err(KeymapError { line: line_of(text, &name.span()), problem });
        match (name.get_ref().as_ref(), value.get_ref()) {
            ("keys", DeValue::Table(keys)) => {
                for (code, button) in meanings(text, keys)? {
                    codes.set(code, button);
                }
            }
            ("device", DeValue::Table(devices)) => {
                for (device, value) in devices {
                    let Some(keys) = value.get_ref().as_table() else {
                        let problem =
                            format!("«{}» is to be a table: [device.\"name of the remote\"]", device.get_ref());
                        return Err(KeymapError { line: line_of(text, &device.span()), problem });
                    };
                    for (code, button) in meanings(text, keys)? {
                        codes.set_for(device.get_ref(), code, button);
                    }
                }
            }
            (other, _) => {
                return fail(format!(
                    "unknown section «{}»; known are [keys] and [device.\"name of the remote\"]",
                    short(other)
                ));
            }
        }
    }
    Ok(codes)
}

/// The codes of a section and what they are to mean.
fn meanings(text: &str, keys: &DeTable<'_>) -> Result<BTreeMap<u16, Option<Button>>, KeymapError> {
    let mut meanings = BTreeMap::new();
    // In the order of the file, so that the first mistake is the first.
    let mut keys: Vec<(&Spanned<_>, &Spanned<DeValue<'_>>)> = keys.iter().collect();
    keys.sort_by_key(|(name, _)| name.span().start);
    for (name, value) in keys {
        let fail = |span: Range<usize>, problem| Err(KeymapError { line: line_of(text, &span), problem });
        let key: &str = name.get_ref();
        let Some(code) = code_of(key) else {
            let problem = format!(
                "unknown key «{}»; it is to be a name such as KEY_PROG1 or a code from 1 to {HIGHEST_CODE:#x}; \
                 bonus-tv --learn-keys tells them",
                short(key)
            );
            return fail(name.span(), problem);
        };
        let Some(button) = value.get_ref().as_str().and_then(meaning) else {
            let known: Vec<&str> = Button::all().map(Button::name).collect();
            let problem = format!("key «{}» is to mean one of: {}, NONE; in quotes", short(key), known.join(" "));
            return fail(value.span(), problem);
        };
        if meanings.insert(code, button).is_some() {
            return fail(name.span(), format!("key «{}» stands here twice: its code is {code:#x}", short(key)));
        }
    }
    Ok(meanings)
}

/// The code that a name or a number stands for.
fn code_of(key: &str) -> Option<u16> {
    let code = if key.starts_with("KEY_") || key.starts_with("BTN_") {
        key.parse::<evdev::KeyCode>().ok()?.code()
    } else if let Some(digits) = key.strip_prefix("0x").or_else(|| key.strip_prefix("0X")) {
        number(digits, 16)?
    } else {
        number(key, 10)?
    };
    (1..=HIGHEST_CODE).contains(&code).then_some(code)
}

/// A number in digits alone, without a sign.
fn number(digits: &str, base: u32) -> Option<u16> {
    let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base));
    u16::from_str_radix(is_number.then_some(digits)?, base).ok()
}

/// What a name means; `Some(None)` is nothing at all.
fn meaning(name: &str) -> Option<Option<Button>> {
    if name.eq_ignore_ascii_case("NONE") { Some(None) } else { Button::named(name).map(Some) }
}

/// The line on which a part of the text begins.
fn line_of(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().get(..span.start).unwrap_or_default();
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// The beginning of a word from the file, for an error message.
fn short(word: &str) -> String {
    word.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(40).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::{PowerKey, RemoteKey};

    fn standard() -> Codes {
        Codes::standard(RemoteKey::Back)
    }

    fn read(text: &str) -> Codes {
        parse_keymap(text, standard()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn error(text: &str) -> KeymapError {
        parse_keymap(text, standard()).expect_err("it is wrong")
    }

    #[test]
    fn codes_are_names_or_numbers() {
        let codes = read("[keys]\nKEY_PROG1 = \"MENU\"\n0x1a5 = \"ok\"\n429 = \"ch+\"\nKEY_POWER2 = \"POWER\"\n");
        assert_eq!(codes.button("any", 148), Some(Button::Key(RemoteKey::Menu)));
        assert_eq!(codes.button("any", 0x1a5), Some(Button::Key(RemoteKey::Ok)));
        assert_eq!(codes.button("any", 429), Some(Button::Key(RemoteKey::ChannelUp)));
        assert_eq!(codes.button("any", 0x164), Some(Button::Power(PowerKey::Toggle)));
        assert_eq!(codes.button("any", 103), standard().button("any", 103), "the rest stays");
    }

    #[test]
    fn a_key_can_be_silenced() {
        assert_eq!(read("[keys]\nKEY_BACKSPACE = \"NONE\"").button("any", 14), None);
    }

    #[test]
    fn a_device_has_its_own_section() {
        let codes = read("[keys]\nKEY_INFO = \"MENU\"\n[device.\"Odd Remote v2\"]\nKEY_INFO = \"INFO\"\n");
        assert_eq!(codes.button("Odd Remote v2", 0x166), Some(Button::Key(RemoteKey::Information)));
        assert_eq!(codes.button("any", 0x166), Some(Button::Key(RemoteKey::Menu)));
    }

    #[test]
    fn an_empty_keymap_changes_nothing() {
        for text in ["", "# nothing\n", "[keys]\n", "[device]\n"] {
            assert_eq!(read(text), standard(), "{text:?}");
        }
    }

    #[test]
    fn mistakes_are_found_with_line_and_key() {
        for (text, line, word) in [
            ("[keys]\n\nKEY_NOSUCH = \"OK\"\n", 3, "KEY_NOSUCH"),
            ("[keys]\nKEY_OK = \"JUMP\"\n", 2, "KEY_OK"),
            ("[keys]\nKEY_OK = 5\n", 2, "KEY_OK"),
            ("[keys]\n0x300 = \"OK\"\n", 2, "0x300"),
            ("[keys]\n0 = \"OK\"\n", 2, "«0»"),
            ("[keys]\n-5 = \"OK\"\n", 2, "-5"),
            ("[keys]\n99999999999 = \"OK\"\n", 2, "99999999999"),
            ("[keys]\nKEY_OK = \"OK\"\nKEY_UP = \"UP\"\n352 = \"MENU\"\n", 4, "352"),
            ("[keys]\nKEY_OK = \"OK\"\nKEY_OK = \"MENU\"\n", 3, "duplicate"),
            ("\n[key]\nKEY_OK = \"OK\"\n", 2, "«key»"),
            ("keys = 1\n", 1, "«keys»"),
            ("[device]\nremote = 1\n", 2, "remote"),
            ("[keys]\nKEY_OK = \"OK\n", 2, ""),
            ("[keys\n", 1, ""),
        ] {
            let error = error(text);
            assert_eq!(error.line, line, "{text:?}: {error}");
            assert!(error.to_string().contains(word), "{text:?}: {error}");
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
        }
    }

    #[test]
    fn the_first_of_two_mistakes_is_told() {
        assert_eq!(error("[keys]\nKEY_ZZZ = \"OK\"\nKEY_AAA = \"OK\"\n").line, 2);
    }

    #[test]
    fn a_long_file_is_refused() {
        assert!(error(&"#".repeat(LONGEST + 1)).problem.contains("256 KiB"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            let _ = parse_keymap(&text, standard());
        }

        #[test]
        fn no_lines_make_it_panic(lines in prop::collection::vec(
            "(\\[(keys|device(\\.\"?[a-z]{1,3}\"?)?)\\]|(KEY_[A-Z0-9]{1,6}|0x[0-9a-f]{0,5}|[0-9]{1,6}) ?= ?(\"[A-Z+-]{0,6}\"|[0-9]{1,3}|\\[\\]))", 0..8
        )) {
            let _ = parse_keymap(&lines.join("\n"), standard());
        }
    }
}
