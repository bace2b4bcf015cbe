"""The operator's commands on a board: what it has, and what its remote sends."""

from __future__ import annotations

import re

from ..box import Box
from ..machine import KEYS
from ..scenario import expect, scenario

CHECK = "as-user 990 990,44,104,105 /usr/bin/bonus-tv"


@scenario("check-board", "--check-board names outputs, modes, planes, memory, input and timers, and measures a frame")
def check_board(box: Box) -> str:
    told = box.machine.shell(f"{CHECK} --check-board 2>/dev/null")
    (box.output / "check-board.txt").write_text(told)
    for wanted in (
        r"kernel: \d", r"memory: \d+ MiB", r"card0: driver virtio_gpu", r"Virtual-1: connected", r"modes: .*1920x1080p",
        r"plane \d+: primary, XRGB8888", r"the menu would use Virtual-1 with 1920x1080p", r"«Lab remote»", r"a sleep of 5 ms",
        r"drawn: 1920x1080", r"copied and on the screen: \d",
    ):  # fmt: skip
        expect(re.search(wanted, told) is not None, f"--check-board does not say {wanted!r}:\n{told}")
    frame = re.search(r"copied and on the screen: .*", told)
    return "" if frame is None else frame[0]


@scenario("check-held-board", "--check-board beside a running menu says who has the screen")
def check_held_board(box: Box) -> None:
    box.start_home()
    told = box.machine.shell(f"{CHECK} --check-board 2>&1")
    expect("another program has the screen; stop it first" in told, f"--check-board says:\n{told}")


@scenario("learn-keys", "--learn-keys tells keys, repeats and the second node of a remote")
def learn_keys(box: Box) -> str:
    machine = box.machine
    machine.remote("twin")
    try:
        machine.shell(f"rights; {CHECK} --learn-keys > /tmp/learned 2>&1 &")
        machine.until("grep -q listening /tmp/learned")
        machine.press("OK", "UP")
        machine.remote(f"press {KEYS['RIGHT']} 1500")
        machine.remote(f"both {KEYS['DOWN']} 60")
        machine.press("BACK", milliseconds=2300)
        machine.until("! pidof bonus-tv > /dev/null", 20)
    finally:
        machine.remote("untwin")
    told = machine.shell("cat /tmp/learned")
    (box.output / "learn-keys.txt").write_text(told)
    for wanted in (r"KEY_OK", r"KEY_RIGHT", r"Lab remote", r"repeats after \d+ ms", r"same press"):
        expect(re.search(wanted, told) is not None, f"--learn-keys does not say {wanted!r}:\n{told}")
    return f"{len(told.splitlines())} lines"
