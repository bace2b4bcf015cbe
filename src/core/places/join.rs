//! Joining the programme: read the terms, consent, join; or look around first.

use crate::domain::{Failure, Terms};
use crate::input::{Direction, Intent};

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::{Notice, Place, PlaceKind, Request, Resource};

/// The joining screen.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinPlace {
    /// What has the focus.
    pub focus: JoinFocus,
    /// The paragraph at the top of the terms.
    pub paragraph: usize,
    /// Whether the terms are accepted.
    pub has_consent: bool,
    /// Why the last try failed.
    pub failure: Option<Failure>,
}

/// What can have the focus on the joining screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinFocus {
    /// The terms; Up and Down turn them.
    Terms,
    /// The consent.
    Consent,
    /// Join.
    Join,
    /// Not now.
    Later,
}

impl App {
    /// Opens the joining screen and fetches the terms.
    pub(crate) fn open_join(&mut self, turn: &mut Turn) {
        self.push(Place::Join(JoinPlace {
            focus: JoinFocus::Consent,
            paragraph: 0,
            has_consent: false,
            failure: None,
        }));
        self.fetch(Resource::Terms, turn);
    }

    /// Whether joining is under way.
    pub fn is_joining(&self) -> bool {
        self.calls.under_way.values().any(|call| matches!(call, Request::Enrol { .. }))
    }

    pub(crate) fn join_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let paragraphs = self.data.terms.as_ref().map_or(0, |terms| terms.paragraphs.len());
        let has_terms = self.data.terms.is_some();
        let Some(Place::Join(place)) = self.place_mut() else { return Handled::No };
        match (intent, place.focus) {
            (Intent::Move(Direction::Up), JoinFocus::Terms) | (Intent::PageUp, _) => {
                let target = place.paragraph.checked_sub(1);
                place.paragraph = target.unwrap_or(0);
                Handled::when(target.is_some())
            }
            (Intent::Move(Direction::Down), JoinFocus::Terms) | (Intent::PageDown, _) => {
                if place.paragraph + 1 < paragraphs {
                    place.paragraph += 1;
                    return Handled::Yes;
                }
                Handled::No
            }
            // The terms stand at the left; consent and buttons stand in a column at the right (FOC-9).
            (Intent::Move(Direction::Left), JoinFocus::Consent | JoinFocus::Join | JoinFocus::Later)
                if paragraphs > 0 =>
            {
                place.focus = JoinFocus::Terms;
                Handled::Yes
            }
            (Intent::Move(Direction::Down), JoinFocus::Consent) | (Intent::Move(Direction::Up), JoinFocus::Later) => {
                place.focus = JoinFocus::Join;
                Handled::Yes
            }
            (Intent::Move(Direction::Up), JoinFocus::Join) => {
                place.focus = JoinFocus::Consent;
                Handled::Yes
            }
            (Intent::Move(Direction::Down), JoinFocus::Join) => {
                place.focus = JoinFocus::Later;
                Handled::Yes
            }
            (Intent::Activate | Intent::Move(Direction::Right), JoinFocus::Terms) => {
                place.focus = JoinFocus::Consent;
                Handled::Yes
            }
            (Intent::Activate, JoinFocus::Consent) => {
                place.has_consent = !place.has_consent && has_terms;
                if !has_terms {
                    // They could not be read so far.
                    self.retry_now(&[Resource::Terms], turn);
                    if self.trouble_with(Resource::Terms).is_none() {
                        self.fetch(Resource::Terms, turn);
                    }
                }
                Handled::Yes
            }
            (Intent::Activate, JoinFocus::Join) => {
                if place.has_consent {
                    self.join(turn);
                } else {
                    self.notify(Notice::ConsentFirst, turn);
                }
                Handled::Yes
            }
            (Intent::Activate, JoinFocus::Later) => {
                self.pop(turn);
                Handled::Yes
            }
            _ => Handled::No,
        }
    }

    fn join(&mut self, turn: &mut Turn) {
        let Some(terms) = &self.data.terms else { return };
        let terms_version = terms.version.clone();
        if let Some(Place::Join(place)) = self.place_mut() {
            place.failure = None;
        }
        self.call(Request::Enrol { terms_version }, turn);
    }

    /// Other terms than were read are shown from the start and want a consent of their own.
    pub(crate) fn terms_changed(&mut self, terms: &Terms) {
        let is_same = self.data.terms.as_ref().is_some_and(|known| known == terms);
        if let Some(Place::Join(place)) = self.place_mut().filter(|_| !is_same) {
            place.paragraph = 0;
            place.has_consent = false;
            place.failure = None;
        }
    }

    /// The server has taken the member in.
    pub(crate) fn joined(&mut self, turn: &mut Turn) {
        self.stack.retain(|page| page.place.kind() != PlaceKind::Join);
        if self.stack.is_empty() {
            self.open_home(turn);
        }
        self.notify(Notice::Joined, turn);
        self.fetch_anew(turn);
    }

    /// Joining failed; new terms are fetched in case these were outdated. Without an answer the member may have joined
    /// all the same, and the account says whether.
    pub(crate) fn join_failed(&mut self, failure: Failure, turn: &mut Turn) {
        let notice = if failure.is_outage() { Notice::NoAnswer(failure.clone()) } else { Notice::JoinFailed };
        if let Some(Place::Join(place)) = self.place_mut() {
            place.failure = Some(failure);
            place.has_consent = false;
            place.focus = JoinFocus::Consent;
        }
        self.notify(notice, turn);
        self.fetch(Resource::Terms, turn);
        // What was asked before says nothing of it.
        self.drop_call(Resource::Account);
        self.fetch(Resource::Account, turn);
    }
}
