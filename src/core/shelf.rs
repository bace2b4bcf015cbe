//! The catalogue as it is browsed: sections in display order, found once per change.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::{AdultOffers, Catalog, CategoryId, CategoryKind, Offer, OfferId, OfferKind};

/// Names a section.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectionKey {
    /// A category of TV options.
    Category(CategoryId),
    /// Everything else: «Другие награды».
    OtherRewards,
}

/// A section of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Which one.
    pub key: SectionKey,
    /// Its title, as the operator calls it; empty for «Другие награды».
    pub title: String,
    /// Its offers, as indices into the catalogue.
    pub offers: Vec<usize>,
    /// Whether its cards are upright posters.
    pub has_posters: bool,
    /// Whether all of it is for adults, so that it stays out of the home screen.
    pub is_adult: bool,
}

/// The catalogue with its index.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shelf {
    catalog: Arc<Catalog>,
    sections: Vec<Section>,
    by_id: HashMap<OfferId, usize>,
    ends: Vec<DateTime<Utc>>,
}

impl Shelf {
    /// Indexes a catalogue. What is hidden stands in no section, but is found by its id: the member may have it.
    pub fn new(catalog: impl Into<Arc<Catalog>>, adults: AdultOffers) -> Self {
        let catalog = catalog.into();
        let mut sections: Vec<Section> = Vec::new();
        let mut by_category: HashMap<&CategoryId, Vec<usize>> = HashMap::new();
        let is_browsed = |offer: &Offer| adults == AdultOffers::Shown || !offer.is_adult();
        for (index, offer) in catalog.offers.iter().enumerate().filter(|(_, offer)| is_browsed(offer)) {
            by_category.entry(&offer.category).or_default().push(index);
        }
        let mut others = Vec::new();
        for category in &catalog.categories {
            let offers = by_category.remove(&category.id).unwrap_or_default();
            match category.kind {
                CategoryKind::Tv => sections.push(Section {
                    key: SectionKey::Category(category.id.clone()),
                    title: category.title.clone(),
                    has_posters: has_posters(&catalog, &offers),
                    is_adult: !offers.is_empty()
                        && offers.iter().filter_map(|at| catalog.offers.get(*at)).all(|offer| offer.is_adult()),
                    offers,
                }),
                CategoryKind::Other => others.extend(offers),
            }
        }
        // An offer whose category the server did not list is still for sale.
        let mut unlisted: Vec<usize> = by_category.into_values().flatten().collect();
        unlisted.sort_unstable();
        others.extend(unlisted);
        if !others.is_empty() {
            sections.push(Section {
                key: SectionKey::OtherRewards,
                title: String::new(),
                has_posters: false,
                is_adult: false,
                offers: others,
            });
        }
        sections.retain(|section| !section.offers.is_empty());
        let by_id = catalog.offers.iter().enumerate().map(|(index, offer)| (offer.id.clone(), index)).collect();
        let mut ends: Vec<_> = catalog.offers.iter().filter_map(|offer| offer.active_until).collect();
        ends.sort_unstable();
        Self { catalog, sections, by_id, ends }
    }

    /// The sections in display order; none is empty.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The section with this key.
    pub fn section(&self, key: &SectionKey) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == *key)
    }

    /// The offer with this id.
    pub fn offer(&self, id: &OfferId) -> Option<&Arc<Offer>> {
        self.by_id.get(id).and_then(|index| self.catalog.offers.get(*index))
    }

    /// The offer at this place of a section.
    pub fn offer_in(&self, section: &Section, place: usize) -> Option<&Arc<Offer>> {
        section.offers.get(place).and_then(|index| self.catalog.offers.get(*index))
    }

    /// The ids of a section in order.
    pub fn ids(&self, section: &Section) -> Vec<OfferId> {
        section.offers.iter().filter_map(|at| self.catalog.offers.get(*at)).map(|offer| offer.id.clone()).collect()
    }

    /// The first end after `from` of an offer that the member has already.
    pub(crate) fn next_end(&self, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.ends.get(self.ends.partition_point(|at| *at <= from)).copied()
    }

    /// The catalogue itself.
    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.catalog.offers.is_empty()
    }
}

/// Films have upright posters; a section of mixed kinds lies.
fn has_posters(catalog: &Catalog, offers: &[usize]) -> bool {
    !offers.is_empty()
        && offers.iter().filter_map(|at| catalog.offers.get(*at)).all(|offer| offer.kind == OfferKind::Film)
}
