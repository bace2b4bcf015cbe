//! Search by digits in the catalogue: each digit narrows the grid to the titles that it may spell.

use super::super::app::{App, Turn};
use super::super::keypad::spells;
use super::super::keys::Handled;
use super::super::{Cursor, Notice, Place, Section, SectionKey, Shelf, Tab};
use super::Zone;

/// More digits than this spell no title.
const MOST: usize = 24;

/// What was typed, and what it may spell.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The digits.
    pub digits: String,
    /// What was found, as a section of its own.
    pub found: Section,
    /// The focus in it; `first` counts rows of the grid.
    pub cursor: Cursor,
}

impl Search {
    /// Looks for these digits; `None` if no title is spelled so.
    fn new(shelf: &Shelf, digits: String) -> Option<Self> {
        let browsed = shelf.sections().iter().filter(|section| section.key != SectionKey::Affordable);
        let mut hits: Vec<(usize, usize)> = browsed
            .flat_map(|section| section.offers.iter().copied())
            .filter_map(|at| Some((spells(&shelf.catalog().offers.get(at)?.title, &digits)?, at)))
            .collect();
        // Stable: titles that begin so come first, in the order of the catalogue.
        hits.sort_by_key(|(word, _)| *word);
        let offers: Vec<usize> = hits.into_iter().map(|(_, at)| at).collect();
        (!offers.is_empty()).then(|| Self { digits, found: shelf.section_of(offers), cursor: Cursor::default() })
    }

    /// The catalogue is another one: what is found may be, too.
    pub(super) fn again(&self, before: &Shelf, after: &Shelf) -> Option<Self> {
        let mut new = Self::new(after, self.digits.clone())?;
        let focused = before.offer_in(&self.found, self.cursor.at).map(|offer| &offer.id);
        let at = focused.and_then(|id| after.ids(&new.found).iter().position(|other| other == id));
        new.cursor = Cursor { at: at.unwrap_or(self.cursor.at.min(new.found.offers.len() - 1)), ..self.cursor };
        Some(new)
    }
}

impl App {
    /// A digit in the catalogue, or on home, which leads there: what no title has is not typed.
    pub(crate) fn search_key(&mut self, digit: u8, turn: &mut Turn) -> Handled {
        let typed = match self.place() {
            Place::Catalog(place) => place.search.as_ref().map_or("", |search| &search.digits),
            _ => "",
        };
        let digits = format!("{typed}{digit}");
        let search = Some(digits).filter(|digits| digits.len() <= MOST);
        let Some(search) = search.and_then(|digits| Search::new(&self.data.shelf, digits)) else {
            if !self.data.shelf.is_empty() {
                self.notify(Notice::NothingSpelled, turn);
            }
            return Handled::No;
        };
        if !matches!(self.place(), Place::Catalog(_)) {
            self.open_tab(Tab::Catalog, turn);
        }
        if let Some(page) = self.stack.last_mut() {
            page.tab_focus = None;
        }
        self.show_search(Some(search));
        Handled::Yes
    }

    /// Takes all digits back at once: a digit at a time would be a long way home (BACK-2).
    pub(super) fn erase_search(&mut self) {
        self.show_search(None);
    }

    fn show_search(&mut self, search: Option<Search>) {
        if let Some(Place::Catalog(place)) = self.place_mut() {
            place.search = search;
            place.zone = Zone::Content;
        }
        self.settle_catalog();
    }
}
