//! The basket and the last question before points are spent (PUR-1 to PUR-3).

use std::time::Duration;

use crate::domain::{OrderLine, PinUse, Points};
use crate::input::{Colour, Direction, Intent};

use super::super::app::{App, Turn};
use super::super::dialog::move_in_row;
use super::super::keys::Handled;
use super::super::order::lines_total;
use super::super::{Cursor, Notice, PinPurpose, Place, PlaceKind, Resource};
use super::results::{RefusalPlace, scroll};
use super::{Zone, layout};

/// The basket's focus.
#[derive(Debug, Clone, PartialEq)]
pub struct BasketPlace {
    /// What has the focus.
    pub zone: Zone,
    /// The focused option.
    pub cursor: Cursor,
    /// The focused button: exchange, clear.
    pub button: usize,
}

/// The last question; its lines and prices are what the viewer sees and what is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmPlace {
    /// What is ordered at which price.
    pub lines: Vec<OrderLine>,
    /// What it costs together.
    pub total: Points,
    /// The balance before.
    pub balance: Points,
    /// The focused button: 0 cancels, 1 exchanges.
    pub button: usize,
    /// The first line in sight; Up and Down move it where there are more than fit.
    pub first_line: usize,
    shown_at: Option<Duration>,
}

/// How many of so many lines are in sight where `most` fit: if those are not all, one row tells of the others.
pub(crate) fn lines_in_sight(total: usize, most: usize) -> usize {
    if total > most { most.saturating_sub(1) } else { total }
}

/// OK counts only this long after the question stood on the screen (PUR-3).
const GUARD: Duration = Duration::from_millis(300);
/// Buttons of the basket: exchange, clear.
const BASKET_BUTTONS: usize = 2;

impl App {
    /// Opens the basket; its first focus is the exchange.
    pub(crate) fn open_basket(&mut self, turn: &mut Turn) {
        self.push(Place::Basket(BasketPlace { zone: Zone::Buttons, cursor: Cursor::default(), button: 0 }));
        self.freshen(Resource::Account, super::home::FRESH, turn);
    }

    /// Shows the basket above what the viewer looks at, so that Back leads there again (BACK-1).
    pub(crate) fn visit_basket(&mut self, turn: &mut Turn) {
        match self.stack.iter().position(|page| page.place.kind() == PlaceKind::Basket) {
            Some(at) => self.stack.truncate(at + 1),
            None => {
                // Other rewards were opened from there; with it, home would be too far (BACK-2).
                self.stack.retain(|page| page.place.kind() != PlaceKind::Settings);
                self.open_basket(turn);
            }
        }
    }

    pub(crate) fn settle_basket(&mut self) {
        let (total, lines) = (self.basket_offers().len(), layout::basket_rows(self.settings.text_size));
        if let Some(Place::Basket(place)) = self.place_mut() {
            place.cursor.reveal(total, lines);
        }
    }

    pub(crate) fn basket_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let (total, lines) = (self.basket_offers().len(), layout::basket_rows(self.settings.text_size));
        let Some(Place::Basket(place)) = self.place_mut() else { return Handled::No };
        match (place.zone, intent) {
            (Zone::Buttons, Intent::Activate) => {
                if place.button == 0 {
                    self.confirm_basket(turn);
                } else {
                    self.basket.clear();
                }
                Handled::Yes
            }
            (Zone::Buttons, Intent::Move(Direction::Up)) if place.button > 0 => {
                place.button -= 1;
                Handled::Yes
            }
            (Zone::Buttons, Intent::Move(Direction::Down)) if place.button + 1 < BASKET_BUTTONS => {
                place.button += 1;
                Handled::Yes
            }
            (Zone::Buttons, Intent::Move(Direction::Left)) if total > 0 => {
                place.zone = Zone::Content;
                Handled::Yes
            }
            (Zone::Content | Zone::Chips, Intent::Move(Direction::Right)) => {
                place.zone = Zone::Buttons;
                Handled::Yes
            }
            (Zone::Content | Zone::Chips, Intent::Move(Direction::Up)) => {
                Handled::when(place.cursor.step(-1, total, lines))
            }
            (Zone::Content | Zone::Chips, Intent::Move(Direction::Down)) => {
                Handled::when(place.cursor.step(1, total, lines))
            }
            (Zone::Content | Zone::Chips, Intent::Activate | Intent::Shortcut(Colour::Green)) => {
                if let Some(id) = self.focused_offer() {
                    self.toggle_in_basket(&id, turn);
                }
                Handled::Yes
            }
            (Zone::Content | Zone::Chips, Intent::Inform) => {
                if let Some(id) = self.focused_offer() {
                    self.open_offer(&id, turn);
                }
                Handled::Yes
            }
            _ => Handled::No,
        }
    }

    /// The basket as an order; `None` while a price is missing.
    pub fn basket_lines(&self) -> Option<Vec<OrderLine>> {
        let lines = self.basket_offers().into_iter().map(|offer| {
            let expected_price = offer.price?;
            Some(OrderLine { offer_id: offer.id.clone(), title: offer.title.clone(), expected_price })
        });
        lines.collect()
    }

    fn confirm_basket(&mut self, turn: &mut Turn) {
        if let Some(block) = self.spend_block() {
            self.notify(Notice::Blocked(block), turn);
            return;
        }
        match self.basket_lines() {
            Some(lines) => self.open_confirm(lines),
            None => self.notify(Notice::NotForBasket, turn),
        }
    }

    /// Asks the last question, unless it is known that the order can only be refused: then it is said why (PUR-8).
    pub(crate) fn open_confirm(&mut self, lines: Vec<OrderLine>) {
        let obstacles = self.obstacles(&lines);
        if !obstacles.is_empty() {
            self.push(Place::Refusal(RefusalPlace::explained_for(obstacles.iter())));
            return;
        }
        let Some(total) = lines_total(&lines) else { return };
        let Some(account) = &self.data.account else { return };
        let balance = account.balance;
        if lines.is_empty() {
            return;
        }
        self.push(Place::Confirm(ConfirmPlace { lines, total, balance, button: 0, first_line: 0, shown_at: None }));
    }

    /// The question stands on the screen.
    pub(crate) fn confirm_presented(&mut self, turn: &mut Turn) {
        if let Some(Place::Confirm(place)) = self.place_mut()
            && place.shown_at.is_none()
        {
            place.shown_at = Some(turn.now.monotonic);
        }
    }

    /// Until when the last question ignores OK (PUR-3): `None` where there is none, or before it stood on the screen.
    pub fn guard_until(&self) -> Option<Duration> {
        match self.place() {
            Place::Confirm(place) => place.shown_at.map(|at| at + GUARD),
            _ => None,
        }
    }

    /// Whether one of the offers is for adults; one that is not known any more may have been.
    pub fn holds_adult_offer(&self, lines: &[OrderLine]) -> bool {
        lines.iter().any(|line| self.data.shelf.offer(&line.offer_id).is_none_or(|offer| offer.is_adult()))
    }

    pub(crate) fn confirm_key(&mut self, intent: Intent, turn: &mut Turn) -> Handled {
        let most = layout::lines(self.settings.text_size);
        let Some(Place::Confirm(place)) = self.place_mut() else { return Handled::No };
        if intent != Intent::Activate {
            let total = place.lines.len();
            let has_scrolled = scroll(&mut place.first_line, total, lines_in_sight(total, most), intent);
            return Handled::when(has_scrolled || move_in_row(&mut place.button, 2, intent));
        }
        let has_settled = place.shown_at.is_some_and(|at| turn.now.monotonic.saturating_sub(at) >= GUARD);
        if !has_settled {
            return Handled::No;
        }
        if place.button == 0 {
            self.pop(turn);
            return Handled::Yes;
        }
        let lines = place.lines.clone();
        if let Some(block) = self.spend_block() {
            self.notify(Notice::Blocked(block), turn);
            return Handled::Yes;
        }
        // The points may have gone elsewhere while the question stood there.
        let obstacles = self.obstacles(&lines);
        if !obstacles.is_empty() {
            self.replace(Place::Refusal(RefusalPlace::explained_for(obstacles.iter())));
            return Handled::Yes;
        }
        let wants_pin = self.holds_adult_offer(&lines) || self.settings.pin_use == PinUse::EveryExchange;
        if !wants_pin {
            self.place_order(lines, turn);
        } else if self.has_pin {
            self.ask_pin(PinPurpose::Order(lines));
        } else {
            self.open_phone_check(Some(lines), turn);
        }
        Handled::Yes
    }
}
