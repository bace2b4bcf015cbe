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
mod pin;
mod settings;
mod starts;
mod tokens;

use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use cache::{Snapshot, SnapshotCache, Stamped};
pub use files::{Draft, Files, SystemFiles};
pub use images::{CachedImage, ImageCache};
pub use orders::{JournalError, OrderJournal};
pub use pin::{PinCheck, PinFile, PinStatus};
pub use settings::{Settings, SettingsFile};
pub use starts::{Starts, Verdict};
pub use tokens::TokenFile;

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
    /// Pictures.
    pub images: ImageCache,
    /// Whether the last starts came as far as a picture.
    pub starts: Starts,
    /// Held open: the lock ends with it. A disk that takes nothing has none.
    _lock: Option<File>,
}

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses it.
    #[error("{} is in use by another bonus-tv; end that one or choose another storage.dir", .0.display())]
    InUse(PathBuf),
    /// It cannot be created, read or written.
    #[error("cannot use the storage directory {}", .0.display())]
    Directory(PathBuf, #[source] io::Error),
}

impl Storage {
    /// Takes the directory for this process alone, creating it if need be.
    pub fn open(directory: &Path, image_cache_bytes: u64) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Directory(directory.to_owned(), error);
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
        close_to_others(directory);
        let lock = File::create(directory.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse(directory.to_owned()),
            TryLockError::Error(error) => failed(error),
        })?;
        sweep(directory).map_err(failed)?;
        let images = ImageCache::open(&directory.join("images"), image_cache_bytes).map_err(failed)?;
        Ok(Self { images, _lock: Some(lock), ..Self::on(Arc::new(SystemFiles), directory) })
    }

    /// Everything but pictures, on a disk that nobody else uses; the directory is there.
    pub fn on(files: Arc<dyn Files>, directory: &Path) -> Self {
        Self {
            cache: SnapshotCache::new(files.clone(), directory),
            orders: OrderJournal::new(files.clone(), directory),
            tokens: Arc::new(TokenFile::new(files.clone(), directory)),
            settings: SettingsFile::new(files.clone(), directory),
            pin: PinFile::new(files, directory),
            images: ImageCache::none(),
            starts: Starts::new(directory),
            _lock: None,
        }
    }

    /// Takes a directory that cannot be written: what it holds is read, and every write fails.
    pub fn read_only(directory: &Path) -> Self {
        Self::on(Arc::new(SystemFiles), directory)
    }

    /// Keeps apart what different services say: what another address got is neither shown nor asked about.
    #[must_use]
    pub fn for_api(mut self, api: &url::Url) -> Self {
        self.cache.use_api(api.as_str());
        self.images.use_api(api.as_str());
        self
    }

    /// Drops what can be fetched again.
    pub fn drop_caches(&self) -> io::Result<()> {
        self.cache.wipe().and(self.images.wipe())
    }

    /// Forgets what belongs to the member who signs out. The order journal stays: its order may
    /// still have to be asked about when the same member returns.
    pub fn forget_member(&self) -> io::Result<()> {
        self.cache.wipe()
    }
}

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
