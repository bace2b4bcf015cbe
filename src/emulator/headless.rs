//! A run without a window: keys from a script, virtual time, the box's own renderer, a PNG.
//!
//! The clock moves only when nothing is on its way, so a run does the same whatever the machine's
//! load; only the answers of a server are waited for in real time.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;

use crate::core::OrderPhase;
use crate::engine::clock::{Clock, ManualClock};
use crate::input::{Hold, KeyEvent, Phase, RemoteKey, ScriptStep, parse_script};
use crate::platform::headless::Headless;
use crate::shell::Shell;
use crate::view::bind::Screen;

use super::args::Size;
use super::gallery::Words;
use super::setup::{Remains, Setup};
use super::{Args, EmulatorError};

/// How long a key of a script is down.
const TAP: Duration = Duration::from_millis(80);
/// Time between two keys, so that OK twice is no bounce.
const GAP: Duration = Duration::from_millis(60);
/// What is due within this time belongs to the key before: the hero, a repeat, a slide.
const SETTLE: Duration = Duration::from_millis(400);
/// How long an order may take in virtual time before the script goes on.
const ORDER: Duration = Duration::from_secs(60);
/// How long a real server may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Animations are drawn this often.
const FRAME: Duration = Duration::from_millis(16);

/// Frames drawn at one moment of virtual time.
const MOST_FRAMES: usize = 200;

/// A television in memory, with everything it stands on.
pub struct Television {
    shell: Shell,
    screen: std::rc::Rc<Headless>,
    clock: ManualClock,
    remains: Remains,
}

/// Runs a script and writes the last picture.
pub(crate) fn run(setup: Setup, args: &Args) -> Result<(), EmulatorError> {
    let steps = parse_script(&args.keys).map_err(|error| EmulatorError::Usage(format!("--keys: {error}")))?;
    let mut television = Television::start(setup, args.size.unwrap_or(Size::FULL_HD), crate::engine::clock::entropy())?;
    let every = args.check_picture.unwrap_or(u32::MAX);
    let result = television.settle().and_then(|()| television.play_checked(&steps, every));
    if let Some(path) = &args.screenshot {
        television.screenshot(path)?;
    }
    result
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
        let mut television = Self::start(super::setup::prepare(args)?, size, crate::engine::clock::entropy())?;
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
    pub fn app(&self) -> &crate::core::App {
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
    pub fn view(&self) -> crate::view::model::ViewModel {
        crate::view::view(self.shell.app(), &self.clock.now())
    }

    /// The switches of the sandbox inside, if it is inside.
    pub fn sandbox(&self) -> Option<crate::sandbox::Control> {
        self.remains.sandbox.as_ref().map(crate::sandbox::Running::control)
    }

    /// The words of a text in the language of the screen.
    pub fn words(&self, text: &crate::view::text::Text) -> String {
        self.shell.screen().words(text)
    }

    /// Everything that can have the focus, with its place on the screen.
    pub fn focus_boxes(&self) -> Vec<crate::view::bind::FocusBox> {
        self.shell.screen().focus_boxes()
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
        let screen = Headless::install(size.width, size.height).map_err(EmulatorError::Window)?;
        let mut window = Screen::new().map_err(EmulatorError::Window)?;
        window.open().map_err(EmulatorError::Window)?;
        let (now, seed) = match setup.fixed {
            Some(fixed) => (fixed.now, fixed.seed.into()),
            None => (Utc::now(), seed),
        };
        if setup.fixed.is_some_and(|fixed| fixed.words == Words::Long) {
            window.lengthen_texts();
        }
        let clock = ManualClock::new(now, seed);
        let (parts, remains) = setup.into_parts(Box::new(clock.clone()), Arc::new(|| {}));
        let shell = Shell::start(parts, window)?;
        Ok(Self { shell, screen, clock, remains })
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
                ScriptStep::Wait(time) => self.pass(*time),
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
        self.shell.key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) });
        self.present();
        self.pass(time);
        self.shell.key(KeyEvent { key, phase: Phase::Up });
        self.pass(GAP);
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

    fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
        self.screen.advance(by);
        self.present();
    }

    /// Shows the state and draws it, as a box does after each event.
    fn present(&mut self) {
        self.shell.turn();
        // What arrives while a frame is drawn wants a frame of its own.
        for _ in 0..MOST_FRAMES {
            if self.screen.draw().is_none() {
                break;
            }
            self.shell.presented();
            self.shell.turn();
        }
    }

    /// Waits until nothing is on its way and nothing is due soon.
    /// # Errors
    /// The server does not answer.
    pub fn settle(&mut self) -> Result<(), EmulatorError> {
        let order_end = self.clock.elapsed() + ORDER;
        let mut waited = Duration::ZERO;
        loop {
            self.present();
            if self.shell.wants_exit() {
                return Ok(());
            }
            if self.shell.is_waiting() {
                let patience = Duration::from_millis(50);
                if self.shell.wait(patience) {
                    waited = Duration::ZERO;
                } else {
                    waited += patience;
                }
                if waited >= PATIENCE {
                    return Err(EmulatorError::Headless("the bonus API did not answer in 20 s".to_owned()));
                }
                continue;
            }
            let now = self.clock.elapsed();
            let order_due = self.shell.app().order().and_then(|flow| match flow.phase {
                OrderPhase::Waiting(at) => Some(at),
                OrderPhase::Storing | OrderPhase::Asking | OrderPhase::Paused => None,
            });
            let due = self.shell.next_wake().filter(|at| *at <= now + SETTLE);
            match (due, order_due.filter(|at| *at <= order_end)) {
                (Some(at), _) | (None, Some(at)) => self.pass(at.saturating_sub(now).max(Duration::from_millis(1))),
                (None, None) => return Ok(()),
            }
        }
    }
}
