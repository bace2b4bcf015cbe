//! The program without the world: state, events, effects and one function, [`update`].
//!
//! Nothing here reads a clock, opens a file, speaks to a network or knows how things are drawn.
//! [`App`] is the state; a reader who wants to know what a key does follows
//! [`update`] -> `keys` -> the file of the screen in `places/`.

mod app;
mod basket;
mod calls;
mod clock;
mod data;
mod dialog;
mod effect;
mod event;
mod focus;
mod foresight;
mod identity;
mod keypad;
mod keys;
mod magnifier;
mod moments;
mod nav;
mod notice;
mod order;
pub mod pace;
mod pages;
mod places;
mod playback;
mod power;
mod replies;
mod rested;
mod settings;
mod shelf;

#[cfg(test)]
pub(crate) mod tests;

pub use app::{App, Boot, CachedData, Memory, Session, StoredOrder, update};
pub(crate) use calls::CORE;
pub use calls::{Resource, Trouble};
pub use clock::{Standing, Time};
pub use data::{Data, Paged};
pub use dialog::{Dialog, PinPurpose, PinStage, RenewalWish};
pub use effect::{DiskJob, Effect, Request, Warning};
pub use event::{Answer, DiskTrouble, Event, LinkChange, Moment, PinAnswer, PlayerEvent, PlayerTrouble, RequestId};
pub use focus::Cursor;
pub use identity::{Elsewhere, Identity};
pub use nav::{Page, Place, PlaceKind, Tab};
pub use notice::Notice;
pub use order::{OrderFlow, OrderPhase, SpendBlock};
pub use places::{
    AboutPlace, AboutTopic, BasketPlace, CatalogPlace, ConfirmPlace, EpisodesPlace, HistoryKind, HistoryPlace,
    HomePlace, HomeRow, JoinFocus, JoinPlace, MyOptionsPlace, OfferAction, OfferPlace, OutcomePlace, PhoneCheckPlace,
    PlayerPlace, PointsPage, ProcessingPlace, RefusalCause, RefusalPlace, RowKey, Search, SettingsItem, SettingsPlace,
    SignInPlace, SignInState, StatusPlace, Unlearned, Zone,
};
pub use playback::PlayerRun;
pub use power::Power;
pub use settings::{Choice, Settings};
pub use shelf::{Section, SectionKey, Shelf};

pub(crate) use dialog::PIN_LENGTH;
pub(crate) use focus::window;
pub(crate) use places::{Grid, grid, layout, lines_in_sight};
