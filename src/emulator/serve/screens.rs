//! Each screen's elements: from the view-model's parts to nodes with names.

use crate::Television;
use bonus_tv::core::App;
use bonus_tv::view::model::{Button, Card, Chip, Fact, List, ListKind, ListRow, Message, Screen, ViewModel};
use bonus_tv::view::text::Text;

use super::tree::{Node, Role, kebab, named, screen_name};

/// Makes nodes out of a view-model.
pub(super) struct Builder<'a> {
    television: &'a Television,
    app: &'a App,
}

impl<'a> Builder<'a> {
    pub(super) fn new(television: &'a Television) -> Self {
        Self { television, app: television.app() }
    }

    fn words(&self, text: &Text) -> String {
        if text.is_empty() { String::new() } else { self.television.words(text) }
    }

    fn text(&self, id: &str, text: &Text) -> Option<Node> {
        (!text.is_empty()).then(|| Node::new(id, Role::Text, self.words(text)))
    }

    fn valued(&self, id: &str, label: &Text, value: &Text) -> Option<Node> {
        let mut node = Node::new(id, Role::Text, self.words(label));
        node.value = self.words(value);
        (!node.label.is_empty() || !node.value.is_empty()).then_some(node)
    }

    /// The whole picture.
    pub(super) fn root(&self, vm: &ViewModel) -> Node {
        let mut root = Node::new(screen_name(self.television), Role::Screen, String::new());
        let chrome = &vm.chrome;
        let mut bar = Node::new("bar", Role::Group, String::new());
        bar.children.extend(self.text("brand", &chrome.brand));
        for tab in &chrome.tabs {
            let mut node = Node::new(named("tab", &tab.label, 0), Role::Tab, self.words(&tab.label));
            node.value = self.words(&tab.badge);
            (node.selected, node.focused) = (tab.is_selected, tab.is_focused && vm.dialog.is_none());
            bar.children.push(node);
        }
        bar.children.extend(self.valued("balance", &chrome.balance_unit, &chrome.balance));
        bar.children.extend(self.text("clock", &chrome.clock));
        root.children.push(bar);
        root.children.extend(chrome.banner.as_ref().and_then(|banner| self.text("banner", &banner.text)));
        let mut content = self.screen(&vm.screen);
        if vm.dialog.is_some() {
            // What lies behind a dialog has no focus.
            content.iter_mut().for_each(|node| node.visit_mut(&mut |node| node.focused = false));
        }
        root.children.append(&mut content);
        root.children.extend(chrome.notice.as_ref().and_then(|notice| self.text("notice", &notice.text)));
        if let Some(dialog) = &vm.dialog {
            let mut node = Node::new("dialog", Role::Dialog, self.words(&dialog.title));
            node.children.extend(self.text("dialog-body", &dialog.body));
            if let Some(pad) = &dialog.pin {
                let mut entered = Node::new("pin-digits", Role::Text, String::new());
                entered.value = format!("{}/{}", pad.entered, pad.length);
                node.children.push(entered);
                node.children.extend(self.text("pin-error", &pad.error));
                node.children.extend(self.buttons_as("pin-key", &pad.keys));
            }
            node.children.extend(self.buttons(&dialog.buttons));
            root.children.push(node);
        }
        for hint in &chrome.hints {
            let id = format!("hint:{}", kebab(&format!("{:?}", hint.key)));
            root.children.extend(self.text(&id, &hint.label));
        }
        root
    }

    fn screen(&self, screen: &Screen) -> Vec<Node> {
        let mut nodes = Vec::new();
        match screen {
            Screen::Message(screen) => {
                nodes.extend(self.message(Some(&screen.message)));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::SignIn(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.lines("step", &screen.steps));
                nodes.extend(self.text("address", &screen.address));
                nodes.extend(self.text("code", &screen.code));
                nodes.extend(self.text("status", &screen.status));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Join(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.valued("gift", &screen.gift_note, &screen.gift));
                let mut terms = Node::new("terms", Role::Group, self.words(&screen.terms_position));
                terms.focused = screen.is_terms_focused;
                terms.children.extend(self.lines("paragraph", &screen.terms));
                nodes.push(terms);
                nodes.push(self.row("consent", &screen.consent));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Home(screen) => {
                let hero = &screen.hero;
                let mut node = Node::new("hero", Role::Group, self.words(&hero.title));
                for (id, text) in [
                    ("hero-meta", &hero.meta),
                    ("hero-description", &hero.description),
                    ("hero-price", &hero.price),
                    ("hero-base-price", &hero.base_price),
                ] {
                    node.children.extend(self.text(id, text));
                }
                nodes.push(node);
                for (index, panel) in screen.panels.iter().enumerate() {
                    let mut node =
                        Node::new(named("panel", &panel.label, index), Role::Button, self.words(&panel.label));
                    node.value = [&panel.value, &panel.note].map(|text| self.words(text)).join(" ").trim().to_owned();
                    node.focused = panel.is_focused;
                    nodes.push(node);
                }
                for row in &screen.rows {
                    let mut node = Node::new(format!("row:{}", row.index), Role::List, self.words(&row.title));
                    node.value = self.words(&row.position);
                    node.children = row.cards.iter().map(|card| self.card(card)).collect();
                    nodes.push(node);
                }
            }
            Screen::Catalog(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.chips(&screen.chips));
                nodes.extend(self.text("letters", &screen.letters));
                nodes.extend(self.text("position", &screen.position));
                nodes.extend(screen.cards.iter().map(|card| self.card(card)));
                nodes.extend(self.message(screen.message.as_ref()));
                nodes.extend(self.buttons(&screen.buttons));
                nodes.extend(self.text("qr-note", &screen.qr_note));
            }
            Screen::Offer(screen) => {
                for (id, text) in [
                    ("title", &screen.title),
                    ("meta", &screen.meta),
                    ("description", &screen.description),
                    ("price", &screen.price),
                    ("base-price", &screen.base_price),
                    ("discount", &screen.discount),
                ] {
                    nodes.extend(self.text(id, text));
                }
                nodes.extend(self.facts(&screen.facts));
                nodes.extend(self.lines("warning", &screen.warnings));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Basket(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.list(&screen.list));
                nodes.extend(self.facts(&screen.facts));
                nodes.extend(self.lines("warning", &screen.warnings));
                nodes.extend(self.message(screen.message.as_ref()));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Confirm(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(screen.lines.iter().map(|row| self.row(&format!("line:{}", row.index), row)));
                nodes.extend(self.facts(&screen.facts));
                nodes.extend(self.text("warning", &screen.warning));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Processing(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.text("lead", &screen.lead));
                nodes.extend(self.text("support-code", &screen.code));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Outcome(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.text("lead", &screen.lead));
                nodes.extend(screen.lines.iter().map(|row| self.row(&format!("line:{}", row.index), row)));
                nodes.extend(self.facts(&screen.facts));
                nodes.extend(self.text("promo-code", &screen.promo_code));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Refusal(screen) => {
                nodes.extend(self.text("title", &screen.title));
                for (index, cause) in screen.causes.iter().enumerate() {
                    nodes.extend(self.valued(&named("cause", &cause.title, index), &cause.title, &cause.advice));
                }
                nodes.extend(self.text("position", &screen.position));
                nodes.extend(self.text("support-code", &screen.code));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::List(screen) if screen.kind == ListKind::Settings => {
                nodes.extend(self.text("title", &screen.title));
                // Which of them there are depends on the box.
                nodes.extend(self.list_of(&screen.list, |row| named("item", &row.title, row.index)));
            }
            Screen::List(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.text("lead", &screen.lead));
                nodes.extend(self.chips(&screen.chips));
                nodes.extend(self.text("position", &screen.position));
                nodes.extend(self.list(&screen.list));
                nodes.extend(self.message(screen.message.as_ref()));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Status(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.chips(&screen.chips));
                for (index, step) in screen.steps.iter().enumerate() {
                    let mut node = Node::new(named("status", &step.name, index), Role::Text, self.words(&step.name));
                    node.value = self.words(&step.discount);
                    node.selected = step.is_current;
                    nodes.push(node);
                }
                nodes.extend(self.text("lead", &screen.lead));
                nodes.extend(self.text("earn-title", &screen.earn_title));
                nodes.extend(self.list(&screen.list));
                nodes.extend(self.message(screen.message.as_ref()));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Magnifier(screen) => {
                nodes.extend(self.text("magnified", &screen.title).map(|node| Node { focused: true, ..node }));
                nodes.extend(self.text("value", &screen.value));
                nodes.extend(self.text("line", &screen.line));
            }
            Screen::About(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.text("code", &screen.code));
                nodes.extend(self.facts(&screen.facts));
                nodes.extend(self.lines("paragraph", &screen.paragraphs));
                nodes.extend(self.buttons(&screen.buttons));
            }
            Screen::Player(screen) => {
                nodes.extend(self.text("title", &screen.title));
                nodes.extend(self.text("elapsed", &screen.elapsed));
                nodes.extend(self.text("note", &screen.note));
                nodes.extend(self.buttons(&screen.buttons));
            }
        }
        nodes
    }

    fn lines(&self, id: &str, lines: &[Text]) -> Vec<Node> {
        lines.iter().enumerate().filter_map(|(index, line)| self.text(&format!("{id}:{index}"), line)).collect()
    }

    fn message(&self, message: Option<&Message>) -> Vec<Node> {
        let Some(message) = message else { return Vec::new() };
        let title = self.valued("message", &message.title, &message.advice);
        title.into_iter().chain(self.text("support-code", &message.code)).collect()
    }

    fn facts(&self, facts: &[Fact]) -> Vec<Node> {
        let named =
            |(index, fact): (usize, &Fact)| self.valued(&named("fact", &fact.label, index), &fact.label, &fact.value);
        facts.iter().enumerate().filter_map(named).collect()
    }

    fn buttons(&self, buttons: &[Button]) -> Vec<Node> {
        let node = |(index, button): (usize, &Button)| self.button(named("button", &button.label, index), button);
        buttons.iter().enumerate().map(node).collect()
    }

    fn buttons_as(&self, id: &str, buttons: &[Button]) -> Vec<Node> {
        let node = |(index, button): (usize, &Button)| self.button(format!("{id}:{index}"), button);
        buttons.iter().enumerate().map(node).collect()
    }

    fn button(&self, id: String, button: &Button) -> Node {
        let mut node = Node::new(id, Role::Button, self.words(&button.label));
        (node.focused, node.disabled) = (button.is_focused, !button.is_enabled);
        node
    }

    fn chips(&self, chips: &[Chip]) -> Vec<Node> {
        let node = |(index, chip): (usize, &Chip)| {
            let mut node = Node::new(named("chip", &chip.label, index), Role::Tab, self.words(&chip.label));
            (node.focused, node.selected) = (chip.is_focused, chip.is_selected);
            node
        };
        chips.iter().enumerate().map(node).collect()
    }

    fn list(&self, list: &List) -> Option<Node> {
        self.list_of(list, |row| format!("item:{}", row.index))
    }

    fn list_of(&self, list: &List, id: impl Fn(&ListRow) -> String) -> Option<Node> {
        let mut node = Node::new("list", Role::List, String::new());
        node.children = list.rows.iter().map(|row| self.row(&id(row), row)).collect();
        (!node.children.is_empty()).then_some(node)
    }

    fn row(&self, id: &str, row: &ListRow) -> Node {
        let mut node = Node::new(id, Role::ListItem, self.words(&row.title));
        let parts = [&row.subtitle, &row.value, &row.action].map(|text| self.words(text));
        node.value = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        (node.focused, node.disabled) = (row.is_focused, !row.is_enabled);
        node.selected = row.tick == Some(true);
        node
    }

    fn card(&self, card: &Card) -> Node {
        let title = self.words(&card.title);
        let id = self.offer_of(card).unwrap_or_else(|| format!("card:{}", card.index));
        let mut node = Node::new(id, Role::ListItem, title);
        let parts = [&card.caption, &card.badge].map(|text| self.words(text));
        node.value = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        node.focused = card.is_focused;
        node
    }

    /// The offer of a card: the one with its title and its picture.
    fn offer_of(&self, card: &Card) -> Option<String> {
        if card.is_focused
            && let Some(id) = self.app.focused_offer()
        {
            return Some(format!("offer:{}", id.as_str()));
        }
        let Text::Plain(title) = &card.title else { return None };
        let offers = &self.app.data.shelf.catalog().offers;
        let has_title = |offer: &&std::sync::Arc<bonus_tv::domain::Offer>| offer.title == *title;
        let has_picture = |offer: &&std::sync::Arc<bonus_tv::domain::Offer>| {
            card.image.as_ref().map(|image| &image.id) == offer.image.as_ref()
        };
        let exact = offers.iter().filter(has_title).find(has_picture);
        let offer = exact.or_else(|| offers.iter().find(has_title))?;
        Some(format!("offer:{}", offer.id.as_str()))
    }
}
