//! Whose a directory is: nothing is made, removed or closed to others in one that holds somebody else's files.
//!
//! A storage directory is known by what its lock file says. Those of older versions have an empty lock and files of known
//! names.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::atomic::TEMPORARY;

/// The lock file, and what it says.
pub(super) const LOCK: &str = "lock";
const MARK: &[u8] = b"bonus-tv storage\n";

/// The files of versions that did not mark their directory.
const UNMARKED: [&str; 11] = [
    LOCK,
    "order.a",
    "order.b",
    "order.sealed",
    "account.cache",
    "catalog.cache",
    "entitlements.cache",
    "tokens",
    "settings",
    "pin",
    "damaged",
];
/// Names that other programs give their files, too: alone they prove nothing.
const COMMON: [&str; 5] = ["tokens", "settings", "pin", "damaged", "images"];

/// The name of an entry that makes the directory somebody else's; `None` where it may be used.
pub(super) fn foreign_entry(directory: &Path) -> io::Result<Option<String>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if is_marked(directory) {
        return Ok(None);
    }
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        // The root of a file system has one; a power cut leaves others.
        if name != "lost+found" && !name.starts_with(TEMPORARY) {
            names.push(name);
        }
    }
    names.sort();
    let is_known = |name: &&String| UNMARKED.contains(&name.as_str()) || COMMON.contains(&name.as_str());
    if let Some(strange) = names.iter().find(|name| !is_known(name)) {
        return Ok(Some(strange.clone()));
    }
    let is_proof = |name: &String| !COMMON.contains(&name.as_str()) || is_of_our_format(&directory.join(name));
    Ok(if names.iter().any(is_proof) { None } else { names.into_iter().next() })
}

/// Marks a directory that may be used, by way of its lock file.
pub(super) fn mark(mut lock: &fs::File) -> io::Result<()> {
    if lock.metadata()?.len() > 0 {
        return Ok(());
    }
    lock.seek(SeekFrom::Start(0))?;
    lock.write_all(MARK)?;
    lock.sync_all()
}

fn is_marked(directory: &Path) -> bool {
    begins_with(&directory.join(LOCK), MARK)
}

fn is_of_our_format(path: &Path) -> bool {
    begins_with(path, b"bonus-tv ")
}

fn begins_with(path: &Path, wanted: &[u8]) -> bool {
    // A pipe or a device under such a name must not be opened.
    let is_file = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file());
    let mut begin = Vec::new();
    let read = || fs::File::open(path)?.take(wanted.len() as u64).read_to_end(&mut begin);
    is_file && { read }().is_ok() && begin == wanted
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::super::{OpenError, Storage};
    use super::*;

    /// Every file with what it holds, and the directory's mode.
    fn state(directory: &Path) -> (BTreeMap<PathBuf, Option<Vec<u8>>>, u32) {
        let mut files = BTreeMap::new();
        let mut ahead = vec![directory.to_owned()];
        while let Some(next) = ahead.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    ahead.push(path.clone());
                }
                files.insert(path.clone(), fs::read(path).ok());
            }
        }
        (files, fs::metadata(directory).unwrap().permissions().mode())
    }

    #[test]
    fn a_directory_with_foreign_files_is_named_and_left_as_it_was() {
        for (entries, named) in [
            (&["letter.txt"][..], "letter.txt"),
            (&[".bashrc", ".tmp-mine"], ".bashrc"),
            (&["lock", "partial", "Packages"], "Packages"),
            (&["settings", "images"], "images"),
            (&["tokens", "lost+found"], "tokens"),
            (&["order.a", "order.c"], "order.c"),
        ] {
            let parent = tempfile::tempdir().unwrap();
            let directory = parent.path().join("home");
            fs::create_dir(&directory).unwrap();
            fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
            for name in entries {
                fs::write(directory.join(name), b"").unwrap();
            }
            let before = state(&directory);
            let error = Storage::open(&directory, 1024).unwrap_err();
            assert!(matches!(error, OpenError::Foreign(..)), "{entries:?}: {error}");
            let text = error.to_string();
            assert!(text.contains(named) && text.contains("home"), "{entries:?}: {text}");
            assert_eq!(state(&directory), before, "{entries:?}");
        }
    }

    #[test]
    fn a_directory_of_ours_is_used_whatever_a_later_version_added() {
        let directory = tempfile::tempdir().unwrap();
        drop(Storage::open(directory.path(), 1024).unwrap());
        fs::write(directory.path().join("something-new"), b"from a later version").unwrap();
        drop(Storage::open(directory.path(), 1024).unwrap());
        assert!(directory.path().join("something-new").exists());
    }

    #[test]
    fn a_directory_of_an_older_version_is_known_by_its_files() {
        for entries in [
            &[("lock", "")][..],
            &[("lock", ""), ("settings", "x"), ("images", "x")],
            &[("order.a", "torn"), ("pin", "x")],
            &[("catalog.cache", "")],
            &[("settings", "bonus-tv settings 1 2 0\n{}")],
            &[(".tmp-half", "x")],
            &[("lost+found", "x")],
            &[],
        ] {
            let directory = tempfile::tempdir().unwrap();
            for (name, text) in entries {
                let path = directory.path().join(name);
                if ["images", "lost+found"].contains(name) {
                    fs::create_dir(path).unwrap()
                } else {
                    fs::write(path, text).unwrap()
                }
            }
            assert!(Storage::open(directory.path(), 1024).is_ok(), "{entries:?}");
            assert!(is_marked(directory.path()), "{entries:?}");
        }
    }

    #[test]
    fn a_second_process_does_not_take_the_mark_away() {
        let directory = tempfile::tempdir().unwrap();
        let _first = Storage::open(directory.path(), 1024).unwrap();
        assert!(matches!(Storage::open(directory.path(), 1024), Err(OpenError::InUse(_))));
        assert!(is_marked(directory.path()));
    }
}
