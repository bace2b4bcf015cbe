//! How large the window is, and where the television's picture lies in it.

use bonus_tv::platform::linux::{Size, letterbox};

/// The width and the height of the layout.
const LAYOUT: (u32, u32) = (1920, 1080);
/// The width if that of the desktop is unknown.
const FALLBACK_WIDTH: u32 = 1280;
/// Narrower, nothing can be read.
pub(super) const LEAST_WIDTH: u32 = 320;

/// The television's picture in a window of another shape; what is around it is black.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The width of a new window: the one that is asked for, else as wide as fits a desktop of this size.
pub(super) fn width_of_window(asked: Option<u32>, desktop: Option<(u32, u32)>) -> u32 {
    let fitting = || desktop.filter(|(width, height)| *width > 0 && *height > 0).map(width_on);
    asked.or_else(fitting).unwrap_or(FALLBACK_WIDTH)
}

/// The widest television that fits a desktop with some room around it.
fn width_on((desktop_width, desktop_height): (u32, u32)) -> u32 {
    let by_width = desktop_width * 9 / 10;
    let by_height = desktop_height * 8 / 10 * LAYOUT.0 / LAYOUT.1;
    by_width.min(by_height).clamp(LEAST_WIDTH, LAYOUT.0)
}

/// A television of this width, in pixels.
pub(super) fn of_width(width: u32) -> (u32, u32) {
    (width, width * LAYOUT.1 / LAYOUT.0)
}

/// The largest television in a window; `None` where a window has no pixels, such as a minimised one.
pub(super) fn place((width, height): (u32, u32)) -> Option<Place> {
    let (picture, (x, y)) = letterbox(Size { width, height });
    let is_there = picture.width > 0 && picture.height > 0;
    is_there.then_some(Place { x, y, width: picture.width, height: picture.height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_television_fits_the_desktop() {
        assert_eq!(width_of_window(None, Some((2560, 1440))), 1920);
        let (width, height) = of_width(width_of_window(None, Some((1366, 768))));
        assert!(width < 1366 && height < 768);
        assert_eq!(width_of_window(Some(1280), Some((640, 480))), 1280, "what is asked for is done");
        assert_eq!(width_of_window(None, None), FALLBACK_WIDTH);
        assert_eq!(width_of_window(None, Some((0, 0))), FALLBACK_WIDTH);
        assert_eq!(of_width(1280), (1280, 720));
    }

    #[test]
    fn a_window_of_another_shape_gets_bars() {
        let whole = |width, height| Some(Place { x: 0, y: 0, width, height });
        assert_eq!(place((1920, 1080)), whole(1920, 1080));
        assert_eq!(place((1366, 768)), whole(1366, 768), "no bar of one pixel");
        assert_eq!(place((1920, 1200)), Some(Place { x: 0, y: 60, width: 1920, height: 1080 }));
        assert_eq!(place((2560, 1080)), Some(Place { x: 320, y: 0, width: 1920, height: 1080 }));
    }

    #[test]
    fn every_picture_lies_in_its_window() {
        for width in (0..2600).step_by(7) {
            for height in (0..1600).step_by(11) {
                let Some(place) = place((width, height)) else {
                    assert!(width < 2 || height < 2, "{width}x{height}");
                    continue;
                };
                assert!(
                    place.x + place.width <= width && place.y + place.height <= height,
                    "{width}x{height}: {place:?}"
                );
            }
        }
    }
}
