//! From the names of messages in Rust to their twins in `ui/api/texts.slint`.

use crate::view::message::{Msg, with_messages};
use bonus_tv_ui as ui;

macro_rules! twins {
    ($($name:ident)*) => {
        /// The same message on the other side.
        pub(super) fn twin(msg: Msg) -> ui::Msg {
            match msg { $(Msg::$name => ui::Msg::$name,)* }
        }
    };
}

with_messages!(twins);
