//! The world outside: disk, player, pictures, logs.

pub mod decode;
pub mod logging;
pub mod player;
pub mod storage;
