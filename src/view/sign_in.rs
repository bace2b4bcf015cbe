//! Signing in with a phone, and joining the programme.

use crate::core::{App, JoinFocus, JoinPlace, Resource, SignInState};
use crate::domain::{Failure, Fault, Points};

use super::failure;
use super::format;
use super::message::Msg;
use super::model::{CodeSize, JoinScreen, ListRow, Message, MessageScreen, Screen, SignInScreen, Tone};
use super::text::Text;

pub(crate) fn sign_in(app: &App, state: &SignInState) -> Screen {
    // Without a code there is nothing to do with a phone: it is the message that every other screen would show (NET-4).
    if let SignInState::Failed { failure, .. } = state {
        return no_code(failure::message(failure));
    }
    let mut screen = code(state, Msg::SignInTitle, Msg::SignInStepConfirm);
    if app.order().is_some() {
        screen.steps.push(Msg::SignInOrderWaits.into());
    }
    Screen::SignIn(screen)
}

/// The member confirms on the phone that a first PIN may be set.
pub(crate) fn phone_check(state: &SignInState) -> Screen {
    if let SignInState::Failed { failure, .. } = state {
        return no_code(no_phone_check(failure));
    }
    Screen::SignIn(code(state, Msg::PhoneCheckTitle, Msg::PhoneCheckStep))
}

/// A service that hands out no codes leaves 18+ closed: what else that means belongs to the words.
fn no_phone_check(failure: &Failure) -> Message {
    let message = failure::message(failure);
    match failure.kind.judgement().fault {
        Fault::Verdict | Fault::ForeignAnswer => {
            Message { title: Msg::PhoneCheckFailedTitle.into(), advice: Msg::PhoneCheckFailedAdvice.into(), ..message }
        }
        Fault::Name | Fault::Link | Fault::Silence | Fault::Service | Fault::Answer => message,
    }
}

fn no_code(message: Message) -> Screen {
    let buttons = format::buttons([(Msg::ButtonRetry.into(), Tone::Accent)], Some(0));
    Screen::Message(MessageScreen { message, buttons })
}

/// A code for the phone, and what to do with it.
fn code(state: &SignInState, title: Msg, last_step: Msg) -> SignInScreen {
    let mut screen = SignInScreen {
        title: title.into(),
        steps: vec![Msg::SignInStepScan.into(), Msg::SignInStepCode.into(), last_step.into()],
        qr: None,
        address: Text::Empty,
        address_size: CodeSize::Large,
        code: Text::Empty,
        status: Text::Empty,
        status_tone: Tone::Quiet,
        buttons: Vec::new(),
    };
    let mut label = Msg::ButtonNewCode;
    match state {
        SignInState::Starting | SignInState::Failed { .. } => screen.status = Msg::SignInStarting.into(),
        SignInState::Waiting { code, left, trouble, .. } => {
            label = Msg::ButtonCheck;
            screen.qr = format::qr(&code.verification_uri_complete);
            screen.address = Text::plain(format::address(&code.verification_uri));
            // An address is read in the size of a heading where that leaves it on one line.
            screen.address_size = match code.verification_uri.chars().count() {
                ..=44 => CodeSize::Large,
                _ => CodeSize::Small,
            };
            screen.code = Text::plain(&code.user_code);
            match trouble {
                Some(trouble) => {
                    screen.status = Text::with(Msg::SignInTrouble, [failure::short(trouble)]);
                    screen.status_tone = Tone::Warning;
                }
                None => {
                    let seconds = left.as_secs();
                    screen.status = if seconds > 60 {
                        let minutes = seconds.div_ceil(60);
                        Text::counted(Msg::SignInMinutes, format::plural(minutes), [Text::plain(minutes.to_string())])
                    } else {
                        Text::with(Msg::SignInSeconds, [Text::plain(seconds.to_string())])
                    };
                }
            }
        }
        SignInState::Expired => {
            screen.status = Msg::SignInExpired.into();
            screen.status_tone = Tone::Warning;
        }
        SignInState::Denied => {
            screen.status = Msg::SignInDenied.into();
            screen.status_tone = Tone::Warning;
        }
        SignInState::OtherMember => {
            screen.status = Msg::PhoneCheckOtherMember.into();
            screen.status_tone = Tone::Warning;
        }
    }
    screen.buttons = format::buttons([(label.into(), Tone::Plain)], Some(0));
    screen
}

pub(crate) fn join(app: &App, place: &JoinPlace) -> JoinScreen {
    let terms = app.data.terms.as_ref();
    let trouble = place.failure.as_ref().or_else(|| app.trouble_with(Resource::Terms));
    let total = terms.map_or(0, |terms| terms.paragraphs.len());
    // What went wrong stands above the terms: nobody consents to what cannot be read.
    let mut paragraphs = trouble.map_or_else(Vec::new, |trouble| {
        let message = failure::message(trouble);
        vec![message.title, message.advice, message.code]
    });
    match terms {
        Some(terms) => paragraphs.extend(terms.paragraphs.iter().skip(place.paragraph).map(Text::plain)),
        None if trouble.is_none() || app.is_fetching(Resource::Terms) => paragraphs.push(Msg::LoadingTitle.into()),
        None => {}
    }
    let mut buttons = format::buttons(
        [(Msg::ButtonJoin.into(), Tone::Accent), (Msg::ButtonLater.into(), Tone::Plain)],
        match place.focus {
            JoinFocus::Join => Some(0),
            JoinFocus::Later => Some(1),
            JoinFocus::Terms | JoinFocus::Consent => None,
        },
    );
    if let Some(join) = buttons.first_mut() {
        join.is_enabled = place.has_consent;
        join.is_busy = app.is_joining();
    }
    let gift = terms.map(|terms| terms.joining_points.get()).filter(|gift| *gift > 0);
    JoinScreen {
        // The reason to join, not the name of the paper.
        title: match terms.map(|terms| terms.joining_points).filter(|gift| *gift > Points::ZERO) {
            Some(gift) => Text::with(Msg::JoinTitleFor, [format::points(gift)]),
            None => Msg::JoinTitle.into(),
        },
        gift: gift.map_or(Text::Empty, format::more),
        gift_note: gift.map_or(Text::Empty, |gift| Text::counted(Msg::JoinGift, format::plural(gift), [])),
        terms: paragraphs,
        terms_position: if total > 0 {
            Text::with(Msg::Position, [Text::plain((place.paragraph + 1).to_string()), Text::plain(total.to_string())])
        } else {
            Text::Empty
        },
        is_terms_focused: place.focus == JoinFocus::Terms,
        consent: ListRow {
            index: 0,
            title: Msg::JoinConsent.into(),
            subtitle: Text::Empty,
            subtitle_tone: Tone::Quiet,
            value: Text::Empty,
            value_tone: Tone::Quiet,
            action: Text::Empty,
            tick: Some(place.has_consent),
            image: None,
            is_focused: place.focus == JoinFocus::Consent,
            is_enabled: terms.is_some(),
        },
        buttons,
    }
}
