//! The seed files as they are written: names, embedded text, and entries with defaults left out.
//!
//! Turns them into [`Seed`]; what may stand in a field is `validate`'s subject.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    After, Category, Channel, EarningRule, OfferKind, Region, Seed, SeedEpisode, SeedError, SeedOffer, StatusRule,
    Terms, Validity, validate,
};
use crate::artwork::ArtSpec;

/// A seed file and its embedded text.
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
}

macro_rules! file {
    ($name:literal) => {
        File { name: $name, text: include_str!(concat!("../../../assets/sandbox/", $name)) }
    };
}

pub(super) const REGIONS: File = file!("regions.toml");
pub(super) const CATEGORIES: File = file!("categories.toml");
pub(super) const STATUSES: File = file!("statuses.toml");
pub(super) const EARNING: File = file!("earning.toml");
pub(super) const TERMS: File = file!("terms.toml");
/// Files with offers; the order of entries is their rank within a category.
pub(super) const OFFERS: [File; 6] = [
    file!("services.toml"),
    file!("films-soviet.toml"),
    file!("films-world.toml"),
    file!("packages.toml"),
    file!("quota.toml"),
    file!("other.toml"),
];

/// Reads every file through `text`, checks all of them and joins them.
pub(super) fn read_with(text: impl Fn(&File) -> Result<String, SeedError>) -> Result<Seed, SeedError> {
    let regions: Regions = parse(&REGIONS, &text)?;
    let categories: Categories = parse(&CATEGORIES, &text)?;
    let statuses: Statuses = parse(&STATUSES, &text)?;
    let earning: Earning = parse(&EARNING, &text)?;
    let terms: Terms = parse(&TERMS, &text)?;

    let mut offers = Vec::new();
    for file in &OFFERS {
        let parsed: Offers = parse(file, &text)?;
        let defaults = parsed.defaults;
        offers.extend(parsed.offer.into_iter().map(|entry| (file.name, entry.or(&defaults))));
    }
    let faults =
        validate::faults(&regions.region, &categories.category, &offers, &statuses.status, &earning.rule, &terms);
    if !faults.is_empty() {
        return Err(SeedError::Invalid(faults));
    }

    let rank = |id: &str| categories.category.iter().position(|category| category.id == id);
    let mut offers: Vec<SeedOffer> = offers.into_iter().map(|(_, entry)| entry.into_offer()).collect();
    offers.sort_by_key(|offer| rank(&offer.category));
    Ok(Seed {
        regions: regions.region,
        categories: categories.category,
        offers,
        statuses: statuses.status,
        earning_rules: earning.rule,
        terms,
    })
}

fn parse<T: DeserializeOwned>(file: &File, text: &impl Fn(&File) -> Result<String, SeedError>) -> Result<T, SeedError> {
    toml::from_str(&text(file)?)
        .map_err(|source| SeedError::Parse { file: file.name.to_owned(), source: Box::new(source) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Regions {
    region: Vec<Region>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Categories {
    category: Vec<Category>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statuses {
    status: Vec<StatusRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Earning {
    rule: Vec<EarningRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offers {
    #[serde(default)]
    defaults: Defaults,
    offer: Vec<Entry>,
}

/// What the entries of one file share unless they say otherwise.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    category: Option<String>,
    kind: Option<OfferKind>,
    age: Option<u8>,
    base_price: Option<u32>,
    validity: Option<Validity>,
    after: Option<After>,
    channels: Option<Vec<Channel>>,
    requires: Option<Vec<String>>,
    connected_service: Option<String>,
    once: Option<bool>,
    promo_code: Option<bool>,
    regions: Option<Vec<String>>,
}

/// An offer as written. Fields that `Defaults` may supply are optional here and checked by `validate`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) category: Option<String>,
    pub(super) kind: Option<OfferKind>,
    pub(super) title: String,
    pub(super) title_en: Option<String>,
    pub(super) subtitle: Option<String>,
    pub(super) subtitle_en: Option<String>,
    pub(super) description: String,
    pub(super) description_en: Option<String>,
    /// Where a film was made; part of its subtitle.
    pub(super) country: Option<String>,
    pub(super) country_en: Option<String>,
    pub(super) year: Option<u16>,
    pub(super) director: Option<String>,
    pub(super) director_en: Option<String>,
    pub(super) duration_minutes: Option<u32>,
    pub(super) age: Option<u8>,
    pub(super) base_price: Option<u32>,
    pub(super) validity: Option<Validity>,
    pub(super) after: Option<After>,
    #[serde(default)]
    pub(super) includes: Vec<String>,
    #[serde(default)]
    pub(super) includes_en: Vec<String>,
    pub(super) channels: Option<Vec<Channel>>,
    pub(super) requires: Option<Vec<String>>,
    #[serde(default)]
    pub(super) excludes: Vec<String>,
    pub(super) connected_service: Option<String>,
    pub(super) once: Option<bool>,
    pub(super) promo_code: Option<bool>,
    #[serde(default, rename = "episode")]
    pub(super) episodes: Vec<SeedEpisode>,
    pub(super) quota_gb: Option<u32>,
    pub(super) image: Option<String>,
    pub(super) art: ArtSpec,
    pub(super) regions: Option<Vec<String>>,
    /// Prices of regions that differ from `base_price`.
    #[serde(default)]
    pub(super) regional_prices: BTreeMap<String, u32>,
}

impl Entry {
    fn or(mut self, defaults: &Defaults) -> Self {
        self.category = self.category.or_else(|| defaults.category.clone());
        self.kind = self.kind.or(defaults.kind);
        self.age = self.age.or(defaults.age);
        self.base_price = self.base_price.or(defaults.base_price);
        self.validity = self.validity.or(defaults.validity);
        self.after = self.after.or(defaults.after);
        self.channels = self.channels.or_else(|| defaults.channels.clone());
        self.requires = self.requires.or_else(|| defaults.requires.clone());
        self.connected_service = self.connected_service.or_else(|| defaults.connected_service.clone());
        self.once = self.once.or(defaults.once);
        self.promo_code = self.promo_code.or(defaults.promo_code);
        self.regions = self.regions.or_else(|| defaults.regions.clone());
        self
    }

    /// Call on entries without faults only: what `validate` demands is taken for granted.
    fn into_offer(self) -> SeedOffer {
        let subtitle = self.subtitle.clone().unwrap_or_else(|| {
            credits(self.country.as_deref(), self.year, self.director.as_deref(), ["режиссёр", "режиссёры"])
        });
        let subtitle_en = self.subtitle_en.clone().or_else(|| {
            let director = self.director_en.as_deref()?;
            Some(credits(self.country_en.as_deref(), self.year, Some(director), ["directed by", "directed by"]))
        });
        let base_price = self.base_price;
        let regions = self
            .regions
            .unwrap_or_default()
            .into_iter()
            .map(|code| {
                let price = self.regional_prices.get(&code).copied().or(base_price);
                (code, price)
            })
            .collect();
        SeedOffer {
            image: self.image.unwrap_or_else(|| self.id.clone()),
            id: self.id,
            category: self.category.unwrap_or_default(),
            kind: self.kind.unwrap_or(OfferKind::Service),
            title: self.title,
            title_en: self.title_en,
            subtitle,
            subtitle_en,
            description: self.description,
            description_en: self.description_en,
            year: self.year,
            director: self.director,
            director_en: self.director_en,
            duration_minutes: self.duration_minutes,
            age: self.age.unwrap_or(0),
            base_price,
            validity: self.validity.unwrap_or(Validity::Permanent),
            after: self.after.unwrap_or(After::Ends),
            includes: self.includes,
            includes_en: self.includes_en,
            channels: self.channels.unwrap_or_default(),
            requires: self.requires.unwrap_or_default(),
            excludes: self.excludes,
            connected_service: self.connected_service,
            once: self.once.unwrap_or(false),
            promo_code: self.promo_code.unwrap_or(false),
            episodes: self.episodes,
            quota_gb: self.quota_gb,
            art: self.art,
            regions,
        }
    }
}

/// "СССР, 1925, режиссёр Сергей Эйзенштейн", or as much of it as is known.
fn credits(country: Option<&str>, year: Option<u16>, director: Option<&str>, [one, many]: [&str; 2]) -> String {
    let mut parts = Vec::new();
    parts.extend(country.map(str::to_owned));
    parts.extend(year.map(|year| year.to_string()));
    parts.extend(director.map(|names| format!("{} {names}", if names.contains(", ") { many } else { one })));
    parts.join(", ")
}
