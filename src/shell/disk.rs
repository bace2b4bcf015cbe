//! The disk's own thread: orders, cache, settings and PIN, one job after the other.
//!
//! One queue, so an order is never overtaken by its own removal.

#[cfg(feature = "ui")]
use std::sync::{
    Arc,
    mpsc::{Receiver, RecvTimeoutError, Sender, channel},
};

use chrono::{DateTime, Utc};

use crate::core::{
    App, Boot, CachedData, Choice, DiskTrouble, Event, Identity, Memory, PinAnswer, RequestId, Session, Settings,
    StoredOrder,
};
use crate::domain::{Account, Catalog, CatalogPage, Entitlement, IdempotencyKey, Language, Order, Secret};

use super::logging::chain;
use super::storage::{PinCheck, PinTime, Stamped, Storage};

/// A job for the disk.
#[derive(Debug)]
pub enum Job {
    /// Write the order down, synced.
    StoreOrder(Order),
    /// Forget it.
    ForgetOrder(IdempotencyKey),
    /// Forget the order that cannot be read.
    ForgetDamagedOrder,
    /// Never send the order again.
    SealOrder(IdempotencyKey),
    /// Keep what a start needs.
    StoreCache(Box<CacheJob>),
    /// The first picture of this start is on the screen.
    EndStart,
    /// Remove everything personal but the order.
    WipeMember,
    /// Keep what the viewer chose.
    StoreChoice(Choice),
    /// Try a PIN at this time.
    CheckPin {
        /// Names the answer.
        id: RequestId,
        /// What was entered.
        pin: Secret,
        /// How time has passed for a lock.
        now: PinTime,
    },
    /// Set the PIN or remove it.
    SetPin {
        /// Names the answer.
        id: RequestId,
        /// The new one.
        pin: Option<Secret>,
    },
}

/// What goes into the cache.
#[derive(Debug, Clone, PartialEq)]
pub struct CacheJob {
    account: Account,
    catalog: Catalog,
    etag: Option<String>,
    entitlements: Vec<Entitlement>,
    language: Language,
    fetched_at: DateTime<Utc>,
}

impl CacheJob {
    /// What the state knows, if it knows everything that a start needs.
    ///
    /// It is stamped with the time of the service, never with the box's own: a start takes it for the earliest that it
    /// can be.
    pub fn of(app: &App) -> Option<Self> {
        Some(Self {
            account: app.data.account.clone()?,
            catalog: app.data.shelf.catalog().clone(),
            etag: app.catalog_etag().map(str::to_owned),
            entitlements: app.data.entitlements.clone()?,
            language: app.settings.language,
            fetched_at: app.time().known()?,
        })
    }

    /// Whether a start from either would show the same.
    pub fn is_same(&self, other: &Self) -> bool {
        let dated = |job: &Self| Account { server_time: self.account.server_time, ..job.account.clone() };
        self.language == other.language
            && self.catalog == other.catalog
            && self.entitlements == other.entitlements
            && self.account == dated(other)
    }
}

/// The thread; when it is dropped, what was asked before is still done.
#[cfg(feature = "ui")]
#[derive(Debug)]
pub(crate) struct Disk {
    jobs: Option<Sender<Job>>,
    has_ended: Receiver<()>,
}

/// How long the program's end waits for a disk.
#[cfg(feature = "ui")]
const LAST_JOBS: std::time::Duration = std::time::Duration::from_secs(2);

#[cfg(feature = "ui")]
impl Disk {
    /// Starts the thread; what it answers goes to `answer`.
    pub(crate) fn start(storage: Arc<Storage>, answer: impl Fn(Event) + Send + 'static) -> std::io::Result<Self> {
        let (sender, jobs) = channel::<Job>();
        let (ended, has_ended) = channel();
        let work = move || {
            for job in jobs {
                if let Some(event) = perform(&storage, job) {
                    answer(event);
                }
            }
            drop(ended);
        };
        std::thread::Builder::new().name("disk".to_owned()).spawn(work)?;
        Ok(Self { jobs: Some(sender), has_ended })
    }

    /// Asks for a job; `false` if the thread is gone.
    pub(crate) fn ask(&self, job: Job) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }
}

#[cfg(feature = "ui")]
impl Drop for Disk {
    fn drop(&mut self) {
        self.jobs = None;
        if self.has_ended.recv_timeout(LAST_JOBS) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the disk is too slow for the program's end");
        }
    }
}

/// Does a job; the event is its answer, if somebody waits for one.
pub fn perform(storage: &Storage, job: Job) -> Option<Event> {
    match job {
        Job::StoreOrder(order) => {
            let result = storage.orders.save(&order);
            if let Err(error) = &result {
                tracing::error!(error = %chain(error), "the order was not stored and is not sent");
            }
            Some(Event::OrderStored(result.map_err(|_| DiskTrouble)))
        }
        Job::SealOrder(key) => {
            let result = storage.orders.seal(&key);
            if let Err(error) = &result {
                tracing::error!(error = %chain(error), "the order was not sealed");
            }
            Some(Event::OrderSealed(result.map_err(|_| DiskTrouble)))
        }
        Job::ForgetOrder(key) => {
            if let Err(error) = storage.orders.clear(&key) {
                // It will be asked for again at the next start: the same key gives the same answer.
                tracing::warn!(error = %chain(&error), "the finished order stays on disk");
            }
            None
        }
        Job::ForgetDamagedOrder => {
            if let Err(error) = storage.orders.discard_damage() {
                tracing::error!(error = %chain(&error), "the damaged order stays in the way");
            }
            None
        }
        Job::StoreCache(job) => {
            store_cache(storage, *job);
            None
        }
        Job::EndStart => {
            storage.starts.end();
            None
        }
        Job::WipeMember => {
            if let Err(error) = storage.forget_member() {
                tracing::error!(%error, "the member's data could not be wiped");
            }
            None
        }
        Job::StoreChoice(choice) => {
            let mut stored = storage.settings.load();
            match choice {
                Choice::Language(language) => stored.language = Some(language),
                Choice::Animations(animations) => stored.animations = Some(animations),
                Choice::PinUse(pin_use) => stored.pin_use = Some(pin_use),
            }
            if let Err(error) = storage.settings.save(&stored) {
                tracing::warn!(%error, "the settings were not stored");
            }
            None
        }
        Job::CheckPin { id, pin, now } => {
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
        Job::SetPin { id, pin } => {
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

fn store_cache(storage: &Storage, job: CacheJob) {
    let CacheJob { account, catalog, etag, entitlements, language, fetched_at } = job;
    storage.cache.use_language(language);
    let of = account.clone();
    let page = CatalogPage {
        version: catalog.version,
        total: catalog.total,
        categories: catalog.categories,
        offers: catalog.offers,
        next_cursor: None,
        server_time: Some(account.server_time),
    };
    let stored = storage
        .bind()
        .and_then(|()| storage.cache.save_account(&Stamped { value: account, etag: None, fetched_at }))
        .and_then(|()| storage.cache.save_catalog(&of, &Stamped { value: page, etag, fetched_at }))
        .and_then(|()| storage.cache.save_entitlements(&of, &Stamped { value: entitlements, etag: None, fetched_at }));
    if let Err(error) = stored {
        tracing::warn!(%error, "the cache was not stored");
    }
}

/// What the disk knows, for the first state.
pub fn boot(storage: &Storage, memory: Memory, identity: Identity, defaults: Settings, session: Session) -> Boot {
    // What another sign-in left is not shown, whether or not the disk lets it be removed.
    let bound = match session {
        Session::SignedIn => storage.bind(),
        Session::SignedOut => storage.forget_member(),
    };
    let is_own = bound.inspect_err(|error| tracing::error!(%error, "data of an earlier sign-in stays"));
    let chosen = storage.settings.load();
    let settings = Settings {
        language: chosen.language.unwrap_or(defaults.language),
        animations: chosen.animations.unwrap_or(defaults.animations),
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
    let cached = match (session, is_own) {
        (Session::SignedIn, Ok(())) => cached(storage),
        (Session::SignedIn, Err(_)) | (Session::SignedOut, _) => None,
    };
    Boot { identity, settings, session, cached, order, has_pin, memory }
}

fn cached(storage: &Storage) -> Option<CachedData> {
    let snapshot = storage.cache.load();
    let account = snapshot.account?;
    let catalog = snapshot.catalog?;
    Some(CachedData {
        account: account.value,
        catalog: Catalog {
            version: catalog.value.version,
            categories: catalog.value.categories,
            offers: catalog.value.offers,
            total: catalog.value.total,
        },
        etag: catalog.etag,
        entitlements: snapshot.entitlements.map(|held| held.value).unwrap_or_default(),
        fetched_at: account.fetched_at,
    })
}
