//! Compositions that repeat one shape: rings, bars, rays, dots, quarter circles.

use std::f32::consts::PI;

use super::{Brief, disc, polygon, rect, ring};
use crate::artwork::{dice::Dice, motif};

/// Rings around the motif like sound, water or a lens.
pub(super) fn circles(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, cy) = area.centre();
    let (r, far) = (area.reach(), area.far());
    let order = if dice.coin() {
        [colours.accent, colours.ground, colours.ink, colours.ground]
    } else {
        [colours.accent, colours.ground, colours.second, colours.ground]
    };
    let step = r * dice.between(0.13, 0.17);
    if dice.coin() {
        // A wireless mast in a corner; the motif hangs in its waves.
        let source = (area.x + area.width * if dice.coin() { 0.12 } else { 0.88 }, area.bottom() - r * 0.1);
        let count = (far * 2.0 / step).ceil() as usize;
        let mut art = String::new();
        for (index, band) in (1..count).rev().enumerate() {
            let colour = order.get((count - index) % order.len()).copied().unwrap_or(colours.second);
            art += &disc(source, band as f32 * step, colour);
        }
        let spot = (cx, cy - r * 0.08);
        art += &disc(spot, r * 0.72, colours.ground);
        art += &motif::draw(object, spot, r * 0.98, colours.ink, colours.accent);
        return art;
    }
    let outer = (far * 1.05 / step).ceil() as usize;
    let inner = (r * 0.62 / step).round() as usize;
    let mut art = String::new();
    for (index, band) in (inner..outer).rev().enumerate() {
        let colour = order.get((outer - inner - index) % order.len()).copied().unwrap_or(colours.second);
        art += &disc((cx, cy), band as f32 * step, colour);
    }
    art += &disc((cx, cy), (inner as f32 - 0.5) * step, colours.ink);
    art += &motif::draw(object, (cx, cy), r * 0.74, colours.ground, colours.accent);
    art
}

/// Bars that swell downwards, cut by a disc where the motif stands.
pub(super) fn stripes(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, cy) = area.centre();
    let r = area.reach();
    let count = dice.pick(&[9, 11, 13]).unwrap_or(11);
    let pitch = area.height / count as f32;
    let upright = area.width > area.height * 0.75 && dice.coin();
    let mut art = String::new();
    let pitch_across = area.width / count as f32;
    for index in 0..count {
        let part = 0.14 + 0.66 * index as f32 / count as f32;
        let colour = if index % 3 == 2 { colours.second } else { colours.ink };
        art += &if upright {
            rect(area.x + index as f32 * pitch_across, area.y, pitch_across * part, area.height, colour)
        } else {
            rect(area.x, area.y + index as f32 * pitch, area.width, pitch * part, colour)
        };
    }
    if dice.coin() {
        // A square window instead of a disc: the motif fills it.
        let half = r * 0.7;
        art += &rect(cx - half * 1.1, cy - half * 1.1, half * 2.2, half * 2.2, colours.ground);
        art += &rect(cx - half, cy - half, half * 2.0, half * 2.0, colours.accent);
        art += &motif::draw(object, (cx, cy), r * 1.14, colours.ink, colours.ground);
        return art;
    }
    art += &disc((cx, cy), r * 0.8, colours.ground);
    art += &disc((cx, cy), r * 0.72, colours.accent);
    art += &motif::draw(object, (cx, cy), r * 0.9, colours.ink, colours.ground);
    art
}

/// A sunburst with the motif as its source.
pub(super) fn rays(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, _) = area.centre();
    let r = area.reach();
    let low = dice.coin();
    let cy = if low { area.bottom() } else { area.y + area.height * 0.5 };
    let count = dice.pick(&[12, 16, 20]).unwrap_or(16);
    let turn = dice.between(0.0, PI);
    let far = area.far() * 2.2;
    let mut art = String::new();
    for index in 0..count {
        let from = turn + index as f32 * 2.0 * PI / count as f32;
        let to = from + PI / count as f32;
        let colour = if index % 4 == 0 { colours.accent } else { colours.second };
        let edge = |angle: f32| (cx + far * angle.cos(), cy + far * angle.sin());
        art += &polygon(&[(cx, cy), edge(from), edge(to)], colour);
    }
    if low {
        art += &disc((cx, cy), r * 1.28, colours.ground);
        art += &disc((cx, cy), r * 1.16, colours.accent);
        art += &motif::draw(object, (cx, area.bottom() - r * 0.82), r * 1.3, colours.ink, colours.ground);
        return art;
    }
    art += &disc((cx, cy), r * 0.76, colours.ground);
    art += &ring((cx, cy), r * 0.69, r * 0.035, colours.ink);
    art += &motif::draw(object, (cx, cy), r * 0.88, colours.ink, colours.accent);
    art
}

/// A halftone: dots that swell towards the motif or run in a wave.
pub(super) fn dots(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, cy) = area.centre();
    let (r, far) = (area.reach(), area.far());
    let across = dice.pick(&[11, 13, 15]).unwrap_or(13);
    let step = 2.0 * r / across as f32;
    let (columns, rows) = ((area.width / step).ceil() as i32 + 1, (area.height / step).ceil() as i32 + 1);
    let (inward, rising) = (dice.coin(), dice.coin());
    let (spot, clearing) = if rising { ((cx, area.y + area.height * 0.44), r * 0.84) } else { ((cx, cy), r * 0.72) };
    let mut art = String::new();
    for row in 0..=rows {
        for column in 0..=columns {
            let shift = if row % 2 == 0 { 0.0 } else { 0.5 };
            let (x, y) = (area.x + (column as f32 - shift) * step, area.y + (row as f32 - 0.25) * step);
            let distance = (x - cx).hypot(y - cy) / far;
            let height = (y - area.y) / area.height;
            let swell = match (rising, inward) {
                (true, _) => height * 1.15 - 0.1,
                (false, true) => 1.05 - distance,
                (false, false) => distance,
            };
            let radius = step * (0.08 + 0.44 * swell.clamp(0.0, 1.0));
            // A dot cut by the clearing would look like a crumb.
            if (x - spot.0).hypot(y - spot.1) < clearing + radius * 0.8 {
                continue;
            }
            let colour = if (column + row) % 5 == 0 { colours.accent } else { colours.second };
            art += &disc((x, y), radius, colour);
        }
    }
    if rising {
        art += &disc(spot, clearing, colours.accent);
        art += &motif::draw(object, spot, r * 1.2, colours.ink, colours.ground);
    } else {
        art += &motif::draw(object, spot, r * 1.2, colours.ink, colours.accent);
    }
    art
}

/// Quarter circles on a grid, as in a Bauhaus exercise, with the motif in a field of its own.
pub(super) fn arcs(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    // Whole pixels, so that no seam shows between neighbours.
    let (cx, cy) = (area.centre().0.round(), area.centre().1.round());
    let cell = (area.reach() / 2.0).round().max(1.0);
    let (columns, rows) = ((area.width / cell / 2.0).ceil() as i32, (area.height / cell / 2.0).ceil() as i32);
    let pairs = [
        (colours.accent, colours.second),
        (colours.second, colours.ground),
        (colours.ground, colours.accent),
        (colours.ink, colours.second),
        (colours.ground, colours.ink),
        (colours.second, colours.accent),
    ];
    let mut art = String::new();
    for row in -rows..rows {
        for column in -columns..columns {
            if (-1..1).contains(&row) && (-1..1).contains(&column) {
                continue;
            }
            let (x, y) = (cx + column as f32 * cell, cy + row as f32 * cell);
            let (paper, shape) = dice.pick(&pairs).unwrap_or((colours.ground, colours.accent));
            art += &rect(x, y, cell, cell, paper);
            let (px, py, sweep) = dice
                .pick(&[(x, y, 0), (x + cell, y, 1), (x + cell, y + cell, 2), (x, y + cell, 3)])
                .unwrap_or((x, y, 0));
            let quarter = |radius: f32, colour: &str| {
                let (dx, dy) = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)]
                    .get(sweep as usize)
                    .copied()
                    .unwrap_or((1.0, 1.0));
                let turn = u8::from(sweep % 2 == 0);
                format!(
                    "<path d='M{px:.2} {py:.2} h{:.2} A{radius:.2} {radius:.2} 0 0 {turn} {px:.2} {:.2}Z' fill='{colour}'/>",
                    dx * radius,
                    py + dy * radius
                )
            };
            art += &quarter(cell, shape);
            if dice.coin() {
                art += &quarter(cell * 0.5, paper);
            }
        }
    }
    art += &rect(cx - cell, cy - cell, cell * 2.0, cell * 2.0, colours.ink);
    art += &motif::draw(object, (cx, cy), cell * 1.56, colours.ground, colours.accent);
    art
}
