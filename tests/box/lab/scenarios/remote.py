"""The remote: keys that are held, key-ups that come late or never, two nodes, receivers that come and go."""

from __future__ import annotations

import time

from ..box import Box
from ..machine import KEYS, LabError
from ..picture import Picture
from ..scenario import expect, scenario


def _tabs(box: Box) -> Picture:
    """Home with the focus in the row of tabs, on the first."""
    box.start_home()
    for _ in range(4):
        picture = box.follow("UP", "a higher focus")
        focus = picture.focus()
        if focus is not None and focus.bottom < picture.height // 10:
            return picture
    raise LabError("Up does not lead to the tabs")


def _left(picture: Picture) -> int:
    """Where the focused tab begins."""
    focus = picture.focus()
    return -1 if focus is None else focus.left


@scenario("hold", "a tap moves once, a held key repeats, and stops when it is let go", core=True)
def hold(box: Box) -> str:
    machine = box.machine
    first = _tabs(box)
    stops = [box.follow("RIGHT", "the next tab") for _ in range(3)]
    expect(_left(first) < _left(stops[0]) < _left(stops[1]) < _left(stops[2]), "three taps do not make three steps")
    for _ in stops:
        back = box.follow("LEFT", "the tab before")
    expect(back.focus() == first.focus(), "as many taps back do not lead back")
    # 400 ms until the first repeat, then one every 80 ms: at the third stop after 560 ms.
    goal = _left(stops[2])
    machine.remote(f"down {KEYS['RIGHT']}")
    began = time.monotonic()
    machine.wait_screen("three steps", lambda picture: _left(picture) >= goal, 20)
    machine.remote(f"up {KEYS['RIGHT']}")
    held = time.monotonic() - began
    still = machine.wait_still(1.0)
    expect(still.focus() != first.focus(), "a held key does not move the focus")
    machine.wait_screen("no movement", lambda picture: picture.focus() == still.focus(), 1)
    return f"three steps of a held key after {held:.1f} s"


@scenario("lost-key-up", "a receiver that goes while a key is down does not leave it down", core=True)
def lost_key_up(box: Box) -> None:
    machine = box.machine
    first = _tabs(box)
    machine.remote(f"down {KEYS['RIGHT']}")
    machine.wait_screen("one step", lambda picture: picture.focus() not in (None, first.focus()), 20)
    machine.remote("unplug")
    still = machine.wait_still(1.0)
    machine.remote("plug")
    machine.shell("rights")
    expect(machine.wait_still(1.0).focus() == still.focus(), "the focus moves without a receiver")


@scenario("receiver", "a receiver unplugged and plugged in again works without a restart", core=True)
def receiver(box: Box) -> str:
    machine = box.machine
    box.start_home()
    machine.remote("unplug")
    mark = machine.mark()
    machine.remote("plug")
    # The system's rules give the new device its group a moment after it appears.
    machine.shell("rights")
    began = time.monotonic()
    box.wait_log("a receiver is heard", mark)
    box.follow("RIGHT", "the focus one further")
    expect(box.is_running(), "the program has ended")
    return f"works again after {time.monotonic() - began:.1f} s"


@scenario("stuck-key", "a key-up that never comes: the key stops after 45 s, and the others work (C02, KEY-9)")
def stuck_key(box: Box) -> str:
    machine = box.machine
    _tabs(box)
    # The kernel repeats the key for as long as it is down.
    machine.remote(f"down {KEYS['RIGHT']}")
    began = time.monotonic()
    box.wait_log("a key is stuck", timeout=120)
    took = time.monotonic() - began
    last = machine.wait_still(2.0)
    work = box.ticks(3)
    back = box.follow("LEFT", "the tab before")
    expect(_left(back) < _left(last), "Left does not go left")
    expect(machine.wait_still(1.0).focus() == back.focus(), "the stuck key moves the focus once more")
    machine.remote(f"up {KEYS['RIGHT']}")
    return f"released after {took:.0f} s; {work} ticks of work in 3 s while it repeats"


@scenario("late-key-up", "a tap of 600 ms without a kernel repeat, as CEC sends it, is one move (C01, KEY-8)")
def late_key_up(box: Box) -> None:
    machine = box.machine
    first = _tabs(box)
    stop = box.follow("RIGHT", "the next tab")
    expect(box.follow("LEFT", "the tab before").focus() == first.focus(), "a tap back does not lead back")
    # What rc-core sets for CEC: no delay, so that the kernel repeats nothing by itself.
    machine.remote("repeat 0 125")
    try:
        machine.remote(f"press {KEYS['RIGHT']} 600")
        expect(machine.wait_still(1.5).focus() == stop.focus(), "a tap with a late key-up is not one move")
    finally:
        machine.remote("repeat 250 33")


@scenario("two-nodes", "one press that two input nodes send is one move (C04, KEY-10)")
def two_nodes(box: Box) -> None:
    machine = box.machine
    machine.remote("twin")
    try:
        machine.shell("rights")
        first = _tabs(box)
        stop = box.follow("RIGHT", "the next tab")
        expect(box.follow("LEFT", "the tab before").focus() == first.focus(), "a tap back does not lead back")
        machine.remote(f"both {KEYS['RIGHT']} 60")
        expect(machine.wait_still(1.0).focus() == stop.focus(), "a press of two nodes is not one move")
        box.wait_log("two receivers send the same press")
    finally:
        machine.remote("untwin")


@scenario("receiver-held", "another program has grabbed the receiver: it says so, and hears when that has ended (C07)")
def receiver_held(box: Box) -> str:
    machine = box.machine
    with box.held("receiver 'Lab remote'"):
        box.start_home()
        box.wait_log("another program has grabbed this receiver")
        before = machine.wait_still()
        machine.press("RIGHT")
        expect(machine.wait_still(1.0).focus() == before.focus(), "a key that another program has moves the focus")
    began = time.monotonic()
    box.wait_log("this receiver is heard again")
    took = time.monotonic() - began
    box.follow("RIGHT", "the next stop")
    return f"heard {took:.1f} s after the other program's end"


@scenario("old-keys", "keys that are more than a second old when the program gets to them do nothing (KEY-11)")
def old_keys(box: Box) -> None:
    machine = box.machine
    first = _tabs(box)
    box.signal("STOP")
    machine.press("RIGHT", "RIGHT", "OK")
    machine.shell("sleep 2")
    box.signal("CONT")
    box.wait_log("a key was pressed too long ago to count")
    expect(machine.wait_still(1.0).focus() == first.focus(), "a key of before was carried out")
    box.follow("RIGHT", "the next tab")


@scenario("leave", "Back held for 0.8 s leaves the menu from anywhere, with status 0 (BACK-4)")
def leave(box: Box) -> None:
    machine = box.machine
    before = machine.screen()
    box.start_home()
    box.follow("DOWN", "a lower focus")
    machine.remote(f"press {KEYS['BACK']} 1500")
    expect(box.wait_end() == 0, "it does not end with status 0")
    machine.wait_screen("what was there before the start", lambda picture: picture.likeness(before) > 0.9)
