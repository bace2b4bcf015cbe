//! The state of a box at one revision, for programs.

use serde_json::{Value, json};

use crate::Television;
use crate::serve::engine::Engine;
use crate::serve::keys::changed;
use crate::serve::tree;
use bonus_tv::core::{Power, Session};
use bonus_tv::input::RemoteKey;
use bonus_tv::view::model::Screen;

/// Everything at a glance.
pub(crate) fn describe(engine: &mut Engine) -> Value {
    let mut state = changed(engine);
    // A PIN is typed with digits: which of them is down is nobody's business.
    let held: Vec<&str> =
        engine.held().filter(|key| !matches!(key, RemoteKey::Digit(_))).map(RemoteKey::name).collect();
    state["held"] = json!(held);
    let television = engine.television();
    let app = television.app();
    let tree = tree::build(television);
    let is_content = !matches!(television.view().screen, Screen::Message(_));
    state["dialog"] = json!(tree::dialog_name(television));
    state["focus"] = json!(tree.focused().map(|node| node.id.clone()));
    state["content"] = json!(if is_content { "shown" } else { "message" });
    state["signed_in"] = json!(app.session == Session::SignedIn);
    let account = app.data.account.as_ref();
    state["member"] = json!(account.map(|account| account.member_id.as_str().to_owned()));
    state["balance"] = json!(tree::balance(television));
    state["order_under_way"] = json!(app.order().is_some());
    state["trouble"] = json!(television.trouble().map(|failure| format!("{:?}", failure.kind)));
    state["language"] = json!(app.settings.language.code());
    state["power"] = json!(match app.power() {
        Power::Standby => "standby",
        Power::On => "on",
    });
    state["has_left"] = json!(television.has_exited());
    state["clock"] = clocks(television);
    state
}

/// The clocks of the box, of the server as the box knows it, and of the sandbox itself.
pub(crate) fn clocks(television: &Television) -> Value {
    json!({
        "box": television.wall(),
        "server": television.app().time().known(),
        "sandbox": television.sandbox().map(|sandbox| sandbox.now()),
    })
}
