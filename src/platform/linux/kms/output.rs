//! A connected screen with two buffers that are mapped once: one is shown, one is filled.

use std::io;
use std::sync::Arc;

use drm::buffer::{Buffer as _, DrmFourcc};
use drm::control::dumbbuffer::{DumbBuffer, DumbMapping};
use drm::control::{
    Device as _, Mode, ModeFlags, ModeTypeFlags, PageFlipFlags, connector, crtc, framebuffer, property,
};

use super::super::display::Light;
use super::super::picture::{Damage, Layout, Picture, PixelFormat, Size, letterbox};
use super::card::{Before, Card};
use super::damage::DamagePlane;
use super::mode::{Offer, choose};

/// Where a picture goes: a connector, what drives it, and its mode.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Route {
    pub(super) connector: connector::Handle,
    pub(super) crtc: crtc::Handle,
    pub(super) mode: Mode,
    name: String,
}

impl Route {
    /// The way to the first connected screen of a card; `None` while there is none.
    pub(super) fn find(card: &Card, wanted: Size) -> io::Result<Option<Self>> {
        let resources = card.resource_handles()?;
        let connectors: Vec<_> =
            resources.connectors().iter().filter_map(|at| card.get_connector(*at, true).ok()).collect();
        // Some analogue outputs cannot tell whether a screen hangs on them.
        let states = [connector::State::Connected, connector::State::Unknown];
        let found = states.iter().find_map(|state| {
            connectors.iter().find(|connector| connector.state() == *state && !connector.modes().is_empty())
        });
        let Some(found) = found else { return Ok(None) };
        let offers: Vec<Offer> = found.modes().iter().map(offer).collect();
        let Some(mode) = choose(&offers, wanted).and_then(|at| found.modes().get(at)) else { return Ok(None) };
        let current = found.current_encoder().and_then(|encoder| card.get_encoder(encoder).ok()?.crtc());
        let possible = || {
            let encoders = found.encoders().iter().filter_map(|encoder| card.get_encoder(*encoder).ok());
            encoders.flat_map(|encoder| resources.filter_crtcs(encoder.possible_crtcs())).next()
        };
        let crtc =
            current.or_else(possible).ok_or_else(|| io::Error::other("the connector has nothing to drive it"))?;
        let name = format!("{}-{}", found.interface().as_str(), found.interface_id());
        Ok(Some(Self { connector: found.handle(), crtc, mode: *mode, name }))
    }

    fn size(&self) -> Size {
        let (width, height) = self.mode.size();
        Size { width: width.into(), height: height.into() }
    }
}

fn offer(mode: &Mode) -> Offer {
    let (width, height) = mode.size();
    Offer {
        size: Size { width: width.into(), height: height.into() },
        refresh: mode.vrefresh(),
        is_preferred: mode.mode_type().contains(ModeTypeFlags::PREFERRED),
        is_interlaced: mode.flags().contains(ModeFlags::INTERLACE),
    }
}

/// A screen that is drawn to.
pub(super) struct Output {
    pub(super) route: Route,
    pub(super) picture: Size,
    origin: (u32, u32),
    format: PixelFormat,
    buffers: [Buffer; 2],
    back: usize,
    /// Whether the mode must be set before the next picture.
    needs_mode: bool,
    plane: Option<DamagePlane>,
    power: Option<property::Handle>,
}

impl Output {
    /// Makes the buffers for a screen.
    pub(super) fn make(card: &Arc<Card>, route: Route) -> io::Result<Self> {
        let screen = route.size();
        let (picture, origin) = letterbox(screen);
        // Old and small hardware has 16 bits a pixel only.
        let (format, buffers) = match Buffer::pair(card, screen, picture, PixelFormat::Xrgb8888) {
            Ok(buffers) => (PixelFormat::Xrgb8888, buffers),
            Err(first) => match Buffer::pair(card, screen, picture, PixelFormat::Rgb565) {
                Ok(buffers) => (PixelFormat::Rgb565, buffers),
                Err(_) => return Err(first),
            },
        };
        let power = property(card, route.connector, "DPMS");
        let plane = DamagePlane::find(card, route.crtc);
        let (refresh, connector) = (route.mode.vrefresh(), route.name.as_str());
        tracing::info!(
            connector,
            width = screen.width,
            height = screen.height,
            refresh,
            ?format,
            takes_damage = plane.is_some(),
            "a screen is connected"
        );
        Ok(Self { route, picture, origin, format, buffers, back: 0, needs_mode: true, plane, power })
    }

    /// What the screen shows now, to be put back later.
    pub(super) fn before(&self, card: &Card) -> Option<Before> {
        let now = card.get_crtc(self.route.crtc).ok()?;
        let (crtc, connector) = (self.route.crtc, self.route.connector);
        Some(Before { crtc, connector, framebuffer: now.framebuffer(), position: now.position(), mode: now.mode() })
    }

    /// Fills the buffer that is not shown, and shows it; `true` if the screen will tell when it has.
    pub(super) fn show(&mut self, card: &Card, picture: &Picture, damage: &Damage) -> io::Result<bool> {
        for buffer in &mut self.buffers {
            buffer.stale.add_all(damage);
        }
        let Some(buffer) = self.buffers.get_mut(self.back) else { return Ok(false) };
        let stale = buffer.stale.take();
        let layout = Layout { format: self.format, stride: buffer.stride, origin: self.origin };
        layout.copy(picture, &stale, &mut buffer.mapping);
        let framebuffer = buffer.framebuffer;
        let will_tell = if self.needs_mode {
            let Route { crtc, connector, mode, .. } = self.route;
            card.set_crtc(crtc, Some(framebuffer), (0, 0), &[connector], Some(mode))?;
            self.needs_mode = false;
            false
        } else {
            // A screen that is fed over a wire gets only what is new in this buffer.
            match &self.plane {
                Some(plane) => plane.flip(card, framebuffer, &stale, self.origin)?,
                None => card.page_flip(self.route.crtc, framebuffer, PageFlipFlags::EVENT, None)?,
            }
            true
        };
        self.back ^= 1;
        Ok(will_tell)
    }

    /// Makes the next picture a whole one with the mode set anew.
    pub(super) fn begin_anew(&mut self) {
        self.needs_mode = true;
        let whole = Damage::whole(self.picture);
        for buffer in &mut self.buffers {
            buffer.stale.add_all(&whole);
        }
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
        // A card that is gone has taken both with it.
        let _ = self.card.destroy_framebuffer(self.framebuffer);
        let _ = self.card.destroy_dumb_buffer(self.dumb);
    }
}
