//! How the picture lies on a screen of any size and shape. Pure.

use super::picture::Size;

/// How the picture of 16 to 9 lies on a screen: what is drawn, how large it is shown, and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// The size that is drawn.
    pub picture: Size,
    /// Its size on the screen.
    pub shown: Size,
    /// The column and the row where it begins.
    pub origin: (u32, u32),
}

/// The shape of a screen in its room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// 16 to 9, as every television of today.
    Wide,
    /// 4 to 3.
    Narrow,
}

/// The place of the picture on a screen of this size.
///
/// 576 and 480 lines have pixels that are not square: on a wide screen they are filled to the edges. No more than `most`
/// is drawn; a larger screen shows it scaled. `overscan` is what a television hides on each side, in percent.
pub fn fit(screen: Size, shape: Shape, most: Size, overscan: u32) -> Fit {
    let hidden = (screen.width * overscan / 100, screen.height * overscan / 100);
    let seen = Size {
        width: screen.width.saturating_sub(2 * hidden.0).max(1),
        height: screen.height.saturating_sub(2 * hidden.1).max(1),
    };
    let (picture, shown, (x, y)) = if has_square_pixels(screen) {
        let (picture, origin) = letterbox(seen);
        (picture, picture, origin)
    } else {
        let height = match shape {
            Shape::Wide => seen.height,
            Shape::Narrow => seen.height * 3 / 4,
        };
        let picture = Size { width: height * 16 / 9, height };
        (picture, Size { width: seen.width, height }, (0, (seen.height - height) / 2))
    };
    let picture = if picture.width > most.width { most } else { picture };
    Fit { picture, shown, origin: (hidden.0 + x, hidden.1 + y) }
}

/// Whether a mode's pixels are as wide as they are high; those of standard definition are not.
fn has_square_pixels(screen: Size) -> bool {
    !(matches!(screen.height, 240 | 288 | 480 | 576) && matches!(screen.width, 704 | 720 | 1440 | 2880))
}

/// The largest picture of 16 to 9 on a screen, and where it begins: the rest stays black.
pub fn letterbox(screen: Size) -> (Size, (u32, u32)) {
    let by_width = Size { width: screen.width, height: screen.width * 9 / 16 };
    let picture = if by_width.height <= screen.height {
        by_width
    } else {
        Size { width: screen.height * 16 / 9, height: screen.height }
    };
    let origin = ((screen.width - picture.width) / 2, (screen.height - picture.height) / 2);
    (picture, origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_keeps_its_shape_on_every_screen() {
        let size = |width, height| Size { width, height };
        assert_eq!(letterbox(size(1920, 1080)), (size(1920, 1080), (0, 0)));
        assert_eq!(letterbox(size(1280, 800)), (size(1280, 720), (0, 40)));
        assert_eq!(letterbox(size(1024, 768)), (size(1024, 576), (0, 96)));
        assert_eq!(letterbox(size(2560, 1080)), (size(1920, 1080), (320, 0)));
    }

    /// C15, SCR-4, row by row: screen, shape, overscan; what is drawn, how large it is shown and where.
    #[test]
    fn c15_the_picture_fills_every_television() {
        let size = |(width, height)| Size { width, height };
        let most = size((1920, 1080));
        let table = [
            ((1920, 1080), Shape::Wide, 0, (1920, 1080), (1920, 1080), (0, 0)),
            ((1280, 720), Shape::Wide, 0, (1280, 720), (1280, 720), (0, 0)),
            ((720, 576), Shape::Wide, 0, (1024, 576), (720, 576), (0, 0)),
            ((720, 480), Shape::Wide, 0, (853, 480), (720, 480), (0, 0)),
            ((1440, 576), Shape::Wide, 0, (1024, 576), (1440, 576), (0, 0)),
            ((1440, 480), Shape::Wide, 0, (853, 480), (1440, 480), (0, 0)),
            ((720, 576), Shape::Narrow, 0, (768, 432), (720, 432), (0, 72)),
            ((640, 480), Shape::Wide, 0, (640, 360), (640, 360), (0, 60)),
            ((1024, 768), Shape::Narrow, 0, (1024, 576), (1024, 576), (0, 96)),
            ((3840, 2160), Shape::Wide, 0, (1920, 1080), (3840, 2160), (0, 0)),
            ((4096, 2160), Shape::Wide, 0, (1920, 1080), (3840, 2160), (128, 0)),
            ((1920, 1080), Shape::Wide, 5, (1728, 972), (1728, 972), (96, 54)),
            ((720, 576), Shape::Wide, 5, (924, 520), (648, 520), (36, 28)),
        ];
        for (screen, shape, overscan, picture, shown, origin) in table {
            let expected = Fit { picture: size(picture), shown: size(shown), origin };
            assert_eq!(fit(size(screen), shape, most, overscan), expected, "{screen:?} {shape:?} {overscan}");
        }
        let weak = fit(size((1920, 1080)), Shape::Wide, size((1280, 720)), 0);
        assert_eq!((weak.picture, weak.shown), (size((1280, 720)), size((1920, 1080))), "1080i on a box for 720 lines");
    }
}
