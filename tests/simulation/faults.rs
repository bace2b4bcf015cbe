//! What goes wrong in a run, drawn from its seed before it begins.

use std::time::Duration;

use axum::http::StatusCode;
use bonus_tv::sandbox::MonthlyLimit;
use bonus_tv::sandbox::policy::{Policy, Processing};
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
    /// What strikes when.
    pub strokes: Vec<(Duration, Stroke)>,
    /// When all faults stop.
    pub calm_after: Duration,
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
    /// Nobody has power for longer than the server remembers keys.
    LongNight { off: Duration },
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
            usual_ms: 1 + u64::from(chance(150)),
        };
        let mut strokes: Vec<(Duration, Stroke)> = (0..random.u8(0..9))
            .map(|_| (Duration::from_millis(random.u64(2000..150_000)), Stroke::draw(random)))
            .collect();
        if random.u8(0..40) == 0 {
            let off = Duration::from_secs(random.u64(5 * 86_400..9 * 86_400));
            strokes.push((Duration::from_secs(random.u64(10..40)), Stroke::LongNight { off }));
        }
        let calm_after = match strokes.last() {
            Some((at, Stroke::LongNight { off })) => *at + *off + Duration::from_secs(60),
            _ => calm_after,
        };
        let subscriber = SUBSCRIBERS[[0, 0, 0, 1, 2][random.usize(0..5)]];
        Self { boxes, subscriber, policy, weather, strokes, calm_after }
    }
}

impl Stroke {
    fn draw(random: &mut fastrand::Rng) -> Self {
        let tv = random.usize(0..6);
        let millis = |random: &mut fastrand::Rng, most: u64| Duration::from_millis(random.u64(50..most));
        match random.u8(0..12) {
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
            _ => Self::Standby { tv },
        }
    }
}
