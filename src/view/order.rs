//! Basket, confirmation, processing and outcome: the way of an order.

use crate::core::{
    App, BasketPlace, ConfirmPlace, Moment, OfferAction, OutcomePlace, Resource, Zone, layout, lines_in_sight, window,
};
use crate::domain::{ExchangeLine, OfferKind, OrderLine, Points};

use super::chrome::block_text;
use super::failure;
use super::format;
use super::home::{backdrop, card_image};
use super::message::Msg;
use super::model::{
    BasketScreen, CardShape, ConfirmScreen, Fact, Finish, ImageKey, ImageVariant, List, ListRow, Message,
    OutcomeScreen, ProcessingScreen, Sign, Tone,
};
use super::offer::{PaidLater, action_label, ends_at, ends_if_started_now, period_and_after, price_text};
use super::refusal::cause;
use super::text::Text;

pub(crate) fn basket(app: &App, place: &BasketPlace) -> BasketScreen {
    let offers = app.basket_offers();
    let has_focus = app.tab_focus().is_none();
    let total = app.basket_total();
    let balance = app.data.account.as_ref().map(|account| account.balance);
    let rows = window(place.cursor, offers.len(), layout::basket_rows(app.settings.text_size))
        .filter_map(|at| {
            let offer = offers.get(at)?;
            let unmet = app.unmet(offer, |id| app.is_in_basket(id)).next().cloned();
            Some(ListRow {
                index: at,
                title: Text::plain(&offer.title),
                subtitle: unmet
                    .as_ref()
                    .map_or_else(|| period_and_after(app, offer), |reason| cause(app, reason).title),
                subtitle_tone: if unmet.is_some() { Tone::Warning } else { Tone::Quiet },
                value: price_text(offer),
                value_tone: Tone::Accent,
                action: Msg::ActionRemove.into(),
                tick: Some(true),
                image: offer.image.as_ref().map(|id| thumbnail(id)),
                is_focused: has_focus && place.zone != Zone::Buttons && at == place.cursor.at,
                is_enabled: true,
            })
        })
        .collect();
    let is_empty = offers.is_empty();
    let mut warnings: Vec<Text> =
        app.spend_block().filter(|_| !is_empty).map(|block| block_text(app, block)).into_iter().collect();
    let obstacles = app.basket_lines().map(|lines| app.obstacles(&lines)).unwrap_or_default();
    warnings.extend(obstacles.iter().map(|reason| cause(app, reason).title).take(2));
    if !is_empty {
        let later = PaidLater::of(offers.iter().map(|offer| (&***offer, ends_at(app, offer))));
        warnings.extend(later.map(|later| later.sentence(app)));
        if obstacles.is_empty() && app.spend_block().is_none() {
            warnings.push(Msg::CannotBeCancelled.into());
        }
    }
    let mut buttons = format::buttons(
        [
            (
                total.map_or_else(
                    || Msg::ButtonExchange.into(),
                    |total| Text::with(Msg::ButtonExchangeFor, [format::points(total)]),
                ),
                Tone::Accent,
            ),
            (Msg::ButtonClear.into(), Tone::Plain),
        ],
        (has_focus && place.zone == Zone::Buttons).then_some(place.button),
    );
    if let Some(button) = buttons.first_mut() {
        button.is_enabled = app.spend_block().is_none() && obstacles.is_empty();
    }
    BasketScreen {
        title: Msg::TabBasket.into(),
        list: List { rows, first_visible: place.cursor.first, total: offers.len() },
        facts: if is_empty {
            Vec::new()
        } else {
            sums(app, &offers.iter().map(|offer| offer.base_price).collect::<Vec<_>>(), total, balance)
        },
        warnings,
        buttons: if is_empty { Vec::new() } else { buttons },
        message: is_empty.then(|| Message {
            sign: Sign::Empty,
            title: Msg::EmptyBasketTitle.into(),
            advice: Msg::EmptyBasketAdvice.into(),
            code: Text::Empty,
        }),
    }
}

/// Total, discount and the balance before and after.
fn sums(app: &App, base_prices: &[Option<Points>], total: Option<Points>, balance: Option<Points>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let base = base_prices.iter().copied().collect::<Option<Vec<_>>>().and_then(Points::checked_sum);
    if let (Some(base), Some(total)) = (base, total)
        && let Some(saved) = base.checked_sub(total).filter(|saved| *saved > Points::ZERO)
    {
        facts.push(format::fact(Msg::FactBase, format::points(base)));
        let percent = app.data.account.as_ref().map_or(0, |account| account.status.discount_percent);
        let label = Text::with(Msg::FactDiscount, [Text::plain(percent.to_string())]);
        facts.push(Fact { label, value: format::less(saved.get()), tone: Tone::Good });
    }
    if let Some(total) = total {
        facts.push(Fact { tone: Tone::Accent, ..format::fact(Msg::FactCharged, format::points(total)) });
    }
    balances(&mut facts, total, balance);
    facts
}

fn balances(facts: &mut Vec<Fact>, total: Option<Points>, balance: Option<Points>) {
    if let Some(balance) = balance {
        facts.push(format::fact(Msg::FactBalanceBefore, format::points(balance)));
        if let Some(after) = total.and_then(|total| balance.checked_sub(total)) {
            facts.push(format::fact(Msg::FactBalanceAfter, format::points(after)));
        }
    }
}

fn thumbnail(id: &str) -> ImageKey {
    ImageKey { id: id.to_owned(), variant: ImageVariant::Tile, width: 128, height: 72, finish: Finish::OnPlate(8) }
}

fn line(app: &App, index: usize, line: &OrderLine) -> ListRow {
    let offer = app.data.shelf.offer(&line.offer_id);
    ListRow {
        index,
        title: Text::plain(&line.title),
        subtitle: Text::Empty,
        subtitle_tone: Tone::Quiet,
        value: format::points(line.expected_price),
        value_tone: Tone::Accent,
        action: Text::Empty,
        tick: None,
        image: offer.and_then(|offer| offer.image.as_ref()).map(|id| thumbnail(id)),
        is_focused: false,
        is_enabled: true,
    }
}

/// The lines that fit, from the first one in sight; where there are more, the last row says which they are.
fn in_sight(lines: impl ExactSizeIterator<Item = ListRow>, first: usize, most: usize) -> Vec<ListRow> {
    let total = lines.len();
    let fits = lines_in_sight(total, most);
    let mut shown: Vec<ListRow> = lines.skip(first).take(fits).collect();
    for (index, row) in shown.iter_mut().enumerate() {
        row.index = index;
    }
    if fits < total {
        let numbers = [first + 1, first + shown.len(), total].map(|number| Text::plain(number.to_string()));
        shown.push(ListRow {
            index: shown.len(),
            title: Text::with(Msg::LinesInSight, numbers),
            subtitle: Msg::LinesMore.into(),
            subtitle_tone: Tone::Quiet,
            value: Text::Empty,
            value_tone: Tone::Quiet,
            action: Text::Empty,
            tick: None,
            image: None,
            is_focused: false,
            is_enabled: false,
        });
    }
    shown
}

pub(crate) fn confirm(app: &App, place: &ConfirmPlace) -> ConfirmScreen {
    let lines = place.lines.iter().enumerate().map(|(index, item)| {
        let offer = app.data.shelf.offer(&item.offer_id);
        let subtitle = offer.map_or(Text::Empty, |offer| period_and_after(app, offer));
        ListRow { subtitle, ..line(app, index, item) }
    });
    let mut facts = vec![Fact { tone: Tone::Accent, ..format::fact(Msg::FactCharged, format::points(place.total)) }];
    balances(&mut facts, Some(place.total), Some(place.balance));
    let only = if let [line] = place.lines.as_slice() { Some(line) } else { None };
    let offer = only.and_then(|line| app.data.shelf.offer(&line.offer_id));
    let take = Text::with(Msg::ButtonExchangeFor, [format::points(place.total)]);
    ConfirmScreen {
        title: match (only, offer.map(|offer| offer.kind)) {
            (None, _) => Text::counted(
                Msg::ConfirmMany,
                i64::try_from(place.lines.len()).unwrap_or(i64::MAX),
                [Text::plain(place.lines.len().to_string())],
            ),
            (Some(_), Some(OfferKind::Film)) => Msg::ConfirmFilm.into(),
            (Some(_), Some(OfferKind::Package)) => Msg::ConfirmPackage.into(),
            (Some(_), Some(OfferKind::Service | OfferKind::Subscription | OfferKind::Quota)) => {
                Msg::ConfirmService.into()
            }
            (Some(_), Some(OfferKind::Other) | None) => Msg::ConfirmReward.into(),
        },
        name: only.map_or(Text::Empty, |line| format::title(&line.title)),
        period: offer.map_or(Text::Empty, |offer| period_and_after(app, offer)),
        image: offer.and_then(|offer| {
            card_image(offer, if offer.kind == OfferKind::Film { CardShape::Poster } else { CardShape::Tile })
        }),
        lines: if only.is_some() {
            Vec::new()
        } else {
            in_sight(lines, place.first_line, layout::lines(app.settings.text_size))
        },
        facts,
        notes: confirm_notes(app, place),
        warning: Msg::ConfirmWarning.into(),
        buttons: format::buttons([(Msg::ButtonCancel.into(), Tone::Plain), (take, Tone::Accent)], Some(place.button)),
    }
}

/// What an order changes besides the balance (PUR-9).
fn confirm_notes(app: &App, place: &ConfirmPlace) -> Vec<Text> {
    let offset = app.offset();
    let next = app.next_exchange_after(place.lines.iter().map(|line| &line.offer_id));
    let offers = place.lines.iter().filter_map(|line| app.data.shelf.offer(&line.offer_id));
    let later = PaidLater::of(offers.map(|offer| (&**offer, ends_at(app, offer))));
    let saved = app.saved_from_burning(place.total);
    [
        next.map(|at| Text::with(Msg::OnlyExchange, [format::from(at, offset)])),
        later.map(|later| later.sentence(app)),
        saved.map(|(points, at)| {
            let amount = format::number(points.get());
            Text::counted(Msg::SavedFromBurning, format::plural(points.get()), [amount, format::lost_at(at, offset)])
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub(crate) fn processing(app: &App, now: &Moment) -> ProcessingScreen {
    let flow = app.order();
    let waited = flow.map_or(0, |flow| now.monotonic.saturating_sub(flow.started_at).as_secs());
    let trouble = flow.and_then(|flow| flow.last_failure.as_ref());
    let (lead, code) = match trouble {
        Some(trouble) => {
            let message = failure::message(trouble);
            (Text::with(Msg::ProcessingTrouble, [message.title]), message.code)
        }
        None if waited >= 3 => (Msg::ProcessingSlow.into(), Text::Empty),
        None => (Msg::ProcessingLead.into(), Text::Empty),
    };
    ProcessingScreen {
        title: Msg::ProcessingTitle.into(),
        lead,
        code,
        buttons: format::buttons([(Msg::ButtonHide.into(), Tone::Plain)], Some(0)),
    }
}

pub(crate) fn outcome(app: &App, place: &OutcomePlace) -> OutcomeScreen {
    let exchange = &place.exchange;
    let mut promo_codes = exchange.lines.iter().filter_map(|line| line.promo_code.as_ref());
    let promo = promo_codes.next();
    // One code stands large; of several, each line says its own.
    let has_more_codes = promo_codes.next().is_some();
    let lines = exchange.lines.iter().enumerate().map(|(index, item)| {
        let order_line =
            OrderLine { offer_id: item.offer_id.clone(), title: item.title.clone(), expected_price: item.price };
        let subtitle = match (item.promo_code.as_ref().filter(|_| has_more_codes), item.until) {
            (Some(code), _) => Text::with(Msg::PromoCodeIs, [Text::plain(code)]),
            (None, Some(until)) => format::until(until, app.offset()),
            (None, None) => Msg::ForGood.into(),
        };
        ListRow { subtitle, subtitle_tone: Tone::Good, ..line(app, index, &order_line) }
    });
    let mut facts = vec![format::fact(Msg::FactChargedDone, format::points(exchange.total))];
    if let Some(balance) = exchange.balance_after {
        let label = if place.is_past { Msg::FactBalanceAfter } else { Msg::FactBalanceNow };
        facts.push(format::fact(label, format::points(balance)));
    }
    if let Some(at) = exchange.next_exchange_at.filter(|_| !place.is_past) {
        facts.push(format::fact(Msg::FactNextExchange, format::from(at, app.offset())));
    }
    let later = PaidLater::of(exchange.lines.iter().filter_map(|line| {
        let offer = app.data.shelf.offer(&line.offer_id)?;
        Some((&**offer, line.until))
    }));
    if let Some(later) = later.filter(|_| !place.is_past) {
        facts.push(Fact { tone: Tone::Warning, ..format::fact(Msg::FactAfter, later.short(app)) });
    }
    let film = app.film_of(exchange);
    if let Some(offer) = film.as_ref().and_then(|id| app.data.shelf.offer(id)).filter(|_| !place.is_past) {
        facts.extend(ends_if_started_now(app, offer));
    }
    let actions = app.outcome_actions(place);
    let is_waiting = place.plays_when_ready && app.trouble_with(Resource::Entitlements).is_none();
    let focused = place.button.min(actions.len().saturating_sub(1));
    let mut buttons = format::buttons(
        actions.iter().map(|action| match action {
            OfferAction::Watch => (Msg::ButtonWatchNow.into(), Tone::Accent),
            OfferAction::Close if !place.is_past => (Msg::ButtonHome.into(), Tone::Plain),
            other => (action_label(*other).0.into(), Tone::Plain),
        }),
        Some(focused),
    );
    if let (Some(button), true) = (buttons.first_mut(), is_waiting) {
        button.is_busy = true;
    }
    OutcomeScreen {
        title: if place.is_past { Msg::OutcomePastTitle.into() } else { Msg::OutcomeTitle.into() },
        lead: match (place.is_past, film.is_some(), promo.is_some()) {
            (true, _, _) => exchange
                .created_at
                .map_or(Text::Empty, |at| Text::with(Msg::OutcomeOrderedAt, [format::day_year(at, app.offset())])),
            (false, true, _) => match exchange.lines.iter().find(|line| Some(&line.offer_id) == film.as_ref()) {
                Some(ExchangeLine { until: Some(until), .. }) => {
                    Text::with(Msg::OutcomeFilmUntil, [format::until(*until, app.offset())])
                }
                Some(_) | None => Msg::OutcomeFilm.into(),
            },
            (false, false, true) => Msg::OutcomePromo.into(),
            (false, false, false) => {
                Text::counted(Msg::OutcomeOption, i64::try_from(exchange.lines.len()).unwrap_or(1), [])
            }
        },
        lines: in_sight(lines, place.first_line, place.most_lines()),
        facts,
        promo_code: promo.map_or(Text::Empty, Text::plain),
        promo_size: promo.map(|code| format::code_size(code)).unwrap_or_default(),
        promo_qr: promo.and_then(|code| format::qr(code)),
        image: film
            .or_else(|| exchange.lines.first().map(|line| line.offer_id.clone()))
            .and_then(|id| app.data.shelf.offer(&id).and_then(|offer| backdrop(offer, Finish::Backdrop))),
        buttons,
    }
}
