//! Pages: where the composition, the title and the small lines stand in each variant.
//!
//! Returns SVG in units in which the page is as wide and high as asked; all measures are parts of those.

use super::{
    Variant,
    dice::Dice,
    palette::{Colours, contrast},
    spec::{ArtSpec, Style},
    style::{self, Area, Brief},
    typeset::{Anchor, CAPITAL, Font, LEADING, Measure, Setting, text},
};

/// The colour of the television screens behind every picture.
const SCREEN: &str = "#0E0F16";

/// The words on a picture.
pub(super) struct Words {
    pub(super) headline: String,
    /// A director or a short promise.
    pub(super) line: String,
    pub(super) year: Option<u16>,
    /// What a big letterform shows.
    pub(super) initial: String,
}

/// A page as an SVG document.
pub(super) fn page(
    measure: &Measure,
    art: ArtSpec,
    words: &Words,
    name: &str,
    variant: Variant,
    (width, height): (f32, f32),
) -> String {
    let mut dice = Dice::new(name);
    let sheet = Sheet { measure, art, words, width, height, colours: art.palette.colours() };
    let body = match variant {
        Variant::Poster => sheet.poster(&mut dice),
        Variant::Tile => sheet.tile(&mut dice),
        Variant::Backdrop => sheet.backdrop(&mut dice),
    };
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>{body}</svg>"
    )
}

struct Sheet<'a> {
    measure: &'a Measure,
    art: ArtSpec,
    words: &'a Words,
    width: f32,
    height: f32,
    colours: Colours,
}

/// Colours of the field that carries the type.
struct Band {
    paper: &'static str,
    ink: &'static str,
    rule: &'static str,
    /// The accent where it can be read, else the ink.
    figures: &'static str,
}

impl Sheet<'_> {
    fn poster(&self, dice: &mut Dice) -> String {
        let Self { width, height, .. } = *self;
        // Everything but the width of a page may be odd: type follows the smaller of the two.
        let unit = width.min(height * 0.72);
        let margin = unit * 0.075;
        let band = self.band(dice);
        let small = unit * 0.054;
        let title = self.measure.headline(&self.words.headline, width - 2.0 * margin, height * 0.29, 4, unit * 0.25);
        let above = (margin * 0.75).max(title.overhead() + margin * 0.4);
        let on_top = matches!(self.art.style, Style::Horizon | Style::Skyline) || (dice.coin() && dice.coin());
        let above = if on_top { above.max(margin) } else { above };
        let block = above + title.height() + small * 2.1 + margin * 0.9;

        let mut page = self.ground(self.colours.ground);
        let (area, first_line) = if on_top {
            let area = Area { x: 0.0, y: block, width, height: height - block };
            (area, above + title.size * CAPITAL)
        } else {
            let area = Area { x: 0.0, y: 0.0, width, height: height - block };
            (area, height - block + above + title.size * CAPITAL)
        };
        page += &self.compose(area, dice);
        page += &rectangle(0.0, if on_top { 0.0 } else { height - block }, width, block, band.paper);
        let rule = unit * 0.016;
        page += &rectangle(0.0, if on_top { block - rule } else { height - block }, width, rule, band.rule);
        page += &lines(&title, Anchor::Start, (margin, first_line), band.ink);
        let last = first_line + title.height() - title.size * CAPITAL;
        page += &self.credits(margin, last + small * 1.85, width - 2.0 * margin, small, &band);
        page
    }

    /// The small line: director or promise on the left, the year in headline figures on the right.
    fn credits(&self, x: f32, baseline: f32, width: f32, size: f32, band: &Band) -> String {
        let mut row = String::new();
        let mut room = width;
        if let Some(year) = self.words.year {
            let year = year.to_string();
            row += &text(Font::Headline, Anchor::End, (x + width, baseline), size * 1.35, band.figures, &year);
            room -= self.measure.width(Font::Headline, &year) * size * 1.35 + size;
        }
        let (line, size) = self.measure.line(&self.words.line, room, size);
        row += &text(Font::Text, Anchor::Start, (x, baseline), size, band.ink, &line);
        row
    }

    fn tile(&self, dice: &mut Dice) -> String {
        let Self { width, height, .. } = *self;
        let margin = (height * 0.1).min(width * 0.06);
        let band = self.band(dice);
        let column = width * 0.52;
        let room = column - margin * 1.8;
        let small = height * 0.064;
        let title = self.measure.headline(&self.words.headline, room, height * 0.52, 4, height * 0.21);
        let mut page = self.ground(self.colours.ground);
        page += &self.compose(Area { x: column, y: 0.0, width: width - column, height }, dice);
        page += &rectangle(0.0, 0.0, column, height, band.paper);
        page += &rectangle(column - height * 0.016, 0.0, height * 0.016, height, band.rule);

        page += &lines(&title, Anchor::Start, (margin, margin + title.size * CAPITAL), band.ink);
        let under = margin + title.height() + margin * 0.55;
        page += &rectangle(margin, under, height * 0.2, height * 0.02, band.rule);
        let credits = self.measure.lines(&self.words.line, room, small, 3);
        for (index, (line, size)) in credits.iter().rev().enumerate() {
            let year_row = if self.words.year.is_some() { small * 1.9 } else { 0.0 };
            let baseline = height - margin - year_row - index as f32 * small * 1.3;
            page += &text(Font::Text, Anchor::Start, (margin, baseline), *size, band.ink, line);
        }
        if let Some(year) = self.words.year {
            let year = year.to_string();
            page += &text(Font::Headline, Anchor::Start, (margin, height - margin), small * 1.4, band.figures, &year);
        }
        page
    }

    fn backdrop(&self, dice: &mut Dice) -> String {
        let Self { width, height, .. } = *self;
        let left = width * 0.4;
        let mut page = self.ground(self.colours.ground);
        page += &self.compose(Area { x: left, y: 0.0, width: width - left, height }, dice);
        // The screen's own type stands on the left and at the bottom: both sink into the screen's colour.
        page += &format!(
            "<linearGradient id='fade' x1='0' y1='0' x2='1' y2='0'>\
               <stop offset='0' stop-color='{SCREEN}'/><stop offset='0.4' stop-color='{SCREEN}'/>\
               <stop offset='0.58' stop-color='{SCREEN}' stop-opacity='0.62'/><stop offset='1' stop-color='{SCREEN}' stop-opacity='0.16'/>\
             </linearGradient>\
             <linearGradient id='foot' x1='0' y1='0' x2='0' y2='1'>\
               <stop offset='0.62' stop-color='{SCREEN}' stop-opacity='0'/><stop offset='1' stop-color='{SCREEN}' stop-opacity='0.92'/>\
             </linearGradient>\
             <rect width='{width}' height='{height}' fill='url(#fade)'/><rect width='{width}' height='{height}' fill='url(#foot)'/>"
        );
        page
    }

    fn ground(&self, colour: &str) -> String {
        rectangle(0.0, 0.0, self.width, self.height, colour)
    }

    /// Mostly the paper of the picture itself, sometimes its reverse.
    fn band(&self, dice: &mut Dice) -> Band {
        let Colours { ground, ink, accent, .. } = self.colours;
        let (paper, ink) = if dice.coin() && dice.coin() { (ink, ground) } else { (ground, ink) };
        let figures = if contrast(accent, paper) >= 3.0 { accent } else { ink };
        Band { paper, ink, rule: accent, figures }
    }

    fn compose(&self, area: Area, dice: &mut Dice) -> String {
        let brief = Brief { area, colours: self.colours, motif: self.art.motif, initial: &self.words.initial };
        style::draw(self.art.style, &brief, dice)
    }
}

fn rectangle(x: f32, y: f32, width: f32, height: f32, fill: &str) -> String {
    format!("<rect x='{x:.2}' y='{y:.2}' width='{width:.2}' height='{height:.2}' fill='{fill}'/>")
}

fn lines(setting: &Setting, anchor: Anchor, (x, first): (f32, f32), colour: &str) -> String {
    setting
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let baseline = first + index as f32 * setting.size * LEADING;
            text(Font::Headline, anchor, (x, baseline), setting.size, colour, line)
        })
        .collect()
}
