//! A refusal: every cause in words with what to do about it (PUR-6).

use crate::core::{App, OfferAction, RefusalCause, RefusalPlace};
use crate::domain::{OfferId, Reason};

use super::format;
use super::message::Msg;
use super::model::{Cause, RefusalScreen, Tone};
use super::offer::action_label;
use super::text::Text;

pub(crate) fn refusal(app: &App, place: &RefusalPlace) -> RefusalScreen {
    let refusal = &place.refusal;
    let mut causes: Vec<Cause> = refusal.reasons.iter().map(|reason| cause(app, reason)).collect();
    if causes.is_empty() {
        causes.push(words(Msg::CauseUnknown.into(), Msg::CauseUnknownAdvice.into()));
    }
    let actions = app.refusal_actions(place);
    let focused = place.button.min(actions.len().saturating_sub(1));
    let id: String = refusal.request_id.iter().flat_map(|id| id.chars()).take(40).collect();
    RefusalScreen {
        title: match place.cause {
            RefusalCause::Order => Msg::RefusalTitle.into(),
            RefusalCause::Question => Msg::RefusalQuestionTitle.into(),
        },
        causes,
        code: match (refusal.code.is_empty(), id.is_empty()) {
            (true, _) => Text::Empty,
            (false, true) => Text::with(Msg::SupportCode, [Text::plain(&refusal.code)]),
            (false, false) => Text::with(Msg::SupportCodeAndId, [Text::plain(&refusal.code), Text::plain(id)]),
        },
        buttons: format::buttons(
            actions.iter().map(|action| match action {
                OfferAction::Close => (Msg::ButtonUnderstood.into(), Tone::Accent),
                OfferAction::Watch
                | OfferAction::Exchange
                | OfferAction::AddToBasket
                | OfferAction::AddWithCompany
                | OfferAction::RemoveFromBasket
                | OfferAction::OpenBasket
                | OfferAction::Explain
                | OfferAction::Join => (action_label(*action).0.into(), Tone::Plain),
            }),
            Some(focused),
        ),
    }
}

/// One cause with its advice.
pub(crate) fn cause(app: &App, reason: &Reason) -> Cause {
    let offset = app.offset();
    match reason {
        Reason::NotEnoughPoints { balance, price, missing } => words(
            Text::with(Msg::CauseMissing, [format::points(*missing)]),
            Text::with(Msg::CauseMissingAdvice, [format::points(*price), format::points(*balance)]),
        ),
        Reason::Debt { roubles } => words(
            match roubles {
                Some(amount) => Text::with(Msg::CauseDebtOf, [format::roubles(*amount)]),
                None => Msg::CauseDebt.into(),
            },
            Msg::CauseDebtAdvice.into(),
        ),
        Reason::AlreadyOrdered { offer_id, title, until, .. } => words(
            Text::with(Msg::CauseOrdered, [named(app, offer_id, title)]),
            match until {
                Some(until) => Text::with(Msg::CauseOrderedUntil, [format::day_time(*until, offset)]),
                None => Msg::CauseOrderedAdvice.into(),
            },
        ),
        Reason::MonthlyLimit { until } => words(
            Msg::CauseMonth.into(),
            match until {
                Some(until) => Text::with(Msg::CauseMonthUntil, [format::day(*until, offset)]),
                None => Msg::CauseMonthAdvice.into(),
            },
        ),
        Reason::Requires { offer_id, title } => {
            words(Text::with(Msg::CauseRequires, [named(app, offer_id, title)]), Msg::CauseRequiresAdvice.into())
        }
        Reason::PriceChanged { offer_id, title, price } => words(
            Text::with(Msg::CausePrice, [named(app, offer_id, title), format::points(*price)]),
            Msg::CausePriceAdvice.into(),
        ),
        Reason::OfferGone { offer_id } => {
            words(Text::with(Msg::CauseGone, [named(app, offer_id, "")]), Msg::CauseGoneAdvice.into())
        }
        Reason::ServiceNotConnected { service } => {
            let advice = if service == "tv" { Msg::CauseServiceTvAdvice } else { Msg::CauseServiceAdvice };
            words(Msg::CauseService.into(), advice.into())
        }
        Reason::NotEnrolled => words(Msg::CauseNotEnrolled.into(), Msg::CauseNotEnrolledAdvice.into()),
        Reason::Channel { offer_id } => {
            words(Text::with(Msg::CauseChannel, [named(app, offer_id, "")]), Msg::CauseChannelAdvice.into())
        }
        Reason::Unknown { code } => words(
            Text::with(Msg::CauseOther, [Text::plain(code.chars().take(40).collect::<String>())]),
            Msg::CauseUnknownAdvice.into(),
        ),
    }
}

fn words(title: Text, advice: Text) -> Cause {
    Cause { title, advice }
}

fn named(app: &App, id: &OfferId, title: &str) -> Text {
    if !title.is_empty() {
        return Text::plain(title);
    }
    app.data.shelf.offer(id).map_or_else(|| Msg::ThisOption.into(), |offer| Text::plain(&offer.title))
}
