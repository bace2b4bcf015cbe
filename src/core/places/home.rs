//! The home screen: four panels of the account, what is running, and rows of offers.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use crate::domain::{EntitlementId, Failure, OfferId};
use crate::input::{Colour, Direction, Intent};

use super::super::app::{App, Turn};
use super::super::dialog::move_in_row;
use super::super::keys::Handled;
use super::super::{CORE, Cursor, HistoryKind, Page, Place, Resource, SectionKey, Shelf, Tab};
use super::layout;

/// The home screen's focus.
#[derive(Debug, Clone, PartialEq)]
pub struct HomePlace {
    /// The row with the focus; `None` for the panels.
    pub row: Option<RowKey>,
    /// Where that row stood last.
    row_at: usize,
    /// The focused panel.
    pub panel: usize,
    /// Where the focus was in each row.
    pub cursors: BTreeMap<RowKey, Cursor>,
    /// Whether no key was pressed yet and not everything has arrived: the first row takes the focus.
    waits_for_rows: bool,
}

/// Names a row of the home screen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKey {
    /// What is running.
    Running,
    /// A section of the catalogue.
    Section(SectionKey),
}

/// A row of the home screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeRow {
    /// Which one.
    pub key: RowKey,
    /// How many cards it has.
    pub total: usize,
    /// Whether its cards are upright posters.
    pub has_posters: bool,
}

impl HomeRow {
    /// How many cards are fully visible.
    pub fn visible(&self) -> usize {
        if self.has_posters { layout::POSTERS } else { layout::TILES }
    }
}

/// So many offers at most stand in the row of what the points are enough for; the catalogue has all of them.
const PICKS: usize = 12;
/// Panels of the account.
pub(crate) const PANELS: usize = 4;
/// What was fetched less than this long ago is not asked for again on arriving.
pub(crate) const FRESH: Duration = Duration::from_secs(60);

impl HomePlace {
    fn new() -> Self {
        Self { row: None, row_at: 0, panel: 0, cursors: BTreeMap::new(), waits_for_rows: true }
    }

    /// The focus inside a row.
    pub fn cursor(&self, key: &RowKey) -> Cursor {
        self.cursors.get(key).copied().unwrap_or_default()
    }

    /// The focus starts over: the first row has something new.
    pub(crate) fn start_over(&mut self) {
        self.cursors.remove(&RowKey::Running);
        self.row = None;
        self.waits_for_rows = true;
    }

    pub(crate) fn follow(&mut self, before: &Shelf, after: &Shelf) {
        self.remember_row();
        for (key, cursor) in &mut self.cursors {
            let RowKey::Section(key) = key else { continue };
            if let (Some(old), Some(new)) = (before.section(key), after.section(key)) {
                let visible = if new.has_posters { layout::POSTERS } else { layout::TILES };
                cursor.follow(&before.ids(old), &after.ids(new), visible);
            }
        }
    }
}

impl HomePlace {
    /// The middle of the focused card of a row.
    fn centre(&self, row: &HomeRow) -> i32 {
        let cursor = self.cursor(&row.key);
        layout::card_centre(row.has_posters, cursor.at.saturating_sub(cursor.first))
    }

    /// The focus goes to the card of a row that stands under or above this place of the screen (FOC-9).
    fn enter(&mut self, row: &HomeRow, from: i32) -> RowKey {
        let cursor = self.cursors.entry(row.key.clone()).or_default();
        let shown = cursor.first..(cursor.first + row.visible()).min(row.total).max(cursor.first + 1);
        cursor.at = nearest(shown, from, |at| layout::card_centre(row.has_posters, at - cursor.first));
        row.key.clone()
    }

    /// A row in which nothing has moved has a focus to follow too, once the viewer has chosen it.
    fn remember_row(&mut self) {
        if let Some(key) = self.row.clone().filter(|_| !self.waits_for_rows) {
            self.cursors.entry(key).or_default();
        }
    }
}

/// Which of these stands nearest to a place of the screen.
fn nearest(all: Range<usize>, from: i32, centre: impl Fn(usize) -> i32) -> usize {
    let first = all.start;
    all.min_by_key(|at| centre(*at).abs_diff(from)).unwrap_or(first)
}

impl App {
    /// Opens the home screen, alone.
    pub(crate) fn open_home(&mut self, turn: &mut Turn) {
        self.stack = vec![Page { place: Place::Home(HomePlace::new()), tab_focus: None }];
        self.hero = None;
        self.settle_home();
        self.arrive_home(turn);
    }

    /// The home screen is shown again: its focus is where it was, what is old is refreshed.
    pub(crate) fn arrive_home(&mut self, turn: &mut Turn) {
        if let Some(page) = self.stack.last_mut() {
            page.tab_focus = None;
        }
        self.hero = self.focused_offer().or(self.hero.take());
        self.freshen_all(FRESH, turn);
    }

    /// The rows of the home screen in order.
    pub fn home_rows(&self) -> Vec<HomeRow> {
        let held = self.data.entitlements.as_deref().unwrap_or_default();
        let running =
            (!held.is_empty()).then_some(HomeRow { key: RowKey::Running, total: held.len(), has_posters: false });
        let is_urgent = held.iter().any(|held| self.may_watch(held) || self.turns_paid_soon(held));
        let sections = self.data.shelf.sections().iter().filter(|section| !section.is_adult).map(|section| HomeRow {
            key: RowKey::Section(section.key.clone()),
            total: match section.key {
                SectionKey::Affordable => section.offers.len().min(PICKS),
                _ => section.offers.len(),
            },
            has_posters: section.has_posters,
        });
        let mut rows: Vec<HomeRow> = sections.collect();
        if let Some(running) = running {
            // A film to go on with is the most useful thing there is, and what is about to cost roubles comes before
            // anything that can be bought (PUR-10); the rest can wait for what is new.
            let is_new = |row: &HomeRow| row.has_posters || row.key == RowKey::Section(SectionKey::Affordable);
            let place = if is_urgent { 0 } else { rows.iter().take_while(|row| is_new(row)).count() };
            rows.insert(place, running);
        }
        // Upright posters do not fit under the panels.
        if let Some(first) = rows.first_mut() {
            first.has_posters = false;
        }
        rows
    }

    /// Whether there is anything of the member or the catalogue to show.
    pub fn home_is_ready(&self) -> bool {
        self.data.account.is_some()
    }

    /// Why there is nothing to show, if it is for a failure.
    pub fn home_failure(&self) -> Option<&Failure> {
        if self.home_is_ready() { None } else { self.trouble_with(Resource::Account) }
    }

    pub(crate) fn settle_home(&mut self) {
        let rows = self.home_rows();
        let has_all = self.data.has_catalog && self.data.entitlements.is_some();
        let waited = matches!(self.place(), Place::Home(home) if home.waits_for_rows);
        let Some(Place::Home(home)) = self.place_mut() else { return };
        if let Some(key) = &home.row {
            match rows.iter().position(|row| row.key == *key) {
                Some(at) => home.row_at = at,
                // The row is gone: the focus goes to the nearest one (FOC-4).
                None => home.row = rows.get(home.row_at.min(rows.len().saturating_sub(1))).map(|row| row.key.clone()),
            }
        }
        for row in &rows {
            if let Some(cursor) = home.cursors.get_mut(&row.key) {
                cursor.reveal(row.total, row.visible());
            }
        }
        // The first focus is the most useful row: what is running, else the first offers (FOC-6).
        if home.waits_for_rows {
            home.waits_for_rows = !has_all;
            home.row = rows.first().map(|row| row.key.clone());
        }
        if self.hero.is_none() || waited {
            self.hero = self.focused_offer().or(self.hero.take());
        }
    }

    pub(crate) fn home_focused_offer(&self, home: &HomePlace) -> Option<OfferId> {
        let key = home.row.as_ref()?;
        let at = home.cursor(key).at;
        match key {
            RowKey::Running => self.running().get(at).map(|held| held.offer_id.clone()),
            RowKey::Section(key) => {
                let section = self.data.shelf.section(key)?;
                self.data.shelf.offer_in(section, at).map(|offer| offer.id.clone())
            }
        }
    }

    pub(crate) fn running_ids(&self) -> Vec<EntitlementId> {
        self.running().into_iter().map(|held| held.id.clone()).collect()
    }

    /// The focus in the running row stays with its entitlement.
    pub(crate) fn follow_running(&mut self, before: &[EntitlementId]) {
        let after = self.running_ids();
        for page in &mut self.stack {
            if let Place::Home(home) = &mut page.place {
                home.remember_row();
                if let Some(cursor) = home.cursors.get_mut(&RowKey::Running) {
                    cursor.follow(before, &after, layout::TILES);
                }
            }
        }
    }

    pub(crate) fn home_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        if !self.home_is_ready() {
            if intent == Intent::Activate {
                self.retry_now(&CORE, turn);
                return Handled::Yes;
            }
            return Handled::No;
        }
        let rows = self.home_rows();
        let Some(Place::Home(home)) = self.place_mut() else { return Handled::No };
        home.waits_for_rows = false;
        let Some(key) = home.row.clone() else {
            let mut panel = home.panel;
            return match intent {
                Intent::Move(Direction::Down) => {
                    home.row = rows.first().map(|row| home.enter(row, layout::panel_centre(panel)));
                    Handled::when(home.row.is_some())
                }
                Intent::Activate => {
                    self.open_panel(panel, turn);
                    Handled::Yes
                }
                other => {
                    let has_moved = move_in_row(&mut panel, PANELS, other);
                    home.panel = panel;
                    Handled::when(has_moved)
                }
            };
        };
        let Some(at) = rows.iter().position(|row| row.key == key) else { return Handled::No };
        let Some(row) = rows.get(at) else { return Handled::No };
        let visible = row.visible();
        let page = isize::try_from(visible).unwrap_or(1);
        match intent {
            Intent::Move(direction @ (Direction::Left | Direction::Right)) => {
                let delta = if direction == Direction::Left { -1 } else { 1 };
                Handled::when(home.cursors.entry(key).or_default().step(delta, row.total, visible))
            }
            Intent::PageUp => Handled::when(home.cursors.entry(key).or_default().jump(-page, row.total, visible)),
            Intent::PageDown => Handled::when(home.cursors.entry(key).or_default().jump(page, row.total, visible)),
            Intent::Move(Direction::Up) => {
                let from = home.centre(row);
                home.row = at.checked_sub(1).and_then(|at| rows.get(at)).map(|row| home.enter(row, from));
                if home.row.is_none() {
                    home.panel = nearest(0..PANELS, from, layout::panel_centre);
                }
                Handled::Yes
            }
            Intent::Move(Direction::Down) => {
                let from = home.centre(row);
                let next = rows.get(at + 1).map(|row| home.enter(row, from));
                let can_move = next.is_some();
                home.row = next.or(Some(key));
                Handled::when(can_move)
            }
            Intent::Activate | Intent::Inform => {
                self.open_card(&key, intent, turn);
                Handled::Yes
            }
            Intent::Play => self.play_focused(turn),
            Intent::Shortcut(Colour::Green) => self.tick_focused(turn),
            Intent::Shortcut(Colour::Yellow) => {
                self.open_tab(Tab::Basket, turn);
                Handled::Yes
            }
            Intent::Shortcut(Colour::Red | Colour::Blue)
            | Intent::Back
            | Intent::Leave
            | Intent::Menu
            | Intent::Digit(_)
            | Intent::Stop => Handled::No,
        }
    }

    /// The green key ticks the focused offer.
    pub(crate) fn tick_focused(&mut self, turn: &mut Turn) -> Handled {
        let Some(id) = self.focused_offer() else { return Handled::No };
        self.toggle_in_basket(&id, turn);
        Handled::Yes
    }

    /// The play key watches the focused film if the member holds it.
    pub(crate) fn play_focused(&mut self, turn: &mut Turn) -> Handled {
        let Some(held) = self.focused_offer().and_then(|id| self.held(&id).cloned()) else {
            return Handled::No;
        };
        if !held.is_playable() && !self.is_address_to_come(&held) {
            return Handled::No;
        }
        self.play(&held, turn);
        Handled::Yes
    }

    fn open_card(&mut self, key: &RowKey, intent: Intent, turn: &mut Turn) {
        let Some(id) = self.focused_offer() else { return };
        let held = self.held(&id).cloned();
        match (key, held) {
            (RowKey::Running, Some(held)) if self.may_watch(&held) && intent == Intent::Activate => {
                self.play(&held, turn)
            }
            (RowKey::Running, _) if self.data.shelf.offer(&id).is_none() => self.open_tab(Tab::MyOptions, turn),
            (RowKey::Running | RowKey::Section(_), _) => self.open_offer(&id, turn),
        }
    }

    fn open_panel(&mut self, panel: usize, turn: &mut Turn) {
        let is_enrolled = self.data.account.as_ref().is_some_and(|account| account.is_enrolled);
        match panel {
            0 if !is_enrolled => self.open_join(turn),
            0 | 2 => {
                let kind = if panel == 0 { HistoryKind::Points } else { HistoryKind::Burning };
                self.unwind();
                self.open_history(kind, turn);
            }
            1 => self.open_tab(Tab::Points, turn),
            // It opens at what the points are enough for, if they are enough for anything.
            _ => self.open_tab(Tab::Catalog, turn),
        }
    }
}
