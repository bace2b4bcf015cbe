//! A QR code as a picture: whole device pixels for each module, a quiet zone, dark on white.

use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

use crate::view::model::Qr;
use bonus_tv_ui as ui;

/// Modules of quiet zone on each side, as the standard wants.
const QUIET_ZONE: usize = 4;
/// The least device pixels of a module that the camera of a phone tells apart from the sofa.
const LEAST_MODULE: usize = 4;

/// The room for a code, in layout pixels.
#[derive(Debug, Clone, Copy)]
pub(super) enum Room {
    /// The code is what the screen is for.
    Large,
    /// The code stands beside something.
    Small,
}

impl Room {
    fn side(self) -> f32 {
        match self {
            Self::Large => 540.0,
            Self::Small => 384.0,
        }
    }
}

/// Draws a code for a screen of this scale factor. One that would be too fine to be read is not shown: what it holds
/// stands beside it in letters.
pub(super) fn item(qr: Option<&Qr>, room: Room, scale: f32) -> ui::QrItem {
    let Some(qr) = qr.filter(|qr| qr.size > 0) else {
        return ui::QrItem::default();
    };
    let modules = qr.size + 2 * QUIET_ZONE;
    let room = (room.side() * scale) as usize;
    let module = room / modules;
    if module < LEAST_MODULE {
        return ui::QrItem::default();
    }
    let side = modules * module;
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(side as u32, side as u32);
    for (at, pixel) in buffer.make_mut_slice().iter_mut().enumerate() {
        let (x, y) = (at % side / module, at / side / module);
        let is_dark = x.checked_sub(QUIET_ZONE).zip(y.checked_sub(QUIET_ZONE)).is_some_and(|(x, y)| {
            x < qr.size && y < qr.size && qr.modules.get(y * qr.size + x).copied().unwrap_or(false)
        });
        let level = if is_dark { 0 } else { 255 };
        *pixel = Rgb8Pixel { r: level, g: level, b: level };
    }
    ui::QrItem { is_shown: true, picture: Image::from_rgb8(buffer), side: side as f32 / scale }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_keeps_its_quiet_zone_and_whole_pixels() {
        let qr = Qr { size: 21, modules: vec![true; 441] };
        let item = item(Some(&qr), Room::Large, 2.0 / 3.0);
        let pixels = item.picture.to_rgb8().expect("a code is an opaque picture");
        assert_eq!(pixels.width() % 29, 0, "each module has the same width");
        assert_eq!(pixels.as_slice().first().map(|pixel| pixel.r), Some(255), "the corner is quiet");
        let middle = (pixels.width() * pixels.height() / 2 + pixels.width() / 2) as usize;
        assert_eq!(pixels.as_slice().get(middle).map(|pixel| pixel.r), Some(0), "the middle is dark");
    }

    /// C48: whole at every length, module by module, and never finer than a phone can read.
    #[test]
    fn c48_a_code_of_any_length_is_whole_or_not_drawn() {
        for length in [1, 14, 16, 64, 65, 128, 200, 256, 500, 1000, 2000] {
            let text: String = "KWMG-WVGW-".chars().cycle().take(length).collect();
            let qr = crate::view::format::qr(&text).expect("it fits into a code");
            for scale in [0.375, 2.0 / 3.0, 1.0] {
                let item = item(Some(&qr), Room::Large, scale);
                assert!(item.is_shown || length > 256 || scale < 0.5, "{length} at {scale}");
                let Some(pixels) = item.picture.to_rgb8().filter(|_| item.is_shown) else { continue };
                let side = pixels.width() as usize;
                let module = side / (qr.size + 2 * QUIET_ZONE);
                assert!(module >= LEAST_MODULE, "{length} at {scale}: {module} pixels a module");
                for (at, is_dark) in qr.modules.iter().enumerate() {
                    let (x, y) = (at % qr.size + QUIET_ZONE, at / qr.size + QUIET_ZONE);
                    let pixel = pixels.as_slice()[y * module * side + x * module];
                    assert_eq!(pixel.r == 0, *is_dark, "{length} at {scale}");
                }
            }
        }
    }

    #[test]
    fn no_code_shows_nothing() {
        assert!(!item(None, Room::Small, 1.0).is_shown);
    }
}
