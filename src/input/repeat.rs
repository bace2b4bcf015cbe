//! Hold-to-repeat, bounces and lost key-ups (KEY-2 to KEY-5), with the time as an argument.
//!
//! The host's own repeats never move anything: they only prove that a key is still down. So a box
//! without key repeat and a desktop with any repeat rate behave alike.

use std::time::Duration;

use super::{KeyEvent, Phase, RemoteKey};

const FIRST_REPEAT: Duration = Duration::from_millis(400);
const REPEAT: Duration = Duration::from_millis(80);
const FAST_AFTER: Duration = Duration::from_secs(2);
const FAST_REPEAT: Duration = Duration::from_millis(40);
const BOUNCE: Duration = Duration::from_millis(120);
const LONG_BACK: Duration = Duration::from_millis(800);

/// What a held or pressed key amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A fresh press.
    Press(RemoteKey),
    /// One more step of a held key.
    Again(RemoteKey),
    /// A key held long enough to mean something else (BACK-4).
    Long(RemoteKey),
}

/// The keys that are down.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Repeat {
    held: Option<Held>,
    last_press: Option<(RemoteKey, Duration)>,
}

#[derive(Debug, Clone, PartialEq)]
struct Held {
    key: RemoteKey,
    since: Duration,
    last_sign: Duration,
    lease: Duration,
    next_step: Option<Duration>,
}

impl Repeat {
    /// Takes what a key did at `now` and says what it amounts to.
    pub fn key(&mut self, now: Duration, event: KeyEvent) -> Option<Step> {
        match event.phase {
            Phase::Up => {
                if self.held.as_ref().is_some_and(|held| held.key == event.key) {
                    self.held = None;
                }
                None
            }
            Phase::Still => {
                let held = self.held.as_mut().filter(|held| held.key == event.key);
                if let Some(held) = held.filter(|held| now.saturating_sub(held.last_sign) < held.lease) {
                    held.last_sign = now;
                }
                None
            }
            Phase::Down(hold) => {
                if let Some(held) = self.held.as_mut()
                    && held.key == event.key
                    && now.saturating_sub(held.last_sign) < held.lease
                {
                    held.last_sign = now;
                    return None;
                }
                let is_bounce = event.key == RemoteKey::Ok
                    && self.last_press.is_some_and(|(key, at)| key == RemoteKey::Ok && now.saturating_sub(at) < BOUNCE);
                self.last_press = Some((event.key, now));
                let next_step = match event.key {
                    RemoteKey::Arrow(_)
                    | RemoteKey::ChannelUp
                    | RemoteKey::ChannelDown
                    | RemoteKey::PageUp
                    | RemoteKey::PageDown => Some(now + FIRST_REPEAT),
                    RemoteKey::Back => Some(now + LONG_BACK),
                    RemoteKey::Ok
                    | RemoteKey::Leave
                    | RemoteKey::Menu
                    | RemoteKey::Information
                    | RemoteKey::Red
                    | RemoteKey::Green
                    | RemoteKey::Yellow
                    | RemoteKey::Blue
                    | RemoteKey::Digit(_)
                    | RemoteKey::Play
                    | RemoteKey::Pause
                    | RemoteKey::Stop => None,
                };
                self.held = Some(Held { key: event.key, since: now, last_sign: now, lease: hold.lease(), next_step });
                (!is_bounce).then_some(Step::Press(event.key))
            }
        }
    }

    /// The step that is due at `now`, at most one: a slow screen never catches up (KEY-3).
    pub fn wake(&mut self, now: Duration) -> Option<Step> {
        let held = self.held.as_mut()?;
        if now.saturating_sub(held.last_sign) >= held.lease {
            self.held = None;
            return None;
        }
        if held.next_step.is_none_or(|at| at > now) {
            return None;
        }
        if held.key == RemoteKey::Back {
            held.next_step = None;
            return Some(Step::Long(RemoteKey::Back));
        }
        let interval = if now.saturating_sub(held.since) >= FAST_AFTER { FAST_REPEAT } else { REPEAT };
        held.next_step = Some(now + interval);
        Some(Step::Again(held.key))
    }

    /// When [`Repeat::wake`] wants to be called.
    pub fn next_wake(&self) -> Option<Duration> {
        let held = self.held.as_ref()?;
        held.next_step.map(|at| at.min(held.last_sign + held.lease))
    }

    /// Lets go of everything: the receiver is gone, the window lost the focus, standby.
    pub fn release_all(&mut self) {
        self.held = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Direction, Hold};

    const RIGHT: RemoteKey = RemoteKey::Arrow(Direction::Right);

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn down(key: RemoteKey) -> KeyEvent {
        KeyEvent { key, phase: Phase::Down(Hold::Trusted) }
    }

    fn signed(key: RemoteKey) -> KeyEvent {
        KeyEvent { key, phase: Phase::Down(Hold::Signed) }
    }

    fn up(key: RemoteKey) -> KeyEvent {
        KeyEvent { key, phase: Phase::Up }
    }

    /// Steps of a key held from 0 to `until`, waking exactly when asked to.
    fn steps_until(repeat: &mut Repeat, until: Duration) -> Vec<Duration> {
        let mut steps = Vec::new();
        while let Some(at) = repeat.next_wake().filter(|at| *at <= until) {
            if repeat.wake(at).is_some() {
                steps.push(at);
            }
        }
        steps
    }

    #[test]
    fn a_tap_moves_exactly_one() {
        for tap in [100, 180, 250] {
            let mut repeat = Repeat::default();
            assert_eq!(repeat.key(ms(0), down(RIGHT)), Some(Step::Press(RIGHT)));
            assert!(steps_until(&mut repeat, ms(tap)).is_empty());
            assert_eq!(repeat.key(ms(tap), up(RIGHT)), None);
            assert_eq!(repeat.next_wake(), None);
        }
    }

    #[test]
    fn a_hold_repeats_after_400_ms_then_every_80_ms_and_faster_after_2_s() {
        let mut repeat = Repeat::default();
        repeat.key(ms(0), down(RIGHT));
        let steps = steps_until(&mut repeat, ms(2200));
        assert_eq!(steps[..3], [ms(400), ms(480), ms(560)]);
        assert_eq!(steps.iter().filter(|at| **at <= ms(2000)).count(), 21);
        assert_eq!(steps.iter().filter(|at| **at > ms(2000)).count(), 5);
    }

    #[test]
    fn the_hosts_repeats_move_nothing() {
        let mut repeat = Repeat::default();
        repeat.key(ms(0), signed(RIGHT));
        for at in (33..400).step_by(33) {
            assert_eq!(repeat.key(ms(at), signed(RIGHT)), None);
        }
        assert_eq!(repeat.wake(ms(400)), Some(Step::Again(RIGHT)));
    }

    #[test]
    fn a_lost_key_up_stops_within_700_ms() {
        let mut repeat = Repeat::default();
        repeat.key(ms(0), signed(RIGHT));
        let steps = steps_until(&mut repeat, ms(10_000));
        assert!(steps.iter().all(|at| *at < ms(700)), "{steps:?}");
        assert_eq!(repeat.next_wake(), None);
        assert_eq!(repeat.key(ms(5000), signed(RIGHT)), Some(Step::Press(RIGHT)));
    }

    #[test]
    fn a_sign_that_comes_too_late_presses_nothing() {
        let mut repeat = Repeat::default();
        let still = |key| KeyEvent { key, phase: Phase::Still };
        assert_eq!(repeat.key(ms(0), still(RemoteKey::Ok)), None, "nothing was pressed");
        repeat.key(ms(0), signed(RemoteKey::Ok));
        assert_eq!(repeat.key(ms(2000), still(RemoteKey::Ok)), None, "the box stood still for two seconds");
        repeat.key(ms(3000), signed(RIGHT));
        assert_eq!(repeat.key(ms(3300), still(RIGHT)), None);
        assert_eq!(repeat.wake(ms(3400)), Some(Step::Again(RIGHT)));
        assert_eq!(repeat.wake(ms(3999)), Some(Step::Again(RIGHT)), "the sign prolonged the hold");
    }

    #[test]
    fn a_late_wake_gives_one_step_and_no_catching_up() {
        let mut repeat = Repeat::default();
        repeat.key(ms(0), down(RIGHT));
        assert_eq!(repeat.wake(ms(1500)), Some(Step::Again(RIGHT)));
        assert_eq!(repeat.wake(ms(1500)), None);
        assert_eq!(repeat.next_wake(), Some(ms(1580)));
    }

    #[test]
    fn ok_acts_once_however_long_it_is_held() {
        let mut repeat = Repeat::default();
        assert_eq!(repeat.key(ms(0), down(RemoteKey::Ok)), Some(Step::Press(RemoteKey::Ok)));
        assert_eq!(repeat.key(ms(500), down(RemoteKey::Ok)), None);
        assert_eq!(repeat.next_wake(), None);
        assert_eq!(repeat.wake(ms(3000)), None);
    }

    #[test]
    fn a_bounce_of_ok_is_no_press() {
        let mut repeat = Repeat::default();
        repeat.key(ms(0), down(RemoteKey::Ok));
        repeat.key(ms(60), up(RemoteKey::Ok));
        assert_eq!(repeat.key(ms(110), down(RemoteKey::Ok)), None);
        repeat.key(ms(200), up(RemoteKey::Ok));
        assert_eq!(repeat.key(ms(231), down(RemoteKey::Ok)), Some(Step::Press(RemoteKey::Ok)));
    }

    #[test]
    fn back_held_for_800_ms_means_leave_once() {
        let mut repeat = Repeat::default();
        assert_eq!(repeat.key(ms(0), down(RemoteKey::Back)), Some(Step::Press(RemoteKey::Back)));
        assert_eq!(repeat.wake(ms(799)), None);
        assert_eq!(repeat.wake(ms(800)), Some(Step::Long(RemoteKey::Back)));
        assert_eq!(repeat.wake(ms(2000)), None);
    }

    #[test]
    fn another_key_takes_over_and_its_key_up_is_its_own() {
        let mut repeat = Repeat::default();
        let left = RemoteKey::Arrow(Direction::Left);
        repeat.key(ms(0), down(RIGHT));
        assert_eq!(repeat.key(ms(100), down(left)), Some(Step::Press(left)));
        repeat.key(ms(150), up(RIGHT));
        assert_eq!(repeat.wake(ms(500)), Some(Step::Again(left)));
    }

    #[test]
    fn everything_is_let_go_at_once() {
        let mut repeat = Repeat::default();
        repeat.key(ms(0), down(RIGHT));
        repeat.release_all();
        assert_eq!(repeat.wake(ms(400)), None);
    }
}
