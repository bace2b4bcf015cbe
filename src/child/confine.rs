//! Keeps a child of ours away from what is ours alone: the directory with the sign-in and the order.
//!
//! A film's player is a large program of somebody else's that reads bytes from the network. It runs as our user, so file
//! modes do not stop it; Linux's Landlock (5.13 or later) does, without any right of our own. A restriction belongs to
//! the thread that asks for it and to what that thread starts, so a thread of its own starts the player. What Landlock
//! confines cannot look into our memory by ptrace either.

use std::io;
use std::path::{Path, PathBuf};

use landlock::{ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, path_beneath_rules};

/// Whether something is kept from a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// It is.
    Away,
    /// The kernel cannot do that.
    Within,
}

/// Runs `start` where nothing below `hidden` can be opened; what it starts cannot open it either.
///
/// # Errors
/// `hidden` cannot be looked up, or the kernel refuses what it says it can do; `start` did not run.
pub(super) fn without<T: Send>(hidden: &Path, start: impl FnOnce() -> T + Send) -> io::Result<(T, Kept)> {
    let visible = visible_without(hidden)?;
    std::thread::scope(|scope| {
        let confined = || {
            let kept = allow_only(&visible)?;
            Ok((start(), kept))
        };
        let thread = std::thread::Builder::new().name("starter".to_owned()).spawn_scoped(scope, confined)?;
        thread.join().unwrap_or_else(|_| Err(io::Error::other("starting the program")))
    })
}

/// Allows this thread what lies below these paths, and nothing else of the file system, for good.
fn allow_only(visible: &[PathBuf]) -> io::Result<Kept> {
    // The second version can also move a file to another directory, as players' caches do.
    let everything = AccessFs::from_all(ABI::V2);
    let restrict = || {
        Ruleset::default()
            .handle_access(everything)?
            .create()?
            .add_rules(path_beneath_rules(visible, everything))?
            .restrict_self()
    };
    match restrict().map_err(io::Error::other)?.ruleset {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(Kept::Away),
        RulesetStatus::NotEnforced => Ok(Kept::Within),
    }
}

/// Everything but `hidden`: Landlock knows what is allowed, never what is forbidden.
fn visible_without(hidden: &Path) -> io::Result<Vec<PathBuf>> {
    let hidden = hidden.canonicalize()?;
    let mut visible = Vec::new();
    let above: Vec<&Path> = hidden.ancestors().collect();
    for pair in above.windows(2) {
        let [way, directory] = pair else { continue };
        for entry in directory.read_dir()? {
            let path = entry?.path();
            // A link may lead back to what is hidden.
            let leads_there = |to: &PathBuf| to.starts_with(&hidden) || hidden.starts_with(to);
            if path != *way && !path.canonicalize().is_ok_and(|to| leads_there(&to)) {
                visible.push(path);
            }
        }
    }
    Ok(visible)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;

    fn cat(path: &Path) -> bool {
        Command::new("cat").arg(path).output().expect("cat is installed").status.success()
    }

    #[test]
    fn a_child_reads_everything_but_what_is_hidden() {
        let directory = tempfile::tempdir().unwrap();
        let (ours, other) = (directory.path().join("ours"), directory.path().join("other"));
        for path in [&ours, &other] {
            fs::create_dir(path).unwrap();
            fs::write(path.join("tokens"), "secret").unwrap();
        }
        std::os::unix::fs::symlink(&ours, directory.path().join("link")).unwrap();
        let tokens = ours.join("tokens");
        let read = || {
            let by_link = cat(&directory.path().join("link/tokens"));
            let by_dots = cat(&other.join("../ours/tokens"));
            (cat(&tokens), by_link, by_dots, cat(&other.join("tokens")), cat(Path::new("/etc/passwd")))
        };
        let (seen, kept) = without(&ours, read).unwrap();
        match kept {
            Kept::Away => assert_eq!(seen, (false, false, false, true, true)),
            Kept::Within => assert_eq!(seen, (true, true, true, true, true), "this kernel has no Landlock"),
        }
        assert!(cat(&tokens), "the restriction stayed with its thread");
    }

    #[test]
    fn a_directory_that_is_not_there_is_told() {
        assert!(without(Path::new("/nonexistent/bonus-tv"), || ()).is_err());
    }
}
