"""What can go wrong, one class for each thing that a test can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bonus_tv_qa.values import State


class QaError(Exception):
    """Every error of this package."""


class BoxUnreachable(QaError):
    """The box did not answer: nothing listens, the connection broke, or the real time ran out."""


class MalformedAnswer(QaError):
    """The box answered something that this package does not understand."""


class BoxRefused(QaError):
    """The box refused a request and said why."""

    def __init__(self, request: str, status: int, code: str, title: str, detail: str) -> None:
        super().__init__(f"{request}: {status} {code}: {title}. {detail}")
        self.status = status
        #: A word for programs, such as `no_code`.
        self.code = code
        self.detail = detail


class NotInTime(QaError):
    """What was waited for did not come; an assertion that failed, rather than a fault of the set-up."""

    def __init__(self, wanted: str, missing: Sequence[str], waiting_for: Sequence[str], state: State | None) -> None:
        lines = [f"did not come in time: {wanted}"]
        lines += [f"  missing: {words}" for words in missing]
        lines += [f"  the box waits for: {words}" for words in waiting_for]
        if state is not None:
            lines.append(f"  the screen is {state.screen}, dialog {state.dialog}, focus {state.focus}")
        super().__init__("\n".join(lines))
        #: What was not there, in words.
        self.missing = tuple(missing)
        #: What the box itself waits for, in words.
        self.waiting_for = tuple(waiting_for)
        #: The box when the wait ended, where it is known.
        self.state = state


class ElementNotFound(QaError):
    """No element with this id is on the screen."""


class FocusLost(QaError):
    """The keys do not lead the focus to the element."""


class EmulatorFailed(QaError):
    """The emulator did not start or did not end as it should; the message holds what it wrote on standard error."""
