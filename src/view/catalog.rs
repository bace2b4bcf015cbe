//! The catalogue: sections, a grid of cards, or what stands in its place.

use crate::core::{App, CatalogPlace, Cursor, Grid, Resource, SectionKey, Zone, grid, window};

use super::failure;
use super::format;
use super::home::{offer_card, section_title};
use super::lists::retry;
use super::message::Msg;
use super::model::{CardShape, CatalogScreen, Chip, Message, Sign};
use super::offer::brief;
use super::text::Text;

pub(crate) fn catalog(app: &App, place: &CatalogPlace) -> CatalogScreen {
    let shelf = &app.data.shelf;
    let section = place.shown(shelf);
    let has_focus = app.tab_focus().is_none();
    let has_posters = section.is_some_and(|section| section.has_posters);
    let shape = if has_posters { CardShape::Poster } else { CardShape::Tile };
    let grid = section.map_or(Grid { columns: 1, lines: 1 }, |section| grid(section, app.settings.text_size));
    let columns = grid.columns;
    let cursor = place.cursor();
    let total = section.map_or(0, |section| section.offers.len());
    let rows = window(Cursor { at: cursor.at / columns, first: cursor.first }, total.div_ceil(columns), grid.lines);
    let cards = section
        .map(|section| {
            (rows.start * columns..(rows.end * columns).min(total))
                .filter_map(|at| {
                    let is_focused = has_focus && place.zone == Zone::Content && at == cursor.at;
                    Some(offer_card(app, shelf.offer_in(section, at)?, at, shape, is_focused))
                })
                .collect()
        })
        .unwrap_or_default();
    let (message, has_retry) = message(app);
    let is_other = section.is_some_and(|section| section.key == SectionKey::OtherRewards);
    // The code stands where a message is as wide as the page.
    let has_qr = is_other && message.is_none();
    let focused = app.rested_offer().filter(|_| has_focus);
    let focused = focused.and_then(|id| shelf.offer(id));
    let heading = match (focused, is_other) {
        // Under a picture there is no room for a long title: here it stands whole.
        (Some(offer), _) => Text::with(Msg::TitleAndMeta, [format::title(&offer.title), brief(offer)]),
        (None, true) => Msg::OtherRewards.into(),
        (None, false) => Msg::TabCatalog.into(),
    };
    // A search goes through all sections.
    let sections = if place.search.is_some() { &[] } else { shelf.sections() };
    let account_url = app.identity.account_url.as_ref();
    CatalogScreen {
        title: match &place.search {
            Some(search) => Text::with(Msg::Searched, [Text::plain(&search.digits), heading]),
            None => heading,
        },
        letters: if place.search.is_some() { Msg::KeypadLetters.into() } else { Text::Empty },
        chips: sections
            .iter()
            .enumerate()
            .map(|(index, section)| Chip {
                label: section_title(section),
                is_selected: Some(&section.key) == place.section.as_ref(),
                is_focused: has_focus && place.zone == Zone::Chips && place.chip == index,
            })
            .collect(),
        position: if place.zone == Zone::Content && has_focus {
            format::position(Cursor { at: cursor.at, first: 0 }, total)
        } else {
            Text::Empty
        },
        shape,
        columns,
        cards,
        first_row: cursor.first,
        total,
        message,
        buttons: retry(app, has_retry.then_some(Resource::Catalog), has_focus),
        qr: account_url.filter(|_| has_qr).and_then(|url| format::qr(url)),
        qr_note: match account_url {
            _ if !has_qr => Text::Empty,
            Some(url) => Text::with(Msg::OtherRewardsNote, [Text::plain(format::address(url))]),
            None => Msg::OtherRewardsNoAddress.into(),
        },
    }
}

/// What stands in the place of the cards, and whether it can be tried again.
fn message(app: &App) -> (Option<Message>, bool) {
    if !app.data.shelf.is_empty() {
        return (None, false);
    }
    if let Some(failure) = app.trouble_with(Resource::Catalog) {
        return (Some(failure::message(failure)), true);
    }
    let (sign, title, advice) = if app.data.has_catalog {
        (Sign::Empty, Msg::EmptyCatalogTitle, Msg::EmptyCatalogAdvice.into())
    } else {
        (Sign::Busy, Msg::LoadingTitle, Text::Empty)
    };
    (Some(Message { sign, title: title.into(), advice, code: Text::Empty }), false)
}
