//! The database's file: whether it is the sandbox's, and its permissions.
//!
//! A file of another program is not changed. New files have a number in SQLite's header; those of older sandboxes are
//! recognised by their tables.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::StoreError;

/// `application_id` of the sandbox's databases: "bns1".
const OURS: i32 = 0x626e_7331;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// Where the header keeps `application_id`, four bytes with the highest first.
const ID_AT: usize = 68;
const HEADER: usize = 100;

/// Opens the database of a file, which is created with access for its owner alone.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let foreign = |what| StoreError::Foreign { path: path.to_owned(), what };
    let failed = |source| StoreError::File { path: path.to_owned(), source };
    match begin(path).map_err(failed)? {
        Begun::Directory => return Err(foreign("it is a directory")),
        Begun::Other => return Err(foreign("it is no SQLite database")),
        Begun::Database(OURS) => {}
        Begun::Database(0) if has_our_tables(path)? => {}
        Begun::Database(_) => return Err(foreign("it is the database of another program")),
        Begun::Empty => {
            // Written first, and not through the write-ahead log: the file is recognised after a kill at any time.
            let connection = Connection::open(path)?;
            connection.pragma_update(None, "application_id", OURS)?;
        }
    }
    close_to_others(path).map_err(failed)?;
    Ok(Connection::open(path)?)
}

/// What a path leads to.
enum Begun {
    Empty,
    Directory,
    /// With its `application_id`.
    Database(i32),
    Other,
}

fn begin(path: &Path) -> io::Result<Begun> {
    if path.is_dir() {
        return Ok(Begun::Directory);
    }
    let mut header = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(HEADER as u64).read_to_end(&mut header)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            return Ok(Begun::Empty);
        }
        Err(error) => return Err(error),
    };
    let id = header.get(ID_AT..ID_AT + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes);
    Ok(match id {
        _ if header.is_empty() => Begun::Empty,
        Some(id) if header.starts_with(MAGIC) => Begun::Database(id),
        Some(_) | None => Begun::Other,
    })
}

/// A database of a sandbox that did not write its number yet.
fn has_our_tables(path: &Path) -> Result<bool, StoreError> {
    let has_log = beside(path, "-wal").exists();
    // Read without its log a database stays untouched to the byte; with one, it has to be opened for what it is.
    let query = if has_log { "mode=ro" } else { "mode=ro&immutable=1" };
    let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(format!("file:{escaped}?{query}"), flags)?;
    let count = connection
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('accounts', 'entries', 'exchanges')",
            [],
            |row| row.get::<_, i64>(0),
        )
        .optional();
    // A file that cannot be queried is not ours.
    Ok(count.is_ok_and(|count| count == Some(3)))
}

/// The file holds tokens. SQLite gives its log the same mode.
fn close_to_others(path: &Path) -> io::Result<()> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { fs::set_permissions(path, Permissions::from_mode(mode & 0o700)) }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, settings};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_database_is_for_its_owner_alone_and_known_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new.sqlite");
        let store = Store::open(Some(&path)).unwrap();
        store.transact(|transaction| settings::set(transaction, "name", "value")).unwrap();
        for file in [path.clone(), beside(&path, "-wal"), beside(&path, "-shm")] {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
        // Killed, with everything in the log still: copied as a power cut would leave it.
        let left = directory.path().join("left.sqlite");
        for ending in ["", "-wal"] {
            fs::copy(beside(&path, ending), beside(&left, ending)).unwrap();
        }
        let store = Store::open(Some(&left)).unwrap();
        assert_eq!(store.transact(|transaction| settings::get(transaction, "name")).unwrap().as_deref(), Some("value"));
    }

    #[test]
    fn an_older_sandboxs_database_is_known_by_its_tables_and_closed_to_others() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("older.sqlite");
        drop(Store::open(Some(&path)).unwrap());
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "application_id", 0).unwrap();
        drop(connection);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        drop(Store::open(Some(&path)).unwrap());
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn what_is_not_ours_is_refused_and_left_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let other = directory.path().join("photos.sqlite");
        let connection = Connection::open(&other).unwrap();
        connection.execute("CREATE TABLE photos (id INTEGER)", []).unwrap();
        drop(connection);
        let numbered = directory.path().join("numbered.sqlite");
        fs::copy(&other, &numbered).unwrap();
        Connection::open(&numbered).unwrap().pragma_update(None, "application_id", 7).unwrap();
        let text = directory.path().join("letter.txt");
        fs::write(&text, "Dear Anna, ".repeat(40)).unwrap();
        let short = directory.path().join("short.txt");
        fs::write(&short, "SQLite format 3").unwrap();
        for (path, what) in [
            (&other, "another program"),
            (&numbered, "another program"),
            (&text, "no SQLite database"),
            (&short, "no SQLite database"),
            (&directory.path().to_owned(), "a directory"),
        ] {
            let (before, old_mode) = (fs::read(path).ok(), mode(path));
            let error = Store::open(Some(path)).unwrap_err().to_string();
            let names_it = error.contains(&path.display().to_string()) && error.contains(what);
            assert!(names_it, "{error}");
            assert_eq!((fs::read(path).ok(), mode(path)), (before, old_mode), "{error}");
            assert!(!beside(path, "-wal").exists() && !beside(path, "-journal").exists(), "{error}");
        }
    }
}
