//! What a device does when a key is held, learned from what it sends and never from its name (KEY-8).
//!
//! A driver may announce repeats (EV_REP). The announcement counts until a long hold without any repeat: some drivers
//! announce repeats and send none, and the setting may change while the program runs. A repeat is a sign of holding.

use std::time::Duration;

use super::Hold;

/// A hold of this length without a sign shows that the device gives none.
const PATIENCE: Duration = Duration::from_millis(1500);
/// A key-up within this time after the press shows that the device sends its key-ups in time.
const PROMPT: Duration = Duration::from_millis(400);

/// The driver's setting for repeats; a period of zero switches them off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoRepeat {
    /// From the press to the first repeat; zero where the driver waits for the sender's own repeats, as for CEC.
    pub delay: Duration,
    /// From one repeat to the next.
    pub period: Duration,
}

impl AutoRepeat {
    /// The longest time until a held key gives its first sign; `None` if it gives none in useful time.
    fn first_sign(self) -> Option<Duration> {
        let first = self.delay + 2 * self.period;
        (!self.period.is_zero() && first <= PATIENCE).then_some(first)
    }
}

/// What one device did so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habits {
    repeat: Option<AutoRepeat>,
    shown: Option<Shown>,
    has_prompt_key_ups: bool,
    pressed: Option<Pressed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// A held key gave signs.
    Signs,
    /// A key was held for long and gave none.
    Silence,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pressed {
    code: u16,
    at: Duration,
    has_signed: bool,
}

impl Habits {
    /// The habits of a device of which only the driver's setting is known.
    pub fn new(repeat: Option<AutoRepeat>) -> Self {
        Self { repeat, shown: None, has_prompt_key_ups: false, pressed: None }
    }

    /// The driver's setting has changed: what was learned under the old one no longer counts.
    pub fn set_repeat(&mut self, repeat: Option<AutoRepeat>) {
        if self.repeat != repeat {
            (self.repeat, self.shown) = (repeat, None);
        }
    }

    /// The driver's setting.
    pub fn repeat(&self) -> Option<AutoRepeat> {
        self.repeat
    }

    /// A code went down.
    pub fn down(&mut self, code: u16, at: Duration) {
        self.pressed = Some(Pressed { code, at, has_signed: false });
    }

    /// A code is still down.
    pub fn again(&mut self, code: u16) {
        if let Some(pressed) = self.pressed.as_mut().filter(|pressed| pressed.code == code) {
            pressed.has_signed = true;
            self.shown = Some(Shown::Signs);
        }
    }

    /// A code went up.
    pub fn up(&mut self, code: u16, at: Duration) {
        let Some(pressed) = self.pressed.take_if(|pressed| pressed.code == code) else { return };
        let held = at.saturating_sub(pressed.at);
        self.has_prompt_key_ups |= held < PROMPT;
        if held >= PATIENCE && !pressed.has_signed {
            self.shown = Some(Shown::Silence);
        }
    }

    /// Key-ups may have been lost.
    pub fn forget_press(&mut self) {
        self.pressed = None;
    }

    /// How a key of this device counts as held.
    pub fn hold(&self) -> Hold {
        let promises = self.repeat.and_then(AutoRepeat::first_sign).is_some();
        match self.shown {
            Some(Shown::Signs) => Hold::Signed,
            None if promises => Hold::Signed,
            None | Some(Shown::Silence) if self.has_prompt_key_ups => Hold::Silent,
            None | Some(Shown::Silence) => Hold::Unproven,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn repeat(delay: u64, period: u64) -> Option<AutoRepeat> {
        Some(AutoRepeat { delay: ms(delay), period: ms(period) })
    }

    /// A tap, and a hold with signs or without.
    fn press(habits: &mut Habits, held: u64, signs: &[u64]) {
        habits.down(28, ms(0));
        signs.iter().for_each(|_| habits.again(28));
        habits.up(28, ms(held));
    }

    /// A name, the driver's promise, holds with their number of signs, and what is believed then.
    type Row<'a> = (&'a str, Option<AutoRepeat>, &'a [(u64, usize)], Hold);

    #[test]
    fn c01_devices_are_told_apart_by_what_they_do() {
        let table: &[Row] = &[
            ("a keyboard's driver", repeat(250, 33), &[], Hold::Signed),
            ("an infrared receiver's driver", repeat(500, 125), &[], Hold::Signed),
            ("CEC: no delay, a period", repeat(0, 125), &[], Hold::Signed),
            ("CEC's late key-ups break no promise", repeat(0, 125), &[(550, 0), (600, 0), (699, 0)], Hold::Signed),
            ("a promise that a hold breaks", repeat(250, 33), &[(90, 0), (2000, 0)], Hold::Silent),
            ("the same, and no key-up is prompt", repeat(250, 33), &[(550, 0), (2000, 0)], Hold::Unproven),
            ("a sign mends it", repeat(250, 33), &[(2000, 0), (2000, 3)], Hold::Signed),
            ("repeats that are switched off", repeat(250, 0), &[], Hold::Unproven),
            ("repeats that come too late to be of use", repeat(5000, 33), &[(80, 0)], Hold::Silent),
            ("unless they are seen", repeat(5000, 33), &[(80, 0), (9000, 9)], Hold::Signed),
            ("no promise", None, &[], Hold::Unproven),
            ("no promise, prompt key-ups", None, &[(80, 0)], Hold::Silent),
            ("no promise, late key-ups", None, &[(450, 0), (699, 0)], Hold::Unproven),
            ("no promise and signs", None, &[(80, 0), (800, 1)], Hold::Signed),
        ];
        for (what, repeat, holds, expected) in table {
            let mut habits = Habits::new(*repeat);
            for (held, signs) in *holds {
                press(&mut habits, *held, &vec![0; *signs]);
            }
            assert_eq!(habits.hold(), *expected, "{what}");
        }
    }

    #[test]
    fn a_setting_that_changes_while_running_is_believed_anew() {
        let mut habits = Habits::new(repeat(250, 33));
        press(&mut habits, 1000, &[0]);
        habits.set_repeat(repeat(250, 33));
        assert_eq!(habits.hold(), Hold::Signed);
        habits.set_repeat(repeat(0, 0));
        press(&mut habits, 80, &[]);
        assert_eq!(habits.hold(), Hold::Silent);
        habits.set_repeat(repeat(600, 100));
        assert_eq!(habits.hold(), Hold::Signed);
    }

    #[test]
    fn a_press_whose_end_was_not_heard_proves_nothing() {
        let mut habits = Habits::new(repeat(250, 33));
        habits.down(28, ms(0));
        habits.forget_press();
        habits.up(28, ms(9000));
        habits.down(28, ms(10_000));
        habits.down(103, ms(10_010));
        habits.up(28, ms(19_000));
        assert_eq!(habits.hold(), Hold::Signed);
    }
}
