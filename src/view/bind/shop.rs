//! The screens of choosing: home, catalogue, offer.

use slint::{ComponentHandle, SharedString};

use super::convert::{Context, current_chip, index, shape, tone};
use super::models::{Models, ROW_SLOTS};
use super::qr::Room;
use crate::view::model::{Card, CatalogScreen, HomeScreen, OfferScreen, Row};
use bonus_tv_ui as ui;

/// How many cards of a row or lines of a grid may be in sight at once.
const IN_SIGHT: usize = 8;
const LINES_IN_SIGHT: usize = 3;

impl Models {
    /// Hands the models to these screens.
    pub(super) fn join_shop(&self, window: &ui::AppWindow) {
        let home = window.global::<ui::HomeState>();
        home.set_panels(self.panels.model());
        home.set_rows(self.rows.model());
        let cards: Vec<_> = self.row_slots.iter().map(|slot| slot.cards.model()).collect();
        home.set_row_cards(slint::ModelRc::new(slint::VecModel::from(cards)));
        let catalog = window.global::<ui::CatalogState>();
        catalog.set_chips(self.chips.model());
        catalog.set_cards(self.cards.model());
        catalog.set_buttons(self.buttons.model());
        let offer = window.global::<ui::OfferState>();
        offer.set_facts(self.facts.model());
        offer.set_warnings(self.paragraphs.model());
        offer.set_buttons(self.buttons.model());
    }

    pub(super) fn show_home(&mut self, window: &ui::AppWindow, screen: &HomeScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::HomeState>();
        state.set_hero(context.hero(&screen.hero));
        self.panels.sync(screen.panels.iter().map(|panel| context.panel(panel)).collect());
        let rows = screen.rows.iter().map(|row| (row.index, self.row(row, context))).collect();
        self.rows.sync(rows);
        if let Some(row) = screen.rows.iter().find(|row| !row.position.is_empty()) {
            state.set_position(context.text(&row.position));
            state.set_position_top(row.top as f32);
        } else {
            state.set_position(SharedString::new());
        }
        state.set_scroll(screen.scroll as f32);
    }

    fn row(&mut self, row: &Row, context: &mut Context<'_>) -> ui::RowItem {
        // The same slots as the ring of rows, so that cards stay with their row.
        let place = row.index % ROW_SLOTS;
        let Some(slot) = self.row_slots.get_mut(place) else {
            return ui::RowItem::default();
        };
        let is_same = slot.index.replace(row.index) == Some(row.index);
        let in_sight = row.first_visible..row.first_visible + IN_SIGHT;
        let card = |card: &Card| (card.index, context.card(card, in_sight.contains(&card.index)));
        slot.cards.sync(row.cards.iter().map(card).collect());
        ui::RowItem {
            is_used: true,
            index: index(row.index),
            title: context.text(&row.title),
            shape: shape(row.shape),
            first_visible: index(row.first_visible),
            total: index(row.total),
            top: row.top as f32,
            height: row.height as f32,
            is_sliding: context.has_motion && is_same,
        }
    }

    pub(super) fn show_catalog(&mut self, window: &ui::AppWindow, screen: &CatalogScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::CatalogState>();
        state.set_title(context.text(&screen.title));
        self.chips.sync(context.chips(&screen.chips));
        state.set_current_chip(current_chip(&screen.chips));
        state.set_letters(context.text(&screen.letters));
        state.set_position(context.text(&screen.position));
        state.set_shape(shape(screen.shape));
        state.set_columns(index(screen.columns.max(1)));
        let first = screen.first_row * screen.columns;
        let in_sight = first..first + LINES_IN_SIGHT * screen.columns;
        let card = |card: &Card| (card.index, context.card(card, in_sight.contains(&card.index)));
        self.cards.sync(screen.cards.iter().map(card).collect());
        state.set_is_sliding(context.has_motion && context.is_same_screen && self.total == screen.total);
        self.total = screen.total;
        state.set_first_row(index(screen.first_row));
        state.set_total(index(screen.total));
        state.set_message(context.message(screen.message.as_ref()));
        self.buttons.sync(context.buttons(&screen.buttons));
        state.set_qr(context.qr(screen.qr.as_ref(), Room::Small));
        state.set_qr_note(context.text(&screen.qr_note));
    }

    pub(super) fn show_offer(&mut self, window: &ui::AppWindow, screen: &OfferScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::OfferState>();
        state.set_title(context.text(&screen.title));
        state.set_meta(context.text(&screen.meta));
        state.set_description(context.text(&screen.description));
        let (has_image, picture) = context.picture(screen.image.as_ref());
        state.set_has_image(has_image);
        state.set_picture(picture);
        state.set_price(context.text(&screen.price));
        state.set_base_price(context.text(&screen.base_price));
        state.set_discount(context.text(&screen.discount));
        self.facts.sync(context.facts(&screen.facts));
        self.paragraphs.sync(context.texts(&screen.warnings));
        state.set_warnings_tone(tone(screen.warnings_tone));
        self.buttons.sync(context.buttons(&screen.buttons));
        state.set_qr(context.qr(screen.qr.as_ref(), Room::Small));
    }
}
