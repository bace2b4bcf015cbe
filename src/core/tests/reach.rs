//! Every element of every screen is reached with arrows alone (FOC-2).

use std::collections::{BTreeSet, VecDeque};

use super::fixtures::*;
use super::focused::focused;
use super::support::*;
use crate::core::PlaceKind;
use crate::domain::{FailureKind, Reason};
use crate::view::model::{Button, Chip, List, Screen, ViewModel};

const ARROWS: [&str; 4] = ["UP", "DOWN", "LEFT", "RIGHT"];

fn counted(name: &str, count: usize) -> impl Iterator<Item = String> + use<'_> {
    (0..count).map(move |index| format!("{name} {index}"))
}

fn page(chips: &[Chip], list: &List, buttons: &[Button]) -> Vec<String> {
    // A strip that leads to pages of their own has one focus on each.
    let shown = chips.iter().position(|chip| chip.is_selected);
    let chip = shown.map(|index| format!("chip {index}"));
    chip.into_iter().chain(counted("row", list.total)).chain(counted("button", buttons.len())).collect()
}

/// What a viewer sees that can have the focus.
fn elements(vm: &ViewModel) -> Vec<String> {
    if let Some(dialog) = &vm.dialog {
        let keys = dialog.pin.as_ref().map_or(0, |pad| pad.keys.len());
        return counted("button", dialog.buttons.len()).chain(counted("key", keys)).collect();
    }
    let content = match &vm.screen {
        Screen::Home(screen) => {
            let cards = screen.rows.iter().map(|row| format!("row {} card {}", row.index, row.total - 1));
            counted("panel", screen.panels.len()).chain(cards).collect()
        }
        Screen::Catalog(screen) => {
            let cards = counted("card", screen.total);
            cards.chain(counted("chip", screen.chips.len())).chain(counted("button", screen.buttons.len())).collect()
        }
        Screen::List(screen) => page(&screen.chips, &screen.list, &screen.buttons),
        Screen::Status(screen) => page(&screen.chips, &screen.list, &screen.buttons),
        Screen::Basket(screen) => page(&[], &screen.list, &screen.buttons),
        Screen::Join(screen) => {
            counted("button", screen.buttons.len()).chain(["terms", "row 0"].map(str::to_owned)).collect()
        }
        Screen::Message(screen) => counted("button", screen.buttons.len()).collect(),
        Screen::SignIn(screen) => counted("button", screen.buttons.len()).collect(),
        Screen::Offer(screen) => counted("button", screen.buttons.len()).collect(),
        Screen::Confirm(screen) => counted("button", screen.buttons.len()).collect(),
        Screen::Processing(screen) => counted("button", screen.buttons.len()).collect(),
        Screen::Outcome(screen) => counted("button", screen.buttons.len()).collect(),
        Screen::Refusal(screen) => counted("button", screen.buttons.len()).collect(),
        Screen::About(screen) => counted("button", screen.buttons.len()).collect(),
        Screen::Player(screen) => counted("button", screen.buttons.len()).collect(),
        Screen::Magnifier(_) => Vec::new(),
    };
    counted("tab", vm.chrome.tabs.len()).chain(content).collect()
}

/// Every focus that arrows lead to on this screen.
fn reached(start: &Journey) -> BTreeSet<String> {
    let place = start.place();
    let mut seen = BTreeSet::new();
    let mut next = VecDeque::from([start.clone()]);
    while let Some(journey) = next.pop_front() {
        let focus = focused(&journey.vm()).join(", ");
        if journey.place() != place || !seen.insert(focus) {
            continue;
        }
        next.extend(ARROWS.map(|arrow| {
            let mut journey = journey.clone();
            journey.keys(arrow);
            journey
        }));
    }
    seen
}

#[test]
fn foc_2_arrows_alone_reach_every_element_of_every_screen() {
    let at = |start: Journey, keys: &str, place: PlaceKind| {
        let mut journey = start;
        journey.keys(keys).serve().expect_place(place);
        journey
    };
    let mut refused = World::default();
    refused.change("f1", |offer| *offer = refused_for(offer.clone(), vec![Reason::Debt { roubles: Some(450) }]));
    let mut failed = home();
    failed.keys("UP OK").fail_all(&FailureKind::NoConnection);
    let journeys = [
        home(),
        home_of(World::with_film()),
        home_of(World::not_enrolled()),
        at(home(), "GREEN", PlaceKind::Home),
        at(home(), "UP UP RIGHT OK", PlaceKind::Catalog),
        at(home(), "7", PlaceKind::Catalog),
        at(home(), "OK", PlaceKind::Offer),
        at(home_of(refused.clone()), "DOWN OK", PlaceKind::Offer),
        at(home_of(refused), "DOWN OK OK", PlaceKind::Refusal),
        at(home(), "GREEN RIGHT GREEN RIGHT GREEN YELLOW", PlaceKind::Basket),
        at_confirmation(),
        ordered(),
        at(home(), "UP UP RIGHT*2 OK", PlaceKind::MyOptions),
        at(home(), "UP UP RIGHT*3 OK", PlaceKind::Status),
        at(home(), "UP OK", PlaceKind::History),
        at(at(home(), "UP OK", PlaceKind::History), "UP RIGHT DOWN", PlaceKind::History),
        failed,
        at(home(), "MENU", PlaceKind::Settings),
        at(home(), "MENU DOWN*8 OK", PlaceKind::About),
        at(home(), "BACK", PlaceKind::Home),
        signed_out(),
    ];
    for journey in journeys {
        let (wanted, reached) = (elements(&journey.vm()), reached(&journey));
        let missing: Vec<&String> = wanted.iter().filter(|one| !reached.contains(*one)).collect();
        assert!(missing.is_empty(), "{}: {missing:?} of {wanted:?}", journey.told());
        assert!(!wanted.is_empty(), "{}", journey.told());
    }
}
