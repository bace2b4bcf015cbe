//! The log: one line per event on standard error, where systemd collects it.
//!
//! Which lines is said by levels per module; how they look is for people or for machines.

use std::error::Error;
use std::io::{self, IsTerminal};

use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// Why the log cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The levels make no sense.
    #[error(
        "cannot read the log level {0:?}; expected off, error, warn, info, debug or trace, alone or as target=level, separated by commas, such as info,bonus_tv::api=debug"
    )]
    Level(String),
    /// Somebody started a log before.
    #[error("the log is already running")]
    Running(#[source] TryInitError),
}

/// An error with everything behind it on one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some errors tell what is behind them themselves.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// Reads levels such as `info,bonus_tv::api=debug`.
///
/// # Errors
/// A level is unknown.
pub fn parse_level(level: &str) -> Result<Targets, LoggingError> {
    let error = || LoggingError::Level(level.to_owned());
    // A word that is no level would silently become a target that does not exist.
    let is_known = |word: &str| {
        ["off", "error", "warn", "info", "debug", "trace"].iter().any(|known| word.eq_ignore_ascii_case(known))
    };
    let is_sane = level.split(',').all(|part| match part.trim().rsplit_once('=') {
        Some((target, level)) => !target.is_empty() && is_known(level),
        None => is_known(part.trim()),
    });
    if !is_sane {
        return Err(error());
    }
    level.replace(' ', "").parse().map_err(|_| error())
}

/// Starts the log of this process.
///
/// # Errors
/// The level is unknown, or a log runs already.
pub fn start(level: &str, format: LogFormat) -> Result<(), LoggingError> {
    let levels = parse_level(level)?;
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(levels)).try_init().map_err(LoggingError::Running)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn levels_can_differ_by_target() {
        let levels = parse_level("info, bonus_tv::api=debug").unwrap();
        assert!(levels.would_enable("bonus_tv::api::client", &Level::DEBUG));
        assert!(!levels.would_enable("bonus_tv::core", &Level::DEBUG));
        assert!(levels.would_enable("anything", &Level::INFO));
    }

    #[test]
    fn a_level_that_does_not_exist_is_an_error_that_says_what_does() {
        for bad in ["", "loud", "info,", "bonus_tv=", "=debug", "bonus_tv=loud", "3"] {
            let error = parse_level(bad).unwrap_err().to_string();
            assert!(error.contains("debug"), "{bad}: {error}");
        }
    }
}
