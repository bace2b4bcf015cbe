//! From the remote to an intent: keys, the keymap, and hold-to-repeat.
//!
//! Pure functions over values; times are arguments. The platform reads the keys (evdev, a desktop
//! keyboard, a script).

mod codes;
mod habits;
mod key;
mod keymap;
mod keymap_file;
mod presses;
mod repeat;
mod script;

pub use codes::{Button, Codes, HIGHEST as HIGHEST_CODE, PowerKey};
pub use habits::{AutoRepeat, Habits};
pub use key::{Direction, Hold, KeyEvent, Phase, RemoteKey};
pub use keymap::{Colour, Intent, Keymap};
pub use keymap_file::{KeymapError, parse_keymap};
pub use presses::{Node, Presses, Release};
pub use repeat::{Repeat, Step};
pub use script::{ScriptError, ScriptStep, parse_duration, parse_script};
