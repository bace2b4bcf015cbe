//! What follows a confirmation: processing, the outcome, a refusal; and the card of a playing film.

use std::time::Duration;

use crate::domain::{AfterPeriod, Exchange, OfferId, OrderLine, Reason, Refusal};
use crate::input::{Direction, Intent};

use super::super::app::{App, Turn};
use super::super::dialog::move_in_row;
use super::super::keys::Handled;
use super::super::{OfferAction, Place, PlaceKind, PlayerRun, Power, Tab};
use super::confirm::lines_in_sight;
use super::layout;

/// An order on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessingPlace;

/// What an order brought.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomePlace {
    /// The exchange.
    pub exchange: Exchange,
    /// The focused button.
    pub button: usize,
    /// Whether the film is to start as soon as its address is there.
    pub plays_when_ready: bool,
    /// Whether it was opened from the history.
    pub is_past: bool,
    /// The first line in sight; Up and Down move it where there are more than fit.
    pub first_line: usize,
}

impl OutcomePlace {
    pub(crate) fn new(exchange: Exchange) -> Self {
        Self { exchange, button: 0, plays_when_ready: false, is_past: false, first_line: 0 }
    }

    pub(crate) fn of_the_past(exchange: Exchange) -> Self {
        Self { is_past: true, ..Self::new(exchange) }
    }

    /// Lines that fit on the screen beside what else it says; a promo code takes the room of one.
    pub(crate) fn most_lines(&self) -> usize {
        if self.exchange.lines.iter().any(|line| line.promo_code.is_some()) { 2 } else { 3 }
    }
}

/// Why something cannot be exchanged.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusalPlace {
    /// The refusal.
    pub refusal: Refusal,
    /// What was ordered; empty if nothing was.
    pub lines: Vec<OrderLine>,
    /// Whether an order was refused, or an offer is explained before any order.
    pub cause: RefusalCause,
    /// The focused button.
    pub button: usize,
    /// The first cause in sight; Up and Down move it where there are more than fit.
    pub first_cause: usize,
}

/// How a refusal came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalCause {
    /// The server refused an order.
    Order,
    /// An order ended without its result.
    Unlearned(Unlearned),
    /// The viewer asked why an offer cannot be exchanged.
    Question,
    /// It was opened from the history.
    Past,
}

/// Why the result of an order could not be learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlearned {
    /// The service gave no readable answer about it.
    Silent,
    /// The service has taken it and still works on it.
    StillProcessed,
}

impl RefusalCause {
    /// Whether it is the end of an order that was placed on this box.
    pub fn is_of_an_order(self) -> bool {
        match self {
            Self::Order | Self::Unlearned(_) => true,
            Self::Question | Self::Past => false,
        }
    }
}

impl RefusalPlace {
    pub(crate) fn unlearned(unlearned: Unlearned, refusal: Refusal, lines: Vec<OrderLine>) -> Self {
        Self { refusal, lines, cause: RefusalCause::Unlearned(unlearned), button: 0, first_cause: 0 }
    }

    pub(crate) fn after_order(refusal: Refusal, lines: Vec<OrderLine>) -> Self {
        Self { refusal, lines, cause: RefusalCause::Order, button: 0, first_cause: 0 }
    }

    pub(crate) fn of_the_past(refusal: Refusal) -> Self {
        Self { refusal, lines: Vec::new(), cause: RefusalCause::Past, button: 0, first_cause: 0 }
    }

    /// What stands against an offer, before any order.
    pub(crate) fn explained_for<'a>(reasons: impl Iterator<Item = &'a Reason>) -> Self {
        let refusal = Refusal { code: String::new(), reasons: reasons.cloned().collect(), request_id: None };
        Self { refusal, lines: Vec::new(), cause: RefusalCause::Question, button: 0, first_cause: 0 }
    }
}

/// A film plays.
#[derive(Debug, Clone, PartialEq)]
pub struct PlayerPlace {
    /// Its title.
    pub title: String,
    /// Its address without the token.
    pub link: String,
    /// When it started, by the monotonic clock.
    pub started_at: Duration,
    /// The running time in whole seconds.
    pub elapsed: Duration,
}

impl App {
    pub(crate) fn processing_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        if intent != Intent::Activate {
            return Handled::No;
        }
        self.hide_processing(turn);
        Handled::Yes
    }

    /// The film of an exchange that can be watched at once.
    pub fn film_of(&self, exchange: &Exchange) -> Option<OfferId> {
        let is_film = |id: &OfferId| {
            self.held(id).is_some_and(|held| held.is_playable())
                || self.data.shelf.offer(id).is_some_and(|offer| offer.kind == crate::domain::OfferKind::Film)
        };
        exchange.lines.iter().map(|line| &line.offer_id).find(|id| is_film(id)).cloned()
    }

    /// The buttons of an outcome, the most useful first.
    pub fn outcome_actions(&self, place: &OutcomePlace) -> Vec<OfferAction> {
        let watch = self.film_of(&place.exchange).is_some_and(|id| match self.held(&id) {
            Some(held) => !self.has_ended(held),
            None => !place.is_past,
        });
        let costs_later = !place.is_past && place.exchange.lines.iter().any(|line| self.costs_later(&line.offer_id));
        let watch = watch.then_some(OfferAction::Watch).into_iter();
        watch.chain(costs_later.then_some(OfferAction::OpenMyOptions)).chain([OfferAction::Close]).collect()
    }

    /// Whether an offer costs roubles once its time is over.
    fn costs_later(&self, id: &OfferId) -> bool {
        self.data.shelf.offer(id).is_some_and(|offer| matches!(offer.after, AfterPeriod::Paid { .. }))
    }

    pub(crate) fn outcome_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let Place::Outcome(place) = self.place() else { return Handled::No };
        let actions = self.outcome_actions(place);
        let (at, film, is_past) = (place.button.min(actions.len() - 1), self.film_of(&place.exchange), place.is_past);
        if intent == Intent::Activate || intent == Intent::Play {
            let action = if intent == Intent::Play { Some(OfferAction::Watch) } else { actions.get(at).copied() };
            match (action, film) {
                (Some(OfferAction::Watch), Some(film)) => self.watch_from_outcome(&film, turn),
                (Some(OfferAction::Watch), None) => return Handled::No,
                (Some(OfferAction::OpenMyOptions), _) => {
                    self.leave_result(turn);
                    self.open_tab(Tab::MyOptions, turn);
                }
                _ if is_past => self.pop(turn),
                _ => self.leave_result(turn),
            }
            return Handled::Yes;
        }
        if intent == Intent::Back && is_past {
            self.pop(turn);
            return Handled::Yes;
        }
        let Some(Place::Outcome(place)) = self.place_mut() else { return Handled::No };
        let (total, most) = (place.exchange.lines.len(), place.most_lines());
        let has_scrolled = scroll(&mut place.first_line, total, lines_in_sight(total, most), intent);
        Handled::when(has_scrolled || move_in_row(&mut place.button, actions.len(), intent))
    }

    fn watch_from_outcome(&mut self, film: &OfferId, turn: &mut Turn) {
        match self.held(film).cloned() {
            Some(held) => self.play(&held, turn),
            None => {
                if let Some(Place::Outcome(place)) = self.place_mut() {
                    place.plays_when_ready = true;
                }
                self.fetch(super::super::Resource::Entitlements, turn);
            }
        }
    }

    /// A film that was asked for does not start by itself after standby, nor long after its address did not come.
    pub(crate) fn forget_wish_to_watch(&mut self) -> bool {
        let places = self.stack.iter_mut().filter_map(|page| match &mut page.place {
            Place::Outcome(place) => Some(place),
            _ => None,
        });
        let mut was_wanted = false;
        for place in places {
            was_wanted |= std::mem::take(&mut place.plays_when_ready);
        }
        was_wanted
    }

    /// The entitlements arrived: a film that was asked for starts.
    pub(crate) fn play_when_ready(&mut self, turn: &mut Turn) {
        let is_on = self.power() == Power::On;
        let Some(Place::Outcome(place)) = self.place_mut() else { return };
        // Standby may still be taken back, and with it the wish.
        if !is_on || !std::mem::take(&mut place.plays_when_ready) {
            return;
        }
        let exchange = place.exchange.clone();
        if let Some(film) = self.film_of(&exchange) {
            self.play_offer(&film, turn);
        }
    }

    /// Standby was taken back: a film whose entitlement arrived meanwhile starts.
    pub(crate) fn play_what_arrived(&mut self, turn: &mut Turn) {
        let Place::Outcome(place) = self.place() else { return };
        let film = self.film_of(&place.exchange);
        if film.is_some_and(|film| self.held(&film).is_some()) {
            self.play_when_ready(turn);
        }
    }

    /// The ways out of a refusal, the remedy first (PUR-11).
    pub fn refusal_actions(&self, place: &RefusalPlace) -> Vec<OfferAction> {
        let mut actions = Vec::new();
        let reasons = &place.refusal.reasons;
        let is_done_elsewhere =
            |reason: &Reason| matches!(reason, Reason::Debt { .. } | Reason::ServiceNotConnected { .. });
        if matches!(place.cause, RefusalCause::Order | RefusalCause::Question) {
            if reasons.contains(&Reason::NotEnrolled) {
                actions.push(OfferAction::Join);
            } else if reasons.iter().any(is_done_elsewhere) {
                actions.push(OfferAction::CheckAgain);
            } else if reasons.iter().any(|reason| matches!(reason, Reason::NotEnoughPoints { .. })) {
                actions.push(OfferAction::Earn);
            } else if reasons.iter().any(|reason| matches!(reason, Reason::AlreadyOrdered { .. })) {
                actions.push(OfferAction::OpenMyOptions);
            }
            if place.cause == RefusalCause::Order && !self.basket.is_empty() && actions.is_empty() {
                actions.push(OfferAction::OpenBasket);
            }
        }
        actions.push(OfferAction::Close);
        actions
    }

    /// The address at which what a refusal names can be put right on a phone, if the box knows one.
    pub fn remedy_address(&self, place: &RefusalPlace) -> Option<&str> {
        let is_done_there = place.refusal.reasons.iter().any(|reason| {
            matches!(reason, Reason::Debt { .. } | Reason::ServiceNotConnected { .. } | Reason::Channel { .. })
        });
        self.identity.account_url.as_deref().filter(|_| is_done_there)
    }

    pub(crate) fn refusal_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let Place::Refusal(place) = self.place() else { return Handled::No };
        let actions = self.refusal_actions(place);
        let at = place.button.min(actions.len() - 1);
        if intent == Intent::Activate {
            match actions.get(at) {
                Some(OfferAction::OpenBasket) => self.open_tab(Tab::Basket, turn),
                Some(action @ (OfferAction::Earn | OfferAction::OpenMyOptions)) => {
                    let tab = if *action == OfferAction::Earn { Tab::Points } else { Tab::MyOptions };
                    self.leave_result(turn);
                    self.open_tab(tab, turn);
                }
                Some(OfferAction::CheckAgain) => {
                    self.check_again(turn);
                    self.leave_result(turn);
                }
                Some(OfferAction::Join) => {
                    self.leave_result(turn);
                    self.open_join(turn);
                }
                _ => self.leave_result(turn),
            }
            return Handled::Yes;
        }
        let most = layout::causes(self.settings.text_size);
        let Some(Place::Refusal(place)) = self.place_mut() else { return Handled::No };
        let total = place.refusal.reasons.len();
        let has_scrolled = scroll(&mut place.first_cause, total, most.min(total), intent);
        Handled::when(has_scrolled || move_in_row(&mut place.button, actions.len(), intent))
    }

    pub(crate) fn player_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let has_player = matches!(self.player_run(), Some(PlayerRun::Player | PlayerRun::Stopping));
        match intent {
            // The player hears the key as well, as a pause; it must not end the film.
            Intent::Activate if self.identity.player_hears_keys && has_player => Handled::Yes,
            Intent::Activate | Intent::Stop | Intent::Back => {
                self.stop_player(turn);
                Handled::Yes
            }
            Intent::Move(_)
            | Intent::Leave
            | Intent::Menu
            | Intent::Inform
            | Intent::Shortcut(_)
            | Intent::PageUp
            | Intent::PageDown
            | Intent::Digit(_)
            | Intent::Play => Handled::No,
        }
    }

    /// Whether the viewer is somewhere a result may take the screen without breaking a film.
    pub fn is_watching(&self) -> bool {
        self.place().kind() == PlaceKind::Player
    }
}

/// Moves a list without a focus of its own by one; `false` if all is in sight or its end is reached.
pub(crate) fn scroll(first: &mut usize, total: usize, in_sight: usize, intent: Intent) -> bool {
    let target = match intent.arrow() {
        Some(Direction::Up) => first.checked_sub(1),
        Some(Direction::Down) => Some(*first + 1).filter(|at| at + in_sight <= total),
        Some(Direction::Left | Direction::Right) | None => None,
    };
    if let Some(target) = target {
        *first = target;
    }
    target.is_some()
}
