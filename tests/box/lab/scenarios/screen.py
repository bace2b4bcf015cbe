"""The screen: televisions and cards that go and come, standby, other programs, kernels without DRM."""

from __future__ import annotations

import time

from ..box import Box
from ..machine import KEYS
from ..picture import Picture
from ..scenario import expect, scenario


def _is_dark(picture: Picture) -> bool:
    """Whether the screen is black; QEMU writes a small line into the middle of one that is switched off."""
    return picture.pixels.count(0) > len(picture.pixels) * 99 // 100


@scenario("television", "the television is switched off and on: same screen, same focus", core=True)
def television(box: Box) -> None:
    machine = box.machine
    box.start_home()
    before = box.follow("RIGHT", "a moved focus")
    machine.television().switches_off()
    machine.until("grep -q disconnected /sys/class/drm/card0-*/status")
    expect(box.is_running(), "the program ended with the television")
    # Nothing may be left of the picture: what is shown after is drawn after.
    box.machine.television().wants(1920, 1080)
    machine.wait_screen("the screen of before", lambda picture: picture.resembles(before))
    box.follow("LEFT", "a moved focus")


@scenario("late-television", "started before the television: ready at once, a picture when it comes", core=True)
def late_television(box: Box) -> str:
    machine = box.machine
    machine.television().switches_off()
    machine.until("grep -q disconnected /sys/class/drm/card0-*/status")
    box.sign_in("basic")
    mark = box.notified_start()
    box.wait_log("NOTIFY READY=1", mark)
    machine.television().wants(1920, 1080)
    began = time.monotonic()
    box.wait_drawn()
    return f"a picture {time.monotonic() - began:.1f} s after the television"


@scenario("standby", "the power key darkens the screen and stops all work; again, and it is back", core=True)
def standby(box: Box) -> str:
    machine = box.machine
    box.start_home()
    before = box.follow("RIGHT", "a moved focus")
    machine.press("POWER")
    machine.wait_screen("a dark screen", _is_dark)
    ticks = box.ticks(3)
    machine.press("POWER")
    began = time.monotonic()
    machine.wait_screen("the screen of before", lambda picture: picture.resembles(before))
    took = time.monotonic() - began
    expect(ticks <= 3, f"{ticks} ticks of work within 3 s of standby")
    return f"{ticks} ticks of work in 3 s of standby; awake after {took:.1f} s"


@scenario("power-pair", "Power and Power-On together, as televisions send them, leave all as it was (C05, KEY-12)")
def power_pair(box: Box) -> None:
    machine = box.machine
    box.start_home()
    before = box.follow("RIGHT", "a moved focus")
    machine.remote(f"press {KEYS['POWER']} 30")
    machine.remote(f"press {KEYS['WAKEUP']} 30")
    after = machine.wait_still(1.0)
    expect(not _is_dark(after), "the screen stays dark")
    expect(after.focus() == before.focus(), "the focus is another one")
    # The same two keys still work one by one.
    machine.press("POWER")
    machine.wait_screen("a dark screen", _is_dark)
    machine.press("WAKEUP")
    machine.wait_screen("the screen of before", lambda picture: picture.resembles(before))


@scenario("power-twice", "one press of Power that two input nodes send goes to standby, and not back (KEY-10)")
def power_twice(box: Box) -> None:
    machine = box.machine
    machine.remote("twin")
    try:
        machine.shell("rights")
        box.start_home()
        machine.remote(f"both {KEYS['POWER']} 60")
        machine.wait_screen("a dark screen", _is_dark)
        expect(_is_dark(machine.wait_still(1.0)), "the second press brings the picture back")
    finally:
        machine.remote("untwin")


@scenario("hotplugs", "twelve times off and on: the same screen, and no descriptor or memory is lost (SCR-2)")
def hotplugs(box: Box) -> str:
    machine = box.machine
    box.start_home()
    before = box.follow("RIGHT", "a moved focus")
    descriptors, memory = box.descriptors(), box.memory()
    for _ in range(12):
        machine.television().switches_off()
        machine.until("grep -q disconnected /sys/class/drm/card0-*/status")
        machine.television().wants(1920, 1080)
        machine.until("grep -qx connected /sys/class/drm/card0-*/status")
    machine.wait_screen("the screen of before", lambda picture: picture.resembles(before))
    machine.wait_still()
    more = box.memory() - memory
    # Connections to the service that nobody used may have been closed meanwhile.
    expect(box.descriptors() <= descriptors, f"{box.descriptors()} descriptors instead of {descriptors}")
    expect(more < 2, f"{more:.1f} MiB more than before")
    box.follow("LEFT", "a moved focus")
    return f"{descriptors} descriptors, {more:+.1f} MiB"


@scenario("screen-held", "another program has the screen: it says so once, and draws when that has ended")
def screen_held(box: Box) -> str:
    machine = box.machine
    with box.held("card /dev/dri/card0"):
        box.sign_in("basic")
        box.start()
        box.wait_log("another program has the screen")
        expect(not machine.wait_still(2.0).is_drawn(), "the picture is there all the same")
        told = sum("another program has the screen" in line for line in machine.lines(0))
        expect(told == 1, f"it is logged {told} times")
    began = time.monotonic()
    box.wait_drawn()
    took = time.monotonic() - began
    box.follow("RIGHT", "a moved focus")
    return f"a picture {took:.1f} s after the other program's end"


@scenario("driver-reload", "the driver goes and comes while the menu runs: same screen, same focus (C17)")
def driver_reload(box: Box) -> str:
    machine = box.machine
    box.start_home()
    before = box.follow("RIGHT", "a moved focus")
    device = machine.shell("basename /sys/class/drm/card0/device/virtio*").strip()
    machine.shell(f"echo 0 > /sys/class/vtconsole/vtcon1/bind; echo {device} > $driver/unbind")
    machine.until("! grep -q . /sys/class/drm/card0-*/status 2>/dev/null")
    expect(box.is_running(), "the program ended with the driver")
    machine.shell(f"echo {device} > $driver/bind; rights")
    began = time.monotonic()
    machine.wait_screen("the screen of before", lambda picture: picture.resembles(before))
    took = time.monotonic() - began
    box.follow("LEFT", "a moved focus")
    return f"the picture is back {took:.1f} s after the driver"


@scenario("second-card", "another card's screen is used while the first has none (SCR-1)")
def second_card(box: Box) -> str:
    machine = box.machine
    box.start_home()
    machine.shell("second_card bind; rights")
    try:
        mark = machine.mark()
        expect(not machine.wait_still(2.0).is_of_one_colour(), "the first screen is left though it is as good")
        machine.television().switches_off()
        began = time.monotonic()
        box.wait_log("a graphics card is used.*card1", mark)
        while not machine.screen("second").is_drawn():
            expect(time.monotonic() - began < 60, "the second card does not show the menu")
        took = time.monotonic() - began
        return f"the other screen shows the menu after {took:.1f} s"
    finally:
        box.stop()
        machine.shell("second_card unbind")


@scenario("framebuffer", "without /dev/dri the picture goes to /dev/fb0", core=True)
def framebuffer(box: Box) -> None:
    box.machine.shell("mkdir -p /tmp/dri && mv /dev/dri/* /tmp/dri/")
    box.start_home()
    box.wait_log("fb0")
    box.follow("RIGHT", "a moved focus")


@scenario("no-screen", "without any screen device it says so once, waits, and takes the card that comes", core=True)
def no_screen(box: Box) -> str:
    machine = box.machine
    machine.shell("mkdir -p /tmp/dri && mv /dev/dri/* /tmp/dri/; mv /dev/fb0 /tmp/fb0")
    box.start()
    message = box.wait_log("waiting for a screen")
    expect(box.is_running(), "the program has ended")
    machine.shell("mv /tmp/dri/* /dev/dri/")
    began = time.monotonic()
    box.wait_drawn()
    expect("panic" not in message, "the message is a panic")
    return f"a picture {time.monotonic() - began:.1f} s after the card"


@scenario("late-card", "a frame buffer gives way to the card that comes later (SCR-5)")
def late_card(box: Box) -> str:
    machine = box.machine
    machine.shell("mkdir -p /tmp/dri && mv /dev/dri/* /tmp/dri/")
    box.start_home()
    box.wait_log("fb0")
    before = box.follow("RIGHT", "a moved focus")
    mark = machine.mark()
    # The kernel tells of a card that has come.
    machine.shell("mv /tmp/dri/* /dev/dri/; echo add > /sys/class/drm/card0/uevent")
    began = time.monotonic()
    box.wait_log("a graphics card is used", mark)
    took = time.monotonic() - began
    machine.wait_screen("the screen of before", lambda picture: picture.resembles(before))
    box.follow("LEFT", "a moved focus")
    return f"the card is used {took:.1f} s after it came"


@scenario("ready-no-screen", "without any screen device it is ready for systemd and gives signs of life (SCR-5)")
def ready_without_screen(box: Box) -> None:
    machine = box.machine
    machine.shell("mkdir -p /tmp/dri && mv /dev/dri/* /tmp/dri/; mv /dev/fb0 /tmp/fb0")
    box.sign_in("basic")
    mark = box.notified_start()
    box.wait_log("NOTIFY READY=1", mark)
    box.wait_log("waiting for a screen", mark)
    box.wait_log("NOTIFY WATCHDOG=1", mark)
    machine.shell("mv /tmp/dri/* /dev/dri/")
    box.wait_drawn()
