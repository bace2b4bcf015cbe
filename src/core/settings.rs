//! What a viewer can choose for this box.

/// The choices of this box, kept on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The language of the screen.
    pub language: Language,
    /// Whether things move.
    pub motion: Motion,
    /// When the PIN is asked for.
    pub pin_use: PinUse,
}

impl Default for Settings {
    fn default() -> Self {
        Self { language: Language::Russian, motion: Motion::Full, pin_use: PinUse::AdultOnly }
    }
}

/// The languages of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Russian.
    Russian,
    /// English.
    English,
}

impl Language {
    /// The other one.
    pub fn next(self) -> Self {
        match self {
            Self::Russian => Self::English,
            Self::English => Self::Russian,
        }
    }

    /// Its ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Russian => "ru",
            Self::English => "en",
        }
    }
}

/// How much moves on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// Short movements that lead the eye.
    Full,
    /// None.
    Reduced,
}

impl Motion {
    /// The other one.
    pub fn next(self) -> Self {
        match self {
            Self::Full => Self::Reduced,
            Self::Reduced => Self::Full,
        }
    }
}

/// When the PIN is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinUse {
    /// For offers from 18 years only.
    AdultOnly,
    /// For every exchange.
    EveryExchange,
}
