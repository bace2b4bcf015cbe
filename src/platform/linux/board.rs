//! What a board has: memory, cards with their outputs, modes and planes, input nodes, timers, and the time of a frame.
//!
//! Lines for an operator who holds a new board. Nothing is changed, but the frame is shown for a moment.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::time::{ClockId, clock_getres};

use super::display::{ShowError, Shown};
use super::learn::Listener;
use super::picture::{Damage, Picture, Pixel, Rect, Size};
use super::remote::kernel_time;
use super::{Wish, open_display};

/// Frames that are measured after the first, which sets the mode.
const FRAMES: u32 = 10;

/// Model, kernel, processors and memory.
pub fn describe_board() -> Vec<String> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let model = ["/proc/device-tree/model", "/sys/class/dmi/id/product_name"].map(read);
    let model = model.iter().map(|text| text.trim_matches(['\0', '\n', ' '])).find(|text| !text.is_empty());
    let processors = read("/proc/cpuinfo").lines().filter(|line| line.starts_with("processor")).count();
    let mut lines = vec![
        format!("model: {}", model.unwrap_or("unknown")),
        format!("kernel: {}", read("/proc/sys/kernel/osrelease").trim()),
        format!("processors: {processors}"),
    ];
    lines.extend(memory(&read("/proc/meminfo")));
    lines
}

/// What matters of /proc/meminfo.
fn memory(meminfo: &str) -> Vec<String> {
    let mebibytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
    };
    let named = [
        ("memory", "MemTotal"),
        ("free", "MemAvailable"),
        ("for screens (CMA)", "CmaTotal"),
        ("free of it", "CmaFree"),
    ];
    let told = named.iter().filter_map(|(what, name)| Some(format!("{what}: {} MiB", mebibytes(name)?)));
    let mut lines: Vec<String> = told.collect();
    if lines.is_empty() {
        lines.push("memory: unknown".to_owned());
    }
    lines
}

/// The devices that could be a remote.
pub fn describe_inputs() -> Vec<String> {
    let sources = Listener::listen().sources();
    if sources.is_empty() {
        return vec!["no device with keys may be read; the user must belong to the group input".to_owned()];
    }
    let line = |source: &super::Source| {
        let repeat = source.repeat.map_or("does not repeat".to_owned(), |repeat| {
            format!("repeats after {} ms, then every {} ms", repeat.delay.as_millis(), repeat.period.as_millis())
        });
        format!("{} «{}» {}: {repeat}", source.node, source.name, source.id)
    };
    sources.iter().map(line).collect()
}

/// How finely the kernel's clock and its sleep are.
pub fn describe_timers() -> Vec<String> {
    let clock = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    let source = std::fs::read_to_string(clock).unwrap_or_else(|_| "unknown".to_owned());
    let resolution = clock_getres(ClockId::Monotonic);
    let wanted = Duration::from_millis(5);
    let timeout = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
    let late = (0..10).map(|_| {
        let begin = kernel_time();
        // No descriptors: only the time ends this wait.
        let _ = poll(&mut [], Some(&timeout));
        kernel_time().saturating_sub(begin).saturating_sub(wanted)
    });
    let latest = late.max().unwrap_or_default();
    vec![
        format!("clock: {}, steps of {} ns", source.trim(), resolution.tv_nsec),
        format!("a sleep of 5 ms ends at most {:.1} ms late", latest.as_secs_f64() * 1000.0),
    ]
}

/// Shows a picture and measures how long it takes.
pub fn measure_frame(wish: Wish) -> Vec<String> {
    let mut display = open_display(wish);
    let Some(size) = display.size() else { return vec!["no screen is connected".to_owned()] };
    let mut picture = Picture::black(size);
    let whole = Damage::whole(size);
    let begin = kernel_time();
    if let Err(error) = display.show(&picture, &whole) {
        return vec![refusal(&error)];
    }
    let mode = kernel_time().saturating_sub(begin);
    let mut fill = Duration::ZERO;
    let mut shown = Duration::ZERO;
    let mut slowest = Duration::ZERO;
    let mut part = Damage::default();
    part.add(Rect { x: 0, y: 0, width: size.width / 4, height: size.height / 4 });
    for frame in 1..=FRAMES {
        let shade = u8::try_from(frame * 20 % 256).unwrap_or(0);
        let begin = kernel_time();
        picture
            .pixels_mut()
            .fill(<Pixel as slint::platform::software_renderer::TargetPixel>::from_rgb(0, shade, shade));
        fill += kernel_time().saturating_sub(begin);
        let begin = kernel_time();
        match display.show(&picture, if frame % 2 == 0 { &whole } else { &part }) {
            Ok(Shown::Now) => {}
            Ok(Shown::AtFlip) => wait_for_flip(display.as_mut()),
            Err(error) => return vec![refusal(&error)],
        }
        let time = kernel_time().saturating_sub(begin);
        (shown, slowest) = (shown + time, slowest.max(time));
    }
    display.restore();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let Size { width, height } = size;
    vec![
        format!("drawn: {width}x{height}"),
        format!("mode set and first picture: {:.1} ms", ms(mode)),
        format!("filling the picture in memory: {:.1} ms", ms(fill / FRAMES)),
        format!("copied and on the screen: {:.1} ms on average, {:.1} ms at most", ms(shown / FRAMES), ms(slowest)),
    ]
}

fn wait_for_flip(display: &mut dyn super::Display) {
    let begin = kernel_time();
    while !has_flipped(display) && kernel_time().saturating_sub(begin) < Duration::from_secs(1) {}
}

/// Waits for an event of the display; returns whether the picture is on the screen.
fn has_flipped(display: &mut dyn super::Display) -> bool {
    let timeout = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    let is_told = display.events().is_some_and(|events| {
        let mut events = [PollFd::from_borrowed_fd(events.as_fd(), PollFlags::IN)];
        poll(&mut events, Some(&timeout)).is_ok_and(|ready| ready > 0)
    });
    is_told && display.has_flipped()
}

fn refusal(error: &ShowError) -> String {
    match error {
        ShowError::NotOurs => "another program has the screen; stop it first: systemctl stop bonus-tv".to_owned(),
        ShowError::Broken(cause) => format!("{error}: {cause}"),
        ShowError::Busy | ShowError::NoScreen => error.to_string(),
    }
}

/// The frame buffer, if there is one.
pub(super) fn describe_frame_buffer(directory: &Path) -> io::Result<String> {
    let read = |name: &str| std::fs::read_to_string(directory.join(name)).map(|text| text.trim().to_owned());
    Ok(format!("frame buffer: {} {}, {} bits a pixel", read("name")?, read("virtual_size")?, read("bits_per_pixel")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_of_the_memory_is_told() {
        let text = "MemTotal:        1024000 kB\nMemFree: 1 kB\nMemAvailable:     512000 kB\nCmaTotal:  65536 kB\nCmaFree: 8192 kB\n";
        assert_eq!(
            memory(text),
            ["memory: 1000 MiB", "free: 500 MiB", "for screens (CMA): 64 MiB", "free of it: 8 MiB"]
        );
        assert_eq!(memory("MemTotal: 2048 kB\n"), ["memory: 2 MiB"], "a kernel without CMA");
        assert_eq!(memory("MemTotal: many kB\n"), ["memory: unknown"]);
    }

    #[test]
    fn a_machine_without_any_of_it_is_described_all_the_same() {
        let wish = Wish { size: Size { width: 1280, height: 720 }, overscan: 0 };
        assert!(describe_board().iter().any(|line| line.starts_with("kernel: ")));
        assert!(!super::super::describe_cards(wish).is_empty() && !describe_inputs().is_empty());
        assert_eq!(describe_timers().len(), 2);
    }

    #[test]
    fn a_frame_buffer_is_described_from_its_files() {
        let directory = tempfile::tempdir().unwrap();
        assert!(describe_frame_buffer(directory.path()).is_err());
        for (name, text) in [("name", "vc4drmfb\n"), ("virtual_size", "720,576\n"), ("bits_per_pixel", "16\n")] {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let told = describe_frame_buffer(directory.path()).unwrap();
        assert_eq!(told, "frame buffer: vc4drmfb 720,576, 16 bits a pixel");
    }
}
