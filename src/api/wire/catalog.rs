//! `GET /v1/catalog` and `GET /v1/catalog/{id}`.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;

use super::problem::Reason;
use super::serial::{Episode, MOST_EPISODES, episodes};
use super::value::{Age, Amount, Cursor, Flag, Id, Int, List, Percent, Prose, Roubles, Text, Time, Title, object};
use crate::domain::{self, AfterPeriod, CategoryId, CategoryKind, OfferId, OfferKind, Validity};

/// Offers in one answer; a page holds at most 200, a stored catalogue all of them.
pub(crate) const MOST_OFFERS: usize = 2000;

object! {
    #[derive(Serialize)]
    pub(in crate::api) struct Page {
        needed {
            // Without it any answer in JSON would be an empty catalogue.
            offers: List<Offer, MOST_OFFERS>,
        }
        version: Text<128>,
        total: Int<u32>,
        server_time: Option<Time>,
        categories: List<Category, 50>,
        next_cursor: Option<Cursor>,
    }
}

object! {
    #[derive(Debug, Serialize)]
    struct Category {
        needed {
            id: Id,
        }
        title: Title,
        kind: Text<32>,
        count: Int<u32>,
    }
}

object! {
    #[derive(Debug, Serialize)]
    pub(in crate::api) struct Offer {
        needed {
            id: Id,
            // An offer may have none. One that cannot be read decides about points.
            price: Option<Amount>,
        }
        category: Option<Id>,
        title: Title,
        kind: Text<32>,
        subtitle: Title,
        description: Prose,
        year: Option<Int<u16>>,
        director: Option<Title>,
        duration_minutes: Option<Int<u16>>,
        age: Age,
        base_price: Option<Amount>,
        discount_percent: Percent,
        validity: WireValidity,
        valid_until: Option<Time>,
        after: After,
        includes: List<Title, 200>,
        episodes: List<Episode, MOST_EPISODES>,
        channels: List<Text<32>, 20>,
        requires: List<Id, 20>,
        quota_gb: Option<Int<u32>>,
        eligibility: Eligibility,
        active_until: Option<Time>,
        image: Option<Id>,
    }
}

object! {
    /// For how long an option works.
    #[derive(Debug, Default, Serialize)]
    struct WireValidity {
        needed {}
        kind: Text<32>,
        hours: Option<Int<u16>>,
        months: Option<Int<u16>>,
        from: Text<32>,
    }
}

object! {
    /// What happens afterwards.
    #[derive(Debug, Default, Serialize)]
    struct After {
        needed {}
        kind: Text<32>,
        price_roubles: Option<Roubles>,
    }
}

object! {
    #[derive(Debug, Default, Serialize)]
    struct Eligibility {
        needed {}
        allowed: Option<Flag>,
        reasons: List<Reason, 20>,
    }
}

impl From<Page> for domain::CatalogPage {
    fn from(page: Page) -> Self {
        let count = page.offers.0.len();
        let mut seen = HashSet::new();
        let offers: Vec<_> = page
            .offers
            .0
            .into_iter()
            .filter(|offer| seen.insert(offer.id.0.clone()))
            .map(|offer| Arc::new(offer.into()))
            .collect();
        if offers.len() < count {
            tracing::warn!(dropped = count - offers.len(), "offers appear twice in a page");
        }
        let mut seen = HashSet::new();
        Self {
            version: page.version.0,
            total: page.total.0 as usize,
            categories: page
                .categories
                .0
                .into_iter()
                .filter(|category| seen.insert(category.id.0.clone()))
                .map(Into::into)
                .collect(),
            offers,
            next_cursor: page.next_cursor.map(|cursor| cursor.0),
            server_time: page.server_time.map(|at| at.0),
        }
    }
}

impl From<&domain::CatalogPage> for Page {
    fn from(page: &domain::CatalogPage) -> Self {
        Self {
            version: Text(page.version.clone()),
            total: Int(u32::try_from(page.total).unwrap_or(u32::MAX)),
            server_time: page.server_time.map(Time),
            categories: page.categories.iter().map(Into::into).collect(),
            offers: page.offers.iter().map(|offer| offer.as_ref().into()).collect(),
            next_cursor: page.next_cursor.clone().map(Cursor),
        }
    }
}

impl From<Category> for domain::Category {
    fn from(category: Category) -> Self {
        Self {
            id: CategoryId::new(&category.id.0),
            title: category.title.0,
            kind: if category.kind.0 == "tv" { CategoryKind::Tv } else { CategoryKind::Other },
            count: category.count.0 as usize,
        }
    }
}

impl From<&domain::Category> for Category {
    fn from(category: &domain::Category) -> Self {
        let kind = match category.kind {
            CategoryKind::Tv => "tv",
            CategoryKind::Other => "other",
        };
        Self {
            id: Id(category.id.as_str().to_owned()),
            title: Text(category.title.clone()),
            kind: Text(kind.to_owned()),
            count: Int(u32::try_from(category.count).unwrap_or(u32::MAX)),
        }
    }
}

impl From<Offer> for domain::Offer {
    fn from(offer: Offer) -> Self {
        Self {
            id: OfferId::new(&offer.id.0),
            category: CategoryId::new(&Id::or_empty(offer.category)),
            title: offer.title.0,
            kind: offer_kind(&offer.kind.0),
            subtitle: offer.subtitle.0,
            description: offer.description.0,
            year: offer.year.map(|year| year.0),
            director: offer.director.map(|director| director.0),
            duration_minutes: offer.duration_minutes.map(|minutes| minutes.0.into()),
            age: offer.age.0,
            base_price: offer.base_price.map(|price| price.0),
            discount_percent: offer.discount_percent.0,
            price: offer.price.map(|price| price.0),
            validity: offer.validity.into(),
            valid_until: offer.valid_until.map(|at| at.0),
            after: offer.after.into(),
            includes: offer.includes.into_domain(|item| item.0),
            episodes: episodes(offer.episodes),
            is_orderable_here: offer.channels.0.iter().any(|channel| channel.0 == "box"),
            requires: offer.requires.into_domain(|id| OfferId::new(&id.0)),
            quota_gb: offer.quota_gb.map(|size| size.0),
            eligibility: domain::Eligibility {
                // Without an answer or a reason, the server decides when the order comes.
                is_allowed: offer.eligibility.allowed.map_or(offer.eligibility.reasons.0.is_empty(), |flag| flag.0),
                reasons: offer.eligibility.reasons.into_domain(Into::into),
            },
            active_until: offer.active_until.map(|at| at.0),
            image: offer.image.map(|id| id.0),
        }
    }
}

impl From<&domain::Offer> for Offer {
    fn from(offer: &domain::Offer) -> Self {
        Self {
            id: Id(offer.id.as_str().to_owned()),
            category: Id::of(offer.category.as_str()),
            title: Text(offer.title.clone()),
            kind: Text(offer_kind_code(offer.kind).to_owned()),
            subtitle: Text(offer.subtitle.clone()),
            description: Text(offer.description.clone()),
            year: offer.year.map(Int),
            director: offer.director.clone().map(Text),
            duration_minutes: offer.duration_minutes.and_then(|minutes| u16::try_from(minutes).ok()).map(Int),
            age: Age(offer.age),
            base_price: offer.base_price.map(Amount),
            discount_percent: Percent(offer.discount_percent),
            price: offer.price.map(Amount),
            validity: wire_validity(offer.validity),
            valid_until: offer.valid_until.map(Time),
            after: match offer.after {
                AfterPeriod::Ends => After { kind: Text("ends".to_owned()), price_roubles: None },
                AfterPeriod::Paid { roubles } => {
                    After { kind: Text("paid".to_owned()), price_roubles: Some(Roubles(roubles)) }
                }
                AfterPeriod::Unknown => After::default(),
            },
            includes: offer.includes.iter().cloned().map(Text).collect(),
            episodes: offer.episodes.iter().map(Into::into).collect(),
            channels: offer.is_orderable_here.then(|| Text("box".to_owned())).into_iter().collect(),
            requires: offer.requires.iter().map(|id| Id(id.as_str().to_owned())).collect(),
            quota_gb: offer.quota_gb.map(Int),
            eligibility: Eligibility {
                allowed: Some(Flag(offer.eligibility.is_allowed)),
                reasons: offer.eligibility.reasons.iter().map(Into::into).collect(),
            },
            active_until: offer.active_until.map(Time),
            image: offer.image.clone().map(Id),
        }
    }
}

impl From<WireValidity> for Validity {
    fn from(validity: WireValidity) -> Self {
        let number = |number: Option<Int<u16>>| number.map(|number| u32::from(number.0));
        match (validity.kind.0.as_str(), number(validity.hours), number(validity.months)) {
            ("hours", Some(hours), _) => Self::Hours(hours),
            ("months", _, Some(months)) if validity.from.0 == "order" => Self::MonthsFromOrder(months),
            ("months", _, Some(months)) if validity.from.0 == "next_month" => Self::MonthsFromNext(months),
            ("permanent", _, _) => Self::Permanent,
            _ => Self::Unknown,
        }
    }
}

fn wire_validity(validity: Validity) -> WireValidity {
    let short = |number: u32| u16::try_from(number).ok().map(Int);
    let of = |kind: &str| WireValidity { kind: Text(kind.to_owned()), ..WireValidity::default() };
    let months =
        |months: u32, from: &str| WireValidity { months: short(months), from: Text(from.to_owned()), ..of("months") };
    match validity {
        Validity::Hours(hours) => WireValidity { hours: short(hours), ..of("hours") },
        Validity::MonthsFromOrder(number) => months(number, "order"),
        Validity::MonthsFromNext(number) => months(number, "next_month"),
        Validity::Permanent => of("permanent"),
        Validity::Unknown => WireValidity::default(),
    }
}

impl From<After> for AfterPeriod {
    fn from(after: After) -> Self {
        match (after.kind.0.as_str(), after.price_roubles) {
            ("ends", _) => Self::Ends,
            // A price says it by itself.
            (_, Some(price)) => Self::Paid { roubles: price.0 },
            _ => Self::Unknown,
        }
    }
}

/// The kind with this code.
pub(super) fn offer_kind(code: &str) -> OfferKind {
    match code {
        "film" => OfferKind::Film,
        "package" => OfferKind::Package,
        "subscription" => OfferKind::Subscription,
        "service" => OfferKind::Service,
        "quota" => OfferKind::Quota,
        _ => OfferKind::Other,
    }
}

/// The code of a kind.
pub(super) fn offer_kind_code(kind: OfferKind) -> &'static str {
    match kind {
        OfferKind::Film => "film",
        OfferKind::Package => "package",
        OfferKind::Subscription => "subscription",
        OfferKind::Service => "service",
        OfferKind::Quota => "quota",
        OfferKind::Other => "other",
    }
}
