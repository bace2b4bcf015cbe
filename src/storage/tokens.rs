//! The sign-in on disk, readable by its owner only.
//!
//! Each sign-in has a random id beside its tokens, which renewals keep. What else the disk holds is bound
//! to that id, so tokens that came another way find nothing that was kept for earlier ones.

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
    /// Earlier versions, and others who write this file, give none.
    #[serde(default)]
    sign_in: Option<String>,
}

/// Names one sign-in on this box; says nothing of the member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInId(pub(super) String);

impl SignInId {
    fn new() -> io::Result<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Self(format!("{:032x}", u128::from_ne_bytes(bytes))))
    }
}

impl TokenFile {
    pub(super) fn new(files: Arc<dyn Files>, directory: &Path) -> Self {
        Self { files, path: directory.join("tokens") }
    }

    /// The sign-in that the tokens belong to, named now if they came without a name; `None` without tokens.
    ///
    /// # Errors
    /// The name cannot be kept: what is kept for a sign-in is then of no use after a restart.
    pub fn sign_in(&self) -> io::Result<Option<SignInId>> {
        let Some(stored) = self.stored() else { return Ok(None) };
        if let Some(id) = stored.sign_in {
            return Ok(Some(SignInId(id)));
        }
        let id = SignInId::new()?;
        self.write(&Stored { sign_in: Some(id.0.clone()), ..stored })?;
        Ok(Some(id))
    }

    fn stored(&self) -> Option<Stored> {
        let payload = FORMAT.read_or_drop(&*self.files, &self.path)?;
        let stored = serde_json::from_slice::<Stored>(&payload).ok();
        if stored.is_none() {
            atomic::drop_damaged(FORMAT, &*self.files, &self.path);
        }
        stored
    }

    fn write(&self, stored: &Stored) -> io::Result<()> {
        FORMAT.write(&*self.files, &self.path, &serde_json::to_vec(stored)?)
    }
}

impl Stored {
    fn new(tokens: &Tokens, sign_in: Option<String>) -> Self {
        let refresh = tokens.refresh.as_ref().map(|refresh| refresh.reveal().to_owned());
        Self { access: tokens.access.reveal().to_owned(), refresh, sign_in }
    }
}

impl TokenStore for TokenFile {
    fn load(&self) -> io::Result<Option<Tokens>> {
        let stored = self.stored();
        Ok(stored.map(|stored| Tokens { access: Secret::new(stored.access), refresh: stored.refresh.map(Secret::new) }))
    }

    fn begin(&self, tokens: &Tokens) -> io::Result<()> {
        self.write(&Stored::new(tokens, Some(SignInId::new()?.0)))
    }

    fn save(&self, tokens: &Tokens) -> io::Result<()> {
        let sign_in = self.stored().and_then(|stored| stored.sign_in);
        self.write(&Stored::new(tokens, sign_in))
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
    fn a_sign_in_keeps_its_name_through_renewals_and_no_other_has_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = TokenFile::new(Arc::new(SystemFiles), directory.path());
        assert_eq!(file.sign_in().unwrap(), None);
        let tokens = |text: &str| Tokens { access: Secret::new(text), refresh: None };
        file.begin(&tokens("a")).unwrap();
        let first = file.sign_in().unwrap();
        file.save(&tokens("b")).unwrap();
        assert_eq!(file.sign_in().unwrap(), first, "renewed");
        file.begin(&tokens("c")).unwrap();
        assert_ne!(file.sign_in().unwrap(), first);
        // Tokens that somebody else wrote are another sign-in, with one name from then on.
        FORMAT.write(&SystemFiles, &file.path, br#"{"access":"x","refresh":null}"#).unwrap();
        let planted = file.sign_in().unwrap();
        assert!(planted.is_some() && planted != first);
        assert_eq!(file.sign_in().unwrap(), planted);
        assert_eq!(file.load().unwrap(), Some(tokens("x")));
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
