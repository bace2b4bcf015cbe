//! Names of the elements of the interface, for reports of tests and of QA.

use std::ops::ControlFlow;

use i_slint_backend_testing::{ElementHandle, ElementRoot};
use i_slint_core::accessibility::{AccessibleStringProperty, accessible_descendents};
use i_slint_core::item_tree::ItemRc;
use i_slint_core::window::WindowInner;
use slint::{ComponentHandle, LogicalPosition, LogicalSize};

/// Something that can have the focus, where it stands in the layout.
#[derive(Debug, Clone, PartialEq)]
pub struct FocusBox {
    /// The component: `ActionButton`, `OfferCard`.
    pub kind: String,
    /// Its label.
    pub label: String,
    /// Its place in its list, if it stands in one.
    pub index: Option<usize>,
    /// Whether it is marked: for tabs and chips as the one that is shown, else as the one with the focus.
    pub is_marked: bool,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// Everything that can have the focus, in the order in which it is drawn; nothing in a release, which knows no names.
pub(crate) fn focus_boxes(window: &impl ComponentHandle) -> Vec<FocusBox> {
    let mut boxes = Vec::new();
    let _: Option<()> = window.root_element().visit_descendants(|element| {
        if let Some(is_marked) = element.accessible_item_selected() {
            let (from, room) = (element.absolute_position(), element.size());
            boxes.push(FocusBox {
                kind: element.type_name().unwrap_or_default().to_string(),
                label: element.accessible_label().unwrap_or_default().to_string(),
                index: element.accessible_item_index(),
                is_marked,
                x: from.x,
                y: from.y,
                width: room.width,
                height: room.height,
            });
        }
        ControlFlow::Continue(())
    });
    boxes
}

/// Something on the window that says what it is to a screen reader. A release has these, too.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessibleElement {
    /// Its role by Slint's name, such as `button` or `list-item`.
    pub role: String,
    /// Its words.
    pub label: String,
    /// The left edge in pixels of the layout.
    pub x: f32,
    /// The upper edge in pixels of the layout.
    pub y: f32,
    /// The width in pixels of the layout.
    pub width: f32,
    /// The height in pixels of the layout.
    pub height: f32,
}

/// Everything that has a role.
pub(crate) fn accessible(window: &slint::Window) -> Vec<AccessibleElement> {
    let mut found = Vec::new();
    if let Some(root) = WindowInner::from_pub(window).try_component() {
        collect(&ItemRc::new_root(root), &mut found);
    }
    found
}

fn collect(parent: &ItemRc, found: &mut Vec<AccessibleElement>) {
    for item in accessible_descendents(parent) {
        let geometry = item.geometry();
        let at = item.map_to_window(geometry.origin);
        let label = item.accessible_string_property(AccessibleStringProperty::Label).unwrap_or_default();
        found.push(AccessibleElement {
            role: item.accessible_role().to_string(),
            label: label.into(),
            x: at.x,
            y: at.y,
            width: geometry.size.width,
            height: geometry.size.height,
        });
        collect(&item, found);
    }
}

/// The smallest element that covers the rectangle, or else the smallest that covers its centre:
/// `TopBar::clock-txt «12:05»`. A release has no names of elements; there it is always `None`.
pub(crate) fn innermost(window: &impl ComponentHandle, at: LogicalPosition, size: LogicalSize) -> Option<String> {
    let centre = LogicalPosition::new(at.x + size.width / 2.0, at.y + size.height / 2.0);
    smallest(window, at, size).or_else(|| smallest(window, centre, LogicalSize::new(0.0, 0.0)))
}

fn smallest(window: &impl ComponentHandle, at: LogicalPosition, size: LogicalSize) -> Option<String> {
    let mut best: Option<(f32, ElementHandle)> = None;
    let _: Option<()> = window.root_element().visit_descendants(|element| {
        let (from, room) = (element.absolute_position(), element.size());
        let covers = from.x <= at.x
            && from.y <= at.y
            && at.x + size.width <= from.x + room.width
            && at.y + size.height <= from.y + room.height;
        let area = room.width * room.height;
        // Of elements that are as large as each other, the later one lies inside the earlier one.
        if covers && best.as_ref().is_none_or(|(least, _)| area <= *least) {
            best = Some((area, element));
        }
        ControlFlow::Continue(())
    });
    best.map(|(_, element)| name(&element))
}

fn name(element: &ElementHandle) -> String {
    let id = element.id().filter(|id| !id.is_empty()).or_else(|| element.type_name()).unwrap_or_default();
    let label = element.accessible_label().unwrap_or_default();
    if label.is_empty() { id.to_string() } else { format!("{id} «{label}»") }
}
