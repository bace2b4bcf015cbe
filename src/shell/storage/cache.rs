//! What the server last said, so that a start without a network still shows something.
//!
//! Three files, each with its member: the large catalogue is not written again when only the
//! balance has changed. What is damaged or another member's is not shown.

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::atomic::{self, Format, Found};
use crate::api::snapshot;
use crate::core::CachedData;
use crate::domain::{Catalog, CatalogPage};

/// Bytes of a stored catalogue.
const MOST_BYTES: usize = 2 * 1024 * 1024;

const ACCOUNT: Format = Format { name: "account", version: 1, limit: MOST_BYTES };
const CATALOG: Format = Format { name: "catalog", version: 1, limit: MOST_BYTES };
const ENTITLEMENTS: Format = Format { name: "entitlements", version: 1, limit: MOST_BYTES };

/// The files of the snapshot.
#[derive(Debug)]
pub struct SnapshotCache {
    directory: PathBuf,
}

/// The first line of a file.
#[derive(Serialize, Deserialize)]
struct Stamp {
    member_id: String,
    etag: Option<String>,
    /// Stands with the account only, or every file would change every time.
    fetched_at: Option<DateTime<Utc>>,
}

impl SnapshotCache {
    pub(super) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// What was known last, if all of it is readable and one member's.
    pub fn load(&self) -> Option<CachedData> {
        let (stamp, account) = self.part(ACCOUNT, snapshot::read_account)?;
        let fetched_at = stamp.fetched_at?;
        let is_theirs = |other: &Stamp| other.member_id == account.member_id;
        let (catalog_stamp, page) = self.part(CATALOG, snapshot::read_catalog).filter(|(stamp, _)| is_theirs(stamp))?;
        let (_, (entitlements, _)) =
            self.part(ENTITLEMENTS, snapshot::read_entitlements).filter(|(stamp, _)| is_theirs(stamp))?;
        let CatalogPage { version, total, categories, offers, .. } = page;
        let catalog = Catalog { version, categories, offers, total };
        Some(CachedData { account, catalog, etag: catalog_stamp.etag, entitlements, fetched_at })
    }

    /// Keeps what is known, and of a very large catalogue as many of its first offers as fit.
    pub fn save(&self, known: &CachedData) -> io::Result<()> {
        let stamp =
            |etag: Option<String>, fetched_at| Stamp { member_id: known.account.member_id.clone(), etag, fetched_at };
        let (catalog, is_whole) = catalog_json(&known.catalog);
        // A part of the catalogue is not what the tag names.
        self.write(CATALOG, &stamp(known.etag.clone().filter(|_| is_whole), None), &catalog)?;
        let entitlements = snapshot::write_entitlements(&known.entitlements, DateTime::UNIX_EPOCH);
        self.write(ENTITLEMENTS, &stamp(None, None), &entitlements)?;
        self.write(ACCOUNT, &stamp(None, Some(known.fetched_at)), &snapshot::write_account(&known.account))
    }

    /// Forgets everything.
    pub fn wipe(&self) -> io::Result<()> {
        [ACCOUNT, CATALOG, ENTITLEMENTS].into_iter().try_for_each(|format| atomic::remove(&self.path(format)))
    }

    fn write(&self, format: Format, stamp: &Stamp, json: &[u8]) -> io::Result<()> {
        let mut payload = serde_json::to_vec(stamp)?;
        payload.push(b'\n');
        payload.extend_from_slice(json);
        let path = self.path(format);
        // Flash wears out by writing, not by reading.
        if matches!(format.read(&path), Ok(Found::Payload(before)) if before == payload) {
            return Ok(());
        }
        format.write(&path, &payload)
    }

    fn part<T>(&self, format: Format, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<(Stamp, T)> {
        let path = self.path(format);
        let payload = format.read_or_drop(&path)?;
        let end = payload.iter().position(|byte| *byte == b'\n').unwrap_or(0);
        let (stamp, json) = payload.split_at(end);
        let part = serde_json::from_slice::<Stamp>(stamp).ok().zip(read(json));
        if part.is_none() {
            atomic::drop_damaged(format, &path);
        }
        part
    }

    fn path(&self, format: Format) -> PathBuf {
        self.directory.join(format!("{}.cache", format.name))
    }
}

/// The catalogue in the shape of a page, and whether all of it fits.
fn catalog_json(catalog: &Catalog) -> (Vec<u8>, bool) {
    // Room for the first line.
    let room = MOST_BYTES - 4096;
    let mut page = CatalogPage {
        version: catalog.version.clone(),
        total: catalog.total,
        categories: catalog.categories.clone(),
        offers: catalog.offers.clone(),
        next_cursor: None,
        server_time: DateTime::UNIX_EPOCH,
    };
    let mut json = snapshot::write_catalog(&page);
    while json.len() > room && !page.offers.is_empty() {
        page.offers.truncate(page.offers.len() / 2);
        json = snapshot::write_catalog(&page);
    }
    (json, page.offers.len() == catalog.offers.len())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;

    fn known() -> CachedData {
        let account = include_bytes!("../../../tests/fixtures/api/account.json");
        let catalog = include_bytes!("../../../tests/fixtures/api/catalog.json");
        let entitlements = include_bytes!("../../../tests/fixtures/api/entitlements.json");
        let page = snapshot::read_catalog(catalog).unwrap();
        CachedData {
            account: snapshot::read_account(account).unwrap(),
            catalog: Catalog {
                version: page.version,
                categories: page.categories,
                offers: page.offers,
                total: page.total,
            },
            etag: Some("\"v1\"".to_owned()),
            entitlements: snapshot::read_entitlements(entitlements).unwrap().0,
            fetched_at: "2026-11-22T10:00:00Z".parse().unwrap(),
        }
    }

    fn cache() -> (tempfile::TempDir, SnapshotCache) {
        let directory = tempfile::tempdir().unwrap();
        let cache = SnapshotCache::new(directory.path());
        cache.save(&known()).unwrap();
        (directory, cache)
    }

    #[test]
    fn what_was_known_comes_back_except_for_playback() {
        let (directory, cache) = cache();
        let mut expected = known();
        assert!(expected.entitlements.iter().any(|held| held.playback.is_some()), "the fixture shows the point");
        expected.entitlements.iter_mut().for_each(|held| held.playback = None);
        assert_eq!(cache.load(), Some(expected));
        for file in fs::read_dir(directory.path()).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains("token="), "no token on disk");
        }
        cache.wipe().unwrap();
        cache.wipe().unwrap();
        assert_eq!(cache.load(), None);
    }

    #[test]
    fn damage_is_dropped_and_the_next_save_heals_it() {
        for part in ["account", "catalog", "entitlements"] {
            let (directory, cache) = cache();
            let path = directory.path().join(format!("{part}.cache"));
            fs::write(&path, b"garbage").unwrap();
            assert_eq!(cache.load(), None);
            assert!(!path.exists());
            cache.save(&known()).unwrap();
            assert!(cache.load().is_some());
        }
    }

    #[test]
    fn nobody_sees_what_another_member_left() {
        let (directory, cache) = cache();
        let theirs = fs::read(directory.path().join("catalog.cache")).unwrap();
        let mut other = known();
        other.account.member_id = "m-2".to_owned();
        cache.save(&other).unwrap();
        assert_eq!(cache.load().unwrap().account.member_id, "m-2");
        fs::write(directory.path().join("catalog.cache"), theirs).unwrap();
        assert_eq!(cache.load(), None);
    }

    #[test]
    fn a_file_that_would_not_change_is_not_written() {
        let (directory, cache) = cache();
        let modified = |part: &str| fs::metadata(directory.path().join(part)).unwrap().modified().unwrap();
        let (catalog, account) = (modified("catalog.cache"), modified("account.cache"));
        let mut later = known();
        later.fetched_at += chrono::Duration::minutes(1);
        cache.save(&later).unwrap();
        assert_eq!(modified("catalog.cache"), catalog);
        assert_ne!(modified("account.cache"), account);
        assert_eq!(cache.load().unwrap().fetched_at, later.fetched_at);
    }

    #[test]
    fn a_catalogue_that_is_too_large_is_kept_in_part_and_without_its_tag() {
        let (_directory, cache) = cache();
        let mut large = known();
        let offer = Arc::clone(&large.catalog.offers[0]);
        large.catalog.offers = (0..1500)
            .map(|number| {
                let mut offer = offer.as_ref().clone();
                offer.id = crate::domain::OfferId::new(&format!("film-{number}"));
                offer.description = "я".repeat(1500);
                Arc::new(offer)
            })
            .collect();
        cache.save(&large).unwrap();
        let loaded = cache.load().unwrap();
        assert_eq!(loaded.etag, None);
        assert!(loaded.catalog.offers.len() > 300);
        assert_eq!(loaded.catalog.offers[0].id.as_str(), "film-0");
    }
}
