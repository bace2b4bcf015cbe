//! The exchange: written to disk, sent, asked for again with the same key until the answer is known.
//!
//! An order that got no answer is *unknown*, never failed. It leaves the disk only when its result
//! stood on the screen, so a power cut at any step ends in one charge or none and a member who knows.

use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::{Exchange, ExchangeState, Failure, FailureKind, IdempotencyKey, Order, OrderLine, Points, Refusal};

use super::app::{App, Memory, Turn};
use super::event::DiskTrouble;
use super::pace::{self, Attention};
use super::places::{OutcomePlace, ProcessingPlace, RefusalCause, RefusalPlace};
use super::power::Power;
use super::{Effect, Moment, Notice, Place, PlaceKind, Request, Resource, Session, Warning};

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
    /// A refusal in words that are not the programme's, perhaps of somebody between: it counts once nothing that was
    /// sent can arrive any more and the service still knows of no exchange.
    doubtful: Option<Refusal>,
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

/// The server keeps a key for 7 days; an older order is looked up, never sent again.
const KEY_LIFE: TimeDelta = TimeDelta::days(6);
/// What was sent is carried out within this time or never: gateways end a request after a minute.
const STRAYS: Duration = Duration::from_secs(60);
/// How often the server is asked whether it has carried out what is in doubt.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

impl OrderFlow {
    /// Takes up an order found on disk.
    pub(crate) fn resumed(order: Order, now: &Moment) -> Self {
        Self {
            order,
            phase: OrderPhase::Paused,
            started_at: now.monotonic,
            last_failure: None,
            attempts: 0,
            sent_at: now.monotonic,
            doubtful: None,
        }
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
        if self.phase != OrderPhase::Storing {
            self.phase = OrderPhase::Paused;
        }
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
        self.order = Some(OrderFlow {
            order,
            phase: OrderPhase::Storing,
            started_at: turn.now.monotonic,
            last_failure: None,
            attempts: 0,
            sent_at: turn.now.monotonic,
            doubtful: None,
        });
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
        let server_now = self.clock.now(&turn.now);
        let Some(flow) = &mut self.order else { return };
        match flow.phase {
            OrderPhase::Storing | OrderPhase::Asking => return,
            OrderPhase::Waiting(_) | OrderPhase::Paused => {}
        }
        flow.phase = OrderPhase::Asking;
        let is_old = server_now.signed_duration_since(flow.order.placed_at) > KEY_LIFE;
        let request = if is_old || flow.doubtful.is_some() {
            Request::FindExchange(flow.order.key.clone())
        } else {
            flow.sent_at = turn.now.monotonic;
            Request::Exchange(flow.order.clone())
        };
        self.call(request, turn);
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
        let is_of_another = |flow: &mut OrderFlow| flow.order.member_id != member_id;
        let returned = self.set_aside.take_if(|flow| flow.order.member_id == member_id);
        if let Some(mut flow) = self.order.take_if(is_of_another) {
            turn.effects.push(Effect::Warn(Warning::OrderOfAnotherMember));
            flow.pause();
            self.set_aside = Some(flow);
            if self.place().kind() == PlaceKind::Processing {
                self.hide_processing(turn);
            }
        }
        if self.order.is_none() {
            self.order = returned;
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

    /// The exchange is known.
    pub(crate) fn exchange_answered(&mut self, exchange: Exchange, turn: &mut Turn) {
        match &exchange.state {
            ExchangeState::Processing => self.exchange_processing(Duration::from_secs(1), turn),
            ExchangeState::Refused(refusal) => self.refused(refusal.clone(), turn),
            ExchangeState::Confirmed => {
                let Some(flow) = self.order.take() else { return };
                self.unseen = Some(flow);
                self.basket.retain(|id| !exchange.lines.iter().any(|line| line.offer_id == *id));
                if let Some(account) = &mut self.data.account {
                    account.balance = exchange.balance_after;
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

    /// The server works on it.
    pub(crate) fn exchange_processing(&mut self, retry_after: Duration, turn: &mut Turn) {
        if let Some(flow) = &mut self.order {
            let wait = retry_after.clamp(Duration::from_millis(250), Duration::from_secs(30));
            flow.attempts = 0;
            flow.last_failure = None;
            flow.phase = OrderPhase::Waiting(turn.now.monotonic + wait);
        }
    }

    /// The server has not seen the key: nothing was charged, and the order is too old to send or was refused.
    pub(crate) fn no_exchange(&mut self, turn: &mut Turn) {
        let now = turn.now.monotonic;
        let Some(flow) = &mut self.order else { return };
        if flow.doubtful.is_none() {
            return self.refused(not_carried_out(), turn);
        }
        flow.phase = OrderPhase::Waiting(now + LOOK_AGAIN);
        if now.saturating_sub(flow.sent_at) >= STRAYS {
            // Another start must not send what the member is told was refused.
            turn.effects.push(Effect::SealOrder(flow.order.key.clone()));
        }
    }

    /// The order in doubt will not be sent again, so its refusal is the truth.
    pub(crate) fn order_sealed(&mut self, result: Result<(), DiskTrouble>, turn: &mut Turn) {
        // Nobody is there to read it; whoever signs in has it looked for once more.
        let is_signed_in = self.session == Session::SignedIn;
        let doubtful = self.order.as_ref().filter(|_| is_signed_in).and_then(|flow| flow.doubtful.clone());
        if let (Ok(()), Some(refusal)) = (result, doubtful) {
            // A slow disk may have let it be looked for once more.
            self.calls.under_way.retain(|_, request| !matches!(request, Request::FindExchange(_)));
            self.refused(refusal, turn);
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

    /// What has become of the order could not be found out, so it is asked for again.
    pub(crate) fn order_unanswered(&mut self, failure: Failure, turn: &mut Turn) {
        let Some(flow) = &mut self.order else { return };
        flow.attempts = flow.attempts.saturating_add(1);
        let wait = pace::after_failure(flow.attempts, &failure, Attention::Viewer, turn.now.entropy);
        flow.phase = OrderPhase::Waiting(turn.now.monotonic + wait);
        flow.last_failure = Some(failure);
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
            Place::Refusal(place) => place.cause == RefusalCause::Order,
            _ => false,
        };
        is_result && self.unseen.is_some()
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
    Refusal { code: "expired_order".to_owned(), reasons: Vec::new(), request_id: None }
}

/// What some lines cost together.
pub(crate) fn lines_total(lines: &[OrderLine]) -> Option<Points> {
    Points::checked_sum(lines.iter().map(|line| line.expected_price))
}
