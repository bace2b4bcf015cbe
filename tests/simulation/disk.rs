//! A disk that keeps only what was synced.
//!
//! What was written and not synced is, after a power cut, gone, torn or there; names change in the
//! order of their making or in any other. The journal above it is the box's own.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bonus_tv::storage::{Draft, Files};

/// A simulated disk; clones are the same disk.
#[derive(Debug, Clone)]
pub struct SimDisk(Arc<Mutex<State>>);

/// How honest the disk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Honesty {
    /// What it says is synced is synced.
    Honest,
    /// A bug put in by hand: syncing does nothing.
    DropsSyncs,
}

#[derive(Debug)]
struct State {
    honesty: Honesty,
    random: fastrand::Rng,
    contents: Vec<Content>,
    /// Names as programs see them.
    names: BTreeMap<PathBuf, usize>,
    /// Names as a power cut would leave them, but for what is pending.
    durable_names: BTreeMap<PathBuf, usize>,
    pending: Vec<Change>,
    /// Operations until the power goes.
    fuse: Option<u32>,
    /// Of how many operations in a hundred the disk refuses.
    failing: u32,
}

#[derive(Debug, Default)]
struct Content {
    seen: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Change {
    Name(PathBuf, usize),
    Unname(PathBuf),
}

struct SimDraft {
    disk: SimDisk,
    content: usize,
}

impl SimDisk {
    /// An empty disk.
    pub fn new(honesty: Honesty, seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            honesty,
            random: fastrand::Rng::with_seed(seed),
            contents: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            pending: Vec::new(),
            fuse: None,
            failing: 0,
        })))
    }

    /// Changes how honest the disk is.
    pub fn set_honesty(&self, honesty: Honesty) {
        self.state().honesty = honesty;
    }

    /// Lets the power go after so many more operations; those that follow have no effect.
    pub fn light_fuse(&self, operations: u32) {
        self.state().fuse = Some(operations);
    }

    /// Of a hundred operations so many fail from now on, as on a full or worn-out disk.
    pub fn set_failing(&self, of_hundred: u32) {
        self.state().failing = of_hundred;
    }

    /// The power goes: what was not synced is left to chance.
    pub fn cut_power(&self) {
        let mut state = self.state();
        state.fuse = None;
        let state = &mut *state;
        // A journalling file system keeps the order of names, others keep none.
        let keeps_order = state.random.bool();
        let kept = state.random.usize(0..=state.pending.len());
        for (number, change) in std::mem::take(&mut state.pending).into_iter().enumerate() {
            if if keeps_order { number < kept } else { state.random.bool() } {
                state.apply(change);
            }
        }
        for content in &mut state.contents {
            if content.seen != content.durable {
                content.durable = torn(&content.seen, &content.durable, &mut state.random);
                content.seen.clone_from(&content.durable);
            }
        }
        state.names.clone_from(&state.durable_names);
    }

    /// A bug put in by hand: the pending order is gone.
    pub fn forget_orders(&self) {
        let mut state = self.state();
        let is_order = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("order."));
        state.names.retain(|path, _| !is_order(path));
        state.durable_names.retain(|path, _| !is_order(path));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a power cut leaves of bytes that were not synced.
fn torn(seen: &[u8], durable: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let cut = random.usize(0..=seen.len());
    match random.u8(0..4) {
        0 => durable.to_vec(),
        1 => seen[..cut].to_vec(),
        // The length is there and the bytes are not: delayed allocation.
        2 => seen.iter().enumerate().map(|(at, byte)| if at < cut { *byte } else { 0 }).collect(),
        _ => seen.to_vec(),
    }
}

impl State {
    fn operate(&mut self) -> io::Result<()> {
        match &mut self.fuse {
            Some(0) => return Err(io::Error::other("the power is gone")),
            Some(left) => *left -= 1,
            None => {}
        }
        if self.random.u32(0..100) < self.failing {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Name(path, content) => {
                self.durable_names.insert(path, content);
            }
            Change::Unname(path) => {
                self.durable_names.remove(&path);
            }
        }
    }
}

impl Files for SimDisk {
    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
        let state = self.state();
        let content = state.names.get(path).and_then(|content| state.contents.get(*content));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(content.map(|content| content.seen.iter().copied().take(most).collect()))
    }

    fn begin(&self, _directory: &Path) -> io::Result<Box<dyn Draft>> {
        let mut state = self.state();
        state.operate()?;
        state.contents.push(Content::default());
        Ok(Box::new(SimDraft { disk: self.clone(), content: state.contents.len() - 1 }))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operate()?;
        state.names.remove(path).ok_or(io::ErrorKind::NotFound)?;
        state.pending.push(Change::Unname(path.to_owned()));
        Ok(())
    }

    fn sync_directory(&self, _directory: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operate()?;
        if state.honesty == Honesty::Honest {
            for change in std::mem::take(&mut state.pending) {
                state.apply(change);
            }
        }
        Ok(())
    }

    fn copy_once(&self, path: &Path, directory: &Path) -> io::Result<()> {
        let mut state = self.state();
        let copy = directory.join(path.file_name().unwrap_or_default());
        if let (Some(content), false) = (state.names.get(path).copied(), state.names.contains_key(&copy)) {
            state.names.insert(copy, content);
        }
        Ok(())
    }
}

impl Draft for SimDraft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.state();
        state.operate()?;
        state.contents[self.content].seen.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.disk.state();
        state.operate()?;
        if state.honesty == Honesty::Honest {
            let content = &mut state.contents[self.content];
            content.durable.clone_from(&content.seen);
        }
        Ok(())
    }

    fn persist(self: Box<Self>, path: &Path) -> io::Result<()> {
        let mut state = self.disk.state();
        state.operate()?;
        state.names.insert(path.to_owned(), self.content);
        state.pending.push(Change::Name(path.to_owned(), self.content));
        Ok(())
    }
}
