"""The network: absent, back, and behind TLS on a box without certificates."""

from __future__ import annotations

import time

from ..box import Box
from ..host import Door
from ..scenario import expect, scenario


@scenario("no-network", "starts without a network from the cache; recovers by itself when it is back", core=True)
def no_network(box: Box) -> str:
    machine = box.machine
    box.start_home()
    before = machine.wait_still(1.0)
    box.stop()
    machine.cable("out")
    began = time.monotonic()
    box.start()
    machine.wait_screen("home from the cache", lambda picture: picture.resembles(before))
    cached = time.monotonic() - began
    # A notice of the loss stands over it.
    machine.wait_screen("a notice of the loss", lambda picture: picture.likeness(before) < 0.99)
    mark = machine.mark()
    machine.cable("in")
    began = time.monotonic()
    machine.wait_screen("home without a notice", lambda picture: picture.likeness(before) > 0.99, 60)
    took = time.monotonic() - began
    expect(not [line for line in machine.lines(mark) if "panic" in line], "something panicked")
    # NET-2 says 5 s; the notice that the link is back stands for a while of its own.
    expect(took < 12, f"it took {took:.1f} s to be well")
    return f"home after {cached:.1f} s without, well {took:.1f} s after the cable"


@scenario("first-network", "without a sign-in and a network: a message; with the network: the code")
def first_network(box: Box) -> str:
    machine = box.machine
    machine.cable("out")
    box.start()
    box.wait_drawn()
    machine.cable("in")
    began = time.monotonic()
    box.sandbox.code(60)
    return f"a code {time.monotonic() - began:.1f} s after the cable"


@scenario("own-authority", "no certificates on the box; the operator's own by api.ca_file", core=True)
def own_authority(box: Box) -> None:
    expect(box.machine.try_shell("ls /etc/ssl /etc/pki /usr/share/ca-certificates")[0] != 0, "the box has certificates")
    door = Door(box.sandbox, box.machine.directory)
    try:
        box.put("/etc/bonus-tv/ca.pem", door.authority.read_bytes())
        box.machine.shell("chmod 644 /etc/bonus-tv/ca.pem")
        box.sign_in("basic")
        box.start(api=door.url, BONUS_TV_API_CA_FILE="/etc/bonus-tv/ca.pem")
        box.machine.wait_screen("home with the accent", lambda picture: picture.is_drawn())
        box.machine.wait_still(1.0)
        expect(door.handshakes > 0, "nobody came through the door")
    finally:
        door.close()


@scenario("unknown-authority", "a server that nobody vouches for is refused, with a message", core=True)
def unknown_authority(box: Box) -> None:
    door = Door(box.sandbox, box.machine.directory)
    try:
        box.sign_in("basic")
        mark = box.start(api=door.url)
        box.wait_drawn()
        box.wait_log("a request failed kind=Tls", mark)
        expect(door.handshakes == 0, "the box trusted a stranger")
        expect(box.is_running(), "the program has ended")
    finally:
        door.close()


@scenario("wrong-clock", "a clock in the past gets words of its own, not those of a bad server")
def wrong_clock(box: Box) -> None:
    door = Door(box.sandbox, box.machine.directory)
    now = int(time.time())
    try:
        box.put("/etc/bonus-tv/ca.pem", door.authority.read_bytes())
        box.machine.shell("chmod 644 /etc/bonus-tv/ca.pem; date -s @1000000000")
        box.sign_in("basic")
        mark = box.start(api=door.url, BONUS_TV_API_CA_FILE="/etc/bonus-tv/ca.pem")
        box.wait_drawn()
        box.wait_log("a request failed kind=Clock", mark)
    finally:
        box.machine.shell(f"date -s @{now + 30}")
        door.close()
