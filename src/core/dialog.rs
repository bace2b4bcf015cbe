//! Dialogs: one question above everything, which takes every key until it is answered (FOC-5).

use std::time::Duration;

use crate::domain::{AdultOffers, EntitlementId, OrderLine, PinTime, PinUse, Renewal, RenewalSwitch, Secret};
use crate::input::{Direction, Intent, KeyEvent, Phase};

use super::app::{App, Turn};
use super::event::PinAnswer;
use super::keys::Handled;
use super::power::Power;
use super::settings::Choice;
use super::{DiskJob, Effect, Notice, Request, RequestId};

/// The open dialog.
#[derive(Debug, Clone, PartialEq)]
pub enum Dialog {
    /// An order of earlier cannot be read any more; it stays until somebody has read that (PUR-5).
    OrderDamaged,
    /// Leave the menu? Stay first.
    Exit {
        /// The focused answer.
        button: usize,
    },
    /// Sign out? Stay first.
    SignOut {
        /// The focused answer.
        button: usize,
    },
    /// Switch a paid renewal on? Not first (PUR-10).
    RenewalOn {
        /// Of what, and at what price.
        wish: RenewalWish,
        /// The focused answer.
        button: usize,
    },
    /// A PIN is entered.
    Pin {
        /// What for.
        purpose: PinPurpose,
        /// Which of its steps.
        stage: PinStage,
        /// The digits so far.
        digits: Secret,
        /// The focused key of the pad, 0 to 11.
        key: usize,
    },
}

/// What a PIN is entered for.
#[derive(Debug, Clone, PartialEq)]
pub enum PinPurpose {
    /// To make an order.
    Order(Vec<OrderLine>),
    /// To set one, which the member has allowed on the phone, then go on to make an order if there is one.
    Create(Option<Vec<OrderLine>>),
    /// To switch a paid renewal on.
    Renewal(RenewalWish),
    /// To choose another one next.
    Change,
    /// To set the other one.
    Replace,
    /// To remove it.
    Remove,
    /// To have it asked for less often.
    Relax,
    /// To browse what is for adults only again.
    ShowAdults,
}

/// A paid renewal that is to be switched on.
#[derive(Debug, Clone, PartialEq)]
pub struct RenewalWish {
    /// Of which entitlement.
    pub id: EntitlementId,
    /// Its title.
    pub title: String,
    /// What it costs.
    pub renewal: Renewal,
}

/// The steps of entering a PIN.
#[derive(Debug, Clone, PartialEq)]
pub enum PinStage {
    /// The digits are entered.
    Enter,
    /// They were wrong.
    Wrong {
        /// Tries left.
        left: u8,
    },
    /// A new PIN is entered again.
    Repeat {
        /// The first one.
        first: Secret,
    },
    /// The two new ones differed.
    Differed,
    /// It is being checked or stored; only the answer to this question counts.
    Checking(RequestId),
}

/// How far an order that cannot be read has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    /// There is none.
    None,
    /// Nobody has seen it: the dialog comes back after standby and after whatever else took it away.
    Untold,
    /// The dialog stands on a lit screen.
    Told,
}

/// Digits of a PIN.
pub(crate) const PIN_LENGTH: usize = 4;
/// Keys of the pad: 1 to 9, erase, 0, done.
const PAD_KEYS: usize = 12;
/// Backs this soon after the question opened are the same press going on (BACK-3).
const BACK_GUARD: Duration = Duration::from_millis(400);

impl App {
    /// Asks whether to leave.
    pub(crate) fn ask_exit(&mut self, turn: &mut Turn) {
        self.last_exit_back = Some(turn.now.monotonic);
        self.dialog = Some(Dialog::Exit { button: 0 });
    }

    /// Opens the pad.
    pub(crate) fn ask_pin(&mut self, purpose: PinPurpose) {
        self.dialog = Some(Dialog::Pin { purpose, stage: PinStage::Enter, digits: Secret::new(""), key: 0 });
    }

    /// Whether this key is part of a PIN and must stay out of every journal (PIN-1). The last digit closes the
    /// dialog, perhaps before it goes up.
    pub fn is_secret(&self, event: KeyEvent) -> bool {
        self.is_pin_asked() || self.secret_keys.contains(&event.key)
    }

    fn is_pin_asked(&self) -> bool {
        matches!(self.dialog, Some(Dialog::Pin { .. }))
    }

    /// Notes which keys went down in the PIN's dialog.
    pub(crate) fn note_secret(&mut self, event: KeyEvent) {
        let is_known = self.secret_keys.contains(&event.key);
        match event.phase {
            Phase::Down(_) if self.is_pin_asked() && !is_known => self.secret_keys.push(event.key),
            Phase::Down(_) | Phase::Still => {}
            Phase::Up => self.secret_keys.retain(|key| *key != event.key),
        }
    }

    /// Gives a key to the dialog.
    pub(crate) fn dialog_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        if intent == Intent::Back {
            let is_same_press = matches!(self.dialog, Some(Dialog::Exit { .. }))
                && self.last_exit_back.is_some_and(|at| turn.now.monotonic.saturating_sub(at) < BACK_GUARD);
            if !is_same_press {
                self.forget_damage(turn);
                self.dialog = None;
            }
            return Handled::Yes;
        }
        match &mut self.dialog {
            Some(Dialog::OrderDamaged) => {
                if intent != Intent::Activate {
                    return Handled::No;
                }
                self.forget_damage(turn);
                self.dialog = None;
                Handled::Yes
            }
            Some(Dialog::Exit { button }) => match intent {
                Intent::Activate => {
                    if *button == 1 {
                        turn.effects.push(Effect::Exit);
                    }
                    self.dialog = None;
                    Handled::Yes
                }
                other => Handled::when(move_in_row(button, 2, other)),
            },
            Some(Dialog::SignOut { button }) => match intent {
                Intent::Activate => {
                    let is_wanted = *button == 1;
                    self.dialog = None;
                    if is_wanted {
                        self.sign_out(turn);
                    }
                    Handled::Yes
                }
                other => Handled::when(move_in_row(button, 2, other)),
            },
            Some(Dialog::RenewalOn { wish, button }) => match intent {
                Intent::Activate => {
                    let wish = (*button == 1).then(|| wish.clone());
                    self.dialog = None;
                    if let Some(wish) = wish {
                        self.switch_on_guarded(wish, turn);
                    }
                    Handled::Yes
                }
                other => Handled::when(move_in_row(button, 2, other)),
            },
            Some(Dialog::Pin { .. }) => self.pin_key(intent, turn),
            None => Handled::No,
        }
    }

    /// Somebody has read that an order cannot be read: the next start need not tell again.
    fn forget_damage(&mut self, turn: &mut Turn) {
        if self.dialog == Some(Dialog::OrderDamaged) {
            self.damage = Damage::None;
            turn.effects.push(Effect::Disk(DiskJob::ForgetDamagedOrder));
        }
    }

    /// After every event: an order that cannot be read is told before anything else is asked.
    pub(crate) fn tell_damage(&mut self) {
        if self.damage != Damage::None && self.dialog.is_none() && self.power() == Power::On {
            self.damage = Damage::Untold;
            self.dialog = Some(Dialog::OrderDamaged);
        }
    }

    pub(crate) fn damage_presented(&mut self) {
        if self.dialog == Some(Dialog::OrderDamaged) && self.power() == Power::On && !self.is_dimmed {
            self.damage = Damage::Told;
        }
    }

    /// Whether a key that comes now was meant for what the viewer saw before the damage was told.
    pub(crate) fn is_damage_untold(&self) -> bool {
        self.dialog == Some(Dialog::OrderDamaged) && self.damage == Damage::Untold
    }

    fn sign_out(&mut self, turn: &mut Turn) {
        self.sign_out_here(turn);
        // The tokens are wiped by the client once it has tried to revoke them.
        self.call(Request::SignOut, turn);
        turn.effects.push(Effect::Disk(DiskJob::WipeMember));
    }

    /// Chooses when the PIN is asked for.
    pub(crate) fn use_pin(&mut self, pin_use: PinUse, turn: &mut Turn) {
        if self.settings.pin_use != pin_use {
            self.settings.pin_use = pin_use;
            turn.effects.push(Effect::Disk(DiskJob::StoreChoice(Choice::PinUse(pin_use))));
        }
    }

    fn pin_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let Some(Dialog::Pin { key, stage, .. }) = &mut self.dialog else { return Handled::No };
        if matches!(stage, PinStage::Checking(_)) {
            return Handled::No;
        }
        match intent {
            Intent::Digit(digit) => self.pin_digit(digit, turn),
            Intent::Activate => match *key {
                at @ 0..=8 => self.pin_digit(u8::try_from(at + 1).unwrap_or(0), turn),
                9 => self.pin_erase(),
                10 => self.pin_digit(0, turn),
                _ => self.pin_done(turn),
            },
            Intent::Move(direction) => {
                let (row, column) = (*key / 3, *key % 3);
                let target = match direction {
                    Direction::Left => column.checked_sub(1).map(|column| row * 3 + column),
                    Direction::Right => Some(column + 1).filter(|column| *column < 3).map(|column| row * 3 + column),
                    Direction::Up => key.checked_sub(3),
                    Direction::Down => Some(*key + 3).filter(|key| *key < PAD_KEYS),
                };
                if let Some(target) = target {
                    *key = target;
                }
                Handled::when(target.is_some())
            }
            Intent::Back
            | Intent::Leave
            | Intent::Menu
            | Intent::Inform
            | Intent::Shortcut(_)
            | Intent::PageUp
            | Intent::PageDown
            | Intent::Play
            | Intent::Stop => Handled::No,
        }
    }

    fn pin_digit(&mut self, digit: u8, turn: &mut Turn) -> Handled {
        let Some(Dialog::Pin { digits, stage, .. }) = &mut self.dialog else { return Handled::No };
        if digits.reveal().len() >= PIN_LENGTH {
            return Handled::No;
        }
        if matches!(stage, PinStage::Wrong { .. } | PinStage::Differed) {
            *stage = PinStage::Enter;
        }
        *digits = Secret::new(format!("{}{digit}", digits.reveal()));
        if digits.reveal().len() == PIN_LENGTH { self.pin_done(turn) } else { Handled::Yes }
    }

    fn pin_erase(&mut self) -> Handled {
        let Some(Dialog::Pin { digits, .. }) = &mut self.dialog else { return Handled::No };
        let kept = digits.reveal().len().checked_sub(1);
        if let Some(kept) = kept {
            *digits = Secret::new(digits.reveal().chars().take(kept).collect::<String>());
        }
        Handled::when(kept.is_some())
    }

    fn pin_done(&mut self, turn: &mut Turn) -> Handled {
        let id = self.next_request_id();
        let clocks = PinTime { running: turn.now.monotonic, server: self.time().known() };
        let Some(Dialog::Pin { purpose, stage, digits, .. }) = &mut self.dialog else { return Handled::No };
        if digits.reveal().len() < PIN_LENGTH {
            return Handled::No;
        }
        let entered = std::mem::replace(digits, Secret::new(""));
        match purpose {
            PinPurpose::Order(_)
            | PinPurpose::Renewal(_)
            | PinPurpose::Change
            | PinPurpose::Remove
            | PinPurpose::Relax
            | PinPurpose::ShowAdults => {
                *stage = PinStage::Checking(id);
                turn.effects.push(Effect::Disk(DiskJob::CheckPin { id, pin: entered, now: clocks }));
            }
            PinPurpose::Create(_) | PinPurpose::Replace => match stage {
                PinStage::Repeat { first } if *first == entered => {
                    *stage = PinStage::Checking(id);
                    turn.effects.push(Effect::Disk(DiskJob::SetPin { id, pin: Some(entered) }));
                }
                PinStage::Repeat { .. } => *stage = PinStage::Differed,
                PinStage::Enter | PinStage::Wrong { .. } | PinStage::Differed | PinStage::Checking(_) => {
                    *stage = PinStage::Repeat { first: entered };
                }
            },
        }
        Handled::Yes
    }

    /// Takes what became of a PIN.
    pub(crate) fn pin_answered(&mut self, id: RequestId, answer: PinAnswer, turn: &mut Turn) {
        match answer {
            PinAnswer::Stored => {
                self.has_pin = true;
                self.notify(Notice::PinStored, turn);
            }
            PinAnswer::Removed => {
                self.has_pin = false;
                self.use_pin(PinUse::AdultOnly, turn);
                self.notify(Notice::PinRemoved, turn);
            }
            PinAnswer::NotKept => self.notify(Notice::PinFailed, turn),
            PinAnswer::Right | PinAnswer::Wrong { .. } | PinAnswer::Locked { .. } | PinAnswer::NotChecked => {}
        }
        let Some(Dialog::Pin { purpose, stage, .. }) = &mut self.dialog else { return };
        if *stage != PinStage::Checking(id) {
            return;
        }
        match answer {
            PinAnswer::Right => match purpose.clone() {
                PinPurpose::Order(lines) => {
                    self.dialog = None;
                    self.place_order(lines, turn);
                }
                PinPurpose::Renewal(wish) => {
                    self.dialog = None;
                    self.switch_renewal(wish.id, RenewalSwitch::On, turn);
                }
                PinPurpose::Remove => {
                    self.dialog = None;
                    let id = self.next_request_id();
                    turn.effects.push(Effect::Disk(DiskJob::SetPin { id, pin: None }));
                }
                PinPurpose::Relax => {
                    self.dialog = None;
                    self.use_pin(PinUse::AdultOnly, turn);
                }
                PinPurpose::ShowAdults => {
                    self.dialog = None;
                    self.browse_adults(AdultOffers::Shown, turn);
                }
                PinPurpose::Change => self.ask_pin(PinPurpose::Replace),
                PinPurpose::Create(_) | PinPurpose::Replace => self.dialog = None,
            },
            PinAnswer::Wrong { left } => *stage = PinStage::Wrong { left },
            PinAnswer::Locked { left } => {
                self.dialog = None;
                let minutes = left.as_secs().div_ceil(60).max(1);
                self.notify(Notice::PinLocked { minutes }, turn);
            }
            PinAnswer::Stored => {
                let purpose = purpose.clone();
                self.dialog = None;
                match purpose {
                    PinPurpose::Create(Some(lines)) => self.place_order(lines, turn),
                    // A PIN of the settings guards everything that costs, until the viewer says otherwise (PIN-2).
                    PinPurpose::Create(None) => self.use_pin(PinUse::EveryExchange, turn),
                    PinPurpose::Order(_)
                    | PinPurpose::Renewal(_)
                    | PinPurpose::Change
                    | PinPurpose::Replace
                    | PinPurpose::Remove
                    | PinPurpose::Relax
                    | PinPurpose::ShowAdults => {}
                }
            }
            PinAnswer::Removed | PinAnswer::NotKept => self.dialog = None,
            PinAnswer::NotChecked => {
                self.dialog = None;
                self.notify(Notice::PinUnchecked, turn);
            }
        }
    }
}

/// Moves the focus in a row of buttons; `false` if it could not move.
pub(crate) fn move_in_row(at: &mut usize, total: usize, intent: Intent) -> bool {
    let target = match intent.arrow() {
        Some(Direction::Left) => at.checked_sub(1),
        Some(Direction::Right) => Some(*at + 1).filter(|next| *next < total),
        Some(Direction::Up | Direction::Down) | None => None,
    };
    if let Some(target) = target {
        *at = target;
    }
    target.is_some()
}
