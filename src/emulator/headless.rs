//! A run without a window: keys from a script, virtual time, the box's own renderer, a PNG.
//!
//! The clock moves only when nothing is on its way, so a run does the same whatever the machine's
//! load; only the answers of a server are waited for in real time.

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};

use bonus_tv::core::{OrderPhase, SignInState};
use bonus_tv::domain::Failure;
use bonus_tv::engine::clock::{Clock, ManualClock};
use bonus_tv::input::{Hold, KeyEvent, Phase, PowerKey, RemoteKey, ScriptStep, parse_script};
use bonus_tv::platform::headless::Headless;
use bonus_tv::shell::Shell;
use bonus_tv::view::bind::Screen;

use super::args::Size;
use super::gallery::Words;
use super::setup::{Remains, Setup};
use super::{Args, EmulatorError};

/// How long a key of a script is down.
pub(crate) const TAP: Duration = Duration::from_millis(80);
/// Time between two keys, so that OK twice is no bounce.
const GAP: Duration = Duration::from_millis(60);
/// What is due within this time belongs to the key before: the hero, a repeat, a slide.
const SETTLE: Duration = Duration::from_millis(400);
/// How long an order may take in virtual time before the script goes on.
pub(crate) const ORDER: Duration = Duration::from_secs(60);
/// How long a real server may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Animations are drawn this often.
pub(crate) const FRAME: Duration = Duration::from_millis(16);

/// Frames drawn at one moment of virtual time.
const MOST_FRAMES: usize = 200;

/// A television in memory, with everything it stands on.
pub struct Television {
    shell: Shell,
    screen: std::rc::Rc<Headless>,
    clock: ManualClock,
    remains: Remains,
    /// Up to when the sandbox's clock has followed, in milliseconds; `None` where it stands still.
    followed: Option<i64>,
    /// Frames that were drawn.
    draws: u64,
}

/// How far a television is from rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Something is on its way that real time brings.
    Waits,
    /// Something is due after so much virtual time.
    Due(Duration),
    /// Nothing is on its way, and nothing is due soon.
    Rests,
}

/// Runs a script and writes the last picture.
pub(crate) fn run(setup: Setup, args: &Args) -> Result<(), EmulatorError> {
    let steps = parse_script(&args.keys).map_err(|error| EmulatorError::Usage(format!("--keys: {error}")))?;
    let mut television =
        Television::start(setup, args.size.unwrap_or(Size::FULL_HD), bonus_tv::engine::clock::entropy())?;
    let every = args.check_picture.unwrap_or(u32::MAX);
    let result = television.settle().and_then(|()| television.play_checked(&steps, every));
    if let Some(path) = &args.screenshot {
        television.screenshot(path)?;
    }
    result?;
    match television.trouble() {
        Some(failure) if !args.allow_offline => Err(EmulatorError::Offline(format!("{:?}", failure.kind))),
        Some(_) | None => Ok(()),
    }
}

impl Television {
    /// Switches a television on: the same as `emulator --headless` with these arguments.
    ///
    /// # Errors
    /// What `emulator` would end with.
    pub fn switch_on(args: &Args) -> Result<Self, EmulatorError> {
        let mut television = Self::first_picture(args)?;
        television.settle()?;
        Ok(television)
    }

    /// Switches a television on and draws what it knows without the network.
    ///
    /// # Errors
    /// What `emulator` would end with.
    pub fn first_picture(args: &Args) -> Result<Self, EmulatorError> {
        let size = args.size.unwrap_or(Size::FULL_HD);
        let mut television = Self::start(super::setup::prepare(args)?, size, bonus_tv::engine::clock::entropy())?;
        television.present();
        Ok(television)
    }

    /// Presses the keys of a script, each after the last is done.
    ///
    /// # Errors
    /// The script is not understood, or the server does not answer.
    pub fn press_keys(&mut self, script: &str) -> Result<(), EmulatorError> {
        let steps = parse_script(script).map_err(|error| EmulatorError::Usage(error.to_string()))?;
        self.play(&steps)
    }

    /// The state of the program.
    pub fn app(&self) -> &bonus_tv::core::App {
        self.shell.app()
    }

    /// The virtual time since it was switched on.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// The viewer left the menu and comes back: the process goes on as if the box had opened it again.
    pub fn come_back(&mut self) -> bool {
        self.shell.take_exit()
    }

    /// Bytes of the pictures it keeps in memory.
    pub(crate) fn picture_bytes(&self) -> usize {
        self.shell.picture_bytes()
    }

    /// What the screen shows.
    pub fn view(&self) -> bonus_tv::view::model::ViewModel {
        bonus_tv::view::view(self.shell.app(), &self.clock.now())
    }

    /// The switches of the sandbox inside, if it is inside.
    pub fn sandbox(&self) -> Option<bonus_sandbox::Control> {
        self.remains.sandbox.as_ref().map(bonus_sandbox::Running::control)
    }

    /// The pictures that the program has fetched, for another window of this size.
    pub fn images(&self) -> &dyn bonus_tv::view::bind::Images {
        self.shell.images()
    }

    /// The words of a text in the language of the screen.
    pub fn words(&self, text: &bonus_tv::view::text::Text) -> String {
        self.shell.screen().words(text)
    }

    /// What the voice said, oldest first; the last hundred.
    pub fn said(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.shell.said()
    }

    /// Everything that can have the focus, with its place on the screen.
    pub fn focus_boxes(&self) -> Vec<crate::elements::FocusBox> {
        crate::elements::focus_boxes(self.shell.screen().root())
    }

    /// All words that are drawn, with their places.
    pub fn text_boxes(&self) -> Vec<crate::elements::TextBox> {
        crate::elements::texts(self.shell.screen().window())
    }

    /// The picture as rows of red, green and blue bytes.
    pub fn frame(&self) -> Vec<u8> {
        self.screen.frame()
    }

    /// Compares the picture, which was drawn part by part, with one that the present state draws anew, to the bit.
    ///
    /// What a key has set in motion comes to rest first.
    ///
    /// # Errors
    /// [`EmulatorError::Picture`] says where they differ and which element is there.
    pub fn check_picture(&mut self) -> Result<(), EmulatorError> {
        self.pass(SETTLE);
        self.settle()?;
        super::picture_check::check(&self.shell, &self.screen)
    }

    /// Writes the picture as PNG.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn screenshot(&self, path: &std::path::Path) -> Result<(), EmulatorError> {
        self.screen
            .write_png(path)
            .map_err(|error| EmulatorError::Headless(format!("writing {}: {error}", path.display())))
    }

    /// Starts a television of this size; equal seeds give it equal random bits.
    pub(crate) fn start(setup: Setup, size: Size, seed: u128) -> Result<Self, EmulatorError> {
        Self::start_watched(setup, size, seed, Arc::new(|| {}))
    }

    /// As [`Television::start`]; `wake` is called from any thread when something has arrived.
    pub(crate) fn start_watched(
        setup: Setup,
        size: Size,
        seed: u128,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> Result<Self, EmulatorError> {
        let screen = Headless::install(size.width, size.height).map_err(EmulatorError::no_window)?;
        let mut window = Screen::new().map_err(EmulatorError::no_window)?;
        window.open().map_err(EmulatorError::no_window)?;
        // One clock for both: they begin together, and the television moves the sandbox's.
        let start = setup.sandbox.as_ref().map_or_else(Utc::now, |sandbox| sandbox.control().now());
        let (now, seed, followed) = match setup.fixed {
            // Pictures that are compared show one moment.
            Some(fixed) => (fixed.now, fixed.seed.into(), None),
            None => (start, seed, Some(0)),
        };
        if setup.fixed.is_some_and(|fixed| fixed.words == Words::Long) {
            window.lengthen_texts();
        }
        let clock = ManualClock::new(now, seed);
        let (parts, remains) = setup.into_parts(Box::new(clock.clone()), wake);
        let shell = Shell::start(parts, window)?;
        Ok(Self { shell, screen, clock, remains, followed, draws: 0 })
    }

    /// Presses the keys of a script, each after the last is done.
    ///
    /// # Errors
    /// The server does not answer.
    pub fn play(&mut self, steps: &[ScriptStep]) -> Result<(), EmulatorError> {
        for step in steps {
            if self.shell.wants_exit() {
                return Ok(());
            }
            match step {
                ScriptStep::Tap(key) => self.press(*key, TAP),
                ScriptStep::Hold(key, time) => self.press(*key, *time),
                ScriptStep::Wait(time) => self.spend(*time)?,
            }
            self.settle()?;
        }
        Ok(())
    }

    /// Plays a script and compares the picture with one drawn anew after every `every` steps.
    fn play_checked(&mut self, steps: &[ScriptStep], every: u32) -> Result<(), EmulatorError> {
        for steps in steps.chunks(usize::try_from(every).unwrap_or(usize::MAX)) {
            self.play(steps)?;
            if every < u32::MAX {
                self.check_picture()?;
            }
        }
        Ok(())
    }

    /// Presses a key for so long.
    pub(crate) fn press(&mut self, key: RemoteKey, time: Duration) {
        self.key_down(key);
        self.pass(time);
        self.key_up(key);
        self.pass(GAP);
    }

    /// A key goes down and stays down.
    pub fn key_down(&mut self, key: RemoteKey) {
        self.shell.key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) });
        self.present();
    }

    /// A key goes up.
    pub fn key_up(&mut self, key: RemoteKey) {
        self.shell.key(KeyEvent { key, phase: Phase::Up });
        self.present();
    }

    /// A key of the box itself.
    pub(crate) fn power(&mut self, key: PowerKey) {
        self.shell.power(key);
        self.present();
    }

    /// What is on its way or due soon, in words.
    pub(crate) fn pending(&self) -> Vec<String> {
        let mut words = self.shell.waits_for();
        let now = self.clock.elapsed();
        if let Some(at) = self.shell.app().guard_until().filter(|at| *at > now) {
            words.push(format!("the guard of the confirmation until {} ms", at.as_millis()));
        }
        if let Some(at) = self.order_due() {
            words.push(format!("the next question about the order at {} ms", at.as_millis()));
        }
        if let Some(at) = self.shell.next_wake().filter(|at| *at <= now + SETTLE) {
            words.push(format!("a debounce or a repeated key at {} ms", at.as_millis()));
        }
        words
    }

    /// When the box looks at something by itself.
    pub(crate) fn next_wake(&self) -> Option<Duration> {
        self.shell.next_wake()
    }

    /// Whether the viewer has left the menu.
    pub(crate) fn has_exited(&self) -> bool {
        self.shell.wants_exit()
    }

    /// Whether something on the screen moves by itself.
    pub(crate) fn is_moving(&self) -> bool {
        self.screen.has_active_animations()
    }

    /// How many frames were drawn.
    pub(crate) fn draws(&self) -> u64 {
        self.draws
    }

    /// Width and height of the picture in pixels.
    pub fn size(&self) -> (u32, u32) {
        self.screen.size()
    }

    /// The address of the bonus API.
    pub(crate) fn api(&self) -> &url::Url {
        &self.remains.api
    }

    /// The address of the sandbox's switches, if it is inside and they have one.
    pub(crate) fn switches(&self) -> Option<String> {
        self.remains.sandbox.as_ref().and_then(bonus_sandbox::Running::control_url)
    }

    /// What keeps the box from the bonus API, if anything does.
    pub(crate) fn trouble(&self) -> Option<&Failure> {
        let sign_in = self.app().sign_in_state().and_then(|state| match state {
            SignInState::Failed { failure, .. } => Some(failure),
            SignInState::Waiting { trouble, .. } => trouble.as_ref(),
            SignInState::Starting | SignInState::Expired | SignInState::Denied | SignInState::OtherMember => None,
        });
        sign_in.or(self.app().core_failure())
    }

    /// Where the window has its elements.
    pub(crate) fn elements(&self) -> Vec<crate::elements::AccessibleElement> {
        crate::elements::accessible(self.shell.screen().window())
    }

    /// The box's own clock.
    pub(crate) fn wall(&self) -> chrono::DateTime<Utc> {
        self.clock.now().wall
    }

    /// Lets virtual time pass, waking the shell whenever it asks for it.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.clock.elapsed() + time;
        while self.clock.elapsed() < end {
            let next = self.shell.next_wake().map_or(end, |at| at.min(end)).max(self.clock.elapsed());
            let step =
                (next - self.clock.elapsed()).min(if self.screen.has_active_animations() { FRAME } else { time });
            self.advance(step.max(Duration::from_millis(1)).min(end - self.clock.elapsed()));
        }
    }

    /// Lets virtual time pass; what the box asks for meanwhile is answered before time goes on.
    fn spend(&mut self, time: Duration) -> Result<(), EmulatorError> {
        let end = self.clock.elapsed() + time;
        loop {
            self.settle_answers()?;
            let now = self.clock.elapsed();
            if now >= end || self.shell.wants_exit() {
                return Ok(());
            }
            let next = self.shell.next_wake().map_or(end, |at| at.min(end));
            self.pass(next.saturating_sub(now).max(Duration::from_millis(1)).min(end - now));
        }
    }

    fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
        self.screen.advance(by);
        self.sandbox_follows();
        self.present();
    }

    /// The sandbox's clock goes with the television's.
    fn sandbox_follows(&mut self) {
        let (Some(sandbox), Some(followed)) = (&self.remains.sandbox, self.followed) else { return };
        let now = i64::try_from(self.clock.elapsed().as_millis()).unwrap_or(i64::MAX);
        let step = TimeDelta::try_milliseconds(now - followed).unwrap_or_default();
        sandbox.control().let_time_pass(step);
        self.followed = Some(now);
    }

    /// Shows the state and draws it, as a box does after each event.
    pub(crate) fn present(&mut self) {
        self.shell.turn();
        // What arrives while a frame is drawn wants a frame of its own.
        for _ in 0..MOST_FRAMES {
            if self.screen.draw().is_none() {
                break;
            }
            self.draws += 1;
            self.shell.presented();
            self.shell.turn();
        }
    }

    fn order_due(&self) -> Option<Duration> {
        self.shell.app().order().and_then(|flow| match flow.phase {
            OrderPhase::Waiting(at) => Some(at),
            OrderPhase::Storing | OrderPhase::Asking | OrderPhase::Paused => None,
        })
    }

    /// How far it is from rest; an order is waited for until `order_end`.
    pub(crate) fn rest(&mut self, order_end: Duration) -> Rest {
        self.present();
        if self.shell.wants_exit() {
            return Rest::Rests;
        }
        if self.shell.is_waiting() {
            return Rest::Waits;
        }
        let now = self.clock.elapsed();
        let guard = self.shell.app().guard_until().filter(|at| *at > now);
        let soon = self.shell.next_wake().filter(|at| *at <= now + SETTLE);
        let order = self.order_due().filter(|at| *at <= order_end);
        match soon.or(guard).or(order) {
            Some(at) => Rest::Due(at.saturating_sub(now).max(Duration::from_millis(1))),
            None => Rest::Rests,
        }
    }

    /// Waits until nothing is on its way and nothing is due soon.
    /// # Errors
    /// The server does not answer.
    pub fn settle(&mut self) -> Result<(), EmulatorError> {
        let order_end = self.clock.elapsed() + ORDER;
        loop {
            self.settle_answers()?;
            match self.rest(order_end) {
                Rest::Waits => {}
                Rest::Due(time) => self.pass(time),
                Rest::Rests => return Ok(()),
            }
        }
    }

    /// Waits until nothing is on its way; no virtual time passes.
    fn settle_answers(&mut self) -> Result<(), EmulatorError> {
        let patience = Duration::from_millis(50);
        let mut waited = Duration::ZERO;
        loop {
            super::ending::check()?;
            self.present();
            if !self.shell.is_waiting() || self.shell.wants_exit() {
                return Ok(());
            }
            waited = if self.shell.wait(patience) { Duration::ZERO } else { waited + patience };
            if waited >= PATIENCE {
                return Err(EmulatorError::NoAnswer);
            }
        }
    }
}

impl Drop for Television {
    fn drop(&mut self) {
        // A database that outlives the run is not left with a clock that stands still.
        if let Some(sandbox) = &self.remains.sandbox
            && let Err(error) = sandbox.control().let_clock_run()
        {
            tracing::warn!(%error, "the sandbox's clock cannot be kept");
        }
    }
}
