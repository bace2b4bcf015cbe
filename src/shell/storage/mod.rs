//! The disk: one directory of small files that survive power cuts and are safe to lose, except
//! the pending order, which must not be lost silently.
//!
//! All calls block and belong off the event loop. Knows nothing of the core: the shell's effects
//! call it.

mod atomic;
mod cache;
mod images;
mod orders;
mod pin;
mod settings;
mod tokens;

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use cache::{Snapshot, SnapshotCache, Stamped};
pub use images::{CachedImage, ImageCache};
pub use orders::{JournalError, OrderJournal};
pub use pin::{PinCheck, PinFile, PinStatus};
pub use settings::{Settings, SettingsFile};
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
    /// Held open: the lock ends with it.
    _lock: File,
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
        let lock = File::create(directory.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse(directory.to_owned()),
            TryLockError::Error(error) => failed(error),
        })?;
        sweep(directory).map_err(failed)?;
        let images = ImageCache::open(&directory.join("images"), image_cache_bytes).map_err(failed)?;
        Ok(Self {
            cache: SnapshotCache::new(directory),
            orders: OrderJournal::new(directory),
            tokens: Arc::new(TokenFile::new(directory)),
            settings: SettingsFile::new(directory),
            pin: PinFile::new(directory),
            images,
            _lock: lock,
        })
    }

    /// Forgets what belongs to the member who signs out. The order journal stays: its order may
    /// still have to be asked about when the same member returns.
    pub fn forget_member(&self) -> io::Result<()> {
        self.cache.wipe()
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
