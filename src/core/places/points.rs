//! The strip of the tab «Баллы»: status, ledger, orders and what burns are its pages.

use crate::input::{Direction, Intent};

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::{Cursor, HistoryKind, Place, Resource};
use super::lists::list_key;
use super::{BelowStrip, Zone};

/// A page of the tab «Баллы».
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointsPage {
    /// The ladder of statuses, and how to earn.
    Status,
    /// A history.
    History(HistoryKind),
}

impl PointsPage {
    /// All of them from left to right.
    pub const ALL: [Self; 4] = [
        Self::Status,
        Self::History(HistoryKind::Points),
        Self::History(HistoryKind::Orders),
        Self::History(HistoryKind::Burning),
    ];
}

/// What a page has below its strip.
pub(super) struct PageBelow {
    /// How many lines there are.
    pub(super) total: usize,
    /// How many of them are visible.
    pub(super) lines: usize,
    /// Whether they are missing because of a failure.
    pub(super) has_failed: bool,
    /// What is asked for again then.
    pub(super) resource: Resource,
}

impl App {
    /// The page of «Баллы» that is shown.
    pub fn points_page(&self) -> Option<PointsPage> {
        match self.place() {
            Place::Status(_) => Some(PointsPage::Status),
            Place::History(place) => Some(PointsPage::History(place.kind)),
            _ => None,
        }
    }

    /// The focus is in the strip: the neighbouring page opens and leaves it there.
    fn points_strip_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let shown = self.points_page();
        let Some(at) = PointsPage::ALL.iter().position(|page| Some(*page) == shown) else { return Handled::No };
        let next = match intent {
            Intent::Move(Direction::Left) => at.checked_sub(1),
            Intent::Move(Direction::Right) => Some(at + 1),
            _ => None,
        };
        let Some(page) = next.and_then(|at| PointsPage::ALL.get(at).copied()) else { return Handled::No };
        match (page, self.place_mut()) {
            (PointsPage::History(kind), Some(Place::History(place))) => place.kind = kind,
            (PointsPage::History(kind), _) => {
                self.stack.pop();
                self.open_history(kind, turn);
            }
            (PointsPage::Status, _) => {
                self.stack.pop();
                self.open_status(turn);
            }
        }
        if let Some((zone, _)) = self.place_mut().and_then(focus) {
            *zone = Zone::Chips;
        }
        Handled::Yes
    }

    /// A key on a page of «Баллы»; `None` if it is for the focused line.
    pub(super) fn points_page_key(&mut self, page: &PageBelow, intent: Intent, turn: &mut Turn) -> Option<Handled> {
        let (zone, cursor) = self.place_mut().and_then(focus)?;
        let next = match (*zone, intent) {
            (Zone::Chips, Intent::Move(Direction::Down) | Intent::Activate) => {
                Zone::below_strip(BelowStrip::new(page.total, page.has_failed))
            }
            (Zone::Chips, _) => return Some(self.points_strip_key(intent, turn)),
            (Zone::Buttons, Intent::Activate) => {
                self.retry_now(&[page.resource], turn);
                return Some(Handled::Yes);
            }
            (Zone::Buttons, Intent::Move(Direction::Up)) => Some(Zone::Chips),
            (Zone::Buttons, _) => None,
            (Zone::Content, _) => match list_key(cursor, page.total, page.lines, intent)? {
                Handled::No if intent == Intent::Move(Direction::Up) => Some(Zone::Chips),
                handled => return Some(handled),
            },
        };
        *zone = next.unwrap_or(*zone);
        Some(Handled::when(next.is_some()))
    }
}

/// The focus of a page of «Баллы», which waits for its rows no more.
fn focus(place: &mut Place) -> Option<(&mut Zone, &mut Cursor)> {
    match place {
        Place::Status(place) => Some(place.focus_mut()),
        Place::History(place) => Some(place.focus_mut()),
        _ => None,
    }
}
