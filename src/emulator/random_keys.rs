//! The keys of somebody who presses whatever is under the thumb; a seed repeats them.

use bonus_tv::input::{Direction, RemoteKey};

/// Keys and other choices, the same for the same seed.
#[derive(Debug, Clone)]
pub struct RandomKeys(fastrand::Rng);

impl RandomKeys {
    /// The keys of this seed.
    pub fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// A number below `sides`, which is at least 1.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0.u64(..sides.max(1))
    }

    /// The next key: mostly arrows and OK, now and then any key of the remote.
    pub fn key(&mut self) -> RemoteKey {
        match self.roll(100) {
            0..21 => RemoteKey::Arrow(Direction::Down),
            21..42 => RemoteKey::Arrow(Direction::Right),
            42..58 => RemoteKey::Arrow(Direction::Up),
            58..71 => RemoteKey::Arrow(Direction::Left),
            71..88 => RemoteKey::Ok,
            88..94 => RemoteKey::Back,
            _ => {
                let all: Vec<RemoteKey> = RemoteKey::all().collect();
                let index = usize::try_from(self.roll(all.len() as u64)).unwrap_or(0);
                all.get(index).copied().unwrap_or(RemoteKey::Ok)
            }
        }
    }
}
