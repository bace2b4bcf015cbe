//! The magnifier: what has the focus, in three pieces of large text.

use super::message::Msg;
use super::model::{Button, Card, Chip, Fact, List, ListRow, MagnifierScreen, Screen, Tab};
use super::text::Text;

/// What the magnifier shows of a screen.
pub(crate) fn magnifier(screen: &Screen, tabs: &[Tab]) -> MagnifierScreen {
    if let Some(tab) = tabs.iter().find(|tab| tab.is_focused) {
        return show(&tab.label, &tab.badge, &Text::Empty);
    }
    focused(screen).unwrap_or_else(|| show(&Text::Empty, &Text::Empty, &Text::Empty))
}

fn show(title: &Text, value: &Text, line: &Text) -> MagnifierScreen {
    MagnifierScreen { title: title.clone(), is_code: false, value: value.clone(), line: line.clone() }
}

fn code(code: &Text, value: &Text, line: &Text) -> MagnifierScreen {
    MagnifierScreen { is_code: true, ..show(code, value, line) }
}

fn focused(screen: &Screen) -> Option<MagnifierScreen> {
    const NONE: Text = Text::Empty;
    match screen {
        Screen::Message(screen) => Some(show(&screen.message.title, &button(&screen.buttons), &screen.message.advice)),
        Screen::SignIn(screen) => Some(code(&screen.code, &screen.address, &button(&screen.buttons))),
        Screen::Join(screen) if screen.is_terms_focused => Some(show(screen.terms.first()?, &NONE, &NONE)),
        Screen::Join(screen) if screen.consent.is_focused => Some(row(&screen.consent)),
        Screen::Join(screen) => Some(show(&button(&screen.buttons), &NONE, &screen.title)),
        Screen::Home(screen) => {
            let panel = screen.panels.iter().find(|panel| panel.is_focused);
            let row = screen.rows.iter().find_map(|row| card(&row.cards, &row.title));
            row.or_else(|| panel.map(|panel| show(&panel.value, &panel.label, &panel.note)))
        }
        Screen::Catalog(screen) => {
            let chip = screen.chips.iter().find(|chip| chip.is_focused);
            card(&screen.cards, &Text::Empty)
                .or_else(|| chip.map(|chip| show(&chip.label, &screen.position, &screen.title)))
                .or_else(|| Some(show(&button(&screen.buttons), &NONE, &screen.message.as_ref()?.title)))
        }
        Screen::Offer(screen) => Some(show(&screen.title, &screen.price, &button(&screen.buttons))),
        Screen::Basket(screen) => list(&screen.list.rows)
            .or_else(|| Some(show(&button(&screen.buttons), &fact(&screen.facts), &screen.title))),
        Screen::Confirm(screen) => {
            let name = if screen.name.is_empty() { &screen.title } else { &screen.name };
            Some(show(name, &fact(&screen.facts), &button(&screen.buttons)))
        }
        Screen::Processing(screen) => Some(show(&screen.title, &button(&screen.buttons), &screen.lead)),
        Screen::Outcome(screen) if !screen.promo_code.is_empty() => {
            Some(code(&screen.promo_code, &screen.title, &button(&screen.buttons)))
        }
        Screen::Outcome(screen) => Some(show(&screen.title, &screen.lead, &button(&screen.buttons))),
        Screen::Refusal(screen) => Some(show(&screen.causes.first()?.title, &button(&screen.buttons), &screen.title)),
        Screen::List(screen) => Some(line(&screen.list, &screen.chips, &screen.buttons, &screen.title)),
        Screen::Status(screen) => Some(line(&screen.list, &screen.chips, &screen.buttons, &screen.title)),
        Screen::About(screen) if !screen.code.is_empty() => {
            Some(code(&screen.code, &screen.title, &button(&screen.buttons)))
        }
        Screen::About(screen) => Some(show(&screen.title, &fact(&screen.facts), &button(&screen.buttons))),
        Screen::Player(screen) => Some(show(&screen.title, &screen.elapsed, &button(&screen.buttons))),
        Screen::Magnifier(_) => None,
    }
}

/// The focus of a page that is a list: a line, a choice above it, or a button.
fn line(lines: &List, chips: &[Chip], buttons: &[Button], title: &Text) -> MagnifierScreen {
    let chip = chips.iter().find(|chip| chip.is_focused);
    list(&lines.rows).unwrap_or_else(|| {
        let label = chip.map_or_else(|| button(buttons), |chip| chip.label.clone());
        show(&label, &Text::Empty, title)
    })
}

fn button(buttons: &[Button]) -> Text {
    buttons.iter().find(|button| button.is_focused).map_or(Text::Empty, |button| button.label.clone())
}

fn card(cards: &[Card], of: &Text) -> Option<MagnifierScreen> {
    let card = cards.iter().find(|card| card.is_focused)?;
    Some(show(&card.title, &card.caption, if card.badge.is_empty() { of } else { &card.badge }))
}

fn list(rows: &[ListRow]) -> Option<MagnifierScreen> {
    rows.iter().find(|row| row.is_focused).map(row)
}

fn row(row: &ListRow) -> MagnifierScreen {
    show(&row.title, &row.value, &row.subtitle)
}

/// What is charged, or whatever else comes first.
fn fact(facts: &[Fact]) -> Text {
    facts.first().map_or(Text::Empty, |fact| Text::with(Msg::SpokenFact, [fact.label.clone(), fact.value.clone()]))
}
