//! What is said of the element with the focus: its words, its state and its place among its neighbours.

use super::super::message::Msg;
use super::super::model::{Button, Card, Chip, Dialog, List, ListKind, ListRow, Panel, Screen, Tab, ViewModel};
use super::super::text::Text;
use super::page::magnified;
use super::{Item, Part, pair};

/// The focused element, and what holds it.
type Focus = (Text, Item);

const NOTHING: Text = Text::Empty;

pub(super) fn in_dialog(dialog: &Dialog) -> Focus {
    let pad = dialog.pin.iter().flat_map(|pad| &pad.keys).find(|key| key.is_focused);
    match pad {
        // A key of the pad is named by the voice as it is by the picture.
        Some(key) if key.label == Text::plain("⌫") => (NOTHING, Item::of([Msg::SpokenErase.into()])),
        Some(key) => (NOTHING, Item { key: vec![key.label.clone()], parts: vec![Part::Secret(key.label.clone())] }),
        None => (NOTHING, buttons(&dialog.buttons).unwrap_or_default()),
    }
}

/// How many digits of a PIN are entered, never which.
pub(super) fn progress(dialog: &Dialog) -> Text {
    let Some(pad) = &dialog.pin else { return Text::Empty };
    Text::with(Msg::SpokenPin, [pad.entered, pad.length].map(|count| Text::plain(count.to_string())))
}

pub(super) fn on_screen(vm: &ViewModel) -> Focus {
    if let Some(item) = tab(&vm.chrome.tabs) {
        return (NOTHING, item);
    }
    let (group, item) = match &vm.screen {
        Screen::Message(screen) => (NOTHING, buttons(&screen.buttons)),
        Screen::SignIn(screen) => (NOTHING, buttons(&screen.buttons)),
        Screen::Join(screen) if screen.is_terms_focused => {
            (NOTHING, Some(Item::of([screen.terms_position.clone()]).with(screen.terms.first().cloned())))
        }
        Screen::Join(screen) if screen.consent.is_focused => (NOTHING, Some(row(&screen.consent, 1, Value::Told))),
        Screen::Join(screen) => (NOTHING, buttons(&screen.buttons)),
        Screen::Home(screen) => {
            let row = screen.rows.iter().find(|row| row.cards.iter().any(|card| card.is_focused));
            match row {
                Some(row) => (row.title.clone(), cards(&row.cards, row.total)),
                None => (NOTHING, screen.panels.iter().find(|panel| panel.is_focused).map(panel)),
            }
        }
        Screen::Catalog(screen) => (
            NOTHING,
            cards(&screen.cards, screen.total).or_else(|| chips(&screen.chips)).or_else(|| buttons(&screen.buttons)),
        ),
        Screen::Offer(screen) => (NOTHING, buttons(&screen.buttons)),
        Screen::Basket(screen) => (NOTHING, list(&screen.list, Value::Told).or_else(|| buttons(&screen.buttons))),
        Screen::Confirm(screen) => (NOTHING, buttons(&screen.buttons)),
        Screen::Processing(screen) => (NOTHING, buttons(&screen.buttons)),
        Screen::Outcome(screen) => (NOTHING, buttons(&screen.buttons)),
        Screen::Refusal(screen) => (NOTHING, buttons(&screen.buttons)),
        Screen::List(screen) if screen.kind == ListKind::Settings => (NOTHING, list(&screen.list, Value::Chosen)),
        Screen::List(screen) => (
            NOTHING,
            list(&screen.list, Value::Told).or_else(|| chips(&screen.chips)).or_else(|| buttons(&screen.buttons)),
        ),
        Screen::Status(screen) => (
            NOTHING,
            list(&screen.list, Value::Told).or_else(|| chips(&screen.chips)).or_else(|| buttons(&screen.buttons)),
        ),
        Screen::About(screen) => (NOTHING, buttons(&screen.buttons)),
        Screen::Magnifier(screen) => (NOTHING, Some(magnified(screen))),
        Screen::Player(screen) => (NOTHING, buttons(&screen.buttons)),
    };
    (group, item.unwrap_or_default())
}

fn place(index: usize, total: usize) -> Text {
    Text::with(Msg::Position, [index + 1, total].map(|number| Text::plain(number.to_string())))
}

fn tab(tabs: &[Tab]) -> Option<Item> {
    let (index, tab) = tabs.iter().enumerate().find(|(_, tab)| tab.is_focused)?;
    let named = Text::with(Msg::SpokenTab, [tab.label.clone()]);
    Some(Item::of([named]).with([tab.badge.clone(), place(index, tabs.len())]))
}

fn chips(chips: &[Chip]) -> Option<Item> {
    let (index, chip) = chips.iter().enumerate().find(|(_, chip)| chip.is_focused)?;
    let shown = chip.is_selected.then(|| Msg::SpokenShown.into());
    Some(Item::of([Text::with(Msg::SpokenTab, [chip.label.clone()])]).with(shown).with([place(index, chips.len())]))
}

fn buttons(buttons: &[Button]) -> Option<Item> {
    let (index, button) = buttons.iter().enumerate().find(|(_, button)| button.is_focused)?;
    let unavailable = (!button.is_enabled).then(|| Msg::SpokenUnavailable.into());
    let of = (buttons.len() > 1).then(|| place(index, buttons.len()));
    Some(Item::of([Text::with(Msg::SpokenButton, [button.label.clone()])]).with(unavailable).with(of))
}

fn cards(cards: &[Card], total: usize) -> Option<Item> {
    let card = cards.iter().find(|card| card.is_focused)?;
    let place = place(card.index, total);
    // A mark is said when it comes; the caption may be a time that runs.
    let mut item = Item::of([card.title.clone(), card.badge.clone()]).with([card.caption.clone(), place.clone()]);
    item.key.push(place);
    Some(item)
}

fn panel(panel: &Panel) -> Item {
    Item::of([pair(Msg::SpokenFact, &panel.label, &panel.value)]).with([panel.note.clone()])
}

/// What the text at the right of a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    /// Something that is told, and may be a time that runs.
    Told,
    /// What the viewer has chosen: said when it is another.
    Chosen,
}

fn list(list: &List, value: Value) -> Option<Item> {
    list.rows.iter().find(|row| row.is_focused).map(|found| row(found, list.total, value))
}

fn row(row: &ListRow, total: usize, value: Value) -> Item {
    let tick = row.tick.map(|is_ticked| if is_ticked { Msg::SpokenTicked } else { Msg::SpokenUnticked }.into());
    let mut item = Item::of([row.title.clone()].into_iter().chain(tick));
    if value == Value::Chosen {
        item.key.push(row.value.clone());
    }
    let of = (total > 1).then(|| place(row.index, total));
    item.key.extend(of.clone());
    item.with([row.value.clone(), row.subtitle.clone(), row.action.clone()]).with(of)
}
