//! The bonus API over HTTP, from the box's side.
//!
//! [`Client`] speaks domain types; the JSON of the contract stays in `wire`, the sockets in
//! `transport`. Knows nothing of screens or of the disk: tokens are kept through [`TokenStore`].

mod auth;
mod client;
mod error;
mod names;
pub(crate) mod nonsense;
mod options;
mod retry;
pub(crate) mod snapshot;
mod tls;
mod transport;
mod wire;

pub use auth::{MemoryTokens, TokenStore, Tokens};
pub use client::{Client, ExchangeAnswer, Fetched, ImageVariant};
pub use options::{ClientError, ClientOptions, is_loopback};
pub use tls::check_certificates;
pub use transport::{Carried, Wire};

#[cfg(test)]
mod tests;
