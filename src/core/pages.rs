//! Lists that come page by page, and how they end: servers repeat pages, send them round in a ring, or change
//! what they list in the middle.

use std::collections::HashSet;

/// What has come of a list, so that nothing stands in it twice and it is not asked for without end.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Trail {
    ids: HashSet<String>,
    cursors: HashSet<String>,
}

impl Trail {
    /// The items of a page that did not come before.
    pub(crate) fn unseen<T>(&mut self, items: Vec<T>, id: impl Fn(&T) -> &str) -> Vec<T> {
        items.into_iter().filter(|item| self.ids.insert(id(item).to_owned())).collect()
    }

    /// Where the list goes on after a page that was asked for with `asked`. A page that brought nothing new ends the
    /// list, and so does a cursor that was there before.
    pub(crate) fn next(&mut self, asked: Option<&str>, brought: usize, next: Option<String>) -> Option<String> {
        self.cursors.extend(asked.map(str::to_owned));
        next.filter(|next| brought > 0 && !self.cursors.contains(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_where_it_repeats_itself() {
        let mut trail = Trail::default();
        assert_eq!(trail.unseen(vec!["a", "b", "a"], |id| id), ["a", "b"]);
        assert_eq!(trail.next(None, 2, Some("1".to_owned())).as_deref(), Some("1"));
        assert_eq!(trail.unseen(vec!["b", "c"], |id| id), ["c"]);
        assert_eq!(trail.next(Some("1"), 1, Some("2".to_owned())).as_deref(), Some("2"));
        assert_eq!(trail.next(Some("2"), 1, Some("1".to_owned())), None, "a ring");
        assert_eq!(trail.next(Some("2"), 1, Some("2".to_owned())), None, "a cursor that leads back to itself");
        assert_eq!(trail.next(Some("3"), 0, Some("4".to_owned())), None, "nothing new");
    }
}
