//! QA's desktop: the television in a window or without one, with the sandbox beside it.
//!
//! Nothing in here is part of the box: it starts the same shell that a box runs.

mod args;
mod desktop;
mod elements;
mod ending;
pub mod gallery;
mod headless;
mod picture_check;
mod random_keys;
mod serve;
mod setup;
mod soak;

pub use args::{Args, BoxArgs, Command, CtlArgs, RunArgs, ServeArgs, Size, Time};
pub use elements::{FocusBox, TextBox};
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
    Config(#[from] bonus_tv::config::ConfigError),
    /// The log cannot start.
    #[error(transparent)]
    Logging(#[from] bonus_tv::logging::LoggingError),
    /// The sandbox does not start.
    #[error("the sandbox does not start")]
    Sandbox(#[from] bonus_sandbox::StartError),
    /// A switch of the sandbox does not turn.
    #[error("the sandbox refuses")]
    Switch(#[from] bonus_sandbox::ControlError),
    /// The API client cannot be made.
    #[error("the API client cannot be made")]
    Client(#[from] bonus_tv::api::ClientError),
    /// The storage cannot be used.
    #[error(transparent)]
    Storage(#[from] bonus_tv::storage::OpenError),
    /// The shell does not start.
    #[error(transparent)]
    Shell(#[from] bonus_tv::shell::StartError),
    /// There is no window.
    #[error("no window: {0}; without a display, use --headless --screenshot FILE")]
    Window(String),
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
    /// There is no display.
    #[error("{0}")]
    NoDisplay(String),
    /// The bonus API was not there at the end of a run.
    #[error("the bonus API was out of reach at the end ({0}); --allow-offline calls that a success")]
    Offline(String),
    /// The bonus API did not answer.
    #[error("headless run: the bonus API did not answer in 20 s")]
    NoAnswer,
    /// A signal ended the run.
    #[error("ended by a signal")]
    Interrupted,
    /// A server cannot listen.
    #[error("listening on {addr}")]
    Listen {
        /// Where.
        addr: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The program failed an expectation of a test.
    #[error("{0}")]
    Failed(String),
    /// A box that is served refused a command, or is not there.
    #[error("{0}")]
    Control(String),
}

/// Exit statuses, for scripts.
pub mod status {
    /// Everything held.
    pub const HELD: u8 = 0;
    /// The product failed an expectation.
    pub const FAILED: u8 = 1;
    /// The command is wrong.
    pub const USAGE: u8 = 2;
    /// Something outside is missing: a port, a display, a server, a file.
    pub const ENVIRONMENT: u8 = 3;
    /// Time ran out, or a signal ended the run before its end.
    pub const TIMED_OUT: u8 = 5;
}

impl EmulatorError {
    /// There is no window, for this reason.
    fn no_window(reason: impl std::fmt::Display) -> Self {
        Self::Window(reason.to_string())
    }

    /// The status that the program exits with.
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Config(_) | Self::Logging(_) => status::USAGE,
            Self::Soak(_) | Self::Picture(_) | Self::Failed(_) => status::FAILED,
            Self::NoAnswer | Self::Interrupted => status::TIMED_OUT,
            // An address that is wrong was typed; what a client cannot be made for otherwise is the machine's fault.
            Self::Client(bonus_tv::api::ClientError::Address | bonus_tv::api::ClientError::Insecure) => status::USAGE,
            Self::Client(_)
            | Self::Sandbox(_)
            | Self::Switch(_)
            | Self::Storage(_)
            | Self::Shell(_)
            | Self::Window(_)
            | Self::Io(..)
            | Self::Headless(_)
            | Self::NoDisplay(_)
            | Self::Offline(_)
            | Self::Listen { .. }
            | Self::Control(_) => status::ENVIRONMENT,
        }
    }
}

/// Runs the emulator.
///
/// # Errors
/// Anything that keeps it from running, in words for QA.
pub fn run(args: Args) -> Result<(), EmulatorError> {
    let start_log = |levels: &str| bonus_tv::logging::start(levels, bonus_tv::logging::LogFormat::Text);
    match &args.command {
        Some(Command::Serve(serve)) => {
            start_log(&serve.televisions.log_level)?;
            return serve::run(serve);
        }
        Some(Command::Run(test)) => {
            start_log(&test.televisions.log_level)?;
            return serve::run_test(test);
        }
        Some(Command::Ctl(ctl)) => return serve::control(ctl),
        None => start_log(&args.log_level)?,
    }
    match (args.headless, args.soak) {
        (true, Some(time)) => {
            ending::watch(|| {})?;
            soak::run(setup::prepare(&args)?, &args, time)
        }
        (true, None) => {
            ending::watch(|| {})?;
            headless::run(setup::prepare(&args)?, &args)
        }
        (false, _) => desktop::run(&args),
    }
}
