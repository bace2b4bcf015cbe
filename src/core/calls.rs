//! Requests: one of a kind at a time, late answers dropped, failures retried with backoff.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::domain::{Failure, FailureKind};

use super::app::{App, Turn};
use super::{Effect, Request, RequestId};

/// Parts of the data that are fetched by themselves and fail by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// The account.
    Account,
    /// The catalogue.
    Catalog,
    /// What the member holds.
    Entitlements,
    /// The ledger.
    Ledger,
    /// The exchanges.
    Exchanges,
    /// Ways to earn.
    EarningRules,
    /// The terms.
    Terms,
}

/// A resource that failed.
#[derive(Debug, Clone, PartialEq)]
pub struct Trouble {
    /// The last failure.
    pub failure: Failure,
    /// How often it failed in a row.
    pub attempts: u32,
    pub(crate) retry_at: Duration,
}

/// The requests under way and the resources in trouble.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Calls {
    next_id: u64,
    pub(crate) under_way: BTreeMap<RequestId, Request>,
    pub(crate) troubles: BTreeMap<Resource, Trouble>,
}

/// Seconds to wait after the first, second, ... failure (NET-2).
const BACKOFF: [u64; 6] = [1, 2, 4, 8, 15, 30];
/// The longest a server may make the box wait before it asks again by itself.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// The wait after a number of failures: half of it fixed, half of it random.
pub(crate) fn backoff(attempts: u32, failure: &Failure, entropy: u128) -> Duration {
    let step = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX).min(BACKOFF.len() - 1);
    let base = Duration::from_secs(BACKOFF.get(step).copied().unwrap_or(30));
    let share = u32::try_from(entropy % 1000).unwrap_or(0);
    let jittered = base / 2 + base * share / 2000;
    match failure.retry_after {
        Some(asked) => jittered.max(asked.min(LONGEST_RETRY_AFTER)),
        None => jittered,
    }
}

impl App {
    /// Sends a request unless one of its kind is under way.
    pub(crate) fn call(&mut self, request: Request, turn: &mut Turn) {
        if self.is_calling(&request) {
            return;
        }
        let id = RequestId(self.calls.next_id);
        self.calls.next_id += 1;
        self.calls.under_way.insert(id, request.clone());
        turn.effects.push(Effect::Call { id, request });
    }

    /// Whether a request of this kind is under way.
    pub(crate) fn is_calling(&self, request: &Request) -> bool {
        self.calls.under_way.values().any(|other| other.is_same_kind(request))
    }

    /// Forgets the requests that speak of the member, so that their answers are dropped.
    pub(crate) fn drop_calls(&mut self) {
        self.calls.under_way.clear();
        self.calls.troubles.clear();
    }

    /// Fetches a resource.
    pub(crate) fn fetch(&mut self, resource: Resource, turn: &mut Turn) {
        let request = match resource {
            Resource::Account => Request::Account,
            Resource::Catalog => Request::Catalog {
                cursor: None,
                etag: self.data.catalog_etag.clone().filter(|_| self.data.has_catalog),
            },
            Resource::Entitlements => Request::Entitlements,
            Resource::Ledger => Request::Ledger { cursor: None },
            Resource::Exchanges => Request::Exchanges { cursor: None },
            Resource::EarningRules => Request::EarningRules,
            Resource::Terms => Request::Terms,
        };
        self.call(request, turn);
    }

    /// Fetches what an exchange or joining has changed; an answer that is on its way is of the past and dropped.
    pub(crate) fn fetch_anew(&mut self, turn: &mut Turn) {
        self.calls.under_way.retain(|_, request| {
            !matches!(request, Request::Account | Request::Catalog { .. } | Request::Entitlements)
        });
        self.data.incoming = None;
        self.fetch_all(turn);
    }

    /// Fetches a resource if what is known is older than `max_age`.
    pub(crate) fn freshen(&mut self, resource: Resource, max_age: Duration, turn: &mut Turn) {
        let fetched_at = match resource {
            Resource::Account => self.data.account_at,
            Resource::Catalog => self.data.catalog_at,
            Resource::Entitlements => self.data.entitlements_at,
            Resource::Ledger | Resource::Exchanges | Resource::EarningRules | Resource::Terms => None,
        };
        let is_fresh = fetched_at.is_some_and(|at| turn.now.monotonic.saturating_sub(at) < max_age);
        if !is_fresh && !self.calls.troubles.contains_key(&resource) {
            self.fetch(resource, turn);
        }
    }

    /// A resource answered: its trouble is over, and the others need not wait out theirs.
    pub(crate) fn settle(&mut self, resource: Resource, turn: &mut Turn) {
        let was_down = self.link_failure().is_some();
        self.calls.troubles.remove(&resource);
        for trouble in self.calls.troubles.values_mut().filter(|trouble| trouble.failure.is_transient()) {
            trouble.retry_at = trouble.retry_at.min(turn.now.monotonic + Duration::from_secs(1));
        }
        if was_down && self.link_failure().is_none() {
            self.notify(super::Notice::LinkBack, turn);
        }
    }

    /// A resource failed: it is asked for again later.
    pub(crate) fn trouble(&mut self, resource: Resource, failure: Failure, turn: &mut Turn) {
        let attempts = self.calls.troubles.get(&resource).map_or(0, |trouble| trouble.attempts).saturating_add(1);
        let retry_at = turn.now.monotonic + backoff(attempts, &failure, turn.now.entropy);
        self.calls.troubles.insert(resource, Trouble { failure, attempts, retry_at });
    }

    /// Asks again for every resource whose time has come.
    pub(crate) fn retry_due(&mut self, turn: &mut Turn) {
        let due: Vec<Resource> = self
            .calls
            .troubles
            .iter()
            .filter(|(_, trouble)| trouble.retry_at <= turn.now.monotonic)
            .map(|(resource, _)| *resource)
            .collect();
        for resource in due {
            // The next failure sets a new time; until the answer there is nothing to wake for.
            if let Some(trouble) = self.calls.troubles.get_mut(&resource) {
                trouble.retry_at = Duration::MAX;
            }
            self.fetch(resource, turn);
        }
    }

    /// The viewer asks again at once.
    pub(crate) fn retry_now(&mut self, turn: &mut Turn) {
        for trouble in self.calls.troubles.values_mut() {
            trouble.retry_at = turn.now.monotonic;
        }
        self.retry_due(turn);
    }

    /// What is wrong with the link or the service, if anything is.
    pub fn link_failure(&self) -> Option<&Failure> {
        let core = [Resource::Account, Resource::Catalog, Resource::Entitlements];
        core.iter().filter_map(|resource| self.calls.troubles.get(resource)).map(|trouble| &trouble.failure).find(
            |failure| match failure.kind {
                FailureKind::NoAddress
                | FailureKind::NoConnection
                | FailureKind::Timeout
                | FailureKind::Interrupted
                | FailureKind::Tls
                | FailureKind::Clock
                | FailureKind::CaptivePortal
                | FailureKind::Malformed
                | FailureKind::TooLarge
                | FailureKind::RateLimited
                | FailureKind::Unavailable
                | FailureKind::InProgress
                | FailureKind::Server { .. } => true,
                FailureKind::Unauthorized | FailureKind::NotFound | FailureKind::Refused(_) => false,
            },
        )
    }

    /// What is wrong with a resource, if anything is.
    pub fn trouble_with(&self, resource: Resource) -> Option<&Failure> {
        self.calls.troubles.get(&resource).map(|trouble| &trouble.failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_grows_to_30_s_and_no_further() {
        let failure = Failure::new(FailureKind::Timeout);
        for (attempts, seconds) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 15), (6, 30), (7, 30), (u32::MAX, 30)] {
            let least = backoff(attempts, &failure, 0);
            let most = backoff(attempts, &failure, 999);
            assert_eq!(least, Duration::from_secs(seconds) / 2);
            assert!(most > least && most < Duration::from_secs(seconds) + Duration::from_millis(1));
        }
    }

    #[test]
    fn a_server_that_asks_for_time_gets_it_up_to_five_minutes() {
        let mut failure = Failure::new(FailureKind::Unavailable);
        failure.retry_after = Some(Duration::from_secs(20));
        assert_eq!(backoff(1, &failure, 5), Duration::from_secs(20));
        failure.retry_after = Some(Duration::from_secs(1_000_000));
        assert_eq!(backoff(1, &failure, 5), LONGEST_RETRY_AFTER);
    }
}
