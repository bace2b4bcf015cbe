//! Dialogs: leave, sign out, and the pad for a PIN.

use crate::core::{App, Dialog, PIN_LENGTH, PinPurpose, PinStage};

use super::format;
use super::message::Msg;
use super::model::{Button, Dialog as DialogView, PinPad, Tone};
use super::text::Text;

pub(crate) fn dialog(app: &App, dialog: &Dialog) -> DialogView {
    match dialog {
        Dialog::OrderDamaged => DialogView {
            title: Msg::OrderDamagedTitle.into(),
            body: Msg::OrderDamagedBody.into(),
            pin: None,
            buttons: format::buttons([(Msg::ButtonUnderstood.into(), Tone::Accent)], Some(0)),
        },
        Dialog::Exit { button } => DialogView {
            title: Msg::ExitTitle.into(),
            body: if app.order().is_some() { Msg::ExitOrderBody.into() } else { Text::Empty },
            pin: None,
            buttons: format::buttons(
                [(Msg::ButtonStay.into(), Tone::Plain), (Msg::ButtonLeave.into(), Tone::Plain)],
                Some(*button),
            ),
        },
        Dialog::SignOut { button } => DialogView {
            title: Msg::SignOutTitle.into(),
            body: if app.order().is_some() { Msg::SignOutOrderBody.into() } else { Msg::SignOutBody.into() },
            pin: None,
            buttons: format::buttons(
                [(Msg::ButtonStay.into(), Tone::Plain), (Msg::ActionSignOut.into(), Tone::Bad)],
                Some(*button),
            ),
        },
        Dialog::RenewalOn { wish, button } => DialogView {
            title: Msg::RenewalQuestionTitle.into(),
            body: Text::with(
                Msg::RenewalQuestionBody,
                [Text::plain(&wish.title), wish.renewal.price_roubles.map_or(Text::Empty, format::roubles)],
            ),
            pin: None,
            buttons: format::buttons(
                [(Msg::ButtonCancel.into(), Tone::Plain), (Msg::ActionRenewalOn.into(), Tone::Accent)],
                Some(*button),
            ),
        },
        Dialog::Pin { purpose, stage, digits, key } => pin(app, purpose, stage, digits.reveal().len(), *key),
    }
}

fn pin(app: &App, purpose: &PinPurpose, stage: &PinStage, entered: usize, key: usize) -> DialogView {
    let (title, body) = match (purpose, stage) {
        (PinPurpose::Create(_) | PinPurpose::Replace, PinStage::Repeat { .. }) => {
            (Msg::PinRepeatTitle, Msg::PinRepeatBody)
        }
        (PinPurpose::Create(Some(lines)), _) if app.holds_adult_offer(lines) => {
            (Msg::PinCreateTitle, Msg::PinCreateAdultBody)
        }
        (PinPurpose::Create(_) | PinPurpose::Replace, _) => (Msg::PinCreateTitle, Msg::PinCreateBody),
        (PinPurpose::Order(_), _) => (Msg::PinOrderTitle, Msg::PinOrderBody),
        (PinPurpose::Renewal(_), _) => (Msg::PinOrderTitle, Msg::PinRenewalBody),
        (PinPurpose::Change, _) => (Msg::PinOrderTitle, Msg::PinChangeBody),
        (PinPurpose::Remove, _) => (Msg::PinRemoveTitle, Msg::PinRemoveBody),
        (PinPurpose::ShowAdults, _) => (Msg::PinOrderTitle, Msg::PinShowAdultsBody),
        (PinPurpose::Relax, _) => (Msg::PinRemoveTitle, Msg::PinRelaxBody),
    };
    let error = match stage {
        PinStage::Wrong { left } => Text::counted(Msg::PinWrong, i64::from(*left), [Text::plain(left.to_string())]),
        PinStage::Differed => Msg::PinDiffered.into(),
        PinStage::Checking(_) => Msg::PinChecking.into(),
        PinStage::Enter | PinStage::Repeat { .. } => Text::Empty,
    };
    let labels = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0", "OK"];
    let keys = labels
        .into_iter()
        .enumerate()
        .map(|(index, label)| Button {
            label: Text::plain(label),
            tone: if index == 11 { Tone::Accent } else { Tone::Plain },
            is_enabled: !matches!(stage, PinStage::Checking(_)),
            is_focused: index == key,
            is_busy: false,
        })
        .collect();
    DialogView {
        title: title.into(),
        body: body.into(),
        pin: Some(PinPad { length: PIN_LENGTH, entered, error, keys }),
        buttons: Vec::new(),
    }
}
