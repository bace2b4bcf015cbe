//! The PIN: its hash, the tries that are left, and the lock after too many.
//!
//! A try is counted on disk before it is judged, so that pulling the plug gives no new ones.
//! The lock counts time that neither the plug nor the cable nor a wrong clock changes: the time since
//! boot while this program runs, and the server's time across a restart, where it was known at both ends.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::atomic::{self, Format, Found};
use super::files::Files;
use crate::domain::{PinTime, Secret};

const FORMAT: Format = Format { name: "pin", version: 1, limit: 4096 };
/// Wrong tries before the lock.
const TRIES: u8 = 5;
/// How long the lock lasts.
const LOCK: Duration = Duration::from_secs(15 * 60);
/// 8 MiB twice over takes a Cortex-A53 about a tenth of a second: not felt by a viewer, and
/// affordable beside a video. Four digits are protected by the lock, not by the hash.
const MEMORY_KIB: u32 = 8 * 1024;
const PASSES: u32 = 2;

/// The file with the PIN.
#[derive(Debug)]
pub struct PinFile {
    files: Arc<dyn Files>,
    path: PathBuf,
    /// Held by one question at a time, or two could share one try; when this run looked at the lock last.
    turn: Mutex<Option<Duration>>,
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
        /// For how long still.
        left: Duration,
    },
    /// There is none to compare with.
    NotSet,
}

#[derive(Clone, Serialize, Deserialize)]
struct Stored {
    hash: String,
    failures: u8,
    lock: Option<Lock>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Lock {
    /// Seconds still to serve.
    remaining: u64,
    /// The server's time at which so many were left; earlier versions wrote none.
    #[serde(default)]
    server: Option<DateTime<Utc>>,
}

impl Lock {
    fn new(now: PinTime) -> Self {
        Self { remaining: LOCK.as_secs(), server: now.server }
    }

    /// Lets the time pass that has certainly passed, or `None` if the lock is over. `seen` is when this run looked at
    /// the lock last.
    fn at(self, now: PinTime, seen: Option<Duration>) -> Option<Self> {
        let here = seen.map_or(Duration::ZERO, |seen| now.running.saturating_sub(seen));
        let there = self.server.zip(now.server).and_then(|(then, now)| (now - then).to_std().ok()).unwrap_or_default();
        let passed = here.max(there).as_secs();
        let left = self.remaining.min(LOCK.as_secs()).saturating_sub(passed);
        // Without the server's time now, its last one goes on by what has passed, so that nothing counts twice.
        let later = |then: DateTime<Utc>| then.checked_add_signed(TimeDelta::seconds(i64::try_from(passed).ok()?));
        let server = now.server.or_else(|| self.server.and_then(later));
        (left > 0).then_some(Self { remaining: left, server })
    }

    fn left(self) -> Duration {
        Duration::from_secs(self.remaining)
    }
}

impl PinFile {
    pub(super) fn new(files: Arc<dyn Files>, directory: &Path) -> Self {
        Self { files, path: directory.join("pin"), turn: Mutex::default() }
    }

    /// Sets the PIN and forgets wrong tries. The caller has made sure that the viewer may.
    ///
    /// # Errors
    /// The earlier PIN may still hold.
    pub fn set(&self, pin: &Secret) -> io::Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        let salt = SaltString::encode_b64(&salt).map_err(io::Error::other)?;
        let hash = hasher()?.hash_password(pin.reveal().as_bytes(), &salt).map_err(io::Error::other)?;
        self.write(&Stored { hash: hash.to_string(), failures: 0, lock: None })
    }

    /// Forgets the PIN. The caller has made sure that the viewer may.
    ///
    /// # Errors
    /// The PIN may still hold.
    pub fn clear(&self) -> io::Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        atomic::remove(&*self.files, &self.path)
    }

    /// Whether there is one. A damaged one must not count as none: signing in again proves who may clear it.
    ///
    /// # Errors
    /// The disk does not tell.
    pub fn is_set(&self) -> io::Result<bool> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(match self.read()? {
            Known::NotSet => false,
            Known::Damaged | Known::Pin(_) => true,
        })
    }

    /// Tries a PIN.
    ///
    /// # Errors
    /// The try could not be counted, so it was not judged.
    pub fn check(&self, pin: &Secret, now: PinTime) -> io::Result<PinCheck> {
        let mut seen = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stored = match self.read()? {
            Known::NotSet => return Ok(PinCheck::NotSet),
            Known::Damaged => return Err(io::Error::new(io::ErrorKind::InvalidData, "the PIN file is damaged")),
            Known::Pin(stored) => stored,
        };
        if let Some(lock) = stored.lock {
            // Whole seconds count, and what is left of one counts next time.
            let remaining = lock.at(now, *seen);
            let has_moved = remaining != Some(lock);
            stored.lock = remaining;
            if remaining.is_none() {
                stored.failures = 0;
            }
            if has_moved {
                // Written down, so that a restart goes on from here.
                self.write(&stored)?;
            }
            if has_moved || seen.is_none() {
                *seen = Some(now.running);
            }
            if let Some(lock) = remaining {
                return Ok(PinCheck::Locked { left: lock.left() });
            }
        }
        stored.failures = stored.failures.saturating_add(1);
        stored.lock = (stored.failures >= TRIES).then(|| Lock::new(now));
        self.write(&stored)?;
        *seen = Some(now.running);
        let hash = PasswordHash::new(&stored.hash).map_err(io::Error::other)?;
        if hasher()?.verify_password(pin.reveal().as_bytes(), &hash).is_ok() {
            self.write(&Stored { failures: 0, lock: None, ..stored.clone() })?;
            return Ok(PinCheck::Right);
        }
        Ok(match stored.lock {
            Some(lock) => PinCheck::Locked { left: lock.left() },
            None => PinCheck::Wrong { left: TRIES.saturating_sub(stored.failures) },
        })
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

    const MINUTE: u64 = 60;

    /// So many seconds into this run, with the server's time in minutes, if it is known.
    fn at(running: u64, server: Option<i64>) -> PinTime {
        let noon = "2026-11-22T10:00:00Z".parse::<DateTime<Utc>>().unwrap();
        PinTime {
            running: Duration::from_secs(running),
            server: server.map(|minutes| noon + TimeDelta::minutes(minutes)),
        }
    }

    fn left(minutes: u64) -> PinCheck {
        PinCheck::Locked { left: Duration::from_secs(minutes * MINUTE) }
    }

    fn file() -> (tempfile::TempDir, PinFile) {
        let directory = tempfile::tempdir().unwrap();
        let file = PinFile::new(Arc::new(SystemFiles), directory.path());
        (directory, file)
    }

    fn check(file: &PinFile, pin: &str, now: PinTime) -> PinCheck {
        file.check(&Secret::new(pin), now).unwrap()
    }

    /// A file that was locked at second 0.
    fn locked(server: Option<i64>) -> (tempfile::TempDir, PinFile) {
        let (directory, file) = file();
        file.set(&Secret::new("1234")).unwrap();
        for left in [4, 3, 2, 1] {
            assert_eq!(check(&file, "0000", at(0, server)), PinCheck::Wrong { left });
        }
        assert_eq!(check(&file, "0000", at(0, server)), left(15));
        (directory, file)
    }

    /// The same file after a restart.
    fn restarted(directory: &tempfile::TempDir) -> PinFile {
        PinFile::new(Arc::new(SystemFiles), directory.path())
    }

    #[test]
    fn the_right_pin_is_taken_and_forgives_earlier_tries() {
        let (_directory, file) = file();
        assert_eq!(check(&file, "1234", at(0, None)), PinCheck::NotSet);
        assert!(!file.is_set().unwrap());
        file.set(&Secret::new("1234")).unwrap();
        assert!(file.is_set().unwrap());
        assert_eq!(check(&file, "1235", at(0, None)), PinCheck::Wrong { left: 4 });
        assert_eq!(check(&file, "1234", at(0, None)), PinCheck::Right);
        assert_eq!(check(&file, "1235", at(0, None)), PinCheck::Wrong { left: 4 });
        file.clear().unwrap();
        assert!(!file.is_set().unwrap());
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
    fn five_wrong_tries_lock_for_fifteen_minutes_of_running() {
        let (_directory, file) = locked(None);
        assert_eq!(check(&file, "1234", at(MINUTE, None)), left(14), "even the right one");
        assert_eq!(check(&file, "1234", at(14 * MINUTE, None)), left(1));
        assert_eq!(check(&file, "0000", at(15 * MINUTE, None)), PinCheck::Wrong { left: 4 });
        assert_eq!(check(&file, "1234", at(15 * MINUTE, None)), PinCheck::Right);
    }

    #[test]
    fn asking_every_moment_does_not_prolong_the_lock() {
        let (_directory, file) = locked(None);
        for half in 1..30 * MINUTE {
            let now = PinTime { running: Duration::from_millis(half * 500), server: None };
            assert!(matches!(check(&file, "1234", now), PinCheck::Locked { .. }), "{half}");
        }
        assert_eq!(check(&file, "1234", at(15 * MINUTE, None)), PinCheck::Right);
    }

    #[test]
    fn pulling_the_plug_ends_no_lock_and_gives_no_tries() {
        let (directory, file) = locked(None);
        assert_eq!(check(&file, "1234", at(5 * MINUTE, None)), left(10));
        for _ in 0..20 {
            // Started anew, and nobody knows for how long the power was gone.
            let file = restarted(&directory);
            assert_eq!(check(&file, "1234", at(1_000_000, None)), left(10));
        }
        let file = restarted(&directory);
        assert_eq!(check(&file, "1234", at(7, None)), left(10));
        assert_eq!(check(&file, "1234", at(7 + 10 * MINUTE, None)), PinCheck::Right);
    }

    #[test]
    fn across_a_restart_the_servers_time_counts_where_it_was_known_at_both_ends() {
        let (directory, _) = locked(Some(0));
        let file = restarted(&directory);
        assert_eq!(check(&file, "1234", at(3, None)), left(15), "it is not known yet");
        assert_eq!(check(&file, "1234", at(4, Some(9))), left(6));
        assert_eq!(check(&file, "1234", at(5, Some(15))), PinCheck::Right);

        let (directory, _) = locked(None);
        let file = restarted(&directory);
        assert_eq!(check(&file, "1234", at(4, Some(1_000_000))), left(15), "it was not known when the lock began");
    }

    #[test]
    fn a_minute_that_both_clocks_have_seen_counts_once() {
        let (directory, file) = locked(Some(0));
        // The cable is pulled: the server's time is not known any more, and the running time counts.
        assert_eq!(check(&file, "1234", at(5 * MINUTE, None)), left(10));
        let file = {
            drop(file);
            restarted(&directory)
        };
        assert_eq!(check(&file, "1234", at(0, Some(6))), left(9));
        // A server that sets its clock back takes nothing back and gives nothing.
        assert_eq!(check(&file, "1234", at(0, Some(-60))), left(9));
    }

    #[test]
    fn a_lock_of_an_earlier_version_is_served_as_long_as_it_says() {
        let (directory, _) = locked(None);
        let path = directory.path().join("pin");
        let payload = FORMAT.read_or_drop(&SystemFiles, &path).unwrap();
        let mut stored: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        stored["lock"] = serde_json::json!({
            "remaining": 120, "estimate": "2026-11-22T10:00:00Z", "seen": "2026-11-22T10:00:00Z",
        });
        FORMAT.write(&SystemFiles, &path, &serde_json::to_vec(&stored).unwrap()).unwrap();
        let file = restarted(&directory);
        assert_eq!(check(&file, "1234", at(0, Some(1_000_000))), left(2));
        assert_eq!(check(&file, "1234", at(2 * MINUTE, None)), PinCheck::Right);
    }

    #[test]
    fn a_damaged_file_is_not_a_missing_pin() {
        let (directory, file) = file();
        file.set(&Secret::new("1234")).unwrap();
        std::fs::write(directory.path().join("pin"), b"x").unwrap();
        assert!(file.is_set().unwrap());
        assert!(file.check(&Secret::new("1234"), at(0, None)).is_err());
        file.set(&Secret::new("9999")).unwrap();
        assert_eq!(check(&file, "9999", at(0, None)), PinCheck::Right);
    }
}
