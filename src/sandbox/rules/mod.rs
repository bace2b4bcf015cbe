//! The bonus programme's rules as functions over values.
//!
//! Time, the subscriber's zone and every fact a rule needs are arguments. Nothing here reads a
//! clock, a database or a request; a rule can be tested with numbers alone.

pub mod accrual;
pub mod calendar;
pub mod exchange;
pub mod lots;
pub mod monthly;
pub mod offer;
pub mod price;
pub mod status;
pub mod timeline;
