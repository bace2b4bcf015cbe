"""Starts `emulator serve` and ends it: one process, one box, one sandbox, one clock."""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from bonus_tv_qa.box import PATIENCE, Box
from bonus_tv_qa.errors import EmulatorFailed, MalformedAnswer
from bonus_tv_qa.http import Address
from bonus_tv_qa.reading import Reader

#: Names the emulator's program.
ENVIRONMENT = "BONUS_TV_EMULATOR"
#: The usual start: a Saturday noon in Moscow; the month ends three days later.
CLOCK = "2026-11-28T09:00:00Z"
#: The usual size: a smaller picture is drawn faster.
SIZE = "1280x720"

#: Real seconds for a start, on a machine with many of them.
_START = 120.0
#: Real seconds for an end.
_END = 30.0
_TOLD_LINES = 20


@dataclass(frozen=True, slots=True)
class Options:
    """How a box is started; the fields are the flags of `emulator serve`."""

    #: The test subscriber who is signed in; without one the box shows a code.
    scenario: str | None = None
    clock: str = CLOCK
    language: str = "ru"
    size: str = SIZE
    #: Makes the random bits of box and sandbox repeatable.
    seed: int = 7
    policy: str | None = None
    #: Keeps what box and sandbox remember there, also over a power cut; without it, nothing outlives the process.
    storage: Path | None = None
    #: Another loopback address, for Roku's remote protocol.
    ecp: str | None = None
    #: Further flags.
    flags: tuple[str, ...] = field(default=())

    def arguments(self, start: int) -> list[str]:
        """The flags of the start with this number, counted from 0."""
        # A box that repeated its random bits would repeat the keys of its orders, too.
        words = ["--clock", self.clock, "--language", self.language, "--size", self.size]
        words += ["--seed", str(self.seed + 1000 * start)]
        if self.scenario is not None and start == 0:
            words += ["--scenario", self.scenario]
        if self.policy is not None:
            words += ["--policy", self.policy]
        if self.storage is not None:
            words += ["--storage", str(self.storage / "box"), "--db", str(self.storage / "sandbox.db")]
        if self.ecp is not None:
            words += ["--ecp", self.ecp]
        return words + list(self.flags)


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses of the ready line."""

    #: `/qa/v1` of the box.
    qa: str
    #: The bonus API.
    sandbox: str
    #: The sandbox's switches, such as points and debts of a member; docs/sandbox.md has them.
    switches: str | None

    @staticmethod
    def read(line: bytes) -> Places:
        """Raises `ValueError`, `IndexError` or `MalformedAnswer` for another line."""
        box = Reader(json.loads(line), "ready line").field("boxes").items()[0]
        switches = box.field("switches").optional(Reader.text)
        return Places(box.field("qa").text(), box.field("sandbox").text(), switches)


def find_emulator(named: str | Path | None = None, start: Path | None = None) -> Path:
    """The emulator's program.

    It is `named`, or else what `BONUS_TV_EMULATOR` names, or else the newest of `target/release` and `target/debug`
    in the nearest directory upwards from `start`. Raises `EmulatorFailed` that says where it was looked for.
    """
    wanted = named or os.environ.get(ENVIRONMENT)
    if wanted:
        path = Path(wanted)
        if not (path.is_file() and os.access(path, os.X_OK)):
            raise EmulatorFailed(f"{path} is no program; build it with: cargo build --bin emulator")
        return path.resolve()
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        built = [folder / "target" / profile / "emulator" for profile in ("release", "debug")]
        found = [path for path in built if path.is_file()]
        if found:
            return max(found, key=lambda path: path.stat().st_mtime)
    raise EmulatorFailed(
        f"no emulator in target/release or target/debug from {start} upwards; build it with: cargo build --bin "
        f"emulator, or name it with --bonus-tv-emulator or {ENVIRONMENT}"
    )


class ServedBox(Box):
    """A box whose process is ours, so that its power can be cut."""

    def __init__(self, program: Path, options: Options | None = None, *, patience: float = PATIENCE) -> None:
        """Starts it; returns when its first screen has settled.

        Raises `EmulatorFailed` with what the emulator wrote on standard error.
        """
        #: How it was started.
        self.options = options or Options()
        self._program = program
        self._starts = 0
        self._is_cut = False
        # Also the emulator's own temporary directory, so that a process that is killed leaves nothing behind.
        self._folder = tempfile.TemporaryDirectory(prefix="bonus-tv-qa-")
        try:
            self._process, self.places = self._start()
        except BaseException:
            self._folder.cleanup()
            raise
        super().__init__(self.places.qa, patience=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    @property
    def log(self) -> str:
        """What the emulator wrote on standard error, over all its starts."""
        try:
            return self._log_path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def close(self) -> None:
        """Ends the emulator with SIGTERM and removes what it made.

        Raises `EmulatorFailed` if it does not end, or ended with another status than 0.
        """
        try:
            if self._is_cut:
                return
            # A process that has ended by itself has failed: its status says so.
            self._process.send_signal(signal.SIGTERM)
            self._check_end()
        finally:
            self._folder.cleanup()

    def cut_power(self) -> None:
        """Kills the process of box and sandbox, as it stands."""
        self._process.kill()
        self._process.wait()
        self._is_cut = True

    def switch_on(self) -> None:
        """Starts the box again with what `storage` kept; it gets new addresses.

        Raises `ValueError` without a `storage`: that box would be a new one.
        """
        if self.options.storage is None:
            raise ValueError("a box without a storage remembers nothing: start it with storage=tmp_path")
        if not self._is_cut:
            raise ValueError("the box is on: cut its power first")
        self._process, self.places = self._start()
        self._is_cut = False
        self._address = Address(self.places.qa)

    @property
    def _log_path(self) -> Path:
        return Path(self._folder.name) / "emulator.log"

    def _start(self) -> tuple[subprocess.Popen[bytes], Places]:
        scratch = Path(self._folder.name) / f"start-{self._starts}"
        scratch.mkdir()
        command = [str(self._program), "serve", *self.options.arguments(self._starts)]
        self._starts += 1
        with self._log_path.open("ab") as log:
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    env={**os.environ, "TMPDIR": str(scratch)},
                    preexec_fn=_end_with_parent(),
                )
            except OSError as error:
                raise EmulatorFailed(f"{self._program} cannot be started: {error}") from error
        try:
            return process, self._ready(process)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            assert process.stdout is not None
            process.stdout.close()

    def _ready(self, process: subprocess.Popen[bytes]) -> Places:
        assert process.stdout is not None
        try:
            line = _read_line(process.stdout, _START)
            if not line:
                # Its output is closed a moment before it has a status.
                raise EmulatorFailed(f"the emulator ended with status {process.wait(_END)}{self._told()}")
        except (TimeoutError, subprocess.TimeoutExpired):
            raise EmulatorFailed(f"the emulator was not ready after {_START:g} s{self._told()}") from None
        try:
            return Places.read(line)
        except (ValueError, IndexError, MalformedAnswer) as error:
            raise EmulatorFailed(f"the ready line is not understood: {line[:500]!r}: {error}") from error

    def _check_end(self) -> None:
        try:
            status = self._process.wait(timeout=_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise EmulatorFailed(f"the emulator did not end within {_END:g} s of SIGTERM{self._told()}") from None
        if status != 0:
            raise EmulatorFailed(f"the emulator ended with status {status}{self._told()}")

    def _told(self) -> str:
        lines = self.log.splitlines()[-_TOLD_LINES:]
        return "; it wrote:\n" + "\n".join(f"  {line}" for line in lines) if lines else "; it wrote nothing"


def _end_with_parent() -> Callable[[], object] | None:
    """What a new process does first, so that SIGTERM ends it when this one is killed; on Linux alone."""
    # The system ends it with the thread that started it: any but the main thread may end long before the tests.
    if sys.platform != "linux" or threading.current_thread() is not threading.main_thread():
        return None
    set_death_signal = 1
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(set_death_signal, signal.SIGTERM)


def _read_line(pipe: IO[bytes], limit: float) -> bytes:
    """The first line, or what came before the pipe was closed. Raises `TimeoutError`."""
    end = time.monotonic() + limit
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if not selector.select(max(0.0, end - time.monotonic())):
                raise TimeoutError
            piece = os.read(pipe.fileno(), 65536)
            if not piece:
                break
            line += piece
    return line
