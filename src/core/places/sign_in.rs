//! Signing in with a phone (RFC 8628): a code, its time, and asking whether the member confirmed.
//!
//! The same grant confirms that the member allows the first PIN of this box: who only holds the remote, such as a child,
//! cannot choose one and open 18+ with it.

use std::time::Duration;

use crate::domain::{DeviceCode, ExchangeLine, Failure, OrderLine, Secret, SignInPoll};
use crate::input::Intent;

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::pace::{self, Attention};
use super::super::{AboutPlace, AboutTopic, Notice, Page, PinPurpose, Place, PlaceKind, Request, SpendBlock};

/// The sign-in screen.
#[derive(Debug, Clone, PartialEq)]
pub struct SignInPlace {
    /// How far it is.
    pub state: SignInState,
}

/// The member confirms on the phone that a first PIN may be set on this box.
#[derive(Debug, Clone, PartialEq)]
pub struct PhoneCheckPlace {
    /// How far it is.
    pub state: SignInState,
    /// Who has to confirm.
    pub member_id: String,
    /// The order that wants the PIN, if one does.
    pub lines: Option<Vec<OrderLine>>,
}

/// How far a sign-in is.
#[derive(Debug, Clone, PartialEq)]
pub enum SignInState {
    /// The code is on its way.
    Starting,
    /// The code is shown.
    Waiting {
        /// The code.
        code: DeviceCode,
        /// When it ends, by the monotonic clock.
        ends_at: Duration,
        /// The time left, in the steps in which it is shown.
        left: Duration,
        /// What went wrong with the last question, if anything.
        trouble: Option<Failure>,
        /// When to ask next.
        poll_at: Duration,
        /// When the last answer came, or the code: the interval counts from there.
        polled_at: Duration,
        /// How long to wait between two questions.
        interval: Duration,
    },
    /// The code's time is over.
    Expired,
    /// The member said no.
    Denied,
    /// Another member confirmed than the one who was to do it.
    OtherMember,
    /// There is no code.
    Failed {
        /// Why.
        failure: Failure,
        /// How often in a row.
        attempts: u32,
        /// When it is tried again.
        retry_at: Duration,
    },
}

/// The longest that a service which asks for rest is left alone while a code waits.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The longest that a code keeps the picture bright.
const LONGEST_USE: Duration = Duration::from_secs(15 * 60);

/// The time left, as it is shown: whole minutes, and ten-second steps in the last one.
fn shown_left(left: Duration) -> Duration {
    let seconds = left.as_secs();
    let step = if seconds > 60 { 60 } else { 10 };
    Duration::from_secs(seconds.div_ceil(step) * step)
}

impl App {
    /// Opens the sign-in screen, alone, and asks for a code.
    pub(crate) fn open_sign_in(&mut self, turn: &mut Turn) {
        self.stack = vec![Page { place: Place::SignIn(SignInPlace { state: SignInState::Starting }), tab_focus: None }];
        self.call(Request::StartSignIn, turn);
    }

    /// Lets the member confirm on the phone that a first PIN may be set; the pad opens then.
    ///
    /// For an order this stands in the place of its question, which comes back with the pad: Back gives the order up.
    pub(crate) fn open_phone_check(&mut self, lines: Option<Vec<OrderLine>>, turn: &mut Turn) {
        let Some(account) = &self.data.account else {
            self.notify(Notice::Blocked(SpendBlock::NotReady), turn);
            return;
        };
        let member_id = account.member_id.clone();
        let place = Place::PhoneCheck(PhoneCheckPlace { state: SignInState::Starting, member_id, lines });
        if self.place().kind() == PlaceKind::Confirm {
            self.replace(place);
        } else {
            self.push(place);
        }
        self.call(Request::StartSignIn, turn);
    }

    /// The member has confirmed: a PIN may be chosen.
    fn phone_checked(&mut self, turn: &mut Turn) {
        let Some(Place::PhoneCheck(place)) = self.place_mut() else { return };
        let lines = place.lines.take();
        self.stack.pop();
        // Whoever has confirmed it on the phone looks at the screen now.
        self.last_key_at = turn.now.monotonic;
        match lines {
            None => self.ask_pin(PinPurpose::Create(None)),
            Some(lines) => {
                self.open_confirm(lines.clone());
                // The points may have gone elsewhere meanwhile: then a refusal stands there.
                if self.place().kind() == PlaceKind::Confirm {
                    self.ask_pin(PinPurpose::Create(Some(lines)));
                }
            }
        }
    }

    /// The code that is shown for a phone, whatever it is to confirm.
    pub fn code_on_screen(&self) -> Option<&DeviceCode> {
        match self.sign_in_state()? {
            SignInState::Waiting { code, .. } => Some(code),
            SignInState::Starting
            | SignInState::Expired
            | SignInState::Denied
            | SignInState::OtherMember
            | SignInState::Failed { .. } => None,
        }
    }

    /// How far a phone has come with the code on the screen, if the screen is about one.
    pub fn sign_in_state(&self) -> Option<&SignInState> {
        match self.place() {
            Place::SignIn(place) => Some(&place.state),
            Place::PhoneCheck(place) => Some(&place.state),
            _ => None,
        }
    }

    fn sign_in_mut(&mut self) -> Option<&mut SignInState> {
        match self.place_mut() {
            Some(Place::SignIn(place)) => Some(&mut place.state),
            Some(Place::PhoneCheck(place)) => Some(&mut place.state),
            _ => None,
        }
    }

    /// The question whether this code was confirmed.
    fn code_question(&self, device_code: Secret) -> Request {
        match self.place() {
            Place::PhoneCheck(place) => Request::ConfirmMember { device_code, member_id: place.member_id.clone() },
            _ => Request::PollSignIn { device_code },
        }
    }

    fn is_asking_about_a_code(&self) -> bool {
        self.calls.under_way.values().any(Request::is_about_a_code)
    }

    pub(crate) fn sign_in_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        if intent != Intent::Activate {
            return Handled::No;
        }
        let Some(state) = self.sign_in_mut() else { return Handled::No };
        if let SignInState::Waiting { poll_at, polled_at, interval, .. } = state {
            // Somebody may be confirming this very code, so it stays for as long as it works.
            *poll_at = (*poll_at).min(*polled_at + *interval);
            self.notify(Notice::WaitsForPhone, turn);
            return Handled::Yes;
        }
        *state = SignInState::Starting;
        self.call(Request::StartSignIn, turn);
        Handled::Yes
    }

    /// The network changed: what failed for want of a link is asked for again soon (NET-2).
    pub(crate) fn sign_in_link_changed(&mut self, soon: Duration) {
        match self.sign_in_mut() {
            Some(SignInState::Failed { failure, retry_at, .. }) if pace::may_be_of_link(failure) => {
                *retry_at = soon.min(*retry_at);
            }
            Some(SignInState::Waiting { trouble: Some(failure), poll_at, polled_at, interval, .. })
                if pace::may_be_of_link(failure) =>
            {
                // The question may have arrived all the same, and one more within the interval would slow all down.
                *poll_at = soon.max(*polled_at + *interval).min(*poll_at);
            }
            Some(_) | None => {}
        }
    }

    /// Whether a code stands on the screen that somebody may be typing into a phone: that takes minutes, and the remote
    /// is not touched meanwhile (IDLE-1). After [`LONGEST_USE`] nobody does any more.
    pub(crate) fn is_code_in_use(&self, now: Duration) -> bool {
        let since_key = now.saturating_sub(self.last_key_at);
        if let Some(SignInState::Waiting { code, ends_at, .. }) = self.sign_in_state() {
            let shown_for = now.saturating_sub(ends_at.saturating_sub(code.expires_in));
            return self.is_asking_about_a_code() || (now < *ends_at && shown_for.min(since_key) < LONGEST_USE);
        }
        match self.place() {
            Place::Outcome(place) => {
                let works = |line: &ExchangeLine| !line.until.is_some_and(|until| self.time().is_past(until));
                let has_code = place.exchange.lines.iter().any(|line| line.promo_code.is_some() && works(line));
                has_code && since_key < LONGEST_USE
            }
            Place::MyOptions(_) => {
                let mut held = self.data.entitlements.iter().flatten();
                held.any(|held| held.promo_code.is_some() && !self.has_ended(held)) && since_key < LONGEST_USE
            }
            Place::About(AboutPlace { topic: AboutTopic::Code { until, .. } }) => {
                !until.is_some_and(|until| self.time().is_past(until)) && since_key < LONGEST_USE
            }
            _ => false,
        }
    }

    pub(crate) fn code_arrived(&mut self, code: DeviceCode, turn: &mut Turn) {
        let now = turn.now.monotonic;
        if let Some(state) = self.sign_in_mut() {
            *state = SignInState::Waiting {
                ends_at: now + code.expires_in,
                left: shown_left(code.expires_in),
                trouble: None,
                poll_at: now + code.interval,
                polled_at: now,
                interval: code.interval,
                code,
            };
        }
    }

    pub(crate) fn sign_in_polled(&mut self, request: &Request, poll: SignInPoll, turn: &mut Turn) {
        let now = turn.now.monotonic;
        let Some(state) = self.sign_in_mut() else { return };
        // An answer about an earlier code says nothing of this one, unless the member has confirmed it.
        let (Request::PollSignIn { device_code } | Request::ConfirmMember { device_code, .. }) = request else {
            return;
        };
        if let SignInState::Waiting { code, .. } = &*state
            && *device_code != code.device_code
            && poll != SignInPoll::Granted
        {
            return;
        }
        match (poll, &mut *state) {
            (SignInPoll::Pending, SignInState::Waiting { poll_at, polled_at, interval, trouble, .. }) => {
                *trouble = None;
                *polled_at = now;
                *poll_at = now + *interval;
            }
            (SignInPoll::SlowDown, SignInState::Waiting { poll_at, polled_at, interval, trouble, .. }) => {
                *trouble = None;
                *polled_at = now;
                // Five seconds more for good, says RFC 8628.
                *interval += Duration::from_secs(5);
                *poll_at = now + *interval;
            }
            (SignInPoll::Granted, _) if matches!(request, Request::ConfirmMember { .. }) => self.phone_checked(turn),
            (SignInPoll::Granted, _) => {
                // Whoever has confirmed it on the phone looks at the screen now.
                self.last_key_at = now;
                self.signed_in(turn);
                self.notify(Notice::Welcome { name: String::new() }, turn);
            }
            (SignInPoll::Denied, SignInState::Waiting { .. }) => *state = SignInState::Denied,
            (SignInPoll::Expired, SignInState::Waiting { .. }) => *state = SignInState::Expired,
            (SignInPoll::OtherMember, SignInState::Waiting { .. }) => *state = SignInState::OtherMember,
            (
                SignInPoll::Pending
                | SignInPoll::SlowDown
                | SignInPoll::Denied
                | SignInPoll::Expired
                | SignInPoll::OtherMember,
                _,
            ) => {}
        }
    }

    pub(crate) fn sign_in_failed(&mut self, request: &Request, failure: Failure, turn: &mut Turn) {
        let now = turn.now;
        let Some(state) = self.sign_in_mut() else { return };
        match (request, &mut *state) {
            (asked, SignInState::Waiting { poll_at, polled_at, interval, trouble, .. }) if asked.is_about_a_code() => {
                *polled_at = now.monotonic;
                // A longer pause than usual, so that boxes that were refused together do not return together.
                let pause = *interval + pace::share(now.entropy, *interval);
                // Somebody may have confirmed it already, so no more than a minute.
                let asked = failure.retry_after.map_or(Duration::ZERO, |asked| {
                    let asked = asked.min(LONGEST_PAUSE);
                    asked + pace::share(now.entropy, asked / 4)
                });
                *poll_at = now.monotonic + pause.max(asked);
                *trouble = Some(failure);
            }
            (Request::StartSignIn, SignInState::Starting | SignInState::Failed { .. }) => {
                let attempts = match state {
                    SignInState::Failed { attempts, .. } => attempts.saturating_add(1),
                    SignInState::Starting
                    | SignInState::Waiting { .. }
                    | SignInState::Expired
                    | SignInState::Denied
                    | SignInState::OtherMember => 1,
                };
                let wait = pace::after_failure(attempts.max(3), &failure, Attention::Viewer, now.entropy);
                let retry_at = now.monotonic + wait;
                *state = SignInState::Failed { failure, attempts, retry_at };
            }
            _ => {}
        }
    }

    pub(crate) fn sign_in_wake(&self) -> Option<Duration> {
        match self.sign_in_state()? {
            SignInState::Waiting { ends_at, left, poll_at, .. } => {
                let step = if left.as_secs() > 60 { 60 } else { 10 };
                let next_text = ends_at.saturating_sub(left.saturating_sub(Duration::from_secs(step)));
                Some(if self.is_asking_about_a_code() { next_text } else { next_text.min(*poll_at) })
            }
            SignInState::Failed { retry_at, .. } if !self.is_calling(&Request::StartSignIn) => Some(*retry_at),
            SignInState::Failed { .. }
            | SignInState::Starting
            | SignInState::Expired
            | SignInState::Denied
            | SignInState::OtherMember => None,
        }
    }

    pub(crate) fn sign_in_woke(&mut self, turn: &mut Turn) {
        let now = turn.now.monotonic;
        let Some(state) = self.sign_in_mut() else { return };
        match state {
            SignInState::Waiting { ends_at, .. } if *ends_at <= now => *state = SignInState::Expired,
            SignInState::Waiting { ends_at, left, poll_at, polled_at, code, .. } => {
                *left = shown_left(ends_at.saturating_sub(now));
                if *poll_at <= now {
                    *polled_at = now;
                    let device_code = code.device_code.clone();
                    self.call(self.code_question(device_code), turn);
                }
            }
            SignInState::Failed { retry_at, .. } if *retry_at <= now => self.call(Request::StartSignIn, turn),
            SignInState::Failed { .. }
            | SignInState::Starting
            | SignInState::Expired
            | SignInState::Denied
            | SignInState::OtherMember => {}
        }
    }
}
