//! Sleeping until something happens: a flip, a key, a plug, a signal, a worker's wake-up, or a time.

use std::io::{self, Read};
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::netlink::{KernelNews, NetworkChange, ScreenNews};

/// Lets other threads end a wait.
#[derive(Debug)]
pub struct Wake {
    fd: Arc<OwnedFd>,
}

impl Wake {
    /// A way to be woken.
    ///
    /// # Errors
    /// The system has no descriptors left.
    pub fn new() -> io::Result<Self> {
        Ok(Self { fd: Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?) })
    }

    /// A handle with which other threads end the wait.
    pub fn waker(&self) -> Waker {
        Waker { fd: self.fd.clone() }
    }

    /// Clears the wake-ups so far.
    fn quiet(&self) {
        // Nothing to read means that there was no wake-up.
        let _ = rustix::io::read(&*self.fd, &mut [0_u8; 8]);
    }
}

/// Ends a wait from any thread.
#[derive(Debug, Clone)]
pub struct Waker {
    fd: Arc<OwnedFd>,
}

impl Waker {
    /// Ends the wait, or the next one.
    pub fn wake(&self) {
        // A full counter means that the wait ends already.
        let _ = rustix::io::write(&*self.fd, &1_u64.to_ne_bytes());
    }
}

/// The signals that ask the program to end.
#[derive(Debug)]
pub struct Signals {
    pipe: UnixStream,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// The system refuses.
    pub fn listen() -> io::Result<Self> {
        let (pipe, write) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
        }
        Ok(Self { pipe })
    }

    /// Whether one has come.
    fn has_come(&self) -> bool {
        (&self.pipe).read(&mut [0; 16]).is_ok_and(|bytes| bytes > 0)
    }
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Woken {
    /// The display has events.
    pub by_display: bool,
    /// A receiver has keys, or one came or went.
    pub by_remote: bool,
    /// The notifications about screens.
    pub screens: ScreenNews,
    /// The network changed.
    pub network: Option<NetworkChange>,
    /// The program is asked to end.
    pub by_signal: bool,
}

/// Sleeps until something happens, at most so long; `None` is for ever.
///
/// # Errors
/// The system refuses to wait, from which there is no recovery.
pub fn wait(
    wake: &Wake,
    signals: &Signals,
    kernel: &KernelNews,
    display: Option<BorrowedFd<'_>>,
    receivers: &[BorrowedFd<'_>],
    at_most: Option<Duration>,
) -> io::Result<Woken> {
    let mut fds = vec![PollFd::new(&*wake.fd, PollFlags::IN), PollFd::new(&signals.pipe, PollFlags::IN)];
    let devices_at = kernel.devices().map(|devices| push(&mut fds, devices));
    let network_at = kernel.network().map(|network| push(&mut fds, network));
    let display_at = display.map(|display| push(&mut fds, display));
    let receivers_at = fds.len();
    fds.extend(receivers.iter().map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)));
    let timeout = at_most.map(|time| Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: time.subsec_nanos().into(),
    });
    match poll(&mut fds, timeout.as_ref()) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let is_ready = |at: usize| fds.get(at).is_some_and(|fd| !fd.revents().is_empty());
    let woken = Woken {
        by_display: display_at.is_some_and(is_ready),
        by_remote: (receivers_at..fds.len()).any(is_ready),
        screens: devices_at.filter(|at| is_ready(*at)).map(|_| kernel.screen_news()).unwrap_or_default(),
        network: network_at.filter(|at| is_ready(*at)).and_then(|_| kernel.network_change()),
        by_signal: is_ready(1) && signals.has_come(),
    };
    if is_ready(0) {
        wake.quiet();
    }
    Ok(woken)
}

fn push<'fd>(fds: &mut Vec<PollFd<'fd>>, fd: BorrowedFd<'fd>) -> usize {
    fds.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
    fds.len() - 1
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_knock_ends_the_next_wait_once() {
        let (wake, signals) = (Wake::new().unwrap(), Signals::listen().unwrap());
        let waker = wake.waker();
        std::thread::spawn(move || waker.wake()).join().unwrap();
        let woken = wait(&wake, &signals, &KernelNews::none(), None, &[], None).unwrap();
        assert_eq!(woken, Woken::default());
        wait(&wake, &signals, &KernelNews::none(), None, &[], Some(Duration::ZERO)).unwrap();
    }

    #[test]
    fn what_is_ready_is_told_apart() {
        let (wake, signals) = (Wake::new().unwrap(), Signals::listen().unwrap());
        let (display, other) = UnixStream::pair().unwrap();
        std::io::Write::write_all(&mut &other, b"flip").unwrap();
        let woken = wait(&wake, &signals, &KernelNews::none(), Some(display.as_fd()), &[other.as_fd()], None).unwrap();
        assert_eq!(woken, Woken { by_display: true, ..Woken::default() });
    }
}
