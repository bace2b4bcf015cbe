//! QA's desktop: the television in a window or without one, with the sandbox beside it.
//!
//! Nothing in here is part of the box: it starts the same shell that a box runs.

mod args;
pub mod gallery;
mod headless;
mod picture_check;
mod random_keys;
mod setup;
mod soak;
mod window;

pub use args::{Args, Size};
pub use headless::Television;
pub use picture_check::PictureDiffers;
pub use random_keys::RandomKeys;

/// Why the emulator ends with an error.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    /// A flag asks for something impossible.
    #[error("{0}")]
    Usage(String),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The log cannot start.
    #[error(transparent)]
    Logging(#[from] crate::logging::LoggingError),
    /// The sandbox does not start.
    #[error("the sandbox does not start")]
    Sandbox(#[from] crate::sandbox::StartError),
    /// A switch of the sandbox does not turn.
    #[error("the sandbox refuses")]
    Control(#[from] crate::sandbox::ControlError),
    /// The API client cannot be made.
    #[error("the API client cannot be made")]
    Client(#[from] crate::api::ClientError),
    /// The storage cannot be used.
    #[error(transparent)]
    Storage(#[from] crate::storage::OpenError),
    /// The shell does not start.
    #[error(transparent)]
    Shell(#[from] crate::shell::StartError),
    /// There is no window.
    #[error("no window: {0}; without a display, use --headless --screenshot FILE")]
    Window(slint::PlatformError),
    /// A file or a thread.
    #[error("{0}")]
    Io(String, #[source] std::io::Error),
    /// A soak found something.
    #[error("soak: {0}")]
    Soak(String),
    /// The picture on the screen is not the one that the state would draw now.
    #[error(transparent)]
    Picture(#[from] PictureDiffers),
    /// A headless run went wrong.
    #[error("headless run: {0}")]
    Headless(String),
}

/// Runs the emulator.
///
/// # Errors
/// Anything that keeps it from running, in words for QA.
pub fn run(args: Args) -> Result<(), EmulatorError> {
    crate::logging::start(&args.log_level, crate::logging::LogFormat::Text)?;
    match (args.headless, args.soak) {
        (true, Some(time)) => soak::run(setup::prepare(&args)?, &args, time),
        (true, None) => headless::run(setup::prepare(&args)?, &args),
        (false, _) => window::run(&args),
    }
}
