//! The state of the program and the one function that changes it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, Utc};

use crate::domain::{Account, Catalog, Entitlement, Language, OfferId, Order, Watched};
use crate::input::{Direction, Keymap, RemoteKey, Repeat};

use super::calls::Calls;
use super::clock::{ServerClock, default_offset};
use super::dialog::Damage;
use super::identity::Identity;
use super::magnifier::Magnifier;
use super::notice::TimedNotice;
use super::order::{OrderFlow, SpendBlock};
use super::playback::Playing;
use super::power::{Power, PowerKeys};
use super::{
    Data, Dialog, DiskJob, Effect, Event, Moment, Notice, Page, RenewalWish, Request, RequestId, Resource, Settings,
    Shelf, Warning,
};

/// The state of the program.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// What this box is and where it belongs.
    pub identity: Identity,
    /// The viewer's choices.
    pub settings: Settings,
    /// Whether somebody is signed in.
    pub session: Session,
    /// What is known of the member and the programme.
    pub data: Data,
    /// Whether a PIN is set.
    pub has_pin: bool,
    pub(crate) memory: Memory,
    pub(crate) stack: Vec<Page>,
    pub(crate) dialog: Option<Dialog>,
    pub(crate) basket: Vec<OfferId>,
    pub(crate) order: Option<OrderFlow>,
    /// An order without an answer whose member is not the one who is signed in; the disk holds it.
    pub(crate) set_aside: Option<OrderFlow>,
    /// An order whose result was not on the screen yet; the disk holds it.
    pub(crate) unseen: Option<OrderFlow>,
    pub(crate) playing: Option<Playing>,
    pub(crate) repeat: Repeat,
    /// Keys that went down in the PIN's dialog and are down still.
    pub(crate) secret_keys: Vec<RemoteKey>,
    pub(crate) keymap: Keymap,
    pub(crate) calls: Calls,
    pub(crate) clock: ServerClock,
    /// Up to which time of the service the moments of [`super::moments`] have been dealt with.
    pub(crate) moments_seen: Option<DateTime<Utc>>,
    pub(crate) notice: Option<TimedNotice>,
    /// An order of earlier that cannot be read, until somebody has read that.
    pub(crate) damage: Damage,
    /// Whether a picture of this start was on the screen.
    pub(crate) has_presented: bool,
    pub(crate) bumps: u32,
    pub(crate) bump_direction: Direction,
    pub(crate) last_key_at: Duration,
    pub(crate) is_dimmed: bool,
    pub(crate) power: Power,
    pub(crate) power_keys: PowerKeys,
    pub(crate) hero: Option<OfferId>,
    pub(crate) hero_due: Option<Duration>,
    pub(crate) rested: Option<OfferId>,
    pub(crate) minute_due: Duration,
    /// Whether the focused thing is shown alone.
    pub(crate) magnifier: Magnifier,
    pub(crate) last_exit_back: Option<Duration>,
    /// The renewal that was switched off last, and until when one press switches it on again.
    pub(crate) switched_off: Option<(RenewalWish, Duration)>,
}

/// Whether somebody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// Nobody.
    SignedOut,
    /// A member.
    SignedIn,
}

/// What the disk knows at start.
#[derive(Debug, Clone, PartialEq)]
pub struct Boot {
    /// What this box is.
    pub identity: Identity,
    /// The viewer's choices.
    pub settings: Settings,
    /// Whether there are tokens.
    pub session: Session,
    /// What was known last time.
    pub cached: Option<CachedData>,
    /// Which episodes were watched.
    pub watched: Watched,
    /// An order whose answer is not known.
    pub order: StoredOrder,
    /// Whether a PIN is set.
    pub has_pin: bool,
    /// Whether anything can be kept.
    pub memory: Memory,
}

/// Whether what happens now is known after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// It is.
    Kept,
    /// The disk takes nothing: an order that a power cut interrupts would be forgotten, so none is made.
    Lost,
}

/// What the cache holds.
#[derive(Debug, Clone, PartialEq)]
pub struct CachedData {
    /// The account.
    pub account: Account,
    /// The catalogue.
    pub catalog: Arc<Catalog>,
    /// The validator of its first page, if the cache holds all of it.
    pub etag: Option<String>,
    /// What the member holds.
    pub entitlements: Vec<Entitlement>,
    /// The language of its titles and texts.
    pub language: Language,
    /// When the network answered, by the service's time.
    pub fetched_at: DateTime<Utc>,
}

impl CachedData {
    /// Whether a start from either would show the same.
    pub(crate) fn shows_the_same(&self, other: &Self) -> bool {
        let dated = |other: &Self| Account { server_time: self.account.server_time, ..other.account.clone() };
        Arc::ptr_eq(&self.catalog, &other.catalog)
            && self.language == other.language
            && self.etag == other.etag
            && self.entitlements == other.entitlements
            && self.account == dated(other)
    }
}

/// What the order journal holds.
#[derive(Debug, Clone, PartialEq)]
pub enum StoredOrder {
    /// Nothing.
    None,
    /// An order whose answer is not known.
    Pending(Order),
    /// An order whose refusal was about to be shown without the service's own word: it is looked for, never sent.
    Sealed(Order),
    /// Something unreadable.
    Damaged,
}

/// One call of [`update`]: its circumstances and what it orders.
pub(crate) struct Turn {
    pub(crate) now: Moment,
    pub(crate) effects: Vec<Effect>,
}

/// Takes one event and changes the state.
pub fn update(app: &mut App, now: &Moment, event: Event) -> Vec<Effect> {
    let mut turn = Turn { now: *now, effects: Vec::new() };
    app.clock.advance(now);
    app.moments_passed(&mut turn);
    match event {
        Event::Key(key) => {
            app.note_secret(key);
            if let Some(step) = app.repeat.key(now.monotonic, key) {
                let before = app.focused_offer();
                app.take_step(step, &mut turn);
                app.key_settled(before.as_ref());
            }
        }
        Event::KeysReleased => {
            app.secret_keys.clear();
            app.repeat.release_all();
        }
        Event::Woke => app.woke(&mut turn),
        Event::Presented => app.presented(&mut turn),
        Event::Replied { id, result } => app.replied(id, result, &mut turn),
        Event::OrderStored(result) => app.order_stored(result, &mut turn),
        Event::OrderSealed(result) => app.order_sealed(result, &mut turn),
        Event::PinAnswered { id, answer } => app.pin_answered(id, answer, &mut turn),
        Event::Player(event) => app.player_event(event, &mut turn),
        Event::Power(key) => app.power_key(key, &mut turn),
        Event::Resumed => app.system_resumed(&mut turn),
        Event::LinkChanged(change) => app.link_changed(change, &turn),
    }
    app.settle_focus();
    app.settle_rested();
    app.settle_magnifier();
    turn.effects
}

impl App {
    /// The first state, and what is to be done at once.
    pub fn new(boot: Boot, now: &Moment) -> (Self, Vec<Effect>) {
        let mut turn = Turn { now: *now, effects: Vec::new() };
        let mut app = Self {
            identity: boot.identity,
            settings: boot.settings,
            session: boot.session,
            data: Data::default(),
            has_pin: boot.has_pin,
            memory: boot.memory,
            stack: Vec::new(),
            dialog: None,
            basket: Vec::new(),
            order: None,
            set_aside: None,
            unseen: None,
            playing: None,
            repeat: Repeat::default(),
            secret_keys: Vec::new(),
            keymap: Keymap,
            calls: Calls::default(),
            clock: ServerClock::not_before(times_on_disk(&boot.order, boot.cached.as_ref()), now),
            moments_seen: None,
            notice: None,
            damage: Damage::None,
            has_presented: false,
            bumps: 0,
            bump_direction: Direction::Up,
            last_key_at: now.monotonic,
            is_dimmed: false,
            power: Power::On,
            power_keys: PowerKeys::default(),
            hero: None,
            hero_due: None,
            rested: None,
            minute_due: now.monotonic,
            magnifier: Magnifier::default(),
            last_exit_back: None,
            switched_off: None,
        };
        app.schedule_minute(now);
        match boot.order {
            StoredOrder::None => {}
            StoredOrder::Pending(order) => app.order = Some(OrderFlow::resumed(order, now)),
            StoredOrder::Sealed(order) => app.order = Some(OrderFlow::sealed(order, now)),
            StoredOrder::Damaged => {
                turn.effects.push(Effect::Warn(Warning::DamagedOrder));
                app.damage = Damage::Untold;
            }
        }
        if app.memory == Memory::Lost {
            app.notify(Notice::Blocked(SpendBlock::NoMemory), &mut turn);
        }
        match app.session {
            Session::SignedOut => app.open_sign_in(&mut turn),
            Session::SignedIn => {
                app.data.watched = boot.watched;
                if let Some(cached) = boot.cached {
                    app.data.account = Some(cached.account);
                    app.data.shelf = Shelf::new(cached.catalog, app.settings.adults);
                    app.data.has_catalog = true;
                    app.data.catalog_etag = cached.etag;
                    app.data.entitlements = Some(cached.entitlements);
                    app.data.cached_at = Some(cached.fetched_at);
                }
                if app.data.cached_at.is_none() {
                    // Nothing tells yet whose sign-in this is, and another member's order is not shown.
                    app.set_aside = app.order.take();
                }
                // An order whose answer is not known cannot wait, and without a cache there is nothing to look at.
                if app.data.cached_at.is_some() && app.order.is_none() {
                    app.start_quietly(&turn);
                }
                app.open_home(&mut turn);
            }
        }
        app.settle_focus();
        app.settle_rested();
        (app, turn.effects)
    }

    /// The subscriber's zone.
    pub fn offset(&self) -> FixedOffset {
        self.data.account.as_ref().map_or_else(default_offset, |account| account.offset)
    }

    /// Shows a short message.
    pub(crate) fn notify(&mut self, notice: Notice, turn: &mut Turn) {
        let until = turn.now.monotonic + notice.time();
        self.notice = Some(TimedNotice { notice, until, page: None });
    }

    /// The short message that is shown.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref().map(|timed| &timed.notice)
    }

    /// A key could do nothing: the picture says so (FOC-8).
    pub(crate) fn bump(&mut self, direction: Direction) {
        self.bumps = self.bumps.wrapping_add(1);
        self.bump_direction = direction;
    }

    /// How often a key could do nothing, and which way the last one pushed.
    pub fn bumps(&self) -> (u32, Direction) {
        (self.bumps, self.bump_direction)
    }

    /// Whether the picture is dimmed.
    pub fn is_dimmed(&self) -> bool {
        self.is_dimmed
    }

    /// The dialog above the screen.
    pub fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }

    /// The page that is shown.
    pub fn page(&self) -> &Page {
        self.stack.last().unwrap_or_else(|| unreachable!("the stack is never empty"))
    }

    /// How many pages lie on each other.
    pub fn depth(&self) -> usize {
        self.stack.len()
    }

    /// The order under way.
    pub fn order(&self) -> Option<&OrderFlow> {
        self.order.as_ref()
    }

    /// Whether anything is asked of the network now.
    pub fn is_waiting(&self) -> bool {
        !self.calls.under_way.is_empty()
    }

    /// The requests that have no answer yet, oldest first.
    pub fn requests_under_way(&self) -> impl Iterator<Item = (RequestId, &Request)> {
        self.calls.under_way.iter().map(|(id, request)| (*id, request))
    }

    /// Whether the network has told or confirmed the catalogue since this program started.
    pub fn is_catalog_confirmed(&self) -> bool {
        self.data.catalog_at.is_some() && self.trouble_with(Resource::Catalog).is_none()
    }

    /// The validator of the catalogue, if all of it is here.
    pub fn catalog_etag(&self) -> Option<&str> {
        self.data.catalog_etag.as_deref()
    }

    /// The offer the hero tells of: the one the focus has rested on.
    pub fn hero(&self) -> Option<&OfferId> {
        self.hero.as_ref()
    }

    /// When [`Event::Woke`] is wanted; `None` means only a new event can change anything.
    pub fn next_wake(&self) -> Option<Duration> {
        let player_tick = self.player_tick();
        let sign_in = self.sign_in_wake();
        let order = self.order.as_ref().and_then(OrderFlow::next_wake);
        if self.power == Power::Standby {
            return [order, self.standby_wake()].into_iter().flatten().min();
        }
        let notice = self.notice.as_ref().map(|notice| notice.until);
        [
            self.repeat.next_wake(),
            self.hero_due,
            Some(self.minute_due),
            player_tick,
            sign_in,
            order,
            self.calls_wake(),
            self.moments_wake(),
            notice,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn woke(&mut self, turn: &mut Turn) {
        let now = turn.now.monotonic;
        if self.power == Power::Standby {
            self.standby_woke(turn);
            self.order_woke(turn);
            return;
        }
        if let Some(step) = self.repeat.wake(now) {
            self.take_step(step, turn);
        }
        if self.hero_due.is_some_and(|at| at <= now) {
            self.hero_due = None;
            self.tab_rested(turn);
            self.catalog_rested();
            if let Some(id) = self.focused_offer() {
                self.hero = Some(id);
            }
        }
        if self.notice.as_ref().is_some_and(|notice| notice.until <= now) {
            self.notice = None;
        }
        if self.minute_due <= now {
            self.minute_passed(turn);
        }
        self.sign_in_woke(turn);
        self.order_woke(turn);
        self.player_woke(turn);
        self.calls_woke(turn);
    }

    /// Once a minute: the clock on the screen, time left, staleness and dimming.
    fn minute_passed(&mut self, turn: &mut Turn) {
        let now = turn.now;
        self.schedule_minute(&now);
        let quiet = turn.now.monotonic.saturating_sub(self.last_key_at);
        let is_in_use = self.playing.is_some() || self.is_code_in_use(turn.now.monotonic);
        if !is_in_use && self.identity.dim_after.is_some_and(|limit| quiet >= limit) {
            self.is_dimmed = true;
        }
        self.leave_if_forgotten(turn);
        self.schedule_refresh(turn);
    }

    /// The next full minute of the clock on the screen; while there is none, the next minute.
    pub(crate) fn schedule_minute(&mut self, now: &Moment) {
        let millis = self.time().known().map_or(0, |time| time.timestamp_millis().rem_euclid(60_000));
        let left = u64::try_from(60_000 - millis).unwrap_or(60_000);
        self.minute_due = now.monotonic + Duration::from_millis(left.max(1));
    }

    fn presented(&mut self, turn: &mut Turn) {
        if !std::mem::replace(&mut self.has_presented, true) {
            turn.effects.push(Effect::Disk(DiskJob::EndStart));
        }
        self.confirm_presented(turn);
        self.result_presented(turn);
        self.damage_presented();
    }

    /// Back from standby: no key is down, an open confirmation is closed, everything is refreshed (IDLE-2).
    pub(crate) fn resumed(&mut self, turn: &mut Turn) {
        self.repeat.release_all();
        self.is_dimmed = false;
        self.last_key_at = turn.now.monotonic;
        self.forget_wish_to_watch();
        self.address_failed(turn);
        self.close_confirmation();
        let now = turn.now;
        self.schedule_minute(&now);
        if self.session == Session::SignedIn {
            self.fetch_all(turn);
            self.ask_for_order(turn);
        }
    }
}

/// The times that the disk has seen: it cannot be earlier now.
fn times_on_disk(order: &StoredOrder, cached: Option<&CachedData>) -> impl Iterator<Item = DateTime<Utc>> {
    let placed_at = match order {
        StoredOrder::Pending(order) | StoredOrder::Sealed(order) => Some(order.placed_at),
        StoredOrder::None | StoredOrder::Damaged => None,
    };
    let fetched_at = cached.map(|cached| cached.fetched_at);
    let server_time = cached.map(|cached| cached.account.server_time);
    [placed_at, fetched_at, server_time].into_iter().flatten()
}
