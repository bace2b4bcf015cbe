//! A window on a desktop, drawn by the renderer of the box.

use slint::platform::WindowEvent;
use slint::{BackendSelector, PhysicalSize, PlatformError, Window};

/// The width and the height of the layout.
const LAYOUT: (f32, f32) = (1920.0, 1080.0);

/// Chooses the desktop window with the software renderer; call it before the first window.
pub fn select(is_undecorated: bool) -> Result<(), PlatformError> {
    let _ = is_undecorated;
    BackendSelector::new().backend_name("winit".into()).renderer_name("software".into()).select()
}

/// Makes the window a television of this width, in device pixels, with true proportions.
///
/// The layout is always 1920 wide: a smaller window shows all of it at a smaller scale.
pub fn fit(window: &Window, width: Option<u32>) {
    let width = width.unwrap_or(1280);
    let scale_factor = width as f32 / LAYOUT.0;
    window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor });
    window.set_size(PhysicalSize::new(width, (LAYOUT.1 * scale_factor).round() as u32));
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
