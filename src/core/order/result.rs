//! How an order ends: what each answer about it means, what the member is told, and when the disk may forget it.

use std::time::Duration;

use crate::core::app::{App, Turn};
use crate::core::event::DiskTrouble;
use crate::core::pace::{self, Attention};
use crate::core::places::{OutcomePlace, RefusalPlace};
use crate::core::power::Power;
use crate::core::{DiskJob, Effect, Notice, Place, PlaceKind, Request, Resource, Session, Unlearned};
use crate::domain::{Exchange, ExchangeState, Failure, FailureKind, Refusal};

use super::{
    LOOK_AGAIN, OrderPhase, SERVICE_SEEN, SILENCE, SILENT_ANSWERS, STRAYS, Silence, Verdict, WORKS_AT_MOST,
    not_carried_out,
};

impl App {
    /// The server has decided on an exchange; it counts if it is this order's.
    pub(crate) fn exchange_answered(&mut self, exchange: Exchange, turn: &mut Turn) {
        let Some(flow) = &mut self.order else { return };
        if !flow.order.is_answered_by(&exchange) {
            // A cache or a mistake has answered for another order: this one is looked up.
            flow.doubtful.get_or_insert_with(not_carried_out);
            return self.order_unanswered(Failure::new(FailureKind::Malformed), turn);
        }
        match &exchange.state {
            ExchangeState::Processing => {
                // Most take a moment; one that takes minutes is asked about a few times a minute.
                let worked = flow.accepted_at.map_or(Duration::ZERO, |at| turn.now.monotonic.saturating_sub(at));
                let pause = (worked / 4).clamp(Duration::from_secs(1), Duration::from_secs(15));
                self.exchange_processing(pause, turn);
            }
            ExchangeState::Refused(refusal) => self.refused(refusal.clone(), turn),
            ExchangeState::Confirmed => {
                let Some(flow) = self.order.take() else { return };
                let exchange = exchange.completed_from(&flow.order);
                self.unseen = Some(flow);
                self.basket.retain(|id| !exchange.lines.iter().any(|line| line.offer_id == *id));
                if let Some(account) = &mut self.data.account {
                    account.balance = exchange.balance_after.unwrap_or(account.balance);
                    account.next_exchange_at = exchange.next_exchange_at;
                }
                if self.place().kind() != PlaceKind::Processing {
                    self.notify(Notice::OrderHidden, turn);
                }
                self.result_interrupts();
                self.show_result(Place::Outcome(OutcomePlace::new(exchange)));
                self.forget_history(turn);
                self.fetch_anew(turn);
            }
        }
    }

    /// Exchanges that the server found for the order's key. A server that does not know the question answers it with
    /// other exchanges, which says nothing of this order.
    pub(crate) fn exchanges_found(&mut self, found: Vec<Exchange>, turn: &mut Turn) {
        let Some(flow) = &self.order else { return };
        match found.into_iter().find(|exchange| flow.order.is_answered_by(exchange)) {
            Some(exchange) => self.exchange_answered(exchange, turn),
            None => self.order_unanswered(Failure::new(FailureKind::Malformed), turn),
        }
    }

    /// The server works on it: what comes of it is looked up, because the answer to a key never changes.
    pub(crate) fn exchange_processing(&mut self, retry_after: Duration, turn: &mut Turn) {
        let now = turn.now.monotonic;
        if let Some(flow) = &mut self.order {
            let wait = retry_after.clamp(Duration::from_millis(250), Duration::from_secs(30));
            flow.answered();
            flow.doubtful.get_or_insert_with(not_carried_out);
            if flow.accepted_at.is_none() {
                // The list of exchanges may lag behind what has just been accepted.
                flow.sent_at = now;
            }
            let accepted_at = *flow.accepted_at.get_or_insert(now);
            flow.phase = OrderPhase::Waiting(now + wait);
            if now.saturating_sub(accepted_at) >= WORKS_AT_MOST {
                self.seal_for(Verdict::Unlearned(Unlearned::StillProcessed), turn);
            }
        }
    }

    /// The server has not seen the key: nothing was charged, and the order is too late to send or was refused.
    pub(crate) fn no_exchange(&mut self, turn: &mut Turn) {
        let now = turn.now.monotonic;
        let Some(flow) = &mut self.order else { return };
        flow.answered();
        flow.phase = OrderPhase::Waiting(now + LOOK_AGAIN);
        // What was sent may still be on its way.
        if now.saturating_sub(flow.sent_at) >= STRAYS {
            let refusal = flow.doubtful.clone().unwrap_or_else(not_carried_out);
            self.seal_for(Verdict::NotCarriedOut(refusal), turn);
        }
    }

    /// Another start must not send what the member is about to be told, so the disk notes that first.
    fn seal_for(&mut self, verdict: Verdict, turn: &mut Turn) {
        if let Some(flow) = &mut self.order {
            flow.verdict = Some(verdict);
            turn.effects.push(Effect::Disk(DiskJob::SealOrder(flow.order.key.clone())));
        }
    }

    /// The order will not be sent again, so the verdict is the truth.
    pub(crate) fn order_sealed(&mut self, result: Result<(), DiskTrouble>, turn: &mut Turn) {
        // While nobody is signed in, nobody could read it; the order is looked up after the next sign-in.
        if self.session != Session::SignedIn {
            return;
        }
        let server_now = self.told_now(&turn.now);
        let Some(flow) = &mut self.order else { return };
        // A disk that takes nothing cannot keep the order's end back: no start sends an order that is late.
        if result.is_err() && !flow.is_late(server_now, turn.now.monotonic) {
            return;
        }
        let Some(verdict) = flow.verdict.take() else { return };
        // A slow disk may have let it be looked up once more.
        self.calls.under_way.retain(|_, request| !matches!(request, Request::FindExchange(_)));
        match verdict {
            Verdict::NotCarriedOut(refusal) => self.refused(refusal, turn),
            Verdict::Unlearned(unlearned) => self.unlearned(unlearned, turn),
        }
    }

    /// No answer: ask again. A refusal: nothing was charged.
    pub(crate) fn exchange_failed(&mut self, mut failure: Failure, turn: &mut Turn) {
        if let FailureKind::Refused(refusal) = failure.kind {
            let Some(flow) = self.order.as_mut().filter(|_| !refusal.is_familiar()) else {
                return self.refused(refusal, turn);
            };
            flow.doubtful = Some(refusal);
            failure.kind = FailureKind::Malformed;
        }
        self.order_unanswered(failure, turn);
    }

    /// What has become of the order could not be found out, so it is asked for again; not for ever.
    pub(crate) fn order_unanswered(&mut self, failure: Failure, turn: &mut Turn) {
        let now = turn.now.monotonic;
        let Some(flow) = &mut self.order else { return };
        flow.attempts = flow.attempts.saturating_add(1);
        let wait = pace::after_failure(flow.attempts, &failure, Attention::Viewer, turn.now.entropy);
        flow.phase = OrderPhase::Waiting(now + wait);
        let silence = flow.silence.get_or_insert(Silence { since: now, counted: 0 });
        // Without a link nobody can be asked: only a service that is there for the account is silent about the order.
        let is_there = self.data.account_at.is_some_and(|at| at >= silence.since);
        if pace::is_of_this_question(&failure) || is_there {
            silence.counted = silence.counted.saturating_add(1);
        }
        let is_over = now.saturating_sub(silence.since) >= SILENCE && silence.counted >= SILENT_ANSWERS;
        flow.last_failure = Some(failure);
        if is_over {
            self.seal_for(Verdict::Unlearned(Unlearned::Silent), turn);
        } else if self.power() == Power::On && !self.is_dimmed {
            self.freshen(Resource::Account, SERVICE_SEEN, turn);
        }
    }

    fn refused(&mut self, refusal: Refusal, turn: &mut Turn) {
        let Some(flow) = self.order.take() else { return };
        let lines = flow.order.lines.clone();
        self.unseen = Some(flow);
        self.result_interrupts();
        self.show_result(Place::Refusal(RefusalPlace::after_order(refusal, lines)));
        self.forget_history(turn);
        self.fetch(Resource::Account, turn);
        self.fetch(Resource::Catalog, turn);
    }

    /// The order ends without its result: the member reads so, with a number for support (PUR-12).
    fn unlearned(&mut self, unlearned: Unlearned, turn: &mut Turn) {
        let Some(flow) = self.order.take() else { return };
        let refusal = Refusal {
            code: flow.order.key.short().to_owned(),
            reasons: Vec::new(),
            request_id: flow.last_failure.as_ref().and_then(|failure| failure.request_id.clone()),
        };
        let lines = flow.order.lines.clone();
        self.unseen = Some(flow);
        self.result_interrupts();
        self.show_result(Place::Refusal(RefusalPlace::unlearned(unlearned, refusal, lines)));
        self.forget_history(turn);
        // The exchange may have been made: balance and options of before are not believed.
        self.fetch_anew(turn);
    }

    /// A result replaces a half-made next order: its prices and balance are of the past.
    fn result_interrupts(&mut self) {
        self.dialog = None;
        self.close_confirmation();
    }

    /// The result stands on the screen: the member knows, so the disk may forget. Nobody looks at a dimmed picture,
    /// and the program may end behind it.
    pub(crate) fn result_presented(&mut self, turn: &mut Turn) {
        let is_looked_at = self.power() == Power::On && !self.is_dimmed;
        if is_looked_at
            && self.is_result_unseen()
            && let Some(flow) = self.unseen.take()
        {
            turn.effects.push(Effect::Disk(DiskJob::ForgetOrder(flow.order.key)));
        }
    }

    /// Whether an order's result is on top and was not on the screen yet: a key that comes now was meant for
    /// what the viewer saw before, and must not take the result away.
    pub(crate) fn is_result_unseen(&self) -> bool {
        let is_result = match self.place() {
            Place::Outcome(place) => !place.is_past,
            Place::Refusal(place) => place.cause.is_of_an_order(),
            _ => false,
        };
        is_result && self.unseen.is_some()
    }

    /// Whether an order is on its way to a member who could read its result.
    pub(crate) fn has_order_under_way(&self) -> bool {
        self.session == Session::SignedIn && (self.order.is_some() || self.unseen.is_some())
    }

    /// Leaves the menu. While an order is under way, the first wish asks and says where its result will be read; the
    /// second one leaves.
    pub(crate) fn leave(&mut self, turn: &mut Turn) {
        if !self.has_order_under_way() || matches!(self.dialog, Some(crate::core::Dialog::Exit { .. })) {
            turn.effects.push(Effect::Exit);
            return;
        }
        // The result has just come and the viewer has not seen it yet.
        if self.is_result_unseen() {
            return;
        }
        // The question would stand behind the film.
        if self.is_watching() {
            self.stop_player(turn);
        }
        self.ask_exit(turn);
    }

    /// Hides an order on its way; a badge stays and the result is shown later (BACK-6).
    pub(crate) fn hide_processing(&mut self, turn: &mut Turn) {
        if self.stack.len() > 1 {
            self.pop(turn);
        } else {
            self.open_home(turn);
        }
    }

    /// Leaves a result: back to home, where the new option stands in the first row.
    pub(crate) fn leave_result(&mut self, turn: &mut Turn) {
        let was_refused = self.place().kind() == PlaceKind::Refusal;
        if was_refused && self.stack.len() > 1 {
            self.pop(turn);
        } else {
            self.unwind();
            if let (false, Some(Place::Home(home))) = (was_refused, self.place_mut()) {
                home.start_over();
            }
            self.open_tab(crate::core::Tab::Home, turn);
        }
    }

    /// Takes an open confirmation away: what it showed may not be true any more.
    pub(crate) fn close_confirmation(&mut self) {
        let is_asked = matches!(self.place().kind(), PlaceKind::Confirm | PlaceKind::PhoneCheck);
        if is_asked && self.stack.len() > 1 {
            self.stack.pop();
            if matches!(self.dialog, Some(crate::core::Dialog::Pin { .. })) {
                self.dialog = None;
            }
        }
    }
}
