//! The home screen: hero, panels of the account, rows of cards.

use chrono::TimeDelta;

use crate::core::{App, HomePlace, HomeRow, Resource, RowKey, Section, SectionKey, Standing, window};
use crate::domain::{Account, Entitlement, Offer, Points, TextSize};

use super::failure;
use super::format;
use super::lists::retry;
use super::message::Msg;
use super::model::{
    Card, CardShape, Finish, Hero, HomeScreen, ImageKey, ImageVariant, Message, MessageScreen, Panel, Row, Screen,
    Sign, Tone,
};
use super::offer::{is_owned, meta, price_text, struck_price};
use super::text::Text;

/// Points that burn within this time are worth a panel's warning colour.
pub(crate) const SOON: TimeDelta = TimeDelta::days(30);

pub(crate) fn home(app: &App, place: &HomePlace) -> Screen {
    let Some(account) = &app.data.account else { return Screen::Message(nothing_yet(app)) };
    let rows = app.home_rows();
    let focus = rows.iter().position(|row| Some(&row.key) == place.row.as_ref());
    let has_focus = app.tab_focus().is_none();
    let size = app.settings.text_size;
    let tops = tops(&rows, size);
    let start = focus.unwrap_or(0).saturating_sub(1);
    let shown = rows.iter().zip(&tops).enumerate().skip(start).take(4);
    Screen::Home(HomeScreen {
        hero: hero(app, account),
        panels: panels(app, place, account, has_focus),
        rows: shown
            .map(|(index, (row, top))| row_view(app, place, row, index, *top, has_focus && focus == Some(index)))
            .collect(),
        scroll: scroll(focus, &tops, size),
    })
}

/// Rows begin under the panels; from the second row on, the focused row stands at the top of the lower half.
fn scroll(focus: Option<usize>, tops: &[u32], size: TextSize) -> u32 {
    match focus {
        None | Some(0) => 0,
        Some(row) => panels_height(size) - HEADROOM + tops.get(row).copied().unwrap_or(0),
    }
}

/// Room above the heading of a row that stands at the top.
const HEADROOM: u32 = 12;
/// Height of the panels with their gap.
pub(crate) fn panels_height(size: TextSize) -> u32 {
    size.between(122, 142)
}

/// Height of a row with its heading and the gap below it.
pub(crate) fn row_height(shape: CardShape, size: TextSize) -> u32 {
    match shape {
        CardShape::Poster => size.between(544, 586),
        CardShape::Tile => size.between(409, 451),
    }
}

fn shape(row: &HomeRow) -> CardShape {
    if row.has_posters { CardShape::Poster } else { CardShape::Tile }
}

fn tops(rows: &[HomeRow], size: TextSize) -> Vec<u32> {
    rows.iter()
        .scan(0, |top, row| {
            let mine = *top;
            *top += row_height(shape(row), size);
            Some(mine)
        })
        .collect()
}

fn nothing_yet(app: &App) -> MessageScreen {
    match app.home_failure() {
        Some(failure) => MessageScreen {
            message: failure::message(failure),
            buttons: retry(app, Some(Resource::Account), app.tab_focus().is_none()),
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
            title: Text::plain(&offer.title),
            meta: meta(offer),
            description: Text::plain(&offer.description),
            price: owned_or_price(app, offer),
            base_price: if is_owned(app, offer) { Text::Empty } else { struck_price(offer) },
            image: backdrop(offer, Finish::Hero),
        },
        None => Hero {
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
pub(crate) fn backdrop(offer: &Offer, finish: Finish) -> Option<ImageKey> {
    let id = offer.image.clone()?;
    Some(ImageKey { id, variant: ImageVariant::Backdrop, width: 1280, height: 720, finish })
}

fn panels(app: &App, place: &HomePlace, account: &Account, has_focus: bool) -> Vec<Panel> {
    let mut panels = if account.is_enrolled {
        vec![balance_panel(app, account), status_panel(account)]
    } else {
        vec![
            panel(Msg::PanelJoin, Msg::PanelJoinValue.into(), Msg::PanelJoinNote.into(), Tone::Accent),
            panel(Msg::PanelStatus, Text::plain("—"), Text::Empty, Tone::Quiet),
        ]
    };
    panels.push(burning_panel(app, account));
    panels.push(exchange_panel(app, account));
    for (index, panel) in panels.iter_mut().enumerate() {
        panel.is_focused = has_focus && place.row.is_none() && place.panel == index;
    }
    panels
}

/// What burns next. Before the time is known, the newest time that the box has seen is the latest that can be claimed:
/// what burned soon after that burns soon now, if it has not burned.
fn burning_panel(app: &App, account: &Account) -> Panel {
    let (time, offset) = (app.time(), app.offset());
    let far = |points: Points, at| {
        Text::with(Msg::NextBurn, [format::number(points.get()), format::last_day_year(at, offset)])
    };
    match account.burning_next(time.at_least()) {
        Some((points, at)) if at.signed_duration_since(time.at_least()) <= SOON => {
            let label = Text::with(Msg::PanelBurningAt, [format::last_day_short(at, offset)]);
            Panel {
                label,
                ..panel(Msg::PanelBurning, format::points(points), format::lost_at(at, offset), Tone::Warning)
            }
        }
        Some((points, at)) if time.known().is_none() => {
            panel(Msg::PanelBurning, Text::plain("—"), far(points, at), Tone::Quiet)
        }
        Some((points, at)) => panel(Msg::PanelNextDays, Msg::NothingBurnsSoon.into(), far(points, at), Tone::Quiet),
        None => panel(Msg::PanelBurning, Msg::NothingBurnsSoon.into(), Msg::NothingBurnsNote.into(), Tone::Quiet),
    }
}

fn exchange_panel(app: &App, account: &Account) -> Panel {
    let next = account.next_exchange_at.map(|at| (app.time().standing(at), format::from(at, app.offset())));
    match next {
        Some((Standing::Ahead, from)) => panel(Msg::PanelExchange, from, Msg::ExchangeUsed.into(), Tone::Quiet),
        Some((Standing::Unknown, from)) => {
            panel(Msg::PanelExchange, from, Msg::ExchangeOncePerMonth.into(), Tone::Quiet)
        }
        Some((Standing::Past, _)) | None if account.debt_roubles.is_some() => panel(
            Msg::PanelExchange,
            Msg::ExchangeBlocked.into(),
            match account.debt_roubles {
                Some(amount) if amount > 0 => Text::with(Msg::DebtOf, [format::roubles(amount)]),
                Some(_) | None => Msg::CauseDebt.into(),
            },
            Tone::Bad,
        ),
        Some((Standing::Past, _)) | None if !account.is_enrolled => {
            panel(Msg::PanelExchange, Text::plain("—"), Text::Empty, Tone::Quiet)
        }
        // What the disk knows may be of last month.
        Some((Standing::Past, _)) | None if app.time().known().is_none() => {
            panel(Msg::PanelExchange, Text::plain("—"), Msg::ExchangeOncePerMonth.into(), Tone::Quiet)
        }
        Some((Standing::Past, _)) | None => {
            panel(Msg::PanelExchange, Msg::ExchangeNow.into(), Msg::ExchangeOncePerMonth.into(), Tone::Good)
        }
    }
}

fn balance_panel(app: &App, account: &Account) -> Panel {
    let note = match (account.pending_total(app.time().at_least()), account.held.get()) {
        (_, held) if held > 0 => Text::with(Msg::HeldNote, [format::number(held)]),
        (Some((points, at)), _) => {
            Text::with(Msg::PendingNote, [format::more(points.get()), format::day(at, app.offset())])
        }
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
                Text::with(Msg::StatusNote, [format::number(next.missing.get()), Text::plain(&next.name)]),
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

fn row_view(app: &App, place: &HomePlace, row: &HomeRow, index: usize, top: u32, has_focus: bool) -> Row {
    let cursor = place.cursor(&row.key);
    let shape = shape(row);
    let running = if row.key == RowKey::Running { app.running() } else { Vec::new() };
    let cards = window(cursor, row.total, row.visible())
        .filter_map(|at| {
            let is_focused = has_focus && at == cursor.at;
            match &row.key {
                RowKey::Running => Some(running_card(app, running.get(at)?, at, is_focused)),
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
            RowKey::Section(key) => app.data.shelf.section(key).map_or(Text::Empty, section_title),
        },
        position: if has_focus { format::position(cursor, row.total) } else { Text::Empty },
        shape,
        cards,
        first_visible: cursor.first,
        total: row.total,
        top,
        height: row_height(shape, app.settings.text_size),
    }
}

/// What a section is called.
pub(crate) fn section_title(section: &Section) -> Text {
    match section.key {
        SectionKey::Affordable => Msg::ChipAffordable.into(),
        SectionKey::Category(_) => Text::plain(&section.title),
        SectionKey::Small => Msg::ChipSmall.into(),
        SectionKey::OtherRewards => Msg::OtherRewards.into(),
        // Its heading says what was typed.
        SectionKey::Found => Text::Empty,
    }
}

fn running_card(app: &App, held: &Entitlement, index: usize, is_focused: bool) -> Card {
    let has_ended = app.has_ended(held);
    let price = held.renewal.and_then(|renewal| renewal.price_roubles).map(format::roubles);
    let (caption, caption_tone) = match held.until.filter(|_| app.turns_paid_soon(held)) {
        // What it is about to cost stands first on home (PUR-10).
        Some(until) => {
            let from = Text::with(Msg::FromDay, [format::day(until, app.offset())]);
            let caption = match price {
                Some(price) => Text::with(Msg::PaidFromShort, [from, price]),
                None => Text::with(Msg::PaidFromUnknown, [from]),
            };
            (caption, Tone::Warning)
        }
        None => {
            let tone = if has_ended { Tone::Quiet } else { Tone::Good };
            (option_left(app, held).unwrap_or_else(|| Msg::ForGood.into()), tone)
        }
    };
    Card {
        index,
        title: format::title(&held.title),
        caption,
        caption_tone,
        image: held.image.as_ref().map(|id| tile_image(id)),
        badge: watch_badge(app, held),
        badge_tone: Tone::Accent,
        is_focused,
    }
}

/// What OK plays.
fn watch_badge(app: &App, held: &Entitlement) -> Text {
    match (app.can_watch(held), held.episodes.is_empty()) {
        (true, false) => {
            let number = app.data.watched.next(held) + 1;
            Text::with(Msg::EpisodeUntitled, [Text::plain(number.to_string())])
        }
        (true, true) => Msg::BadgeWatch.into(),
        (false, _) => Text::Empty,
    }
}

/// How long an option still works, or that it is over; `None` if it has no end. What renews itself at this moment has
/// neither ended nor a known end.
pub(crate) fn option_left(app: &App, held: &Entitlement) -> Option<Text> {
    let until = held.until?;
    let renews_now = app.time().is_past(until) && !app.has_ended(held);
    Some(if renews_now {
        format::from(until, app.offset())
    } else {
        format::left_short(until, app.time(), app.offset())
    })
}

fn tile_image(id: &str) -> ImageKey {
    ImageKey { id: id.to_owned(), variant: ImageVariant::Tile, width: 400, height: 225, finish: Finish::OnPage(16) }
}

/// The picture of an offer on its card.
pub(crate) fn card_image(offer: &Offer, shape: CardShape) -> Option<ImageKey> {
    let id = offer.image.as_ref()?;
    Some(match shape {
        CardShape::Poster => {
            let finish = Finish::OnPage(16);
            ImageKey { id: id.clone(), variant: ImageVariant::Poster, width: 240, height: 360, finish }
        }
        CardShape::Tile => tile_image(id),
    })
}

/// What an offer costs, or how long the member has it still.
fn owned_or_price(app: &App, offer: &Offer) -> Text {
    match app.held(&offer.id).filter(|_| is_owned(app, offer)) {
        Some(held) => option_left(app, held).unwrap_or_else(|| Msg::ForGood.into()),
        None => price_text(offer),
    }
}

/// A card of an offer, on the home screen and in the catalogue.
pub(crate) fn offer_card(app: &App, offer: &Offer, index: usize, shape: CardShape, is_focused: bool) -> Card {
    let (badge, badge_tone) = badge(app, offer);
    Card {
        index,
        title: format::title(&offer.title),
        caption: match (shape, app.settings.text_size, offer.price) {
            // Under a poster there is no room for a price in larger words: the number is what counts.
            (CardShape::Poster, TextSize::Large | TextSize::Largest, Some(price)) if !is_owned(app, offer) => {
                format::number(price.get())
            }
            _ => owned_or_price(app, offer),
        },
        caption_tone: match (is_owned(app, offer), app.is_allowed(offer)) {
            (true, _) => Tone::Good,
            (false, true) => Tone::Accent,
            (false, false) => Tone::Quiet,
        },
        image: card_image(offer, shape),
        badge,
        badge_tone,
        is_focused,
    }
}

fn badge(app: &App, offer: &Offer) -> (Text, Tone) {
    if app.held(&offer.id).is_some_and(|held| app.can_watch(held)) {
        (Msg::BadgeCanWatch.into(), Tone::Good)
    } else if app.is_active(offer) {
        (Msg::BadgeActive.into(), Tone::Good)
    } else if app.is_in_basket(&offer.id) {
        (Msg::BadgeInBasket.into(), Tone::Accent)
    } else if offer.is_adult() {
        (Text::plain("18+"), Tone::Warning)
    } else {
        (Text::Empty, Tone::Plain)
    }
}
