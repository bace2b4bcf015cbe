//! A sandbox without a socket, thread or clock of its own, for simulations.
//!
//! The routes, rules and database are those of the server. A request is carried out before
//! [`InProcess::answer`] returns for the first time, so the caller alone decides what happens between
//! two requests.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use chrono::{DateTime, Utc};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::clock::Clock;
use super::control::Control;
use super::http::extract::App;
use super::policy::Policy;
use super::randomness::Randomness;
use super::routes;
use super::run::StartError;
use super::seed::Seed;
use super::service::scenario::Scenario;
use super::state::{Parts, Sandbox, Threads};
use super::store::Store;

/// What all sandboxes of one programme share: offers, test subscribers, routes.
#[derive(Clone)]
pub struct Programme {
    seed: Arc<Seed>,
    scenarios: Arc<[Scenario]>,
    routes: Router<App>,
    public_url: String,
}

impl Programme {
    /// The built-in offers, with test subscribers from a text like `scenarios.toml`.
    ///
    /// # Errors
    /// The text is no list of scenarios.
    pub fn with_scenarios(text: &str) -> Result<Self, StartError> {
        let scenarios = Scenario::parse(text)?.into();
        let public_url = "http://sandbox".to_owned();
        Ok(Self { seed: Arc::new(Seed::embedded()), scenarios, routes: routes::routes_of_any(), public_url })
    }

    /// The same programme at another public address, which has no slash at its end.
    #[cfg(test)]
    pub(crate) fn at(self, public_url: &str) -> Self {
        Self { public_url: public_url.to_owned(), ..self }
    }
}

/// A sandbox that its caller drives.
pub struct InProcess {
    programme: Programme,
    store: Arc<Store>,
    randomness_seed: u64,
    app: App,
    routes: TowerToHyperService<Router>,
}

impl InProcess {
    /// Starts with an empty database in memory; equal seeds give equal identifiers and tokens.
    ///
    /// # Errors
    /// The database could not be made.
    pub fn start(programme: &Programme, at: DateTime<Utc>, policy: Policy, seed: u64) -> Result<Self, StartError> {
        let store = Arc::new(Store::open(None)?);
        Self::over(programme.clone(), store, at, policy, seed)
    }

    /// The process dies and starts again: the database stays, everything else is gone.
    ///
    /// # Errors
    /// The database could not be read.
    pub fn restart(self) -> Result<Self, StartError> {
        let (at, policy) = (self.app.clock.now(), self.app.policy());
        // The same seed would give out the same identifiers a second time.
        let seed = self.randomness_seed.wrapping_add(1 << 40);
        Self::over(self.programme, self.store, at, policy, seed)
    }

    fn over(
        programme: Programme,
        store: Arc<Store>,
        at: DateTime<Utc>,
        policy: Policy,
        randomness_seed: u64,
    ) -> Result<Self, StartError> {
        let parts = Parts {
            seed: Arc::clone(&programme.seed),
            scenarios: Arc::clone(&programme.scenarios),
            store: Arc::clone(&store),
            clock: Clock::frozen(at),
            randomness: Randomness::seeded(randomness_seed),
            policy,
            public_url: programme.public_url.clone(),
            control_names: Vec::new(),
            threads: Threads::Caller,
        };
        let app: App = Arc::new(Sandbox::new(parts)?);
        let routes = TowerToHyperService::new(routes::bind(programme.routes.clone(), Arc::clone(&app)));
        Ok(Self { programme, store, randomness_seed, app, routes })
    }

    /// Sets the clock; due events happen at the next request.
    pub fn set_time(&self, at: DateTime<Utc>) {
        self.app.clock.set(at);
    }

    /// Answers a request.
    pub fn answer(&self, request: Request<Body>) -> impl Future<Output = Response> + Send + use<> {
        let answer = self.routes.call(request);
        async move {
            match answer.await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        }
    }

    /// The switches.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.app))
    }
}
