//! The emulator's command line.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Parser;

use super::gallery::Fixed;

/// The television of bonus-tv on a desktop, with a sandbox bonus API inside.
///
/// Keys: arrows, Enter or Space is OK, Esc or Backspace is Back, F1 to F4 are red, green, yellow
/// and blue, PgUp and PgDn are CH+ and CH-, F9 is Menu, I is Info, P is Play, digits, Ctrl+Q leaves.
#[derive(Debug, Clone, Parser)]
#[command(name = "emulator", version)]
pub struct Args {
    /// Uses this bonus API instead of the sandbox inside
    #[arg(long, value_name = "URL", conflicts_with_all = ["scenario", "clock", "db", "policy"])]
    pub api: Option<String>,
    /// Starts signed in as this test subscriber; --list-scenarios lists them
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// Lists the test subscribers and ends
    #[arg(long)]
    pub list_scenarios: bool,
    /// Size of the television: 1280x720 or 1920x1080 [default: what fits the desktop; 1920x1080 headless]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub size: Option<Size>,
    /// An undecorated window of exactly that size with nothing but the television
    #[arg(long)]
    pub tv_only: bool,
    /// Runs without a window or a display, drawing with the box's own renderer
    #[arg(long)]
    pub headless: bool,
    /// Keys to press, such as "OK DOWN*3 HOLD:RIGHT:2s WAIT:500ms"; each waits until the last is done
    #[arg(long, value_name = "SCRIPT", requires = "headless", default_value = "", hide_default_value = true)]
    pub keys: String,
    /// Uses the television for so long in virtual time, with random keys, faults and passing days, such as 24h
    #[arg(long, value_name = "TIME", requires = "headless", conflicts_with_all = ["keys", "screenshot", "api"], value_parser = parse_time)]
    pub soak: Option<Duration>,
    /// Ends a soak after so long in real time, such as 3m
    #[arg(long, value_name = "TIME", requires = "soak", value_parser = parse_time)]
    pub soak_limit: Option<Duration>,
    /// Repeats the keys, faults and days of a soak [default: a new one, which is printed]
    #[arg(long, value_name = "NUMBER", requires = "soak")]
    pub seed: Option<u64>,
    /// Compares the picture with one drawn anew after every NUMBER keys of a script; ends with an error where they differ
    #[arg(long, value_name = "NUMBER", requires = "headless", conflicts_with = "soak", value_parser = clap::value_parser!(u32).range(1..))]
    pub check_picture: Option<u32>,
    /// Writes the last picture of a headless run as PNG
    #[arg(long, value_name = "FILE", requires = "headless")]
    pub screenshot: Option<PathBuf>,
    /// Writes what happened, one JSON object a line, without secrets
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Keeps what the box remembers in this directory [default: a new one that is removed at the end]
    #[arg(long, value_name = "DIR")]
    pub storage: Option<PathBuf>,
    /// Language of the screen until changed in the settings: ru or en
    #[arg(long, value_name = "CODE", value_parser = ["ru", "en"])]
    pub language: Option<String>,
    /// Film player, its words separated by spaces, with {url} for the film's address
    #[arg(long, value_name = "COMMAND", env = "BONUS_TV_EMULATOR_PLAYER")]
    pub player: Option<String>,
    /// Starts the sandbox's clock at this time, such as 2026-11-22T12:00:00Z, or where --db ended, if that is later
    #[arg(long, value_name = "TIME")]
    pub clock: Option<DateTime<Utc>>,
    /// Keeps the sandbox's data, clock and policy in this file [default: in memory]
    #[arg(long, value_name = "FILE")]
    pub db: Option<PathBuf>,
    /// Monthly limit of the sandbox: strict or films-exempt
    #[arg(long, value_name = "POLICY", value_parser = ["strict", "films-exempt"])]
    pub policy: Option<String>,
    /// Log levels to stderr, such as info,bonus_tv::api=debug
    #[arg(long, value_name = "LEVELS", default_value = "warn", env = "BONUS_TV_LOG_LEVEL")]
    pub log_level: String,
    /// What would differ between two runs, fixed; for pictures that are compared.
    #[arg(skip)]
    pub(crate) fixed: Option<Fixed>,
}

/// A size of the television in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Size {
    /// 1080 lines.
    pub const FULL_HD: Self = Self { width: 1920, height: 1080 };
}

fn parse_time(text: &str) -> Result<Duration, String> {
    crate::input::parse_duration(text).ok_or_else(|| "a time is written 30s, 5m or 24h".to_owned())
}

fn parse_size(text: &str) -> Result<Size, String> {
    match text {
        "1920x1080" => Ok(Size::FULL_HD),
        "1280x720" => Ok(Size { width: 1280, height: 720 }),
        _ => Err("a television here is 1280x720 or 1920x1080".to_owned()),
    }
}
