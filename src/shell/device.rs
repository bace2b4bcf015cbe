//! The device's id for support: short, stable, and no key to anything.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Where a Linux system keeps its own id; the second stands on older ones.
const MACHINE: [&str; 2] = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/// The id of this device: out of the system's own, else out of one that is made once and kept in `directory`.
pub fn device_id(directory: &Path) -> String {
    let system = MACHINE.iter().find_map(|path| known(Path::new(path)));
    let own = || {
        let path = directory.join("device-id");
        known(&path).or_else(|| {
            let made = format!("{:032x}", crate::engine::clock::entropy());
            // A device that cannot write gets another id at every start, which support can live with.
            fs::write(&path, &made).ok().map(|()| made)
        })
    };
    system.or_else(own).map_or_else(|| "—".to_owned(), |id| shortened(&id))
}

/// An id from a file, if it is one.
fn known(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let id = text.trim();
    (id.len() >= 16 && id.chars().all(|digit| digit.is_ascii_hexdigit() || digit == '-')).then(|| id.to_owned())
}

/// What is shown of an id: the system's own must not be told to anybody (machine-id(5)).
fn shortened(id: &str) -> String {
    let hash = Sha256::digest(format!("bonus-tv {id}"));
    let digits: String = hash.iter().take(4).map(|byte| format!("{byte:02X}")).collect();
    let (first, second) = digits.split_at(4);
    format!("{first}-{second}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_short_and_stable_and_not_the_id() {
        let id = "0123456789abcdef0123456789abcdef";
        let shown = shortened(id);
        assert_eq!(shown, shortened(id));
        assert_ne!(shown, shortened("fedcba9876543210fedcba9876543210"));
        assert_eq!(shown.len(), 9);
        assert!(!id.contains(&shown.to_lowercase()[..4]));
    }

    #[test]
    fn only_ids_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("id");
        for (text, is_id) in [("0123456789abcdef0123456789abcdef\n", true), ("uninitialized\n", false), ("", false)] {
            fs::write(&path, text).unwrap();
            assert_eq!(known(&path).is_some(), is_id, "{text:?}");
        }
    }

    #[test]
    fn an_id_that_was_made_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(device_id(directory.path()), device_id(directory.path()));
    }
}
