//! The bonus-points menu of an IPTV set-top box.
//!
//! Data goes one way: a key enters as a [`core::Event`], [`core::update`] changes the state and
//! returns effects, the engine carries them out, [`view::view`] turns the state into a view-model, and
//! `view::bind` alone copies it into Slint.
//!
//! # The tour
//!
//! 1. [`domain`]: points, offers, orders and failures, as values with their invariants.
//! 2. [`input`]: from a key of the remote ([`input::RemoteKey`]) to a wish ([`input::Intent`]); hold-to-repeat.
//! 3. [`core`]: [`core::Event`] is all that can happen, [`core::App`] the state, [`core::update`] the one function,
//!    [`core::Effect`] all that the program can do to the world. One file for a screen or a few in `core/places`.
//! 4. [`view`]: [`view::model`] is all that a screen can show; the words are named in [`view::message`].
//!    `view::bind` and `ui/` draw it.
//! 5. `engine`: the program without a window and the one interpreter of effects; its ports are the API, the disk, the
//!    player, the clock and the log. `storage` is what a box remembers, `player` the film player's process, `shell`
//!    the window's side: one turn of the loop, and pictures.
//! 6. `api`: the bonus API's client, one method for each endpoint; its JSON is in `api/wire`.
//! 7. `platform` has the windows, `set_top_box` the program of a box with its event loop, `config` its settings.
//! 8. The package `bonus-emulator` is QA's television, `bonus-sandbox` the bonus API server beside it: routes,
//!    services, rules, store. `bonus-tv-ui` has the Slint files.
//!
//! To follow one key from the remote to the pixels, or one order to the ledger and back, start at
//! `shell::Shell::key`. `docs/architecture.md` has the invariants, `docs/adding-a-screen.md` the files of a screen.
//!
//! # Glossary
//!
//! - **place**: a screen's own state in the core ([`core::Place`]); [`view::model::Screen`] is what it shows
//! - **step**: a key press after hold-to-repeat ([`input::Step`]); an intent is what the press wishes there
//! - **turn**: one call of [`core::update`] with its effects (`core::Turn`); in `Shell::turn`, waiting events in and a
//!   picture out; `set_top_box::turning` is the event loop of a box
//! - **moment**: the time at which an event is handled ([`core::Moment`]); `core/moments.rs` lists the times at which
//!   something changes by itself
//! - **pace**: when a box sends requests, with waits after a failure, jitter and refreshes ([`core::pace`])
//! - **trouble**: a request that failed and is shown ([`core::Trouble`]); a [`domain::Failure`] is why
//! - **refusal**: the service says no to an order, in words of the programme ([`domain::Refusal`]); never a fault of
//!   the network. The mode setting of `platform/linux` has another: a mode that the driver declines
//! - **fault**: where a failure lies, such as the link or the service ([`domain::Fault`]); in `sandbox/http` what QA
//!   switches on, in `sandbox/seed` a mistake in the data
//! - **problem**: the body of an HTTP error (`application/problem+json`)
//! - **block**: why points cannot be spent now ([`core::SpendBlock`]); the notice says so
//! - **seal**: to note on the disk that an order is never sent again; it is only looked up
//! - **set aside**: an order without an answer that belongs to another member than the one signed in
//! - **unseen**: an order whose result was not on the screen yet
//! - **damage**: in the core an order that cannot be read; in `platform/linux` the rectangles that changed
//! - **memory**: whether the disk can be written ([`core::Memory`]); elsewhere bytes of RAM
//! - **settings**: the viewer's choices ([`core::Settings`]), which `storage` writes; `config` has the
//!   operator's, the sandbox's store those of QA
//! - **standing**: whether a time is past, ahead or unknown ([`core::Standing`]); in `sandbox/rules` a member's status,
//!   in the box's window whether its screen shows pictures
//! - **stage**: who has the screen, the menu or a film player (`player::lending::Stage`); [`core::PinStage`] is the step of a
//!   PIN's dialog
//! - **hold**: whether a device sends signs that a key is still down, or only its press and release ([`input::Hold`])
//! - **shelf**: the catalogue as it is browsed ([`core::Shelf`]); in the sandbox, a page of it
//! - **member**: the person who is signed in; the viewer is the person with the remote

#![warn(clippy::indexing_slicing, reason = "nothing that a server, a file or a remote sends may panic the box")]

pub mod api;
mod child;
pub mod config;
pub mod core;
pub mod domain;
pub mod engine;
#[doc(hidden)]
pub mod fuzzing;
pub mod input;
pub mod logging;
pub mod platform;
pub mod player;
pub mod set_top_box;
pub mod shell;
pub mod storage;
pub mod view;
pub mod voice;
