//! The engine: the program without a window, and the only interpreter of its effects.
//!
//! An [`Engine`] owns the [`App`], hands every event to [`update`] and carries out every [`Effect`] through its
//! [`Ports`]: the API, the disk, the player, the clock and the log. A box, the emulator and the kill test bring the
//! real ports of [`live`]; the simulation, the walk and the fleet bring their own. None of them interprets effects.

pub mod api_calls;
pub mod clock;
pub mod disk;
pub mod journal;
pub mod live;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use crate::core::{App, Boot, DiskJob, Effect, Event, Moment, PlayerEvent, Request, RequestId, update};
use crate::domain::{Language, Secret};

/// What the engine needs of the world. No port answers at once: answers are handed to the engine later, so that an
/// answer never finds a state in the middle of a change.
pub trait Ports {
    /// The present moment.
    fn now(&mut self) -> Moment;

    /// Asks the bonus API. The answer is an [`Event::Replied`] with the same id.
    fn call(&mut self, id: RequestId, request: Request, language: Language);

    /// Lets the disk do a job. It is given one at a time; its end is told with [`Engine::disk_done`].
    fn write(&mut self, job: DiskJob);

    /// Starts a film. What becomes of it is told with [`Event::Player`].
    fn play(&mut self, url: Secret, title: &str);

    /// Stops the player.
    fn stop_player(&mut self);

    /// A player that was started is gone, or never ran.
    fn player_is_gone(&mut self) {}

    /// Logs an event before it changes the state.
    fn log_event(&mut self, _at: Duration, _app: &App, _event: &Event) {}

    /// Logs an effect before it is carried out.
    fn log_effect(&mut self, _at: Duration, _app: &App, _effect: &Effect) {}
}

/// The running program.
#[derive(Debug)]
pub struct Engine<P> {
    app: App,
    ports: P,
    /// What the disk does after the job that it is at.
    jobs: VecDeque<DiskJob>,
    is_disk_busy: bool,
    calls: usize,
    /// Whether a player was asked for and has not said yet that it runs.
    is_player_starting: bool,
    has_changed: bool,
    changes: u64,
    wants_exit: bool,
}

impl<P: Ports> Engine<P> {
    /// Switches the program on.
    pub fn start(boot: Boot, mut ports: P) -> Self {
        let now = ports.now();
        let (app, effects) = App::new(boot, &now);
        let mut engine = Self {
            app,
            ports,
            jobs: VecDeque::new(),
            is_disk_busy: false,
            calls: 0,
            is_player_starting: false,
            has_changed: true,
            changes: 0,
            wants_exit: false,
        };
        engine.carry_out(effects, now.monotonic);
        engine
    }

    /// Hands an event to the core and carries out what the core asks for.
    pub fn handle(&mut self, event: Event) {
        let now = self.ports.now();
        self.ports.log_event(now.monotonic, &self.app, &event);
        match &event {
            Event::Replied { .. } => self.calls = self.calls.saturating_sub(1),
            Event::Player(event) => {
                self.is_player_starting = false;
                match event {
                    PlayerEvent::Started => {}
                    PlayerEvent::BuiltIn | PlayerEvent::Ended | PlayerEvent::Failed(_) => self.ports.player_is_gone(),
                }
            }
            _ => {}
        }
        if !matches!(event, Event::Presented) {
            self.changes = self.changes.wrapping_add(1);
        }
        self.has_changed = true;
        let effects = update(&mut self.app, &now, event);
        self.carry_out(effects, now.monotonic);
    }

    /// The disk has done the job that it was given; the event is its answer, where one is waited for.
    pub fn disk_done(&mut self, answer: Option<Event>) {
        self.is_disk_busy = false;
        self.feed_disk();
        if let Some(event) = answer {
            self.handle(event);
        }
    }

    /// Wakes the core if it asked to be woken by now.
    pub fn wake_if_due(&mut self) {
        let now = self.ports.now().monotonic;
        if self.app.next_wake().is_some_and(|at| at <= now) {
            self.handle(Event::Woke);
        }
    }

    /// When [`Engine::wake_if_due`] wants to be called, in time since the start.
    pub fn next_wake(&self) -> Option<Duration> {
        self.app.next_wake()
    }

    /// Whether requests, disk jobs or the start of a player are under way.
    pub fn is_waiting(&self) -> bool {
        self.calls > 0 || self.is_disk_busy || self.is_player_starting
    }

    /// Whether the disk has a job.
    pub fn is_disk_busy(&self) -> bool {
        self.is_disk_busy
    }

    /// Whether the state may look different from when this was asked last.
    pub fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// How often the state may have changed: with it, whoever draws notes which state a picture shows.
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether the program asked to end.
    pub fn wants_exit(&self) -> bool {
        self.wants_exit
    }

    /// Returns the wish to end, and withdraws it: the viewer is back.
    pub fn take_exit(&mut self) -> bool {
        std::mem::take(&mut self.wants_exit)
    }

    /// The state.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The ports.
    pub fn ports(&self) -> &P {
        &self.ports
    }

    /// The ports, for what their owner does with them beside the engine.
    pub fn ports_mut(&mut self) -> &mut P {
        &mut self.ports
    }

    /// The program ends: what the disk has not begun is handed to it, in order.
    pub fn finish(&mut self) {
        for job in std::mem::take(&mut self.jobs) {
            self.ports.write(job);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>, at: Duration) {
        for effect in effects {
            self.ports.log_effect(at, &self.app, &effect);
            match effect {
                Effect::Call { id, request, language } => {
                    self.calls += 1;
                    self.ports.call(id, request, language);
                }
                Effect::Disk(job) => {
                    self.jobs.push_back(job);
                    self.feed_disk();
                }
                Effect::Play { url, title } => {
                    self.is_player_starting = true;
                    self.ports.play(url, &title);
                }
                Effect::StopPlayer => self.ports.stop_player(),
                Effect::Warn(warning) => tracing::warn!(?warning, "something needs attention"),
                Effect::Exit => self.wants_exit = true,
            }
        }
    }

    /// Gives the disk its next job, if it is idle and there is one.
    fn feed_disk(&mut self) {
        if self.is_disk_busy {
            return;
        }
        if let Some(job) = self.jobs.pop_front() {
            self.is_disk_busy = true;
            self.ports.write(job);
        }
    }
}
