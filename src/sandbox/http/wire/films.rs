//! Where a film plays, and the episodes of a serial.

use serde::Serialize;
use utoipa::ToSchema;

use crate::rules::offer::Episode;

/// Where a film plays.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Playback)]
pub(crate) struct PlaybackBody {
    pub(crate) url: String,
    /// The right to watch, as the address has it.
    pub(crate) token: String,
    pub(crate) title: String,
}

/// One part of a serial.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Episode)]
pub(crate) struct EpisodeBody {
    /// Within its serial.
    #[schema(min_length = 1, max_length = 64)]
    pub(crate) id: String,
    pub(crate) title: String,
    #[schema(minimum = 1)]
    pub(crate) duration_minutes: u32,
}

impl From<&Episode> for EpisodeBody {
    fn from(episode: &Episode) -> Self {
        let Episode { id, title, duration_minutes } = episode.clone();
        Self { id, title, duration_minutes }
    }
}

/// One part of a serial that the member has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EntitledEpisode)]
pub(crate) struct EntitledEpisodeBody {
    /// Within its serial.
    #[schema(min_length = 1, max_length = 64)]
    pub(crate) id: String,
    pub(crate) title: String,
    #[schema(minimum = 1)]
    pub(crate) duration_minutes: u32,
    pub(crate) playback: PlaybackBody,
}
