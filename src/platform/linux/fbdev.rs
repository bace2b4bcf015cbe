//! A frame buffer device, for kernels without a DRM driver.
//!
//! Changed lines are written like a file: there is no flip, and no event when a picture is on the
//! screen. Such screens neither come nor go nor change their mode, and a card replaces them.

use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;
use std::path::Path;

use rustix::ioctl::{Getter, IntegerSetter, Opcode, ioctl};

use super::display::{Connection, Display, Light, ShowError, Shown, Tenure};
use super::fit::{Fit, Shape, fit};
use super::picture::{Damage, Layout, Picture, PixelFormat, Rect, Size};
use super::{OpenError, Wish};

const PATH: &str = "/dev/fb0";
const FBIOGET_VSCREENINFO: Opcode = 0x4600;
const FBIOGET_FSCREENINFO: Opcode = 0x4602;
const FBIOBLANK: Opcode = 0x4611;
const KDSETMODE: Opcode = 0x4b3a;

/// One colour of a pixel (struct fb_bitfield).
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Bits {
    offset: u32,
    length: u32,
    is_right: u32,
}

/// What can be changed about a screen (struct fb_var_screeninfo).
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
struct Variable {
    width: u32,
    height: u32,
    virtual_width: u32,
    virtual_height: u32,
    x_offset: u32,
    y_offset: u32,
    bits_per_pixel: u32,
    is_grey: u32,
    red: Bits,
    green: Bits,
    blue: Bits,
    transparency: Bits,
    rest: [u32; 20],
}

/// What is fixed about a screen (struct fb_fix_screeninfo).
#[repr(C)]
#[derive(Debug, Clone, Copy)]
struct Fixed {
    id: [u8; 16],
    memory_start: usize,
    memory_length: u32,
    kind: [u32; 3],
    steps: [u16; 3],
    line_length: u32,
    registers_start: usize,
    registers_length: u32,
    accelerator: u32,
    capabilities: u16,
    reserved: [u16; 2],
}

/// A frame buffer.
pub(super) struct FrameBuffer {
    file: File,
    picture: Size,
    layout: Layout,
    lines: Vec<u8>,
    console: Option<Console>,
    is_blanked: bool,
    /// The device refused a picture and may be gone.
    is_broken: bool,
}

impl FrameBuffer {
    /// Opens the first frame buffer.
    ///
    /// # Errors
    /// There is none, it may not be opened, or its pixels are of an unknown kind.
    pub(super) fn open(wish: Wish) -> Result<Self, OpenError> {
        let path = Path::new(PATH);
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => OpenError::NoCard,
            _ => OpenError::Refused(path.to_owned(), error),
        })?;
        let refused = |error: io::Error| OpenError::Refused(path.to_owned(), error);
        // SAFETY: these calls fill structures of exactly these layouts.
        let variable: Variable = unsafe { ioctl(&file, Getter::<FBIOGET_VSCREENINFO, Variable>::new()) }
            .map_err(|error| refused(error.into()))?;
        // SAFETY: as above.
        let fixed: Fixed = unsafe { ioctl(&file, Getter::<FBIOGET_FSCREENINFO, Fixed>::new()) }
            .map_err(|error| refused(error.into()))?;
        let format = format(&variable).ok_or_else(|| {
            let text = format!("its pixels of {} bits are of an unknown kind", variable.bits_per_pixel);
            refused(io::Error::new(io::ErrorKind::Unsupported, text))
        })?;
        let screen = Size { width: variable.width, height: variable.height };
        let Fit { picture, shown, origin: (x, y) } = fit(screen, Shape::Wide, wish.size, wish.overscan);
        let layout = Layout {
            format,
            stride: fixed.line_length as usize,
            origin: (x + variable.x_offset, y + variable.y_offset),
            shown,
        };
        tracing::info!(
            path = PATH,
            width = variable.width,
            height = variable.height,
            ?format,
            "a frame buffer is used"
        );
        Ok(Self {
            file,
            picture,
            layout,
            lines: Vec::new(),
            console: Console::hide(),
            is_blanked: false,
            is_broken: false,
        })
    }

    /// Writes whole lines of the screen at once.
    fn write(&mut self, picture: &Picture, lines: Range<u32>) -> io::Result<()> {
        let Layout { format, stride, origin, shown } = self.layout;
        let begin = (origin.1 + lines.start) as usize * stride;
        let whole = Rect { x: 0, y: lines.start, width: shown.width, height: lines.end - lines.start };
        self.lines.clear();
        self.lines.resize((lines.end - lines.start) as usize * stride, 0);
        let out = &mut self.lines;
        self.layout.rows(picture, whole, |offset, pixels| {
            let from = offset - begin;
            if let Some(row) = out.get_mut(from..from + pixels.len() * format.bytes()) {
                format.encode(pixels, row);
            }
        });
        self.file.write_all_at(&self.lines, begin as u64)
    }

    fn blank(&self, level: usize) -> bool {
        // SAFETY: this call takes a plain number.
        unsafe { ioctl(&self.file, IntegerSetter::<FBIOBLANK>::new_usize(level)) }.is_ok()
    }
}

/// Lines written at once.
const BAND: u32 = 32;

/// The lines that a damaged part touches, two or more at a time.
///
/// A frame buffer on top of DRM computes what to refresh from the bytes that were written, and takes
/// a single line that is written to its end for an empty one (`drm_fb_helper_memory_range_to_clip`;
/// seen with Linux 6.1).
fn bands(rect: Rect, height: u32) -> impl Iterator<Item = Range<u32>> {
    let first = rect.y.min(height.saturating_sub(2));
    let last = rect.y.saturating_add(rect.height).max(first + 2).min(height);
    let mut next = first;
    std::iter::from_fn(move || {
        let from = next;
        // The rest is not left alone if it is a single line.
        next = if last.saturating_sub(from) <= BAND + 1 { last } else { from + BAND };
        (from < last).then_some(from..next)
    })
}

/// The kind of pixels a screen has.
fn format(screen: &Variable) -> Option<PixelFormat> {
    let offsets = (screen.red.offset, screen.green.offset, screen.blue.offset);
    match (screen.bits_per_pixel, offsets) {
        (32, (16, 8, 0)) => Some(PixelFormat::Xrgb8888),
        (32, (0, 8, 16)) => Some(PixelFormat::Xbgr8888),
        (16, (11, 5, 0)) => Some(PixelFormat::Rgb565),
        _ => None,
    }
}

impl Display for FrameBuffer {
    fn size(&self) -> Option<Size> {
        Some(self.picture)
    }

    fn show(&mut self, picture: &Picture, damage: &Damage) -> Result<Shown, ShowError> {
        let layout = self.layout;
        for part in damage.rects().iter().filter_map(|rect| layout.on_screen(picture.size(), *rect)) {
            for band in bands(part, layout.shown.height) {
                let result = self.write(picture, band);
                self.is_broken = result.is_err();
                result.map_err(ShowError::Broken)?;
            }
        }
        Ok(Shown::Now)
    }

    fn events(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn has_flipped(&mut self) -> bool {
        false
    }

    fn look(&mut self) -> Connection {
        Connection::Same
    }

    fn tenure(&self) -> Tenure {
        if self.is_broken { Tenure::Over } else { Tenure::UntilCard }
    }

    fn light(&mut self, light: Light) {
        // FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN.
        match light {
            Light::On => {
                self.blank(0);
                self.is_blanked = false;
            }
            Light::Off => {
                self.is_blanked = true;
                let black = Picture::black(self.picture);
                if !self.blank(4)
                    && let Err(error) = self.show(&black, &Damage::whole(self.picture))
                {
                    tracing::debug!(%error, "the screen does not go dark");
                }
            }
        }
    }

    fn lend(&mut self) {}

    fn take_back(&mut self) -> Result<(), ShowError> {
        Ok(())
    }

    fn restore(&mut self) {
        if self.is_blanked {
            self.blank(0);
        }
        self.console = None;
    }
}

/// The kernel's console, kept from drawing over the picture; it redraws itself when this is dropped.
struct Console {
    terminal: File,
}

impl Console {
    fn hide() -> Option<Self> {
        // Only root or the owner of the console may do this; without it the console's cursor stays visible.
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty0").ok()?;
        let console = Self { terminal };
        if console.set_mode(1) {
            return Some(console);
        }
        tracing::info!("the console's cursor may be seen; vt.global_cursor_default=0 hides it");
        None
    }

    /// KD_TEXT is 0 and KD_GRAPHICS 1.
    fn set_mode(&self, mode: usize) -> bool {
        // SAFETY: this call takes a plain number.
        unsafe { ioctl(&self.terminal, IntegerSetter::<KDSETMODE>::new_usize(mode)) }.is_ok()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.set_mode(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_structures_have_its_sizes() {
        assert_eq!(size_of::<Variable>(), 160);
        assert_eq!(size_of::<Fixed>(), if size_of::<usize>() == 8 { 80 } else { 68 });
    }

    #[test]
    fn bands_cover_what_is_damaged_and_are_never_a_single_line() {
        let bands = |y, height| {
            let all = bands(Rect { x: 5, y, width: 9, height }, 100);
            all.map(|band| (band.start, band.end)).collect::<Vec<_>>()
        };
        assert_eq!(bands(10, 1), [(10, 12)]);
        assert_eq!(bands(99, 1), [(98, 100)]);
        assert_eq!(bands(0, 33), [(0, 33)]);
        assert_eq!(bands(0, 34), [(0, 32), (32, 34)]);
        assert_eq!(bands(0, 97), [(0, 32), (32, 64), (64, 97)]);
        assert_eq!(bands(0, 100), [(0, 32), (32, 64), (64, 96), (96, 100)]);
    }

    #[test]
    fn pixels_are_known_by_their_colours() {
        let screen = |bits, red, green, blue| Variable {
            bits_per_pixel: bits,
            red: Bits { offset: red, ..Bits::default() },
            green: Bits { offset: green, ..Bits::default() },
            blue: Bits { offset: blue, ..Bits::default() },
            ..Variable::default()
        };
        assert_eq!(format(&screen(32, 16, 8, 0)), Some(PixelFormat::Xrgb8888));
        assert_eq!(format(&screen(32, 0, 8, 16)), Some(PixelFormat::Xbgr8888));
        assert_eq!(format(&screen(16, 11, 5, 0)), Some(PixelFormat::Rgb565));
        assert_eq!(format(&screen(8, 0, 0, 0)), None);
    }
}
