//! Names and addresses: how the client finds the addresses of a server, and which of them it tries first.
//!
//! A resolver that does not answer must not look like a slow service, and its threads must not pile up (C33). An
//! address family that connects and then stays silent is avoided for a while (NET-6).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

/// Lookups that may hang at the same time. The C library gives up on each within half a minute; a lookup that began
/// before the network was repaired may still fail.
const MOST_LOOKUPS: usize = 8;

/// A server name without an address.
#[derive(Debug, thiserror::Error)]
pub(super) enum NameNotFound {
    /// The resolver answers that there is none.
    #[error("the server's name was not found")]
    Unknown(#[source] io::Error),
    /// The resolver does not answer.
    #[error("no name server answers")]
    Unanswered,
}

/// The result of a lookup, which every waiting caller gets; `None` while it runs.
type Found = Option<Result<Vec<SocketAddr>, (io::ErrorKind, String)>>;

/// Finds the addresses of a name, and may block for long.
type Lookup = dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// The system's resolver with a time limit; callers that want the same name share one thread.
pub(super) struct Names {
    limit: Duration,
    threads: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
    lookup: Arc<Lookup>,
}

#[derive(Default)]
struct State {
    /// The lookup under way, which further callers join.
    current: Option<(String, watch::Receiver<Found>)>,
    /// The result of a lookup whose callers had given up; used for one further request.
    late: Option<(String, Vec<SocketAddr>)>,
}

impl Names {
    /// A resolver whose lookups time out after `limit`.
    pub fn new(limit: Duration) -> Arc<Self> {
        Self::over(limit, |host| Ok((host, 0).to_socket_addrs()?.collect()))
    }

    fn over(
        limit: Duration,
        lookup: impl Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let threads = Arc::new(Semaphore::new(MOST_LOOKUPS));
        Arc::new(Self { limit, threads, state: Arc::default(), lookup: Arc::new(lookup) })
    }

    /// The addresses of a name, in the system's order; the port is 0.
    async fn find(&self, host: &str) -> Result<Vec<SocketAddr>, NameNotFound> {
        if is_this_machine(host) {
            return Ok([IpAddr::from(Ipv6Addr::LOCALHOST), IpAddr::from(Ipv4Addr::LOCALHOST)]
                .map(|address| SocketAddr::new(address, 0))
                .to_vec());
        }
        let mut answer = match self.ask(host) {
            Asked::Known(addresses) => return Ok(addresses),
            Asked::Waiting(answer) => answer,
            Asked::NoThread => return Err(NameNotFound::Unanswered),
        };
        let told = tokio::time::timeout(self.limit, answer.wait_for(Option::is_some)).await;
        let found = match told.map(|found| found.map(|found| found.clone())) {
            Ok(Ok(found)) => found,
            // The thread ended without a result, which only a panic could cause.
            Ok(Err(_)) => None,
            Err(_) => {
                // The lookup may hang for long; the next request starts another.
                let mut state = lock(&self.state);
                state.current.take_if(|(_, current)| current.same_channel(&answer));
                return Err(NameNotFound::Unanswered);
            }
        };
        match found {
            Some(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
            Some(Ok(_)) | None => Err(NameNotFound::Unknown(io::ErrorKind::NotFound.into())),
            Some(Err((kind, text))) => Err(NameNotFound::Unknown(io::Error::new(kind, text))),
        }
    }

    fn ask(&self, host: &str) -> Asked {
        let mut state = lock(&self.state);
        if let Some((_, addresses)) = state.late.take_if(|(name, _)| name == host) {
            return Asked::Known(addresses);
        }
        if let Some((name, answer)) = &state.current
            && name == host
            && answer.borrow().is_none()
            && answer.has_changed().is_ok()
        {
            return Asked::Waiting(answer.clone());
        }
        let Ok(thread) = Arc::clone(&self.threads).try_acquire_owned() else { return Asked::NoThread };
        let (sender, answer) = watch::channel(None);
        state.current = Some((host.to_owned(), answer.clone()));
        let (shared, lookup, host) = (Arc::clone(&self.state), Arc::clone(&self.lookup), host.to_owned());
        tokio::task::spawn_blocking(move || {
            let found = lookup(&host).map_err(|error| (error.kind(), error.to_string()));
            let mut state = lock(&shared);
            let is_awaited = state.current.take_if(|(_, current)| sender.subscribe().same_channel(current)).is_some();
            if let (false, Ok(addresses)) = (is_awaited, &found) {
                state.late = Some((host, addresses.clone()));
            }
            drop(state);
            sender.send_replace(Some(found));
            drop(thread);
        });
        Asked::Waiting(answer)
    }
}

/// How a lookup was started.
enum Asked {
    Known(Vec<SocketAddr>),
    Waiting(watch::Receiver<Found>),
    /// Every thread is waiting for a resolver that does not answer.
    NoThread,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a name is this machine's by definition (RFC 6761): no resolver is asked, and none can say otherwise.
pub(super) fn is_this_machine(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// Which of a server's two address families is taken first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// The one that the system prefers.
    First,
    /// The other one.
    Other,
}

impl Family {
    fn opposite(self) -> Self {
        match self {
            Self::First => Self::Other,
            Self::Other => Self::First,
        }
    }
}

/// The resolver as the HTTP client takes it, with one family in front.
pub(super) struct Ordered {
    pub names: Arc<Names>,
    pub family: Family,
}

impl Resolve for Ordered {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, family) = (Arc::clone(&self.names), self.family);
        Box::pin(async move {
            let found = names.find(name.as_str()).await?;
            // The HTTP client tries the family of the first address first.
            let addresses: Addrs = Box::new(in_order(found, family).into_iter());
            Ok(addresses)
        })
    }
}

fn in_order(mut addresses: Vec<SocketAddr>, family: Family) -> Vec<SocketAddr> {
    let is_first_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    if family == Family::Other {
        // A stable sort: within a family the system's order stays.
        addresses.sort_by_key(|address| address.is_ipv6() == is_first_v6);
    }
    addresses
}

/// How long a silent family is avoided.
const REMEMBERED: Duration = Duration::from_secs(30 * 60);
/// Failures in a row after which a family that was silent lately is used again.
const STRIKES: u32 = 3;

/// Which family the requests use, and which of them has been silent.
#[derive(Debug, Default)]
pub(super) struct Families(Mutex<Choice>);

#[derive(Debug)]
struct Choice {
    family: Family,
    /// When the other family was left.
    left_at: Option<Instant>,
    strikes: u32,
}

impl Default for Choice {
    fn default() -> Self {
        Self { family: Family::First, left_at: None, strikes: 0 }
    }
}

impl Families {
    /// The family for the next request.
    pub fn current(&self) -> Family {
        let mut choice = self.choice();
        if choice.left_at.is_some_and(|at| at.elapsed() >= REMEMBERED) {
            *choice = Choice::default();
        }
        choice.family
    }

    /// A request over this family was answered.
    pub fn answered(&self, family: Family) {
        let mut choice = self.choice();
        if choice.family == family {
            choice.strikes = 0;
        }
    }

    /// A request over this family connected, and was answered by silence or a reset.
    pub fn silent(&self, family: Family) {
        let mut choice = self.choice();
        if choice.family != family {
            // Several requests failed together; the first one has already changed the family.
            return;
        }
        choice.strikes += 1;
        if choice.left_at.is_none() || choice.strikes >= STRIKES {
            *choice = Choice { family: family.opposite(), left_at: Some(Instant::now()), strikes: 0 };
            tracing::debug!(family = ?choice.family, "the other address family is tried");
        }
    }

    fn choice(&self) -> MutexGuard<'_, Choice> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(2);

    fn v4(n: u8) -> SocketAddr {
        SocketAddr::new(Ipv4Addr::new(192, 0, 2, n).into(), 0)
    }

    fn v6(n: u16) -> SocketAddr {
        SocketAddr::new(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, n).into(), 0)
    }

    #[test]
    fn the_other_family_comes_first_and_keeps_its_order() {
        let found = vec![v6(1), v4(1), v6(2), v4(2)];
        assert_eq!(in_order(found.clone(), Family::First), found);
        assert_eq!(in_order(found, Family::Other), [v4(1), v4(2), v6(1), v6(2)]);
        assert_eq!(in_order(vec![v4(1)], Family::Other), [v4(1)]);
        assert!(in_order(Vec::new(), Family::Other).is_empty());
    }

    #[tokio::test]
    async fn names_of_this_machine_are_never_looked_up() {
        let names = Names::over(LIMIT, |host| panic!("{host} was looked up"));
        for host in ["localhost", "LOCALHOST.", "bonus.localhost", "a.b.LocalHost", "a.localhost."] {
            let found = names.find(host).await.unwrap();
            assert!(!found.is_empty() && found.iter().all(|address| address.ip().is_loopback()), "{host}");
        }
        for host in ["localhost.example", "notlocalhost", "local.host", ""] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    /// A resolver that answers once a test opens it, and counts its lookups.
    #[derive(Default)]
    struct Gate {
        is_open: Mutex<bool>,
        opened: std::sync::Condvar,
        lookups: AtomicUsize,
    }

    impl Gate {
        fn names(self: &Arc<Self>, limit: Duration) -> Arc<Names> {
            let gate = Arc::clone(self);
            Names::over(limit, move |_| {
                gate.lookups.fetch_add(1, Ordering::SeqCst);
                let is_open = gate.is_open.lock().unwrap();
                drop(gate.opened.wait_while(is_open, |is_open| !*is_open).unwrap());
                Ok(vec![v4(1)])
            })
        }

        async fn open(&self, names: &Names) {
            *self.is_open.lock().unwrap() = true;
            self.opened.notify_all();
            while names.threads.available_permits() < MOST_LOOKUPS {
                tokio::task::yield_now().await;
            }
        }
    }

    /// C33: a lookup without an answer times out soon, holds a bounded number of threads, and is started again.
    #[tokio::test]
    async fn c33_a_resolver_that_swallows_questions_costs_few_threads_and_is_asked_anew() {
        let gate = Arc::new(Gate::default());
        let names = gate.names(Duration::from_millis(1));
        // Many callers of the same name wait for one thread.
        let asking: Vec<_> = (0..50)
            .map(|_| {
                let names = Arc::clone(&names);
                tokio::spawn(async move { names.find("bonus.example").await })
            })
            .collect();
        for answer in asking {
            assert!(matches!(answer.await.unwrap(), Err(NameNotFound::Unanswered)));
        }
        for _ in 0..20 {
            assert!(matches!(names.find("bonus.example").await, Err(NameNotFound::Unanswered)));
        }
        assert_eq!(names.threads.available_permits(), 0);
        assert!(gate.lookups.load(Ordering::SeqCst) <= MOST_LOOKUPS);
        gate.open(&names).await;
        assert_eq!(names.find("bonus.example").await.unwrap(), [v4(1)]);
    }

    #[tokio::test]
    async fn c33_a_slow_resolver_serves_the_next_question() {
        let gate = Arc::new(Gate::default());
        let names = gate.names(Duration::from_millis(1));
        assert!(names.find("bonus.example").await.is_err());
        gate.open(&names).await;
        assert_eq!(names.find("bonus.example").await.unwrap(), [v4(1)]);
        assert_eq!(gate.lookups.load(Ordering::SeqCst), 1, "what came late was used");
        assert!(lock(&names.state).late.is_none(), "and is good for one question");
    }

    #[tokio::test]
    async fn a_name_that_is_not_known_is_told_with_its_cause() {
        let names = Names::over(LIMIT, |_| Err(io::Error::other("no such host")));
        let error = names.find("bonus.example").await.unwrap_err();
        assert!(matches!(&error, NameNotFound::Unknown(cause) if cause.to_string() == "no such host"));
        let empty = Names::over(LIMIT, |_| Ok(Vec::new()));
        assert!(matches!(empty.find("bonus.example").await, Err(NameNotFound::Unknown(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn c32_a_silent_family_is_left_at_once_and_for_a_while() {
        let families = Families::default();
        families.silent(Family::First);
        assert_eq!(families.current(), Family::Other);
        families.silent(Family::First);
        assert_eq!(families.current(), Family::Other, "those that were under way together change it once");
        families.silent(Family::Other);
        families.answered(Family::Other);
        families.silent(Family::Other);
        assert_eq!(families.current(), Family::Other, "one failure does not lead back to a family known to be silent");
        tokio::time::advance(REMEMBERED).await;
        assert_eq!(families.current(), Family::First);
    }

    #[tokio::test(start_paused = true)]
    async fn c32_where_neither_family_answers_both_are_tried() {
        let families = Families::default();
        let tried: Vec<_> = (0..8)
            .map(|_| {
                let family = families.current();
                families.silent(family);
                family
            })
            .collect();
        assert!(tried.contains(&Family::Other) && tried[2..].contains(&Family::First), "{tried:?}");
    }
}
