//! The window's memory, and what is drawn into it.
//!
//! Where the window has the television's shape, the renderer draws into the memory that the desktop shows, and only
//! what has changed. In a window of another shape the picture is drawn beside it and copied between black bars.

use std::num::NonZeroU32;
use std::rc::Rc;

use bonus_tv::platform::set_size;
use bonus_tv_canvas::{Canvas, Pixel, as_pixels};
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType, SoftwareRenderer};
use softbuffer::{Context, Rect, SoftBufferError};
use winit::window::Window;

use super::size::{Place, place};

/// The desktop takes no pictures any more.
#[derive(Debug, thiserror::Error)]
#[error("the desktop takes no more pictures: {0}")]
pub(super) struct Lost(#[from] SoftBufferError);

/// A window that is drawn into.
pub(super) struct Surface {
    slint_window: Rc<MinimalSoftwareWindow>,
    window: Rc<Window>,
    memory: softbuffer::Surface<Rc<Window>, Rc<Window>>,
    /// The window's own size.
    size: (u32, u32),
    /// Where the picture lies; `None` while there is no room for one.
    place: Option<Place>,
    /// The picture, where it is not the window's whole memory.
    apart: Option<Vec<Pixel>>,
    /// Nothing of the picture is drawn yet.
    is_new: bool,
    /// The desktop has forgotten what it showed.
    is_exposed: bool,
}

impl Surface {
    /// Prepares a window.
    pub(super) fn new(window: Window, slint_window: Rc<MinimalSoftwareWindow>) -> Result<Self, Lost> {
        let window = Rc::new(window);
        let context = Context::new(window.clone())?;
        let memory = softbuffer::Surface::new(&context, window.clone())?;
        let size = window.inner_size();
        let mut surface = Self {
            slint_window,
            window,
            memory,
            size: (0, 0),
            place: None,
            apart: None,
            is_new: true,
            is_exposed: false,
        };
        surface.resize(size.into());
        Ok(surface)
    }

    /// The window has this size now; returns whether the picture has another one.
    pub(super) fn resize(&mut self, size: (u32, u32)) -> bool {
        if size == self.size {
            return false;
        }
        let before = self.place.map(|place| (place.width, place.height));
        (self.size, self.place, self.is_new) = (size, place(size), true);
        let Some(Place { width, height, .. }) = self.place else { return false };
        self.apart = ((width, height) != size).then(|| vec![Pixel::default(); (width * height) as usize]);
        set_size(&self.slint_window, width, height);
        self.slint_window.request_redraw();
        before != Some((width, height))
    }

    /// Whether there is no room for a picture, so that nobody sees one.
    pub(super) fn is_hidden(&self) -> bool {
        self.place.is_none()
    }

    /// The desktop has forgotten what it showed.
    pub(super) fn expose(&mut self) {
        self.is_exposed = true;
    }

    /// Draws what has changed and shows it; returns whether anything was drawn.
    ///
    /// # Errors
    /// The connection to the desktop is gone.
    pub(super) fn draw(&mut self) -> Result<bool, Lost> {
        let Some(place) = self.place else { return Ok(false) };
        let (Some(width), Some(height)) = (NonZeroU32::new(self.size.0), NonZeroU32::new(self.size.1)) else {
            return Ok(false);
        };
        self.memory.resize(width, height)?;
        if std::mem::take(&mut self.is_exposed) {
            self.show_again()?;
        }
        let mut drawn = Ok(false);
        let slint_window = self.slint_window.clone();
        slint_window.draw_if_needed(|renderer| drawn = self.render(renderer, place).map(|()| true));
        drawn
    }

    /// Shows what is drawn already.
    fn show_again(&mut self) -> Result<(), Lost> {
        let buffer = self.memory.buffer_mut()?;
        // Another age means that this memory holds an older picture or none.
        if buffer.age() == 1 {
            buffer.present()?;
        } else {
            self.is_new = true;
            self.slint_window.request_redraw();
        }
        Ok(())
    }

    fn render(&mut self, renderer: &SoftwareRenderer, place: Place) -> Result<(), Lost> {
        let mut buffer = self.memory.buffer_mut()?;
        let age = buffer.age();
        let is_new = std::mem::take(&mut self.is_new);
        renderer.set_repaint_buffer_type(match age {
            _ if is_new => RepaintBufferType::NewBuffer,
            _ if self.apart.is_some() => RepaintBufferType::ReusedBuffer,
            1 => RepaintBufferType::ReusedBuffer,
            2 => RepaintBufferType::SwappedBuffers,
            _ => RepaintBufferType::NewBuffer,
        });
        let pixels = as_pixels(&mut buffer);
        let region = renderer
            .render_into_buffer(&mut Canvas::new(self.apart.as_deref_mut().unwrap_or(&mut *pixels), place.width));
        let drawn = region.iter().filter_map(|(position, size)| {
            rect(u32::try_from(position.x).ok()?, u32::try_from(position.y).ok()?, size.width, size.height)
        });
        let mut damage: Vec<Rect> = drawn.collect();
        if let Some(apart) = &self.apart {
            let is_whole = is_new || age != 1;
            if is_whole {
                pixels.fill(Pixel::default());
                damage = rect(0, 0, place.width, place.height).into_iter().collect();
            }
            for rect in &mut damage {
                copy(apart, pixels, *rect, place, self.size.0);
                (rect.x, rect.y) = (rect.x + place.x, rect.y + place.y);
            }
            if is_whole {
                damage = rect(0, 0, self.size.0, self.size.1).into_iter().collect();
            }
        }
        if !damage.is_empty() {
            self.window.pre_present_notify();
            buffer.present_with_damage(&damage)?;
        }
        Ok(())
    }
}

/// A rectangle that is not empty.
fn rect(x: u32, y: u32, width: u32, height: u32) -> Option<Rect> {
    Some(Rect { x, y, width: NonZeroU32::new(width)?, height: NonZeroU32::new(height)? })
}

/// Copies a rectangle of the picture to where the picture lies in a window of `width` pixels a row.
fn copy(picture: &[Pixel], window: &mut [Pixel], rect: Rect, place: Place, width: u32) {
    let columns = rect.width.get() as usize;
    for y in rect.y..rect.y + rect.height.get() {
        let from = (y * place.width + rect.x) as usize;
        let to = ((y + place.y) * width + rect.x + place.x) as usize;
        if let (Some(source), Some(target)) = (picture.get(from..from + columns), window.get_mut(to..to + columns)) {
            target.copy_from_slice(source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_is_copied_between_the_bars() {
        let picture: Vec<Pixel> = (1..=8).map(Pixel).collect();
        let mut window = vec![Pixel::default(); 6 * 4];
        let place = Place { x: 1, y: 1, width: 4, height: 2 };
        let two = NonZeroU32::new(2).unwrap();
        copy(&picture, &mut window, Rect { x: 1, y: 0, width: two, height: two }, place, 6);
        let row = |y: usize| window[y * 6..y * 6 + 6].iter().map(|pixel| pixel.0).collect::<Vec<_>>();
        assert_eq!(row(0), [0; 6]);
        assert_eq!(row(1), [0, 0, 2, 3, 0, 0]);
        assert_eq!(row(2), [0, 0, 6, 7, 0, 0]);
        assert_eq!(row(3), [0; 6]);
    }
}
