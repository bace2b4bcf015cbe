//! The catalogue a member sees: the seed's price list of a region, all of it on the box, nothing, or
//! generated offers.
//!
//! A shelf is built once per region, choice and language; prices and eligibility are added per member.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::http::problem::Problem;
use crate::http::wire::{EligibilityBody, EpisodeBody, OfferBody};
use crate::randomness::hash_text;
use crate::rules::exchange::{Situation, Wish, active, decide};
use crate::rules::offer::{After, Channel, Episode, From, Kind, Offer, PromoCode, Repeat, Validity};
use crate::rules::price::discounted;
use crate::seed::{self, CategoryKind, Seed, SeedEpisode, SeedOffer};
use crate::state::MemberScope;
use crate::values::{OfferId, Points};

/// The languages of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Language {
    /// Russian, unless asked otherwise.
    #[default]
    Russian,
    /// English, where the data have it.
    English,
}

/// Which catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ShelfChoice {
    region: String,
    content: String,
    language: Language,
}

/// A catalogue, the same for everyone in a region.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) categories: Vec<Category>,
    pub(crate) offers: Vec<Offer>,
    /// A hash of everything on the shelf.
    digest: String,
    /// How often the eligibility of an offer was computed.
    #[cfg(test)]
    pub(crate) judgements: std::sync::atomic::AtomicUsize,
}

/// A category in display order.
#[derive(Debug)]
pub(crate) struct Category {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) kind: CategoryKind,
    /// How many offers of it are on the shelf.
    pub(crate) count: usize,
}

impl Language {
    /// The text in this language.
    pub(crate) fn choose<T>(self, russian: T, english: T) -> T {
        match self {
            Self::Russian => russian,
            Self::English => english,
        }
    }
}

impl MemberScope<'_> {
    /// The member's catalogue in a language.
    pub(crate) fn shelf(&self, language: Language) -> Arc<Shelf> {
        let (region, content) = (self.account.region.clone(), self.account.catalogue.clone());
        self.sandbox.shelf(&ShelfChoice { region, content, language })
    }
}

impl Shelf {
    /// Fills a shelf.
    pub(crate) fn new(seed: &Seed, choice: &ShelfChoice) -> Self {
        let mut all: Vec<Offer> =
            seed.offers_in(&choice.region).map(|offer| from_seed(offer, &choice.region, choice.language)).collect();
        exclude_both_ways(&mut all);
        let offers = match choice.content.split_once(':') {
            Some(("generated", count)) => generated(&all, count.parse().unwrap_or(0)),
            Some(_) | None if choice.content == "empty" => Vec::new(),
            Some(_) | None if choice.content == "all-on-box" => all.into_iter().map(on_the_box).collect(),
            Some(_) | None => all,
        };
        let categories: Vec<Category> = seed
            .categories
            .iter()
            .map(|category| Category {
                count: offers.iter().filter(|offer: &&Offer| offer.category == category.id).count(),
                id: category.id.clone(),
                title: choice.language.choose(&category.title, &category.title_en).clone(),
                kind: category.kind,
            })
            .collect();
        let digest = hash_text(&[format!("{categories:?} {offers:?}").as_bytes()]);
        Self {
            categories,
            offers,
            digest,
            #[cfg(test)]
            judgements: Default::default(),
        }
    }

    /// The offer with this identifier.
    pub(crate) fn find(&self, id: &OfferId) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.id == *id)
    }

    /// What an offer is called, or its identifier where it is not on the shelf.
    pub(crate) fn title(&self, id: &OfferId) -> String {
        self.title_or(id, id.as_str())
    }

    /// What an offer is called, or what it was called before it left the shelf.
    pub(crate) fn title_or(&self, id: &OfferId, stored: &str) -> String {
        self.find(id).map_or(stored, |offer| &offer.title).to_owned()
    }
}

/// The version of a member's catalogue: it changes with the shelf, with the facts about the member that decide prices
/// and eligibility, and with the subscriber's day. It is computed without a look at the offers.
///
/// Until when an order made now would last moves with the clock. Its day is in the version, so that no kept page
/// promises an end of another day; its time of day stays out, else every version would be old after a millisecond.
pub(crate) fn version(situation: &Situation, shelf: &Shelf) -> String {
    let day = situation.now.with_timezone(&situation.zone).date_naive();
    let timeless = Situation { now: DateTime::UNIX_EPOCH, ..situation.clone() };
    let inputs = format!("{} {day} {timeless:?}", shelf.digest);
    hash_text(&[inputs.as_bytes()]).chars().take(16).collect()
}

fn eligibility(situation: &Situation, shelf: &Shelf, offer: &Offer) -> EligibilityBody {
    #[cfg(test)]
    shelf.judgements.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let expected = offer.base_price.map(|base| discounted(base, situation.discount_percent)).unwrap_or(Points::ZERO);
    let wish = Wish { id: offer.id.clone(), offer: Some(offer), expected };
    match decide(situation, &[wish]) {
        Ok(_) => EligibilityBody { allowed: true, reasons: Vec::new() },
        Err(reasons) => EligibilityBody {
            allowed: false,
            reasons: reasons.iter().map(|reason| Problem::reason(reason, shelf)).collect(),
        },
    }
}

fn active_until(situation: &Situation, offer: &Offer) -> Option<DateTime<Utc>> {
    active(situation, &offer.id).and_then(|holding| holding.until)
}

/// One offer as a member sees it.
pub(crate) fn for_member(situation: &Situation, shelf: &Shelf, offer: &Offer) -> OfferBody {
    let price = offer.base_price.map(|base| discounted(base, situation.discount_percent));
    OfferBody {
        id: offer.id.clone(),
        category: offer.category.clone(),
        title: offer.title.clone(),
        kind: offer.kind,
        subtitle: offer.subtitle.clone(),
        description: offer.description.clone(),
        year: offer.year,
        director: offer.director.clone(),
        duration_minutes: offer.duration_minutes,
        age: offer.age,
        base_price: offer.base_price.map(Points::get),
        discount_percent: situation.discount_percent,
        price: price.map(Points::get),
        validity: offer.validity,
        valid_until: offer.validity.period(situation.now, situation.zone).until,
        after: offer.after,
        includes: offer.includes.clone(),
        channels: offer.channels.clone(),
        requires: offer.requires.clone(),
        excludes: offer.excludes.clone(),
        episodes: offer.episodes.iter().map(EpisodeBody::from).collect(),
        quota_gb: offer.quota_gb,
        eligibility: eligibility(situation, shelf, offer),
        active_until: active_until(situation, offer),
        image: offer.image.clone(),
    }
}

fn from_seed(offer: &SeedOffer, region: &str, language: Language) -> Offer {
    let text = |russian: &String, english: &Option<String>| match language {
        Language::Russian => russian.clone(),
        Language::English => english.clone().unwrap_or_else(|| russian.clone()),
    };
    let director = match language {
        Language::Russian => offer.director.clone(),
        Language::English => offer.director_en.clone().or_else(|| offer.director.clone()),
    };
    let includes = match language {
        Language::English if !offer.includes_en.is_empty() => offer.includes_en.clone(),
        Language::English | Language::Russian => offer.includes.clone(),
    };
    Offer {
        id: OfferId::new(&offer.id),
        category: offer.category.clone(),
        title: text(&offer.title, &offer.title_en),
        kind: kind(offer.kind),
        subtitle: text(&offer.subtitle, &offer.subtitle_en),
        description: text(&offer.description, &offer.description_en),
        year: offer.year,
        director,
        duration_minutes: offer.duration_minutes,
        age: offer.age,
        base_price: offer.price_in(region).and_then(|price| Points::new(i64::from(price))),
        validity: match offer.validity {
            seed::Validity::Hours { hours } => Validity::Hours { hours },
            seed::Validity::Months { months, from: seed::MonthsFrom::Order } => {
                Validity::Months { months, from: From::Order }
            }
            seed::Validity::Months { months, from: seed::MonthsFrom::NextMonth } => {
                Validity::Months { months, from: From::NextMonth }
            }
            seed::Validity::Permanent => Validity::Permanent,
        },
        after: match offer.after {
            seed::After::Ends => After::Ends,
            seed::After::Paid { price_roubles } => After::Paid { price_roubles },
        },
        includes,
        channels: offer.channels.iter().copied().map(channel).collect(),
        requires: offer.requires.iter().map(OfferId::new).collect(),
        excludes: offer.excludes.iter().map(OfferId::new).collect(),
        repeat: if offer.once { Repeat::Once } else { Repeat::WhenEnded },
        promo_code: if offer.promo_code { PromoCode::Given } else { PromoCode::None },
        episodes: offer.episodes.iter().map(|one| episode(one, language)).collect(),
        quota_gb: offer.quota_gb,
        service: offer.connected_service.clone(),
        image: Some(offer.image.clone()),
    }
}

pub(crate) fn episode(episode: &SeedEpisode, language: Language) -> Episode {
    let title = language.choose(&episode.title, episode.title_en.as_ref().unwrap_or(&episode.title));
    Episode { id: episode.id.clone(), title: title.clone(), duration_minutes: episode.duration_minutes }
}

fn kind(kind: seed::OfferKind) -> Kind {
    match kind {
        seed::OfferKind::Film => Kind::Film,
        seed::OfferKind::Package => Kind::Package,
        seed::OfferKind::Subscription => Kind::Subscription,
        seed::OfferKind::Service => Kind::Service,
        seed::OfferKind::Quota => Kind::Quota,
        seed::OfferKind::Discount => Kind::Discount,
        seed::OfferKind::Software => Kind::Software,
        seed::OfferKind::Phone => Kind::Phone,
        seed::OfferKind::Partner => Kind::Partner,
    }
}

fn channel(channel: seed::Channel) -> Channel {
    match channel {
        seed::Channel::Box => Channel::Box,
        seed::Channel::Web => Channel::Web,
        seed::Channel::App => Channel::App,
        seed::Channel::Phone => Channel::Phone,
    }
}

// The data name an exclusion once, but it holds in both directions.
fn exclude_both_ways(offers: &mut [Offer]) {
    let named: Vec<(OfferId, OfferId)> = offers
        .iter()
        .flat_map(|offer| offer.excludes.iter().map(|excluded| (offer.id.clone(), excluded.clone())))
        .collect();
    for (excluding, excluded) in named {
        let other = offers.iter_mut().find(|offer| offer.id == excluded && !offer.excludes.contains(&excluding));
        if let Some(other) = other {
            other.excludes.push(excluding);
        }
    }
}

// The day on which the operator opens the other rewards to the box.
fn on_the_box(mut offer: Offer) -> Offer {
    if offer.base_price.is_some() && !offer.channels.contains(&Channel::Box) {
        offer.channels.insert(0, Channel::Box);
    }
    offer
}

// Films repeated under numbered names until there are enough, for tests of long lists.
fn generated(all: &[Offer], count: usize) -> Vec<Offer> {
    let films: Vec<&Offer> = all.iter().filter(|offer| offer.kind == Kind::Film && offer.episodes.is_empty()).collect();
    (1..=count)
        .zip(films.into_iter().cycle())
        .map(|(number, film)| Offer {
            id: OfferId::new(format!("generated-{number:05}")),
            title: format!("{} — {number}", film.title),
            base_price: i64::try_from(number % 10).ok().and_then(|step| Points::new(800 + 50 * step)),
            image: Some(format!("generated-{number:05}")),
            ..film.clone()
        })
        .collect()
}
