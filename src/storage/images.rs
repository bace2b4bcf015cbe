//! Pictures as they came, bounded; the ones not looked at for longest make room.
//!
//! The order of use is kept in memory only, because writing it down would wear the flash on
//! every picture that is shown. After a start the order of writing stands in for it.

use std::collections::HashMap;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::atomic::{self, Format};
use super::files::SystemFiles;

const FORMAT: Format = Format { name: "image", version: 1, limit: 1024 * 1024 + 8 };

/// A picture from the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedImage {
    /// Its bytes, still encoded.
    pub bytes: Vec<u8>,
    /// When it was fetched.
    pub fetched_at: DateTime<Utc>,
}

/// The directory of pictures.
#[derive(Debug)]
pub struct ImageCache {
    /// `None` for a cache that keeps nothing.
    directory: Option<PathBuf>,
    limit: u64,
    /// The service that the pictures are of: another one means others by the same names.
    api: String,
    index: Mutex<Index>,
}

#[derive(Debug, Default)]
struct Index {
    files: HashMap<String, File>,
    total: u64,
    uses: u64,
}

#[derive(Debug)]
struct File {
    size: u64,
    last_use: u64,
}

impl ImageCache {
    /// A cache that holds nothing.
    pub(super) fn none() -> Self {
        Self { directory: None, limit: 0, api: String::new(), index: Mutex::default() }
    }

    pub(super) fn open(directory: &Path, limit: u64) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(atomic::TEMPORARY) {
                fs::remove_file(entry.path())?;
                continue;
            }
            let metadata = entry.metadata()?;
            found.push((metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH), name, metadata.len()));
        }
        found.sort();
        let mut index = Index::default();
        for (_, name, size) in found {
            index.add(name, size);
        }
        let directory_of = Some(directory.to_owned());
        let cache = Self { directory: directory_of, limit, api: String::new(), index: Mutex::new(index) };
        cache.make_room(directory, &mut cache.index());
        Ok(cache)
    }

    /// From now on every picture is of this service.
    pub(super) fn use_api(&mut self, api: &str) {
        api.clone_into(&mut self.api);
    }

    /// Forgets every picture.
    ///
    /// # Errors
    /// Some could not be removed.
    pub fn wipe(&self) -> io::Result<()> {
        let Some(directory) = &self.directory else { return Ok(()) };
        let mut index = self.index();
        *index = Index::default();
        for entry in fs::read_dir(directory)? {
            fs::remove_file(entry?.path())?;
        }
        Ok(())
    }

    /// The picture with this key, if it is there and whole.
    pub fn load(&self, key: &str) -> Option<CachedImage> {
        let directory = self.directory.as_deref()?;
        let name = file_name(&self.api, key);
        let mut index = self.index();
        index.touch(&name)?;
        let payload = FORMAT.read_or_drop(&SystemFiles, &directory.join(&name));
        let image = payload.as_deref().and_then(|payload| {
            let (seconds, bytes) = payload.split_first_chunk::<8>()?;
            let fetched_at = DateTime::from_timestamp(i64::from_be_bytes(*seconds), 0)?;
            Some(CachedImage { bytes: bytes.to_vec(), fetched_at })
        });
        if image.is_none() {
            index.remove(&name);
        }
        image
    }

    /// Keeps a picture under this key and makes room for it; a cache without a directory lets it go.
    ///
    /// # Errors
    /// It is not kept.
    pub fn save(&self, key: &str, bytes: &[u8], fetched_at: DateTime<Utc>) -> io::Result<()> {
        let Some(directory) = self.directory.as_deref() else { return Ok(()) };
        let name = file_name(&self.api, key);
        let mut payload = fetched_at.timestamp().to_be_bytes().to_vec();
        payload.extend_from_slice(bytes);
        let path = directory.join(&name);
        let mut index = self.index();
        FORMAT.write(&SystemFiles, &path, &payload)?;
        index.remove(&name);
        index.add(name, fs::metadata(&path)?.len());
        self.make_room(directory, &mut index);
        Ok(())
    }

    fn make_room(&self, directory: &Path, index: &mut Index) {
        while index.total > self.limit {
            let Some(name) = index.least_used() else { return };
            if let Err(error) = fs::remove_file(directory.join(&name)) {
                tracing::warn!(%error, "an old picture cannot be removed");
            }
            index.remove(&name);
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Index {
    fn add(&mut self, name: String, size: u64) {
        self.uses += 1;
        self.total += size;
        self.files.insert(name, File { size, last_use: self.uses });
    }

    fn touch(&mut self, name: &str) -> Option<()> {
        self.uses += 1;
        self.files.get_mut(name)?.last_use = self.uses;
        Some(())
    }

    fn remove(&mut self, name: &str) {
        if let Some(file) = self.files.remove(name) {
            self.total -= file.size;
        }
    }

    fn least_used(&self) -> Option<String> {
        self.files.iter().min_by_key(|(_, file)| file.last_use).map(|(name, _)| name.clone())
    }
}

/// A name that no key can lead out of the directory.
fn file_name(api: &str, key: &str) -> String {
    let digest = Sha256::new().chain_update(api).chain_update([0]).chain_update(key).finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> DateTime<Utc> {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn keys(cache: &ImageCache) -> String {
        ["a", "b", "c", "d"].into_iter().filter(|key| cache.load(key).is_some()).collect()
    }

    #[test]
    fn the_picture_not_looked_at_for_longest_makes_room() {
        let directory = tempfile::tempdir().unwrap();
        let cache = ImageCache::open(directory.path(), 3500).unwrap();
        for key in ["a", "b", "c"] {
            cache.save(key, &[7; 1000], at()).unwrap();
        }
        assert_eq!(cache.load("a"), Some(CachedImage { bytes: vec![7; 1000], fetched_at: at() }));
        cache.save("d", &[7; 1000], at()).unwrap();
        assert_eq!(keys(&cache), "acd");
        cache.save("a", &[8; 1000], at()).unwrap();
        assert_eq!(keys(&cache), "acd", "replacing one costs no other");
        assert_eq!(keys(&ImageCache::open(directory.path(), 3500).unwrap()), "acd", "they survive a restart");
        assert_eq!(keys(&ImageCache::open(directory.path(), 1100).unwrap()).len(), 1, "a smaller limit is kept");
    }

    #[test]
    fn a_damaged_picture_is_dropped_and_a_key_cannot_leave_the_directory() {
        let directory = tempfile::tempdir().unwrap();
        let cache = ImageCache::open(&directory.path().join("images"), 10_000).unwrap();
        cache.save("../../x", b"png", at()).unwrap();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert!(cache.load("../../x").is_some());
        let file = fs::read_dir(directory.path().join("images")).unwrap().next().unwrap().unwrap().path();
        fs::write(&file, b"?").unwrap();
        assert_eq!(cache.load("../../x"), None);
        assert!(!file.exists());
        assert!(cache.save("large", &vec![0; 1024 * 1024 + 1], at()).is_err(), "no picture is larger than 1 MiB");
    }
}
