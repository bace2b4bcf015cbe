//! sandbox.

pub mod artwork;
pub mod seed;
