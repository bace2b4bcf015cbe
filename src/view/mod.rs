//! From state to view-model: what the viewer reads and sees, chosen by pure functions.
//!
//! [`view`] is the only entrance. Each screen has its file; words are messages (see [`text`]),
//! numbers and dates are written by `format`.

pub mod message;
pub mod model;
pub mod text;

pub mod bind;
pub mod focused;
pub mod spoken;

mod about;
mod catalog;
mod chrome;
mod dialog;
mod episodes;
mod failure;
mod format;
mod history;
mod home;
mod lists;
mod magnifier;
mod offer;
mod order;
mod refusal;
mod sign_in;
mod status;

#[cfg(test)]
mod tests;

use crate::core::{AboutTopic, App, Moment, Place, Power};
use crate::domain::Animations;

use model::{Bump, Look, Screen, ViewModel};

/// Everything the screen shows in this state at this moment.
pub fn view(app: &App, now: &Moment) -> ViewModel {
    let (count, direction) = app.bumps();
    let mut chrome = chrome::chrome(app);
    let mut screen = screen(app, now);
    if app.is_magnified() {
        screen = Screen::Magnifier(magnifier::magnifier(&screen, &chrome.tabs));
        chrome.tabs.clear();
    }
    ViewModel {
        chrome,
        screen,
        dialog: app.dialog().map(|dialog| dialog::dialog(app, dialog)),
        look: Look {
            has_motion: app.settings.animations == Animations::Full,
            text_size: app.settings.text_size,
            contrast: app.settings.contrast,
            // In standby nothing is seen, so nothing moves.
            is_dimmed: app.is_dimmed() || app.power() == Power::Standby,
            bump: Bump { count, direction },
        },
    }
}

/// Until when an offer would work, for tests of the core.
#[cfg(test)]
pub(crate) use offer::works_until as works_until_of;

fn screen(app: &App, now: &Moment) -> Screen {
    match app.place() {
        Place::SignIn(place) => sign_in::sign_in(app, &place.state),
        Place::PhoneCheck(place) => sign_in::phone_check(&place.state),
        Place::Join(place) => Screen::Join(sign_in::join(app, place)),
        Place::Home(place) => home::home(app, place),
        Place::Catalog(place) => Screen::Catalog(catalog::catalog(app, place)),
        Place::Offer(place) => Screen::Offer(offer::offer(app, place)),
        Place::Basket(place) => Screen::Basket(order::basket(app, place)),
        Place::Confirm(place) => Screen::Confirm(order::confirm(app, place)),
        Place::Processing(_) => Screen::Processing(order::processing(app, now)),
        Place::Outcome(place) => Screen::Outcome(order::outcome(app, place)),
        Place::Refusal(place) => Screen::Refusal(refusal::refusal(app, place)),
        Place::Episodes(place) => Screen::List(episodes::episodes(app, place)),
        Place::MyOptions(place) => Screen::List(lists::my_options(app, place)),
        Place::History(place) => Screen::List(history::history(app, place)),
        Place::Status(place) => Screen::Status(status::status(app, place)),
        Place::Settings(place) => Screen::List(lists::settings(app, place)),
        Place::About(place) => Screen::About(match &place.topic {
            AboutTopic::Code { title, code, until } => about::code(app, title, code, *until),
            AboutTopic::Program => about::program(app),
            AboutTopic::Elsewhere => about::elsewhere(app),
        }),
        Place::Player(place) => Screen::Player(lists::player(app, place)),
    }
}
