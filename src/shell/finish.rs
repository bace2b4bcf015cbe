//! What is done to a decoded picture so that drawing it is copying rows: everything that lies over or under it, and
//! never changes, is baked in.

use super::decode::DecodedImage;

/// Red, green and blue of what a picture lies on.
pub type Ground = [u8; 3];

/// Lays a picture on its ground: round corners and see-through parts take the ground's colour.
///
/// The alpha of the result is 255 everywhere.
pub fn lay_on(mut picture: DecodedImage, ground: Ground) -> DecodedImage {
    for pixel in picture.rgba.as_chunks_mut::<4>().0 {
        let [red, green, blue, alpha] = pixel;
        if *alpha < u8::MAX {
            for (channel, below) in [red, green, blue].into_iter().zip(ground) {
                *channel = mixed(below, *channel, u32::from(*alpha) * 257);
            }
            *alpha = u8::MAX;
        }
    }
    picture
}

/// A fade of a large picture into the ground, in pixels of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Fade {
    /// The first row that is kept.
    pub top: u32,
    /// Rows that are kept.
    pub height: u32,
    /// Widths, from the left edge, over which the ground gives way to the picture.
    pub left: [f32; 2],
    /// Height over which a shade at the upper edge gives way.
    pub shade: f32,
    /// Heights, up from the lower edge, over which the picture gives way to the ground.
    pub bottom: [f32; 2],
}

/// How much of the picture the shade at the upper edge leaves at its darkest.
const SHADE_LEAVES: f32 = 0.08;

/// Cuts a picture to some of its rows and fades it into the ground.
pub fn fade(picture: &DecodedImage, fade: &Fade, ground: Ground) -> DecodedImage {
    let width = picture.width;
    let top = fade.top.min(picture.height);
    let height = fade.height.min(picture.height - top);
    let ramp = |at: u32, length: f32| ((at as f32 + 0.5) / length.max(1.0)).min(1.0);
    let fixed = |weight: f32| (weight * 256.0).round() as u32;
    let columns: Vec<u32> =
        (0..width).map(|x| fixed(fade.left.iter().map(|length| ramp(x, *length)).product())).collect();
    let row_bytes = usize::try_from(width).unwrap_or(0) * 4;
    let mut rgba = Vec::with_capacity(row_bytes * usize::try_from(height).unwrap_or(0));
    let rows = picture.rgba.chunks_exact(row_bytes.max(1)).skip(usize::try_from(top).unwrap_or(usize::MAX));
    for (y, row) in (0..height).zip(rows) {
        let from_below = height - 1 - y;
        let shade = SHADE_LEAVES + (1.0 - SHADE_LEAVES) * ramp(y, fade.shade);
        let weight = fixed(shade * fade.bottom.iter().map(|length| ramp(from_below, *length)).product::<f32>());
        for ([red, green, blue, alpha], column) in row.as_chunks::<4>().0.iter().zip(&columns) {
            let weight = weight * column * u32::from(*alpha) / u32::from(u8::MAX);
            let [below_red, below_green, below_blue] = ground;
            rgba.extend([
                mixed(below_red, *red, weight),
                mixed(below_green, *green, weight),
                mixed(below_blue, *blue, weight),
                u8::MAX,
            ]);
        }
    }
    DecodedImage { width, height, rgba }
}

/// `above` at a weight of 0 to 65 536 over `below`.
fn mixed(below: u8, above: u8, weight: u32) -> u8 {
    let weight = weight.min(65_536);
    let sum = u32::from(below) * (65_536 - weight) + u32::from(above) * weight + 32_768;
    u8::try_from(sum >> 16).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUND: Ground = [10, 11, 17];

    fn plain(width: u32, height: u32, pixel: [u8; 4]) -> DecodedImage {
        DecodedImage { width, height, rgba: pixel.repeat((width * height) as usize) }
    }

    fn pixel(picture: &DecodedImage, x: u32, y: u32) -> [u8; 4] {
        let at = ((y * picture.width + x) * 4) as usize;
        picture.rgba[at..at + 4].try_into().expect("four bytes")
    }

    #[test]
    fn what_can_be_seen_through_takes_the_colour_of_the_ground() {
        let laid = lay_on(plain(2, 2, [200, 100, 50, 0]), GROUND);
        assert_eq!(pixel(&laid, 1, 1), [10, 11, 17, 255]);
        let half = lay_on(plain(1, 1, [210, 111, 17, 128]), GROUND);
        assert_eq!(pixel(&half, 0, 0), [110, 61, 17, 255]);
        let whole = plain(2, 1, [1, 2, 3, 255]);
        assert_eq!(lay_on(whole.clone(), GROUND), whole);
    }

    #[test]
    fn a_fade_ends_in_the_ground_at_its_left_and_lower_edges() {
        let spec = Fade { top: 10, height: 80, left: [40.0, 60.0], shade: 10.0, bottom: [30.0, 20.0] };
        let faded = fade(&plain(100, 100, [255, 255, 255, 255]), &spec, GROUND);
        assert_eq!((faded.width, faded.height), (100, 80));
        assert_eq!(faded.rgba.len(), 100 * 80 * 4);
        let near = |at: [u8; 4]| at.iter().zip(GROUND).all(|(level, ground)| level.abs_diff(ground) <= 3);
        assert!(near(pixel(&faded, 0, 40)) && near(pixel(&faded, 99, 79)));
        assert_eq!(pixel(&faded, 99, 40), [255, 255, 255, 255]);
        for x in 1..100 {
            assert!(pixel(&faded, x, 40)[0] >= pixel(&faded, x - 1, 40)[0], "it grows to the right at {x}");
        }
        for y in 51..80 {
            assert!(pixel(&faded, 99, y)[0] <= pixel(&faded, 99, y - 1)[0], "it falls below at {y}");
        }
    }

    #[test]
    fn a_cut_beyond_the_picture_is_what_there_is() {
        let spec = Fade { top: 7, height: 80, left: [1.0; 2], shade: 1.0, bottom: [1.0; 2] };
        assert_eq!(fade(&plain(3, 10, [9, 9, 9, 255]), &spec, GROUND).height, 3);
        let none = Fade { top: 20, ..spec };
        assert_eq!(fade(&plain(3, 10, [9, 9, 9, 255]), &none, GROUND).height, 0);
    }
}
