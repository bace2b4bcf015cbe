//! Requests: one of a kind at a time, late answers dropped, failures retried at the pace of [`super::pace`].
//!
//! A box that nobody looks at asks little: after power-on for the account first, during a trouble of
//! the service with one question for all, and while the picture is dimmed not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::domain::Failure;

use super::app::{App, Turn};
use super::moments::Crowd;
use super::pace::{self, Attention};
use super::power::Power;
use super::{Effect, LinkChange, PlaceKind, Request, RequestId, Session};

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
    /// When the box asks again by itself; never while another question decides for this one too.
    pub(crate) retry_at: Duration,
    /// Until then the server wants to hear nothing, not even a viewer's wish.
    pub(crate) closed_until: Duration,
}

/// The requests under way and the resources in trouble.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Calls {
    next_id: u64,
    pub(crate) under_way: BTreeMap<RequestId, Request>,
    pub(crate) troubles: BTreeMap<Resource, Trouble>,
    start: Start,
    refresh_at: Option<Duration>,
    /// What has changed by itself since it was fetched, and when it is asked for.
    outdated: BTreeSet<Resource>,
    outdated_at: Option<Duration>,
    /// When the box looks whether a link that changed is still one.
    probe_at: Option<Duration>,
    attended_at: Option<Duration>,
    link_changed_at: Option<Duration>,
}

/// How far the box is with its first questions after power-on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Start {
    /// Nothing is asked before this time, unless a viewer comes.
    Quiet(Duration),
    /// The account is asked for; its answer lets the other questions out.
    AccountFirst,
    /// Everything is asked for as it is needed.
    #[default]
    Done,
}

/// What every screen needs.
pub(crate) const CORE: [Resource; 3] = [Resource::Account, Resource::Catalog, Resource::Entitlements];
/// What is older is refreshed in the background.
const STALE: Duration = Duration::from_secs(240);
/// A viewer is there for so long after a key.
const ATTENDED: Duration = Duration::from_secs(60);
/// A link that came back may need so long for its address, its routes and a request that was under way before.
const LINK_SETTLES: Duration = Duration::from_secs(15);
/// The longest a server's `max-age` keeps the box from asking.
const LONGEST_MAX_AGE: Duration = Duration::from_secs(3600);

impl App {
    /// Sends a request unless one of its kind is under way.
    pub(crate) fn call(&mut self, request: Request, turn: &mut Turn) {
        if self.is_calling(&request) {
            return;
        }
        let id = self.next_request_id();
        self.calls.under_way.insert(id, request.clone());
        turn.effects.push(Effect::Call { id, request, language: self.settings.language });
    }

    /// A name that no request had before.
    pub(crate) fn next_request_id(&mut self) -> RequestId {
        let id = RequestId(self.calls.next_id);
        self.calls.next_id += 1;
        id
    }

    /// Whether a request of this kind is under way.
    pub(crate) fn is_calling(&self, request: &Request) -> bool {
        self.calls.under_way.values().any(|other| other.is_same_kind(request))
    }

    /// Forgets the requests that speak of the member, so that their answers are dropped.
    pub(crate) fn drop_calls(&mut self) {
        self.calls.under_way.clear();
        self.calls.troubles.clear();
        self.calls.outdated.clear();
        self.calls.outdated_at = None;
        self.calls.probe_at = None;
    }

    /// Fetches a resource.
    pub(crate) fn fetch(&mut self, resource: Resource, turn: &mut Turn) {
        self.call(self.request(resource), turn);
    }

    fn request(&self, resource: Resource) -> Request {
        match resource {
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
        }
    }

    /// Drops the question for a resource: its answer may be older than what has changed since. Whether there was one.
    pub(crate) fn drop_call(&mut self, resource: Resource) -> bool {
        let dropped = self.request(resource);
        let asked = self.calls.under_way.len();
        self.calls.under_way.retain(|_, request| !request.is_same_kind(&dropped));
        self.calls.under_way.len() < asked
    }

    /// Drops the questions for what every screen needs, and the pages of a catalogue that have come so far.
    fn drop_core_calls(&mut self) {
        for resource in CORE {
            self.drop_call(resource);
        }
        self.data.incoming = None;
    }

    /// Fetches what every screen needs.
    pub(crate) fn fetch_all(&mut self, turn: &mut Turn) {
        self.calls.start = Start::Done;
        self.fetch(Resource::Account, turn);
        self.fetch(Resource::Catalog, turn);
        self.fetch(Resource::Entitlements, turn);
    }

    /// Fetches what every screen needs and is older than `max_age`.
    pub(crate) fn freshen_all(&mut self, max_age: Duration, turn: &mut Turn) {
        self.freshen(Resource::Account, max_age, turn);
        self.freshen(Resource::Entitlements, max_age, turn);
        self.freshen(Resource::Catalog, max_age, turn);
    }

    /// Switched on with the cache on the screen: the network is asked a little later, or when a key is pressed.
    pub(crate) fn start_quietly(&mut self, turn: &Turn) {
        self.calls.start = Start::Quiet(turn.now.monotonic + pace::after_power_on(turn.now.entropy));
    }

    /// A key was pressed: whoever pressed it does not wait for what was put off.
    pub(crate) fn attend(&mut self, turn: &mut Turn) {
        self.calls.attended_at = Some(turn.now.monotonic);
        if self.calls.start != Start::Done {
            self.calls.start = Start::Done;
            self.freshen_all(Duration::ZERO, turn);
        }
    }

    /// The account has arrived: what waited for it after power-on is asked for.
    pub(crate) fn start_is_over(&mut self, turn: &mut Turn) {
        if self.calls.start == Start::AccountFirst {
            self.calls.start = Start::Done;
            self.freshen_all(super::places::FRESH, turn);
        }
    }

    /// When the calls want to be woken.
    pub(crate) fn calls_wake(&self) -> Option<Duration> {
        let start = match self.calls.start {
            Start::Quiet(until) => Some(until),
            Start::AccountFirst | Start::Done => None,
        };
        let asks = self.asks_by_itself();
        let troubles = self.calls.troubles.iter().filter(|(resource, _)| self.is_wanted(**resource));
        let retry = troubles.map(|(_, trouble)| trouble.retry_at).filter(|at| asks && *at < Duration::MAX).min();
        let outdated = self.calls.outdated_at.filter(|_| !self.is_dimmed);
        [start, self.calls.refresh_at, outdated, self.calls.probe_at, retry].into_iter().flatten().min()
    }

    /// Asks for everything whose time has come.
    pub(crate) fn calls_woke(&mut self, turn: &mut Turn) {
        let now = turn.now.monotonic;
        if let Start::Quiet(until) = self.calls.start
            && until <= now
        {
            self.calls.start = Start::AccountFirst;
            self.fetch(Resource::Account, turn);
        }
        if self.calls.refresh_at.is_some_and(|at| at <= now) {
            self.calls.refresh_at = None;
            if self.session == Session::SignedIn && !self.is_dimmed {
                self.freshen_all(STALE, turn);
            }
        }
        if self.calls.outdated_at.is_some_and(|at| at <= now) && !self.is_dimmed {
            self.calls.outdated_at = None;
            for resource in self.calls.outdated.clone() {
                self.freshen(resource, Duration::MAX, turn);
            }
        }
        if self.calls.probe_at.is_some_and(|at| at <= now) {
            self.calls.probe_at = None;
            self.fetch(Resource::Account, turn);
        }
        self.retry_due(turn);
    }

    /// Once a minute: what has become old is refreshed, each box at a moment of its own.
    pub(crate) fn schedule_refresh(&mut self, turn: &Turn) {
        let is_wanted = self.session == Session::SignedIn && !self.is_dimmed && self.calls.refresh_at.is_none();
        if is_wanted && CORE.iter().any(|resource| !self.is_fresh(*resource, STALE, turn.now.monotonic)) {
            self.calls.refresh_at = Some(turn.now.monotonic + pace::before_refresh(turn.now.entropy));
        }
    }

    /// Nobody looks at a dimmed picture; only an order must be brought to its end.
    fn asks_by_itself(&self) -> bool {
        !self.is_dimmed || self.order.is_some()
    }

    /// What one page alone shows is asked for again only while that page is there; it asks when it is opened.
    fn is_wanted(&self, resource: Resource) -> bool {
        let is_there = |kind| self.stack.iter().any(|page| page.place.kind() == kind);
        match resource {
            Resource::Account | Resource::Catalog | Resource::Entitlements => true,
            Resource::Ledger | Resource::Exchanges => is_there(PlaceKind::History),
            Resource::EarningRules => is_there(PlaceKind::Status),
            Resource::Terms => is_there(PlaceKind::Join),
        }
    }

    fn attention(&self, turn: &Turn) -> Attention {
        let is_within = |at: Option<Duration>, time| at.is_some_and(|at| turn.now.monotonic.saturating_sub(at) < time);
        let is_attended = is_within(self.calls.attended_at, ATTENDED) && !self.is_dimmed;
        // A link changes at one house at a time: what follows comes from few boxes, as what a viewer does.
        let is_new_link = is_within(self.calls.link_changed_at, LINK_SETTLES);
        if is_attended || is_new_link || self.order.is_some() { Attention::Viewer } else { Attention::Nobody }
    }

    /// The network changed: what failed for want of a link is asked for again at once (NET-2), and while the picture is
    /// lit, a link that seemed well and may have gone is tried (NET-1).
    pub(crate) fn link_changed(&mut self, change: LinkChange, turn: &Turn) {
        let now = turn.now.monotonic;
        let soon = now + pace::after_link_change(turn.now.entropy);
        self.calls.link_changed_at = Some(now);
        for trouble in self.calls.troubles.values_mut().filter(|trouble| pace::may_be_of_link(&trouble.failure)) {
            trouble.attempts = 0;
            // What is being asked for decides by its answer.
            if trouble.retry_at < Duration::MAX {
                trouble.retry_at = trouble.retry_at.min(soon.max(trouble.closed_until));
            }
        }
        if let Some(order) = &mut self.order {
            order.link_changed(soon);
        }
        self.sign_in_link_changed(soon);
        let is_in_use = self.session == Session::SignedIn && self.power() == Power::On && !self.is_dimmed;
        // The kernel tells again of every address that a router renews, which may be every few seconds.
        let may_be_gone = change == LinkChange::Went;
        if may_be_gone && is_in_use && self.calls.start == Start::Done && self.link_failure().is_none() {
            self.calls.probe_at = self.calls.probe_at.or(Some(soon));
        }
    }

    /// Fetches what an exchange or joining has changed; an answer that is on its way is of the past and dropped.
    pub(crate) fn fetch_anew(&mut self, turn: &mut Turn) {
        self.drop_core_calls();
        self.fetch_all(turn);
    }

    /// Another language was chosen: what the server words is asked for anew, and is shown as it was until that is there.
    pub(crate) fn fetch_in_language(&mut self, turn: &mut Turn) {
        // The validator is that of the other words.
        self.data.catalog_etag = None;
        // Until the new words are there, nothing of the old ones is written down as if it were in them.
        self.data.catalog_at = None;
        self.data.entitlements_at = None;
        self.drop_core_calls();
        self.drop_call(Resource::EarningRules);
        self.drop_call(Resource::Terms);
        self.forget_history(turn);
        for resource in CORE {
            // A service that asked for rest is asked in the new language when it has had it.
            let is_closed = |trouble: &Trouble| trouble.closed_until > turn.now.monotonic;
            if self.calls.troubles.get(&resource).is_none_or(|trouble| !is_closed(trouble)) {
                self.fetch(resource, turn);
            }
        }
    }

    /// Fetches a resource if what is known is older than `max_age`, and older than the server said it may be.
    pub(crate) fn freshen(&mut self, resource: Resource, max_age: Duration, turn: &mut Turn) {
        let is_fresh = self.is_fresh(resource, max_age, turn.now.monotonic);
        if !is_fresh && self.calls.start == Start::Done && !self.calls.troubles.contains_key(&resource) {
            self.fetch(resource, turn);
        }
    }

    /// What is known of these is of before a moment that has changed it: it is asked for, by a box that nobody looks at
    /// once somebody does.
    pub(crate) fn outdate(&mut self, resources: &BTreeSet<Resource>, crowd: Crowd, turn: &mut Turn) {
        let wait = match (crowd, self.attention(turn)) {
            (Crowd::Everybody, Attention::Nobody) => pace::before_refresh(turn.now.entropy),
            (Crowd::Everybody, Attention::Viewer) | (Crowd::ThisBox, _) => Duration::ZERO,
        };
        let at = turn.now.monotonic + wait;
        self.calls.outdated_at = Some(self.calls.outdated_at.map_or(at, |due| due.min(at)));
        for resource in resources {
            self.calls.outdated.insert(*resource);
            // An answer that is on its way is of before.
            if self.drop_call(*resource) {
                if *resource == Resource::Catalog {
                    self.data.incoming = None;
                }
                self.fetch(*resource, turn);
            }
        }
    }

    /// What is known of this is not used again before it was asked for.
    pub(crate) fn outdate_quietly(&mut self, resource: Resource) {
        self.calls.outdated.insert(resource);
    }

    /// Whether what is known of this is of before a moment that has changed it.
    pub fn is_outdated(&self, resource: Resource) -> bool {
        self.calls.outdated.contains(&resource)
    }

    /// Whether the server wants to hear nothing about this yet, not even a viewer's wish.
    pub(crate) fn is_closed(&self, resource: Resource, now: Duration) -> bool {
        self.calls.troubles.get(&resource).is_some_and(|trouble| trouble.closed_until > now)
    }

    pub(crate) fn is_fresh(&self, resource: Resource, max_age: Duration, now: Duration) -> bool {
        if self.is_outdated(resource) {
            return false;
        }
        let (fetched_at, max_age) = match resource {
            Resource::Account => (self.data.account_at, max_age),
            Resource::Catalog => {
                (self.data.catalog_at, self.data.catalog_max_age.unwrap_or_default().min(LONGEST_MAX_AGE).max(max_age))
            }
            Resource::Entitlements => (self.data.entitlements_at, max_age),
            Resource::Ledger | Resource::Exchanges | Resource::EarningRules | Resource::Terms => (None, max_age),
        };
        fetched_at.is_some_and(|at| now.saturating_sub(at) < max_age)
    }

    /// A resource answered: its trouble is over, and the others need not wait out theirs.
    pub(crate) fn settle(&mut self, resource: Resource, turn: &mut Turn) {
        let was_down = self.link_failure().is_some();
        self.calls.troubles.remove(&resource);
        self.calls.outdated.remove(&resource);
        let soon = turn.now.monotonic + pace::share(turn.now.entropy, Duration::from_secs(1));
        for trouble in self.calls.troubles.values_mut().filter(|trouble| trouble.failure.is_transient()) {
            trouble.retry_at = trouble.retry_at.min(soon.max(trouble.closed_until));
        }
        if was_down && self.link_failure().is_none() {
            self.notify(super::Notice::LinkBack, turn);
        }
    }

    /// A resource failed: it is asked for again later, together with what failed for the same reason.
    pub(crate) fn trouble(&mut self, resource: Resource, failure: Failure, turn: &mut Turn) {
        let now = turn.now.monotonic;
        let attempts = self.calls.troubles.get(&resource).map_or(0, |trouble| trouble.attempts).saturating_add(1);
        let own = now + pace::after_failure(attempts, &failure, self.attention(turn), turn.now.entropy);
        let closed_until = now + pace::closed_for(&failure);
        let is_shared = |trouble: &&Trouble| {
            pace::is_of_service(&trouble.failure) && trouble.retry_at > now && trouble.retry_at < Duration::MAX
        };
        let shared = self.calls.troubles.values().filter(is_shared).map(|trouble| trouble.retry_at).max();
        let retry_at = match shared.filter(|_| pace::is_of_service(&failure)) {
            Some(shared) => shared.max(closed_until),
            None => own,
        };
        self.calls.troubles.insert(resource, Trouble { failure, attempts, retry_at, closed_until });
        // Whoever waited for this answer waits on.
        let waiting = self.waiting_resources();
        for (_, trouble) in self.calls.troubles.iter_mut().filter(|(resource, _)| waiting.contains(resource)) {
            trouble.retry_at = retry_at;
        }
    }

    /// Resources in trouble for which another question decides.
    fn waiting_resources(&self) -> Vec<Resource> {
        let waits = |(resource, trouble): &(&Resource, &Trouble)| {
            trouble.retry_at == Duration::MAX && !self.is_calling(&self.request(**resource))
        };
        self.calls.troubles.iter().filter(waits).map(|(resource, _)| *resource).collect()
    }

    /// Asks again for every resource whose time has come; for a service in trouble, with one question at a time.
    pub(crate) fn retry_due(&mut self, turn: &mut Turn) {
        if !self.asks_by_itself() {
            return;
        }
        let is_asked = |(resource, trouble): (&Resource, &Trouble)| {
            pace::is_of_service(&trouble.failure) && self.is_calling(&self.request(*resource))
        };
        let mut is_probing = self.calls.troubles.iter().any(is_asked);
        let due: Vec<Resource> = self
            .calls
            .troubles
            .iter()
            .filter(|(resource, trouble)| trouble.retry_at <= turn.now.monotonic && self.is_wanted(**resource))
            .map(|(resource, _)| *resource)
            .collect();
        for resource in due {
            let Some(trouble) = self.calls.troubles.get_mut(&resource) else { continue };
            // The next failure sets a new time; until the answer there is nothing to wake for.
            trouble.retry_at = Duration::MAX;
            if pace::is_of_service(&trouble.failure) && std::mem::replace(&mut is_probing, true) {
                continue;
            }
            self.fetch(resource, turn);
        }
    }

    /// The viewer asks again for what the page shows: at once, or as soon as the server wants to be asked.
    pub(crate) fn retry_now(&mut self, shown: &[Resource], turn: &mut Turn) {
        let mut troubles = shown.iter().filter_map(|resource| self.calls.troubles.get(resource)).peekable();
        let is_in_trouble = troubles.peek().is_some();
        if is_in_trouble && troubles.all(|trouble| trouble.closed_until > turn.now.monotonic) {
            self.notify(super::Notice::RetryLater, turn);
        }
        self.ask_again(turn);
    }

    /// Asks again for everything that failed, as soon as the server wants to be asked.
    pub(crate) fn ask_again(&mut self, turn: &mut Turn) {
        for trouble in self.calls.troubles.values_mut() {
            trouble.retry_at = trouble.closed_until.max(turn.now.monotonic);
        }
        self.retry_due(turn);
    }

    /// What is wrong with the link or the service, if anything is.
    pub fn link_failure(&self) -> Option<&Failure> {
        self.core_failures().find(|failure| failure.is_outage())
    }

    /// Why what every screen needs is not fresh: the link or the service first, else a refusal that lasts.
    pub fn core_failure(&self) -> Option<&Failure> {
        self.link_failure().or_else(|| self.core_failures().next())
    }

    fn core_failures(&self) -> impl Iterator<Item = &Failure> {
        CORE.iter().filter_map(|resource| self.calls.troubles.get(resource)).map(|trouble| &trouble.failure)
    }

    /// Whether a resource is being asked for.
    pub fn is_fetching(&self, resource: Resource) -> bool {
        self.is_calling(&self.request(resource))
    }

    /// What is wrong with a resource, if anything is.
    pub fn trouble_with(&self, resource: Resource) -> Option<&Failure> {
        self.calls.troubles.get(&resource).map(|trouble| &trouble.failure)
    }
}
