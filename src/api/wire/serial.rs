//! How a film is played, and the episodes of a serial, in the catalogue and in what the member holds.

use std::collections::HashSet;

use serde::Serialize;

use super::value::{Id, Int, List, Opaque, Text, Title, is_web_address, object};
use crate::domain::{self, EpisodeId, Secret};

/// Episodes of one serial.
pub(in crate::api) const MOST_EPISODES: usize = 200;

object! {
    #[derive(Serialize)]
    pub(in crate::api) struct Playback {
        needed {
            url: Opaque,
        }
        title: Title,
    }
}

object! {
    #[derive(Debug, Serialize)]
    pub(in crate::api) struct Episode {
        needed {
            id: Id,
        }
        title: Title,
        duration_minutes: Option<Int<u16>>,
        playback: Option<Playback>,
    }
}

/// The address carries a token.
impl std::fmt::Debug for Playback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Playback").finish_non_exhaustive()
    }
}

impl Playback {
    /// How it is played, or `None` if its address is none of the web.
    pub(super) fn into_domain(self) -> Option<domain::Playback> {
        is_web_address(&self.url.0).then(|| domain::Playback { url: Secret::new(self.url.0), title: self.title.0 })
    }
}

/// The episodes in their order; one that comes twice counts once.
pub(super) fn episodes(list: List<Episode, MOST_EPISODES>) -> Vec<domain::Episode> {
    let mut seen = HashSet::new();
    list.0.into_iter().filter(|episode| seen.insert(episode.id.0.clone())).map(Into::into).collect()
}

impl From<Episode> for domain::Episode {
    fn from(episode: Episode) -> Self {
        Self {
            id: EpisodeId::new(&episode.id.0),
            title: episode.title.0,
            duration_minutes: episode.duration_minutes.map(|minutes| minutes.0.into()),
            playback: episode.playback.and_then(Playback::into_domain),
        }
    }
}

impl From<&domain::Episode> for Episode {
    fn from(episode: &domain::Episode) -> Self {
        Self {
            id: Id(episode.id.as_str().to_owned()),
            title: Text(episode.title.clone()),
            duration_minutes: episode.duration_minutes.and_then(|minutes| u16::try_from(minutes).ok()).map(Int),
            // The address carries a token that is of no use offline, so it is never written down.
            playback: None,
        }
    }
}
