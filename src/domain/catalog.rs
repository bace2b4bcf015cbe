//! The catalogue: categories and offers with the server's prices.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Episode, Points, Reason, id_type};

id_type! {
    /// An offer's id.
    OfferId
}
id_type! {
    /// A category's id.
    CategoryId
}

/// A part of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its title, as the operator calls it.
    pub title: String,
    /// What it sells.
    pub kind: CategoryKind,
    /// Offers in it.
    pub count: usize,
}

/// What a category sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CategoryKind {
    /// TV options, the box's own trade.
    Tv,
    /// Anything else: «Другие награды».
    Other,
}

/// What an offer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferKind {
    /// A film or series for rent.
    Film,
    /// A package of channels.
    Package,
    /// A video subscription.
    Subscription,
    /// A service such as «Управление просмотром».
    Service,
    /// More room for recordings.
    Quota,
    /// A discount, a program, phone minutes, a partner's gift, or one this version does not know.
    Other,
}

/// One thing that points can buy, at this member's price.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// The category it stands in.
    pub category: CategoryId,
    /// Its name.
    pub title: String,
    /// What it is.
    pub kind: OfferKind,
    /// A short line under the name; may be empty.
    pub subtitle: String,
    /// What the member gets, in sentences.
    pub description: String,
    /// Year of a film.
    pub year: Option<u16>,
    /// Director of a film.
    pub director: Option<String>,
    /// Length of a film in minutes.
    pub duration_minutes: Option<u32>,
    /// Age mark in years: 0, 6, 12, 16 or 18.
    pub age: u8,
    /// The catalogue price.
    pub base_price: Option<Points>,
    /// The member's discount, 0 to 100 per cent.
    pub discount_percent: u8,
    /// What is charged; `None` if no price is published.
    pub price: Option<Points>,
    /// For how long it works.
    pub validity: Validity,
    /// Until when it would work if ordered now, says the server.
    pub valid_until: Option<DateTime<Utc>>,
    /// What happens afterwards.
    pub after: AfterPeriod,
    /// What it holds.
    pub includes: Vec<String>,
    /// Whether it can be ordered on the box.
    pub is_orderable_here: bool,
    /// Offers that must be active or in the same exchange.
    pub requires: Vec<OfferId>,
    /// The parts of a serial in their order; empty for anything else.
    pub episodes: Vec<Episode>,
    /// The file quota in gigabytes.
    pub quota_gb: Option<u32>,
    /// Whether the server would take an order now.
    pub eligibility: Eligibility,
    /// Until when the member has it already.
    pub active_until: Option<DateTime<Utc>>,
    /// The id of its picture.
    pub image: Option<String>,
}

impl Offer {
    /// Whether it is for adults only.
    pub fn is_adult(&self) -> bool {
        self.age >= 18
    }

    /// Whether it is a film of several episodes.
    pub fn is_serial(&self) -> bool {
        !self.episodes.is_empty()
    }
}

/// For how long an option works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// So many hours from the order.
    Hours(u32),
    /// So many months from the order.
    MonthsFromOrder(u32),
    /// So many calendar months from the first of the next one.
    MonthsFromNext(u32),
    /// Without end.
    Permanent,
    /// In a way this version does not know.
    Unknown,
}

/// What happens when an option's time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterPeriod {
    /// It ends.
    Ends,
    /// It goes on for so many roubles a month unless it is switched off.
    Paid {
        /// Roubles a month.
        roubles: u64,
    },
    /// The server did not say, or said something this version does not know.
    Unknown,
}

/// Whether the server would take an order for this now.
#[derive(Debug, Clone, PartialEq)]
pub struct Eligibility {
    /// Its verdict.
    pub is_allowed: bool,
    /// Everything that stands against it.
    pub reasons: Vec<Reason>,
}

impl Offer {
    /// How much memory it takes, in bytes, roughly.
    pub fn weight(&self) -> usize {
        // What allocators and empty fields take comes on top of the letters.
        const EACH: usize = 48;
        const WHOLE: usize = 1024;
        let text = |text: &String| text.len() + EACH;
        WHOLE
            + [&self.title, &self.subtitle, &self.description].into_iter().map(text).sum::<usize>()
            + self.includes.iter().map(text).sum::<usize>()
            + self.episodes.iter().map(|episode| text(&episode.title) + 2 * EACH).sum::<usize>()
            + self.requires.len() * EACH
            + self.eligibility.reasons.len() * 8 * EACH
    }
}

/// One page of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogPage {
    /// Names the state of the whole catalogue.
    pub version: String,
    /// Offers in the whole catalogue.
    pub total: usize,
    /// All categories in display order.
    pub categories: Vec<Category>,
    /// The offers of this page.
    pub offers: Vec<Arc<Offer>>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// The server's time when it answered.
    pub server_time: Option<DateTime<Utc>>,
}

/// The catalogue as far as it has arrived.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalog {
    /// Names the state of the whole catalogue.
    pub version: String,
    /// All categories in display order.
    pub categories: Vec<Category>,
    /// Offers in catalogue order.
    pub offers: Vec<Arc<Offer>>,
    /// Offers in the whole catalogue, arrived or not.
    pub total: usize,
}

impl Catalog {
    /// The offer with this id.
    pub fn offer(&self, id: &OfferId) -> Option<&Arc<Offer>> {
        self.offers.iter().find(|offer| offer.id == *id)
    }

    /// The offers of one category in order.
    pub fn in_category<'a>(&'a self, id: &'a CategoryId) -> impl Iterator<Item = &'a Arc<Offer>> {
        self.offers.iter().filter(move |offer| offer.category == *id)
    }
}
