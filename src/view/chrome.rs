//! What surrounds every screen: tabs, balance, clock, banner, notice and key hints.

use crate::core::{
    App, Dialog, HomePlace, Notice, Place, PlaceKind, PlayerTrouble, RowKey, Session, SpendBlock, Tab, Zone,
};
use crate::domain::{TextSize, VoiceGuidance};

use super::failure;
use super::format;
use super::message::Msg;
use super::model::{Banner, Chrome, HintKey, KeyHint, Notice as NoticeView, Tab as TabView, Tone};
use super::text::{Text, listed};

pub(crate) fn chrome(app: &App) -> Chrome {
    let account = app.data.account.as_ref().filter(|account| account.is_enrolled);
    Chrome {
        brand: app.identity.brand.as_ref().map_or_else(|| Msg::Brand.into(), Text::plain),
        tabs: tabs(app),
        balance: account.map_or(Text::Empty, |account| format::number(account.balance.get())),
        balance_unit: account
            .map_or(Text::Empty, |account| Text::counted(Msg::PointsUnit, format::plural(account.balance.get()), [])),
        // No clock is better than a wrong one.
        clock: app.time().known().map_or(Text::Empty, |now| Text::plain(format::time(now, app.offset()))),
        banner: banner(app),
        notice: app.notice().map(|notice| notice_view(app, notice)),
        hints: hints(app),
    }
}

fn tabs(app: &App) -> Vec<TabView> {
    if !app.has_tabs() {
        return Vec::new();
    }
    let focused = app.tab_focus();
    app.tabs()
        .iter()
        .enumerate()
        .map(|(index, tab)| TabView {
            label: tab_label(*tab).into(),
            badge: match (tab, app.basket_offers().len()) {
                (Tab::Basket, count) if count > 0 => Text::plain(count.to_string()),
                _ => Text::Empty,
            },
            is_selected: app.place().tab() == Some(*tab),
            is_focused: focused == Some(index),
            is_apart: *tab == Tab::Basket,
        })
        .collect()
}

fn tab_label(tab: Tab) -> Msg {
    match tab {
        Tab::Home => Msg::TabHome,
        Tab::Catalog => Msg::TabCatalog,
        Tab::MyOptions => Msg::TabMyOptions,
        Tab::Points => Msg::TabPoints,
        Tab::Basket => Msg::TabBasket,
        Tab::Settings => Msg::TabSettings,
    }
}

/// The most important standing fact: an order under way, then the link, then old data.
fn banner(app: &App) -> Option<Banner> {
    if let Some(flow) = app.order().filter(|_| !matches!(app.place(), Place::Processing(_))) {
        let trouble = flow.last_failure.as_ref().filter(|failure| failure.is_outage()).or(app.link_failure());
        let (text, is_busy) = match (app.session, trouble) {
            (Session::SignedOut, _) => (Msg::BannerOrderPaused.into(), false),
            (Session::SignedIn, Some(trouble)) => {
                (Text::with(Msg::BannerOrderTrouble, [failure::short(trouble)]), false)
            }
            (Session::SignedIn, None) => (Msg::BannerOrder.into(), true),
        };
        return Some(Banner { text, tone: Tone::Accent, is_busy });
    }
    if let Some(failure) = app.core_failure().filter(|_| app.data.account.is_some()) {
        let text = match app.data.cached_at {
            Some(at) => {
                Text::with(Msg::BannerOfflineCached, [failure::short(failure), format::day_time(at, app.offset())])
            }
            // A refusal of one question does not keep anybody from spending.
            None if app.link_failure().is_none() => failure::short(failure),
            None => Text::with(Msg::BannerOffline, [failure::short(failure)]),
        };
        return Some(Banner { text, tone: Tone::Warning, is_busy: false });
    }
    let cached_at = app.data.cached_at.filter(|_| app.data.account.is_some())?;
    let text = Text::with(Msg::BannerCached, [format::day_time(cached_at, app.offset())]);
    Some(Banner { text, tone: Tone::Quiet, is_busy: true })
}

fn notice_view(app: &App, notice: &Notice) -> NoticeView {
    let named = |msg, title: &str| Text::with(msg, [Text::plain(title)]);
    let (text, tone) = match notice {
        Notice::Welcome { name } if name.is_empty() => (Msg::NoticeSignedIn.into(), Tone::Good),
        Notice::Welcome { name } => (named(Msg::NoticeWelcome, name), Tone::Good),
        Notice::NothingSpelled => (Msg::NoticeNothingSpelled.into(), Tone::Plain),
        Notice::WaitsForPhone => (Msg::NoticeWaitsForPhone.into(), Tone::Plain),
        Notice::Added { titles } => {
            (named(Msg::NoticeAdded, &listed(titles.iter().map(|title| &**title), ", ")), Tone::Good)
        }
        Notice::Removed { titles } => {
            (named(Msg::NoticeRemoved, &listed(titles.iter().map(|title| &**title), ", ")), Tone::Plain)
        }
        Notice::BasketFull => (Msg::NoticeBasketFull.into(), Tone::Warning),
        Notice::NotForBasket => (Msg::NoticeNotForBasket.into(), Tone::Warning),
        Notice::RenewalOn { title } => (named(Msg::NoticeRenewalOn, title), Tone::Good),
        Notice::RenewalOff { title } => (named(Msg::NoticeRenewalOff, title), Tone::Good),
        Notice::RenewalPriceUnknown => (Msg::RenewalPriceUnknown.into(), Tone::Warning),
        Notice::RenewalFailed => (Msg::NoticeRenewalFailed.into(), Tone::Bad),
        Notice::NothingToSwitch => (Msg::NoticeNothingToSwitch.into(), Tone::Plain),
        Notice::NoOtherRewards => (Msg::NoticeNoOtherRewards.into(), Tone::Plain),
        Notice::Blocked(block) => (block_text(app, *block), Tone::Warning),
        Notice::ConsentFirst => (Msg::NoticeConsentFirst.into(), Tone::Warning),
        Notice::JoinFailed => (Msg::NoticeJoinFailed.into(), Tone::Bad),
        Notice::Joined => (Msg::NoticeJoined.into(), Tone::Good),
        Notice::RetryLater => (Msg::NoticeRetryLater.into(), Tone::Warning),
        Notice::LinkBack => (Msg::NoticeLinkBack.into(), Tone::Good),
        Notice::PlayerFailed(PlayerTrouble::NotFound) => (Msg::NoticePlayerMissing.into(), Tone::Bad),
        Notice::PlayerFailed(PlayerTrouble::BadAddress) => (Msg::NoticePlayerAddress.into(), Tone::Bad),
        Notice::PlayerFailed(PlayerTrouble::Broke { code }) => {
            let code = code.map_or_else(|| "—".to_owned(), |code| code.to_string());
            (named(Msg::NoticePlayerBroke, &code), Tone::Bad)
        }
        Notice::RentalEnded => (Msg::NoticeRentalEnded.into(), Tone::Warning),
        Notice::RentFirst => (Msg::NoticeRentFirst.into(), Tone::Plain),
        Notice::FilmNotReady => (Msg::NoticeFilmNotReady.into(), Tone::Warning),
        Notice::NoAnswer(failure) => (failure::short(failure), Tone::Bad),
        Notice::Voice(VoiceGuidance::On) => (Msg::NoticeVoiceOn.into(), Tone::Good),
        Notice::Voice(VoiceGuidance::Off) => (Msg::NoticeVoiceOff.into(), Tone::Plain),
        Notice::PinStored => (Msg::NoticePinStored.into(), Tone::Good),
        Notice::PinRemoved => (Msg::NoticePinRemoved.into(), Tone::Good),
        Notice::PinFailed => (Msg::NoticePinFailed.into(), Tone::Bad),
        Notice::PinUnchecked => (Msg::NoticePinUnchecked.into(), Tone::Bad),
        Notice::PinLocked { minutes } => (named(Msg::NoticePinLocked, &minutes.to_string()), Tone::Bad),
        Notice::OrderNotStored => (Msg::NoticeOrderNotStored.into(), Tone::Bad),
        Notice::OrderHidden => (Msg::NoticeOrderHidden.into(), Tone::Good),
    };
    NoticeView { text, tone }
}

/// Why points cannot be spent now, in words.
pub(crate) fn block_text(app: &App, block: SpendBlock) -> Text {
    match block {
        // No network and a service that is down look different (NET-4).
        SpendBlock::Offline => match app.link_failure() {
            Some(failure) => Text::with(Msg::BannerOffline, [failure::short(failure)]),
            None => Msg::BlockedOffline.into(),
        },
        SpendBlock::OrderUnderWay => Msg::BlockedOrder.into(),
        SpendBlock::NotEnrolled => Msg::BlockedNotEnrolled.into(),
        SpendBlock::NotReady => Msg::BlockedNotReady.into(),
        SpendBlock::NoMemory => Msg::BlockedNoMemory.into(),
    }
}

/// What keys do here, where that is of use: OK on a button or a line says itself what it does.
fn hints(app: &App) -> Vec<KeyHint> {
    let hint = |key, label: Msg| KeyHint { key, label: label.into() };
    if let Some(dialog) = app.dialog() {
        let close = hint(HintKey::Back, Msg::HintClose);
        return match dialog {
            Dialog::Pin { .. } => vec![hint(HintKey::Digits, Msg::HintDigits), close],
            Dialog::OrderDamaged | Dialog::Exit { .. } | Dialog::SignOut { .. } | Dialog::RenewalOn { .. } => {
                vec![close]
            }
        };
    }
    if app.is_magnified() {
        return vec![hint(HintKey::Back, Msg::HintClose)];
    }
    let back = hint(HintKey::Back, Msg::HintBack);
    if app.tab_focus().is_some() {
        let is_home = app.place().kind() == PlaceKind::Home;
        let back = if is_home { hint(HintKey::Back, Msg::HintExit) } else { back };
        return vec![hint(HintKey::Ok, Msg::HintOpen), back];
    }
    match app.place() {
        Place::Home(place) => {
            let mut hints = vec![hint(HintKey::Ok, ok_on_home(app, place))];
            hints.extend(offer_hints(app));
            hints.extend((!app.data.shelf.is_empty()).then(|| hint(HintKey::Digits, Msg::HintSearch)));
            hints.push(hint(HintKey::Back, Msg::HintExit));
            hints
        }
        Place::Catalog(place) if app.focused_offer().is_some() => {
            let mut hints = vec![hint(HintKey::Ok, Msg::HintOpen)];
            hints.extend(offer_hints(app));
            hints.push(hint(HintKey::Digits, Msg::HintSearch));
            // Where digits were typed, Back takes them back.
            hints.extend(match place.search {
                Some(_) => [hint(HintKey::Back, Msg::HintErase)].to_vec(),
                None => vec![hint(HintKey::Channel, Msg::HintPage), back],
            });
            hints
        }
        Place::Basket(place) if place.zone == Zone::Content => {
            // Larger words leave no room for the action in the line itself.
            let is_large = app.settings.text_size != TextSize::Normal;
            let action = is_large.then(|| hint(HintKey::Ok, Msg::ActionRemove));
            action.into_iter().chain([hint(HintKey::Information, Msg::HintOpen), back]).collect()
        }
        Place::History(_) => vec![hint(HintKey::Channel, Msg::HintPage), back],
        Place::Processing(_) => vec![hint(HintKey::Back, Msg::HintHide)],
        Place::Player(_) => vec![hint(HintKey::Back, Msg::HintStop)],
        Place::SignIn(_) => vec![hint(HintKey::Back, Msg::HintExit)],
        Place::Join(_) => vec![hint(HintKey::Ok, Msg::HintChoose), back],
        Place::Catalog(_)
        | Place::PhoneCheck(_)
        | Place::Basket(_)
        | Place::Offer(_)
        | Place::Confirm(_)
        | Place::Outcome(_)
        | Place::Refusal(_)
        | Place::Episodes(_)
        | Place::MyOptions(_)
        | Place::Status(_)
        | Place::Settings(_)
        | Place::About(_) => vec![back],
    }
}

/// OK on a film that can be watched starts it.
fn ok_on_home(app: &App, place: &HomePlace) -> Msg {
    let is_running = place.row == Some(RowKey::Running);
    let held = app.focused_offer().and_then(|id| app.held(&id)).filter(|held| is_running && app.may_watch(held));
    if held.is_some() { Msg::ButtonWatch } else { Msg::HintOpen }
}

/// The keys that put the focused offer into the basket, or show what is in it.
fn offer_hints(app: &App) -> Vec<KeyHint> {
    let hint = |key, label: Msg| KeyHint { key, label: label.into() };
    let id = app.rested_offer();
    let is_in = id.is_some_and(|id| app.is_in_basket(id));
    let can = id.and_then(|id| app.data.shelf.offer(id)).is_some_and(|offer| app.can_basket(offer));
    let tick = match (is_in, can) {
        (true, _) => Some(hint(HintKey::Green, Msg::HintUntick)),
        (false, true) => Some(hint(HintKey::Green, Msg::HintTick)),
        (false, false) => None,
    };
    let basket = (!app.basket_offers().is_empty()).then(|| hint(HintKey::Yellow, Msg::HintBasket));
    tick.into_iter().chain(basket).collect()
}
