"""Walks the focus to an element with the keys of the remote, as a viewer would."""

from __future__ import annotations

from collections.abc import Callable

from bonus_tv_qa.box import Box
from bonus_tv_qa.errors import ElementNotFound, FocusLost
from bonus_tv_qa.values import Change, Node, Tree

#: A walk of more keys has lost its way.
_MOST_KEYS = 200


def press(box: Box, key: str) -> Change:
    """Presses a key, and once more if the first time only lit the picture."""
    change = box.press(key)
    return box.press(key) if change.ignored == "woke" else change


def walk_to(box: Box, id: str) -> Node:
    """Walks to the element with this id, which is on the screen or scrolled off it.

    Raises `ElementNotFound` if there is none, `FocusLost` if the keys do not lead there.
    """
    path: list[str] = []
    tried: set[tuple[str, str]] = set()
    for _ in range(_MOST_KEYS):
        tree = box.tree()
        target = tree.find(id)
        if target is None:
            raise ElementNotFound(_not_found(id, tree, path))
        if target.focused:
            return target
        focus = tree.focused
        if focus is None:
            raise FocusLost(f"nothing has the focus on the way to {id}: {_words(path)}")
        key = next((key for key in _ways(focus, target) if (focus.id, key) not in tried), None)
        if key is None:
            raise FocusLost(f"no key leads from {focus.id} to {id}: {_words(path)}")
        change = press(box, key)
        # A way that was taken once and led nowhere, or in a circle, is not taken again.
        tried.add((focus.id, key))
        path.append(f"{focus.id} {key}" + (f" ({change.ignored})" if change.ignored else ""))
    raise FocusLost(f"{id} has no focus after {_MOST_KEYS} keys: {_words(path)}")


def walk_until(box: Box, key: str, is_there: Callable[[Tree], bool], what: str) -> Tree:
    """Presses one key again and again until the tree fits.

    Raises `ElementNotFound` as soon as the key leads no further.
    """
    for _ in range(_MOST_KEYS):
        tree = box.tree()
        if is_there(tree):
            return tree
        if press(box, key).ignored == "nothing-to-do":
            break
    raise ElementNotFound(_not_found(what, box.tree(), [f"{key} as far as it goes"]))


def _ways(focus: Node, target: Node) -> list[str]:
    """The keys that lead nearer, the better ones first."""
    if focus.bounds is None or target.bounds is None:
        raise FocusLost(f"{focus.id if focus.bounds is None else target.id} has no place on the picture")
    (x, y), (to_x, to_y) = focus.bounds.centre, target.bounds.centre
    across = ["LEFT"] if to_x < x else ["RIGHT"] if to_x > x else []
    along = ["UP"] if to_y < y else ["DOWN"] if to_y > y else []
    return across + along if focus.bounds.is_beside(target.bounds) else along + across


def _not_found(what: str, tree: Tree, path: list[str]) -> str:
    ids = ", ".join(node.id for node in tree)
    return f"{what} is not on the screen after {_words(path)}; there are: {ids}"


def _words(path: list[str]) -> str:
    return ", ".join(path[-12:]) if path else "no key"
