//! The event loop of a box: sleep, read the keys, run the shell, draw.
//!
//! One thread, one picture on its way at a time, and no wake-up without a reason.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::core::LinkChange;
use crate::engine::clock::SleepWatch;
use crate::platform::linux::{
    BoxWindow, Connection, Drawn, Heard, KernelNews, Light, NetworkChange, Remote, ScreenNews, Signals, Wake, Woken,
    wait,
};
use crate::shell::Shell;

use super::BoxError;
use super::service::Service;

/// How often screens are searched if the kernel sends no notifications.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How long after a notification screens are searched again: the rights to a new device come a moment later.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// The parts that the event loop runs.
pub(super) struct Turning {
    pub(super) shell: Shell,
    pub(super) window: Rc<RefCell<BoxWindow>>,
    pub(super) remote: Rc<RefCell<Remote>>,
    pub(super) wake: Wake,
    pub(super) signals: Signals,
    pub(super) service: Service,
}

impl Turning {
    /// Runs the event loop until the viewer leaves or a signal comes.
    pub(super) fn run(mut self) -> Result<(), BoxError> {
        let kernel = KernelNews::listen();
        let mut next_look = self.until_look(ScreenNews::Nothing, &kernel);
        let mut frames = Frames::default();
        let mut sleep_watch = SleepWatch::start();
        loop {
            slint::platform::update_timers_and_animations();
            self.shell.turn();
            if self.shell.wants_exit() {
                tracing::info!("the viewer leaves");
                break;
            }
            let now = self.shell.elapsed();
            self.service.alive(now);
            if self.draw(now, &mut frames) {
                continue;
            }
            let woken = self.sleep(now, &kernel, next_look)?;
            if woken.by_signal {
                tracing::info!("the system asks to end");
                break;
            }
            self.notice_sleep(&mut sleep_watch);
            if woken.by_display && self.window.borrow_mut().take_events() {
                frames.arrived();
            }
            let now = self.shell.elapsed();
            if woken.screens != ScreenNews::Nothing || next_look.is_some_and(|at| at <= now) {
                self.look(woken.screens);
                next_look = self.until_look(woken.screens, &kernel).map(|time| now + time);
            }
            if let Some(change) = woken.network {
                self.shell.link_changed(match change {
                    NetworkChange::Came => LinkChange::Came,
                    NetworkChange::Went => LinkChange::Went,
                });
            }
            if woken.by_remote || self.remote.borrow().due_in().is_some_and(|time| time.is_zero()) {
                self.hear();
            }
        }
        self.service.stopping();
        self.window.borrow_mut().restore();
        Ok(())
    }

    /// Looks at what is connected.
    fn look(&self, news: ScreenNews) {
        let mut window = self.window.borrow_mut();
        if window.look() == Connection::Same && news == ScreenNews::Replugged {
            window.renew();
        }
    }

    /// The time until screens are searched next without a notification.
    fn until_look(&self, news: ScreenNews, kernel: &KernelNews) -> Option<Duration> {
        let untold = (!kernel.tells_of_screens()).then_some(LOOK_EVERY);
        let again = (news != ScreenNews::Nothing).then_some(LOOK_AGAIN);
        [self.window.borrow().look_every(), untold, again].into_iter().flatten().min()
    }

    /// Runs before any key and before anything that is due: a key must not confirm a question that was open before the
    /// box slept, and the time of the sleep does not count as time without a key.
    fn notice_sleep(&mut self, watch: &mut SleepWatch) {
        if watch.has_slept() {
            tracing::info!("the system was asleep");
            self.shell.resumed();
        }
    }

    /// Draws what is due; returns whether the shell was notified and needs another turn.
    fn draw(&mut self, now: Duration, frames: &mut Frames) -> bool {
        let mut window = self.window.borrow_mut();
        window.set_light(if self.shell.app().is_dark() { Light::Off } else { Light::On });
        let state = self.shell.changes();
        let drawn = window.draw(now);
        let is_resized = window.take_resized();
        drop(window);
        if is_resized {
            self.shell.rescale();
        }
        if frames.is_first(drawn) {
            tracing::info!(after_ms = now.as_millis(), "the first picture is shown");
        }
        // Ready also without a television: the service waits for one, and systemd must not restart it.
        self.service.ready();
        let is_seen = frames.is_state_seen(drawn, state);
        if is_seen {
            self.shell.presented();
        }
        is_seen
    }

    fn hear(&mut self) {
        let heard = self.remote.borrow_mut().hear();
        for heard in heard {
            match heard {
                Heard::Key(event) => self.shell.key(event),
                Heard::Released => self.shell.release_keys(),
                Heard::Power(key) => self.shell.power(key),
            }
        }
    }

    /// Sleeps until something happens or is due.
    fn sleep(&self, now: Duration, kernel: &KernelNews, next_look: Option<Duration>) -> Result<Woken, BoxError> {
        let (window, remote) = (self.window.borrow(), self.remote.borrow());
        let due = [self.shell.next_wake(), window.next_draw(now), next_look, self.service.next_sign()];
        let due = due.into_iter().flatten().min().map(|at| at.saturating_sub(now));
        let timers = slint::platform::duration_until_next_timer_update();
        let at_most = [due, timers, remote.due_in()].into_iter().flatten().min();
        wait(&self.wake, &self.signals, kernel, window.events(), &remote.fds(), at_most)
            .map_err(|error| BoxError::System("waiting", error))
    }
}

/// Which state of the shell the screen shows.
#[derive(Debug, Default)]
struct Frames {
    has_shown: bool,
    /// The state of the picture on its way.
    flying: Option<u64>,
    /// The state of the picture on the screen.
    shown: Option<u64>,
    /// The last state that the shell was notified of.
    told: Option<u64>,
}

impl Frames {
    /// The picture on its way is on the screen.
    fn arrived(&mut self) {
        self.shown = self.flying.take().or(self.shown);
    }

    /// Whether this is the first picture of all.
    fn is_first(&mut self, drawn: Drawn) -> bool {
        matches!(drawn, Drawn::OnScreen | Drawn::InFlight) && !std::mem::replace(&mut self.has_shown, true)
    }

    /// Whether the shell must be notified that its state is on the screen, once for each state.
    fn is_state_seen(&mut self, drawn: Drawn, state: u64) -> bool {
        match drawn {
            Drawn::InFlight => self.flying = Some(state),
            // Where nothing is to be drawn, the last picture shows this state, too.
            Drawn::OnScreen | Drawn::Nothing => self.shown = Some(state),
            Drawn::NotYet => {}
            Drawn::Hidden => (self.flying, self.shown) = (None, None),
        }
        let is_news = self.shown == Some(state) && self.told != Some(state);
        if is_news {
            self.told = Some(state);
        }
        is_news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_seen_when_its_picture_arrives() {
        let mut frames = Frames::default();
        assert!(!frames.is_state_seen(Drawn::InFlight, 1));
        assert!(!frames.is_state_seen(Drawn::NotYet, 1));
        frames.arrived();
        assert!(frames.is_state_seen(Drawn::NotYet, 1));
        assert!(!frames.is_state_seen(Drawn::Nothing, 1), "once");
    }

    #[test]
    fn a_state_that_came_later_waits_for_its_own_picture() {
        let mut frames = Frames::default();
        frames.is_state_seen(Drawn::InFlight, 1);
        assert!(!frames.is_state_seen(Drawn::NotYet, 2));
        frames.arrived();
        assert!(!frames.is_state_seen(Drawn::InFlight, 2));
        frames.arrived();
        assert!(frames.is_state_seen(Drawn::Nothing, 2));
    }

    #[test]
    fn a_state_that_looks_the_same_is_seen_without_a_picture() {
        let mut frames = Frames::default();
        assert!(frames.is_state_seen(Drawn::OnScreen, 1));
        assert!(frames.is_state_seen(Drawn::Nothing, 2));
    }

    #[test]
    fn nobody_sees_anything_in_the_dark() {
        let mut frames = Frames::default();
        frames.is_state_seen(Drawn::InFlight, 1);
        assert!(!frames.is_state_seen(Drawn::Hidden, 2));
        frames.arrived();
        assert!(!frames.is_state_seen(Drawn::NotYet, 2));
        assert!(frames.is_state_seen(Drawn::OnScreen, 2));
    }
}
