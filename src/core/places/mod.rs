//! The screens' own state: one file each, named like the screen, with what its keys do.
//!
//! A place remembers only its focus and what it was opened with; everything it shows comes from the
//! data of the moment.

mod catalog;
mod confirm;
mod episodes;
mod history;
mod home;
mod join;
mod lists;
mod offer;
mod points;
mod results;
mod search;
mod sign_in;
mod status;

pub use catalog::CatalogPlace;
pub(crate) use catalog::{Grid, grid};
pub(crate) use confirm::lines_in_sight;
pub use confirm::{BasketPlace, ConfirmPlace};
pub use episodes::EpisodesPlace;
pub use history::{HistoryKind, HistoryPlace};
pub(crate) use home::FRESH;
pub use home::{HomePlace, HomeRow, RowKey};
pub use join::{JoinFocus, JoinPlace};
pub use lists::{AboutPlace, AboutTopic, MyOptionsPlace, SettingsItem, SettingsPlace};
pub use offer::{OfferAction, OfferPlace};
pub use points::PointsPage;
pub use results::{OutcomePlace, PlayerPlace, ProcessingPlace, RefusalCause, RefusalPlace, Unlearned};
pub use search::Search;
pub use sign_in::{PhoneCheckPlace, SignInPlace, SignInState};
pub use status::StatusPlace;

use crate::domain::OfferId;
use crate::input::Intent;

use super::app::{App, Turn};
use super::keys::Handled;
use super::{Place, Resource, Shelf};

/// The parts of a screen that share the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// The choice above the content.
    Chips,
    /// The content.
    Content,
    /// The buttons.
    Buttons,
}

impl Zone {
    /// Where the focus of a page with a strip stands once it is known what there is. A page that waits for its rows
    /// gives them the focus when they arrive, or what repeats a question that failed (FOC-6).
    fn settled(self, below: BelowStrip, waits_for_rows: bool) -> Self {
        match (self, below) {
            (Self::Chips, _) if !waits_for_rows => Self::Chips,
            (_, below) => Self::below_strip(below).unwrap_or(Self::Chips),
        }
    }

    /// Where an arrow leads from the strip into the page, if there is anything.
    fn below_strip(below: BelowStrip) -> Option<Self> {
        match below {
            BelowStrip::Rows => Some(Self::Content),
            BelowStrip::Retry => Some(Self::Buttons),
            BelowStrip::Nothing => None,
        }
    }
}

/// What a page has below its strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BelowStrip {
    Rows,
    /// No rows, and a question that failed.
    Retry,
    Nothing,
}

impl BelowStrip {
    fn new(total: usize, has_failed: bool) -> Self {
        match (total, has_failed) {
            (1.., _) => Self::Rows,
            (0, true) => Self::Retry,
            (0, false) => Self::Nothing,
        }
    }
}

/// How many elements stand on the screen, for scrolling; the pictures of `ui/` are drawn to match.
pub(crate) mod layout {
    use crate::domain::TextSize;

    /// Posters in a row.
    pub(crate) const POSTERS: usize = 6;
    /// Tiles in a row.
    pub(crate) const TILES: usize = 4;
    /// Tiles in a row beside the QR code of «Другие награды».
    pub(crate) const TILES_BESIDE_CODE: usize = 3;
    /// Whole rows of posters in the catalogue's grid; the next one peeks.
    pub(crate) const POSTER_LINES: usize = 1;

    /// Whole rows of tiles in the catalogue's grid.
    pub(crate) fn tile_lines(size: TextSize) -> usize {
        match size {
            TextSize::Normal => 2,
            TextSize::Large | TextSize::Largest => 1,
        }
    }

    /// Rows of a list.
    pub(crate) fn list_rows(size: TextSize) -> usize {
        match size {
            TextSize::Normal | TextSize::Large => 6,
            TextSize::Largest => 5,
        }
    }

    /// Ways to earn.
    pub(crate) fn earn_rows(size: TextSize) -> usize {
        match size {
            TextSize::Normal => 4,
            TextSize::Large => 3,
            TextSize::Largest => 2,
        }
    }

    /// Rows of the basket.
    pub(crate) fn basket_rows(size: TextSize) -> usize {
        match size {
            TextSize::Normal => 6,
            TextSize::Large | TextSize::Largest => 3,
        }
    }

    /// Lines of an order on the confirmation.
    pub(crate) fn lines(size: TextSize) -> usize {
        match size {
            TextSize::Normal => 5,
            TextSize::Large | TextSize::Largest => 3,
        }
    }

    /// Causes of a refusal.
    pub(crate) fn causes(size: TextSize) -> usize {
        match size {
            TextSize::Normal => 3,
            TextSize::Large | TextSize::Largest => 2,
        }
    }

    // Pixels of the layout, as `ui/theme/theme.slint` has them; a test compares the two.
    pub(crate) const POSTER_WIDTH: u32 = 240;
    pub(crate) const TILE_WIDTH: u32 = 400;
    pub(crate) const CARD_GAP: u32 = 32;
    pub(crate) const PANEL_WIDTH: u32 = 414;
    pub(crate) const PANEL_PITCH: u32 = 438;

    /// The middle of the card at this place of a row of home, from the row's left end.
    pub(crate) fn card_centre(has_posters: bool, place: usize) -> i32 {
        let width = if has_posters { POSTER_WIDTH } else { TILE_WIDTH };
        centre(width, width + CARD_GAP, place)
    }

    /// The middle of a panel of home.
    pub(crate) fn panel_centre(place: usize) -> i32 {
        centre(PANEL_WIDTH, PANEL_PITCH, place)
    }

    fn centre(width: u32, pitch: u32, place: usize) -> i32 {
        let left = u32::try_from(place).unwrap_or(u32::MAX).saturating_mul(pitch);
        i32::try_from(left.saturating_add(width / 2)).unwrap_or(i32::MAX)
    }
}

impl App {
    /// Gives a key to the place that is shown.
    pub(crate) fn place_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        match self.place() {
            Place::SignIn(_) | Place::PhoneCheck(_) => self.sign_in_key(intent, turn),
            Place::Join(_) => self.join_key(intent, turn),
            Place::Home(_) => self.home_key(intent, turn),
            Place::Catalog(_) => self.catalog_key(intent, turn),
            Place::Offer(_) => self.offer_key(intent, turn),
            Place::Basket(_) => self.basket_key(intent, turn),
            Place::Confirm(_) => self.confirm_key(intent, turn),
            Place::Processing(_) => self.processing_key(intent, turn),
            Place::Outcome(_) => self.outcome_key(intent, turn),
            Place::Refusal(_) => self.refusal_key(intent, turn),
            Place::Episodes(_) => self.episodes_key(intent, turn),
            Place::MyOptions(_) => self.my_options_key(intent, turn),
            Place::History(_) => self.history_key(intent, turn),
            Place::Status(_) => self.status_key(intent, turn),
            Place::Settings(_) => self.settings_key(intent, turn),
            Place::About(_) => self.about_key(intent, turn),
            Place::Player(_) => self.player_key(intent, turn),
        }
    }

    /// Whether the place has anything to focus below the tab bar.
    pub(crate) fn has_focusable_content(&self) -> bool {
        match self.place() {
            Place::Home(_) => self.home_is_ready() || self.home_failure().is_some(),
            Place::Catalog(_) => !self.data.shelf.is_empty() || self.trouble_with(Resource::Catalog).is_some(),
            Place::MyOptions(_) => {
                self.data.entitlements.as_ref().is_some_and(|held| !held.is_empty())
                    || self.trouble_with(Resource::Entitlements).is_some()
            }
            Place::Basket(_) => !self.basket_offers().is_empty(),
            Place::SignIn(_)
            | Place::PhoneCheck(_)
            | Place::Join(_)
            | Place::Offer(_)
            | Place::Confirm(_)
            | Place::Processing(_)
            | Place::Outcome(_)
            | Place::Refusal(_)
            | Place::Episodes(_)
            | Place::History(_)
            | Place::Status(_)
            | Place::Settings(_)
            | Place::About(_)
            | Place::Player(_) => true,
        }
    }

    /// The offer under the focus, if the focus is on one.
    pub fn focused_offer(&self) -> Option<OfferId> {
        if self.tab_focus().is_some() && self.place().kind() != super::PlaceKind::Home {
            return None;
        }
        match self.place() {
            Place::Home(home) => self.home_focused_offer(home),
            Place::Catalog(catalog) => self.catalog_focused_offer(catalog),
            Place::Offer(offer) => Some(offer.offer.id.clone()),
            Place::Basket(basket) => self.basket_offers().get(basket.cursor.at).map(|offer| offer.id.clone()),
            Place::SignIn(_)
            | Place::PhoneCheck(_)
            | Place::Join(_)
            | Place::Confirm(_)
            | Place::Processing(_)
            | Place::Outcome(_)
            | Place::Refusal(_)
            | Place::Episodes(_)
            | Place::MyOptions(_)
            | Place::History(_)
            | Place::Status(_)
            | Place::Settings(_)
            | Place::About(_)
            | Place::Player(_) => None,
        }
    }

    /// After a key: tabs, hero, hints and grid follow once the focus rests, never on the path of a key.
    pub(crate) fn focus_moved(&mut self, turn: &mut Turn) {
        let follows = self.tab_to_open().is_some()
            || self.is_passing(self.focused_offer().as_ref())
            || self.is_between_sections();
        self.hero_due = follows.then(|| turn.now.monotonic + Self::REST);
        self.load_more_if_near_end(turn);
    }

    /// After every event: focuses stay inside of what there is.
    pub(crate) fn settle_place(&mut self) {
        match self.place() {
            Place::Home(_) => self.settle_home(),
            Place::Catalog(_) => self.settle_catalog(),
            Place::Offer(_) => self.settle_offer(),
            Place::Basket(_) => self.settle_basket(),
            Place::Episodes(_) => self.settle_episodes(),
            Place::MyOptions(_) | Place::Settings(_) => self.settle_lists(),
            Place::Status(_) => self.settle_status(),
            Place::History(_) => self.settle_history(),
            Place::SignIn(_)
            | Place::PhoneCheck(_)
            | Place::Join(_)
            | Place::Confirm(_)
            | Place::Processing(_)
            | Place::Outcome(_)
            | Place::Refusal(_)
            | Place::About(_)
            | Place::Player(_) => {}
        }
    }

    /// Before a new catalogue replaces the old one: every page's focus follows its offer.
    pub(crate) fn follow_catalog(&mut self, after: &Shelf) {
        let before = std::mem::take(&mut self.data.shelf);
        let size = self.settings.text_size;
        for page in &mut self.stack {
            match &mut page.place {
                Place::Home(home) => home.follow(&before, after),
                Place::Catalog(catalog) => catalog.follow(&before, after, size),
                Place::Offer(offer) => {
                    if let Some(fresh) = after.offer(&offer.offer.id) {
                        offer.offer = fresh.clone();
                    }
                }
                Place::SignIn(_)
                | Place::PhoneCheck(_)
                | Place::Join(_)
                | Place::Basket(_)
                | Place::Confirm(_)
                | Place::Processing(_)
                | Place::Outcome(_)
                | Place::Refusal(_)
                | Place::Episodes(_)
                | Place::MyOptions(_)
                | Place::History(_)
                | Place::Status(_)
                | Place::Settings(_)
                | Place::About(_)
                | Place::Player(_) => {}
            }
        }
        self.data.shelf = before;
    }
}
