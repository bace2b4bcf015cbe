//! A refusal: every cause in words with what to do about it (PUR-6).

use crate::core::{App, OfferAction, RefusalCause, RefusalPlace, Unlearned, layout};
use crate::domain::{OfferId, Reason, Refusal};

use super::format;
use super::message::Msg;
use super::model::{Cause, RefusalScreen, Tone};
use super::offer::action_label;
use super::text::Text;

pub(crate) fn refusal(app: &App, place: &RefusalPlace) -> RefusalScreen {
    let refusal = &place.refusal;
    let total = refusal.reasons.len();
    let mut causes: Vec<Cause> = refusal
        .reasons
        .iter()
        .skip(place.first_cause)
        .take(layout::causes(app.settings.text_size))
        .map(|reason| match reason {
            Reason::Unknown { .. } => Cause { advice: unknown_advice(refusal).into(), ..cause(app, reason) },
            Reason::NotEnoughPoints { .. }
            | Reason::Debt { .. }
            | Reason::AlreadyOrdered { .. }
            | Reason::MonthlyLimit { .. }
            | Reason::Requires { .. }
            | Reason::PriceChanged { .. }
            | Reason::OfferGone { .. }
            | Reason::ServiceNotConnected { .. }
            | Reason::NotEnrolled
            | Reason::Conflict { .. }
            | Reason::Channel { .. } => cause(app, reason),
        })
        .collect();
    if total == 0 {
        causes.push(without_reasons(place));
    }
    let actions = app.refusal_actions(place);
    let focused = place.button.min(actions.len().saturating_sub(1));
    let id: String = refusal.request_id.iter().flat_map(|id| id.chars()).take(40).collect();
    RefusalScreen {
        title: match place.cause {
            RefusalCause::Order | RefusalCause::Past => Msg::RefusalTitle.into(),
            RefusalCause::Unlearned(Unlearned::Silent) => Msg::UnlearnedTitle.into(),
            RefusalCause::Unlearned(Unlearned::StillProcessed) => Msg::StillProcessedTitle.into(),
            RefusalCause::Question => Msg::RefusalQuestionTitle.into(),
        },
        position: if total > causes.len() {
            let (first, last) = (place.first_cause + 1, place.first_cause + causes.len());
            Text::with(Msg::CausesInSight, [first, last, total].map(|number| Text::plain(number.to_string())))
        } else {
            Text::Empty
        },
        causes,
        code: match (refusal.code.is_empty(), id.is_empty()) {
            (true, _) => Text::Empty,
            (false, true) => Text::with(Msg::SupportCode, [Text::plain(&refusal.code)]),
            (false, false) => Text::with(Msg::SupportCodeAndId, [Text::plain(&refusal.code), Text::plain(id)]),
        },
        qr: app.remedy_address(place).and_then(format::qr),
        buttons: format::buttons(
            actions.iter().map(|action| match action {
                OfferAction::Close if actions.len() == 1 => (Msg::ButtonUnderstood.into(), Tone::Accent),
                OfferAction::Close => (Msg::ButtonUnderstood.into(), Tone::Plain),
                other => (action_label(*other).0.into(), Tone::Accent),
            }),
            Some(focused),
        ),
    }
}

/// What is said where the service gave no reason.
fn without_reasons(place: &RefusalPlace) -> Cause {
    match place.cause {
        RefusalCause::Unlearned(Unlearned::Silent) => {
            words(Msg::CauseUnlearned.into(), Msg::CauseUnlearnedAdvice.into())
        }
        RefusalCause::Unlearned(Unlearned::StillProcessed) => {
            words(Msg::CauseStillProcessed.into(), Msg::CauseStillProcessedAdvice.into())
        }
        RefusalCause::Order if place.refusal.code == Refusal::NOT_CARRIED_OUT => {
            words(Msg::CauseNotCarriedOut.into(), Msg::CauseNotCarriedOutAdvice.into())
        }
        RefusalCause::Order | RefusalCause::Question | RefusalCause::Past => {
            words(Msg::CauseUnknown.into(), unknown_advice(&place.refusal).into())
        }
    }
}

/// One cause with its advice.
pub(crate) fn cause(app: &App, reason: &Reason) -> Cause {
    let offset = app.offset();
    match reason {
        Reason::NotEnoughPoints { balance, price, missing } => words(
            Text::counted(Msg::CauseMissing, format::plural(missing.get()), [format::number(missing.get())]),
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
                Some(until) => Text::with(Msg::CauseOrderedUntil, [format::until(*until, offset)]),
                None => Msg::CauseOrderedAdvice.into(),
            },
        ),
        Reason::MonthlyLimit { until } => words(
            Msg::CauseMonth.into(),
            match until {
                Some(until) => Text::with(Msg::CauseMonthUntil, [format::from(*until, offset)]),
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
            let title = if service == "tv" { Msg::CauseServiceTv } else { Msg::CauseService };
            words(title.into(), advice.into())
        }
        Reason::NotEnrolled => words(Msg::CauseNotEnrolled.into(), Msg::CauseNotEnrolledAdvice.into()),
        Reason::Conflict { offer_id, title } => {
            words(Text::with(Msg::CauseConflict, [named(app, offer_id, title)]), Msg::CauseConflictAdvice.into())
        }
        Reason::Channel { offer_id } => {
            words(Text::with(Msg::CauseChannel, [named(app, offer_id, "")]), Msg::CauseChannelAdvice.into())
        }
        Reason::Unknown { code } => words(
            Text::with(Msg::CauseOther, [Text::plain(code.chars().take(40).collect::<String>())]),
            Msg::CauseUnknownCall.into(),
        ),
    }
}

/// Support is called with a number only where one stands.
fn unknown_advice(refusal: &Refusal) -> Msg {
    if refusal.code.is_empty() { Msg::CauseUnknownCall } else { Msg::CauseUnknownAdvice }
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
