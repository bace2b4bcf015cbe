//! Watching a film: the player is somebody else's program, the menu waits behind it in its state.

use std::time::Duration;

use crate::domain::{Entitlement, OfferId};

use super::app::{App, Turn};
use super::event::PlayerEvent;
use super::places::PlayerPlace;
use super::{Effect, Notice, Place, PlaceKind};

/// A film that plays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Playing {
    pub(crate) is_built_in: bool,
    pub(crate) next_tick: Duration,
}

impl App {
    /// Plays what the member holds, if it can be played.
    pub(crate) fn play(&mut self, entitlement: &Entitlement, turn: &mut Turn) {
        let Some(playback) = &entitlement.playback else {
            self.notify(Notice::FilmNotReady, turn);
            return;
        };
        if self.playing.is_some() {
            return;
        }
        turn.effects.push(Effect::Play { url: playback.url.clone(), title: playback.title.clone() });
        self.playing = Some(Playing { is_built_in: false, next_tick: turn.now.monotonic + Duration::from_secs(1) });
        self.push(Place::Player(PlayerPlace {
            title: entitlement.title.clone(),
            link: shown_link(playback.url.reveal()),
            started_at: turn.now.monotonic,
            elapsed: Duration::ZERO,
            is_built_in: false,
        }));
    }

    /// Plays the film of an offer, or says that it is not there yet.
    pub(crate) fn play_offer(&mut self, offer: &OfferId, turn: &mut Turn) {
        match self.data.entitlement_of(offer).cloned() {
            Some(entitlement) => self.play(&entitlement, turn),
            None => self.notify(Notice::FilmNotReady, turn),
        }
    }

    /// Asks the player to stop; the menu comes back when it has.
    pub(crate) fn stop_player(&mut self, turn: &mut Turn) {
        match &self.playing {
            Some(playing) if playing.is_built_in => self.player_gone(turn),
            Some(_) => turn.effects.push(Effect::StopPlayer),
            None => self.player_gone(turn),
        }
    }

    /// Stops a film without waiting for its end: its member is gone.
    pub(crate) fn abandon_player(&mut self, turn: &mut Turn) {
        if self.playing.take().is_some_and(|playing| !playing.is_built_in) {
            turn.effects.push(Effect::StopPlayer);
        }
    }

    /// Takes what the player did.
    pub(crate) fn player_event(&mut self, event: PlayerEvent, turn: &mut Turn) {
        if self.playing.is_none() {
            return;
        }
        match event {
            PlayerEvent::Started => {}
            PlayerEvent::BuiltIn => {
                if let Some(playing) = &mut self.playing {
                    playing.is_built_in = true;
                }
                if let Some(Place::Player(place)) = self.place_mut() {
                    place.is_built_in = true;
                }
            }
            PlayerEvent::Ended => self.player_gone(turn),
            PlayerEvent::Failed(trouble) => {
                self.player_gone(turn);
                self.notify(Notice::PlayerFailed(trouble), turn);
            }
        }
    }

    fn player_gone(&mut self, turn: &mut Turn) {
        self.playing = None;
        self.last_key_at = turn.now.monotonic;
        if self.place().kind() == PlaceKind::Player {
            self.pop(turn);
        } else {
            self.stack.retain(|page| page.place.kind() != PlaceKind::Player);
        }
    }

    /// The running time changes only on the built-in card; a real player covers the menu.
    pub(crate) fn player_tick(&self) -> Option<Duration> {
        self.playing.as_ref().filter(|playing| playing.is_built_in).map(|playing| playing.next_tick)
    }

    pub(crate) fn player_woke(&mut self, turn: &mut Turn) {
        let now = turn.now.monotonic;
        if self.player_tick().is_none_or(|at| at > now) {
            return;
        }
        if let Some(playing) = &mut self.playing {
            playing.next_tick = now + Duration::from_secs(1);
        }
        if let Some(Place::Player(place)) = self.place_mut() {
            place.elapsed = Duration::from_secs(now.saturating_sub(place.started_at).as_secs());
        }
    }
}

/// A film's address for the screen: without the token in its query.
fn shown_link(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().chars().take(120).collect()
}
