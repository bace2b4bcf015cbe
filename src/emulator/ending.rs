//! Ends a run on SIGTERM, SIGINT and SIGHUP as its own end would: what it made is removed.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::EmulatorError;

static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// The signals that end a program.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Takes the signals from now on; wants a tokio runtime.
    pub(crate) fn take() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for one of them.
    pub(crate) async fn arrived(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}

/// Takes the signals from now on: [`check`] tells of one, and `then` is called on a thread of its own.
///
/// # Errors
/// The system gives no thread or no signals.
pub(crate) fn watch(then: impl FnOnce() + Send + 'static) -> Result<(), EmulatorError> {
    let failed = |error| EmulatorError::Io("taking the signals".to_owned(), error);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let mut signals = {
        let _inside = runtime.enter();
        Signals::take().map_err(failed)?
    };
    let waiting = move || {
        runtime.block_on(signals.arrived());
        IS_ENDING.store(true, Ordering::SeqCst);
        then();
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(waiting).map_err(failed)?;
    Ok(())
}

/// Whether the run may go on.
///
/// # Errors
/// A signal has arrived.
pub(crate) fn check() -> Result<(), EmulatorError> {
    if IS_ENDING.load(Ordering::SeqCst) { Err(EmulatorError::Interrupted) } else { Ok(()) }
}
