//! Text that is chosen but not yet translated.
//!
//! The view picks a message and its arguments; `bind` asks Slint's bundled translations for the
//! words, so a change of language needs no new state and tests speak of meanings.

use super::message::Msg;

/// A piece of text on the screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Text {
    /// Nothing.
    #[default]
    Empty,
    /// Text that is the same in every language: titles, numbers, codes.
    Plain(String),
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

impl From<Msg> for Text {
    fn from(msg: Msg) -> Self {
        Self::with(msg, [])
    }
}
