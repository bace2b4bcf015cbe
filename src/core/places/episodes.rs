//! The episodes of a serial: what there is, what was watched, and which one comes next.

use crate::domain::{Entitlement, Episode, OfferId};
use crate::input::Intent;

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::{Cursor, Notice, Place};
use super::lists::list_key;

/// The page of a serial's episodes.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodesPlace {
    /// Of which offer.
    pub offer: OfferId,
    /// What the serial is called.
    pub title: String,
    /// Its episodes as they were last known: the serial may leave the catalogue, and the rental may end.
    pub episodes: Vec<Episode>,
    /// The focused episode.
    pub cursor: Cursor,
}

impl App {
    /// Opens the episodes of a serial, at the one that comes next.
    pub(crate) fn open_episodes(&mut self, offer: &OfferId, title: &str) {
        self.push(Place::Episodes(EpisodesPlace {
            offer: offer.clone(),
            title: title.to_owned(),
            episodes: Vec::new(),
            cursor: Cursor { at: self.next_episode(offer), first: 0 },
        }));
        self.settle_episodes();
    }

    /// The rental of a serial that runs, if the member has one.
    pub fn serial_held(&self, offer: &OfferId) -> Option<&Entitlement> {
        self.held(offer).filter(|held| !held.episodes.is_empty() && !self.has_ended(held))
    }

    /// The place of the episode that comes next, counted from nought.
    pub fn next_episode(&self, offer: &OfferId) -> usize {
        self.serial_held(offer).map_or(0, |held| self.data.watched.next(held))
    }

    /// The episodes: of the rental, or, before there is one, of the catalogue.
    fn episodes(&self, offer: &OfferId) -> Option<&[Episode]> {
        let of_the_rental = self.held(offer).map(|held| held.episodes.as_slice()).filter(|list| !list.is_empty());
        of_the_rental.or_else(|| self.data.shelf.offer(offer).map(|offer| offer.episodes.as_slice()))
    }

    pub(crate) fn settle_episodes(&mut self) {
        let Place::Episodes(place) = self.place() else { return };
        let fresh = self.episodes(&place.offer).filter(|list| !list.is_empty()).map(<[Episode]>::to_vec);
        let lines = self.list_rows();
        let Some(Place::Episodes(place)) = self.place_mut() else { return };
        if let Some(fresh) = fresh {
            let ids = |list: &[Episode]| list.iter().map(|episode| episode.id.clone()).collect::<Vec<_>>();
            // The first list that comes has nothing before it to follow.
            if !place.episodes.is_empty() {
                place.cursor.follow(&ids(&place.episodes), &ids(&fresh), lines);
            }
            place.episodes = fresh;
        }
        place.cursor.reveal(place.episodes.len(), lines);
    }

    /// An episode was watched: the focus goes to the one that comes next.
    pub(crate) fn episode_watched(&mut self, offer: &OfferId) {
        let (next, lines) = (self.next_episode(offer), self.list_rows());
        for page in &mut self.stack {
            if let Place::Episodes(place) = &mut page.place
                && place.offer == *offer
            {
                place.cursor.at = next;
                place.cursor.reveal(place.episodes.len(), lines);
            }
        }
    }

    pub(crate) fn episodes_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let lines = self.list_rows();
        let Some(Place::Episodes(place)) = self.place_mut() else { return Handled::No };
        let total = place.episodes.len();
        if let Some(handled) = list_key(&mut place.cursor, total, lines, intent) {
            return handled;
        }
        let (offer, part) =
            (place.offer.clone(), place.episodes.get(place.cursor.at).map(|episode| episode.id.clone()));
        if !matches!(intent, Intent::Activate | Intent::Play) {
            return Handled::No;
        }
        match (self.held(&offer).cloned(), part) {
            (Some(held), Some(part)) => self.play_part(&held, Some(part), turn),
            (None, Some(_)) => self.notify(Notice::RentFirst, turn),
            (_, None) => return Handled::No,
        }
        Handled::Yes
    }
}
