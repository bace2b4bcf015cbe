//! The configuration: defaults, then a TOML file, then the environment, then flags.
//!
//! All four are checked by one table of settings, so an error always names where the value
//! stands, its key, and what is accepted there. Nothing here is read twice or later.

mod args;
mod input;
mod sections;
mod settings;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

pub use args::Args;
pub use sections::{
    ApiConfig, ExitKey, IdleConfig, InputConfig, LogConfig, PlayerConfig, Rgb, ScreenConfig, ScreenSize, StorageConfig,
    ThemeConfig, UiConfig, VoiceConfig,
};

use crate::api::{ClientError, ClientOptions, check_certificates};
use crate::core::Elsewhere;
use crate::domain::{Contrast, Language, TextSize, VoiceGuidance};
use crate::logging::LogFormat;
use input::Input;
use settings::SETTINGS;

/// Read if it exists and no other file is named.
const DEFAULT_FILE: &str = "/etc/bonus-tv/config.toml";
/// What the environment's names begin with.
const PREFIX: &str = "BONUS_TV_";
/// What the emulator's own variables begin with; they are none of the box's settings.
const EMULATOR_PREFIX: &str = "BONUS_TV_EMULATOR_";
/// The file can be named in the environment, too.
const FILE_VARIABLE: &str = "BONUS_TV_CONFIG";
/// The largest file that is read, in bytes.
const LARGEST_FILE: u64 = 256 * 1024;

/// Everything that an operator can choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The bonus API.
    pub api: ApiConfig,
    /// The film player.
    pub player: PlayerConfig,
    /// The disk.
    pub storage: StorageConfig,
    /// What the screens look like.
    pub ui: UiConfig,
    /// Where else points can be seen.
    pub elsewhere: Elsewhere,
    /// Voice guidance.
    pub voice: VoiceConfig,
    /// The picture.
    pub screen: ScreenConfig,
    /// The remote.
    pub input: InputConfig,
    /// What happens when the remote is not used.
    pub idle: IdleConfig,
    /// The log.
    pub log: LogConfig,
}

/// What is wrong with the configuration, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("{}: {key} cannot be read", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The setting or flag that names it.
        key: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file holds something else than it should.
    #[error("{}: {key} cannot be used", path.display())]
    Certificates {
        /// Which file.
        path: PathBuf,
        /// The setting that names it.
        key: &'static str,
        /// Why.
        #[source]
        source: ClientError,
    },
    /// The file is not TOML.
    #[error("{}: not valid TOML: {message}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// There is no such setting.
    #[error("{origin}: unknown setting {key}; known here are: {known}")]
    Unknown {
        /// The file or the environment.
        origin: String,
        /// What was found.
        key: String,
        /// The settings that exist there.
        known: String,
    },
    /// A variable of the environment is no text.
    #[error("environment: the value of {name} is not UTF-8")]
    NotUnicode {
        /// Which variable.
        name: String,
    },
    /// A value is out of its range.
    #[error("{origin}: {key} = {value} is not accepted; expected {expected}")]
    Value {
        /// The file, variable or flag.
        origin: String,
        /// The setting.
        key: &'static str,
        /// What was found.
        value: String,
        /// What is accepted.
        expected: &'static str,
    },
}

impl Config {
    /// Everything from its sources, the later ones winning.
    ///
    /// # Errors
    /// A source cannot be read, or a value is not allowed; all that is wrong is listed.
    pub fn load(args: &Args, environment: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let mut known = BTreeMap::new();
        for (name, value) in environment {
            // A variable whose name is not Unicode is not one of ours.
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) => {
                    known.insert(name, value);
                }
                Err(_) if name.starts_with(PREFIX) => return Err(ConfigError::NotUnicode { name }),
                Err(_) => {}
            }
        }
        let environment = known;
        let mut config = Self::defaults(&environment);
        let mut origins = BTreeMap::new();
        if let Some(path) = file_to_read(args, &environment) {
            config.read_file(&path, &mut origins)?;
        }
        config.read_environment(&environment, &mut origins)?;
        for (key, text) in args.overrides() {
            let origin = format!("--{}", key.replace(['.', '_'], "-"));
            config.set(key, &Input::Text(text), origin, &mut origins)?;
        }
        config.check_together(&origins)?;
        Ok(config)
    }

    /// The defaults. Paths come from the environment, as is the custom.
    fn defaults(environment: &BTreeMap<String, String>) -> Self {
        let second = Duration::from_secs(1);
        Self {
            api: ApiConfig {
                url: Url::parse("http://127.0.0.1:8080/").expect("the default address is one"),
                allow_insecure: false,
                ca_file: None,
                connect_timeout: 3 * second,
                timeout: 10 * second,
            },
            player: PlayerConfig {
                command: vec!["gst-play-1.0".to_owned(), "{url}".to_owned()],
                allow_insecure: false,
            },
            storage: StorageConfig { dir: default_directory(environment), image_cache_mib: 32 },
            ui: UiConfig {
                language: Language::default(),
                text_size: TextSize::default(),
                contrast: Contrast::default(),
                brand: None,
                account_url: None,
                theme: ThemeConfig::default(),
            },
            elsewhere: Elsewhere::default(),
            voice: VoiceConfig { command: Vec::new(), guidance: VoiceGuidance::default() },
            screen: ScreenConfig { size: ScreenSize::FullHd, overscan: 0 },
            input: InputConfig { exit_key: ExitKey::Back, keymap: None },
            idle: IdleConfig { dim_after: Some(300 * second), leave_after: Some(1800 * second) },
            log: LogConfig { level: "info".to_owned(), format: LogFormat::Text },
        }
    }

    /// What the API client is made from; reads the certificates.
    ///
    /// # Errors
    /// The certificates cannot be read.
    pub fn client_options(&self) -> Result<ClientOptions, ConfigError> {
        let mut options = ClientOptions::new(self.api.url.clone());
        options.allow_insecure = self.api.allow_insecure;
        options.connect_timeout = self.api.connect_timeout;
        options.timeout = self.api.timeout;
        options.language = self.ui.language;
        options.ca_pem = match &self.api.ca_file {
            Some(path) => {
                let key = "api.ca_file";
                let pem = read(path, key)?;
                check_certificates(&pem).map_err(|source| ConfigError::Certificates {
                    path: path.clone(),
                    key,
                    source,
                })?;
                Some(pem)
            }
            None => None,
        };
        Ok(options)
    }

    fn read_file(&mut self, path: &Path, origins: &mut Origins) -> Result<(), ConfigError> {
        let bytes = read(path, "the configuration")?;
        self.read_bytes(path, bytes, origins)
    }

    /// The configuration of a file with these bytes, for fuzzing.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Result<Self, ConfigError> {
        let mut config = Self::defaults(&BTreeMap::new());
        let mut origins = BTreeMap::new();
        config.read_bytes(Path::new("fuzzed.toml"), bytes, &mut origins)?;
        config.check_together(&origins)?;
        Ok(config)
    }

    fn read_bytes(&mut self, path: &Path, bytes: Vec<u8>, origins: &mut Origins) -> Result<(), ConfigError> {
        let syntax = |message: String| ConfigError::Syntax { path: path.to_owned(), message };
        let text = String::from_utf8(bytes).map_err(|error| syntax(error.to_string()))?;
        let table: toml::Table = text.parse().map_err(|error| syntax(one_line(&text, &error)))?;
        self.read_table(&path.display().to_string(), "", &table, origins)
    }

    fn read_table(
        &mut self,
        file: &str,
        prefix: &str,
        table: &toml::Table,
        origins: &mut Origins,
    ) -> Result<(), ConfigError> {
        for (name, value) in table {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match (settings::key(&key), value) {
                (Some(known), value) => self.set(known, &Input::Toml(value), file.to_owned(), origins)?,
                (None, toml::Value::Table(inner)) if settings::is_section(&key) => {
                    self.read_table(file, &key, inner, origins)?;
                }
                (None, _) => {
                    let known = settings::known_below(prefix);
                    return Err(ConfigError::Unknown { origin: file.to_owned(), key, known });
                }
            }
        }
        Ok(())
    }

    fn read_environment(
        &mut self,
        environment: &BTreeMap<String, String>,
        origins: &mut Origins,
    ) -> Result<(), ConfigError> {
        for (name, text) in environment {
            if !name.starts_with(PREFIX) || name.starts_with(EMULATOR_PREFIX) || name == FILE_VARIABLE {
                continue;
            }
            let Some(setting) = SETTINGS.iter().find(|setting| variable(setting.key) == *name) else {
                let known: Vec<_> = SETTINGS.iter().map(|setting| variable(setting.key)).collect();
                let (origin, key) = ("environment".to_owned(), name.clone());
                return Err(ConfigError::Unknown { origin, key, known: known.join(", ") });
            };
            self.set(setting.key, &Input::Text(text), name.clone(), origins)?;
        }
        Ok(())
    }

    fn set(
        &mut self,
        key: &'static str,
        input: &Input<'_>,
        origin: String,
        origins: &mut Origins,
    ) -> Result<(), ConfigError> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else { return Ok(()) };
        if (setting.set)(self, input).is_none() {
            return Err(ConfigError::Value { origin, key, value: input.to_string(), expected: setting.expected });
        }
        origins.insert(key, origin);
        Ok(())
    }

    /// Checks settings that depend on one another, and fits what was left alone to what was set.
    fn check_together(&mut self, origins: &Origins) -> Result<(), ConfigError> {
        let wrong = |key: &'static str, value: String, expected| {
            let origin = origins.get(key).cloned().unwrap_or_else(|| "defaults".to_owned());
            Err(ConfigError::Value { origin, key, value, expected })
        };
        if let Err(ClientError::Insecure) = self.check_address() {
            let expected = "an https address; plain http leaves this machine only with api.allow_insecure = true";
            return wrong("api.url", self.api.url.to_string(), expected);
        }
        if !origins.contains_key("api.connect_timeout") {
            self.api.connect_timeout = self.api.connect_timeout.min(self.api.timeout);
        }
        if self.api.connect_timeout > self.api.timeout {
            return wrong("api.connect_timeout", format!("{:?}", self.api.connect_timeout), "at most api.timeout");
        }
        Ok(())
    }

    fn check_address(&self) -> Result<(), ClientError> {
        let mut options = ClientOptions::new(self.api.url.clone());
        options.allow_insecure = self.api.allow_insecure;
        options.check_address()
    }
}

/// Where each setting was found, for errors about two settings that do not fit.
type Origins = BTreeMap<&'static str, String>;

/// The environment's name of a setting.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

fn file_to_read(args: &Args, environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let named = args.config.clone().or_else(|| environment.get(FILE_VARIABLE).map(PathBuf::from));
    // A file that was named must be there; the default one may be missing.
    named.or_else(|| Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.exists()))
}

fn default_directory(environment: &BTreeMap<String, String>) -> PathBuf {
    let absolute = |name: &str| {
        // systemd separates several directories by colons; the first is ours.
        let first = environment.get(name)?.split(':').next()?;
        first.starts_with('/').then(|| PathBuf::from(first))
    };
    absolute("STATE_DIRECTORY")
        .or_else(|| absolute("XDG_STATE_HOME").map(|state| state.join("bonus-tv")))
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state/bonus-tv")))
        .unwrap_or_else(|| PathBuf::from("/var/lib/bonus-tv"))
}

/// What is wrong with a TOML text and where, without the excerpt over several lines.
fn one_line(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let place = before.map_or_else(String::new, |before| {
        let line = before.lines().count().max(1) + usize::from(before.ends_with('\n'));
        format!("line {line}: ")
    });
    format!("{place}{}", error.message().replace('\n', "; "))
}

fn read(path: &Path, key: &str) -> Result<Vec<u8>, ConfigError> {
    let failed = |source| ConfigError::File { path: path.to_owned(), key: key.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "the file is larger than 256 KiB")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
