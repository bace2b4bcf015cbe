//! A television behind the kernel's mode setting (DRM/KMS).

mod card;
mod damage;
mod mode;
mod output;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use drm::control::{Device as _, Event};
use rustix::io::Errno;

use super::OpenError;
use super::display::{Connection, Display, Light, ShowError, Shown};
use super::picture::{Damage, Picture, Size};
use card::{Before, Card};
use output::{Output, Route};

/// A television behind a graphics card.
pub struct Kms {
    card: Arc<Card>,
    wanted: Size,
    output: Option<Output>,
    before: Option<Before>,
}

impl Kms {
    /// Opens the first card with a connected screen, else the first that could have one.
    ///
    /// # Errors
    /// There is no card, or none may be opened.
    pub fn open(wanted: Size) -> Result<Self, OpenError> {
        let mut refused = None;
        let mut waiting = None;
        for path in card::paths() {
            match Card::open(&path) {
                Ok(Some(card)) => {
                    if matches!(Route::find(&card, wanted), Ok(Some(_))) {
                        return Ok(Self::on(card, wanted));
                    }
                    waiting.get_or_insert(card);
                }
                Ok(None) => tracing::debug!(path = %path.display(), "this card has no screens"),
                Err(error) => refused = Some(OpenError::Refused(path, error)),
            }
        }
        match waiting {
            Some(card) => Ok(Self::on(card, wanted)),
            None => Err(refused.unwrap_or(OpenError::NoCard)),
        }
    }

    fn on(card: Card, wanted: Size) -> Self {
        tracing::info!(path = %card.path.display(), driver = card.driver(), "a graphics card is used");
        let mut kms = Self { card: Arc::new(card), wanted, output: None, before: None };
        if kms.look() != Connection::Changed {
            tracing::warn!("no screen is connected; waiting for one");
        }
        kms
    }

    fn connect(&mut self, route: Route) -> io::Result<()> {
        // The buffers of the old mode go once the new ones are made, so that the screen is not black between.
        let output = Output::make(&self.card, route)?;
        if self.before.is_none() {
            self.before = output.before(&self.card);
            if let Some(before) = &self.before {
                card::remember(&self.card, before);
            }
        }
        self.output = Some(output);
        Ok(())
    }
}

impl Kms {
    /// Makes the card ours to draw on, if no other program has it; whether it is.
    ///
    /// Asked only when a picture was refused: before Linux 5.8 the question itself wants root's rights.
    fn claim(&mut self) -> bool {
        if self.card.master().is_ok() {
            return true;
        }
        // The kernel never gives a card to who opened it while another had it; opened anew, it is free to take.
        let anew = Card::open(&self.card.path).ok().flatten().filter(|card| card.master().is_ok());
        let Some(card) = anew else { return false };
        (self.output, self.before) = (None, None);
        self.card = Arc::new(card);
        self.look();
        true
    }
}

/// Puts back what was on the screen before, from wherever the program ends.
pub fn restore_at_panic() {
    card::restore_remembered();
}

impl Display for Kms {
    fn size(&self) -> Option<Size> {
        self.output.as_ref().map(|output| output.picture)
    }

    fn show(&mut self, picture: &Picture, damage: &Damage) -> Result<Shown, ShowError> {
        let output = self.output.as_mut().ok_or(ShowError::NoScreen)?;
        match output.show(&self.card, picture, damage) {
            Ok(true) => Ok(Shown::AtFlip),
            Ok(false) => Ok(Shown::Now),
            Err(error) => {
                output.begin_anew();
                let error = error.into();
                if matches!(error, ShowError::NotOurs) {
                    self.claim();
                }
                Err(error)
            }
        }
    }

    fn events(&self) -> Option<BorrowedFd<'_>> {
        Some(self.card.as_fd())
    }

    fn has_flipped(&mut self) -> bool {
        match self.card.receive_events() {
            Ok(mut events) => events.any(|event| matches!(event, Event::PageFlip(_))),
            Err(error) => {
                tracing::debug!(%error, "the card tells nothing");
                false
            }
        }
    }

    fn look(&mut self) -> Connection {
        let route = match Route::find(&self.card, self.wanted) {
            Ok(route) => route,
            Err(error) => {
                // A card of the boot loader's picture goes when the driver of the real one has come.
                if Errno::from_io_error(&error) == Some(Errno::NODEV)
                    && let Ok(other) = Self::open(self.wanted)
                    && other.output.is_some()
                {
                    *self = other;
                    return Connection::Changed;
                }
                tracing::warn!(%error, "cannot look for screens");
                return Connection::Same;
            }
        };
        match (route, &self.output) {
            (None, None) => Connection::Same,
            (None, Some(_)) => {
                tracing::info!("the screen is disconnected");
                self.output = None;
                Connection::Gone
            }
            (Some(route), Some(output)) if output.route == route => Connection::Same,
            (Some(route), _) => match self.connect(route) {
                Ok(()) => Connection::Changed,
                Err(error) => {
                    tracing::warn!(%error, "the screen cannot be used");
                    Connection::Same
                }
            },
        }
    }

    fn light(&mut self, light: Light) {
        let Some(output) = &mut self.output else { return };
        if !output.light(&self.card, light) && light == Light::Off {
            // A screen without a switch is made dark.
            let black = Picture::black(output.picture);
            if let Err(error) = output.show(&self.card, &black, &Damage::whole(output.picture)) {
                tracing::debug!(%error, "the screen does not go dark");
            }
        }
        output.begin_anew();
    }

    fn lend(&mut self) {
        self.card.release();
    }

    fn take_back(&mut self) -> Result<(), ShowError> {
        let is_ours = self.claim();
        if let Some(output) = &mut self.output {
            output.begin_anew();
        }
        if is_ours { Ok(()) } else { Err(ShowError::NotOurs) }
    }

    fn restore(&mut self) {
        card::restore(&self.card);
    }
}

impl Drop for Kms {
    fn drop(&mut self) {
        self.restore();
    }
}
