//! Watching a film: the player is somebody else's program, the menu waits behind it in its state.
//!
//! A film's address runs out while the menu stands still, so it is asked for anew before a player gets an old one, and
//! once more, silently, when a player gives up at once (TIME-4).

use std::time::Duration;

use crate::domain::{Entitlement, EntitlementId, Failure, OfferId};

use super::app::{App, Turn};
use super::event::{PlayerEvent, PlayerTrouble};
use super::places::PlayerPlace;
use super::{Effect, Notice, Place, PlaceKind, Resource};

/// A film that plays or is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Playing {
    film: EntitlementId,
    run: PlayerRun,
    attempt: Attempt,
    started_at: Duration,
    next_tick: Duration,
}

/// How far a film is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayerRun {
    /// Its address is asked for; no player runs.
    Preparing,
    /// The player has it.
    Player,
    /// No player is installed and the built-in card stands in.
    BuiltIn,
    /// The player was told to stop.
    Stopping,
}

/// How often the player was given an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    First,
    Second,
}

/// An address that is older than this may have run out.
const FRESH_ADDRESS: Duration = Duration::from_secs(180);
/// A player that gives up within this time did not like the address; later it is the film or the network.
const QUICK_FAILURE: Duration = Duration::from_secs(30);

impl App {
    /// Plays what the member holds, if it can be played.
    pub(crate) fn play(&mut self, entitlement: &Entitlement, turn: &mut Turn) {
        if self.playing.is_some() {
            return;
        }
        if self.has_ended(entitlement) {
            self.notify(Notice::RentalEnded, turn);
            return;
        }
        if entitlement.playback.is_none() {
            self.notify(Notice::FilmNotReady, turn);
            return;
        }
        let now = turn.now.monotonic;
        let is_fresh = self.is_fresh(Resource::Entitlements, FRESH_ADDRESS, now);
        if !is_fresh && self.is_closed(Resource::Entitlements, now) {
            self.notify(Notice::RetryLater, turn);
            return;
        }
        self.playing = Some(Playing {
            film: entitlement.id.clone(),
            run: PlayerRun::Preparing,
            attempt: Attempt::First,
            started_at: now,
            next_tick: now,
        });
        self.push(Place::Player(PlayerPlace {
            title: entitlement.title.clone(),
            link: String::new(),
            started_at: now,
            elapsed: Duration::ZERO,
        }));
        if is_fresh {
            self.start_player(entitlement, turn);
        } else {
            self.fetch(Resource::Entitlements, turn);
        }
    }

    /// Gives a fresh address to the player.
    fn start_player(&mut self, entitlement: &Entitlement, turn: &mut Turn) {
        let (Some(playback), Some(playing)) = (&entitlement.playback, &mut self.playing) else { return };
        let now = turn.now.monotonic;
        turn.effects.push(Effect::Play { url: playback.url.clone(), title: playback.title.clone() });
        playing.run = PlayerRun::Player;
        playing.started_at = now;
        playing.next_tick = now + Duration::from_secs(1);
        let pages = self.stack.iter_mut().map(|page| &mut page.place);
        for place in pages {
            if let Place::Player(place) = place {
                place.link = shown_link(playback.url.reveal());
                place.started_at = now;
            }
        }
    }

    /// How far the film is, if there is one.
    pub fn player_run(&self) -> Option<PlayerRun> {
        self.playing.as_ref().map(|playing| playing.run)
    }

    /// The entitlements arrived: a film whose address was asked for starts.
    pub(crate) fn address_arrived(&mut self, turn: &mut Turn) {
        let Some(playing) = self.playing.as_ref().filter(|playing| playing.run == PlayerRun::Preparing) else { return };
        let fresh = self.data.entitlements.iter().flatten().find(|held| held.id == playing.film).cloned();
        let notice = match fresh {
            Some(held) if self.can_watch(&held) => return self.start_player(&held, turn),
            Some(held) if !self.has_ended(&held) => Notice::FilmNotReady,
            Some(_) | None => Notice::RentalEnded,
        };
        self.player_gone(turn);
        self.notify(notice, turn);
    }

    /// The address did not come. Whether one was waited for.
    pub(crate) fn address_failed(&mut self, turn: &mut Turn) -> bool {
        let has_waited = self.player_run() == Some(PlayerRun::Preparing);
        if has_waited {
            self.player_gone(turn);
        }
        has_waited
    }

    /// Plays the film of an offer, or says that it is not there yet.
    pub(crate) fn play_offer(&mut self, offer: &OfferId, turn: &mut Turn) {
        match self.held(offer).cloned() {
            Some(entitlement) => self.play(&entitlement, turn),
            None => self.notify(Notice::FilmNotReady, turn),
        }
    }

    /// Asks the player to stop; the menu comes back when it has.
    pub(crate) fn stop_player(&mut self, turn: &mut Turn) {
        match &mut self.playing {
            Some(playing) if matches!(playing.run, PlayerRun::Player | PlayerRun::Stopping) => {
                playing.run = PlayerRun::Stopping;
                turn.effects.push(Effect::StopPlayer);
            }
            Some(_) | None => self.player_gone(turn),
        }
    }

    /// Stops a film without waiting for its end: its member is gone.
    pub(crate) fn abandon_player(&mut self, turn: &mut Turn) {
        let runs = |playing: Playing| matches!(playing.run, PlayerRun::Player | PlayerRun::Stopping);
        if self.playing.take().is_some_and(runs) {
            turn.effects.push(Effect::StopPlayer);
        }
    }

    /// Takes what the player did.
    pub(crate) fn player_event(&mut self, event: PlayerEvent, turn: &mut Turn) {
        let Some(playing) = &mut self.playing else { return };
        match event {
            PlayerEvent::Started => {}
            PlayerEvent::BuiltIn => playing.run = PlayerRun::BuiltIn,
            PlayerEvent::Ended => self.player_gone(turn),
            PlayerEvent::Failed(trouble) => self.player_failed(trouble, turn),
        }
    }

    fn player_failed(&mut self, trouble: PlayerTrouble, turn: &mut Turn) {
        let Some(playing) = &mut self.playing else { return };
        let has_lasted = turn.now.monotonic.saturating_sub(playing.started_at);
        let was_stopped = playing.run == PlayerRun::Stopping;
        let may_be_the_address = match trouble {
            PlayerTrouble::Broke { .. } => true,
            PlayerTrouble::NotFound | PlayerTrouble::BadAddress => false,
        };
        let film = playing.film.clone();
        let ended = self.data.entitlements.iter().flatten().find(|held| held.id == film);
        let has_ended = ended.is_some_and(|held| self.has_ended(held));
        if may_be_the_address {
            // Whatever comes next, this address is not used again before the service has told it anew.
            self.outdate_quietly(Resource::Entitlements);
        }
        if let Some(playing) = &mut self.playing
            && may_be_the_address
            && !has_ended
            && !was_stopped
            && playing.attempt == Attempt::First
            && has_lasted <= QUICK_FAILURE
        {
            playing.attempt = Attempt::Second;
            playing.run = PlayerRun::Preparing;
            // What was asked for before may bring the same address.
            self.drop_call(Resource::Entitlements);
            self.fetch(Resource::Entitlements, turn);
            return;
        }
        self.player_gone(turn);
        match (was_stopped, has_ended) {
            (true, _) => {}
            (false, true) => self.notify(Notice::RentalEnded, turn),
            (false, false) => self.notify(Notice::PlayerFailed(trouble), turn),
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
        self.playing.as_ref().filter(|playing| playing.run == PlayerRun::BuiltIn).map(|playing| playing.next_tick)
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

    /// What a viewer is told when what was needed to watch a film did not come.
    pub(crate) fn tell_unwatchable(&mut self, failure: &Failure, turn: &mut Turn) {
        let notice = if failure.is_outage() { Notice::NoAnswer(failure.clone()) } else { Notice::FilmNotReady };
        self.notify(notice, turn);
    }
}

/// A film's address for the screen: without the token in its query.
fn shown_link(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().chars().take(120).collect()
}
