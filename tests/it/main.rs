//! Everything that is tested from outside, in one binary.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod arrows;
mod cues;
mod drawn;
mod fields;
mod fleet;
mod fuzz;
mod golden;
mod journey;
mod named;
mod screens;
mod sight;
mod supply;
mod support;
mod tidy;
mod toolkit;
mod walk;
mod whole;
