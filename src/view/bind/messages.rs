//! From the names of messages in Rust to their twins in `ui/api/texts.slint`.

use super::generated as ui;
use crate::view::message::Msg;

/// The same message on the other side.
pub(super) fn twin(msg: Msg) -> ui::Msg {
    match msg {
        Msg::Brand => ui::Msg::Brand,
    }
}
