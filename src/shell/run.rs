//! The loop's one turn: an event goes into the core, effects go out, the view goes to the screen.
//!
//! A [`Shell`] belongs to the thread of the window. Whoever runs it (a desktop window, a headless
//! run, a box) gives it keys, calls [`Shell::turn`] when it is woken, and draws.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Notify;

use crate::api::Client;
use crate::core::{
    App, Effect, Event, Identity, LinkChange, Memory, PlayerEvent, RequestId, Session, Settings, update,
};
use crate::domain::Secret;
use crate::input::{KeyEvent, PowerKey};
use crate::view::bind::{Screen, ThemeColors};
use crate::view::view;

use super::clock::Clock;
use super::disk::{self, CacheJob, Disk, Job};
use super::film::{self, PlayerFallback};
use super::journal::{Journal, request_name};
use super::network;
use super::pictures::{Arrived, Fetcher, Pictures};
use super::player::PlayerRules;
use super::stage::{Lending, Stage};
use super::storage::{PinTime, Storage, Verdict};

/// Everything a shell is made from.
pub struct Parts {
    /// The bonus API.
    pub client: Client,
    /// The disk.
    pub storage: Storage,
    /// Whether the disk takes anything.
    pub memory: Memory,
    /// The time.
    pub clock: Box<dyn Clock>,
    /// What this box is.
    pub identity: Identity,
    /// The choices of a viewer who has made none.
    pub defaults: Settings,
    /// The film player's command.
    pub player: Vec<String>,
    /// What it may have.
    pub player_rules: PlayerRules,
    /// What stands in for a player that is not installed.
    pub player_fallback: PlayerFallback,
    /// Who has to let go of the screen before a player starts.
    pub stage: Box<dyn Stage>,
    /// The window's colours, if the operator has some.
    pub theme: ThemeColors,
    /// The journal.
    pub journal: Option<Journal>,
    /// Called from any thread when [`Shell::turn`] has something to do.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// The running program on one thread.
pub struct Shell {
    app: App,
    screen: Screen,
    pictures: Pictures,
    fetcher: Fetcher,
    clock: Box<dyn Clock>,
    outbox: Outbox,
    inbox: Receiver<Message>,
    disk: Disk,
    cached: Option<CacheJob>,
    player: Vec<String>,
    player_rules: PlayerRules,
    player_fallback: PlayerFallback,
    stop_player: Arc<Notify>,
    /// Asked for, and nobody knows yet whether it runs.
    is_player_starting: bool,
    lending: Lending,
    /// For a second window that shows the same.
    #[cfg(feature = "emulator")]
    theme: ThemeColors,
    journal: Option<Journal>,
    answers_due: usize,
    has_presented: bool,
    has_changed: bool,
    changes: u64,
    wants_exit: bool,
    workers: Workers,
}

#[derive(Debug)]
enum Message {
    Event(Box<Event>),
    Picture(Arrived),
}

/// The way from the workers to the window's thread.
#[derive(Clone)]
struct Outbox {
    sender: Sender<Message>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Outbox {
    fn send(&self, message: Message) {
        // The shell being gone means the program ends: nobody is left to tell.
        if self.sender.send(message).is_ok() {
            (self.wake)();
        }
    }
}

/// A shell cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No threads.
    #[error("starting the worker threads")]
    Threads(#[from] io::Error),
}

/// The threads of the network.
struct Workers(Option<Runtime>);

/// How long the program's end waits for them: a name that nobody answers for is looked for half a minute.
const LAST_ANSWERS: Duration = Duration::from_millis(300);

impl Workers {
    fn handle(&self) -> &Handle {
        self.0.as_ref().unwrap_or_else(|| unreachable!("they are taken away when the shell is dropped")).handle()
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_timeout(LAST_ANSWERS);
        }
    }
}

impl Shell {
    /// Starts the program behind a window: the first picture comes from the disk, the network later.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(parts: Parts, screen: Screen) -> Result<Self, StartError> {
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("worker").enable_all().build()?;
        let (sender, inbox) = channel();
        let outbox = Outbox { sender, wake: parts.wake };
        let storage = Arc::new(parts.storage);
        let now = parts.clock.now();
        let session = if parts.client.is_signed_in() { Session::SignedIn } else { Session::SignedOut };
        if storage.starts.begin() == Verdict::Suspect {
            tracing::error!("two starts ended before their first picture, so the caches are dropped");
            if let Err(error) = storage.drop_caches() {
                tracing::error!(%error, "the caches cannot be dropped");
            }
        }
        let boot = disk::boot(&storage, parts.memory, parts.identity, parts.defaults, session);
        let answers = outbox.clone();
        let disk = Disk::start(storage.clone(), move |event| answers.send(Message::Event(Box::new(event))))?;
        let (app, effects) = App::new(boot, &now);
        screen.set_theme(parts.theme);
        let pictures = Pictures::new(screen.window().scale_factor(), screen.ground());
        let mut shell = Self {
            app,
            screen,
            pictures,
            fetcher: Fetcher { client: parts.client, storage },
            clock: parts.clock,
            outbox,
            inbox,
            disk,
            cached: None,
            player: parts.player,
            player_rules: parts.player_rules,
            player_fallback: parts.player_fallback,
            stop_player: Arc::new(Notify::new()),
            is_player_starting: false,
            lending: Lending::new(parts.stage),
            #[cfg(feature = "emulator")]
            theme: parts.theme,
            journal: parts.journal,
            answers_due: 0,
            has_presented: false,
            has_changed: true,
            changes: 0,
            wants_exit: false,
            workers: Workers(Some(runtime)),
        };
        shell.use_language();
        shell.run_effects(effects);
        shell.show();
        Ok(shell)
    }

    /// Takes what a key did.
    pub fn key(&mut self, event: KeyEvent) {
        tracing::debug!(key = if self.app.is_secret(event) { "*" } else { event.key.name() }, "key");
        self.handle(Event::Key(event));
    }

    /// No key is down any more.
    pub fn release_keys(&mut self) {
        self.handle(Event::KeysReleased);
    }

    /// Takes a key for the box itself.
    pub fn power(&mut self, key: PowerKey) {
        tracing::info!(?key, "power");
        self.handle(Event::Power(key));
    }

    /// The system was asleep and is awake again.
    pub fn resumed(&mut self) {
        self.handle(Event::Resumed);
    }

    /// The network of the box changed.
    pub fn link_changed(&mut self, change: LinkChange) {
        tracing::debug!(?change, "the network changes");
        self.handle(Event::LinkChanged(change));
    }

    /// Takes everything that has arrived and everything that is due, and shows the result.
    pub fn turn(&mut self) {
        while let Ok(message) = self.inbox.try_recv() {
            self.take(message);
        }
        self.wake_if_due();
        self.show();
    }

    /// Waits for the next arrival, at most so long; `false` if nothing came.
    pub fn wait(&mut self, at_most: Duration) -> bool {
        match self.inbox.recv_timeout(at_most) {
            Ok(message) => {
                self.take(message);
                self.turn();
                true
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }

    /// The frame of the current state is on the screen.
    pub fn presented(&mut self) {
        if !std::mem::replace(&mut self.has_presented, true) {
            self.disk_job(Job::EndStart);
        }
        self.handle(Event::Presented);
    }

    /// How often the state may have changed: whoever draws tells with it which state a picture shows.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// When [`Shell::turn`] wants to be called, if nothing arrives before.
    pub fn next_wake(&self) -> Option<Duration> {
        self.app.next_wake()
    }

    /// Whether requests, disk jobs, pictures or the start of a player are on their way.
    pub fn is_waiting(&self) -> bool {
        self.answers_due > 0 || self.is_player_starting || self.pictures.under_way() > 0
    }

    /// Whether the viewer has left.
    pub fn wants_exit(&self) -> bool {
        self.wants_exit
    }

    /// Whether the viewer has left, once: whoever asks has brought the viewer back.
    #[cfg(feature = "emulator")]
    pub(crate) fn take_exit(&mut self) -> bool {
        std::mem::take(&mut self.wants_exit)
    }

    /// Bytes of the pictures in memory.
    #[cfg(feature = "emulator")]
    pub(crate) fn picture_bytes(&self) -> usize {
        self.pictures.bytes()
    }

    /// Shows the present state on another window, which has shown nothing before.
    #[cfg(feature = "emulator")]
    pub(crate) fn show_anew(&self, window: &mut Screen) {
        window.set_theme(self.theme);
        window.show(&view(&self.app, &self.clock.now()), &self.pictures);
    }

    /// The window has another scale: pictures are fetched anew at their new size.
    pub fn rescale(&mut self) {
        self.pictures = Pictures::new(self.screen.window().scale_factor(), self.screen.ground());
        self.screen.redraw_all();
        self.has_changed = true;
        self.show();
    }

    /// The state.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The window.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The present moment by the shell's clock.
    pub fn elapsed(&self) -> Duration {
        self.clock.now().monotonic
    }

    /// Writes a line into the journal.
    pub fn note(&mut self, what: &str) {
        let at = self.elapsed();
        if let Some(journal) = &mut self.journal {
            journal.note(at, what);
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Event(event) => {
                if matches!(
                    *event,
                    Event::Replied { .. } | Event::OrderStored(_) | Event::OrderSealed(_) | Event::PinAnswered { .. }
                ) {
                    self.answers_due = self.answers_due.saturating_sub(1);
                }
                if let Event::Player(event) = &*event {
                    self.is_player_starting = false;
                    match event {
                        PlayerEvent::Started => {}
                        PlayerEvent::BuiltIn | PlayerEvent::Ended | PlayerEvent::Failed(_) => self.lending.end(),
                    }
                }
                self.handle(*event);
            }
            Message::Picture(arrived) => {
                let now = self.clock.now().monotonic;
                if let Some(key) = self.pictures.arrived(arrived, now) {
                    self.screen.image_arrived(&key, &self.pictures);
                }
            }
        }
    }

    fn wake_if_due(&mut self) {
        let now = self.clock.now().monotonic;
        if self.app.next_wake().is_some_and(|at| at <= now) {
            self.handle(Event::Woke);
        }
    }

    fn handle(&mut self, event: Event) {
        let now = self.clock.now();
        if let Some(journal) = &mut self.journal {
            journal.event(now.monotonic, &self.app, &event);
        }
        if !matches!(event, Event::Presented) {
            self.changes = self.changes.wrapping_add(1);
        }
        let language = self.app.settings.language;
        let effects = update(&mut self.app, &now, event);
        if self.app.settings.language != language {
            self.use_language();
        }
        self.has_changed = true;
        self.run_effects(effects);
    }

    fn use_language(&mut self) {
        self.fetcher.client.set_language(self.app.settings.language);
        self.screen.set_language(self.app.settings.language);
    }

    /// Shows the state if it may look different, and asks for the pictures it wants.
    pub fn show(&mut self) {
        if !std::mem::take(&mut self.has_changed) {
            return;
        }
        let now = self.clock.now();
        self.screen.show(&view(&self.app, &now), &self.pictures);
        let wanted = self.screen.wanted_images();
        if !wanted.is_empty() {
            let outbox = self.outbox.clone();
            let deliver = move |arrived| outbox.send(Message::Picture(arrived));
            self.pictures.request(wanted, now.monotonic, self.workers.handle(), &self.fetcher, &deliver);
        }
    }

    fn run_effects(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Some(journal) = &mut self.journal {
                journal.effect(self.clock.now().monotonic, &self.app, &effect);
            }
            match effect {
                Effect::Call { id, request } => self.call(id, request),
                Effect::StoreOrder(order) => {
                    tracing::info!(key = order.key.as_str(), options = order.lines.len(), "an order is placed");
                    self.disk_question(Job::StoreOrder(order));
                }
                Effect::SealOrder(key) => self.disk_question(Job::SealOrder(key)),
                Effect::ForgetOrder(key) => {
                    tracing::info!(key = key.as_str(), "the order's result was seen");
                    self.disk_job(Job::ForgetOrder(key));
                }
                Effect::ForgetDamagedOrder => self.disk_job(Job::ForgetDamagedOrder),
                Effect::StoreCache => self.store_cache(),
                Effect::WipeMember => {
                    self.cached = None;
                    self.disk_job(Job::WipeMember);
                }
                Effect::StoreChoice(choice) => self.disk_job(Job::StoreChoice(choice)),
                Effect::CheckPin { id, pin } => {
                    let now = self.clock.now();
                    let now = PinTime { running: now.monotonic, server: self.app.time().known() };
                    self.disk_question(Job::CheckPin { id, pin, now });
                }
                Effect::SetPin { id, pin } => self.disk_question(Job::SetPin { id, pin }),
                Effect::Play { url, title } => self.play(url, &title),
                Effect::StopPlayer => self.stop_player.notify_one(),
                Effect::Warn(warning) => tracing::warn!(?warning, "something needs attention"),
                Effect::Exit => self.wants_exit = true,
            }
        }
    }

    fn call(&mut self, id: RequestId, request: crate::core::Request) {
        self.answers_due += 1;
        tracing::debug!(id = id.get(), request = request_name(&request), "request");
        let (client, outbox, language) = (self.fetcher.client.clone(), self.outbox.clone(), self.app.settings.language);
        self.workers.handle().spawn(async move {
            // A task of its own, so that a panic in a library costs one answer and not the program.
            let answer = tokio::spawn(async move { network::call(&client, request, language).await }).await;
            let result = answer.unwrap_or_else(|_| Err(network::lost()));
            outbox.send(Message::Event(Box::new(Event::Replied { id, result })));
        });
    }

    fn disk_question(&mut self, job: Job) {
        self.answers_due += 1;
        self.disk_job(job);
    }

    fn disk_job(&self, job: Job) {
        if !self.disk.ask(job) {
            tracing::error!("the disk's thread is gone");
        }
    }

    fn store_cache(&mut self) {
        let Some(job) = CacheJob::of(&self.app) else { return };
        if self.cached.as_ref().is_some_and(|cached| cached.is_same(&job)) {
            return;
        }
        self.cached = Some(job.clone());
        self.disk_job(Job::StoreCache(Box::new(job)));
    }

    pub(super) fn play(&mut self, url: Secret, title: &str) {
        tracing::info!(title, "a film is asked for");
        // The player finds the screen free, however fast it starts.
        self.lending.begin();
        self.is_player_starting = true;
        let (outbox, command) = (self.outbox.clone(), self.player.clone());
        let (rules, fallback) = (self.player_rules.clone(), self.player_fallback);
        let stop = Arc::new(Notify::new());
        self.stop_player = stop.clone();
        self.workers.handle().spawn(async move {
            let tell = |event| outbox.send(Message::Event(Box::new(Event::Player(event))));
            film::play(&command, &url, &rules, fallback, &stop, tell).await;
        });
    }
}
