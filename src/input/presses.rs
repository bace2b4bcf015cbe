//! Presses that two devices send at once: one receiver with two nodes, or a television and a remote (KEY-10).
//!
//! [`super::Repeat`] and the power keys make one press of them by their times. This module remembers which device
//! sent the press, so that a key counts as down until both devices have sent the key-up, and the log can name them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Button;

/// Presses of one button by two devices within this time are one.
const ONE_PRESS: Duration = Duration::from_millis(100);

/// A device, by a number that is never given to another one.
pub type Node = u64;

/// The presses under way.
#[derive(Debug, Default)]
pub struct Presses {
    down: BTreeMap<ButtonKey, Vec<(Node, Duration)>>,
    is_told: bool,
}

/// A button as a key of a map: its name, which is unique.
type ButtonKey = &'static str;

impl Presses {
    /// A button of a device went down. Returns the device that sent the same press just before, but only the first
    /// time that this happens.
    pub fn down(&mut self, node: Node, button: Button, at: Duration) -> Option<Node> {
        let presses = self.down.entry(button.name()).or_default();
        presses.retain(|(other, since)| *other != node && at.saturating_sub(*since) < ONE_PRESS);
        let other = presses.first().map(|(other, _)| *other);
        presses.push((node, at));
        other.filter(|_| !std::mem::replace(&mut self.is_told, true))
    }

    /// A button of a device went up. Returns whether it is up on every device that sent this press.
    pub fn up(&mut self, node: Node, button: Button) -> Release {
        let Some(presses) = self.down.get_mut(button.name()) else { return Release::Complete };
        let held_before = presses.len();
        presses.retain(|(other, _)| *other != node);
        // A device whose press was forgotten does not end the press of the others.
        if presses.is_empty() || presses.len() == held_before { Release::Complete } else { Release::Partial }
    }

    /// A device is gone, or its keys count as released.
    pub fn forget(&mut self, node: Node) {
        for presses in self.down.values_mut() {
            presses.retain(|(other, _)| *other != node);
        }
    }
}

/// Whether a button is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// It is.
    Complete,
    /// The button is still down on the other device of the same press.
    Partial,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{PowerKey, RemoteKey};

    const BACK: Button = Button::Key(RemoteKey::Back);

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn c04_two_devices_that_send_one_press_are_told_of_once() {
        let mut presses = Presses::default();
        assert_eq!(presses.down(1, BACK, ms(0)), None);
        assert_eq!(presses.down(2, BACK, ms(80)), Some(1));
        assert_eq!((presses.up(1, BACK), presses.up(2, BACK)), (Release::Partial, Release::Complete));
        assert_eq!(presses.down(2, BACK, ms(1000)), None);
        assert_eq!(presses.down(1, BACK, ms(1010)), None, "the log knows it");
    }

    #[test]
    fn one_device_and_different_buttons_are_no_double() {
        let mut presses = Presses::default();
        let power = Button::Power(PowerKey::Toggle);
        assert_eq!(presses.down(1, BACK, ms(0)), None);
        assert_eq!(presses.down(1, BACK, ms(20)), None, "a bouncing contact");
        assert_eq!(presses.down(2, power, ms(30)), None);
        assert_eq!(presses.down(2, BACK, ms(500)), None, "a viewer with two remotes");
        assert_eq!(presses.up(2, BACK), Release::Complete, "a key that is stuck on the other device holds nothing up");
    }

    #[test]
    fn a_device_that_is_gone_holds_nothing_down() {
        let mut presses = Presses::default();
        presses.down(1, BACK, ms(0));
        presses.down(2, BACK, ms(10));
        presses.forget(1);
        assert_eq!(presses.up(2, BACK), Release::Complete);
        assert_eq!(presses.up(3, BACK), Release::Complete);
    }
}
