//! A box: the real core, storage and API client, with a power plug and a simulated disk.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bonus_tv::api::{Client, ClientOptions, TokenStore, Tokens};
use bonus_tv::core::{
    App, Effect, Event, Identity, Memory, Moment, Place, RefusalCause, Request, RequestId, Session, Settings,
    StoredOrder, Warning, update,
};
use bonus_tv::domain::Order;
use bonus_tv::sandbox::values::MemberId;
use bonus_tv::shell::disk::{CacheJob, Job, boot, perform};
use bonus_tv::shell::storage::{PinTime, Storage, TokenFile};
use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use crate::disk::SimDisk;
use crate::network::{BoxWire, Network};
use crate::options::Bug;

/// Where the box keeps what it remembers.
const DIRECTORY: &str = "/box";

/// A box, with or without power.
pub struct Tv {
    /// Its number.
    pub index: usize,
    /// What survives a power cut.
    pub disk: SimDisk,
    /// How wrong its clock is.
    pub wall_error: TimeDelta,
    /// The program, while it runs.
    pub running: Option<Running>,
    /// Counts the starts, so that what belongs to an earlier one is told apart.
    pub start: u64,
    /// Whose tokens are on it.
    pub member: MemberId,
    /// Until when its system sleeps.
    pub sleeps_until: Option<Instant>,
    random: fastrand::Rng,
    network: Arc<Network>,
    bug: Option<Bug>,
    /// How long it was awake in earlier starts.
    lived: Duration,
}

/// The program on a box that has power.
pub struct Running {
    /// The state.
    pub app: App,
    /// The disk's queue; the first job is under way.
    pub jobs: VecDeque<Job>,
    /// Requests under way.
    pub calls: Vec<tokio::task::AbortHandle>,
    /// Whether a frame is being drawn.
    pub is_drawing: bool,
    /// The next time the core was promised to be woken.
    pub wake_at: Option<Duration>,
    storage: Storage,
    client: Client,
    started: Instant,
    /// How long the system has slept since the start.
    slept: Duration,
    is_alive: Arc<AtomicBool>,
}

/// Something the world has to do for a box.
pub enum Errand {
    /// Ask the API.
    Call(RequestId, Request, Client),
    /// The disk has something to do and was idle.
    Disk,
    /// A film plays.
    Play,
    /// The program ended itself.
    Exit,
    /// An order was placed.
    Placed(Order),
    /// A result stood on the screen.
    Shown(String, Shown),
    /// The core warns.
    Warned(Warning),
}

/// What a member read on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// The exchange with this id was made.
    Confirmed(String),
    /// Nothing was charged.
    Refused(String),
    /// The result could not be learned.
    Unlearned,
    /// Something that is no result.
    Nothing(String),
}

/// The tokens on the disk of a box; a box without power writes nothing.
struct BoxTokens {
    file: Arc<TokenFile>,
    is_alive: Arc<AtomicBool>,
}

impl BoxTokens {
    fn living(&self) -> io::Result<()> {
        if self.is_alive.load(Ordering::SeqCst) { Ok(()) } else { Err(io::Error::other("the power is gone")) }
    }
}

impl TokenStore for BoxTokens {
    fn load(&self) -> io::Result<Option<Tokens>> {
        self.file.load()
    }

    fn begin(&self, tokens: &Tokens) -> io::Result<()> {
        self.living()?;
        self.file.begin(tokens)
    }

    fn save(&self, tokens: &Tokens) -> io::Result<()> {
        self.living()?;
        self.file.save(tokens)
    }

    fn forget(&self) -> io::Result<()> {
        self.living()?;
        self.file.forget()
    }

    fn is_instant(&self) -> bool {
        true
    }
}

impl Tv {
    /// A box that was never switched on.
    pub fn new(
        index: usize,
        disk: SimDisk,
        network: Arc<Network>,
        member: MemberId,
        bug: Option<Bug>,
        seed: u64,
    ) -> Self {
        Self {
            index,
            disk,
            wall_error: TimeDelta::zero(),
            running: None,
            start: 0,
            member,
            sleeps_until: None,
            random: fastrand::Rng::with_seed(seed),
            network,
            bug,
            lived: Duration::ZERO,
        }
    }

    /// How long the box was awake so far.
    pub fn awake(&self) -> Duration {
        let here = self.running.as_ref().map_or(Duration::ZERO, |running| {
            // Counted in advance while the system sleeps.
            running.started.elapsed().saturating_sub(running.slept)
        });
        self.lived + here
    }

    /// The system sleeps for so long from now on.
    pub fn sleep(&mut self, time: Duration) {
        if let Some(running) = self.running.as_mut().filter(|_| self.sleeps_until.is_none()) {
            running.slept += time;
            self.sleeps_until = Some(Instant::now() + time);
        }
    }

    /// How much of the time since the start the program does not know of.
    fn uncounted(&self) -> Duration {
        let slept = self.running.as_ref().map_or(Duration::ZERO, |running| running.slept);
        if self.bug == Some(Bug::StandbyUncounted) { slept } else { Duration::ZERO }
    }

    /// Somebody else's tokens are on the disk from now on; the box has no power.
    pub fn give_to(&mut self, member: &MemberId, tokens: &Tokens) {
        // A copy of the file that somebody else wrote: it knows nothing of this box.
        let file = self.storage().tokens;
        // With the bug, the other member's tokens pass for the same sign-in.
        let is_new = if self.bug == Some(Bug::KeepMemberData) { Ok(()) } else { file.forget() };
        let planted = is_new.and_then(|()| file.save(tokens));
        // A disk that fails keeps whom it knows.
        if planted.is_ok() {
            self.member = member.clone();
        }
    }

    fn storage(&self) -> Storage {
        Storage::on(Arc::new(self.disk.clone()), Path::new(DIRECTORY))
    }

    /// Whether the journal on the disk holds no order.
    pub fn has_empty_journal(&self) -> bool {
        matches!(self.storage().orders.load(), Ok(None))
    }

    /// Signs the box in before its first start.
    pub fn plant_tokens(&self, tokens: &Tokens) {
        self.storage().tokens.save(tokens).unwrap_or_else(|error| panic!("the first tokens: {error}"));
    }

    fn moment(&mut self, started: Instant) -> Moment {
        let server_now: DateTime<Utc> = self.network.server().now();
        let wall = server_now.checked_add_signed(self.wall_error).unwrap_or(server_now);
        let monotonic = started.elapsed().saturating_sub(self.uncounted());
        Moment { monotonic, wall, entropy: self.random.u128(..) }
    }

    /// Switches the box on.
    pub fn switch_on(&mut self) -> Vec<Errand> {
        self.start += 1;
        let storage = self.storage();
        let is_alive = Arc::new(AtomicBool::new(true));
        let tokens = Arc::new(BoxTokens { file: Arc::clone(&storage.tokens), is_alive: Arc::clone(&is_alive) });
        let wire = Arc::new(BoxWire { network: Arc::clone(&self.network), tv: self.index });
        let address = "https://api.example/".parse().unwrap_or_else(|_| panic!("this is an address"));
        let client = Client::over(wire, &ClientOptions::new(address), tokens);
        let started = Instant::now();
        let now = self.moment(started);
        let session = if client.is_signed_in() { Session::SignedIn } else { Session::SignedOut };
        let identity = Identity {
            brand: None,
            version: "0".to_owned(),
            device_id: format!("SIM-{}", self.index),
            api_host: "api.example".to_owned(),
            account_url: None,
            dim_after: Some(Duration::from_secs(300)),
            leave_after: None,
            player_hears_keys: true,
        };
        let mut boot = boot(&storage, Memory::Kept, identity, Settings::default(), session);
        if let (Some(Bug::LateSend), StoredOrder::Pending(order)) = (self.bug, &mut boot.order) {
            order.placed_at = self.network.server().now();
        }
        let (app, effects) = App::new(boot, &now);
        self.running = Some(Running {
            app,
            jobs: VecDeque::new(),
            calls: Vec::new(),
            is_drawing: false,
            wake_at: None,
            storage,
            client,
            started,
            slept: Duration::ZERO,
            is_alive,
        });
        self.run_effects(effects)
    }

    /// The program is gone at once; what it had asked for goes on without it.
    pub fn kill(&mut self) {
        self.lived = self.awake();
        self.sleeps_until = None;
        if let Some(running) = self.running.take() {
            running.is_alive.store(false, Ordering::SeqCst);
            for call in running.calls {
                call.abort();
            }
        }
    }

    /// The power goes, perhaps in the middle of what the disk is doing.
    pub fn cut_power(&mut self) {
        if let Some(running) = &mut self.running
            && let Some(job) = running.jobs.pop_front()
        {
            self.disk.light_fuse(self.random.u32(0..14));
            perform(&running.storage, job);
        }
        self.kill();
        self.disk.cut_power();
    }

    /// Hands an event to the core.
    pub fn handle(&mut self, event: Event) -> Vec<Errand> {
        let Some(started) = self.running.as_ref().map(|running| running.started) else { return Vec::new() };
        let now = self.moment(started);
        let Some(running) = &mut self.running else { return Vec::new() };
        let effects = update(&mut running.app, &now, event);
        self.run_effects(effects)
    }

    /// The disk has done its first job.
    pub fn disk_done(&mut self) -> (Option<Event>, bool) {
        let Some(running) = &mut self.running else { return (None, false) };
        let event = running.jobs.pop_front().and_then(|job| perform(&running.storage, job));
        (event, !running.jobs.is_empty())
    }

    /// When the core wants to be woken, by the world's clock.
    pub fn next_wake(&self) -> Option<(Duration, Instant)> {
        let running = self.running.as_ref()?;
        let at = running.app.next_wake()?;
        Some((at, running.started + self.uncounted() + at.min(Duration::from_secs(86_400 * 365))))
    }

    /// Time since the box was switched on.
    pub fn uptime(&self) -> Duration {
        let elapsed = self.running.as_ref().map_or(Duration::ZERO, |running| running.started.elapsed());
        elapsed.saturating_sub(self.uncounted())
    }

    fn run_effects(&mut self, effects: Vec<Effect>) -> Vec<Errand> {
        let mut errands = Vec::new();
        let Some(running) = &mut self.running else { return errands };
        for effect in effects {
            let job = match effect {
                Effect::Call { id, request } => {
                    errands.push(Errand::Call(id, request, running.client.clone()));
                    continue;
                }
                Effect::StoreOrder(order) => {
                    errands.push(Errand::Placed(order.clone()));
                    Job::StoreOrder(order)
                }
                // A bug put in by hand: nothing ends an order but its result.
                Effect::SealOrder(_) if self.bug == Some(Bug::EndlessOrder) => continue,
                Effect::SealOrder(key) => Job::SealOrder(key),
                Effect::ForgetOrder(key) => {
                    errands.push(Errand::Shown(key.as_str().to_owned(), shown(running.app.place())));
                    Job::ForgetOrder(key)
                }
                Effect::StoreCache => match CacheJob::of(&running.app) {
                    Some(job) => Job::StoreCache(Box::new(job)),
                    None => continue,
                },
                Effect::WipeMember => Job::WipeMember,
                Effect::ForgetDamagedOrder => Job::ForgetDamagedOrder,
                Effect::StoreChoice(choice) => Job::StoreChoice(choice),
                Effect::CheckPin { id, pin } => {
                    let now = PinTime { running: running.started.elapsed(), server: None };
                    Job::CheckPin { id, pin, now }
                }
                Effect::SetPin { id, pin } => Job::SetPin { id, pin },
                Effect::Play { .. } => {
                    errands.push(Errand::Play);
                    continue;
                }
                Effect::StopPlayer => continue,
                Effect::Warn(warning) => {
                    errands.push(Errand::Warned(warning));
                    continue;
                }
                Effect::Exit => {
                    errands.push(Errand::Exit);
                    continue;
                }
            };
            running.jobs.push_back(job);
            if running.jobs.len() == 1 {
                errands.push(Errand::Disk);
            }
        }
        errands
    }
}

/// What the member reads in a place.
pub fn shown(place: &Place) -> Shown {
    match place {
        Place::Outcome(outcome) => Shown::Confirmed(outcome.exchange.id.as_str().to_owned()),
        Place::Refusal(place) => match place.cause {
            RefusalCause::Order => Shown::Refused(place.refusal.code.clone()),
            RefusalCause::Unlearned(_) => Shown::Unlearned,
            RefusalCause::Question | RefusalCause::Past => Shown::Nothing(format!("{:?}", place.cause)),
        },
        other => Shown::Nothing(format!("{:?}", other.kind())),
    }
}
