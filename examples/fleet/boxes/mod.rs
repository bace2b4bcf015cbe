//! Boxes without screens: each is the engine that ships, so when it requests what is decided by the code of a
//! television. In [`model`] the server, the network and the time are modelled; in [`load`] all three are real.

pub mod load;
pub mod measured;
pub mod model;

use bonus_tv::core::{
    Boot, CachedData, DiskJob, Identity, Memory, Moment, Request, RequestId, Session, Settings, StoredOrder,
};
use bonus_tv::domain::{Language, Secret, Watched};
use bonus_tv::engine;
use std::time::Duration;

/// The ports of a box: requests are collected for whoever drives it, and its disk is done at once.
pub struct Ports {
    now: Moment,
    asked: Vec<(RequestId, Request)>,
    written: usize,
    /// A film was asked for, and nobody has told the engine yet that it ended.
    plays: bool,
}

impl Ports {
    fn at(now: Moment) -> Self {
        Self { now, asked: Vec::new(), written: 0, plays: false }
    }
}

impl engine::Ports for Ports {
    fn now(&mut self) -> Moment {
        self.now
    }

    fn call(&mut self, id: RequestId, request: Request, _: Language) {
        self.asked.push((id, request));
    }

    fn write(&mut self, _: DiskJob) {
        self.written += 1;
    }

    fn play(&mut self, _: Secret, _: &str) {
        self.plays = true;
    }

    fn stop_player(&mut self) {}
}

/// A box with a member's sign-in, and with what its cache holds.
fn boot(cached: Option<CachedData>) -> Boot {
    let identity =
        Identity { dim_after: Some(Duration::from_secs(300)), player_hears_keys: true, ..Identity::default() };
    Boot {
        identity,
        memory: Memory::Kept,
        settings: Settings::default(),
        session: Session::SignedIn,
        cached,
        watched: Watched::default(),
        order: StoredOrder::None,
        has_pin: false,
    }
}
