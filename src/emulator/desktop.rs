//! A window on a desktop, drawn by the renderer of the box.

use std::io::{self, Write};

use slint::platform::WindowEvent;
use slint::winit_030::{WinitWindowAccessor, winit};
use slint::{BackendSelector, PhysicalSize, PlatformError, Window};
use tempfile::NamedTempFile;

/// The width and the height of the layout.
const LAYOUT: (f32, f32) = (1920.0, 1080.0);
/// The width if that of the desktop is unknown.
const FALLBACK_WIDTH: u32 = 1280;

/// Skips loading X11's compose tables (about 1 MB) at the start: no text is typed here. Returns the nearly empty file
/// that replaces them until the window is made.
///
/// # Safety
/// No other thread may run yet: it changes the environment.
///
/// # Errors
/// No file can be written.
pub unsafe fn skip_composed_letters() -> io::Result<Option<NamedTempFile>> {
    const NAME: &str = "XCOMPOSEFILE";
    if std::env::var_os(NAME).is_some() {
        return Ok(None);
    }
    let mut file = NamedTempFile::new()?;
    // The reader of the tables refuses an empty file.
    file.write_all(b"# Nothing is composed.\n")?;
    // SAFETY: the caller promises that no other thread reads the environment now.
    unsafe { std::env::set_var(NAME, file.path()) };
    Ok(Some(file))
}

/// Chooses the desktop window with the software renderer; call it before the first window. With a
/// width, in device pixels, the desktop makes it of that size at once.
///
/// # Errors
/// There is no desktop to open a window on.
pub fn select(width: Option<u32>) -> Result<(), PlatformError> {
    let mut selector = BackendSelector::new().backend_name("winit".into()).renderer_name("software".into());
    if let Some(width) = width {
        selector =
            selector.with_winit_window_attributes_hook(move |attributes| attributes.with_inner_size(size_for(width)));
    }
    selector.select()
}

/// Waits until the desktop has made the window, and makes it a television of this width with true
/// proportions; without a width, as wide as fits the desktop.
///
/// The layout is always 1920 wide: a smaller window shows all of it at a smaller scale. Before the
/// window is made, it would take the desktop's own scale instead.
///
/// # Errors
/// The desktop makes no window.
pub async fn fit(window: &Window, width: Option<u32>) -> Result<(), PlatformError> {
    let made = window.winit_window().await?;
    let monitor = made.current_monitor().map(|monitor| monitor.size()).filter(|size| size.width > 0);
    let width = width.or_else(|| monitor.map(|size| width_for(size.width, size.height))).unwrap_or(FALLBACK_WIDTH);
    window.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: width as f32 / LAYOUT.0 });
    let size = size_for(width);
    window.set_size(PhysicalSize::new(size.width, size.height));
    Ok(())
}

/// A television of this width.
fn size_for(width: u32) -> winit::dpi::PhysicalSize<u32> {
    winit::dpi::PhysicalSize::new(width, (LAYOUT.1 * width as f32 / LAYOUT.0).round() as u32)
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
        assert_eq!((size_for(1280).width, size_for(1280).height), (1280, 720));
    }
}
