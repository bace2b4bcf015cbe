//! Pictures from bytes to pixels, within bounds that a box can afford.
//!
//! What is too large is refused before memory is taken. Round corners are baked in here because
//! the software renderer cannot clip.

use std::io::Cursor;

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage};

/// Bytes of an encoded picture.
const MOST_BYTES: usize = 1024 * 1024;
/// Pixels of a picture.
const MOST_PIXELS: u64 = 4_000_000;
/// Bytes of a picture before it is scaled: eight bits for each of four channels. One of sixteen bits has fewer pixels.
const MOST_DECODED: u64 = MOST_PIXELS * 4;
/// Scans of a JPEG: one that refines itself has a dozen. Each takes the time of the whole picture, and ten bytes.
const MOST_SCANS: usize = 64;
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
///
/// # Errors
/// The bytes are no picture, or one that is too large.
pub fn decode_image(bytes: &[u8], width: u32, height: u32, corner_radius: u32) -> Result<DecodedImage, ImageError> {
    let is_target_sane = (1..=LONGEST_SIDE).contains(&width) && (1..=LONGEST_SIDE).contains(&height);
    if bytes.len() > MOST_BYTES || !is_target_sane || u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(ImageError::Size);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| ImageError::Format)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(ImageError::Format);
    }
    if reader.format() == Some(ImageFormat::Jpeg) {
        if has_unknown_inks(bytes) {
            return Err(ImageError::Format);
        }
        // Nothing but the beginning of a scan is written so; a small picture inside the file has a few of its own.
        if bytes.windows(2).filter(|pair| *pair == [0xff, 0xda]).count() > MOST_SCANS {
            return Err(ImageError::Size);
        }
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    // As much again for the decoder's own needs.
    limits.max_alloc = Some(MOST_DECODED * 2);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (source_width, source_height) = decoder.dimensions();
    let pixels = u64::from(source_width) * u64::from(source_height);
    if pixels == 0 || pixels > MOST_PIXELS || decoder.total_bytes() > MOST_DECODED {
        return Err(ImageError::Size);
    }
    // Cameras lay a picture on its side and write beside it which way is up.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    let (lying_width, lying_height) = if is_lying(orientation) { (height, width) } else { (width, height) };
    let mut picture = cover(picture, lying_width, lying_height);
    picture.apply_orientation(orientation);
    let mut picture = picture.into_rgba8();
    round_corners(&mut picture, corner_radius);
    Ok(DecodedImage { width, height, rgba: picture.into_raw() })
}

/// Whether a JPEG has four inks and no note of Adobe's: how much ink a number means is then anybody's guess.
fn has_unknown_inks(bytes: &[u8]) -> bool {
    let (mut rest, mut is_adobes) = (bytes.get(2..).unwrap_or_default(), false);
    while let [0xff, marker, high, low, ..] = *rest {
        let segment = rest.get(4..).unwrap_or_default();
        match marker {
            0xee => is_adobes |= segment.starts_with(b"Adobe"),
            0xc0..=0xc2 => return segment.get(5) == Some(&4) && !is_adobes,
            _ => {}
        }
        rest = rest.get(2 + usize::from(u16::from_be_bytes([high, low]))..).unwrap_or_default();
    }
    false
}

/// Whether width and height change places when the picture is put upright.
fn is_lying(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
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

    /// A picture of four colours, and the same with the note of a camera on which way is up.
    fn turned(orientation: u8) -> Vec<u8> {
        let picture = image::RgbImage::from_fn(32, 32, |x, y| {
            image::Rgb(match (x < 16, y < 16) {
                (true, true) => [255, 0, 0],
                (false, true) => [0, 255, 0],
                (true, false) => [0, 0, 255],
                (false, false) => [255, 255, 255],
            })
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
        let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let segment = [&[0xff, 0xe1][..], &length, &exif].concat();
        let mut bytes = bytes.into_inner();
        bytes.splice(2..2, segment);
        bytes
    }

    /// Roughly which colour a pixel has, by its channels.
    fn colour(picture: &DecodedImage, x: u32, y: u32) -> [bool; 3] {
        let at = ((y * picture.width + x) * 4) as usize;
        [0, 1, 2].map(|channel| picture.rgba[at + channel] > 128)
    }

    #[test]
    fn a_camera_that_lay_on_its_side_gives_an_upright_picture() {
        const RED: [bool; 3] = [true, false, false];
        const GREEN: [bool; 3] = [false, true, false];
        const BLUE: [bool; 3] = [false, false, true];
        const WHITE: [bool; 3] = [true; 3];
        // The corners at the top, as the standard of EXIF defines the eight numbers; others say nothing.
        for (orientation, top) in [
            (1, [RED, GREEN]),
            (2, [GREEN, RED]),
            (3, [WHITE, BLUE]),
            (4, [BLUE, WHITE]),
            (5, [RED, BLUE]),
            (6, [BLUE, RED]),
            (7, [WHITE, GREEN]),
            (8, [GREEN, WHITE]),
            (0, [RED, GREEN]),
            (9, [RED, GREEN]),
        ] {
            let picture = decode_image(&turned(orientation), 40, 40, 0).unwrap();
            assert_eq!([colour(&picture, 4, 4), colour(&picture, 35, 4)], top, "{orientation}");
        }
        let wide = decode_image(&turned(6), 60, 40, 0).unwrap();
        assert_eq!((wide.width, wide.height), (60, 40));
    }

    /// A PNG of 8 by 8 pixels, written by hand: the header's last five bytes, chunks before the data, and the rows.
    fn png(kind: [u8; 5], before: &[(&[u8; 4], &[u8])], rows: &[u8]) -> Vec<u8> {
        let chunk = |name: &[u8; 4], data: &[u8]| {
            let named = [&name[..], data].concat();
            let length = u32::try_from(data.len()).unwrap().to_be_bytes();
            [&length[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
        };
        let length = u16::try_from(rows.len()).unwrap();
        let (mut a, mut b) = (1_u32, 0_u32);
        for byte in rows {
            a = (a + u32::from(*byte)) % 65_521;
            b = (b + a) % 65_521;
        }
        let stored = [&[0x78, 0x01, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), rows].concat();
        let data = [&stored[..], &(b << 16 | a).to_be_bytes()].concat();
        let header = [&8_u32.to_be_bytes()[..], &8_u32.to_be_bytes(), &kind].concat();
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        file.extend(chunk(b"IHDR", &header));
        before.iter().for_each(|(name, data)| file.extend(chunk(name, data)));
        file.extend(chunk(b"IDAT", &data));
        file.extend(chunk(b"IEND", &[]));
        file
    }

    #[test]
    fn what_distributors_send_is_shown_in_its_colours() {
        let rows = |pixels: &[u8]| [&[0][..], pixels].concat().repeat(8);
        // Adam7: seven pictures, each a part of the pixels.
        let passes = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)];
        let interlaced: Vec<u8> = passes
            .iter()
            .flat_map(|(width, rows)| [&[0][..], &[250, 10, 10].repeat(*width)].concat().repeat(*rows))
            .collect();
        for (name, bytes, expected) in [
            ("grey", png([8, 0, 0, 0, 0], &[], &rows(&[200; 8])), [200, 200, 200, 255]),
            ("grey of one bit", png([1, 0, 0, 0, 0], &[], &rows(&[0xff])), [255; 4]),
            ("grey of sixteen bits", png([16, 0, 0, 0, 0], &[], &rows(&[200; 16])), [200, 200, 200, 255]),
            ("grey with alpha", png([8, 4, 0, 0, 0], &[], &rows(&[200, 128].repeat(8))), [200, 200, 200, 128]),
            (
                "sixteen bits",
                png([16, 2, 0, 0, 0], &[], &rows(&[250, 250, 10, 10, 10, 10].repeat(8))),
                [250, 10, 10, 255],
            ),
            (
                "a palette with transparency",
                png([4, 3, 0, 0, 0], &[(b"PLTE", &[0, 0, 0, 250, 10, 10]), (b"tRNS", &[0, 128])], &rows(&[0x11; 4])),
                [250, 10, 10, 128],
            ),
            ("interlaced", png([8, 2, 0, 0, 1], &[], &interlaced), [250, 10, 10, 255]),
        ] {
            let picture = decode_image(&bytes, 4, 4, 0).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(picture.rgba[..4], expected, "{name}");
        }
    }

    /// A JPEG of four inks and one colour, written by hand: one code for each size of the only coefficient.
    fn cmyk(inks: [u8; 4], adobe: Option<u8>) -> Vec<u8> {
        let mut file = vec![0xff, 0xd8];
        if let Some(transform) = adobe {
            file.extend_from_slice(b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0");
            file.push(transform);
        }
        file.extend_from_slice(&[0xff, 0xdb, 0, 67, 0]);
        file.extend_from_slice(&[8; 64]);
        file.extend_from_slice(&[0xff, 0xc0, 0, 20, 8, 0, 8, 0, 8, 4]);
        (1..=4).for_each(|ink| file.extend_from_slice(&[ink, 0x11, 0]));
        file.extend_from_slice(&[0xff, 0xc4, 0, 31, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        file.extend(0..12);
        file.extend_from_slice(&[0xff, 0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        file.extend_from_slice(&[0xff, 0xda, 0, 14, 4]);
        (1..=4).for_each(|ink| file.extend_from_slice(&[ink, 0]));
        file.extend_from_slice(&[0, 63, 0]);
        let mut bits = String::new();
        for ink in inks {
            let level = i32::from(ink) - 128;
            let size = (32 - level.unsigned_abs().leading_zeros()) as usize;
            bits += &format!("{size:04b}");
            let raw = if level < 0 { level + (1 << size) - 1 } else { level };
            if size > 0 {
                bits += &format!("{raw:0size$b}");
            }
            bits.push('0');
        }
        while !bits.len().is_multiple_of(8) {
            bits.push('1');
        }
        for byte in bits.as_bytes().chunks(8) {
            let byte = u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap();
            file.push(byte);
            if byte == 0xff {
                file.push(0);
            }
        }
        file.extend_from_slice(&[0xff, 0xd9]);
        file
    }

    #[test]
    fn inks_are_shown_in_their_colours_or_left_out() {
        // Adobe's programs write how much paper is left, all others how much ink is on it.
        let red = |adobe, inks| match decode_image(&cmyk(inks, adobe), 8, 8, 0) {
            Ok(picture) => Some(colour(&picture, 4, 4)),
            Err(_) => None,
        };
        assert_eq!(red(Some(0), [255, 0, 0, 255]), Some([true, false, false]), "what Photoshop writes");
        assert_eq!(red(Some(2), [179, 171, 1, 255]), Some([true, false, false]), "as brightness and colour");
        assert_eq!(red(Some(2), [105, 212, 235, 255]), Some([false, true, false]), "green");
        assert_eq!(red(Some(2), [179, 171, 1, 0]), Some([false; 3]), "all black ink");
        assert_eq!(red(None, [0, 255, 255, 0]), None, "a negative is worse than no picture");
    }

    const PROGRESSIVE: &[u8] = include_bytes!("../../fuzz/corpus/image/progressive.jpg");

    /// Where a marker stands in a JPEG.
    fn marker(file: &[u8], kind: u8) -> usize {
        file.windows(2).rposition(|pair| pair == [0xff, kind]).unwrap()
    }

    #[test]
    fn a_jpeg_that_refines_itself_is_shown_whole_or_in_part() {
        assert_eq!(PROGRESSIVE[marker(PROGRESSIVE, 0xc2) + 1], 0xc2);
        let whole = decode_image(PROGRESSIVE, 8, 8, 0).unwrap();
        assert_eq!(whole.rgba.len(), 8 * 8 * 4);
        // A link that broke: shown or refused, never a panic.
        for end in 0..PROGRESSIVE.len() {
            if let Ok(part) = decode_image(&PROGRESSIVE[..end], 8, 8, 0) {
                assert_eq!(part.rgba.len(), 8 * 8 * 4, "{end}");
            }
        }
    }

    /// Each scan takes the time of the whole picture, so a file of a megabyte could take minutes.
    #[test]
    fn a_jpeg_of_endless_scans_is_refused() {
        let (last, end) = (marker(PROGRESSIVE, 0xda), marker(PROGRESSIVE, 0xd9));
        let scan = &PROGRESSIVE[last..end];
        let with = |more: usize| [&PROGRESSIVE[..end], &scan.repeat(more), &PROGRESSIVE[end..]].concat();
        assert!(!matches!(decode_image(&with(20), 8, 8, 0), Err(ImageError::Size)));
        assert!(matches!(decode_image(&with(100), 8, 8, 0), Err(ImageError::Size)));
    }

    #[test]
    fn a_jpeg_that_refines_itself_takes_no_more_pixels_than_others() {
        let mut file = PROGRESSIVE.to_vec();
        let sizes = marker(&file, 0xc2) + 5;
        for (height, width) in [(2001_u16, 2000_u16), (8192, 8192), (65_535, 65_535), (1, 8193)] {
            file[sizes..sizes + 2].copy_from_slice(&height.to_be_bytes());
            file[sizes + 2..sizes + 4].copy_from_slice(&width.to_be_bytes());
            assert!(matches!(decode_image(&file, 8, 8, 0), Err(ImageError::Size)), "{width}x{height}");
        }
        let arithmetic = include_bytes!("../../fuzz/corpus/image/arithmetic.jpg");
        assert!(decode_image(arithmetic, 8, 8, 0).is_err(), "no browser shows it either");
    }

    #[test]
    fn sixteen_bits_take_no_more_memory_than_eight() {
        // 4 megapixels of six bytes each; the header alone decides.
        let mut file = png([16, 2, 0, 0, 0], &[], &[0; 392]);
        file[16..24].copy_from_slice(&[0, 0, 7, 208, 0, 0, 7, 208]);
        let checksum = crc32fast::hash(&file[12..29]);
        file[29..33].copy_from_slice(&checksum.to_be_bytes());
        assert!(matches!(decode_image(&file, 8, 8, 0), Err(ImageError::Size)));
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
