//! The pending order: on disk before it is sent, and until its outcome is known.
//!
//! Two slots hold the same record. A record has a sequence number, and the newest readable one
//! counts, so one damaged slot loses nothing. Two damaged slots are told, never taken for "no
//! order": points may have been spent. An order that reached one slot only was never sent, because
//! the journal had not said that it is kept; it does not come back at the next start.
//!
//! An order whose refusal is shown without the service's own word is sealed before: should the disk
//! refuse to close it, the next start looks for it and does not send it again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::atomic::{Format, Found};
use super::files::Files;
use crate::domain::{IdempotencyKey, OfferId, Order, OrderLine, Points};

const FORMAT: Format = Format { name: "order", version: 1, limit: 64 * 1024 };
const SLOTS: [&str; 2] = ["order.a", "order.b"];
const SEAL_FORMAT: Format = Format { name: "seal", version: 1, limit: 1024 };
const SEAL: &str = "order.sealed";
/// How often the last step of keeping an order is tried.
const LAST_STEP_TRIES: u32 = 20;

/// The journal of the pending order.
#[derive(Debug)]
pub struct OrderJournal {
    files: Arc<dyn Files>,
    directory: PathBuf,
    /// An order that is over although the disk refused to note it.
    closed: Mutex<Option<IdempotencyKey>>,
}

/// Why the journal cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There was an order and it cannot be read; the bytes are kept for support.
    #[error("the pending order on disk is damaged; its bytes are kept in {}", evidence.display())]
    Damaged {
        /// The directory that holds the bytes.
        evidence: PathBuf,
    },
    /// Another order is still open.
    #[error("another order is still pending")]
    Occupied,
    /// The disk failed.
    #[error("the order journal cannot be read or written")]
    Disk(#[from] io::Error),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Record {
    sequence: u64,
    order: Option<StoredOrder>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredOrder {
    key: String,
    member_id: String,
    lines: Vec<StoredLine>,
    placed_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredLine {
    offer_id: String,
    title: String,
    expected_price: i64,
}

enum Slot {
    Empty,
    Damaged,
    Holds(Record, Option<Order>),
}

impl OrderJournal {
    pub(super) fn new(files: Arc<dyn Files>, directory: &Path) -> Self {
        Self { files, directory: directory.to_owned(), closed: Mutex::default() }
    }

    /// The pending order, if there is one.
    ///
    /// # Errors
    /// The journal is damaged, or cannot be read: an order may be under way.
    pub fn load(&self) -> Result<Option<Order>, JournalError> {
        Ok(self.newest()?.and_then(|(_, order)| order))
    }

    /// Keeps an order. When it returns, a power cut does not lose it, and it may be sent.
    /// An unanswered order of the same member stays in its way, one of another member gives way.
    ///
    /// # Errors
    /// The order is not kept: it must not be sent, and no later start finds it.
    pub fn save(&self, order: &Order) -> Result<(), JournalError> {
        let mut newest = self.newest()?;
        let mut given_way = None;
        match &newest {
            Some((_, Some(pending))) if pending.key != order.key && !self.is_closed(&pending.key) => {
                if pending.member_id == order.member_id {
                    return Err(JournalError::Occupied);
                }
                // The box was unlinked in the middle of it and is somebody else's now. Whoever placed it finds
                // it in the history of the account; it must not keep the next member from ordering.
                tracing::warn!(key = pending.key.as_str(), "an unanswered order of another member gives way");
                given_way = Some(pending.clone());
            }
            // It is kept already; written once more into one slot alone, it would look as if it had never been.
            Some((_, Some(pending))) if pending.key == order.key => {
                return Ok(self.files.sync_directory(&self.directory)?);
            }
            Some(_) | None => {}
        }
        if SLOTS.iter().any(|name| matches!(self.read(name), Ok(Slot::Empty))) {
            // Only beside an older record does a slot tell that the order never reached the other one.
            self.write_all(next(newest.as_ref()), None)?;
            newest = self.newest()?;
        }
        let kept = self.write_all(next(newest.as_ref()), Some(order.into())).or_else(|error| self.settle(order, error));
        if let (Err(_), Some(other)) = (&kept, given_way)
            && !(0..LAST_STEP_TRIES).any(|_| self.restore(&other).is_ok())
        {
            tracing::error!(key = other.key.as_str(), "the order of another member is lost on this box");
        }
        kept
    }

    /// Another member's order gave way for nothing and comes back, unless it has never been away.
    fn restore(&self, other: &Order) -> Result<(), JournalError> {
        let newest = self.newest()?;
        match &newest {
            Some((_, Some(kept))) if kept.key == other.key => Ok(()),
            _ => self.write_all(next(newest.as_ref()), Some(other.into())),
        }
    }

    /// Closes the order with this key; any other stays.
    ///
    /// # Errors
    /// It may be found once more by the next start.
    pub fn clear(&self, key: &IdempotencyKey) -> Result<(), JournalError> {
        let newest = self.newest()?;
        match &newest {
            Some((_, Some(pending))) if pending.key == *key => {
                let cleared = self.write_all(next(newest.as_ref()), None);
                if cleared.is_err() {
                    // The next order must not be refused because of one whose result was seen.
                    *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
                }
                cleared
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Notes that the order with this key must never be sent again.
    ///
    /// # Errors
    /// The next start may find it unsealed.
    pub fn seal(&self, key: &IdempotencyKey) -> Result<(), JournalError> {
        Ok(SEAL_FORMAT.write(&*self.files, &self.directory.join(SEAL), key.as_str().as_bytes())?)
    }

    /// Whether the order with this key must not be sent again; where that cannot be read, it must not.
    pub fn is_sealed(&self, key: &IdempotencyKey) -> bool {
        match SEAL_FORMAT.read(&*self.files, &self.directory.join(SEAL)) {
            Ok(Found::Nothing) => false,
            Ok(Found::Payload(sealed)) => sealed == key.as_str().as_bytes(),
            Ok(Found::Damaged) | Err(_) => true,
        }
    }

    /// Starts afresh after the viewer was told of the damage. The evidence stays.
    ///
    /// # Errors
    /// The damage stays, and will be told again.
    pub fn discard_damage(&self) -> Result<(), JournalError> {
        match self.newest() {
            Err(JournalError::Damaged { .. }) => self.write_all(1, None),
            Err(error) => Err(error),
            Ok(_) => Ok(()),
        }
    }

    /// The disk failed in the middle of keeping an order. Where both slots hold it already, only the
    /// last step is missing, and it is tried again rather than leaving an order that nobody expects.
    fn settle(&self, order: &Order, error: JournalError) -> Result<(), JournalError> {
        for _ in 0..LAST_STEP_TRIES {
            match self.newest() {
                Ok(Some((_, Some(kept)))) if kept.key == order.key => {
                    if self.files.sync_directory(&self.directory).is_ok() {
                        return Ok(());
                    }
                }
                Ok(_) | Err(_) => return Err(error),
            }
        }
        // A disk that takes nothing takes this neither; one that takes a little is set right.
        if let Err(undo) = self.clear(&order.key) {
            tracing::error!(error = %undo, "an order that was not sent may be found at the next start");
        }
        Err(error)
    }

    fn is_closed(&self, key: &IdempotencyKey) -> bool {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(key)
    }

    fn newest(&self) -> Result<Option<(u64, Option<Order>)>, JournalError> {
        let mut newest: Option<(u64, Option<Order>)> = None;
        let mut readable = Vec::new();
        let mut damaged = Vec::new();
        for name in SLOTS {
            match self.read(name)? {
                Slot::Empty => {}
                Slot::Damaged => damaged.push(name),
                Slot::Holds(record, order) => {
                    readable.push(record.sequence);
                    if newest.as_ref().is_none_or(|(sequence, _)| *sequence < record.sequence) {
                        newest = Some((record.sequence, order));
                    }
                }
            }
        }
        for name in &damaged {
            self.keep_evidence(name);
        }
        if newest.is_none() && !damaged.is_empty() {
            return Err(JournalError::Damaged { evidence: self.evidence() });
        }
        let was_opened_in_one =
            |sequence: u64| readable.len() == SLOTS.len() && readable.iter().any(|at| *at < sequence);
        Ok(newest.map(|(sequence, order)| (sequence, order.filter(|_| !was_opened_in_one(sequence)))))
    }

    fn read(&self, name: &str) -> io::Result<Slot> {
        Ok(match FORMAT.read(&*self.files, &self.directory.join(name))? {
            Found::Nothing => Slot::Empty,
            Found::Damaged => Slot::Damaged,
            Found::Payload(payload) => match serde_json::from_slice::<Record>(&payload) {
                Ok(record) => match record.order.clone().map(StoredOrder::into_domain) {
                    Some(None) => Slot::Damaged,
                    Some(Some(order)) => Slot::Holds(record, Some(order)),
                    None => Slot::Holds(record, None),
                },
                Err(_) => Slot::Damaged,
            },
        })
    }

    /// Writes both slots, one after the other: at each moment one of them is whole.
    fn write_all(&self, sequence: u64, order: Option<StoredOrder>) -> Result<(), JournalError> {
        let payload = serde_json::to_vec(&Record { sequence, order }).map_err(io::Error::from)?;
        for name in SLOTS {
            FORMAT.write(&*self.files, &self.directory.join(name), &payload)?;
        }
        Ok(())
    }

    fn evidence(&self) -> PathBuf {
        self.directory.join("damaged")
    }

    /// Copies a damaged slot aside once; support may still read something in it.
    fn keep_evidence(&self, name: &str) {
        tracing::error!(slot = name, "a slot of the order journal is damaged; its bytes are kept aside");
        if let Err(error) = self.files.copy_once(&self.directory.join(name), &self.evidence()) {
            tracing::error!(%error, "the damaged bytes cannot be kept");
        }
    }
}

fn next(newest: Option<&(u64, Option<Order>)>) -> u64 {
    newest.map_or(1, |(sequence, _)| sequence.saturating_add(1))
}

impl From<&Order> for StoredOrder {
    fn from(order: &Order) -> Self {
        Self {
            key: order.key.as_str().to_owned(),
            member_id: order.member_id.clone(),
            lines: order
                .lines
                .iter()
                .map(|line| StoredLine {
                    offer_id: line.offer_id.as_str().to_owned(),
                    title: line.title.clone(),
                    expected_price: i64::try_from(line.expected_price.get()).unwrap_or(i64::MAX),
                })
                .collect(),
            placed_at: order.placed_at,
        }
    }
}

impl StoredOrder {
    fn into_domain(self) -> Option<Order> {
        let line = |line: StoredLine| {
            Some(OrderLine {
                offer_id: OfferId::new(&line.offer_id),
                title: line.title,
                expected_price: Points::new(line.expected_price)?,
            })
        };
        Some(Order {
            key: IdempotencyKey::parse(&self.key)?,
            member_id: self.member_id,
            lines: self.lines.into_iter().map(line).collect::<Option<_>>()?,
            placed_at: self.placed_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::SystemFiles;
    use super::*;

    fn order(entropy: u128) -> Order {
        Order {
            key: IdempotencyKey::from_entropy(entropy),
            member_id: "m-1001".to_owned(),
            lines: vec![OrderLine {
                offer_id: OfferId::new("film-potemkin"),
                title: "Броненосец «Потёмкин»".to_owned(),
                expected_price: Points::new(720).unwrap(),
            }],
            placed_at: "2026-11-22T10:00:00Z".parse().unwrap(),
        }
    }

    fn journal() -> (tempfile::TempDir, OrderJournal) {
        let directory = tempfile::tempdir().unwrap();
        let journal = OrderJournal::new(Arc::new(SystemFiles), directory.path());
        (directory, journal)
    }

    #[test]
    fn an_order_of_another_member_gives_way() {
        let (_directory, journal) = journal();
        journal.save(&order(1)).unwrap();
        let next = Order { member_id: "m-1002".to_owned(), ..order(2) };
        journal.save(&next).unwrap();
        assert_eq!(journal.load().unwrap(), Some(next));
    }

    #[test]
    fn an_order_is_there_until_it_is_cleared() {
        let (_directory, journal) = journal();
        assert_eq!(journal.load().unwrap(), None);
        journal.save(&order(1)).unwrap();
        journal.save(&order(1)).unwrap();
        assert_eq!(journal.load().unwrap(), Some(order(1)));
        assert!(matches!(journal.save(&order(2)), Err(JournalError::Occupied)));
        journal.clear(&order(2).key).unwrap();
        assert_eq!(journal.load().unwrap(), Some(order(1)), "another key clears nothing");
        journal.clear(&order(1).key).unwrap();
        assert_eq!(journal.load().unwrap(), None);
        journal.save(&order(2)).unwrap();
        assert_eq!(journal.load().unwrap(), Some(order(2)));
    }

    /// Every version of a slot with one byte changed or its end cut off.
    fn mutations(whole: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
        (0..whole.len()).flat_map(|at| {
            let mut flipped = whole.to_vec();
            flipped[at] ^= 0x01;
            [flipped, whole[..at].to_vec()]
        })
    }

    #[test]
    fn one_damaged_slot_loses_nothing() {
        let (directory, journal) = journal();
        journal.save(&order(1)).unwrap();
        for name in SLOTS {
            let path = directory.path().join(name);
            let whole = fs::read(&path).unwrap();
            for damaged in mutations(&whole) {
                fs::write(&path, damaged).unwrap();
                assert_eq!(journal.load().unwrap(), Some(order(1)));
            }
            fs::write(&path, whole).unwrap();
        }
    }

    #[test]
    fn two_damaged_slots_are_told_and_kept_as_evidence() {
        let (directory, journal) = journal();
        journal.save(&order(1)).unwrap();
        let whole = fs::read(directory.path().join(SLOTS[0])).unwrap();
        for damaged in mutations(&whole) {
            for name in SLOTS {
                fs::write(directory.path().join(name), &damaged).unwrap();
            }
            assert!(matches!(journal.load(), Err(JournalError::Damaged { .. })));
        }
        assert!(matches!(journal.save(&order(2)), Err(JournalError::Damaged { .. })), "told before anything new");
        assert!(directory.path().join("damaged").join(SLOTS[1]).exists());
        journal.discard_damage().unwrap();
        assert_eq!(journal.load().unwrap(), None);
        journal.save(&order(2)).unwrap();
        assert_eq!(journal.load().unwrap(), Some(order(2)));
    }

    #[test]
    fn a_power_cut_between_the_slots_leaves_the_newer_record() {
        let (directory, journal) = journal();
        let slot = |name: &str| directory.path().join(name);
        journal.save(&order(1)).unwrap();
        let old = fs::read(slot(SLOTS[1])).unwrap();
        journal.clear(&order(1).key).unwrap();
        fs::write(slot(SLOTS[1]), &old).unwrap();
        assert_eq!(journal.load().unwrap(), None, "the order was closed in one slot");
        let closed = fs::read(slot(SLOTS[0])).unwrap();
        journal.save(&order(2)).unwrap();
        fs::write(slot(SLOTS[1]), closed).unwrap();
        assert_eq!(journal.load().unwrap(), None, "the order was opened in one slot, so it was never sent");
        journal.save(&order(3)).unwrap();
        assert_eq!(journal.load().unwrap(), Some(order(3)), "and it is in nobody's way");
    }

    #[test]
    fn a_missing_slot_beside_a_damaged_one_is_damage_too() {
        let (directory, journal) = journal();
        journal.save(&order(1)).unwrap();
        fs::remove_file(directory.path().join(SLOTS[0])).unwrap();
        assert_eq!(journal.load().unwrap(), Some(order(1)));
        fs::write(directory.path().join(SLOTS[1]), b"").unwrap();
        assert!(matches!(journal.load(), Err(JournalError::Damaged { .. })));
    }

    #[test]
    fn a_seal_holds_for_its_order_alone() {
        let (directory, journal) = journal();
        let (sealed, other) = (order(1), order(2));
        assert!(!journal.is_sealed(&sealed.key));
        journal.seal(&sealed.key).unwrap();
        assert!(journal.is_sealed(&sealed.key) && !journal.is_sealed(&other.key));
        std::fs::write(directory.path().join(SEAL), b"worn").unwrap();
        assert!(journal.is_sealed(&other.key), "what cannot be read is not sent");
    }
}
