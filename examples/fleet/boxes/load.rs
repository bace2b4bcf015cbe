//! The load that boxes are: many of them against a real bonus API, over real sockets, in real time.
//!
//! They only read. A request that would change anything is withheld and counted, whatever a viewer presses: neither
//! a point is spent nor a sign-in begun. Pictures are not fetched.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use bonus_tv::api::{Client, ClientError, ClientOptions, MemoryTokens, TokenStore, Tokens, is_loopback};
use bonus_tv::core::{Answer, CachedData, Event, Moment, Place, PlayerEvent, Request, RequestId};
use bonus_tv::domain::{Catalog, Failure, FailureKind, Language, Secret};
use bonus_tv::engine::{Engine, api_calls};
use bonus_tv::input::{Direction, Hold, KeyEvent, Phase, RemoteKey};
use chrono::Utc;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::measured::{Kind, Measured, Row};
use super::{Ports, boot};

/// The curve has a row for this length.
pub const ROW: Duration = Duration::from_secs(5);
/// The most boxes, the most that are switched on in a second, and the longest time, on one machine.
pub const MOST_BOXES: usize = 100_000;
/// Boxes a second.
pub const MOST_RATE: u32 = 10_000;
/// The longest run.
pub const LONGEST: Duration = Duration::from_secs(3600);
/// A box opens a connection for each of the three requests of its start.
const SOCKETS_A_BOX: usize = 3;
/// What the program itself has open.
const OTHER_FILES: usize = 64;
/// A key of a remote is down for so long.
const KEY_DOWN: Duration = Duration::from_millis(80);
/// More pages than any catalogue has; a service that never ends one is not loaded.
const MOST_PAGES: usize = 50;

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Load {
    /// The address of the bonus API.
    pub api: Url,
    /// Access tokens of test subscribers; the boxes take them in turn and never renew them.
    pub tokens: Vec<Secret>,
    /// How many boxes.
    pub boxes: usize,
    /// The number of the first one, so that several machines drive different boxes.
    pub first: usize,
    /// How many boxes are switched on in a second.
    pub rate: u32,
    /// Of a hundred boxes so many have a viewer who presses keys.
    pub viewers: u8,
    /// The run ends after this time at the latest.
    pub limit: Duration,
    /// Whether it goes on when every box has been served.
    pub stays: bool,
    /// Whether the boxes have no cache, as on their first start.
    pub is_cold: bool,
    /// More trusted certificates, in PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// What viewers press.
    pub seed: u64,
    /// Whether the server may be loaded although it is another machine.
    pub owns_server: bool,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The server is another machine.
    #[error("{0} is not this machine: whoever runs that server may load it with --i-own-this-server")]
    NotOwn(Url),
    /// No sign-in.
    #[error("a box needs an access token: --token TOKEN, or --tokens FILE with one in each line")]
    NoToken,
    /// A bound is exceeded.
    #[error("{0}")]
    TooMuch(String),
    /// The address or the certificates.
    #[error("the API cannot be called")]
    Client(#[from] ClientError),
    /// The first request failed.
    #[error("the API does not answer a single box: {0:?}")]
    Api(FailureKind),
    /// The system gives no threads.
    #[error("no threads")]
    Threads(#[from] io::Error),
}

impl Load {
    /// Runs it; each row is handed over when it is full.
    ///
    /// # Errors
    /// The load must not or cannot be made; no box was switched on.
    pub fn run(&self, mut row: impl FnMut(Duration, &Row)) -> Result<Measured, LoadError> {
        self.check()?;
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        let caches = if self.is_cold { BTreeMap::new() } else { self.caches(&runtime)? };
        let mut run = Run::new(self, runtime, caches);
        run.go(&mut row)?;
        for times in run.measured.answered.values_mut() {
            times.sort_unstable();
        }
        Ok(run.measured)
    }

    /// Whether it may and can be made; [`Load::run`] asks first.
    pub fn check(&self) -> Result<(), LoadError> {
        if !is_loopback(&self.api) && !self.owns_server {
            return Err(LoadError::NotOwn(self.api.clone()));
        }
        if self.tokens.is_empty() {
            return Err(LoadError::NoToken);
        }
        let too_much = |what: String| Err(LoadError::TooMuch(what));
        if self.boxes == 0 || self.boxes > MOST_BOXES {
            return too_much(format!("{} boxes are not 1 to {MOST_BOXES}", self.boxes));
        }
        if self.rate == 0 || self.rate > MOST_RATE {
            return too_much(format!("{} boxes a second are not 1 to {MOST_RATE}", self.rate));
        }
        if self.limit > LONGEST {
            return too_much(format!("{:?} is longer than {LONGEST:?}", self.limit));
        }
        let (needed, allowed) = (self.boxes * SOCKETS_A_BOX + OTHER_FILES, bonus_sandbox::descriptors());
        if needed > allowed {
            let fit = allowed.saturating_sub(OTHER_FILES) / SOCKETS_A_BOX;
            return too_much(format!(
                "{} boxes open up to {needed} sockets and this process may have {allowed}: raise `ulimit -n`, or \
                 drive {fit} boxes here and others from another machine with --first {fit}",
                self.boxes
            ));
        }
        Ok(())
    }

    /// What the cache of each subscriber's box holds, from a box that was there before.
    fn caches(&self, runtime: &Runtime) -> Result<BTreeMap<usize, CachedData>, LoadError> {
        let mut caches = BTreeMap::new();
        for subscriber in (0..self.boxes.min(self.tokens.len())).map(|number| self.subscriber(number)) {
            let client = self.client(&self.tokens[subscriber])?;
            let cached = runtime.block_on(cache(&client)).map_err(|failure| LoadError::Api(failure.kind))?;
            caches.insert(subscriber, cached);
        }
        Ok(caches)
    }

    /// The place of a box's token: boxes take them in turn, on whichever machine they are driven.
    fn subscriber(&self, number: usize) -> usize {
        (self.first + number) % self.tokens.len()
    }

    fn client(&self, token: &Secret) -> Result<Client, ClientError> {
        let tokens = MemoryTokens::default();
        // Others have the same token: who renewed it would sign all of them out.
        let pair = Tokens { access: token.clone(), refresh: None };
        // Memory takes everything.
        let _ = tokens.save(&pair);
        let options = ClientOptions {
            allow_insecure: self.owns_server,
            ca_pem: self.ca_pem.clone(),
            ..ClientOptions::new(self.api.clone())
        };
        Client::new(&options, Arc::new(tokens))
    }
}

async fn cache(client: &Client) -> Result<CachedData, Failure> {
    let account = client.account().await?;
    let (entitlements, _) = client.entitlements().await?;
    let mut catalog = Catalog::default();
    let (mut first_etag, mut cursor) = (None, None);
    for _ in 0..MOST_PAGES {
        let request = Request::Catalog { cursor: cursor.take(), etag: None };
        let Answer::Catalog { page, etag, .. } = api_calls::call(client, request, Language::default()).await? else {
            return Err(Failure::new(FailureKind::Malformed));
        };
        first_etag = first_etag.or(etag);
        catalog.version = page.version;
        catalog.categories = page.categories;
        catalog.total = page.total;
        catalog.offers.extend(page.offers);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let fetched_at = account.server_time;
    let etag = first_etag.filter(|_| cursor.is_none());
    Ok(CachedData { account, catalog: catalog.into(), etag, entitlements, language: Language::default(), fetched_at })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    PowerOn,
    Wake,
    KeyUp(usize),
    KeyDown,
}

struct Reply {
    number: usize,
    id: RequestId,
    kind: Kind,
    took: Duration,
    result: Result<Answer, Failure>,
}

struct Television {
    engine: Engine<Ports>,
    client: Client,
    switched_on: Duration,
    /// What of a start it has been told.
    told: [bool; 3],
    /// The wake-up that is planned.
    wake: Option<Duration>,
}

struct Run<'a> {
    load: &'a Load,
    caches: BTreeMap<usize, CachedData>,
    runtime: Runtime,
    begun: Instant,
    random: fastrand::Rng,
    televisions: BTreeMap<usize, Television>,
    due: BinaryHeap<Reverse<(Duration, usize, Happening)>>,
    replies: (Sender<Reply>, Receiver<Reply>),
    row: Row,
    measured: Measured,
}

impl<'a> Run<'a> {
    fn new(load: &'a Load, runtime: Runtime, caches: BTreeMap<usize, CachedData>) -> Self {
        let after = |number: usize| Duration::from_secs_f64(number as f64 / f64::from(load.rate));
        Self {
            load,
            caches,
            runtime,
            begun: Instant::now(),
            random: fastrand::Rng::with_seed(load.seed.wrapping_add(load.first as u64)),
            televisions: BTreeMap::new(),
            due: (0..load.boxes).map(|number| Reverse((after(number), number, Happening::PowerOn))).collect(),
            replies: channel(),
            row: Row::default(),
            measured: Measured::default(),
        }
    }

    fn go(&mut self, full: &mut impl FnMut(Duration, &Row)) -> Result<(), LoadError> {
        let mut row_from = Duration::ZERO;
        loop {
            let now = self.begun.elapsed();
            let is_served = self.measured.served == self.load.boxes && !self.load.stays;
            let is_over = is_served || now >= self.load.limit;
            if is_over || now >= row_from + ROW {
                full(row_from, &self.row);
                self.measured.rows.push(std::mem::take(&mut self.row));
                row_from += ROW;
            }
            if is_over {
                return Ok(());
            }
            if let Some((_, number, happening)) = self.next_by(now) {
                self.happen(now, number, happening)?;
                // Answers are not kept waiting by boxes that are late.
                while let Ok(reply) = self.replies.1.try_recv() {
                    self.reply(reply);
                }
                continue;
            }
            let next = self.due.peek().map_or(self.load.limit, |Reverse((at, ..))| *at);
            let until = next.min(self.load.limit).min(row_from + ROW);
            match self.replies.1.recv_timeout(until.saturating_sub(now)) {
                Ok(reply) => self.reply(reply),
                // This side holds a sender.
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        }
    }

    fn next_by(&mut self, now: Duration) -> Option<(Duration, usize, Happening)> {
        self.due.peek().filter(|Reverse((at, ..))| *at <= now)?;
        self.due.pop().map(|Reverse(next)| next)
    }

    fn happen(&mut self, now: Duration, number: usize, happening: Happening) -> Result<(), LoadError> {
        match happening {
            Happening::PowerOn => self.power_on(now, number)?,
            Happening::Wake => {
                if let Some(television) = self.televisions.get_mut(&number) {
                    television.wake = None;
                }
                self.act(number, Engine::wake_if_due);
            }
            Happening::KeyUp(key) => {
                if let Some(key) = RemoteKey::all().nth(key) {
                    self.act(number, |engine| engine.handle(Event::Key(KeyEvent { key, phase: Phase::Up })));
                }
            }
            Happening::KeyDown => self.press(now, number),
        }
        Ok(())
    }

    fn power_on(&mut self, now: Duration, number: usize) -> Result<(), LoadError> {
        let subscriber = self.load.subscriber(number);
        let client = self.load.client(&self.load.tokens[subscriber])?;
        let cached = self.caches.get(&subscriber).cloned();
        let ports = Ports::at(Moment { monotonic: Duration::ZERO, wall: Utc::now(), entropy: self.random.u128(..) });
        let engine = Engine::start(boot(cached), ports);
        let television = Television { engine, client, switched_on: now, told: [false; 3], wake: None };
        self.televisions.insert(number, television);
        self.measured.started += 1;
        self.row.started += 1;
        self.act(number, |engine| engine.handle(Event::KeysReleased));
        if self.random.u8(0..100) < self.load.viewers {
            self.due.push(Reverse((now + Duration::from_secs(2), number, Happening::KeyDown)));
        }
        Ok(())
    }

    /// A viewer looks around.
    fn press(&mut self, now: Duration, number: usize) {
        let Some(television) = self.televisions.get(&number) else { return };
        let key = key(&television.engine, &mut self.random);
        self.act(number, |engine| engine.handle(Event::Key(KeyEvent { key, phase: Phase::Down(Hold::Trusted) })));
        let index = RemoteKey::all().position(|other| other == key).unwrap_or(0);
        self.due.push(Reverse((now + KEY_DOWN, number, Happening::KeyUp(index))));
        let pause = Duration::from_millis(self.random.u64(400..4000));
        self.due.push(Reverse((now + pause, number, Happening::KeyDown)));
    }

    fn reply(&mut self, reply: Reply) {
        let Reply { number, id, kind, took, result } = reply;
        match &result {
            Ok(_) => {
                self.measured.answered.entry(kind).or_default().push(took);
                self.row.answered.push(took);
            }
            Err(failure) => {
                *self.measured.failed.entry((kind, name(&failure.kind))).or_default() += 1;
                self.row.failed += 1;
            }
        }
        if let (Ok(_), Some(television)) = (&result, self.televisions.get_mut(&number)) {
            let was_served = television.told == [true; 3];
            match kind {
                Kind::Account => television.told[0] = true,
                Kind::Entitlements => television.told[1] = true,
                Kind::Catalog => television.told[2] = true,
                Kind::Other => {}
            }
            if !was_served && television.told == [true; 3] {
                self.measured.served += 1;
                self.measured.last = self.begun.elapsed();
                self.row.served += 1;
            }
        }
        self.act(number, |engine| engine.handle(Event::Replied { id, result }));
    }

    /// Lets a box act, and sends what it asks for.
    fn act(&mut self, number: usize, act: impl FnOnce(&mut Engine<Ports>)) {
        let Some(television) = self.televisions.get_mut(&number) else { return };
        let monotonic = self.begun.elapsed().saturating_sub(television.switched_on);
        television.engine.ports_mut().now = Moment { monotonic, wall: Utc::now(), entropy: self.random.u128(..) };
        act(&mut television.engine);
        loop {
            let ports = television.engine.ports_mut();
            let (written, plays) = (std::mem::take(&mut ports.written), std::mem::take(&mut ports.plays));
            let asked = std::mem::take(&mut ports.asked);
            if written == 0 && !plays && asked.is_empty() {
                break;
            }
            (0..written).for_each(|_| television.engine.disk_done(None));
            if plays {
                television.engine.handle(Event::Player(PlayerEvent::Ended));
            }
            for (id, request) in asked {
                let Some(kind) = Kind::of(&request) else {
                    self.measured.withheld += 1;
                    let result = Err(Failure::new(FailureKind::Unavailable));
                    television.engine.handle(Event::Replied { id, result });
                    continue;
                };
                self.row.asked += 1;
                let (client, outbox) = (television.client.clone(), self.replies.0.clone());
                self.runtime.spawn(async move {
                    let asked_at = Instant::now();
                    let result = api_calls::call(&client, request, Language::default()).await;
                    // At the end of the run nobody listens.
                    let _ = outbox.send(Reply { number, id, kind, took: asked_at.elapsed(), result });
                });
            }
        }
        let wake = television.engine.next_wake().map(|wake| television.switched_on + wake);
        if let Some(at) = wake.filter(|at| television.wake.is_none_or(|planned| *at < planned)) {
            television.wake = Some(at);
            self.due.push(Reverse((at, number, Happening::Wake)));
        }
    }
}

/// A key of somebody who reads: goes about, opens pages and comes back.
fn key(engine: &Engine<Ports>, random: &mut fastrand::Rng) -> RemoteKey {
    const ARROWS: [RemoteKey; 4] = [
        RemoteKey::Arrow(Direction::Left),
        RemoteKey::Arrow(Direction::Right),
        RemoteKey::Arrow(Direction::Up),
        RemoteKey::Arrow(Direction::Down),
    ];
    let app = engine.app();
    match (app.dialog(), app.place()) {
        (None, Place::Home(_) | Place::Catalog(_) | Place::Status(_)) if random.u8(0..4) == 0 => RemoteKey::Ok,
        (None, Place::Home(_)) => ARROWS[random.usize(0..ARROWS.len())],
        _ if random.u8(0..3) == 0 => RemoteKey::Back,
        _ => ARROWS[random.usize(0..ARROWS.len())],
    }
}

/// A kind of failure by its name alone.
fn name(kind: &FailureKind) -> String {
    match kind {
        FailureKind::Server { status } => format!("Server {status}"),
        FailureKind::Refused(_) => "Refused".to_owned(),
        other => format!("{other:?}"),
    }
}
