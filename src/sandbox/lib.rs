//! The sandbox: a bonus API of its own, as a server or embedded in the emulator and in tests.
//!
//! A request goes from [`routes`] to a service, which applies the pure functions of [`rules`] to
//! what the store remembers, inside one transaction. Time comes from a clock that QA can move,
//! randomness from a source that tests can seed. [`start`] runs it; [`Control`] turns its switches.

#![expect(missing_docs, reason = "the fields of the seed data are explained beside them, in assets/sandbox/README.md")]

pub mod artwork;
mod clip;
pub mod clock;
pub mod contract;
mod control;
mod freshness;
mod http;
mod in_process;
mod pictures;
pub mod policy;
pub mod randomness;
mod requests;
mod routes;
mod rules;
mod run;
pub mod seed;
mod service;
mod state;
mod store;
pub mod values;

#[cfg(test)]
mod tests;

pub use control::{Control, ControlError, LedgerRow, Session};
pub use http::faults::{Fault, FaultKind, When};
pub use http::{guard, problem, server};
pub use in_process::{InProcess, Programme};
pub use policy::{Policy, PolicyChange};
pub use requests::SeenRequest;
pub use routes::openapi_document;
pub use rules::monthly::MonthlyLimit;
pub use run::{MOST_CONNECTIONS, Options, Running, ScenarioInfo, StartError, descriptors, scenarios, start};
pub use service::switches::KeptTime;
