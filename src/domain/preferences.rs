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

/// When the PIN is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PinUse {
    /// For offers from 18 years only.
    #[default]
    AdultOnly,
    /// For every exchange.
    EveryExchange,
}
