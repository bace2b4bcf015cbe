//! The compositions: what surrounds the motif and how it sits in the picture.
//!
//! Each fills an area with flat shapes in the four colours of a palette.  The ground and the type are the layout's.

mod patterns;
mod scenes;

use std::fmt::Write;

use super::{
    dice::Dice,
    palette::Colours,
    spec::{Motif, Style},
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

/// The composition as SVG. It may reach beyond its area: a page covers what is outside, because a clip takes a layer
/// as large as all of its content, many times the page.
pub(super) fn draw(style: Style, brief: &Brief<'_>, dice: &mut Dice) -> String {
    match style {
        Style::Diagonal => scenes::diagonal(brief, dice),
        Style::Circles => patterns::circles(brief, dice),
        Style::Stripes => patterns::stripes(brief, dice),
        Style::Rays => patterns::rays(brief, dice),
        Style::Letter => scenes::letter(brief, dice),
        Style::Dots => patterns::dots(brief, dice),
        Style::Horizon => scenes::horizon(brief, dice),
        Style::Filmstrip => scenes::filmstrip(brief, dice),
        Style::Arcs => patterns::arcs(brief, dice),
        Style::Silhouette => scenes::silhouette(brief, dice),
        Style::Cutout => scenes::cutout(brief, dice),
        Style::Skyline => scenes::skyline(brief, dice),
    }
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
