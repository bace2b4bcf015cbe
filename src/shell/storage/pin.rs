//! The PIN: its hash, the tries that are left, and the lock after too many.
//!
//! A try is counted on disk before it is judged, so that pulling the plug gives no new ones.
//! The lock counts down by an estimate of time that a clock set back can neither end early nor
//! prolong beyond its length.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::atomic::{self, Format, Found};
use super::files::Files;
use crate::domain::Secret;

const FORMAT: Format = Format { name: "pin", version: 1, limit: 4096 };
/// Wrong tries before the lock.
const TRIES: u8 = 5;
/// How long the lock lasts.
const LOCK: Duration = Duration::minutes(15);
/// 8 MiB twice over takes a Cortex-A53 about a tenth of a second: not felt by a viewer, and
/// affordable beside a video. Four digits are protected by the lock, not by the hash.
const MEMORY_KIB: u32 = 8 * 1024;
const PASSES: u32 = 2;

/// The file with the PIN.
#[derive(Debug)]
pub struct PinFile {
    files: Arc<dyn Files>,
    path: PathBuf,
    /// One question at a time, or two could share one try.
    turn: Mutex<()>,
}

/// What a PIN turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinCheck {
    /// The right one.
    Right,
    /// A wrong one.
    Wrong {
        /// Tries that are left.
        left: u8,
    },
    /// Not looked at: there were too many.
    Locked {
        /// Until when, by the clock that was passed in.
        until: DateTime<Utc>,
    },
    /// There is none to compare with.
    NotSet,
}

/// What can be said of the PIN without trying one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinStatus {
    /// There is none.
    NotSet,
    /// It can be tried.
    Ready {
        /// Tries that are left.
        left: u8,
    },
    /// There were too many tries.
    Locked {
        /// Until when, by the clock that was passed in.
        until: DateTime<Utc>,
    },
    /// There was one, and its file is damaged. It must not count as none: signing in again
    /// proves who may clear it.
    Damaged,
}

/// A clock that shows less was never set.
const CLOCKS_BEGIN: DateTime<Utc> = DateTime::from_timestamp(1_767_225_600, 0).expect("it is the year 2026");

#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    hash: String,
    failures: u8,
    lock: Option<Lock>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Lock {
    /// Seconds still to serve.
    remaining: i64,
    /// The best estimate of the true time; never goes back.
    estimate: DateTime<Utc>,
    /// What the clock said last; may go back.
    seen: DateTime<Utc>,
}

impl Lock {
    fn new(now: DateTime<Utc>) -> Self {
        Self { remaining: LOCK.num_seconds(), estimate: now, seen: now }
    }

    /// Lets the time pass that has certainly passed, or `None` if the lock is over.
    fn at(self, now: DateTime<Utc>) -> Option<Self> {
        if self.estimate < CLOCKS_BEGIN && now >= CLOCKS_BEGIN {
            // A box without a clock of its own has just learned the time: nobody knows how much of it has passed.
            return Some(Self { estimate: now, seen: now, ..self });
        }
        let passed = if now >= self.estimate {
            now - self.estimate
        } else {
            // The clock was set back: only what it shows beyond its last reading has passed.
            (now - self.seen).max(Duration::zero())
        };
        let remaining = self.remaining.min(LOCK.num_seconds()) - passed.num_seconds();
        let estimate = self.estimate.checked_add_signed(passed).unwrap_or(self.estimate);
        (remaining > 0).then_some(Self { remaining, estimate, seen: now })
    }

    fn until(self) -> DateTime<Utc> {
        self.seen.checked_add_signed(Duration::seconds(self.remaining)).unwrap_or(self.seen)
    }
}

impl PinFile {
    pub(super) fn new(files: Arc<dyn Files>, directory: &Path) -> Self {
        Self { files, path: directory.join("pin"), turn: Mutex::new(()) }
    }

    /// Sets the PIN and forgets wrong tries. The caller has made sure that the viewer may.
    pub fn set(&self, pin: &Secret) -> io::Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        let salt = SaltString::encode_b64(&salt).map_err(io::Error::other)?;
        let hash = hasher()?.hash_password(pin.reveal().as_bytes(), &salt).map_err(io::Error::other)?;
        self.write(&Stored { hash: hash.to_string(), failures: 0, lock: None })
    }

    /// Forgets the PIN. The caller has made sure that the viewer may.
    pub fn clear(&self) -> io::Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        atomic::remove(&*self.files, &self.path)
    }

    /// What can be said without a try.
    pub fn status(&self, now: DateTime<Utc>) -> io::Result<PinStatus> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(match self.read()? {
            Known::NotSet => PinStatus::NotSet,
            Known::Damaged => PinStatus::Damaged,
            Known::Pin(stored) => match self.remaining_lock(stored, now)? {
                (_, Some(lock)) => PinStatus::Locked { until: lock.until() },
                (stored, None) => PinStatus::Ready { left: TRIES.saturating_sub(stored.failures) },
            },
        })
    }

    /// Tries a PIN. An error means that the try could not be counted and so was not judged.
    pub fn check(&self, pin: &Secret, now: DateTime<Utc>) -> io::Result<PinCheck> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = match self.read()? {
            Known::NotSet => return Ok(PinCheck::NotSet),
            Known::Damaged => return Err(io::Error::new(io::ErrorKind::InvalidData, "the PIN file is damaged")),
            Known::Pin(stored) => stored,
        };
        let mut stored = match self.remaining_lock(stored, now)? {
            (_, Some(lock)) => return Ok(PinCheck::Locked { until: lock.until() }),
            (stored, None) => stored,
        };
        stored.failures = stored.failures.saturating_add(1);
        stored.lock = (stored.failures >= TRIES).then(|| Lock::new(now));
        self.write(&stored)?;
        let hash = PasswordHash::new(&stored.hash).map_err(io::Error::other)?;
        if hasher()?.verify_password(pin.reveal().as_bytes(), &hash).is_ok() {
            self.write(&Stored { failures: 0, lock: None, ..stored.clone() })?;
            return Ok(PinCheck::Right);
        }
        Ok(match stored.lock {
            Some(lock) => PinCheck::Locked { until: lock.until() },
            None => PinCheck::Wrong { left: TRIES.saturating_sub(stored.failures) },
        })
    }

    /// The lock as it stands now, written down so that the estimate survives a restart.
    fn remaining_lock(&self, mut stored: Stored, now: DateTime<Utc>) -> io::Result<(Stored, Option<Lock>)> {
        let Some(lock) = stored.lock else { return Ok((stored, None)) };
        let remaining = lock.at(now);
        stored.lock = remaining;
        if remaining.is_none() {
            stored.failures = 0;
        }
        if remaining != Some(lock) {
            self.write(&stored)?;
        }
        Ok((stored, remaining))
    }

    fn read(&self) -> io::Result<Known> {
        Ok(match FORMAT.read(&*self.files, &self.path)? {
            Found::Nothing => Known::NotSet,
            Found::Damaged => Known::Damaged,
            Found::Payload(payload) => match serde_json::from_slice(&payload) {
                Ok(stored) => Known::Pin(stored),
                Err(_) => Known::Damaged,
            },
        })
    }

    fn write(&self, stored: &Stored) -> io::Result<()> {
        FORMAT.write(&*self.files, &self.path, &serde_json::to_vec(stored)?)
    }
}

enum Known {
    NotSet,
    Damaged,
    Pin(Stored),
}

fn hasher() -> io::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(io::Error::other)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::super::SystemFiles;
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        "2026-11-22T10:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::minutes(minutes)
    }

    fn file() -> (tempfile::TempDir, PinFile) {
        let directory = tempfile::tempdir().unwrap();
        let file = PinFile::new(Arc::new(SystemFiles), directory.path());
        (directory, file)
    }

    fn check(file: &PinFile, pin: &str, now: DateTime<Utc>) -> PinCheck {
        file.check(&Secret::new(pin), now).unwrap()
    }

    /// A file that was locked at minute 0.
    fn locked() -> (tempfile::TempDir, PinFile) {
        let (directory, file) = file();
        file.set(&Secret::new("1234")).unwrap();
        for left in [4, 3, 2, 1] {
            assert_eq!(check(&file, "0000", at(0)), PinCheck::Wrong { left });
        }
        assert_eq!(check(&file, "0000", at(0)), PinCheck::Locked { until: at(15) });
        (directory, file)
    }

    #[test]
    fn the_right_pin_is_taken_and_forgives_earlier_tries() {
        let (_directory, file) = file();
        assert_eq!(check(&file, "1234", at(0)), PinCheck::NotSet);
        file.set(&Secret::new("1234")).unwrap();
        assert_eq!(check(&file, "1235", at(0)), PinCheck::Wrong { left: 4 });
        assert_eq!(check(&file, "1234", at(0)), PinCheck::Right);
        assert_eq!(file.status(at(0)).unwrap(), PinStatus::Ready { left: 5 });
        file.clear().unwrap();
        assert_eq!(file.status(at(0)).unwrap(), PinStatus::NotSet);
    }

    #[test]
    fn the_hash_on_disk_says_nothing_of_the_pin() {
        let (directory, file) = file();
        file.set(&Secret::new("73519")).unwrap();
        let text = std::fs::read_to_string(directory.path().join("pin")).unwrap();
        assert!(text.contains("$argon2id$v=19$m=8192,t=2,p=1$"), "{text}");
        assert!(!text.contains("73519"));
    }

    #[test]
    fn five_wrong_tries_lock_for_fifteen_minutes_across_a_restart() {
        let (directory, _) = locked();
        let file = PinFile::new(Arc::new(SystemFiles), directory.path());
        assert_eq!(check(&file, "1234", at(1)), PinCheck::Locked { until: at(15) }, "even the right one");
        assert_eq!(file.status(at(14)).unwrap(), PinStatus::Locked { until: at(15) });
        assert_eq!(check(&file, "0000", at(15)), PinCheck::Wrong { left: 4 });
        assert_eq!(check(&file, "1234", at(15)), PinCheck::Right);
    }

    #[test]
    fn a_clock_set_back_neither_unlocks_nor_locks_for_longer() {
        let (_directory, file) = locked();
        let back = at(-1_000_000);
        assert_eq!(check(&file, "1234", back), PinCheck::Locked { until: back + LOCK });
        let later = back + Duration::minutes(10);
        assert_eq!(check(&file, "1234", later), PinCheck::Locked { until: back + LOCK }, "time passes there too");
        assert_eq!(check(&file, "1234", back + LOCK), PinCheck::Right);
    }

    #[test]
    fn a_clock_that_is_set_right_after_a_restart_does_not_unlock() {
        let (_directory, file) = locked();
        let epoch = DateTime::UNIX_EPOCH;
        assert_eq!(check(&file, "1234", epoch), PinCheck::Locked { until: epoch + LOCK });
        assert_eq!(check(&file, "1234", epoch + Duration::minutes(7)), PinCheck::Locked { until: epoch + LOCK });
        // Seven minutes passed in 1970; by the true clock it is minute eight.
        assert_eq!(check(&file, "1234", at(8)), PinCheck::Locked { until: at(15) });
    }

    #[test]
    fn a_box_that_learns_the_time_has_not_served_the_years_before() {
        let (_directory, file) = file();
        file.set(&Secret::new("1234")).unwrap();
        let epoch = DateTime::UNIX_EPOCH;
        for _ in 0..TRIES {
            let _ = check(&file, "0000", epoch);
        }
        assert_eq!(check(&file, "1234", at(0)), PinCheck::Locked { until: at(15) });
        assert_eq!(check(&file, "1234", at(15)), PinCheck::Right);
    }

    #[test]
    fn a_damaged_file_is_not_a_missing_pin() {
        let (directory, file) = file();
        file.set(&Secret::new("1234")).unwrap();
        std::fs::write(directory.path().join("pin"), b"x").unwrap();
        assert_eq!(file.status(at(0)).unwrap(), PinStatus::Damaged);
        assert!(file.check(&Secret::new("1234"), at(0)).is_err());
        file.set(&Secret::new("9999")).unwrap();
        assert_eq!(check(&file, "9999", at(0)), PinCheck::Right);
    }
}
