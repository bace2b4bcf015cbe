//! The sign-in on disk, readable by its owner only.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::atomic::{self, Format};
use super::files::Files;
use crate::api::{TokenStore, Tokens};
use crate::domain::Secret;

const FORMAT: Format = Format { name: "tokens", version: 1, limit: 16 * 1024 };

/// The file with the tokens.
#[derive(Debug)]
pub struct TokenFile {
    files: Arc<dyn Files>,
    path: PathBuf,
}

/// Exists only between [`Secret`] and the file; deliberately without `Debug`.
#[derive(Serialize, Deserialize)]
struct Stored {
    access: String,
    refresh: Option<String>,
}

impl TokenFile {
    pub(super) fn new(files: Arc<dyn Files>, directory: &Path) -> Self {
        Self { files, path: directory.join("tokens") }
    }
}

impl TokenStore for TokenFile {
    fn load(&self) -> io::Result<Option<Tokens>> {
        let Some(payload) = FORMAT.read_or_drop(&*self.files, &self.path) else { return Ok(None) };
        let Ok(stored) = serde_json::from_slice::<Stored>(&payload) else {
            atomic::drop_damaged(FORMAT, &*self.files, &self.path);
            return Ok(None);
        };
        Ok(Some(Tokens { access: Secret::new(stored.access), refresh: stored.refresh.map(Secret::new) }))
    }

    fn save(&self, tokens: &Tokens) -> io::Result<()> {
        let stored = Stored {
            access: tokens.access.reveal().to_owned(),
            refresh: tokens.refresh.as_ref().map(|refresh| refresh.reveal().to_owned()),
        };
        FORMAT.write(&*self.files, &self.path, &serde_json::to_vec(&stored)?)
    }

    fn forget(&self) -> io::Result<()> {
        atomic::remove(&*self.files, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::super::SystemFiles;
    use super::*;

    #[test]
    fn tokens_survive_for_their_owner_alone_and_can_be_forgotten() {
        let directory = tempfile::tempdir().unwrap();
        let file = TokenFile::new(Arc::new(SystemFiles), directory.path());
        assert_eq!(file.load().unwrap(), None);
        let tokens = Tokens { access: Secret::new("a"), refresh: Some(Secret::new("r")) };
        file.save(&tokens).unwrap();
        assert_eq!(fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(file.load().unwrap(), Some(tokens));
        file.forget().unwrap();
        file.forget().unwrap();
        assert_eq!(file.load().unwrap(), None);
    }

    #[test]
    fn damaged_tokens_mean_signing_in_again() {
        let directory = tempfile::tempdir().unwrap();
        let file = TokenFile::new(Arc::new(SystemFiles), directory.path());
        fs::write(&file.path, b"bonus-tv tokens 1").unwrap();
        assert_eq!(file.load().unwrap(), None);
        assert!(!file.path.exists());
    }
}
