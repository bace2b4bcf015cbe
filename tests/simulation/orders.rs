//! Every order that a member confirmed, and what the member read of it.

use std::collections::BTreeMap;
use std::time::Duration;

use bonus_tv::domain::Order;

use crate::trace::Trace;
use crate::tv::Shown;

/// The orders of a run, by key.
#[derive(Debug, Default)]
pub struct Orders(BTreeMap<String, Known>);

/// What is known of an order.
#[derive(Debug, Clone)]
pub struct Known {
    /// The box it was confirmed on.
    pub tv: usize,
    /// What it costs.
    pub total: u64,
    /// What the disk said, if it lived to say it.
    pub is_stored: Option<bool>,
    /// What stood on the screen, each time.
    pub shown: Vec<Shown>,
    /// How long its box was awake from the confirmation until the first of them.
    pub took: Option<Duration>,
    awake: Duration,
}

impl Orders {
    /// A member confirmed an order.
    pub fn placed(&mut self, tv: usize, order: &Order, has_pressed: bool, awake: Duration, trace: &Trace) {
        let key = order.key.as_str();
        trace.say(|| format!("box {tv}: the member confirms order {key}"));
        if !has_pressed {
            trace.violation(format!("order {key} without a press of OK"));
        }
        let total = order.lines.iter().map(|line| line.expected_price.get()).sum();
        let known = Known { tv, total, is_stored: None, shown: Vec::new(), took: None, awake };
        if self.0.insert(key.to_owned(), known).is_some() {
            trace.violation(format!("order {key} has the key of an earlier one"));
        }
    }

    /// The disk answered for an order.
    pub fn stored(&mut self, key: &str, is_stored: bool) {
        if let Some(known) = self.0.get_mut(key) {
            known.is_stored = Some(is_stored);
        }
    }

    /// A result stood on the screen.
    pub fn shown(&mut self, tv: usize, key: &str, shown: Shown, awake: Duration, trace: &Trace) {
        trace.say(|| format!("box {tv}: the member reads {shown:?} for order {key}"));
        match self.0.get_mut(key) {
            Some(known) => {
                known.took.get_or_insert(awake.saturating_sub(known.awake));
                known.shown.push(shown);
            }
            None => trace.violation(format!("a result is shown for order {key} that nobody placed")),
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// Every order with its key.
    pub fn all(&self) -> impl Iterator<Item = (&String, &Known)> {
        self.0.iter()
    }
}
