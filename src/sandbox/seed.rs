//! What the sandbox sells and promises: regions, categories, offers, statuses, earning rules and terms.
//!
//! The data are TOML files in `assets/sandbox`, embedded in the program; quality assurance may load an edited copy
//! from a directory instead. A file is checked as a whole and every fault is reported with its file, entry and field.
//! No rule of the programme is applied here: prices after discount, dates and eligibility are the server's.

mod file;
mod validate;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, io, path::Path};

use serde::{Deserialize, Serialize};

use super::artwork::ArtSpec;

/// Everything the sandbox knows before the first member arrives.
#[derive(Clone, Debug)]
pub struct Seed {
    pub regions: Vec<Region>,
    /// In display order.
    pub categories: Vec<Category>,
    /// In display order: by category, then by rank within it.
    pub offers: Vec<SeedOffer>,
    /// From the lowest threshold to the highest.
    pub statuses: Vec<StatusRule>,
    pub earning_rules: Vec<EarningRule>,
    pub terms: Terms,
}

/// A place with its own price list and clock.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    pub code: String,
    pub name: String,
    pub name_en: String,
    /// An IANA name such as `Europe/Moscow`.
    pub time_zone: String,
}

/// A shelf of the catalogue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub id: String,
    pub title: String,
    pub title_en: String,
    pub kind: CategoryKind,
}

/// Whether the box itself sells from the shelf.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CategoryKind {
    Tv,
    Other,
}

/// One thing that points buy.
#[derive(Clone, Debug)]
pub struct SeedOffer {
    pub id: String,
    pub category: String,
    pub kind: OfferKind,
    pub title: String,
    pub title_en: Option<String>,
    pub subtitle: String,
    pub subtitle_en: Option<String>,
    pub description: String,
    pub description_en: Option<String>,
    pub year: Option<u16>,
    pub director: Option<String>,
    pub director_en: Option<String>,
    pub duration_minutes: Option<u32>,
    /// 0, 6, 12, 16 or 18.
    pub age: u8,
    /// The price where a region names no other; absent when no price is published.
    pub base_price: Option<u32>,
    pub validity: Validity,
    pub after: After,
    pub includes: Vec<String>,
    /// Either empty or as long as `includes`.
    pub includes_en: Vec<String>,
    pub channels: Vec<Channel>,
    /// Ids of offers that must be active or in the same exchange.
    pub requires: Vec<String>,
    /// Ids of offers that cannot be active at the same time.
    pub excludes: Vec<String>,
    /// A service of the operator that must be connected: `tv`, `internet` or `phone`.
    pub connected_service: Option<String>,
    /// Only one such order in a member's life.
    pub once: bool,
    /// The order is delivered as a code to type in elsewhere.
    pub promo_code: bool,
    /// The parts of a serial in their order; empty for anything else.
    pub episodes: Vec<SeedEpisode>,
    pub quota_gb: Option<u32>,
    /// Id for the image endpoint; the same as `id` unless the file says otherwise.
    pub image: String,
    pub art: ArtSpec,
    /// Regions that sell it, each with its price.
    pub regions: BTreeMap<String, Option<u32>>,
}

impl SeedOffer {
    /// Whether the region's price list has the offer.
    pub fn is_sold_in(&self, region: &str) -> bool {
        self.regions.contains_key(region)
    }

    /// The region's base price; `None` when it is not sold there or has no published price.
    pub fn price_in(&self, region: &str) -> Option<u32> {
        self.regions.get(region).copied().flatten()
    }
}

/// One part of a serial.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedEpisode {
    /// Within its serial.
    pub id: String,
    pub title: String,
    pub title_en: Option<String>,
    pub duration_minutes: u32,
}

/// What an offer is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferKind {
    Film,
    Package,
    Subscription,
    Service,
    Quota,
    Discount,
    Software,
    Phone,
    Partner,
}

/// How long an order works.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Validity {
    Hours { hours: u32 },
    Months { months: u32, from: MonthsFrom },
    Permanent,
}

/// Where a period of months begins.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthsFrom {
    /// The moment of the order.
    Order,
    /// The first day of the following month.
    NextMonth,
}

/// What happens when the free period is over.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum After {
    Ends,
    Paid { price_roubles: u32 },
}

/// A place where an offer can be ordered.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Box,
    Web,
    App,
    Phone,
}

/// A status and what it takes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRule {
    pub code: String,
    pub name: String,
    pub name_en: String,
    pub threshold: u32,
    pub discount_percent: u8,
    pub months: u32,
}

/// A way to earn points.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarningRule {
    pub id: String,
    pub title: String,
    pub title_en: String,
    /// A fixed reward.
    pub points: Option<u32>,
    /// The least and the most of a reward that varies.
    pub points_min: Option<u32>,
    pub points_max: Option<u32>,
    /// For payments: roubles that earn one point, and the smallest payment that counts.
    pub roubles_per_point: Option<u32>,
    pub minimum_roubles: Option<u32>,
    pub posting: Posting,
    pub note: String,
    pub note_en: String,
}

/// When an accrual reaches the balance.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Posting {
    AtOnce,
    Hours {
        hours: u32,
    },
    /// On this day of the next month, as it begins where the member is.
    NextMonth {
        day: u32,
    },
    /// On the day itself.
    OnTheDay,
}

/// The rules a member accepts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub version: String,
    pub joining_points: u32,
    /// How long points live after they were posted.
    pub points_months: u32,
    pub ru: TermsText,
    pub en: TermsText,
}

/// The rules in one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsText {
    pub title: String,
    pub paragraphs: Vec<String>,
}

/// Why a data set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The directory lacks a file, or it cannot be read.
    #[error("read seed file {file}")]
    Read { file: String, source: io::Error },
    /// The file is not TOML of the expected shape.
    #[error("parse seed file {file}")]
    Parse { file: String, source: Box<toml::de::Error> },
    /// The files are well formed and contradict the rules of the data; all faults are listed.
    #[error("check seed files: {}", Faults(.0))]
    Invalid(Vec<Fault>),
}

/// One broken rule, with the place in the file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    pub file: &'static str,
    pub entry: String,
    pub field: &'static str,
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}: {}", self.file, self.entry, self.field, self.problem)
    }
}

struct Faults<'a>(&'a [Fault]);

impl fmt::Display for Faults<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                out.write_str("; ")?;
            }
            fault.fmt(out)?;
        }
        Ok(())
    }
}

impl Seed {
    /// The data compiled into the program.
    ///
    /// # Panics
    /// They break their own rules, which a test would have told.
    pub fn embedded() -> Self {
        file::read_with(|file| Ok(file.text.to_owned())).expect("the seed data in assets/sandbox are broken")
    }

    /// Reads and checks a directory with the same files as `assets/sandbox`.
    ///
    /// # Errors
    /// A file is missing, is no TOML of this shape, or contradicts the rules; every fault is listed.
    pub fn load(directory: &Path) -> Result<Self, SeedError> {
        file::read_with(|file| {
            std::fs::read_to_string(directory.join(file.name))
                .map_err(|source| SeedError::Read { file: file.name.to_owned(), source })
        })
    }

    /// The offer with this id.
    pub fn offer(&self, id: &str) -> Option<&SeedOffer> {
        self.offers.iter().find(|offer| offer.id == id)
    }

    /// The category with this id.
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// The region with this code.
    pub fn region(&self, code: &str) -> Option<&Region> {
        self.regions.iter().find(|region| region.code == code)
    }

    /// The price list of a region, in display order.
    pub fn offers_in<'a>(&'a self, region: &'a str) -> impl Iterator<Item = &'a SeedOffer> {
        self.offers.iter().filter(move |offer| offer.is_sold_in(region))
    }
}
