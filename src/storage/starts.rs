//! Whether the last starts came as far as a picture: what ends the program while it draws stands in a cache and
//! would end it each time.

use std::fs;
use std::path::{Path, PathBuf};

/// Starts that may end before their first picture. Once more, and the caches are dropped.
const PATIENCE: u32 = 2;

/// The mark of a start that has not shown anything yet.
///
/// It is written without waiting for the disk: a mark that the power takes along tells of no fault of the program.
#[derive(Debug)]
pub struct Starts {
    /// `None` counts no starts: a disk that is not the system's holds no pictures that could end one.
    path: Option<PathBuf>,
}

/// What the starts before say of what is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It can be shown.
    Sound,
    /// Showing it has ended the program more than once.
    Suspect,
}

impl Starts {
    pub(super) fn new(directory: &Path) -> Self {
        Self { path: Some(directory.join("starting")) }
    }

    pub(super) fn none() -> Self {
        Self { path: None }
    }

    /// A start begins.
    pub fn begin(&self) -> Verdict {
        let Some(path) = &self.path else { return Verdict::Sound };
        let died = fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0_u32);
        if let Err(error) = fs::write(path, died.saturating_add(1).to_string()) {
            tracing::debug!(%error, "a start cannot be marked");
        }
        if died < PATIENCE { Verdict::Sound } else { Verdict::Suspect }
    }

    /// The first picture is on the screen.
    pub fn end(&self) {
        // A mark that stays costs a cache after the next fault, no more.
        let _ = self.path.as_ref().map(fs::remove_file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_starts_without_a_picture_make_what_is_kept_suspect() {
        let directory = tempfile::tempdir().unwrap();
        let starts = Starts::new(directory.path());
        assert_eq!([starts.begin(), starts.begin()], [Verdict::Sound; 2]);
        assert_eq!(starts.begin(), Verdict::Suspect);
        starts.end();
        starts.end();
        assert_eq!(starts.begin(), Verdict::Sound);
        fs::write(directory.path().join("starting"), b"\xff garbage").unwrap();
        assert_eq!(starts.begin(), Verdict::Sound, "a damaged mark says nothing");
    }
}
