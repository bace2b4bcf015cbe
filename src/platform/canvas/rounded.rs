//! Rectangles with round corners and a border, drawn row by row.
//!
//! What a pixel gets depends on the rectangle alone and not on the part that is drawn, so that a picture drawn in
//! parts is, to the bit, the one drawn at once.

use super::Span;
use super::pixel::{Ink, Pixel, cover};

/// A rectangle on whole pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rounded {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
    /// The radius of all four corners, at most half of the shorter side.
    pub(super) radius: f32,
    /// The width of the border, inside the rectangle; 0 for none.
    pub(super) border: i32,
    pub(super) inner: Ink,
    pub(super) edge: Ink,
}

impl Rounded {
    /// Draws what of row `y` lies in `span`, whose pixels `row` holds.
    pub(super) fn draw_row(&self, y: i32, span: Span, row: &mut [Pixel]) {
        let depth = (y - self.top).min(self.bottom - 1 - y);
        // The columns at each side that a corner may cut.
        let corner = if (depth as f32) < self.radius { self.radius.ceil() as i32 } else { 0 };
        let side = corner.max(if depth < self.border { 0 } else { self.border });
        for x in 0..side {
            let (outer, inner) = (self.outer_coverage(x, depth), self.inner_coverage(x, depth));
            let (left, right) = (self.left + x, self.right - 1 - x);
            if left < right {
                self.mix(part(row, span, right, right + 1), outer, inner);
            }
            if left <= right {
                self.mix(part(row, span, left, left + 1), outer, inner);
            }
        }
        let middle = if depth < self.border { self.edge } else { self.inner };
        middle.fill(part(row, span, self.left + side, self.right - side));
    }

    /// How much of a pixel lies inside the outline; `x` and `depth` count from the edges.
    fn outer_coverage(&self, x: i32, depth: i32) -> f32 {
        corner_coverage(self.radius, x, depth)
    }

    /// How much of a pixel lies inside the border.
    fn inner_coverage(&self, x: i32, depth: i32) -> f32 {
        if x < self.border || depth < self.border {
            return 0.0;
        }
        corner_coverage(self.radius - self.border as f32, x - self.border, depth - self.border)
    }

    /// Lays border and inside over a pixel of which the rectangle covers `outer`, and the inside `inner`.
    fn mix(&self, pixel: &mut [Pixel], outer: f32, inner: f32) {
        if let [pixel] = pixel {
            let inside = if self.border > 0 { inner.min(outer) } else { outer };
            cover(pixel, [(self.inner, inside), (self.edge, outer - inside)]);
        }
    }
}

/// How much of the pixel `x`, `y` lies inside a round corner whose outline begins at 0, 0.
fn corner_coverage(radius: f32, x: i32, y: i32) -> f32 {
    let (across, down) = (radius - (x as f32 + 0.5), radius - (y as f32 + 0.5));
    if across <= 0.0 || down <= 0.0 {
        return 1.0;
    }
    let distance = across * across + down * down;
    let (whole, none) = ((radius - 0.5).max(0.0), radius + 0.5);
    if distance <= whole * whole {
        1.0
    } else if distance >= none * none {
        0.0
    } else {
        none - distance.sqrt()
    }
}

/// The pixels of a row between two columns.
fn part(row: &mut [Pixel], span: Span, from: i32, to: i32) -> &mut [Pixel] {
    let (from, to) = (from.max(span.from), to.min(span.to));
    let at = |column: i32| usize::try_from(column - span.from).unwrap_or(usize::MAX);
    if from < to { row.get_mut(at(from)..at(to)).unwrap_or_default() } else { &mut [] }
}
