//! A window on a desktop, drawn by the renderer of the box.

use slint::platform::WindowEvent;
use slint::winit_030::WinitWindowAccessor;
use slint::{BackendSelector, PhysicalSize, PlatformError, Window};

/// The width and the height of the layout.
const LAYOUT: (f32, f32) = (1920.0, 1080.0);
/// The width where the desktop does not tell its own.
const FALLBACK_WIDTH: u32 = 1280;

/// Chooses the desktop window with the software renderer; call it before the first window.
///
/// # Errors
/// There is no desktop to open a window on.
pub fn select() -> Result<(), PlatformError> {
    BackendSelector::new().backend_name("winit".into()).renderer_name("software".into()).select()
}

/// Makes the window a television of this width, in device pixels, with true proportions; without a
/// width, as wide as fits the desktop. `false` while the desktop has not made the window.
///
/// The layout is always 1920 wide: a smaller window shows all of it at a smaller scale.
pub fn fit(window: &Window, width: Option<u32>) -> bool {
    if !window.has_winit_window() {
        return false;
    }
    let width = width.or_else(|| widest(window)).unwrap_or(FALLBACK_WIDTH);
    let scale_factor = width as f32 / LAYOUT.0;
    window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor });
    window.set_size(PhysicalSize::new(width, (LAYOUT.1 * scale_factor).round() as u32));
    true
}

/// The width for the monitor that the window is on.
fn widest(window: &Window) -> Option<u32> {
    let monitor = window.with_winit_window(|window| window.current_monitor().map(|monitor| monitor.size()))??;
    (monitor.width > 0).then(|| width_for(monitor.width, monitor.height))
}

/// The widest television that fits a desktop of this size with some room around it.
pub fn width_for(desktop_width: u32, desktop_height: u32) -> u32 {
    let by_width = desktop_width * 9 / 10;
    let by_height = desktop_height * 8 / 10 * 16 / 9;
    by_width.min(by_height).min(1920)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_television_fits_the_desktop() {
        assert_eq!(width_for(2560, 1440), 1920);
        assert!(width_for(1366, 768) * 9 / 16 <= 768);
    }
}
