//! The keys of one device: what its events mean, and whether other programs receive them. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use super::remote::{Heard, Hearing};
use crate::input::{Button, Codes, Habits, KeyEvent, Node, Phase, Presses, Release};

/// A key that is older than this was pressed while the screen showed something else (KEY-11).
const STALE: Duration = Duration::from_secs(1);
/// A key that is down for longer is stuck: it is ignored, and it delays no grab (KEY-9).
const STUCK: Duration = Duration::from_secs(45);
/// How often the grab of a receiver that another program has grabbed is tried again.
const ASK_AGAIN: Duration = Duration::from_secs(3);

/// Which programs receive the keys of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grip {
    /// Every program that listens.
    Shared,
    /// Only this program.
    Alone,
    /// The grab was refused, so perhaps only another program.
    Refused { retry_at: Duration },
}

impl Grip {
    /// The grab or release to ask the kernel for now. A press is never split: a program that received the key-down
    /// receives the key-up.
    pub(super) fn order(self, wanted: Hearing, is_pressed: bool, now: Duration) -> Option<Hearing> {
        let is_due = match (self, wanted) {
            (Self::Shared, Hearing::Shared) | (Self::Alone, Hearing::Alone) => false,
            (Self::Shared, Hearing::Alone) | (Self::Alone, Hearing::Shared) => !is_pressed,
            (Self::Refused { retry_at }, Hearing::Alone) => retry_at <= now && !is_pressed,
            (Self::Refused { .. }, Hearing::Shared) => true,
        };
        is_due.then_some(wanted)
    }

    /// The state after the kernel has answered.
    pub(super) fn after(order: Hearing, is_done: bool, now: Duration) -> Self {
        match order {
            Hearing::Alone if is_done => Self::Alone,
            Hearing::Alone => Self::Refused { retry_at: now + ASK_AGAIN },
            Hearing::Shared => Self::Shared,
        }
    }

    /// When a refused grab is tried again.
    pub(super) fn retry_at(self, wanted: Hearing) -> Option<Duration> {
        match (self, wanted) {
            (Self::Refused { retry_at }, Hearing::Alone) => Some(retry_at),
            (Self::Shared | Self::Alone | Self::Refused { .. }, _) => None,
        }
    }
}

/// An event of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// This code went down.
    Down(u16),
    /// It is still down.
    Again(u16),
    /// It went up.
    Up(u16),
    /// Events were lost, up to the next end of a report.
    Lost,
    /// The end of a report.
    Complete,
}

/// When something happened, and when it is read, by the kernel's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) at: Duration,
    pub(super) now: Duration,
}

impl Stamp {
    fn is_stale(self) -> bool {
        self.now.saturating_sub(self.at) > STALE
    }
}

/// The keys of one device.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) name: String,
    pub(super) node: Node,
    pub(super) habits: Habits,
    pub(super) is_power_only: bool,
    /// Whether its events bear the kernel's time.
    pub(super) is_stamped: bool,
    /// The codes that are down, known or not, and since when.
    pub(super) pressed: BTreeMap<u16, Duration>,
    /// The codes of `pressed` that count and were reported.
    pub(super) down: BTreeMap<u16, Duration>,
    pub(super) is_lost: bool,
}

impl Keys {
    /// Those of a device that was opened just now.
    pub(super) fn new(name: String, node: Node, habits: Habits) -> Self {
        Self {
            name,
            node,
            habits,
            is_power_only: false,
            is_stamped: false,
            pressed: BTreeMap::new(),
            down: BTreeMap::new(),
            is_lost: false,
        }
    }

    /// Counts every key as released; whether one was down.
    pub(super) fn let_go(&mut self) -> bool {
        !std::mem::take(&mut self.down).is_empty()
    }

    /// Whether a key is down that is not stuck.
    pub(super) fn is_pressed(&self, now: Duration) -> bool {
        self.pressed.values().any(|since| now.saturating_sub(*since) < STUCK)
    }

    /// What an event means to the program, if anything.
    pub(super) fn take(&mut self, signal: Signal, stamp: Stamp, codes: &Codes, presses: &mut Presses) -> Option<Heard> {
        match signal {
            Signal::Lost => {
                // Any of the lost signals may have been a key-up.
                self.is_lost = true;
                self.down.clear();
                self.pressed.clear();
                self.habits.forget_press();
                presses.forget(self.node);
                Some(Heard::Released)
            }
            Signal::Complete => {
                self.is_lost = false;
                None
            }
            Signal::Down(_) | Signal::Again(_) | Signal::Up(_) if self.is_lost => None,
            Signal::Down(code) => {
                let hold = self.habits.hold();
                self.habits.down(code, stamp.at);
                self.pressed.insert(code, stamp.at);
                let button = codes.button(&self.name, code)?;
                if stamp.is_stale() {
                    tracing::info!(name = self.name, "a key was pressed too long ago to count");
                    return None;
                }
                self.down.insert(code, stamp.at);
                if let Some(other) = presses.down(self.node, button, stamp.at) {
                    let (name, node) = (self.name.as_str(), self.node);
                    tracing::info!(name, node, other, "two receivers send the same press; it counts once");
                }
                Some(match button {
                    Button::Key(key) => Heard::Key(KeyEvent { key, phase: Phase::Down(hold) }),
                    Button::Power(key) => Heard::Power(key),
                })
            }
            Signal::Again(code) => {
                self.habits.again(code);
                let since = *self.down.get(&code)?;
                if stamp.is_stale() {
                    return None;
                }
                if stamp.at.saturating_sub(since) >= STUCK {
                    tracing::warn!(
                        name = self.name,
                        code,
                        "a key is stuck; it counts as released until it is pressed anew"
                    );
                    self.down.remove(&code);
                    return self.release(code, codes, presses);
                }
                self.key(code, Phase::Still, codes)
            }
            Signal::Up(code) => {
                self.habits.up(code, stamp.at);
                self.pressed.remove(&code);
                self.down.remove(&code)?;
                self.release(code, codes, presses)
            }
        }
    }

    /// A code went up, or counts as up.
    fn release(&self, code: u16, codes: &Codes, presses: &mut Presses) -> Option<Heard> {
        match presses.up(self.node, codes.button(&self.name, code)?) {
            Release::Complete => self.key(code, Phase::Up, codes),
            Release::Partial => None,
        }
    }

    fn key(&self, code: u16, phase: Phase, codes: &Codes) -> Option<Heard> {
        match codes.button(&self.name, code)? {
            Button::Key(key) => Some(Heard::Key(KeyEvent { key, phase })),
            Button::Power(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::remote::changed_repeat;
    use super::*;
    use crate::input::{AutoRepeat, Hold, PowerKey, RemoteKey};

    const OK: u16 = 0x160;
    const POWER: u16 = 116;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// The keys of one device, whose events are read at once.
    struct Bench {
        keys: Keys,
        codes: Codes,
        presses: Presses,
    }

    impl Bench {
        fn take(&mut self, signal: Signal) -> Option<Heard> {
            self.take_at(0, signal)
        }

        fn take_at(&mut self, at: u64, signal: Signal) -> Option<Heard> {
            self.take_late(at, at, signal)
        }

        fn take_late(&mut self, at: u64, now: u64, signal: Signal) -> Option<Heard> {
            self.keys.take(signal, Stamp { at: ms(at), now: ms(now) }, &self.codes, &mut self.presses)
        }
    }

    fn keys(node: Node) -> Keys {
        let repeat = AutoRepeat { delay: ms(250), period: ms(33) };
        Keys { is_stamped: true, ..Keys::new("remote".to_owned(), node, Habits::new(Some(repeat))) }
    }

    fn bench() -> Bench {
        Bench { keys: keys(0), codes: Codes::standard(RemoteKey::Back), presses: Presses::default() }
    }

    fn ok(phase: Phase) -> Option<Heard> {
        Some(Heard::Key(KeyEvent { key: RemoteKey::Ok, phase }))
    }

    #[test]
    fn the_kernels_repeats_are_only_signs() {
        let mut bench = bench();
        assert_eq!(bench.take(Signal::Down(OK)), ok(Phase::Down(Hold::Signed)));
        assert_eq!(bench.take(Signal::Again(OK)), ok(Phase::Still));
        assert_eq!(bench.take(Signal::Up(OK)), ok(Phase::Up));
        assert_eq!(bench.take(Signal::Again(OK)), None, "it is up");
        assert_eq!(bench.take(Signal::Up(OK)), None, "it went up before");
    }

    #[test]
    fn a_key_that_is_let_go_was_down_and_is_not_any_more() {
        let mut bench = bench();
        assert!(!bench.keys.let_go());
        bench.take(Signal::Down(OK));
        assert!(bench.keys.let_go() && !bench.keys.let_go());
        assert_eq!(bench.take(Signal::Up(OK)), None, "the core hears of the release at once");
    }

    #[test]
    fn what_follows_an_overflow_is_ignored_until_the_report_ends() {
        let mut bench = bench();
        bench.take(Signal::Down(OK));
        assert_eq!(bench.take(Signal::Lost), Some(Heard::Released));
        assert_eq!(bench.take(Signal::Down(OK)), None);
        assert_eq!(bench.take(Signal::Complete), None);
        assert_eq!(bench.take(Signal::Again(OK)), None, "a key that was down before must be pressed anew");
        assert_eq!(bench.take(Signal::Down(OK)), ok(Phase::Down(Hold::Signed)));
    }

    #[test]
    fn power_is_heard_once_a_press() {
        let mut bench = bench();
        assert_eq!(bench.take(Signal::Down(POWER)), Some(Heard::Power(PowerKey::Toggle)));
        assert_eq!(bench.take(Signal::Again(POWER)), None);
        assert_eq!(bench.take(Signal::Up(POWER)), None);
    }

    #[test]
    fn an_unknown_code_is_nothing() {
        let mut bench = bench();
        assert_eq!(bench.take(Signal::Down(0x2f0)), None);
        assert_eq!(bench.take(Signal::Up(0x2f0)), None);
    }

    /// KEY-11.
    #[test]
    fn a_key_older_than_a_second_is_dropped_whole() {
        for code in [OK, POWER] {
            let mut bench = bench();
            assert_eq!(bench.take_late(0, 1001, Signal::Down(code)), None);
            assert_eq!(bench.take_late(990, 1002, Signal::Again(code)), None, "its press was not seen");
            assert_eq!(bench.take_late(995, 1003, Signal::Up(code)), None);
        }
        let mut bench = bench();
        assert_eq!(bench.take_late(0, 1000, Signal::Down(OK)), ok(Phase::Down(Hold::Signed)));
        assert_eq!(bench.take_late(100, 2000, Signal::Again(OK)), None, "an old sign");
        assert_eq!(bench.take_late(200, 2000, Signal::Up(OK)), ok(Phase::Up), "a release is never too old");
    }

    /// C02: the radio's key-up is lost and the kernel repeats for ever.
    #[test]
    fn c02_a_stuck_key_is_released_and_wakes_nobody() {
        let mut bench = bench();
        bench.take_at(0, Signal::Down(OK));
        assert_eq!(bench.take_at(44_999, Signal::Again(OK)), ok(Phase::Still));
        assert!(bench.keys.is_pressed(ms(44_999)));
        assert_eq!(bench.take_at(45_000, Signal::Again(OK)), ok(Phase::Up));
        assert!((45_033..600_000).step_by(33).all(|at| bench.take_at(at, Signal::Again(OK)).is_none()));
        assert!(!bench.keys.is_pressed(ms(45_000)), "it holds nothing up");
        assert_eq!(bench.take_at(600_000, Signal::Up(OK)), None);
        assert_eq!(bench.take_at(600_100, Signal::Down(OK)), ok(Phase::Down(Hold::Signed)));
    }

    /// C04: the press ends when the last of two devices lets it go.
    #[test]
    fn c04_a_press_by_two_nodes_has_one_end() {
        let mut first = bench();
        let mut second = keys(1);
        let mut take_second = |bench: &mut Bench, at, signal| {
            second.take(signal, Stamp { at: ms(at), now: ms(at) }, &bench.codes, &mut bench.presses)
        };
        assert!(first.take_at(0, Signal::Down(OK)).is_some());
        assert!(take_second(&mut first, 30, Signal::Down(OK)).is_some(), "the times make one press of them");
        assert_eq!(first.take_at(60, Signal::Up(OK)), None);
        assert_eq!(take_second(&mut first, 90, Signal::Up(OK)), ok(Phase::Up));
    }

    #[test]
    fn a_device_is_believed_by_what_it_does() {
        let mut bench = bench();
        bench.take_at(0, Signal::Down(OK));
        bench.take_at(2000, Signal::Up(OK));
        bench.take_at(3000, Signal::Down(OK));
        bench.take_at(3080, Signal::Up(OK));
        assert_eq!(bench.take_at(4000, Signal::Down(OK)), ok(Phase::Down(Hold::Silent)));
        let both = changed_repeat(changed_repeat(None, 0, 500), 1, 125);
        assert_eq!(both, Some(AutoRepeat { delay: ms(500), period: ms(125) }));
    }

    /// KEY-7, C07, row by row: how it stands, what is wanted, whether a key is down, and what is asked of the kernel.
    #[test]
    fn c07_a_refused_receiver_is_asked_for_again_and_no_press_is_split() {
        use Hearing::{Alone, Shared};
        let refused = Grip::Refused { retry_at: ms(3000) };
        let table = [
            (Grip::Shared, Shared, false, 0, None),
            (Grip::Shared, Alone, false, 0, Some(Alone)),
            (Grip::Shared, Alone, true, 0, None),
            (Grip::Alone, Alone, false, 0, None),
            (Grip::Alone, Shared, true, 0, None),
            (Grip::Alone, Shared, false, 0, Some(Shared)),
            (refused, Alone, false, 2999, None),
            (refused, Alone, true, 3000, None),
            (refused, Alone, false, 3000, Some(Alone)),
            (refused, Shared, false, 0, Some(Shared)),
        ];
        for (grip, wanted, is_pressed, now, order) in table {
            assert_eq!(grip.order(wanted, is_pressed, ms(now)), order, "{grip:?} {wanted:?} {is_pressed} {now}");
        }
        assert_eq!(Grip::after(Alone, false, ms(0)), refused);
        assert_eq!(Grip::after(Alone, true, ms(3000)), Grip::Alone);
        assert_eq!(Grip::after(Shared, true, ms(3000)), Grip::Shared);
        assert_eq!((refused.retry_at(Alone), refused.retry_at(Shared)), (Some(ms(3000)), None));
    }
}
