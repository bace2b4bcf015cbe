//! Where the window lives: a desktop, or nowhere at all for tests and screenshots.
//!
//! Only this module and the shell know Slint's runtime.

#[cfg(feature = "emulator")]
pub mod desktop;
pub mod desktop_keys;
pub mod difference;
pub mod headless;
#[cfg(any(feature = "box", test))]
pub mod linux;
