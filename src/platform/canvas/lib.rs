//! Where the renderer draws: a buffer of 32 bits a pixel that draws rectangles and pictures itself.
//!
//! The renderer calls it for each element: opaque pictures become copies of rows, plain rectangles become fills.
//! Everything else (gradients, scaled pictures, paths) is left to the renderer, which borrows a row at a time. A box
//! with drawing hardware can implement the same trait. Box, window and headless runs all draw here.

mod outside;
mod pixel;
mod rounded;

use std::ops::Range;

use i_slint_renderer_software::{DrawRectangleArgs, DrawTextureArgs, TargetPixelBuffer, TexturePixelFormat};
use slint::platform::software_renderer::{PhysicalRegion, RenderingRotation};
use slint::{Brush, Image, Rgba8Pixel, SharedPixelBuffer};

use self::outside::Outside;
use self::pixel::{Ink, blend_premultiplied, copy_own, copy_rgb};
pub use self::pixel::{Pixel, as_pixels};
use self::rounded::Rounded;

/// An opaque picture that holds [`Pixel`]s, four bytes each: its rows are copied to the screen as they are.
///
/// Slint calls its format colours with alpha. Nothing else here makes pictures of that format, and no other buffer than
/// [`Canvas`] is drawn into.
pub fn own_picture(pixels: SharedPixelBuffer<Rgba8Pixel>) -> Image {
    Image::from_rgba8(pixels)
}

/// A buffer that the renderer draws into.
pub struct Canvas<'a> {
    pixels: &'a mut [Pixel],
    width: usize,
    outside: Outside,
}

/// The columns of a row, from the first to the one behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: i32,
    to: i32,
}

/// A rectangle of the buffer; all of it lies inside.
#[derive(Debug, Clone, Copy)]
struct Part {
    span: Span,
    top: i32,
    bottom: i32,
}

impl<'a> Canvas<'a> {
    /// A buffer whose rows are `width` pixels.
    pub fn new(pixels: &'a mut [Pixel], width: u32) -> Self {
        let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
        Self { pixels, width, outside: Outside::default() }
    }

    /// Calls back with each row of a rectangle that lies in the region, and with the rectangle's part there.
    fn rows(&mut self, region: &PhysicalRegion, within: Part, mut draw: impl FnMut(i32, Span, &mut [Pixel])) {
        let bounds = (region.bounding_box_origin(), region.bounding_box_size());
        if Part::of(bounds.0.x, bounds.0.y, bounds.1.width, bounds.1.height).cut(within).is_none() {
            return;
        }
        for part in parts(region).filter_map(|part| part.cut(within)) {
            let Some(columns) = part.span.columns() else { continue };
            for y in part.top..part.bottom {
                let Ok(line) = usize::try_from(y) else { continue };
                if let Some(row) = row(self.pixels, line, self.width).get_mut(columns.clone()) {
                    draw(y, part.span, row);
                }
            }
        }
    }
}

/// The rectangles of a region.
fn parts(region: &PhysicalRegion) -> impl Iterator<Item = Part> {
    region.iter().map(|(position, size)| Part::of(position.x, position.y, size.width, size.height))
}

/// A row of a buffer whose rows are so wide; nothing where it has none.
fn row(pixels: &mut [Pixel], line: usize, width: usize) -> &mut [Pixel] {
    let start = line * width;
    pixels.get_mut(start..start + width).unwrap_or_default()
}

impl Span {
    /// Its columns as indices into a row, if it begins inside.
    fn columns(self) -> Option<Range<usize>> {
        usize::try_from(self.from).ok().zip(usize::try_from(self.to).ok()).map(|(from, to)| from..to)
    }
}

impl Part {
    fn of(x: i32, y: i32, width: u32, height: u32) -> Self {
        let end = |from: i32, length: u32| from.saturating_add(i32::try_from(length).unwrap_or(i32::MAX));
        Self { span: Span { from: x, to: end(x, width) }, top: y, bottom: end(y, height) }
    }

    fn has_row(&self, line: usize) -> bool {
        i32::try_from(line).is_ok_and(|line| (self.top..self.bottom).contains(&line))
    }

    /// What two rectangles share.
    fn cut(self, other: Self) -> Option<Self> {
        let span = Span { from: self.span.from.max(other.span.from), to: self.span.to.min(other.span.to) };
        let (top, bottom) = (self.top.max(other.top), self.bottom.min(other.bottom));
        (span.from < span.to && top < bottom).then_some(Self { span, top, bottom })
    }

    /// A rectangle whose edges lie between pixels, moved onto them.
    fn rounded(x: f32, y: f32, width: f32, height: f32) -> Self {
        let [left, top, right, bottom] = [x, y, x + width, y + height].map(|edge| edge.round() as i32);
        Self { span: Span { from: left, to: right }, top, bottom }
    }
}

/// The one colour of a brush.
fn solid(brush: &Brush) -> Option<slint::Color> {
    match brush {
        Brush::SolidColor(color) => Some(*color),
        _ => None,
    }
}

impl TargetPixelBuffer for Canvas<'_> {
    type TargetPixel = Pixel;

    fn line_slice(&mut self, line: usize) -> &mut [Pixel] {
        self.outside.lend(line, self.pixels, self.width);
        row(self.pixels, line, self.width)
    }

    fn num_lines(&self) -> usize {
        self.pixels.len() / self.width
    }

    fn fill_background(&mut self, brush: &Brush, region: &PhysicalRegion) -> bool {
        self.outside.begin(region);
        let Some(color) = solid(brush).filter(|color| color.alpha() == u8::MAX) else { return false };
        let ink = Ink::new(color, u8::MAX);
        let whole = Part::of(0, 0, u32::MAX, u32::MAX);
        self.rows(region, whole, |_, _, row| ink.fill(row));
        true
    }

    fn draw_rectangle(&mut self, args: &DrawRectangleArgs, clip: &PhysicalRegion) -> bool {
        let radii = [args.top_left_radius, args.top_right_radius, args.bottom_right_radius, args.bottom_left_radius];
        let radius = args.top_left_radius;
        let (Some(background), Some(border)) = (solid(&args.background), solid(&args.border)) else { return false };
        if radii.iter().any(|other| (other - radius).abs() > f32::EPSILON) {
            return false;
        }
        let (inner, edge) = (Ink::new(background, args.alpha), Ink::new(border, args.alpha));
        let has_border = edge.alpha > 0 && args.border_width > 0.0;
        if inner.alpha == 0 && !has_border {
            return true;
        }
        let part = Part::rounded(args.x, args.y, args.width, args.height);
        if radius <= 0.0 && !has_border {
            self.rows(clip, part, |_, _, row| inner.fill(row));
            return true;
        }
        let Part { span: Span { from: left, to: right }, top, bottom } = part;
        let most = (right - left).min(bottom - top) as f32 / 2.0;
        // A border of a part of a pixel would be a grey one.
        let border = if has_border { (args.border_width.round() as i32).max(1) } else { 0 };
        let shape = Rounded { left, top, right, bottom, radius: radius.min(most), border, inner, edge };
        self.rows(clip, part, |y, span, row| shape.draw_row(y, span, row));
        true
    }

    fn draw_texture(&mut self, args: &DrawTextureArgs, clip: &PhysicalRegion) -> bool {
        let source = args.source();
        let is_plain = matches!(args.rotation, RenderingRotation::NoRotation)
            && args.tiling.is_none()
            && usize::try_from(source.width) == Ok(args.dst_width)
            && usize::try_from(source.height) == Ok(args.dst_height);
        let colorize = args.colorize.filter(|color| color.alpha() > 0);
        let (Ok(x), Ok(y)) = (i32::try_from(args.dst_x), i32::try_from(args.dst_y)) else { return false };
        let within = Part::of(x, y, source.width, source.height);
        // The bytes of the texture below a part of a row.
        let below = |bytes: usize, line: i32, span: Span| {
            let line = usize::try_from(line - y).ok()?.checked_mul(source.byte_stride)?;
            let column = |x_at: i32| usize::try_from(x_at - x).ok()?.checked_mul(bytes)?.checked_add(line);
            source.data.get(column(span.from)?..column(span.to)?)
        };
        match (source.pixel_format, colorize) {
            (TexturePixelFormat::Rgba, None) if is_plain => {
                self.rows(clip, within, |line, span, row| copy_own(row, below(4, line, span).unwrap_or_default()));
            }
            (TexturePixelFormat::Rgba, None) => {
                // The nearest pixel: the renderer would take these for colours.
                let (wide, high) = (args.dst_width.max(1), args.dst_height.max(1));
                let (Ok(width), Ok(height)) = (u32::try_from(wide), u32::try_from(high)) else { return false };
                self.rows(clip, Part::of(x, y, width, height), |line, span, row| {
                    let line = usize::try_from(line - y).unwrap_or(0) * source.height as usize / high;
                    for (column, pixel) in (span.from - x..).zip(row) {
                        let column = usize::try_from(column).unwrap_or(0) * source.width as usize / wide;
                        let at = line * source.byte_stride + column * 4;
                        copy_own(std::slice::from_mut(pixel), source.data.get(at..at + 4).unwrap_or_default());
                    }
                });
            }
            (TexturePixelFormat::Rgb, None) if is_plain && args.alpha == u8::MAX => {
                self.rows(clip, within, |line, span, row| {
                    copy_rgb(row, below(3, line, span).unwrap_or_default());
                });
            }
            (TexturePixelFormat::RgbaPremultiplied, None) if is_plain && args.alpha == u8::MAX => {
                self.rows(clip, within, |line, span, row| {
                    blend_premultiplied(row, below(4, line, span).unwrap_or_default());
                });
            }
            (TexturePixelFormat::AlphaMap, Some(color)) if is_plain => {
                // The renderer has put the colour's own alpha into that of the texture.
                let ink = Ink { alpha: args.alpha, ..Ink::new(color, u8::MAX) };
                self.rows(clip, within, |line, span, row| {
                    ink.fill_masked(row, below(1, line, span).unwrap_or_default());
                });
            }
            _ => return false,
        }
        true
    }
}

impl Drop for Canvas<'_> {
    fn drop(&mut self) {
        self.outside.take_back(self.pixels, self.width);
    }
}

#[cfg(test)]
mod tests;
