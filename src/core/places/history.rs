//! History: the points ledger and the exchanges, read page by page as the viewer scrolls.

use crate::domain::{Exchange, ExchangePage, ExchangeState, ExpiringLot, LedgerEntry, LedgerPage};
use crate::input::Intent;

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::{Cursor, Paged, Place, Request, Resource};
use super::points::PageBelow;
use super::results::{OutcomePlace, RefusalPlace};
use super::{BelowStrip, Zone};

/// The history's focus.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPlace {
    /// What is shown.
    pub kind: HistoryKind,
    /// What has the focus.
    pub zone: Zone,
    /// Where the focus is in the ledger.
    pub points: Cursor,
    /// Where the focus is in the exchanges.
    pub orders: Cursor,
    /// Where the focus is in what burns.
    pub burning: Cursor,
    /// Whether no key was pressed yet: the first row takes the focus when it arrives, or what repeats
    /// a question that failed (FOC-6).
    waits_for_rows: bool,
}

/// What the history shows: the chips above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryKind {
    /// The points ledger.
    Points,
    /// The exchanges.
    Orders,
    /// What is left of the points that burn, and when.
    Burning,
}

impl HistoryKind {
    /// All of them from left to right.
    pub const ALL: [Self; 3] = [Self::Points, Self::Orders, Self::Burning];

    /// What it shows.
    fn resource(self) -> Resource {
        match self {
            Self::Points => Resource::Ledger,
            Self::Orders => Resource::Exchanges,
            Self::Burning => Resource::Account,
        }
    }
}

impl HistoryPlace {
    /// The focus in what is shown.
    pub fn cursor(&self) -> Cursor {
        match self.kind {
            HistoryKind::Points => self.points,
            HistoryKind::Orders => self.orders,
            HistoryKind::Burning => self.burning,
        }
    }

    /// A key was pressed: zone and line of the focus.
    pub(super) fn focus_mut(&mut self) -> (&mut Zone, &mut Cursor) {
        self.waits_for_rows = false;
        let cursor = match self.kind {
            HistoryKind::Points => &mut self.points,
            HistoryKind::Orders => &mut self.orders,
            HistoryKind::Burning => &mut self.burning,
        };
        (&mut self.zone, cursor)
    }
}

impl App {
    /// Opens the history; both lists are read anew.
    pub(crate) fn open_history(&mut self, kind: HistoryKind, turn: &mut Turn) {
        self.push(Place::History(HistoryPlace {
            kind,
            zone: Zone::Content,
            points: Cursor::default(),
            orders: Cursor::default(),
            burning: Cursor::default(),
            waits_for_rows: true,
        }));
        self.drop_history_calls();
        self.fetch_history(turn);
        self.settle_history();
    }

    /// An order has changed both lists; one that lies behind its result is read anew.
    pub(crate) fn forget_history(&mut self, turn: &mut Turn) {
        self.drop_history_calls();
        self.data.ledger = Paged::default();
        self.data.exchanges = Paged::default();
        if self.histories().next().is_some() {
            self.fetch_history(turn);
        }
    }

    fn fetch_history(&mut self, turn: &mut Turn) {
        self.fetch(Resource::Ledger, turn);
        self.fetch(Resource::Exchanges, turn);
    }

    /// A further page of the old list would keep the first page of the new one from being asked for.
    fn drop_history_calls(&mut self) {
        self.drop_call(Resource::Ledger);
        self.drop_call(Resource::Exchanges);
    }

    /// A page of the ledger has arrived; the focus stays with its line (FOC-4).
    pub(crate) fn ledger_arrived(&mut self, asked: Option<&str>, page: LedgerPage) {
        let ids = |entries: &[LedgerEntry]| entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>();
        let before = ids(&self.data.ledger.items);
        self.data.ledger.take(asked, page.entries, page.next_cursor, |entry| &entry.id);
        let after = ids(&self.data.ledger.items);
        let lines = self.list_rows();
        for place in self.histories() {
            place.points.follow(&before, &after, lines);
        }
    }

    /// A page of the exchanges has arrived; the focus stays with its exchange (FOC-4).
    pub(crate) fn exchanges_arrived(&mut self, asked: Option<&str>, page: ExchangePage) {
        let ids = |exchanges: &[Exchange]| exchanges.iter().map(|exchange| exchange.id.clone()).collect::<Vec<_>>();
        let before = ids(&self.data.exchanges.items);
        self.data.exchanges.take(asked, page.exchanges, page.next_cursor, |exchange| exchange.id.as_str());
        let after = ids(&self.data.exchanges.items);
        let lines = self.list_rows();
        for place in self.histories() {
            place.orders.follow(&before, &after, lines);
        }
    }

    fn histories(&mut self) -> impl Iterator<Item = &mut HistoryPlace> {
        self.stack.iter_mut().filter_map(|page| match &mut page.place {
            Place::History(place) => Some(place),
            _ => None,
        })
    }

    fn history_total(&self, kind: HistoryKind) -> usize {
        match kind {
            HistoryKind::Points => self.data.ledger.items.len(),
            HistoryKind::Orders => self.data.exchanges.items.len(),
            HistoryKind::Burning => self.burning_lots().count(),
        }
    }

    /// The points that burn after now, soonest first.
    pub fn burning_lots(&self) -> impl Iterator<Item = &ExpiringLot> {
        let now = self.time().at_least();
        self.data.account.iter().flat_map(|account| &account.expiring).filter(move |lot| lot.expires_at > now)
    }

    pub(crate) fn settle_history(&mut self) {
        let [points, orders, burning] = HistoryKind::ALL.map(|kind| self.history_total(kind));
        let Place::History(place) = self.place() else { return };
        let below = BelowStrip::new(self.history_total(place.kind), self.history_failed(place.kind));
        let lines = self.list_rows();
        let Some(Place::History(place)) = self.place_mut() else { return };
        place.points.reveal(points, lines);
        place.orders.reveal(orders, lines);
        place.burning.reveal(burning, lines);
        place.zone = place.zone.settled(below, place.waits_for_rows);
    }

    /// Whether a history is missing because of a failure.
    pub fn history_failed(&self, kind: HistoryKind) -> bool {
        self.history_total(kind) == 0 && self.trouble_with(kind.resource()).is_some()
    }

    pub(crate) fn history_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let Place::History(place) = self.place() else { return Handled::No };
        let kind = place.kind;
        let picked = self.data.exchanges.items.get(place.orders.at).cloned();
        let page = PageBelow {
            total: self.history_total(kind),
            lines: self.list_rows(),
            has_failed: self.history_failed(kind),
            resource: kind.resource(),
        };
        match self.points_page_key(&page, intent, turn) {
            Some(handled) => handled,
            None if intent == Intent::Activate && kind == HistoryKind::Orders => {
                picked.map_or(Handled::No, |exchange| self.open_past_exchange(exchange))
            }
            None => Handled::No,
        }
    }

    fn open_past_exchange(&mut self, exchange: Exchange) -> Handled {
        match &exchange.state {
            ExchangeState::Confirmed => self.push(Place::Outcome(OutcomePlace::of_the_past(exchange))),
            ExchangeState::Refused(refusal) => {
                self.push(Place::Refusal(RefusalPlace::of_the_past(refusal.clone())));
            }
            // Nothing is known yet but what the row says.
            ExchangeState::Processing => return Handled::No,
        }
        Handled::Yes
    }

    /// The next page is fetched before the viewer reaches the end of the list.
    pub(crate) fn load_more_if_near_end(&mut self, turn: &mut Turn) {
        const AHEAD: usize = 12;
        let Place::History(place) = self.place() else { return };
        let at = place.cursor().at;
        let request = match place.kind {
            HistoryKind::Points if at + AHEAD >= self.data.ledger.items.len() => {
                self.data.ledger.next_cursor.clone().map(|cursor| Request::Ledger { cursor: Some(cursor) })
            }
            HistoryKind::Orders if at + AHEAD >= self.data.exchanges.items.len() => {
                self.data.exchanges.next_cursor.clone().map(|cursor| Request::Exchanges { cursor: Some(cursor) })
            }
            HistoryKind::Points | HistoryKind::Orders | HistoryKind::Burning => None,
        };
        if let Some(request) = request {
            self.call(request, turn);
        }
    }
}
