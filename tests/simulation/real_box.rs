//! A box as a process of its own: the engine that ships with its real ports, threads, disk and sockets, without a screen.
//!
//! It is started to be killed. What a member confirms and reads goes to a log that outlives it.
//! Time runs faster than outside, so that the pauses of a viewer do not make the test long.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use bonus_tv::api::{Client, ClientOptions};
use bonus_tv::core::{App, DiskJob, Effect, Event, Identity, Memory, Moment, Request, RequestId, Session, Settings};
use bonus_tv::domain::{Language, Secret};
use bonus_tv::engine::clock::Clock;
use bonus_tv::engine::disk::boot;
use bonus_tv::engine::live::{Live, LiveParts, PlayerParts};
use bonus_tv::engine::{Engine, Ports};
use bonus_tv::input::{Hold, KeyEvent, Phase};
use bonus_tv::player::film::PlayerFallback;
use bonus_tv::player::lending::Desktop;
use bonus_tv::player::{FilmAddresses, Insecure, PlayerRules};
use bonus_tv::storage::Storage;

use crate::tv::{Shown, shown};
use crate::viewer::{self, Mood};

/// How much faster the box's time runs.
const HASTE: u32 = 40;
/// Between two looks of the viewer, in real time.
const LOOK: Duration = Duration::from_millis(10);
/// Bytes of pictures it may keep; it draws none.
const PICTURES: u64 = 1024;

/// Where a box lives and what it does.
pub struct RealBox {
    /// The bonus API, or what stands before it.
    pub api: url::Url,
    /// What it remembers.
    pub directory: PathBuf,
    /// What its member confirms and reads.
    pub log: PathBuf,
    /// Whether it ends itself once every order has found its end.
    pub is_last: bool,
}

/// Runs a box until it is killed, or until its orders are over.
pub fn run(options: &RealBox) -> Result<(), Box<dyn std::error::Error>> {
    let storage = Arc::new(Storage::open(&options.directory, PICTURES)?);
    let client_options = ClientOptions {
        connect_timeout: Duration::from_secs(1),
        timeout: Duration::from_millis(800),
        ..ClientOptions::new(options.api.clone())
    };
    let client = Client::new(&client_options, storage.tokens.clone())?;
    let identity = Identity {
        version: "0".to_owned(),
        device_id: "REAL".to_owned(),
        api_host: "127.0.0.1".to_owned(),
        player_hears_keys: true,
        ..Identity::default()
    };
    let session = if client.is_signed_in() { Session::SignedIn } else { Session::SignedOut };
    let boot = boot(&storage, Memory::Kept, identity, Settings::default(), session);
    let (sender, inbox) = channel();
    let parts = LiveParts {
        client,
        storage: storage.clone(),
        clock: Box::new(HastyClock { started: Instant::now() }),
        player: PlayerParts {
            command: vec!["no-such-player".to_owned(), "{url}".to_owned()],
            rules: PlayerRules { films: FilmAddresses::beside(&options.api, Insecure::Refused), hidden: None },
            // Films end as soon as the viewer goes back.
            fallback: PlayerFallback::BuiltInCard,
            stage: Box::new(Desktop),
        },
        journal: None,
    };
    let live = Live::start(parts, Arc::new(move |arrival| drop(sender.send(arrival))))?;
    let ports = Witnessed { live, log: options.log.clone(), trouble: None };
    let mut engine = Engine::start(boot, ports);
    let mut random = fastrand::Rng::new();
    let mood = if options.is_last { Mood::Reads } else { Mood::Shops };
    loop {
        let is_quiet = match inbox.recv_timeout(LOOK) {
            Ok(arrival) => {
                engine.arrived(arrival);
                false
            }
            Err(_) => true,
        };
        engine.wake_if_due();
        if is_quiet && let Some(key) = viewer::key(engine.app(), mood, &mut random) {
            engine.handle(Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) }));
            engine.handle(Event::Key(KeyEvent { key, phase: Phase::Up }));
        }
        if engine.take_change() {
            engine.handle(Event::Presented);
            // The picture itself is no change of the state.
            engine.take_change();
        }
        if let Some(trouble) = engine.ports_mut().trouble.take() {
            return Err(trouble.into());
        }
        let app = engine.app();
        let is_over = app.order().is_none() && matches!(storage.orders.load(), Ok(None));
        if options.is_last && is_over && app.data.account.is_some() && !app.is_waiting() {
            engine.finish();
            return Ok(());
        }
    }
}

/// The system's time, faster.
struct HastyClock {
    started: Instant,
}

impl Clock for HastyClock {
    fn now(&self) -> Moment {
        let entropy = bonus_tv::engine::clock::entropy();
        Moment { monotonic: self.started.elapsed() * HASTE, wall: chrono::Utc::now(), entropy }
    }
}

/// The real ports, and a log of what a member confirms and reads.
struct Witnessed {
    live: Live,
    log: PathBuf,
    /// What must not happen to a box of this test.
    trouble: Option<String>,
}

impl Witnessed {
    fn note(&mut self, line: &str) {
        if let Err(error) = write(&self.log, line) {
            self.trouble = Some(format!("the log: {error}"));
        }
    }
}

impl Ports for Witnessed {
    fn now(&mut self) -> Moment {
        self.live.now()
    }

    fn call(&mut self, id: RequestId, request: Request, language: Language) {
        self.live.call(id, request, language);
    }

    fn write(&mut self, job: DiskJob) {
        self.live.write(job);
    }

    fn play(&mut self, url: Secret, title: &str) {
        self.live.play(url, title);
    }

    fn stop_player(&mut self) {
        self.live.stop_player();
    }

    fn player_is_gone(&mut self) {
        self.live.player_is_gone();
    }

    fn log_effect(&mut self, at: Duration, app: &App, effect: &Effect) {
        match effect {
            Effect::Disk(DiskJob::StoreOrder(order)) => self.note(&format!("placed {}", order.key.as_str())),
            Effect::Disk(DiskJob::ForgetOrder(key)) => {
                let read = match shown(app.place()) {
                    Shown::Confirmed(id) => format!("confirmed {id}"),
                    Shown::Refused(code) => format!("refused {code}"),
                    Shown::Unlearned => "unlearned".to_owned(),
                    Shown::Nothing(place) => format!("nothing {place}"),
                };
                self.note(&format!("read {} {read}", key.as_str()));
            }
            Effect::Disk(DiskJob::WipeMember) => self.trouble = Some("the sign-in was lost".to_owned()),
            Effect::Warn(warning) => self.trouble = Some(format!("the box warns: {warning:?}")),
            _ => {}
        }
        self.live.log_effect(at, app, effect);
    }
}

fn write(log: &Path, line: &str) -> std::io::Result<()> {
    OpenOptions::new().append(true).create(true).open(log)?.write_all(format!("{line}\n").as_bytes())
}
