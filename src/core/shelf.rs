//! The catalogue as it is browsed: sections in display order, found once per change.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::domain::{AdultOffers, Catalog, CategoryId, CategoryKind, Offer, OfferId, OfferKind};

use super::places::layout;

/// Names a section.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectionKey {
    /// What the member's points are enough for, of every category: «Хватает баллов».
    Affordable,
    /// A category of TV options.
    Category(CategoryId),
    /// The categories that would each fill less than a row, together: «Услуги и подписки».
    Small,
    /// Everything else: «Другие награды».
    OtherRewards,
    /// What a search has found: the shelf holds no such section.
    Found,
}

/// A section of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Which one.
    pub key: SectionKey,
    /// Its title, as the operator calls it; empty where the section is no category.
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
        let mut sections = Vec::new();
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
        sections.retain(|section| !section.offers.is_empty());
        // Films are what most come for; the rest keeps the operator's order.
        sections.sort_by_key(|section| !section.has_posters || section.is_adult);
        let mut sections = join_small(sections);
        // An offer whose category the server did not list is still for sale.
        let mut unlisted: Vec<usize> = by_category.into_values().flatten().collect();
        unlisted.sort_unstable();
        others.extend(unlisted);
        if !others.is_empty() {
            sections.push(untitled(SectionKey::OtherRewards, others));
        }
        let affordable = affordable(&catalog, &sections);
        if !affordable.is_empty() {
            sections.insert(0, untitled(SectionKey::Affordable, affordable));
        }
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

    /// These offers as a section of their own, which is none of the sections.
    pub(crate) fn section_of(&self, offers: Vec<usize>) -> Section {
        let has_posters = has_posters(&self.catalog, &offers);
        Section { has_posters, ..untitled(SectionKey::Found, offers) }
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

/// A section that our own words name, of offers of mixed kinds.
fn untitled(key: SectionKey, offers: Vec<usize>) -> Section {
    Section { key, title: String::new(), has_posters: false, is_adult: false, offers }
}

/// Whether a category fills less than a row of tiles.
fn is_small(section: &Section) -> bool {
    section.offers.len() < layout::TILES && !section.has_posters && !section.is_adult
}

/// Puts the small categories together where the first of them stands; one alone stays what it is.
fn join_small(sections: Vec<Section>) -> Vec<Section> {
    let Some(at) = sections.iter().position(is_small) else { return sections };
    let (small, mut joined): (Vec<_>, Vec<_>) = sections.iter().cloned().partition(is_small);
    if small.len() < 2 {
        return sections;
    }
    let offers = small.into_iter().flat_map(|section| section.offers).collect();
    joined.insert(at, untitled(SectionKey::Small, offers));
    joined
}

/// What the member can have at once, a round of the sections at a time, so that the first cards show every kind.
fn affordable(catalog: &Catalog, sections: &[Section]) -> Vec<usize> {
    let is_affordable = |at: &usize| {
        catalog.offers.get(*at).is_some_and(|offer| {
            offer.eligibility.is_allowed && offer.is_orderable_here && offer.price.is_some() && !offer.is_adult()
        })
    };
    let mut rounds: Vec<(usize, usize)> =
        sections.iter().flat_map(|section| section.offers.iter().copied().filter(is_affordable).enumerate()).collect();
    // Stable: within a round the sections keep their order.
    rounds.sort_by_key(|(round, _)| *round);
    rounds.into_iter().map(|(_, at)| at).collect()
}
