//! `GET /v1/catalog` and `GET /v1/catalog/{id}`.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::problem::Reason;
use super::value::{Age, Amount, Id, Opaque, Percent, Prose, Roubles, Text, Time, Title, if_readable, list};
use crate::domain::{self, AfterPeriod, CategoryId, CategoryKind, OfferId, OfferKind, Validity};

/// Offers in one answer; a page holds at most 200, a stored catalogue all of them.
pub(crate) const MOST_OFFERS: usize = 2000;

#[derive(Serialize, Deserialize)]
pub(in crate::api) struct Page {
    version: Text<128>,
    total: u32,
    server_time: Time,
    #[serde(deserialize_with = "list::<_, _, 50>")]
    categories: Vec<Category>,
    #[serde(deserialize_with = "list::<_, _, MOST_OFFERS>")]
    offers: Vec<Offer>,
    #[serde(default)]
    next_cursor: Option<Opaque>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Category {
    id: Id,
    title: Title,
    #[serde(default)]
    kind: Text<32>,
    #[serde(default)]
    count: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::api) struct Offer {
    id: Id,
    category: Id,
    title: Title,
    #[serde(default)]
    kind: Text<32>,
    #[serde(default)]
    subtitle: Option<Title>,
    #[serde(default)]
    description: Option<Prose>,
    #[serde(default, deserialize_with = "if_readable")]
    year: Option<u16>,
    #[serde(default, deserialize_with = "if_readable")]
    director: Option<Title>,
    #[serde(default, deserialize_with = "if_readable")]
    duration_minutes: Option<u16>,
    #[serde(default)]
    age: Age,
    #[serde(default)]
    base_price: Option<Amount>,
    #[serde(default)]
    discount_percent: Percent,
    #[serde(default)]
    price: Option<Amount>,
    #[serde(default, deserialize_with = "if_readable")]
    validity: Option<WireValidity>,
    #[serde(default)]
    valid_until: Option<Time>,
    #[serde(default, deserialize_with = "if_readable")]
    after: Option<After>,
    #[serde(default, deserialize_with = "list::<_, _, 200>")]
    includes: Vec<Title>,
    #[serde(default, deserialize_with = "list::<_, _, 20>")]
    channels: Vec<Text<32>>,
    #[serde(default, deserialize_with = "list::<_, _, 20>")]
    requires: Vec<Id>,
    #[serde(default, deserialize_with = "if_readable")]
    quota_gb: Option<u32>,
    eligibility: Eligibility,
    #[serde(default)]
    active_until: Option<Time>,
    #[serde(default, deserialize_with = "if_readable")]
    image: Option<Id>,
}

/// For how long an option works; every kind on its own so that an unknown one can be told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum WireValidity {
    Hours { hours: u16 },
    Months { months: u16, from: MonthsFrom },
    Permanent,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MonthsFrom {
    Order,
    NextMonth,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum After {
    Ends,
    Paid { price_roubles: Roubles },
}

#[derive(Debug, Serialize, Deserialize)]
struct Eligibility {
    allowed: bool,
    #[serde(default, deserialize_with = "list::<_, _, 20>")]
    reasons: Vec<Reason>,
}

impl From<Page> for domain::CatalogPage {
    fn from(page: Page) -> Self {
        let count = page.offers.len();
        let mut seen = HashSet::new();
        let offers: Vec<_> = page
            .offers
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
            total: page.total as usize,
            categories: page
                .categories
                .into_iter()
                .filter(|category| seen.insert(category.id.0.clone()))
                .map(Into::into)
                .collect(),
            offers,
            next_cursor: page.next_cursor.map(|cursor| cursor.0),
            server_time: page.server_time.0,
        }
    }
}

impl From<&domain::CatalogPage> for Page {
    fn from(page: &domain::CatalogPage) -> Self {
        Self {
            version: Text(page.version.clone()),
            total: u32::try_from(page.total).unwrap_or(u32::MAX),
            server_time: Time(page.server_time),
            categories: page.categories.iter().map(Into::into).collect(),
            offers: page.offers.iter().map(|offer| offer.as_ref().into()).collect(),
            next_cursor: page.next_cursor.clone().map(Opaque),
        }
    }
}

impl From<Category> for domain::Category {
    fn from(category: Category) -> Self {
        Self {
            id: CategoryId::new(&category.id.0),
            title: category.title.0,
            kind: if category.kind.0 == "tv" { CategoryKind::Tv } else { CategoryKind::Other },
            count: category.count as usize,
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
            count: u32::try_from(category.count).unwrap_or(u32::MAX),
        }
    }
}

impl From<Offer> for domain::Offer {
    fn from(offer: Offer) -> Self {
        Self {
            id: OfferId::new(&offer.id.0),
            category: CategoryId::new(&offer.category.0),
            title: offer.title.0,
            kind: offer_kind(&offer.kind.0),
            subtitle: offer.subtitle.unwrap_or_default().0,
            description: offer.description.unwrap_or_default().0,
            year: offer.year,
            director: offer.director.map(|director| director.0),
            duration_minutes: offer.duration_minutes.map(u32::from),
            age: offer.age.0,
            base_price: offer.base_price.map(|price| price.0),
            discount_percent: offer.discount_percent.0,
            price: offer.price.map(|price| price.0),
            validity: offer.validity.map_or(Validity::Unknown, Into::into),
            valid_until: offer.valid_until.map(|at| at.0),
            after: offer.after.map_or(AfterPeriod::Unknown, Into::into),
            includes: offer.includes.into_iter().map(|item| item.0).collect(),
            is_orderable_here: offer.channels.iter().any(|channel| channel.0 == "box"),
            requires: offer.requires.iter().map(|id| OfferId::new(&id.0)).collect(),
            quota_gb: offer.quota_gb,
            eligibility: domain::Eligibility {
                is_allowed: offer.eligibility.allowed,
                reasons: offer.eligibility.reasons.into_iter().map(Into::into).collect(),
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
            category: Id(offer.category.as_str().to_owned()),
            title: Text(offer.title.clone()),
            kind: Text(offer_kind_code(offer.kind).to_owned()),
            subtitle: Some(Text(offer.subtitle.clone())),
            description: Some(Text(offer.description.clone())),
            year: offer.year,
            director: offer.director.clone().map(Text),
            duration_minutes: offer.duration_minutes.and_then(|minutes| u16::try_from(minutes).ok()),
            age: Age(offer.age),
            base_price: offer.base_price.map(Amount),
            discount_percent: Percent(offer.discount_percent),
            price: offer.price.map(Amount),
            validity: wire_validity(offer.validity),
            valid_until: offer.valid_until.map(Time),
            after: match offer.after {
                AfterPeriod::Ends => Some(After::Ends),
                AfterPeriod::Paid { roubles } => Some(After::Paid { price_roubles: Roubles(roubles) }),
                AfterPeriod::Unknown => None,
            },
            includes: offer.includes.iter().cloned().map(Text).collect(),
            channels: if offer.is_orderable_here { vec![Text("box".to_owned())] } else { Vec::new() },
            requires: offer.requires.iter().map(|id| Id(id.as_str().to_owned())).collect(),
            quota_gb: offer.quota_gb,
            eligibility: Eligibility {
                allowed: offer.eligibility.is_allowed,
                reasons: offer.eligibility.reasons.iter().map(Into::into).collect(),
            },
            active_until: offer.active_until.map(Time),
            image: offer.image.clone().map(Id),
        }
    }
}

impl From<WireValidity> for Validity {
    fn from(validity: WireValidity) -> Self {
        match validity {
            WireValidity::Hours { hours } => Self::Hours(hours.into()),
            WireValidity::Months { months, from: MonthsFrom::Order } => Self::MonthsFromOrder(months.into()),
            WireValidity::Months { months, from: MonthsFrom::NextMonth } => Self::MonthsFromNext(months.into()),
            WireValidity::Permanent => Self::Permanent,
        }
    }
}

fn wire_validity(validity: Validity) -> Option<WireValidity> {
    let short = |number: u32| u16::try_from(number).ok();
    match validity {
        Validity::Hours(hours) => Some(WireValidity::Hours { hours: short(hours)? }),
        Validity::MonthsFromOrder(months) => {
            Some(WireValidity::Months { months: short(months)?, from: MonthsFrom::Order })
        }
        Validity::MonthsFromNext(months) => {
            Some(WireValidity::Months { months: short(months)?, from: MonthsFrom::NextMonth })
        }
        Validity::Permanent => Some(WireValidity::Permanent),
        Validity::Unknown => None,
    }
}

impl From<After> for AfterPeriod {
    fn from(after: After) -> Self {
        match after {
            After::Ends => Self::Ends,
            After::Paid { price_roubles } => Self::Paid { roubles: price_roubles.0 },
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
