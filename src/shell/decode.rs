//! Pictures from bytes to pixels, within bounds that a box can afford.
//!
//! What is too large is refused before memory is taken. Round corners are baked in here because
//! the software renderer cannot clip.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage};

/// Bytes of an encoded picture.
const MOST_BYTES: usize = 1024 * 1024;
/// Pixels of a picture.
const MOST_PIXELS: u64 = 4_000_000;
/// Pixels along one side.
const LONGEST_SIDE: u32 = 8192;

/// Pixels in rows from the top, four bytes each, not premultiplied.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodedImage {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue, alpha.
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for DecodedImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DecodedImage({}x{})", self.width, self.height)
    }
}

/// Why a picture is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// Neither PNG nor JPEG.
    #[error("the picture is neither PNG nor JPEG")]
    Format,
    /// More bytes or pixels than the box takes, or none at all.
    #[error("the picture has a size the box does not take")]
    Size,
    /// Broken inside.
    #[error("the picture cannot be decoded")]
    Broken(#[source] image::ImageError),
}

/// Decodes a picture so that it covers the target exactly; what does not fit is cut off evenly.
/// A `corner_radius` above zero makes the corners round.
pub fn decode_image(bytes: &[u8], width: u32, height: u32, corner_radius: u32) -> Result<DecodedImage, ImageError> {
    let is_target_sane = (1..=LONGEST_SIDE).contains(&width) && (1..=LONGEST_SIDE).contains(&height);
    if bytes.len() > MOST_BYTES || !is_target_sane || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(ImageError::Size);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| ImageError::Format)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(ImageError::Format);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    // Sixteen bits for each of four channels, and as much again for the decoder's own needs.
    limits.max_alloc = Some(MOST_PIXELS * 16);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(broken)?;
    let (source_width, source_height) = decoder.dimensions();
    let pixels = u64::from(source_width) * u64::from(source_height);
    if pixels == 0 || pixels > MOST_PIXELS {
        return Err(ImageError::Size);
    }
    let picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    let mut picture = cover(picture, width, height).into_rgba8();
    round_corners(&mut picture, corner_radius);
    Ok(DecodedImage { width, height, rgba: picture.into_raw() })
}

fn broken(error: image::ImageError) -> ImageError {
    match error {
        image::ImageError::Limits(_) => ImageError::Size,
        error => ImageError::Broken(error),
    }
}

/// Cuts to the target's proportions first: scaling a very long picture first would need far more
/// memory than the picture itself.
fn cover(picture: DynamicImage, width: u32, height: u32) -> DynamicImage {
    let (w, h) = (u64::from(picture.width()), u64::from(picture.height()));
    if (w, h) == (u64::from(width), u64::from(height)) {
        return picture;
    }
    let (width64, height64) = (u64::from(width), u64::from(height));
    let (cut_w, cut_h) = if w * height64 > h * width64 {
        ((h * width64 / height64).max(1), h)
    } else {
        (w, (w * height64 / width64).max(1))
    };
    let narrow = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    picture.crop_imm(narrow((w - cut_w) / 2), narrow((h - cut_h) / 2), narrow(cut_w), narrow(cut_h)).resize_exact(
        width,
        height,
        FilterType::Triangle,
    )
}

/// Fades the alpha of pixels by how much of them lies within the rounded outline.
fn round_corners(picture: &mut RgbaImage, radius: u32) {
    let (width, height) = picture.dimensions();
    let radius = radius.min(width / 2).min(height / 2);
    let edge = radius as f32;
    for y in 0..radius {
        for x in 0..radius {
            let (dx, dy) = (edge - (x as f32 + 0.5), edge - (y as f32 + 0.5));
            let coverage = (edge - dx.hypot(dy) + 0.5).clamp(0.0, 1.0);
            for (x, y) in [(x, y), (width - 1 - x, y), (x, height - 1 - y), (width - 1 - x, height - 1 - y)] {
                let alpha = &mut picture.get_pixel_mut(x, y).0[3];
                *alpha = (f32::from(*alpha) * coverage).round() as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        // The left half is red, the right half blue.
        let picture = image::RgbImage::from_fn(width, height, |x, _| {
            image::Rgb(if x < width / 2 { [255, 0, 0] } else { [0, 0, 255] })
        });
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn alpha(picture: &DecodedImage, x: u32, y: u32) -> u8 {
        picture.rgba[((y * picture.width + x) * 4 + 3) as usize]
    }

    #[test]
    fn both_formats_come_out_in_exactly_the_size_asked_for() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            for (width, height) in [(24, 36), (36, 24), (7, 50), (240, 360)] {
                let picture = decode_image(&encoded(24, 36, format), width, height, 0).unwrap();
                assert_eq!((picture.width, picture.height), (width, height));
                assert_eq!(picture.rgba.len() as u32, width * height * 4);
                assert_eq!(alpha(&picture, 0, 0), 255);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_off_evenly() {
        let picture = decode_image(&encoded(100, 10, ImageFormat::Png), 10, 10, 0).unwrap();
        assert_eq!(picture.rgba[..3], [255, 0, 0]);
        assert_eq!(picture.rgba[36..39], [0, 0, 255]);
    }

    #[test]
    fn corners_are_round_and_their_edge_is_soft() {
        let picture = decode_image(&encoded(40, 40, ImageFormat::Png), 40, 40, 8).unwrap();
        for (x, y) in [(0, 0), (39, 0), (0, 39), (39, 39)] {
            assert_eq!(alpha(&picture, x, y), 0);
        }
        assert_eq!(alpha(&picture, 20, 0), 255);
        assert_eq!(alpha(&picture, 8, 8), 255);
        assert!((0..8).any(|x| (1..255).contains(&alpha(&picture, x, 2))), "some pixels are half covered");
        decode_image(&encoded(4, 4, ImageFormat::Png), 4, 4, 1000).unwrap();
    }

    #[test]
    fn too_large_pictures_are_refused_before_memory_is_taken() {
        let mut png = encoded(8, 8, ImageFormat::Png);
        // The header of a PNG says its size in bytes 16 to 23 and has its checksum in 29 to 32.
        for (width, height) in [(2001_u32, 2000_u32), (60_000, 60_000), (8193, 1), (0, 5)] {
            png[16..20].copy_from_slice(&width.to_be_bytes());
            png[20..24].copy_from_slice(&height.to_be_bytes());
            let checksum = crc32fast::hash(&png[12..29]);
            png[29..33].copy_from_slice(&checksum.to_be_bytes());
            let error = decode_image(&png, 8, 8, 0).unwrap_err();
            assert!(matches!(error, ImageError::Size | ImageError::Broken(_)), "{width}x{height}: {error:?}");
        }
        assert!(matches!(decode_image(&vec![0; MOST_BYTES + 1], 8, 8, 0), Err(ImageError::Size)));
        assert!(matches!(decode_image(&encoded(8, 8, ImageFormat::Png), 0, 8, 0), Err(ImageError::Size)));
        assert!(matches!(decode_image(&encoded(8, 8, ImageFormat::Png), u32::MAX, 8, 0), Err(ImageError::Size)));
    }

    #[test]
    fn other_formats_and_broken_files_are_refused() {
        for other in [&b"GIF89a\x01\0\x01\0\0\0\0;"[..], b"<svg/>", b"", b"BM"] {
            assert!(matches!(decode_image(other, 8, 8, 0), Err(ImageError::Format)));
        }
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let whole = encoded(8, 8, format);
            assert!(decode_image(&whole[..whole.len() / 3], 8, 8, 0).is_err());
        }
    }

    #[test]
    fn no_flipped_byte_makes_the_decoder_panic() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let whole = encoded(8, 8, format);
            for at in 0..whole.len() {
                let mut flipped = whole.clone();
                flipped[at] ^= 0xff;
                let _ = decode_image(&flipped, 4, 4, 1);
            }
        }
    }
}
