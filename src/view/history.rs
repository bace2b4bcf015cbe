//! History: ledger lines and exchanges.

use crate::core::{App, HistoryKind, HistoryPlace, Resource, Zone, window};
use crate::domain::{AccrualReason, Exchange, ExchangeState, ExpiringLot, LedgerEntry};

use super::failure;
use super::format;
use super::home::SOON;
use super::lists::{busy, retry};
use super::message::Msg;
use super::model::{List, ListKind, ListRow, ListScreen, Message, Sign, Tone};
use super::status::points_strip;
use super::text::{Text, listed};

pub(crate) fn history(app: &App, place: &HistoryPlace) -> ListScreen {
    let has_focus = app.tab_focus().is_none();
    let cursor = place.cursor();
    let has_list_focus = has_focus && place.zone == Zone::Content;
    let (total, is_loaded, resource) = match place.kind {
        HistoryKind::Points => (app.data.ledger.items.len(), app.data.ledger.is_loaded, Resource::Ledger),
        HistoryKind::Orders => (app.data.exchanges.items.len(), app.data.exchanges.is_loaded, Resource::Exchanges),
        HistoryKind::Burning => (app.burning_lots().count(), app.data.account.is_some(), Resource::Account),
    };
    let rows = window(cursor, total, app.list_rows())
        .filter_map(|at| {
            let is_focused = has_list_focus && at == cursor.at;
            match place.kind {
                HistoryKind::Points => Some(entry_row(app, app.data.ledger.items.get(at)?, at, is_focused)),
                HistoryKind::Orders => Some(exchange_row(app, app.data.exchanges.items.get(at)?, at, is_focused)),
                HistoryKind::Burning => Some(burning_row(app, app.burning_lots().nth(at)?, at, is_focused)),
            }
        })
        .collect();
    let trouble = app.trouble_with(resource).filter(|_| total == 0);
    let message = match (total, trouble, is_loaded) {
        (1.., _, _) => None,
        (0, Some(trouble), _) => Some(failure::message(trouble)),
        (0, None, false) => Some(busy()),
        (0, None, true) => {
            let (title, advice) = match place.kind {
                HistoryKind::Points => (Msg::EmptyLedgerTitle, Msg::EmptyLedgerAdvice),
                HistoryKind::Orders => (Msg::EmptyOrdersTitle, Msg::EmptyOrdersAdvice),
                HistoryKind::Burning => (Msg::EmptyBurningTitle, Msg::EmptyBurningAdvice),
            };
            Some(Message { sign: Sign::Empty, title: title.into(), advice: advice.into(), code: Text::Empty })
        }
    };
    ListScreen {
        kind: ListKind::History,
        title: Msg::TabPoints.into(),
        lead: Text::Empty,
        chips: points_strip(app, place.zone),
        position: if has_list_focus { format::position(cursor, total) } else { Text::Empty },
        list: List { rows, first_visible: cursor.first, total },
        message,
        buttons: retry(app, trouble.map(|_| resource), has_focus && place.zone == Zone::Buttons),
    }
}

fn entry_row(app: &App, entry: &LedgerEntry, index: usize, is_focused: bool) -> ListRow {
    let amount = entry.amount.get();
    let at = format::day_year(entry.at, app.offset());
    // Points whose time is over have burned or were spent before: the line says what it left.
    let subtitle = match entry.expires_at.filter(|at| amount > 0 && !app.time().is_past(*at)) {
        Some(expires) => Text::with(Msg::EntryExpires, [at, format::last_day_year(expires, app.offset())]),
        None => match entry.balance_after {
            Some(balance) => Text::with(Msg::EntryBalance, [at, format::number(balance.get())]),
            None => at,
        },
    };
    ListRow {
        index,
        title: if entry.title.is_empty() { reason(entry.reason).into() } else { Text::plain(&entry.title) },
        subtitle,
        subtitle_tone: Tone::Quiet,
        value: format::signed(amount),
        value_tone: if amount < 0 { Tone::Plain } else { Tone::Good },
        action: Text::Empty,
        tick: None,
        image: None,
        is_focused,
        is_enabled: true,
    }
}

fn burning_row(app: &App, lot: &ExpiringLot, index: usize, is_focused: bool) -> ListRow {
    let is_soon = lot.expires_at.signed_duration_since(app.time().at_least()) <= SOON;
    let amount = format::number(lot.points.get());
    ListRow {
        index,
        title: Text::counted(
            Msg::BurnLot,
            format::plural(lot.points.get()),
            [amount, format::last_day_year(lot.expires_at, app.offset())],
        ),
        subtitle: Text::Empty,
        subtitle_tone: Tone::Quiet,
        value: format::left_short(lot.expires_at, app.time(), app.offset()),
        value_tone: if is_soon { Tone::Warning } else { Tone::Plain },
        action: Text::Empty,
        tick: None,
        image: None,
        is_focused,
        is_enabled: true,
    }
}

fn reason(reason: AccrualReason) -> Msg {
    match reason {
        AccrualReason::Joining => Msg::ReasonJoining,
        AccrualReason::EmailBill => Msg::ReasonEmailBill,
        AccrualReason::Profile => Msg::ReasonProfile,
        AccrualReason::Survey => Msg::ReasonSurvey,
        AccrualReason::Birthday => Msg::ReasonBirthday,
        AccrualReason::Payment => Msg::ReasonPayment,
        AccrualReason::TopUp => Msg::ReasonTopUp,
        AccrualReason::Exchange => Msg::ReasonExchange,
        AccrualReason::Expiry => Msg::ReasonExpiry,
        AccrualReason::Adjustment => Msg::ReasonAdjustment,
        AccrualReason::Other => Msg::ReasonOther,
    }
}

fn exchange_row(app: &App, exchange: &Exchange, index: usize, is_focused: bool) -> ListRow {
    let titles: Vec<&str> = exchange.lines.iter().map(|line| line.title.as_str()).collect();
    let charged = || format::less(exchange.total.get());
    let (state, tone, value, action) = match exchange.state {
        ExchangeState::Confirmed => (Text::Empty, Tone::Plain, charged(), Msg::HintOpen.into()),
        // Nothing is charged for good.
        ExchangeState::Processing => (Msg::OrderProcessing.into(), Tone::Warning, Text::Empty, Text::Empty),
        ExchangeState::Refused(_) => (Msg::OrderRefused.into(), Tone::Bad, Text::Empty, Msg::HintOpen.into()),
    };
    let at = exchange.created_at.map_or(Text::Empty, |at| format::day_year(at, app.offset()));
    ListRow {
        index,
        title: Text::plain(listed(titles.iter().copied(), ", ")),
        subtitle: match (state.is_empty(), at.is_empty()) {
            (true, _) => at,
            (false, true) => state,
            (false, false) => Text::with(Msg::OrderState, [at, state]),
        },
        subtitle_tone: if tone == Tone::Plain { Tone::Quiet } else { tone },
        value,
        value_tone: Tone::Plain,
        action,
        tick: None,
        image: None,
        is_focused,
        is_enabled: true,
    }
}
