//! Counts what has the focus on the screen (FOC-1).

use crate::view::model::{Button, Card, Chip, Dialog, List, ListRow, Screen, ViewModel};

/// The names of everything that has the focus; a dialog takes it from the screen.
pub(crate) fn focused(shown: &ViewModel) -> Vec<String> {
    if let Some(dialog) = &shown.dialog {
        return in_dialog(dialog);
    }
    let tabs = shown.chrome.tabs.iter().enumerate().filter(|(_, tab)| tab.is_focused);
    let mut found: Vec<String> = tabs.map(|(index, _)| format!("tab {index}")).collect();
    found.extend(in_screen(&shown.screen));
    found
}

fn in_dialog(dialog: &Dialog) -> Vec<String> {
    let keys = dialog.pin.iter().flat_map(|pad| pad.keys.iter().enumerate());
    let keys = keys.filter(|(_, key)| key.is_focused).map(|(index, _)| format!("key {index}"));
    keys.chain(buttons(&dialog.buttons)).collect()
}

fn buttons(all: &[Button]) -> Vec<String> {
    all.iter().enumerate().filter(|(_, button)| button.is_focused).map(|(index, _)| format!("button {index}")).collect()
}

fn cards(all: &[Card]) -> Vec<String> {
    all.iter().filter(|card| card.is_focused).map(|card| format!("card {}", card.index)).collect()
}

fn chips(all: &[Chip]) -> Vec<String> {
    all.iter().enumerate().filter(|(_, chip)| chip.is_focused).map(|(index, _)| format!("chip {index}")).collect()
}

fn row(row: &ListRow) -> Option<String> {
    row.is_focused.then(|| format!("row {}", row.index))
}

/// A focused row must stand in the visible part of the screen's own window.
fn list(list: &List) -> Vec<String> {
    list.rows.iter().filter_map(row).collect()
}

fn in_screen(screen: &Screen) -> Vec<String> {
    match screen {
        Screen::Message(screen) => buttons(&screen.buttons),
        Screen::SignIn(screen) => buttons(&screen.buttons),
        Screen::Join(screen) => {
            let terms = screen.is_terms_focused.then(|| "terms".to_owned());
            terms.into_iter().chain(row(&screen.consent)).chain(buttons(&screen.buttons)).collect()
        }
        Screen::Home(screen) => {
            let panels = screen.panels.iter().enumerate().filter(|(_, panel)| panel.is_focused);
            let panels = panels.map(|(index, _)| format!("panel {index}"));
            let rows = screen.rows.iter().flat_map(|row| {
                cards(&row.cards).into_iter().map(|card| format!("row {} {card}", row.index)).collect::<Vec<_>>()
            });
            panels.chain(rows).collect()
        }
        Screen::Catalog(screen) => {
            [chips(&screen.chips), cards(&screen.cards), buttons(&screen.buttons)].into_iter().flatten().collect()
        }
        Screen::Offer(screen) => buttons(&screen.buttons),
        Screen::Basket(screen) => list(&screen.list).into_iter().chain(buttons(&screen.buttons)).collect(),
        Screen::Confirm(screen) => screen.lines.iter().filter_map(row).chain(buttons(&screen.buttons)).collect(),
        Screen::Processing(screen) => buttons(&screen.buttons),
        Screen::Outcome(screen) => screen.lines.iter().filter_map(row).chain(buttons(&screen.buttons)).collect(),
        Screen::Refusal(screen) => buttons(&screen.buttons),
        Screen::List(screen) => {
            [chips(&screen.chips), list(&screen.list), buttons(&screen.buttons)].into_iter().flatten().collect()
        }
        Screen::Status(screen) => {
            [chips(&screen.chips), list(&screen.list), buttons(&screen.buttons)].into_iter().flatten().collect()
        }
        Screen::About(screen) => buttons(&screen.buttons),
        Screen::Player(screen) => buttons(&screen.buttons),
        Screen::Magnifier(_) => vec!["magnified".to_owned()],
    }
}
