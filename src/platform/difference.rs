//! Where two pictures of one size differ.

/// A rectangle of device pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelRect {
    /// The left edge.
    pub x: u32,
    /// The upper edge.
    pub y: u32,
    /// The width, at least 1.
    pub width: u32,
    /// The height, at least 1.
    pub height: u32,
}

/// How two pictures differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// The smallest rectangle that holds every pixel that differs.
    pub place: PixelRect,
    /// How many pixels differ.
    pub pixels: u64,
}

/// Compares two pictures of `width` pixels a line, three bytes a pixel; `None` if they are the same to the bit.
///
/// Pictures of different heights differ in the lines that only one of them has.
pub fn difference(left: &[u8], right: &[u8], width: u32) -> Option<Difference> {
    if left == right {
        return None;
    }
    let line_bytes = usize::try_from(width.max(1)).unwrap_or(usize::MAX).saturating_mul(3);
    let lines = left.len().max(right.len()).div_ceil(line_bytes);
    let line = |picture: &[u8], y: usize| -> Vec<u8> {
        let start = picture.len().min(y * line_bytes);
        picture.get(start..picture.len().min(start + line_bytes)).unwrap_or_default().to_vec()
    };
    let (mut pixels, mut edges) = (0, None);
    for y in 0..lines {
        let (left, right) = (line(left, y), line(right, y));
        if left == right {
            continue;
        }
        let differs = |x: &usize| left.get(x * 3..x * 3 + 3) != right.get(x * 3..x * 3 + 3);
        for x in (0..line_bytes / 3).filter(differs) {
            pixels += 1;
            let (x, y) = (u32::try_from(x).unwrap_or(u32::MAX), u32::try_from(y).unwrap_or(u32::MAX));
            let (from_x, from_y, to_x, to_y) = edges.unwrap_or((x, y, x, y));
            edges = Some((x.min(from_x), y.min(from_y), x.max(to_x), y.max(to_y)));
        }
    }
    edges.map(|(x, y, to_x, to_y)| Difference {
        place: PixelRect { x, y, width: to_x - x + 1, height: to_y - y + 1 },
        pixels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four pixels wide, three lines high.
    fn picture() -> Vec<u8> {
        (0..4 * 3 * 3).collect()
    }

    #[test]
    fn equal_pictures_do_not_differ() {
        assert_eq!(difference(&picture(), &picture(), 4), None);
        assert_eq!(difference(&[], &[], 4), None);
    }

    #[test]
    fn the_rectangle_holds_every_pixel_that_differs() {
        let mut other = picture();
        for (x, y) in [(1, 0), (3, 2)] {
            other[(y * 4 + x) * 3 + 1] ^= 0xff;
        }
        let place = PixelRect { x: 1, y: 0, width: 3, height: 3 };
        assert_eq!(difference(&picture(), &other, 4), Some(Difference { place, pixels: 2 }));
    }

    #[test]
    fn lines_that_one_picture_lacks_differ() {
        let place = PixelRect { x: 0, y: 2, width: 4, height: 1 };
        let shorter = &picture()[..4 * 2 * 3];
        assert_eq!(difference(&picture(), shorter, 4), Some(Difference { place, pixels: 4 }));
    }
}
