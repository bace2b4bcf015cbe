//! From the remote to a wish: keys, the keymap, and hold-to-repeat.
//!
//! Pure functions over values; times come in as arguments. Where keys come from (evdev, a desktop
//! keyboard, HTTP, a script) is the platform's business.

mod key;
mod keymap;
mod repeat;
mod script;

pub use key::{Direction, Hold, KeyEvent, Phase, RemoteKey};
pub use keymap::{Colour, Intent, Keymap};
pub use repeat::{Repeat, Step};
pub use script::{ScriptError, ScriptStep, parse_script};
