//! The JSON of the contract and its translation into the domain.
//!
//! Everything that arrives passes through here. What a screen can do without may be missing or
//! wrong; what decides about points may not. Nothing here does I/O.

pub(super) mod account;
pub(super) mod catalog;
pub(super) mod exchange;
pub(super) mod history;
pub(super) mod oauth;
pub(super) mod problem;
pub(super) mod serial;
pub(super) mod text;
pub(super) mod value;
