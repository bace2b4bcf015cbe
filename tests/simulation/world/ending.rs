//! The end of a run: the faults stop, and every order must find its end.

use std::time::Duration;

use tokio::time::Instant;

use super::{Due, World};
use crate::tv::Tv;
use crate::viewer::Mood;

/// How long the boxes may take to settle every order once the faults have stopped.
const PATIENCE: Duration = Duration::from_secs(45 * 60);

impl World {
    /// The faults stop; from here on every order must find its end.
    pub(super) fn calm(&mut self) {
        self.trace.say(|| "the faults stop".to_owned());
        self.mood = Mood::Reads;
        self.calm_at = Some(Instant::now());
        self.network.heal();
        for tv in 0..self.tvs.len() {
            self.tvs[tv].disk.set_failing(0);
            self.give_back(tv);
            // Half of them start once more: what is on the disk must end well too.
            if self.random.bool() {
                self.tvs[tv].kill();
            }
            self.after(Duration::from_secs(1), Due::PowerOn { tv });
        }
        self.after(Duration::from_secs(5), Due::Look);
    }

    /// Whether every order has found its end.
    pub(super) fn look(&mut self) -> bool {
        let Some(calm_at) = self.calm_at else { return false };
        let mut is_settled = true;
        for tv in 0..self.tvs.len() {
            let (is_idle, is_empty) = {
                let tv = &self.tvs[tv];
                let is_idle = tv.running.as_ref().is_some_and(|running| {
                    running.app().order().is_none() && !running.engine.is_disk_busy() && !running.app().is_watching()
                });
                (is_idle, tv.has_empty_journal())
            };
            is_settled &= is_idle && is_empty;
            // An order whose end the disk could not note is asked for again at the next start.
            let has_waited = calm_at.elapsed() > Duration::from_secs(120);
            if is_idle && !is_empty && has_waited {
                self.trace.say(|| format!("box {tv}: is switched off and on"));
                self.tvs[tv].kill();
                self.after(Duration::from_secs(1), Due::PowerOn { tv });
            }
        }
        if is_settled {
            self.trace.say(|| "every order has found its end".to_owned());
            return true;
        }
        if calm_at.elapsed() > PATIENCE {
            let phases: Vec<String> = self.tvs.iter().map(phase).collect();
            self.trace.violation(format!("no end {PATIENCE:?} after the faults stopped: {}", phases.join("; ")));
            return true;
        }
        self.after(Duration::from_secs(5), Due::Look);
        false
    }
}

fn phase(tv: &Tv) -> String {
    let Some(running) = &tv.running else { return format!("box {} is off", tv.index) };
    let order = running.app().order().map(|flow| (flow.order.key.as_str().to_owned(), flow.phase));
    format!("box {} at {:?} with {order:?}", tv.index, running.app().place().kind())
}
