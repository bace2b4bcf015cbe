//! What is known of the member and the programme, and how fresh it is.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{Account, CatalogPage, EarningRules, Entitlement, Exchange, LedgerEntry, Terms, Watched};

use super::CachedData;
use super::pages::Trail;
use super::shelf::Shelf;

/// Everything that came from the bonus API, and what the viewer made of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Data {
    /// The account.
    pub account: Option<Account>,
    /// The catalogue with its index.
    pub shelf: Shelf,
    /// Whether a catalogue has ever arrived, if only an empty one.
    pub has_catalog: bool,
    /// What the member holds.
    pub entitlements: Option<Vec<Entitlement>>,
    /// Which episodes of it were watched.
    pub watched: Watched,
    /// The ledger as far as it was read.
    pub ledger: Paged<LedgerEntry>,
    /// The exchanges as far as they were read.
    pub exchanges: Paged<Exchange>,
    /// Ways to earn.
    pub earning: Option<EarningRules>,
    /// The terms of the programme.
    pub terms: Option<Terms>,
    /// When what came from the disk was fetched; `None` once the network has answered.
    pub cached_at: Option<DateTime<Utc>>,
    /// What the cache holds since this start, so that nothing is written twice.
    pub(crate) kept: Option<Box<CachedData>>,
    pub(crate) account_at: Option<Duration>,
    pub(crate) entitlements_at: Option<Duration>,
    pub(crate) catalog_at: Option<Duration>,
    pub(crate) catalog_etag: Option<String>,
    pub(crate) catalog_max_age: Option<Duration>,
    pub(crate) incoming: Option<Incoming>,
}

/// A list that is read page by page.
#[derive(Debug, Clone, PartialEq)]
pub struct Paged<T> {
    /// What has been read.
    pub items: Vec<T>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Whether the first page has arrived.
    pub is_loaded: bool,
    trail: Trail,
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next_cursor: None, is_loaded: false, trail: Trail::default() }
    }
}

/// The most rows of a history the box keeps.
const MOST_ROWS: usize = 5_000;

impl<T> Paged<T> {
    /// Adds a page: the first replaces what was there. An item that came before does not come again.
    pub(crate) fn take(
        &mut self,
        asked: Option<&str>,
        items: Vec<T>,
        next_cursor: Option<String>,
        id: impl Fn(&T) -> &str,
    ) {
        if asked.is_none() {
            *self = Self::default();
        } else if self.next_cursor.as_deref() != asked {
            return;
        }
        let new = self.trail.unseen(items, id);
        let brought = new.len();
        self.items.extend(new);
        self.is_loaded = true;
        self.next_cursor = self.trail.next(asked, brought, next_cursor).filter(|_| self.items.len() < MOST_ROWS);
    }
}

/// The most pages and offers of a catalogue the box takes.
const MOST_PAGES: usize = 100;
const MOST_OFFERS: usize = 10_000;
/// The most memory that the offers of a catalogue take, in bytes.
const MOST_WEIGHT: usize = 16 * 1024 * 1024;
/// Pages that are asked for beyond those that the catalogue's own number of offers fills.
const MORE_PAGES: usize = 3;
/// How often a catalogue is begun anew because it changed while it came.
const MOST_RESTARTS: usize = 2;

/// A catalogue that arrives page by page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Incoming {
    pub(crate) first: CatalogPage,
    /// Names what has come, unless it is of several states.
    pub(crate) etag: Option<String>,
    pub(crate) next_cursor: Option<String>,
    /// Offers that are shown already; `None` while an older catalogue is shown.
    pub(crate) shown: Option<usize>,
    pages: usize,
    page_size: usize,
    weight: usize,
    restarts: usize,
    trail: Trail,
}

impl Incoming {
    /// Begins with the first page. `before` is what came of a catalogue that has changed meanwhile.
    pub(crate) fn begin(page: CatalogPage, etag: Option<String>, is_shown: bool, before: Option<&Self>) -> Self {
        let page_size = page.offers.len().max(1);
        let mut incoming = Self {
            first: CatalogPage { offers: Vec::new(), ..page.clone() },
            etag,
            next_cursor: None,
            shown: is_shown.then_some(0),
            pages: 0,
            page_size,
            weight: 0,
            restarts: before.filter(|before| before.pages == 0).map_or(0, |before| before.restarts),
            trail: Trail::default(),
        };
        incoming.add(None, page);
        incoming
    }

    /// Takes a further page; `false` if the catalogue has changed in the middle and has to be asked for anew.
    pub(crate) fn go_on(&mut self, asked: &str, page: CatalogPage) -> bool {
        let has_changed = page.version != self.first.version && !page.version.is_empty();
        if has_changed && self.restarts < MOST_RESTARTS {
            self.restarts += 1;
            self.pages = 0;
            self.next_cursor = None;
            return false;
        }
        if has_changed {
            // A catalogue that does not stand still is shown as it came, and asked for whole the next time.
            self.etag = None;
        }
        self.add(Some(asked), page);
        true
    }

    fn add(&mut self, asked: Option<&str>, page: CatalogPage) {
        self.pages += 1;
        let mut brought = 0;
        let mut is_full = false;
        for offer in self.trail.unseen(page.offers, |offer| offer.id.as_str()) {
            self.weight += offer.weight();
            if self.first.offers.len() == MOST_OFFERS || self.weight > MOST_WEIGHT {
                is_full = true;
                break;
            }
            self.first.offers.push(offer);
            brought += 1;
        }
        let next = self.trail.next(asked, brought, page.next_cursor);
        self.next_cursor = next.filter(|_| !is_full && self.pages < self.most_pages());
        if is_full {
            // What stands in the tag is more than what is kept.
            self.etag = None;
        }
    }

    /// How many pages the catalogue can have: its own number of offers says it, unless one page holds more.
    fn most_pages(&self) -> usize {
        match self.first.total {
            total if total >= self.page_size => (total.div_ceil(self.page_size) + MORE_PAGES).min(MOST_PAGES),
            _ => MOST_PAGES,
        }
    }
}

impl Data {
    /// The balance and everything else of the member is gone; the rules and terms stay.
    pub(crate) fn forget_member(&mut self) {
        *self = Self { terms: self.terms.take(), ..Self::default() };
    }

    /// The entitlement of an offer.
    pub fn entitlement_of(&self, offer: &crate::domain::OfferId) -> Option<&Entitlement> {
        self.entitlements.as_ref()?.iter().find(|entitlement| entitlement.offer_id == *offer)
    }
}
