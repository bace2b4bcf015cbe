//! A graphics card of the kernel, and what it had on the screen before us.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use drm::control::{Device as _, Mode, connector, crtc, framebuffer};
use drm::{ClientCapability, Device as _, DriverCapability};

/// A card.
#[derive(Debug)]
pub(super) struct Card {
    file: File,
    pub(super) path: PathBuf,
}

impl AsFd for Card {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl drm::Device for Card {}
impl drm::control::Device for Card {}

impl Card {
    /// Opens a card that can show pictures from memory; `None` if it cannot.
    pub(super) fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let card = Self { file, path: path.to_owned() };
        let can_show = card.get_driver_capability(DriverCapability::DumbBuffer).is_ok_and(|can| can != 0)
            && card.resource_handles().is_ok_and(|found| !found.connectors().is_empty() && !found.crtcs().is_empty());
        if !can_show {
            return Ok(None);
        }
        // Without them the planes and their damage stay hidden; whole pictures are shown then.
        let _ = card.set_client_capability(ClientCapability::UniversalPlanes, true);
        let _ = card.set_client_capability(ClientCapability::Atomic, true);
        Ok(Some(card))
    }

    /// The driver's name, for the log.
    pub(super) fn driver(&self) -> String {
        self.get_driver().map(|driver| driver.name().to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// Whether the card is ours to draw on.
    pub(super) fn master(&self) -> io::Result<()> {
        self.acquire_master_lock()
    }

    /// Releases the card, so that another program can use it.
    pub(super) fn release(&self) {
        if let Err(error) = self.release_master_lock() {
            tracing::debug!(%error, "the card was not ours to release");
        }
    }
}

/// The paths of all cards, in order.
pub(super) fn paths() -> Vec<PathBuf> {
    let Ok(directory) = std::fs::read_dir("/dev/dri") else { return Vec::new() };
    let mut cards: Vec<(u32, PathBuf)> = directory
        .flatten()
        .filter_map(|entry| {
            let number = entry.file_name().to_str()?.strip_prefix("card")?.parse().ok()?;
            Some((number, entry.path()))
        })
        .collect();
    cards.sort();
    cards.into_iter().map(|(_, path)| path).collect()
}

/// What was on a screen before us.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub(super) crtc: crtc::Handle,
    pub(super) connector: connector::Handle,
    pub(super) framebuffer: Option<framebuffer::Handle>,
    pub(super) position: (u32, u32),
    pub(super) mode: Option<Mode>,
}

impl Before {
    /// Restores it. Its buffer may be gone; then the kernel's console takes over when the card is closed.
    pub(super) fn restore(&self, card: &Card) {
        let result = match (self.framebuffer, self.mode) {
            (Some(framebuffer), Some(mode)) => {
                card.set_crtc(self.crtc, Some(framebuffer), self.position, &[self.connector], Some(mode))
            }
            (None, _) | (_, None) => card.set_crtc(self.crtc, None, (0, 0), &[], None),
        };
        if let Err(error) = result {
            tracing::debug!(%error, "the picture from before is gone; the kernel shows its own");
        }
    }
}

/// What a panic has to restore. SIGKILL leaves no chance to: then the kernel closes the card, and its console takes
/// the screen.
static LAST_WISH: Mutex<Option<(Arc<Card>, Before)>> = Mutex::new(None);

/// Records what a panic has to restore.
pub(super) fn remember(card: &Arc<Card>, before: &Before) {
    *LAST_WISH.lock().unwrap_or_else(PoisonError::into_inner) = Some((card.clone(), before.clone()));
}

/// Restores what was recorded, once.
pub(super) fn restore_remembered() {
    put_back(|_| true);
}

/// Restores what was recorded of this card, once; the record may be of another card by now.
pub(super) fn restore(card: &Arc<Card>) {
    put_back(|noted| Arc::ptr_eq(noted, card));
}

fn put_back(is_it: impl Fn(&Arc<Card>) -> bool) {
    // After a panic under the lock, the kernel's console has to take over.
    let wish = LAST_WISH.try_lock().ok().and_then(|mut wish| wish.take_if(|(card, _)| is_it(card)));
    if let Some((card, before)) = wish {
        before.restore(&card);
    }
}
