//! X11's tables of composed letters, which a remote does not need.

use std::io::{self, Write};

use tempfile::NamedTempFile;

/// Skips loading X11's compose tables (about 1 MB) at the start: no text is typed here. Returns the nearly empty file
/// that replaces them until the window is made.
///
/// # Safety
/// No other thread may run yet: it changes the environment.
///
/// # Errors
/// No file can be written.
pub(super) unsafe fn skip_composed_letters() -> io::Result<Option<NamedTempFile>> {
    const NAME: &str = "XCOMPOSEFILE";
    if std::env::var_os(NAME).is_some() {
        return Ok(None);
    }
    let mut file = NamedTempFile::new()?;
    // The reader of the tables refuses an empty file.
    file.write_all(b"# Nothing is composed.\n")?;
    // SAFETY: the caller promises that no other thread reads the environment now.
    unsafe { std::env::set_var(NAME, file.path()) };
    Ok(Some(file))
}
