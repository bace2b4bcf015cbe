//! A connected screen with two buffers that are mapped once: one is shown, one is filled.

use std::sync::Arc;
use std::{fmt, io};

use drm::buffer::{Buffer as _, DrmFourcc};
use drm::control::connector::Interface;
use drm::control::dumbbuffer::{DumbBuffer, DumbMapping};
use drm::control::{
    Device as _, Mode, ModeFlags, ModeTypeFlags, PageFlipFlags, connector, crtc, framebuffer, property,
};
use rustix::io::Errno;

use super::super::Wish;
use super::super::display::Light;
use super::super::fit::{Fit, Shape, fit};
use super::super::picture::{Damage, Layout, Picture, PixelFormat, Size};
use super::card::{Before, Card};
use super::damage::DamagePlane;
use super::jack::{self, Jack, Kind, Link, Rank};
use super::mode::{Offer, Refusal, Refused, choose};

/// Where a picture goes: a connector, what drives it, and its mode.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) connector: connector::Handle,
    pub(super) crtc: crtc::Handle,
    pub(super) mode: Mode,
    /// How good the connector is.
    pub(super) rank: Rank,
    shape: Shape,
    name: String,
}

impl Route {
    /// The way to the best connected screen of a card; `None` while there is none with a mode that was not refused.
    pub(super) fn find(card: &Card, wish: Wish, used: Option<&Self>, refused: &Refused) -> io::Result<Option<Self>> {
        let resources = card.resource_handles()?;
        let connectors: Vec<_> =
            resources.connectors().iter().filter_map(|at| card.get_connector(*at, true).ok()).collect();
        let is_used = |at: connector::Handle| used.is_some_and(|used| used.connector == at);
        let jacks: Vec<Jack> = connectors.iter().map(|found| jack(found, is_used(found.handle()))).collect();
        let Some(at) = jack::choose(&jacks) else { return Ok(None) };
        let (Some(found), Some(rank)) = (connectors.get(at), jacks.get(at).and_then(|jack| jack.rank())) else {
            return Ok(None);
        };
        let current = found.current_encoder().and_then(|encoder| card.get_encoder(encoder).ok()?.crtc());
        let shown = current.and_then(|crtc| card.get_crtc(crtc).ok()?.mode());
        let offers: Vec<Offer> = found.modes().iter().map(|mode| offer(mode, shown.as_ref())).collect();
        let chosen = choose(&offers, wish.size, refused).and_then(|at| found.modes().get(at));
        let Some(mode) = chosen else { return Ok(None) };
        let possible = || {
            let encoders = found.encoders().iter().filter_map(|encoder| card.get_encoder(*encoder).ok());
            encoders.flat_map(|encoder| resources.filter_crtcs(encoder.possible_crtcs())).next()
        };
        let crtc =
            current.or_else(possible).ok_or_else(|| io::Error::other("the connector has nothing to drive it"))?;
        let name = format!("{}-{}", found.interface().as_str(), found.interface_id());
        let shape = match found.size() {
            // Millimetres, or the mere ratio; a projector has none.
            Some((width, height)) if width > 0 && height > 0 && width * 4 < height * 6 => Shape::Narrow,
            Some(_) | None => Shape::Wide,
        };
        Ok(Some(Self { connector: found.handle(), crtc, mode: *mode, rank, shape, name }))
    }

    /// Whether a picture goes the same way.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.connector, self.crtc, self.mode) == (other.connector, other.crtc, other.mode)
    }

    /// What the mode offers.
    pub(super) fn offer(&self) -> Offer {
        offer(&self.mode, None)
    }

    fn size(&self) -> Size {
        let (width, height) = self.mode.size();
        Size { width: width.into(), height: height.into() }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} with {}", self.name, mode_name(&self.mode))
    }
}

/// A mode as people write it: 1920x1080i50.
pub(super) fn mode_name(mode: &Mode) -> String {
    let (width, height) = mode.size();
    let scan = if mode.flags().contains(ModeFlags::INTERLACE) { 'i' } else { 'p' };
    let liked = if mode.mode_type().contains(ModeTypeFlags::PREFERRED) { "*" } else { "" };
    format!("{width}x{height}{scan}{}{liked}", mode.vrefresh())
}

fn jack(found: &connector::Info, is_used: bool) -> Jack {
    let kind = kind(found.interface());
    let link = match found.state() {
        _ if found.modes().is_empty() || kind.is_none() => Link::None,
        connector::State::Connected => Link::Connected,
        // Some analogue outputs cannot detect a screen.
        connector::State::Unknown => Link::Untold,
        connector::State::Disconnected => Link::None,
    };
    Jack { kind: kind.unwrap_or(Kind::Analogue), link, is_used }
}

/// The kind of a connector; `None` if no screen can hang on it.
pub(super) fn kind(interface: Interface) -> Option<Kind> {
    Some(match interface {
        Interface::HDMIA | Interface::HDMIB | Interface::DisplayPort | Interface::DVID | Interface::DVII => {
            Kind::Digital
        }
        Interface::Composite | Interface::SVideo | Interface::Component | Interface::NinePinDIN | Interface::TV => {
            Kind::Analogue
        }
        Interface::Writeback => return None,
        // Panels, VGA, virtual machines, and what the kernel may learn yet.
        _ => Kind::Panel,
    })
}

fn offer(mode: &Mode, shown: Option<&Mode>) -> Offer {
    let (width, height) = mode.size();
    let is_same = |shown: &Mode| {
        let what = |mode: &Mode| (mode.size(), mode.clock(), mode.vrefresh(), mode.flags());
        what(shown) == what(mode)
    };
    Offer {
        size: Size { width: width.into(), height: height.into() },
        refresh: mode.vrefresh(),
        is_preferred: mode.mode_type().contains(ModeTypeFlags::PREFERRED),
        is_interlaced: mode.flags().contains(ModeFlags::INTERLACE),
        is_current: shown.is_some_and(is_same),
    }
}

/// Why a driver refuses a mode or its memory; `None` if the error has another cause.
pub(super) fn refusal(error: &io::Error) -> Option<Refusal> {
    match Errno::from_io_error(error) {
        Some(Errno::NOMEM) => Some(Refusal::Memory),
        Some(Errno::INVAL | Errno::NOSPC | Errno::RANGE | Errno::TOOBIG) => Some(Refusal::Mode),
        Some(_) | None => None,
    }
}

/// A screen that is drawn to.
pub(super) struct Output {
    pub(super) route: Route,
    pub(super) picture: Size,
    layout: Layout,
    buffers: [Buffer; 2],
    back: usize,
    next_mode: NextMode,
    plane: Option<DamagePlane>,
    power: Option<property::Handle>,
    link: Option<property::Handle>,
}

/// What the next picture begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NextMode {
    /// Nothing: the mode is set.
    Stays,
    /// The mode is set.
    Set,
    /// The mode is switched off and set, because a driver ignores a mode that it believes to be set.
    SetAnew,
}

impl Output {
    /// Makes the buffers for a screen.
    pub(super) fn make(card: &Arc<Card>, route: Route, wish: Wish) -> io::Result<Self> {
        let screen = route.size();
        let overscan = if set_margins(card, route.connector, screen, wish.overscan) { 0 } else { wish.overscan };
        let Fit { picture, shown, origin } = fit(screen, route.shape, wish.size, overscan);
        // Old and small hardware has 16 bits a pixel only, and half the memory may be there where the whole is not.
        let (format, buffers) = match Buffer::pair(card, screen, picture, PixelFormat::Xrgb8888) {
            Ok(buffers) => (PixelFormat::Xrgb8888, buffers),
            Err(first) => match Buffer::pair(card, screen, picture, PixelFormat::Rgb565) {
                Ok(buffers) => (PixelFormat::Rgb565, buffers),
                Err(_) => return Err(first),
            },
        };
        let layout = Layout { format, stride: 0, origin, shown };
        let power = property(card, route.connector, "DPMS");
        let link = property(card, route.connector, "link-status");
        let plane = DamagePlane::find(card, route.crtc);
        // The television gets the range of colours that it expects; a driver without the property chooses by itself.
        set_enum(card, route.connector, "Broadcast RGB", "Automatic");
        let (refresh, connector) = (route.mode.vrefresh(), route.name.as_str());
        tracing::info!(
            connector,
            width = screen.width,
            height = screen.height,
            refresh,
            ?format,
            drawn = format_args!("{}x{}", picture.width, picture.height),
            takes_damage = plane.is_some(),
            "a screen is connected"
        );
        Ok(Self { route, picture, layout, buffers, back: 0, next_mode: NextMode::Set, plane, power, link })
    }

    /// What the screen shows now, to be put back later.
    pub(super) fn before(&self, card: &Card) -> Option<Before> {
        let now = card.get_crtc(self.route.crtc).ok()?;
        let (crtc, connector) = (self.route.crtc, self.route.connector);
        Some(Before { crtc, connector, framebuffer: now.framebuffer(), position: now.position(), mode: now.mode() })
    }

    /// Whether the next picture sets the mode.
    pub(super) fn sets_mode(&self) -> bool {
        self.next_mode != NextMode::Stays
    }

    /// Fills the buffer that is not shown, and flips to it; `true` if an event will follow when it is on the screen.
    pub(super) fn show(&mut self, card: &Card, picture: &Picture, damage: &Damage) -> io::Result<bool> {
        for buffer in &mut self.buffers {
            buffer.stale.add_all(damage);
        }
        let Some(buffer) = self.buffers.get_mut(self.back) else { return Ok(false) };
        let stale = buffer.stale.take();
        let layout = Layout { stride: buffer.stride, ..self.layout };
        layout.copy(picture, &stale, &mut buffer.mapping);
        let framebuffer = buffer.framebuffer;
        let Route { crtc, connector, mode, .. } = self.route;
        let will_tell = match self.next_mode {
            NextMode::Set | NextMode::SetAnew => {
                if self.next_mode == NextMode::SetAnew {
                    switch_off(card, crtc);
                }
                card.set_crtc(crtc, Some(framebuffer), (0, 0), &[connector], Some(mode))?;
                self.next_mode = NextMode::Stays;
                false
            }
            NextMode::Stays => {
                // A screen that is fed over a wire gets only what is new in this buffer.
                match &self.plane {
                    Some(plane) => {
                        let mut shown = Damage::default();
                        let parts = stale.rects().iter().filter_map(|rect| layout.on_screen(picture.size(), *rect));
                        parts.for_each(|part| shown.add(part));
                        plane.flip(card, framebuffer, &shown, layout.origin)?;
                    }
                    None => card.page_flip(crtc, framebuffer, PageFlipFlags::EVENT, None)?,
                }
                true
            }
        };
        self.back ^= 1;
        Ok(will_tell)
    }

    /// Makes the next picture a whole one with the mode set anew.
    pub(super) fn begin_anew(&mut self) {
        if self.next_mode == NextMode::Stays {
            self.next_mode = NextMode::Set;
        }
        let whole = Damage::whole(self.picture);
        for buffer in &mut self.buffers {
            buffer.stale.add_all(&whole);
        }
    }

    /// The same for a television that may have lost the picture while the driver believes that it shows it.
    pub(super) fn renew(&mut self) {
        self.begin_anew();
        self.next_mode = NextMode::SetAnew;
    }

    /// Whether the kernel says that the television does not get the picture (C13).
    pub(super) fn is_link_bad(&self, card: &Card) -> bool {
        const BAD: u64 = 1;
        let Some(link) = self.link else { return false };
        let Ok(values) = card.get_properties(self.route.connector) else { return false };
        values.iter().any(|(handle, value)| *handle == link && *value == BAD)
    }

    /// Switches the light of the screen; `false` if it has no switch.
    pub(super) fn light(&self, card: &Card, light: Light) -> bool {
        // DRM_MODE_DPMS_ON and DRM_MODE_DPMS_OFF.
        let value = match light {
            Light::On => 0,
            Light::Off => 3,
        };
        self.power.is_some_and(|power| card.set_property(self.route.connector, power, value).is_ok())
    }
}

/// Ends the picture of what drives a connector.
pub(super) fn switch_off(card: &Card, crtc: crtc::Handle) {
    if let Err(error) = card.set_crtc(crtc, None, (0, 0), &[], None) {
        tracing::debug!(%error, "an output stays on");
    }
}

/// Asks the driver to shrink the picture by this many percent on each side; returns whether it does.
fn set_margins(card: &Card, connector: connector::Handle, screen: Size, percent: u32) -> bool {
    if percent == 0 {
        return false;
    }
    let (across, down) = (screen.width * percent / 100, screen.height * percent / 100);
    let sides = [("left margin", across), ("right margin", across), ("top margin", down), ("bottom margin", down)];
    sides.iter().all(|(name, pixels)| {
        let margin = property(card, connector, name);
        margin.is_some_and(|margin| card.set_property(connector, margin, (*pixels).into()).is_ok())
    })
}

/// Sets a property to one of its named values, if there are both.
fn set_enum(card: &Card, connector: connector::Handle, name: &str, value: &str) {
    let Some(handle) = property(card, connector, name) else { return };
    let Ok(info) = card.get_property(handle) else { return };
    let property::ValueType::Enum(values) = info.value_type() else { return };
    let (numbers, names) = values.values();
    let found = numbers.iter().zip(names).find(|(_, known)| known.name().to_bytes() == value.as_bytes());
    if let Some((number, _)) = found
        && let Err(error) = card.set_property(connector, handle, *number)
    {
        tracing::debug!(%error, name, value, "the driver does not take this value");
    }
}

/// A property of an object by its name.
pub(super) fn property<T: drm::control::ResourceHandle>(card: &Card, of: T, name: &str) -> Option<property::Handle> {
    let properties = card.get_properties(of).ok()?;
    let (handles, _) = properties.as_props_and_values();
    let is_named = |handle: &&property::Handle| {
        card.get_property(**handle).is_ok_and(|info| info.name().to_bytes() == name.as_bytes())
    };
    handles.iter().find(is_named).copied()
}

/// Memory that a screen can show.
struct Buffer {
    card: Arc<Card>,
    dumb: DumbBuffer,
    mapping: DumbMapping<'static>,
    framebuffer: framebuffer::Handle,
    stride: usize,
    /// What has changed since it was filled last.
    stale: Damage,
}

impl Buffer {
    fn pair(card: &Arc<Card>, screen: Size, picture: Size, format: PixelFormat) -> io::Result<[Self; 2]> {
        Ok([Self::make(card, screen, picture, format)?, Self::make(card, screen, picture, format)?])
    }

    fn make(card: &Arc<Card>, screen: Size, picture: Size, format: PixelFormat) -> io::Result<Self> {
        let (fourcc, depth, bits) = match format {
            PixelFormat::Rgb565 => (DrmFourcc::Rgb565, 16, 16),
            PixelFormat::Xrgb8888 | PixelFormat::Xbgr8888 => (DrmFourcc::Xrgb8888, 24, 32),
        };
        let mut dumb = card.create_dumb_buffer((screen.width, screen.height), fourcc, bits)?;
        let made = card.add_framebuffer(&dumb, depth, bits).and_then(|framebuffer| {
            // The bars around a picture of another shape stay as the kernel made them: black.
            let mapping = card.map_dumb_buffer(&mut dumb).inspect_err(|_| {
                let _ = card.destroy_framebuffer(framebuffer);
            })?;
            // SAFETY: the mapping borrows the handle only in name, and unmaps itself. It is dropped
            // with the buffer, which destroys the handle it came from.
            let mapping = unsafe { std::mem::transmute::<DumbMapping<'_>, DumbMapping<'static>>(mapping) };
            Ok((framebuffer, mapping))
        });
        match made {
            Ok((framebuffer, mapping)) => {
                let stride = dumb.pitch() as usize;
                Ok(Self { card: card.clone(), dumb, mapping, framebuffer, stride, stale: Damage::whole(picture) })
            }
            Err(error) => {
                let _ = card.destroy_dumb_buffer(dumb);
                Err(error)
            }
        }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // This fails if the card is gone, which has freed both.
        let _ = self.card.destroy_framebuffer(self.framebuffer);
        let _ = self.card.destroy_dumb_buffer(self.dumb);
    }
}
