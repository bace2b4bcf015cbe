//! Type: measures text with the bundled fonts, breaks titles into lines and sets them as SVG.
//!
//! Sizes are chosen so that a line never leaves its box; measuring ignores kerning, which only ever tightens, and a
//! small allowance covers the rest.

use ttf_parser::Face;

/// The fonts that pictures use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Font {
    /// Oswald Bold: headlines.
    Headline,
    /// IBM Plex Sans SemiBold: everything small.
    Text,
}

const HEADLINE: &[u8] = include_bytes!("../../../assets/fonts/Oswald-Bold.ttf");
const TEXT: &[u8] = include_bytes!("../../../assets/fonts/IBMPlexSans-SemiBold.ttf");
/// What a measured width may be off by.
const ALLOWANCE: f32 = 1.015;
/// How far a small line may shrink before it is cut instead.
const LEAST: f32 = 0.72;

impl Font {
    pub(super) const ALL: [Self; 2] = [Self::Headline, Self::Text];

    pub(super) const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Headline => HEADLINE,
            Self::Text => TEXT,
        }
    }

    const fn attributes(self) -> &'static str {
        match self {
            Self::Headline => "font-family='Oswald' font-weight='700'",
            Self::Text => "font-family='IBM Plex Sans' font-weight='600'",
        }
    }
}

/// Measures with the real fonts.
pub(super) struct Measure {
    headline: Face<'static>,
    text: Face<'static>,
}

impl Measure {
    pub(super) fn new() -> Self {
        let face = |font: Font| Face::parse(font.bytes(), 0).expect("a bundled font in assets/fonts is broken");
        Self { headline: face(Font::Headline), text: face(Font::Text) }
    }

    /// Width of the text when set at size 1.
    pub(super) fn width(&self, font: Font, text: &str) -> f32 {
        let face = match font {
            Font::Headline => &self.headline,
            Font::Text => &self.text,
        };
        let units: u32 = text
            .chars()
            .map(|c| {
                let glyph = face.glyph_index(c).unwrap_or_default();
                u32::from(face.glyph_hor_advance(glyph).unwrap_or(face.units_per_em()))
            })
            .sum();
        units as f32 / f32::from(face.units_per_em()) * ALLOWANCE
    }

    /// The largest setting of a headline that fits the box, in at most `most` lines and no larger than `cap`.
    pub(super) fn headline(&self, title: &str, width: f32, height: f32, most: usize, cap: f32) -> Setting {
        let words = pieces(&title.to_uppercase());
        let mut best = Setting { lines: Vec::new(), size: 0.0 };
        for lines in breaks(&words, most) {
            let widest = lines.iter().map(|line| self.width(Font::Headline, line)).fold(0.01, f32::max);
            let size = (width / widest).min(height / (lines.len() as f32 * LEADING)).min(cap);
            // A further line must earn its place with clearly larger type.
            let fewer = lines.len() <= best.lines.len();
            if size > best.size * if fewer { 1.0 } else { 1.06 } {
                best = Setting { lines, size };
            }
        }
        best
    }

    /// The text at a size, made smaller until it fits and cut with an ellipsis when that would make it tiny.
    pub(super) fn line(&self, text: &str, width: f32, size: f32) -> (String, f32) {
        let natural = self.width(Font::Text, text) * size;
        if natural <= width {
            return (text.to_owned(), size);
        }
        let least = size * LEAST;
        if natural * LEAST <= width {
            return (text.to_owned(), size * width / natural);
        }
        let mut cut: Vec<char> = text.chars().collect();
        loop {
            cut.pop();
            let short = format!("{}…", cut.iter().collect::<String>().trim_end());
            if cut.is_empty() || self.width(Font::Text, &short) * least <= width {
                return (short, least);
            }
        }
    }

    /// The text in lines of one size, as many as `most`; the last is cut when there is more.
    pub(super) fn lines(&self, text: &str, width: f32, size: f32, most: usize) -> Vec<(String, f32)> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ') {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            match longer {
                Some(longer) if self.width(Font::Text, &longer) * size <= width || lines.len() == most => {
                    lines.pop();
                    lines.push(longer);
                }
                Some(_) | None => lines.push(word.to_owned()),
            }
        }
        lines.iter().map(|line| self.line(line, width, size)).collect()
    }
}

/// Distance of headline baselines, in sizes.
pub(super) const LEADING: f32 = 1.12;
/// Height of Oswald's capitals, in sizes.
pub(super) const CAPITAL: f32 = 0.81;

/// A title broken into lines at one size.
pub(super) struct Setting {
    pub(super) lines: Vec<String>,
    pub(super) size: f32,
}

impl Setting {
    /// Room above the first capitals for what stands on them, as on Ё and Й.
    pub(super) fn overhead(&self) -> f32 {
        let marked = self.lines.first().is_some_and(|line| line.contains(['Ё', 'Й']));
        if marked { self.size * 0.2 } else { 0.0 }
    }

    /// From the top of the first capitals to the last baseline.
    pub(super) fn height(&self) -> f32 {
        let gaps = self.lines.len().saturating_sub(1) as f32;
        self.size * (CAPITAL + gaps * LEADING)
    }
}

/// What may stand on a line of its own: words, with a dash kept to the word before it, and the parts of a hyphened word
/// when that is all there is.
fn pieces(title: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for word in title.split_whitespace() {
        match pieces.last_mut() {
            Some(before) if word.chars().all(|c| matches!(c, '—' | '–' | '-')) => {
                before.push('\u{a0}');
                before.push_str(word);
            }
            Some(_) | None => pieces.push(word.to_owned()),
        }
    }
    if let [only] = pieces.as_slice() {
        pieces = only.split_inclusive('-').map(str::to_owned).collect();
    }
    pieces
}

/// Every way to put words on at most `most` lines.
fn breaks(words: &[String], most: usize) -> Vec<Vec<String>> {
    let mut ways = Vec::new();
    let gaps = words.len().saturating_sub(1).min(12);
    for mask in 0_u32..(1 << gaps) {
        if mask.count_ones() as usize >= most.max(1) {
            continue;
        }
        let mut lines = vec![String::new()];
        for (index, word) in words.iter().enumerate() {
            let starts_line = index > 0 && index <= gaps && mask & (1 << (index - 1)) != 0;
            if starts_line && !lines.last().is_some_and(|line| ends_badly(line)) {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() && !line.ends_with('-') {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        ways.push(lines);
    }
    // Fewer lines first, so that more of them have to be worth it.
    ways.sort_by_key(Vec::len);
    ways
}

/// A line should not end in a preposition or other one- or two-letter word.
fn ends_badly(line: &str) -> bool {
    line.split_whitespace()
        .last()
        .is_some_and(|word| word.chars().count() <= 2 && word.chars().all(char::is_alphabetic))
}

/// Where text hangs on its point.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// One line of text as SVG, its baseline at `y`.
pub(super) fn text(font: Font, anchor: Anchor, (x, y): (f32, f32), size: f32, colour: &str, text: &str) -> String {
    let anchor = match anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    format!(
        "<text x='{x:.2}' y='{y:.2}' {} font-size='{size:.2}' text-anchor='{anchor}' fill='{colour}'>{}</text>",
        font.attributes(),
        escape(text)
    )
}

/// XML-safe text; control and other characters that XML forbids become spaces.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}
