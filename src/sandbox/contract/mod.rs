//! Whether a server keeps the contract of the bonus API, as a library.
//!
//! A run signs in as a box does, reads every endpoint, and judges the answers by what a box relies on and by the
//! OpenAPI document. It spends no point unless a subscriber was named for that. It knows neither the sandbox's store
//! nor its rules: whatever speaks the contract over a [`Wire`] can be checked.

mod call;
mod catalogue;
mod checks;
mod every_answer;
mod fields;
mod json_schema;
mod junit;
mod media;
mod order;
mod reading;
mod report;
mod run;
mod schema;
mod session;
mod sign_in;
mod spend;
mod surroundings;
mod tokens;
mod wire;

#[cfg(test)]
mod tests;

pub use call::Secret;
pub use checks::{CHECKS, Check};
pub use report::{Failure, Outcome, Report};
pub use run::{Options, RunError, Spending, run};
pub use schema::DOCUMENT;
pub use session::{MOST_BYTES, MOST_REQUESTS};
pub use surroundings::{Decision, Later, Patience, Person, Surroundings, Switches, Unable, UserCode};
pub use wire::{Carried, Lost, Received, SetupError, Sockets, Wire};
