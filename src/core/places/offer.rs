//! One offer: what it is, what it costs, and everything that can be done with it.

use std::sync::Arc;

use crate::domain::{Entitlement, Offer, OfferId, OrderLine};
use crate::input::{Colour, Direction, Intent};

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::{Notice, Place, PlaceKind, Resource, Tab};
use super::results::RefusalPlace;

/// The offer screen.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferPlace {
    /// The offer as it was last known, in case it leaves the catalogue while it is looked at.
    pub offer: Arc<Offer>,
    /// The focused button.
    pub button: usize,
    /// What the viewer has moved to; until then the focus stands on the most useful action, whatever that is.
    chosen: Option<OfferAction>,
}

/// What can be done with an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferAction {
    /// Watch it: the member holds it.
    Watch,
    /// See its episodes.
    Episodes,
    /// Exchange points for it now.
    Exchange,
    /// Put it into the basket.
    AddToBasket,
    /// Put it into the basket together with what it needs.
    AddWithCompany,
    /// Take it out of the basket.
    RemoveFromBasket,
    /// See the basket.
    OpenBasket,
    /// See why it cannot be exchanged, and what to do.
    Explain,
    /// Let the paid renewal of what the member holds end.
    RenewalOff,
    /// Have what the member holds renewed for roubles.
    RenewalOn,
    /// See what the member holds.
    OpenMyOptions,
    /// See how points are earned.
    Earn,
    /// Ask the service whether it would take an order now.
    CheckAgain,
    /// Join the programme.
    Join,
    /// Go back.
    Close,
}

impl App {
    /// Opens an offer.
    pub(crate) fn open_offer(&mut self, id: &OfferId, turn: &mut Turn) {
        let Some(offer) = self.data.shelf.offer(id).cloned() else { return };
        // From one offer to the basket and to another: pages do not pile up (BACK-2).
        self.stack.retain(|page| page.place.kind() != PlaceKind::Offer);
        self.push(Place::Offer(OfferPlace { offer, button: 0, chosen: None }));
        self.freshen(super::super::Resource::Catalog, super::home::FRESH, turn);
    }

    /// What can be done with an offer now, the most useful first; never empty.
    pub fn offer_actions(&self, offer: &Offer) -> Vec<OfferAction> {
        let is_enrolled = self.data.account.as_ref().is_some_and(|account| account.is_enrolled);
        let mut actions = Vec::new();
        let held = self.held(&offer.id).filter(|held| !self.has_ended(held));
        match held {
            Some(held) if self.can_watch(held) => actions.push(OfferAction::Watch),
            Some(Entitlement { renewal: Some(renewal), .. }) => {
                let is_on = renewal.is_on;
                actions.push(if is_on { OfferAction::RenewalOff } else { OfferAction::RenewalOn });
                actions.push(OfferAction::OpenMyOptions);
            }
            Some(_) => actions.push(OfferAction::OpenMyOptions),
            None => {}
        }
        let is_active = self.is_active(offer);
        let is_allowed = self.is_allowed(offer);
        if !self.is_sold(offer) || !offer.is_orderable_here || offer.price.is_none() || (is_active && !is_allowed) {
            // Nothing to order here.
        } else if !is_enrolled {
            actions.push(OfferAction::Join);
        } else if self.is_in_basket(&offer.id) {
            actions.extend([OfferAction::OpenBasket, OfferAction::RemoveFromBasket]);
        } else if is_allowed {
            actions.extend([OfferAction::Exchange, OfferAction::AddToBasket]);
        } else if self.can_basket(offer) {
            actions.push(OfferAction::AddWithCompany);
        } else {
            actions.push(OfferAction::Explain);
        }
        if offer.is_serial() || self.serial_held(&offer.id).is_some() {
            // Beside what it follows: after watching, or after what orders it.
            let at = usize::from(actions.first() == Some(&OfferAction::Watch));
            actions.insert(if at == 0 { actions.len() } else { at }, OfferAction::Episodes);
        }
        actions.push(OfferAction::Close);
        actions
    }

    /// Whether the catalogue still has it: an offer may leave while it is looked at.
    pub fn is_sold(&self, offer: &Offer) -> bool {
        self.data.shelf.offer(&offer.id).is_some()
    }

    pub(crate) fn settle_offer(&mut self) {
        let Place::Offer(place) = self.place() else { return };
        let actions = self.offer_actions(&place.offer);
        let Some(Place::Offer(place)) = self.place_mut() else { return };
        // The buttons change with the basket and the catalogue; the focus stays with what it says (FOC-4).
        let stands = place.chosen.and_then(|chosen| actions.iter().position(|action| *action == chosen));
        place.chosen = place.chosen.filter(|_| stands.is_some());
        place.button = stands.unwrap_or(0);
    }

    pub(crate) fn offer_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let Place::Offer(place) = self.place() else { return Handled::No };
        let offer = place.offer.clone();
        let actions = self.offer_actions(&offer);
        let at = place.button;
        let target = match intent {
            Intent::Move(Direction::Left) => at.checked_sub(1),
            Intent::Move(Direction::Right) => Some(at + 1).filter(|at| *at < actions.len()),
            Intent::Activate => {
                if let Some(action) = actions.get(at) {
                    self.act_on_offer(*action, &offer, turn);
                }
                return Handled::Yes;
            }
            Intent::Play => return self.play_focused(turn),
            Intent::Shortcut(Colour::Green) => return self.tick_focused(turn),
            Intent::Shortcut(Colour::Yellow) => {
                self.visit_basket(turn);
                return Handled::Yes;
            }
            // The buttons stand in a row: an arrow goes where it points (FOC-9).
            Intent::Move(Direction::Up | Direction::Down)
            | Intent::Shortcut(Colour::Red | Colour::Blue)
            | Intent::Back
            | Intent::Leave
            | Intent::Menu
            | Intent::Inform
            | Intent::PageUp
            | Intent::PageDown
            | Intent::Digit(_)
            | Intent::Stop => None,
        };
        if let (Some(Place::Offer(place)), Some(target)) = (self.place_mut(), target) {
            place.button = target;
            place.chosen = actions.get(target).copied();
        }
        Handled::when(target.is_some())
    }

    /// The viewer has done something about what stood in the way: everything it depends on is asked for anew.
    pub(crate) fn check_again(&mut self, turn: &mut Turn) {
        for resource in [Resource::Account, Resource::Catalog] {
            self.drop_call(resource);
            self.fetch(resource, turn);
        }
    }

    fn act_on_offer(&mut self, action: OfferAction, offer: &Offer, turn: &mut Turn) {
        match action {
            OfferAction::Watch => self.play_offer(&offer.id, turn),
            OfferAction::Episodes => self.open_episodes(&offer.id, &offer.title),
            OfferAction::Exchange => match (self.spend_block(), offer.price) {
                (Some(block), _) => self.notify(Notice::Blocked(block), turn),
                (None, Some(price)) => self.open_confirm(vec![OrderLine {
                    offer_id: offer.id.clone(),
                    title: offer.title.clone(),
                    expected_price: price,
                }]),
                (None, None) => {}
            },
            OfferAction::AddToBasket => self.add_to_basket(offer, turn),
            OfferAction::AddWithCompany => {
                self.add_to_basket(offer, turn);
                if self.is_in_basket(&offer.id) {
                    self.visit_basket(turn);
                }
            }
            OfferAction::RemoveFromBasket => self.toggle_in_basket(&offer.id, turn),
            OfferAction::OpenBasket => self.visit_basket(turn),
            OfferAction::RenewalOff | OfferAction::RenewalOn => {
                let held = self.held(&offer.id).cloned();
                if let Some((held, renewal)) = held.and_then(|held| held.renewal.map(|renewal| (held, renewal))) {
                    self.renewal_key(held, renewal, turn);
                }
            }
            OfferAction::OpenMyOptions => self.open_tab(Tab::MyOptions, turn),
            OfferAction::Earn => self.open_tab(Tab::Points, turn),
            OfferAction::CheckAgain => self.check_again(turn),
            OfferAction::Explain => self.push(Place::Refusal(RefusalPlace::explained_for(self.reasons(offer)))),
            OfferAction::Join => self.open_join(turn),
            OfferAction::Close => self.pop(turn),
        }
    }
}
