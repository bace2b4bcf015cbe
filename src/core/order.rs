//! The exchange: written to disk, sent, asked for again with the same key until the answer is known.
//!
//! An order that got no answer is *unknown*, never failed. It is sent for a few minutes after the member
//! confirmed it and looked up by its key from then on, so no order is first sent days later (PUR-12).
//! It leaves the disk only when its result stood on the screen, so a power cut at any step ends in one
//! charge or none and a member who knows. A service that gives no readable answer for minutes ends it too:
//! in the words that its result could not be learned.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Exchange, ExchangeState, Failure, FailureKind, IdempotencyKey, Order, OrderLine, Points, Refusal};

use super::app::{App, Memory, Turn};
use super::event::DiskTrouble;
use super::pace::{self, Attention};
use super::places::{OutcomePlace, ProcessingPlace, RefusalPlace};
use super::power::Power;
use super::{Effect, Moment, Notice, Place, PlaceKind, Request, Resource, Session, Unlearned, Warning};

/// An order under way.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderFlow {
    /// The order.
    pub order: Order,
    /// How far it is.
    pub phase: OrderPhase,
    /// When it was placed or taken up again, by the monotonic clock.
    pub started_at: Duration,
    /// What went wrong last.
    pub last_failure: Option<Failure>,
    pub(crate) attempts: u32,
    /// When it was sent last; the run before may have sent it just before this one began.
    sent_at: Duration,
    /// Set once the order is looked up and not sent any more: it was refused in words that are not the programme's, it
    /// is late, or the service has taken it or answered for another order. The refusal counts once nothing that was
    /// sent can arrive any more and the service still knows of no exchange.
    doubtful: Option<Refusal>,
    /// Since when the service has given no readable answer about this order.
    silence: Option<Silence>,
    /// When the service first said that it works on it.
    accepted_at: Option<Duration>,
    /// What the member is told as soon as the disk has noted that the order is never sent again.
    verdict: Option<Verdict>,
}

/// A series of questions about an order that brought no readable answer.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Silence {
    since: Duration,
    /// Answers that were of this order's alone: the rest of the service was there.
    counted: u32,
}

/// What an order ends in where the service's own decision did not reach the box.
#[derive(Debug, Clone, PartialEq)]
enum Verdict {
    /// The service knows of no exchange.
    NotCarriedOut(Refusal),
    /// The result could not be learned.
    Unlearned(Unlearned),
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderPhase {
    /// It is being written to disk; nothing was sent.
    Storing,
    /// The server was asked.
    Asking,
    /// The server is asked again at this time.
    Waiting(Duration),
    /// Nobody is signed in who could ask.
    Paused,
}

/// Why points cannot be spent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpendBlock {
    /// There is no connection or no service.
    Offline,
    /// Another order is under way.
    OrderUnderWay,
    /// The subscriber has not joined.
    NotEnrolled,
    /// The account has not arrived yet.
    NotReady,
    /// The box can keep nothing, so an order could be lost.
    NoMemory,
}

/// An order is sent within this time after the member confirmed it; later it is looked up alone.
const SEND_WITHIN: Duration = Duration::from_secs(5 * 60);
/// A service that is there and gives no readable answer about the order for so long, so often, gives none any more.
const SILENCE: Duration = Duration::from_secs(5 * 60);
const SILENT_ANSWERS: u32 = 5;
/// How long the service may work on an order while the member waits for its result.
const WORKS_AT_MOST: Duration = Duration::from_secs(10 * 60);
/// How old the account may be when it shows that the rest of the service is there.
const SERVICE_SEEN: Duration = Duration::from_secs(60);
/// What was sent is carried out within this time or never: gateways end a request after a minute.
const STRAYS: Duration = Duration::from_secs(60);
/// How often the server is asked whether it has carried out what is in doubt.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

impl OrderFlow {
    fn new(order: Order, phase: OrderPhase, now: &Moment) -> Self {
        Self {
            order,
            phase,
            started_at: now.monotonic,
            last_failure: None,
            attempts: 0,
            sent_at: now.monotonic,
            doubtful: None,
            silence: None,
            accepted_at: None,
            verdict: None,
        }
    }

    /// Takes up an order found on disk.
    pub(crate) fn resumed(order: Order, now: &Moment) -> Self {
        Self::new(order, OrderPhase::Paused, now)
    }

    /// Takes up an order found on disk that must not be sent again.
    pub(crate) fn sealed(order: Order, now: &Moment) -> Self {
        Self { doubtful: Some(not_carried_out()), ..Self::resumed(order, now) }
    }

    pub(crate) fn next_wake(&self) -> Option<Duration> {
        match self.phase {
            OrderPhase::Waiting(at) => Some(at),
            OrderPhase::Storing | OrderPhase::Asking | OrderPhase::Paused => None,
        }
    }

    /// A link came or went: an order that waited for one is asked for at this time.
    pub(crate) fn link_changed(&mut self, soon: Duration) {
        // Without a failure since the last answer, the server itself has named the time.
        if let OrderPhase::Waiting(at) = self.phase
            && self.last_failure.as_ref().is_some_and(pace::may_be_of_link)
        {
            self.attempts = 0;
            self.phase = OrderPhase::Waiting(at.min(soon));
        }
    }

    pub(crate) fn pause(&mut self) {
        // The next sign-in learns the answer anew.
        (self.silence, self.accepted_at, self.verdict) = (None, None, None);
        if self.phase != OrderPhase::Storing {
            self.phase = OrderPhase::Paused;
        }
    }

    /// Whether the time to send it is over: by the server's time, which a restart does not lose, and by the time since
    /// boot, which nobody can set. A server's clock that was set back says nothing of the order's age.
    fn is_late(&self, server_now: DateTime<Utc>, now: Duration) -> bool {
        let by_server = server_now.signed_duration_since(self.order.placed_at).abs().to_std();
        by_server.map_or(true, |age| age > SEND_WITHIN) || now.saturating_sub(self.started_at) > SEND_WITHIN
    }

    /// The service answered about this order, whatever it said.
    fn answered(&mut self) {
        self.attempts = 0;
        self.last_failure = None;
        self.silence = None;
        self.verdict = None;
    }
}

impl App {
    /// What stands against spending points now (NET-1).
    pub fn spend_block(&self) -> Option<SpendBlock> {
        let Some(account) = &self.data.account else { return Some(SpendBlock::NotReady) };
        if self.memory == Memory::Lost {
            Some(SpendBlock::NoMemory)
        } else if self.order.is_some() {
            Some(SpendBlock::OrderUnderWay)
        } else if self.link_failure().is_some() {
            Some(SpendBlock::Offline)
        } else if !account.is_enrolled {
            Some(SpendBlock::NotEnrolled)
        } else if self.data.account_at.is_none() {
            // Prices and balance of the cache are of the past, and the server's time is not known yet.
            Some(SpendBlock::NotReady)
        } else {
            None
        }
    }

    /// The member has confirmed: the order goes to disk first.
    pub(crate) fn place_order(&mut self, lines: Vec<OrderLine>, turn: &mut Turn) {
        // Asked once more: entering a PIN takes its time, and a link can go in it.
        if let Some(block) = self.spend_block() {
            self.notify(Notice::Blocked(block), turn);
            return;
        }
        let Some(account) = self.data.account.as_ref().filter(|_| !lines.is_empty()) else { return };
        let order = Order {
            key: IdempotencyKey::from_entropy(turn.now.entropy),
            member_id: account.member_id.clone(),
            lines,
            placed_at: self.clock.now(&turn.now),
        };
        turn.effects.push(Effect::StoreOrder(order.clone()));
        self.order = Some(OrderFlow::new(order, OrderPhase::Storing, &turn.now));
        self.replace(Place::Processing(ProcessingPlace));
    }

    /// The order is on disk, so it may be sent; or it is not, so it must not.
    pub(crate) fn order_stored(&mut self, result: Result<(), DiskTrouble>, turn: &mut Turn) {
        let was_stored_for_another = |flow: &mut OrderFlow| flow.phase == OrderPhase::Storing;
        if let Some(mut flow) = self.set_aside.take_if(was_stored_for_another) {
            flow.phase = OrderPhase::Paused;
            self.set_aside = result.is_ok().then_some(flow);
            return;
        }
        let Some(flow) = self.order.as_mut().filter(|flow| flow.phase == OrderPhase::Storing) else { return };
        match result {
            Ok(()) => {
                flow.phase = OrderPhase::Paused;
                // The disk holds one order: another member's has given way.
                self.set_aside = None;
                self.ask_for_order(turn);
            }
            Err(DiskTrouble) => {
                self.order = None;
                self.notify(Notice::OrderNotStored, turn);
                if self.place().kind() == PlaceKind::Processing {
                    self.pop(turn);
                }
            }
        }
    }

    /// Asks the server for the order's answer, with the order's own key.
    ///
    /// Only once the network has told whose account this is and what time it is: an order must not be
    /// sent with another member's tokens, nor sent again because the box's own clock is behind.
    pub(crate) fn ask_for_order(&mut self, turn: &mut Turn) {
        if self.session != Session::SignedIn || self.data.account_at.is_none() {
            return;
        }
        let server_now = self.told_now(&turn.now);
        let Some(flow) = &mut self.order else { return };
        match flow.phase {
            OrderPhase::Storing | OrderPhase::Asking => return,
            OrderPhase::Waiting(_) | OrderPhase::Paused => {}
        }
        flow.phase = OrderPhase::Asking;
        if flow.is_late(server_now, turn.now.monotonic) {
            flow.doubtful.get_or_insert_with(not_carried_out);
        }
        let request = if flow.doubtful.is_some() {
            Request::FindExchange(flow.order.key.clone())
        } else {
            flow.sent_at = turn.now.monotonic;
            Request::Exchange(flow.order.clone())
        };
        self.call(request, turn);
    }

    /// The time as the service has told it, also where the box has seen a later one: a service whose clock was set back
    /// says nothing of an order's age.
    fn told_now(&self, now: &Moment) -> DateTime<Utc> {
        let told = self.data.account.as_ref().zip(self.data.account_at).and_then(|(account, at)| {
            let passed = TimeDelta::from_std(now.monotonic.saturating_sub(at)).ok()?;
            account.server_time.checked_add_signed(passed)
        });
        told.unwrap_or_else(|| self.clock.now(now))
    }

    /// Nobody is signed in any more: an order waits for its member, one whose result was not looked at as well.
    pub(crate) fn pause_order(&mut self) {
        if self.order.is_none() {
            self.order = self.unseen.take();
        }
        self.unseen = None;
        if let Some(flow) = &mut self.order {
            flow.last_failure = None;
            flow.pause();
        }
    }

    /// An order of somebody else must not be asked for with this member's tokens; it waits for its own member.
    pub(crate) fn check_order_owner(&mut self, member_id: &str, turn: &mut Turn) {
        let of_another = Effect::Warn(Warning::OrderOfAnotherMember);
        let is_of_another = |flow: &mut OrderFlow| flow.order.member_id != member_id;
        let returned = self.set_aside.take_if(|flow| flow.order.member_id == member_id);
        if let Some(mut flow) = self.order.take_if(is_of_another) {
            turn.effects.push(of_another.clone());
            flow.pause();
            self.set_aside = Some(flow);
            if self.place().kind() == PlaceKind::Processing {
                self.hide_processing(turn);
            }
        }
        if self.order.is_none() {
            self.order = returned;
        }
        // One that was put aside at the start, before it was known whose sign-in this is.
        if self.set_aside.is_some() && self.data.account_at.is_none() && !turn.effects.contains(&of_another) {
            turn.effects.push(of_another);
        }
    }

    /// The system was asleep: nobody was asked meanwhile, and what comes now was said before.
    pub(crate) fn order_slept(&mut self) {
        if let Some(flow) = &mut self.order {
            (flow.silence, flow.accepted_at) = (None, None);
        }
    }

    /// The account has arrived: an order that waited for its member is asked for.
    pub(crate) fn take_up_order(&mut self, turn: &mut Turn) {
        if self.order.as_ref().is_some_and(|flow| flow.phase == OrderPhase::Paused) {
            self.ask_for_order(turn);
        }
    }

    pub(crate) fn order_woke(&mut self, turn: &mut Turn) {
        let is_due = self.order.as_ref().and_then(OrderFlow::next_wake).is_some_and(|at| at <= turn.now.monotonic);
        if is_due {
            self.ask_for_order(turn);
        }
    }

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
            turn.effects.push(Effect::SealOrder(flow.order.key.clone()));
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
            turn.effects.push(Effect::ForgetOrder(flow.order.key));
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
        if !self.has_order_under_way() || matches!(self.dialog, Some(super::Dialog::Exit { .. })) {
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
            self.open_tab(super::Tab::Home, turn);
        }
    }

    /// Takes an open confirmation away: what it showed may not be true any more.
    pub(crate) fn close_confirmation(&mut self) {
        if self.place().kind() == PlaceKind::Confirm && self.stack.len() > 1 {
            self.stack.pop();
            if matches!(self.dialog, Some(super::Dialog::Pin { .. })) {
                self.dialog = None;
            }
        }
    }
}

/// The server knows nothing of an order that is not sent any more.
fn not_carried_out() -> Refusal {
    Refusal { code: Refusal::NOT_CARRIED_OUT.to_owned(), reasons: Vec::new(), request_id: None }
}

/// What some lines cost together.
pub(crate) fn lines_total(lines: &[OrderLine]) -> Option<Points> {
    Points::checked_sum(lines.iter().map(|line| line.expected_price))
}
