//! What the server last said, so that a start without a network still shows something.
//!
//! Each part stands in a file of its own with its time and all that it depends on: a damaged part is dropped
//! alone, nobody sees what another member left, and what another service, another language, another region or
//! another version of the program got is not taken for what this one would get (NET-7).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::atomic::{self, Format};
use super::files::Files;
use crate::api::snapshot;
use crate::domain::{Account, CatalogPage, Entitlement, Language};

/// Bytes of a stored catalogue.
const MOST_BYTES: usize = 2 * 1024 * 1024;

// Version 1 was stamped with the box's own date, which may have been any, and named neither service nor language.
const ACCOUNT: Format = Format { name: "account", version: 2, limit: MOST_BYTES };
const CATALOG: Format = Format { name: "catalog", version: 2, limit: MOST_BYTES };
const ENTITLEMENTS: Format = Format { name: "entitlements", version: 2, limit: MOST_BYTES };

/// Something with the time it was fetched.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped<T> {
    /// The thing.
    pub value: T,
    /// Names its state on the server.
    pub etag: Option<String>,
    /// When it was fetched, by the service's time.
    pub fetched_at: DateTime<Utc>,
}

/// What is known without a network, all of one member.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Snapshot {
    /// The account.
    pub account: Option<Stamped<Account>>,
    /// The catalogue, possibly not all of it.
    pub catalog: Option<Stamped<CatalogPage>>,
    /// What the member holds, without the addresses that play it.
    pub entitlements: Option<Stamped<Vec<Entitlement>>>,
}

/// The files of the snapshot.
#[derive(Debug)]
pub struct SnapshotCache {
    files: Arc<dyn Files>,
    directory: PathBuf,
    binding: Mutex<CacheBinding>,
}

/// What the words and prices of an answer depend on, besides whose they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct CacheBinding {
    /// The address of the service.
    api: String,
    /// The code of the language.
    language: String,
    /// The program's version: another one may read more of the same answer.
    version: String,
}

/// The first line of a part. A validator goes nowhere but where all of this is the same.
#[derive(Serialize, Deserialize)]
struct Stamp {
    member_id: String,
    region: String,
    binding: CacheBinding,
    etag: Option<String>,
    fetched_at: DateTime<Utc>,
}

impl SnapshotCache {
    pub(super) fn new(files: Arc<dyn Files>, directory: &Path) -> Self {
        let binding = CacheBinding {
            api: String::new(),
            language: Language::default().code().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Self { files, directory: directory.to_owned(), binding: Mutex::new(binding) }
    }

    /// From now on everything is of this service.
    pub(super) fn use_api(&self, api: &str) {
        self.binding().api = api.to_owned();
    }

    /// From now on everything is in this language.
    pub fn use_language(&self, language: Language) {
        self.binding().language = language.code().to_owned();
    }

    fn binding(&self) -> MutexGuard<'_, CacheBinding> {
        self.binding.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that is readable, belongs to the member and region of the stored account, and was got from this
    /// service, in this language, by this version.
    pub fn load(&self) -> Snapshot {
        let binding = self.binding().clone();
        let Some((stamp, account)) =
            self.part(ACCOUNT, snapshot::read_account).filter(|(stamp, _)| stamp.binding == binding)
        else {
            return Snapshot::default();
        };
        let belongs = |part: &Stamp| {
            part.binding == binding && part.member_id == account.member_id && part.region == account.region.code
        };
        let catalog = self.part(CATALOG, snapshot::read_catalog).filter(|(stamp, _)| belongs(stamp));
        let entitlements = self.part(ENTITLEMENTS, snapshot::read_entitlements).filter(|(stamp, _)| belongs(stamp));
        Snapshot {
            account: Some(stamped(stamp, account)),
            catalog: catalog.map(|(stamp, catalog)| stamped(stamp, catalog)),
            entitlements: entitlements.map(|(stamp, entitlements)| stamped(stamp, entitlements)),
        }
    }

    /// Keeps the account.
    ///
    /// # Errors
    /// It is not kept; what was there may be.
    pub fn save_account(&self, account: &Stamped<Account>) -> io::Result<()> {
        let Account { member_id, region, .. } = &account.value;
        self.write(ACCOUNT, (member_id, &region.code), account, &snapshot::write_account(&account.value))
    }

    /// Keeps the catalogue, or as many of its first offers as there is room for.
    ///
    /// # Errors
    /// It is not kept; what was there may be.
    pub fn save_catalog(&self, of: &Account, catalog: &Stamped<CatalogPage>) -> io::Result<()> {
        // Room for the first line.
        let room = MOST_BYTES - 4096;
        let mut kept = catalog.value.clone();
        // A start reads no more than that.
        kept.offers.truncate(snapshot::MOST_OFFERS);
        let mut json = snapshot::write_catalog(&kept);
        while json.len() > room && !kept.offers.is_empty() {
            // A part of the catalogue is not what the tag names, and nor are halves of any use as such.
            kept.offers.truncate(kept.offers.len() / 2);
            json = snapshot::write_catalog(&kept);
        }
        let etag = catalog.etag.clone().filter(|_| kept.offers.len() == catalog.value.offers.len());
        let stamped = Stamped { value: (), etag, fetched_at: catalog.fetched_at };
        self.write(CATALOG, (&of.member_id, &of.region.code), &stamped, &json)
    }

    /// Keeps what the member holds.
    ///
    /// # Errors
    /// It is not kept; what was there may be.
    pub fn save_entitlements(&self, of: &Account, entitlements: &Stamped<Vec<Entitlement>>) -> io::Result<()> {
        let json = snapshot::write_entitlements(&entitlements.value, entitlements.fetched_at);
        self.write(ENTITLEMENTS, (&of.member_id, &of.region.code), entitlements, &json)
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// Something may still be there.
    pub fn wipe(&self) -> io::Result<()> {
        [ACCOUNT, CATALOG, ENTITLEMENTS]
            .into_iter()
            .try_for_each(|format| atomic::remove(&*self.files, &self.path(format)))
    }

    fn write<T>(
        &self,
        format: Format,
        (member_id, region): (&str, &str),
        stamped: &Stamped<T>,
        json: &[u8],
    ) -> io::Result<()> {
        let Stamped { etag, fetched_at, .. } = stamped;
        let stamp = Stamp {
            member_id: member_id.to_owned(),
            region: region.to_owned(),
            binding: self.binding().clone(),
            etag: etag.clone(),
            fetched_at: *fetched_at,
        };
        let mut payload = serde_json::to_vec(&stamp)?;
        payload.push(b'\n');
        payload.extend_from_slice(json);
        format.write(&*self.files, &self.path(format), &payload)
    }

    fn part<T>(&self, format: Format, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<(Stamp, T)> {
        let path = self.path(format);
        let payload = format.read_or_drop(&*self.files, &path)?;
        let end = payload.iter().position(|byte| *byte == b'\n').unwrap_or(0);
        let (stamp, json) = payload.split_at(end);
        let part = serde_json::from_slice::<Stamp>(stamp).ok().zip(read(json));
        if part.is_none() {
            atomic::drop_damaged(format, &*self.files, &path);
        }
        part
    }

    fn path(&self, format: Format) -> PathBuf {
        self.directory.join(format!("{}.cache", format.name))
    }
}

fn stamped<T>(stamp: Stamp, value: T) -> Stamped<T> {
    Stamped { value, etag: stamp.etag, fetched_at: stamp.fetched_at }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::SystemFiles;
    use super::*;

    fn at() -> DateTime<Utc> {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    fn account() -> Stamped<Account> {
        let json = include_bytes!("../../tests/fixtures/api/account.json");
        Stamped { value: snapshot::read_account(json).unwrap(), etag: None, fetched_at: at() }
    }

    fn catalog() -> Stamped<CatalogPage> {
        let json = include_bytes!("../../tests/fixtures/api/catalog.json");
        Stamped { value: snapshot::read_catalog(json).unwrap(), etag: Some("\"v1\"".into()), fetched_at: at() }
    }

    fn entitlements() -> Stamped<Vec<Entitlement>> {
        let json = include_bytes!("../../tests/fixtures/api/entitlements.json");
        Stamped { value: snapshot::read_entitlements(json).unwrap(), etag: None, fetched_at: at() }
    }

    fn full(directory: &Path) -> SnapshotCache {
        let cache = SnapshotCache::new(Arc::new(SystemFiles), directory);
        cache.save_account(&account()).unwrap();
        cache.save_catalog(&account().value, &catalog()).unwrap();
        cache.save_entitlements(&account().value, &entitlements()).unwrap();
        cache
    }

    #[test]
    fn a_snapshot_comes_back_as_it_was_except_for_playback() {
        let directory = tempfile::tempdir().unwrap();
        let snapshot = full(directory.path()).load();
        assert_eq!(snapshot.account, Some(account()));
        assert_eq!(snapshot.catalog, Some(catalog()));
        let mut expected = entitlements();
        assert!(expected.value.iter().any(|held| held.playback.is_some()), "the fixture shows the point");
        for held in &mut expected.value {
            held.playback = None;
            held.episodes.iter_mut().for_each(|episode| episode.playback = None);
        }
        assert_eq!(snapshot.entitlements, Some(expected));
        for file in fs::read_dir(directory.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("token="), "no token on disk");
        }
    }

    #[test]
    fn a_damaged_part_is_dropped_alone() {
        let directory = tempfile::tempdir().unwrap();
        let cache = full(directory.path());
        fs::write(directory.path().join("catalog.cache"), b"garbage").unwrap();
        let snapshot = cache.load();
        assert!(snapshot.account.is_some() && snapshot.entitlements.is_some());
        assert_eq!(snapshot.catalog, None);
    }

    #[test]
    fn nobody_sees_what_another_member_left() {
        let directory = tempfile::tempdir().unwrap();
        let cache = full(directory.path());
        let mut other = account();
        other.value.member_id = "m-2".to_owned();
        cache.save_account(&other).unwrap();
        let snapshot = cache.load();
        assert_eq!(snapshot.account, Some(other));
        assert_eq!((snapshot.catalog, snapshot.entitlements), (None, None));
        cache.wipe().unwrap();
        assert_eq!(cache.load(), Snapshot::default());
        cache.wipe().unwrap();
    }

    #[test]
    fn what_another_service_language_region_or_version_got_is_not_shown_nor_its_tag_sent() {
        let directory = tempfile::tempdir().unwrap();
        let cache = full(directory.path());
        assert!(cache.load().catalog.is_some());
        cache.use_language(Language::En);
        assert_eq!(cache.load(), Snapshot::default());
        cache.use_language(Language::Ru);
        cache.use_api("https://other.example/bonus/");
        assert_eq!(cache.load(), Snapshot::default());
        cache.use_api("");
        cache.binding().version = "0.0.0".to_owned();
        assert_eq!(cache.load(), Snapshot::default());
        let cache = full(directory.path());
        let mut moved = account();
        moved.value.region.code = "elsewhere".to_owned();
        cache.save_account(&moved).unwrap();
        let snapshot = cache.load();
        assert_eq!((snapshot.account, snapshot.catalog, snapshot.entitlements), (Some(moved), None, None));
    }

    #[test]
    fn a_catalogue_that_is_too_large_is_kept_in_part_and_without_its_tag() {
        let directory = tempfile::tempdir().unwrap();
        let cache = full(directory.path());
        let mut large = catalog();
        let offer = Arc::clone(&large.value.offers[0]);
        large.value.offers = (0..1500)
            .map(|number| {
                let mut offer = offer.as_ref().clone();
                offer.id = crate::domain::OfferId::new(&format!("film-{number}"));
                offer.description = "я".repeat(1500);
                Arc::new(offer)
            })
            .collect();
        cache.save_catalog(&account().value, &large).unwrap();
        let loaded = cache.load().catalog.unwrap();
        assert_eq!(loaded.etag, None);
        assert!(loaded.value.offers.len() > 300);
        assert_eq!(loaded.value.offers[0].id.as_str(), "film-0");
    }
}
