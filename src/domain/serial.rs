//! Serials: a rental of several episodes, and what of it was watched on this box.

use std::collections::{BTreeMap, BTreeSet};

use super::{Entitlement, EntitlementId, Playback, id_type};

id_type! {
    /// The id of an episode within its serial.
    EpisodeId
}

/// One part of a serial.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// Its id.
    pub id: EpisodeId,
    /// Its title; may be empty.
    pub title: String,
    /// Its length in minutes.
    pub duration_minutes: Option<u32>,
    /// How it is played; `None` in the catalogue, and offline.
    pub playback: Option<Playback>,
}

/// Which episodes of which rentals were watched to their end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watched(BTreeMap<EntitlementId, BTreeSet<EpisodeId>>);

impl Watched {
    /// Whether an episode was watched.
    pub fn has(&self, rental: &EntitlementId, episode: &EpisodeId) -> bool {
        self.0.get(rental).is_some_and(|episodes| episodes.contains(episode))
    }

    /// Notes that an episode was watched; `false` if that was known.
    pub fn note(&mut self, rental: &EntitlementId, episode: &EpisodeId) -> bool {
        self.0.entry(rental.clone()).or_default().insert(episode.clone())
    }

    /// The place of the first episode that was not watched, or of the first of all when every one was.
    pub fn next(&self, held: &Entitlement) -> usize {
        held.episodes.iter().position(|episode| !self.has(&held.id, &episode.id)).unwrap_or(0)
    }

    /// Forgets rentals that are over; `false` if there was nothing to forget.
    pub fn keep_only(&mut self, held: &[Entitlement]) -> bool {
        let before = self.0.len();
        self.0.retain(|rental, _| held.iter().any(|held| held.id == *rental));
        self.0.len() != before
    }

    /// Every watched episode with its rental, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&EntitlementId, &EpisodeId)> {
        self.0.iter().flat_map(|(rental, episodes)| episodes.iter().map(move |episode| (rental, episode)))
    }
}

impl FromIterator<(EntitlementId, EpisodeId)> for Watched {
    fn from_iter<I: IntoIterator<Item = (EntitlementId, EpisodeId)>>(pairs: I) -> Self {
        let mut watched = Self::default();
        for (rental, episode) in pairs {
            watched.note(&rental, &episode);
        }
        watched
    }
}
