//! The home screen: hero, panels of the account, rows of cards.

use chrono::TimeDelta;

use crate::core::{App, HomePlace, HomeRow, Moment, Resource, RowKey, SectionKey, window};
use crate::domain::{Account, Entitlement, Offer};

use super::failure;
use super::format;
use super::lists::retry;
use super::message::Msg;
use super::model::{
    Card, CardShape, Hero, HomeScreen, ImageKey, ImageVariant, Message, MessageScreen, Panel, Row, Screen, Sign, Tone,
};
use super::offer::{meta, price_text};
use super::text::Text;

/// Points that burn within this time are worth a panel's warning colour.
const SOON: TimeDelta = TimeDelta::days(30);

pub(crate) fn home(app: &App, place: &HomePlace, now: &Moment) -> Screen {
    let Some(account) = &app.data.account else { return Screen::Message(nothing_yet(app)) };
    let rows = app.home_rows();
    let focus = rows.iter().position(|row| Some(&row.key) == place.row.as_ref());
    let has_focus = app.tab_focus().is_none();
    let tops = tops(&rows);
    let start = focus.unwrap_or(0).saturating_sub(1);
    let shown = rows.iter().zip(&tops).enumerate().skip(start).take(4);
    Screen::Home(HomeScreen {
        hero: hero(app, account),
        panels: panels(app, place, account, now, has_focus),
        rows: shown
            .map(|(index, (row, top))| row_view(app, place, row, index, *top, has_focus && focus == Some(index), now))
            .collect(),
        scroll: scroll(focus, &tops),
    })
}

/// Rows begin under the panels; from the second row on, the focused row stands at the top of the lower half.
fn scroll(focus: Option<usize>, tops: &[u32]) -> u32 {
    match focus {
        None | Some(0) => 0,
        Some(row) => PANELS_HEIGHT - HEADROOM + tops.get(row).copied().unwrap_or(0),
    }
}

/// Height of the panels with their gap.
const PANELS_HEIGHT: u32 = 156;
/// Room above the heading of a row that stands at the top.
const HEADROOM: u32 = 12;
const POSTER_ROW: u32 = 528;
const TILE_ROW: u32 = 400;

fn row_height(row: &HomeRow) -> u32 {
    if row.has_posters { POSTER_ROW } else { TILE_ROW }
}

fn tops(rows: &[HomeRow]) -> Vec<u32> {
    rows.iter()
        .scan(0, |top, row| {
            let mine = *top;
            *top += row_height(row);
            Some(mine)
        })
        .collect()
}

fn nothing_yet(app: &App) -> MessageScreen {
    match app.home_failure() {
        Some(failure) => MessageScreen {
            message: failure::message(failure),
            buttons: retry(app, Resource::Account, true, app.tab_focus().is_none()),
        },
        None => MessageScreen {
            message: Message {
                sign: Sign::Busy,
                title: Msg::LoadingTitle.into(),
                advice: Text::Empty,
                code: Text::Empty,
            },
            buttons: Vec::new(),
        },
    }
}

fn hero(app: &App, account: &Account) -> Hero {
    match app.hero().and_then(|id| app.data.shelf.offer(id)) {
        Some(offer) => Hero {
            eyebrow: Text::plain(app.data.shelf.category_title(offer)),
            title: Text::plain(&offer.title),
            meta: meta(offer),
            description: Text::plain(&offer.description),
            price: price_text(offer),
            base_price: offer
                .base_price
                .filter(|base| Some(*base) != offer.price)
                .map_or(Text::Empty, |base| Text::plain(format::number(base.get()))),
            image: backdrop(offer),
        },
        None => Hero {
            eyebrow: Text::Empty,
            title: if account.display_name.is_empty() {
                Msg::HeroWelcome.into()
            } else {
                Text::with(Msg::HeroWelcomeName, [Text::plain(&account.display_name)])
            },
            meta: Text::Empty,
            description: if app.data.has_catalog && app.data.shelf.is_empty() {
                Msg::HeroEmptyCatalog.into()
            } else {
                Msg::HeroLead.into()
            },
            price: Text::Empty,
            base_price: Text::Empty,
            image: None,
        },
    }
}

/// The large picture of an offer.
pub(crate) fn backdrop(offer: &Offer) -> Option<ImageKey> {
    let id = offer.image.clone()?;
    Some(ImageKey { id, variant: ImageVariant::Backdrop, width: 1280, height: 720, radius: 0 })
}

fn panels(app: &App, place: &HomePlace, account: &Account, now: &Moment, has_focus: bool) -> Vec<Panel> {
    let offset = app.offset();
    let server_now = app.server_now(now);
    let mut panels = if account.is_enrolled {
        vec![balance_panel(app, account), status_panel(account)]
    } else {
        vec![
            panel(Msg::PanelJoin, Msg::PanelJoinValue.into(), Msg::PanelJoinNote.into(), Tone::Accent),
            panel(Msg::PanelStatus, Text::plain("—"), Text::Empty, Tone::Quiet),
        ]
    };
    panels.push(match account.burning_next() {
        Some((points, at)) if at.signed_duration_since(server_now) <= SOON => panel(
            Msg::PanelBurning,
            format::points(points),
            Text::with(Msg::BurnsOn, [format::day(at, offset)]),
            Tone::Warning,
        ),
        Some((points, at)) => panel(
            Msg::PanelBurning,
            Msg::NothingBurnsSoon.into(),
            Text::with(Msg::NextBurn, [Text::plain(format::number(points.get())), format::day_year(at, offset)]),
            Tone::Quiet,
        ),
        None => panel(Msg::PanelBurning, Msg::NothingBurnsSoon.into(), Text::Empty, Tone::Quiet),
    });
    panels.push(match account.next_exchange_at.filter(|at| *at > server_now) {
        Some(at) => panel(Msg::PanelExchange, format::day(at, offset), Msg::ExchangeUsed.into(), Tone::Quiet),
        None if account.debt_roubles.is_some() => panel(
            Msg::PanelExchange,
            Msg::ExchangeBlocked.into(),
            match account.debt_roubles {
                Some(amount) if amount > 0 => Text::with(Msg::DebtOf, [format::roubles(amount)]),
                Some(_) | None => Msg::CauseDebt.into(),
            },
            Tone::Bad,
        ),
        None if !account.is_enrolled => panel(Msg::PanelExchange, Text::plain("—"), Text::Empty, Tone::Quiet),
        None => panel(Msg::PanelExchange, Msg::ExchangeNow.into(), Msg::ExchangeOncePerMonth.into(), Tone::Good),
    });
    for (index, panel) in panels.iter_mut().enumerate() {
        panel.is_focused = has_focus && place.row.is_none() && place.panel == index;
    }
    panels
}

fn balance_panel(app: &App, account: &Account) -> Panel {
    let note = match (account.pending_total(), account.held.get()) {
        (_, held) if held > 0 => Text::with(Msg::HeldNote, [Text::plain(format::number(held))]),
        (Some((points, at)), _) => Text::with(
            Msg::PendingNote,
            [
                Text::plain(format::signed(i64::try_from(points.get()).unwrap_or(i64::MAX))),
                format::day(at, app.offset()),
            ],
        ),
        (None, _) => Msg::BalanceNote.into(),
    };
    panel(Msg::PanelBalance, format::points(account.balance), note, Tone::Quiet)
}

fn status_panel(account: &Account) -> Panel {
    let name = Text::plain(&account.status.name);
    let value = match account.status.discount_percent {
        0 => name,
        discount => Text::with(Msg::StatusValue, [name, Text::plain(discount.to_string())]),
    };
    let (note, progress) = match &account.status.next {
        Some(next) => {
            let reached = next.threshold.checked_sub(next.missing).map_or(0, |points| points.get());
            let share = reached.saturating_mul(1000).checked_div(next.threshold.get()).unwrap_or(0);
            (
                Text::with(Msg::StatusNote, [Text::plain(format::number(next.missing.get())), Text::plain(&next.name)]),
                Some(u16::try_from(share.min(1000)).unwrap_or(1000)),
            )
        }
        None => (Msg::StatusTopNote.into(), Some(1000)),
    };
    Panel { progress, ..panel(Msg::PanelStatus, value, note, Tone::Quiet) }
}

fn panel(label: Msg, value: Text, note: Text, tone: Tone) -> Panel {
    Panel { label: label.into(), value, note, tone, progress: None, is_focused: false }
}

fn row_view(app: &App, place: &HomePlace, row: &HomeRow, index: usize, top: u32, has_focus: bool, now: &Moment) -> Row {
    let cursor = place.cursor(&row.key);
    let shape = if row.has_posters { CardShape::Poster } else { CardShape::Tile };
    let cards = window(cursor, row.total, row.visible())
        .filter_map(|at| {
            let is_focused = has_focus && at == cursor.at;
            match &row.key {
                RowKey::Running => {
                    let held = app.data.entitlements.as_ref()?.get(at)?;
                    Some(running_card(app, held, at, is_focused, now))
                }
                RowKey::Section(key) => {
                    let offer = app.data.shelf.offer_in(app.data.shelf.section(key)?, at)?;
                    Some(offer_card(app, offer, at, shape, is_focused))
                }
            }
        })
        .collect();
    Row {
        index,
        title: match &row.key {
            RowKey::Running => Msg::RowRunning.into(),
            RowKey::Section(SectionKey::OtherRewards) => Msg::OtherRewards.into(),
            RowKey::Section(key @ SectionKey::Category(_)) => {
                app.data.shelf.section(key).map_or(Text::Empty, |section| Text::plain(&section.title))
            }
        },
        position: if has_focus { format::position(cursor, row.total) } else { Text::Empty },
        shape,
        cards,
        first_visible: cursor.first,
        total: row.total,
        top,
        height: row_height(row),
    }
}

fn running_card(app: &App, held: &Entitlement, index: usize, is_focused: bool, now: &Moment) -> Card {
    let caption = match held.until {
        Some(until) => format::left_short(until, app.server_now(now)),
        None => Msg::ForGood.into(),
    };
    Card {
        index,
        title: format::title(&held.title),
        caption,
        caption_tone: Tone::Good,
        image: held.image.as_ref().map(|id| tile_image(id)),
        badge: if held.playback.is_some() { Msg::BadgeWatch.into() } else { Text::Empty },
        badge_tone: Tone::Accent,
        is_focused,
    }
}

fn tile_image(id: &str) -> ImageKey {
    ImageKey { id: id.to_owned(), variant: ImageVariant::Tile, width: 400, height: 225, radius: 16 }
}

/// A card of an offer, on the home screen and in the catalogue.
pub(crate) fn offer_card(app: &App, offer: &Offer, index: usize, shape: CardShape, is_focused: bool) -> Card {
    let (badge, badge_tone) = badge(app, offer);
    Card {
        index,
        title: format::title(&offer.title),
        caption: price_text(offer),
        caption_tone: if offer.eligibility.is_allowed { Tone::Accent } else { Tone::Quiet },
        image: offer.image.as_ref().map(|id| match shape {
            CardShape::Poster => {
                ImageKey { id: id.clone(), variant: ImageVariant::Poster, width: 240, height: 360, radius: 16 }
            }
            CardShape::Tile => tile_image(id),
        }),
        badge,
        badge_tone,
        is_focused,
    }
}

fn badge(app: &App, offer: &Offer) -> (Text, Tone) {
    if app.data.entitlement_of(&offer.id).is_some() || offer.active_until.is_some() {
        (Msg::BadgeActive.into(), Tone::Good)
    } else if app.is_in_basket(&offer.id) {
        (Msg::BadgeInBasket.into(), Tone::Accent)
    } else if offer.is_adult() {
        (Text::plain("18+"), Tone::Warning)
    } else {
        (Text::Empty, Tone::Plain)
    }
}
