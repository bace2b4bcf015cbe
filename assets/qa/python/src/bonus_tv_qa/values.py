"""What a box answers and takes, as values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

from bonus_tv_qa.reading import Reader

#: How long: a timedelta, or a text such as `500ms`, `5s`, `10m`, `48h`.
Duration = str | timedelta
FaultKind = Literal[
    "latency_ms", "status", "drop", "close", "truncate", "garbage", "html", "hang", "huge", "wrong_type"
]

_DURATION = re.compile(r"(\d+)(ms|s|m|h)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours"}


def duration_text(duration: Duration) -> str:
    """A duration as the box takes it, in whole milliseconds.

    Raises `ValueError` for a text without a unit and for a negative time.
    """
    if isinstance(duration, timedelta):
        if duration < timedelta():
            raise ValueError(f"a duration cannot be negative: {duration}")
        return f"{duration // timedelta(milliseconds=1)}ms"
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise ValueError(f"a duration is written such as 500ms, 5s, 10m or 48h: {duration!r}")
    return duration_text(timedelta(**{_UNITS[found[2]]: int(found[1])}))


@dataclass(frozen=True, slots=True)
class Change:
    """What a call that changes something answers."""

    #: Counts pictures that differ.
    revision: int
    #: The hash of the picture.
    frame: str
    settled: bool
    waiting_for: tuple[str, ...]
    #: Virtual milliseconds since the box was switched on.
    t_ms: int
    screen: str
    #: Why the last key did nothing: `guard`, `woke` or `nothing-to-do`.
    ignored: str | None

    @staticmethod
    def read(reader: Reader) -> Change:
        return Change(
            revision=reader.field("revision").number(),
            frame=reader.field("frame").text(),
            settled=reader.field("settled").truth(),
            waiting_for=reader.field("waiting_for").texts(),
            t_ms=reader.field("t_ms").number(),
            screen=reader.field("screen").text(),
            ignored=reader.field("ignored").optional(Reader.text),
        )


@dataclass(frozen=True, slots=True)
class Clock:
    """The clocks of the box, of the service as the box knows it, and of the sandbox."""

    box: datetime
    server: datetime | None
    sandbox: datetime | None

    @staticmethod
    def read(reader: Reader) -> Clock:
        return Clock(
            box=reader.field("box").time(),
            server=reader.field("server").optional(Reader.time),
            sandbox=reader.field("sandbox").optional(Reader.time),
        )


@dataclass(frozen=True, slots=True)
class State:
    """Everything at a glance, at one revision."""

    revision: int
    frame: str
    settled: bool
    waiting_for: tuple[str, ...]
    t_ms: int
    screen: str
    dialog: str | None
    #: The id of the element with the focus.
    focus: str | None
    #: `shown`, or `message` where a message stands instead of the screen.
    content: str
    signed_in: bool
    member: str | None
    balance: int | None
    order_under_way: bool
    #: What keeps the box from the bonus API.
    trouble: str | None
    language: str
    power: str
    has_left: bool
    held: tuple[str, ...]
    clock: Clock

    @staticmethod
    def read(reader: Reader) -> State:
        return State(
            revision=reader.field("revision").number(),
            frame=reader.field("frame").text(),
            settled=reader.field("settled").truth(),
            waiting_for=reader.field("waiting_for").texts(),
            t_ms=reader.field("t_ms").number(),
            screen=reader.field("screen").text(),
            dialog=reader.field("dialog").optional(Reader.text),
            focus=reader.field("focus").optional(Reader.text),
            content=reader.field("content").text(),
            signed_in=reader.field("signed_in").truth(),
            member=reader.field("member").optional(Reader.text),
            balance=reader.field("balance").optional(Reader.number),
            order_under_way=reader.field("order_under_way").truth(),
            trouble=reader.field("trouble").optional(Reader.text),
            language=reader.field("language").text(),
            power=reader.field("power").text(),
            has_left=reader.field("has_left").truth(),
            held=reader.field("held").texts(),
            clock=Clock.read(reader.field("clock")),
        )


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle in pixels of the picture; it may lie beside the picture."""

    x: int
    y: int
    width: int
    height: int

    @staticmethod
    def read(reader: Reader) -> Bounds:
        return Bounds(*(reader.field(side.name).number() for side in fields(Bounds)))

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2

    def is_beside(self, other: Bounds) -> bool:
        """Whether one's middle lies between the other's upper and lower edge."""
        (_, middle), (_, others) = self.centre, other.centre
        return self.y < others < self.y + self.height or other.y < middle < other.y + other.height


@dataclass(frozen=True, slots=True)
class Node:
    """An element of the tree."""

    id: str
    role: str
    label: str
    value: str
    focused: bool
    selected: bool
    disabled: bool
    bounds: Bounds | None
    children: tuple[Node, ...]

    @staticmethod
    def read(reader: Reader) -> Node:
        return Node(
            id=reader.field("id").text(),
            role=reader.field("role").text(),
            label=reader.field("label").text_or_empty(),
            value=reader.field("value").text_or_empty(),
            focused=reader.field("focused").truth_or_false(),
            selected=reader.field("selected").truth_or_false(),
            disabled=reader.field("disabled").truth_or_false(),
            bounds=reader.field("bounds").optional(Bounds.read),
            children=tuple(Node.read(child) for child in reader.field("children").items_or_none()),
        )

    def walk(self) -> Iterator[Node]:
        """This element and all below it, from the top down."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def text(self) -> str:
        """Label and value."""
        return f"{self.label} {self.value}".strip()


@dataclass(frozen=True, slots=True)
class Tree:
    """What the viewer sees, at one revision."""

    revision: int
    root: Node

    @staticmethod
    def read(reader: Reader) -> Tree:
        return Tree(reader.field("revision").number(), Node.read(reader.field("tree")))

    def __iter__(self) -> Iterator[Node]:
        return self.root.walk()

    def find(self, id: str) -> Node | None:
        """The element with this id."""
        return next((node for node in self if node.id == id), None)

    def starting_with(self, prefix: str) -> list[Node]:
        """The elements whose ids begin so, from the top down."""
        return [node for node in self if node.id.startswith(prefix)]

    @property
    def focused(self) -> Node | None:
        return next((node for node in self if node.focused), None)


@dataclass(frozen=True, slots=True)
class Picture:
    """A screenshot."""

    revision: int
    png: bytes


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of a member's ledger."""

    at: datetime
    #: Negative where points were taken.
    amount: int
    balance_after: int
    reason: str
    #: Whether an order made it.
    exchange: bool

    @staticmethod
    def read(reader: Reader) -> LedgerLine:
        return LedgerLine(
            at=reader.field("at").time(),
            amount=reader.field("amount").number(),
            balance_after=reader.field("balance_after").number(),
            reason=reader.field("reason").text(),
            exchange=reader.field("exchange").truth(),
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """A member's ledger, oldest line first."""

    member: str
    lines: tuple[LedgerLine, ...]

    @staticmethod
    def read(reader: Reader) -> Ledger:
        lines = reader.field("ledger").items()
        return Ledger(reader.field("member").text(), tuple(LedgerLine.read(line) for line in lines))

    def charges_since(self, before: Ledger) -> list[int]:
        """What orders took after `before` was read, in points, oldest first."""
        new = self.lines[len(before.lines) :]
        return [-line.amount for line in new if line.exchange and line.amount < 0]


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """A request that the sandbox got."""

    number: int
    at: datetime
    method: str
    path: str
    #: `None` while there is no answer, also where a fault keeps it back.
    status: int | None
    request_id: str

    @staticmethod
    def read(reader: Reader) -> SeenRequest:
        return SeenRequest(
            number=reader.field("number").number(),
            at=reader.field("at").time(),
            method=reader.field("method").text(),
            path=reader.field("path").text(),
            status=reader.field("status").optional(Reader.number),
            request_id=reader.field("request_id").text(),
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the sandbox and the requests it hits; docs/sandbox.md describes the kinds."""

    kind: FaultKind
    #: The beginning of the paths it hits.
    match: str = "/v1/"
    method: str | None = None
    #: The delay, for `latency_ms`.
    latency_ms: int | None = None
    #: The status, for `status`.
    status: int | None = None
    #: `Retry-After` in seconds, for `status`.
    retry_after: int | None = None
    #: How many requests it hits; all of them without it.
    times: int | None = None
    #: Whether the request is carried out before things go wrong.
    when: Literal["before", "after"] | None = None

    @staticmethod
    def read(reader: Reader) -> Fault:
        return Fault(
            # The box has checked both words.
            kind=reader.field("kind").text(),  # type: ignore[arg-type]
            match=reader.field("match").text(),
            method=reader.field("method").optional(Reader.text),
            latency_ms=reader.field("latency_ms").optional(Reader.number),
            status=reader.field("status").optional(Reader.number),
            retry_after=reader.field("retry_after").optional(Reader.number),
            times=reader.field("times").optional(Reader.number),
            when=reader.field("when").optional(Reader.text),  # type: ignore[arg-type]
        )

    def json(self) -> dict[str, object]:
        """As the box takes it."""
        named = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in named.items() if value is not None}
