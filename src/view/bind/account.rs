//! The screens of the member: signing in, joining, lists, status, about.

use slint::ComponentHandle;

use super::convert::{Context, code_size, current_chip, thousandths, tone};
use super::models::Models;
use super::qr::Room;
use crate::view::model::{AboutScreen, JoinScreen, ListScreen, SignInScreen, StatusScreen};
use bonus_tv_ui as ui;

impl Models {
    /// Hands the models to these screens.
    pub(super) fn join_account(&self, window: &ui::AppWindow) {
        let sign_in = window.global::<ui::SignInState>();
        sign_in.set_steps(self.paragraphs.model());
        sign_in.set_buttons(self.buttons.model());
        let join = window.global::<ui::JoinState>();
        join.set_terms(self.paragraphs.model());
        join.set_buttons(self.buttons.model());
        let list = window.global::<ui::ListState>();
        list.set_rows(self.list.model());
        list.set_chips(self.chips.model());
        list.set_buttons(self.buttons.model());
        let status = window.global::<ui::StatusState>();
        status.set_rows(self.list.model());
        status.set_chips(self.chips.model());
        status.set_steps(self.steps.model());
        status.set_buttons(self.buttons.model());
        let about = window.global::<ui::AboutState>();
        about.set_facts(self.facts.model());
        about.set_paragraphs(self.paragraphs.model());
        about.set_buttons(self.buttons.model());
    }

    pub(super) fn show_sign_in(&mut self, window: &ui::AppWindow, screen: &SignInScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::SignInState>();
        state.set_title(context.text(&screen.title));
        self.paragraphs.sync(context.texts(&screen.steps));
        state.set_qr(context.qr(screen.qr.as_ref(), Room::Large));
        state.set_address(context.text(&screen.address));
        state.set_address_size(code_size(screen.address_size));
        state.set_code(context.text(&screen.code));
        state.set_status(context.text(&screen.status));
        state.set_status_tone(tone(screen.status_tone));
        self.buttons.sync(context.buttons(&screen.buttons));
    }

    pub(super) fn show_join(&mut self, window: &ui::AppWindow, screen: &JoinScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::JoinState>();
        state.set_title(context.text(&screen.title));
        state.set_gift(context.text(&screen.gift));
        state.set_gift_note(context.text(&screen.gift_note));
        self.paragraphs.sync(context.texts(&screen.terms));
        state.set_terms_position(context.text(&screen.terms_position));
        state.set_is_terms_focused(screen.is_terms_focused);
        state.set_consent(context.list_row(&screen.consent));
        self.buttons.sync(context.buttons(&screen.buttons));
    }

    pub(super) fn show_list(&mut self, window: &ui::AppWindow, screen: &ListScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::ListState>();
        state.set_title(context.text(&screen.title));
        state.set_lead(context.text(&screen.lead));
        self.chips.sync(context.chips(&screen.chips));
        state.set_current_chip(current_chip(&screen.chips));
        state.set_position(context.text(&screen.position));
        state.set_list(self.list.sync(&screen.list, context));
        state.set_message(context.message(screen.message.as_ref()));
        self.buttons.sync(context.buttons(&screen.buttons));
    }

    pub(super) fn show_status(&mut self, window: &ui::AppWindow, screen: &StatusScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::StatusState>();
        state.set_title(context.text(&screen.title));
        self.chips.sync(context.chips(&screen.chips));
        state.set_current_chip(current_chip(&screen.chips));
        self.steps.sync(context.steps(&screen.steps));
        state.set_progress(thousandths(screen.progress));
        state.set_lead(context.text(&screen.lead));
        state.set_earn_title(context.text(&screen.earn_title));
        state.set_list(self.list.sync(&screen.list, context));
        state.set_message(context.message(screen.message.as_ref()));
        self.buttons.sync(context.buttons(&screen.buttons));
    }

    pub(super) fn show_about(&mut self, window: &ui::AppWindow, screen: &AboutScreen, context: &mut Context<'_>) {
        let state = window.global::<ui::AboutState>();
        state.set_title(context.text(&screen.title));
        state.set_code(context.text(&screen.code));
        state.set_code_size(code_size(screen.code_size));
        self.facts.sync(context.facts(&screen.facts));
        self.paragraphs.sync(context.texts(&screen.paragraphs));
        state.set_qr(context.qr(screen.qr.as_ref(), Room::Large));
        self.buttons.sync(context.buttons(&screen.buttons));
    }
}
