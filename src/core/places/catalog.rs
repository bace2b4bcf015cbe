//! The catalogue: a section at a time, as a grid of cards.

use std::collections::BTreeMap;

use crate::domain::{OfferId, TextSize};
use crate::input::{Colour, Direction, Intent};

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::{Cursor, Place, Resource, Section, SectionKey, Shelf};
use super::home::FRESH;
use super::search::Search;
use super::{Zone, layout};

/// The catalogue's focus.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogPlace {
    /// The section that is shown; `None` until there is one.
    pub section: Option<SectionKey>,
    /// What has the focus.
    pub zone: Zone,
    /// The focused section in the strip.
    pub chip: usize,
    /// Where the focus was in each section; `first` counts rows of the grid.
    pub cursors: BTreeMap<SectionKey, Cursor>,
    /// What is looked for, in the place of the section.
    pub search: Option<Search>,
}

impl CatalogPlace {
    /// The focus inside the section that is shown.
    pub fn cursor(&self) -> Cursor {
        match &self.search {
            Some(search) => search.cursor,
            None => self.section.as_ref().and_then(|key| self.cursors.get(key)).copied().unwrap_or_default(),
        }
    }

    /// The cards that are shown.
    pub fn shown<'a>(&'a self, shelf: &'a Shelf) -> Option<&'a Section> {
        match &self.search {
            Some(search) => Some(&search.found),
            None => shelf.section(self.section.as_ref()?),
        }
    }

    pub(crate) fn follow(&mut self, before: &Shelf, after: &Shelf, size: TextSize) {
        self.search = self.search.as_ref().and_then(|search| search.again(before, after));
        let chip = before.sections().get(self.chip).map(|section| &section.key);
        if let Some(found) = after.sections().iter().position(|section| Some(&section.key) == chip) {
            self.chip = found;
        }
        for (key, cursor) in &mut self.cursors {
            if let (Some(old), Some(new)) = (before.section(key), after.section(key)) {
                let ids = after.ids(new);
                if let Some(found) =
                    before.offer_in(old, cursor.at).and_then(|offer| ids.iter().position(|id| *id == offer.id))
                {
                    cursor.at = found;
                }
                reveal(cursor, ids.len(), grid(new, size));
            }
        }
    }
}

/// The shape of a section's grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Cards in a row.
    pub(crate) columns: usize,
    /// Whole rows on the screen.
    pub(crate) lines: usize,
}

/// The grid that a section is shown in.
pub(crate) fn grid(section: &Section, size: TextSize) -> Grid {
    match section.key {
        SectionKey::Category(_) | SectionKey::Found if section.has_posters => {
            Grid { columns: layout::POSTERS, lines: layout::POSTER_LINES }
        }
        SectionKey::Affordable | SectionKey::Category(_) | SectionKey::Small | SectionKey::Found => {
            Grid { columns: layout::TILES, lines: layout::tile_lines(size) }
        }
        SectionKey::OtherRewards => Grid { columns: layout::TILES_BESIDE_CODE, lines: layout::tile_lines(size) },
    }
}

/// Keeps the focus inside the section, its row inside the screen.
fn reveal(cursor: &mut Cursor, total: usize, grid: Grid) {
    cursor.at = cursor.at.min(total.saturating_sub(1));
    let mut rows = Cursor { at: cursor.at / grid.columns, first: cursor.first };
    rows.reveal(total.div_ceil(grid.columns), grid.lines);
    cursor.first = rows.first;
}

impl App {
    /// Opens the catalogue at a section, or at the first one.
    pub(crate) fn open_catalog(&mut self, section: Option<SectionKey>, turn: &mut Turn) {
        let section = section.or_else(|| self.data.shelf.sections().first().map(|section| section.key.clone()));
        let cursors = BTreeMap::new();
        self.push(Place::Catalog(CatalogPlace { section, zone: Zone::Content, chip: 0, cursors, search: None }));
        self.settle_catalog();
        self.freshen(Resource::Catalog, FRESH, turn);
    }

    pub(crate) fn settle_catalog(&mut self) {
        let size = self.settings.text_size;
        let sections: Vec<(SectionKey, usize, Grid)> = self
            .data
            .shelf
            .sections()
            .iter()
            .map(|section| (section.key.clone(), section.offers.len(), grid(section, size)))
            .collect();
        let Some(Place::Catalog(place)) = self.place_mut() else { return };
        let known = sections.iter().position(|(key, _, _)| Some(key) == place.section.as_ref());
        let shown = known.unwrap_or(0);
        // A section that was asked for may come with the catalogue.
        if known.is_none() && !sections.is_empty() {
            place.section = sections.first().map(|(key, _, _)| key.clone());
        }
        place.chip = if place.zone == Zone::Chips { place.chip.min(sections.len().saturating_sub(1)) } else { shown };
        if sections.is_empty() {
            place.zone = Zone::Content;
        }
        if let Some(search) = &mut place.search {
            reveal(&mut search.cursor, search.found.offers.len(), grid(&search.found, size));
        }
        if let Some((key, total, grid)) = sections.get(shown) {
            reveal(place.cursors.entry(key.clone()).or_default(), *total, *grid);
        }
    }

    /// The grid follows the strip once the focus rests there.
    pub(crate) fn catalog_rested(&mut self) {
        let sections: Vec<SectionKey> = self.data.shelf.sections().iter().map(|section| section.key.clone()).collect();
        if let Some(Place::Catalog(place)) = self.place_mut()
            && place.zone == Zone::Chips
        {
            place.section = sections.get(place.chip).cloned().or(place.section.take());
        }
    }

    /// Whether the strip's focus is on another section than the one that is shown.
    pub(crate) fn is_between_sections(&self) -> bool {
        let Place::Catalog(place) = self.place() else { return false };
        place.zone == Zone::Chips
            && self.data.shelf.sections().get(place.chip).map(|section| &section.key) != place.section.as_ref()
    }

    pub(crate) fn catalog_focused_offer(&self, place: &CatalogPlace) -> Option<OfferId> {
        if place.zone != Zone::Content {
            return None;
        }
        let section = place.shown(&self.data.shelf)?;
        self.data.shelf.offer_in(section, place.cursor().at).map(|offer| offer.id.clone())
    }

    pub(crate) fn catalog_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        if self.data.shelf.is_empty() {
            if intent == Intent::Activate {
                self.retry_now(&[Resource::Catalog], turn);
                return Handled::Yes;
            }
            return Handled::No;
        }
        let sections: Vec<SectionKey> = self.data.shelf.sections().iter().map(|section| section.key.clone()).collect();
        let Place::Catalog(place) = self.place() else { return Handled::No };
        let Some(section) = place.shown(&self.data.shelf) else { return Handled::No };
        let (total, grid) = (section.offers.len(), grid(section, self.settings.text_size));
        let columns = grid.columns;
        let Some(Place::Catalog(place)) = self.place_mut() else { return Handled::No };
        if place.zone == Zone::Chips {
            return self.catalog_chip_key(&sections, intent);
        }
        let Some(key) = place.section.clone() else { return Handled::No };
        let is_searched = place.search.is_some();
        let cursor = match &mut place.search {
            Some(search) => &mut search.cursor,
            None => place.cursors.entry(key).or_default(),
        };
        let column = cursor.at % columns;
        // A page of one line would be no more than an arrow.
        let page = columns * grid.lines.max(2);
        let target = match intent {
            Intent::Move(Direction::Left) if column > 0 => Some(cursor.at - 1),
            Intent::Move(Direction::Right) if column + 1 < columns => Some(cursor.at + 1).filter(|at| *at < total),
            Intent::Move(Direction::Up) if cursor.at >= columns => Some(cursor.at - columns),
            Intent::Move(Direction::Up) if is_searched => return Handled::No,
            Intent::Move(Direction::Up) => {
                place.zone = Zone::Chips;
                return Handled::Yes;
            }
            // The last row may be short: go to its end rather than nowhere.
            Intent::Move(Direction::Down) if cursor.at / columns + 1 < total.div_ceil(columns) => {
                Some((cursor.at + columns).min(total - 1))
            }
            Intent::PageUp => Some(cursor.at.saturating_sub(page)).filter(|at| *at != cursor.at),
            Intent::PageDown => Some((cursor.at + page).min(total.saturating_sub(1))).filter(|at| *at != cursor.at),
            Intent::Activate | Intent::Inform => {
                if let Some(id) = self.focused_offer() {
                    self.open_offer(&id, turn);
                }
                return Handled::Yes;
            }
            Intent::Shortcut(Colour::Green) => return self.tick_focused(turn),
            Intent::Shortcut(Colour::Yellow) => {
                self.visit_basket(turn);
                return Handled::Yes;
            }
            Intent::Play => return self.play_focused(turn),
            Intent::Back if is_searched => {
                self.erase_search();
                return Handled::Yes;
            }
            Intent::Move(_)
            | Intent::Shortcut(Colour::Red | Colour::Blue)
            | Intent::Back
            | Intent::Leave
            | Intent::Menu
            | Intent::Digit(_)
            | Intent::Stop => None,
        };
        if let Some(target) = target {
            cursor.at = target;
            reveal(cursor, total, grid);
        }
        Handled::when(target.is_some())
    }

    fn catalog_chip_key(&mut self, sections: &[SectionKey], intent: Intent) -> Handled {
        let Some(Place::Catalog(place)) = self.place_mut() else { return Handled::No };
        let target = match intent {
            Intent::Move(Direction::Left) => place.chip.checked_sub(1),
            Intent::Move(Direction::Right) => Some(place.chip + 1).filter(|chip| *chip < sections.len()),
            Intent::Move(Direction::Down) | Intent::Activate => {
                place.section = sections.get(place.chip).cloned();
                place.zone = Zone::Content;
                return Handled::Yes;
            }
            Intent::Move(Direction::Up)
            | Intent::Back
            | Intent::Leave
            | Intent::Menu
            | Intent::Inform
            | Intent::Shortcut(_)
            | Intent::PageUp
            | Intent::PageDown
            | Intent::Digit(_)
            | Intent::Play
            | Intent::Stop => None,
        };
        if let Some(target) = target {
            place.chip = target;
        }
        Handled::when(target.is_some())
    }
}
