//! What lies outside the region of a frame stays as it is, whatever the renderer draws by itself.
//!
//! A path is drawn whole as soon as a part of it lies in the region. Outside the region nothing was wiped below it, and
//! what lies above it is not drawn again: its soft edges grow hard, and it shines through a cover (docs/toolkit.md).

use slint::platform::software_renderer::PhysicalRegion;

use super::{Part, Pixel, Span};

/// Keeps the row that the renderer draws into, and puts back what lies outside the region.
#[derive(Debug, Default)]
pub(super) struct Outside {
    /// The rectangles of the region, from left to right.
    region: Vec<Part>,
    width: i32,
    lent: Option<usize>,
    /// The row that is lent, as it was.
    kept: Vec<Pixel>,
}

impl Outside {
    /// A frame begins that draws in this region of a picture so wide.
    pub fn begin(&mut self, region: &PhysicalRegion, width: usize) {
        self.width = i32::try_from(width).unwrap_or(i32::MAX);
        self.region.clear();
        self.region
            .extend(region.iter().map(|(position, size)| Part::of(position.x, position.y, size.width, size.height)));
        self.region.sort_unstable_by_key(|part| part.span.from);
    }

    /// The renderer is about to draw into this row, and no longer into the last one.
    pub fn lend(&mut self, line: usize, pixels: &mut [Pixel], width: usize) {
        if self.lent == Some(line) {
            return;
        }
        self.take_back(pixels, width);
        if self.gaps(line).next().is_none() {
            return;
        }
        let start = line * width;
        if let Some(row) = pixels.get(start..start + width) {
            self.kept.clear();
            self.kept.extend_from_slice(row);
            self.lent = Some(line);
        }
    }

    /// Puts the row that is lent back where it lies outside the region.
    pub fn take_back(&mut self, pixels: &mut [Pixel], width: usize) {
        let Some(line) = self.lent.take() else { return };
        let start = line * width;
        let Some(row) = pixels.get_mut(start..start + width) else { return };
        for gap in self.gaps(line) {
            let columns = usize::try_from(gap.from).ok().zip(usize::try_from(gap.to).ok());
            let Some((from, to)) = columns else { continue };
            if let (Some(row), Some(kept)) = (row.get_mut(from..to), self.kept.get(from..to)) {
                row.copy_from_slice(kept);
            }
        }
    }

    /// The parts of a row outside the region; none before a frame has begun.
    fn gaps(&self, line: usize) -> impl Iterator<Item = Span> {
        let line = i32::try_from(line).unwrap_or(i32::MAX);
        let crossing = self.region.iter().filter(move |part| (part.top..part.bottom).contains(&line));
        let end = Span { from: self.width, to: self.width };
        let mut from = if self.region.is_empty() { self.width } else { 0 };
        crossing.map(|part| part.span).chain([end]).filter_map(move |span| {
            let gap = Span { from, to: span.from.min(self.width) };
            from = from.max(span.to);
            (gap.from < gap.to).then_some(gap)
        })
    }
}
