//! Remote controls: every device of the kernel's input layer that sends a code we know.
//!
//! A receiver may come and go while the program runs. Its keys are kept from the console, and a
//! receiver that vanishes, overflows or is lent lets go of all its keys.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use evdev::raw_stream::RawDevice;
use evdev::{EventType, KeyCode, SynchronizationCode};
use rustix::fs::{OFlags, inotify};

use crate::input::{Button, Codes, Hold, KeyEvent, Phase, PowerKey};

/// Where the kernel keeps its input devices.
pub(super) const DIRECTORY: &str = "/dev/input";
/// A driver that repeats more slowly than this cannot prove that a key is still down.
const SLOWEST_REPEAT: Duration = Duration::from_millis(600);

/// What is heard of the remotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// A key did something.
    Key(KeyEvent),
    /// A key for the box itself was pressed.
    Power(PowerKey),
    /// No key is down any more.
    Released,
}

/// Whether keys are kept from other programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// They are ours alone.
    Alone,
    /// Others hear them, too.
    Shared,
}

/// All remotes.
pub struct Remote {
    codes: Codes,
    hearing: Hearing,
    receivers: BTreeMap<PathBuf, Receiver>,
    /// Codes that stand for nothing and were told of.
    told: BTreeSet<u16>,
    /// Tells of devices that come.
    watch: Option<OwnedFd>,
    /// Keys were down that count as released, and nobody was told.
    has_let_go: bool,
}

/// A device that sends keys.
struct Receiver {
    device: RawDevice,
    keys: Keys,
}

impl Remote {
    /// Listens to every receiver there is and will be.
    pub fn listen(codes: Codes, hearing: Hearing) -> Self {
        let watch = watch()
            .inspect_err(|error| tracing::warn!(%error, "receivers that are plugged in later stay unheard"))
            .ok();
        let mut remote =
            Self { codes, hearing, receivers: BTreeMap::new(), told: BTreeSet::new(), watch, has_let_go: false };
        remote.scan();
        if remote.receivers.is_empty() {
            tracing::warn!("no remote control is found; waiting for one");
        }
        remote
    }

    /// Readable when there is something to hear.
    pub fn fds(&self) -> Vec<BorrowedFd<'_>> {
        self.watch
            .iter()
            .map(AsFd::as_fd)
            .chain(self.receivers.values().map(|receiver| receiver.device.as_fd()))
            .collect()
    }

    /// Reads everything that has happened.
    pub fn hear(&mut self) -> Vec<Heard> {
        let mut heard = Vec::new();
        if std::mem::take(&mut self.has_let_go) {
            heard.push(Heard::Released);
        }
        let (codes, told) = (&self.codes, &mut self.told);
        self.receivers.retain(|path, receiver| match receiver.hear(codes, told, &mut heard) {
            Ok(()) => true,
            Err(error) => {
                tracing::info!(path = %path.display(), name = receiver.keys.name, %error, "a receiver is gone");
                heard.push(Heard::Released);
                false
            }
        });
        if self.watch.as_ref().is_some_and(has_new) {
            self.scan();
        }
        heard
    }

    /// Keeps the keys from other programs, or does not; all keys count as released.
    pub fn set_hearing(&mut self, hearing: Hearing) {
        self.hearing = hearing;
        for receiver in self.receivers.values_mut() {
            self.has_let_go |= receiver.keys.let_go();
            receiver.grab(hearing);
        }
    }

    fn scan(&mut self) {
        if self.receivers.is_empty() && self.watch.is_some() {
            // The directory itself comes with the first device.
            self.watch = watch().ok();
        }
        let Ok(directory) = std::fs::read_dir(DIRECTORY) else { return };
        for entry in directory.flatten() {
            let path = entry.path();
            let is_device = entry.file_name().to_string_lossy().starts_with("event");
            if !is_device || self.receivers.contains_key(&path) {
                continue;
            }
            match Receiver::open(&path, &self.codes) {
                Ok(Some(mut receiver)) => {
                    receiver.grab(self.hearing);
                    let (name, hold) = (receiver.keys.name.as_str(), receiver.keys.hold);
                    tracing::info!(path = %path.display(), name, ?hold, "a receiver is heard");
                    self.receivers.insert(path, receiver);
                }
                Ok(None) => {}
                // Its rights may still be on their way; the directory tells when they are set.
                Err(error) => tracing::debug!(path = %path.display(), %error, "an input device cannot be opened"),
            }
        }
    }
}

/// Opens a device. Reading is all that it is asked for, and all that a read-only device node gives.
pub(super) fn open(path: &Path) -> io::Result<RawDevice> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    RawDevice::from_fd(OpenOptions::new().read(true).custom_flags(flags).open(path)?.into())
}

/// Whether a device has come.
pub(super) fn has_new(watch: &OwnedFd) -> bool {
    rustix::io::read(watch, &mut [0_u8; 4096]).is_ok_and(|bytes| bytes > 0)
}

/// Tells of devices that come, and of rights that are given to them.
pub(super) fn watch() -> io::Result<OwnedFd> {
    let fd = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?;
    let flags = inotify::WatchFlags::CREATE | inotify::WatchFlags::ATTRIB;
    if inotify::add_watch(&fd, DIRECTORY, flags).is_err() {
        inotify::add_watch(&fd, "/dev", inotify::WatchFlags::CREATE)?;
    }
    Ok(fd)
}

impl Receiver {
    /// Opens a device; `None` if it sends nothing that we know.
    fn open(path: &Path, codes: &Codes) -> io::Result<Option<Self>> {
        let device = open(path)?;
        let name = device.name().unwrap_or_default().to_owned();
        let buttons = device.supported_keys().into_iter().flat_map(|keys| keys.iter());
        let known: Vec<Button> = buttons.filter_map(|key| codes.button(&name, key.code())).collect();
        if known.is_empty() {
            return Ok(None);
        }
        let is_power_only = known.iter().all(|button| matches!(button, Button::Power(_)));
        let repeats =
            device.get_auto_repeat().map(|repeat| Duration::from_millis(repeat.delay.max(repeat.period).into()));
        let has_repeat = device.supported_events().contains(EventType::REPEAT);
        let hold = match repeats {
            Some(pause) if has_repeat && pause <= SLOWEST_REPEAT => Hold::Signed,
            Some(_) | None => Hold::Trusted,
        };
        Ok(Some(Self { device, keys: Keys { name, hold, is_power_only, down: BTreeSet::new(), is_lost: false } }))
    }

    /// Keeps the keys from the console. The box's own power button stays with the system as well.
    fn grab(&mut self, hearing: Hearing) {
        if self.keys.is_power_only {
            return;
        }
        let result = match hearing {
            Hearing::Alone if !self.device.is_grabbed() => self.device.grab(),
            Hearing::Shared if self.device.is_grabbed() => self.device.ungrab(),
            Hearing::Alone | Hearing::Shared => Ok(()),
        };
        if let Err(error) = result {
            tracing::warn!(name = self.keys.name, %error, "the keys of this receiver also reach the console");
        }
    }

    fn hear(&mut self, codes: &Codes, told: &mut BTreeSet<u16>, heard: &mut Vec<Heard>) -> io::Result<()> {
        loop {
            let events = match self.device.fetch_events() {
                Ok(events) => events,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            for event in events {
                let signal = match event.event_type() {
                    EventType::SYNCHRONIZATION if event.code() == SynchronizationCode::SYN_DROPPED.0 => Signal::Lost,
                    EventType::SYNCHRONIZATION if event.code() == SynchronizationCode::SYN_REPORT.0 => Signal::Complete,
                    EventType::KEY => match event.value() {
                        0 => Signal::Up(event.code()),
                        1 => Signal::Down(event.code()),
                        _ => Signal::Again(event.code()),
                    },
                    _ => continue,
                };
                if let Signal::Down(code) = signal
                    && codes.button(&self.keys.name, code).is_none()
                    && told.insert(code)
                {
                    let name = self.keys.name.as_str();
                    tracing::info!(name, code, key = ?KeyCode::new(code), "an unknown key; a keymap can give it a meaning");
                }
                heard.extend(self.keys.take(signal, codes));
            }
        }
    }
}

/// What a device says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    /// This code went down.
    Down(u16),
    /// It is still down.
    Again(u16),
    /// It went up.
    Up(u16),
    /// What follows has holes, up to the next end of a report.
    Lost,
    /// The end of a report.
    Complete,
}

/// The keys of one device.
#[derive(Debug)]
struct Keys {
    name: String,
    hold: Hold,
    is_power_only: bool,
    down: BTreeSet<u16>,
    is_lost: bool,
}

impl Keys {
    /// Counts every key as released; whether one was down.
    fn let_go(&mut self) -> bool {
        !std::mem::take(&mut self.down).is_empty()
    }

    /// What a signal amounts to.
    fn take(&mut self, signal: Signal, codes: &Codes) -> Option<Heard> {
        match signal {
            Signal::Lost => {
                // Any of the lost signals may have been a key-up.
                self.is_lost = true;
                self.down.clear();
                Some(Heard::Released)
            }
            Signal::Complete => {
                self.is_lost = false;
                None
            }
            Signal::Down(_) | Signal::Again(_) | Signal::Up(_) if self.is_lost => None,
            Signal::Down(code) => {
                let button = codes.button(&self.name, code)?;
                self.down.insert(code);
                Some(match button {
                    Button::Key(key) => Heard::Key(KeyEvent { key, phase: Phase::Down(self.hold) }),
                    Button::Power(key) => Heard::Power(key),
                })
            }
            Signal::Again(code) if self.down.contains(&code) => self.key(code, Phase::Still, codes),
            Signal::Again(_) => None,
            Signal::Up(code) if self.down.remove(&code) => self.key(code, Phase::Up, codes),
            Signal::Up(_) => None,
        }
    }

    fn key(&self, code: u16, phase: Phase, codes: &Codes) -> Option<Heard> {
        match codes.button(&self.name, code)? {
            Button::Key(key) => Some(Heard::Key(KeyEvent { key, phase })),
            Button::Power(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::RemoteKey;

    const OK: u16 = 0x160;
    const POWER: u16 = 116;

    fn keys() -> (Keys, Codes) {
        let name = "remote".to_owned();
        let keys = Keys { name, hold: Hold::Signed, is_power_only: false, down: BTreeSet::new(), is_lost: false };
        (keys, Codes::standard(RemoteKey::Back))
    }

    fn ok(phase: Phase) -> Option<Heard> {
        Some(Heard::Key(KeyEvent { key: RemoteKey::Ok, phase }))
    }

    #[test]
    fn the_kernels_repeats_are_only_signs() {
        let (mut keys, codes) = keys();
        assert_eq!(keys.take(Signal::Down(OK), &codes), ok(Phase::Down(Hold::Signed)));
        assert_eq!(keys.take(Signal::Again(OK), &codes), ok(Phase::Still));
        assert_eq!(keys.take(Signal::Up(OK), &codes), ok(Phase::Up));
        assert_eq!(keys.take(Signal::Again(OK), &codes), None, "it is up");
        assert_eq!(keys.take(Signal::Up(OK), &codes), None, "it went up before");
    }

    #[test]
    fn a_key_that_is_let_go_was_down_and_is_not_any_more() {
        let (mut keys, codes) = keys();
        assert!(!keys.let_go());
        keys.take(Signal::Down(OK), &codes);
        assert!(keys.let_go() && !keys.let_go());
        assert_eq!(keys.take(Signal::Up(OK), &codes), None, "the core hears of the release at once");
    }

    #[test]
    fn what_follows_an_overflow_is_ignored_until_the_report_ends() {
        let (mut keys, codes) = keys();
        keys.take(Signal::Down(OK), &codes);
        assert_eq!(keys.take(Signal::Lost, &codes), Some(Heard::Released));
        assert_eq!(keys.take(Signal::Down(OK), &codes), None);
        assert_eq!(keys.take(Signal::Complete, &codes), None);
        assert_eq!(keys.take(Signal::Again(OK), &codes), None, "a key that was down before must be pressed anew");
        assert_eq!(keys.take(Signal::Down(OK), &codes), ok(Phase::Down(Hold::Signed)));
    }

    #[test]
    fn power_is_heard_once_a_press() {
        let (mut keys, codes) = keys();
        assert_eq!(keys.take(Signal::Down(POWER), &codes), Some(Heard::Power(PowerKey::Toggle)));
        assert_eq!(keys.take(Signal::Again(POWER), &codes), None);
        assert_eq!(keys.take(Signal::Up(POWER), &codes), None);
    }

    #[test]
    fn an_unknown_code_is_nothing() {
        let (mut keys, codes) = keys();
        assert_eq!(keys.take(Signal::Down(0x2f0), &codes), None);
        assert_eq!(keys.take(Signal::Up(0x2f0), &codes), None);
    }
}
