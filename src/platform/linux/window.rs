//! The window on a display: what is drawn when, and what happens when the screen is lent, lost or dark.
//!
//! One picture is on its way at a time; the next is drawn when it has arrived. What was drawn stays
//! in ordinary memory, so that a screen that comes back is filled without drawing anything.

use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::time::Duration;

use bonus_tv_canvas::Canvas;
use slint::PlatformError;
use slint::platform::software_renderer::{MinimalSoftwareWindow, RepaintBufferType, SoftwareRenderer};
use slint::platform::{Platform, WindowAdapter, set_platform};

use super::super::set_size;
use super::display::{Connection, Display, Light, ShowError, Shown};
use super::picture::{Damage, Picture, Rect, Size};

/// The pause after a refused picture.
const RETRY: Duration = Duration::from_secs(1);
/// How long a flip may take; a screen that is switched off in between never reports it.
const LOST_FLIP: Duration = Duration::from_secs(1);
/// The time between pictures on a screen without flip events.
const FRAME: Duration = Duration::from_millis(16);

/// The window of the box.
pub struct BoxWindow {
    window: Rc<MinimalSoftwareWindow>,
    display: Box<dyn Display>,
    picture: Picture,
    undrawn: Damage,
    is_picture_new: bool,
    is_resized: bool,
    standing: Standing,
    flight: Option<Duration>,
    next_frame: Duration,
    /// A draw was requested before its time.
    is_owed: bool,
    /// The refusal of pictures has been logged.
    is_refusal_told: bool,
}

/// Whether the screen shows the window's pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Pictures are shown.
    Shown,
    /// The screen refused a picture, which is tried again at `retry_at`.
    Refused { retry_at: Duration },
    /// No screen is connected.
    Unplugged,
    /// The screen is lent to another program.
    Lent,
    /// It is dark.
    Dark,
}

/// What a call of [`BoxWindow::draw`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// Nothing: the screen shows all there is.
    Nothing,
    /// Nothing: the last picture is on its way, or the next is not due.
    NotYet,
    /// Nothing: the screen is dark, lent or not connected.
    Hidden,
    /// A picture is on the screen.
    OnScreen,
    /// A picture is on its way.
    InFlight,
}

/// What Slint holds.
struct BoxPlatform {
    window: Rc<MinimalSoftwareWindow>,
    now: Box<dyn Fn() -> Duration>,
}

impl Platform for BoxPlatform {
    fn create_window_adapter(&self) -> Result<Rc<dyn WindowAdapter>, PlatformError> {
        Ok(self.window.clone())
    }

    fn duration_since_start(&self) -> Duration {
        (self.now)()
    }
}

impl BoxWindow {
    /// Makes the window of this thread's Slint on a display; `now` is the time since start.
    ///
    /// # Errors
    /// The thread has another platform already.
    pub fn install(
        display: Box<dyn Display>,
        fallback: Size,
        now: impl Fn() -> Duration + 'static,
    ) -> Result<Self, PlatformError> {
        let window = MinimalSoftwareWindow::new(RepaintBufferType::ReusedBuffer);
        set_platform(Box::new(BoxPlatform { window: window.clone(), now: Box::new(now) }))
            .map_err(|error| PlatformError::Other(error.to_string()))?;
        Ok(Self::with(window, display, fallback))
    }

    fn with(window: Rc<MinimalSoftwareWindow>, display: Box<dyn Display>, fallback: Size) -> Self {
        let standing = if display.size().is_some() { Standing::Shown } else { Standing::Unplugged };
        let size = display.size().unwrap_or(fallback);
        set_size(&window, size.width, size.height);
        Self {
            window,
            display,
            picture: Picture::black(size),
            undrawn: Damage::whole(size),
            is_picture_new: true,
            is_resized: false,
            standing,
            flight: None,
            next_frame: Duration::ZERO,
            is_owed: false,
            is_refusal_told: false,
        }
    }

    /// Draws what has changed and shows it, if the screen can take a picture now.
    pub fn draw(&mut self, now: Duration) -> Drawn {
        if let Standing::Refused { retry_at } = self.standing
            && retry_at <= now
        {
            self.retry();
        }
        if self.standing != Standing::Shown {
            return Drawn::Hidden;
        }
        if !self.has_landed(now) || self.next_frame > now {
            self.is_owed = true;
            return Drawn::NotYet;
        }
        self.is_owed = false;
        let (picture, undrawn, is_new) = (&mut self.picture, &mut self.undrawn, &mut self.is_picture_new);
        self.window.draw_if_needed(|renderer| {
            // A new picture has no content yet, so it is drawn whole.
            if std::mem::take(is_new) {
                renderer.set_repaint_buffer_type(RepaintBufferType::NewBuffer);
            }
            render(renderer, picture, undrawn);
            renderer.set_repaint_buffer_type(RepaintBufferType::ReusedBuffer);
        });
        if self.undrawn.is_empty() {
            return Drawn::Nothing;
        }
        match self.display.show(&self.picture, &self.undrawn) {
            Ok(shown) => {
                self.undrawn.take();
                self.is_refusal_told = false;
                match shown {
                    Shown::Now => {
                        self.next_frame = now + FRAME;
                        Drawn::OnScreen
                    }
                    Shown::AtFlip => {
                        self.flight = Some(now);
                        Drawn::InFlight
                    }
                }
            }
            Err(error) => {
                self.refused(error, now);
                Drawn::NotYet
            }
        }
    }

    fn refused(&mut self, error: ShowError, now: Duration) {
        let is_broken = matches!(error, ShowError::Broken(_));
        self.standing = match error {
            ShowError::Busy => {
                self.next_frame = now + FRAME;
                return;
            }
            ShowError::NoScreen => Standing::Unplugged,
            ShowError::NotOurs => {
                if !self.is_refusal_told {
                    tracing::warn!("another program has the screen; trying again every second");
                }
                Standing::Refused { retry_at: now + RETRY }
            }
            ShowError::Broken(error) => {
                if !self.is_refusal_told {
                    tracing::warn!(%error, "the screen refuses the picture; trying again every second");
                }
                Standing::Refused { retry_at: now + RETRY }
            }
        };
        self.is_refusal_told = matches!(self.standing, Standing::Refused { .. });
        self.undrawn = Damage::whole(self.picture.size());
        // After a refused mode there may be another one, which is tried at once.
        if is_broken && self.look() == Connection::Changed {
            self.next_frame = now;
        }
    }

    fn retry(&mut self) {
        // A screen can also refuse because it is being unplugged or changed.
        match self.display.look() {
            Connection::Gone => self.standing = Standing::Unplugged,
            Connection::Same | Connection::Changed => self.standing = Standing::Shown,
        }
        self.fit();
    }

    /// Whether the last picture is on the screen, or was lost on its way.
    fn has_landed(&mut self, now: Duration) -> bool {
        if self.flight.is_some_and(|since| now.saturating_sub(since) >= LOST_FLIP) {
            tracing::debug!("the flip of a picture was never reported");
            self.flight = None;
        }
        self.flight.is_none()
    }

    /// Reads the events of the display; returns whether a picture has arrived on the screen.
    pub fn take_events(&mut self) -> bool {
        self.display.has_flipped() && self.flight.take().is_some()
    }

    /// Readable when the display has events.
    pub fn events(&self) -> Option<BorrowedFd<'_>> {
        self.display.events()
    }

    /// Looks at what is connected now.
    pub fn look(&mut self) -> Connection {
        let connection = self.display.look();
        match (connection, self.standing) {
            (Connection::Same, _) => {}
            (Connection::Gone, Standing::Lent | Standing::Dark) => {}
            (Connection::Gone, Standing::Shown | Standing::Refused { .. } | Standing::Unplugged) => {
                self.standing = Standing::Unplugged;
                self.flight = None;
            }
            (Connection::Changed, Standing::Lent) => {}
            (Connection::Changed, Standing::Dark) => self.display.light(Light::Off),
            (Connection::Changed, Standing::Shown | Standing::Refused { .. } | Standing::Unplugged) => {
                self.standing = Standing::Shown;
                self.flight = None;
            }
        }
        if connection == Connection::Changed {
            self.fit();
        }
        connection
    }

    /// Sets the mode again for a television that may have been unplugged and plugged in between two looks (SCR-2).
    pub fn renew(&mut self) {
        self.display.renew();
        if matches!(self.standing, Standing::Shown | Standing::Refused { .. }) {
            self.come_back();
        }
    }

    /// How often [`BoxWindow::look`] must be called without a notification.
    pub fn look_every(&self) -> Option<Duration> {
        self.display.look_every()
    }

    /// Gives the picture the size that fits the display.
    fn fit(&mut self) {
        let Some(size) = self.display.size() else { return };
        self.undrawn = Damage::whole(size);
        if size == self.picture.size() {
            return;
        }
        self.picture = Picture::black(size);
        self.is_picture_new = true;
        self.is_resized = true;
        set_size(&self.window, size.width, size.height);
        self.window.request_redraw();
    }

    /// Whether the picture has another size since this was asked last.
    pub fn take_resized(&mut self) -> bool {
        std::mem::take(&mut self.is_resized)
    }

    /// Makes the screen dark, or bright again.
    pub fn set_light(&mut self, light: Light) {
        match (light, self.standing) {
            (Light::Off, Standing::Shown | Standing::Refused { .. } | Standing::Unplugged) => {
                self.display.light(Light::Off);
                self.standing = Standing::Dark;
                self.flight = None;
            }
            (Light::On, Standing::Dark) => {
                self.display.light(Light::On);
                self.come_back();
            }
            (Light::Off, Standing::Dark | Standing::Lent)
            | (Light::On, Standing::Shown | Standing::Refused { .. } | Standing::Unplugged | Standing::Lent) => {}
        }
    }

    /// Lets another program have the screen.
    pub fn lend(&mut self) {
        if self.standing != Standing::Lent {
            self.display.lend();
            self.standing = Standing::Lent;
            self.flight = None;
        }
    }

    /// Takes the screen back.
    pub fn take_back(&mut self) {
        if self.standing != Standing::Lent {
            return;
        }
        // Refused only if the other program has not released the screen yet: then the first picture retries.
        if let Err(error) = self.display.take_back() {
            tracing::debug!(%error, "the screen is not back yet");
        }
        self.come_back();
    }

    fn come_back(&mut self) {
        self.standing = if self.display.size().is_some() { Standing::Shown } else { Standing::Unplugged };
        self.flight = None;
        self.undrawn = Damage::whole(self.picture.size());
    }

    /// Puts back what was on the screen before.
    pub fn restore(&mut self) {
        self.display.restore();
    }

    /// When [`BoxWindow::draw`] wants to be called, if nothing else happens.
    pub fn next_draw(&self, now: Duration) -> Option<Duration> {
        match self.standing {
            Standing::Refused { retry_at } => Some(retry_at),
            Standing::Unplugged | Standing::Lent | Standing::Dark => None,
            Standing::Shown => match self.flight {
                Some(since) => Some(since + LOST_FLIP),
                // A draw that was requested too soon may have something new.
                None if self.is_owed || !self.undrawn.is_empty() => Some(self.next_frame),
                None if self.window.has_active_animations() => Some(self.next_frame.max(now + FRAME)),
                None => None,
            },
        }
    }
}

/// Draws what is dirty and notes where.
fn render(renderer: &SoftwareRenderer, picture: &mut Picture, drawn: &mut Damage) {
    let stride = picture.size().width;
    let region = renderer.render_into_buffer(&mut Canvas::new(picture.pixels_mut(), stride));
    for (position, size) in region.iter() {
        let (x, y) = (u32::try_from(position.x).unwrap_or(0), u32::try_from(position.y).unwrap_or(0));
        drawn.add(Rect { x, y, width: size.width, height: size.height });
    }
}

#[cfg(test)]
mod tests;
