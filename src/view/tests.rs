//! View tests.
