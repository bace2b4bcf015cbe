//! Pictures for the screen: from memory, else from the disk, else from the API; bounded everywhere.
//!
//! Pictures are no state: nothing in the core waits for one, and a missing one is a quiet plate.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use slint::Image;
use tokio::sync::Semaphore;

use crate::api::{Client, ImageVariant as ApiVariant};
use crate::domain::Failure;
use crate::storage::Storage;
use crate::view::bind::Images;
use crate::view::model::{ImageKey, ImageVariant};

use super::finish::Ground;
use super::kept::{Kept, Packed};
use super::pixels::Pixels;

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

/// A picture as it comes from a worker.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) key: ImageKey,
    pub(crate) picture: Option<(Pixels, Packed)>,
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
        self.kept.borrow_mut().image(key)
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
        self.kept.borrow().bytes()
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
                let (picture, retry_after) = match fetcher.fetch(&key, scale, ground).await {
                    Ok(picture) => (picture, None),
                    Err(failure) => (None, failure.retry_after),
                };
                deliver(Arrived { key, picture, retry_after });
            });
        }
    }

    /// Takes a picture in; says whether there is something new to show.
    pub(crate) fn arrived(&mut self, arrived: Arrived, now: Duration) -> Option<ImageKey> {
        let Arrived { key, picture, retry_after } = arrived;
        self.under_way.remove(&key);
        let Some((pixels, packed)) = picture else {
            self.failed.insert(key, now + retry_after.unwrap_or_default().max(PATIENCE));
            return None;
        };
        self.failed.remove(&key);
        self.kept.borrow_mut().put(&key, pixels, packed);
        Some(key)
    }
}

impl Fetcher {
    async fn fetch(&self, key: &ImageKey, scale: f32, ground: Ground) -> Result<Option<(Pixels, Packed)>, Failure> {
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
                    let packed = Packed::of(&pixels);
                    Some((pixels, packed))
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
