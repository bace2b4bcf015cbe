//! Reports the changed parts of a picture to drivers that ask for them.
//!
//! Most hardware reads the whole buffer by itself. A driver that sends the picture
//! over a wire (a USB display, a virtual machine, a firmware's frame buffer) has a property for it.

use std::io;

use drm::control::atomic::AtomicModeReq;
use drm::control::{AtomicCommitFlags, Device as _, PlaneType, crtc, framebuffer, plane, property};

use super::super::picture::Damage;
use super::card::Card;
use super::output::property;

/// The plane of a screen whose driver takes damage.
pub(super) struct DamagePlane {
    plane: plane::Handle,
    framebuffer: property::Handle,
    clips: property::Handle,
}

/// A rectangle as the kernel has it: left, top, right, bottom.
type Clip = [i32; 4];

impl DamagePlane {
    /// The main plane of what drives a screen, if its driver takes damage.
    pub(super) fn find(card: &Card, crtc: crtc::Handle) -> Option<Self> {
        let resources = card.resource_handles().ok()?;
        let is_main = |plane: &plane::Handle| {
            let Some(kind) = property(card, *plane, "type") else { return false };
            let Ok(values) = card.get_properties(*plane) else { return false };
            values.iter().any(|(handle, value)| *handle == kind && *value == PlaneType::Primary as u64)
        };
        let serves = |plane: &plane::Handle| {
            let info = card.get_plane(*plane).ok();
            info.is_some_and(|info| resources.filter_crtcs(info.possible_crtcs()).contains(&crtc))
        };
        let plane = card.plane_handles().ok()?.into_iter().find(|plane| serves(plane) && is_main(plane))?;
        let clips = property(card, plane, "FB_DAMAGE_CLIPS")?;
        Some(Self { plane, framebuffer: property(card, plane, "FB_ID")?, clips })
    }

    /// Flips to a buffer of which only these parts are new to the screen.
    pub(super) fn flip(
        &self,
        card: &Card,
        framebuffer: framebuffer::Handle,
        damage: &Damage,
        origin: (u32, u32),
    ) -> io::Result<()> {
        let clips = card.create_property_blob(&clips(damage, origin))?;
        let mut request = AtomicModeReq::new();
        request.add_property(self.plane, self.framebuffer, property::Value::Framebuffer(Some(framebuffer)));
        request.add_property(self.plane, self.clips, clips);
        let result = card.atomic_commit(AtomicCommitFlags::NONBLOCK | AtomicCommitFlags::PAGE_FLIP_EVENT, request);
        if let property::Value::Blob(blob) = clips {
            // The kernel keeps the blob alive as long as it needs it.
            let _ = card.destroy_property_blob(blob);
        }
        result
    }
}

/// The parts as clips; the list has a fixed length, so the last clip may be repeated.
fn clips(damage: &Damage, origin: (u32, u32)) -> [Clip; Damage::MOST] {
    let clip = |at: usize| {
        let rect = damage.rects().get(at).or_else(|| damage.rects().last())?;
        let edge = |at: u32| i32::try_from(at).unwrap_or(i32::MAX);
        let (left, top) = (origin.0 + rect.x, origin.1 + rect.y);
        Some([edge(left), edge(top), edge(left + rect.width), edge(top + rect.height)])
    };
    std::array::from_fn(|at| clip(at).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::super::picture::Rect;
    use super::*;

    #[test]
    fn clips_are_edges_on_the_screen() {
        let mut damage = Damage::default();
        damage.add(Rect { x: 10, y: 20, width: 30, height: 40 });
        damage.add(Rect { x: 100, y: 0, width: 1, height: 1 });
        let clips = clips(&damage, (0, 40));
        assert_eq!(clips[..2], [[10, 60, 40, 100], [100, 40, 101, 41]]);
        assert!(clips[2..].iter().all(|clip| *clip == clips[1]));
    }
}
