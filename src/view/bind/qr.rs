//! A QR code as a picture: whole device pixels for each module, a quiet zone, dark on white.

use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

use super::generated as ui;
use crate::view::model::Qr;

/// Modules of quiet zone on each side, as the standard wants.
const QUIET_ZONE: usize = 4;

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

/// Draws a code for a screen of this scale factor.
pub(super) fn item(qr: Option<&Qr>, room: Room, scale: f32) -> ui::QrItem {
    let Some(qr) = qr.filter(|qr| qr.size > 0) else {
        return ui::QrItem::default();
    };
    let modules = qr.size + 2 * QUIET_ZONE;
    let room = (room.side() * scale) as usize;
    let module = (room / modules).max(1);
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

    #[test]
    fn no_code_shows_nothing() {
        assert!(!item(None, Room::Small, 1.0).is_shown);
    }
}
