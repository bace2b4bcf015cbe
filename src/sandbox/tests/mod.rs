//! Tests of the whole sandbox over real sockets, with a clock that stands still and seeded randomness.

mod account;
mod catalogue;
mod document;
mod entitlements;
mod exchanges;
mod faults;
mod held_points;
mod http_errors;
mod killed;
mod languages;
mod model;
mod parallel;
mod phone_page;
mod published;
mod scenarios;
mod seed_data;
mod server;
mod sign_in;
pub(crate) mod support;
