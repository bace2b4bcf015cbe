//! Short messages that go away by themselves: every action says what came of it (PUR-7).

use std::time::Duration;

use crate::domain::{Failure, VoiceGuidance};

use super::PlaceKind;
use super::app::App;
use super::event::PlayerTrouble;
use super::order::SpendBlock;

/// What a short message says.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Signed in.
    Welcome {
        /// The member's name.
        name: String,
    },
    /// No title is spelled with these digits.
    NothingSpelled,
    /// The code on the screen is still to be confirmed.
    WaitsForPhone,
    /// In the basket now.
    Added {
        /// Its title, after those of what had to come along.
        titles: Vec<String>,
    },
    /// Out of the basket now.
    Removed {
        /// Its title, and those of what cannot be had without it.
        titles: Vec<String>,
    },
    /// The basket holds no more.
    BasketFull,
    /// It cannot be put into the basket.
    NotForBasket,
    /// The renewal is on.
    RenewalOn {
        /// Of what.
        title: String,
    },
    /// The renewal is off.
    RenewalOff {
        /// Of what.
        title: String,
    },
    /// The renewal could not be switched.
    RenewalFailed,
    /// A renewal whose price cannot be read is not switched on.
    RenewalPriceUnknown,
    /// This option has no end that could be changed.
    NothingToSwitch,
    /// The catalogue has nothing but what is ordered here.
    NoOtherRewards,
    /// Points cannot be spent now.
    Blocked(SpendBlock),
    /// The terms must be accepted first.
    ConsentFirst,
    /// Joining failed.
    JoinFailed,
    /// Joined.
    Joined,
    /// The server asks to wait before it is asked again.
    RetryLater,
    /// The connection is back.
    LinkBack,
    /// The film does not play.
    PlayerFailed(PlayerTrouble),
    /// The rental of the film is over.
    RentalEnded,
    /// An episode was chosen of a serial that is not rented.
    RentFirst,
    /// The film's address is not there yet.
    FilmNotReady,
    /// What the viewer wanted found no network or no service.
    NoAnswer(Failure),
    /// The voice was switched.
    Voice(VoiceGuidance),
    /// The PIN is set.
    PinStored,
    /// The PIN is removed.
    PinRemoved,
    /// The PIN could not be stored.
    PinFailed,
    /// The PIN could not be checked.
    PinUnchecked,
    /// Too many wrong PINs.
    PinLocked {
        /// For so long; the box's own clock may be another than the one on the screen.
        minutes: u64,
    },
    /// The order could not be written to disk and was not sent.
    OrderNotStored,
    /// The order was made while the viewer looked elsewhere.
    OrderHidden,
}

/// A notice with its end.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TimedNotice {
    pub(crate) notice: Notice,
    pub(crate) until: Duration,
    /// The page it stands on, once one has been shown with it: it ends with its page (LAY-10).
    pub(crate) page: Option<(usize, PlaceKind)>,
}

/// How long a notice stays: long enough to read its words at seventy (LAY-10).
const NOTICE_TIME: Duration = Duration::from_secs(6);
/// A letter of a title takes so long to read.
const LETTER_TIME: Duration = Duration::from_millis(80);

impl Notice {
    /// How long it stays.
    pub(crate) fn time(&self) -> Duration {
        let letters = match self {
            Self::Added { titles } | Self::Removed { titles } => titles.iter().map(|title| title.chars().count()).sum(),
            Self::RenewalOn { title } | Self::RenewalOff { title } => title.chars().count(),
            _ => 0,
        };
        NOTICE_TIME + LETTER_TIME * u32::try_from(letters.min(100)).unwrap_or(0)
    }
}

impl App {
    /// A short message does not outlive the page that it was said on.
    pub(crate) fn settle_notice(&mut self) {
        let page = (self.stack.len(), self.place().kind());
        if let Some(notice) = &mut self.notice {
            let is_elsewhere = notice.page.replace(page).is_some_and(|before| before != page);
            if is_elsewhere {
                self.notice = None;
            }
        }
    }
}
