//! Text that is chosen but not yet translated.
//!
//! The view picks a message and its arguments; `bind` asks Slint's bundled translations for the
//! words, so a change of language needs no new state and tests speak of meanings.

use std::borrow::Cow;

use super::message::Msg;

/// A piece of text on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Text {
    /// Nothing.
    #[default]
    Empty,
    /// Text that is the same in every language: titles, codes, times.
    Plain(String),
    /// A whole number, whose digits each language groups in its own way.
    Number {
        /// What stands before it: nothing, `+` or `−`.
        sign: &'static str,
        /// How much.
        amount: u64,
    },
    /// A message of ours.
    Message {
        /// Which one.
        msg: Msg,
        /// The number that chooses the plural form.
        count: i64,
        /// What goes into its places `{0}`, `{1}`, `{2}`.
        args: Vec<Text>,
    },
}

impl Text {
    /// Text that needs no translation.
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Plain(text) }
    }

    /// A message with arguments.
    pub fn with(msg: Msg, args: impl IntoIterator<Item = Text>) -> Self {
        Self::Message { msg, count: 0, args: args.into_iter().collect() }
    }

    /// A message whose form depends on a number.
    pub fn counted(msg: Msg, count: i64, args: impl IntoIterator<Item = Text>) -> Self {
        Self::Message { msg, count, args: args.into_iter().collect() }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }
}

/// A whole number in groups of three.
pub(crate) fn grouped(amount: u64, separator: &str) -> String {
    let digits = amount.to_string();
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push_str(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// A text as it stands inside a sentence of ours: one that is written from right to left is isolated, so that it turns
/// nothing around it, such as the price behind a title. Texts of answers hold no marks of their own that turn the
/// direction, so no mark can end the isolation early.
pub(crate) fn isolated(text: &str) -> Cow<'_, str> {
    /// The direction is that of the first letter.
    const FIRST_STRONG: char = '\u{2068}';
    const END: char = '\u{2069}';
    if text.chars().any(is_right_to_left) { format!("{FIRST_STRONG}{text}{END}").into() } else { text.into() }
}

/// Texts of answers one after another.
pub(crate) fn listed<'a>(texts: impl IntoIterator<Item = &'a str>, between: &str) -> String {
    texts.into_iter().map(isolated).collect::<Vec<_>>().join(between)
}

/// Hebrew, Arabic and the other scripts of the Unicode blocks that are set aside for this direction.
fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}')
        || matches!(letter, '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

impl From<Msg> for Text {
    fn from(msg: Msg) -> Self {
        Self::with(msg, [])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (amount, words) in [(0, "0"), (999, "999"), (1700, "1,700"), (12_345_678, "12,345,678")] {
            assert_eq!(grouped(amount, ","), words);
        }
        assert_eq!(grouped(u64::MAX, " ").matches(' ').count(), 6);
    }

    #[test]
    fn what_turns_the_direction_is_isolated_and_nothing_else_changes() {
        for plain in ["", "Аэлита", "720 ₽", "電影", "Amedia+Viasat HD", "👨‍👩‍👧"] {
            assert!(matches!(isolated(plain), Cow::Borrowed(text) if text == plain), "{plain}");
        }
        for turning in ["שלום", "فيلم 720", "Film שלום", "\u{10800}", "\u{1e900}", "\u{fe8e}"] {
            assert_eq!(isolated(turning), format!("\u{2068}{turning}\u{2069}"));
        }
        assert_eq!(listed(["שלום", "Мать"], ", "), "\u{2068}שלום\u{2069}, Мать");
    }
}
