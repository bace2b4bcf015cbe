//! Texts of answers: bounded, and without what could disturb a screen.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use unicode_segmentation::UnicodeSegmentation;

/// Longer than any cursor or address.
const LONGEST_OPAQUE: usize = 4096;
/// Longer than any token that fits into a header.
const LONGEST_TOKEN: usize = 8192;
/// Characters that are drawn on top of each other: a letter with its marks. Text shapers count them in small numbers.
const LONGEST_CLUSTER: usize = 8;

/// The text of an answer. A byte order mark is dropped, UTF-16 is understood, and what is no character is marked.
pub(in crate::api) fn text_of(body: &[u8]) -> Cow<'_, str> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.as_chunks().0.iter().map(|pair| unit(*pair));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>().into()
    };
    match body {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(body),
    }
}

/// Text that may be shown: at most `MAX` characters and nothing that is not a character.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Text<const MAX: usize>(pub String);

/// A name or a title.
pub(in crate::api) type Title = Text<200>;
/// A text of several sentences.
pub(in crate::api) type Prose = Text<2000>;

impl<const MAX: usize> Text<MAX> {
    /// Cleans and bounds a text; a cut is marked with an ellipsis.
    pub fn new(raw: &str) -> Self {
        // Much more than can be kept is not even looked at.
        let clean: String = raw.chars().filter_map(displayable).take(MAX.saturating_mul(LONGEST_CLUSTER) + 1).collect();
        let clean = thinned(clean);
        let mut chars = clean.chars();
        let mut text: String = chars.by_ref().take(MAX).collect();
        if chars.next().is_some() {
            text.pop();
            text.push('…');
        }
        Self(text)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words).map(|raw| Self::new(&raw))
    }
}

/// A text, or a number where a text belongs: a film may be called 1984.
pub(super) struct Words;

impl Visitor<'_> for Words {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

/// A code that a member types in elsewhere: whole or not at all.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Code<const MAX: usize>(pub String);

impl<'de, const MAX: usize> Deserialize<'de> for Code<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = deserializer.deserialize_any(Words)?;
        let code: String = raw.trim().chars().filter_map(displayable).take(MAX + 1).collect();
        let is_whole = (1..=MAX).contains(&code.chars().count()) && thinned(code.clone()) == code;
        if is_whole { Ok(Self(code)) } else { Err(D::Error::custom("not a code that can be shown whole")) }
    }
}

/// What a screen may show of a character: line breaks become spaces; controls, marks that turn the writing direction
/// around and what is never seen disappear.
pub(super) fn displayable(c: char) -> Option<char> {
    match c {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{AD}'
        | '\u{61C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' => None,
        c if c.is_control() || (u32::from(c) & 0xfffe) == 0xfffe => None,
        c => Some(c),
    }
}

/// Bounds what is drawn in one place: of a letter with hundreds of marks only the first few stay.
fn thinned(text: String) -> String {
    let is_plain = |c: char| matches!(c, '\0'..='\u{2FF}' | '\u{370}'..='\u{482}' | '\u{48A}'..='\u{58F}' | '\u{2010}'..='\u{20CF}');
    if text.chars().all(is_plain) {
        return text;
    }
    let mut thin = String::with_capacity(text.len());
    for cluster in text.graphemes(true) {
        match cluster.char_indices().nth(LONGEST_CLUSTER) {
            None => thin.push_str(cluster),
            Some(_) => {
                thin.extend(cluster.chars().take(LONGEST_CLUSTER - 1));
                // Ends the cluster, so that nothing that follows is drawn in the same place.
                thin.push(' ');
            }
        }
    }
    thin
}

/// Printable ASCII that is passed on as it is: an address or the box's half of a sign-in code.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Opaque(pub String);

impl<'de> Deserialize<'de> for Opaque {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        printable(String::deserialize(deserializer)?, LONGEST_OPAQUE).map(Self)
    }
}

/// A token: printable ASCII that fits into a header.
#[derive(Clone, PartialEq)]
pub(in crate::api) struct Token(pub String);

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        printable(String::deserialize(deserializer)?, LONGEST_TOKEN).map(Self)
    }
}

/// Where a list goes on: printable ASCII, or the number of a page.
#[derive(Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Cursor(pub String);

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        printable(deserializer.deserialize_any(Words)?, LONGEST_OPAQUE).map(Self)
    }
}

fn printable<E: serde::de::Error>(text: String, longest: usize) -> Result<String, E> {
    let is_valid = (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if is_valid { Ok(text) } else { Err(E::custom("not printable ASCII of a sane length")) }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn text_is_bounded_and_loses_what_disturbs_a_screen() {
        assert_eq!(Text::<5>::new("abcdefgh").0, "abcd…");
        assert_eq!(Text::<5>::new("abcde").0, "abcde");
        assert_eq!(Text::<50>::new("a\u{7}b\u{1b}[31mc\u{202e}d\ne").0, "ab[31mcd e");
        assert_eq!(Text::<0>::new("a").0, "…");
    }

    #[test]
    fn an_answer_is_read_whatever_its_first_bytes_are() {
        let utf16 = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| {
            mark.into_iter().chain("{\"я\"}".encode_utf16().flat_map(unit)).collect::<Vec<u8>>()
        };
        assert_eq!(text_of("\u{feff}{\"я\"}".as_bytes()), "{\"я\"}");
        assert_eq!(text_of(&utf16([0xff, 0xfe], u16::to_le_bytes)), "{\"я\"}");
        assert_eq!(text_of(&utf16([0xfe, 0xff], u16::to_be_bytes)), "{\"я\"}");
        assert_eq!(text_of(b"{\"\xff\"}"), "{\"\u{fffd}\"}", "one bad letter costs that letter");
    }

    /// C48: a code is whole or it is none.
    #[test]
    fn c48_a_code_is_never_cut() {
        let code = |length: usize| read::<Code<256>>(&format!("\"{}\"", "K".repeat(length)));
        for length in [1, 16, 65, 256] {
            assert_eq!(code(length).map(|code| code.0.len()), Some(length));
        }
        assert_eq!((code(0), code(257)), (None, None));
        assert_eq!(read::<Code<8>>("\" A\\u200bB \""), Some(Code("AB".to_owned())));
    }

    proptest::proptest! {
        /// Letters with hundreds of marks, marks that turn the direction, controls: bounded, and the same when read again.
        #[test]
        fn a_text_is_bounded_in_every_place(
            parts in proptest::collection::vec((proptest::char::any(), 0..300_usize), 0..8),
            mark in proptest::sample::select(vec!['\u{301}', '\u{489}', '\u{20dd}', '\u{1100}', '\u{1160}', '\u{600}', '\u{94d}']),
        ) {
            let raw: String = parts.iter().flat_map(|(c, marks)| [c.to_string(), mark.to_string().repeat(*marks)]).collect();
            let text = Text::<200>::new(&raw).0;
            assert!(text.chars().count() <= 200);
            for cluster in text.graphemes(true) {
                assert!(cluster.chars().count() <= LONGEST_CLUSTER, "{cluster:?}");
            }
            assert!(text.chars().all(|c| displayable(c) == Some(c)));
            assert_eq!(Text::<200>::new(&text).0, text);
        }
    }
}
