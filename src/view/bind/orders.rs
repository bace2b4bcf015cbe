//! The screens of exchanging: basket, the last question, the order on its way, what it brought, why not.

use slint::ComponentHandle;

use super::convert::{Context, code_size};
use super::models::Models;
use super::qr::Room;
use crate::view::model::{
    BasketScreen, ConfirmScreen, ImageVariant, MessageScreen, OutcomeScreen, PlayerScreen, ProcessingScreen,
    RefusalScreen,
};
use bonus_tv_ui as ui;

impl Models {
    /// Hands the models to these screens.
    pub(super) fn join_orders(&self, window: &ui::AppWindow) {
        window.global::<ui::MessageState>().set_buttons(self.buttons.model());
        let basket = window.global::<ui::BasketState>();
        basket.set_rows(self.list.model());
        basket.set_facts(self.facts.model());
        basket.set_warnings(self.paragraphs.model());
        basket.set_buttons(self.buttons.model());
        let confirm = window.global::<ui::ConfirmState>();
        confirm.set_lines(self.lines.model());
        confirm.set_facts(self.facts.model());
        confirm.set_notes(self.paragraphs.model());
        confirm.set_buttons(self.buttons.model());
        window.global::<ui::ProcessingState>().set_buttons(self.buttons.model());
        let outcome = window.global::<ui::OutcomeState>();
        outcome.set_lines(self.lines.model());
        outcome.set_facts(self.facts.model());
        outcome.set_buttons(self.buttons.model());
        let refusal = window.global::<ui::RefusalState>();
        refusal.set_causes(self.causes.model());
        refusal.set_buttons(self.buttons.model());
        window.global::<ui::PlayerState>().set_buttons(self.buttons.model());
    }

    pub(super) fn show_message(&mut self, window: &ui::AppWindow, screen: &MessageScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::MessageState>();
        state.set_message(context.message(Some(&screen.message)));
        self.buttons.sync(context.buttons(&screen.buttons));
    }

    pub(super) fn show_basket(&mut self, window: &ui::AppWindow, screen: &BasketScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::BasketState>();
        state.set_title(context.text(&screen.title));
        state.set_list(self.list.sync(&screen.list, context));
        self.facts.sync(context.facts(&screen.facts));
        self.paragraphs.sync(context.texts(&screen.warnings));
        self.buttons.sync(context.buttons(&screen.buttons));
        state.set_message(context.message(screen.message.as_ref()));
    }

    pub(super) fn show_confirm(&mut self, window: &ui::AppWindow, screen: &ConfirmScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::ConfirmState>();
        state.set_title(context.text(&screen.title));
        state.set_name(context.text(&screen.name));
        state.set_period(context.text(&screen.period));
        let (has_image, picture) = context.picture(screen.image.as_ref());
        state.set_has_image(has_image);
        state.set_picture(picture);
        state.set_is_poster(screen.image.as_ref().is_some_and(|key| key.variant == ImageVariant::Poster));
        self.lines(&screen.lines, context);
        self.facts.sync(context.facts(&screen.facts));
        self.paragraphs.sync(context.texts(&screen.notes));
        state.set_warning(context.text(&screen.warning));
        self.buttons.sync(context.buttons(&screen.buttons));
    }

    pub(super) fn show_processing(
        &mut self,
        window: &ui::AppWindow,
        screen: &ProcessingScreen,
        context: &mut Context<'_>,
    ) {
        let state = window.global::<ui::ProcessingState>();
        state.set_title(context.text(&screen.title));
        state.set_lead(context.text(&screen.lead));
        state.set_code(context.text(&screen.code));
        self.buttons.sync(context.buttons(&screen.buttons));
    }

    pub(super) fn show_outcome(&mut self, window: &ui::AppWindow, screen: &OutcomeScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::OutcomeState>();
        state.set_title(context.text(&screen.title));
        state.set_lead(context.text(&screen.lead));
        self.lines(&screen.lines, context);
        self.facts.sync(context.facts(&screen.facts));
        state.set_promo_code(context.text(&screen.promo_code));
        state.set_promo_size(code_size(screen.promo_size));
        state.set_promo_qr(context.qr(screen.promo_qr.as_ref(), Room::Large));
        let (has_image, picture) = context.picture(screen.image.as_ref());
        state.set_has_image(has_image);
        state.set_picture(picture);
        self.buttons.sync(context.buttons(&screen.buttons));
    }

    pub(super) fn show_refusal(&mut self, window: &ui::AppWindow, screen: &RefusalScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::RefusalState>();
        state.set_title(context.text(&screen.title));
        self.causes.sync(context.causes(&screen.causes));
        state.set_position(context.text(&screen.position));
        state.set_code(context.text(&screen.code));
        state.set_qr(context.qr(screen.qr.as_ref(), Room::Small));
        self.buttons.sync(context.buttons(&screen.buttons));
    }

    pub(super) fn show_player(&mut self, window: &ui::AppWindow, screen: &PlayerScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::PlayerState>();
        state.set_title(context.text(&screen.title));
        state.set_link(context.text(&screen.link));
        state.set_elapsed(context.text(&screen.elapsed));
        state.set_note(context.text(&screen.note));
        self.buttons.sync(context.buttons(&screen.buttons));
    }
}
