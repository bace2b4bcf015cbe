//! Files that are whole or not there: written beside, flushed, renamed, with a checksum inside.
//!
//! The power may go at any moment, and flash may forget. A reader gets what a writer wrote, or
//! learns that it is damaged; it never gets half of it.

use std::io;
use std::path::Path;

use super::files::Files;

/// What temporary files begin with; the next start removes those that a power cut left behind.
pub(super) const TEMPORARY: &str = ".tmp-";

/// What a reader finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No such file.
    Nothing,
    /// Something else than what was written, or a format of another version.
    Damaged,
    /// The payload as it was written.
    Payload(Vec<u8>),
}

/// What a file holds and in which format; both stand in its first line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    /// One word.
    pub name: &'static str,
    /// Counts up when the payload changes its meaning.
    pub version: u32,
    /// Bytes that a payload can have.
    pub limit: usize,
}

impl Format {
    /// Replaces the file with this payload. After it returns, a power cut does not undo it.
    pub fn write(self, files: &dyn Files, path: &Path, payload: &[u8]) -> io::Result<()> {
        if payload.len() > self.limit {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the payload is larger than its format allows"));
        }
        let directory = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let mut file = files.begin(directory)?;
        file.write(self.header(payload).as_bytes())?;
        file.write(payload)?;
        file.sync()?;
        file.persist(path)?;
        // A new name is durable only when its directory is.
        files.sync_directory(directory)
    }

    /// Reads a payload back.
    pub fn read(self, files: &dyn Files, path: &Path) -> io::Result<Found> {
        let most = self.limit as u64 + 128;
        let Some(bytes) = files.read(path, most + 1)? else { return Ok(Found::Nothing) };
        Ok(self.payload(&bytes).map_or(Found::Damaged, |payload| Found::Payload(payload.to_vec())))
    }

    /// Reads a payload back for whoever can do without it: damage is logged and removed.
    pub fn read_or_drop(self, files: &dyn Files, path: &Path) -> Option<Vec<u8>> {
        match self.read(files, path) {
            Ok(Found::Payload(payload)) => Some(payload),
            Ok(Found::Nothing) => None,
            Ok(Found::Damaged) => {
                drop_damaged(self, files, path);
                None
            }
            Err(error) => {
                tracing::warn!(file = self.name, %error, "a file cannot be read");
                None
            }
        }
    }

    fn payload(self, bytes: &[u8]) -> Option<&[u8]> {
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let (header, payload) = bytes.split_at(end + 1);
        // The header is a function of the payload, so every changed bit shows.
        (payload.len() <= self.limit && header == self.header(payload).as_bytes()).then_some(payload)
    }

    fn header(self, payload: &[u8]) -> String {
        let Self { name, version, .. } = self;
        format!("bonus-tv {name} {version} {} {:08x}\n", payload.len(), crc32fast::hash(payload))
    }
}

/// Logs and removes a file that cannot be used.
pub(super) fn drop_damaged(format: Format, files: &dyn Files, path: &Path) {
    tracing::warn!(file = format.name, "a damaged file is dropped");
    if let Err(error) = remove(files, path) {
        tracing::warn!(file = format.name, %error, "a damaged file cannot be removed");
    }
}

/// Removes a file for good; one that is not there is as good.
pub(super) fn remove(files: &dyn Files, path: &Path) -> io::Result<()> {
    match files.remove(path) {
        Ok(()) => path.parent().map_or(Ok(()), |directory| files.sync_directory(directory)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::super::files::SystemFiles;
    use super::*;

    const FORMAT: Format = Format { name: "test", version: 1, limit: 64 };

    #[test]
    fn a_payload_comes_back_and_only_its_owner_can_read_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        assert_eq!(FORMAT.read(&SystemFiles, &path).unwrap(), Found::Nothing);
        FORMAT.write(&SystemFiles, &path, b"one").unwrap();
        FORMAT.write(&SystemFiles, &path, b"two").unwrap();
        assert_eq!(FORMAT.read(&SystemFiles, &path).unwrap(), Found::Payload(b"two".to_vec()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        FORMAT.write(&SystemFiles, &path, b"payload").unwrap();
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            for bit in [1, 0x20, 0x80] {
                let mut flipped = whole.clone();
                flipped[at] ^= bit;
                fs::write(&path, flipped).unwrap();
                assert_eq!(FORMAT.read(&SystemFiles, &path).unwrap(), Found::Damaged, "byte {at}");
            }
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(FORMAT.read(&SystemFiles, &path).unwrap(), Found::Damaged, "cut at {at}");
        }
    }

    #[test]
    fn another_version_and_too_much_are_not_taken_for_ours() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        Format { version: 2, ..FORMAT }.write(&SystemFiles, &path, b"new").unwrap();
        assert_eq!(FORMAT.read_or_drop(&SystemFiles, &path), None);
        assert!(!path.exists(), "a damaged file is removed");
        assert!(FORMAT.write(&SystemFiles, &path, &[0; 65]).is_err());
        Format { limit: 1 << 20, ..FORMAT }.write(&SystemFiles, &path, &[0; 1 << 19]).unwrap();
        assert_eq!(FORMAT.read(&SystemFiles, &path).unwrap(), Found::Damaged);
    }
}
