//! «Мои опции», settings, and the card of a playing film.

use chrono::TimeDelta;

use crate::core::{App, MyOptionsPlace, PlayerPlace, PlayerRun, Resource, SettingsItem, SettingsPlace, window};
use crate::domain::{
    AdultOffers, Animations, Contrast, Entitlement, Language, OfferKind, PinUse, TextSize, VoiceGuidance,
};

use super::episodes;
use super::failure;
use super::format;
use super::home::option_left;
use super::message::Msg;
use super::model::{
    Button, Finish, ImageKey, ImageVariant, List, ListKind, ListRow, ListScreen, Message, PlayerScreen, Sign, Tone,
};
use super::text::Text;

pub(crate) fn my_options(app: &App, place: &MyOptionsPlace) -> ListScreen {
    let held = app.data.entitlements.as_deref().unwrap_or_default();
    let has_focus = app.tab_focus().is_none();
    let rows = window(place.cursor, held.len(), app.list_rows())
        .filter_map(|at| Some(option_row(app, held.get(at)?, at, has_focus && at == place.cursor.at)))
        .collect();
    let trouble = app.trouble_with(Resource::Entitlements).filter(|_| held.is_empty());
    let message = match (held.is_empty(), trouble, &app.data.entitlements) {
        (false, _, _) => None,
        (true, Some(trouble), _) => Some(failure::message(trouble)),
        (true, None, None) => Some(busy()),
        (true, None, Some(_)) => Some(Message {
            sign: Sign::Empty,
            title: Msg::EmptyOptionsTitle.into(),
            advice: Msg::EmptyOptionsAdvice.into(),
            code: Text::Empty,
        }),
    };
    ListScreen {
        kind: ListKind::MyOptions,
        title: Msg::TabMyOptions.into(),
        lead: Text::Empty,
        chips: Vec::new(),
        position: if has_focus { format::position(place.cursor, held.len()) } else { Text::Empty },
        list: List { rows, first_visible: place.cursor.first, total: held.len() },
        buttons: retry(app, trouble.map(|_| Resource::Entitlements), has_focus),
        message,
    }
}

/// «Повторить», if there is something to try again.
pub(crate) fn retry(app: &App, failed: Option<Resource>, has_focus: bool) -> Vec<Button> {
    let Some(resource) = failed else { return Vec::new() };
    let mut buttons = format::buttons([(Msg::ButtonRetry.into(), Tone::Accent)], has_focus.then_some(0));
    for button in &mut buttons {
        button.is_busy = app.is_fetching(resource);
    }
    buttons
}

/// Data is on its way.
pub(crate) fn busy() -> Message {
    Message { sign: Sign::Busy, title: Msg::LoadingTitle.into(), advice: Text::Empty, code: Text::Empty }
}

fn option_row(app: &App, held: &Entitlement, index: usize, is_focused: bool) -> ListRow {
    let offset = app.offset();
    // Before the time is known it is a later one than this, so what ends soon by this ends soon.
    let ends_soon =
        held.until.is_some_and(|until| until.signed_duration_since(app.time().at_least()) < TimeDelta::days(7));
    let is_film = held.kind == OfferKind::Film;
    let price = held.renewal.map(|renewal| renewal.price_roubles.map(format::roubles));
    let is_serial = app.serial_held(&held.offer_id).is_some_and(|serial| serial.id == held.id);
    let subtitle = match (held.renewal.zip(price), held.until) {
        (Some((renewal, Some(price))), Some(until)) if renewal.is_on => {
            Text::with(Msg::RenewalOnFrom, [format::from(until, offset), price])
        }
        // What it will cost stands there before it is switched on (PUR-1).
        (Some((_, Some(price))), Some(until)) => Text::with(Msg::RenewalOffFrom, [format::until(until, offset), price]),
        (Some((_, Some(price))), None) => Text::with(Msg::RenewalPrice, [price]),
        (Some((_, None)), _) => Msg::RenewalPriceUnknown.into(),
        (None, Some(until)) if is_serial => {
            Text::with(Msg::TitleAndMeta, [episodes::progress(app, held), format::until(until, offset)])
        }
        (None, Some(until)) => format::until(until, offset),
        (None, None) => Msg::ForGood.into(),
    };
    let action = match (app.can_watch(held), held.renewal) {
        _ if is_serial => Msg::Episodes.into(),
        (true, _) => Msg::ButtonWatch.into(),
        (false, _) if app.has_ended(held) && app.data.shelf.offer(&held.offer_id).is_some() => Msg::HintOpen.into(),
        (false, _) if app.has_ended(held) => Text::Empty,
        (false, Some(renewal)) if renewal.is_on => Msg::ActionRenewalOff.into(),
        (false, Some(_)) => Msg::ActionRenewalOn.into(),
        (false, None) if held.promo_code.is_some() => Msg::ActionShowCode.into(),
        (false, None) => Text::Empty,
    };
    ListRow {
        index,
        title: format::title(&held.title),
        subtitle: match &held.promo_code {
            // A code is of use once, a price every month.
            Some(code) if held.renewal.is_none() => Text::with(Msg::PromoCodeIs, [Text::plain(code)]),
            Some(_) | None => subtitle,
        },
        subtitle_tone: if ends_soon && !is_film { Tone::Warning } else { Tone::Quiet },
        value: if app.is_switching(&held.id) {
            Msg::Switching.into()
        } else {
            // Before the time is known the line below says all that can be said.
            let can_say = app.time().known().is_some() || app.has_ended(held);
            option_left(app, held).filter(|_| can_say).unwrap_or(Text::Empty)
        },
        value_tone: match (app.has_ended(held), ends_soon) {
            (true, _) => Tone::Quiet,
            (false, true) => Tone::Warning,
            (false, false) => Tone::Good,
        },
        action,
        tick: None,
        image: held.image.as_ref().map(|id| ImageKey {
            id: id.clone(),
            variant: ImageVariant::Tile,
            width: 128,
            height: 72,
            finish: Finish::OnPlate(8),
        }),
        is_focused,
        is_enabled: true,
    }
}

pub(crate) fn settings(app: &App, place: &SettingsPlace) -> ListScreen {
    let has_focus = app.tab_focus().is_none();
    let items = app.settings_items();
    let total = items.len();
    let rows = window(place.cursor, total, app.list_rows())
        .filter_map(|at| Some(settings_row(app, *items.get(at)?, at, has_focus && at == place.cursor.at)))
        .collect();
    ListScreen {
        kind: ListKind::Settings,
        title: Msg::TabSettings.into(),
        lead: Text::Empty,
        chips: Vec::new(),
        position: Text::Empty,
        list: List { rows, first_visible: place.cursor.first, total },
        message: None,
        buttons: Vec::new(),
    }
}

fn settings_row(app: &App, item: SettingsItem, index: usize, is_focused: bool) -> ListRow {
    let name = app.data.account.as_ref().map_or("", |account| account.display_name.as_str());
    let (title, subtitle, value) = match item {
        SettingsItem::Language => (
            Msg::SettingLanguage,
            Text::Empty,
            Text::plain(match app.settings.language {
                Language::Ru => "Русский",
                Language::En => "English",
            }),
        ),
        SettingsItem::TextSize => (
            Msg::SettingTextSize,
            Msg::SettingTextSizeNote.into(),
            match app.settings.text_size {
                TextSize::Normal => Msg::TextSizeNormal.into(),
                TextSize::Large => Msg::TextSizeLarge.into(),
                TextSize::Largest => Msg::TextSizeLargest.into(),
            },
        ),
        SettingsItem::Contrast => (
            Msg::SettingContrast,
            Msg::SettingContrastNote.into(),
            match app.settings.contrast {
                Contrast::Normal => Msg::ContrastNormal.into(),
                Contrast::High => Msg::ContrastHigh.into(),
            },
        ),
        SettingsItem::Motion => (
            Msg::SettingMotion,
            Msg::SettingMotionNote.into(),
            match app.settings.animations {
                Animations::Full => Msg::On.into(),
                Animations::Reduced => Msg::Off.into(),
            },
        ),
        SettingsItem::Voice => (
            Msg::SettingVoice,
            Msg::SettingVoiceNote.into(),
            match app.settings.voice {
                VoiceGuidance::On => Msg::On.into(),
                VoiceGuidance::Off => Msg::Off.into(),
            },
        ),
        SettingsItem::Pin => (
            Msg::SettingPin,
            Msg::SettingPinNote.into(),
            if app.has_pin { Msg::PinIsSet.into() } else { Msg::PinIsNotSet.into() },
        ),
        SettingsItem::PinUse => (
            Msg::SettingPinUse,
            Text::Empty,
            match app.settings.pin_use {
                PinUse::AdultOnly => Msg::PinUseAdult.into(),
                PinUse::EveryExchange => Msg::PinUseAll.into(),
            },
        ),
        SettingsItem::Adults => (
            Msg::SettingAdults,
            Msg::SettingAdultsNote.into(),
            match app.settings.adults {
                AdultOffers::Shown => Msg::AdultsShown.into(),
                AdultOffers::Hidden => Msg::AdultsHidden.into(),
            },
        ),
        SettingsItem::PinChange => (Msg::SettingPinChange, Msg::SettingPinChangeNote.into(), Text::Empty),
        SettingsItem::OtherRewards => (Msg::OtherRewards, Msg::SettingOtherNote.into(), Text::Empty),
        SettingsItem::Elsewhere => (Msg::ElsewhereTitle, Msg::SettingElsewhereNote.into(), Text::Empty),
        SettingsItem::About => (Msg::AboutTitle, Text::Empty, Text::plain(&app.identity.version)),
        SettingsItem::SignOut => (Msg::SettingSignOut, Msg::SettingSignOutNote.into(), Text::plain(name)),
    };
    ListRow {
        index,
        title: title.into(),
        subtitle,
        subtitle_tone: Tone::Quiet,
        value,
        value_tone: Tone::Accent,
        action: match item {
            SettingsItem::Pin if app.has_pin => Msg::ActionRemove.into(),
            SettingsItem::Language
            | SettingsItem::TextSize
            | SettingsItem::Contrast
            | SettingsItem::Motion
            | SettingsItem::Voice
            | SettingsItem::PinUse
            | SettingsItem::PinChange
            | SettingsItem::Adults
            | SettingsItem::Pin => Msg::ActionChange.into(),
            SettingsItem::OtherRewards | SettingsItem::Elsewhere | SettingsItem::About => Msg::HintOpen.into(),
            SettingsItem::SignOut => Msg::ActionSignOut.into(),
        },
        tick: None,
        image: None,
        is_focused,
        is_enabled: true,
    }
}

pub(crate) fn player(app: &App, place: &PlayerPlace) -> PlayerScreen {
    let (seconds, run) = (place.elapsed.as_secs(), app.player_run());
    PlayerScreen {
        title: Text::plain(&place.title),
        link: Text::plain(&place.link),
        elapsed: if run == Some(PlayerRun::BuiltIn) {
            Text::plain(format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
        } else {
            Text::Empty
        },
        note: match run {
            Some(PlayerRun::Preparing) => Msg::PlayerPreparing.into(),
            Some(PlayerRun::BuiltIn) => Msg::PlayerBuiltIn.into(),
            Some(PlayerRun::Player | PlayerRun::Stopping) | None => Msg::PlayerExternal.into(),
        },
        buttons: format::buttons([(Msg::ButtonStop.into(), Tone::Accent)], Some(0)),
    }
}
