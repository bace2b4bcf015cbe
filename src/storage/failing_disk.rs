//! The order journal on a disk that refuses, at every operation in turn.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::orders::{JournalError, OrderJournal};
use super::{Draft, Files, SystemFiles};
use crate::domain::{IdempotencyKey, OfferId, Order, OrderLine, Points};

/// More operations than keeping an order takes.
const MOST_OPERATIONS: usize = 40;

/// The system's files, but the operations from `first` to before `end` fail.
#[derive(Debug, Default)]
struct Refusing {
    count: AtomicUsize,
    first: AtomicUsize,
    end: AtomicUsize,
}

impl Refusing {
    fn refuse(&self, first: usize, end: usize) {
        self.count.store(0, Ordering::SeqCst);
        self.first.store(first, Ordering::SeqCst);
        self.end.store(end, Ordering::SeqCst);
    }

    fn operate(&self) -> io::Result<()> {
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        let is_refused = (self.first.load(Ordering::SeqCst)..self.end.load(Ordering::SeqCst)).contains(&number);
        if is_refused { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

#[derive(Debug)]
struct Disk(Arc<Refusing>);

struct RefusingDraft(Box<dyn Draft>, Arc<Refusing>);

impl Files for Disk {
    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
        SystemFiles.read(path, most)
    }

    fn begin(&self, directory: &Path) -> io::Result<Box<dyn Draft>> {
        self.0.operate()?;
        Ok(Box::new(RefusingDraft(SystemFiles.begin(directory)?, Arc::clone(&self.0))))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.operate()?;
        SystemFiles.remove(path)
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        self.0.operate()?;
        SystemFiles.sync_directory(directory)
    }

    fn copy_once(&self, path: &Path, directory: &Path) -> io::Result<()> {
        SystemFiles.copy_once(path, directory)
    }
}

impl Draft for RefusingDraft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.1.operate()?;
        self.0.write(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.1.operate()?;
        self.0.sync()
    }

    fn persist(self: Box<Self>, path: &Path) -> io::Result<()> {
        self.1.operate()?;
        self.0.persist(path)
    }
}

fn order(entropy: u128) -> Order {
    let line = OrderLine {
        offer_id: OfferId::new("film-potemkin"),
        title: "Броненосец «Потёмкин»".to_owned(),
        expected_price: Points::new(720).unwrap(),
    };
    Order {
        key: IdempotencyKey::from_entropy(entropy),
        member_id: "m-1001".to_owned(),
        lines: vec![line],
        placed_at: "2026-11-22T10:00:00Z".parse().unwrap(),
    }
}

#[test]
fn an_order_that_was_not_kept_is_not_found_later() {
    for is_first_ever in [true, false] {
        for (first, length) in (0..MOST_OPERATIONS).flat_map(|first| [(first, 1), (first, 3)]) {
            let directory = tempfile::tempdir().unwrap();
            let refusing = Arc::new(Refusing::default());
            let journal = OrderJournal::new(Arc::new(Disk(Arc::clone(&refusing))), directory.path());
            if !is_first_ever {
                journal.save(&order(1)).unwrap();
                journal.clear(&order(1).key).unwrap();
            }
            refusing.refuse(first, first + length);
            let kept = journal.save(&order(2)).is_ok();
            // A start knows nothing but what is on the disk.
            let later = OrderJournal::new(Arc::new(SystemFiles), directory.path());
            let found = later.load().unwrap();
            assert_eq!(found, kept.then(|| order(2)), "operations {first} to {}", first + length);
            refusing.refuse(0, 0);
            if !kept {
                journal.save(&order(3)).unwrap();
                assert_eq!(later.load().unwrap(), Some(order(3)), "the next order is kept");
            }
        }
    }
}

#[test]
fn an_order_whose_end_could_not_be_noted_does_not_keep_the_next_one_out() {
    let directory = tempfile::tempdir().unwrap();
    let refusing = Arc::new(Refusing::default());
    let journal = OrderJournal::new(Arc::new(Disk(Arc::clone(&refusing))), directory.path());
    journal.save(&order(1)).unwrap();
    refusing.refuse(0, MOST_OPERATIONS);
    assert!(matches!(journal.clear(&order(1).key), Err(JournalError::Disk(_))));
    refusing.refuse(0, 0);
    assert_eq!(journal.load().unwrap(), Some(order(1)), "a start would ask for it again, which charges nothing");
    journal.save(&order(2)).unwrap();
    assert_eq!(journal.load().unwrap(), Some(order(2)));
    journal.clear(&order(2).key).unwrap();
    assert_eq!(journal.load().unwrap(), None);
}

#[test]
fn an_order_of_another_member_gives_way_only_to_one_that_is_kept() {
    for (first, length) in (0..MOST_OPERATIONS).flat_map(|first| [(first, 1), (first, 2)]) {
        let directory = tempfile::tempdir().unwrap();
        let refusing = Arc::new(Refusing::default());
        let journal = OrderJournal::new(Arc::new(Disk(Arc::clone(&refusing))), directory.path());
        let theirs = Order { member_id: "m-1002".to_owned(), ..order(1) };
        journal.save(&theirs).unwrap();
        refusing.refuse(first, first + length);
        let is_kept = journal.save(&order(2)).is_ok();
        let found = OrderJournal::new(Arc::new(SystemFiles), directory.path()).load().unwrap();
        assert_eq!(found, Some(if is_kept { order(2) } else { theirs }), "operations {first} to {}", first + length);
    }
}
