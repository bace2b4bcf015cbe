//! The element tree: what the viewer sees, out of the view-model, with names that do not depend on the language.
//!
//! Bounds come from the window, where each element is looked for by its words; an element that the window does not
//! draw by itself has none.

use serde::Serialize;

use crate::Television;
use crate::elements::AccessibleElement;
use bonus_tv::core::{Dialog, PlaceKind};
use bonus_tv::view::text::Text;

use super::screens::Builder;

/// An element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Node {
    /// Its name; no two elements of a tree have the same.
    pub(crate) id: String,
    /// What it is.
    pub(crate) role: Role,
    /// Its words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) label: String,
    /// Its value beside the words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) value: String,
    /// Whether it has the focus.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) focused: bool,
    /// Whether it is the one that is chosen, or is ticked.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) selected: bool,
    /// Whether OK does nothing on it.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) disabled: bool,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bounds: Option<Bounds>,
    /// What it holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) children: Vec<Node>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// A rectangle in pixels of the picture; it may lie beside the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Bounds {
    /// The left edge.
    pub(crate) x: i32,
    /// The upper edge.
    pub(crate) y: i32,
    /// The width.
    pub(crate) width: i32,
    /// The height.
    pub(crate) height: i32,
}

/// What an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Role {
    /// The whole picture.
    Screen,
    /// A part of it.
    Group,
    /// A dialog.
    Dialog,
    /// A tab or a chip.
    Tab,
    /// A button.
    Button,
    /// A list.
    List,
    /// A line or a card of a list.
    ListItem,
    /// Words.
    Text,
}

impl Role {
    /// Every role.
    pub(crate) const ALL: [Self; 8] =
        [Self::Screen, Self::Group, Self::Dialog, Self::Tab, Self::Button, Self::List, Self::ListItem, Self::Text];

    /// Its name, which is also that of its XML element.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Dialog => "dialog",
            Self::Tab => "tab",
            Self::Button => "button",
            Self::List => "list",
            Self::ListItem => "list-item",
            Self::Text => "text",
        }
    }
}

impl Node {
    pub(super) fn new(id: impl Into<String>, role: Role, label: String) -> Self {
        Self {
            id: id.into(),
            role,
            label,
            value: String::new(),
            focused: false,
            selected: false,
            disabled: false,
            bounds: None,
            children: Vec::new(),
        }
    }

    /// The element with the focus.
    pub(crate) fn focused(&self) -> Option<&Self> {
        self.find(&|node| node.focused)
    }

    /// The first element that fits, from the top down.
    pub(crate) fn find(&self, fits: &impl Fn(&Self) -> bool) -> Option<&Self> {
        if fits(self) {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(fits))
    }

    /// Calls back for every element, from the top down.
    pub(crate) fn visit(&self, each: &mut impl FnMut(&Self)) {
        each(self);
        for child in &self.children {
            child.visit(each);
        }
    }

    pub(super) fn visit_mut(&mut self, each: &mut impl FnMut(&mut Self)) {
        each(self);
        for child in &mut self.children {
            child.visit_mut(each);
        }
    }

    /// Label and value.
    pub(crate) fn text(&self) -> String {
        [&self.label, &self.value].into_iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    }

    /// Everything that can be read, from the top down.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut lines = Vec::new();
        self.visit(&mut |node| {
            let line = node.text();
            if !line.is_empty() {
                lines.push(line);
            }
        });
        lines
    }
}

/// The name of the screen.
pub(crate) fn screen_name(television: &Television) -> String {
    format!("{:?}", television.app().place().kind())
}

/// The names of all screens.
pub(crate) fn screen_names() -> impl Iterator<Item = String> {
    PlaceKind::ALL.into_iter().map(|kind| format!("{kind:?}"))
}

/// The name of the dialog.
pub(crate) fn dialog_name(television: &Television) -> Option<String> {
    let name = match television.app().dialog()? {
        Dialog::OrderDamaged => "OrderDamaged",
        Dialog::Exit { .. } => "Exit",
        Dialog::SignOut { .. } => "SignOut",
        Dialog::RenewalOn { .. } => "RenewalOn",
        Dialog::Pin { .. } => "Pin",
    };
    Some(name.to_owned())
}

/// The balance on the screen.
pub(crate) fn balance(television: &Television) -> Option<i64> {
    television.app().data.account.as_ref().and_then(|account| i64::try_from(account.balance.get()).ok())
}

/// The tree of what is on the screen now.
pub(crate) fn build(television: &Television) -> Node {
    let mut root = Builder::new(television).root(&television.view());
    name_apart(&mut root);
    let (width, _) = television.size();
    place(&mut root, &television.elements(), width as f32 / 1920.0);
    let (width, height) = television.size();
    let whole = [width, height].map(|side| i32::try_from(side).unwrap_or(i32::MAX));
    root.bounds = Some(Bounds { x: 0, y: 0, width: whole[0], height: whole[1] });
    root
}

/// A second element of the same name gets a number.
fn name_apart(root: &mut Node) {
    let mut seen = std::collections::HashMap::<String, u32>::new();
    root.visit_mut(&mut |node| {
        let count = seen.entry(node.id.clone()).or_default();
        *count += 1;
        if *count > 1 {
            node.id = format!("{}#{count}", node.id);
        }
    });
}

/// Gives elements the bounds of the window's element with the same words, each to one.
fn place(root: &mut Node, elements: &[AccessibleElement], scale: f32) {
    let mut free: Vec<Option<&AccessibleElement>> = elements.iter().map(Some).collect();
    for is_strict in [true, false] {
        root.visit_mut(&mut |node| {
            if node.bounds.is_some() || node.label.is_empty() {
                return;
            }
            let fits = |found: &&AccessibleElement| {
                found.label == node.label && (!is_strict || found.role == slint_role(node.role))
            };
            if let Some(slot) = free.iter_mut().find(|slot| slot.as_ref().is_some_and(fits))
                && let Some(found) = slot.take()
            {
                // The words that a button is labelled with are no other element's; a group's words are.
                if found.role != slint_role(Role::Group) {
                    for slot in &mut free {
                        let is_its_own = |inner: &mut &AccessibleElement| {
                            inner.role == slint_role(Role::Text)
                                && inner.label == found.label
                                && is_inside(inner, found)
                        };
                        slot.take_if(is_its_own);
                    }
                }
                let pixels = |length: f32| (length * scale).round() as i32;
                node.bounds = Some(Bounds {
                    x: pixels(found.x),
                    y: pixels(found.y),
                    width: pixels(found.width),
                    height: pixels(found.height),
                });
            }
        });
    }
}

fn is_inside(inner: &AccessibleElement, outer: &AccessibleElement) -> bool {
    let fits = |at: f32, size: f32, from: f32, room: f32| at >= from && at + size <= from + room;
    fits(inner.x, inner.width, outer.x, outer.width) && fits(inner.y, inner.height, outer.y, outer.height)
}

fn slint_role(role: Role) -> &'static str {
    match role {
        Role::Screen | Role::Group | Role::Dialog => "groupbox",
        Role::Tab => "tab",
        Role::Button => "button",
        Role::List => "list",
        Role::ListItem => "list-item",
        Role::Text => "text",
    }
}

/// `kind:name` with the name of the message, or else the number.
pub(super) fn named(kind: &str, text: &Text, index: usize) -> String {
    match text {
        Text::Message { msg, .. } => {
            let name = kebab(msg.name());
            let name = name.strip_prefix(&format!("{kind}-")).unwrap_or(&name);
            format!("{kind}:{name}")
        }
        Text::Plain(_) | Text::Number { .. } | Text::Empty => format!("{kind}:{index}"),
    }
}

pub(super) fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::*;
    use bonus_tv::view::message::Msg;

    #[test]
    fn names_do_not_depend_on_the_language() {
        assert_eq!(named("button", &Msg::ButtonExchange.into(), 3), "button:exchange");
        assert_eq!(named("tab", &Msg::TabMyOptions.into(), 3), "tab:my-options");
        assert_eq!(named("button", &Text::plain("7"), 3), "button:3");
    }

    #[test]
    fn a_second_element_of_a_name_is_told_apart() {
        let mut root = Node::new("a", Role::Screen, String::new());
        root.children = vec![Node::new("b", Role::Text, String::new()), Node::new("b", Role::Text, String::new())];
        name_apart(&mut root);
        assert_eq!(root.children[1].id, "b#2");
        assert_eq!(Role::ALL.len(), 8);
    }
}
