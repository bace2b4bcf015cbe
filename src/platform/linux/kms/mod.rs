//! A television behind the kernel's mode setting (DRM/KMS).

mod card;
mod damage;
mod describe;
mod jack;
mod mode;
mod output;

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

use drm::control::{Device as _, Event};
use rustix::io::Errno;

use super::display::{Connection, Display, Light, ShowError, Shown, Tenure};
use super::picture::{Damage, Picture, Size};
use super::{OpenError, Wish};
use card::{Before, Card};
use jack::Rank;
use mode::Refused;
use output::{Output, Route, refusal, switch_off};

pub use describe::describe_cards;

/// A television behind a graphics card.
pub struct Kms {
    card: Arc<Card>,
    wish: Wish,
    output: Option<Output>,
    before: Option<Before>,
    /// What the driver has refused of the screen that is connected.
    refused: Refused,
    /// There is a screen, but none of its modes can be used now.
    is_refused_all: bool,
    is_gone: bool,
}

/// How often a screen without a usable mode is tried again; memory may become free.
const TRY_AGAIN: Duration = Duration::from_secs(2);

impl Kms {
    /// Opens the card with the best screen, else the first that could have one.
    ///
    /// # Errors
    /// There is no card, or none may be opened.
    pub fn open(wish: Wish) -> Result<Self, OpenError> {
        let mut refused = None;
        let mut cards = Vec::new();
        for path in card::paths() {
            match Card::open(&path) {
                Ok(Some(card)) => cards.push(card),
                Ok(None) => tracing::debug!(path = %path.display(), "this card has no screens"),
                Err(error) => refused = Some(OpenError::Refused(path, error)),
            }
        }
        let ranks: Vec<Option<Rank>> = cards.iter().map(|card| rank(card, wish)).collect();
        if cards.is_empty() {
            return Err(refused.unwrap_or(OpenError::NoCard));
        }
        Ok(Self::on(cards.swap_remove(jack::choose_card(&ranks).unwrap_or(0)), wish))
    }

    fn on(card: Card, wish: Wish) -> Self {
        tracing::info!(path = %card.path.display(), driver = card.driver(), "a graphics card is used");
        let (card, refused) = (Arc::new(card), Refused::default());
        let mut kms = Self { card, wish, output: None, before: None, refused, is_refused_all: false, is_gone: false };
        if kms.connect_best() != Connection::Changed {
            tracing::warn!("no screen is connected; waiting for one");
        }
        kms
    }

    /// Another card with a screen that is better than ours.
    fn better(&self, ours: Option<Rank>) -> Option<Self> {
        let others: Vec<Card> = card::paths()
            .iter()
            .filter(|path| **path != self.card.path)
            .filter_map(|path| Card::open(path).ok().flatten())
            .collect();
        let ranks: Vec<Option<Rank>> = others.iter().map(|card| rank(card, self.wish)).collect();
        let at = jack::choose_card(&ranks)?;
        let is_better = ours.is_none_or(|ours| ranks.get(at).copied().flatten().is_some_and(|rank| rank < ours));
        let card = others.into_iter().nth(at).filter(|_| is_better)?;
        Some(Self::on(card, self.wish)).filter(|other| other.output.is_some())
    }

    /// Draws on the best screen of the card, with the best mode that is not refused (SCR-3).
    fn connect_best(&mut self) -> Connection {
        loop {
            let used = self.output.as_ref().map(|output| &output.route);
            let route = match Route::find(&self.card, self.wish, used, &self.refused) {
                Ok(route) => route,
                Err(error) => {
                    self.is_gone = Errno::from_io_error(&error) == Some(Errno::NODEV);
                    tracing::warn!(%error, "cannot look for screens");
                    return Connection::Same;
                }
            };
            let Some(route) = route else { return self.disconnect() };
            if let Some(output) = self.output.as_mut().filter(|output| output.route.is_same(&route)) {
                if !output.is_link_bad(&self.card) {
                    return Connection::Same;
                }
                tracing::info!("the television has lost the picture; the mode is set again");
                output.renew();
                return Connection::Changed;
            }
            match self.connect(route.clone()) {
                Ok(()) => {
                    self.is_refused_all = false;
                    return Connection::Changed;
                }
                Err(error) if self.refuse(&route, &error) => {}
                Err(error) => {
                    tracing::warn!(%error, "the screen cannot be used");
                    return Connection::Same;
                }
            }
        }
    }

    /// No mode is left, or no screen.
    fn disconnect(&mut self) -> Connection {
        let has_refused = std::mem::take(&mut self.refused) != Refused::default();
        let is_there = has_refused && rank(&self.card, self.wish).is_some();
        if is_there && !self.is_refused_all {
            tracing::warn!("no mode of the screen can be used; trying again");
        }
        self.is_refused_all = is_there;
        if is_there {
            return Connection::Same;
        }
        if self.output.take().is_none() {
            return Connection::Same;
        }
        tracing::info!("the screen is disconnected");
        Connection::Gone
    }

    /// Records that a mode cannot be used; returns whether another one may be tried.
    fn refuse(&mut self, route: &Route, error: &io::Error) -> bool {
        let Some(why) = refusal(error) else { return false };
        let offer = route.offer();
        if self.refused.add(&offer, why) {
            let Size { width, height } = offer.size;
            tracing::warn!(%error, width, height, offer.refresh, "the screen's mode cannot be used; trying a smaller one");
        }
        true
    }

    fn connect(&mut self, route: Route) -> io::Result<()> {
        // The buffers of the old mode go once the new ones are made, so that the screen is not black between.
        let output = Output::make(&self.card, route.clone(), self.wish).or_else(|error| {
            let has_given_way = self.output.take().is_some();
            // There may be no memory for the old and the new buffers together.
            if has_given_way { Output::make(&self.card, route, self.wish) } else { Err(error) }
        })?;
        if let Some(old) = &self.output
            && old.route.crtc != output.route.crtc
        {
            switch_off(&self.card, old.route.crtc);
        }
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

/// The rank of a card's best screen.
fn rank(card: &Card, wish: Wish) -> Option<Rank> {
    Route::find(card, wish, None, &Refused::default()).ok().flatten().map(|route| route.rank)
}

impl Kms {
    /// Becomes DRM master of the card, if no other program is; returns whether it did.
    ///
    /// Called only after a picture was refused: before Linux 5.8 the call needs root's rights.
    fn claim(&mut self) -> bool {
        if self.card.master().is_ok() {
            return true;
        }
        // A descriptor that was opened while another program was master never becomes master; a new one does.
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
                let refused_route = output.sets_mode().then(|| output.route.clone());
                output.begin_anew();
                if let Some(route) = refused_route {
                    self.refuse(&route, &error);
                }
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
                tracing::debug!(%error, "the events of the card cannot be read");
                false
            }
        }
    }

    fn look(&mut self) -> Connection {
        let connection = self.connect_best();
        let ours = self.output.as_ref().map(|output| output.route.rank);
        if self.is_gone || !ours.is_some_and(Rank::is_best) {
            // All cards are searched while ours has no television; a card of the boot loader's picture goes when the
            // driver of the real one has come.
            if let Some(other) = self.better(ours.filter(|_| !self.is_gone)) {
                *self = other;
                return Connection::Changed;
            }
        }
        connection
    }

    fn renew(&mut self) {
        if let Some(output) = &mut self.output {
            output.renew();
        }
    }

    fn look_every(&self) -> Option<Duration> {
        self.is_refused_all.then_some(TRY_AGAIN)
    }

    fn tenure(&self) -> Tenure {
        if self.is_gone { Tenure::Over } else { Tenure::Lasting }
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
