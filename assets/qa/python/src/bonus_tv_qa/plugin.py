"""The pytest plugin: boxes as fixtures, and what they showed when a test failed.

Each test has boxes of its own, each with a process, a sandbox, a member, a ledger and a clock, so tests share
nothing and run in parallel.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

import pytest

from bonus_tv_qa import evidence
from bonus_tv_qa.emulator import ENVIRONMENT, Options, ServedBox, find_emulator

_BOXES = pytest.StashKey[list[ServedBox]]()
_MARKER = "bonus_tv"


class OptionChanges(TypedDict, total=False):
    """The options of a start that differ from the marker's; see `Options`."""

    scenario: str | None
    clock: str
    language: str
    size: str
    seed: int
    policy: str | None
    storage: Path | None
    ecp: str | None
    flags: tuple[str, ...]


class BoxFactory:
    """Starts boxes for one test, and ends them after it."""

    def __init__(self, program: Path, options: Options, boxes: list[ServedBox]) -> None:
        self._program = program
        self._options = options
        self._boxes = boxes

    def __call__(self, **changes: Unpack[OptionChanges]) -> ServedBox:
        """Starts a box as the marker says, except for `changes`."""
        box = ServedBox(self._program, replace(self._options, **changes))
        self._boxes.append(box)
        return box


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("bonus-tv")
    group.addoption(
        "--bonus-tv-emulator",
        metavar="PATH",
        help=f"the emulator's program; without it, {ENVIRONMENT}, or the newest in a target/ upwards from the rootdir",
    )
    group.addoption(
        "--bonus-tv-artifacts",
        metavar="DIR",
        default="bonus-tv-artifacts",
        help="where failed tests leave picture, tree, text, ledger and requests [default: bonus-tv-artifacts]",
    )


def pytest_configure(config: pytest.Config) -> None:
    names = ", ".join(field.name for field in fields(Options))
    config.addinivalue_line("markers", f"{_MARKER}(**options): how the test's boxes are started: {names}")


@pytest.fixture(scope="session")
def bonus_tv_emulator(pytestconfig: pytest.Config) -> Path:
    """The emulator's program."""
    return find_emulator(pytestconfig.getoption("--bonus-tv-emulator"), pytestconfig.rootpath)


@pytest.fixture
def box_factory(request: pytest.FixtureRequest, bonus_tv_emulator: Path) -> Iterator[BoxFactory]:
    """Starts boxes: `box_factory(scenario="vip")`."""
    boxes: list[ServedBox] = []
    request.node.stash[_BOXES] = boxes
    yield BoxFactory(bonus_tv_emulator, _options_of(request.node), boxes)
    problems: list[Exception] = []
    for box in boxes:
        try:
            box.close()
        except Exception as error:
            # The others are ended all the same.
            problems.append(error)
    if problems:
        raise problems[0]


@pytest.fixture
def box(box_factory: BoxFactory) -> ServedBox:
    """A box as the marker `bonus_tv` says; without one, signed out."""
    return box_factory()


@pytest.fixture
def stbt_box(box: ServedBox) -> Iterator[ServedBox]:
    """A box that `stbt_core.press`, `get_frame` and the others mean; wants stbt-core."""
    # Only tests that use it need stbt-core.
    from bonus_tv_qa import stbt

    with stbt.use(box):
        yield box


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    boxes = item.stash.get(_BOXES, [])
    # After the teardown the boxes are gone.
    if report.failed and report.when != "teardown" and boxes:
        folder = item.config.rootpath / item.config.getoption("--bonus-tv-artifacts")
        folder /= evidence.folder_name(item.nodeid)
        report.sections.append(("bonus-tv", evidence.save(boxes, folder)))
        # JUnit's report takes the properties of the item when its teardown is over.
        item.user_properties.append(("bonus-tv-artifacts", str(folder)))
    return report


def _options_of(item: pytest.Item) -> Options:
    """What the markers of the test, its class and its module say, the nearest one last."""
    known = {field.name for field in fields(Options)}
    wanted: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers(_MARKER))):
        unknown = ", ".join(sorted(set(mark.kwargs) - known))
        if unknown or mark.args:
            raise pytest.UsageError(f"{item.nodeid}: the marker {_MARKER} takes {', '.join(sorted(known))}: {unknown}")
        wanted |= mark.kwargs
    return Options(**wanted)
