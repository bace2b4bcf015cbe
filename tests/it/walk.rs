//! A random walk over every test subscriber of a real sandbox: whatever keys are pressed, exactly one
//! element has the focus and home is at most five Backs away (FOC-1, BACK-2).

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bonus_emulator::RandomKeys;
use bonus_sandbox::{Control, Options, clock::Clock, scenarios, start};
use bonus_tv::api::{Client, ClientOptions, MemoryTokens, Tokens};
use bonus_tv::core::{
    App, Boot, Dialog, DiskJob, Event, Identity, Memory, Moment, PinAnswer, PlaceKind, PlayerEvent, Request, RequestId,
    Session, Settings, StoredOrder,
};
use bonus_tv::domain::{Language, Secret, Watched};
use bonus_tv::engine::{self, Engine, api_calls};
use bonus_tv::input::{Hold, KeyEvent, Phase, RemoteKey};
use bonus_tv::view::view;
use chrono::{DateTime, TimeZone, Utc};

use crate::support::focused;

/// Keys of a walk, unless `BONUS_TV_WALK_KEYS` says otherwise: `.ci/run` walks ten thousand (FOC-1).
const KEYS: usize = 2_000;

fn keys() -> usize {
    let told = std::env::var("BONUS_TV_WALK_KEYS").ok();
    told.map_or(KEYS, |keys| keys.parse().expect("BONUS_TV_WALK_KEYS is a number of keys"))
}

/// A television without a picture, and the phone that lets it in.
struct Walker<'a> {
    engine: Engine<Ports<'a>>,
    control: Control,
    scenario: String,
    visited: HashSet<PlaceKind>,
}

/// The API is asked at once; the disk keeps nothing, and a PIN is wrong now and then.
struct Ports<'a> {
    client: Client,
    runtime: &'a tokio::runtime::Runtime,
    elapsed: Duration,
    start: DateTime<Utc>,
    dice: RandomKeys,
    answers: VecDeque<Answered>,
}

enum Answered {
    Event(Event),
    Disk(Option<Event>),
}

impl engine::Ports for Ports<'_> {
    fn now(&mut self) -> Moment {
        let entropy = (u128::from(self.dice.roll(u64::MAX)) << 64) | u128::from(self.dice.roll(u64::MAX));
        let passed = chrono::Duration::from_std(self.elapsed).expect("a walk is short");
        Moment { monotonic: self.elapsed, wall: self.start + passed, entropy }
    }

    fn call(&mut self, id: RequestId, request: Request, language: Language) {
        let result = self.runtime.block_on(api_calls::call(&self.client, request, language));
        self.answers.push_back(Answered::Event(Event::Replied { id, result }));
    }

    fn write(&mut self, job: DiskJob) {
        let answer = match job {
            DiskJob::StoreOrder(_) => Some(Event::OrderStored(Ok(()))),
            DiskJob::SealOrder(_) => Some(Event::OrderSealed(Ok(()))),
            DiskJob::CheckPin { id, .. } => {
                let is_wrong = self.dice.roll(3) == 0;
                let answer = if is_wrong { PinAnswer::Wrong { left: 4 } } else { PinAnswer::Right };
                Some(Event::PinAnswered { id, answer })
            }
            DiskJob::SetPin { id, pin } => {
                let answer = if pin.is_some() { PinAnswer::Stored } else { PinAnswer::Removed };
                Some(Event::PinAnswered { id, answer })
            }
            DiskJob::ForgetOrder(_)
            | DiskJob::ForgetDamagedOrder
            | DiskJob::StoreCache(_)
            | DiskJob::EndStart
            | DiskJob::WipeMember
            | DiskJob::StoreWatched(_)
            | DiskJob::StoreChoice(_) => None,
        };
        self.answers.push_back(Answered::Disk(answer));
    }

    fn play(&mut self, _: Secret, _: &str) {
        self.answers.push_back(Answered::Event(Event::Player(PlayerEvent::BuiltIn)));
    }

    fn stop_player(&mut self) {
        self.answers.push_back(Answered::Event(Event::Player(PlayerEvent::Ended)));
    }
}

impl Walker<'_> {
    fn handle(&mut self, event: Event) {
        self.engine.handle(event);
        self.answer();
    }

    /// Hands the engine the answers of its ports until there are none.
    fn answer(&mut self) {
        while let Some(answer) = self.engine.ports_mut().answers.pop_front() {
            match answer {
                Answered::Event(event) => self.engine.handle(event),
                Answered::Disk(answer) => self.engine.disk_done(answer),
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.engine.ports().elapsed + time;
        while let Some(at) = self.engine.next_wake().filter(|at| *at <= end) {
            let ports = self.engine.ports_mut();
            ports.elapsed = ports.elapsed.max(at);
            self.engine.wake_if_due();
            self.answer();
        }
        self.engine.ports_mut().elapsed = end;
    }

    fn app(&self) -> &App {
        self.engine.app()
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.engine.ports_mut().dice.roll(sides)
    }

    fn press(&mut self, key: RemoteKey) {
        self.handle(Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) }));
        self.handle(Event::Presented);
        let held = if self.roll(20) == 0 { 700 } else { 90 };
        self.pass(Duration::from_millis(held));
        self.handle(Event::Key(KeyEvent { key, phase: Phase::Up }));
        self.pass(Duration::from_millis(60));
        self.handle(Event::Presented);
    }

    /// Somebody at the phone lets the television in again.
    fn sign_in_again(&mut self) {
        if let Some(code) = self.app().code_on_screen() {
            let code = code.user_code.clone();
            self.control.approve(&code, &self.scenario).expect("a fresh code is accepted");
            self.pass(Duration::from_secs(11));
        }
    }

    fn check(&mut self, step: usize) {
        self.visited.insert(self.app().place().kind());
        let now = engine::Ports::now(self.engine.ports_mut());
        let vm = view(self.app(), &now);
        assert_eq!(
            focused(&vm),
            1,
            "{}, key {step}: {:?}, dialog {:?}",
            self.scenario,
            self.app().place(),
            self.app().dialog()
        );
        assert!((1..=6).contains(&self.app().depth()), "{}, key {step}: depth {}", self.scenario, self.app().depth());
    }

    /// Home is at most five Backs away; the question whether to leave comes only there.
    fn go_home(&mut self, step: usize) {
        for _ in 0..5 {
            if self.is_home() {
                break;
            }
            self.press(RemoteKey::Back);
        }
        assert!(self.is_home(), "{}, key {step}: five Backs end at {:?}", self.scenario, self.app().place().kind());
    }

    fn is_home(&self) -> bool {
        matches!(self.app().place().kind(), PlaceKind::Home | PlaceKind::SignIn)
            && matches!(self.app().dialog(), None | Some(Dialog::Exit { .. }))
    }
}

fn identity() -> Identity {
    Identity {
        version: "0".to_owned(),
        device_id: "TEST".to_owned(),
        api_host: "sandbox".to_owned(),
        account_url: Some("https://account.example/".to_owned()),
        dim_after: Some(Duration::from_secs(300)),
        has_voice: true,
        player_hears_keys: true,
        ..Identity::default()
    }
}

fn walk(scenario: &str) -> HashSet<PlaceKind> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("threads");
    let start_at = Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, 0).unwrap();
    let options = Options { clock: Some(Clock::frozen(start_at)), ..Options::default() };
    let running = runtime.block_on(start(options)).expect("the sandbox starts");
    let base = running.base_url().parse().expect("an address");
    let client = Client::new(&ClientOptions::new(base), Arc::new(MemoryTokens::default())).expect("a client");
    let session = running.control().session(scenario).expect("the scenario loads");
    let tokens =
        Tokens { access: Secret::new(session.access_token), refresh: Some(Secret::new(session.refresh_token)) };
    runtime.block_on(client.adopt_tokens(tokens));
    let boot = Boot {
        identity: identity(),
        settings: Settings::default(),
        session: Session::SignedIn,
        cached: None,
        watched: Watched::default(),
        order: StoredOrder::None,
        has_pin: false,
        memory: Memory::Kept,
    };
    let seed = scenario.bytes().fold(11, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let ports = Ports {
        client,
        runtime: &runtime,
        elapsed: Duration::ZERO,
        start: start_at,
        dice: RandomKeys::new(seed),
        answers: VecDeque::new(),
    };
    let mut walker = Walker {
        engine: Engine::start(boot, ports),
        control: running.control(),
        scenario: scenario.to_owned(),
        visited: HashSet::new(),
    };
    walker.answer();
    walker.check(0);
    for step in 1..=keys() {
        // Leaving ends the program.
        let key = Some(walker.engine.ports_mut().dice.key())
            .filter(|key| *key != RemoteKey::Leave)
            .unwrap_or(RemoteKey::Back);
        walker.press(key);
        walker.check(step);
        if step % 97 == 0 {
            walker.sign_in_again();
            walker.check(step);
        }
        if step % 61 == 0 {
            // The end of the settings is a long way for random arrows.
            for key in [RemoteKey::Menu, RemoteKey::PageDown, RemoteKey::PageDown] {
                walker.press(key);
                walker.check(step);
            }
        }
        if step % 251 == 0 {
            walker.go_home(step);
        }
    }
    let visited = std::mem::take(&mut walker.visited);
    drop(walker);
    runtime.block_on(running.shutdown());
    visited
}

#[test]
fn random_keys_keep_one_focus_and_a_short_way_home_in_every_scenario() {
    let names: Vec<String> = scenarios().expect("scenarios").into_iter().map(|scenario| scenario.name).collect();
    assert!(names.len() >= 15);
    let visited = Mutex::new(HashSet::new());
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let seen = walk(name);
                    println!("{name}: {} keys, {} places", keys(), seen.len());
                    visited.lock().expect("no walk failed").extend(seen);
                }
            });
        }
    });
    // A walk that never gets anywhere proves nothing. Answers come at once here, so no order is ever seen on its way.
    let visited = visited.into_inner().expect("no walk failed");
    use PlaceKind::{
        About, Basket, Catalog, Confirm, Episodes, History, Home, Join, MyOptions, Offer, Outcome, Player, Refusal,
        Settings, SignIn, Status,
    };
    for place in [
        About, Basket, Catalog, Confirm, Episodes, History, Home, Join, MyOptions, Offer, Outcome, Player, Refusal,
        Settings, SignIn, Status,
    ] {
        assert!(visited.contains(&place), "{place:?} was never reached; reached: {visited:?}");
    }
}
