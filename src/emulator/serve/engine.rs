//! A television on a thread of its own: whoever wants something of it sends a job, and waits for the answer.
//!
//! Slint keeps one platform a thread, so a box never leaves its thread. Time is virtual: it passes when a key is held,
//! when it is asked for, and when somebody waits while nothing is on its way; a paced box follows the clock on the wall.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

use crate::args::{Args, Size, Time};
use crate::headless::{FRAME, ORDER, PATIENCE, Rest, TAP, Television};
use crate::{EmulatorError, setup};
use bonus_tv::input::{PowerKey, RemoteKey};

use super::waiting::{Waited, Want};

/// A key that is held longer counts as released: the core's own limit for a program that holds a key.
const LONGEST_HOLD: Duration = Duration::from_secs(65);
/// Time between two keys, so that OK twice is no bounce.
const GAP: Duration = Duration::from_millis(60);
/// A movement on the screen is waited for at most so long: some signs never stand still.
const MOVEMENT: Duration = Duration::from_secs(1);
/// A paced box looks so often.
const PACE: Duration = Duration::from_millis(16);

type Job = Box<dyn FnOnce(&mut Engine) + Send>;

enum Input {
    Job(Job),
    /// Something has arrived at the shell.
    Arrived,
    /// The box ends.
    Stop,
}

/// A television that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the television is gone")]
pub(crate) struct Gone;

/// A box as its faces see it.
#[derive(Clone)]
pub(crate) struct BoxHandle {
    inputs: Sender<Input>,
    /// One script of keys at a time.
    keys: Arc<tokio::sync::Mutex<()>>,
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressed {
    /// It was taken.
    Taken,
    /// It did nothing.
    Ignored(Ignored),
}

/// Why a key did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ignored {
    /// The confirmation has not stood on the screen for long enough; until then.
    Guard(Duration),
    /// It only lit the picture or woke the box.
    Woke,
    /// There is nothing to do for it here; the picture pushes back.
    Nothing,
}

/// Who moves time while a key is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HoldTime {
    /// Whoever holds it asks for time.
    Asked,
    /// It passes as on the wall.
    Paced,
}

struct Held {
    key: RemoteKey,
    until: Duration,
    time: HoldTime,
}

struct Waiter {
    want: Want,
    /// Virtual time at which it gives up.
    until: Duration,
    /// Real time at which it gives up while something does not arrive.
    patience: Instant,
    order_end: Duration,
    movement_end: Duration,
    reply: oneshot::Sender<Waited>,
}

/// A television and everybody who waits for it.
pub(crate) struct Engine {
    television: Television,
    time: Time,
    revision: u64,
    frame: String,
    drawn: u64,
    held: Vec<Held>,
    waiters: Vec<Waiter>,
    ticked: Instant,
}

impl BoxHandle {
    /// Starts a box; returns when its thread has it, or why it has not.
    pub(crate) fn start(
        args: Args,
        time: Time,
        seed: u128,
    ) -> Result<(Self, std::thread::JoinHandle<()>), EmulatorError> {
        let (inputs, inbox) = channel();
        let (ready, started) = channel();
        let (has_arrived, sender) = (Arc::new(AtomicBool::new(false)), inputs.clone());
        let flag = has_arrived.clone();
        let wake = Arc::new(move || {
            // One message stands for all that arrive before it is read.
            if !flag.swap(true, Ordering::SeqCst) {
                // The engine being gone means that nobody waits any more.
                let _ = sender.send(Input::Arrived);
            }
        });
        let body = move || {
            let size = args.size.unwrap_or(Size::FULL_HD);
            let television = setup::prepare(&args).and_then(|setup| Television::start_watched(setup, size, seed, wake));
            match television {
                Ok(television) => {
                    let engine = Engine::new(television, time);
                    // Whoever started it may have given up.
                    if ready.send(None).is_ok() {
                        drop(ready);
                        engine.run(&inbox, &has_arrived);
                    }
                }
                Err(error) => {
                    let _ = ready.send(Some(error));
                }
            }
        };
        let failed = |error| EmulatorError::Io("starting a box's thread".to_owned(), error);
        let thread = std::thread::Builder::new().name("box".to_owned()).spawn(body).map_err(failed)?;
        match started.recv() {
            Ok(None) => Ok((Self { inputs, keys: Arc::default() }, thread)),
            Ok(Some(error)) => Err(error),
            Err(_) => Err(EmulatorError::Headless("the box's thread ended".to_owned())),
        }
    }

    /// Ends the box; the shell itself holds a sender, so that dropping the handles does not.
    pub(crate) fn stop(&self) {
        // It may have ended already.
        let _ = self.inputs.send(Input::Stop);
    }

    /// Has a job done on the box's thread.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Engine) -> T + Send + 'static,
    ) -> Result<T, Gone> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |engine| {
            // Whoever asked may be gone.
            let _ = reply.send(job(engine));
        });
        self.inputs.send(Input::Job(job)).map_err(|_| Gone)?;
        answer.await.map_err(|_| Gone)
    }

    /// Waits for something, at most for so long in virtual time.
    pub(crate) async fn wait(&self, want: Want, timeout: Duration) -> Result<Waited, Gone> {
        let (reply, answer) = oneshot::channel();
        self.inputs
            .send(Input::Job(Box::new(move |engine| engine.add_waiter(want, timeout, reply))))
            .map_err(|_| Gone)?;
        answer.await.map_err(|_| Gone)
    }

    /// Waits until nothing is on its way, and nothing is due soon.
    pub(crate) async fn settle(&self) -> Result<Waited, Gone> {
        self.wait(Want::settled(), Duration::ZERO).await
    }

    /// The right to press keys; others wait until it is dropped.
    pub(crate) async fn keys(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.keys.lock().await
    }
}

impl Engine {
    fn new(television: Television, time: Time) -> Self {
        let (revision, frame) = (0, String::new());
        Self {
            television,
            time,
            revision,
            frame,
            drawn: 0,
            held: Vec::new(),
            waiters: Vec::new(),
            ticked: Instant::now(),
        }
    }

    fn run(mut self, inbox: &Receiver<Input>, has_arrived: &AtomicBool) {
        loop {
            let input = match self.tick() {
                None => match inbox.recv() {
                    Ok(input) => Some(input),
                    Err(_) => return,
                },
                Some(pause) => match inbox.recv_timeout(pause) {
                    Ok(input) => Some(input),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return,
                },
            };
            match input {
                Some(Input::Job(job)) => job(&mut self),
                Some(Input::Stop) => return,
                Some(Input::Arrived) => has_arrived.store(false, Ordering::SeqCst),
                None => {}
            }
        }
    }

    /// Takes what has arrived, lets time pass and looks after those who wait; for how long it may sleep.
    fn tick(&mut self) -> Option<Duration> {
        let passed = std::mem::replace(&mut self.ticked, Instant::now());
        let passed = self.ticked.saturating_duration_since(passed);
        self.television.present();
        if self.is_paced() {
            self.television.pass(passed);
        }
        let now = self.television.elapsed();
        self.held.retain(|held| held.until > now);
        // Those whose client has gone wait no more.
        self.waiters.retain(|waiter| !waiter.reply.is_closed());
        let pause = self.serve_waiters();
        if self.is_paced() {
            return Some(pause.map_or(PACE, |pause| pause.min(PACE)));
        }
        pause
    }

    fn is_paced(&self) -> bool {
        self.time == Time::Paced || self.held.iter().any(|held| held.time == HoldTime::Paced)
    }

    /// Goes one step towards what is waited for; for how long nothing can be done, or `None` if nobody waits.
    fn serve_waiters(&mut self) -> Option<Duration> {
        if self.waiters.is_empty() {
            return None;
        }
        let order_end = self.waiters.iter().map(|waiter| waiter.order_end).max().unwrap_or_default();
        let rest = self.television.rest(order_end);
        let now = self.television.elapsed();
        let is_settled = match rest {
            Rest::Waits => false,
            Rest::Due(_) => !self.held.is_empty(),
            Rest::Rests => {
                let movement_end = self.waiters.iter().map(|waiter| waiter.movement_end).max().unwrap_or_default();
                !self.television.is_moving() || now >= movement_end || !self.held.is_empty()
            }
        };
        let real = Instant::now();
        for waiter in std::mem::take(&mut self.waiters) {
            let is_met = self.is_met(&waiter.want, is_settled);
            let is_late = now >= waiter.until && (is_settled || self.is_paced() || now >= waiter.until + ORDER);
            let is_over = is_late || (rest == Rest::Waits && real >= waiter.patience);
            if is_met || is_over {
                // Whoever waited may be gone.
                let _ = waiter.reply.send(Waited { is_met, is_settled, pending: self.television.pending() });
            } else {
                self.waiters.push(waiter);
            }
        }
        let earliest = self.waiters.iter().map(|waiter| waiter.until).min()?;
        if self.time == Time::Paced {
            return Some(PACE);
        }
        match rest {
            Rest::Waits => {
                let patience = self.waiters.iter().map(|waiter| waiter.patience).min().unwrap_or(real);
                return Some(patience.saturating_duration_since(real).max(Duration::from_millis(1)));
            }
            Rest::Due(time) if self.held.is_empty() => self.television.pass(time),
            Rest::Rests if self.television.is_moving() && !is_settled => self.television.pass(FRAME),
            // All is settled and somebody waits: the next thing that the box does by itself.
            Rest::Due(_) | Rest::Rests => {
                let next = self.television.next_wake().map_or(earliest, |at| at.min(earliest));
                self.television.pass(next.saturating_sub(now).max(Duration::from_millis(1)));
            }
        }
        Some(Duration::ZERO)
    }

    fn is_met(&mut self, want: &Want, is_settled: bool) -> bool {
        if want.wants_rest() && !is_settled {
            return false;
        }
        // A hash costs more than all the rest.
        let revision = if want.after.is_some() { self.look().0 } else { 0 };
        want.is_met(&self.television, revision)
    }

    fn add_waiter(&mut self, want: Want, timeout: Duration, reply: oneshot::Sender<Waited>) {
        let now = self.television.elapsed();
        self.waiters.push(Waiter {
            want,
            until: now + timeout,
            patience: Instant::now() + PATIENCE,
            order_end: now + ORDER,
            movement_end: now + MOVEMENT,
            reply,
        });
    }

    /// The television.
    pub(crate) fn television(&self) -> &Television {
        &self.television
    }

    /// The number of the picture and its hash; pictures that look alike have one number.
    pub(crate) fn look(&mut self) -> (u64, &str) {
        if self.television.draws() != self.drawn || self.frame.is_empty() {
            self.drawn = self.television.draws();
            let hash = Sha256::digest(self.television.frame());
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            if hash != self.frame {
                self.revision += 1;
                self.frame = hash;
            }
        }
        (self.revision, &self.frame)
    }

    /// Presses a key for so long, or for as long as a tap.
    pub(crate) fn press(&mut self, key: RemoteKey, time: Option<Duration>) -> Pressed {
        let pressed = self.take_down(key);
        self.television.pass(time.unwrap_or(TAP));
        self.television.key_up(key);
        self.television.pass(GAP);
        pressed
    }

    /// A key goes down and stays down until [`Engine::up`], or for 65 s.
    pub(crate) fn down(&mut self, key: RemoteKey, time: HoldTime) -> Pressed {
        let until = self.television.elapsed() + LONGEST_HOLD;
        let pressed = self.take_down(key);
        self.held.retain(|held| held.key != key);
        self.held.push(Held { key, until, time });
        self.ticked = Instant::now();
        pressed
    }

    /// A key goes up; whether it was down.
    pub(crate) fn up(&mut self, key: RemoteKey) -> bool {
        let before = self.held.len();
        self.held.retain(|held| held.key != key);
        self.television.key_up(key);
        self.television.pass(GAP);
        self.held.len() < before
    }

    /// No key is down any more.
    pub(crate) fn release_all(&mut self) {
        for held in std::mem::take(&mut self.held) {
            self.television.key_up(held.key);
        }
    }

    /// The keys that are down.
    pub(crate) fn held(&self) -> impl Iterator<Item = RemoteKey> {
        self.held.iter().map(|held| held.key)
    }

    /// A key of the box itself.
    pub(crate) fn power(&mut self, key: PowerKey) {
        self.television.power(key);
        // The core carries power keys out only when no other has taken them back.
        self.television.pass(Duration::from_millis(500));
    }

    /// Lets virtual time pass.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.television.pass(time);
    }

    /// Brings a viewer back who has left the menu.
    pub(crate) fn come_back(&mut self) -> bool {
        self.television.come_back()
    }

    fn take_down(&mut self, key: RemoteKey) -> Pressed {
        let now = self.television.elapsed();
        let app = self.television.app();
        let guard = app.guard_until().filter(|until| key == RemoteKey::Ok && *until > now && app.dialog().is_none());
        let (bumps, was_dark) = (app.bumps().0, self.television.view().look.is_dimmed);
        self.television.key_down(key);
        match guard {
            Some(until) => Pressed::Ignored(Ignored::Guard(until)),
            None if was_dark => Pressed::Ignored(Ignored::Woke),
            None if self.television.app().bumps().0 != bumps => Pressed::Ignored(Ignored::Nothing),
            None => Pressed::Taken,
        }
    }
}
