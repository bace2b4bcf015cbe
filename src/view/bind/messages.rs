//! From the names of messages in Rust to their twins in `ui/api/texts.slint`.

use super::generated as ui;
use crate::view::message::{Msg, with_messages};

macro_rules! twins {
    ($($name:ident)*) => {
        /// The same message on the other side.
        pub(super) fn twin(msg: Msg) -> ui::Msg {
            match msg { $(Msg::$name => ui::Msg::$name,)* }
        }
    };
}

with_messages!(twins);
