//! What a viewer can choose for this box.

use crate::domain::{Animations, Contrast, Language, PinUse, TextSize};

/// The choices of this box, kept on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// The language of the screen.
    pub language: Language,
    /// How large the words are.
    pub text_size: TextSize,
    /// How far colours lie apart.
    pub contrast: Contrast,
    /// How much moves.
    pub animations: Animations,
    /// When the PIN is asked for.
    pub pin_use: PinUse,
}

/// One choice of the viewer; what was never chosen goes on coming from the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The language of the screen.
    Language(Language),
    /// How large the words are.
    TextSize(TextSize),
    /// How far colours lie apart.
    Contrast(Contrast),
    /// How much moves.
    Animations(Animations),
    /// When the PIN is asked for.
    PinUse(PinUse),
}
