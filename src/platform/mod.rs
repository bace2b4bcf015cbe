//! The windows that Slint draws in: on a desktop, in memory for tests and screenshots, on a box.
//!
//! Only this module and the shell know Slint's runtime.

pub mod difference;
pub mod headless;
pub mod linux;

use slint::PhysicalSize;
use slint::platform::WindowEvent;
use slint::platform::software_renderer::MinimalSoftwareWindow;

/// The width of the layout.
const LAYOUT_WIDTH: f32 = 1920.0;

/// Gives a window a size in device pixels; a narrower one than the layout shows the same picture at a smaller scale.
pub fn set_size(window: &MinimalSoftwareWindow, width: u32, height: u32) {
    window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: width as f32 / LAYOUT_WIDTH });
    window.set_size(PhysicalSize::new(width, height));
}
