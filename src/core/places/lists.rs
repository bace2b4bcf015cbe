//! Screens that are one list: «Мои опции» and settings; and about.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{AdultOffers, Entitlement, EntitlementId, PinUse, Renewal, RenewalSwitch};
use crate::input::{Direction, Intent};

use super::super::app::{App, Turn};
use super::super::keys::Handled;
use super::super::{
    Choice, Cursor, Dialog, DiskJob, Effect, Notice, PinPurpose, Place, RenewalWish, Request, Resource, SectionKey,
};
use super::home::FRESH;
use super::layout;

/// For so long one press takes back that a renewal was switched off (PUR-10).
const UNDO: Duration = Duration::from_secs(60);

/// The focus of «Мои опции».
#[derive(Debug, Clone, PartialEq)]
pub struct MyOptionsPlace {
    /// The focused option.
    pub cursor: Cursor,
}

/// The focus of the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsPlace {
    /// The focused setting.
    pub cursor: Cursor,
}

/// A page to read.
#[derive(Debug, Clone, PartialEq)]
pub struct AboutPlace {
    /// What it is about.
    pub topic: AboutTopic,
}

/// What a page to read is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AboutTopic {
    /// A code of the member's, to be used elsewhere.
    Code {
        /// What it came with.
        title: String,
        /// The code.
        code: String,
        /// Until when it works, if that is known.
        until: Option<DateTime<Utc>>,
    },
    /// This program.
    Program,
    /// Where else points can be seen.
    Elsewhere,
}

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingsItem {
    /// The language.
    Language,
    /// How large the words are.
    TextSize,
    /// How far colours lie apart.
    Contrast,
    /// Movement on the screen.
    Motion,
    /// Whether the menu is spoken.
    Voice,
    /// Whether what is for adults only can be browsed.
    Adults,
    /// Set or remove the PIN.
    Pin,
    /// When the PIN is asked for.
    PinUse,
    /// Choose another PIN.
    PinChange,
    /// «Другие награды».
    OtherRewards,
    /// Where else points can be seen.
    Elsewhere,
    /// About this program.
    About,
    /// Sign out.
    SignOut,
}

impl SettingsItem {
    /// All settings from top to bottom.
    const ALL: [Self; 13] = [
        Self::Language,
        Self::TextSize,
        Self::Contrast,
        Self::Motion,
        Self::Voice,
        Self::Pin,
        Self::PinUse,
        Self::PinChange,
        Self::Adults,
        Self::OtherRewards,
        Self::Elsewhere,
        Self::About,
        Self::SignOut,
    ];
}

impl App {
    pub(crate) fn open_my_options(&mut self, turn: &mut Turn) {
        self.push(Place::MyOptions(MyOptionsPlace { cursor: Cursor::default() }));
        self.freshen(Resource::Entitlements, FRESH, turn);
    }

    /// The settings from top to bottom: none that this box, its operator or its viewer has no use for.
    pub(crate) fn settings_items(&self) -> Vec<SettingsItem> {
        let can_be_set = |item: &SettingsItem| match item {
            SettingsItem::PinChange => self.has_pin,
            SettingsItem::Voice => self.identity.has_voice,
            SettingsItem::Elsewhere => self.identity.has_elsewhere(),
            _ => true,
        };
        SettingsItem::ALL.into_iter().filter(can_be_set).collect()
    }

    /// Switches the voice on or off, if there is one (A11Y-2).
    pub(crate) fn switch_voice(&mut self, turn: &mut Turn) -> Handled {
        if !self.identity.has_voice {
            return Handled::No;
        }
        self.settings.voice = self.settings.voice.next();
        turn.effects.push(Effect::Disk(DiskJob::StoreChoice(Choice::Voice(self.settings.voice))));
        self.notify(Notice::Voice(self.settings.voice), turn);
        Handled::Yes
    }

    pub(crate) fn open_settings(&mut self) {
        self.push(Place::Settings(SettingsPlace { cursor: Cursor::default() }));
    }

    /// Rows of a list that fit at the viewer's size of the words.
    pub(crate) fn list_rows(&self) -> usize {
        layout::list_rows(self.settings.text_size)
    }

    pub(crate) fn settle_lists(&mut self) {
        let options = self.data.entitlements.as_ref().map_or(0, Vec::len);
        let settings = self.settings_items().len();
        let lines = self.list_rows();
        match self.place_mut() {
            Some(Place::MyOptions(place)) => place.cursor.reveal(options, lines),
            Some(Place::Settings(place)) => place.cursor.reveal(settings, lines),
            _ => {}
        }
    }

    pub(crate) fn my_option_ids(&self) -> Vec<EntitlementId> {
        self.data.entitlements.iter().flatten().map(|held| held.id.clone()).collect()
    }

    /// The focus stays with its option when the list changes.
    pub(crate) fn follow_my_options(&mut self, before: &[EntitlementId]) {
        let after = self.my_option_ids();
        let lines = self.list_rows();
        for page in &mut self.stack {
            if let Place::MyOptions(place) = &mut page.place {
                place.cursor.follow(before, &after, lines);
            }
        }
    }

    /// Whether a renewal is being switched.
    pub fn is_switching(&self, id: &EntitlementId) -> bool {
        self.calls.under_way.values().any(|call| matches!(call, Request::SetRenewal { id: other, .. } if other == id))
    }

    pub(crate) fn my_options_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let total = self.data.entitlements.as_ref().map_or(0, Vec::len);
        if total == 0 {
            if intent == Intent::Activate {
                self.retry_now(&[Resource::Entitlements], turn);
                return Handled::Yes;
            }
            return Handled::No;
        }
        let lines = self.list_rows();
        let Some(Place::MyOptions(place)) = self.place_mut() else { return Handled::No };
        if let Some(handled) = list_key(&mut place.cursor, total, lines, intent) {
            return handled;
        }
        let at = place.cursor.at;
        let Some(held) = self.data.entitlements.as_ref().and_then(|held| held.get(at)).cloned() else {
            return Handled::No;
        };
        match intent {
            Intent::Play if held.is_playable() || self.is_address_to_come(&held) => self.play(&held, turn),
            // Which of them it is to be, the viewer sees there.
            Intent::Activate if self.serial_held(&held.offer_id).is_some() => {
                self.open_episodes(&held.offer_id, &held.title);
            }
            Intent::Activate if self.may_watch(&held) => self.play(&held, turn),
            // What is over can be had again, if it is still sold.
            Intent::Activate if self.has_ended(&held) && self.data.shelf.offer(&held.offer_id).is_some() => {
                self.open_offer(&held.offer_id, turn);
            }
            Intent::Activate if self.has_ended(&held) => return Handled::No,
            Intent::Activate => match held.renewal {
                Some(renewal) => return self.renewal_key(held, renewal, turn),
                None if held.promo_code.is_some() => {
                    let Entitlement { title, promo_code, until, .. } = held;
                    let code = promo_code.unwrap_or_default();
                    self.push(Place::About(AboutPlace { topic: AboutTopic::Code { title, code, until } }));
                }
                None if held.until.is_none() => return Handled::No,
                None => self.notify(Notice::NothingToSwitch, turn),
            },
            Intent::Inform if self.data.shelf.offer(&held.offer_id).is_some() => self.open_offer(&held.offer_id, turn),
            Intent::Play
            | Intent::Inform
            | Intent::Move(_)
            | Intent::Back
            | Intent::Leave
            | Intent::Menu
            | Intent::Shortcut(_)
            | Intent::PageUp
            | Intent::PageDown
            | Intent::Digit(_)
            | Intent::Stop => return Handled::No,
        }
        Handled::Yes
    }

    /// Off is one press. On costs roubles: it asks first, unless it takes back what was switched off a moment ago.
    pub(crate) fn renewal_key(&mut self, held: Entitlement, renewal: Renewal, turn: &mut Turn) -> Handled {
        let to = if renewal.is_on { RenewalSwitch::Off } else { RenewalSwitch::On };
        if self.is_calling(&Request::SetRenewal { id: held.id.clone(), to }) {
            return Handled::No;
        }
        let wish = RenewalWish { id: held.id, title: held.title, renewal };
        let now = turn.now.monotonic;
        let is_undone = self.switched_off.as_ref().is_some_and(|(undone, until)| *undone == wish && now < *until);
        match to {
            // What it will cost cannot be told, so it is not switched on here (PUR-10).
            RenewalSwitch::On if !is_undone && wish.renewal.price_roubles.is_none() => {
                self.notify(Notice::RenewalPriceUnknown, turn);
            }
            RenewalSwitch::On if !is_undone => self.dialog = Some(Dialog::RenewalOn { wish, button: 0 }),
            RenewalSwitch::On | RenewalSwitch::Off => self.switch_renewal(wish.id, to, turn),
        }
        Handled::Yes
    }

    /// The viewer wants a paid renewal: the PIN is asked for where it guards what costs (PIN-2).
    pub(crate) fn switch_on_guarded(&mut self, wish: RenewalWish, turn: &mut Turn) {
        if self.has_pin && self.settings.pin_use == PinUse::EveryExchange {
            self.ask_pin(PinPurpose::Renewal(wish));
        } else {
            self.switch_renewal(wish.id, RenewalSwitch::On, turn);
        }
    }

    pub(crate) fn switch_renewal(&mut self, id: EntitlementId, to: RenewalSwitch, turn: &mut Turn) {
        self.call(Request::SetRenewal { id, to }, turn);
    }

    /// A renewal is switched: for a moment, one press takes a renewal that was switched off back.
    pub(crate) fn note_switched(&mut self, held: &Entitlement, turn: &Turn) {
        self.switched_off = held.renewal.filter(|renewal| !renewal.is_on).map(|renewal| {
            (RenewalWish { id: held.id.clone(), title: held.title.clone(), renewal }, turn.now.monotonic + UNDO)
        });
    }

    pub(crate) fn settings_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let items = self.settings_items();
        let (total, lines) = (items.len(), self.list_rows());
        let Some(Place::Settings(place)) = self.place_mut() else { return Handled::No };
        if let Some(handled) = list_key(&mut place.cursor, total, lines, intent) {
            return handled;
        }
        let at = place.cursor.at;
        if intent != Intent::Activate {
            return Handled::No;
        }
        match items.get(at) {
            Some(SettingsItem::Language) => {
                self.settings.language = self.settings.language.next();
                turn.effects.push(Effect::Disk(DiskJob::StoreChoice(Choice::Language(self.settings.language))));
                self.fetch_in_language(turn);
            }
            Some(SettingsItem::TextSize) => {
                self.settings.text_size = self.settings.text_size.next();
                turn.effects.push(Effect::Disk(DiskJob::StoreChoice(Choice::TextSize(self.settings.text_size))));
            }
            Some(SettingsItem::Contrast) => {
                self.settings.contrast = self.settings.contrast.next();
                turn.effects.push(Effect::Disk(DiskJob::StoreChoice(Choice::Contrast(self.settings.contrast))));
            }
            Some(SettingsItem::Motion) => {
                self.settings.animations = self.settings.animations.next();
                turn.effects.push(Effect::Disk(DiskJob::StoreChoice(Choice::Animations(self.settings.animations))));
            }
            Some(SettingsItem::Voice) => return self.switch_voice(turn),
            Some(SettingsItem::Pin) => {
                if self.has_pin {
                    self.ask_pin(PinPurpose::Remove);
                } else {
                    self.open_phone_check(None, turn);
                }
            }
            Some(SettingsItem::PinUse) => {
                if !self.has_pin {
                    self.open_phone_check(None, turn);
                    return Handled::Yes;
                }
                match self.settings.pin_use {
                    PinUse::AdultOnly => self.use_pin(PinUse::EveryExchange, turn),
                    // Whoever may not spend may not open the way to it.
                    PinUse::EveryExchange => self.ask_pin(PinPurpose::Relax),
                }
            }
            Some(SettingsItem::Adults) => match self.settings.adults {
                AdultOffers::Shown => self.browse_adults(AdultOffers::Hidden, turn),
                // Whoever it is hidden from could bring it back.
                AdultOffers::Hidden if self.has_pin => self.ask_pin(PinPurpose::ShowAdults),
                AdultOffers::Hidden => self.browse_adults(AdultOffers::Shown, turn),
            },
            Some(SettingsItem::PinChange) => self.ask_pin(PinPurpose::Change),
            Some(SettingsItem::OtherRewards) => {
                let has_any = self.data.shelf.section(&SectionKey::OtherRewards).is_some();
                if has_any || !self.data.has_catalog {
                    self.open_catalog(Some(SectionKey::OtherRewards), turn);
                } else {
                    self.notify(Notice::NoOtherRewards, turn);
                }
            }
            Some(SettingsItem::Elsewhere) => self.push(Place::About(AboutPlace { topic: AboutTopic::Elsewhere })),
            Some(SettingsItem::About) => self.push(Place::About(AboutPlace { topic: AboutTopic::Program })),
            Some(SettingsItem::SignOut) => self.dialog = Some(Dialog::SignOut { button: 0 }),
            None => {}
        }
        Handled::Yes
    }

    pub(crate) fn about_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        if intent != Intent::Activate {
            return Handled::No;
        }
        self.pop(turn);
        Handled::Yes
    }
}

/// Moves the focus in a list; `None` if the key is no movement.
pub(super) fn list_key(cursor: &mut Cursor, total: usize, visible: usize, intent: Intent) -> Option<Handled> {
    let page = isize::try_from(visible).unwrap_or(1);
    match intent {
        Intent::Move(Direction::Up) => Some(Handled::when(cursor.step(-1, total, visible))),
        Intent::Move(Direction::Down) => Some(Handled::when(cursor.step(1, total, visible))),
        Intent::PageUp => Some(Handled::when(cursor.jump(-page, total, visible))),
        Intent::PageDown => Some(Handled::when(cursor.jump(page, total, visible))),
        Intent::Move(Direction::Left | Direction::Right)
        | Intent::Activate
        | Intent::Back
        | Intent::Leave
        | Intent::Menu
        | Intent::Inform
        | Intent::Shortcut(_)
        | Intent::Digit(_)
        | Intent::Play
        | Intent::Stop => None,
    }
}
