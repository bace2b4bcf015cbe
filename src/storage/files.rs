//! What the storage asks of a disk: few operations, each with its promise in a power cut.
//!
//! The box runs on [`SystemFiles`]. The simulation brings a disk of its own that forgets what was
//! not synced, tears it, and reorders names, and runs the same journal on it.

use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::atomic::TEMPORARY;

/// A disk with files.
pub trait Files: Debug + Send + Sync {
    /// At most `most` bytes from the beginning of a file; `None` if there is no such file.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>>;
    /// Begins a file without a lasting name in this directory, readable by its owner only.
    ///
    /// # Errors
    /// The disk takes no file.
    fn begin(&self, directory: &Path) -> io::Result<Box<dyn Draft>>;
    /// Removes a name; the removal is durable once the directory is synced.
    ///
    /// # Errors
    /// The name may still be there; [`io::ErrorKind::NotFound`] where it never was.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes the names of a directory durable.
    ///
    /// # Errors
    /// A power cut may bring earlier names back.
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;
    /// Copies a file into a directory that is made if need be, unless a file of that name is there.
    ///
    /// # Errors
    /// There is no copy, or half of one.
    fn copy_once(&self, path: &Path, directory: &Path) -> io::Result<()>;
}

/// A file that is being written.
pub trait Draft {
    /// Appends bytes; a power cut may lose them.
    ///
    /// # Errors
    /// The disk is full or fails.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes the bytes durable.
    ///
    /// # Errors
    /// A power cut may lose the bytes.
    fn sync(&mut self) -> io::Result<()>;
    /// Gives the file its name instead of whatever had it, in one step; durable once the directory is synced.
    ///
    /// # Errors
    /// The file may have either content, each of them whole.
    fn persist(self: Box<Self>, path: &Path) -> io::Result<()>;
}

/// The operating system's files.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemFiles;

impl Files for SystemFiles {
    fn read(&self, path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        match File::open(path) {
            Ok(file) => file.take(most).read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(bytes))
    }

    fn begin(&self, directory: &Path) -> io::Result<Box<dyn Draft>> {
        // Temporary files are created for their owner only, and renaming keeps that.
        Ok(Box::new(tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(directory)?))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        File::open(directory)?.sync_all()
    }

    fn copy_once(&self, path: &Path, directory: &Path) -> io::Result<()> {
        let copy = directory.join(path.file_name().ok_or(io::ErrorKind::InvalidInput)?);
        if copy.exists() {
            return Ok(());
        }
        std::fs::create_dir_all(directory)?;
        std::fs::copy(path, copy).map(|_| ())
    }
}

impl Draft for tempfile::NamedTempFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.as_file().sync_all()
    }

    fn persist(self: Box<Self>, path: &Path) -> io::Result<()> {
        tempfile::NamedTempFile::persist(*self, path)?;
        Ok(())
    }
}
