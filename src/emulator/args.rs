//! The emulator's command line.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Parser;

use super::EmulatorError;
use super::gallery::Fixed;

/// The television of bonus-tv on a desktop, with a sandbox bonus API inside.
///
/// Keys: arrows, Enter or Space is OK, Esc or Backspace is Back, F1 to F4 are red, green, yellow
/// and blue, PgUp and PgDn are CH+ and CH-, F9 is Menu, I is Info, P is Play, digits, Ctrl+Q leaves.
#[derive(Debug, Clone, Parser)]
#[command(name = "emulator", version, args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Something else than a television in a window
    #[command(subcommand)]
    pub command: Option<Command>,
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
    /// Size of the words in percent until changed in the settings: 100, 115 or 130
    #[arg(long, value_name = "PERCENT", value_parser = ["100", "115", "130"])]
    pub text_size: Option<String>,
    /// Contrast until changed in the settings: normal or high
    #[arg(long, value_name = "WORD", value_parser = ["normal", "high"])]
    pub contrast: Option<String>,
    /// Whether the menu is spoken until changed in the settings: on or off
    #[arg(long, value_name = "WORD", value_parser = ["on", "off"])]
    pub voice: Option<String>,
    /// Program that speaks what its standard input says, its words separated by spaces; {language} becomes ru or en
    #[arg(long, value_name = "COMMAND", env = "BONUS_TV_EMULATOR_VOICE")]
    pub voice_command: Option<String>,
    /// Allows plain http to another machine, in a lab: tokens can be read on the way
    #[arg(long, requires = "api")]
    pub allow_insecure: bool,
    /// Lets a headless run end well though the bonus API did not answer
    #[arg(long, requires = "headless")]
    pub allow_offline: bool,
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
    /// Whether QA's servers stand before the television.
    #[arg(skip)]
    pub(crate) has_faces: bool,
}

/// What the emulator does besides the window.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Serves televisions in memory over HTTP, until SIGTERM
    Serve(ServeArgs),
    /// Plays a test of keys, waits and expectations
    Run(RunArgs),
    /// Sends one command to a box that is served
    Ctl(CtlArgs),
}

/// The televisions of `serve` and `run`.
#[derive(Debug, Clone, clap::Args)]
pub struct BoxArgs {
    /// Uses this bonus API instead of a sandbox inside for each box
    #[arg(long, value_name = "URL", conflicts_with_all = ["scenario", "clock", "db", "policy"])]
    pub api: Option<String>,
    /// Allows plain http to another machine, in a lab: tokens can be read on the way
    #[arg(long, requires = "api")]
    pub allow_insecure: bool,
    /// Starts signed in as this test subscriber; without it, a box shows a code
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// Size of the television: 1280x720 or 1920x1080
    #[arg(long, value_name = "SIZE", value_parser = parse_size, default_value = "1920x1080")]
    pub size: Size,
    /// Keeps what a box remembers in this directory; with several boxes, in one below it for each
    #[arg(long, value_name = "DIR")]
    pub storage: Option<PathBuf>,
    /// Language of the screen until changed in the settings: ru or en
    #[arg(long, value_name = "CODE", value_parser = ["ru", "en"])]
    pub language: Option<String>,
    /// Size of the words in percent until changed in the settings: 100, 115 or 130
    #[arg(long, value_name = "PERCENT", value_parser = ["100", "115", "130"])]
    pub text_size: Option<String>,
    /// Contrast until changed in the settings: normal or high
    #[arg(long, value_name = "WORD", value_parser = ["normal", "high"])]
    pub contrast: Option<String>,
    /// Whether the menu is spoken until changed in the settings: on or off
    #[arg(long, value_name = "WORD", value_parser = ["on", "off"])]
    pub voice: Option<String>,
    /// Program that speaks what its standard input says, its words separated by spaces; {language} becomes ru or en
    #[arg(long, value_name = "COMMAND", env = "BONUS_TV_EMULATOR_VOICE")]
    pub voice_command: Option<String>,
    /// Film player, its words separated by spaces, with {url} for the film's address
    #[arg(long, value_name = "COMMAND", env = "BONUS_TV_EMULATOR_PLAYER")]
    pub player: Option<String>,
    /// Starts the clock of box and sandbox at this time, such as 2026-11-22T12:00:00Z, or where --db ended, if that is later
    #[arg(long, value_name = "TIME")]
    pub clock: Option<DateTime<Utc>>,
    /// Keeps the sandbox's data, clock and policy in this file; for one box
    #[arg(long, value_name = "FILE")]
    pub db: Option<PathBuf>,
    /// Monthly limit of the sandbox: strict or films-exempt
    #[arg(long, value_name = "POLICY", value_parser = ["strict", "films-exempt"])]
    pub policy: Option<String>,
    /// Writes what happened, one JSON object a line, without secrets; for one box
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Makes the random bits of the boxes repeatable
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Log levels to stderr, such as info,bonus_tv::api=debug
    #[arg(long, value_name = "LEVELS", default_value = "warn", env = "BONUS_TV_LOG_LEVEL")]
    pub log_level: String,
}

/// `emulator serve`.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArgs {
    /// The televisions
    #[command(flatten)]
    pub televisions: BoxArgs,
    /// How many boxes, each with a sandbox of its own unless there is --api
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub boxes: u16,
    /// Where QA's API and WebDriver of the first box listen; the others take the ports after it, or free ones for port 0
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Roku's External Control Protocol at this address, port 8060 unless given; further boxes take the addresses after it
    #[arg(long, value_name = "ADDR", value_parser = parse_ecp)]
    pub ecp: Option<SocketAddr>,
    /// How time passes: virtual, when it is asked for or waited for, or paced, as on the wall
    #[arg(long, value_enum, default_value_t = Time::Virtual)]
    pub time: Time,
    /// Writes the ready line into this file, too; the file is removed at the end
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
}

/// `emulator run`.
#[derive(Debug, Clone, clap::Args)]
pub struct RunArgs {
    /// The test, one step a line; docs/testing.md has the steps
    #[arg(value_name = "TEST.keys")]
    pub test: PathBuf,
    /// Writes a report that CI servers read
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// The television
    #[command(flatten)]
    pub televisions: BoxArgs,
}

/// `emulator ctl`.
#[derive(Debug, Clone, clap::Args)]
pub struct CtlArgs {
    /// The box: its address of /qa/v1 in the ready line
    #[arg(long, value_name = "URL", env = "BONUS_TV_QA_URL")]
    pub url: Option<String>,
    /// The ready file of emulator serve; its first box is meant
    #[arg(long, value_name = "FILE", env = "BONUS_TV_QA_READY_FILE")]
    pub ready_file: Option<PathBuf>,
    /// The command: state, tree, text, key OK, wait screen=Outcome, clock +48h, fault none, sign-in vip, shot FILE and others
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<String>,
}

/// How time passes for a box that is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Time {
    /// Only when it is asked for, or when something waits and nothing is on its way.
    Virtual,
    /// As on the wall.
    Paced,
}

impl BoxArgs {
    /// The arguments of one box of so many.
    pub(crate) fn of_box(&self, index: u16, boxes: u16) -> Result<Args, EmulatorError> {
        if boxes > 1 && (self.db.is_some() || self.journal.is_some()) {
            return Err(EmulatorError::Usage("--db and --journal are for one box".to_owned()));
        }
        let storage = match &self.storage {
            Some(directory) if boxes > 1 => Some(directory.join(format!("b{index}"))),
            other => other.clone(),
        };
        Ok(Args {
            command: None,
            api: self.api.clone(),
            scenario: self.scenario.clone(),
            list_scenarios: false,
            size: Some(self.size),
            tv_only: false,
            headless: true,
            keys: String::new(),
            soak: None,
            soak_limit: None,
            seed: None,
            check_picture: None,
            screenshot: None,
            journal: self.journal.clone(),
            storage,
            language: self.language.clone(),
            text_size: self.text_size.clone(),
            contrast: self.contrast.clone(),
            voice: self.voice.clone(),
            voice_command: self.voice_command.clone(),
            allow_insecure: self.allow_insecure,
            allow_offline: true,
            player: self.player.clone(),
            clock: self.clock,
            db: self.db.clone(),
            policy: self.policy.clone(),
            log_level: self.log_level.clone(),
            fixed: None,
            has_faces: true,
        })
    }
}

fn parse_ecp(text: &str) -> Result<SocketAddr, String> {
    const PORT: u16 = 8060;
    let address = text.parse::<SocketAddr>().or_else(|_| text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, PORT)));
    let address = address.map_err(|_| "an address is written 127.0.0.7 or 127.0.0.7:8060".to_owned())?;
    if address.ip().is_loopback() { Ok(address) } else { Err("it listens on loopback addresses alone".to_owned()) }
}

/// Who moves the clock of the sandbox inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockOwner {
    /// It runs at the system's pace.
    System,
    /// It follows the television's virtual time.
    Television,
}

impl Args {
    pub(crate) fn clock_owner(&self) -> ClockOwner {
        if self.headless { ClockOwner::Television } else { ClockOwner::System }
    }
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
    bonus_tv::input::parse_duration(text).ok_or_else(|| "a time is written 30s, 5m or 24h".to_owned())
}

fn parse_size(text: &str) -> Result<Size, String> {
    match text {
        "1920x1080" => Ok(Size::FULL_HD),
        "1280x720" => Ok(Size { width: 1280, height: 720 }),
        _ => Err("a television here is 1280x720 or 1920x1080".to_owned()),
    }
}
