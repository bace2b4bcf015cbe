"""Reads JSON of the box strictly: a field that is missing or of another type is named with its path."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from bonus_tv_qa.errors import MalformedAnswer

T = TypeVar("T")


class Reader:
    """A JSON value and where it stands in the answer."""

    def __init__(self, value: object, path: str = "answer") -> None:
        self._value = value
        self._path = path

    def _wrong(self, wanted: str) -> MalformedAnswer:
        return MalformedAnswer(f"{self._path} is not {wanted}: {str(self._value)[:200]!r}")

    def field(self, name: str) -> Reader:
        """The field of an object; absent is the same as null."""
        if not isinstance(self._value, dict):
            raise self._wrong("an object")
        return Reader(self._value.get(name), f"{self._path}.{name}")

    def items(self) -> list[Reader]:
        """The values of a list."""
        if not isinstance(self._value, list):
            raise self._wrong("a list")
        return [Reader(value, f"{self._path}[{index}]") for index, value in enumerate(self._value)]

    def optional(self, read: Callable[[Reader], T]) -> T | None:
        """What `read` makes of it, or `None` for null."""
        return None if self._value is None else read(self)

    def items_or_none(self) -> list[Reader]:
        """The values of a list that may be absent."""
        return [] if self._value is None else self.items()

    def text(self) -> str:
        if not isinstance(self._value, str):
            raise self._wrong("a text")
        return self._value

    def text_or_empty(self) -> str:
        return "" if self._value is None else self.text()

    def number(self) -> int:
        # A bool is an int in Python, and no number in JSON.
        if not isinstance(self._value, int) or isinstance(self._value, bool):
            raise self._wrong("a whole number")
        return self._value

    def truth(self) -> bool:
        if not isinstance(self._value, bool):
            raise self._wrong("true or false")
        return self._value

    def truth_or_false(self) -> bool:
        return False if self._value is None else self.truth()

    def time(self) -> datetime:
        text = self.text()
        try:
            # The sandbox may write nanoseconds; Python reads microseconds.
            time = datetime.fromisoformat(text)
        except ValueError:
            raise self._wrong("a time of RFC 3339") from None
        if time.tzinfo is None:
            raise self._wrong("a time with a zone")
        return time

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items_or_none())
