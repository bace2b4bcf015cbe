"""The screen: televisions that go and come back with another size, standby, kernels without DRM."""

from __future__ import annotations

import time

from ..box import Box
from ..machine import KEYS
from ..picture import Picture
from ..scenario import expect, scenario


def _is_dark(picture: Picture) -> bool:
    """Whether the screen is black; QEMU writes a small line into the middle of one that is switched off."""
    return picture.pixels.count(0) > len(picture.pixels) * 99 // 100


def _edid(timing: bytes) -> bytes:
    """What a television says of itself that knows one mode alone."""
    name = b"\0\0\0\xfc\0Lab TV\n      "
    head = b"\0\xff\xff\xff\xff\xff\xff\0\x30\x36\x01\0\0\0\0\0\x01\x20\x01\x03\x80\x50\x2d\x78\x0a"
    colours = bytes.fromhex("ee91a3544c99260f5054")
    body = head + colours + bytes(3) + b"\1" * 16 + timing + name + (b"\0\0\0\x10" + bytes(14)) * 2 + b"\0"
    return body + bytes([-sum(body) % 256])


# 1280x720 at 60 Hz as CEA-861 has it.
HD = bytes.fromhex("011d007251d01e206e285500c48e2100001e")


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


@scenario("mode-change", "the television becomes a smaller one: a whole picture at its size", core=True)
def mode_change(box: Box) -> str:
    machine = box.machine
    box.start_home()
    before = machine.wait_still(machine.WHOLE)
    override = "/sys/kernel/debug/dri/0/Virtual-1/edid_override"
    machine.shell("mount -t debugfs debug /sys/kernel/debug")
    box.put("/tmp/edid", _edid(HD))
    machine.shell(f"cat /tmp/edid > {override}")
    machine.television().wants(1280, 720)
    began = time.monotonic()
    machine.wait_screen(
        "home at 1280x720", lambda picture: (picture.width, picture.height) == (1280, 720) and picture.is_drawn()
    )
    took = time.monotonic() - began
    small = machine.wait_still()
    expect(small.has((0xF5, 0xB8, 0x3D), least=8), "the small picture has no accent: it is not home")
    machine.shell(f"echo -n reset > {override}; umount /sys/kernel/debug")
    machine.television().wants(1920, 1080)
    machine.wait_screen("home at 1920x1080 again", lambda picture: picture.resembles(before))
    return f"a picture at the new size after {took:.1f} s"


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
    machine.shell("mv /tmp/dri/* /dev/dri/")
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
