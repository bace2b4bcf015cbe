//! What the viewer chose for this box.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::atomic::Format;
use crate::core::{Language, Motion, PinUse, Settings};

const FORMAT: Format = Format { name: "settings", version: 1, limit: 4096 };

/// The file with the settings.
#[derive(Debug)]
pub struct SettingsFile {
    path: PathBuf,
}

/// Texts, so that a value of another version costs only itself.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    language: Option<String>,
    motion: Option<String>,
    pin_use: Option<String>,
}

impl SettingsFile {
    pub(super) fn new(directory: &Path) -> Self {
        Self { path: directory.join("settings") }
    }

    /// The choices so far; what was never chosen or cannot be read is as in `otherwise`.
    pub fn load(&self, otherwise: Settings) -> Settings {
        let payload = FORMAT.read_or_drop(&self.path).unwrap_or_default();
        let stored: Stored = serde_json::from_slice(&payload).unwrap_or_default();
        Settings {
            language: chosen(stored.language, [Language::Russian, Language::English], Language::code)
                .unwrap_or(otherwise.language),
            motion: chosen(stored.motion, [Motion::Full, Motion::Reduced], motion_code).unwrap_or(otherwise.motion),
            pin_use: chosen(stored.pin_use, [PinUse::AdultOnly, PinUse::EveryExchange], pin_use_code)
                .unwrap_or(otherwise.pin_use),
        }
    }

    /// Keeps the choices.
    pub fn save(&self, settings: &Settings) -> io::Result<()> {
        let stored = Stored {
            language: Some(settings.language.code().to_owned()),
            motion: Some(motion_code(settings.motion).to_owned()),
            pin_use: Some(pin_use_code(settings.pin_use).to_owned()),
        };
        FORMAT.write(&self.path, &serde_json::to_vec(&stored)?)
    }
}

fn chosen<T: Copy>(stored: Option<String>, all: [T; 2], code: fn(T) -> &'static str) -> Option<T> {
    let stored = stored?;
    all.into_iter().find(|value| code(*value) == stored)
}

fn motion_code(motion: Motion) -> &'static str {
    match motion {
        Motion::Full => "full",
        Motion::Reduced => "reduced",
    }
}

fn pin_use_code(pin_use: PinUse) -> &'static str {
    match pin_use {
        PinUse::AdultOnly => "adult_only",
        PinUse::EveryExchange => "every_exchange",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_survive_and_unknown_ones_cost_only_themselves() {
        let directory = tempfile::tempdir().unwrap();
        let file = SettingsFile::new(directory.path());
        let otherwise = Settings { language: Language::English, ..Settings::default() };
        assert_eq!(file.load(otherwise), otherwise);
        let chosen = Settings { language: Language::Russian, motion: Motion::Reduced, pin_use: PinUse::EveryExchange };
        file.save(&chosen).unwrap();
        assert_eq!(file.load(otherwise), chosen);
        FORMAT.write(&file.path, br#"{"language":"tt","motion":"reduced","new":1}"#).unwrap();
        assert_eq!(file.load(otherwise), Settings { motion: Motion::Reduced, ..otherwise });
        std::fs::write(&file.path, b"x").unwrap();
        assert_eq!(file.load(otherwise), otherwise);
    }
}
