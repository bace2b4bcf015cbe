//! The world outside: disk, network, player, pictures, logs, and the loop's one turn.

#[cfg(feature = "ui")]
pub mod clock;
pub mod decode;
#[cfg(feature = "ui")]
mod disk;
#[cfg(feature = "ui")]
pub mod journal;
pub mod logging;
pub mod network;
#[cfg(feature = "ui")]
mod pictures;
pub mod player;
#[cfg(feature = "ui")]
mod run;
pub mod storage;

#[cfg(feature = "ui")]
pub use run::{Parts, PlayerFallback, Shell, StartError};
