//! One offer: what it is, what it costs, and what can be done with it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::core::{App, OfferAction, OfferPlace, RefusalPlace, Resource, Standing};
use crate::domain::{AfterPeriod, Offer, OfferKind, Points, Reason, TextSize, Validity};

use super::chrome::block_text;
use super::episodes;
use super::format;
use super::home::backdrop;
use super::message::Msg;
use super::model::{Button, Fact, Finish, OfferScreen, Tone};
use super::refusal::cause;
use super::text::{Text, listed};

pub(crate) fn offer(app: &App, place: &OfferPlace) -> OfferScreen {
    let offer = &place.offer;
    let actions = app.offer_actions(offer);
    let is_owned = is_owned(app, offer);
    let (warnings, warnings_tone) = warnings(app, offer, &actions);
    OfferScreen {
        title: format::title(&offer.title),
        meta: meta(offer),
        description: Text::plain(&offer.description),
        image: backdrop(offer, Finish::Backdrop),
        // What the member has already costs nothing.
        price: if is_owned { Text::Empty } else { price_text(offer) },
        base_price: if is_owned { Text::Empty } else { struck_price(offer) },
        discount: if !is_owned && offer.discount_percent > 0 && offer.price.is_some() && offer.price != offer.base_price
        {
            Text::plain(format!("−{}\u{a0}%", offer.discount_percent))
        } else {
            Text::Empty
        },
        facts: facts(app, offer),
        warnings,
        warnings_tone,
        buttons: actions
            .iter()
            .enumerate()
            .map(|(index, action)| button(app, offer, *action, index == place.button))
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
    let line = listed(parts.iter().map(String::as_str), " · ");
    if offer.is_serial() {
        let line = Some(line).filter(|line| !line.is_empty()).map(Text::plain);
        return beside(line.into_iter().chain([episodes::count(offer), Text::plain(age)]));
    }
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

/// Some words with dots between them.
fn beside(parts: impl IntoIterator<Item = Text>) -> Text {
    let joined = parts.into_iter().reduce(|line, part| Text::with(Msg::TitleAndMeta, [line, part]));
    joined.unwrap_or(Text::Empty)
}

/// The line beside a title that must stay whole: of a film its year and length, of anything else what it is.
pub(crate) fn brief(offer: &Offer) -> Text {
    let age = Text::plain(format!("{}+", offer.age));
    let minutes = |minutes: u32| Text::plain(minutes.to_string());
    if offer.is_serial() {
        let year = offer.year.map(|year| Text::plain(year.to_string()));
        return beside(year.into_iter().chain([episodes::count(offer), age]));
    }
    match (offer.year, offer.duration_minutes) {
        (Some(year), Some(length)) => {
            Text::with(Msg::MetaLength, [Text::plain(year.to_string()), minutes(length), age])
        }
        (None, Some(length)) => Text::with(Msg::MetaLengthAlone, [minutes(length), age]),
        (_, None) => meta(offer),
    }
}

/// Whether the member has an offer already and cannot have it once more.
pub(crate) fn is_owned(app: &App, offer: &Offer) -> bool {
    app.is_active(offer) && !app.is_allowed(offer)
}

/// The catalogue price, struck through, if the member pays another.
pub(crate) fn struck_price(offer: &Offer) -> Text {
    let base = offer.base_price.filter(|base| Some(*base) != offer.price);
    base.map_or(Text::Empty, |base| format::number(base.get()))
}

/// What some options cost together once their free time is over (PUR-9).
pub(crate) struct PaidLater {
    roubles: u64,
    /// When the first of them begins to cost, if all ends are known.
    first: Option<DateTime<Utc>>,
    is_one_day: bool,
}

impl PaidLater {
    /// Of these offers, each with the end of its free time if that is known; `None` if none of them costs anything.
    pub(crate) fn of<'a>(offers: impl Iterator<Item = (&'a Offer, Option<DateTime<Utc>>)>) -> Option<Self> {
        let paid: Vec<(u64, Option<DateTime<Utc>>)> = offers
            .filter_map(|(offer, end)| match offer.after {
                AfterPeriod::Paid { roubles } => Some((roubles, end)),
                AfterPeriod::Ends | AfterPeriod::Unknown => None,
            })
            .collect();
        let ends: Option<Vec<DateTime<Utc>>> = paid.iter().map(|(_, end)| *end).collect();
        let (first, last) = ends.map_or((None, None), |ends| (ends.iter().min().copied(), ends.iter().max().copied()));
        let sum = paid.iter().fold(0_u64, |sum, (roubles, _)| sum.saturating_add(*roubles));
        (!paid.is_empty()).then_some(Self { roubles: sum, first, is_one_day: first == last })
    }

    /// From when, how much, and where it is switched off.
    pub(crate) fn sentence(&self, app: &App) -> Text {
        let sum = format::roubles(self.roubles);
        match self.first {
            Some(first) => {
                let from = Text::with(Msg::FromDay, [format::day(first, app.offset())]);
                Text::with(if self.is_one_day { Msg::PaidFrom } else { Msg::PaidSince }, [from, sum])
            }
            None => Text::with(Msg::PaidAfter, [sum]),
        }
    }

    /// From when and how much.
    pub(crate) fn short(&self, app: &App) -> Text {
        let sum = format::roubles(self.roubles);
        match self.first {
            Some(first) => {
                let from = Text::with(Msg::FromDay, [format::day(first, app.offset())]);
                Text::with(Msg::RenewalOnFrom, [from, sum])
            }
            None => Text::with(Msg::AfterPaid, [sum]),
        }
    }
}

/// The price in words, or that there is none.
pub(crate) fn price_text(offer: &Offer) -> Text {
    match offer.price {
        Some(price) => format::points(price),
        None => Msg::NoPrice.into(),
    }
}

fn facts(app: &App, offer: &Offer) -> Vec<Fact> {
    let mut facts = Vec::new();
    let held_until = app.held(&offer.id).and_then(|held| held.until).or(offer.active_until);
    if let Some(until) = held_until {
        let ends = format::until(until, app.offset());
        let (value, tone) = match (app.time().standing(until), app.time().known()) {
            (Standing::Ahead, Some(now)) => {
                (Text::with(Msg::UntilWithLeft, [ends, format::left(until, now)]), Tone::Good)
            }
            (Standing::Ahead | Standing::Unknown, _) => (ends, Tone::Good),
            // Renewed at this moment: until when, the service has yet to say.
            (Standing::Past, _) if app.is_active(offer) => (format::from(until, app.offset()), Tone::Good),
            (Standing::Past, _) => (Msg::Ended.into(), Tone::Quiet),
        };
        let label = if offer.kind == OfferKind::Film { Msg::FactWatchable } else { Msg::FactActive };
        facts.push(Fact { tone, ..format::fact(label, value) });
    }
    if let Some(held) = app.serial_held(&offer.id) {
        let next = app.data.watched.next(held);
        facts.extend(
            held.episodes.get(next).map(|episode| format::fact(Msg::FactNextEpisode, episodes::name(episode, next))),
        );
    }
    if !app.is_active(offer) && offer.validity != Validity::Unknown {
        let value = match works_until(app, offer) {
            Some(until) => Text::with(Msg::ValidityWithEnd, [format::validity(offer.validity), until]),
            None => format::validity(offer.validity),
        };
        facts.push(format::fact(Msg::FactValidity, value));
    }
    // In larger words the description needs that line.
    facts.extend(ends_if_started_now(app, offer).filter(|_| app.settings.text_size == TextSize::Normal));
    if offer.after != AfterPeriod::Unknown {
        facts.push(format::fact(Msg::FactAfter, format::after(offer.after)));
    }
    let is_told = app.reasons(offer).any(|reason| matches!(reason, Reason::Requires { .. }));
    if !offer.requires.is_empty() && (app.is_allowed(offer) || !is_told) {
        let titles: Vec<&str> = offer
            .requires
            .iter()
            .filter_map(|id| app.data.shelf.offer(id))
            .map(|needed| needed.title.as_str())
            .collect();
        if !titles.is_empty() {
            facts.push(format::fact(Msg::FactNeeds, Text::plain(listed(titles, ", "))));
        }
    }
    if !offer.includes.is_empty() {
        facts.push(format::fact(
            Msg::FactIncludes,
            Text::plain(listed(offer.includes.iter().map(String::as_str), ", ")),
        ));
    }
    facts
}

/// When a film would be over: what a viewer asks who looks at the clock.
pub(crate) fn ends_if_started_now(app: &App, offer: &Offer) -> Option<Fact> {
    // An hour of another day would mislead.
    let length =
        Some(TimeDelta::minutes(offer.duration_minutes?.into())).filter(|length| *length < TimeDelta::days(1))?;
    let end = app.time().known()?.checked_add_signed(length)?;
    let end = Text::with(Msg::EndsAt, [Text::plain(format::time(end, app.offset()))]);
    Some(format::fact(Msg::FactStartNow, end))
}

/// Until when an offer would work if it were ordered now; `None` if the box cannot say.
///
/// The catalogue told it for the moment it was asked, and may be unchanged since (304): hours are counted from the
/// server's time, and a date of the catalogue is good while the network confirms it and no month has turned, to the day.
pub(crate) fn works_until(app: &App, offer: &Offer) -> Option<Text> {
    let (until, offset) = (ends_at(app, offer)?, app.offset());
    Some(match offer.validity {
        // Counted from now: it ends within a day, even if that is at its very midnight by chance.
        Validity::Hours(_) => Text::with(Msg::WorksUntil, [format::day_time(until, offset)]),
        // Counted from an order that is not made yet, so the hour would be that of the catalogue.
        Validity::MonthsFromOrder(_) => Text::with(Msg::WorksUntil, [format::last_day_year(until, offset)]),
        Validity::MonthsFromNext(_) | Validity::Permanent | Validity::Unknown => format::until_year(until, offset),
    })
}

/// When an offer that is ordered now would end; `None` if the box cannot say.
pub(crate) fn ends_at(app: &App, offer: &Offer) -> Option<DateTime<Utc>> {
    match offer.validity {
        Validity::Hours(hours) => app.time().known()?.checked_add_signed(TimeDelta::try_hours(hours.into())?),
        Validity::MonthsFromOrder(_) | Validity::MonthsFromNext(_) | Validity::Permanent | Validity::Unknown => {
            let is_told = app.is_catalog_confirmed() && !app.is_outdated(Resource::Catalog);
            offer.valid_until.filter(|until| is_told && app.time().is_ahead(*until))
        }
    }
}

/// The same, or for how long it works; and what it costs afterwards, if anything (PUR-1).
pub(crate) fn period_and_after(app: &App, offer: &Offer) -> Text {
    let period = |until: Option<Text>| match until {
        Some(until) => until,
        None => format::validity(offer.validity),
    };
    match offer.after {
        // Both stand in one line, and a row has no room for the year.
        AfterPeriod::Paid { roubles } => {
            let until = ends_at(app, offer).map(|until| match offer.validity {
                Validity::MonthsFromOrder(_) => {
                    Text::with(Msg::WorksUntil, [format::last_day_short(until, app.offset())])
                }
                Validity::Hours(_) | Validity::MonthsFromNext(_) | Validity::Permanent | Validity::Unknown => {
                    format::until(until, app.offset())
                }
            });
            Text::with(Msg::ThenPaid, [period(until), format::roubles(roubles)])
        }
        AfterPeriod::Ends | AfterPeriod::Unknown => period(works_until(app, offer)),
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
        let place = RefusalPlace::explained_for(app.reasons(offer));
        let causes = place.refusal.reasons.iter().map(|reason| cause(app, reason).title).take(4).collect();
        return (causes, Tone::Warning);
    }
    if actions.contains(&OfferAction::Exchange) {
        if let Some(block) = app.spend_block() {
            return (vec![block_text(app, block)], Tone::Warning);
        }
        let next = app.next_exchange_after([&offer.id]);
        let once = next.map(|at| Text::with(Msg::OnceAMonth, [format::from(at, app.offset())]));
        return (once.into_iter().chain([Msg::CannotBeCancelled.into()]).collect(), Tone::Plain);
    }
    (Vec::new(), Tone::Quiet)
}

fn button(app: &App, offer: &Offer, action: OfferAction, is_focused: bool) -> Button {
    let (label, tone) = action_label(action);
    let is_enabled = action != OfferAction::Exchange || app.spend_block().is_none();
    let is_renewal = matches!(action, OfferAction::RenewalOn | OfferAction::RenewalOff);
    let is_busy = is_renewal && app.held(&offer.id).is_some_and(|held| app.is_switching(&held.id));
    let label = match (action, offer.price) {
        (OfferAction::Exchange, Some(price)) => Text::with(Msg::ButtonExchangeFor, [format::points(price)]),
        (OfferAction::AddWithCompany, Some(_)) => with_company(app, offer),
        (OfferAction::Watch, _) if app.serial_held(&offer.id).is_some() => {
            let number = app.next_episode(&offer.id) + 1;
            Text::with(Msg::ButtonWatchEpisode, [Text::plain(number.to_string())])
        }
        _ => label.into(),
    };
    Button { label, tone, is_enabled, is_focused, is_busy }
}

/// What goes into the basket together, and for how much.
fn with_company(app: &App, offer: &Offer) -> Text {
    let company = app.missing_company(offer);
    let prices = company.iter().map(|other| other.price).chain([offer.price]).collect::<Option<Vec<_>>>();
    let titles: Vec<&str> = company.iter().map(|other| other.title.as_str()).collect();
    match prices.and_then(Points::checked_sum).filter(|_| !titles.is_empty()) {
        Some(sum) => Text::with(Msg::ButtonAddTogether, [Text::plain(listed(titles, ", ")), format::points(sum)]),
        None => Msg::ButtonAddWithCompany.into(),
    }
}

/// The label of an action.
pub(crate) fn action_label(action: OfferAction) -> (Msg, Tone) {
    match action {
        OfferAction::Watch => (Msg::ButtonWatch, Tone::Accent),
        OfferAction::Episodes => (Msg::Episodes, Tone::Plain),
        OfferAction::Exchange => (Msg::ButtonExchange, Tone::Accent),
        OfferAction::AddToBasket => (Msg::ButtonAdd, Tone::Plain),
        OfferAction::AddWithCompany => (Msg::ButtonAddWithCompany, Tone::Accent),
        OfferAction::RemoveFromBasket => (Msg::ButtonRemove, Tone::Plain),
        OfferAction::OpenBasket => (Msg::ButtonOpenBasket, Tone::Accent),
        OfferAction::RenewalOff => (Msg::ActionRenewalOff, Tone::Accent),
        OfferAction::RenewalOn => (Msg::ActionRenewalOn, Tone::Plain),
        OfferAction::OpenMyOptions => (Msg::TabMyOptions, Tone::Plain),
        OfferAction::Earn => (Msg::EarnTitle, Tone::Accent),
        OfferAction::CheckAgain => (Msg::ButtonCheckAgain, Tone::Accent),
        OfferAction::Explain => (Msg::ButtonExplain, Tone::Plain),
        OfferAction::Join => (Msg::ButtonJoin, Tone::Accent),
        OfferAction::Close => (Msg::ButtonBack, Tone::Plain),
    }
}
