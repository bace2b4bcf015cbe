//! Standby: the picture is dark, no key is down, and nothing is asked of the network but an order's end.
//!
//! A television that is switched on may send the toggle and the power-on key behind it, a remote may send by two
//! devices, and the press that wakes the system arrives as any other (KEY-12). So standby has two steps: the picture is
//! covered at once, and only when no power-on has followed is anything of the viewer's dropped.

use std::time::Duration;

use crate::input::PowerKey;

use super::Effect;
use super::app::{App, Turn};

/// How long standby can be taken back as if nothing had happened.
const GRACE: Duration = Duration::from_millis(450);
/// Power keys within this time are one press, by two devices or a bouncing contact.
const ONE_PRESS: Duration = Duration::from_millis(300);
/// How long after the system has woken a power key belongs to what woke it.
const WAKING: Duration = Duration::from_secs(2);

/// Whether the box is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// It is.
    On,
    /// It is in standby: nothing is shown.
    Standby,
}

/// The power keys of the last seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PowerKeys {
    /// Until when standby can be taken back.
    grace_until: Option<Duration>,
    pressed_at: Option<Duration>,
    resumed_at: Option<Duration>,
}

impl App {
    /// Whether the box is in use.
    pub fn power(&self) -> Power {
        self.power
    }

    /// Whether the screen's light is off. It stays on while standby can be taken back: a television that loses the
    /// picture for a moment looks for another input.
    pub fn is_dark(&self) -> bool {
        self.power == Power::Standby && self.power_keys.grace_until.is_none()
    }

    /// Takes a key for the box itself.
    pub(crate) fn power_key(&mut self, key: PowerKey, turn: &mut Turn) {
        self.standby_woke(turn);
        let now = turn.now.monotonic;
        let is_within = |at: Option<Duration>, time| at.is_some_and(|at| now.saturating_sub(at) < time);
        let is_same_press = is_within(self.power_keys.pressed_at, ONE_PRESS);
        let has_woken_the_system = is_within(self.power_keys.resumed_at, WAKING);
        self.power_keys.pressed_at = Some(now);
        match (key, self.power) {
            (PowerKey::Toggle, _) if is_same_press => {}
            (PowerKey::Toggle | PowerKey::Sleep, Power::On) if has_woken_the_system => {}
            (PowerKey::Toggle | PowerKey::Sleep, Power::On) => {
                self.power = Power::Standby;
                self.power_keys.grace_until = Some(now + GRACE);
                self.repeat.release_all();
            }
            (PowerKey::Toggle | PowerKey::Wake, Power::Standby) => self.wake_up(turn),
            (PowerKey::Wake, Power::On) | (PowerKey::Sleep, Power::Standby) => {}
        }
    }

    /// When [`App::standby_woke`] wants to be called.
    pub(crate) fn standby_wake(&self) -> Option<Duration> {
        self.power_keys.grace_until
    }

    /// Drops what does not outlive standby once it cannot be taken back any more.
    pub(crate) fn standby_woke(&mut self, turn: &mut Turn) {
        if self.power_keys.grace_until.take_if(|until| *until <= turn.now.monotonic).is_none() {
            return;
        }
        // A PIN that was half entered, or a question that somebody else would answer in the morning.
        self.dialog = None;
        self.notice = None;
        self.hero_due = None;
        self.forget_wish_to_watch();
        self.close_confirmation();
        if self.playing.is_some() {
            self.stop_player(turn);
        }
    }

    /// The first key does nothing else.
    pub(crate) fn wake_up(&mut self, turn: &mut Turn) {
        self.standby_woke(turn);
        self.power = Power::On;
        if self.power_keys.grace_until.take().is_none() {
            self.resumed(turn);
            return;
        }
        let now = turn.now;
        self.last_key_at = now.monotonic;
        self.schedule_minute(&now);
        self.play_what_arrived(turn);
    }

    /// The system was asleep. That alone does not end the box's own standby: a clock may have woken it. A press just
    /// before belongs to what woke it.
    pub(crate) fn system_resumed(&mut self, turn: &mut Turn) {
        self.order_slept();
        self.standby_woke(turn);
        self.power_keys.resumed_at = Some(turn.now.monotonic);
        if self.power_keys.grace_until.take().is_some() {
            self.power = Power::On;
        }
        match self.power {
            Power::On => self.resumed(turn),
            Power::Standby => self.repeat.release_all(),
        }
    }

    /// Leaves the menu when nobody has touched the remote for long (IDLE-1).
    pub(crate) fn leave_if_forgotten(&self, turn: &mut Turn) {
        let quiet = turn.now.monotonic.saturating_sub(self.last_key_at);
        let is_busy = self.playing.is_some() || self.has_order_under_way() || self.is_code_in_use(turn.now.monotonic);
        if !is_busy && self.identity.leave_after.is_some_and(|limit: Duration| quiet >= limit) {
            turn.effects.push(Effect::Exit);
        }
    }
}
