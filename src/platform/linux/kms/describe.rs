//! Cards in words: outputs, modes and planes, and what the menu would use.

use drm::control::{Device as _, PlaneType, connector};

use super::super::Wish;
use super::card::{self, Card};
use super::mode::Refused;
use super::output::{Route, property};

/// How many modes of a connector are listed.
const MODES: usize = 12;
/// Properties that the program or an operator has a use for.
const PROPERTIES: [&str; 7] =
    ["DPMS", "link-status", "Broadcast RGB", "Colorspace", "content type", "left margin", "max bpc"];

/// All cards.
pub fn describe_cards(wish: Wish) -> Vec<String> {
    let mut lines = Vec::new();
    for path in card::paths() {
        match Card::open(&path) {
            Ok(Some(card)) => {
                lines.push(format!("{}: driver {}", path.display(), card.driver()));
                lines.extend(describe(&card, wish).into_iter().map(|line| format!("  {line}")));
            }
            Ok(None) => lines.push(format!("{}: no screens", path.display())),
            Err(error) => lines.push(format!("{}: cannot be opened: {error}", path.display())),
        }
    }
    if lines.is_empty() {
        lines.push("there is no /dev/dri/card*".to_owned());
    }
    lines.extend(super::super::board::describe_frame_buffer("/sys/class/graphics/fb0".as_ref()).ok());
    lines
}

fn describe(card: &Card, wish: Wish) -> Vec<String> {
    let Ok(resources) = card.resource_handles() else { return vec!["tells nothing".to_owned()] };
    let mut lines = Vec::new();
    for connector in resources.connectors().iter().filter_map(|at| card.get_connector(*at, true).ok()) {
        lines.extend(describe_connector(card, &connector));
    }
    lines.extend(describe_planes(card));
    lines.push(match Route::find(card, wish, None, &Refused::default()) {
        Ok(Some(route)) => format!("the menu would use {route}"),
        Ok(None) => "the menu would wait for a screen".to_owned(),
        Err(error) => format!("the menu cannot use it: {error}"),
    });
    lines
}

fn describe_connector(card: &Card, connector: &connector::Info) -> Vec<String> {
    let name = format!("{}-{}", connector.interface().as_str(), connector.interface_id());
    let state = match connector.state() {
        connector::State::Connected => "connected",
        connector::State::Disconnected => "not connected",
        connector::State::Unknown => "cannot tell",
    };
    let size = connector.size().map_or_else(String::new, |(width, height)| format!(", {width}x{height} mm"));
    let known: Vec<&str> =
        PROPERTIES.into_iter().filter(|name| property(card, connector.handle(), name).is_some()).collect();
    let mut lines = vec![format!("{name}: {state}{size}; properties: {}", known.join(", "))];
    let modes: Vec<String> = connector.modes().iter().map(super::output::mode_name).collect();
    if !modes.is_empty() {
        let told = modes.iter().take(MODES).map(String::as_str).collect::<Vec<_>>().join(" ");
        let rest = modes.len().saturating_sub(MODES);
        lines.push(format!("  modes: {told}{}", if rest > 0 { format!(" and {rest} more") } else { String::new() }));
    }
    lines
}

/// How many planes of each kind there are, and whether they have the two formats that the menu uses.
fn describe_planes(card: &Card) -> Vec<String> {
    const FORMATS: [(&str, &[u8; 4]); 2] = [("XRGB8888", b"XR24"), ("RGB565", b"RG16")];
    let Ok(planes) = card.plane_handles() else { return Vec::new() };
    let mut lines = Vec::new();
    for handle in planes {
        let Ok(plane) = card.get_plane(handle) else { continue };
        let kind = property(card, handle, "type").and_then(|kind| {
            let values = card.get_properties(handle).ok()?;
            values.iter().find(|(known, _)| **known == kind).map(|(_, value)| *value)
        });
        let kind = match kind {
            Some(kind) if kind == PlaneType::Primary as u64 => "primary",
            Some(kind) if kind == PlaneType::Cursor as u64 => "cursor",
            Some(_) => "overlay",
            None => "unknown",
        };
        let has = |code: &[u8; 4]| plane.formats().contains(&u32::from_le_bytes(*code));
        let formats: Vec<&str> = FORMATS.into_iter().filter(|(_, code)| has(code)).map(|(name, _)| name).collect();
        lines.push(format!("plane {}: {kind}, {}", u32::from(handle), formats.join(" ")));
    }
    lines
}
