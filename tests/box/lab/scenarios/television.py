"""Televisions of other kinds: smaller and larger ones, standard definition, cut edges, one that tells nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ..box import Box
from ..edid import HD, NOTHING, SD, edid
from ..machine import Machine
from ..picture import ACCENT, Picture
from ..scenario import expect, scenario

BLACK = (0, 0, 0)


@contextmanager
def _television(box: Box, data: bytes, width: int, height: int) -> Iterator[None]:
    """While another television is at the cable; its words reach the kernel by `edid_override`."""
    machine = box.machine
    override = "/sys/kernel/debug/dri/0/Virtual-1/edid_override"
    machine.shell("mount -t debugfs debug /sys/kernel/debug")
    box.put("/tmp/edid", data)
    machine.shell(f"cat /tmp/edid > {override}")
    machine.television().wants(width, height)
    try:
        yield
    finally:
        machine.shell(f"echo -n reset > {override}; umount /sys/kernel/debug")
        machine.television().wants(1920, 1080)


def _wait_size(machine: Machine, width: int, height: int) -> Picture:
    """The still picture once the menu is drawn at a size."""
    machine.wait_screen(
        f"the menu at {width}x{height}",
        lambda picture: (picture.width, picture.height) == (width, height) and picture.has(ACCENT, least=4),
    )
    return machine.wait_still()


@scenario("mode-change", "the television becomes a smaller one: a whole picture at its size", core=True)
def mode_change(box: Box) -> str:
    machine = box.machine
    box.start_home()
    before = machine.wait_still(machine.WHOLE)
    with _television(box, edid(HD), 1280, 720):
        began = time.monotonic()
        small = _wait_size(machine, 1280, 720)
        took = time.monotonic() - began
        expect(small.is_drawn() and small.has(ACCENT, least=8), "the small picture has no accent: it is not home")
    machine.wait_screen("home at 1920x1080 again", lambda picture: picture.resembles(before))
    return f"a picture at the new size after {took:.1f} s"


@scenario("standard-definition", "576 lines of 16:9 are filled to the edges (C15, SCR-4)")
def standard_definition(box: Box) -> None:
    machine = box.machine
    box.start_home()
    with _television(box, edid(SD), 720, 576):
        small = _wait_size(machine, 720, 576)
        edges = [(2, 2), (717, 2), (2, 573), (717, 573), (360, 2), (360, 573)]
        expect(all(small.pixel(x, y) != BLACK for x, y in edges), "there are bars around the picture")


@scenario("untold-modes", "a television that names no mode gets one that the kernel offers to all (SCR-3)")
def untold_modes(box: Box) -> str:
    machine = box.machine
    box.start_home()
    before = machine.wait_still(machine.WHOLE)
    mark = machine.mark()
    with _television(box, edid(NOTHING), 1024, 768):
        line = box.wait_log("a screen is connected", mark)
        machine.wait_screen("the menu", lambda picture: picture.is_drawn())
        machine.wait_still()
    machine.wait_screen("home of before", lambda picture: picture.resembles(before))
    return line.partition("connector=")[2]


@scenario("four-k", "a 4K television is driven at 1920x1080 (SCR-4)")
def four_k(box: Box) -> None:
    machine = box.machine
    machine.television().wants(3840, 2160)
    box.start_home()
    picture = machine.screen()
    expect((picture.width, picture.height) == (1920, 1080), f"it is driven at {picture.width}x{picture.height}")
    box.follow("RIGHT", "a moved focus")


@scenario("overscan", "5 % on each side stay black for a television that cuts its edges")
def overscan(box: Box) -> None:
    machine = box.machine
    box.sign_in("basic")
    box.start(BONUS_TV_SCREEN_OVERSCAN="5")
    machine.wait_screen("the menu", lambda picture: picture.has(ACCENT, least=4))
    picture = machine.wait_still(machine.WHOLE)
    outside = [(x, y) for x in range(0, 1920, 8) for y in (0, 40, 1040, 1079)]
    outside += [(x, y) for x in (0, 80, 1840, 1919) for y in range(0, 1080, 8)]
    expect(all(picture.pixel(x, y) == BLACK for x, y in outside), "something is drawn where the television cuts")
    inside = [(104, 62), (1814, 62), (104, 1016), (1814, 1016)]
    expect(all(picture.pixel(x, y) != BLACK for x, y in inside), "the picture does not reach the edges that are seen")
