//! What a viewer can choose for this box.

use crate::domain::{AdultOffers, Animations, Contrast, Language, PinUse, TextSize, VoiceGuidance};

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
    /// Whether the menu is spoken.
    pub voice: VoiceGuidance,
    /// Whether what is for adults only can be browsed.
    pub adults: AdultOffers,
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
    /// Whether the menu is spoken.
    Voice(VoiceGuidance),
    /// Whether what is for adults only can be browsed.
    Adults(AdultOffers),
    /// When the PIN is asked for.
    PinUse(PinUse),
}
