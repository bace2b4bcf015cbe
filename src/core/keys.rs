//! From a step of a key to what it does: dimmed picture, dialog, tab bar, place, in this order.

use crate::input::{Direction, Intent, RemoteKey, Step};

use super::app::{App, Turn};
use super::nav::Tab;
use super::places::FRESH;
use super::power::Power;
use super::{PlaceKind, Session};

/// Whether a key found something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Handled {
    /// It did something.
    Yes,
    /// It could do nothing here.
    No,
}

impl Handled {
    pub(crate) fn when(has_happened: bool) -> Self {
        if has_happened { Self::Yes } else { Self::No }
    }
}

impl App {
    /// Takes one step of a key.
    pub(crate) fn take_step(&mut self, step: Step, turn: &mut Turn) {
        // A key that repeats may be stuck: only a press shows that somebody is there (KEY-9).
        let is_repeated = matches!(step, Step::Again(_));
        if is_repeated && (self.power == Power::Standby || self.is_dimmed) {
            return;
        }
        if !is_repeated {
            self.last_key_at = turn.now.monotonic;
        }
        if self.power == Power::Standby {
            self.wake_up(turn);
            return;
        }
        if !is_repeated {
            self.attend(turn);
        }
        if self.is_dimmed {
            self.is_dimmed = false;
            // Nothing was asked for while nobody looked.
            if self.session == Session::SignedIn {
                self.freshen_all(FRESH, turn);
                self.ask_again(turn);
            }
            return;
        }
        let intent = match step {
            Step::Press(key) | Step::Again(key) => self.keymap.intent(key),
            Step::Long(RemoteKey::Back) => Intent::Leave,
            Step::Long(RemoteKey::Menu) => {
                // Also above a dialog: who cannot see the screen must not have to leave it.
                self.switch_voice(turn);
                return;
            }
            Step::Long(RemoteKey::Information) => {
                self.magnify();
                return;
            }
            Step::Long(_) => return,
        };
        if intent == Intent::Leave {
            self.leave(turn);
            return;
        }
        if self.magnifier_takes(intent) {
            return;
        }
        if self.is_result_unseen() || self.is_damage_untold() {
            return;
        }
        if self.dialog.is_some() {
            if self.dialog_key(intent, turn) == Handled::No {
                self.bump(direction_of(intent));
            }
            if self.dialog.is_none() {
                self.focus_moved(turn);
            }
            return;
        }
        let handled = match self.tab_focus() {
            Some(tab) => self.tab_key(tab, intent, turn),
            None => self.content_key(intent, turn),
        };
        if handled == Handled::No && self.general_key(intent, turn) == Handled::No {
            self.bump(direction_of(intent));
        }
        self.focus_moved(turn);
    }

    fn content_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let handled = self.place_key(intent, turn);
        if handled == Handled::No && intent == Intent::Move(Direction::Up) && self.has_tabs() {
            let tab = self.place().tab().map(Tab::index);
            if let Some(page) = self.stack.last_mut() {
                page.tab_focus = tab;
            }
            return Handled::Yes;
        }
        handled
    }

    fn tab_key(&mut self, tab: usize, intent: Intent, turn: &mut Turn) -> Handled {
        let target = match intent {
            Intent::Move(Direction::Left) => tab.checked_sub(1),
            Intent::Move(Direction::Right) => Some(tab + 1).filter(|tab| *tab < self.tabs().len()),
            Intent::Move(Direction::Down) | Intent::Activate => {
                // Who is faster than the rest of the focus means the tab that is marked.
                if let Some(other) = self.tab_to_open() {
                    self.open_tab(other, turn);
                    return Handled::Yes;
                }
                let can_enter = self.has_focusable_content();
                if let Some(page) = self.stack.last_mut().filter(|_| can_enter) {
                    page.tab_focus = None;
                }
                return Handled::when(can_enter);
            }
            Intent::Move(Direction::Up)
            | Intent::Back
            | Intent::Leave
            | Intent::Menu
            | Intent::Inform
            | Intent::Shortcut(_)
            | Intent::PageUp
            | Intent::PageDown
            | Intent::Digit(_)
            | Intent::Play
            | Intent::Stop => return Handled::No,
        };
        if let (Some(page), Some(target)) = (self.stack.last_mut(), target) {
            page.tab_focus = Some(target);
        }
        Handled::when(target.is_some())
    }

    /// Keys that mean the same everywhere.
    fn general_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        match intent {
            Intent::Back => {
                self.back(turn);
                Handled::Yes
            }
            Intent::Menu if self.has_tabs() && self.place().kind() != PlaceKind::Settings => {
                self.open_tab(Tab::Settings, turn);
                Handled::Yes
            }
            // Where the hint says so (KEY-6).
            Intent::Digit(digit) if matches!(self.place().kind(), PlaceKind::Home | PlaceKind::Catalog) => {
                self.search_key(digit, turn)
            }
            Intent::Menu
            | Intent::Move(_)
            | Intent::Activate
            | Intent::Leave
            | Intent::Inform
            | Intent::Shortcut(_)
            | Intent::PageUp
            | Intent::PageDown
            | Intent::Digit(_)
            | Intent::Play
            | Intent::Stop => Handled::No,
        }
    }
}

/// Which way a key that could do nothing pushes.
fn direction_of(intent: Intent) -> Direction {
    match intent {
        Intent::Move(direction) => direction,
        Intent::PageUp => Direction::Up,
        Intent::PageDown => Direction::Down,
        Intent::Back | Intent::Leave => Direction::Left,
        Intent::Activate
        | Intent::Menu
        | Intent::Inform
        | Intent::Shortcut(_)
        | Intent::Digit(_)
        | Intent::Play
        | Intent::Stop => Direction::Right,
    }
}
