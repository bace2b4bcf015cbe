"""What a failed test leaves behind: the picture, the tree and the ledger of each of its boxes, in files."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from bonus_tv_qa.box import Box
from bonus_tv_qa.emulator import ServedBox
from bonus_tv_qa.errors import BoxUnreachable, QaError

#: Real seconds for one file: a box that hangs shall not hold up the report of the test.
_PATIENCE = 10.0
_TOLD_LINES = 40


def save(boxes: Sequence[ServedBox], folder: Path) -> str:
    """Writes one directory for each box into `folder`; a report in words, with what is on the screens."""
    shutil.rmtree(folder, ignore_errors=True)
    return "\n".join(_save_box(box, folder / f"box-{index}") for index, box in enumerate(boxes))


def folder_name(test: str) -> str:
    """A directory's name for a test, from its id in pytest."""
    return re.sub(r"[^\w.=-]+", "-", test).strip("-")[-150:]


def _save_box(box: ServedBox, folder: Path) -> str:
    folder.mkdir(parents=True)
    (folder / "emulator.log").write_text(box.log, encoding="utf-8")
    patience, box.patience = box.patience, _PATIENCE
    try:
        lines = [f"{name}: {problem}" for name, problem in _save_answers(box, folder)]
        text = _read(folder / "text.txt").splitlines()
    finally:
        box.patience = patience
    shown = [f"  {line}" for line in text[:_TOLD_LINES]]
    return "\n".join([f"files of the box: {folder}", *lines, "on the screen:", *(shown or ["  nothing is known"])])


def _save_answers(box: Box, folder: Path) -> list[tuple[str, str]]:
    """Writes what the box answers; the files that could not be written, each with the reason."""

    def as_json(look: Callable[[], object]) -> Callable[[], bytes]:
        return lambda: json.dumps(look(), ensure_ascii=False, indent=1, default=str).encode()

    files: dict[str, Callable[[], bytes]] = {
        "state.json": as_json(lambda: asdict(box.state())),
        "tree.json": as_json(lambda: asdict(box.tree())),
        "text.txt": lambda: "\n".join(box.text()).encode(),
        "screenshot.png": lambda: box.screenshot().png,
        "requests.json": as_json(lambda: [asdict(request) for request in box.requests()]),
        "ledger.json": as_json(lambda: asdict(box.ledger())),
        "faults.json": as_json(lambda: [fault.json() for fault in box.faults()]),
    }
    problems = []
    for name, look in files.items():
        try:
            (folder / name).write_bytes(look())
        except QaError as error:
            problems.append((name, str(error)))
            if isinstance(error, BoxUnreachable):
                # The others would wait in vain, too.
                break
    return problems


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
