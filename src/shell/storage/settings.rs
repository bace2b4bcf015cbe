//! What the viewer chose for this box.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::atomic::Format;
use crate::domain::{Animations, Language};

const FORMAT: Format = Format { name: "settings", version: 1, limit: 4096 };

/// The viewer's choices; what was never chosen is `None` and comes from the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// The language.
    pub language: Option<Language>,
    /// How much moves.
    pub animations: Option<Animations>,
}

/// The file with the settings.
#[derive(Debug)]
pub struct SettingsFile {
    path: PathBuf,
}

/// Texts, so that a value of a newer version costs only itself.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    language: Option<String>,
    animations: Option<String>,
}

impl SettingsFile {
    pub(super) fn new(directory: &Path) -> Self {
        Self { path: directory.join("settings") }
    }

    /// The choices so far; what cannot be read counts as not chosen.
    pub fn load(&self) -> Settings {
        let payload = FORMAT.read_or_drop(&self.path).unwrap_or_default();
        let stored: Stored = serde_json::from_slice(&payload).unwrap_or_default();
        Settings {
            language: stored.language.as_deref().and_then(Language::from_code),
            animations: match stored.animations.as_deref() {
                Some("full") => Some(Animations::Full),
                Some("reduced") => Some(Animations::Reduced),
                Some(_) | None => None,
            },
        }
    }

    /// Keeps the choices.
    pub fn save(&self, settings: &Settings) -> io::Result<()> {
        let animations = settings.animations.map(|animations| match animations {
            Animations::Full => "full",
            Animations::Reduced => "reduced",
        });
        let stored = Stored {
            language: settings.language.map(|language| language.code().to_owned()),
            animations: animations.map(str::to_owned),
        };
        FORMAT.write(&self.path, &serde_json::to_vec(&stored)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_survive_and_unknown_ones_cost_only_themselves() {
        let directory = tempfile::tempdir().unwrap();
        let file = SettingsFile::new(directory.path());
        assert_eq!(file.load(), Settings::default());
        let chosen = Settings { language: Some(Language::En), animations: Some(Animations::Reduced) };
        file.save(&chosen).unwrap();
        assert_eq!(file.load(), chosen);
        FORMAT.write(&file.path, br#"{"language":"tt","animations":"full","new":1}"#).unwrap();
        assert_eq!(file.load(), Settings { language: None, animations: Some(Animations::Full) });
        std::fs::write(&file.path, b"x").unwrap();
        assert_eq!(file.load(), Settings::default());
    }
}
