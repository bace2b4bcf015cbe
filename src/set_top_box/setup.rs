//! Makes the parts of a box's shell from the configuration.

use url::Position;

use crate::api::Client;
use crate::config::{Config, ExitKey, InputConfig, Rgb};
use crate::core::{Identity, Memory, Settings};
use crate::engine::clock::Clock;
use crate::engine::live::PlayerParts;
use crate::input::{Codes, RemoteKey, parse_keymap};
use crate::platform::linux::Waker;
use crate::player::film::PlayerFallback;
use crate::player::lending::Stage;
use crate::player::{FilmAddresses, Insecure, PlayerRules};
use crate::shell::Parts;
use crate::shell::device::device_id;
use crate::storage::{OpenError, Storage};
use crate::view::bind::ThemeColors;
use crate::voice::{self, VoiceParts};

use super::BoxError;

const MEBIBYTE: u64 = 1024 * 1024;

/// What a shell is made from.
pub(super) fn parts(
    config: &Config,
    clock: Box<dyn Clock>,
    stage: Box<dyn Stage>,
    waker: Waker,
) -> Result<Parts, BoxError> {
    let (storage, memory) = storage(config)?;
    let storage = storage.for_api(&config.api.url);
    let client = Client::new(&config.client_options()?, storage.tokens.clone())?;
    let identity = Identity {
        brand: config.ui.brand.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        device_id: device_id(&config.storage.dir),
        api_host: config.api.url[Position::BeforeHost..Position::AfterPort].to_owned(),
        account_url: config.ui.account_url.as_ref().map(ToString::to_string),
        elsewhere: config.elsewhere.clone(),
        dim_after: config.idle.dim_after,
        leave_after: config.idle.leave_after,
        has_voice: has_voice(&config.voice.command),
        player_hears_keys: true,
    };
    let insecure = if config.player.allow_insecure { Insecure::Allowed } else { Insecure::Refused };
    let theme = &config.ui.theme;
    Ok(Parts {
        client,
        storage,
        memory,
        clock,
        identity,
        defaults: Settings {
            language: config.ui.language,
            text_size: config.ui.text_size,
            contrast: config.ui.contrast,
            voice: config.voice.guidance,
            ..Settings::default()
        },
        player: PlayerParts {
            command: config.player.command.clone(),
            rules: PlayerRules {
                films: FilmAddresses::beside(&config.api.url, insecure),
                hidden: Some(config.storage.dir.clone()),
            },
            fallback: PlayerFallback::None,
            stage,
        },
        voice: VoiceParts { command: config.voice.command.clone(), hidden: Some(config.storage.dir.clone()) },
        theme: ThemeColors {
            accent: theme.accent.map(color),
            on_accent: theme.on_accent.map(color),
            secondary: theme.secondary.map(color),
        },
        journal: None,
        wake: std::sync::Arc::new(move || waker.wake()),
    })
}

/// Whether the menu can be spoken. A program that is missing is told to the operator, and the viewer is not offered it.
fn has_voice(command: &[String]) -> bool {
    let is_there = voice::is_installed(command, &std::env::var("PATH").unwrap_or_default());
    if voice::is_command(command) && !is_there {
        tracing::warn!(program = command.first(), "the program of voice.command is not installed: there is no voice");
    }
    is_there
}

/// Opens the storage; if it cannot be written, the menu runs without it.
fn storage(config: &Config) -> Result<(Storage, Memory), BoxError> {
    let directory = &config.storage.dir;
    match Storage::open(directory, u64::from(config.storage.image_cache_mib) * MEBIBYTE) {
        Ok(storage) => Ok((storage, Memory::Kept)),
        Err(error @ (OpenError::InUse(_) | OpenError::Foreign(..))) => Err(error.into()),
        Err(error @ OpenError::Directory(..)) => {
            tracing::error!(error = crate::logging::chain(&error), "nothing can be kept, so points cannot be spent");
            Ok((Storage::read_only(directory), Memory::Lost))
        }
    }
}

/// Checks what is read later than the configuration itself.
pub(super) fn check(config: &Config) -> Result<(), BoxError> {
    config.client_options()?;
    read_codes(&config.input)?;
    println!("The configuration is right.");
    Ok(())
}

/// What the remote's codes mean. A keymap with a mistake is ignored, so that the remote goes on working.
pub(super) fn codes(input: &InputConfig) -> Codes {
    read_codes(input).unwrap_or_else(|error| {
        tracing::warn!(%error, "the keymap is not used; the usual keys are");
        standard(input)
    })
}

fn standard(input: &InputConfig) -> Codes {
    Codes::standard(match input.exit_key {
        ExitKey::Back => RemoteKey::Back,
        ExitKey::Leave => RemoteKey::Leave,
    })
}

fn read_codes(input: &InputConfig) -> Result<Codes, BoxError> {
    let Some(path) = &input.keymap else { return Ok(standard(input)) };
    let wrong = |problem: String| BoxError::Keymap { path: path.clone(), problem };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    parse_keymap(&text, standard(input)).map_err(|error| wrong(error.to_string()))
}

fn color(rgb: Rgb) -> slint::Color {
    slint::Color::from_rgb_u8(rgb.red, rgb.green, rgb.blue)
}
