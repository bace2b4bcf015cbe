//! Pictures in memory: the last ones used as pixels, and each of them packed as well.
//!
//! Pixels take four bytes each, and a viewer who walks along a row comes back. Packed, drawn posters take a fifth of
//! that and are pixels again in a fraction of a millisecond, which is less than the disk and the decoder need.

use std::collections::HashMap;

use slint::{Image, SharedPixelBuffer};

use crate::view::model::ImageKey;

use super::pixels::Pixels;

/// Bytes of pixels that are kept beside what the screen itself holds: about two screens.
const READY: usize = 8 * 1024 * 1024;
/// Bytes of packed pictures that are kept.
const PACKED: usize = 10 * 1024 * 1024;

/// The pictures that are kept.
#[derive(Default)]
pub(super) struct Kept {
    ready: Bounded<Image>,
    packed: Bounded<Packed>,
}

/// A picture's pixels in little room, without loss.
#[derive(Debug)]
pub(crate) struct Packed {
    width: u32,
    height: u32,
    is_opaque: bool,
    bytes: Box<[u8]>,
}

impl Kept {
    /// The picture, if it is here.
    pub(super) fn image(&mut self, key: &ImageKey) -> Option<Image> {
        if let Some(image) = self.ready.get(key) {
            return Some(image.clone());
        }
        let pixels = self.packed.get(key)?.unpacked()?;
        let bytes = pixels.bytes().len();
        let image = pixels.into_image();
        self.ready.put(key.clone(), image.clone(), bytes, READY);
        Some(image)
    }

    /// Takes a picture in; the least recently used ones go.
    pub(super) fn put(&mut self, key: &ImageKey, pixels: Pixels, packed: Packed) {
        let (bytes, packed_bytes) = (pixels.bytes().len(), packed.bytes.len());
        self.ready.put(key.clone(), pixels.into_image(), bytes, READY);
        self.packed.put(key.clone(), packed, packed_bytes, PACKED);
    }

    /// Bytes that all of them take.
    pub(super) fn bytes(&self) -> usize {
        self.ready.bytes + self.packed.bytes
    }
}

impl Packed {
    /// Packs a picture.
    pub(super) fn of(pixels: &Pixels) -> Self {
        let (width, height, is_opaque) = match pixels {
            Pixels::Opaque(buffer) => (buffer.width(), buffer.height(), true),
            Pixels::Clear(buffer) => (buffer.width(), buffer.height(), false),
        };
        Self { width, height, is_opaque, bytes: lz4_flex::block::compress(pixels.bytes()).into() }
    }

    fn unpacked(&self) -> Option<Pixels> {
        let mut buffer = SharedPixelBuffer::new(self.width, self.height);
        lz4_flex::block::decompress_into(&self.bytes, buffer.make_mut_bytes()).ok()?;
        Some(if self.is_opaque { Pixels::Opaque(buffer) } else { Pixels::Clear(buffer) })
    }
}

/// Values that know their size, the least recently used of which go.
struct Bounded<Value> {
    all: HashMap<ImageKey, Entry<Value>>,
    bytes: usize,
    uses: u64,
}

struct Entry<Value> {
    value: Value,
    bytes: usize,
    last_use: u64,
}

impl<Value> Default for Bounded<Value> {
    fn default() -> Self {
        Self { all: HashMap::new(), bytes: 0, uses: 0 }
    }
}

impl<Value> Bounded<Value> {
    /// The value, which counts as used.
    fn get(&mut self, key: &ImageKey) -> Option<&Value> {
        self.uses += 1;
        let entry = self.all.get_mut(key)?;
        entry.last_use = self.uses;
        Some(&entry.value)
    }

    /// Takes a value in, and drops others until all take at most so many bytes.
    fn put(&mut self, key: ImageKey, value: Value, bytes: usize, most: usize) {
        self.uses += 1;
        self.bytes += bytes;
        if let Some(old) = self.all.insert(key, Entry { value, bytes, last_use: self.uses }) {
            self.bytes -= old.bytes;
        }
        while self.bytes > most {
            let oldest = self.all.iter().min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| key.clone());
            let Some(gone) = oldest.and_then(|key| self.all.remove(&key)) else { break };
            self.bytes -= gone.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use slint::Rgba8Pixel;

    use super::*;
    use crate::view::model::{Finish, ImageVariant};

    fn key(id: usize) -> ImageKey {
        ImageKey { id: id.to_string(), variant: ImageVariant::Poster, width: 4, height: 4, finish: Finish::OnPage(0) }
    }

    /// A picture of 500x500 whose bytes do not repeat as a whole.
    fn picture(id: usize) -> Pixels {
        let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(500, 500);
        for (at, byte) in buffer.make_mut_bytes().iter_mut().enumerate() {
            *byte = u8::try_from((at / 977 + id) % 256).unwrap();
        }
        Pixels::Opaque(buffer)
    }

    fn put(kept: &mut Kept, id: usize) {
        let pixels = picture(id);
        let packed = Packed::of(&pixels);
        kept.put(&key(id), pixels, packed);
    }

    #[test]
    fn a_picture_comes_back_as_it_was() {
        let mut clear = SharedPixelBuffer::<Rgba8Pixel>::new(3, 2);
        clear.make_mut_bytes().copy_from_slice(&std::array::from_fn::<u8, 24, _>(|at| u8::try_from(at).unwrap()));
        for pixels in [picture(7), Pixels::Clear(clear)] {
            let again = Packed::of(&pixels).unpacked().unwrap();
            assert_eq!(again.bytes(), pixels.bytes());
            assert_eq!(matches!(again, Pixels::Opaque(_)), matches!(pixels, Pixels::Opaque(_)));
        }
    }

    #[test]
    fn what_was_passed_long_ago_is_packed_and_still_there() {
        let mut kept = Kept::default();
        for id in 0..40 {
            put(&mut kept, id);
        }
        assert!(kept.ready.all.len() < 12, "{} pictures as pixels", kept.ready.all.len());
        assert!(!kept.ready.all.contains_key(&key(0)));
        let first = kept.image(&key(0)).expect("it is packed").to_rgba8().unwrap();
        assert_eq!(first.as_bytes(), picture(0).bytes());
        assert!(kept.ready.all.contains_key(&key(0)), "and it is ready now");
        assert!(kept.image(&key(40)).is_none());
        assert!(kept.bytes() <= READY + PACKED);
    }

    #[test]
    fn both_bounds_hold_whatever_comes() {
        let mut kept = Kept::default();
        for id in 0..60 {
            let mut buffer = SharedPixelBuffer::<Rgba8Pixel>::new(500, 500);
            // Nothing repeats, so nothing can be packed.
            let mut noise = fastrand::Rng::with_seed(u64::try_from(id).unwrap());
            buffer.make_mut_bytes().fill_with(|| noise.u8(..));
            let pixels = Pixels::Opaque(buffer);
            let packed = Packed::of(&pixels);
            kept.put(&key(id), pixels, packed);
            assert!(kept.ready.bytes <= READY && kept.packed.bytes <= PACKED);
        }
        assert!(kept.image(&key(59)).is_some() && kept.image(&key(0)).is_none());
    }
}
