//! Remote controls: every device of the kernel's input layer that sends a code we know.
//!
//! A receiver may come and go while the program runs. Its keys are kept from the console. When a receiver
//! vanishes, loses events or is lent to a player, all its keys count as released.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use evdev::raw_stream::RawDevice;
use evdev::{EventType, KeyCode, RepeatCode, SynchronizationCode};
use rustix::fs::{OFlags, inotify};
use rustix::ioctl::{Setter, ioctl, opcode};
use rustix::time::{ClockId, clock_gettime};

use super::keys::{Grip, Keys, Signal, Stamp};
use crate::input::{AutoRepeat, Button, Codes, Habits, KeyEvent, Node, PowerKey, Presses};

/// Where the kernel keeps its input devices.
pub(super) const DIRECTORY: &str = "/dev/input";
/// How often receivers are searched where there are no notifications.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// An event of a remote.
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
    /// Only this program receives them.
    Alone,
    /// Other programs receive them, too.
    Shared,
}

/// All remotes.
pub struct Remote {
    codes: Codes,
    hearing: Hearing,
    receivers: BTreeMap<PathBuf, Receiver>,
    presses: Presses,
    nodes: Node,
    /// Unknown codes that have been logged.
    told: BTreeSet<u16>,
    /// Notifies of new devices.
    watch: Option<OwnedFd>,
    /// When devices are searched next, if there are no notifications.
    look_at: Duration,
    /// Keys that were down count as released, and `Heard::Released` has not been returned yet.
    has_let_go: bool,
}

/// A device that sends keys.
struct Receiver {
    device: RawDevice,
    keys: Keys,
    grip: Grip,
}

/// When a device came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrival {
    /// It was there when the program started: a key that is down then was not pressed for this program.
    Before,
    /// It came while the program runs, perhaps woken by the key that is down.
    Now,
}

impl Remote {
    /// Listens to every receiver there is and will be.
    pub fn listen(codes: Codes, hearing: Hearing) -> Self {
        let watch = watch()
            .inspect_err(|error| tracing::warn!(%error, "no notifications of new receivers; polling instead"))
            .ok();
        let mut remote = Self {
            codes,
            hearing,
            receivers: BTreeMap::new(),
            presses: Presses::default(),
            nodes: 0,
            told: BTreeSet::new(),
            watch,
            look_at: kernel_time() + LOOK_AGAIN,
            has_let_go: false,
        };
        remote.scan(Arrival::Before);
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

    /// The time until [`Remote::hear`] is wanted without anything to read.
    pub fn due_in(&self) -> Option<Duration> {
        let retries = self.receivers.values().filter_map(|receiver| receiver.grip.retry_at(self.hearing));
        let look = self.watch.is_none().then_some(self.look_at);
        let due = retries.chain(look).min()?;
        Some(due.saturating_sub(kernel_time()))
    }

    /// Reads everything that has happened, and does what is due.
    pub fn hear(&mut self) -> Vec<Heard> {
        let mut heard = Vec::new();
        if std::mem::take(&mut self.has_let_go) {
            heard.push(Heard::Released);
        }
        let now = kernel_time();
        let (codes, told, presses, hearing) = (&self.codes, &mut self.told, &mut self.presses, self.hearing);
        self.receivers.retain(|path, receiver| match receiver.hear(codes, presses, told, &mut heard) {
            Ok(()) => {
                receiver.settle_grip(hearing, now);
                true
            }
            Err(error) => {
                tracing::info!(path = %path.display(), name = receiver.keys.name, %error, "a receiver is gone");
                presses.forget(receiver.keys.node);
                heard.push(Heard::Released);
                false
            }
        });
        let is_look_due = self.watch.is_none() && self.look_at <= now;
        if is_look_due {
            self.look_at = now + LOOK_AGAIN;
            self.watch = watch().ok();
        }
        if is_look_due || self.watch.as_ref().is_some_and(has_new) {
            heard.extend(self.scan(Arrival::Now));
        }
        heard
    }

    /// Grabs the keys for this program, or shares them; all keys count as released.
    pub fn set_hearing(&mut self, hearing: Hearing) {
        self.hearing = hearing;
        let now = kernel_time();
        for receiver in self.receivers.values_mut() {
            self.has_let_go |= receiver.keys.let_go();
            self.presses.forget(receiver.keys.node);
            receiver.settle_grip(hearing, now);
        }
    }

    /// Opens new devices; returns the presses that woke them.
    fn scan(&mut self, arrival: Arrival) -> Vec<Heard> {
        if self.receivers.is_empty() && self.watch.is_some() {
            // The directory itself comes with the first device.
            self.watch = watch().ok();
        }
        let mut heard = Vec::new();
        let Ok(directory) = std::fs::read_dir(DIRECTORY) else { return heard };
        for entry in directory.flatten() {
            let path = entry.path();
            let is_device = entry.file_name().to_string_lossy().starts_with("event");
            if !is_device || self.receivers.contains_key(&path) {
                continue;
            }
            match Receiver::open(&path, &self.codes, self.nodes) {
                Ok(Some(mut receiver)) => {
                    self.nodes += 1;
                    let now = kernel_time();
                    heard.extend(receiver.take_pressed(arrival, now, &self.codes, &mut self.presses));
                    receiver.settle_grip(self.hearing, now);
                    let (name, node, hold) =
                        (receiver.keys.name.as_str(), receiver.keys.node, receiver.keys.habits.hold());
                    tracing::info!(path = %path.display(), name, node, ?hold, "a receiver is heard");
                    self.receivers.insert(path, receiver);
                }
                Ok(None) => {}
                // The system may still be about to set its rights, which the directory notifies of.
                Err(error) => tracing::debug!(path = %path.display(), %error, "an input device cannot be opened"),
            }
        }
        heard
    }
}

/// Opens a device for reading, which a read-only device node allows.
pub(super) fn open(path: &Path) -> io::Result<RawDevice> {
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    RawDevice::from_fd(OpenOptions::new().read(true).custom_flags(flags).open(path)?.into())
}

/// Whether a device has come.
pub(super) fn has_new(watch: &OwnedFd) -> bool {
    rustix::io::read(watch, &mut [0_u8; 4096]).is_ok_and(|bytes| bytes > 0)
}

/// Notifies of new devices, and of changes of their rights.
pub(super) fn watch() -> io::Result<OwnedFd> {
    let fd = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?;
    let flags = inotify::WatchFlags::CREATE | inotify::WatchFlags::ATTRIB;
    if inotify::add_watch(&fd, DIRECTORY, flags).is_err() {
        inotify::add_watch(&fd, "/dev", inotify::WatchFlags::CREATE)?;
    }
    Ok(fd)
}

/// The clock of the kernel's stamps, once [`use_kernel_time`] has chosen it.
pub(super) fn kernel_time() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Makes a device stamp its events with the monotonic clock: a box without a battery gets its time of day late.
pub(super) fn use_kernel_time(device: &RawDevice) -> io::Result<()> {
    // `EVIOCSCLKID` of linux/input.h with CLOCK_MONOTONIC.
    const SET_CLOCK: rustix::ioctl::Opcode = opcode::write::<i32>(b'E', 0xa0);
    const MONOTONIC: i32 = 1;
    // SAFETY: this call reads one number of this size.
    unsafe { ioctl(device, Setter::<SET_CLOCK, i32>::new(MONOTONIC)) }?;
    Ok(())
}

/// The driver's setting for repeats, if it has one.
pub(super) fn auto_repeat(device: &RawDevice) -> Option<AutoRepeat> {
    let repeat = device.get_auto_repeat().filter(|_| device.supported_events().contains(EventType::REPEAT))?;
    let time = |millis: u32| Duration::from_millis(millis.into());
    Some(AutoRepeat { delay: time(repeat.delay), period: time(repeat.period) })
}

/// The setting after one of its two numbers has changed, in milliseconds.
pub(super) fn changed_repeat(before: Option<AutoRepeat>, code: u16, value: i32) -> Option<AutoRepeat> {
    let value = Duration::from_millis(u64::try_from(value).unwrap_or(0));
    let before = before.unwrap_or(AutoRepeat { delay: Duration::ZERO, period: Duration::ZERO });
    Some(match RepeatCode(code) {
        RepeatCode::REP_DELAY => AutoRepeat { delay: value, ..before },
        _ => AutoRepeat { period: value, ..before },
    })
}

impl Receiver {
    /// Opens a device; `None` if it sends nothing that we know.
    fn open(path: &Path, codes: &Codes, node: Node) -> io::Result<Option<Self>> {
        let device = open(path)?;
        let name = device.name().unwrap_or_default().to_owned();
        let buttons = device.supported_keys().into_iter().flat_map(|keys| keys.iter());
        let known: Vec<Button> = buttons.filter_map(|key| codes.button(&name, key.code())).collect();
        if known.is_empty() {
            return Ok(None);
        }
        let is_power_only = known.iter().all(|button| matches!(button, Button::Power(_)));
        let is_stamped = use_kernel_time(&device)
            .inspect_err(|error| tracing::debug!(name, %error, "the age of this receiver's keys is not known"))
            .is_ok();
        let habits = Habits::new(auto_repeat(&device));
        let keys = Keys { is_power_only, is_stamped, ..Keys::new(name, node, habits) };
        Ok(Some(Self { device, keys, grip: Grip::Shared }))
    }

    /// Records which keys are down; returns those that count as pressed.
    fn take_pressed(&mut self, arrival: Arrival, now: Duration, codes: &Codes, presses: &mut Presses) -> Vec<Heard> {
        let Ok(keys) = self.device.get_key_state() else { return Vec::new() };
        let pressed = keys.iter().map(|key| key.code());
        match arrival {
            Arrival::Before => {
                self.keys.pressed = pressed.map(|code| (code, now)).collect();
                Vec::new()
            }
            Arrival::Now => {
                let moment = Stamp { at: now, now };
                pressed.filter_map(|code| self.keys.take(Signal::Down(code), moment, codes, presses)).collect()
            }
        }
    }

    /// Grabs the keys or gives them back, when that is due. The box's own power button is never grabbed.
    fn settle_grip(&mut self, wanted: Hearing, now: Duration) {
        if self.keys.is_power_only {
            return;
        }
        let Some(order) = self.grip.order(wanted, self.keys.is_pressed(now), now) else { return };
        let result = match order {
            Hearing::Alone => self.device.grab(),
            Hearing::Shared if self.device.is_grabbed() => self.device.ungrab(),
            Hearing::Shared => Ok(()),
        };
        let name = self.keys.name.as_str();
        let next = Grip::after(order, result.is_ok(), now);
        match (&result, self.grip, next) {
            (Err(error), Grip::Shared | Grip::Alone, _) if error.kind() == io::ErrorKind::ResourceBusy => {
                tracing::warn!(name, "another program has grabbed this receiver; trying again every few seconds");
            }
            (Err(error), Grip::Shared | Grip::Alone, _) => {
                tracing::warn!(name, %error, "the keys of this receiver also reach other programs");
            }
            (Ok(()), Grip::Refused { .. }, Grip::Alone) => tracing::info!(name, "this receiver is heard again"),
            (Ok(()), ..) | (Err(_), Grip::Refused { .. }, _) => {}
        }
        self.grip = next;
    }

    fn hear(
        &mut self,
        codes: &Codes,
        presses: &mut Presses,
        told: &mut BTreeSet<u16>,
        heard: &mut Vec<Heard>,
    ) -> io::Result<()> {
        loop {
            let events = match self.device.fetch_events() {
                Ok(events) => events,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let now = kernel_time();
            for event in events {
                let signal = match event.event_type() {
                    EventType::SYNCHRONIZATION if event.code() == SynchronizationCode::SYN_DROPPED.0 => Signal::Lost,
                    EventType::SYNCHRONIZATION if event.code() == SynchronizationCode::SYN_REPORT.0 => Signal::Complete,
                    EventType::KEY => match event.value() {
                        0 => Signal::Up(event.code()),
                        1 => Signal::Down(event.code()),
                        _ => Signal::Again(event.code()),
                    },
                    EventType::REPEAT => {
                        let habits = &mut self.keys.habits;
                        habits.set_repeat(changed_repeat(habits.repeat(), event.code(), event.value()));
                        continue;
                    }
                    _ => continue,
                };
                if let Signal::Down(code) = signal
                    && codes.button(&self.keys.name, code).is_none()
                    && told.insert(code)
                {
                    let name = self.keys.name.as_str();
                    tracing::info!(name, code, key = ?KeyCode::new(code), "an unknown key; a keymap can give it a meaning");
                }
                let at = event.timestamp().duration_since(UNIX_EPOCH).unwrap_or(now);
                let at = if self.keys.is_stamped { at.min(now) } else { now };
                heard.extend(self.keys.take(signal, Stamp { at, now }, codes, presses));
            }
        }
    }
}
