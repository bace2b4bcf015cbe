//! The disk: one directory of small files that survive power cuts and are safe to lose, except
//! the pending order, which must not be lost silently.
//!
//! All calls block and belong off the event loop. Knows nothing of the core: the shell's effects
//! call it.

mod atomic;
mod cache;
mod files;
mod images;
mod orders;
mod ownership;
mod pin;
mod settings;
mod starts;
mod tokens;
mod watched;

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use atomic::Format;
pub use cache::{Snapshot, SnapshotCache, Stamped};
pub use files::{Draft, Files, SystemFiles};
pub use images::{CachedImage, ImageCache};
pub use orders::{JournalError, OrderJournal};
pub use pin::{PinCheck, PinFile};
pub use settings::{Settings, SettingsFile};
pub use starts::{Starts, Verdict};
pub use tokens::{SignInId, TokenFile};
pub use watched::WatchedFile;

/// Everything the box remembers.
#[derive(Debug)]
pub struct Storage {
    /// What the server last said, for the start without a network.
    pub cache: SnapshotCache,
    /// The order that may not be lost.
    pub orders: OrderJournal,
    /// The sign-in.
    pub tokens: Arc<TokenFile>,
    /// What the viewer chose.
    pub settings: SettingsFile,
    /// The PIN.
    pub pin: PinFile,
    /// Episodes that were watched.
    pub watched: WatchedFile,
    /// Pictures.
    pub images: ImageCache,
    /// Whether the last starts came as far as a picture.
    pub starts: Starts,
    files: Arc<dyn Files>,
    owner: PathBuf,
    /// Held open: the lock ends with it. A disk that takes nothing has none.
    _lock: Option<File>,
}

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses it.
    #[error("{} is in use by another bonus-tv; end that one or choose another storage.dir", .0.display())]
    InUse(PathBuf),
    /// It holds somebody else's files, and was not changed.
    #[error("the directory {} is left alone: it holds «{}», which is not bonus-tv's; choose an empty or a new one", .0.display(), .1)]
    Foreign(PathBuf, String),
    /// It cannot be created, read or written.
    #[error("cannot use the storage directory {}", .0.display())]
    Directory(PathBuf, #[source] io::Error),
}

impl Storage {
    /// Takes the directory for this process alone, creating it if need be.
    ///
    /// # Errors
    /// It is in use, holds somebody else's files, or cannot be written.
    pub fn open(directory: &Path, image_cache_bytes: u64) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Directory(directory.to_owned(), error);
        if let Some(entry) = ownership::foreign_entry(directory).map_err(failed)? {
            return Err(OpenError::Foreign(directory.to_owned(), entry));
        }
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
        close_to_others(directory);
        let mut options = OpenOptions::new();
        let lock = options.read(true).write(true).create(true).truncate(false);
        let lock = lock.open(directory.join(ownership::LOCK)).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse(directory.to_owned()),
            TryLockError::Error(error) => failed(error),
        })?;
        ownership::mark(&lock).map_err(failed)?;
        sweep(directory).map_err(failed)?;
        let images = ImageCache::open(&directory.join("images"), image_cache_bytes).map_err(failed)?;
        Ok(Self {
            images,
            starts: Starts::new(directory),
            _lock: Some(lock),
            ..Self::on(Arc::new(SystemFiles), directory)
        })
    }

    /// Everything but pictures, on a disk that nobody else uses; the directory is there.
    pub fn on(files: Arc<dyn Files>, directory: &Path) -> Self {
        Self {
            cache: SnapshotCache::new(files.clone(), directory),
            orders: OrderJournal::new(files.clone(), directory),
            tokens: Arc::new(TokenFile::new(files.clone(), directory)),
            settings: SettingsFile::new(files.clone(), directory),
            pin: PinFile::new(files.clone(), directory),
            watched: WatchedFile::new(files.clone(), directory),
            images: ImageCache::none(),
            starts: Starts::none(),
            owner: directory.join("owner"),
            files,
            _lock: None,
        }
    }

    /// Takes a directory that cannot be written: what it holds is read, and every write fails.
    pub fn read_only(directory: &Path) -> Self {
        Self { starts: Starts::new(directory), ..Self::on(Arc::new(SystemFiles), directory) }
    }

    /// Keeps apart what different services say: what another address got is neither shown nor asked about.
    #[must_use]
    pub fn for_api(mut self, api: &url::Url) -> Self {
        self.cache.use_api(api.as_str());
        self.images.use_api(api.as_str());
        self
    }

    /// Drops what can be fetched again.
    ///
    /// # Errors
    /// Something may still be there.
    pub fn drop_caches(&self) -> io::Result<()> {
        self.cache.wipe().and(self.images.wipe())
    }

    /// Forgets what belongs to the member who signs out. The order journal stays: its order may
    /// still have to be asked about when the same member returns.
    ///
    /// # Errors
    /// Something of it could not be removed; the rest is.
    pub fn forget_member(&self) -> io::Result<()> {
        // Each of them, also where another cannot be removed.
        let of_the_member =
            [self.cache.wipe(), self.images.wipe(), self.watched.clear(), self.pin.clear(), self.forget_choices()];
        of_the_member.into_iter().collect::<io::Result<()>>().and_then(|()| atomic::remove(&*self.files, &self.owner))
    }

    /// Lets a start find only what was kept for the sign-in whose tokens are there (ACC-1): with other tokens, or with
    /// none, nothing of before is shown.
    ///
    /// It is asked again before anything is kept: a disk that took nothing at the start may have left another member's
    /// data beside which nothing of this one may stand.
    ///
    /// # Errors
    /// What another sign-in left could not be removed, so it must not be shown, and nothing may be kept beside it.
    pub fn bind(&self) -> io::Result<()> {
        let sign_in = self.tokens.sign_in()?;
        let owner = self.owner();
        if sign_in == owner {
            return Ok(());
        }
        match (&sign_in, &owner) {
            // Kept by a version that named no sign-ins: its PIN goes on protecting, and shows nothing.
            (Some(_), None) => self.cache.wipe().and(self.images.wipe())?,
            (Some(_) | None, Some(_)) | (None, None) => self.forget_member()?,
        }
        self.own(sign_in.as_ref())
    }

    fn own(&self, sign_in: Option<&SignInId>) -> io::Result<()> {
        match sign_in {
            Some(SignInId(id)) => OWNER.write(&*self.files, &self.owner, id.as_bytes()),
            None => atomic::remove(&*self.files, &self.owner),
        }
    }

    fn owner(&self) -> Option<SignInId> {
        let id = OWNER.read_or_drop(&*self.files, &self.owner)?;
        String::from_utf8(id).ok().map(SignInId)
    }

    /// How a PIN is used is the member's; language, size, contrast and motion are the television's.
    fn forget_choices(&self) -> io::Result<()> {
        let chosen = self.settings.load();
        match chosen.pin_use {
            Some(_) => self.settings.save(&Settings { pin_use: None, ..chosen }),
            None => Ok(()),
        }
    }
}

/// The id of the sign-in that the rest belongs to.
const OWNER: Format = Format { name: "owner", version: 1, limit: 1024 };

/// A directory that was there before, made by an installer or by hand, may be open to others.
fn close_to_others(directory: &Path) {
    let closed = fs::metadata(directory).and_then(|metadata| {
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 == 0 { Ok(()) } else { fs::set_permissions(directory, Permissions::from_mode(mode & 0o700)) }
    });
    if let Err(error) = closed {
        // The files inside are for their owner alone in any case.
        tracing::warn!(%error, "the storage directory stays open to others");
    }
}

/// Removes what a power cut left half written.
fn sweep(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(atomic::TEMPORARY) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod failing_disk;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_serves_one_process_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/state");
        let first = Storage::open(&path, 1024).unwrap();
        let refused = Storage::open(&path, 1024).unwrap_err();
        assert!(matches!(refused, OpenError::InUse(_)), "{refused}");
        assert!(refused.to_string().contains("storage.dir"));
        drop(first);
        Storage::open(&path, 1024).unwrap();
    }

    #[test]
    fn a_directory_that_takes_nothing_is_read_and_refuses_an_order() {
        use crate::domain::{IdempotencyKey, Order};

        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, b"").unwrap();
        let storage = Storage::read_only(&file.join("state"));
        let key = IdempotencyKey::from_entropy(7);
        let order = Order { key, member_id: "m".into(), lines: Vec::new(), placed_at: chrono::DateTime::UNIX_EPOCH };
        assert!(storage.orders.save(&order).is_err());
        // Pictures come again, so a disk that keeps none is no failure worth a word for each of them.
        assert!(storage.images.save("a", b"picture", chrono::DateTime::UNIX_EPOCH).is_ok());
        assert_eq!(storage.images.load("a"), None);
    }

    /// A directory with everything of a member: the sign-in's tokens, cache, a picture, PIN and choice.
    fn lived_in() -> (tempfile::TempDir, Storage) {
        use crate::api::{TokenStore, Tokens, snapshot};
        use crate::domain::{Language, PinUse, Secret};

        let directory = tempfile::tempdir().unwrap();
        let storage = Storage::open(directory.path(), 1 << 20).unwrap();
        storage.tokens.begin(&Tokens { access: Secret::new("a"), refresh: None }).unwrap();
        storage.bind().unwrap();
        let value = snapshot::read_account(include_bytes!("../../tests/fixtures/api/account.json")).unwrap();
        let fetched_at = chrono::DateTime::UNIX_EPOCH;
        storage.cache.save_account(&Stamped { value, etag: None, fetched_at }).unwrap();
        storage.images.save("a", b"picture", fetched_at).unwrap();
        storage.pin.set(&Secret::new("1234")).unwrap();
        storage.watched.save(&watched()).unwrap();
        let (language, pin_use) = (Some(Language::En), Some(PinUse::EveryExchange));
        storage.settings.save(&Settings { language, pin_use, ..Settings::default() }).unwrap();
        (directory, storage)
    }

    fn watched() -> crate::domain::Watched {
        use crate::domain::{EntitlementId, EpisodeId};

        std::iter::once((EntitlementId::new("rental"), EpisodeId::new("one"))).collect()
    }

    /// What of a member is there: account, picture, what was watched, PIN, choice of the PIN's use.
    fn holds(storage: &Storage) -> [bool; 5] {
        [
            storage.cache.load().account.is_some(),
            storage.images.load("a").is_some(),
            storage.watched.load() == watched(),
            storage.pin.is_set().unwrap(),
            storage.settings.load().pin_use.is_some(),
        ]
    }

    #[test]
    fn a_start_with_the_same_sign_in_finds_what_it_left() {
        use crate::api::{TokenStore, Tokens};
        use crate::domain::Secret;

        let (_directory, storage) = lived_in();
        storage.tokens.save(&Tokens { access: Secret::new("renewed"), refresh: None }).unwrap();
        storage.bind().unwrap();
        assert_eq!(holds(&storage), [true; 5]);
    }

    #[test]
    fn a_start_with_other_tokens_finds_nothing_of_before() {
        use crate::api::{TokenStore, Tokens};
        use crate::domain::{Language, Secret};

        let other = Tokens { access: Secret::new("b"), refresh: None };
        // By a sign-in, and by whoever writes the file.
        let begun = |storage: &Storage| storage.tokens.begin(&other).unwrap();
        let planted = |storage: &Storage| {
            storage.tokens.forget().unwrap();
            storage.tokens.save(&other).unwrap();
        };
        for change in [&begun as &dyn Fn(&Storage), &planted] {
            let (_directory, storage) = lived_in();
            change(&storage);
            storage.bind().unwrap();
            assert_eq!(holds(&storage), [false; 5]);
            assert_eq!(storage.settings.load().language, Some(Language::En), "the television's own");
            storage.bind().unwrap();
        }
    }

    #[test]
    fn a_sign_in_whose_tokens_are_gone_left_nothing() {
        use crate::api::TokenStore;

        for wipe in [Storage::bind, Storage::forget_member] {
            let (_directory, storage) = lived_in();
            storage.tokens.forget().unwrap();
            wipe(&storage).unwrap();
            assert_eq!(holds(&storage), [false; 5]);
        }
    }

    #[test]
    fn what_a_version_without_names_left_is_not_shown_and_its_pin_protects() {
        let (directory, storage) = lived_in();
        fs::remove_file(directory.path().join("owner")).unwrap();
        storage.bind().unwrap();
        assert_eq!(holds(&storage), [false, false, true, true, true]);
    }

    #[test]
    fn nobody_else_may_look_into_the_directory_even_if_it_was_open() {
        let parent = tempfile::tempdir().unwrap();
        let (new, old) = (parent.path().join("new"), parent.path().join("old"));
        fs::create_dir(&old).unwrap();
        fs::set_permissions(&old, Permissions::from_mode(0o755)).unwrap();
        for directory in [new, old] {
            let _storage = Storage::open(&directory, 1024).unwrap();
            assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn leftovers_of_a_power_cut_are_removed() {
        let directory = tempfile::tempdir().unwrap();
        let leftover = directory.path().join(".tmp-abc");
        fs::write(&leftover, b"half").unwrap();
        Storage::open(directory.path(), 1024).unwrap();
        assert!(!leftover.exists());
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        fs::write(&file, b"").unwrap();
        let error = Storage::open(&file.join("state"), 1024).unwrap_err();
        assert!(error.to_string().contains("file/state"), "{error}");
    }
}
