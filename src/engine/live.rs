//! The real ports: threads for the network, a thread for the disk, the film player, the system's clock.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;

use crate::api::Client;
use crate::core::{App, DiskJob, Effect, Event, Moment, Request, RequestId};
use crate::domain::{Language, Secret};
use crate::player::PlayerRules;
use crate::player::film::{self, PlayerFallback};
use crate::player::lending::{Lending, Stage};
use crate::storage::Storage;

use super::clock::Clock;
use super::disk::Disk;
use super::journal::{Journal, request_name};
use super::{Ports, api_calls};

/// What the ports are made from.
pub struct LiveParts {
    /// The bonus API.
    pub client: Client,
    /// What is remembered.
    pub storage: Arc<Storage>,
    /// The time.
    pub clock: Box<dyn Clock>,
    /// The film player.
    pub player: PlayerParts,
    /// The journal.
    pub journal: Option<Journal>,
}

/// How films are played.
pub struct PlayerParts {
    /// The player's command.
    pub command: Vec<String>,
    /// What it may have.
    pub rules: PlayerRules,
    /// What stands in for a player that is not installed.
    pub fallback: PlayerFallback,
    /// Who has to let go of the screen before a player starts.
    pub stage: Box<dyn Stage>,
}

/// Something from a worker thread, for [`super::Engine::handle`] or [`super::Engine::disk_done`].
#[derive(Debug)]
pub enum Arrival {
    /// The API or the player.
    Event(Box<Event>),
    /// The disk has done a job.
    DiskDone(Option<Box<Event>>),
}

impl<P: Ports> super::Engine<P> {
    /// Takes what a worker thread delivered.
    pub fn arrived(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Event(event) => self.handle(*event),
            Arrival::DiskDone(answer) => self.disk_done(answer.map(|event| *event)),
        }
    }
}

/// The real ports.
pub struct Live {
    client: Client,
    clock: Box<dyn Clock>,
    disk: Disk,
    command: Vec<String>,
    rules: PlayerRules,
    fallback: PlayerFallback,
    lending: Lending,
    stop_player: Arc<Notify>,
    journal: Option<Journal>,
    deliver: Arc<dyn Fn(Arrival) + Send + Sync>,
    workers: Workers,
}

/// The threads of the network.
struct Workers(Option<Runtime>);

/// How long the program's end waits for them: a name that no server answers for is looked for half a minute.
const LAST_ANSWERS: Duration = Duration::from_millis(300);

impl Workers {
    fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("worker").enable_all().build()?;
        Ok(Self(Some(runtime)))
    }

    fn handle(&self) -> &Handle {
        self.0.as_ref().unwrap_or_else(|| unreachable!("they are taken away when the ports are dropped")).handle()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_timeout(LAST_ANSWERS);
        }
    }
}

impl Live {
    /// Starts the threads. What they have to say is given to `deliver`, from any thread.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(parts: LiveParts, deliver: Arc<dyn Fn(Arrival) + Send + Sync>) -> io::Result<Self> {
        let LiveParts { client, storage, clock, player, journal } = parts;
        let PlayerParts { command, rules, fallback, stage } = player;
        let done = deliver.clone();
        let disk = Disk::start(storage, move |answer| done(Arrival::DiskDone(answer.map(Box::new))))?;
        Ok(Self {
            client,
            clock,
            disk,
            command,
            rules,
            fallback,
            lending: Lending::new(stage),
            stop_player: Arc::new(Notify::new()),
            journal,
            deliver,
            workers: Workers::start()?,
        })
    }

    /// The threads, for what else waits for the network.
    pub(crate) fn runtime(&self) -> &Handle {
        self.workers.handle()
    }

    /// The clock.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// Writes a line of the run itself into the journal.
    pub(crate) fn note(&mut self, what: &str) {
        let at = self.clock.now().monotonic;
        if let Some(journal) = &mut self.journal {
            journal.note(at, what);
        }
    }
}

impl Ports for Live {
    fn now(&mut self) -> Moment {
        self.clock.now()
    }

    fn call(&mut self, id: RequestId, request: Request, language: Language) {
        tracing::debug!(id = id.get(), request = request_name(&request), "request");
        // Pictures are asked for by the same client, in the same language.
        self.client.set_language(language);
        let (client, deliver) = (self.client.clone(), self.deliver.clone());
        self.workers.handle().spawn(async move {
            // A task of its own, so that a panic in a library costs one answer and not the program.
            let answer = tokio::spawn(async move { api_calls::call(&client, request, language).await }).await;
            let result = answer.unwrap_or_else(|_| Err(api_calls::lost()));
            deliver(Arrival::Event(Box::new(Event::Replied { id, result })));
        });
    }

    fn write(&mut self, job: DiskJob) {
        if !self.disk.ask(job) {
            tracing::error!("the disk's thread is gone");
        }
    }

    fn play(&mut self, url: Secret, title: &str) {
        tracing::info!(title, "a film is asked for");
        // The player finds the screen free, however fast it starts.
        self.lending.begin();
        let (deliver, command) = (self.deliver.clone(), self.command.clone());
        let (rules, fallback) = (self.rules.clone(), self.fallback);
        let stop = Arc::new(Notify::new());
        self.stop_player = stop.clone();
        self.workers.handle().spawn(async move {
            let tell = |event| deliver(Arrival::Event(Box::new(Event::Player(event))));
            film::play(&command, &url, &rules, fallback, &stop, tell).await;
        });
    }

    fn stop_player(&mut self) {
        self.stop_player.notify_one();
    }

    fn player_is_gone(&mut self) {
        self.lending.end();
    }

    fn log_event(&mut self, at: Duration, app: &App, event: &Event) {
        if let Some(journal) = &mut self.journal {
            journal.event(at, app, event);
        }
    }

    fn log_effect(&mut self, at: Duration, app: &App, effect: &Effect) {
        match effect {
            Effect::Disk(DiskJob::StoreOrder(order)) => {
                tracing::info!(key = order.key.as_str(), options = order.lines.len(), "an order is placed");
            }
            Effect::Disk(DiskJob::ForgetOrder(key)) => {
                tracing::info!(key = key.as_str(), "the order's result was seen");
            }
            _ => {}
        }
        if let Some(journal) = &mut self.journal {
            journal.effect(at, app, effect);
        }
    }
}
