//! Walks the focus to an element by keys alone, as a viewer with a remote would.

use bonus_tv::input::{Direction, RemoteKey};

use super::engine::{BoxHandle, Gone, Pressed};
use super::tree::{self, Bounds, Node};

/// A walk of more keys has lost its way.
const MOST_KEYS: usize = 120;

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    /// The element has the focus.
    There,
    /// No such element is on the screen.
    Unknown,
    /// The keys do not lead there.
    Lost,
}

/// Walks to the element with this id.
///
/// # Errors
/// The box is gone.
pub(crate) async fn walk_to(tv: &BoxHandle, id: &str) -> Result<Walk, Gone> {
    let _turn = tv.keys().await;
    let mut is_pushed_back = false;
    for _ in 0..MOST_KEYS {
        let tree = tv.ask(|engine| tree::build(engine.television())).await?;
        let Some(target) = tree.find(&|node| node.id == id) else { return Ok(Walk::Unknown) };
        if target.focused {
            return Ok(Walk::There);
        }
        let Some(keys) = tree.focused().and_then(|from| ways(from, target)) else { return Ok(Walk::Lost) };
        let Some(key) = keys.get(usize::from(is_pushed_back)).copied().flatten() else { return Ok(Walk::Lost) };
        let pressed = tv.ask(move |engine| engine.press(RemoteKey::Arrow(key), None)).await?;
        tv.settle().await?;
        // A key that led nowhere is followed by the other way.
        is_pushed_back = matches!(pressed, Pressed::Ignored(_)) && !is_pushed_back;
    }
    Ok(Walk::Lost)
}

/// The keys that lead nearer, the better one first.
fn ways(from: &Node, to: &Node) -> Option<[Option<Direction>; 2]> {
    let (from, to) = (from.bounds?, to.bounds?);
    let centre = |bounds: Bounds| (bounds.x + bounds.width / 2, bounds.y + bounds.height / 2);
    let ((x, y), (to_x, to_y)) = (centre(from), centre(to));
    let is_beside = to_y > from.y && to_y < from.y + from.height || y > to.y && y < to.y + to.height;
    let across = match to_x.cmp(&x) {
        std::cmp::Ordering::Less => Some(Direction::Left),
        std::cmp::Ordering::Greater => Some(Direction::Right),
        std::cmp::Ordering::Equal => None,
    };
    let along = match to_y.cmp(&y) {
        std::cmp::Ordering::Less => Some(Direction::Up),
        std::cmp::Ordering::Greater => Some(Direction::Down),
        std::cmp::Ordering::Equal => None,
    };
    let ways = if is_beside { [across, along] } else { [along, across] };
    Some(if ways[0].is_none() { [ways[1], None] } else { ways })
}
