//! The world outside: disk, network, player, pictures, logs, and the loop's one turn.

#[cfg(feature = "ui")]
pub mod clock;
mod confine;
pub mod decode;
#[cfg(feature = "ui")]
pub mod device;
pub mod disk;
#[cfg(feature = "ui")]
mod film;
pub mod finish;
pub mod heap;
#[cfg(feature = "ui")]
pub mod journal;
pub mod logging;
pub mod network;
#[cfg(feature = "ui")]
pub(crate) mod pictures;
pub mod player;
#[cfg(feature = "ui")]
mod run;
#[cfg(feature = "ui")]
mod stage;
pub mod storage;

#[cfg(feature = "ui")]
pub use film::PlayerFallback;
#[cfg(feature = "ui")]
pub use run::{Parts, Shell, StartError};
#[cfg(feature = "ui")]
pub use stage::{Desktop, Stage};
