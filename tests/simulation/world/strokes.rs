//! Lets a fault of the plan strike.

use std::time::Duration;

use bonus_sandbox::values::MemberId;
use bonus_tv::api::Tokens;
use bonus_tv::core::Event;
use bonus_tv::domain::Secret;
use bonus_tv::input::{Hold, KeyEvent, Phase, RemoteKey};
use tokio::time::Instant;

use super::{Due, World};
use crate::faults::Stroke;

impl World {
    fn fall_asleep(&mut self, tv: usize, time: Duration) {
        if self.tvs[tv].running.is_none() || self.tvs[tv].sleeps_until.is_some() {
            return;
        }
        self.trace.fault("sleep", || format!("box {tv} for {time:?}"));
        self.tvs[tv].sleep(time);
        let start = self.tvs[tv].start;
        self.after(time, Due::Wakes { tv, start });
    }

    /// The viewer leaves, twice where the first wish is answered with a question.
    fn leave(&mut self, tv: usize) {
        for _ in 0..2 {
            if self.tvs[tv].running.is_none() {
                return;
            }
            for phase in [Phase::Down(Hold::Trusted), Phase::Up] {
                self.event(tv, Event::Key(KeyEvent { key: RemoteKey::Leave, phase }));
            }
        }
        // The service is stopped where the viewer's wish did not reach it.
        self.tvs[tv].kill();
    }

    /// The box's own member is back.
    pub(super) fn give_back(&mut self, tv: usize) {
        if self.tvs[tv].member == self.visitor {
            let member = self.member.clone();
            self.give_to(tv, &member);
        }
    }

    fn give_to(&mut self, tv: usize, member: &MemberId) {
        let session = self.network.server().control().sign_in(member);
        let Ok(session) = session else { return };
        let refresh = Some(Secret::new(session.refresh_token));
        self.tvs[tv].cut_power();
        self.tvs[tv].give_to(member, &Tokens { access: Secret::new(session.access_token), refresh });
        self.after(Duration::from_secs(1), Due::PowerOn { tv });
    }

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
            Stroke::Sleep { tv: chosen, time } => {
                let tv = tv(chosen);
                self.fall_asleep(tv, time);
            }
            Stroke::LongSleep { time } => {
                // Nobody lives through these days but the server, or a run would take hours.
                self.night_until = Some(Instant::now() + time);
                for tv in 0..self.tvs.len() {
                    if self.tvs[tv].sleeps_until.is_some() {
                        self.tvs[tv].kill();
                    }
                    self.fall_asleep(tv, time);
                    self.after(time, Due::PowerOn { tv });
                }
            }
            Stroke::LongAbsence { off } => {
                self.trace.fault("days of absence", || format!("from every box for {off:?}"));
                self.night_until = Some(Instant::now() + off);
                for tv in 0..self.tvs.len() {
                    self.leave(tv);
                    self.after(off, Due::PowerOn { tv });
                }
            }
            Stroke::Visitor { tv: chosen, time } => {
                let tv = tv(chosen);
                self.trace.fault("another member", || format!("on box {tv} for {time:?}"));
                let visitor = self.visitor.clone();
                self.give_to(tv, &visitor);
                self.after(time, Due::VisitorLeaves { tv });
            }
            Stroke::ServerClock { by } => {
                self.trace.fault("server clock", || format!("by {by}"));
                self.network.server().leap(by);
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
