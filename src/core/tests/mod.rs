//! Journeys through the program: a start state, keys and answers, and what must be true afterwards.
//!
//! After every step the invariants of [`support`] are checked.

pub(crate) mod failures;
pub(crate) mod fixtures;
pub(crate) mod focused;
pub(crate) mod support;

mod basket;
mod catalog;
mod confirm;
mod episodes;
mod fleet;
mod foresight;
mod home;
mod idle;
mod join;
mod lists;
mod magnifier;
mod moments;
mod navigation;
mod network;
mod offer;
mod order;
mod order_end;
mod order_owner;
mod pin;
mod pin_change;
mod playback;
mod power;
mod reach;
mod search;
mod session;
mod sign_in;
mod walk;
