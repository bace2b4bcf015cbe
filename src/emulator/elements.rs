//! Names of the elements of the interface, for reports of tests and of QA.

use std::ops::ControlFlow;

use i_slint_backend_testing::{ElementHandle, ElementRoot};
use i_slint_core::accessibility::{AccessibleStringProperty, accessible_descendents};
use i_slint_core::item_rendering::RenderText;
use i_slint_core::item_tree::{ItemRc, ParentItemTraversalMode};
use i_slint_core::items::{ComplexText, SimpleText, TextHorizontalAlignment, TextVerticalAlignment, TextWrap};
use i_slint_core::lengths::{LogicalLength, LogicalRect};
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

/// Words on the window, where they stand in the layout.
#[derive(Debug, Clone, PartialEq)]
pub struct TextBox {
    /// All of them, also where an ellipsis stands for some.
    pub words: String,
    /// The left edge of what is drawn.
    pub x: f32,
    /// Its upper edge.
    pub y: f32,
    /// Its width.
    pub width: f32,
    /// Its height, with the room that the lines keep above and below their letters.
    pub height: f32,
    /// Height of a line.
    pub line: f32,
    /// Whether some of the words are not drawn: for want of room, or beyond the edge of what holds them.
    pub is_cut: bool,
}

/// All words that are drawn, at least in part, in the order of drawing.
pub(crate) fn texts(window: &slint::Window) -> Vec<TextBox> {
    let mut found = Vec::new();
    if let Some(root) = WindowInner::from_pub(window).try_component() {
        collect_texts(&ItemRc::new_root(root), &mut found);
    }
    found
}

fn collect_texts(item: &ItemRc, found: &mut Vec<TextBox>) {
    let text = item.downcast::<ComplexText>().and_then(|text| text_box(item, text.as_pin_ref()));
    found.extend(text.or_else(|| item.downcast::<SimpleText>().and_then(|text| text_box(item, text.as_pin_ref()))));
    let mut child = item.first_child();
    while let Some(item) = child {
        collect_texts(&item, found);
        child = item.next_sibling();
    }
}

fn text_box<T: RenderText>(item: &ItemRc, text: std::pin::Pin<&T>) -> Option<TextBox> {
    let words = match text.text() {
        i_slint_core::item_rendering::PlainOrStyledText::Plain(words) => words.to_string(),
        _ => return None,
    };
    let adapter = item.window_adapter()?;
    let (room, wrap) = (item.geometry().size, text.wrap());
    let widest = (wrap != TextWrap::NoWrap).then(|| LogicalLength::new(room.width));
    let wanted = adapter.renderer().text_size(text, item, widest, wrap);
    let line = adapter.renderer().text_size(text, item, None, TextWrap::NoWrap).height;
    let (width, height) = (wanted.width.min(room.width), wanted.height.min(room.height));
    let (across, along) = text.alignment();
    let x = match across {
        TextHorizontalAlignment::Center => (room.width - width) / 2.0,
        TextHorizontalAlignment::Right | TextHorizontalAlignment::End => room.width - width,
        _ => 0.0,
    };
    let y = match along {
        TextVerticalAlignment::Center => (room.height - height) / 2.0,
        TextVerticalAlignment::Bottom => room.height - height,
        _ => 0.0,
    };
    let at = item.map_to_window(item.geometry().origin);
    let drawn = LogicalRect::new((at.x + x, at.y + y).into(), (width, height).into());
    let seen = seen(item, drawn)?;
    if words.is_empty() || seen.width() < 1.0 || seen.height() < 1.0 {
        return None;
    }
    // Half a line's leading may fall outside, and no letter with it.
    let is_wide = wrap == TextWrap::NoWrap && wanted.width > room.width + 1.0;
    let is_short = is_wide || wanted.height > room.height + line * 0.2;
    let is_clipped = seen.width() < drawn.width() - 1.0 || seen.height() < drawn.height() - line * 0.2;
    Some(TextBox {
        words,
        x: seen.origin.x,
        y: seen.origin.y,
        width: seen.width(),
        height: seen.height(),
        line,
        is_cut: is_short || is_clipped,
    })
}

/// What of a rectangle is left inside everything that clips.
fn seen(item: &ItemRc, rectangle: LogicalRect) -> Option<LogicalRect> {
    let mut left = rectangle.intersection(&LogicalRect::new((0.0, 0.0).into(), (1920.0, 1080.0).into()))?;
    let mut parent = item.parent_item(ParentItemTraversalMode::StopAtPopups);
    while let Some(holder) = parent {
        if holder.borrow().as_ref().clips_children() {
            let geometry = holder.geometry();
            left = left.intersection(&LogicalRect::new(holder.map_to_window(geometry.origin), geometry.size))?;
        }
        parent = holder.parent_item(ParentItemTraversalMode::StopAtPopups);
    }
    Some(left)
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
