//! Single elements: from values of the view-model to the generated structs, with texts chosen.

use slint::{Image, Rgb8Pixel, SharedPixelBuffer, SharedString};

use super::Images;
use super::messages::twin;
use super::qr::{self, Room};
use crate::view::message::Msg;
use crate::view::model::{
    Button, Card, CardShape, Cause, Chip, CodeSize, Fact, Hero, HintKey, ImageKey, KeyHint, ListRow, Message, Panel,
    Qr, Sign, StatusStep, Tab, Tone,
};
use crate::view::text::{Text, grouped, isolated};
use bonus_tv_ui as ui;

/// What an element needs besides its own values.
pub(super) struct Context<'a> {
    texts: &'a ui::Texts<'a>,
    images: &'a dyn Images,
    scale: f32,
    pub(super) has_motion: bool,
    pub(super) is_same_screen: bool,
    pub(super) are_texts_long: bool,
    in_sight: Vec<ImageKey>,
    beyond: Vec<ImageKey>,
    no_image: Image,
}

thread_local! {
    /// Stands where there is no picture: Slint's own empty image is not equal to itself, so that
    /// elements with it would be set and drawn again for nothing.
    static NO_IMAGE: Image = Image::from_rgb8(SharedPixelBuffer::<Rgb8Pixel>::new(1, 1));
}

impl<'a> Context<'a> {
    pub(super) fn new(texts: &'a ui::Texts<'a>, images: &'a dyn Images, scale: f32, has_motion: bool) -> Self {
        Self {
            texts,
            images,
            scale,
            has_motion,
            is_same_screen: false,
            are_texts_long: false,
            in_sight: Vec::new(),
            beyond: Vec::new(),
            no_image: NO_IMAGE.with(Image::clone),
        }
    }

    /// Chooses the words of a text.
    pub(super) fn text(&self, text: &Text) -> SharedString {
        let words = self.words(text);
        if self.are_texts_long { lengthened(&words) } else { words }
    }

    fn words(&self, text: &Text) -> SharedString {
        match text {
            Text::Empty => SharedString::new(),
            Text::Plain(text) => text.into(),
            Text::Number { sign, amount } => {
                let separator = self.words(&Msg::GroupSeparator.into());
                SharedString::from(format!("{sign}{}", grouped(*amount, &separator)))
            }
            Text::Message { msg, count, args } => {
                let mut words = args.iter().map(|argument| match argument {
                    Text::Plain(text) => SharedString::from(&*isolated(text)),
                    Text::Empty | Text::Number { .. } | Text::Message { .. } => self.words(argument),
                });
                let count = i32::try_from(*count).unwrap_or(i32::MAX);
                let [a, b, c] = [(); 3].map(|()| words.next().unwrap_or_default());
                self.texts.invoke_text(twin(*msg), count, a, b, c)
            }
        }
    }

    /// A picture that is in sight, if it is here; else it is noted as missing.
    pub(super) fn picture(&mut self, key: Option<&ImageKey>) -> (bool, Image) {
        self.find(key, true)
    }

    /// The pictures that were not here, those in sight first.
    pub(super) fn missing(self) -> Vec<ImageKey> {
        let mut missing = self.in_sight;
        for key in self.beyond {
            if !missing.contains(&key) {
                missing.push(key);
            }
        }
        missing
    }

    fn find(&mut self, key: Option<&ImageKey>, is_in_sight: bool) -> (bool, Image) {
        let Some(key) = key else {
            return (false, self.no_image.clone());
        };
        if let Some(image) = self.images.image(key) {
            return (true, image);
        }
        let missing = if is_in_sight { &mut self.in_sight } else { &mut self.beyond };
        if !missing.contains(key) {
            missing.push(key.clone());
        }
        (false, self.no_image.clone())
    }

    pub(super) fn qr(&self, qr: Option<&Qr>, room: Room) -> ui::QrItem {
        qr::item(qr, room, self.scale)
    }

    pub(super) fn texts(&self, texts: &[Text]) -> Vec<SharedString> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    pub(super) fn tab(&self, tab: &Tab) -> ui::TabItem {
        ui::TabItem {
            label: self.text(&tab.label),
            badge: self.text(&tab.badge),
            is_selected: tab.is_selected,
            is_focused: tab.is_focused,
        }
    }

    pub(super) fn hint(&self, hint: &KeyHint) -> ui::HintItem {
        let key = match hint.key {
            HintKey::Ok => ui::HintKey::Ok,
            HintKey::Back => ui::HintKey::Back,
            HintKey::Red => ui::HintKey::Red,
            HintKey::Green => ui::HintKey::Green,
            HintKey::Yellow => ui::HintKey::Yellow,
            HintKey::Blue => ui::HintKey::Blue,
            HintKey::Information => ui::HintKey::Information,
            HintKey::Digits => ui::HintKey::Digits,
            HintKey::Channel => ui::HintKey::Channel,
        };
        let letter = match hint.key {
            HintKey::Red => self.text(&Msg::KeyRed.into()),
            HintKey::Green => self.text(&Msg::KeyGreen.into()),
            HintKey::Yellow => self.text(&Msg::KeyYellow.into()),
            HintKey::Blue => self.text(&Msg::KeyBlue.into()),
            HintKey::Ok | HintKey::Back | HintKey::Information | HintKey::Digits | HintKey::Channel => {
                SharedString::new()
            }
        };
        ui::HintItem { key, letter, label: self.text(&hint.label) }
    }

    pub(super) fn button(&self, button: &Button) -> ui::ButtonItem {
        ui::ButtonItem {
            label: self.text(&button.label),
            tone: tone(button.tone),
            is_enabled: button.is_enabled,
            is_focused: button.is_focused,
            is_busy: button.is_busy,
        }
    }

    pub(super) fn buttons(&self, buttons: &[Button]) -> Vec<ui::ButtonItem> {
        buttons.iter().map(|button| self.button(button)).collect()
    }

    pub(super) fn chips(&self, chips: &[Chip]) -> Vec<ui::ChipItem> {
        let chip = |chip: &Chip| ui::ChipItem {
            label: self.text(&chip.label),
            is_selected: chip.is_selected,
            is_focused: chip.is_focused,
        };
        chips.iter().map(chip).collect()
    }

    pub(super) fn facts(&self, facts: &[Fact]) -> Vec<ui::FactItem> {
        let fact = |fact: &Fact| ui::FactItem {
            label: self.text(&fact.label),
            value: self.text(&fact.value),
            tone: tone(fact.tone),
        };
        facts.iter().map(fact).collect()
    }

    pub(super) fn panel(&self, panel: &Panel) -> ui::PanelItem {
        ui::PanelItem {
            label: self.text(&panel.label),
            value: self.text(&panel.value),
            note: self.text(&panel.note),
            tone: tone(panel.tone),
            has_progress: panel.progress.is_some(),
            progress: panel.progress.map_or(0.0, thousandths),
            is_focused: panel.is_focused,
        }
    }

    pub(super) fn hero(&mut self, hero: &Hero) -> ui::HeroItem {
        let (has_image, picture) = self.picture(hero.image.as_ref());
        ui::HeroItem {
            title: self.text(&hero.title),
            meta: self.text(&hero.meta),
            description: self.text(&hero.description),
            price: self.text(&hero.price),
            base_price: self.text(&hero.base_price),
            has_image,
            picture,
        }
    }

    pub(super) fn card(&mut self, card: &Card, is_in_sight: bool) -> ui::CardItem {
        let (has_image, picture) = self.find(card.image.as_ref(), is_in_sight);
        ui::CardItem {
            is_used: true,
            index: index(card.index),
            title: self.text(&card.title),
            caption: self.text(&card.caption),
            caption_tone: tone(card.caption_tone),
            has_image,
            picture,
            badge: self.text(&card.badge),
            badge_tone: tone(card.badge_tone),
            is_focused: card.is_focused,
        }
    }

    pub(super) fn list_row(&mut self, row: &ListRow) -> ui::ListRowItem {
        let (has_image, picture) = self.picture(row.image.as_ref());
        ui::ListRowItem {
            is_used: true,
            index: index(row.index),
            title: self.text(&row.title),
            subtitle: self.text(&row.subtitle),
            subtitle_tone: tone(row.subtitle_tone),
            value: self.text(&row.value),
            value_tone: tone(row.value_tone),
            action: self.text(&row.action),
            has_tick: row.tick.is_some(),
            is_ticked: row.tick.unwrap_or(false),
            wants_image: row.image.is_some(),
            has_image,
            picture,
            is_focused: row.is_focused,
            is_enabled: row.is_enabled,
        }
    }

    pub(super) fn message(&self, message: Option<&Message>) -> ui::MessageItem {
        let Some(message) = message else {
            return ui::MessageItem::default();
        };
        let sign = match message.sign {
            Sign::Busy => ui::Sign::Busy,
            Sign::Empty => ui::Sign::Empty,
            Sign::NoNetwork => ui::Sign::NoNetwork,
            Sign::ServiceDown => ui::Sign::ServiceDown,
            Sign::SignedOut => ui::Sign::SignedOut,
            Sign::Refused => ui::Sign::Refused,
            Sign::Clock => ui::Sign::Clock,
            Sign::Fault => ui::Sign::Fault,
        };
        ui::MessageItem {
            is_shown: true,
            sign,
            title: self.text(&message.title),
            advice: self.text(&message.advice),
            code: self.text(&message.code),
        }
    }

    pub(super) fn causes(&self, causes: &[Cause]) -> Vec<ui::CauseItem> {
        let cause = |cause: &Cause| ui::CauseItem { title: self.text(&cause.title), advice: self.text(&cause.advice) };
        causes.iter().map(cause).collect()
    }

    pub(super) fn steps(&self, steps: &[StatusStep]) -> Vec<ui::StepItem> {
        let step = |step: &StatusStep| ui::StepItem {
            name: self.text(&step.name),
            threshold: self.text(&step.threshold),
            discount: self.text(&step.discount),
            is_reached: step.is_reached,
            is_current: step.is_current,
        };
        steps.iter().map(step).collect()
    }
}

/// Words of another language are up to 40 % longer: the same text with a tail.
fn lengthened(words: &str) -> SharedString {
    let letters = words.chars().filter(|letter| letter.is_alphabetic()).count();
    let tail = "оченьдлинно".chars().cycle().take((letters * 2).div_ceil(5));
    words.chars().chain(tail).collect::<String>().into()
}

/// An index as Slint counts.
pub(super) fn index(value: usize) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// A part of one from thousandths.
pub(super) fn thousandths(value: u16) -> f32 {
    f32::from(value.min(1000)) / 1000.0
}

pub(super) fn tone(tone: Tone) -> ui::Tone {
    match tone {
        Tone::Plain => ui::Tone::Plain,
        Tone::Accent => ui::Tone::Accent,
        Tone::Good => ui::Tone::Good,
        Tone::Warning => ui::Tone::Warning,
        Tone::Bad => ui::Tone::Bad,
        Tone::Quiet => ui::Tone::Quiet,
    }
}

pub(super) fn code_size(size: CodeSize) -> ui::CodeSize {
    match size {
        CodeSize::Large => ui::CodeSize::Large,
        CodeSize::Medium => ui::CodeSize::Medium,
        CodeSize::Small => ui::CodeSize::Small,
    }
}

pub(super) fn shape(shape: CardShape) -> ui::CardShape {
    match shape {
        CardShape::Poster => ui::CardShape::Poster,
        CardShape::Tile => ui::CardShape::Tile,
    }
}

/// Where the focus is in a strip, or what is chosen in it.
pub(super) fn current(pieces: impl Iterator<Item = (bool, bool)> + Clone) -> i32 {
    let focused = pieces.clone().position(|(is_focused, _)| is_focused);
    index(focused.or_else(|| pieces.clone().position(|(_, is_selected)| is_selected)).unwrap_or(0))
}

pub(super) fn current_chip(chips: &[Chip]) -> i32 {
    current(chips.iter().map(|chip| (chip.is_focused, chip.is_selected)))
}
