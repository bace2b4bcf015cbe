//! The disk's own thread: orders, cache, settings and PIN, one job after the other.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

use crate::core::{
    Boot, CachedData, Choice, DiskJob, DiskTrouble, Event, Identity, Memory, PinAnswer, Session, Settings, StoredOrder,
};
use crate::domain::{Catalog, CatalogPage, Language, Watched};
use crate::logging::chain;
use crate::storage::{PinCheck, Stamped, Storage, Verdict};

/// The thread; when it is dropped, what was asked before is still done.
#[derive(Debug)]
pub(crate) struct Disk {
    jobs: Option<Sender<DiskJob>>,
    has_ended: Receiver<()>,
}

/// How long the program's end waits for a disk.
const LAST_JOBS: std::time::Duration = std::time::Duration::from_secs(2);

impl Disk {
    /// Starts the thread; the end of each job goes to `done`, with its answer.
    pub(crate) fn start(storage: Arc<Storage>, done: impl Fn(Option<Event>) + Send + 'static) -> std::io::Result<Self> {
        let (sender, jobs) = channel::<DiskJob>();
        let (ended, has_ended) = channel();
        let work = move || {
            for job in jobs {
                done(perform(&storage, job));
            }
            drop(ended);
        };
        std::thread::Builder::new().name("disk".to_owned()).spawn(work)?;
        Ok(Self { jobs: Some(sender), has_ended })
    }

    /// Asks for a job; `false` if the thread is gone.
    pub(crate) fn ask(&self, job: DiskJob) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.jobs = None;
        if self.has_ended.recv_timeout(LAST_JOBS) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the disk is too slow for the program's end");
        }
    }
}

/// Does a job; the event is its answer, where one is waited for.
pub fn perform(storage: &Storage, job: DiskJob) -> Option<Event> {
    match job {
        DiskJob::StoreOrder(order) => {
            let result = storage.orders.save(&order);
            if let Err(error) = &result {
                tracing::error!(error = %chain(error), "the order was not stored and is not sent");
            }
            Some(Event::OrderStored(result.map_err(|_| DiskTrouble)))
        }
        DiskJob::SealOrder(key) => {
            let result = storage.orders.seal(&key);
            if let Err(error) = &result {
                tracing::error!(error = %chain(error), "the order was not sealed");
            }
            Some(Event::OrderSealed(result.map_err(|_| DiskTrouble)))
        }
        DiskJob::ForgetOrder(key) => {
            if let Err(error) = storage.orders.clear(&key) {
                // It will be asked for again at the next start: the same key gives the same answer.
                tracing::warn!(error = %chain(&error), "the finished order stays on disk");
            }
            None
        }
        DiskJob::ForgetDamagedOrder => {
            if let Err(error) = storage.orders.discard_damage() {
                tracing::error!(error = %chain(&error), "the damaged order stays in the way");
            }
            None
        }
        DiskJob::StoreCache(job) => {
            store_cache(storage, *job);
            None
        }
        DiskJob::EndStart => {
            storage.starts.end();
            None
        }
        DiskJob::WipeMember => {
            if let Err(error) = storage.forget_member() {
                tracing::error!(%error, "the member's data could not be wiped");
            }
            None
        }
        DiskJob::StoreWatched(watched) => {
            if let Err(error) = storage.bind().and_then(|()| storage.watched.save(&watched)) {
                tracing::warn!(%error, "the watched episodes were not stored");
            }
            None
        }
        DiskJob::StoreChoice(choice) => {
            let mut stored = storage.settings.load();
            match choice {
                Choice::Language(language) => stored.language = Some(language),
                Choice::TextSize(size) => stored.text_size = Some(size),
                Choice::Contrast(contrast) => stored.contrast = Some(contrast),
                Choice::Animations(animations) => stored.animations = Some(animations),
                Choice::Voice(voice) => stored.voice = Some(voice),
                Choice::Adults(adults) => stored.adults = Some(adults),
                Choice::PinUse(pin_use) => stored.pin_use = Some(pin_use),
            }
            if let Err(error) = storage.settings.save(&stored) {
                tracing::warn!(%error, "the settings were not stored");
            }
            None
        }
        DiskJob::CheckPin { id, pin, now } => {
            let answer = match storage.pin.check(&pin, now) {
                Ok(PinCheck::Right) => PinAnswer::Right,
                Ok(PinCheck::Wrong { left }) => PinAnswer::Wrong { left },
                Ok(PinCheck::Locked { left }) => PinAnswer::Locked { left },
                Ok(PinCheck::NotSet) => PinAnswer::NotChecked,
                Err(error) => {
                    tracing::error!(%error, "the PIN could not be checked");
                    PinAnswer::NotChecked
                }
            };
            Some(Event::PinAnswered { id, answer })
        }
        DiskJob::SetPin { id, pin } => {
            let result = match &pin {
                Some(pin) => storage.pin.set(pin).map(|()| PinAnswer::Stored),
                None => storage.pin.clear().map(|()| PinAnswer::Removed),
            };
            let answer = result.unwrap_or_else(|error| {
                tracing::error!(%error, "the PIN was not changed");
                PinAnswer::NotKept
            });
            Some(Event::PinAnswered { id, answer })
        }
    }
}

fn store_cache(storage: &Storage, data: CachedData) {
    let CachedData { account, catalog, etag, entitlements, language, fetched_at } = data;
    storage.cache.use_language(language);
    let page = CatalogPage {
        version: catalog.version.clone(),
        total: catalog.total,
        categories: catalog.categories.clone(),
        offers: catalog.offers.clone(),
        next_cursor: None,
        server_time: Some(account.server_time),
    };
    let of = account.clone();
    let stored = storage
        .bind()
        .and_then(|()| storage.cache.save_account(&Stamped { value: account, etag: None, fetched_at }))
        .and_then(|()| storage.cache.save_catalog(&of, &Stamped { value: page, etag, fetched_at }))
        .and_then(|()| storage.cache.save_entitlements(&of, &Stamped { value: entitlements, etag: None, fetched_at }));
    if let Err(error) = stored {
        tracing::warn!(%error, "the cache was not stored");
    }
}

/// What the disk knows, for the first state. What ended the starts before, each in its first picture, is dropped.
pub fn boot(storage: &Storage, memory: Memory, identity: Identity, defaults: Settings, session: Session) -> Boot {
    if storage.starts.begin() == Verdict::Suspect {
        tracing::error!("two starts ended before their first picture, so the caches are dropped");
        if let Err(error) = storage.drop_caches() {
            tracing::error!(%error, "the caches cannot be dropped");
        }
    }
    // What another sign-in left is not shown, whether or not the disk lets it be removed.
    let bound = match session {
        Session::SignedIn => storage.bind(),
        Session::SignedOut => storage.forget_member(),
    };
    let is_own = bound.inspect_err(|error| tracing::error!(%error, "data of an earlier sign-in stays"));
    let chosen = storage.settings.load();
    let settings = Settings {
        language: chosen.language.unwrap_or(defaults.language),
        text_size: chosen.text_size.unwrap_or(defaults.text_size),
        contrast: chosen.contrast.unwrap_or(defaults.contrast),
        animations: chosen.animations.unwrap_or(defaults.animations),
        voice: chosen.voice.unwrap_or(defaults.voice),
        adults: chosen.adults.unwrap_or(defaults.adults),
        pin_use: chosen.pin_use.unwrap_or(defaults.pin_use),
    };
    storage.cache.use_language(settings.language);
    let order = match storage.orders.load() {
        Ok(None) => StoredOrder::None,
        Ok(Some(order)) if storage.orders.is_sealed(&order.key) => StoredOrder::Sealed(order),
        Ok(Some(order)) => StoredOrder::Pending(order),
        Err(error) => {
            tracing::error!(error = %chain(&error), "the stored order is unreadable");
            StoredOrder::Damaged
        }
    };
    // A PIN that cannot be read must go on protecting.
    let has_pin = storage.pin.is_set().unwrap_or(true);
    let (cached, watched) = match (session, is_own) {
        (Session::SignedIn, Ok(())) => (cached(storage, settings.language), storage.watched.load()),
        (Session::SignedIn, Err(_)) | (Session::SignedOut, _) => (None, Watched::default()),
    };
    Boot { identity, settings, session, cached, watched, order, has_pin, memory }
}

fn cached(storage: &Storage, language: Language) -> Option<CachedData> {
    let snapshot = storage.cache.load();
    let account = snapshot.account?;
    let catalog = snapshot.catalog?;
    Some(CachedData {
        account: account.value,
        catalog: Arc::new(Catalog {
            version: catalog.value.version,
            categories: catalog.value.categories,
            offers: catalog.value.offers,
            total: catalog.value.total,
        }),
        etag: catalog.etag,
        language,
        entitlements: snapshot.entitlements.map(|held| held.value).unwrap_or_default(),
        fetched_at: account.fetched_at,
    })
}
