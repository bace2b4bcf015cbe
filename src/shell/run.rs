//! The loop's one turn: what arrived goes into the engine, and the view of its state goes to the window.
//!
//! A [`Shell`] belongs to the thread of the window. Its owner (a desktop window, a headless run, a
//! box) gives it keys, calls [`Shell::turn`] when it is woken, and draws.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use crate::api::Client;
use crate::core::{App, Event, Identity, LinkChange, Memory, Power, Session, Settings};
use crate::domain::Language;
use crate::engine::Engine;
use crate::engine::clock::Clock;
use crate::engine::disk::boot;
use crate::engine::journal::Journal;
use crate::engine::journal::request_name;
use crate::engine::live::{Arrival, Live, LiveParts, PlayerParts};
use crate::input::{KeyEvent, PowerKey};
use crate::storage::Storage;
use crate::view::bind::{Images, Screen, ThemeColors};
use crate::view::text::Text;
use crate::view::view;
use crate::voice::{Voice, VoiceParts};

use super::pictures::{Arrived, Fetcher, Pictures};
use super::speech::{Shown, Speech};

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
    /// The film player.
    pub player: PlayerParts,
    /// The voice.
    pub voice: VoiceParts,
    /// The window's colours, if the operator has some.
    pub theme: ThemeColors,
    /// The journal.
    pub journal: Option<Journal>,
    /// Called from any thread when [`Shell::turn`] has something to do.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// The running program and its window, on one thread.
pub struct Shell {
    engine: Engine<Live>,
    screen: Screen,
    /// The language that the window's words are in.
    language: Option<Language>,
    pictures: Pictures,
    fetcher: Fetcher,
    speech: Speech,
    deliver: Arc<dyn Fn(Message) + Send + Sync>,
    inbox: Receiver<Message>,
    /// For a second window that shows the same.
    theme: ThemeColors,
}

#[derive(Debug)]
enum Message {
    Engine(Arrival),
    Picture(Arrived),
}

/// A shell cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No threads.
    #[error("starting the worker threads")]
    Threads(#[from] io::Error),
}

impl Shell {
    /// Starts the program behind a window: the first picture comes from the disk, the network later.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(parts: Parts, screen: Screen) -> Result<Self, StartError> {
        let Parts { client, storage, memory, clock, identity, defaults, player, voice, theme, journal, wake } = parts;
        let (sender, inbox) = channel();
        let deliver: Arc<dyn Fn(Message) + Send + Sync> = Arc::new(move |message| {
            // With the shell gone, the program ends, and the message is for no one.
            if sender.send(message).is_ok() {
                wake();
            }
        });
        let storage = Arc::new(storage);
        let session = if client.is_signed_in() { Session::SignedIn } else { Session::SignedOut };
        let boot = boot(&storage, memory, identity, defaults, session);
        let parts = LiveParts { client: client.clone(), storage: storage.clone(), clock, player, journal };
        let arrivals = deliver.clone();
        let ports = Live::start(parts, Arc::new(move |arrival| arrivals(Message::Engine(arrival))))?;
        screen.set_theme(theme);
        let pictures = Pictures::new(screen.window().scale_factor(), screen.ground());
        let speech = Speech::new(Voice::start(voice, ports.runtime()));
        let mut shell = Self {
            engine: Engine::start(boot, ports),
            screen,
            language: None,
            pictures,
            fetcher: Fetcher { client, storage },
            speech,
            deliver,
            inbox,
            theme,
        };
        shell.show();
        Ok(shell)
    }

    /// Takes what a key did.
    pub fn key(&mut self, event: KeyEvent) {
        let is_secret = self.engine.app().is_secret(event);
        self.speech.key_came();
        tracing::debug!(key = if is_secret { "*" } else { event.key.name() }, "key");
        self.engine.handle(Event::Key(event));
    }

    /// No key is down any more.
    pub fn release_keys(&mut self) {
        self.engine.handle(Event::KeysReleased);
    }

    /// Takes a key for the box itself.
    pub fn power(&mut self, key: PowerKey) {
        tracing::info!(?key, "power");
        self.engine.handle(Event::Power(key));
    }

    /// The system was asleep and is awake again.
    pub fn resumed(&mut self) {
        self.engine.handle(Event::Resumed);
    }

    /// The network of the box changed.
    pub fn link_changed(&mut self, change: LinkChange) {
        tracing::debug!(?change, "the network changes");
        self.engine.handle(Event::LinkChanged(change));
    }

    /// Takes everything that has arrived and everything that is due, and shows the result.
    pub fn turn(&mut self) {
        while let Ok(message) = self.inbox.try_recv() {
            self.take(message);
        }
        self.engine.wake_if_due();
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
        self.engine.handle(Event::Presented);
    }

    /// How often the state may have changed: with it, whoever draws notes which state a picture shows.
    pub fn changes(&self) -> u64 {
        self.engine.changes()
    }

    /// When [`Shell::turn`] wants to be called, if nothing arrives before.
    pub fn next_wake(&self) -> Option<Duration> {
        self.engine.next_wake()
    }

    /// Whether requests, disk jobs, pictures or the start of a player are on their way.
    pub fn is_waiting(&self) -> bool {
        self.engine.is_waiting() || self.pictures.under_way() > 0
    }

    /// What [`Shell::is_waiting`] waits for, in words for QA.
    pub fn waits_for(&self) -> Vec<String> {
        let app = self.engine.app();
        let mut words: Vec<String> = (app.requests_under_way())
            .map(|(id, request)| format!("answer {} to {}", id.get(), request_name(request)))
            .collect();
        if self.engine.is_disk_busy() {
            words.push("the disk".to_owned());
        } else if self.engine.is_waiting() && words.is_empty() {
            words.push("the player's start, or an answer that is not wanted any more".to_owned());
        }
        match self.pictures.under_way() {
            0 => {}
            count => words.push(format!("{count} pictures")),
        }
        words
    }

    /// Whether the viewer has left.
    pub fn wants_exit(&self) -> bool {
        self.engine.wants_exit()
    }

    /// Returns whether the viewer has left, and brings the viewer back.
    pub fn take_exit(&mut self) -> bool {
        self.engine.take_exit()
    }

    /// Bytes of the pictures in memory.
    pub fn picture_bytes(&self) -> usize {
        self.pictures.bytes()
    }

    /// Shows the present state on another window, which has shown nothing before.
    pub fn show_anew(&self, window: &mut Screen) {
        window.set_theme(self.theme);
        window.show(&view(self.engine.app(), &self.engine.ports().clock().now()), &self.pictures);
    }

    /// The window has another scale: pictures are fetched anew at their new size.
    pub fn rescale(&mut self) {
        self.pictures = Pictures::new(self.screen.window().scale_factor(), self.screen.ground());
        self.screen.redraw_all();
        self.draw_state();
    }

    /// The state.
    pub fn app(&self) -> &App {
        self.engine.app()
    }

    /// The pictures that are here.
    pub fn images(&self) -> &dyn Images {
        &self.pictures
    }

    /// The window.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// The present moment by the shell's clock.
    pub fn elapsed(&self) -> Duration {
        self.engine.ports().clock().now().monotonic
    }

    /// What the voice said, oldest first; the last hundred.
    pub fn said(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.speech.said()
    }

    /// Writes a line into the journal.
    pub fn note(&mut self, what: &str) {
        self.engine.ports_mut().note(what);
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Engine(arrival) => self.engine.arrived(arrival),
            Message::Picture(arrived) => {
                let now = self.elapsed();
                if let Some(key) = self.pictures.arrived(arrived, now) {
                    self.screen.image_arrived(&key, &self.pictures);
                }
            }
        }
    }

    /// Shows the state if it may look different.
    pub fn show(&mut self) {
        if self.engine.take_change() {
            self.draw_state();
        }
    }

    /// Shows the state, and asks for the pictures that it wants.
    fn draw_state(&mut self) {
        let app = self.engine.app();
        let now = self.engine.ports().clock().now();
        if self.language != Some(app.settings.language) {
            self.language = Some(app.settings.language);
            self.screen.set_language(app.settings.language);
        }
        let vm = view(app, &now);
        self.screen.show(&vm, &self.pictures);
        match app.power() {
            Power::On => {
                self.speech.shown(&Shown {
                    vm: &vm,
                    at: now.monotonic,
                    guidance: app.settings.voice,
                    language: app.settings.language,
                    words: |text: &Text| self.screen.words(text),
                });
            }
            Power::Standby => self.speech.rest(),
        }
        let wanted = self.screen.wanted_images();
        if !wanted.is_empty() {
            let deliver = self.deliver.clone();
            let deliver = move |arrived| deliver(Message::Picture(arrived));
            self.pictures.request(wanted, now.monotonic, self.engine.ports().runtime(), &self.fetcher, &deliver);
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.engine.finish();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::api::ClientOptions;
    use crate::domain::Secret;
    use crate::engine::Ports;
    use crate::engine::clock::ManualClock;
    use crate::platform::headless::Headless;
    use crate::player::film::PlayerFallback;
    use crate::player::lending::Stage;
    use crate::player::{FilmAddresses, PlayerRules};

    /// A stage that leaves a file where a player can see it.
    struct Marked(PathBuf);

    impl Stage for Marked {
        fn lend(&mut self) {
            fs::write(&self.0, b"lent").expect("the directory is there");
        }

        fn take_back(&mut self) {
            fs::remove_file(&self.0).expect("it was lent before");
        }
    }

    #[test]
    fn the_stage_is_free_before_the_player_starts_and_ours_after_its_end() {
        let directory = tempfile::tempdir().unwrap();
        let (lent, seen) = (directory.path().join("lent"), directory.path().join("seen"));
        let script = format!("test -e {} && touch {}", lent.display(), seen.display());
        let _headless = Headless::install(1280, 720).unwrap();
        let storage = Storage::open(&directory.path().join("state"), 1024).unwrap();
        let address = "http://127.0.0.1:9/".parse().unwrap();
        let client = Client::new(&ClientOptions::new(address), storage.tokens.clone()).unwrap();
        let parts = Parts {
            client,
            storage,
            memory: Memory::Kept,
            clock: Box::new(ManualClock::new(chrono::DateTime::UNIX_EPOCH, 7)),
            identity: Identity::default(),
            defaults: Settings::default(),
            player: PlayerParts {
                command: ["sh", "-c", &script, "sh", "{url}"].map(str::to_owned).to_vec(),
                rules: PlayerRules { films: FilmAddresses::Any, hidden: None },
                fallback: PlayerFallback::None,
                stage: Box::new(Marked(lent.clone())),
            },
            voice: VoiceParts::default(),
            theme: ThemeColors::default(),
            journal: None,
            wake: Arc::new(|| ()),
        };
        let mut shell = Shell::start(parts, Screen::new().unwrap()).unwrap();
        shell.engine.ports_mut().play(Secret::new("http://127.0.0.1/film"), "film");
        assert!(lent.exists(), "it is free at once, before any thread runs");
        while lent.exists() {
            assert!(shell.wait(Duration::from_secs(20)), "the player ends");
        }
        assert!(seen.exists(), "the player found it free");
    }
}
