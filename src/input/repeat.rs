//! Hold-to-repeat, bounces, lost key-ups and stuck keys (KEY-2 to KEY-5, KEY-8 to KEY-10), with the time as an
//! argument.
//!
//! The host's own repeats never move anything: they only prove that a key is still down. So the focus moves at the
//! same rate with any repeat rate of a kernel or a desktop. [`Hold`] says which proofs a device sends at all.

use std::time::Duration;

use super::{Hold, KeyEvent, Phase, RemoteKey};

const FIRST_REPEAT: Duration = Duration::from_millis(400);
const REPEAT: Duration = Duration::from_millis(80);
const FAST_AFTER: Duration = Duration::from_secs(2);
const FAST_REPEAT: Duration = Duration::from_millis(40);
const LONG: Duration = Duration::from_millis(800);
/// Menu held for so long switches the voice (A11Y-2): longer than any press by mistake.
const LONG_MENU: Duration = Duration::from_millis(1500);
/// The first repeat for devices on which a tap can look like a hold of 700 ms.
const UNPROVEN_REPEAT: Duration = Duration::from_secs(1);
/// Two presses of one key within this time are one: people press more slowly, but contacts bounce, and some remotes
/// send through two devices (KEY-10).
const ONE_PRESS: Duration = Duration::from_millis(100);
/// The same for OK, which spends points (KEY-5).
const ONE_PRESS_OF_OK: Duration = Duration::from_millis(120);
/// Presses that follow each other within [`ONE_PRESS`] for longer than this are not a bouncing contact but a remote
/// that sends new presses while its key is held.
const BOUNCING: Duration = Duration::from_millis(250);

/// What a held or pressed key means to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A fresh press.
    Press(RemoteKey),
    /// One more step of a held key.
    Again(RemoteKey),
    /// A key held long enough to mean something else (BACK-4).
    Long(RemoteKey),
}

/// The key that went down last: only that one repeats.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Repeat {
    last: Option<Last>,
}

#[derive(Debug, Clone, PartialEq)]
struct Last {
    key: RemoteKey,
    hold: Hold,
    since: Duration,
    last_down: Duration,
    last_sign: Duration,
    next_step: Option<Duration>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It went down, and no event of it came since.
    Pressed,
    /// A repeat has shown that it is still down.
    Held,
    /// It went up; remembered, as it may bounce.
    Up,
    /// It was down for longer than a person holds a key; it counts as released until the next press.
    Stuck,
}

impl Last {
    fn pressed(now: Duration, key: RemoteKey, hold: Hold) -> Self {
        let repeat = match hold {
            Hold::Signed | Hold::Silent | Hold::Trusted => FIRST_REPEAT,
            Hold::Unproven => UNPROVEN_REPEAT,
        };
        let next_step = match key {
            RemoteKey::Arrow(_)
            | RemoteKey::ChannelUp
            | RemoteKey::ChannelDown
            | RemoteKey::PageUp
            | RemoteKey::PageDown => Some(now + repeat),
            RemoteKey::Back | RemoteKey::Information => Some(now + repeat.max(LONG)),
            RemoteKey::Menu => Some(now + LONG_MENU),
            RemoteKey::Ok
            | RemoteKey::Leave
            | RemoteKey::Red
            | RemoteKey::Green
            | RemoteKey::Yellow
            | RemoteKey::Blue
            | RemoteKey::Digit(_)
            | RemoteKey::Play
            | RemoteKey::Pause
            | RemoteKey::Stop => None,
        };
        Self { key, hold, since: now, last_down: now, last_sign: now, next_step, state: State::Pressed }
    }

    fn is_silent(&self, now: Duration) -> bool {
        now.saturating_sub(self.last_sign) >= self.hold.lease()
    }

    /// A repeat shows that the key is still down.
    fn sign(&mut self, now: Duration) {
        self.last_sign = now;
        let is_stuck = now.saturating_sub(self.since) >= self.hold.longest();
        self.state = if is_stuck { State::Stuck } else { State::Held };
    }

    /// Whether this press of the same key belongs to the last one.
    fn absorbs_press(&mut self, now: Duration) -> bool {
        let since_last = now.saturating_sub(self.last_down);
        let one_press = if self.key == RemoteKey::Ok { ONE_PRESS_OF_OK } else { ONE_PRESS };
        match self.state {
            State::Pressed | State::Held if self.is_silent(now) => return false,
            State::Pressed | State::Held => {
                // A second device that sends the same press is no sign that the key is held.
                if now.saturating_sub(self.since) >= ONE_PRESS {
                    self.sign(now);
                }
            }
            State::Stuck if self.is_silent(now) => return false,
            State::Stuck => {}
            State::Up if since_last >= one_press => return false,
            State::Up => {
                self.state = State::Pressed;
                if now.saturating_sub(self.since) >= BOUNCING {
                    self.sign(now);
                }
            }
        }
        (self.last_down, self.last_sign) = (now, now);
        true
    }

    /// When the next step is due, unless a sign is missing for it.
    fn next_due(&self) -> Option<Duration> {
        let is_down = match self.state {
            State::Pressed => self.hold != Hold::Signed,
            State::Held => true,
            State::Up | State::Stuck => false,
        };
        let end = (self.last_sign + self.hold.lease()).min(self.since + self.hold.longest());
        self.next_step.filter(|at| is_down && *at < end)
    }
}

impl Repeat {
    /// Takes an event of a key and returns the step that follows from it, if any.
    pub fn key(&mut self, now: Duration, event: KeyEvent) -> Option<Step> {
        let same = self.last.as_mut().filter(|last| last.key == event.key);
        match event.phase {
            Phase::Up => {
                if let Some(last) = same {
                    last.state = State::Up;
                }
                None
            }
            Phase::Still => {
                if let Some(last) = same.filter(|last| last.state != State::Up) {
                    last.sign(now);
                }
                None
            }
            Phase::Down(hold) => {
                if same.is_some_and(|last| last.absorbs_press(now)) {
                    return None;
                }
                self.last = Some(Last::pressed(now, event.key, hold));
                Some(Step::Press(event.key))
            }
        }
    }

    /// The step that is due at `now`, at most one: a slow screen never catches up (KEY-3).
    pub fn wake(&mut self, now: Duration) -> Option<Step> {
        let last = self.last.as_mut()?;
        last.next_due().filter(|at| *at <= now)?;
        if now.saturating_sub(last.since) >= last.hold.longest() {
            last.state = State::Stuck;
            return None;
        }
        if last.is_silent(now) {
            // The step waits for the next sign.
            last.next_step = Some(last.last_sign + last.hold.lease());
            return None;
        }
        if matches!(last.key, RemoteKey::Back | RemoteKey::Information | RemoteKey::Menu) {
            last.next_step = None;
            return Some(Step::Long(last.key));
        }
        let interval = if now.saturating_sub(last.since) >= FAST_AFTER { FAST_REPEAT } else { REPEAT };
        last.next_step = Some(now + interval);
        Some(Step::Again(last.key))
    }

    /// When [`Repeat::wake`] must be called.
    pub fn next_wake(&self) -> Option<Duration> {
        self.last.as_ref()?.next_due()
    }

    /// Counts every key as released: the receiver is gone, the window lost the focus, standby.
    pub fn release_all(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests;
