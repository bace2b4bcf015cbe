//! Drives the program with a virtual clock, records what it orders, and checks what must always be true.

use std::time::Duration;

use crate::core::tests::fixtures::{World, start, stored_order};
use crate::core::tests::focused::focused;
use crate::core::{
    Answer, App, Boot, DiskJob, Effect, Event, Moment, Notice, OrderPhase, PinAnswer, PlaceKind, PlayerEvent, Request,
    RequestId, Session, StoredOrder, update,
};
use crate::domain::{Exchange, ExchangeState, Failure, FailureKind, Order, Reason, Refusal};
use crate::input::{Hold, KeyEvent, Phase, RemoteKey, ScriptStep, parse_script};
use crate::view::model::ViewModel;
use crate::view::spoken::Heard;
use crate::view::view;

/// A program under way with the world around it.
#[derive(Debug, Clone)]
pub(crate) struct Journey {
    pub(crate) app: App,
    pub(crate) now: Moment,
    pub(crate) world: World,
    /// What was ordered since [`Journey::forget_effects`].
    pub(crate) effects: Vec<Effect>,
    /// Requests that nobody has answered, also those the program no longer waits for.
    pub(crate) asked: Vec<(RequestId, Request)>,
    trail: Vec<String>,
}

/// At most this many pages lie on each other.
const DEEPEST: usize = 6;

pub(crate) fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub(crate) fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

/// The member's home screen with everything fetched.
pub(crate) fn home() -> Journey {
    home_of(World::default())
}

/// The home screen of this world with everything fetched.
pub(crate) fn home_of(world: World) -> Journey {
    let boot = world.boot();
    let mut journey = Journey::boot(world, boot);
    journey.serve();
    journey.forget_effects();
    journey
}

/// The first confirmation a member sees: the film f1.
pub(crate) fn at_confirmation() -> Journey {
    let mut journey = home();
    journey.keys("OK OK").expect_place(PlaceKind::Confirm).wait(ms(400));
    journey
}

/// The film f1 is ordered and the order is being written to disk.
pub(crate) fn storing() -> Journey {
    let mut journey = at_confirmation();
    journey.keys("RIGHT OK").expect_place(PlaceKind::Processing);
    journey
}

/// The film f1 is ordered, stored and sent.
pub(crate) fn ordered() -> Journey {
    let mut journey = storing();
    journey.event(Event::OrderStored(Ok(())));
    journey
}

/// A box that finds an order on its disk.
pub(crate) fn with_stored_order(order: Order) -> Journey {
    let world = World::default();
    let boot = Boot { order: StoredOrder::Pending(order), ..world.boot() };
    Journey::boot(world, boot)
}

/// A box on which nobody is signed in, with a code on the screen.
pub(crate) fn signed_out() -> Journey {
    let mut journey = without_code();
    journey.serve();
    journey
}

/// A box on which nobody is signed in, and whose question for a code is not answered.
pub(crate) fn without_code() -> Journey {
    let world = World::default();
    let boot = Boot { session: Session::SignedOut, ..world.boot() };
    Journey::boot(world, boot)
}

pub(crate) fn taken_up() -> Journey {
    let mut journey = with_stored_order(stored_order("m1"));
    journey.serve();
    journey
}

/// A refusal of an order.
pub(crate) fn refusal(reasons: Vec<Reason>) -> FailureKind {
    FailureKind::Refused(Refusal { code: "2011".to_owned(), reasons, request_id: Some("req-7".to_owned()) })
}

/// The name of a request's kind.
pub(crate) fn kind(request: &Request) -> &'static str {
    match request {
        Request::StartSignIn => "StartSignIn",
        Request::PollSignIn { .. } => "PollSignIn",
        Request::ConfirmMember { .. } => "ConfirmMember",
        Request::Account => "Account",
        Request::Terms => "Terms",
        Request::Enrol { .. } => "Enrol",
        Request::Catalog { .. } => "Catalog",
        Request::Entitlements => "Entitlements",
        Request::Exchange(_) => "Exchange",
        Request::FindExchange(_) => "FindExchange",
        Request::SetRenewal { .. } => "SetRenewal",
        Request::Ledger { .. } => "Ledger",
        Request::Exchanges { .. } => "Exchanges",
        Request::EarningRules => "EarningRules",
        Request::SignOut => "SignOut",
    }
}

impl Journey {
    /// Starts the program.
    pub(crate) fn boot(world: World, boot: Boot) -> Self {
        Self::boot_dated(world, boot, start())
    }

    /// Starts the program on a box with this date of its own.
    pub(crate) fn boot_dated(world: World, boot: Boot, wall: chrono::DateTime<chrono::Utc>) -> Self {
        let now = Moment { monotonic: secs(10), wall, entropy: 7 };
        let (app, effects) = App::new(boot, &now);
        let mut journey = Self { app, now, world, effects: Vec::new(), asked: Vec::new(), trail: Vec::new() };
        journey.record(effects);
        journey.check();
        journey.event(Event::Presented);
        journey
    }

    fn record(&mut self, effects: Vec<Effect>) {
        for effect in &effects {
            if let Effect::Call { id, request, .. } = effect {
                self.asked.push((*id, request.clone()));
            }
        }
        self.effects.extend(effects);
    }

    /// Gives one event to the program and checks the invariants.
    pub(crate) fn event(&mut self, event: Event) -> &mut Self {
        self.now.entropy = self.now.entropy.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        let effects = update(&mut self.app, &self.now, event);
        self.record(effects);
        self.check();
        self
    }

    /// Lets time pass, waking the program whenever it asked for it.
    pub(crate) fn wait(&mut self, time: Duration) -> &mut Self {
        let until = self.now.monotonic + time;
        while let Some(at) = self.app.next_wake().filter(|at| *at <= until) {
            self.set_time(at.max(self.now.monotonic));
            self.event(Event::Woke);
            let next = self.app.next_wake();
            assert!(next.is_none_or(|next| next > self.now.monotonic), "it spins: {next:?} {}", self.told());
        }
        self.set_time(until);
        self
    }

    fn set_time(&mut self, at: Duration) {
        self.now.wall += at - self.now.monotonic;
        self.now.monotonic = at;
    }

    /// Presses keys of a script, each shown on the screen before the next.
    pub(crate) fn keys(&mut self, script: &str) -> &mut Self {
        for step in parse_script(script).expect("the script is understood") {
            match step {
                ScriptStep::Tap(key) => self.hold(key, ms(80)),
                ScriptStep::Hold(key, time) => self.hold(key, time),
                ScriptStep::Wait(time) => self.wait(time),
            };
        }
        self
    }

    fn hold(&mut self, key: RemoteKey, time: Duration) -> &mut Self {
        self.trail.push(key.name().to_owned());
        self.event(Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) }));
        self.event(Event::Presented).wait(time);
        self.event(Event::Key(KeyEvent { key, phase: Phase::Up }));
        self.event(Event::Presented).wait(ms(80))
    }

    /// The oldest unanswered request of a kind.
    pub(crate) fn asked(&self, name: &str) -> Option<&Request> {
        self.asked.iter().map(|(_, request)| request).find(|request| kind(request) == name)
    }

    /// How often a kind of request was sent since [`Journey::forget_effects`].
    pub(crate) fn sent(&self, name: &str) -> usize {
        self.effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Call { request, .. } if kind(request) == name))
            .count()
    }

    /// Takes the oldest unanswered request of a kind away, to answer it later or never.
    pub(crate) fn take(&mut self, name: &str) -> (RequestId, Request) {
        let at = self.asked.iter().position(|(_, request)| kind(request) == name);
        let at = at.unwrap_or_else(|| panic!("nobody asked for {name}: {}", self.told()));
        self.asked.remove(at)
    }

    pub(crate) fn reply(&mut self, id: RequestId, result: Result<Answer, Failure>) -> &mut Self {
        self.trail.push(format!("reply {}", id.get()));
        self.event(Event::Replied { id, result });
        self.event(Event::Presented)
    }

    /// Answers the oldest request of a kind.
    pub(crate) fn answer(&mut self, name: &str, answer: Answer) -> &mut Self {
        let (id, _) = self.take(name);
        self.reply(id, Ok(answer))
    }

    /// Answers the oldest request of a kind as the world would.
    pub(crate) fn serve_one(&mut self, name: &str) -> &mut Self {
        let (id, request) = self.take(name);
        let answer = self.world.answer(&request, self.server_time());
        self.reply(id, Ok(answer))
    }

    /// Fails the oldest request of a kind.
    pub(crate) fn fail(&mut self, name: &str, kind: FailureKind) -> &mut Self {
        let (id, _) = self.take(name);
        self.reply(id, Err(Failure::new(kind)))
    }

    /// Fails every request that waits.
    pub(crate) fn fail_all(&mut self, kind: &FailureKind) -> &mut Self {
        for (id, _) in std::mem::take(&mut self.asked) {
            self.reply(id, Err(Failure::new(kind.clone())));
        }
        self
    }

    /// The world answers everything but orders and sign-in polls, until nothing more is asked.
    pub(crate) fn serve(&mut self) -> &mut Self {
        let waits = |request: &Request| {
            matches!(request, Request::Exchange(_) | Request::FindExchange(_)) || request.is_about_a_code()
        };
        for _ in 0..1000 {
            let Some(at) = self.asked.iter().position(|(_, request)| !waits(request)) else { return self };
            let (id, request) = self.asked.remove(at);
            let answer = self.world.answer(&request, self.server_time());
            self.reply(id, Ok(answer));
        }
        panic!("it asks without end: {}", self.told());
    }

    /// Lets so much time pass that everything is fetched again; keys keep the picture bright.
    pub(crate) fn refresh(&mut self) -> &mut Self {
        self.wait(secs(200)).keys("STOP").wait(secs(200)).serve()
    }

    pub(crate) fn server_time(&self) -> chrono::DateTime<chrono::Utc> {
        start() + (self.now.monotonic - secs(10))
    }

    /// The server confirms the order that was sent.
    pub(crate) fn confirm_order(&mut self) -> &mut Self {
        self.serve_one("Exchange")
    }

    pub(crate) fn processing_exchange(&mut self) -> &mut Self {
        let (id, request) = self.take("Exchange");
        let Request::Exchange(order) = request else { unreachable!("it is an exchange") };
        let exchange = Exchange {
            state: ExchangeState::Processing,
            ..crate::core::tests::fixtures::confirmed(&order, self.server_time())
        };
        self.reply(id, Ok(Answer::Exchange(exchange)))
    }

    /// The last question to the disk about a PIN.
    pub(crate) fn pin_question(&self) -> RequestId {
        self.pin_questions().next().expect("a PIN was asked for")
    }

    pub(crate) fn has_asked_for_pin(&self) -> bool {
        self.pin_questions().next().is_some()
    }

    fn pin_questions(&self) -> impl Iterator<Item = RequestId> {
        let asked = |effect: &Effect| match effect {
            Effect::Disk(DiskJob::CheckPin { id, .. }) | Effect::Disk(DiskJob::SetPin { id, .. }) => Some(*id),
            _ => None,
        };
        self.effects.iter().rev().filter_map(asked)
    }

    pub(crate) fn pin(&mut self, answer: PinAnswer) -> &mut Self {
        let id = self.pin_question();
        self.event(Event::PinAnswered { id, answer })
    }

    pub(crate) fn player(&mut self, event: PlayerEvent) -> &mut Self {
        self.event(Event::Player(event))
    }

    pub(crate) fn forget_effects(&mut self) -> &mut Self {
        self.effects.clear();
        self
    }

    pub(crate) fn has_effect(&self, is_it: impl Fn(&Effect) -> bool) -> bool {
        self.effects.iter().any(is_it)
    }

    pub(crate) fn place(&self) -> PlaceKind {
        self.app.place().kind()
    }

    #[track_caller]
    pub(crate) fn expect_place(&mut self, kind: PlaceKind) -> &mut Self {
        assert_eq!(self.place(), kind, "{}", self.told());
        self
    }

    /// The one focused element, as [`focused`] names it.
    #[track_caller]
    pub(crate) fn expect_focus(&mut self, name: &str) -> &mut Self {
        assert_eq!(self.focus(), name, "{}", self.told());
        self
    }

    #[track_caller]
    pub(crate) fn expect_offer(&mut self, id: &str) -> &mut Self {
        assert_eq!(crate::core::tests::fixtures::focused_id(&self.app), id, "{}", self.told());
        self
    }

    #[track_caller]
    pub(crate) fn expect_notice(&mut self, notice: &Notice) -> &mut Self {
        assert_eq!(self.app.notice(), Some(notice), "{}", self.told());
        self
    }

    /// Presses keys that must bump and change nothing else.
    #[track_caller]
    pub(crate) fn expect_bump(&mut self, key: &str) -> &mut Self {
        let (before, focus) = (self.app.bumps().0, self.focus());
        self.keys(key);
        assert_eq!(self.app.bumps().0, before + 1, "{key} bumps: {}", self.told());
        assert_eq!(self.focus(), focus);
        self
    }

    /// Whether a journal must not name this key, should it go down now.
    pub(crate) fn is_secret(&self, key: &str) -> bool {
        let key = RemoteKey::named(key).expect("the key has this name");
        self.app.is_secret(KeyEvent { key, phase: Phase::Down(Hold::Signed) })
    }

    pub(crate) fn focus(&self) -> String {
        focused(&self.vm()).join(" and ")
    }

    pub(crate) fn vm(&self) -> ViewModel {
        view(&self.app, &self.now)
    }

    pub(crate) fn phase(&self) -> Option<OrderPhase> {
        self.app.order().map(|flow| flow.phase)
    }

    /// Presses Back until the home screen, and says how often.
    pub(crate) fn backs_to_home(&self) -> usize {
        let mut journey = self.clone();
        for backs in 0..=20 {
            let is_home = matches!(journey.place(), PlaceKind::Home | PlaceKind::SignIn);
            if is_home && journey.app.dialog().is_none() {
                return backs;
            }
            journey.forget_effects();
            journey.keys("WAIT:500ms BACK");
            if journey.has_effect(|effect| *effect == Effect::StopPlayer) {
                journey.player(PlayerEvent::Ended);
            }
        }
        panic!("Back goes round in circles: {}", self.told());
    }

    /// Where it is and how it got there.
    pub(crate) fn told(&self) -> String {
        let from = self.trail.len().saturating_sub(40);
        let stack: Vec<_> = self.app.stack.iter().map(|page| page.place.kind()).collect();
        format!("{stack:?} {:?} after … {}", self.app.dialog(), self.trail[from..].join(" "))
    }

    /// What must be true after every step.
    fn check(&self) {
        let stack = &self.app.stack;
        let kinds: Vec<PlaceKind> = stack.iter().map(|page| page.place.kind()).collect();
        let is_bottom = |kind: &PlaceKind| matches!(kind, PlaceKind::Home | PlaceKind::SignIn);
        assert!(kinds.first().is_some_and(is_bottom), "the bottom is home or sign-in: {}", self.told());
        assert_eq!(kinds.iter().filter(|kind| is_bottom(kind)).count(), 1, "{}", self.told());
        assert!(kinds.len() <= DEEPEST, "at most {DEEPEST} pages: {}", self.told());
        assert!(self.app.tab_focus().is_none_or(|tab| tab < self.app.tabs().len()));
        let is_signed_in = self.app.session == Session::SignedIn;
        assert_eq!(kinds.first() == Some(&PlaceKind::Home), is_signed_in, "{}", self.told());

        let shown = self.vm();
        let focus = focused(&shown);
        assert_eq!(focus.len(), 1, "one element has the focus, not {focus:?}: {}", self.told());
        // A11Y-1, A11Y-2: whatever has the focus can be said.
        assert!(!Heard::of(&shown).focus().is_empty(), "nothing is said of {focus:?}: {}", self.told());

        let calls: Vec<&Request> = self.app.calls.under_way.values().collect();
        for (at, call) in calls.iter().enumerate() {
            assert!(!calls[..at].iter().any(|other| other.is_same_kind(call)), "{call:?} twice: {}", self.told());
        }
        let orders =
            calls.iter().filter(|call| matches!(call, Request::Exchange(_) | Request::FindExchange(_))).count();
        assert!(orders <= 1, "one order at a time: {}", self.told());
        let is_asking = self.phase() == Some(OrderPhase::Asking);
        assert_eq!(is_asking, orders == 1, "an order that is asked for has its request: {}", self.told());

        let has_card = kinds.contains(&PlaceKind::Player);
        assert_eq!(self.app.playing.is_some(), has_card, "a film plays behind its card: {}", self.told());
        assert!(self.app.basket.len() <= 20, "the basket holds 20");
    }
}
