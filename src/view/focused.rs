//! How many elements show the focus: it must be one, whatever happens (FOC-1).
//!
//! Tests and the emulator's soak count it on the view-model; the box itself has no use for it.

use super::model::{Button, Chip, List, Screen, ViewModel};

/// How many elements show the focus; a dialog hides what is behind it.
pub fn focused(vm: &ViewModel) -> usize {
    if let Some(dialog) = &vm.dialog {
        let pad = dialog.pin.as_ref().map_or(0, |pad| buttons(&pad.keys));
        return buttons(&dialog.buttons) + pad;
    }
    let tabs = vm.chrome.tabs.iter().filter(|tab| tab.is_focused).count();
    let content = match &vm.screen {
        Screen::Message(screen) => buttons(&screen.buttons),
        Screen::SignIn(screen) => buttons(&screen.buttons),
        Screen::Join(screen) => {
            buttons(&screen.buttons) + usize::from(screen.consent.is_focused) + usize::from(screen.is_terms_focused)
        }
        Screen::Home(screen) => {
            let cards = screen.rows.iter().flat_map(|row| &row.cards).filter(|card| card.is_focused).count();
            cards + screen.panels.iter().filter(|panel| panel.is_focused).count()
        }
        Screen::Catalog(screen) => {
            let cards = screen.cards.iter().filter(|card| card.is_focused).count();
            cards + chips(&screen.chips) + buttons(&screen.buttons)
        }
        Screen::Offer(screen) => buttons(&screen.buttons),
        Screen::Basket(screen) => list(&screen.list) + buttons(&screen.buttons),
        Screen::Confirm(screen) => buttons(&screen.buttons),
        Screen::Processing(screen) => buttons(&screen.buttons),
        Screen::Outcome(screen) => buttons(&screen.buttons),
        Screen::Refusal(screen) => buttons(&screen.buttons),
        Screen::List(screen) => chips(&screen.chips) + list(&screen.list) + buttons(&screen.buttons),
        Screen::Status(screen) => chips(&screen.chips) + list(&screen.list) + buttons(&screen.buttons),
        Screen::About(screen) => buttons(&screen.buttons),
        Screen::Player(screen) => buttons(&screen.buttons),
        // All of it is what has the focus.
        Screen::Magnifier(_) => 1,
    };
    tabs + content
}

fn buttons(buttons: &[Button]) -> usize {
    buttons.iter().filter(|button| button.is_focused).count()
}

fn chips(chips: &[Chip]) -> usize {
    chips.iter().filter(|chip| chip.is_focused).count()
}

fn list(list: &List) -> usize {
    list.rows.iter().filter(|row| row.is_focused).count()
}
