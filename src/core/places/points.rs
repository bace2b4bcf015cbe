//! The strip of the tab «Баллы»: status, ledger, orders and what burns are its pages.

use crate::input::{Direction, Intent};

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::{HistoryKind, Place};

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
    pub(super) fn points_strip_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
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
        match self.place_mut() {
            Some(Place::History(place)) => place.stay_in_strip(),
            Some(Place::Status(place)) => place.stay_in_strip(),
            _ => {}
        }
        Handled::Yes
    }
}
