"""The process behind a box: found, started, ended, and its complaints shown."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bonus_tv_qa import BoxUnreachable, EmulatorFailed, Fault, Options, ServedBox, find_emulator
from bonus_tv_qa.pages import Home
from bonus_tv_qa.plugin import BoxFactory


def program(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_a_box_ends_cleanly_and_leaves_nothing(
    bonus_tv_emulator: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with ServedBox(bonus_tv_emulator) as box:
        assert box.state().screen == "SignIn"
        assert list(tmp_path.iterdir()) != []
    assert not box.is_running
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BoxUnreachable):
        box.state()


def test_a_flag_that_is_wrong_shows_what_the_emulator_wrote(bonus_tv_emulator: Path) -> None:
    with pytest.raises(EmulatorFailed, match=r"ended with status \d+; it wrote:(.|\n)*nobody"):
        ServedBox(bonus_tv_emulator, Options(scenario="nobody"))


def test_a_program_that_says_something_else_is_not_understood(tmp_path: Path) -> None:
    with pytest.raises(EmulatorFailed, match="the ready line is not understood: b'hello"):
        ServedBox(program(tmp_path / "emulator", "echo hello; exec sleep 60"))


def test_a_ready_line_without_a_box_is_not_understood(tmp_path: Path) -> None:
    with pytest.raises(EmulatorFailed, match="the ready line is not understood"):
        ServedBox(program(tmp_path / "emulator", 'echo \'{"ready": true, "boxes": []}\'; exec sleep 60'))


def test_a_program_that_ends_silently_is_told_apart_from_one_that_is_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(EmulatorFailed, match="ended with status 7; it wrote nothing"):
        ServedBox(program(tmp_path / "ends", "exit 7"))
    monkeypatch.setattr("bonus_tv_qa.emulator._START", 0.05)
    with pytest.raises(EmulatorFailed, match="was not ready after 0.05 s; it wrote:\n  loading"):
        ServedBox(program(tmp_path / "late", "echo loading >&2; trap '' TERM; exec sleep 60"))


def test_a_file_that_is_no_program_cannot_be_started(tmp_path: Path) -> None:
    broken = program(tmp_path / "emulator", "")
    broken.write_bytes(b"\x00")
    with pytest.raises(EmulatorFailed, match="cannot be started"):
        ServedBox(broken)


def test_a_box_that_dies_by_itself_fails_at_the_end(bonus_tv_emulator: Path) -> None:
    box = ServedBox(bonus_tv_emulator)
    os.kill(box.pid, signal.SIGKILL)
    with pytest.raises(EmulatorFailed, match="ended with status -9"):
        box.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_a_box_ends_with_the_tests_that_were_killed(bonus_tv_emulator: Path) -> None:
    code = """
import sys
from bonus_tv_qa import ServedBox
box = ServedBox(sys.argv[1])
print(box.pid, box._folder.name, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(bonus_tv_emulator)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        pid, folder = tests.stdout.readline().split()
        ended = os.pidfd_open(int(pid))
        tests.kill()
        readable, _, _ = select.select([ended], [], [], 60)
        os.close(ended)
    shutil.rmtree(folder)
    assert readable, "the emulator runs on"


def test_a_box_that_forgets_cannot_be_switched_on_again(box_factory: BoxFactory) -> None:
    box = box_factory()
    box.cut_power()
    with pytest.raises(ValueError, match="a box without a storage"):
        box.switch_on()


def test_a_box_remembers_who_is_signed_in(box_factory: BoxFactory, tmp_path: Path) -> None:
    box = box_factory(scenario="vip", storage=tmp_path)
    with pytest.raises(ValueError, match="cut its power first"):
        box.switch_on()
    before = box.places
    box.cut_power()
    box.switch_on()
    assert box.places != before
    assert box.state().member == "m-vip"


def test_boxes_of_one_test_share_nothing(box_factory: BoxFactory) -> None:
    first, second = box_factory(scenario="vip"), box_factory(scenario="vip")
    first.advance("1h")
    assert first.clock().sandbox != second.clock().sandbox
    first.set_faults([Fault("drop", "/v1/nothing")])
    assert second.faults() == []
    Home(first).open_settings()
    assert second.state().screen == "Home"


def test_an_emulator_is_found_upwards_and_the_newest_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BONUS_TV_EMULATOR", raising=False)
    below = tmp_path / "assets" / "qa"
    below.mkdir(parents=True)
    debug = program(tmp_path / "target" / "debug" / "emulator", "")
    assert find_emulator(start=below) == debug
    release = program(tmp_path / "target" / "release" / "emulator", "")
    os.utime(debug, (1, 1))
    assert find_emulator(start=below) == release
    os.utime(release, (0, 0))
    assert find_emulator(start=below) == debug
    monkeypatch.setenv("BONUS_TV_EMULATOR", str(release))
    assert find_emulator(start=below) == release
    assert find_emulator(debug, start=below) == debug


def test_an_emulator_that_is_not_there_is_not_replaced_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    program(project / "target" / "debug" / "emulator", "")
    monkeypatch.setenv("BONUS_TV_EMULATOR", str(tmp_path / "nothing"))
    with pytest.raises(EmulatorFailed, match="nothing is no program; build it with: cargo build"):
        find_emulator(start=project)
    monkeypatch.delenv("BONUS_TV_EMULATOR")
    with pytest.raises(EmulatorFailed, match="name it with --bonus-tv-emulator or BONUS_TV_EMULATOR"):
        find_emulator(start=tmp_path)
