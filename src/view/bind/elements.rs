//! Names of the elements of the interface, for reports of tests and of QA.

use std::ops::ControlFlow;

use i_slint_backend_testing::{ElementHandle, ElementRoot};
use slint::{LogicalPosition, LogicalSize};

use super::ui;

/// The smallest element that covers the rectangle, or else the smallest that covers its centre.
pub(super) fn innermost(window: &ui::AppWindow, at: LogicalPosition, size: LogicalSize) -> Option<String> {
    let centre = LogicalPosition::new(at.x + size.width / 2.0, at.y + size.height / 2.0);
    smallest(window, at, size).or_else(|| smallest(window, centre, LogicalSize::new(0.0, 0.0)))
}

fn smallest(window: &ui::AppWindow, at: LogicalPosition, size: LogicalSize) -> Option<String> {
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
