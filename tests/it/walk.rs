//! A random walk over every test subscriber of a real sandbox: whatever keys are pressed, exactly one
//! element has the focus and home is at most five Backs away (FOC-1, BACK-2).

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bonus_tv::api::{Client, ClientOptions, MemoryTokens, Tokens};
use bonus_tv::core::{
    App, Boot, Dialog, Effect, Event, Identity, Memory, Moment, PinAnswer, Place, PlaceKind, PlayerEvent, Session,
    Settings, SignInState, StoredOrder, update,
};
use bonus_tv::domain::{Language, Secret};
use bonus_tv::emulator::RandomKeys;
use bonus_tv::input::{Hold, KeyEvent, Phase, RemoteKey};
use bonus_tv::sandbox::{Control, Options, clock::Clock, scenarios, start};
use bonus_tv::shell::network;
use bonus_tv::view::view;
use chrono::{DateTime, TimeZone, Utc};

use crate::support::focused;

/// Keys of a walk, unless `BONUS_TV_WALK_KEYS` says otherwise: `.ci/run` walks ten thousand (FOC-1).
const KEYS: usize = 2_000;

fn keys() -> usize {
    let told = std::env::var("BONUS_TV_WALK_KEYS").ok();
    told.map_or(KEYS, |keys| keys.parse().expect("BONUS_TV_WALK_KEYS is a number of keys"))
}

/// A small generator of numbers that are random enough and the same every time.
struct Walker<'a> {
    app: App,
    client: Client,
    control: Control,
    runtime: &'a tokio::runtime::Runtime,
    scenario: String,
    elapsed: Duration,
    start: DateTime<Utc>,
    dice: RandomKeys,
    visited: HashSet<PlaceKind>,
}

impl Walker<'_> {
    fn moment(&mut self) -> Moment {
        let entropy = (u128::from(self.dice.roll(u64::MAX)) << 64) | u128::from(self.dice.roll(u64::MAX));
        let passed = chrono::Duration::from_std(self.elapsed).expect("a walk is short");
        Moment { monotonic: self.elapsed, wall: self.start + passed, entropy }
    }

    fn handle(&mut self, event: Event) {
        let now = self.moment();
        let mut effects = update(&mut self.app, &now, event);
        while let Some(effect) = (!effects.is_empty()).then(|| effects.remove(0)) {
            let Some(event) = self.answer(effect) else { continue };
            let now = self.moment();
            effects.extend(update(&mut self.app, &now, event));
        }
    }

    fn answer(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::Call { id, request } => {
                let result = self.runtime.block_on(network::call(&self.client, request, Language::Ru));
                Some(Event::Replied { id, result })
            }
            Effect::StoreOrder(_) => Some(Event::OrderStored(Ok(()))),
            Effect::SealOrder(_) => Some(Event::OrderSealed(Ok(()))),
            Effect::CheckPin { id, .. } => {
                let is_wrong = self.dice.roll(3) == 0;
                let answer = if is_wrong { PinAnswer::Wrong { left: 4 } } else { PinAnswer::Right };
                Some(Event::PinAnswered { id, answer })
            }
            Effect::SetPin { id, pin } => {
                let answer = if pin.is_some() { PinAnswer::Stored } else { PinAnswer::Removed };
                Some(Event::PinAnswered { id, answer })
            }
            Effect::Play { .. } => Some(Event::Player(PlayerEvent::BuiltIn)),
            Effect::StopPlayer => Some(Event::Player(PlayerEvent::Ended)),
            Effect::ForgetOrder(_)
            | Effect::StoreCache
            | Effect::WipeMember
            | Effect::ForgetDamagedOrder
            | Effect::StoreChoice(_)
            | Effect::Warn(_)
            | Effect::Exit => None,
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.elapsed + time;
        while let Some(at) = self.app.next_wake().filter(|at| *at <= end) {
            self.elapsed = self.elapsed.max(at);
            self.handle(Event::Woke);
        }
        self.elapsed = end;
    }

    fn press(&mut self, key: RemoteKey) {
        self.handle(Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) }));
        self.handle(Event::Presented);
        let held = if self.dice.roll(20) == 0 { 700 } else { 90 };
        self.pass(Duration::from_millis(held));
        self.handle(Event::Key(KeyEvent { key, phase: Phase::Up }));
        self.pass(Duration::from_millis(60));
        self.handle(Event::Presented);
    }

    /// Somebody at the phone lets the television in again.
    fn sign_in_again(&mut self) {
        let Place::SignIn(place) = self.app.place() else { return };
        if let SignInState::Waiting { code, .. } = &place.state {
            let code = code.user_code.clone();
            self.control.approve(&code, &self.scenario).expect("a fresh code is accepted");
            self.pass(Duration::from_secs(11));
        }
    }

    fn check(&mut self, step: usize) {
        self.visited.insert(self.app.place().kind());
        let now = self.moment();
        let vm = view(&self.app, &now);
        assert_eq!(
            focused(&vm),
            1,
            "{}, key {step}: {:?}, dialog {:?}",
            self.scenario,
            self.app.place(),
            self.app.dialog()
        );
        assert!((1..=6).contains(&self.app.depth()), "{}, key {step}: depth {}", self.scenario, self.app.depth());
    }

    /// Home is at most five Backs away; the question whether to leave comes only there.
    fn go_home(&mut self, step: usize) {
        for _ in 0..5 {
            if self.is_home() {
                break;
            }
            self.press(RemoteKey::Back);
        }
        assert!(self.is_home(), "{}, key {step}: five Backs end at {:?}", self.scenario, self.app.place().kind());
    }

    fn is_home(&self) -> bool {
        matches!(self.app.place().kind(), PlaceKind::Home | PlaceKind::SignIn)
            && matches!(self.app.dialog(), None | Some(Dialog::Exit { .. }))
    }
}

fn identity() -> Identity {
    Identity {
        brand: None,
        version: "0".to_owned(),
        device_id: "TEST".to_owned(),
        api_host: "sandbox".to_owned(),
        account_url: Some("https://account.example/".to_owned()),
        dim_after: Some(Duration::from_secs(300)),
        leave_after: None,
        player_hears_keys: true,
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
        order: StoredOrder::None,
        has_pin: false,
        memory: Memory::Kept,
    };
    let moment = Moment { monotonic: Duration::ZERO, wall: start_at, entropy: 7 };
    let (app, effects) = App::new(boot, &moment);
    let seed = scenario.bytes().fold(11, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let mut walker = Walker {
        app,
        client,
        control: running.control(),
        runtime: &runtime,
        scenario: scenario.to_owned(),
        elapsed: Duration::ZERO,
        start: start_at,
        dice: RandomKeys::new(seed),
        visited: HashSet::new(),
    };
    for effect in effects {
        if let Some(event) = walker.answer(effect) {
            walker.handle(event);
        }
    }
    walker.check(0);
    for step in 1..=keys() {
        // Leaving ends the program.
        let key = Some(walker.dice.key()).filter(|key| *key != RemoteKey::Leave).unwrap_or(RemoteKey::Back);
        walker.press(key);
        walker.check(step);
        if step % 97 == 0 {
            walker.sign_in_again();
            walker.check(step);
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
        About, Basket, Catalog, Confirm, History, Home, Join, MyOptions, Offer, Outcome, Player, Refusal, Settings,
        SignIn, Status,
    };
    for place in [
        About, Basket, Catalog, Confirm, History, Home, Join, MyOptions, Offer, Outcome, Player, Refusal, Settings,
        SignIn, Status,
    ] {
        assert!(visited.contains(&place), "{place:?} was never reached; reached: {visited:?}");
    }
}
