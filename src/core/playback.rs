//! Watching a film: the player is somebody else's program, the menu waits behind it in its state.
//!
//! A film's address runs out while the menu stands still, so it is asked for anew before a player gets an old one, and
//! once more, silently, when a player gives up at once (TIME-4).

use std::time::Duration;

use crate::domain::{Entitlement, EntitlementId, EpisodeId, Failure, OfferId, Playback};

use super::app::{App, Turn};
use super::event::{PlayerEvent, PlayerTrouble};
use super::places::PlayerPlace;
use super::{DiskJob, Effect, Notice, Place, PlaceKind, Resource};

/// A film that plays or is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Playing {
    film: EntitlementId,
    /// Of a serial: which episode.
    part: Option<EpisodeId>,
    /// How long it is, if that is known.
    length: Option<Duration>,
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

/// How a film came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// By itself.
    Whole,
    /// Somebody stopped it.
    Stopped,
}

/// An address that is older than this may have run out.
const FRESH_ADDRESS: Duration = Duration::from_secs(180);
/// An episode of which so many tenths were on the screen counts as watched: the rest is credits.
const WATCHED_TENTHS: u32 = 9;
/// A player that gives up within this time did not like the address; later it is the film or the network.
const QUICK_FAILURE: Duration = Duration::from_secs(30);

impl App {
    /// Plays what the member holds, if it can be played; of a serial, the episode that comes next.
    pub(crate) fn play(&mut self, entitlement: &Entitlement, turn: &mut Turn) {
        let next = entitlement.episodes.get(self.data.watched.next(entitlement));
        self.play_part(entitlement, next.map(|episode| episode.id.clone()), turn);
    }

    /// Plays a film, or this episode of a serial.
    pub(crate) fn play_part(&mut self, entitlement: &Entitlement, part: Option<EpisodeId>, turn: &mut Turn) {
        if self.playing.is_some() {
            return;
        }
        if self.has_ended(entitlement) {
            self.notify(Notice::RentalEnded, turn);
            return;
        }
        if address(entitlement, part.as_ref()).is_none() && !self.is_address_to_come(entitlement) {
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
            length: self.length(entitlement, part.as_ref()),
            part: part.clone(),
            run: PlayerRun::Preparing,
            attempt: Attempt::First,
            started_at: now,
            next_tick: now,
        });
        self.push(Place::Player(PlayerPlace {
            title: part_title(entitlement, part.as_ref()),
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
        let Some(playing) = &mut self.playing else { return };
        let Some(playback) = address(entitlement, playing.part.as_ref()) else { return };
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
            Some(held) if self.can_watch(&held) && address(&held, playing.part.as_ref()).is_some() => {
                return self.start_player(&held, turn);
            }
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
            Some(_) | None => self.film_over(End::Stopped, turn),
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
            PlayerEvent::Ended if playing.run == PlayerRun::Stopping => self.film_over(End::Stopped, turn),
            PlayerEvent::Ended => self.film_over(End::Whole, turn),
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

    /// A film is over; an episode that was seen, or all but its end, counts as watched.
    fn film_over(&mut self, end: End, turn: &mut Turn) {
        let watched = self.playing.as_ref().and_then(|playing| {
            let lasted = turn.now.monotonic.saturating_sub(playing.started_at);
            let has_seen_most = playing.run != PlayerRun::Preparing
                && playing.length.is_some_and(|length| lasted >= length * WATCHED_TENTHS / 10);
            let is_watched = end == End::Whole || has_seen_most;
            playing.part.clone().filter(|_| is_watched).map(|part| (playing.film.clone(), part))
        });
        if let Some((film, part)) = watched
            && self.data.watched.note(&film, &part)
        {
            let held = self.data.entitlements.as_deref().unwrap_or_default();
            self.data.watched.keep_only(held);
            let offer = held.iter().find(|held| held.id == film).map(|held| held.offer_id.clone());
            turn.effects.push(Effect::Disk(DiskJob::StoreWatched(self.data.watched.clone())));
            if let Some(offer) = offer {
                self.episode_watched(&offer);
            }
        }
        self.player_gone(turn);
    }

    /// How long a film or an episode is, if that is known.
    fn length(&self, held: &Entitlement, part: Option<&EpisodeId>) -> Option<Duration> {
        let minutes = match part {
            Some(part) => held.episodes.iter().find(|episode| episode.id == *part)?.duration_minutes?,
            None => self.data.shelf.offer(&held.offer_id)?.duration_minutes?,
        };
        Some(Duration::from_secs(u64::from(minutes) * 60)).filter(|length| !length.is_zero())
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
            // The card that stands in for a player lasts as long as the film.
            if playing.length.is_some_and(|length| now.saturating_sub(playing.started_at) >= length) {
                return self.film_over(End::Whole, turn);
            }
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

/// How a film, or this episode of a serial, is played.
fn address<'a>(held: &'a Entitlement, part: Option<&EpisodeId>) -> Option<&'a Playback> {
    match part {
        Some(part) => held.episodes.iter().find(|episode| episode.id == *part)?.playback.as_ref(),
        None => held.playback.as_ref(),
    }
}

/// What a film is called, or an episode with its serial and number.
fn part_title(held: &Entitlement, part: Option<&EpisodeId>) -> String {
    let at = part.and_then(|part| held.episodes.iter().position(|episode| episode.id == *part));
    match at.and_then(|at| Some((at + 1, held.episodes.get(at)?))) {
        Some((number, episode)) if episode.title.is_empty() => format!("{} · {number}", held.title),
        Some((number, episode)) => format!("{} · {number}. {}", held.title, episode.title),
        None => held.title.clone(),
    }
}

/// A film's address for the screen: without the token in its query.
fn shown_link(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().chars().take(120).collect()
}
