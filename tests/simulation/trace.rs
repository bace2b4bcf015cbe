//! What happened in a run: lines for a person, and counts for the report.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// The trace of one run. Nothing in it depends on real time, so that a seed gives the same text each time.
pub struct Trace {
    start: Instant,
    keeps_lines: bool,
    notes: Mutex<Notes>,
}

/// What a run leaves behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// One line for each thing that happened.
    pub lines: Vec<String>,
    /// How often each kind of fault struck.
    pub faults: BTreeMap<&'static str, u64>,
    /// What must never be.
    pub violations: Vec<String>,
}

impl Trace {
    /// A trace that begins now.
    pub fn begin(keeps_lines: bool) -> Self {
        Self { start: Instant::now(), keeps_lines, notes: Mutex::default() }
    }

    /// Notes what happened; the text is made only if somebody wants to read it.
    pub fn say(&self, text: impl FnOnce() -> String) {
        if self.keeps_lines {
            let line = format!("[{:>11.3}] {}", self.start.elapsed().as_secs_f64(), text());
            self.notes().lines.push(line);
        }
    }

    /// Counts a fault and notes it.
    pub fn fault(&self, kind: &'static str, text: impl FnOnce() -> String) {
        *self.notes().faults.entry(kind).or_default() += 1;
        self.say(|| format!("fault {kind}: {}", text()));
    }

    /// Notes something that must never be.
    pub fn violation(&self, text: String) {
        self.say(|| format!("VIOLATION {text}"));
        self.notes().violations.push(text);
    }

    /// A copy of everything noted so far.
    pub fn notes_so_far(&self) -> Notes {
        self.notes().clone()
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
