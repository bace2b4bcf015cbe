//! One offer: what it is, what it costs, and what can be done with it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::core::{App, Moment, OfferAction, OfferPlace, RefusalPlace};
use crate::domain::{AfterPeriod, Offer, Validity};

use super::chrome::block_text;
use super::format;
use super::home::backdrop;
use super::message::Msg;
use super::model::{Button, Fact, OfferScreen, Tone};
use super::refusal::cause;
use super::text::Text;

pub(crate) fn offer(app: &App, place: &OfferPlace, now: &Moment) -> OfferScreen {
    let offer = &place.offer;
    let actions = app.offer_actions(offer);
    let (warnings, warnings_tone) = warnings(app, offer, &actions);
    OfferScreen {
        eyebrow: Text::plain(app.data.shelf.category_title(offer)),
        title: format::title(&offer.title),
        meta: meta(offer),
        description: Text::plain(&offer.description),
        image: backdrop(offer),
        price: price_text(offer),
        base_price: offer
            .base_price
            .filter(|base| Some(*base) != offer.price)
            .map_or(Text::Empty, |base| Text::plain(format::number(base.get()))),
        discount: if offer.discount_percent > 0 && offer.price.is_some() && offer.price != offer.base_price {
            Text::plain(format!("−{}\u{a0}%", offer.discount_percent))
        } else {
            Text::Empty
        },
        facts: facts(app, offer, now),
        warnings,
        warnings_tone,
        buttons: actions
            .iter()
            .enumerate()
            .map(|(index, action)| button(app, *action, index == place.button))
            .collect(),
        qr: app.identity.account_url.as_ref().filter(|_| !offer.is_orderable_here).and_then(|url| format::qr(url)),
    }
}

/// Year, director, length and age mark of an offer.
pub(crate) fn meta(offer: &Offer) -> Text {
    let mut parts = Vec::new();
    if offer.subtitle.is_empty() {
        parts.extend(offer.year.map(|year| year.to_string()));
        parts.extend(offer.director.clone());
    } else {
        parts.push(offer.subtitle.clone());
    }
    let age = format!("{}+", offer.age);
    let line = parts.join(" · ");
    match offer.duration_minutes {
        Some(minutes) if line.is_empty() => {
            Text::with(Msg::MetaLengthAlone, [Text::plain(minutes.to_string()), Text::plain(age)])
        }
        Some(minutes) => {
            Text::with(Msg::MetaLength, [Text::plain(line), Text::plain(minutes.to_string()), Text::plain(age)])
        }
        None if line.is_empty() => Text::plain(age),
        None => Text::plain(format!("{line} · {age}")),
    }
}

/// The price in words, or that there is none.
pub(crate) fn price_text(offer: &Offer) -> Text {
    match offer.price {
        Some(price) => format::points(price),
        None => Msg::NoPrice.into(),
    }
}

fn facts(app: &App, offer: &Offer, now: &Moment) -> Vec<Fact> {
    let mut facts = Vec::new();
    let server_now = app.server_now(now);
    let held_until = app.data.entitlement_of(&offer.id).and_then(|held| held.until).or(offer.active_until);
    if let Some(until) = held_until.filter(|until| *until > server_now) {
        let left =
            Text::with(Msg::UntilWithLeft, [format::day_time(until, app.offset()), format::left(until, server_now)]);
        facts.push(Fact { tone: Tone::Good, ..format::fact(Msg::FactActive, left) });
    } else if offer.validity != Validity::Unknown {
        let value = match works_until(app, offer, now) {
            Some(until) => Text::with(Msg::ValidityWithEnd, [format::validity(offer.validity), until]),
            None => format::validity(offer.validity),
        };
        facts.push(format::fact(Msg::FactValidity, value));
    }
    if offer.after != AfterPeriod::Unknown {
        facts.push(format::fact(Msg::FactAfter, format::after(offer.after)));
    }
    if !offer.requires.is_empty() {
        let titles: Vec<&str> = offer
            .requires
            .iter()
            .filter_map(|id| app.data.shelf.offer(id))
            .map(|needed| needed.title.as_str())
            .collect();
        if !titles.is_empty() {
            facts.push(format::fact(Msg::FactNeeds, Text::plain(titles.join(", "))));
        }
    }
    if !offer.includes.is_empty() {
        facts.push(format::fact(Msg::FactIncludes, Text::plain(offer.includes.join(", "))));
    }
    facts
}

/// Until when an offer would work if it were ordered now; `None` if the box cannot say.
///
/// The catalogue told it for the moment it was asked, and may be unchanged since (304): hours are counted from the
/// server's time, and a date of the catalogue is good while the network confirms it, to the day.
pub(crate) fn works_until(app: &App, offer: &Offer, now: &Moment) -> Option<Text> {
    let until = ends_at(app, offer, now)?;
    Some(match offer.validity {
        Validity::Hours(_) => format::day_time(until, app.offset()),
        Validity::MonthsFromOrder(_) | Validity::MonthsFromNext(_) | Validity::Permanent | Validity::Unknown => {
            format::day_year(until, app.offset())
        }
    })
}

fn ends_at(app: &App, offer: &Offer, now: &Moment) -> Option<DateTime<Utc>> {
    let server_now = app.server_now(now);
    match offer.validity {
        Validity::Hours(hours) => server_now.checked_add_signed(TimeDelta::try_hours(hours.into())?),
        Validity::MonthsFromOrder(_) | Validity::MonthsFromNext(_) | Validity::Permanent | Validity::Unknown => {
            offer.valid_until.filter(|until| *until > server_now && app.is_catalog_confirmed())
        }
    }
}

/// The same, or for how long it works; and what it costs afterwards, if anything (PUR-1).
pub(crate) fn period_and_after(app: &App, offer: &Offer, now: &Moment) -> Text {
    let period = |until: Option<Text>| match until {
        Some(until) => Text::with(Msg::WorksUntil, [until]),
        None => format::validity(offer.validity),
    };
    match offer.after {
        // Both stand in one line, and a row has no room for the year.
        AfterPeriod::Paid { roubles } => {
            let until = ends_at(app, offer, now).map(|until| format::day(until, app.offset()));
            Text::with(Msg::ThenPaid, [period(until), format::roubles(roubles)])
        }
        AfterPeriod::Ends | AfterPeriod::Unknown => period(works_until(app, offer, now)),
    }
}

fn warnings(app: &App, offer: &Offer, actions: &[OfferAction]) -> (Vec<Text>, Tone) {
    if !app.is_sold(offer) {
        return (vec![Text::with(Msg::CauseGone, [Text::plain(&offer.title)])], Tone::Warning);
    }
    if !offer.is_orderable_here {
        let has_code = app.identity.account_url.is_some();
        let advice = if has_code { Msg::OrderElsewhere } else { Msg::CauseChannelAdvice };
        return (vec![advice.into()], Tone::Plain);
    }
    if actions.contains(&OfferAction::Explain) || actions.contains(&OfferAction::AddWithCompany) {
        let place = RefusalPlace::explained_for(offer);
        let causes = place.refusal.reasons.iter().map(|reason| cause(app, reason).title).take(4).collect();
        return (causes, Tone::Warning);
    }
    if actions.contains(&OfferAction::Exchange) {
        if let Some(block) = app.spend_block() {
            return (vec![block_text(app, block)], Tone::Warning);
        }
        return (vec![Msg::CannotBeCancelled.into()], Tone::Quiet);
    }
    (Vec::new(), Tone::Quiet)
}

fn button(app: &App, action: OfferAction, is_focused: bool) -> Button {
    let (label, tone) = action_label(action);
    let is_enabled = action != OfferAction::Exchange || app.spend_block().is_none();
    Button { label: label.into(), tone, is_enabled, is_focused, is_busy: false }
}

/// The label of an action.
pub(crate) fn action_label(action: OfferAction) -> (Msg, Tone) {
    match action {
        OfferAction::Watch => (Msg::ButtonWatch, Tone::Accent),
        OfferAction::Exchange => (Msg::ButtonExchange, Tone::Accent),
        OfferAction::AddToBasket => (Msg::ButtonAdd, Tone::Plain),
        OfferAction::AddWithCompany => (Msg::ButtonAddWithCompany, Tone::Accent),
        OfferAction::RemoveFromBasket => (Msg::ButtonRemove, Tone::Plain),
        OfferAction::OpenBasket => (Msg::ButtonOpenBasket, Tone::Accent),
        OfferAction::Explain => (Msg::ButtonExplain, Tone::Plain),
        OfferAction::Join => (Msg::ButtonJoin, Tone::Accent),
        OfferAction::Close => (Msg::ButtonBack, Tone::Plain),
    }
}
