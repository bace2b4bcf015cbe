//! A box as a process of its own: the real core, storage, API client and sockets, without a screen.
//!
//! It is started to be killed. What a member confirms and reads goes to a log that outlives it.
//! Time runs faster than outside, so that the pauses of a viewer do not make the test long.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bonus_tv::api::{Client, ClientOptions};
use bonus_tv::core::{
    Answer, App, Effect, Event, Identity, Memory, Moment, PlayerEvent, RequestId, Session, Settings, update,
};
use bonus_tv::domain::{Failure, Language};
use bonus_tv::input::{Hold, KeyEvent, Phase};
use bonus_tv::shell::disk::{Job, boot, perform};
use bonus_tv::shell::network;
use bonus_tv::shell::storage::Storage;
use tokio::sync::mpsc;

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

struct Running {
    app: App,
    storage: Storage,
    client: Client,
    started: Instant,
    random: fastrand::Rng,
    log: PathBuf,
    outbox: mpsc::UnboundedSender<(RequestId, Result<Answer, Failure>)>,
}

/// Runs a box until it is killed, or until its orders are over.
pub fn run(options: &RealBox) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(live(options))
}

async fn live(options: &RealBox) -> Result<(), Box<dyn std::error::Error>> {
    let storage = Storage::open(&options.directory, PICTURES)?;
    let client_options = ClientOptions {
        connect_timeout: Duration::from_secs(1),
        timeout: Duration::from_millis(800),
        ..ClientOptions::new(options.api.clone())
    };
    let client = Client::new(&client_options, storage.tokens.clone())?;
    let (outbox, mut inbox) = mpsc::unbounded_channel();
    let mut random = fastrand::Rng::new();
    let started = Instant::now();
    let now = moment(started, &mut random);
    let identity = Identity {
        brand: None,
        version: "0".to_owned(),
        device_id: "REAL".to_owned(),
        api_host: "127.0.0.1".to_owned(),
        account_url: None,
        dim_after: None,
        leave_after: None,
        player_hears_keys: true,
    };
    let session = if client.is_signed_in() { Session::SignedIn } else { Session::SignedOut };
    let boot = boot(&storage, Memory::Kept, identity, Settings::default(), session);
    let (app, effects) = App::new(boot, &now);
    let log = options.log.clone();
    let mut running = Running { app, storage, client, started, random, log, outbox };
    running.run(effects)?;
    let mood = if options.is_last { Mood::Reads } else { Mood::Shops };
    loop {
        if let Ok(Some((id, result))) = tokio::time::timeout(LOOK, inbox.recv()).await {
            running.event(Event::Replied { id, result })?;
            continue;
        }
        running.event(Event::Woke)?;
        if let Some(key) = viewer::key(&running.app, mood, &mut running.random) {
            running.event(Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) }))?;
            running.event(Event::Key(KeyEvent { key, phase: Phase::Up }))?;
        }
        let is_over = running.app.order().is_none() && matches!(running.storage.orders.load(), Ok(None));
        if options.is_last && is_over && running.app.data.account.is_some() && !running.app.is_waiting() {
            return Ok(());
        }
    }
}

fn moment(started: Instant, random: &mut fastrand::Rng) -> Moment {
    Moment { monotonic: started.elapsed() * HASTE, wall: chrono::Utc::now(), entropy: random.u128(..) }
}

impl Running {
    fn event(&mut self, event: Event) -> Result<(), Box<dyn std::error::Error>> {
        for event in [event, Event::Presented] {
            let now = moment(self.started, &mut self.random);
            let effects = update(&mut self.app, &now, event);
            self.run(effects)?;
        }
        Ok(())
    }

    fn run(&mut self, effects: Vec<Effect>) -> Result<(), Box<dyn std::error::Error>> {
        for effect in effects {
            match effect {
                Effect::Call { id, request } => {
                    let (client, outbox) = (self.client.clone(), self.outbox.clone());
                    tokio::spawn(async move {
                        let result = network::call(&client, request, Language::Ru).await;
                        // The box may be at its end.
                        let _ = outbox.send((id, result));
                    });
                }
                Effect::StoreOrder(order) => {
                    write(&self.log, &format!("placed {}", order.key.as_str()))?;
                    if let Some(event) = perform(&self.storage, Job::StoreOrder(order)) {
                        self.event(event)?;
                    }
                }
                Effect::SealOrder(key) => {
                    if let Some(event) = perform(&self.storage, Job::SealOrder(key)) {
                        self.event(event)?;
                    }
                }
                Effect::ForgetOrder(key) => {
                    let read = match shown(self.app.place()) {
                        Shown::Confirmed(id) => format!("confirmed {id}"),
                        Shown::Refused(code) => format!("refused {code}"),
                        Shown::Unlearned => "unlearned".to_owned(),
                        Shown::Nothing(place) => format!("nothing {place}"),
                    };
                    write(&self.log, &format!("read {} {read}", key.as_str()))?;
                    perform(&self.storage, Job::ForgetOrder(key));
                }
                Effect::Play { .. } => {
                    self.event(Event::Player(PlayerEvent::BuiltIn))?;
                    self.event(Event::Player(PlayerEvent::Ended))?;
                }
                Effect::WipeMember => return Err("the sign-in was lost".into()),
                Effect::Warn(warning) => return Err(format!("the box warns: {warning:?}").into()),
                Effect::ForgetDamagedOrder => {
                    perform(&self.storage, Job::ForgetDamagedOrder);
                }
                Effect::StoreChoice(choice) => {
                    perform(&self.storage, Job::StoreChoice(choice));
                }
                Effect::StoreCache
                | Effect::CheckPin { .. }
                | Effect::SetPin { .. }
                | Effect::StopPlayer
                | Effect::Exit => {}
            }
        }
        Ok(())
    }
}

fn write(log: &Path, line: &str) -> std::io::Result<()> {
    OpenOptions::new().append(true).create(true).open(log)?.write_all(format!("{line}\n").as_bytes())
}
