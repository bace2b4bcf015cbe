//! What is said of a screen or a dialog when it opens.

use super::super::message::Msg;
use super::super::model::{Dialog, Fact, List, ListRow, MagnifierScreen, Message, Screen, StatusStep, Tone, ViewModel};
use super::super::text::Text;
use super::{Item, pair};

pub(super) fn dialog(dialog: &Dialog) -> Item {
    Item::of([dialog.title.clone(), dialog.body.clone()])
}

/// The screen: its key is what makes it another one.
pub(super) fn page(vm: &ViewModel) -> Item {
    match &vm.screen {
        Screen::Message(screen) => message(&screen.message),
        Screen::SignIn(screen) => Item::of([screen.title.clone()])
            .with(screen.steps.clone())
            .with([screen.address.clone()])
            .with_code(&screen.code),
        Screen::Join(screen) => {
            Item::of([screen.title.clone()]).with([pair(Msg::SpokenPair, &screen.gift, &screen.gift_note)])
        }
        Screen::Home(_) => {
            let chrome = &vm.chrome;
            let tab = chrome.tabs.iter().find(|tab| tab.is_selected).map_or(Text::Empty, |tab| tab.label.clone());
            Item::of([tab]).with([pair(Msg::SpokenPair, &chrome.balance, &chrome.balance_unit)])
        }
        Screen::Catalog(screen) => {
            let chip = screen.chips.iter().find(|chip| chip.is_selected).map_or(Text::Empty, |chip| chip.label.clone());
            with_message(Item::of([screen.title.clone(), chip]), screen.message.as_ref()).with([screen.qr_note.clone()])
        }
        Screen::Offer(screen) => {
            let base = Some(screen.base_price.clone()).filter(|price| !price.is_empty());
            Item::of([screen.title.clone()])
                .with([screen.meta.clone(), screen.price.clone()])
                .with(base.map(|price| Text::with(Msg::SpokenInsteadOf, [price])))
                .with(screen.warnings.clone())
                .with([screen.description.clone()])
                .with(facts(&screen.facts))
        }
        Screen::Basket(screen) => with_message(Item::of([screen.title.clone()]), screen.message.as_ref())
            .with(lines(&screen.list))
            .with(facts(&screen.facts))
            .with(screen.warnings.clone()),
        // Whoever hears this spends something: all of it, and first what it is about.
        Screen::Confirm(screen) => Item::of([screen.title.clone(), screen.name.clone()])
            .with([screen.period.clone()])
            .with(screen.lines.iter().flat_map(line))
            .with(facts(&screen.facts))
            .with(screen.notes.clone())
            .with([screen.warning.clone()]),
        Screen::Processing(screen) => Item::of([screen.title.clone(), screen.lead.clone(), screen.code.clone()]),
        Screen::Outcome(screen) => Item::of([screen.title.clone()])
            .with([screen.lead.clone()])
            .with(screen.lines.iter().flat_map(line))
            .with(facts(&screen.facts))
            .with_code(&screen.promo_code),
        Screen::Refusal(screen) => Item::of([screen.title.clone()])
            .with(screen.causes.iter().flat_map(|cause| [cause.title.clone(), cause.advice.clone()]))
            .with([screen.code.clone()]),
        Screen::List(screen) => {
            let chip = screen.chips.iter().find(|chip| chip.is_selected).map_or(Text::Empty, |chip| chip.label.clone());
            with_message(Item::of([screen.title.clone(), chip]), screen.message.as_ref()).with([screen.lead.clone()])
        }
        Screen::Status(screen) => {
            let step = screen.steps.iter().find(|step| step.is_current);
            let step = step.map(|StatusStep { name, discount, .. }| [name.clone(), discount.clone()]);
            with_message(Item::of([screen.title.clone()]), screen.message.as_ref())
                .with(step.into_iter().flatten())
                .with([screen.lead.clone(), screen.earn_title.clone()])
        }
        Screen::About(screen) => Item::of([screen.title.clone()])
            .with(facts(&screen.facts))
            .with(screen.paragraphs.clone())
            .with_code(&screen.code),
        Screen::Magnifier(screen) => {
            let mut item = magnified(screen).with([screen.value.clone(), screen.line.clone()]);
            item.key.extend([screen.value.clone(), screen.line.clone()]);
            item
        }
        Screen::Player(screen) => Item::of([screen.title.clone(), screen.note.clone()]),
    }
}

/// The title of the magnifier.
pub(super) fn magnified(screen: &MagnifierScreen) -> Item {
    if screen.is_code { Item::default().with_code(&screen.title) } else { Item::of([screen.title.clone()]) }
}

/// What has gone wrong with a code on the screen.
pub(super) fn trouble(vm: &ViewModel) -> Option<&Text> {
    match &vm.screen {
        Screen::SignIn(screen) if screen.status_tone == Tone::Bad => Some(&screen.status),
        _ => None,
    }
}

fn message(message: &Message) -> Item {
    Item::of([message.title.clone(), message.advice.clone()]).with([message.code.clone()])
}

/// What stands in the place of the content makes it another screen: it loads, it is there, it failed.
fn with_message(item: Item, found: Option<&Message>) -> Item {
    let Some(found) = found else { return item };
    let Item { key, parts } = message(found);
    Item { key: item.key.into_iter().chain(key).collect(), parts: item.parts.into_iter().chain(parts).collect() }
}

fn facts(facts: &[Fact]) -> impl Iterator<Item = Text> {
    facts.iter().map(|fact| pair(Msg::SpokenFact, &fact.label, &fact.value))
}

fn lines(list: &List) -> impl Iterator<Item = Text> {
    list.rows.iter().flat_map(line)
}

fn line(row: &ListRow) -> [Text; 3] {
    [row.title.clone(), row.subtitle.clone(), row.value.clone()]
}
