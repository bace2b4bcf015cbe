"""Life of the process: killed, ended, watched, measured."""

from __future__ import annotations

import re
import time

from ..box import Box
from ..scenario import expect, scenario


@scenario("killed", "kill -9 and a new start: signed in, the same home, nothing asked again", core=True)
def killed(box: Box) -> str:
    machine = box.machine
    box.start_home()
    before = machine.wait_still(machine.WHOLE)
    box.signal("KILL")
    machine.wait_line("PROGRAM ended with 137")
    began = time.monotonic()
    box.start()
    machine.wait_screen("the home of before", lambda picture: picture.resembles(before))
    return f"the same picture {time.monotonic() - began:.1f} s after the new start"


@scenario("terminated", "SIGTERM ends it at once, with status 0 and the old picture back", core=True)
def terminated(box: Box) -> str:
    machine = box.machine
    before = machine.screen()
    box.start_home()
    began = time.monotonic()
    box.signal("TERM")
    status = box.wait_end(10)
    took = time.monotonic() - began
    expect(status == 0, f"it ends with {status}")
    expect(took < 5, f"the end takes {took:.1f} s")
    machine.wait_screen("what was there before the start", lambda picture: picture.likeness(before) > 0.9)
    return f"ended after {took:.1f} s"


@scenario("watchdog", "tells systemd when it is ready and that it lives", core=True)
def watchdog(box: Box) -> None:
    box.sign_in("basic")
    mark = box.notified_start()
    box.wait_log("NOTIFY READY=1", mark)
    for _ in range(3):
        mark = box.machine.mark()
        box.wait_log("NOTIFY WATCHDOG=1", mark, timeout=10)
    box.signal("TERM")
    box.wait_log("NOTIFY STOPPING=1", mark)


@scenario("figures", "memory and idle work at 1920x1080", core=True)
def figures(box: Box) -> str:
    machine = box.machine
    box.start_home("vip")
    home = box.memory()
    idle = box.ticks(5)
    for _ in range(4):
        if idle == 0:
            break
        # On a busy machine the last pictures came meanwhile; what works for ever works again.
        idle = box.ticks(5)
    machine.press("UP", "UP", "UP")
    for _ in range(3):
        machine.press("RIGHT", "OK")
        machine.wait_still()
        machine.press("DOWN", "DOWN", "DOWN", "DOWN")
        machine.wait_still()
        machine.press("UP", "UP", "UP", "UP", "UP", "UP")
        machine.wait_still()
    visited = box.memory()
    expect(visited < 64, f"{visited:.0f} MiB PSS after a walk")
    expect(idle <= 30, f"{idle} ticks of work within 5 s at a still screen")
    threads = machine.shell("ls /proc/$(pidof bonus-tv)/task | wc -l").strip()
    return f"PSS {home:.0f} MiB at home, {visited:.0f} MiB after a walk; {idle} ticks in 5 idle s; {threads} threads"


@scenario("help", "answers --version and --help without a screen")
def help_texts(box: Box) -> str:
    version = box.machine.shell("/usr/bin/bonus-tv --version").strip()
    expect(re.search(r"\d+\.\d+\.\d+", version) is not None, f"--version says {version!r}")
    expect("--config" in box.machine.shell("/usr/bin/bonus-tv --help"), "--help does not speak of --config")
    return version
