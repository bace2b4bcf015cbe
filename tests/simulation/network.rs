//! The network between the boxes and the server: late, lost, doubled, torn, refused.
//!
//! It carries what the box's real API client sends to the sandbox's real routes. A letter that is
//! under way arrives even if nobody waits for its answer any more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use bonus_tv::api::{Carried, Wire};
use bonus_tv::domain::FailureKind;
use chrono::TimeDelta;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::faults::{Odd, Oddity, Plan};
use crate::options::Bug;
use crate::server::{Fate, Letter, Reply, Server, deliver};
use crate::trace::Trace;

/// How bad the network is: chances of a thousand, and delays.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// A letter or an answer is lost.
    pub loss: u32,
    /// A letter arrives twice.
    pub duplicate: u32,
    /// The connection is reset before the server sees the letter.
    pub reset_before: u32,
    /// The connection is reset after the server has done its work.
    pub reset_after: u32,
    /// A gateway answers 502 after the server has done its work.
    pub gateway: u32,
    /// The answer is cut, or a page of some network or somebody's refusal comes instead.
    pub garbled: u32,
    /// A way takes much longer than usual.
    pub late: u32,
    /// The server dies on the letter.
    pub crash: u32,
    /// The answer to an order is lost and the server's clock is set eight days forward.
    pub leap: u32,
    /// The usual way, in milliseconds.
    pub usual_ms: u64,
}

/// The network, shared by all boxes.
pub struct Network {
    /// The server at its end.
    pub server: Mutex<Server>,
    trace: Arc<Trace>,
    bug: Option<Bug>,
    sky: Mutex<Sky>,
}

struct Sky {
    random: fastrand::Rng,
    weather: Weather,
    /// Boxes that reach nobody until then; `None` stands for all of them.
    cut: BTreeMap<Option<usize>, Instant>,
    /// The service refuses everything until then.
    storm: Option<(Instant, StatusCode, u64)>,
    /// Orders that were sent, for the bug of the new key.
    sent: BTreeMap<String, u32>,
    /// What is wrong with the answers about orders alone.
    oddity: Option<Oddity>,
    /// Orders whose result may stay hidden.
    struck: BTreeSet<String>,
    /// An exchange that was made earlier, for a cache to answer with.
    earlier: Option<(String, Bytes)>,
    /// When each order was confirmed by its member.
    placed: BTreeMap<String, Instant>,
    /// How often the clock may still be set forward.
    leaps: u8,
}

/// The latest an order may be sent: five minutes after it was confirmed, and what a question takes.
const SENT_WITHIN: Duration = Duration::from_secs(5 * 60 + 30);

/// What will happen to one letter.
#[derive(Debug, Clone, Copy)]
struct Course {
    there: Duration,
    back: Duration,
    is_lost_there: bool,
    is_lost_back: bool,
    is_reset_before: bool,
    is_reset_after: bool,
    is_gateway: bool,
    garble: Option<Garble>,
    odd: Option<Odd>,
    /// Whether what is odd happens before the server sees the letter.
    is_odd_before: bool,
    is_leap: bool,
    fate: Fate,
    down: Duration,
}

/// What comes instead of an answer.
#[derive(Debug, Clone, Copy)]
enum Garble {
    Portal,
    Truncation,
    /// A firewall's own words, with the order carried out behind it.
    ForbiddenAfter,
    /// The same, and the letter went no further.
    ForbiddenBefore,
}

/// One box's end of the network.
pub struct BoxWire {
    /// The network.
    pub network: Arc<Network>,
    /// Which box.
    pub tv: usize,
}

impl Network {
    /// A network with a server at its end.
    pub fn new(server: Server, plan: &Plan, trace: Arc<Trace>, bug: Option<Bug>, seed: u64) -> Self {
        let sky = Sky {
            random: fastrand::Rng::with_seed(seed),
            weather: plan.weather,
            cut: BTreeMap::new(),
            storm: None,
            sent: BTreeMap::new(),
            oddity: plan.oddity,
            struck: BTreeSet::new(),
            earlier: None,
            placed: BTreeMap::new(),
            leaps: 2,
        };
        Self { server: Mutex::new(server), trace, bug, sky: Mutex::new(sky) }
    }

    /// The server, for a moment.
    pub fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Cuts one box off, or all of them.
    pub fn cut(&self, tv: Option<usize>, time: Duration) {
        self.sky().cut.insert(tv, Instant::now() + time);
    }

    /// The service refuses everything for a while.
    pub fn storm(&self, time: Duration, status: StatusCode, retry_after: u64) {
        self.sky().storm = Some((Instant::now() + time, status, retry_after));
    }

    /// A member has confirmed an order.
    pub fn placed(&self, key: &str) {
        self.sky().placed.insert(key.to_owned(), Instant::now());
    }

    /// Whether the result of an order may have stayed hidden.
    pub fn is_struck(&self, key: &str) -> bool {
        self.sky().struck.contains(key)
    }

    /// All is well from now on, unless the server's oddity lasts.
    pub fn heal(&self) {
        let mut sky = self.sky();
        sky.weather = Weather { usual_ms: 20, ..Weather::default() };
        sky.oddity = sky.oddity.filter(|oddity| oddity.lasts);
        sky.cut.clear();
        sky.storm = None;
        drop(sky);
        self.server().heal();
    }

    fn sky(&self) -> MutexGuard<'_, Sky> {
        self.sky.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_cut(&self, tv: usize) -> bool {
        let sky = self.sky();
        let now = Instant::now();
        [None, Some(tv)].iter().any(|side| sky.cut.get(side).is_some_and(|until| *until > now))
    }

    fn storm_answer(&self) -> Option<Reply> {
        let (until, status, retry_after) = self.sky().storm?;
        (until > Instant::now()).then(|| {
            self.trace.fault("storm", || format!("{status}, retry after {retry_after} s"));
            problem(status, Some(retry_after))
        })
    }

    /// A bug put in by hand: who asks again, asks with another key.
    fn change_key(&self, letter: &mut Letter) {
        let Some(key) = letter.key().filter(|_| letter.is_order() && self.bug == Some(Bug::NewKeyOnRetry)) else {
            return;
        };
        let mut sky = self.sky();
        let times = sky.sent.entry(key.clone()).or_default();
        *times += 1;
        if *times > 1
            && let Ok(value) = HeaderValue::from_str(&format!("{}{:02}", &key[..key.len().min(30)], *times % 100))
        {
            letter.headers.insert("idempotency-key", value);
        }
    }

    /// What the server's oddity makes of its answer about an order.
    fn make_odd(&self, letter: &Letter, course: Course, reply: &mut Reply) {
        let Some(key) = letter.order_key() else { return };
        let what = || format!("{} {} {:?}", letter.method, letter.target, course.odd);
        let is_made = letter.is_order() && reply.status == StatusCode::CREATED;
        let earlier = {
            let mut sky = self.sky();
            let earlier = sky.earlier.clone().filter(|(other, _)| *other != key);
            if is_made {
                sky.earlier = Some((key, reply.body.clone()));
            }
            earlier
        };
        let dusty = |exchange: &mut Value| {
            exchange["next_exchange_at"] = Value::from("9999-12-31T23:59:59Z");
            exchange["balance_after"] = Value::from("-");
            exchange["created_at"] = Value::from(7);
        };
        let nameless = |exchange: &mut Value| {
            exchange.as_object_mut().map(|fields| fields.remove("idempotency_key"));
        };
        match course.odd {
            Some(Odd::Dust) if self.bug == Some(Bug::StrictFields) => reply.body = Bytes::from_static(NONSENSE),
            Some(Odd::Dust) => {
                self.trace.fault("dust in an answer", what);
                each_exchange(reply, dusty);
            }
            Some(Odd::NoKey) => {
                self.trace.fault("exchange without its key", what);
                each_exchange(reply, nameless);
            }
            Some(Odd::OthersAnswer) => {
                if let (true, Some((_, body))) = (is_made, earlier) {
                    self.trace.fault("somebody else's answer", what);
                    reply.body = body;
                }
            }
            Some(odd @ (Odd::NotFound | Odd::Fails | Odd::Unreadable | Odd::Redirect)) => {
                self.trace.fault("odd answer after commit", what);
                if let Some(hidden) = hidden(odd) {
                    *reply = hidden;
                }
            }
            // The oldest first, as some servers list them.
            Some(Odd::LyingLookup) if !letter.is_order() => change_body(reply, |body| {
                if let Some(exchanges) = body.get_mut("exchanges").and_then(Value::as_array_mut) {
                    exchanges.reverse();
                }
            }),
            Some(Odd::LyingLookup) | None => {}
        }
    }

    /// An order must not be sent long after its member confirmed it.
    fn check_age(&self, tv: usize, letter: &Letter) {
        let Some(key) = letter.key().filter(|_| letter.is_order()) else { return };
        let placed = self.sky().placed.get(&key).copied();
        if let Some(age) = placed.map(|at| at.elapsed()).filter(|age| *age > SENT_WITHIN) {
            self.trace.violation(format!("box {tv} sends order {key} {age:?} after it was confirmed"));
        }
    }

    async fn travel(&self, tv: usize, letter: &Letter, course: Course) -> Option<Result<Reply, FailureKind>> {
        let what = || format!("box {tv} {} {}", letter.method, letter.target);
        sleep(course.there).await;
        if self.is_cut(tv) {
            self.trace.fault("partition", what);
            return None;
        }
        if course.is_lost_there {
            self.trace.fault("loss", what);
            return None;
        }
        if course.is_reset_before {
            self.trace.fault("reset before commit", what);
            return Some(Err(FailureKind::Interrupted));
        }
        if !self.server().is_up() {
            return Some(Err(FailureKind::NoConnection));
        }
        if let Some(refused) = self.storm_answer() {
            return Some(Ok(refused));
        }
        if let Some(Garble::ForbiddenBefore) = course.garble {
            self.trace.fault("403 of a firewall", what);
            return Some(Ok(forbidden()));
        }
        if let Some(reply) = course.odd.filter(|_| course.is_odd_before).and_then(hidden) {
            self.trace.fault("odd answer before commit", || format!("{} {:?}", what(), course.odd));
            return Some(Ok(reply));
        }
        let mut delivered = letter.clone();
        if course.odd == Some(Odd::LyingLookup) && !letter.is_order() {
            self.trace.fault("lookup that lies", what);
            delivered.target = "/v1/exchanges".to_owned();
        }
        let reply = deliver(&self.server, &delivered, course.fate, course.down).await;
        if course.is_leap && letter.is_order() {
            self.trace.fault("clock set forward after commit", what);
            self.server().leap(TimeDelta::days(8));
            return None;
        }
        let Some(mut reply) = reply else {
            match course.fate {
                Fate::DiesBefore => self.trace.fault("server crash before commit", what),
                Fate::DiesAfter | Fate::Answers => self.trace.fault("server crash after commit", what),
            }
            return Some(Err(FailureKind::Interrupted));
        };
        if letter.method != axum::http::Method::GET {
            self.trace.say(|| format!("server: {} answers {}", what(), reply.status.as_u16()));
        }
        self.make_odd(letter, course, &mut reply);
        sleep(course.back).await;
        if self.is_cut(tv) || course.is_lost_back {
            self.trace.fault("loss of an answer", what);
            return None;
        }
        if course.is_reset_after {
            self.trace.fault("reset after commit", what);
            return Some(Err(FailureKind::Interrupted));
        }
        if course.is_gateway {
            self.trace.fault("502 after commit", what);
            return Some(Ok(problem(StatusCode::BAD_GATEWAY, None)));
        }
        match course.garble {
            Some(Garble::Portal) => {
                self.trace.fault("captive portal", what);
                reply.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
                reply = Reply { status: StatusCode::OK, body: Bytes::from_static(b"<html>Wi-Fi"), ..reply };
            }
            Some(Garble::ForbiddenAfter) => {
                self.trace.fault("403 of a firewall after commit", what);
                reply = forbidden();
            }
            Some(Garble::Truncation) => {
                self.trace.fault("truncation", what);
                reply.body.truncate(reply.body.len() / 2);
            }
            Some(Garble::ForbiddenBefore) | None => {}
        }
        Some(Ok(reply))
    }
}

impl Sky {
    fn happens(&mut self, of_thousand: u32) -> bool {
        self.random.u32(0..1000) < of_thousand
    }

    fn way(&mut self) -> Duration {
        let usual = self.weather.usual_ms.max(1);
        let late = self.weather.late;
        let is_late = self.happens(late);
        Duration::from_millis(if is_late { self.random.u64(0..20_000) } else { self.random.u64(usual / 2..usual * 3) })
    }

    /// Whether the server's oddity meets this letter.
    fn odd(&mut self, letter: &Letter) -> Option<Odd> {
        let key = letter.order_key()?;
        let Oddity { kind, of_hundred, .. } = self.oddity?;
        let is_met = self.random.u32(0..100) < of_hundred;
        if is_met && kind.hides_the_truth() {
            self.struck.insert(key);
        }
        is_met.then_some(kind)
    }

    fn course(&mut self) -> Course {
        let weather = self.weather;
        let is_garbled = self.happens(weather.garbled);
        Course {
            there: self.way(),
            back: self.way(),
            is_lost_there: self.happens(weather.loss),
            is_lost_back: self.happens(weather.loss),
            is_reset_before: self.happens(weather.reset_before),
            is_reset_after: self.happens(weather.reset_after),
            is_gateway: self.happens(weather.gateway),
            garble: is_garbled.then(|| {
                let all = [Garble::Portal, Garble::Truncation, Garble::ForbiddenAfter, Garble::ForbiddenBefore];
                all[self.random.usize(0..all.len())]
            }),
            odd: None,
            is_odd_before: self.random.bool(),
            is_leap: self.happens(weather.leap) && self.leaps > 0,
            fate: match (self.happens(weather.crash), self.random.bool()) {
                (false, _) => Fate::Answers,
                (true, false) => Fate::DiesBefore,
                (true, true) => Fate::DiesAfter,
            },
            down: Duration::from_millis(self.random.u64(50..20_000)),
        }
    }
}

impl Wire for BoxWire {
    fn carry(&self, request: reqwest::Request) -> Carried {
        let url = request.url();
        let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let body = request.body().and_then(reqwest::Body::as_bytes).map(Bytes::copy_from_slice).unwrap_or_default();
        let mut letter = Letter { method: request.method().clone(), target, headers: request.headers().clone(), body };
        let (network, tv) = (Arc::clone(&self.network), self.tv);
        network.check_age(tv, &letter);
        network.change_key(&mut letter);
        let (first, second) = {
            let mut sky = network.sky();
            let mut first = sky.course();
            first.odd = sky.odd(&letter);
            first.is_leap &= letter.is_order();
            sky.leaps -= u8::from(first.is_leap);
            let duplicate = sky.weather.duplicate;
            let is_doubled = sky.happens(duplicate);
            (first, is_doubled.then(|| sky.course()))
        };
        if let Some(course) = second {
            let (network, letter) = (Arc::clone(&network), letter.clone());
            network.trace.fault("duplication", || format!("box {tv} {} {}", letter.method, letter.target));
            tokio::spawn(async move { network.travel(tv, &letter, course).await });
        }
        let (sender, answer) = oneshot::channel();
        tokio::spawn(async move {
            if let Some(result) = network.travel(tv, &letter, first).await {
                // The box may have given up, or its power may be gone.
                let _ = sender.send(result);
            }
        });
        Box::pin(async move {
            match answer.await {
                Ok(Ok(reply)) => Ok(response(reply)),
                Ok(Err(kind)) => Err(kind),
                // What is lost is never heard of: the client's own patience ends the wait.
                Err(_) => std::future::pending().await,
            }
        })
    }
}

fn response(reply: Reply) -> reqwest::Response {
    let mut response = axum::http::Response::new(reply.body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response.into()
}

/// JSON that says nothing of an order.
const NONSENSE: &[u8] = br#"{"id":5,"exchanges":[{"id":5}]}"#;

/// What comes instead of an answer about an order.
fn hidden(odd: Odd) -> Option<Reply> {
    let json = |status, body: &'static [u8]| {
        let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))].into_iter().collect();
        Some(Reply { status, headers, body: Bytes::from_static(body) })
    };
    match odd {
        Odd::NotFound => json(StatusCode::NOT_FOUND, b"{}"),
        Odd::Fails => json(StatusCode::INTERNAL_SERVER_ERROR, b"{}"),
        Odd::Unreadable => json(StatusCode::OK, NONSENSE),
        Odd::Redirect => {
            let mut reply = json(StatusCode::TEMPORARY_REDIRECT, b"")?;
            reply.headers.insert(header::LOCATION, HeaderValue::from_static("https://elsewhere.example/"));
            Some(reply)
        }
        Odd::Dust | Odd::NoKey | Odd::LyingLookup | Odd::OthersAnswer => None,
    }
}

/// Changes the exchange of an answer, or each of its exchanges.
fn each_exchange(reply: &mut Reply, change: impl Fn(&mut Value)) {
    change_body(reply, |body| match body.get_mut("exchanges").and_then(Value::as_array_mut) {
        Some(exchanges) => exchanges.iter_mut().for_each(change),
        None => change(body),
    });
}

/// Changes the body of a good answer.
fn change_body(reply: &mut Reply, change: impl FnOnce(&mut Value)) {
    if let (true, Ok(mut body)) = (reply.status.is_success(), serde_json::from_slice(&reply.body)) {
        change(&mut body);
        reply.body = Bytes::from(body.to_string());
    }
}

/// Somebody between speaks JSON, too.
fn forbidden() -> Reply {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))].into_iter().collect();
    Reply { status: StatusCode::FORBIDDEN, headers, body: Bytes::from_static(b"{\"code\":\"Forbidden\"}") }
}

fn problem(status: StatusCode, retry_after: Option<u64>) -> Reply {
    let mut headers = header::HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Reply { status, headers, body: Bytes::from_static(b"{\"code\":\"unavailable\"}") }
}
