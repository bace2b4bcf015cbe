//! The windows that Slint draws in: on a desktop, in memory for tests and screenshots, on a box.
//!
//! Only this module and the shell know Slint's runtime.

#[cfg(feature = "emulator")]
pub mod desktop;
pub mod desktop_keys;
pub mod difference;
pub mod headless;
#[cfg(any(feature = "box", test))]
pub mod linux;
