//! A city of boxes that get their power back, and a server that refuses what is above its capacity.
//!
//! The boxes are the product; the server, the network and the time are modelled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use bonus_tv::core::{Answer, CachedData, Event, Moment, Request, RequestId};
use bonus_tv::domain::{
    Account, Catalog, ExchangeLimit, Failure, FailureKind, Language, Points, Region, Status, StatusCode,
};
use bonus_tv::engine::Engine;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use super::{Ports, boot};

/// How long a box waits for a connection that nobody answers: the client's own limit.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long any answer is on its way.
const ROUND_TRIP: Duration = Duration::from_millis(50);
/// The server counts what it has room for in steps of this length.
const STEP: Duration = Duration::from_millis(100);
/// The curve has a row for this length.
pub const ROW: Duration = Duration::from_secs(10);

/// What happens.
#[derive(Debug, Clone)]
pub struct City {
    /// How many boxes.
    pub boxes: usize,
    /// What the server answers in a second.
    pub capacity: u32,
    /// For how long it answers nothing.
    pub silence: Duration,
    /// Within which time the boxes are switched on.
    pub spread: Duration,
    /// What a refusal says.
    pub refusals: Refusals,
    /// Which questions need the server's capacity.
    pub counted: Counted,
    /// Equal seeds give equal runs.
    pub seed: u64,
}

/// What a refusal says of the time to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusals {
    /// Nothing.
    Plain,
    /// The same to everybody.
    After(Duration),
    /// When there is room: the server counts whom it has told what.
    Slot,
}

/// Which questions need the server's capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// The first of a box, as in a model with one question a box.
    Account,
    /// All three of them.
    All,
}

/// How it went.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Questions, answers and refusals in each row of the curve.
    pub rows: Vec<Row>,
    /// When the last box was served, from the power's return.
    pub last: Duration,
    /// The most counted questions of one box.
    pub most_calls: u32,
    /// Counted questions of all boxes.
    pub calls: u64,
    /// Boxes that nobody touched until their picture dimmed: they ask when somebody looks.
    pub asleep: u64,
}

/// A row of the curve.
#[derive(Debug, Clone, Copy, Default)]
pub struct Row {
    /// Questions that came, or would have if anyone had listened.
    pub asked: u64,
    /// Questions that were answered.
    pub answered: u64,
    /// Boxes that had everything in this row for the first time.
    pub served: u64,
}

impl City {
    /// The shortest time from the server's return in which all could be served.
    pub fn floor(&self) -> Duration {
        let questions = match self.counted {
            Counted::Account => 1.0,
            Counted::All => 3.0,
        };
        Duration::from_secs_f64(self.boxes as f64 * questions / f64::from(self.capacity))
    }

    /// Runs until every box is served or asleep.
    pub fn run(&self) -> Outcome {
        let mut run = Run::new(self);
        while let Some(Reverse((at, _, index))) = run.due.pop() {
            let Some(happening) = run.happenings.get_mut(index).and_then(Option::take) else { continue };
            run.free.push(index);
            run.happen(at, happening);
        }
        run.outcome
    }
}

enum Happening {
    PowerOn(usize),
    Wake(usize),
    Reply(usize, RequestId, Box<Result<Answer, Failure>>),
}

struct Television {
    engine: Engine<Ports>,
    switched_on: Duration,
    calls: u32,
    missing: u32,
}

struct Run<'a> {
    city: &'a City,
    dice: u64,
    televisions: Vec<Option<Television>>,
    due: BinaryHeap<Reverse<(Duration, u64, usize)>>,
    happenings: Vec<Option<Happening>>,
    free: Vec<usize>,
    ordinal: u64,
    /// The step the server is in, and what it has answered in it.
    step: (u128, u32),
    /// Until when the server's room is promised.
    promised: Duration,
    outcome: Outcome,
}

impl<'a> Run<'a> {
    fn new(city: &'a City) -> Self {
        let mut run = Self {
            city,
            dice: city.seed,
            televisions: (0..city.boxes).map(|_| None).collect(),
            due: BinaryHeap::new(),
            happenings: Vec::new(),
            free: Vec::new(),
            ordinal: 0,
            step: (0, 0),
            promised: Duration::ZERO,
            outcome: Outcome::default(),
        };
        for number in 0..city.boxes {
            let part = (run.entropy() % 1_000_000) as u32;
            run.plan(city.spread * part / 1_000_000, Happening::PowerOn(number));
        }
        run
    }

    /// SplitMix64, twice.
    fn entropy(&mut self) -> u128 {
        let mut draw = || {
            self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (self.dice ^ (self.dice >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        (u128::from(draw()) << 64) | u128::from(draw())
    }

    fn plan(&mut self, at: Duration, happening: Happening) {
        let index = self.free.pop().unwrap_or_else(|| {
            self.happenings.push(None);
            self.happenings.len() - 1
        });
        self.happenings[index] = Some(happening);
        self.ordinal += 1;
        self.due.push(Reverse((at, self.ordinal, index)));
    }

    fn happen(&mut self, at: Duration, happening: Happening) {
        match happening {
            Happening::PowerOn(number) => {
                let now = Moment { monotonic: Duration::ZERO, wall: morning() + at, entropy: self.entropy() };
                let engine = Engine::start(boot(Some(cached())), Ports::at(now));
                self.televisions[number] = Some(Television { engine, switched_on: at, calls: 0, missing: 3 });
                self.follow(number, at);
            }
            Happening::Wake(number) => {
                self.act(number, at, Engine::wake_if_due);
            }
            Happening::Reply(number, id, result) => {
                let is_answer = result.is_ok();
                self.act(number, at, |engine| engine.handle(Event::Replied { id, result: *result }));
                let Some(television) = self.televisions[number].as_mut().filter(|_| is_answer) else { return };
                television.missing -= 1;
                if television.missing == 0 {
                    self.outcome.last = self.outcome.last.max(at);
                    self.row(at).served += 1;
                    self.televisions[number] = None;
                }
            }
        }
    }

    fn act(&mut self, number: usize, at: Duration, act: impl FnOnce(&mut Engine<Ports>)) {
        let entropy = self.entropy();
        let Some(television) = self.televisions[number].as_mut() else { return };
        let monotonic = at.saturating_sub(television.switched_on);
        television.engine.ports_mut().now = Moment { monotonic, wall: morning() + at, entropy };
        act(&mut television.engine);
        self.follow(number, at);
    }

    fn follow(&mut self, number: usize, at: Duration) {
        let Some(television) = self.televisions[number].as_mut() else { return };
        while std::mem::take(&mut television.engine.ports_mut().written) > 0 {
            television.engine.disk_done(None);
        }
        for (id, request) in std::mem::take(&mut television.engine.ports_mut().asked) {
            let (answered_at, result) = self.serve(number, at, &request);
            self.plan(answered_at, Happening::Reply(number, id, Box::new(result)));
        }
        let Some(television) = &self.televisions[number] else { return };
        if television.engine.app().is_dimmed() {
            self.outcome.asleep += 1;
            self.televisions[number] = None;
            return;
        }
        if let Some(wake) = television.engine.next_wake() {
            let wake = (television.switched_on + wake).max(at + Duration::from_micros(1));
            self.plan(wake, Happening::Wake(number));
        }
    }

    fn serve(&mut self, number: usize, at: Duration, request: &Request) -> (Duration, Result<Answer, Failure>) {
        let answer = match request {
            Request::Account => Answer::Account(account(at)),
            Request::Entitlements => {
                Answer::Entitlements { entitlements: Vec::new(), server_time: Some(morning() + at) }
            }
            Request::Catalog { .. } => Answer::CatalogUnchanged { max_age: Some(Duration::from_secs(60)) },
            other => unreachable!("a box that nobody touches asks for nothing else: {other:?}"),
        };
        if self.city.counted == Counted::Account && !matches!(request, Request::Account) {
            return (at + ROUND_TRIP, Ok(answer));
        }
        let calls = self.televisions[number].as_mut().map_or(0, |television| {
            television.calls += 1;
            television.calls
        });
        self.outcome.most_calls = self.outcome.most_calls.max(calls);
        self.outcome.calls += 1;
        self.row(at).asked += 1;
        if at < self.city.silence {
            return (at + CONNECT_TIMEOUT, Err(Failure::new(FailureKind::Timeout)));
        }
        let step = at.as_nanos() / STEP.as_nanos();
        if self.step.0 != step {
            self.step = (step, 0);
        }
        if self.step.1 < self.city.capacity / 10 {
            self.step.1 += 1;
            self.row(at).answered += 1;
            return (at + ROUND_TRIP, Ok(answer));
        }
        let retry_after = match self.city.refusals {
            Refusals::Plain => None,
            Refusals::After(time) => Some(time),
            Refusals::Slot => {
                self.promised = self.promised.max(at) + Duration::from_secs(1) / self.city.capacity;
                Some(Duration::from_secs((self.promised - at).as_secs() + 1))
            }
        };
        (at + ROUND_TRIP, Err(Failure { retry_after, ..Failure::new(FailureKind::Unavailable) }))
    }

    fn row(&mut self, at: Duration) -> &mut Row {
        let index = (at.as_millis() / ROW.as_millis()) as usize;
        if self.outcome.rows.len() <= index {
            self.outcome.rows.resize(index + 1, Row::default());
        }
        &mut self.outcome.rows[index]
    }
}

fn morning() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn cached() -> CachedData {
    CachedData {
        account: account(Duration::ZERO),
        catalog: Catalog::default().into(),
        etag: Some("\"1\"".to_owned()),
        entitlements: Vec::new(),
        language: Language::Ru,
        fetched_at: morning() - TimeDelta::hours(12),
    }
}

fn account(at: Duration) -> Account {
    Account {
        member_id: "m".to_owned(),
        display_name: String::new(),
        is_enrolled: true,
        balance: Points::ZERO,
        held: Points::ZERO,
        debt_roubles: None,
        status: Status {
            code: StatusCode::Basic,
            name: String::new(),
            discount_percent: 0,
            points: Points::ZERO,
            next: None,
            until: None,
        },
        expiring: Vec::new(),
        pending: Vec::new(),
        next_exchange_at: None,
        exchange_limit: ExchangeLimit::Every,
        region: Region { code: String::new(), name: String::new() },
        offset: FixedOffset::east_opt(3 * 3600).expect("Moscow has an offset"),
        connected_services: Vec::new(),
        terms_version: String::new(),
        server_time: morning() + at,
    }
}
