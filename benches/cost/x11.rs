//! The emulator's window on an X server of its own, timed from the start of its process until home
//! stands on the screen.
//!
//! Xvfb keeps its picture in a file, so what is timed is what somebody in front of it would see.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// Rows of home that change neither with the clock nor with a picture that arrives: the account's panels.
const ROWS: std::ops::Range<usize> = 440..560;
/// A row of the screen.
const WIDTH: usize = 1920;
/// Nobody waits longer for a window.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the screen is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// An X server without a monitor.
pub(crate) struct XServer {
    process: Child,
    display: String,
    picture: Picture,
    /// Holds the picture's file.
    _directory: tempfile::TempDir,
}

/// The screen as a file in the format of xwd.
struct Picture {
    file: File,
    pixels_at: u64,
    row_bytes: u64,
}

impl XServer {
    /// Starts one; `None` where Xvfb is not installed.
    pub(crate) fn start() -> Outcome<Option<Self>> {
        let directory = tempfile::tempdir()?;
        let started = Command::new("Xvfb")
            // A desktop has other programs; without them the server would begin anew after each of ours.
            .args(["-noreset", "-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "1920x1080x24", "-fbdir"])
            .arg(directory.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = match started {
            Ok(process) => process,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut number = String::new();
        BufReader::new(process.stdout.take().ok_or("Xvfb has no output")?).read_line(&mut number)?;
        let picture = Picture::open(File::open(directory.path().join("Xvfb_screen0"))?)?;
        Ok(Some(Self { process, display: format!(":{}", number.trim()), picture, _directory: directory }))
    }

    /// How long the emulator needs until the screen shows the account's panels as in `home`, which holds red, green and
    /// blue of every pixel.
    pub(crate) fn time_to_home(&self, arguments: &[&str], home: &[u8]) -> Outcome<Duration> {
        let wanted = home.get(ROWS.start * WIDTH * 3..ROWS.end * WIDTH * 3).ok_or("home is too small")?;
        let started = Instant::now();
        let mut emulator = Command::new(env!("CARGO_BIN_EXE_emulator"))
            .args(arguments)
            .args(["--tv-only", "--size", "1920x1080"])
            .env("DISPLAY", &self.display)
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .spawn()?;
        let mut shown = self.picture.rows()?;
        while !is_the_same(&shown, wanted) && started.elapsed() < PATIENCE {
            std::thread::sleep(LOOK_EVERY);
            shown = self.picture.rows()?;
        }
        let taken = started.elapsed();
        emulator.kill()?;
        emulator.wait()?;
        // The next start begins with an empty screen.
        while is_the_same(&self.picture.rows()?, wanted) {
            std::thread::sleep(LOOK_EVERY);
        }
        if taken < PATIENCE { Ok(taken) } else { Err("the window never showed home".into()) }
    }
}

impl Drop for XServer {
    fn drop(&mut self) {
        // It may have ended by itself; either way nobody needs it any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Picture {
    fn open(file: File) -> Outcome<Self> {
        let mut header = [0; 80];
        file.read_exact_at(&mut header, 0)?;
        let field = |index: usize| -> Outcome<u64> {
            let bytes = header.get(index * 4..index * 4 + 4).ok_or("the header is short")?;
            Ok(u32::from_be_bytes(bytes.try_into()?).into())
        };
        let (header_bytes, bits_per_pixel, row_bytes, colors) = (field(0)?, field(11)?, field(12)?, field(19)?);
        if bits_per_pixel != 32 {
            return Err(format!("a pixel of this screen has {bits_per_pixel} bits").into());
        }
        Ok(Self { file, pixels_at: header_bytes + colors * 12, row_bytes })
    }

    /// The watched rows, four bytes a pixel: blue, green, red and nothing.
    fn rows(&self) -> Outcome<Vec<u8>> {
        let mut rows = vec![0; ROWS.len() * WIDTH * 4];
        self.file.read_exact_at(&mut rows, self.pixels_at + self.row_bytes * ROWS.start as u64)?;
        Ok(rows)
    }
}

/// Whether all but a few pixels agree; a pixel may differ by a rounding.
fn is_the_same(shown: &[u8], wanted: &[u8]) -> bool {
    let near = |a: u8, b: u8| a.abs_diff(b) <= 2;
    let different = shown.chunks_exact(4).zip(wanted.chunks_exact(3)).filter(|pixels| match pixels {
        ([blue, green, red, _], [r, g, b]) => !(near(*red, *r) && near(*green, *g) && near(*blue, *b)),
        _ => true,
    });
    different.count() * 100 < ROWS.len() * WIDTH
}
