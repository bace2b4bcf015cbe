//! The exchange: written to disk, sent, asked for again with the same key until the answer is known.
//!
//! An order that got no answer is *unknown*, never failed. It is sent for a few minutes after the member
//! confirmed it and looked up by its key from then on, so no order is first sent days later (PUR-12).
//! It leaves the disk only when its result stood on the screen, so a power cut at any step ends in one
//! charge or none and a member who knows. A service that gives no readable answer for minutes ends it too:
//! in the words that its result could not be learned.

mod result;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Failure, IdempotencyKey, Order, OrderLine, Points, Refusal};

use super::app::{App, Memory, Turn};
use super::event::DiskTrouble;
use super::pace;
use super::places::ProcessingPlace;
use super::{DiskJob, Effect, Moment, Notice, Place, PlaceKind, Request, Session, Unlearned, Warning};

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
            // As the service tells it now: where the box has seen a later time, an order would be old at once, and the
            // service's exchange would seem to be of before.
            placed_at: self.told_now(&turn.now),
        };
        turn.effects.push(Effect::Disk(DiskJob::StoreOrder(order.clone())));
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
}

/// The server knows nothing of an order that is not sent any more.
fn not_carried_out() -> Refusal {
    Refusal { code: Refusal::NOT_CARRIED_OUT.to_owned(), reasons: Vec::new(), request_id: None }
}

/// What some lines cost together.
pub(crate) fn lines_total(lines: &[OrderLine]) -> Option<Points> {
    Points::checked_sum(lines.iter().map(|line| line.expected_price))
}
