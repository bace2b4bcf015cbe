//! How the C library keeps memory: one heap for all threads, and what is large goes back at once.
//!
//! glibc gives threads heaps of their own and never gives back what lies between two pieces in use.
//! With a handful of threads that decode pictures now and then, the process grew by a third over a
//! day and nothing was lost: it lay free in heaps whose thread had gone. A menu is not in a hurry
//! for memory, so its threads can share.

#[cfg(target_env = "gnu")]
mod glibc {
    use libc::{M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, c_int, mallopt};

    /// Above it a piece has a mapping of its own; being set also keeps glibc from raising it.
    const LARGE: c_int = 128 * 1024;
    /// More than this free at the heap's end goes back to the system.
    const SPARE: c_int = 256 * 1024;

    pub(super) fn share() -> bool {
        // SAFETY: `mallopt` takes two integers and may be called at any time; it is called before there are threads.
        let set = |what, value| unsafe { mallopt(what, value) } == 1;
        [(M_ARENA_MAX, 1), (M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, SPARE)]
            .into_iter()
            .all(|(what, value)| set(what, value))
    }
}

/// Lets all threads share one heap; to be called first in `main`. Other C libraries have one anyway.
pub fn share() {
    #[cfg(target_env = "gnu")]
    if !glibc::share() {
        // Nothing depends on it but the footprint.
        eprintln!("bonus-tv: the C library does not take the settings for a small heap");
    }
}

#[cfg(all(test, target_env = "gnu"))]
mod tests {
    #[test]
    fn the_c_library_takes_the_settings() {
        assert!(super::glibc::share());
    }
}
