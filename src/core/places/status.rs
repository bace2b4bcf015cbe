//! Status, and the ways to earn: the first page of the tab «Баллы».

use crate::input::Intent;

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::{Cursor, Place, Resource};
use super::home::FRESH;
use super::points::PageBelow;
use super::{BelowStrip, Zone, layout};

/// The focus of the status screen.
#[derive(Debug, Clone, PartialEq)]
pub struct StatusPlace {
    /// What has the focus.
    pub zone: Zone,
    /// The focused way to earn.
    pub cursor: Cursor,
    /// Whether no key was pressed yet: the first way to earn takes the focus when it arrives.
    waits_for_rows: bool,
}

impl StatusPlace {
    /// A key was pressed: zone and line of the focus.
    pub(super) fn focus_mut(&mut self) -> (&mut Zone, &mut Cursor) {
        self.waits_for_rows = false;
        (&mut self.zone, &mut self.cursor)
    }
}

impl App {
    pub(crate) fn open_status(&mut self, turn: &mut Turn) {
        let place = StatusPlace { zone: Zone::Content, cursor: Cursor::default(), waits_for_rows: true };
        self.push(Place::Status(place));
        self.freshen(Resource::Account, FRESH, turn);
        self.fetch(Resource::EarningRules, turn);
        self.settle_status();
    }

    fn ways_to_earn(&self) -> usize {
        self.data.earning.as_ref().map_or(0, |earning| earning.rules.len())
    }

    /// Whether the ways to earn are missing because of a failure.
    fn status_failed(&self) -> bool {
        self.ways_to_earn() == 0 && self.trouble_with(Resource::EarningRules).is_some()
    }

    pub(crate) fn settle_status(&mut self) {
        let total = self.ways_to_earn();
        let below = BelowStrip::new(total, self.status_failed());
        let lines = layout::earn_rows(self.settings.text_size);
        let Some(Place::Status(place)) = self.place_mut() else { return };
        place.cursor.reveal(total, lines);
        place.zone = place.zone.settled(below, place.waits_for_rows);
    }

    pub(crate) fn status_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let page = PageBelow {
            total: self.ways_to_earn(),
            lines: layout::earn_rows(self.settings.text_size),
            has_failed: self.status_failed(),
            resource: Resource::EarningRules,
        };
        // A way to earn does nothing by itself.
        self.points_page_key(&page, intent, turn).unwrap_or(Handled::No)
    }
}
