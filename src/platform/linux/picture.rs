//! The picture in ordinary memory, and the way of its changed parts into a screen's memory.
//!
//! Slint draws here and only what is dirty; reading and blending never touch the uncached memory
//! that a screen is fed from. Pure: bytes in, bytes out.

pub use bonus_tv_canvas::Pixel;

use super::scale::{Taps, stretched};

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A part of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// The first column.
    pub x: u32,
    /// The first row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl Rect {
    /// All of a picture.
    pub fn whole(size: Size) -> Self {
        Self { x: 0, y: 0, width: size.width, height: size.height }
    }

    fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }

    fn contains(self, other: Self) -> bool {
        self.union(other) == self
    }

    fn clipped(self, size: Size) -> Option<Self> {
        let width = self.width.min(size.width.saturating_sub(self.x));
        let height = self.height.min(size.height.saturating_sub(self.y));
        (width > 0 && height > 0).then_some(Self { width, height, ..self })
    }
}

/// The parts that have changed since the last copy: a few rectangles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Damage {
    rects: Vec<Rect>,
}

impl Damage {
    /// The most rectangles that are kept apart; Slint gives at most three a frame.
    pub const MOST: usize = 8;

    /// All of a picture.
    pub fn whole(size: Size) -> Self {
        Self { rects: vec![Rect::whole(size)] }
    }

    /// Adds a part.
    pub fn add(&mut self, rect: Rect) {
        if rect.width == 0 || rect.height == 0 || self.rects.iter().any(|known| known.contains(rect)) {
            return;
        }
        self.rects.retain(|known| !rect.contains(*known));
        self.rects.push(rect);
        if self.rects.len() > Self::MOST {
            let all = self.rects.drain(..).reduce(Rect::union);
            self.rects.extend(all);
        }
    }

    /// Adds what another holds.
    pub fn add_all(&mut self, other: &Self) {
        for rect in &other.rects {
            self.add(*rect);
        }
    }

    /// The parts.
    pub fn rects(&self) -> &[Rect] {
        &self.rects
    }

    /// Whether nothing has changed.
    pub fn is_empty(&self) -> bool {
        self.rects.is_empty()
    }

    /// Returns the parts and starts empty.
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

/// The picture.
pub struct Picture {
    size: Size,
    pixels: Vec<Pixel>,
}

impl Picture {
    /// A black picture.
    pub fn black(size: Size) -> Self {
        Self { size, pixels: vec![Pixel::default(); size.width as usize * size.height as usize] }
    }

    /// Its size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Its pixels, row by row.
    pub fn pixels_mut(&mut self) -> &mut [Pixel] {
        &mut self.pixels
    }

    /// A pixel mixed from several.
    fn mixed(&self, columns: &Taps, lines: &Taps) -> Pixel {
        let mut sums = [0_u32; 3];
        for (line, height) in lines.0.iter().filter(|(_, weight)| *weight > 0) {
            for (column, width) in columns.0.iter().filter(|(_, weight)| *weight > 0) {
                let at = *line as usize * self.size.width as usize + *column as usize;
                let Pixel(color) = self.pixels.get(at).copied().unwrap_or_default();
                for (sum, shift) in sums.iter_mut().zip([16, 8, 0]) {
                    *sum += (color >> shift & 0xff) * width * height;
                }
            }
        }
        // The weights of both axes make 65 536.
        let [red, green, blue] = sums.map(|sum| sum >> 16);
        Pixel(red << 16 | green << 8 | blue)
    }

    /// One row of a part.
    fn row(&self, rect: Rect, row: u32) -> Option<&[Pixel]> {
        let start = (rect.y + row) as usize * self.size.width as usize + rect.x as usize;
        self.pixels.get(start..start + rect.width as usize)
    }
}

/// How a screen's memory holds a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PixelFormat {
    /// Four bytes: blue, green, red, nothing.
    Xrgb8888,
    /// Four bytes: red, green, blue, nothing.
    Xbgr8888,
    /// Two bytes: five bits of red, six of green, five of blue from the highest down.
    Rgb565,
}

impl PixelFormat {
    /// Bytes of a pixel.
    pub fn bytes(self) -> usize {
        match self {
            Self::Xrgb8888 | Self::Xbgr8888 => 4,
            Self::Rgb565 => 2,
        }
    }

    /// Writes pixels as the screen wants them.
    pub fn encode(self, pixels: &[Pixel], out: &mut [u8]) {
        match self {
            Self::Xrgb8888 => {
                for (pixel, out) in pixels.iter().zip(out.as_chunks_mut().0) {
                    *out = pixel.0.to_le_bytes();
                }
            }
            Self::Xbgr8888 => {
                for (pixel, out) in pixels.iter().zip(out.as_chunks_mut().0) {
                    *out = (pixel.0 << 8).to_be_bytes();
                }
            }
            Self::Rgb565 => {
                for (pixel, out) in pixels.iter().zip(out.as_chunks_mut().0) {
                    let Pixel(color) = *pixel;
                    let packed = (color >> 8 & 0xf800) | (color >> 5 & 0x07e0) | (color >> 3 & 0x001f);
                    *out = (packed as u16).to_le_bytes();
                }
            }
        }
    }
}

/// How a picture lies in a screen's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// How a pixel is held.
    pub format: PixelFormat,
    /// Bytes from one row to the next.
    pub stride: usize,
    /// The column and the row where the picture begins.
    pub origin: (u32, u32),
    /// The picture's size on the screen. A picture of another size is scaled: pixels that are not square, and screens
    /// with more pixels than a box can draw.
    pub shown: Size,
}

impl Layout {
    /// Where a part's row begins, in bytes.
    fn offset(&self, rect: Rect, row: u32) -> usize {
        let line = (self.origin.1 + rect.y + row) as usize;
        let column = (self.origin.0 + rect.x) as usize;
        line * self.stride + column * self.format.bytes()
    }

    /// Where a part of a picture lies on the screen, counted from where the picture begins.
    pub fn on_screen(&self, picture: Size, part: Rect) -> Option<Rect> {
        let part = part.clipped(picture)?;
        if picture == self.shown {
            return Some(part);
        }
        let (x, width) = stretched(part.x, part.width, picture.width, self.shown.width);
        let (y, height) = stretched(part.y, part.height, picture.height, self.shown.height);
        Rect { x, y, width, height }.clipped(self.shown)
    }

    /// Copies the damaged parts of a picture into a screen's memory; what would lie outside is left out.
    pub fn copy(&self, picture: &Picture, damage: &Damage, memory: &mut [u8]) {
        for part in damage.rects().iter().filter_map(|rect| self.on_screen(picture.size(), *rect)) {
            self.rows(picture, part, |offset, pixels| {
                let end = offset + pixels.len() * self.format.bytes();
                if let Some(out) = memory.get_mut(offset..end) {
                    self.format.encode(pixels, out);
                }
            });
        }
    }

    /// Calls back with every row of a part of the screen: its offset in bytes and its pixels.
    pub fn rows(&self, picture: &Picture, part: Rect, mut each: impl FnMut(usize, &[Pixel])) {
        let Some(part) = part.clipped(self.shown) else { return };
        if picture.size() == self.shown {
            for row in 0..part.height {
                if let Some(pixels) = picture.row(part, row) {
                    each(self.offset(part, row), pixels);
                }
            }
            return;
        }
        let taps = |at, from, to| Taps::of(at, from, to);
        let columns: Vec<Taps> =
            (part.x..part.x + part.width).map(|x| taps(x, picture.size.width, self.shown.width)).collect();
        let mut pixels = Vec::with_capacity(columns.len());
        for row in 0..part.height {
            let lines = taps(part.y + row, picture.size.height, self.shown.height);
            pixels.clear();
            pixels.extend(columns.iter().map(|columns| picture.mixed(columns, &lines)));
            each(self.offset(part, row), &pixels);
        }
    }
}

#[cfg(test)]
mod tests {
    use slint::platform::software_renderer::TargetPixel;

    use super::*;

    const SMALL: Size = Size { width: 4, height: 3 };

    fn rect(x: u32, y: u32, width: u32, height: u32) -> Rect {
        Rect { x, y, width, height }
    }

    fn numbered() -> Picture {
        let mut picture = Picture::black(SMALL);
        for (pixel, number) in picture.pixels_mut().iter_mut().zip(1..) {
            *pixel = Pixel(number);
        }
        picture
    }

    #[test]
    fn only_what_is_damaged_is_copied() {
        let mut memory = [0xee; 5 * 20];
        let layout = Layout { format: PixelFormat::Xrgb8888, stride: 20, origin: (1, 1), shown: SMALL };
        let mut damage = Damage::default();
        damage.add(rect(1, 1, 2, 1));
        layout.copy(&numbered(), &damage, &mut memory);
        let written: Vec<usize> = (0..memory.len()).filter(|at| memory[*at] != 0xee).collect();
        assert_eq!(written, (48..56).collect::<Vec<_>>(), "row 1+1, column 1+1, two pixels");
        assert_eq!(memory[48..56], [6, 0, 0, 0, 7, 0, 0, 0]);
    }

    #[test]
    fn sixteen_bits_keep_the_highest_bits_of_each_colour() {
        let pixels = [Pixel::from_rgb(255, 0, 0), Pixel::from_rgb(0, 255, 0), Pixel::from_rgb(0, 0, 255)];
        let mut out = [0; 6];
        PixelFormat::Rgb565.encode(&pixels, &mut out);
        let words: Vec<u16> = out.chunks(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
        assert_eq!(words, [0xf800, 0x07e0, 0x001f]);
        PixelFormat::Rgb565.encode(&[Pixel::from_rgb(0x84, 0x82, 0x84)], &mut out[..2]);
        assert_eq!(u16::from_le_bytes([out[0], out[1]]), 0x8410);
    }

    #[test]
    fn the_other_order_of_colours_is_known() {
        let mut out = [0; 4];
        PixelFormat::Xbgr8888.encode(&[Pixel::from_rgb(1, 2, 3)], &mut out);
        assert_eq!(out, [1, 2, 3, 0]);
        PixelFormat::Xrgb8888.encode(&[Pixel::from_rgb(1, 2, 3)], &mut out);
        assert_eq!(out, [3, 2, 1, 0]);
    }

    #[test]
    fn damage_outside_of_the_picture_or_the_memory_is_left_out() {
        let mut memory = [0xee; 8];
        let layout = Layout { format: PixelFormat::Rgb565, stride: 8, origin: (0, 0), shown: SMALL };
        let mut damage = Damage::default();
        damage.add(rect(3, 0, 9, 9));
        damage.add(rect(9, 9, 1, 1));
        layout.copy(&numbered(), &damage, &mut memory);
        assert_eq!(memory[..6], [0xee; 6]);
    }

    #[test]
    fn damage_stays_a_few_rectangles_that_cover_everything() {
        let mut damage = Damage::default();
        for at in 0..100 {
            damage.add(rect(at * 3, at, 2, 2));
        }
        assert!(damage.rects().len() <= Damage::MOST);
        for at in 0..100 {
            assert!(damage.rects().iter().any(|known| known.contains(rect(at * 3, at, 2, 2))));
        }
    }

    #[test]
    fn what_is_covered_already_adds_nothing() {
        let mut damage = Damage::default();
        damage.add(rect(0, 0, 4, 4));
        damage.add(rect(1, 1, 2, 2));
        damage.add(rect(1, 1, 0, 2));
        assert_eq!(damage.rects(), [rect(0, 0, 4, 4)]);
        damage.add(rect(0, 0, 9, 9));
        assert_eq!(damage.rects(), [rect(0, 0, 9, 9)]);
    }

    /// Copying what is damaged gives the same memory as copying everything, at every scale.
    #[test]
    fn c15_a_scaled_picture_is_the_same_part_by_part() {
        let size = |(width, height)| Size { width, height };
        for (from, to) in
            [((40, 30), (28, 30)), ((32, 18), (64, 36)), ((30, 20), (45, 30)), ((40, 30), (40, 30)), ((9, 9), (5, 9))]
        {
            let (from, to) = (size(from), size(to));
            let mut picture = Picture::black(from);
            let layout =
                Layout { format: PixelFormat::Xrgb8888, stride: to.width as usize * 4, origin: (0, 0), shown: to };
            let mut memory = vec![0; layout.stride * to.height as usize];
            layout.copy(&picture, &Damage::whole(from), &mut memory);
            let mut random = fastrand::Rng::with_seed(7);
            for _ in 0..40 {
                let (x, y) = (random.u32(..from.width), random.u32(..from.height));
                let part = rect(x, y, random.u32(1..=from.width - x), random.u32(1..=from.height - y));
                for row in part.y..part.y + part.height {
                    for column in part.x..part.x + part.width {
                        picture.pixels_mut()[(row * from.width + column) as usize] = Pixel(random.u32(..0x0100_0000));
                    }
                }
                let mut damage = Damage::default();
                damage.add(part);
                layout.copy(&picture, &damage, &mut memory);
                let mut whole = vec![0; memory.len()];
                layout.copy(&picture, &Damage::whole(from), &mut whole);
                assert!(memory == whole, "{from:?} {to:?} {part:?}");
            }
        }
    }

    #[test]
    fn a_scaled_white_is_white() {
        let size = Size { width: 64, height: 9 };
        let mut picture = Picture::black(size);
        picture.pixels_mut().fill(Pixel(0x00ff_ffff));
        let shown = Size { width: 45, height: 9 };
        let layout = Layout { format: PixelFormat::Xrgb8888, stride: 180, origin: (0, 0), shown };
        let mut memory = vec![0; 180 * 9];
        layout.copy(&picture, &Damage::whole(size), &mut memory);
        assert!(memory.chunks(4).all(|pixel| pixel == [0xff, 0xff, 0xff, 0]));
    }
}
