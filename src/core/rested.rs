//! The offer that the key hints and the catalogue's heading speak of: the focused one, but of those that the focus only
//! passes, none.
//!
//! Words that changed with each move would be drawn in the same frame as two cards, far from them; a box that draws
//! a few whole rectangles would redraw much of what lies between. They follow once the focus rests, with the hero.

use std::time::Duration;

use crate::domain::OfferId;

use super::{App, PlaceKind};

impl App {
    /// How long the focus stays before it rests.
    pub(crate) const REST: Duration = Duration::from_millis(350);

    /// The offer that the key hints and the catalogue's heading speak of.
    pub fn rested_offer(&self) -> Option<&OfferId> {
        self.rested.as_ref()
    }

    /// Whether something follows the focus here once it rests.
    pub(crate) fn is_passing(&self, focused: Option<&OfferId>) -> bool {
        match self.place().kind() {
            PlaceKind::Home => focused.is_some() && (focused != self.hero.as_ref() || focused != self.rested_offer()),
            PlaceKind::Catalog => focused.is_some() && focused != self.rested_offer(),
            _ => false,
        }
    }

    /// After a key that may have moved the focus from `before`: who ticks an offer looks at it.
    pub(crate) fn key_settled(&mut self, before: Option<&OfferId>) {
        let focused = self.focused_offer();
        if focused.as_ref() == before {
            self.rested = focused;
        }
    }

    /// After every event.
    pub(crate) fn settle_rested(&mut self) {
        if self.hero_due.is_none() {
            self.rested = self.focused_offer();
        }
    }
}
