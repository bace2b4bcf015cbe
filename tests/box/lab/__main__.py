"""Plays scenarios and prints the table; tests/box/run prepares what this needs."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from . import initramfs, scenarios  # noqa: F401  (importing the scenarios puts them on the list)
from .box import Box
from .host import Sandbox
from .machine import LabError, Machine
from .scenario import SCENARIOS, Scenario


@dataclass(frozen=True)
class Result:
    """How one scenario went."""

    name: str
    complaint: str | None
    note: str
    seconds: float

    def after(self, first: Result) -> Result:
        """The same, with what the first try ended with."""
        note = "; ".join(part for part in (self.note, f"second try, the first: {first.complaint}") if part)
        return Result(self.name, self.complaint, note, first.seconds + self.seconds)

    def line(self) -> str:
        """Its line of the table."""
        verdict = "passed" if self.complaint is None else "FAILED"
        return f"{self.name:<18} {verdict:<7} {self.seconds:6.1f} s  {self.complaint or self.note}"


class Laboratory:
    """A machine, switched on when it is needed, and again after a scenario that failed."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._architecture: str = arguments.architecture
        self._output: Path = arguments.output
        self._programs: Path = arguments.host_programs
        self._kernel, self._initramfs = initramfs.build(
            arguments.architecture, arguments.system, arguments.binary, arguments.output
        )
        self._sandbox = Sandbox(self._programs / "sandbox", self._output / "sandbox.log")
        self._machine: Machine | None = None
        self._boots = 0

    def close(self) -> None:
        """Switches everything off."""
        if self._machine is not None:
            self._machine.close()
        self._sandbox.close()

    def play(self, scenario: Scenario) -> Result:
        """Plays one scenario on a box as after its first boot."""
        began = time.monotonic()
        note, complaint, mark = "", None, 0
        try:
            machine, boot = self._switched_on()
            box = Box(machine, self._sandbox, self._output, self._programs / "emulator")
            box.reset()
            mark = machine.mark()
            note = "; ".join(part for part in (boot, scenario.play(box)) if part)
            panics = [line for line in machine.lines(mark) if "panicked at" in line]
            if panics:
                raise LabError(f"the program panicked: {panics[0]}")
        except (LabError, OSError) as error:
            complaint = str(error) or repr(error)
            self._keep(scenario, mark)
        return Result(scenario.name, complaint, note, time.monotonic() - began)

    def _switched_on(self) -> tuple[Machine, str]:
        if self._machine is not None:
            return self._machine, ""
        self._boots += 1
        log = self._output / f"console-{self._boots}.log"
        self._machine = Machine(self._architecture, self._kernel, self._initramfs, log)
        self._machine.wait_line("LAB .* ready", timeout=180)
        return self._machine, f"booted in {self._machine.seconds():.1f} s"

    def _keep(self, scenario: Scenario, mark: int) -> None:
        """Keeps what a failure looked like, and throws the machine away."""
        machine, self._machine = self._machine, None
        if machine is None:
            return
        lines = machine.lines(mark)
        (self._output / f"{scenario.name}.log").write_text("".join(f"{line}\n" for line in lines))
        try:
            machine.screen().save(self._output / f"{scenario.name}.png")
        except (LabError, OSError) as error:
            print(f"no picture of {scenario.name}: {error}", file=sys.stderr)
        machine.close()


def chosen(arguments: argparse.Namespace) -> list[Scenario]:
    """The scenarios that are asked for."""
    known = {scenario.name for scenario in SCENARIOS}
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        raise LabError(f"there is no scenario {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    if arguments.names:
        return [scenario for scenario in SCENARIOS if scenario.name in arguments.names]
    if arguments.architecture != "arm64":
        return [scenario for scenario in SCENARIOS if scenario.is_basic]
    return [scenario for scenario in SCENARIOS if scenario.is_core or not arguments.core]


def main() -> int:
    """Gives the exit status."""
    parser = argparse.ArgumentParser(prog="tests/box/run")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--core", action="store_true")
    parser.add_argument("--architecture", default="arm64")
    for name in ("--binary", "--host-programs", "--system", "--output"):
        parser.add_argument(name, type=Path)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    if arguments.list:
        for scenario in SCENARIOS:
            print(f"{scenario.name:<18} {'core' if scenario.is_core else '':<5} {scenario.about}")
        return 0
    shutil.rmtree(arguments.output, ignore_errors=True)
    arguments.output.mkdir(parents=True)
    began = time.monotonic()
    results: list[Result] = []
    try:
        plays = chosen(arguments)
        laboratory = Laboratory(arguments)
    except LabError as error:
        print(f"tests/box/run: {error}", file=sys.stderr)
        return 2
    try:
        for scenario in plays:
            result = laboratory.play(scenario)
            if result.complaint is not None:
                # An emulated box on a busy machine can miss a moment; a mistake of ours fails twice.
                print(f"{result.line()}\n{'':<18} again, on a box switched on anew:", flush=True)
                result = laboratory.play(scenario).after(result)
            results.append(result)
            print(result.line(), flush=True)
    finally:
        laboratory.close()
    failed = [result.name for result in results if result.complaint is not None]
    (arguments.output / "table.txt").write_text("".join(f"{result.line()}\n" for result in results))
    passed = len(results) - len(failed)
    print(f"{passed} of {len(results)} scenarios passed in {time.monotonic() - began:.0f} s ({arguments.architecture})")
    if failed:
        print(f"Failed: {', '.join(failed)}. Logs and pictures are in {arguments.output}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
