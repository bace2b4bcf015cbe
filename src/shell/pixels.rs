//! The pixels of a picture: decoded to its size, with its round corners and fades baked in.

use bonus_tv_canvas::{Pixel, own_picture};
use slint::platform::software_renderer::TargetPixel;
use slint::{Image, Rgba8Pixel, SharedPixelBuffer};

use crate::view::model::Finish;

use super::decode::{DecodedImage, ImageError, decode_image};
use super::finish::{Fade, Ground, fade, lay_on};

/// The pixels of a picture as the renderer wants them.
#[derive(Clone)]
pub(crate) enum Pixels {
    /// The screen's own pixels, which are copied as they are.
    Opaque(SharedPixelBuffer<Rgba8Pixel>),
    /// Premultiplied.
    Clear(SharedPixelBuffer<Rgba8Pixel>),
}

/// The radius of a picture's round corners in device pixels.
fn corner_radius(finish: Finish, scale: f32) -> u32 {
    match finish {
        Finish::OnPage(radius) | Finish::OnPlate(radius) => (radius as f32 * scale).round() as u32,
        Finish::Hero | Finish::Backdrop => 0,
    }
}

/// How a large picture of 1280x720 fades at this scale; `None` for pictures that do not.
fn fade_of(finish: Finish, scale: f32) -> Option<Fade> {
    // Home shows the part above its panels, an offer's page nearly all.
    let (top, height, bottom) = match finish {
        Finish::OnPage(_) | Finish::OnPlate(_) => return None,
        Finish::Hero => (60.0, 370.0, [230.0, 130.0]),
        Finish::Backdrop => (20.0, 700.0, [380.0, 260.0]),
    };
    let device = |length: f32| (length * scale).round() as u32;
    let scaled = |lengths: [f32; 2]| lengths.map(|length| length * scale);
    let (left, shade) = (scaled([560.0, 1000.0]), 200.0 * scale);
    Some(Fade { top: device(top), height: device(height), left, shade, bottom: scaled(bottom) })
}

impl Pixels {
    /// A picture of this size in device pixels, decoded, with what lies over and under it baked in.
    ///
    /// # Errors
    /// The bytes are no picture that a box takes.
    pub(crate) fn finished(
        bytes: &[u8],
        (width, height): (u32, u32),
        finish: Finish,
        scale: f32,
        ground: Ground,
    ) -> Result<Self, ImageError> {
        let decoded = decode_image(bytes, width, height, corner_radius(finish, scale))?;
        Ok(Self::of(&match (finish, fade_of(finish, scale)) {
            (_, Some(spec)) => fade(&decoded, &spec, ground),
            (Finish::OnPage(_), None) => lay_on(decoded, ground),
            (Finish::OnPlate(_) | Finish::Hero | Finish::Backdrop, None) => decoded,
        }))
    }

    fn of(decoded: &DecodedImage) -> Self {
        let (width, height) = (decoded.width, decoded.height);
        if decoded.rgba.chunks_exact(4).all(|pixel| matches!(pixel, [_, _, _, 255])) {
            let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(width, height);
            let (targets, sources) = (buffer.make_mut_bytes().as_chunks_mut::<4>().0, decoded.rgba.as_chunks::<4>().0);
            for (target, [red, green, blue, _]) in targets.iter_mut().zip(sources) {
                *target = Pixel::from_rgb(*red, *green, *blue).bytes();
            }
            return Self::Opaque(buffer);
        }
        let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(width, height);
        for (target, source) in buffer.make_mut_slice().iter_mut().zip(decoded.rgba.chunks_exact(4)) {
            if let [r, g, b, a] = source {
                let times = |channel: u8| (u16::from(channel) * u16::from(*a) / 255) as u8;
                *target = Rgba8Pixel { r: times(*r), g: times(*g), b: times(*b), a: *a };
            }
        }
        Self::Clear(buffer)
    }

    /// The bytes of all pixels, row by row.
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Opaque(buffer) => buffer.as_bytes(),
            Self::Clear(buffer) => buffer.as_bytes(),
        }
    }

    pub(crate) fn into_image(self) -> Image {
        match self {
            Self::Opaque(buffer) => own_picture(buffer),
            Self::Clear(buffer) => Image::from_rgba8_premultiplied(buffer),
        }
    }
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pixels({} bytes)", self.bytes().len())
    }
}
