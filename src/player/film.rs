//! One film from its start to its end, told as events.

use tokio::sync::Notify;

use crate::core::{PlayerEvent, PlayerTrouble};
use crate::domain::Secret;

use crate::logging::chain;

use super::{Ended, Player, PlayerError, PlayerRules};

/// What stands in for a player that is not installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayerFallback {
    /// Nothing: the viewer is told.
    None,
    /// A card with title, link and running time.
    BuiltInCard,
}

/// Plays a film until it ends or is stopped.
pub(crate) async fn play(
    command: &[String],
    url: &Secret,
    rules: &PlayerRules,
    fallback: PlayerFallback,
    stop: &Notify,
    tell: impl Fn(PlayerEvent),
) {
    let mut playing = match Player::start(command, url, rules) {
        Ok(playing) => playing,
        Err(error) => {
            tracing::warn!(error = %chain(&error), "the film does not start");
            tell(match (error, fallback) {
                (PlayerError::NotFound(_), PlayerFallback::BuiltInCard) => PlayerEvent::BuiltIn,
                (PlayerError::NotFound(_) | PlayerError::Command, _) => PlayerEvent::Failed(PlayerTrouble::NotFound),
                (PlayerError::Address | PlayerError::Insecure, _) => PlayerEvent::Failed(PlayerTrouble::BadAddress),
                (PlayerError::Start(..), _) => PlayerEvent::Failed(PlayerTrouble::Broke { code: None }),
            });
            return;
        }
    };
    tell(PlayerEvent::Started);
    let ended = tokio::select! {
        ended = playing.wait() => Some(ended),
        () = stop.notified() => None,
    };
    tell(match ended {
        None => {
            if let Err(error) = playing.stop().await {
                tracing::warn!(%error, "the player did not stop by itself");
            }
            PlayerEvent::Ended
        }
        Some(Ok(Ended::Finished)) => PlayerEvent::Ended,
        Some(Ok(Ended::Failed { code })) => PlayerEvent::Failed(PlayerTrouble::Broke { code: Some(code) }),
        Some(Ok(Ended::Killed { .. }) | Err(_)) => PlayerEvent::Failed(PlayerTrouble::Broke { code: None }),
    });
}
