//! Everything that any key of any device sends, for finding out what a remote does.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use evdev::raw_stream::RawDevice;
use evdev::{EventType, KeyCode};

use super::remote::{DIRECTORY, auto_repeat, has_new, open, use_kernel_time, watch};
use crate::input::AutoRepeat;

/// What a key sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The name of its device.
    pub device: String,
    /// The device's node, such as `event3`.
    pub node: String,
    /// When, by the device's own stamps.
    pub at: Duration,
    /// Its code.
    pub code: u16,
    /// The kernel's name of the code.
    pub name: String,
    /// What happened.
    pub stroke: Stroke,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stroke {
    /// It went down.
    Down,
    /// It is still down.
    Again,
    /// It went up.
    Up,
}

/// A device that can send keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its node, such as `event3`.
    pub node: String,
    /// Its name.
    pub name: String,
    /// Bus, vendor, product and version, as the kernel has them.
    pub id: String,
    /// The driver's setting for repeats.
    pub repeat: Option<AutoRepeat>,
}

/// Listens to all devices with keys, without grabbing them.
pub struct Listener {
    devices: BTreeMap<PathBuf, RawDevice>,
    /// Notifies of new devices; without it, they are searched each time.
    watch: Option<OwnedFd>,
}

impl Listener {
    /// Listens from now on.
    pub fn listen() -> Self {
        let mut listener = Self { devices: BTreeMap::new(), watch: watch().ok() };
        listener.scan();
        listener
    }

    /// The devices.
    pub fn sources(&self) -> Vec<Source> {
        let source = |(path, device): (&PathBuf, &RawDevice)| {
            let id = device.input_id();
            let numbers = (id.bus_type().0, id.vendor(), id.product(), id.version());
            let id = format!("{:04x}:{:04x}:{:04x}:{:04x}", numbers.0, numbers.1, numbers.2, numbers.3);
            Source { node: node(path), name: name(device), id, repeat: auto_repeat(device) }
        };
        self.devices.iter().map(source).collect()
    }

    /// Readable when there is something to hear.
    pub fn fds(&self) -> Vec<BorrowedFd<'_>> {
        self.watch.iter().map(AsFd::as_fd).chain(self.devices.values().map(AsFd::as_fd)).collect()
    }

    /// Reads everything that was sent.
    pub fn hear(&mut self) -> Vec<Sent> {
        let mut sent = Vec::new();
        self.devices.retain(|path, device| {
            let (name, node) = (name(device), node(path));
            loop {
                match device.fetch_events() {
                    Ok(events) => {
                        sent.extend(events.filter(|event| event.event_type() == EventType::KEY).map(|event| Sent {
                            device: name.clone(),
                            node: node.clone(),
                            at: event.timestamp().duration_since(UNIX_EPOCH).unwrap_or_default(),
                            code: event.code(),
                            name: format!("{:?}", KeyCode::new(event.code())),
                            stroke: match event.value() {
                                0 => Stroke::Up,
                                1 => Stroke::Down,
                                _ => Stroke::Again,
                            },
                        }));
                    }
                    Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
                }
            }
        });
        if self.watch.as_ref().is_none_or(has_new) {
            self.scan();
        }
        sent.sort_by_key(|sent| sent.at);
        sent
    }

    fn scan(&mut self) {
        if self.devices.is_empty()
            && let Ok(watch) = watch()
        {
            self.watch = Some(watch);
        }
        let Ok(directory) = std::fs::read_dir(DIRECTORY) else { return };
        for path in directory.flatten().map(|entry| entry.path()) {
            if self.devices.contains_key(&path) || !is_event(&path) {
                continue;
            }
            // A mouse or a touch screen has buttons, but no key that a remote could have.
            let is_remote = |device: &RawDevice| {
                device.supported_keys().is_some_and(|keys| keys.iter().any(|key| !(0x100..0x160).contains(&key.code())))
            };
            if let Ok(device) = open(&path)
                && is_remote(&device)
            {
                // Only old kernels refuse; their stamps are the time of day.
                let _ = use_kernel_time(&device);
                self.devices.insert(path, device);
            }
        }
    }
}

/// The last part of a device's path.
fn node(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn name(device: &RawDevice) -> String {
    device.name().unwrap_or_default().to_owned()
}

fn is_event(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("event"))
}
