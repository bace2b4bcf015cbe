//! The bonus-points menu of an IPTV set-top box.
//!
//! Data goes one way: a key enters as a [`core::Event`], [`core::update`] changes the state and
//! names effects, the shell runs them, [`view::view`] turns the state into a view-model, and
//! `view::bind` alone carries it into Slint.

#[cfg(feature = "client")]
pub mod api;
#[cfg(feature = "client")]
pub mod config;
pub mod core;
pub mod domain;
#[cfg(feature = "emulator")]
pub mod emulator;
#[cfg(feature = "client")]
pub mod engine;
#[cfg(feature = "client")]
#[doc(hidden)]
pub mod fuzzing;
pub mod input;
#[cfg(feature = "client")]
pub mod logging;
#[cfg(feature = "ui")]
pub mod platform;
#[cfg(feature = "client")]
pub mod player;
#[cfg(feature = "sandbox")]
pub mod sandbox;
#[cfg(all(feature = "client", feature = "ui", any(feature = "box", test)))]
pub mod set_top_box;
#[cfg(feature = "client")]
pub mod shell;
#[cfg(feature = "client")]
pub mod storage;
pub mod view;
