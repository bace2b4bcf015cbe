//! A viewer with a remote: wants films, sometimes gives up, sometimes sits on the remote.

use bonus_tv::core::{App, OfferAction, Place, SignInState};
use bonus_tv::input::{Direction, RemoteKey};

const DOWN: RemoteKey = RemoteKey::Arrow(Direction::Down);
const LEFT: RemoteKey = RemoteKey::Arrow(Direction::Left);
const RIGHT: RemoteKey = RemoteKey::Arrow(Direction::Right);

/// Whether the viewer still orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Wants films.
    Shops,
    /// Reads what is shown and no more.
    Reads,
}

/// The key that a viewer presses now, if any.
pub fn key(app: &App, mood: Mood, random: &mut fastrand::Rng) -> Option<RemoteKey> {
    if app.dialog().is_some() {
        return Some(RemoteKey::Back);
    }
    if app.page().tab_focus.is_some() {
        return Some(DOWN);
    }
    match (app.place(), mood) {
        (Place::SignIn(place), _) => match place.state {
            SignInState::Expired | SignInState::Denied | SignInState::OtherMember => Some(RemoteKey::Ok),
            SignInState::Starting | SignInState::Waiting { .. } | SignInState::Failed { .. } => None,
        },
        (Place::Player(_) | Place::Outcome(_) | Place::Refusal(_), _) => {
            random.choice([RemoteKey::Back, RemoteKey::Back, RemoteKey::Ok])
        }
        (_, Mood::Reads) => None,
        (_, Mood::Shops) if random.u8(0..40) == 0 => {
            let all: Vec<RemoteKey> = RemoteKey::all().filter(|key| !matches!(key, RemoteKey::Digit(_))).collect();
            random.choice(all)
        }
        (Place::Home(_), Mood::Shops) => {
            random.choice([RemoteKey::Ok, RemoteKey::Ok, RemoteKey::Ok, RIGHT, RIGHT, DOWN, LEFT])
        }
        (Place::Offer(place), Mood::Shops) => {
            let actions = app.offer_actions(&place.offer);
            match actions.iter().position(|action| *action == OfferAction::Exchange) {
                Some(at) if at == place.button => Some(RemoteKey::Ok),
                Some(at) if at > place.button => Some(RIGHT),
                Some(_) => Some(LEFT),
                None => Some(RemoteKey::Back),
            }
        }
        (Place::Confirm(place), Mood::Shops) => match place.button {
            0 => random.choice([RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RemoteKey::Back]),
            _ => Some(RemoteKey::Ok),
        },
        (Place::Processing(_), Mood::Shops) => match random.u8(0..10) {
            0 => Some(RemoteKey::Ok),
            1 => Some(RemoteKey::Back),
            _ => None,
        },
        (
            Place::Join(_)
            | Place::PhoneCheck(_)
            | Place::Catalog(_)
            | Place::Basket(_)
            | Place::Episodes(_)
            | Place::MyOptions(_)
            | Place::History(_)
            | Place::Status(_)
            | Place::Settings(_)
            | Place::About(_),
            Mood::Shops,
        ) => Some(RemoteKey::Back),
    }
}
