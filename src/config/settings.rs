//! The table of settings: each key, what it accepts, and where it goes.

use super::input::Input;
use super::{Config, ExitKey, ScreenSize};
use crate::domain::{Contrast, Language, TextSize, VoiceGuidance};
use crate::logging::{self, LogFormat};
use crate::player;
use crate::voice;

/// One setting.
pub(super) struct Setting {
    /// Its key in the file.
    pub key: &'static str,
    /// What it accepts, in words that follow "expected".
    pub expected: &'static str,
    /// Sets the value, or returns `None` if it is not accepted.
    pub set: fn(&mut Config, &Input<'_>) -> Option<()>,
}

/// All settings.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "api.url",
        expected: "an http or https address such as \"https://bonus.example/\", without user, query or fragment",
        set: |config, input| {
            let url = input.address()?;
            config.api.url = Some(url).filter(|url| url.query().is_none() && url.fragment().is_none())?;
            Some(())
        },
    },
    Setting {
        key: "api.allow_insecure",
        expected: "true or false",
        set: |config, input| put(&mut config.api.allow_insecure, input.switch()),
    },
    Setting {
        key: "api.ca_file",
        expected: "an absolute path to a PEM file",
        set: |config, input| put(&mut config.api.ca_file, input.path().map(Some)),
    },
    Setting {
        key: "api.connect_timeout",
        expected: "a duration from \"1s\" to \"30s\"",
        set: |config, input| put(&mut config.api.connect_timeout, input.duration(1..=30)),
    },
    Setting {
        key: "api.timeout",
        expected: "a duration from \"1s\" to \"60s\"",
        set: |config, input| put(&mut config.api.timeout, input.duration(1..=60)),
    },
    Setting {
        key: "player.command",
        expected: "a list of a program and its arguments, one of them holding {url}, such as [\"mpv\", \"{url}\"]",
        set: |config, input| {
            let command = input.list()?;
            player::check_command(&command).ok()?;
            config.player.command = command;
            Some(())
        },
    },
    Setting {
        key: "player.allow_insecure",
        expected: "true or false",
        set: |config, input| put(&mut config.player.allow_insecure, input.switch()),
    },
    Setting {
        key: "storage.dir",
        expected: "an absolute path to a directory",
        set: |config, input| put(&mut config.storage.dir, input.path()),
    },
    Setting {
        key: "storage.image_cache_mib",
        expected: "a whole number from 1 to 1024",
        set: |config, input| put(&mut config.storage.image_cache_mib, input.number(1..=1024)),
    },
    Setting {
        key: "ui.language",
        expected: "\"ru\" or \"en\"",
        set: |config, input| put(&mut config.ui.language, input.text().and_then(Language::from_code)),
    },
    Setting {
        key: "ui.text_size",
        expected: "100, 115 or 130",
        set: |config, input| put(&mut config.ui.text_size, input.number(100..=130).and_then(TextSize::from_percent)),
    },
    Setting {
        key: "ui.contrast",
        expected: "\"normal\" or \"high\"",
        set: |config, input| put(&mut config.ui.contrast, input.text().and_then(Contrast::from_code)),
    },
    Setting {
        key: "ui.brand",
        expected: "a name of 1 to 40 characters",
        set: |config, input| put(&mut config.ui.brand, input.name(40).map(Some)),
    },
    Setting {
        key: "ui.account_url",
        expected: "an http or https address such as \"https://account.example/\"",
        set: |config, input| put(&mut config.ui.account_url, input.address().map(Some)),
    },
    Setting {
        key: "elsewhere.phone",
        expected: "a telephone number of 1 to 40 characters",
        set: |config, input| put(&mut config.elsewhere.phone, input.name(40).map(Some)),
    },
    Setting {
        key: "elsewhere.ussd",
        expected: "what is dialled, of 1 to 40 characters, such as \"*100#\"",
        set: |config, input| put(&mut config.elsewhere.ussd, input.name(40).map(Some)),
    },
    Setting {
        key: "elsewhere.app_url",
        expected: "an http or https address such as \"https://app.example/\"",
        set: |config, input| put(&mut config.elsewhere.app_url, input.address().map(|url| Some(url.to_string()))),
    },
    Setting {
        key: "ui.theme.accent",
        expected: "a colour such as \"#f5b83d\"",
        set: |config, input| put(&mut config.ui.theme.accent, input.colour().map(Some)),
    },
    Setting {
        key: "ui.theme.on_accent",
        expected: "a colour such as \"#1c1402\"",
        set: |config, input| put(&mut config.ui.theme.on_accent, input.colour().map(Some)),
    },
    Setting {
        key: "ui.theme.secondary",
        expected: "a colour such as \"#8b7bff\"",
        set: |config, input| put(&mut config.ui.theme.secondary, input.colour().map(Some)),
    },
    Setting {
        key: "voice.command",
        expected: "a list of a program and its arguments, such as [\"espeak-ng\", \"-v\", \"{language}\"]",
        set: |config, input| put(&mut config.voice.command, input.list().filter(|list| voice::is_command(list))),
    },
    Setting {
        key: "voice.guidance",
        expected: "\"on\" or \"off\"",
        set: |config, input| put(&mut config.voice.guidance, input.text().and_then(VoiceGuidance::from_code)),
    },
    Setting {
        key: "screen.size",
        expected: "\"1280x720\" or \"1920x1080\"",
        set: |config, input| {
            config.screen.size = match input.text()? {
                "1280x720" => ScreenSize::Hd,
                "1920x1080" => ScreenSize::FullHd,
                _ => return None,
            };
            Some(())
        },
    },
    Setting {
        key: "screen.overscan",
        expected: "a whole number of percent from 0 to 5",
        set: |config, input| put(&mut config.screen.overscan, input.number(0..=5)),
    },
    Setting {
        key: "input.exit_key",
        expected: "\"back\" or \"leave\"",
        set: |config, input| {
            config.input.exit_key = match input.text()? {
                "back" => ExitKey::Back,
                "leave" => ExitKey::Leave,
                _ => return None,
            };
            Some(())
        },
    },
    Setting {
        key: "input.keymap",
        expected: "an absolute path to a TOML file",
        set: |config, input| put(&mut config.input.keymap, input.path().map(Some)),
    },
    Setting {
        key: "idle.dim_after",
        expected: "\"never\" or a duration from \"10s\" to \"24h\"",
        set: |config, input| put(&mut config.idle.dim_after, input.patience(10..=86_400)),
    },
    Setting {
        key: "idle.leave_after",
        expected: "\"never\" or a duration from \"10s\" to \"24h\"",
        set: |config, input| put(&mut config.idle.leave_after, input.patience(10..=86_400)),
    },
    Setting {
        key: "log.level",
        expected: "off, error, warn, info, debug or trace, also by module, such as \"info,bonus_tv::api=debug\"",
        set: |config, input| {
            let level = input.text()?;
            logging::parse_level(level).ok()?;
            config.log.level = level.to_owned();
            Some(())
        },
    },
    Setting {
        key: "log.format",
        expected: "\"text\" or \"json\"",
        set: |config, input| {
            config.log.format = match input.text()? {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return None,
            };
            Some(())
        },
    },
];

/// Puts a value in its place if there is one.
fn put<T>(place: &mut T, value: Option<T>) -> Option<()> {
    *place = value?;
    Some(())
}

/// The setting with this key.
pub(super) fn key(key: &str) -> Option<&'static str> {
    SETTINGS.iter().map(|setting| setting.key).find(|known| *known == key)
}

/// Whether this key is a section of settings.
pub(super) fn is_section(key: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
}

/// The keys that can stand in a section, or all of them at the top.
pub(super) fn known_below(section: &str) -> String {
    let keys: Vec<_> = SETTINGS
        .iter()
        .map(|setting| setting.key)
        .filter(|key| section.is_empty() || key.strip_prefix(section).is_some_and(|rest| rest.starts_with('.')))
        .collect();
    keys.join(", ")
}
