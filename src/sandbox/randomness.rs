//! Random bytes for codes, tokens and identifiers.
//!
//! The system's source by default; a seeded one makes tests repeatable. A seeded source is for
//! tests alone, because every token follows from its seed.

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Letters of a user code: no vowels, nothing that looks like a digit.
pub const CODE_LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A source of random bytes.
#[derive(Debug)]
pub enum Randomness {
    /// The system's.
    System,
    /// Repeatable sequences.
    Seeded(Mutex<Sequences>),
}

/// Where a repeatable source stands: each kind of value has a sequence of its own, so that requests that come at once
/// do not decide what the next sign-in code is.
#[derive(Debug)]
pub struct Sequences {
    seed: u64,
    drawn: BTreeMap<String, u64>,
}

/// The system has no random bytes to give.
#[derive(Debug, thiserror::Error)]
#[error("reading random bytes from the system")]
pub struct NoRandomness(#[source] getrandom::Error);

impl Randomness {
    /// A repeatable source.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Mutex::new(Sequences { seed, drawn: BTreeMap::new() }))
    }

    /// 32 random bytes for a value of this kind.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn bytes(&self, kind: &str) -> Result<[u8; 32], NoRandomness> {
        match self {
            Self::System => {
                let mut bytes = [0; 32];
                getrandom::fill(&mut bytes).map_err(NoRandomness)?;
                Ok(bytes)
            }
            Self::Seeded(sequences) => {
                let mut sequences = sequences.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let seed = sequences.seed.to_be_bytes();
                let drawn = sequences.drawn.entry(kind.to_owned()).or_default();
                *drawn = drawn.wrapping_add(1);
                Ok(sha256(&[&seed, kind.as_bytes(), &drawn.to_be_bytes()]))
            }
        }
    }

    /// A token of 256 bits that fits a URL.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn token(&self) -> Result<String, NoRandomness> {
        Ok(URL_SAFE_NO_PAD.encode(self.bytes("token")?))
    }

    /// A short identifier with a prefix.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn id(&self, prefix: &str) -> Result<String, NoRandomness> {
        Ok(identifier(prefix, self.bytes(prefix)?))
    }

    /// The identifier of a request to this path. Where the source is repeatable, it does not depend on what else is
    /// asked for at the same time.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn request_id(&self, path: &str) -> Result<String, NoRandomness> {
        Ok(identifier("r", self.bytes(path)?))
    }

    /// A user code of eight letters, without the dash.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn user_code(&self) -> Result<String, NoRandomness> {
        Ok(self.letters("user-code")?.into_iter().take(8).collect())
    }

    /// A promo code of three groups of four letters.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn promo_code(&self) -> Result<String, NoRandomness> {
        let letters = self.letters("promo-code")?;
        let groups: Vec<String> = letters.chunks(4).take(3).map(|group| group.iter().collect()).collect();
        Ok(groups.join("-"))
    }

    fn letters(&self, kind: &str) -> Result<Vec<char>, NoRandomness> {
        let mut letters = Vec::new();
        while letters.len() < 12 {
            // 240 is the largest multiple of 20 in a byte: larger bytes would favour some letters.
            let usable = self.bytes(kind)?.into_iter().filter(|byte| *byte < 240);
            letters.extend(
                usable.filter_map(|byte| CODE_LETTERS.get(usize::from(byte % 20))).map(|byte| char::from(*byte)),
            );
        }
        Ok(letters)
    }
}

fn identifier(prefix: &str, bytes: [u8; 32]) -> String {
    let hex: String = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{prefix}-{hex}")
}

/// The SHA-256 of several parts, each preceded by its length so that they cannot run together.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// A hash as text that fits a URL and an entity tag.
pub fn hash_text(parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(sha256(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let (one, same, other) = (Randomness::seeded(1), Randomness::seeded(1), Randomness::seeded(2));
        let first = one.token().unwrap();
        assert_eq!(first, same.token().unwrap());
        assert_ne!(first, other.token().unwrap());
        assert_ne!(first, one.token().unwrap());
    }

    #[test]
    fn user_codes_are_eight_unmistakable_letters() {
        let source = Randomness::seeded(7);
        for _ in 0..50 {
            let code = source.user_code().unwrap();
            assert_eq!(code.len(), 8);
            assert!(code.bytes().all(|letter| CODE_LETTERS.contains(&letter)), "{code}");
        }
    }

    #[test]
    fn hashed_parts_do_not_run_together() {
        assert_ne!(hash_text(&[b"ab", b"c"]), hash_text(&[b"a", b"bc"]));
    }
}
