//! The colours of the pictures: curated fours that look well beside each other on a near-black screen.

use super::spec::Palette;

/// Four colours with their duties.
#[derive(Clone, Copy)]
pub(super) struct Colours {
    /// The paper.
    pub(super) ground: &'static str,
    /// Type and dark or light bodies: always readable on the ground.
    pub(super) ink: &'static str,
    /// The loud one.
    pub(super) accent: &'static str,
    /// The quiet companion.
    pub(super) second: &'static str,
}

impl Palette {
    pub(super) const fn colours(self) -> Colours {
        let [ground, ink, accent, second] = match self {
            Self::Kino => ["#E9DFC8", "#171514", "#D2321E", "#A89F8C"],
            Self::Night => ["#16203F", "#F3EBD6", "#E8B03F", "#36559B"],
            Self::Teal => ["#0F4149", "#F5ECD3", "#E8613A", "#3F8E8C"],
            Self::Ochre => ["#DDA233", "#1F1912", "#8A2A19", "#F4E2B4"],
            Self::Brick => ["#B23A22", "#F8EAD0", "#1D1615", "#E6A03C"],
            Self::Forest => ["#1D4030", "#F1E8CE", "#DDA63F", "#5E9873"],
            Self::Plum => ["#43204A", "#F5E6DA", "#E5735C", "#8D5596"],
            Self::Ice => ["#C3D7DE", "#13212C", "#D13B2B", "#6C93A6"],
            Self::Sand => ["#DCC8A5", "#1F2D39", "#B54A2C", "#7F9C96"],
            Self::Ink => ["#1A1A1D", "#F4F0E6", "#E1402B", "#5C5B60"],
            Self::Violet => ["#2E2763", "#F5EDDF", "#F0A33E", "#6E5FC4"],
            Self::Mint => ["#A3CDB8", "#15302B", "#DE5A3A", "#F5ECD4"],
            Self::Cobalt => ["#2253A8", "#F7F0DE", "#F3BA37", "#132B5E"],
            Self::Coral => ["#E07A5F", "#231A22", "#F6E7CB", "#7A2F3F"],
            Self::Steel => ["#33475B", "#F1EDE2", "#EFB34B", "#7890A6"],
            Self::Wine => ["#5E1426", "#F6E6D2", "#E2A24A", "#9C2F42"],
        };
        Colours { ground, ink, accent, second }
    }
}

/// WCAG contrast of two `#RRGGBB` colours, from 1 to 21.
pub(super) fn contrast(one: &str, other: &str) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The darker of two colours.
pub(super) fn darker(one: &'static str, other: &'static str) -> &'static str {
    if luminance(one) < luminance(other) { one } else { other }
}

fn luminance(colour: &str) -> f32 {
    let channel = |from: usize| {
        let level = colour.get(from..from + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0);
        let level = f32::from(level) / 255.0;
        if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
