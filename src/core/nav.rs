//! Where the viewer is: a short stack of pages, each with its own remembered focus.

use super::Session;
use super::app::{App, Turn};
use super::places::{
    AboutPlace, BasketPlace, CatalogPlace, ConfirmPlace, EpisodesPlace, HistoryPlace, HomePlace, JoinPlace,
    MyOptionsPlace, OfferPlace, OutcomePlace, PhoneCheckPlace, PlayerPlace, ProcessingPlace, RefusalPlace,
    SettingsPlace, SignInPlace, StatusPlace,
};

/// A page of the stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// What is shown.
    pub place: Place,
    /// The focused tab, while the focus is in the tab bar.
    pub tab_focus: Option<usize>,
}

/// The places one can be at.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// Signing in.
    SignIn(SignInPlace),
    /// The member confirms on the phone that a first PIN may be set.
    PhoneCheck(PhoneCheckPlace),
    /// Joining the programme.
    Join(JoinPlace),
    /// The home screen.
    Home(HomePlace),
    /// The catalogue.
    Catalog(CatalogPlace),
    /// One offer.
    Offer(OfferPlace),
    /// The basket.
    Basket(BasketPlace),
    /// The last question.
    Confirm(ConfirmPlace),
    /// An order on its way.
    Processing(ProcessingPlace),
    /// What an order brought.
    Outcome(OutcomePlace),
    /// Why an order was refused.
    Refusal(RefusalPlace),
    /// The episodes of a serial.
    Episodes(EpisodesPlace),
    /// What the member holds.
    MyOptions(MyOptionsPlace),
    /// The ledger and the exchanges.
    History(HistoryPlace),
    /// Status and how to earn.
    Status(StatusPlace),
    /// Settings.
    Settings(SettingsPlace),
    /// About this program.
    About(AboutPlace),
    /// A film plays.
    Player(PlayerPlace),
}

/// The places without their content, for comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the variants are those of Place")]
pub enum PlaceKind {
    SignIn,
    PhoneCheck,
    Join,
    Home,
    Catalog,
    Offer,
    Basket,
    Confirm,
    Processing,
    Outcome,
    Refusal,
    Episodes,
    MyOptions,
    History,
    Status,
    Settings,
    About,
    Player,
}

impl PlaceKind {
    /// Every place once.
    pub const ALL: [Self; 18] = [
        Self::SignIn,
        Self::PhoneCheck,
        Self::Join,
        Self::Home,
        Self::Catalog,
        Self::Offer,
        Self::Basket,
        Self::Confirm,
        Self::Processing,
        Self::Outcome,
        Self::Refusal,
        Self::Episodes,
        Self::MyOptions,
        Self::History,
        Self::Status,
        Self::Settings,
        Self::About,
        Self::Player,
    ];
}

impl Place {
    /// Which place this is.
    pub fn kind(&self) -> PlaceKind {
        match self {
            Self::SignIn(_) => PlaceKind::SignIn,
            Self::PhoneCheck(_) => PlaceKind::PhoneCheck,
            Self::Join(_) => PlaceKind::Join,
            Self::Home(_) => PlaceKind::Home,
            Self::Catalog(_) => PlaceKind::Catalog,
            Self::Offer(_) => PlaceKind::Offer,
            Self::Basket(_) => PlaceKind::Basket,
            Self::Confirm(_) => PlaceKind::Confirm,
            Self::Processing(_) => PlaceKind::Processing,
            Self::Outcome(_) => PlaceKind::Outcome,
            Self::Refusal(_) => PlaceKind::Refusal,
            Self::Episodes(_) => PlaceKind::Episodes,
            Self::MyOptions(_) => PlaceKind::MyOptions,
            Self::History(_) => PlaceKind::History,
            Self::Status(_) => PlaceKind::Status,
            Self::Settings(_) => PlaceKind::Settings,
            Self::About(_) => PlaceKind::About,
            Self::Player(_) => PlaceKind::Player,
        }
    }

    /// The tab that leads here, if one does.
    pub fn tab(&self) -> Option<Tab> {
        match self {
            Self::Home(_) => Some(Tab::Home),
            Self::Catalog(_) => Some(Tab::Catalog),
            Self::MyOptions(_) => Some(Tab::MyOptions),
            Self::Status(_) | Self::History(_) => Some(Tab::Points),
            Self::Basket(_) => Some(Tab::Basket),
            Self::Settings(_) => Some(Tab::Settings),
            Self::SignIn(_)
            | Self::PhoneCheck(_)
            | Self::Join(_)
            | Self::Offer(_)
            | Self::Confirm(_)
            | Self::Processing(_)
            | Self::Outcome(_)
            | Self::Refusal(_)
            | Self::Episodes(_)
            | Self::About(_)
            | Self::Player(_) => None,
        }
    }
}

/// The main tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The home screen.
    Home,
    /// The catalogue.
    Catalog,
    /// What the member holds.
    MyOptions,
    /// Status, history, orders, and what burns.
    Points,
    /// Settings.
    Settings,
    /// The basket: beside the balance, while it holds something or is shown.
    Basket,
}

impl Tab {
    /// All tabs from left to right; the one that is not always there comes last.
    pub const ALL: [Self; 6] = [Self::Home, Self::Catalog, Self::MyOptions, Self::Points, Self::Settings, Self::Basket];

    /// Its place in the bar.
    pub(crate) fn index(self) -> usize {
        Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0)
    }
}

impl App {
    /// Puts a page on top.
    pub(crate) fn push(&mut self, place: Place) {
        self.stack.push(Page { place, tab_focus: None });
        self.hero_due = None;
    }

    /// Puts a page in the place of the top one.
    pub(crate) fn replace(&mut self, place: Place) {
        self.stack.pop();
        self.push(place);
    }

    /// Leaves only the home screen (or the sign-in) below.
    pub(crate) fn unwind(&mut self) {
        self.stack.truncate(1);
    }

    /// The place that is shown.
    pub fn place(&self) -> &Place {
        &self.page().place
    }

    pub(crate) fn place_mut(&mut self) -> Option<&mut Place> {
        self.stack.last_mut().map(|page| &mut page.place)
    }

    /// Whether the tab bar is shown.
    pub fn has_tabs(&self) -> bool {
        self.place().tab().is_some() && self.session == Session::SignedIn
    }

    /// The tabs of this moment, from left to right.
    pub fn tabs(&self) -> &'static [Tab] {
        let has_basket = self.place().kind() == PlaceKind::Basket || !self.basket_offers().is_empty();
        Tab::ALL.get(..Tab::Basket.index() + usize::from(has_basket)).unwrap_or_default()
    }

    /// The focused tab; a place without anything to focus leaves the focus in the bar (FOC-1).
    pub fn tab_focus(&self) -> Option<usize> {
        if !self.has_tabs() {
            return None;
        }
        match self.page().tab_focus {
            Some(tab) => Some(tab),
            None if self.has_focusable_content() => None,
            None => self.place().tab().map(Tab::index),
        }
    }

    /// The focused tab, if another one is shown; behind a dialog nothing opens.
    pub(crate) fn tab_to_open(&self) -> Option<Tab> {
        let focused = self.tab_focus().filter(|_| self.dialog.is_none()).and_then(|at| Tab::ALL.get(at).copied());
        focused.filter(|tab| self.place().tab() != Some(*tab))
    }

    /// The focus rests on a tab, which opens and keeps the focus (FOC-10).
    pub(crate) fn tab_rested(&mut self, turn: &mut Turn) {
        let Some(tab) = self.tab_to_open() else { return };
        self.open_tab(tab, turn);
        if let Some(page) = self.stack.last_mut().filter(|page| page.place.tab() == Some(tab)) {
            page.tab_focus = Some(tab.index());
        }
    }

    /// Opens a tab: home below, the tab above it.
    pub(crate) fn open_tab(&mut self, tab: Tab, turn: &mut Turn) {
        self.unwind();
        match tab {
            Tab::Home => self.arrive_home(turn),
            Tab::Catalog => self.open_catalog(None, turn),
            Tab::MyOptions => self.open_my_options(turn),
            Tab::Points => self.open_status(turn),
            Tab::Basket => self.open_basket(turn),
            Tab::Settings => self.open_settings(),
        }
    }

    /// Goes back one step; on the first page it asks whether to leave (BACK-1, BACK-3).
    pub(crate) fn back(&mut self, turn: &mut Turn) {
        match self.place().kind() {
            PlaceKind::Home | PlaceKind::SignIn => self.ask_exit(turn),
            PlaceKind::Processing => self.hide_processing(turn),
            PlaceKind::Player => self.stop_player(turn),
            PlaceKind::Outcome | PlaceKind::Refusal => self.leave_result(turn),
            PlaceKind::PhoneCheck
            | PlaceKind::Join
            | PlaceKind::Catalog
            | PlaceKind::Offer
            | PlaceKind::Basket
            | PlaceKind::Confirm
            | PlaceKind::Episodes
            | PlaceKind::MyOptions
            | PlaceKind::History
            | PlaceKind::Status
            | PlaceKind::Settings
            | PlaceKind::About => self.pop(turn),
        }
    }

    /// Takes the top page away.
    pub(crate) fn pop(&mut self, turn: &mut Turn) {
        if self.stack.len() > 1 {
            self.stack.pop();
        }
        if self.place().kind() == PlaceKind::Home {
            self.arrive_home(turn);
        }
    }

    /// After every event: no focus points outside of what there is.
    pub(crate) fn settle_focus(&mut self) {
        self.tell_damage();
        let last = self.tabs().len().saturating_sub(1);
        if let Some(page) = self.stack.last_mut() {
            page.tab_focus = page.tab_focus.map(|tab| tab.min(last));
        }
        self.settle_place();
        self.settle_notice();
    }
}
