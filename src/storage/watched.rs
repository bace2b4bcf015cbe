//! Which episodes of rented serials were watched on this box.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::atomic::{self, Format};
use super::files::Files;
use crate::domain::{EntitlementId, EpisodeId, Watched};

/// Rentals last two days, so there are few: a thousand episodes fit many times over.
const FORMAT: Format = Format { name: "watched", version: 1, limit: 256 * 1024 };

/// The file with what was watched.
#[derive(Debug)]
pub struct WatchedFile {
    files: Arc<dyn Files>,
    path: PathBuf,
}

impl WatchedFile {
    pub(super) fn new(files: Arc<dyn Files>, directory: &Path) -> Self {
        Self { files, path: directory.join("watched") }
    }

    /// What was watched; nothing if that cannot be read.
    pub fn load(&self) -> Watched {
        let Some(payload) = FORMAT.read_or_drop(&*self.files, &self.path) else { return Watched::default() };
        match serde_json::from_slice::<Vec<(String, String)>>(&payload) {
            Ok(pairs) => {
                pairs.iter().map(|(rental, episode)| (EntitlementId::new(rental), EpisodeId::new(episode))).collect()
            }
            Err(_) => {
                atomic::drop_damaged(FORMAT, &*self.files, &self.path);
                Watched::default()
            }
        }
    }

    /// Replaces what was kept.
    ///
    /// # Errors
    /// The disk does not take it; what was kept before stays.
    pub fn save(&self, watched: &Watched) -> io::Result<()> {
        let pairs: Vec<_> = watched.iter().map(|(rental, episode)| (rental.as_str(), episode.as_str())).collect();
        FORMAT.write(&*self.files, &self.path, &serde_json::to_vec(&pairs)?)
    }

    /// Forgets all of it.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn clear(&self) -> io::Result<()> {
        atomic::remove(&*self.files, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::SystemFiles;
    use super::*;

    #[test]
    fn what_was_watched_comes_back_and_damage_counts_as_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let file = WatchedFile::new(Arc::new(SystemFiles), directory.path());
        assert_eq!(file.load(), Watched::default());
        let pairs = [("rental", "one"), ("rental", "two"), ("другая", "one")];
        let watched: Watched =
            pairs.iter().map(|(rental, episode)| (EntitlementId::new(rental), EpisodeId::new(episode))).collect();
        file.save(&watched).unwrap();
        assert_eq!(file.load(), watched);
        FORMAT.write(&SystemFiles, &file.path, b"{\"of\": \"another kind\"}").unwrap();
        assert_eq!(file.load(), Watched::default());
        assert!(!file.path.exists());
        file.clear().unwrap();
    }
}
