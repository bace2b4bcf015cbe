//! Standby: the picture is dark, no key is down, and nothing is asked of the network but an order's end.

use std::time::Duration;

use crate::input::PowerKey;

use super::Effect;
use super::app::{App, Turn};

/// Whether the box is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// It is.
    On,
    /// It is in standby: nothing is shown.
    Standby,
}

impl App {
    /// Whether the box is in use.
    pub fn power(&self) -> Power {
        self.power
    }

    /// Takes a key for the box itself.
    pub(crate) fn power_key(&mut self, key: PowerKey, turn: &mut Turn) {
        match (key, self.power) {
            (PowerKey::Toggle | PowerKey::Sleep, Power::On) => self.fall_asleep(turn),
            (PowerKey::Toggle | PowerKey::Wake, Power::Standby) => self.wake_up(turn),
            (PowerKey::Wake, Power::On) | (PowerKey::Sleep, Power::Standby) => {}
        }
    }

    fn fall_asleep(&mut self, turn: &mut Turn) {
        self.power = Power::Standby;
        self.repeat.release_all();
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
        self.power = Power::On;
        self.resumed(turn);
    }

    /// Leaves the menu when nobody has touched the remote for long (IDLE-1).
    pub(crate) fn leave_if_forgotten(&self, turn: &mut Turn) {
        let quiet = turn.now.monotonic.saturating_sub(self.last_key_at);
        let is_busy =
            self.playing.is_some() || self.has_order_under_way() || self.is_code_in_use(turn.now.monotonic);
        if !is_busy && self.identity.leave_after.is_some_and(|limit: Duration| quiet >= limit) {
            turn.effects.push(Effect::Exit);
        }
    }
}
