//! Notifications to systemd: the menu is ready, its loop is alive, it ends.
//!
//! The protocol is one datagram for each notification (sd_notify(3)); without systemd none is sent.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// The service manager.
#[derive(Debug, Default)]
pub(super) struct Service {
    manager: Option<(UnixDatagram, SocketAddr)>,
    /// How often a sign of life is sent.
    interval: Option<Duration>,
    next_sign: Duration,
    is_ready: bool,
}

impl Service {
    /// The service manager that the environment names, if any.
    pub(super) fn from_environment(variable: impl Fn(&str) -> Option<String>, own_id: u32) -> Self {
        let Some(address) = variable("NOTIFY_SOCKET") else { return Self::default() };
        let manager = connect(&address)
            .inspect_err(|error| tracing::warn!(%error, "the service manager cannot be notified"))
            .ok();
        let is_for_us = variable("WATCHDOG_PID").is_none_or(|id| id.parse() == Ok(own_id));
        let limit = variable("WATCHDOG_USEC").and_then(|text| text.parse().ok()).filter(|limit| *limit > 0);
        // Half the limit, so that one late turn does no harm.
        let interval = limit.filter(|_| is_for_us).map(|limit: u64| Duration::from_micros(limit) / 2);
        Self { interval: interval.filter(|_| manager.is_some()), manager, next_sign: Duration::ZERO, is_ready: false }
    }

    /// Notifies that the menu runs, once.
    pub(super) fn ready(&mut self) {
        if !std::mem::replace(&mut self.is_ready, true) {
            self.tell("READY=1");
        }
    }

    /// Notifies that the program ends on purpose.
    pub(super) fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    /// Sends a sign of life, if one is due.
    pub(super) fn alive(&mut self, now: Duration) {
        if let Some(interval) = self.interval
            && self.next_sign <= now
        {
            self.tell("WATCHDOG=1");
            self.next_sign = now + interval;
        }
    }

    /// When the next sign of life is due.
    pub(super) fn next_sign(&self) -> Option<Duration> {
        self.interval.map(|_| self.next_sign)
    }

    fn tell(&self, word: &str) {
        if let Some((socket, manager)) = &self.manager
            && let Err(error) = socket.send_to_addr(word.as_bytes(), manager)
        {
            tracing::warn!(%error, word, "the service manager was not notified");
        }
    }
}

fn connect(address: &str) -> io::Result<(UnixDatagram, SocketAddr)> {
    let manager = match address.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(address)?,
    };
    let socket = UnixDatagram::unbound()?;
    // A busy service manager must not delay the picture.
    socket.set_nonblocking(true)?;
    Ok((socket, manager))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn service(address: &str, limit: &str, pid: &str) -> Service {
        let (address, limit, pid) = (address.to_owned(), limit.to_owned(), pid.to_owned());
        let variable = move |name: &str| {
            let value = match name {
                "NOTIFY_SOCKET" => &address,
                "WATCHDOG_USEC" => &limit,
                "WATCHDOG_PID" => &pid,
                _ => return None,
            };
            (!value.is_empty()).then(|| value.clone())
        };
        Service::from_environment(variable, 7)
    }

    fn heard(socket: &UnixDatagram) -> Vec<String> {
        let mut words = Vec::new();
        let mut word = [0; 64];
        while let Ok(length) = socket.recv(&mut word) {
            words.push(String::from_utf8_lossy(&word[..length]).into_owned());
        }
        words
    }

    #[test]
    fn a_manager_hears_of_the_start_the_life_and_the_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let manager = UnixDatagram::bind(&path).unwrap();
        manager.set_nonblocking(true).unwrap();
        let mut service = service(path.to_str().unwrap(), "10000000", "7");
        service.ready();
        service.ready();
        service.alive(SECOND);
        service.alive(2 * SECOND);
        assert_eq!(service.next_sign(), Some(6 * SECOND), "half of ten seconds later");
        service.alive(6 * SECOND);
        service.stopping();
        assert_eq!(heard(&manager), ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]);
    }

    #[test]
    fn without_a_watchdog_nothing_is_ever_due() {
        for (limit, pid) in [("", ""), ("0", "7"), ("many", "7"), ("10000000", "8")] {
            assert_eq!(service("@bonus-tv-test", limit, pid).next_sign(), None, "{limit} {pid}");
        }
        assert_eq!(service("", "10000000", "7").next_sign(), None, "nobody is there to be told");
    }
}
