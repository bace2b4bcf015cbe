//! The windows that Slint draws in: on a desktop, in memory for tests and screenshots, on a box.
//!
//! Only this module and the shell know Slint's runtime.

pub mod difference;
pub mod headless;
pub mod linux;
