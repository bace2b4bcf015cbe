//! The running sandbox: seed data, storage, clock, randomness and the switches of QA.
//!
//! [`Sandbox::for_member`] is the only access to a member's data: it lets time pass for the member, runs
//! the work and verifies the ledger, all in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use hyper::body::Bytes;
use rusqlite::Transaction;

use super::artwork::Artist;
use super::clock::Clock;
use super::freshness::Freshness;
use super::http::faults::Faults;
use super::http::problem::Problem;
use super::pictures::Pictures;
use super::policy::Policy;
use super::randomness::{Randomness, hash_text};
use super::requests::RequestLog;
use super::seed::Seed;
use super::service::catalogue::{Shelf, ShelfChoice};
use super::service::scenario::Scenario;
use super::service::{passage, sign_in, switches};
use super::store::accounts::{self, Account, AccountKey};
use super::store::{self, Store, StoreError, ledger, settings};
use super::values::MemberId;

/// Everything the sandbox is made of.
pub(crate) struct Sandbox {
    pub(crate) seed: Arc<Seed>,
    pub(crate) scenarios: Arc<[Scenario]>,
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) randomness: Randomness,
    pub(crate) faults: Faults,
    /// Made when the first picture is asked for: fonts are slow to read.
    pub(crate) artist: LazyLock<Artist>,
    pub(crate) threads: Threads,
    /// Without a slash at the end.
    pub(crate) public_url: String,
    /// Hosts by which the switches may be reached, besides addresses and `localhost`.
    pub(crate) control_names: Vec<String>,
    pub(crate) documents: Documents,
    pub(crate) guesses: sign_in::GuessLimit,
    pub(crate) pictures: Pictures,
    pub(crate) freshness: Freshness,
    pub(crate) requests: RequestLog,
    secret: String,
    policy: RwLock<Policy>,
    shelves: Mutex<HashMap<ShelfChoice, Arc<Shelf>>>,
    orders_under_way: Mutex<HashSet<(MemberId, String)>>,
}

/// One member's data inside a transaction.
pub(crate) struct MemberScope<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) account: Account,
    /// The time for this member; it never runs backwards.
    pub(crate) now: DateTime<Utc>,
}

/// What a sandbox is built from.
pub(crate) struct Parts {
    pub(crate) seed: Arc<Seed>,
    pub(crate) scenarios: Arc<[Scenario]>,
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Clock,
    pub(crate) randomness: Randomness,
    pub(crate) policy: Policy,
    pub(crate) public_url: String,
    pub(crate) control_names: Vec<String>,
    pub(crate) threads: Threads,
}

/// The OpenAPI documents as they are served, each made when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(crate) api: OnceLock<Bytes>,
    pub(crate) switches: OnceLock<Bytes>,
}

/// Where work that touches the store is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threads {
    /// On threads that may block, so that a server goes on listening.
    Pool,
    /// On the caller's, so that one thing happens after the other.
    Caller,
}

/// Proof that no other order with the same key is under way; dropping it lets the next one in.
pub(crate) struct OrderUnderWay<'a> {
    sandbox: &'a Sandbox,
    key: (MemberId, String),
}

impl Sandbox {
    /// Puts the parts together.
    pub(crate) fn new(parts: Parts) -> Result<Self, StoreError> {
        let secret = parts.store.transact(|transaction| {
            if let Some(secret) = settings::get(transaction, "secret")? {
                return Ok(secret);
            }
            let secret = parts.randomness.token()?;
            settings::set(transaction, "secret", &secret)?;
            Ok::<_, StoreError>(secret)
        })?;
        Ok(Self {
            seed: parts.seed,
            scenarios: parts.scenarios,
            store: parts.store,
            clock: parts.clock,
            randomness: parts.randomness,
            faults: Faults::default(),
            artist: LazyLock::new(Artist::new),
            threads: parts.threads,
            public_url: parts.public_url,
            control_names: parts.control_names,
            documents: Documents::default(),
            guesses: sign_in::GuessLimit::default(),
            pictures: Pictures::default(),
            freshness: Freshness::default(),
            requests: RequestLog::default(),
            secret,
            policy: RwLock::new(parts.policy),
            shelves: Mutex::default(),
            orders_under_way: Mutex::default(),
        })
    }

    /// How the programme is run at the moment.
    pub(crate) fn policy(&self) -> Policy {
        *self.policy.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes how the programme is run, also after a restart.
    pub(crate) fn set_policy(&self, policy: Policy) -> Result<(), StoreError> {
        self.store.transact(|transaction| switches::keep_policy(transaction, policy))?;
        *self.policy.write().unwrap_or_else(PoisonError::into_inner) = policy;
        // A reader of the changed data may still have read the old policy, so this counts as one more change.
        self.store.count_change();
        Ok(())
    }

    /// Moves the clock to the time that `target` returns, if any, and stores it for a restart; everything that becomes
    /// due happens. Returns whether the clock moved.
    pub(crate) fn move_clock(
        &self,
        target: impl FnOnce(DateTime<Utc>) -> Option<DateTime<Utc>>,
    ) -> Result<bool, Problem> {
        if !self.clock.move_to(target) {
            return Ok(false);
        }
        self.store.transact(|transaction| switches::keep_clock(transaction, &self.clock))?;
        self.settle_all()?;
        Ok(true)
    }

    /// The path that the public address begins with, such as `/bonus`, or nothing.
    pub(crate) fn public_path(&self) -> &str {
        path_of(&self.public_url)
    }

    /// A signature over some text that only this sandbox can make.
    pub(crate) fn sign(&self, purpose: &str, text: &str) -> String {
        hash_text(&[self.secret.as_bytes(), purpose.as_bytes(), text.as_bytes()])
    }

    /// The catalogue of a region, without what depends on a member.
    pub(crate) fn shelf(&self, choice: &ShelfChoice) -> Arc<Shelf> {
        let mut shelves = lock(&self.shelves);
        let shelf = shelves.entry(choice.clone()).or_insert_with(|| Arc::new(Shelf::new(&self.seed, choice)));
        Arc::clone(shelf)
    }

    /// Runs work for the member to whom the access token belongs.
    pub(crate) fn for_bearer<T>(
        &self,
        token: &str,
        work: impl FnOnce(&MemberScope<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.store.transact(|transaction| {
            let member = sign_in::member_of(self, transaction, token)?;
            self.in_scope(transaction, &member, work)
        })
    }

    /// Runs work for a member that QA names.
    pub(crate) fn for_member<T>(
        &self,
        member: &MemberId,
        work: impl FnOnce(&MemberScope<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.store.transact(|transaction| self.in_scope(transaction, member, work))
    }

    /// Lets time pass for every member; an account on which this fails keeps its earlier time, and the others go on.
    pub(crate) fn settle_all(&self) -> Result<(), Problem> {
        self.store.transact(|transaction| {
            for account in accounts::all_current(transaction)? {
                let settled = store::attempt(transaction, || self.in_scope(transaction, &account.member, |_| Ok(())));
                if let Err(problem) = settled {
                    let (scenario, code) = (account.scenario, problem.code());
                    tracing::error!(scenario, code, "an account cannot follow the clock and stays as it was");
                }
            }
            Ok(())
        })
    }

    /// Registers an order; `None` while another with the same key is under way.
    pub(crate) fn begin_order(&self, member: MemberId, idempotency_key: &str) -> Option<OrderUnderWay<'_>> {
        let key = (member, idempotency_key.to_owned());
        let is_first = lock(&self.orders_under_way).insert(key.clone());
        // Made only for the first order: dropping an `OrderUnderWay` lets the next one in.
        is_first.then(|| OrderUnderWay { sandbox: self, key })
    }

    fn in_scope<T>(
        &self,
        transaction: &Transaction<'_>,
        member: &MemberId,
        work: impl FnOnce(&MemberScope<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let account = accounts::current(transaction, member)?.ok_or_else(Problem::member_not_found)?;
        let now = self.clock.now().max(account.settled_at);
        let scope = MemberScope { sandbox: self, transaction, account, now };
        passage::settle(&scope)?;
        let result = work(&scope)?;
        ledger::verify(transaction, scope.key())?;
        Ok(result)
    }
}

impl MemberScope<'_> {
    /// The number of the account.
    pub(crate) fn key(&self) -> AccountKey {
        self.account.key
    }
}

impl Drop for OrderUnderWay<'_> {
    fn drop(&mut self) {
        lock(&self.sandbox.orders_under_way).remove(&self.key);
    }
}

/// The path of an address without a slash at its end: nothing, or `/bonus`.
pub(crate) fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("")
}

/// A lock whose holder cannot leave a half-made value behind.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
