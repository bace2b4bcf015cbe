"""The disk: read-only, full."""

from __future__ import annotations

from ..box import STATE, Box
from ..scenario import expect, scenario


@scenario("read-only", "a state directory that cannot be written: a warning, and the menu all the same", core=True)
def read_only(box: Box) -> None:
    box.sign_in("basic")
    box.machine.shell(f"mount -o remount,ro {STATE}")
    mark = box.start()
    box.wait_drawn()
    box.wait_log("nothing can be kept, so points cannot be spent", mark)
    expect(box.is_running(), "the program has ended")


@scenario("disk-full", "a full disk: home is shown, and an order that cannot be kept is not sent", core=True)
def disk_full(box: Box) -> None:
    machine = box.machine
    member = box.sign_in("basic")
    # A directory that holds a stranger's file and no mark of ours would be left alone.
    # The picture of the scenario before is still on the screen, so it says nothing of how far this start is.
    mark = box.start()
    box.wait_rows(mark)
    box.stop()
    machine.shell(f"dd if=/dev/zero of={STATE}/filler bs=4k 2>/dev/null; df {STATE} | grep -q 100%")
    # The picture of the first start is still on the screen: a key would come before the second one listens.
    mark = box.start()
    box.wait_rows(mark)
    box.wait_drawn()
    box.follow("DOWN", "the focus on a film")
    box.follow("OK", "the offer")
    box.follow("OK", "the question")
    box.follow("RIGHT", "the focus on the consent")
    mark = machine.mark()
    machine.press("OK")
    box.wait_log("the order was not stored and is not sent", mark)
    machine.wait_still()
    expect(box.sandbox.exchanges(member) == [], "an order was sent that a power cut would have lost")
    expect(box.is_running(), "the program has ended")
