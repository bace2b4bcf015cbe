"""What a scenario is: a name, a sentence, and a function that raises if the box does not do as the sentence says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .box import Box
from .machine import LabError

Play = Callable[[Box], str | None]


@dataclass(frozen=True)
class Scenario:
    """One line of the lab's table."""

    name: str
    about: str
    play: Play
    # Whether it belongs to the set that every change must pass.
    is_core: bool
    # Whether it is played on an armv7 box, too.
    is_basic: bool


SCENARIOS: list[Scenario] = []


def scenario(name: str, about: str, *, core: bool = False, basic: bool = False) -> Callable[[Play], Play]:
    """Puts a function on the list; what it returns is printed beside its result."""

    def put(play: Play) -> Play:
        SCENARIOS.append(Scenario(name, about, play, core, basic))
        return play

    return put


def expect(is_so: bool, complaint: str) -> None:
    """Ends the scenario with a complaint unless something is so."""
    if not is_so:
        raise LabError(complaint)
