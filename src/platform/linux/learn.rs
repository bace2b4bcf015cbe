//! Everything that any key of any device sends, for finding out what a remote does.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use evdev::raw_stream::RawDevice;
use evdev::{EventType, KeyCode};

use super::remote::{DIRECTORY, has_new, open, watch};

/// What a key sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The name of its device.
    pub device: String,
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

/// Listens to all devices with keys, without keeping them from others.
pub struct Listener {
    devices: BTreeMap<PathBuf, RawDevice>,
    watch: OwnedFd,
}

impl Listener {
    /// Listens from now on.
    ///
    /// # Errors
    /// The system does not tell of devices.
    pub fn listen() -> io::Result<Self> {
        let mut listener = Self { devices: BTreeMap::new(), watch: watch()? };
        listener.scan();
        Ok(listener)
    }

    /// The names of the devices.
    pub fn names(&self) -> Vec<String> {
        self.devices.values().map(name).collect()
    }

    /// Readable when there is something to hear.
    pub fn fds(&self) -> Vec<BorrowedFd<'_>> {
        std::iter::once(self.watch.as_fd()).chain(self.devices.values().map(AsFd::as_fd)).collect()
    }

    /// Reads everything that was sent.
    pub fn hear(&mut self) -> Vec<Sent> {
        let mut sent = Vec::new();
        self.devices.retain(|_, device| {
            let name = name(device);
            loop {
                match device.fetch_events() {
                    Ok(events) => {
                        sent.extend(events.filter(|event| event.event_type() == EventType::KEY).map(|event| Sent {
                            device: name.clone(),
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
        if has_new(&self.watch) {
            self.scan();
        }
        sent
    }

    fn scan(&mut self) {
        if self.devices.is_empty()
            && let Ok(watch) = watch()
        {
            self.watch = watch;
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
                self.devices.insert(path, device);
            }
        }
    }
}

fn name(device: &RawDevice) -> String {
    device.name().unwrap_or_default().to_owned()
}

fn is_event(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("event"))
}
