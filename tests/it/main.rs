//! Everything that is tested from outside, in one binary.

mod fields;
mod fleet;
mod fuzz;
mod journey;
mod screens;
mod supply;
mod support;
mod tidy;
mod walk;
mod whole;
