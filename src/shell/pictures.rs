//! Pictures for the screen: from memory, else from the disk, else from the API; bounded everywhere.
//!
//! Pictures are no state: nothing in the core waits for one, and a missing one is a quiet plate.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use slint::{Image, Rgb8Pixel, Rgba8Pixel, SharedPixelBuffer};
use tokio::sync::Semaphore;

use crate::api::{Client, ImageVariant as ApiVariant};
use crate::domain::Failure;
use crate::storage::Storage;
use crate::view::bind::Images;
use crate::view::model::{Finish, ImageKey, ImageVariant};

use super::decode::{DecodedImage, ImageError, decode_image};
use super::finish::{Fade, Ground, fade, lay_on};

/// Bytes of decoded pictures kept in memory.
const MEMORY: usize = 18 * 1024 * 1024;
/// Pictures fetched at a time.
const AT_ONCE: usize = 4;
/// A picture that failed is not asked for again for this long.
const PATIENCE: Duration = Duration::from_secs(60);
/// A picture on the disk is used without asking for this long.
const DISK_LIFE: TimeDelta = TimeDelta::days(7);

/// The pictures in memory.
pub(crate) struct Pictures {
    scale: f32,
    ground: Ground,
    kept: RefCell<Kept>,
    under_way: HashSet<ImageKey>,
    /// When a picture that failed may be asked for again.
    failed: HashMap<ImageKey, Duration>,
    slots: Arc<Semaphore>,
}

#[derive(Default)]
struct Kept {
    images: HashMap<ImageKey, (Image, usize, u64)>,
    bytes: usize,
    uses: u64,
}

/// The pixels of a picture as the renderer wants them; opaque ones go without alpha: less memory, quicker to draw.
#[derive(Clone)]
pub(crate) enum Pixels {
    Opaque(SharedPixelBuffer<Rgb8Pixel>),
    /// Premultiplied.
    Clear(SharedPixelBuffer<Rgba8Pixel>),
}

/// A picture as it comes from a worker.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) key: ImageKey,
    pub(crate) pixels: Option<Pixels>,
    /// How long the server wants to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

/// Fetches one picture.
#[derive(Clone)]
pub(crate) struct Fetcher {
    pub(crate) client: Client,
    pub(crate) storage: Arc<Storage>,
}

impl Images for Pictures {
    fn image(&self, key: &ImageKey) -> Option<Image> {
        let mut kept = self.kept.borrow_mut();
        kept.uses += 1;
        let uses = kept.uses;
        let (image, _, last_use) = kept.images.get_mut(key)?;
        *last_use = uses;
        Some(image.clone())
    }
}

impl Pictures {
    /// Pictures for a screen of this scale, device pixels for one pixel of the layout, whose pages have this ground.
    pub(crate) fn new(scale: f32, ground: Ground) -> Self {
        Self {
            scale,
            ground,
            kept: RefCell::default(),
            under_way: HashSet::new(),
            failed: HashMap::new(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Bytes of the pictures in memory.
    pub fn bytes(&self) -> usize {
        self.kept.borrow().bytes
    }

    /// How many pictures are on their way.
    pub(crate) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// Starts fetching what is wanted and neither here nor on its way.
    pub(crate) fn request(
        &mut self,
        wanted: Vec<ImageKey>,
        now: Duration,
        runtime: &tokio::runtime::Handle,
        fetcher: &Fetcher,
        deliver: &(impl Fn(Arrived) + Clone + Send + 'static),
    ) {
        for key in wanted {
            let has_failed = self.failed.get(&key).is_some_and(|until| now < *until);
            if has_failed || !self.under_way.insert(key.clone()) {
                continue;
            }
            let (fetcher, deliver, slots) = (fetcher.clone(), deliver.clone(), self.slots.clone());
            let (scale, ground) = (self.scale, self.ground);
            runtime.spawn(async move {
                let _slot = slots.acquire().await;
                let (pixels, retry_after) = match fetcher.fetch(&key, scale, ground).await {
                    Ok(pixels) => (pixels, None),
                    Err(failure) => (None, failure.retry_after),
                };
                deliver(Arrived { key, pixels, retry_after });
            });
        }
    }

    /// Takes a picture in; says whether there is something new to show.
    pub(crate) fn arrived(&mut self, arrived: Arrived, now: Duration) -> Option<ImageKey> {
        let Arrived { key, pixels, retry_after } = arrived;
        self.under_way.remove(&key);
        let Some(pixels) = pixels else {
            self.failed.insert(key, now + retry_after.unwrap_or_default().max(PATIENCE));
            return None;
        };
        self.failed.remove(&key);
        let bytes = pixels.bytes();
        let image = pixels.into_image();
        let mut kept = self.kept.borrow_mut();
        kept.uses += 1;
        let uses = kept.uses;
        kept.bytes += bytes;
        if let Some((_, old, _)) = kept.images.insert(key.clone(), (image, bytes, uses)) {
            kept.bytes -= old;
        }
        while kept.bytes > MEMORY {
            let Some(oldest) = kept.images.iter().min_by_key(|(_, (_, _, used))| *used).map(|(key, _)| key.clone())
            else {
                break;
            };
            if let Some((_, freed, _)) = kept.images.remove(&oldest) {
                kept.bytes -= freed;
            }
        }
        Some(key)
    }
}

impl Fetcher {
    async fn fetch(&self, key: &ImageKey, scale: f32, ground: Ground) -> Result<Option<Pixels>, Failure> {
        let device = |length: u32| (length as f32 * scale).round().max(1.0) as u32;
        let (width, height, finish) = (device(key.width), device(key.height), key.finish);
        let variant = match key.variant {
            ImageVariant::Poster => ApiVariant::Poster,
            ImageVariant::Tile => ApiVariant::Tile,
            ImageVariant::Backdrop => ApiVariant::Backdrop,
        };
        let name = format!("{}/{}/{width}x{height}", key.id, variant.code());
        let storage = self.storage.clone();
        let lookup = name.clone();
        let cached = tokio::task::spawn_blocking(move || storage.images.load(&lookup)).await.ok().flatten();
        let now = Utc::now();
        let is_fresh = |at| now.signed_duration_since(at) < DISK_LIFE;
        let fetched = match &cached {
            Some(image) if is_fresh(image.fetched_at) => Ok(None),
            Some(_) | None => {
                match self.client.image(&key.id, variant, width.clamp(16, 1920), height.clamp(16, 1080)).await {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(failure) => {
                        tracing::debug!(id = key.id, kind = ?failure.kind, "a picture did not come");
                        Err(failure)
                    }
                }
            }
        };
        let (bytes, is_new) = match (fetched, cached) {
            (Ok(Some(bytes)), _) => (bytes, true),
            (Ok(None) | Err(_), Some(cached)) => (cached.bytes, false),
            (Err(failure), None) => return Err(failure),
            (Ok(None), None) => return Ok(None),
        };
        let storage = self.storage.clone();
        let decoded = tokio::task::spawn_blocking(move || {
            match Pixels::finished(&bytes, (width, height), finish, scale, ground) {
                Ok(pixels) => {
                    if is_new && let Err(error) = storage.images.save(&name, &bytes, now) {
                        tracing::warn!(%error, "a picture was not stored");
                    }
                    Some(pixels)
                }
                Err(error) => {
                    tracing::warn!(%error, name, "a picture is unusable");
                    None
                }
            }
        })
        .await;
        Ok(decoded.ok().flatten())
    }
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
            let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(width, height);
            for (target, source) in buffer.make_mut_slice().iter_mut().zip(decoded.rgba.chunks_exact(4)) {
                if let [r, g, b, _] = source {
                    *target = Rgb8Pixel { r: *r, g: *g, b: *b };
                }
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

    fn bytes(&self) -> usize {
        match self {
            Self::Opaque(buffer) => buffer.as_bytes().len(),
            Self::Clear(buffer) => buffer.as_bytes().len(),
        }
    }

    pub(crate) fn into_image(self) -> Image {
        match self {
            Self::Opaque(buffer) => Image::from_rgb8(buffer),
            Self::Clear(buffer) => Image::from_rgba8_premultiplied(buffer),
        }
    }
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pixels({} bytes)", self.bytes())
    }
}
