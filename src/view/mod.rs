//! From state to view-model: what the viewer reads and sees, chosen by pure functions.

pub mod message;
pub mod model;
pub mod text;

#[cfg(feature = "ui")]
pub mod bind;

#[cfg(any(test, feature = "emulator"))]
pub mod fixtures;
