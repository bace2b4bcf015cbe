//! One run: boxes, viewers, a network and a server on virtual time, from a seed.
//!
//! An own thin layer rather than turmoil or madsim. turmoil simulates sockets and would put the
//! HTTP machinery of two libraries into every step; madsim replaces tokio by a build flag, and
//! with it every crate that uses tokio; neither simulates a disk. Here tokio's paused clock is the
//! time, one thread runs everything in one order, and the seams are three that the product has
//! anyway: a `Wire` under the API client, `Files` under the storage, and the sandbox in process.
//! What runs between them is the product: core, journal, API client, routes, rules, SQLite.

mod ending;
mod strokes;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use bonus_sandbox::Programme;
use bonus_sandbox::policy::Processing;
use bonus_sandbox::values::MemberId;
use bonus_tv::api::Tokens;
use bonus_tv::core::{Answer, Dialog, Event, LinkChange, PlayerEvent, RequestId, Session, SignInState, Warning};
use bonus_tv::domain::{Failure, Secret};
use bonus_tv::engine::{Engine, api_calls};
use bonus_tv::input::{Hold, KeyEvent, Phase, RemoteKey};
use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::disk::{Honesty, SimDisk};
use crate::faults::Plan;
use crate::network::Network;
use crate::options::Bug;
use crate::orders::Orders;
use crate::server::{SUBSCRIBERS, Server};
use crate::trace::{Notes, Trace};
use crate::tv::{BoxPorts, Errand, Tv};
use crate::viewer::{self, Mood};

/// Something that will happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Wake { tv: usize, start: u64 },
    Disk { tv: usize, start: u64 },
    Frame { tv: usize, start: u64 },
    KeyUp { tv: usize, start: u64, key: usize },
    FilmEnds { tv: usize, start: u64 },
    Viewer { tv: usize, start: u64 },
    PowerOn { tv: usize },
    Wakes { tv: usize, start: u64 },
    VisitorLeaves { tv: usize },
    DiskHeals { tv: usize },
    LinkChanges { tv: usize },
    Stroke(usize),
    Calm,
    Look,
}

/// An answer on its way into a box.
struct Arrived {
    tv: usize,
    start: u64,
    id: RequestId,
    result: Result<Answer, Failure>,
}

/// What a run came to.
pub struct Ending {
    /// Lines, faults, violations.
    pub notes: Notes,
    /// Orders that members confirmed.
    pub orders: u64,
    /// Of these, made by the server.
    pub confirmed: u64,
}

/// Everything there is.
pub struct World {
    /// The boxes.
    pub tvs: Vec<Tv>,
    /// What lies between them and the server.
    pub network: Arc<Network>,
    /// Whose points are spent.
    pub member: MemberId,
    /// Somebody who watches on another's box now and then.
    pub visitor: MemberId,
    /// The orders and what was read of them.
    pub orders: Orders,
    /// What happened.
    pub trace: Arc<Trace>,
    plan: Plan,
    random: fastrand::Rng,
    queue: BinaryHeap<Reverse<(Instant, u64, Due)>>,
    scheduled: u64,
    outbox: mpsc::UnboundedSender<Arrived>,
    mood: Mood,
    calm_at: Option<Instant>,
    night_until: Option<Instant>,
    /// Answers that came for a box whose system sleeps.
    held: Vec<Arrived>,
    bug: Option<Bug>,
}

/// Runs a seed.
pub fn run(programme: &Programme, seed: u64, bug: Option<Bug>, keeps_lines: bool) -> Ending {
    // The API client's own jitter comes from this thread's generator.
    fastrand::seed(seed);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.unwrap_or_else(|error| panic!("starting a runtime: {error}"));
    runtime.block_on(async move {
        let (outbox, inbox) = mpsc::unbounded_channel();
        let mut world = World::new(programme, seed, bug, keeps_lines, outbox);
        world.live(inbox).await;
        let orders = world.orders.count();
        let confirmed = crate::check::check(&world).await;
        world.tvs.iter_mut().for_each(Tv::kill);
        Ending { notes: world.trace.notes_so_far(), orders, confirmed }
    })
}

impl World {
    fn new(
        programme: &Programme,
        seed: u64,
        bug: Option<Bug>,
        keeps_lines: bool,
        outbox: mpsc::UnboundedSender<Arrived>,
    ) -> Self {
        let trace = Arc::new(Trace::begin(keeps_lines));
        let mut random = fastrand::Rng::with_seed(seed ^ 0x005e_ed0f_0de2_u64);
        let plan = Plan::draw(&mut random);
        trace.say(|| format!("seed {seed}: {plan:?}"));
        let clock = "2026-03-10T09:00:00Z".parse().unwrap_or_default();
        let server = Server::start(programme, clock, plan.policy, random.u64(..), bug);
        let session = server.control().session(plan.subscriber);
        let session = session.unwrap_or_else(|error| panic!("the subscriber: {error}"));
        let other = SUBSCRIBERS.iter().find(|name| **name != plan.subscriber).copied().unwrap_or_default();
        let visitor = server.control().session(other);
        let visitor = visitor.unwrap_or_else(|error| panic!("the visitor: {error}")).member;
        let network = Network::new(server, &plan, Arc::clone(&trace), bug, random.u64(..));
        let network = Arc::new(network);
        let honesty = if bug == Some(Bug::DropSync) { Honesty::DropsSyncs } else { Honesty::Honest };
        let mut tvs = Vec::new();
        for index in 0..plan.boxes {
            let disk = SimDisk::new(Honesty::Honest, random.u64(..));
            let member = session.member.clone();
            let tv = Tv::new(index, disk.clone(), Arc::clone(&network), member, bug, random.u64(..));
            let session = network.server().control().sign_in(&session.member);
            let session = session.unwrap_or_else(|error| panic!("signing in: {error}"));
            let refresh = Some(Secret::new(session.refresh_token));
            tv.plant_tokens(&Tokens { access: Secret::new(session.access_token), refresh });
            disk.set_honesty(honesty);
            tvs.push(tv);
        }
        Self {
            tvs,
            network,
            member: session.member,
            visitor,
            orders: Orders::default(),
            trace,
            plan,
            random,
            queue: BinaryHeap::new(),
            scheduled: 0,
            outbox,
            mood: Mood::Shops,
            calm_at: None,
            night_until: None,
            held: Vec::new(),
            bug,
        }
    }

    async fn live(&mut self, mut inbox: mpsc::UnboundedReceiver<Arrived>) {
        for tv in 0..self.tvs.len() {
            let delay = Duration::from_millis(self.random.u64(0..2000));
            self.after(delay, Due::PowerOn { tv });
        }
        for (number, (at, _)) in self.plan.strokes.clone().into_iter().enumerate() {
            self.after(at, Due::Stroke(number));
        }
        self.after(self.plan.calm_after, Due::Calm);
        while let Some(Reverse((at, _, due))) = self.queue.peek().copied() {
            match timeout_at(at, inbox.recv()).await {
                Ok(Some(arrived)) => self.arrived(arrived),
                Ok(None) => return,
                Err(_) => {
                    self.queue.pop();
                    if self.happen(due) {
                        return;
                    }
                }
            }
        }
    }

    fn after(&mut self, delay: Duration, due: Due) {
        self.at(Instant::now() + delay, due);
    }

    fn at(&mut self, at: Instant, due: Due) {
        self.scheduled += 1;
        self.queue.push(Reverse((at, self.scheduled, due)));
    }

    fn is_of_this_start(&self, tv: usize, start: u64) -> bool {
        self.tvs[tv].start == start && self.tvs[tv].running.is_some()
    }

    /// How long after an order its exchange is confirmed.
    pub fn deferral(&self) -> TimeDelta {
        match self.plan.policy.exchange {
            Processing::Immediate => TimeDelta::zero(),
            Processing::Deferred => TimeDelta::seconds(i64::from(self.plan.policy.deferred_seconds)),
        }
    }

    fn arrived(&mut self, arrived: Arrived) {
        if self.tvs[arrived.tv].sleeps_until.is_some() {
            self.held.push(arrived);
            return;
        }
        let Arrived { tv, start, id, mut result } = arrived;
        if self.is_of_this_start(tv, start) {
            self.believe(tv, &mut result);
            self.trace.say(|| format!("box {tv}: answer {} {}", id.get(), told(&result)));
            self.event(tv, Event::Replied { id, result });
        }
    }

    /// Bugs put in by hand: whatever exchange comes is taken for the order's own.
    fn believe(&self, tv: usize, result: &mut Result<Answer, Failure>) {
        let Some(order) = self.tvs[tv].running.as_ref().and_then(|running| running.app().order()) else { return };
        let own = Some(order.order.key.as_str().to_owned());
        match (self.bug, result) {
            (Some(Bug::BelieveAnyAnswer), Ok(Answer::Exchange(exchange))) => exchange.key = own,
            (Some(Bug::BelieveAnyLookup), Ok(Answer::Found(found))) => {
                if let Some(first) = found.first_mut() {
                    first.key = own;
                }
            }
            _ => {}
        }
    }

    /// What waits until a box's system is awake again.
    fn waits_for_waking(&self, due: Due) -> Option<Instant> {
        match due {
            Due::Wake { tv, .. }
            | Due::Disk { tv, .. }
            | Due::Frame { tv, .. }
            | Due::KeyUp { tv, .. }
            | Due::FilmEnds { tv, .. }
            | Due::Viewer { tv, .. }
            | Due::LinkChanges { tv } => self.tvs[tv].sleeps_until,
            Due::PowerOn { .. }
            | Due::Wakes { .. }
            | Due::VisitorLeaves { .. }
            | Due::DiskHeals { .. }
            | Due::Stroke(_)
            | Due::Calm
            | Due::Look => None,
        }
    }

    /// Lets something happen; `true` ends the run.
    fn happen(&mut self, due: Due) -> bool {
        if let Some(until) = self.waits_for_waking(due) {
            self.at(until, due);
            return false;
        }
        match due {
            Due::Wakes { tv, start } => {
                if self.is_of_this_start(tv, start) {
                    self.tvs[tv].sleeps_until = None;
                    self.event(tv, Event::Resumed);
                    let (mine, others) = std::mem::take(&mut self.held).into_iter().partition(|held| held.tv == tv);
                    self.held = others;
                    for arrived in mine {
                        self.arrived(arrived);
                    }
                }
            }
            Due::VisitorLeaves { tv } => self.give_back(tv),
            Due::Wake { tv, start } => {
                if self.is_of_this_start(tv, start) {
                    if let Some(running) = &mut self.tvs[tv].running {
                        running.wake_at = None;
                    }
                    self.act(tv, Engine::wake_if_due);
                }
            }
            Due::Disk { tv, start } => {
                if self.is_of_this_start(tv, start) {
                    let answer = self.tvs[tv].disk_job();
                    if let Some(event) = &answer {
                        self.order_stored(tv, event);
                    }
                    self.act(tv, |engine| engine.disk_done(answer));
                }
            }
            Due::Frame { tv, start } => {
                if self.is_of_this_start(tv, start) {
                    if let Some(running) = &mut self.tvs[tv].running {
                        running.is_drawing = false;
                    }
                    self.quiet_event(tv, Event::Presented);
                }
            }
            Due::KeyUp { tv, start, key } => {
                if let (true, Some(key)) = (self.is_of_this_start(tv, start), RemoteKey::all().nth(key)) {
                    self.event(tv, Event::Key(KeyEvent { key, phase: Phase::Up }));
                }
            }
            Due::FilmEnds { tv, start } => {
                if self.is_of_this_start(tv, start) {
                    self.event(tv, Event::Player(PlayerEvent::Ended));
                }
            }
            Due::Viewer { tv, start } => {
                if self.is_of_this_start(tv, start) {
                    self.viewer(tv);
                }
            }
            Due::PowerOn { tv } => self.power_on(tv),
            Due::LinkChanges { tv } => self.event(tv, Event::LinkChanged(LinkChange::Went)),
            Due::DiskHeals { tv } => self.tvs[tv].disk.set_failing(0),
            Due::Stroke(number) => {
                if let Some((_, stroke)) = self.plan.strokes.get(number).copied() {
                    self.strike(stroke);
                }
            }
            Due::Calm => self.calm(),
            Due::Look => return self.look(),
        }
        false
    }

    /// An event, and the frame of what it changed.
    fn event(&mut self, tv: usize, event: Event) {
        self.quiet_event(tv, event);
        self.draw(tv);
    }

    /// Lets the engine of a box do something, and draws what that changed.
    fn act(&mut self, tv: usize, act: impl FnOnce(&mut Engine<BoxPorts>)) {
        let errands = self.tvs[tv].run(act);
        self.run_errands(tv, errands, false);
        self.plan_wake(tv);
        self.draw(tv);
    }

    /// A frame is drawn where the state may look different.
    fn draw(&mut self, tv: usize) {
        let start = self.tvs[tv].start;
        if let Some(running) = &mut self.tvs[tv].running
            && running.engine.take_change()
            && !std::mem::replace(&mut running.is_drawing, true)
        {
            let delay = Duration::from_millis(self.random.u64(10..60));
            self.after(delay, Due::Frame { tv, start });
        }
    }

    fn quiet_event(&mut self, tv: usize, event: Event) {
        let presses = matches!(&event, Event::Key(KeyEvent { key: RemoteKey::Ok, phase: Phase::Down(_) }));
        let leaves = matches!(&event, Event::Key(KeyEvent { key: RemoteKey::Leave, phase: Phase::Down(_) }));
        let was_asked = self.tvs[tv]
            .running
            .as_ref()
            .is_some_and(|running| matches!(running.app().dialog(), Some(Dialog::Exit { .. })));
        let mut errands = self.tvs[tv].run(|engine| engine.handle(event));
        if leaves && self.bug == Some(Bug::LeaveAtOnce) {
            errands.push(Errand::Exit);
        }
        let order = self.tvs[tv].running.as_ref().filter(|running| running.app().session == Session::SignedIn);
        let order = order.and_then(|running| running.app().order()).map(|flow| flow.order.key.as_str().to_owned());
        if let Some(key) = order.filter(|_| !was_asked && errands.iter().any(|errand| matches!(errand, Errand::Exit))) {
            self.trace.violation(format!("box {tv} leaves without a word about order {key}"));
        }
        self.run_errands(tv, errands, presses);
        self.plan_wake(tv);
    }

    fn plan_wake(&mut self, tv: usize) {
        let Some((at, instant)) = self.tvs[tv].next_wake() else { return };
        let start = self.tvs[tv].start;
        let Some(running) = &mut self.tvs[tv].running else { return };
        if running.wake_at.is_none_or(|promised| at < promised) {
            running.wake_at = Some(at);
            self.at(instant.max(Instant::now()), Due::Wake { tv, start });
        }
    }

    fn start_disk(&mut self, tv: usize) {
        let delay = Duration::from_millis(self.random.u64(1..40));
        let start = self.tvs[tv].start;
        self.after(delay, Due::Disk { tv, start });
    }

    fn run_errands(&mut self, tv: usize, errands: Vec<Errand>, has_pressed: bool) {
        let start = self.tvs[tv].start;
        for errand in errands {
            match errand {
                Errand::Call(id, request, language, client) => {
                    self.trace.say(|| format!("box {tv}: asks {} {}", id.get(), asked(&request)));
                    let outbox = self.outbox.clone();
                    let call = tokio::spawn(async move {
                        let result = api_calls::call(&client, request, language).await;
                        // The run may be over.
                        let _ = outbox.send(Arrived { tv, start, id, result });
                    });
                    if let Some(running) = &mut self.tvs[tv].running {
                        running.calls.retain(|call| !call.is_finished());
                        running.calls.push(call.abort_handle());
                    }
                }
                Errand::Disk => self.start_disk(tv),
                Errand::Play => {
                    let delay = Duration::from_millis(self.random.u64(1000..15_000));
                    self.after(delay, Due::FilmEnds { tv, start });
                    let errands = self.tvs[tv].run(|engine| engine.handle(Event::Player(PlayerEvent::BuiltIn)));
                    self.run_errands(tv, errands, false);
                }
                Errand::Exit => {
                    self.trace.say(|| format!("box {tv}: leaves"));
                    self.tvs[tv].kill();
                    let delay = Duration::from_millis(self.random.u64(500..10_000));
                    self.after(delay, Due::PowerOn { tv });
                }
                Errand::Placed(order) => {
                    self.network.placed(order.key.as_str());
                    self.orders.placed(tv, &order, has_pressed, self.tvs[tv].awake(), &self.trace);
                }
                Errand::Shown(key, shown) => self.orders.shown(tv, &key, shown, self.tvs[tv].awake(), &self.trace),
                // The member's order waits while somebody else is there.
                Errand::Warned(Warning::OrderOfAnotherMember) if self.tvs[tv].member == self.visitor => {}
                Errand::Warned(warning) => {
                    self.trace.violation(format!("box {tv} warns: {warning:?}"));
                }
            }
        }
    }

    fn order_stored(&mut self, tv: usize, event: &Event) {
        let Event::OrderStored(result) = event else { return };
        let order = self.tvs[tv].running.as_ref().and_then(|running| running.app().order());
        if let Some(key) = order.map(|flow| flow.order.key.as_str().to_owned()) {
            self.trace.say(|| format!("box {tv}: disk says {} for order {key}", told(result)));
            self.orders.stored(&key, result.is_ok());
        }
    }

    fn power_on(&mut self, tv: usize) {
        let is_night = self.night_until.is_some_and(|until| until > Instant::now());
        if self.tvs[tv].running.is_some() || is_night {
            return;
        }
        if self.bug == Some(Bug::ForgetKey) {
            self.tvs[tv].disk.forget_orders();
        }
        self.trace.say(|| format!("box {tv}: starts"));
        let errands = self.tvs[tv].switch_on();
        if let Some(flow) = self.tvs[tv].running.as_ref().and_then(|running| running.app().order()) {
            self.trace.say(|| format!("box {tv}: finds order {} on its disk", flow.order.key.as_str()));
        }
        self.is_of_its_member(tv);
        self.run_errands(tv, errands, false);
        self.event(tv, Event::KeysReleased);
        let start = self.tvs[tv].start;
        self.after(Duration::from_secs(1), Due::Viewer { tv, start });
    }

    /// What a box shows belongs to the member whose tokens are on it.
    fn is_of_its_member(&self, tv: usize) {
        let shown = self.tvs[tv].running.as_ref().and_then(|running| running.app().data.account.as_ref());
        let member = self.tvs[tv].member.as_str();
        if let Some(other) = shown.map(|account| account.member_id.as_str()).filter(|shown| *shown != member) {
            self.trace.violation(format!("box {tv} shows what is of {other} to {member}"));
        }
    }

    fn viewer(&mut self, tv: usize) {
        let start = self.tvs[tv].start;
        self.is_of_its_member(tv);
        let mood = if self.tvs[tv].member == self.visitor { Mood::Reads } else { self.mood };
        let running = self.tvs[tv].running.as_ref();
        let key = running.and_then(|running| viewer::key(running.app(), mood, &mut self.random));
        if let Some(key) = key {
            self.trace.say(|| format!("box {tv}: key {}", key.name()));
            self.event(tv, Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) }));
            let number = RemoteKey::all().position(|other| other == key).unwrap_or(0);
            self.after(Duration::from_millis(80), Due::KeyUp { tv, start, key: number });
        } else {
            self.phone(tv);
        }
        // Who only reads looks up now and then.
        let most = if mood == Mood::Shops { 2500 } else { 8000 };
        let pause = Duration::from_millis(self.random.u64(250..most));
        self.after(pause, Due::Viewer { tv, start });
    }

    /// The member confirms on a phone the code that the television shows.
    fn phone(&mut self, tv: usize) {
        let Some(running) = &self.tvs[tv].running else { return };
        let bonus_tv::core::Place::SignIn(place) = running.app().place() else { return };
        let SignInState::Waiting { code, .. } = &place.state else { return };
        if self.network.server().is_up() {
            let code = code.user_code.clone();
            self.trace.say(|| format!("box {tv}: the phone confirms"));
            // The code may be used or over: the box will ask for another.
            let member = self.tvs[tv].member.clone();
            let _ = self.network.server().control().approve_member(&code, &member);
        }
    }
}

fn asked(request: &bonus_tv::core::Request) -> String {
    let text = format!("{request:?}");
    let name: String = text.chars().take_while(|letter| letter.is_alphanumeric()).collect();
    match request {
        bonus_tv::core::Request::Exchange(order) => format!("{name} {}", order.key.as_str()),
        bonus_tv::core::Request::FindExchange(key) => format!("{name} {}", key.as_str()),
        _ => name,
    }
}

fn told<T: std::fmt::Debug, E: std::fmt::Debug>(result: &Result<T, E>) -> String {
    let short = |text: String| -> String { text.chars().take(60).collect() };
    match result {
        Ok(answer) => format!("ok {}", short(format!("{answer:?}"))),
        Err(failure) => format!("failed {}", short(format!("{failure:?}"))),
    }
}
