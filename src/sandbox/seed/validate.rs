//! The rules that seed data must keep, so that no later code meets a broken offer.
//!
//! Finds every fault at once, so that an editor of the data need not start once for each.
//! What the data say of statuses, rates and dates is shown to members and computed elsewhere, so a
//! number that the rules do not apply is a fault too.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::{
    After, Category, Channel, EarningRule, Fault, OfferKind, Posting, Region, StatusRule, Terms, Validity,
    file::{CATEGORIES, EARNING, Entry, REGIONS, STATUSES, TERMS},
};
use crate::rules::accrual::{
    Earning, JOINING_DELAY_HOURS, LEAST_PAYMENT_ROUBLES, LIFETIME_MONTHS, PAYMENT_POSTING_DAY, ROUBLES_A_POINT,
};
use crate::rules::status::Level;
use crate::values::Points;

const AGE_MARKS: [u8; 5] = [0, 6, 12, 16, 18];
const CONNECTED_SERVICES: [&str; 3] = ["tv", "internet", "phone"];
/// From the year of the first film show to the last year of the sandbox's clock.
const YEARS: RangeInclusive<u16> = 1895..=2099;
/// An order names at most so many letters; see `routes::exchanges`.
const LONGEST_ID: usize = 64;
/// Longer periods lead out of the years that a date can have.
const MOST_HOURS: u32 = 10 * 366 * 24;
const MOST_MONTHS: u32 = 120;
const MOST_MINUTES: u32 = 10_000;
/// As many as a box takes of one serial.
const MOST_EPISODES: usize = 200;
const LONGEST_TITLE: usize = 200;
const LONGEST_TEXT: usize = 2000;

/// Every fault of the data set; empty when it may be used.
pub(super) fn faults(
    regions: &[Region],
    categories: &[Category],
    offers: &[(&'static str, Entry)],
    statuses: &[StatusRule],
    rules: &[EarningRule],
    terms: &Terms,
) -> Vec<Fault> {
    let mut found = Found::default();
    check_regions(&mut found, regions);
    check_categories(&mut found, categories);
    check_statuses(&mut found, statuses);
    check_rules(&mut found, rules, terms);
    check_terms(&mut found, terms);

    let known = Known {
        regions: regions.iter().map(|region| region.code.as_str()).collect(),
        categories: categories.iter().map(|category| category.id.as_str()).collect(),
        offers: offers.iter().map(|(_, offer)| (offer.id.as_str(), offer)).collect(),
    };
    for (file, name, is_empty) in [
        (REGIONS.name, "region", regions.is_empty()),
        (CATEGORIES.name, "category", categories.is_empty()),
        ("offers", "offer", offers.is_empty()),
    ] {
        found.at(file, name).demand(!is_empty, "entries", "are missing");
    }
    found.no_repeats(offers.iter().map(|(file, offer)| (*file, offer.id.as_str())), "id");
    for (file, offer) in offers {
        check_offer(&mut Place { found: &mut found, file, entry: &offer.id }, offer, &known);
    }
    found.0
}

struct Known<'a> {
    regions: BTreeSet<&'a str>,
    categories: BTreeSet<&'a str>,
    offers: BTreeMap<&'a str, &'a Entry>,
}

impl Known<'_> {
    /// Whether an offer leads back to itself through the offers that it requires.
    fn requires_itself(&self, id: &str) -> bool {
        let (mut seen, mut ahead) = (BTreeSet::new(), self.required_by(id));
        while let Some(next) = ahead.pop() {
            if next == id {
                return true;
            }
            if seen.insert(next) {
                ahead.extend(self.required_by(next));
            }
        }
        false
    }

    fn required_by(&self, id: &str) -> Vec<&str> {
        let required = self.offers.get(id).and_then(|offer| offer.requires.as_deref());
        required.unwrap_or_default().iter().map(String::as_str).collect()
    }
}

#[derive(Default)]
struct Found(Vec<Fault>);

impl Found {
    fn at<'a>(&'a mut self, file: &'static str, entry: &'a str) -> Place<'a> {
        Place { found: self, file, entry }
    }

    fn no_repeats<'a>(&mut self, ids: impl Iterator<Item = (&'static str, &'a str)>, field: &'static str) {
        let mut seen = BTreeSet::new();
        for (file, id) in ids {
            if !seen.insert(id) {
                self.at(file, id).fault(field, "stands twice");
            }
        }
    }
}

/// The entry under inspection.
struct Place<'a> {
    found: &'a mut Found,
    file: &'static str,
    entry: &'a str,
}

impl Place<'_> {
    fn fault(&mut self, field: &'static str, problem: impl Into<String>) {
        let fault = Fault { file: self.file, entry: self.entry.to_owned(), field, problem: problem.into() };
        self.found.0.push(fault);
    }

    fn demand(&mut self, holds: bool, field: &'static str, problem: &str) {
        if !holds {
            self.fault(field, problem);
        }
    }

    /// The data may not promise what the rules do not apply.
    fn applied<T: PartialEq + std::fmt::Debug>(&mut self, promised: T, applied: T, field: &'static str) {
        if promised != applied {
            self.fault(field, format!("says {promised:?}, and the sandbox applies {applied:?}"));
        }
    }

    fn text(&mut self, text: &str, field: &'static str) {
        self.demand(!text.trim().is_empty(), field, "is empty");
    }

    fn id(&mut self, id: &str, field: &'static str) {
        let fits = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'));
        self.demand(fits && !id.is_empty(), field, "must be lower-case Latin letters, digits and hyphens");
        self.demand(id.len() <= LONGEST_ID, field, "is longer than 64 letters");
    }

    fn short(&mut self, text: Option<&str>, most: usize, field: &'static str) {
        let fits = text.is_none_or(|text| text.chars().count() <= most);
        self.demand(fits, field, &format!("is longer than {most} letters"));
    }

    fn once_each<T: PartialEq>(&mut self, list: &[T], field: &'static str) {
        let repeats = list.iter().enumerate().any(|(place, item)| list.iter().take(place).any(|other| other == item));
        self.demand(!repeats, field, "name something twice");
    }
}

fn check_regions(found: &mut Found, regions: &[Region]) {
    found.no_repeats(regions.iter().map(|region| (REGIONS.name, region.code.as_str())), "code");
    for region in regions {
        let mut place = found.at(REGIONS.name, &region.code);
        place.id(&region.code, "code");
        place.text(&region.name, "name");
        place.text(&region.name_en, "name_en");
        if region.time_zone.parse::<chrono_tz::Tz>().is_err() {
            place.fault("time_zone", format!("{:?} is no IANA time zone", region.time_zone));
        }
    }
}

fn check_categories(found: &mut Found, categories: &[Category]) {
    found.no_repeats(categories.iter().map(|category| (CATEGORIES.name, category.id.as_str())), "id");
    for category in categories {
        let mut place = found.at(CATEGORIES.name, &category.id);
        place.id(&category.id, "id");
        place.text(&category.title, "title");
        place.text(&category.title_en, "title_en");
    }
}

fn check_statuses(found: &mut Found, statuses: &[StatusRule]) {
    let codes: Vec<&str> = statuses.iter().map(|status| status.code.as_str()).collect();
    if codes != Level::ALL.map(Level::code) {
        let all = Level::ALL.map(Level::code).join(", ");
        found.at(STATUSES.name, "status").fault("code", format!("the statuses must be {all}, in this order"));
    }
    for status in statuses {
        let mut place = found.at(STATUSES.name, &status.code);
        place.text(&status.name, "name");
        place.text(&status.name_en, "name_en");
        if let Some(level) = Level::ALL.into_iter().find(|level| level.code() == status.code) {
            place.applied(i64::from(status.threshold), level.threshold(), "threshold");
            place.applied(status.discount_percent, level.discount_percent(), "discount_percent");
            place.applied(status.months, level.months(), "months");
        }
    }
}

fn check_rules(found: &mut Found, rules: &[EarningRule], terms: &Terms) {
    found.no_repeats(rules.iter().map(|rule| (EARNING.name, rule.id.as_str())), "id");
    for rule in rules {
        let mut place = found.at(EARNING.name, &rule.id);
        place.text(&rule.title, "title");
        place.text(&rule.title_en, "title_en");
        let fixed = rule.points.is_some();
        let varies = rule.points_min.is_some() && rule.points_max.is_some();
        let by_payment = rule.roubles_per_point.is_some() && rule.minimum_roubles.is_some();
        let ways = usize::from(fixed) + usize::from(varies) + usize::from(by_payment);
        place.demand(ways == 1, "points", "name a fixed reward, a range or a rate, and only one of them");
        place.demand(rule.points_min <= rule.points_max, "points_min", "is above points_max");
        match Earning::from_code(&rule.id) {
            Some(earning) => check_applied(&mut place, rule, earning, terms),
            None => place.fault("id", "names no way to earn that the sandbox knows"),
        }
    }
}

fn check_applied(place: &mut Place<'_>, rule: &EarningRule, earning: Earning, terms: &Terms) {
    if let Some(rate) = rule.roubles_per_point {
        place.applied(rate, ROUBLES_A_POINT, "roubles_per_point");
    }
    if let Some(least) = rule.minimum_roubles {
        place.applied(least, LEAST_PAYMENT_ROUBLES, "minimum_roubles");
    }
    if let (Earning::Joining, Some(points)) = (earning, rule.points) {
        place.applied(points, terms.joining_points, "points");
    }
    let posting = match earning {
        Earning::Joining => Posting::Hours { hours: JOINING_DELAY_HOURS },
        Earning::EmailBill | Earning::Profile | Earning::Survey => Posting::AtOnce,
        Earning::Birthday => Posting::OnTheDay,
        Earning::Payment | Earning::TopUp => Posting::NextMonth { day: PAYMENT_POSTING_DAY },
    };
    place.applied(rule.posting, posting, "posting");
}

fn check_terms(found: &mut Found, terms: &Terms) {
    let mut place = found.at(TERMS.name, "terms");
    place.text(&terms.version, "version");
    place.applied(terms.points_months, LIFETIME_MONTHS, "points_months");
    for text in [&terms.ru, &terms.en] {
        place.text(&text.title, "title");
        place.demand(!text.paragraphs.is_empty(), "paragraphs", "are missing");
        text.paragraphs.iter().for_each(|paragraph| place.text(paragraph, "paragraphs"));
    }
    let same = terms.ru.paragraphs.len() == terms.en.paragraphs.len();
    place.demand(same, "paragraphs", "differ in number between the languages");
}

fn check_offer(place: &mut Place<'_>, offer: &Entry, known: &Known<'_>) {
    place.id(&offer.id, "id");
    place.text(&offer.title, "title");
    place.text(&offer.description, "description");
    for (text, field) in [(Some(&offer.title), "title"), (offer.title_en.as_ref(), "title_en")] {
        place.short(text.map(String::as_str), LONGEST_TITLE, field);
    }
    let texts = [
        (Some(&offer.description), "description"),
        (offer.description_en.as_ref(), "description_en"),
        (offer.subtitle.as_ref(), "subtitle"),
        (offer.subtitle_en.as_ref(), "subtitle_en"),
        (offer.director.as_ref(), "director"),
    ];
    for (text, field) in texts {
        place.short(text.map(String::as_str), LONGEST_TEXT, field);
    }
    if let Some(image) = &offer.image {
        place.id(image, "image");
        // These pictures are made of their number alone.
        place.demand(!image.starts_with("generated-"), "image", "begins as those of generated offers do");
    }
    place.demand(!offer.id.starts_with("generated-"), "id", "begins as those of generated offers do");
    place.demand(offer.year.is_none_or(|year| YEARS.contains(&year)), "year", "is not between 1895 and 2099");
    let minutes = offer.duration_minutes.is_none_or(|minutes| minutes <= MOST_MINUTES);
    place.demand(minutes, "duration_minutes", "is more than 10000");
    check_placement(place, offer, known);
    check_terms_of_sale(place, offer);
    check_needs(place, offer, known);
    check_validity(place, offer);
    if offer.kind == Some(OfferKind::Film) {
        check_film(place, offer);
    }
    check_episodes(place, offer);
}

fn check_placement(place: &mut Place<'_>, offer: &Entry, known: &Known<'_>) {
    place.demand(offer.kind.is_some(), "kind", "is missing");
    match offer.category.as_deref() {
        None => place.fault("category", "is missing"),
        Some(id) if !known.categories.contains(id) => place.fault("category", format!("{id:?} is unknown")),
        Some(_) => {}
    }
    match offer.age {
        None => place.fault("age", "is missing"),
        Some(age) if !AGE_MARKS.contains(&age) => place.fault("age", format!("{age} is no age mark")),
        Some(_) => {}
    }
    let regions = offer.regions.as_deref().unwrap_or_default();
    place.demand(!regions.is_empty(), "regions", "are missing");
    for code in regions.iter().filter(|code| !known.regions.contains(code.as_str())) {
        place.fault("regions", format!("{code:?} is unknown"));
    }
    place.once_each(regions, "regions");
    for code in offer.regional_prices.keys().filter(|code| !regions.contains(code)) {
        place.fault("regional_prices", format!("{code:?} is not among the regions of the offer"));
    }
}

fn check_terms_of_sale(place: &mut Place<'_>, offer: &Entry) {
    let needs_price = offer.kind != Some(OfferKind::Partner);
    let priced_everywhere = offer
        .regions
        .iter()
        .flatten()
        .all(|code| offer.base_price.is_some() || offer.regional_prices.contains_key(code));
    place.demand(priced_everywhere || !needs_price, "base_price", "is missing");
    let prices = offer.regional_prices.values().copied().chain(offer.base_price);
    place.demand(prices.into_iter().all(|price| price > 0), "base_price", "must not be 0");

    let most = u32::try_from(Points::MAX).unwrap_or(u32::MAX);
    let prices = offer.regional_prices.values().copied().chain(offer.base_price);
    place.demand(prices.into_iter().all(|price| price <= most), "base_price", "is more than 1000000000");
    place.demand(offer.after.is_some(), "after", "is missing");
    let channels = offer.channels.as_deref().unwrap_or_default();
    place.demand(!channels.is_empty(), "channels", "are missing");
    place.once_each(channels, "channels");
    let is_free = !needs_price && !priced_everywhere && channels.contains(&Channel::Box);
    place.demand(!is_free, "channels", "name the box, and it cannot order without a price");
    let service = offer.connected_service.as_deref();
    place.demand(
        service.is_none_or(|name| CONNECTED_SERVICES.contains(&name)),
        "connected_service",
        "must be tv, internet or phone",
    );
    let is_quota = offer.kind == Some(OfferKind::Quota);
    place.demand(is_quota == offer.quota_gb.is_some(), "quota_gb", "belongs to quota offers, and to all of them");
    place.demand(offer.quota_gb != Some(0), "quota_gb", "must not be 0");
    let translated = offer.includes_en.is_empty() || offer.includes_en.len() == offer.includes.len();
    place.demand(translated, "includes_en", "must be as long as includes");
}

/// Other offers that an offer needs or rules out: what it needs can be had wherever the offer can.
fn check_needs(place: &mut Place<'_>, offer: &Entry, known: &Known<'_>) {
    let requires = offer.requires.as_deref().unwrap_or_default();
    for (field, ids) in [("requires", requires), ("excludes", &offer.excludes)] {
        place.once_each(ids, field);
        for id in ids {
            if id == &offer.id {
                place.fault(field, "names the offer itself");
            } else if !known.offers.contains_key(id.as_str()) {
                place.fault(field, format!("{id:?} is unknown"));
            }
        }
    }
    for id in requires {
        let Some(needed) = known.offers.get(id.as_str()) else { continue };
        let sold = needed.regions.as_deref().unwrap_or_default();
        for region in offer.regions.iter().flatten().filter(|region| !sold.contains(region)) {
            place.fault("requires", format!("{id:?} is not sold in {region:?}"));
        }
        let on_box = |entry: &Entry| entry.channels.iter().flatten().any(|channel| *channel == Channel::Box);
        if on_box(offer) && !on_box(needed) {
            place.fault("requires", format!("{id:?} cannot be ordered on the box"));
        }
        if offer.excludes.contains(id) || needed.excludes.contains(&offer.id) {
            place.fault("requires", format!("{id:?} is ruled out at the same time"));
        }
    }
    if !requires.contains(&offer.id) && known.requires_itself(&offer.id) {
        place.fault("requires", "leads back to the offer itself");
    }
    if offer.kind == Some(OfferKind::Quota) {
        let is_service =
            |id: &String| known.offers.get(id.as_str()).is_some_and(|needed| needed.kind == Some(OfferKind::Service));
        place.demand(requires.iter().any(is_service), "requires", "names no service, and a quota needs one");
    }
}

fn check_validity(place: &mut Place<'_>, offer: &Entry) {
    match offer.validity {
        None => place.fault("validity", "is missing"),
        Some(Validity::Hours { hours: 0 } | Validity::Months { months: 0, .. }) => {
            place.fault("validity", "must not be 0");
        }
        Some(Validity::Hours { hours }) => place.demand(hours <= MOST_HOURS, "validity", "is longer than ten years"),
        Some(Validity::Months { months, .. }) => {
            place.demand(months <= MOST_MONTHS, "validity", "is longer than ten years");
        }
        Some(Validity::Permanent) => {
            let paid = matches!(offer.after, Some(After::Paid { .. }));
            place.demand(!paid, "after", "a permanent offer never becomes paid");
        }
    }
    let free = matches!(offer.after, Some(After::Paid { price_roubles: 0 }));
    place.demand(!free, "after", "is paid and costs nothing");
}

fn check_film(place: &mut Place<'_>, film: &Entry) {
    place.demand(film.year.is_some(), "year", "is missing");
    place.demand(film.director.as_deref().is_some_and(|name| !name.is_empty()), "director", "is missing");
    place.demand(film.country.is_some() || film.subtitle.is_some(), "country", "is missing");
    if film.episodes.is_empty() {
        place.demand(film.duration_minutes.is_some_and(|minutes| minutes > 0), "duration_minutes", "is missing");
    }
}

fn check_episodes(place: &mut Place<'_>, offer: &Entry) {
    const FIELD: &str = "episode";
    let episodes = &offer.episodes;
    if episodes.is_empty() {
        return;
    }
    place.demand(offer.kind == Some(OfferKind::Film), FIELD, "belongs to a film alone");
    place.demand(offer.duration_minutes.is_none(), "duration_minutes", "is told by the episodes");
    place.demand(episodes.len() > 1, FIELD, "stands alone, and a serial has several");
    place.demand(episodes.len() <= MOST_EPISODES, FIELD, "stands more than 200 times");
    place.once_each(&episodes.iter().map(|episode| &episode.id).collect::<Vec<_>>(), FIELD);
    for episode in episodes {
        place.id(&episode.id, FIELD);
        for title in std::iter::once(&episode.title).chain(&episode.title_en) {
            place.text(title, FIELD);
            place.short(Some(title), LONGEST_TITLE, FIELD);
        }
        let minutes = (1..=MOST_MINUTES).contains(&episode.duration_minutes);
        place.demand(minutes, FIELD, "lasts no minute, or more than 10000");
    }
}
