//! Index arithmetic of lists: where the focus goes and what is scrolled into view.

/// A focus in a list, with the first visible element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The focused element.
    pub at: usize,
    /// The first visible element.
    pub first: usize,
}

impl Cursor {
    /// Moves by `delta` without wrapping round; `false` if it could not move.
    pub(crate) fn step(&mut self, delta: isize, total: usize, visible: usize) -> bool {
        let Some(target) = self.at.checked_add_signed(delta).filter(|at| *at < total) else { return false };
        self.at = target;
        self.reveal(total, visible);
        true
    }

    /// Moves by `delta` as far as the ends allow; `false` if it stands there already.
    pub(crate) fn jump(&mut self, delta: isize, total: usize, visible: usize) -> bool {
        let target = self.at.saturating_add_signed(delta).min(total.saturating_sub(1));
        let has_moved = target != self.at;
        self.at = target;
        self.reveal(total, visible);
        has_moved
    }

    /// Keeps the focus inside the list and inside the visible part.
    pub(crate) fn reveal(&mut self, total: usize, visible: usize) {
        self.at = self.at.min(total.saturating_sub(1));
        self.first = self.first.min(self.at).max((self.at + 1).saturating_sub(visible.max(1)));
        self.first = self.first.min(total.saturating_sub(visible.max(1)));
    }

    /// Stays with the focused element after the list changed: by its id, else at the nearest place.
    pub(crate) fn follow<T: PartialEq>(&mut self, before: &[T], after: &[T], visible: usize) {
        if let Some(found) = before.get(self.at).and_then(|id| after.iter().position(|other| other == id)) {
            let offset = self.at.saturating_sub(self.first);
            self.first = found.saturating_sub(offset);
            self.at = found;
        }
        self.reveal(after.len(), visible);
    }
}

/// The elements of a window: the visible ones and one more on each side.
pub(crate) fn window(cursor: Cursor, total: usize, visible: usize) -> std::ops::Range<usize> {
    let start = cursor.first.saturating_sub(1);
    start..(cursor.first + visible + 1).min(total).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn there_is_no_wrap_around() {
        let mut cursor = Cursor::default();
        assert!(!cursor.step(-1, 3, 2));
        assert!(cursor.step(1, 3, 2) && cursor.step(1, 3, 2));
        assert_eq!(cursor, Cursor { at: 2, first: 1 });
        assert!(!cursor.step(1, 3, 2));
    }

    #[test]
    fn a_page_stops_at_the_end() {
        let mut cursor = Cursor { at: 1, first: 0 };
        assert!(cursor.jump(5, 4, 2));
        assert_eq!(cursor, Cursor { at: 3, first: 2 });
        assert!(!cursor.jump(5, 4, 2));
    }

    #[test]
    fn the_focus_follows_its_element() {
        let mut cursor = Cursor { at: 2, first: 1 };
        cursor.follow(&["a", "b", "c"], &["x", "a", "b", "c"], 2);
        assert_eq!(cursor.at, 3);
        cursor.follow(&["x", "a", "b", "c"], &["x", "a"], 2);
        assert_eq!(cursor, Cursor { at: 1, first: 0 });
    }

    proptest! {
        #[test]
        fn the_focus_is_always_inside_and_visible(
            at in 0_usize..50, first in 0_usize..50, delta in -20_isize..20, total in 0_usize..40, visible in 1_usize..10
        ) {
            let mut cursor = Cursor { at, first };
            cursor.reveal(total, visible);
            cursor.jump(delta, total, visible);
            cursor.step(delta.signum(), total, visible);
            prop_assert!(total == 0 || cursor.at < total);
            prop_assert!(cursor.first <= cursor.at && cursor.at < cursor.first + visible);
            let window = window(cursor, total, visible);
            prop_assert!(total == 0 || window.contains(&cursor.at));
            prop_assert!(window.end <= total.max(window.start));
        }
    }
}
