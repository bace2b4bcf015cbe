//! What a viewer chooses for this box.

/// The language of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

impl Language {
    /// Its two-letter code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// The other one.
    pub fn next(self) -> Self {
        match self {
            Self::Ru => Self::En,
            Self::En => Self::Ru,
        }
    }

    /// The language with this two-letter code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Ru, Self::En].into_iter().find(|language| language.code() == code)
    }
}

/// How much moves on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Animations {
    /// Everything that was designed to.
    #[default]
    Full,
    /// Nothing.
    Reduced,
}

impl Animations {
    /// The other choice.
    pub fn next(self) -> Self {
        match self {
            Self::Full => Self::Reduced,
            Self::Reduced => Self::Full,
        }
    }
}

/// How large the words on the screen are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextSize {
    /// As designed for three metres.
    #[default]
    Normal,
    /// 115 %.
    Large,
    /// 130 %.
    Largest,
}

impl TextSize {
    /// All of them, smallest first.
    pub const ALL: [Self; 3] = [Self::Normal, Self::Large, Self::Largest];

    /// The size in percent of the normal one.
    pub fn percent(self) -> u32 {
        match self {
            Self::Normal => 100,
            Self::Large => 115,
            Self::Largest => 130,
        }
    }

    /// The size of so many percent.
    pub fn from_percent(percent: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.percent() == percent)
    }

    /// The next larger one; after the largest, the normal one.
    pub fn next(self) -> Self {
        match self {
            Self::Normal => Self::Large,
            Self::Large => Self::Largest,
            Self::Largest => Self::Normal,
        }
    }

    /// A length that is `normal` at 100 % and `largest` at 130 %.
    pub fn between(self, normal: u32, largest: u32) -> u32 {
        match self {
            Self::Normal => normal,
            Self::Large => normal.midpoint(largest),
            Self::Largest => largest,
        }
    }
}

/// How far colours lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Contrast {
    /// As designed.
    #[default]
    Normal,
    /// White and bright words on black, outlines, nothing translucent.
    High,
}

impl Contrast {
    /// The other choice.
    pub fn next(self) -> Self {
        match self {
            Self::Normal => Self::High,
            Self::High => Self::Normal,
        }
    }

    /// Its word in files and flags.
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::High => "high",
        }
    }

    /// The contrast with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Normal, Self::High].into_iter().find(|contrast| contrast.code() == code)
    }
}

/// When the PIN is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PinUse {
    /// For offers from 18 years only.
    #[default]
    AdultOnly,
    /// For every exchange.
    EveryExchange,
}
/// Whether what is for adults only can be browsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AdultOffers {
    /// It can; its exchange asks for the PIN.
    #[default]
    Shown,
    /// It is nowhere, except for what the member has already.
    Hidden,
}

impl AdultOffers {
    /// Its word in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Hidden => "hidden",
        }
    }

    /// The choice with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Shown, Self::Hidden].into_iter().find(|adults| adults.code() == code)
    }
}

/// Whether the menu is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VoiceGuidance {
    /// It is silent.
    #[default]
    Off,
    /// Screens, the focus and messages are spoken.
    On,
}

impl VoiceGuidance {
    /// The other choice.
    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::On,
            Self::On => Self::Off,
        }
    }

    /// Its word in files and flags.
    pub fn code(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
        }
    }

    /// The choice with this word.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Off, Self::On].into_iter().find(|voice| voice.code() == code)
    }
}
