//! Lets a fault of the plan strike.

use std::time::Duration;

use bonus_tv::core::Event;
use tokio::time::Instant;

use super::{Due, World};
use crate::faults::Stroke;

impl World {
    pub(super) fn strike(&mut self, stroke: Stroke) {
        if self.calm_at.is_some() {
            return;
        }
        let tv = |chosen: usize| chosen % self.plan.boxes;
        match stroke {
            Stroke::PowerCut { tv: chosen, off } => {
                let tv = tv(chosen);
                self.trace.fault("power cut", || format!("box {tv} for {off:?}"));
                self.tvs[tv].cut_power();
                self.after(off, Due::PowerOn { tv });
            }
            Stroke::Kill { tv: chosen } => {
                let tv = tv(chosen);
                self.trace.fault("box killed", || format!("box {tv}"));
                self.tvs[tv].kill();
                self.after(Duration::from_secs(1), Due::PowerOn { tv });
            }
            Stroke::ServerCrash { down } => {
                self.trace.fault("server crash", || format!("for {down:?}"));
                self.network.server().crash(down);
            }
            Stroke::Partition { tv: chosen, time } => {
                let side = chosen.map(tv);
                self.trace.fault("partition begins", || format!("{side:?} for {time:?}"));
                self.network.cut(side, time);
                // A box's own cable: its kernel tells when it goes and when it is back. Farther away nobody tells.
                if let Some(tv) = side {
                    self.after(Duration::ZERO, Due::LinkChanges { tv });
                    self.after(time, Due::LinkChanges { tv });
                }
            }
            Stroke::Storm { time, status, retry_after } => {
                self.trace.fault("storm begins", || format!("{status} for {time:?}"));
                self.network.storm(time, status, retry_after);
            }
            Stroke::ClockJump { tv: chosen, by } => {
                let tv = tv(chosen);
                self.trace.fault("clock jump", || format!("box {tv} by {by}"));
                self.tvs[tv].wall_error += by;
            }
            Stroke::TokensExpire => {
                self.trace.fault("token expiry", || "every access token".to_owned());
                let member = self.member.clone();
                self.network.server().expire_access(&member);
            }
            Stroke::DiskFails { tv: chosen, time, of_hundred } => {
                let tv = tv(chosen);
                self.trace.fault("disk failure", || format!("box {tv} for {time:?}"));
                self.tvs[tv].disk.set_failing(of_hundred);
                self.after(time, Due::DiskHeals { tv });
            }
            Stroke::Standby { tv: chosen } => {
                let tv = tv(chosen);
                self.trace.fault("standby", || format!("box {tv}"));
                self.event(tv, Event::Resumed);
            }
            Stroke::LongNight { off } => {
                self.trace.fault("a week without power", || format!("every box for {off:?}"));
                self.night_until = Some(Instant::now() + off);
                for tv in 0..self.tvs.len() {
                    self.tvs[tv].cut_power();
                    self.after(off, Due::PowerOn { tv });
                }
            }
        }
    }
}
