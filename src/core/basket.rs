//! The basket: what the member has ticked and not yet exchanged.

use std::sync::Arc;

use crate::domain::{Offer, OfferId, Points, Reason};

use super::app::{App, Turn};
use super::{Notice, Place, layout};

/// The most options one exchange holds (the API's own bound).
pub(crate) const MOST_OPTIONS: usize = 20;

impl App {
    /// The offers in the basket, in the order they were ticked.
    pub fn basket_offers(&self) -> Vec<&Arc<Offer>> {
        self.basket.iter().filter_map(|id| self.data.shelf.offer(id)).collect()
    }

    /// Whether an offer is in the basket.
    pub fn is_in_basket(&self, id: &OfferId) -> bool {
        self.basket.contains(id)
    }

    /// What the basket costs; `None` if a price is missing or the sum is out of range.
    pub fn basket_total(&self) -> Option<Points> {
        total(&self.basket_offers())
    }

    /// Whether an offer could be exchanged, alone or together with what it needs.
    pub fn can_basket(&self, offer: &Offer) -> bool {
        let is_company = |reason: &Reason| matches!(reason, Reason::Requires { .. });
        let only_needs_company = !offer.eligibility.reasons.is_empty() && self.reasons(offer).all(is_company);
        offer.is_orderable_here && offer.price.is_some() && (self.is_allowed(offer) || only_needs_company)
    }

    /// The offers that must go with this one and are neither held nor in the basket.
    pub fn missing_company(&self, offer: &Offer) -> Vec<&Arc<Offer>> {
        self.reasons(offer)
            .filter_map(|reason| match reason {
                Reason::Requires { offer_id, .. } => Some(offer_id),
                Reason::NotEnoughPoints { .. }
                | Reason::Debt { .. }
                | Reason::AlreadyOrdered { .. }
                | Reason::MonthlyLimit { .. }
                | Reason::PriceChanged { .. }
                | Reason::OfferGone { .. }
                | Reason::ServiceNotConnected { .. }
                | Reason::NotEnrolled
                | Reason::Conflict { .. }
                | Reason::Channel { .. }
                | Reason::Unknown { .. } => None,
            })
            .filter(|id| !self.is_in_basket(id))
            .filter_map(|id| self.data.shelf.offer(id))
            .collect()
    }

    /// Ticks or unticks an offer and says so.
    pub(crate) fn toggle_in_basket(&mut self, id: &OfferId, turn: &mut Turn) {
        let Some(offer) = self.data.shelf.offer(id).cloned() else {
            self.notify(Notice::NotForBasket, turn);
            return;
        };
        if self.is_in_basket(id) {
            let mut gone = vec![offer.title.clone()];
            gone.extend(self.company_of(id).into_iter().map(|(other, title)| {
                self.basket.retain(|kept| *kept != other);
                title
            }));
            self.basket.retain(|other| other != id);
            self.notify(Notice::Removed { titles: gone }, turn);
        } else if !self.can_basket(&offer) {
            self.notify(Notice::NotForBasket, turn);
        } else {
            self.add_to_basket(&offer, turn);
        }
    }

    /// Ticks an offer together with what it needs.
    pub(crate) fn add_to_basket(&mut self, offer: &Offer, turn: &mut Turn) {
        let company: Vec<OfferId> = self.missing_company(offer).into_iter().map(|other| other.id.clone()).collect();
        if self.basket.len() + company.len() >= MOST_OPTIONS {
            self.notify(Notice::BasketFull, turn);
            return;
        }
        let mut titles: Vec<String> =
            self.missing_company(offer).into_iter().map(|other| other.title.clone()).collect();
        titles.push(offer.title.clone());
        self.basket.extend(company);
        if !self.is_in_basket(&offer.id) {
            self.basket.push(offer.id.clone());
        }
        self.notify(Notice::Added { titles }, turn);
    }

    /// What came into the basket with an offer and would be refused without it.
    fn company_of(&self, needed: &OfferId) -> Vec<(OfferId, String)> {
        let needs_it = |offer: &Offer| {
            let is_needed = |reason: &Reason| matches!(reason, Reason::Requires { offer_id, .. } if offer_id == needed);
            !self.is_allowed(offer) && self.reasons(offer).any(is_needed)
        };
        let company = self.basket_offers().into_iter().filter(|offer| needs_it(offer));
        company.map(|offer| (offer.id.clone(), offer.title.clone())).collect()
    }

    /// Drops what is not sold any more or is held already.
    pub(crate) fn tidy_basket(&mut self) {
        let before = self.basket.clone();
        let is_wanted = |id: &OfferId| self.data.shelf.offer(id).is_some_and(|offer| !self.is_active(offer));
        self.basket = before.iter().filter(|id| is_wanted(id)).cloned().collect();
        let lines = layout::basket_rows(self.settings.text_size);
        for page in &mut self.stack {
            if let Place::Basket(place) = &mut page.place {
                place.cursor.follow(&before, &self.basket, lines);
            }
        }
    }
}

/// What some offers cost together.
pub(crate) fn total(offers: &[&Arc<Offer>]) -> Option<Points> {
    let prices: Option<Vec<Points>> = offers.iter().map(|offer| offer.price).collect();
    Points::checked_sum(prices?)
}
