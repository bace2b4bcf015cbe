//! The magnifier (A11Y-5): the focused thing alone, in letters of a tenth of the screen's height.
//!
//! Holding Info opens it. Arrows go on moving the focus; every other key closes it and does nothing else, so that
//! nobody spends points on a screen that shows one line of it.

use crate::input::Intent;

use super::PlaceKind;
use super::app::App;

/// Whether something is magnified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Magnifier {
    /// Nothing is.
    #[default]
    Closed,
    /// The focused thing of this page; another page is shown whole.
    Open(usize, PlaceKind),
    /// The press of Info that is down now has closed it: holding it on does not open it again.
    JustClosed,
}

impl App {
    /// Whether the focused thing is shown alone.
    pub fn is_magnified(&self) -> bool {
        matches!(self.magnifier, Magnifier::Open(..))
    }

    /// Info is held. A question above the screen is not magnified: its answers would lie behind.
    pub(crate) fn magnify(&mut self) {
        if self.magnifier == Magnifier::Closed && self.dialog.is_none() {
            self.magnifier = Magnifier::Open(self.stack.len(), self.place().kind());
        }
    }

    /// Whether the magnifier takes this press: it closes.
    pub(crate) fn magnifier_takes(&mut self, intent: Intent) -> bool {
        if !self.is_magnified() {
            self.magnifier = Magnifier::Closed;
            return false;
        }
        if matches!(intent, Intent::Move(_) | Intent::PageUp | Intent::PageDown) {
            return false;
        }
        self.magnifier = if intent == Intent::Inform { Magnifier::JustClosed } else { Magnifier::Closed };
        true
    }

    /// After every event: what comes by itself, such as the end of an order, is never hidden.
    pub(crate) fn settle_magnifier(&mut self) {
        // In the bar of tabs, each tab is a page.
        let is_there =
            self.magnifier == Magnifier::Open(self.stack.len(), self.place().kind()) || self.tab_focus().is_some();
        if self.is_magnified() && (self.dialog.is_some() || !is_there || self.is_dark()) {
            self.magnifier = Magnifier::Closed;
        }
    }
}
