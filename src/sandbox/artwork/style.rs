//! The compositions: what surrounds the motif and how it sits in the picture.
//!
//! Each fills an area with flat shapes in the four colours of a palette.  The ground and the type are the layout's.

use std::{f32::consts::PI, fmt::Write};

use super::{
    dice::Dice,
    motif,
    palette::Colours,
    spec::{Motif, Style},
    typeset::{Anchor, Font, text},
};

/// The part of a picture that belongs to the composition.
#[derive(Clone, Copy)]
pub(super) struct Area {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Area {
    fn centre(self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Half of the shorter side.
    fn reach(self) -> f32 {
        self.width.min(self.height) / 2.0
    }

    /// From the centre to a corner.
    fn far(self) -> f32 {
        self.width.hypot(self.height) / 2.0
    }

    pub(super) fn right(self) -> f32 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> f32 {
        self.y + self.height
    }
}

/// What a composition works with.
pub(super) struct Brief<'a> {
    pub(super) area: Area,
    pub(super) colours: Colours,
    pub(super) motif: Motif,
    /// What the big letterform shows.
    pub(super) initial: &'a str,
}

/// The composition as SVG, clipped to its area.
pub(super) fn draw(style: Style, brief: &Brief<'_>, dice: &mut Dice) -> String {
    let art = match style {
        Style::Diagonal => diagonal(brief, dice),
        Style::Circles => circles(brief, dice),
        Style::Stripes => stripes(brief, dice),
        Style::Rays => rays(brief, dice),
        Style::Letter => letter(brief, dice),
        Style::Dots => dots(brief, dice),
        Style::Horizon => horizon(brief, dice),
        Style::Filmstrip => filmstrip(brief, dice),
        Style::Arcs => arcs(brief, dice),
        Style::Silhouette => silhouette(brief, dice),
        Style::Cutout => cutout(brief, dice),
        Style::Skyline => skyline(brief, dice),
    };
    let Area { x, y, width, height } = brief.area;
    format!(
        "<clipPath id='art'><rect x='{x:.2}' y='{y:.2}' width='{width:.2}' height='{height:.2}'/></clipPath><g clip-path='url(#art)'>{art}</g>"
    )
}

fn rect(x: f32, y: f32, width: f32, height: f32, fill: &str) -> String {
    format!("<rect x='{x:.2}' y='{y:.2}' width='{width:.2}' height='{height:.2}' fill='{fill}'/>")
}

fn disc((x, y): (f32, f32), radius: f32, fill: &str) -> String {
    format!("<circle cx='{x:.2}' cy='{y:.2}' r='{radius:.2}' fill='{fill}'/>")
}

fn polygon(points: &[(f32, f32)], fill: &str) -> String {
    let mut list = String::new();
    for (x, y) in points {
        // Writing to a String cannot fail.
        let _ = write!(list, "{x:.2},{y:.2} ");
    }
    format!("<polygon points='{}' fill='{fill}'/>", list.trim_end())
}

fn ring((x, y): (f32, f32), radius: f32, thickness: f32, colour: &str) -> String {
    format!(
        "<circle cx='{x:.2}' cy='{y:.2}' r='{radius:.2}' fill='none' stroke='{colour}' stroke-width='{thickness:.2}'/>"
    )
}

/// Constructivist bars at an angle, a wedge, a disc behind the motif.
fn diagonal(brief: &Brief<'_>, dice: &mut Dice) -> String {
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

/// Rings around the motif like sound, water or a lens.
fn circles(brief: &Brief<'_>, dice: &mut Dice) -> String {
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
fn stripes(brief: &Brief<'_>, dice: &mut Dice) -> String {
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
fn rays(brief: &Brief<'_>, dice: &mut Dice) -> String {
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

/// The first letter of the title, larger than the picture.
fn letter(brief: &Brief<'_>, dice: &mut Dice) -> String {
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

/// A halftone: dots that swell towards the motif or run in a wave.
fn dots(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, cy) = area.centre();
    let (r, far) = (area.reach(), area.far());
    let across = dice.pick(&[11, 13, 15]).unwrap_or(13);
    let step = 2.0 * r / across as f32;
    let (columns, rows) = ((area.width / step).ceil() as i32 + 1, (area.height / step).ceil() as i32 + 1);
    let (inward, rising) = (dice.coin(), dice.coin());
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
            let colour = if (column + row) % 5 == 0 { colours.accent } else { colours.second };
            art += &disc((x, y), radius, colour);
        }
    }
    if rising {
        let spot = (cx, area.y + area.height * 0.44);
        art += &disc(spot, r * 0.84, colours.accent);
        art += &motif::draw(object, spot, r * 1.2, colours.ink, colours.ground);
        return art;
    }
    art += &disc((cx, cy), r * 0.78, colours.ground);
    art += &motif::draw(object, (cx, cy), r * 1.16, colours.ink, colours.accent);
    art
}

/// A sky in three steps, a moon, hills or waves, and the motif between them.
fn horizon(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let r = area.reach();
    let left = dice.coin();
    let moon_x = area.x + area.width * if left { 0.3 } else { 0.7 };
    let moon = (moon_x, area.y + area.height * 0.34);
    let mut art = String::new();
    art += &disc(moon, r * 1.12, colours.second);
    art += &disc(moon, r * 0.8, colours.accent);
    let stand = (area.x + area.width * if left { 0.56 } else { 0.44 }, area.y + area.height * 0.54);
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
fn filmstrip(brief: &Brief<'_>, dice: &mut Dice) -> String {
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

/// Quarter circles on a grid, as in a Bauhaus exercise, with the motif in a field of its own.
fn arcs(brief: &Brief<'_>, dice: &mut Dice) -> String {
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

/// One large object with its coloured shadow on a flat field.
fn silhouette(brief: &Brief<'_>, dice: &mut Dice) -> String {
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
fn cutout(brief: &Brief<'_>, dice: &mut Dice) -> String {
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
fn skyline(brief: &Brief<'_>, dice: &mut Dice) -> String {
    let Brief { area, colours, motif: object, .. } = *brief;
    let (cx, _) = area.centre();
    let r = area.reach();
    let above = (cx, area.y + area.height * 0.4);
    let mut art = disc(above, r * 0.92, colours.accent);
    art += &motif::draw(object, above, r * 1.06, colours.ink, colours.ground);
    for (row, colour) in [colours.second, colours.ink].into_iter().enumerate() {
        let lit = if row == 0 { colours.ink } else { colours.accent };
        let mut x = area.x - r * dice.between(0.0, 0.2);
        while x < area.right() {
            let width = r * dice.between(0.2, 0.36);
            // Towers stand at the sides and leave the motif in sight.
            let side = ((x + width / 2.0 - cx) / (area.width / 2.0)).abs();
            let rise = if row == 0 { 0.3 + 0.42 * side } else { 0.14 + 0.24 * side };
            let height = area.height * (rise + dice.between(-0.05, 0.08));
            let top = area.bottom() - height;
            art += &rect(x, top, width + 0.2, height + 1.0, colour);
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
