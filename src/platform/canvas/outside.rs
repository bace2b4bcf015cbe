//! What lies outside the region of a frame stays as it is, whatever the renderer draws by itself.
//!
//! A path is drawn whole as soon as a part of it lies in the region. Outside the region nothing was wiped below it, and
//! what lies above it is not drawn again: its soft edges grow hard, and it shines through a cover (docs/toolkit.md).

use std::iter;
use std::ops::Range;

use slint::platform::software_renderer::PhysicalRegion;

use super::{Part, Pixel, parts, row};

/// Keeps the row that the renderer draws into, and puts back what lies outside the region.
#[derive(Debug, Default)]
pub(super) struct Outside {
    /// The rectangles of the region, from left to right.
    region: Vec<Part>,
    lent: Option<usize>,
    /// The row that is lent, as it was.
    kept: Vec<Pixel>,
}

impl Outside {
    /// A frame begins that draws in this region.
    pub fn begin(&mut self, region: &PhysicalRegion) {
        self.region = parts(region).collect();
        self.region.sort_unstable_by_key(|part| part.span.from);
    }

    /// The renderer is about to draw into this row, and no longer into the last one.
    pub fn lend(&mut self, line: usize, pixels: &mut [Pixel], width: usize) {
        if self.lent == Some(line) {
            return;
        }
        self.take_back(pixels, width);
        if self.gaps(line, width).next().is_some() {
            self.kept.clear();
            self.kept.extend_from_slice(row(pixels, line, width));
            self.lent = Some(line);
        }
    }

    /// Puts the row that is lent back where it lies outside the region.
    pub fn take_back(&mut self, pixels: &mut [Pixel], width: usize) {
        let Some(line) = self.lent.take() else { return };
        let row = row(pixels, line, width);
        for gap in self.gaps(line, width) {
            if let (Some(row), Some(kept)) = (row.get_mut(gap.clone()), self.kept.get(gap)) {
                row.copy_from_slice(kept);
            }
        }
    }

    /// The columns of a row outside the region; none before a frame has begun.
    fn gaps(&self, line: usize, width: usize) -> impl Iterator<Item = Range<usize>> {
        let crossing = self.region.iter().filter(move |part| part.has_row(line)).filter_map(|part| part.span.columns());
        let mut from = if self.region.is_empty() { width } else { 0 };
        crossing.chain(iter::once(width..width)).filter_map(move |columns| {
            let gap = from..columns.start.min(width);
            from = from.max(columns.end);
            (!gap.is_empty()).then_some(gap)
        })
    }
}
