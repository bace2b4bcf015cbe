//! The program of a set-top box: makes a shell, a window and a remote from the configuration, and runs
//! the event loop until the viewer leaves or a signal comes.
//!
//! The emulator's counterpart. Nothing is decided here.

mod board;
mod learn;
mod report;
mod service;
mod setup;
mod stage;
mod turning;

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use slint::PlatformError;

use crate::config::{Args, Config, ConfigError};
use crate::engine::clock::{Clock, SystemClock};
use crate::logging::{self, LoggingError};
use crate::platform::linux::{self, BoxWindow, Hearing, Remote, Signals, Size, Wake, Wish};
use crate::shell::Shell;
use crate::view::bind::Screen;

use service::Service;
use stage::BoxStage;
use turning::Turning;

/// Why the program ends with an error.
#[derive(Debug, thiserror::Error)]
pub enum BoxError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The log cannot start.
    #[error(transparent)]
    Logging(#[from] LoggingError),
    /// The keymap is wrong.
    #[error("{}: {problem}", path.display())]
    Keymap {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it, and where.
        problem: String,
    },
    /// The API client cannot be made.
    #[error("the API client cannot be made")]
    Client(#[from] crate::api::ClientError),
    /// The storage cannot be used.
    #[error(transparent)]
    Storage(#[from] crate::storage::OpenError),
    /// The shell does not start.
    #[error(transparent)]
    Shell(#[from] crate::shell::StartError),
    /// The window cannot be made.
    #[error("the window cannot be made")]
    Window(#[from] PlatformError),
    /// The system has no descriptors left, or refuses to wait.
    #[error("{0}")]
    System(&'static str, #[source] std::io::Error),
}

/// Runs the box until it is left.
///
/// # Errors
/// Anything that keeps it from running, in words for the operator.
pub fn run(args: &Args) -> Result<(), BoxError> {
    let config = Config::load(args, std::env::vars_os())?;
    if args.check_config {
        return setup::check(&config);
    }
    logging::start(&config.log.level, config.log.format)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), api = config.api.url.host_str(), "bonus-tv starts");
    if args.learn_keys {
        return learn::run(setup::codes(&config.input));
    }
    let (width, height) = config.screen.size.pixels();
    let wanted = Size { width, height };
    let wish = Wish { size: wanted, overscan: config.screen.overscan };
    if args.check_board {
        board::run(wish);
        return Ok(());
    }
    let signals = Signals::listen().map_err(|error| BoxError::System("listening to signals", error))?;
    let wake = Wake::new().map_err(|error| BoxError::System("making a descriptor", error))?;
    restore_at_panic();
    let display = linux::open_display(wish);
    let clock = SystemClock::start();
    let since_start = clock.clone();
    let window = BoxWindow::install(display, wanted, move || since_start.now().monotonic)?;
    let window = Rc::new(RefCell::new(window));
    let remote = Rc::new(RefCell::new(Remote::listen(setup::codes(&config.input), Hearing::Alone)));
    let stage = BoxStage { window: window.clone(), remote: remote.clone(), hearing: Hearing::Alone };
    let parts = setup::parts(&config, Box::new(clock), Box::new(stage), wake.waker())?;
    let screen = Screen::new()?;
    screen.open()?;
    let shell = Shell::start(parts, screen)?;
    let service = Service::from_environment(|name| std::env::var(name).ok(), std::process::id());
    Turning { shell, window, remote, wake, signals, service }.run()
}

/// Restores the earlier picture of the television after a panic.
fn restore_at_panic() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // Debug builds unwind: a worker's panic loses one reply; on the UI thread `Drop` restores the screen.
        if cfg!(panic = "abort") {
            linux::restore_at_panic();
        }
        told(panic);
    }));
}
