//! Voice guidance (A11Y-2): what is said of a screen, as texts.
//!
//! [`Heard::of`] takes from a view-model what can be heard, and [`Heard::since`] says what of it is new: the words of a
//! screen when it opens, what gets the focus, a message. What merely counts down is never said again by itself.

mod focus;
mod page;
#[cfg(test)]
mod tests;
mod words;

pub use words::{sentences, spelled};

use super::message::Msg;
use super::model::{Chrome, HintKey, Tone, ViewModel};
use super::text::Text;

/// A piece of what is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words.
    Words(Text),
    /// Words that stand in no log: the keys of a PIN's pad that arrows walk over tell the PIN.
    Secret(Text),
    /// A code, which is spelled. It may be a key to something, so it stands in no log.
    Code(Text),
}

impl Part {
    /// A piece of what a picture says; a promo code is a code wherever it stands.
    fn of(text: Text) -> Self {
        match &text {
            Text::Message { msg: Msg::PromoCodeIs, args, .. } => Self::Code(args.first().cloned().unwrap_or_default()),
            _ => Self::Words(text),
        }
    }
}

/// What can be heard of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    page: Item,
    /// What holds the focused element, such as the heading of a row of cards.
    group: Text,
    focus: Item,
    /// How much of a PIN is entered.
    progress: Text,
    notice: Text,
    alerts: Vec<Text>,
    hints: Vec<Part>,
}

/// Something that is said when it becomes another one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Item {
    /// Tells it from others; without what changes by itself, such as the time that is left.
    key: Vec<Text>,
    /// What is said of it.
    parts: Vec<Part>,
}

impl Item {
    /// One whose words are all its own.
    fn of(texts: impl IntoIterator<Item = Text>) -> Self {
        let key: Vec<Text> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        Self { parts: key.iter().cloned().map(Part::of).collect(), key }
    }

    /// More is said of it, which may change.
    fn with(mut self, texts: impl IntoIterator<Item = Text>) -> Self {
        self.parts.extend(texts.into_iter().filter(|text| !text.is_empty()).map(Part::of));
        self
    }

    /// A code belongs to it.
    fn with_code(mut self, code: &Text) -> Self {
        if !code.is_empty() {
            self.key.push(code.clone());
            self.parts.push(Part::Code(code.clone()));
        }
        self
    }
}

impl Heard {
    /// What can be heard of this picture.
    pub fn of(vm: &ViewModel) -> Self {
        let (page, (group, focus), progress) = match &vm.dialog {
            Some(dialog) => (page::dialog(dialog), focus::in_dialog(dialog), focus::progress(dialog)),
            None => (page::page(vm), focus::on_screen(vm), Text::Empty),
        };
        Self {
            page,
            group,
            focus,
            progress,
            notice: vm.chrome.notice.as_ref().map_or(Text::Empty, |notice| notice.text.clone()),
            alerts: alerts(vm),
            hints: hints(&vm.chrome),
        }
    }

    /// What is said of the element with the focus.
    #[cfg(test)]
    pub(crate) fn focus(&self) -> &[Part] {
        &self.focus.parts
    }

    /// What is said now, after `before`; nothing if nothing is new. Without `before`, all of it.
    pub fn since(&self, before: Option<&Self>) -> Vec<Part> {
        let is_new = |differs: fn(&Self, &Self) -> bool| before.is_none_or(|before| differs(self, before));
        let mut parts = Vec::new();
        if is_new(|now, before| now.notice != before.notice) {
            parts.push(Part::Words(self.notice.clone()));
        }
        let has_alert = |alert: &Text| before.is_some_and(|before| before.alerts.contains(alert));
        parts.extend(self.alerts.iter().filter(|alert| !has_alert(alert)).cloned().map(Part::Words));
        if is_new(|now, before| now.page.key != before.page.key) {
            parts.extend(self.page.parts.iter().cloned());
            parts.push(Part::Words(self.group.clone()));
            // The bar's tab that opened this screen has just been named as its title.
            parts.extend(self.focus.parts.iter().filter(|part| !self.page.parts.contains(part)).cloned());
            parts.push(Part::Words(self.progress.clone()));
            parts.extend(self.hints.iter().cloned());
        } else if is_new(|now, before| now.progress != before.progress) {
            parts.push(Part::Words(self.progress.clone()));
        } else if is_new(|now, before| now.group != before.group || now.focus.key != before.focus.key) {
            if is_new(|now, before| now.group != before.group) {
                parts.push(Part::Words(self.group.clone()));
            }
            parts.extend(self.focus.parts.iter().cloned());
        }
        parts.retain(|part| *part != Part::Words(Text::Empty));
        parts
    }
}

/// What stands against something now, or goes wrong.
fn alerts(vm: &ViewModel) -> Vec<Text> {
    let banner = vm.chrome.banner.as_ref().filter(|banner| banner.tone != Tone::Quiet).map(|banner| &banner.text);
    let pad = vm.dialog.as_ref().and_then(|dialog| dialog.pin.as_ref()).map(|pad| &pad.error);
    banner.into_iter().chain(pad).chain(page::trouble(vm)).filter(|text| !text.is_empty()).cloned().collect()
}

/// What keys do here.
fn hints(chrome: &Chrome) -> Vec<Part> {
    let name = |key| match key {
        HintKey::Ok => Text::plain("OK"),
        HintKey::Back => Msg::SpokenKeyBack.into(),
        HintKey::Red => Msg::SpokenKeyRed.into(),
        HintKey::Green => Msg::SpokenKeyGreen.into(),
        HintKey::Yellow => Msg::SpokenKeyYellow.into(),
        HintKey::Blue => Msg::SpokenKeyBlue.into(),
        HintKey::Information => Msg::SpokenKeyInfo.into(),
        HintKey::Digits => Msg::SpokenKeyDigits.into(),
        HintKey::Channel => Msg::SpokenKeyChannel.into(),
    };
    let hint = |hint: &super::model::KeyHint| Text::with(Msg::SpokenKey, [name(hint.key), hint.label.clone()]);
    // «Back: Back» helps nobody.
    let says_more = |hint: &&super::model::KeyHint| hint.label != Msg::HintBack.into();
    chrome.hints.iter().filter(says_more).map(hint).map(Part::Words).collect()
}

/// Two texts that belong together, such as a fact and its value.
fn pair(msg: Msg, first: &Text, second: &Text) -> Text {
    match (first.is_empty(), second.is_empty()) {
        (false, false) => Text::with(msg, [first.clone(), second.clone()]),
        (false, true) => first.clone(),
        (true, _) => second.clone(),
    }
}
