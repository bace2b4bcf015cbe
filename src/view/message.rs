//! Every message of the program, by name; the words stand in `ui/api/texts.slint`.

/// Names a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Msg {
    /// The programme's own name.
    Brand,
}
