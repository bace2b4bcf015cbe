//! A box: the engine that ships, with storage and API client, a power plug and a simulated disk.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bonus_sandbox::values::MemberId;
use bonus_tv::api::{Client, ClientOptions, TokenStore, Tokens};
use bonus_tv::core::{
    App, DiskJob, Effect, Event, Identity, Memory, Moment, Place, RefusalCause, Request, RequestId, Session, Settings,
    StoredOrder, Warning,
};
use bonus_tv::domain::{Language, Order, Secret};
use bonus_tv::engine::disk::{boot, perform};
use bonus_tv::engine::{Engine, Ports};
use bonus_tv::storage::{Storage, TokenFile};
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
    /// The engine that ships, with the ports of this world.
    pub engine: Engine<BoxPorts>,
    /// Requests under way.
    pub calls: Vec<tokio::task::AbortHandle>,
    /// Whether a frame is being drawn.
    pub is_drawing: bool,
    /// The next time the core was promised to be woken.
    pub wake_at: Option<Duration>,
    /// How long the system has slept since the start.
    slept: Duration,
    is_alive: Arc<AtomicBool>,
}

impl Running {
    /// The state.
    pub fn app(&self) -> &App {
        self.engine.app()
    }
}

/// The ports of a box: what the engine asks for becomes an errand of the world.
pub struct BoxPorts {
    network: Arc<Network>,
    client: Client,
    storage: Storage,
    started: Instant,
    /// How much of the time since the start the program does not know of.
    uncounted: Duration,
    wall_error: TimeDelta,
    random: fastrand::Rng,
    bug: Option<Bug>,
    /// What the disk is at.
    job: Option<DiskJob>,
    errands: Vec<Errand>,
}

impl Ports for BoxPorts {
    fn now(&mut self) -> Moment {
        let server_now: DateTime<Utc> = self.network.server().now();
        let wall = server_now.checked_add_signed(self.wall_error).unwrap_or(server_now);
        let monotonic = self.started.elapsed().saturating_sub(self.uncounted);
        Moment { monotonic, wall, entropy: self.random.u128(..) }
    }

    fn call(&mut self, id: RequestId, request: Request, language: Language) {
        self.errands.push(Errand::Call(id, request, language, self.client.clone()));
    }

    fn write(&mut self, job: DiskJob) {
        // A bug put in by hand: nothing ends an order but its result.
        let is_lost = matches!(job, DiskJob::SealOrder(_)) && self.bug == Some(Bug::EndlessOrder);
        self.job = Some(job).filter(|_| !is_lost);
        self.errands.push(Errand::Disk);
    }

    fn play(&mut self, _: Secret, _: &str) {
        self.errands.push(Errand::Play);
    }

    fn stop_player(&mut self) {}

    fn log_effect(&mut self, _: Duration, app: &App, effect: &Effect) {
        match effect {
            Effect::Disk(DiskJob::StoreOrder(order)) => self.errands.push(Errand::Placed(order.clone())),
            Effect::Disk(DiskJob::ForgetOrder(key)) => {
                self.errands.push(Errand::Shown(key.as_str().to_owned(), shown(app.place())));
            }
            Effect::Warn(warning) => self.errands.push(Errand::Warned(*warning)),
            Effect::Exit => self.errands.push(Errand::Exit),
            _ => {}
        }
    }
}

/// Something the world has to do for a box.
pub enum Errand {
    /// Ask the API.
    Call(RequestId, Request, Language, Client),
    /// The disk was given a job.
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
            running.engine.ports().started.elapsed().saturating_sub(running.slept)
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
        // A disk that fails may have taken them before it said so: whose box it is, the file tells.
        let _ = is_new.and_then(|()| file.save(tokens));
        if file.load().ok().flatten().as_ref() == Some(tokens) {
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

    /// Switches the box on.
    pub fn switch_on(&mut self) -> Vec<Errand> {
        self.start += 1;
        let storage = self.storage();
        let is_alive = Arc::new(AtomicBool::new(true));
        let tokens = Arc::new(BoxTokens { file: Arc::clone(&storage.tokens), is_alive: Arc::clone(&is_alive) });
        let wire = Arc::new(BoxWire { network: Arc::clone(&self.network), tv: self.index });
        let address = "https://api.example/".parse().unwrap_or_else(|_| panic!("this is an address"));
        let client = Client::over(wire, &ClientOptions::new(address), tokens);
        let session = if client.is_signed_in() { Session::SignedIn } else { Session::SignedOut };
        let identity = Identity {
            version: "0".to_owned(),
            device_id: format!("SIM-{}", self.index),
            api_host: "api.example".to_owned(),
            dim_after: Some(Duration::from_secs(300)),
            player_hears_keys: true,
            ..Identity::default()
        };
        let mut boot = boot(&storage, Memory::Kept, identity, Settings::default(), session);
        if let (Some(Bug::LateSend), StoredOrder::Pending(order)) = (self.bug, &mut boot.order) {
            order.placed_at = self.network.server().now();
        }
        let ports = BoxPorts {
            network: Arc::clone(&self.network),
            client,
            storage,
            started: Instant::now(),
            uncounted: Duration::ZERO,
            wall_error: self.wall_error,
            random: self.random.fork(),
            bug: self.bug,
            job: None,
            errands: Vec::new(),
        };
        self.running = Some(Running {
            engine: Engine::start(boot, ports),
            calls: Vec::new(),
            is_drawing: false,
            wake_at: None,
            slept: Duration::ZERO,
            is_alive,
        });
        self.errands()
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
            && let Some(job) = running.engine.ports_mut().job.take()
        {
            self.disk.light_fuse(self.random.u32(0..14));
            perform(&running.engine.ports().storage, job);
        }
        self.kill();
        self.disk.cut_power();
    }

    /// Lets the program do something, and returns what the world has to do for it.
    pub fn run(&mut self, act: impl FnOnce(&mut Engine<BoxPorts>)) -> Vec<Errand> {
        let (uncounted, wall_error) = (self.uncounted(), self.wall_error);
        let Some(running) = &mut self.running else { return Vec::new() };
        let ports = running.engine.ports_mut();
        (ports.uncounted, ports.wall_error) = (uncounted, wall_error);
        act(&mut running.engine);
        self.errands()
    }

    /// The disk does the job that it was given; the event is its answer.
    pub fn disk_job(&mut self) -> Option<Event> {
        let ports = self.running.as_mut()?.engine.ports_mut();
        let job = ports.job.take()?;
        perform(&ports.storage, job)
    }

    /// When the core wants to be woken, by the world's clock.
    pub fn next_wake(&self) -> Option<(Duration, Instant)> {
        let engine = &self.running.as_ref()?.engine;
        let at = engine.next_wake()?;
        let started = engine.ports().started;
        Some((at, started + self.uncounted() + at.min(Duration::from_secs(86_400 * 365))))
    }

    fn errands(&mut self) -> Vec<Errand> {
        self.running.as_mut().map(|running| std::mem::take(&mut running.engine.ports_mut().errands)).unwrap_or_default()
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
