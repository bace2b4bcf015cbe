"""What all page objects share: a screen that has come, its elements, and walking to them with the remote."""

from __future__ import annotations

import re
from typing import ClassVar, TypeVar

from bonus_tv_qa.box import Box
from bonus_tv_qa.errors import ElementNotFound
from bonus_tv_qa.values import Change, Node, State, Tree
from bonus_tv_qa.walking import press, walk_to

P = TypeVar("P", bound="Page")


class Page:
    """A screen. Making one waits until the box shows it and nothing is on its way.

    Ids do not depend on the language, so a page works in Russian and in English.
    """

    #: The name of the screen in the state.
    screen: ClassVar[str]
    #: The dialog over it.
    dialog: ClassVar[str] = "none"
    #: Whether the screen comes to rest; one that shows that something is on its way does not.
    settles: ClassVar[bool] = True

    def __init__(self, box: Box) -> None:
        self.box = box
        #: The box as it was when the page had come.
        self.state: State = box.wait(screen=self.screen, dialog=self.dialog, settled=self.settles)

    @property
    def tree(self) -> Tree:
        """The elements as they are now."""
        return self.box.tree()

    def node(self, id: str) -> Node:
        """An element as it is now. Raises `ElementNotFound`."""
        tree = self.tree
        found = tree.find(id)
        if found is None:
            raise ElementNotFound(f"{id} is not on {type(self).__name__}; there are: {', '.join(n.id for n in tree)}")
        return found

    def has(self, id: str) -> bool:
        return self.tree.find(id) is not None

    def text(self, id: str) -> str:
        """The words of an element."""
        return self.node(id).text

    def fact(self, name: str) -> str:
        """The value of a fact, such as `charged`."""
        return self.node(f"fact:{name}").value

    @property
    def title(self) -> str:
        return self.text("title")

    @property
    def focus(self) -> str:
        """The id of the element with the focus."""
        focused = self.tree.focused
        if focused is None:
            raise ElementNotFound(f"nothing on {type(self).__name__} has the focus")
        return focused.id

    def walk_to(self, id: str) -> Node:
        """Walks the focus to an element."""
        return walk_to(self.box, id)

    def choose(self, id: str) -> Change:
        """Walks to an element and presses OK."""
        self.walk_to(id)
        return self.press("OK")

    def press(self, key: str) -> Change:
        """Presses a key, and once more if the first time only lit the picture."""
        return press(self.box, key)


def first_of(page: Page, *ids: str) -> str:
    """The first of these ids that is on the page. Raises `ElementNotFound`."""
    tree = page.tree
    for id in ids:
        if tree.find(id) is not None:
            return id
    raise ElementNotFound(f"none of {', '.join(ids)} is on {type(page).__name__}")


def points(text: str) -> int:
    """The whole number in a text: `−2 890 баллов` is -2890.

    Raises `ValueError` for a text without a number.
    """
    # A space that does not break stands between thousands, and a true minus before.
    found = re.search(r"([−-]?)\s*(\d[\d\s\u00a0\u202f]*)", text)
    if found is None:
        raise ValueError(f"no number in {text!r}")
    number = int(re.sub(r"\D", "", found[2]))
    return -number if found[1] else number
