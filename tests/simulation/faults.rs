//! What goes wrong in a run, drawn from its seed before it begins.

use std::time::Duration;

use axum::http::StatusCode;
use bonus_sandbox::MonthlyLimit;
use bonus_sandbox::policy::{Policy, Processing};
use chrono::TimeDelta;

use crate::network::Weather;
use crate::server::SUBSCRIBERS;

/// A run's circumstances.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Boxes of the one member.
    pub boxes: usize,
    /// Who the member is.
    pub subscriber: &'static str,
    /// How the programme is run.
    pub policy: Policy,
    /// How bad the network is.
    pub weather: Weather,
    /// What is wrong with the answers about orders alone.
    pub oddity: Option<Oddity>,
    /// What strikes when.
    pub strokes: Vec<(Duration, Stroke)>,
    /// When all faults stop.
    pub calm_after: Duration,
}

/// How a server answers about orders while it answers everything else well.
#[derive(Debug, Clone, Copy)]
pub struct Oddity {
    /// What it does.
    pub kind: Odd,
    /// How many of a hundred questions it meets.
    pub of_hundred: u32,
    /// Whether it goes on when all other faults have stopped.
    pub lasts: bool,
}

/// What is wrong with an answer about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Odd {
    /// There is nothing of that name.
    NotFound,
    /// The service fails.
    Fails,
    /// JSON that says nothing.
    Unreadable,
    /// The way leads elsewhere.
    Redirect,
    /// A year 9999 and other dust beside id, state and total.
    Dust,
    /// The exchange does not name its key.
    NoKey,
    /// A lookup does not know its parameter and lists every exchange.
    LyingLookup,
    /// A cache answers with an earlier exchange.
    OthersAnswer,
}

impl Odd {
    /// Whether an order may end without its result because of it.
    pub fn hides_the_truth(self) -> bool {
        match self {
            Self::NotFound | Self::Fails | Self::Unreadable | Self::Redirect | Self::LyingLookup => true,
            Self::Dust | Self::NoKey | Self::OthersAnswer => false,
        }
    }
}

/// Something that strikes at a moment.
#[derive(Debug, Clone, Copy)]
pub enum Stroke {
    /// A box loses its power.
    PowerCut { tv: usize, off: Duration },
    /// A box's program is killed.
    Kill { tv: usize },
    /// The server dies.
    ServerCrash { down: Duration },
    /// A box, or every box, reaches nobody.
    Partition { tv: Option<usize>, time: Duration },
    /// The service refuses everything.
    Storm { time: Duration, status: StatusCode, retry_after: u64 },
    /// A box's clock is set.
    ClockJump { tv: usize, by: TimeDelta },
    /// Access tokens end before their time.
    TokensExpire,
    /// A box's disk takes nothing.
    DiskFails { tv: usize, time: Duration, of_hundred: u32 },
    /// A box wakes from standby.
    Standby { tv: usize },
    /// Nobody has power for days.
    LongNight { off: Duration },
    /// A box sleeps, with its memory kept.
    Sleep { tv: usize, time: Duration },
    /// Every box sleeps for days.
    LongSleep { time: Duration },
    /// Every viewer leaves the menu, and comes back after days.
    LongAbsence { off: Duration },
    /// Somebody else's tokens are on a box for a while.
    Visitor { tv: usize, time: Duration },
    /// The server's clock is set forward.
    ServerClock { by: TimeDelta },
}

impl Plan {
    /// Draws the circumstances of a run.
    pub fn draw(random: &mut fastrand::Rng) -> Self {
        let boxes = random.usize(1..=3);
        let calm_after = Duration::from_secs(random.u64(40..150));
        let is_deferred = random.u8(0..4) == 0;
        let policy = Policy {
            monthly: if random.u8(0..5) == 0 { MonthlyLimit::Strict } else { MonthlyLimit::FilmsExempt },
            exchange: if is_deferred { Processing::Deferred } else { Processing::Immediate },
            deferred_seconds: random.u32(1..40),
        };
        let mut chance = |most: u32| if random.bool() { 0 } else { random.u32(0..=most) };
        let weather = Weather {
            loss: chance(120),
            duplicate: chance(150),
            reset_before: chance(80),
            reset_after: chance(120),
            gateway: chance(60),
            garbled: chance(60),
            late: chance(100),
            crash: chance(25),
            leap: chance(30),
            usual_ms: 1 + u64::from(chance(150)),
        };
        let mut strokes: Vec<(Duration, Stroke)> = (0..random.u8(0..9))
            .map(|_| (Duration::from_millis(random.u64(2000..150_000)), Stroke::draw(random)))
            .collect();
        if random.u8(0..10) == 0 {
            let off = Duration::from_secs(random.u64(3600..9 * 86_400));
            let long = match random.u8(0..4) {
                0 => Stroke::LongNight { off },
                1 => Stroke::LongAbsence { off },
                _ => Stroke::LongSleep { time: off },
            };
            strokes.push((Duration::from_secs(random.u64(10..40)), long));
        }
        let calm_after = match strokes.last() {
            Some((at, Stroke::LongNight { off } | Stroke::LongAbsence { off } | Stroke::LongSleep { time: off })) => {
                *at + *off + Duration::from_secs(60)
            }
            _ => calm_after,
        };
        let oddity = random.bool().then(|| {
            // Those that a box may believe too easily come twice as often.
            let all = [
                Odd::NotFound,
                Odd::Fails,
                Odd::Unreadable,
                Odd::Redirect,
                Odd::NoKey,
                Odd::Dust,
                Odd::Dust,
                Odd::LyingLookup,
                Odd::LyingLookup,
                Odd::OthersAnswer,
                Odd::OthersAnswer,
            ];
            let kind = all[random.usize(0..all.len())];
            Oddity { kind, of_hundred: [30, 100, 100][random.usize(0..3)], lasts: random.bool() }
        });
        // An exchange that is carried out later is looked up.
        let is_looked_up = oddity.is_some_and(|oddity| oddity.kind == Odd::LyingLookup);
        let exchange = if is_looked_up { Processing::Deferred } else { policy.exchange };
        let policy = Policy { exchange, ..policy };
        let subscriber = SUBSCRIBERS[[0, 0, 0, 1, 2][random.usize(0..5)]];
        Self { boxes, subscriber, policy, weather, oddity, strokes, calm_after }
    }
}

impl Stroke {
    fn draw(random: &mut fastrand::Rng) -> Self {
        let tv = random.usize(0..6);
        let millis = |random: &mut fastrand::Rng, most: u64| Duration::from_millis(random.u64(50..most));
        match random.u8(0..16) {
            0..=2 => Self::PowerCut { tv, off: millis(random, 20_000) },
            3 => Self::Kill { tv },
            4 => Self::ServerCrash { down: millis(random, 30_000) },
            5 => {
                let tv = random.bool().then_some(tv);
                Self::Partition { tv, time: millis(random, 60_000) }
            }
            6 => Self::Storm {
                time: millis(random, 40_000),
                status: if random.bool() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::SERVICE_UNAVAILABLE },
                retry_after: random.u64(0..30),
            },
            7 => Self::ClockJump { tv, by: TimeDelta::hours(random.i64(-30_000..30_000)) },
            8 | 9 => Self::TokensExpire,
            10 => {
                Self::DiskFails { tv, time: millis(random, 30_000), of_hundred: [3, 10, 30, 100][random.usize(0..4)] }
            }
            11 => Self::Sleep { tv, time: Duration::from_secs(random.u64(1..900)) },
            12 => Self::Visitor { tv, time: millis(random, 30_000) },
            13 => Self::ServerClock { by: TimeDelta::minutes(random.i64(1..12_000)) },
            _ => Self::Standby { tv },
        }
    }
}
