//! What the voice says of the pictures that are shown.

use std::collections::VecDeque;
use std::time::Duration;

use crate::domain::{Language, VoiceGuidance};
use crate::view::message::Msg;
use crate::view::model::ViewModel;
use crate::view::spoken::{Heard, Part, sentences, spelled};
use crate::view::text::Text;
use crate::voice::Voice;

/// How many sayings are remembered for QA.
const REMEMBERED: usize = 100;
/// A picture that changes so soon and without a key, because an answer arrived, is told anew with what it was about:
/// else the title of a screen would be cut off by its first line.
const ONE_SAYING: Duration = Duration::from_secs(1);

/// Follows the pictures with the voice.
pub(super) struct Speech {
    voice: Voice,
    /// What was heard last.
    heard: Option<Heard>,
    /// What was heard before the last saying.
    before: Option<Heard>,
    last_at: Duration,
    has_key_come: bool,
    is_on: bool,
    said: VecDeque<String>,
}

/// A picture, and what the voice needs to know beside it.
pub(super) struct Shown<'a, W: Fn(&Text) -> String> {
    pub(super) vm: &'a ViewModel,
    pub(super) at: Duration,
    pub(super) guidance: VoiceGuidance,
    pub(super) language: Language,
    /// Gives the words of a text in the language of the screen.
    pub(super) words: W,
}

impl Speech {
    pub(super) fn new(voice: Voice) -> Self {
        Self {
            voice,
            heard: None,
            before: None,
            last_at: Duration::ZERO,
            has_key_come: false,
            is_on: false,
            said: VecDeque::new(),
        }
    }

    /// The viewer has pressed a key: what comes is its effect.
    pub(super) fn key_came(&mut self) {
        self.has_key_come = true;
    }

    /// A picture is shown.
    pub(super) fn shown(&mut self, shown: &Shown<'_, impl Fn(&Text) -> String>) {
        let was_on = std::mem::replace(&mut self.is_on, shown.guidance == VoiceGuidance::On);
        let parts = match (was_on, self.is_on) {
            (false, false) => return,
            // That it was switched off is the last thing it says.
            (true, false) => {
                (self.heard, self.before) = (None, None);
                shown.vm.chrome.notice.iter().map(|notice| Part::Words(notice.text.clone())).collect()
            }
            (_, true) => self.news(Heard::of(shown.vm), shown.at),
        };
        if !parts.is_empty() {
            self.say(&parts, shown);
        }
    }

    /// Nobody looks: nothing is said, and what is shown next is told whole.
    pub(super) fn rest(&mut self) {
        (self.heard, self.before) = (None, None);
        self.voice.hush();
    }

    /// What was said, oldest first; the last hundred.
    pub(super) fn said(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.said.iter().map(String::as_str)
    }

    fn news(&mut self, heard: Heard, at: Duration) -> Vec<Part> {
        let last = self.heard.replace(heard.clone());
        let parts = heard.since(last.as_ref());
        if parts.is_empty() {
            return parts;
        }
        let goes_on = !self.has_key_come && last.is_some() && at.saturating_sub(self.last_at) < ONE_SAYING;
        (self.has_key_come, self.last_at) = (false, at);
        if goes_on {
            return heard.since(self.before.as_ref());
        }
        self.before = last;
        parts
    }

    fn say(&mut self, parts: &[Part], shown: &Shown<'_, impl Fn(&Text) -> String>) {
        let plain = |part: &Part| match part {
            Part::Words(text) | Part::Secret(text) => (shown.words)(text),
            Part::Code(code) => {
                (shown.words)(&Text::with(Msg::SpokenCode, [Text::plain(spelled(&(shown.words)(code)))]))
            }
        };
        let pieces: Vec<String> = parts.iter().map(plain).collect();
        let open = parts.iter().zip(&pieces).filter(|(part, _)| matches!(part, Part::Words(_)));
        let logged: Vec<String> = open.map(|(_, piece)| piece.clone()).collect();
        tracing::info!(words = sentences(&logged, shown.language), "the voice says");
        let saying = sentences(&pieces, shown.language);
        if self.said.len() == REMEMBERED {
            self.said.pop_front();
        }
        self.said.push_back(saying.clone());
        self.voice.say(saying, shown.language);
    }
}
