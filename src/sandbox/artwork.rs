//! Posters, tiles and backdrops of everything on sale, drawn from a few words in the seed data.
//!
//! The pictures are our own: geometry and type only, no stills, no logos.  Drawing is a pure function of the seed, the
//! image id and the size, so that a cache may keep the result for ever.

mod dice;
mod layout;
mod motif;
mod palette;
mod spec;
mod style;
mod typeset;

#[cfg(test)]
mod tests;

use std::{ops::RangeInclusive, sync::Arc};

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb},
};

use self::{
    dice::Dice,
    layout::Words,
    typeset::{Font, Measure},
};
use super::seed::{OfferKind, Seed, SeedOffer};

pub use spec::{ArtSpec, Motif, Palette, Style};

/// Pictures of this size are drawn; others are refused.
const WIDTHS: RangeInclusive<u32> = 16..=1920;
const HEIGHTS: RangeInclusive<u32> = 16..=1080;
/// Ids with this prefix have a picture although nothing on sale has it.
const SYNTHETIC: &str = "generated-";
const LONGEST_SYNTHETIC: usize = 64;

/// The shapes in which a picture exists.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Variant {
    /// Upright, usually 2:3.
    Poster,
    /// Lying, usually 16:9, with the title.
    Tile,
    /// Behind a screen: quiet and dark on the left, without a title.
    Backdrop,
}

impl Variant {
    /// Width and height when the caller names none.
    pub const fn usual_size(self) -> (u32, u32) {
        match self {
            Self::Poster => (240, 360),
            Self::Tile => (400, 225),
            Self::Backdrop => (1280, 720),
        }
    }
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum ArtworkError {
    /// Nothing on sale has this image.
    #[error("find artwork {0:?}: no offer has it")]
    Unknown(String),
    /// Outside 16..=1920 by 16..=1080.
    #[error("draw artwork at {width}x{height}: the size must be within 16x16 and 1920x1080")]
    Size { width: u32, height: u32 },
    /// The drawing itself failed: a fault of this module.
    #[error("draw artwork {id:?}: {reason}")]
    Broken { id: String, reason: String },
}

/// Draws pictures; holds the fonts, so make one and share it.
pub struct Artist {
    fonts: Arc<fontdb::Database>,
    measure: Measure,
}

impl Default for Artist {
    fn default() -> Self {
        Self::new()
    }
}

impl Artist {
    /// Loads the bundled fonts.
    pub fn new() -> Self {
        let mut fonts = fontdb::Database::new();
        for font in Font::ALL {
            fonts.load_font_data(font.bytes().to_vec());
        }
        Self { fonts: Arc::new(fonts), measure: Measure::new() }
    }

    /// The picture as PNG.
    ///
    /// # Errors
    /// The picture could not be encoded.
    pub fn draw(
        &self,
        seed: &Seed,
        image_id: &str,
        variant: Variant,
        width: u32,
        height: u32,
    ) -> Result<Vec<u8>, ArtworkError> {
        let broken = |reason: String| ArtworkError::Broken { id: image_id.to_owned(), reason };
        let page = self.page(seed, image_id, variant, width, height)?;
        let options = Options { fontdb: Arc::clone(&self.fonts), ..Options::default() };
        let tree = Tree::from_str(&page, &options).map_err(|error| broken(error.to_string()))?;
        let mut pixels = Pixmap::new(width, height).ok_or_else(|| broken("no memory".to_owned()))?;
        resvg::render(&tree, Transform::default(), &mut pixels.as_mut());
        pixels.encode_png().map_err(|error| broken(error.to_string()))
    }

    /// The picture as SVG.
    fn page(
        &self,
        seed: &Seed,
        image_id: &str,
        variant: Variant,
        width: u32,
        height: u32,
    ) -> Result<String, ArtworkError> {
        check(seed, image_id, width, height)?;
        let (art, words) = match seed.offers.iter().find(|offer| offer.image == image_id) {
            Some(offer) => (offer.art, words_of(offer)),
            None => synthetic(image_id).ok_or_else(|| ArtworkError::Unknown(image_id.to_owned()))?,
        };
        let size = (width as f32, height as f32);
        Ok(layout::page(&self.measure, art, &words, image_id, variant, size))
    }
}

/// Whether there is such a picture, without drawing it.
///
/// # Errors
/// [`ArtworkError::Size`] and [`ArtworkError::Unknown`].
pub fn check(seed: &Seed, image_id: &str, width: u32, height: u32) -> Result<(), ArtworkError> {
    if !WIDTHS.contains(&width) || !HEIGHTS.contains(&height) {
        return Err(ArtworkError::Size { width, height });
    }
    let is_synthetic = || image_id.len() <= LONGEST_SYNTHETIC && image_id.starts_with(SYNTHETIC);
    let is_known = seed.offers.iter().any(|offer| offer.image == image_id) || is_synthetic();
    if is_known { Ok(()) } else { Err(ArtworkError::Unknown(image_id.to_owned())) }
}

fn words_of(offer: &SeedOffer) -> Words {
    let headline = match (offer.kind, offer.quota_gb) {
        (OfferKind::Quota, Some(size)) => format!("{size} ГБ"),
        _ => offer.title.clone(),
    };
    let line = match (offer.kind, &offer.director) {
        (OfferKind::Quota, _) => "Объём для записи".to_owned(),
        (_, Some(directors)) => credits(directors),
        (_, None) => offer.subtitle.clone(),
    };
    let initial = match offer.quota_gb {
        Some(size) => size.to_string(),
        None => headline.chars().find(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().collect()).unwrap_or_default(),
    };
    Words { headline, line, year: offer.year, initial }
}

/// One name in full, several with initials: "Г. Козинцев, Л. Трауберг".
fn credits(directors: &str) -> String {
    if !directors.contains(", ") {
        return directors.to_owned();
    }
    let short = |name: &str| match name.split_once(' ') {
        Some((first, last)) => format!("{}.\u{a0}{last}", first.chars().take(1).collect::<String>()),
        None => name.to_owned(),
    };
    directors.split(", ").map(short).collect::<Vec<_>>().join(", ")
}

/// Load tests and quality assurance invent offers; their pictures follow from the id.
fn synthetic(image_id: &str) -> Option<(ArtSpec, Words)> {
    let number = image_id.strip_prefix(SYNTHETIC)?;
    let mut dice = Dice::new(image_id);
    let art =
        ArtSpec { style: dice.pick(Style::ALL)?, palette: dice.pick(Palette::ALL)?, motif: dice.pick(Motif::ALL)? };
    let number: String = number.chars().take(12).collect();
    let initial = number.chars().next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let words =
        Words {
            headline: format!("Фильм {number}"), line: "Проверочный показ".to_owned(), year: None, initial
        };
    Some((art, words))
}
