//! What became of each check, as a table for people.
//!
//! A check that cannot be made is skipped with its reason and is never called held.

use std::fmt::Write as _;
use std::sync::Mutex;

use super::checks::{CHECKS, Check};
use crate::state::lock;

/// A step of the run: what it found out, or why it ended.
pub(super) type Step<T = ()> = Result<T, Stop>;

/// Why a step ended early.
#[derive(Debug)]
pub enum Stop {
    /// There was nothing to look at.
    Skipped(String),
    /// The server does not keep the contract.
    Failed(Box<Failure>),
}

/// A promise that the server does not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub why: String,
    /// How a person sees it again.
    pub curl: Option<String>,
    /// Under which number the operator's log has it.
    pub request_id: Option<String>,
}

/// What became of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Held,
    Failed(Failure),
    Skipped(String),
}

/// The outcomes so far.
#[derive(Debug)]
pub(super) struct Outcomes(Mutex<Vec<Option<Outcome>>>);

/// The outcome of every check, in the order of [`CHECKS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub outcomes: Vec<(&'static Check, Outcome)>,
    pub requests: usize,
    pub bytes: usize,
}

impl Stop {
    pub(super) fn skip(why: impl Into<String>) -> Self {
        Self::Skipped(why.into())
    }
}

impl Outcomes {
    pub(super) fn new() -> Self {
        Self(Mutex::new(vec![None; CHECKS.len()]))
    }

    /// Notes an outcome. The first failure stays, whatever else the check sees; a skip gives way to anything.
    pub(super) fn note(&self, id: &str, outcome: Outcome) {
        let place = CHECKS.iter().position(|check| check.id == id);
        debug_assert!(place.is_some(), "no check is called {id}");
        let mut all = lock(&self.0);
        let Some(kept) = place.and_then(|place| all.get_mut(place)) else { return };
        let gives_way = match (&kept, &outcome) {
            (None, _) | (Some(Outcome::Skipped(_)), Outcome::Held | Outcome::Failed(_)) => true,
            (Some(Outcome::Held), Outcome::Failed(_)) => true,
            (Some(_), _) => false,
        };
        if gives_way {
            *kept = Some(outcome);
        }
    }

    /// Notes how a step ended; returns what it found out.
    pub(super) fn settle<T>(&self, id: &str, step: Step<T>) -> Option<T> {
        match step {
            Ok(found) => {
                self.note(id, Outcome::Held);
                Some(found)
            }
            Err(stop) => {
                self.stop(id, stop);
                None
            }
        }
    }

    pub(super) fn stop(&self, id: &str, stop: Stop) {
        self.note(
            id,
            match stop {
                Stop::Skipped(why) => Outcome::Skipped(why),
                Stop::Failed(failure) => Outcome::Failed(*failure),
            },
        );
    }

    /// The outcome of every check; those not reached are skipped for `why`.
    pub(super) fn close(&self, why: &str) -> Vec<(&'static Check, Outcome)> {
        let all = lock(&self.0);
        let outcome = |kept: &Option<Outcome>| kept.clone().unwrap_or_else(|| Outcome::Skipped(why.to_owned()));
        CHECKS.iter().zip(all.iter().map(outcome)).collect()
    }
}

impl Report {
    /// Whether no check failed.
    pub fn has_held(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = (&'static Check, &Failure)> {
        self.outcomes.iter().filter_map(|(check, outcome)| match outcome {
            Outcome::Failed(failure) => Some((*check, failure)),
            Outcome::Held | Outcome::Skipped(_) => None,
        })
    }

    /// An aligned table, then each failure with what the box would do and how to see it again.
    pub fn table(&self) -> String {
        let width = CHECKS.iter().map(|check| check.id.len()).max().unwrap_or(0);
        let mut text = String::new();
        for (check, outcome) in &self.outcomes {
            let (word, rest) = match outcome {
                Outcome::Held => ("ok", check.claim.to_owned()),
                Outcome::Failed(failure) => ("FAILED", failure.why.clone()),
                Outcome::Skipped(why) => ("skipped", why.clone()),
            };
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{:width$}  {word:7}  {rest}", check.id);
        }
        for (check, failure) in self.failures() {
            let _ = writeln!(text, "\n{} FAILED: {}", check.id, failure.why);
            let _ = writeln!(text, "  promised: {}", check.claim);
            let _ = writeln!(text, "  the box:  {}", check.consequence);
            if let Some(id) = &failure.request_id {
                let _ = writeln!(text, "  request:  {id}");
            }
            if let Some(curl) = &failure.curl {
                let _ = writeln!(text, "  see it:   {curl}");
            }
        }
        let count = |wanted: fn(&Outcome) -> bool| self.outcomes.iter().filter(|(_, one)| wanted(one)).count();
        let _ = writeln!(
            text,
            "\n{} checks: {} ok, {} FAILED, {} skipped; {} requests, {} KiB read",
            self.outcomes.len(),
            count(|one| matches!(one, Outcome::Held)),
            count(|one| matches!(one, Outcome::Failed(_))),
            count(|one| matches!(one, Outcome::Skipped(_))),
            self.requests,
            self.bytes.div_ceil(1024),
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(why: &str) -> Outcome {
        Outcome::Failed(Failure { why: why.to_owned(), curl: None, request_id: None })
    }

    #[test]
    fn the_first_failure_stays_and_a_skip_gives_way() {
        let outcomes = Outcomes::new();
        let id = CHECKS[0].id;
        outcomes.note(id, Outcome::Skipped("later".to_owned()));
        outcomes.note(id, Outcome::Held);
        outcomes.note(id, Outcome::Skipped("no more".to_owned()));
        assert_eq!(outcomes.close("x")[0].1, Outcome::Held);
        outcomes.note(id, failure("first"));
        outcomes.note(id, failure("second"));
        outcomes.note(id, Outcome::Held);
        let closed = outcomes.close("not reached");
        assert_eq!(closed[0].1, failure("first"));
        assert_eq!(closed[1].1, Outcome::Skipped("not reached".to_owned()));
        let report = Report { outcomes: closed, requests: 3, bytes: 2048 };
        let table = report.table();
        assert!(!report.has_held() && table.contains("1 FAILED") && table.contains("3 requests, 2 KiB"), "{table}");
        assert!(table.contains(CHECKS[0].consequence), "{table}");
    }
}
