//! Everything that is tested from outside, in one binary.

mod journey;
mod screens;
mod support;
mod tidy;
mod walk;
