//! What is known of the member and the programme, and how fresh it is.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{Account, CatalogPage, EarningRules, Entitlement, Exchange, LedgerEntry, Terms};

use super::shelf::Shelf;

/// Everything that came from the bonus API.
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
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next_cursor: None, is_loaded: false }
    }
}

/// The most rows of a history the box keeps.
const MOST_ROWS: usize = 5_000;

impl<T> Paged<T> {
    /// Adds a page: the first replaces what was there.
    pub(crate) fn take(&mut self, asked: Option<&str>, items: Vec<T>, next_cursor: Option<String>) {
        if asked.is_none() {
            self.items = items;
        } else if self.next_cursor.as_deref() == asked {
            self.items.extend(items);
        } else {
            return;
        }
        self.is_loaded = true;
        // A cursor that leads back to itself would be asked for ever.
        self.next_cursor = next_cursor.filter(|next| asked != Some(next) && self.items.len() < MOST_ROWS);
    }
}

/// A catalogue that arrives page by page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Incoming {
    pub(crate) first: CatalogPage,
    pub(crate) etag: Option<String>,
    pub(crate) pages: usize,
    pub(crate) next_cursor: Option<String>,
    /// Offers that are shown already; `None` while an older catalogue is shown.
    pub(crate) shown: Option<usize>,
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
