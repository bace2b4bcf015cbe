//! What the viewer chose for this box.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::atomic::Format;
use super::files::Files;
use crate::domain::{AdultOffers, Animations, Contrast, Language, PinUse, TextSize, VoiceGuidance};

const FORMAT: Format = Format { name: "settings", version: 1, limit: 4096 };

/// The viewer's choices; what was never chosen is `None` and comes from the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// The language.
    pub language: Option<Language>,
    /// How large the words are.
    pub text_size: Option<TextSize>,
    /// How far colours lie apart.
    pub contrast: Option<Contrast>,
    /// How much moves.
    pub animations: Option<Animations>,
    /// Whether the menu is spoken.
    pub voice: Option<VoiceGuidance>,
    /// Whether what is for adults only can be browsed.
    pub adults: Option<AdultOffers>,
    /// When the PIN is asked for.
    pub pin_use: Option<PinUse>,
}

/// The file with the settings.
#[derive(Debug)]
pub struct SettingsFile {
    files: Arc<dyn Files>,
    path: PathBuf,
}

/// Texts, so that a value of a newer version costs only itself.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    language: Option<String>,
    text_size: Option<String>,
    contrast: Option<String>,
    animations: Option<String>,
    voice: Option<String>,
    adults: Option<String>,
    pin_use: Option<String>,
}

impl SettingsFile {
    pub(super) fn new(files: Arc<dyn Files>, directory: &Path) -> Self {
        Self { files, path: directory.join("settings") }
    }

    /// The choices so far; what cannot be read counts as not chosen.
    pub fn load(&self) -> Settings {
        let payload = FORMAT.read_or_drop(&*self.files, &self.path).unwrap_or_default();
        let stored: Stored = serde_json::from_slice(&payload).unwrap_or_default();
        Settings {
            language: stored.language.as_deref().and_then(Language::from_code),
            text_size: stored.text_size.and_then(|text| text.parse().ok()).and_then(TextSize::from_percent),
            contrast: stored.contrast.as_deref().and_then(Contrast::from_code),
            animations: match stored.animations.as_deref() {
                Some("full") => Some(Animations::Full),
                Some("reduced") => Some(Animations::Reduced),
                Some(_) | None => None,
            },
            voice: stored.voice.as_deref().and_then(VoiceGuidance::from_code),
            adults: stored.adults.as_deref().and_then(AdultOffers::from_code),
            pin_use: match stored.pin_use.as_deref() {
                Some("adult") => Some(PinUse::AdultOnly),
                Some("every") => Some(PinUse::EveryExchange),
                Some(_) | None => None,
            },
        }
    }

    /// Keeps the choices.
    ///
    /// # Errors
    /// A restart finds the earlier ones.
    pub fn save(&self, settings: &Settings) -> io::Result<()> {
        let animations = settings.animations.map(|animations| match animations {
            Animations::Full => "full",
            Animations::Reduced => "reduced",
        });
        let pin_use = settings.pin_use.map(|pin_use| match pin_use {
            PinUse::AdultOnly => "adult",
            PinUse::EveryExchange => "every",
        });
        let stored = Stored {
            language: settings.language.map(|language| language.code().to_owned()),
            text_size: settings.text_size.map(|size| size.percent().to_string()),
            contrast: settings.contrast.map(|contrast| contrast.code().to_owned()),
            animations: animations.map(str::to_owned),
            voice: settings.voice.map(|voice| voice.code().to_owned()),
            adults: settings.adults.map(|adults| adults.code().to_owned()),
            pin_use: pin_use.map(str::to_owned),
        };
        FORMAT.write(&*self.files, &self.path, &serde_json::to_vec(&stored)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::SystemFiles;
    use super::*;

    #[test]
    fn choices_survive_and_unknown_ones_cost_only_themselves() {
        let directory = tempfile::tempdir().unwrap();
        let file = SettingsFile::new(Arc::new(SystemFiles), directory.path());
        assert_eq!(file.load(), Settings::default());
        let chosen = Settings {
            language: Some(Language::En),
            text_size: Some(TextSize::Largest),
            contrast: Some(Contrast::High),
            animations: Some(Animations::Reduced),
            voice: Some(VoiceGuidance::On),
            adults: Some(AdultOffers::Hidden),
            pin_use: Some(PinUse::EveryExchange),
        };
        file.save(&chosen).unwrap();
        assert_eq!(file.load(), chosen);
        FORMAT
            .write(
                &SystemFiles,
                &file.path,
                br#"{"language":"tt","text_size":"200","contrast":"x","voice":"loud","adults":"x","animations":"full","new":1}"#,
            )
            .unwrap();
        assert_eq!(file.load(), Settings { animations: Some(Animations::Full), ..Settings::default() });
        std::fs::write(&file.path, b"x").unwrap();
        assert_eq!(file.load(), Settings::default());
    }
}
