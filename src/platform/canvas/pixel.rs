//! A pixel of 32 bits, and what is done with rows of them.
//!
//! Plain loops over slices: the compiler turns them into the vector instructions of the processor at hand.

use slint::platform::software_renderer::{PremultipliedRgbaColor, TargetPixel};

/// A pixel: eight bits of nothing, red, green, blue from the highest bits down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(transparent)]
pub struct Pixel(pub u32);

/// Red and blue, or green: the eight bits above each take what a product adds.
const RED_BLUE: u32 = 0x00ff_00ff;
const GREEN: u32 = 0x0000_ff00;

/// Words of a desktop's or a driver's memory as pixels.
pub fn as_pixels(words: &mut [u32]) -> &mut [Pixel] {
    bytemuck::cast_slice_mut(words)
}

impl Pixel {
    /// Its red, green and blue.
    pub fn rgb(self) -> [u8; 3] {
        let [_, red, green, blue] = self.0.to_be_bytes();
        [red, green, blue]
    }

    /// Its bytes in a picture of the screen's own pixels ([`super::own_picture`]).
    pub fn bytes(self) -> [u8; 4] {
        self.0.to_ne_bytes()
    }

    /// What of a colour lies over this pixel: a `weight` of 0 keeps the pixel, one of 256 gives the colour.
    #[inline]
    fn mixed(self, color: u32, weight: u32) -> Self {
        let keep = 256 - weight;
        let red_blue = ((self.0 & RED_BLUE) * keep + (color & RED_BLUE) * weight + 0x0080_0080) >> 8 & RED_BLUE;
        let green = ((self.0 & GREEN) * keep + (color & GREEN) * weight + 0x8000) >> 8 & GREEN;
        Self(red_blue | green)
    }
}

/// An alpha of 0 to 255 as a weight of 0 to 256.
#[inline]
fn weight(alpha: u32) -> u32 {
    alpha + (alpha >> 7)
}

impl TargetPixel for Pixel {
    fn blend(&mut self, color: PremultipliedRgbaColor) {
        let rest = 255 - u32::from(color.alpha);
        let mix = |shift: u32, top: u8| {
            let below = (self.0 >> shift) & 0xff;
            (below * rest / 255 + u32::from(top)).min(255) << shift
        };
        self.0 = mix(16, color.red) | mix(8, color.green) | mix(0, color.blue);
    }

    fn from_rgb(red: u8, green: u8, blue: u8) -> Self {
        Self(u32::from_be_bytes([0, red, green, blue]))
    }
}

/// A colour with an alpha of 0 to 255, not premultiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    pub(super) color: u32,
    pub(super) alpha: u8,
}

impl Ink {
    /// A colour under an opacity of 0 to 255.
    pub(super) fn new(color: slint::Color, opacity: u8) -> Self {
        let [red, green, blue] = [color.red(), color.green(), color.blue()];
        let alpha = u16::from(color.alpha()) * u16::from(opacity) / 255;
        Self { color: u32::from_be_bytes([0, red, green, blue]), alpha: u8::try_from(alpha).unwrap_or(u8::MAX) }
    }

    /// Lays it over every pixel of a row.
    pub(super) fn fill(self, row: &mut [Pixel]) {
        match self.alpha {
            0 => {}
            u8::MAX => row.fill(Pixel(self.color)),
            alpha => {
                let weight = weight(u32::from(alpha));
                for pixel in row {
                    *pixel = pixel.mixed(self.color, weight);
                }
            }
        }
    }

    /// Lays it over a row as thick as the mask says, 0 to 255 a pixel.
    pub(super) fn fill_masked(self, row: &mut [Pixel], mask: &[u8]) {
        let opacity = weight(u32::from(self.alpha));
        for (pixel, mask) in row.iter_mut().zip(mask) {
            match *mask {
                0 => {}
                u8::MAX if opacity == 256 => *pixel = Pixel(self.color),
                mask => *pixel = pixel.mixed(self.color, (weight(u32::from(mask)) * opacity) >> 8),
            }
        }
    }
}

/// Lays two inks over a pixel, side by side: each covers a part of it, 0 to 1, and both together at most all.
pub(super) fn cover(pixel: &mut Pixel, [first, second]: [(Ink, f32); 2]) {
    let part = |(ink, coverage): (Ink, f32)| (coverage * f32::from(ink.alpha) * (256.0 / 255.0) + 0.5) as u32;
    let one = part(first).min(256);
    let other = part(second).min(256 - one);
    let keep = 256 - one - other;
    let mixed = |mask: u32, half: u32| {
        let sum = (pixel.0 & mask) * keep + (first.0.color & mask) * one + (second.0.color & mask) * other + half;
        (sum >> 8) & mask
    };
    *pixel = Pixel(mixed(RED_BLUE, 0x0080_0080) | mixed(GREEN, 0x8000));
}

/// Copies pixels that are the screen's own already.
pub(super) fn copy_own(row: &mut [Pixel], source: &[u8]) {
    for (pixel, bytes) in row.iter_mut().zip(source.as_chunks::<4>().0) {
        *pixel = Pixel(u32::from_ne_bytes(*bytes));
    }
}

/// Copies opaque pixels of three bytes: red, green, blue.
pub(super) fn copy_rgb(row: &mut [Pixel], source: &[u8]) {
    for (pixel, [red, green, blue]) in row.iter_mut().zip(source.as_chunks::<3>().0) {
        *pixel = Pixel(u32::from_be_bytes([0, *red, *green, *blue]));
    }
}

/// Lays pixels of four bytes over a row: red, green, blue, each already multiplied by the alpha that follows.
pub(super) fn blend_premultiplied(row: &mut [Pixel], source: &[u8]) {
    for (pixel, [red, green, blue, alpha]) in row.iter_mut().zip(source.as_chunks::<4>().0) {
        let top = u32::from_be_bytes([0, *red, *green, *blue]);
        match *alpha {
            0 => {}
            u8::MAX => *pixel = Pixel(top),
            alpha => {
                let keep = 256 - weight(u32::from(alpha));
                let red_blue = (((pixel.0 & RED_BLUE) * keep) >> 8 & RED_BLUE) + (top & RED_BLUE);
                let green = (((pixel.0 & GREEN) * keep) >> 8 & GREEN) + (top & GREEN);
                *pixel = Pixel(red_blue | green);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(red: u8, green: u8, blue: u8) -> Pixel {
        Pixel::from_rgb(red, green, blue)
    }

    #[test]
    fn blending_is_that_of_premultiplied_colours() {
        let mut blended = pixel(200, 100, 0);
        blended.blend(PremultipliedRgbaColor { red: 10, green: 20, blue: 30, alpha: 128 });
        assert_eq!(blended, pixel(109, 69, 30));
        blended.blend(PremultipliedRgbaColor { red: 1, green: 2, blue: 3, alpha: 255 });
        assert_eq!(blended, pixel(1, 2, 3));
    }

    #[test]
    fn ink_of_any_alpha_lies_between_what_was_there_and_its_colour() {
        for alpha in 0..=255 {
            for below in [0, 1, 17, 128, 254, 255] {
                let ink = Ink { color: pixel(255, 0, 90).0, alpha };
                let mut row = [pixel(below, below, below); 3];
                ink.fill(&mut row);
                for (mixed, color) in row[0].rgb().into_iter().zip([255, 0, 90]) {
                    let exact = f32::from(below) + (color as f32 - f32::from(below)) * f32::from(alpha) / 255.0;
                    assert!((f32::from(mixed) - exact).abs() <= 1.0, "{below} under {color} at {alpha}: {mixed}");
                }
                assert!(row.iter().all(|pixel| *pixel == row[0]));
            }
        }
    }

    #[test]
    fn two_inks_share_a_pixel() {
        let ink = |color: Pixel| Ink { color: color.0, alpha: 255 };
        let (red, blue) = (ink(pixel(255, 0, 0)), ink(pixel(0, 0, 255)));
        for (parts, expected) in [
            ([0.0, 0.0], pixel(9, 9, 9)),
            ([1.0, 0.0], pixel(255, 0, 0)),
            ([0.0, 1.0], pixel(0, 0, 255)),
            ([0.5, 0.5], pixel(128, 0, 128)),
            ([0.25, 0.25], pixel(68, 5, 68)),
        ] {
            let mut shared = pixel(9, 9, 9);
            cover(&mut shared, [(red, parts[0]), (blue, parts[1])]);
            assert_eq!(shared, expected, "{parts:?}");
        }
    }

    #[test]
    fn the_ends_of_a_mask_are_exact() {
        let ink = Ink { color: pixel(255, 255, 255).0, alpha: 255 };
        let mut row = [pixel(9, 9, 9); 3];
        ink.fill_masked(&mut row, &[0, 128, 255]);
        assert_eq!(row, [pixel(9, 9, 9), pixel(133, 133, 133), pixel(255, 255, 255)]);
        let mut half = [pixel(0, 0, 0)];
        Ink { alpha: 128, ..ink }.fill_masked(&mut half, &[255]);
        assert_eq!(half, [pixel(128, 128, 128)]);
    }

    #[test]
    fn premultiplied_pixels_never_run_over() {
        for alpha in 0..=255_u8 {
            for below in [0, 128, 255] {
                let mut row = [pixel(below, below, below)];
                blend_premultiplied(&mut row, &[alpha, alpha, 0, alpha]);
                let [red, green, blue] = row[0].rgb().map(i32::from);
                let exact = i32::from(alpha) + i32::from(below) * (255 - i32::from(alpha)) / 255;
                assert!((red - exact).abs() <= 1 && green == red, "{alpha} over {below}: {red}, not {exact}");
                assert!(blue <= i32::from(below));
            }
        }
    }

    #[test]
    fn opaque_pixels_are_copied_in_their_order() {
        let mut row = [Pixel::default(); 2];
        copy_rgb(&mut row, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(row, [pixel(1, 2, 3), pixel(4, 5, 6)]);
    }
}
