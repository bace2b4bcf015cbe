"""The client of a box that is served: `/qa/v1`, one method for each thing that it does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeVar

from bonus_tv_qa.errors import BoxRefused, MalformedAnswer, NotInTime
from bonus_tv_qa.http import Address, Answer
from bonus_tv_qa.values import (
    Change,
    Clock,
    Duration,
    Fault,
    Ledger,
    Picture,
    SeenRequest,
    State,
    Tree,
    duration_text,
)

T = TypeVar("T")

#: Real seconds for one answer: a virtual week on a loaded machine takes that long, a box that hangs longer.
PATIENCE = 120.0


class Box:
    """A television that can be asked and driven.

    Times are virtual: they pass in the box, and a test does not sleep for them.
    Only `patience`, the limit for one answer, is in real seconds.
    """

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        self._address = Address(url)
        self.patience = patience

    @property
    def url(self) -> str:
        """The address of `/qa/v1`."""
        return self._address.url

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    # Looking

    def state(self) -> State:
        return State.read(self._get("state").reader())

    def tree(self) -> Tree:
        return Tree.read(self._get("tree").reader())

    def text(self) -> list[str]:
        """Everything that can be read, line by line."""
        return list(self._get("text").reader().field("text").texts())

    def screenshot(self) -> Picture:
        answer = self._get("screenshot")
        revision = answer.headers.get("x-revision", "")
        if not revision.isdecimal() or not answer.body.startswith(b"\x89PNG\r\n"):
            raise MalformedAnswer(f"{answer.request}: no PNG with its revision: {answer.body[:20]!r}")
        return Picture(int(revision), answer.body)

    def clock(self) -> Clock:
        return Clock.read(self._get("clock").reader())

    def ledger(self) -> Ledger:
        """The ledger of the member who is signed in."""
        return Ledger.read(self._get("ledger").reader())

    def requests(self, method: str = "*", path: str = "*") -> list[SeenRequest]:
        """What the sandbox got since it started; `*` at the end of a path stands for anything."""
        answer = self._get("requests", {"method": method, "path": path})
        return [SeenRequest.read(request) for request in answer.reader().field("requests").items()]

    # Waiting

    def wait(
        self,
        *,
        screen: str | None = None,
        dialog: str | None = None,
        focus: str | None = None,
        text: str | None = None,
        balance: int | None = None,
        after: int | None = None,
        settled: bool = True,
        timeout: Duration = "60s",
    ) -> State:
        """Waits until all of it holds at once, and by default nothing is on its way.

        `dialog="none"` waits until there is none. `timeout` is virtual, a week at most.
        Raises `NotInTime`, which says what is missing and what the box waits for.
        """
        # A failed test shows its own line instead of this one.
        __tracebackhide__ = True
        wanted = {"screen": screen, "dialog": dialog, "focus": focus, "text": text}
        query = {name: value for name, value in wanted.items() if value is not None}
        query |= {} if balance is None else {"balance": str(balance)}
        query |= {} if after is None else {"after": str(after)}
        query |= {"settled": "1"} if settled else {}
        words = ", ".join(f"{name} {value}" for name, value in query.items())
        query["timeout"] = duration_text(timeout)
        answer = self._ask("GET", "wait", query)
        if answer.status == 408:
            document = answer.reader()
            raise NotInTime(
                f"{words} within {query['timeout']}",
                document.field("missing").texts(),
                document.field("waiting_for").texts(),
                document.field("state").optional(State.read),
            )
        return State.read(_accepted(answer).reader())

    def watch(self, look: Callable[[], T | None], what: str, *, patience: float | None = None) -> T:
        """Looks again and again until there is something, for at most so many real seconds, by default `patience`.

        For what the box cannot wait for, such as a request that has arrived at the sandbox. No virtual time passes.
        """
        __tracebackhide__ = True
        limit = self.patience if patience is None else patience
        end = time.monotonic() + limit
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > end:
                state = self.state()
                raise NotInTime(f"{what} within {limit:g} real seconds", [what], state.waiting_for, state)

    # Keys

    def keys(self, script: str, *, settle: bool = True) -> Change:
        """Presses keys, such as `DOWN*3 OK HOLD:RIGHT:2s WAIT:1s`, each after the last is done."""
        return self._change("keys", {"keys": script, "settle": settle})

    def press(self, key: str, *, held: Duration | None = None, settle: bool = True) -> Change:
        """Presses one key, held for so long; without `held`, a tap."""
        body: dict[str, object] = {"key": key, "settle": settle}
        if held is not None:
            body["ms"] = int(duration_text(held).removesuffix("ms"))
        return self._change("keys", body)

    def key_down(self, key: str, *, settle: bool = True) -> Change:
        """A key goes down and stays down: `advance` lets time pass, and after 65 s it is let go."""
        return self._change("keys", {"key": key, "action": "down", "settle": settle})

    def key_up(self, key: str, *, settle: bool = True) -> Change:
        return self._change("keys", {"key": key, "action": "up", "settle": settle})

    @contextmanager
    def holding(self, key: str) -> Iterator[Change]:
        """Holds a key for as long as the block runs."""
        change = self.key_down(key)
        try:
            yield change
        finally:
            self.key_up(key)

    # The world around the box

    def advance(self, duration: Duration) -> Change:
        """Lets virtual time pass on box and sandbox, a week at most."""
        return self._change("clock", {"advance": duration_text(duration)})

    def power(self, power: Literal["on", "standby", "toggle"]) -> Change:
        return self._change("power", {"power": power})

    def open(self) -> Change:
        """Brings a viewer back who has left the menu."""
        return self._change("open", {})

    def sign_in(self, scenario: str) -> Change:
        """Answers the code on the screen as a phone would."""
        return self._change("sign-in", {"scenario": scenario})

    def faults(self) -> list[Fault]:
        return [Fault.read(fault) for fault in self._get("faults").reader().items()]

    def set_faults(self, faults: Iterable[Fault]) -> None:
        """Switches these faults on, instead of those that were."""
        _accepted(self._ask("PUT", "faults", body=[fault.json() for fault in faults]))

    def clear_faults(self) -> None:
        _accepted(self._ask("DELETE", "faults"))

    @contextmanager
    def fault(self, *faults: Fault) -> Iterator[None]:
        """Switches faults on for as long as the block runs."""
        self.set_faults(faults)
        try:
            yield
        finally:
            self.clear_faults()

    def _get(self, path: str, query: dict[str, str] | None = None) -> Answer:
        __tracebackhide__ = True
        return _accepted(self._ask("GET", path, query))

    def _change(self, path: str, body: Mapping[str, object]) -> Change:
        __tracebackhide__ = True
        return Change.read(_accepted(self._ask("POST", path, body=body)).reader())

    def _ask(self, method: str, path: str, query: dict[str, str] | None = None, body: object = None) -> Answer:
        __tracebackhide__ = True
        return self._address.ask(method, path, query, body, patience=self.patience)


def _accepted(answer: Answer) -> Answer:
    __tracebackhide__ = True
    if 200 <= answer.status < 300:
        return answer
    try:
        document = answer.reader()
        code, title = document.field("code").text(), document.field("title").text()
        detail = document.field("detail").text_or_empty()
    except MalformedAnswer:
        raise MalformedAnswer(f"{answer.request}: {answer.status} without a document: {answer.body[:200]!r}") from None
    raise BoxRefused(answer.request, answer.status, code, title, detail)
