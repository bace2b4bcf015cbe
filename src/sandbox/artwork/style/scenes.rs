//! Compositions that place a few large shapes: bars and wedges, a letter, a landscape, cut paper, a city.

use std::fmt::Write;

use super::{Brief, disc, polygon, rect};
use crate::artwork::{
    dice::Dice,
    motif,
    palette::darker,
    typeset::{Anchor, Font, text},
};

/// Constructivist bars at an angle, a wedge, a disc behind the motif.
pub(super) fn diagonal(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, cy) = area.centre();
    let (r, far) = (area.reach(), area.far());
    if dice.coin() {
        return wedge(brief, dice);
    }
    let angle = if dice.coin() { -34.0 } else { 34.0 } + dice.between(-5.0, 5.0);
    let mut art = format!("<g transform='translate({cx:.2} {cy:.2}) rotate({angle:.2})'>");
    art += &rect(-far * 1.2, -r * 0.32, far * 2.4, r * 0.64, colours.accent);
    art += &rect(-far * 1.2, r * 0.42, far * 2.4, r * 0.07, colours.ink);
    art += &rect(-far * 1.2, r * 0.56, far * 2.4, r * 0.2, colours.second);
    art += &rect(-far * 1.2, -r * 0.5, far * 1.1, r * 0.08, colours.ink);
    art += &rect(far * 0.1, -r * 0.78, far, r * 0.16, colours.second);
    let reach = dice.between(1.1, 1.3);
    art += &rect(-far * 1.2, r * reach, far * 2.4, r * 0.05, colours.ink);
    art += &rect(-far * 1.2, -r * (reach + 0.05), far * 2.4, r * 0.05, colours.ink);
    art += "</g>";
    art += &disc((cx, cy), r * 0.74, colours.ink);
    art += &motif::draw(object, (cx, cy), r * 0.94, colours.ground, colours.accent);
    art
}

/// A wedge driven into a disc, after the civil-war posters; the motif stands over both.
fn wedge(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, cy) = area.centre();
    let r = area.reach();
    let side = if dice.coin() { -1.0 } else { 1.0 };
    let tip = (cx + side * r * 0.3, cy + r * 0.24);
    let edge = cx - side * area.width * 0.56;
    let mut art = disc((cx + side * r * 0.26, cy - r * 0.06), r * 0.96, colours.second);
    art += &polygon(&[tip, (edge, area.y - r * 0.1), (edge, area.y + area.height * 0.66)], colours.accent);
    for (index, thickness) in [0.1, 0.06, 0.035].into_iter().enumerate() {
        let drop = r * (0.34 + 0.2 * index as f32);
        let (left, right) = (cx - area.width * 0.6, cx + area.width * 0.6);
        let (from, to) = if side > 0.0 { (-0.12, 0.5) } else { (0.5, -0.12) };
        let (from, to) = (cy + drop + r * from, cy + drop + r * to);
        let corners = [(left, from), (right, to), (right, to + r * thickness), (left, from + r * thickness)];
        art += &polygon(&corners, colours.ink);
    }
    art += &motif::draw(object, (cx + side * r * 0.1, cy - r * 0.06), r * 1.16, colours.ink, colours.ground);
    art
}

/// The first letter of the title, larger than the picture.
pub(super) fn letter(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, initial } = *brief;
    let r = area.reach();
    let count = initial.chars().count().max(1) as f32;
    let size = (area.height * 1.24).min(area.width * 1.5 / count);
    let baseline = area.y + area.height * 0.5 + size * 0.405;
    let mut art = rect(area.x, area.y, area.width, area.height, colours.second);
    let slant = dice.between(0.32, 0.5);
    art += &polygon(
        &[
            (area.x, area.y),
            (area.right(), area.y),
            (area.right(), area.y + area.height * slant),
            (area.x, area.y + area.height * (slant + 0.3)),
        ],
        colours.ground,
    );
    let at = area.x + area.width * 0.42;
    art += &text(Font::Headline, Anchor::Middle, (at + r * 0.06, baseline + r * 0.05), size, colours.ink, initial);
    art += &text(Font::Headline, Anchor::Middle, (at, baseline), size, colours.accent, initial);
    let spot = (area.right() - r * 0.52, area.bottom() - r * 0.52);
    art += &disc(spot, r * 0.44, colours.ink);
    art += &motif::draw(object, spot, r * 0.54, colours.ground, colours.accent);
    art
}

/// A sky in three steps, a moon, hills or waves, and the motif between them.
pub(super) fn horizon(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let r = area.reach();
    let left = dice.coin();
    let moon_x = area.x + area.width * if left { 0.3 } else { 0.7 };
    let moon = (moon_x, area.y + area.height * 0.34);
    let mut art = String::new();
    art += &disc(moon, r * 1.12, colours.second);
    art += &disc(moon, r * 0.8, colours.accent);
    let stand = (area.x + area.width * if left { 0.56 } else { 0.44 }, area.y + area.height * 0.58);
    art += &motif::draw(object, stand, r * 1.04, colours.ink, colours.ground);
    let sharp = dice.coin();
    for (index, colour) in [colours.second, colours.accent, colours.ink].into_iter().enumerate() {
        let level = area.y + area.height * (0.74 + 0.09 * index as f32);
        let mut path = format!("M{:.2} {:.2}", area.x - r, area.bottom() + 1.0);
        let swell = r * (0.2 - 0.03 * index as f32);
        let length = r * dice.between(0.7, 1.0);
        let mut x = area.x - r * dice.between(0.2, 1.0);
        let _ = write!(path, " L{x:.2} {level:.2}");
        while x < area.right() + length {
            let half = length / 2.0;
            let _ = if sharp {
                write!(path, " l{half:.2} {:.2} l{half:.2} {swell:.2}", -swell)
            } else {
                write!(path, " q{:.2} {:.2} {half:.2} 0 q{:.2} {swell:.2} {half:.2} 0", half / 2.0, -swell, half / 2.0)
            };
            x += length;
        }
        let _ = write!(path, " V{:.2} Z", area.bottom() + 1.0);
        let _ = write!(art, "<path d='{path}' fill='{colour}'/>");
    }
    art
}

/// A strip of film with the motif coming nearer from frame to frame.
pub(super) fn filmstrip(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, cy) = area.centre();
    let (r, far) = (area.reach(), area.far());
    let angle = if dice.coin() { -10.0 } else { 10.0 };
    let width = r * 1.36;
    let frame = r * 0.92;
    let mut art = String::new();
    art += &rect(area.x, area.y, area.width, area.height, colours.second);
    let _ = write!(art, "<g transform='translate({cx:.2} {cy:.2}) rotate({angle})'>");
    art += &rect(-width / 2.0 + r * 0.12, -far * 1.2, width, far * 2.4, colours.ground);
    art += &rect(-width / 2.0, -far * 1.2, width, far * 2.4, colours.ink);
    let hole = r * 0.1;
    let holes = (far * 1.2 / (hole * 2.1)).ceil() as i32;
    for index in -holes..=holes {
        let y = index as f32 * hole * 2.1 - hole / 2.0;
        art += &rect(-width / 2.0 + hole * 0.7, y, hole, hole * 1.1, colours.second);
        art += &rect(width / 2.0 - hole * 1.7, y, hole, hole * 1.1, colours.second);
    }
    let picture = width - hole * 5.0;
    for index in -2_i32..=2 {
        let y = index as f32 * frame;
        let nearness = 0.66 + 0.2 * index as f32;
        let (paper, body, cut) = if index % 2 == 0 {
            (colours.accent, colours.ink, colours.ground)
        } else {
            (colours.ground, colours.ink, colours.accent)
        };
        let top = y - frame * 0.46;
        art += &rect(-picture / 2.0, top, picture, frame * 0.92, paper);
        art += &motif::draw(object, (0.0, y), frame * nearness.clamp(0.34, 0.84), body, cut);
    }
    art += "</g>";
    art
}

/// One large object with its coloured shadow on a flat field.
pub(super) fn silhouette(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, cy) = area.centre();
    let r = area.reach();
    let mut art = String::new();
    match dice.pick(&[0, 1, 2]).unwrap_or(0) {
        0 => art += &disc((cx + r * 0.3, cy - r * 0.2), r * 1.0, colours.accent),
        1 => art += &rect(area.x, area.y, area.width * 0.62, area.height, colours.accent),
        _ => {
            let corners = [(area.x, area.y), (area.right(), area.y), (area.x, area.bottom() + r * 0.4)];
            art += &polygon(&corners, colours.accent);
        }
    }
    art += &motif::draw(object, (cx + r * 0.11, cy + r * 0.1), r * 1.46, colours.second, colours.second);
    art += &motif::draw(object, (cx, cy), r * 1.46, colours.ink, colours.ground);
    art
}

/// Pieces of paper cut by hand, the motif on the largest.
pub(super) fn cutout(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, cy) = area.centre();
    let r = area.reach();
    let (half_width, half_height) = (area.width / 2.0, area.height / 2.0);
    let mut piece = |x: f32, y: f32, width: f32, height: f32, colour: &str| {
        let mut loose = || dice.between(-0.16, 0.16) * r;
        let corners = [
            (x - width + loose(), y - height + loose()),
            (x + width + loose(), y - height + loose()),
            (x + width + loose(), y + height + loose()),
            (x - width + loose(), y + height + loose()),
        ];
        polygon(&corners, colour)
    };
    let mut art = String::new();
    art += &piece(cx - half_width * 0.55, cy - half_height * 0.2, half_width * 0.5, half_height * 1.1, colours.second);
    art += &piece(cx + half_width * 0.6, cy + half_height * 0.35, half_width * 0.42, half_height * 0.9, colours.ink);
    art +=
        &piece(cx + half_width * 0.35, cy - half_height * 0.72, half_width * 0.55, half_height * 0.22, colours.second);
    art += &piece(cx, cy, r * 0.78, r * 0.78, colours.accent);
    art += &motif::draw(object, (cx, cy), r * 1.08, colours.ink, colours.ground);
    art
}

/// Blocks of a city with lit windows, the motif rising behind them.
pub(super) fn skyline(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, _) = area.centre();
    let r = area.reach();
    let above = (cx, area.y + area.height * 0.4);
    let mut art = disc(above, r * 0.92, colours.accent);
    art += &motif::draw(object, above, r * 1.06, colours.ink, colours.ground);
    let front = darker(colours.ink, colours.ground);
    for (row, colour) in [colours.second, front].into_iter().enumerate() {
        let lit = if row == 0 { front } else { colours.accent };
        let mut x = (area.x - r * dice.between(0.0, 0.2)).round();
        while x < area.right() {
            // Whole pixels, so that no seam shows between neighbours.
            let width = (r * dice.between(0.2, 0.36)).round().max(1.0);
            // Towers stand at the sides and leave the motif in sight.
            let side = ((x + width / 2.0 - cx) / (area.width / 2.0)).abs();
            let rise = if row == 0 { 0.3 + 0.42 * side } else { 0.14 + 0.24 * side };
            let height = area.height * (rise + dice.between(-0.05, 0.08));
            let top = area.bottom() - height;
            art += &rect(x, top, width, height + 1.0, colour);
            if dice.coin() {
                art += &rect(x + width * 0.3, top - r * 0.09, width * 0.4, r * 0.1, colour);
            }
            let window = r * 0.045;
            let mut y = top + window * 1.6;
            while y < area.bottom() {
                let mut at = x + window * 1.2;
                while at + window < x + width {
                    if dice.between(0.0, 1.0) < 0.34 {
                        art += &rect(at, y, window, window * 1.4, lit);
                    }
                    at += window * 2.0;
                }
                y += window * 2.8;
            }
            x += width;
        }
    }
    art
}
