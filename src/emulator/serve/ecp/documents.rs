//! The XML documents of the protocol.

use std::io::Cursor;

use axum::http::StatusCode;

use super::APP;
use crate::Television;
use crate::serve::http::Refusal;
use crate::serve::tree::{self, Node, Role};
use crate::serve::xml::{element, escape};
use bonus_tv::core::Power;
use bonus_tv::view::model::Screen;

const NAME: &str = "bonus-tv";

/// Who this box is.
pub(super) fn device_info(id: &str, television: &Television) -> String {
    let power = match television.app().power() {
        Power::On => "PowerOn",
        Power::Standby => "Ready",
    };
    let (width, _) = television.size();
    let resolution = if width > 1280 { "1080p" } else { "720p" };
    let serial = format!("EMU-{}", id.to_ascii_uppercase());
    let fields = [
        ("udn", format!("bonus-tv-{id}")),
        ("serial-number", serial.clone()),
        ("device-id", serial),
        ("vendor-name", NAME.to_owned()),
        ("model-name", "bonus-tv emulator".to_owned()),
        ("model-number", "EMU-0001".to_owned()),
        ("model-region", "RU".to_owned()),
        ("is-tv", "false".to_owned()),
        ("is-stick", "false".to_owned()),
        ("ui-resolution", resolution.to_owned()),
        ("supports-ethernet", "true".to_owned()),
        ("network-type", "ethernet".to_owned()),
        ("network-name", "loopback".to_owned()),
        ("user-device-name", format!("bonus-tv {id}")),
        ("user-device-location", String::new()),
        ("friendly-device-name", format!("bonus-tv {id}")),
        ("friendly-model-name", "bonus-tv emulator".to_owned()),
        ("default-device-name", format!("bonus-tv {id}")),
        ("software-version", env!("CARGO_PKG_VERSION").to_owned()),
        ("software-build", "1".to_owned()),
        ("secure-device", "false".to_owned()),
        ("language", television.app().settings.language.code().to_owned()),
        ("country", "RU".to_owned()),
        ("locale", "ru_RU".to_owned()),
        ("power-mode", power.to_owned()),
        ("supports-suspend", "true".to_owned()),
        ("supports-find-remote", "false".to_owned()),
        ("supports-audio-guide", "false".to_owned()),
        ("developer-enabled", "true".to_owned()),
        ("search-enabled", "false".to_owned()),
        ("headphones-connected", "false".to_owned()),
        ("supports-ecs-textedit", "false".to_owned()),
        ("supports-wake-on-wlan", "false".to_owned()),
        ("supports-private-listening", "false".to_owned()),
    ];
    let content: String = fields.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escape(value))).collect();
    element("device-info", &[], &content)
}

fn app() -> String {
    let attributes =
        [("id", APP.to_owned()), ("type", "appl".to_owned()), ("version", env!("CARGO_PKG_VERSION").to_owned())];
    element("app", &attributes, NAME)
}

/// The one app.
pub(super) fn apps() -> String {
    element("apps", &[], &app())
}

/// The app that is shown; a box whose viewer has left the menu shows none.
pub(super) fn active_app(television: &Television) -> String {
    let app = if television.has_exited() { "<app>Roku</app>".to_owned() } else { app() };
    element("active-app", &[], &app)
}

/// What the player does.
pub(super) fn media_player(television: &Television) -> String {
    let state = |state: &str| [("error", "false".to_owned()), ("state", state.to_owned())];
    let Screen::Player(screen) = television.view().screen else {
        return element("player", &state("close"), "");
    };
    let elapsed = television.words(&screen.elapsed);
    let seconds = elapsed.split(':').try_fold(0_u64, |sum, part| Some(sum * 60 + part.parse::<u64>().ok()?));
    let position = seconds.unwrap_or(0).saturating_mul(1000);
    let plugin = element("plugin", &[("id", APP.to_owned()), ("name", NAME.to_owned())], "");
    // How long a film is only the real player knows.
    let content =
        format!("{plugin}<position>{position} ms</position><duration>0 ms</duration><is_live>false</is_live>");
    element("player", &state("play"), &content)
}

/// The tree as Roku's app-ui has it.
pub(super) fn app_ui(television: &Television) -> String {
    let tree = tree::build(television);
    let plugin = element("plugin", &[("id", APP.to_owned()), ("name", NAME.to_owned())], "");
    let screen =
        element("screen", &[("type", "RoSGScreen".to_owned()), ("focused", "true".to_owned())], &scene(&tree, 0));
    format!("<app-ui><status>OK</status><topscreen>{plugin}{screen}</topscreen></app-ui>")
}

fn scene(node: &Node, index: usize) -> String {
    let name = match node.role {
        Role::Screen => "MainScene",
        Role::Group => "Group",
        Role::Dialog => "Dialog",
        Role::Tab => "Tab",
        Role::Button => "Button",
        Role::List => "RowList",
        Role::ListItem => "RowListItem",
        Role::Text => "Label",
    };
    let mut attributes = vec![
        ("name", node.id.clone()),
        ("uiElementId", node.id.clone()),
        ("index", index.to_string()),
        ("children", node.children.len().to_string()),
    ];
    if let Some(bounds) = node.bounds {
        let text = format!("{{{}, {}, {}, {}}}", bounds.x, bounds.y, bounds.width, bounds.height);
        attributes.push(("bounds", text));
    }
    let text = node.text();
    if !text.is_empty() {
        attributes.push(("text", text));
    }
    // A parent is focused with its child, as on Roku, so that the way to the focus can be followed.
    if node.focused().is_some() {
        attributes.push(("focused", "true".to_owned()));
    }
    if node.focused || node.role == Role::Tab || node.role == Role::Button || node.role == Role::ListItem {
        attributes.push(("focusable", "true".to_owned()));
    }
    if node.disabled {
        attributes.push(("enabled", "false".to_owned()));
    }
    let children: String = node.children.iter().enumerate().map(|(index, child)| scene(child, index)).collect();
    element(name, &attributes, &children)
}

/// The picture of the app: a plate in the programme's colour.
pub(super) fn icon() -> Result<Vec<u8>, Refusal> {
    let plate = image::RgbImage::from_pixel(290, 218, image::Rgb([0xf2, 0xa9, 0x3b]));
    let mut bytes = Cursor::new(Vec::new());
    let failed = |_| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Refusal::new(status, "no_picture", "The picture cannot be written", "It does not fit PNG.")
    };
    plate.write_to(&mut bytes, image::ImageFormat::Png).map_err(failed)?;
    Ok(bytes.into_inner())
}
