//! Starting and stopping a sandbox.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::clock::Clock;
use super::control::Control;
use super::http::extract::App;
use super::http::server::{self, Site};
use super::policy::PolicyChange;
use super::randomness::Randomness;
use super::routes;
use super::seed::{Seed, SeedError};
use super::service::scenario::{Scenario, ScenarioError};
use super::service::switches::{self, KeptTime};
use super::state::{Parts, Sandbox, Threads};
use super::store::{Store, StoreError};

/// How a sandbox is started.
#[derive(Debug)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub addr: SocketAddr,
    /// The database file; in memory without one.
    pub db: Option<PathBuf>,
    /// A directory with seed data to use instead of those in the program.
    pub seed: Option<PathBuf>,
    /// The clock; without one, as the database keeps it, else the system's.
    pub clock: Option<Clock>,
    /// How the clock goes if `clock` is `None`.
    pub kept_time: KeptTime,
    /// The policy; missing parts are as stored in the database, else the defaults.
    pub policy: PolicyChange,
    /// Where random bytes come from.
    pub randomness: Randomness,
    /// The address by which phones and boxes reach it, where that is not the one it listens on; it may have a path.
    pub public_url: Option<String>,
    /// Where the switches listen; port 0 takes a free one. Without an address, only [`Running::control`] turns them.
    pub control: Option<SocketAddr>,
    /// Hosts by which the switches may be reached, besides addresses and `localhost`.
    pub control_names: Vec<String>,
    /// Connections at one time, those of the switches not counted.
    pub connections: usize,
}

/// Five thousand boxes with four connections each, as `examples/fleet` drives them.
pub const MOST_CONNECTIONS: usize = 20_480;
/// The connections of QA's programs, which are few.
const MOST_CONTROL_CONNECTIONS: usize = 64;

impl Default for Options {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            db: None,
            seed: None,
            clock: None,
            kept_time: KeptTime::GoesOn,
            policy: PolicyChange::default(),
            randomness: Randomness::System,
            public_url: None,
            control: None,
            control_names: Vec::new(),
            connections: MOST_CONNECTIONS,
        }
    }
}

/// A sandbox cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address cannot be listened on.
    #[error("listening on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The database is not usable.
    #[error("opening the database")]
    Store(#[from] StoreError),
    /// The seed data are wrong.
    #[error("loading the seed data")]
    Seed(#[from] SeedError),
    /// The scenarios are wrong.
    #[error("loading the scenarios")]
    Scenarios(#[from] ScenarioError),
}

/// A sandbox that serves; dropping it stops it.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    base_url: String,
    public_url: String,
    control_addr: Option<SocketAddr>,
    control: Control,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

/// A test subscriber that can be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioInfo {
    /// Its name.
    pub name: String,
    /// One line about it.
    pub description: String,
    /// The PIN that the subscriber's box asks for.
    pub pin: Option<String>,
}

/// The test subscribers.
///
/// # Errors
/// The built-in list is broken.
pub fn scenarios() -> Result<Vec<ScenarioInfo>, StartError> {
    let scenarios = Scenario::built_in()?.into_iter();
    Ok(scenarios
        .map(|scenario| ScenarioInfo { name: scenario.name, description: scenario.description, pin: scenario.pin })
        .collect())
}

/// Raises the process's limit of descriptors as far as allowed and returns it. The sandbox's own program does this
/// before it serves many boxes.
pub fn descriptors() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        let raised = Rlimit { current: limit.maximum, ..limit };
        // If it cannot be raised, fewer boxes fit.
        if setrlimit(Resource::Nofile, raised).is_ok() {
            limit = raised;
        }
    }
    limit.current.and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX)
}

/// Starts a sandbox on the current tokio runtime.
///
/// # Errors
/// The seed data, the database or an address cannot be used.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let seed = match &options.seed {
        Some(directory) => Seed::load(directory)?,
        None => Seed::embedded(),
    };
    let scenarios = Scenario::built_in()?;
    let store = Store::open(options.db.as_deref())?;
    let (clock, policy) = store.transact(|transaction| {
        let clock = switches::begin_clock(transaction, options.clock, options.kept_time)?;
        Ok::<_, StoreError>((clock, switches::begin_policy(transaction, options.policy)?))
    })?;
    let (listener, addr) = listen(options.addr).await?;
    let switches = match options.control {
        Some(addr) => Some(listen(addr).await?),
        None => None,
    };
    let base_url = format!("http://{addr}");
    let public_url = options.public_url.as_deref().unwrap_or(&base_url).trim_end_matches('/').to_owned();
    let parts = Parts {
        seed: Arc::new(seed),
        scenarios: scenarios.into(),
        store: Arc::new(store),
        clock,
        randomness: options.randomness,
        policy,
        public_url: public_url.clone(),
        control_names: options.control_names,
        threads: Threads::Pool,
    };
    let app: App = Arc::new(Sandbox::new(parts)?);
    let (stop, stopped) = watch::channel(false);
    let site = Site {
        router: routes::router(Arc::clone(&app)),
        prefix: app.public_path().into(),
        most_connections: options.connections,
    };
    let mut servers = vec![tokio::spawn(server::serve(listener, site, stopped.clone()))];
    let control_addr = switches.as_ref().map(|(_, addr)| *addr);
    if let Some((listener, _)) = switches {
        let router = routes::control_router(Arc::clone(&app));
        let site = Site { router, prefix: "".into(), most_connections: MOST_CONTROL_CONNECTIONS };
        servers.push(tokio::spawn(server::serve(listener, site, stopped)));
    }
    tracing::info!(%addr, "sandbox started");
    Ok(Running { addr, base_url, public_url, control_addr, control: Control::new(app), stop, servers })
}

async fn listen(addr: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { addr, source };
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    Ok((listener, addr))
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its address without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The address by which phones and boxes reach it, without a slash at the end.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Where the switches listen, without a slash at the end, if they do.
    pub fn control_url(&self) -> Option<String> {
        self.control_addr.map(|addr| format!("http://{addr}"))
    }

    /// The switches, for use from the same process.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Stops it; answers under way get a moment to finish.
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        for server in self.servers {
            // A server's task ends by itself; if it panicked there is nothing left to stop.
            let _ = server.await;
        }
    }
}
