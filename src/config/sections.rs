//! The sections of the configuration, as values that have been checked.

use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::domain::{Contrast, Language, TextSize, VoiceGuidance};
use crate::logging::LogFormat;

/// The bonus API.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiConfig {
    /// Its address.
    pub url: Url,
    /// Whether plain HTTP to other machines is allowed.
    pub allow_insecure: bool,
    /// More trusted certificates.
    pub ca_file: Option<PathBuf>,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long a whole call may take.
    pub timeout: Duration,
}

/// The film player.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayerConfig {
    /// Program and arguments; `{url}` stands for the film's address.
    pub command: Vec<String>,
    /// Whether films may come over plain http although the API is https.
    pub allow_insecure: bool,
}

/// The disk.
#[derive(Debug, Clone, PartialEq)]
pub struct StorageConfig {
    /// Where everything is kept.
    pub dir: PathBuf,
    /// Room for pictures, in mebibytes.
    pub image_cache_mib: u32,
}

/// What the screens look like.
#[derive(Debug, Clone, PartialEq)]
pub struct UiConfig {
    /// The language until the viewer chooses one.
    pub language: Language,
    /// How large the words are until the viewer chooses.
    pub text_size: TextSize,
    /// How far colours lie apart until the viewer chooses.
    pub contrast: Contrast,
    /// The programme's name, if the operator has one of its own.
    pub brand: Option<String>,
    /// The address of the personal account, for what the box does not sell.
    pub account_url: Option<Url>,
    /// The operator's colours.
    pub theme: ThemeConfig,
}

/// The operator's colours; each that is not set stays as designed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThemeConfig {
    /// What stands out.
    pub accent: Option<Rgb>,
    /// Text on the accent.
    pub on_accent: Option<Rgb>,
    /// What stands out a little.
    pub secondary: Option<Rgb>,
}

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

/// Voice guidance.
#[derive(Debug, Clone, PartialEq)]
pub struct VoiceConfig {
    /// The program that speaks and its arguments; empty without one. See [`crate::voice`].
    pub command: Vec<String>,
    /// Whether the menu is spoken until the viewer chooses.
    pub guidance: VoiceGuidance,
}

/// The picture.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenConfig {
    /// Its size.
    pub size: ScreenSize,
    /// What the television hides on each side, in percent.
    pub overscan: u32,
}

/// The sizes that are drawn for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreenSize {
    /// 1280 by 720.
    Hd,
    /// 1920 by 1080.
    FullHd,
}

impl ScreenSize {
    /// Width and height in pixels.
    pub fn pixels(self) -> (u32, u32) {
        match self {
            Self::Hd => (1280, 720),
            Self::FullHd => (1920, 1080),
        }
    }
}

/// The remote.
#[derive(Debug, Clone, PartialEq)]
pub struct InputConfig {
    /// What KEY_EXIT does.
    pub exit_key: ExitKey,
    /// A file of the user's own keys.
    pub keymap: Option<PathBuf>,
}

/// What KEY_EXIT does: televisions send it for Back, some remotes print "leave" on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKey {
    /// It goes back one screen.
    Back,
    /// It leaves the menu.
    Leave,
}

/// What happens when the remote is not used.
#[derive(Debug, Clone, PartialEq)]
pub struct IdleConfig {
    /// After how long the screen dims; `None` for never.
    pub dim_after: Option<Duration>,
    /// After how long the menu is left; `None` for never.
    pub leave_after: Option<Duration>,
}

/// The log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// Levels by module, checked.
    pub level: String,
    /// How a line looks.
    pub format: LogFormat,
}
