"""What a viewer does: looks, signs in, exchanges."""

from __future__ import annotations

import time

from ..box import Box
from ..picture import FOCUS
from ..scenario import expect, scenario

FILM = 800
POINTS = 1500


@scenario("first-frame", "a box without a sign-in shows the code", core=True, basic=True)
def first_frame(box: Box) -> str:
    began = time.monotonic()
    box.start()
    box.machine.wait_screen("anything", lambda picture: not picture.is_of_one_colour())
    frame = time.monotonic() - began
    # The white plate of the QR code is on no other screen.
    box.machine.wait_screen("the QR code", lambda picture: picture.has(FOCUS, least=picture.width // 10))
    box.wait_drawn()
    box.sandbox.code()
    return f"first frame after {frame:.1f} s, the code after {time.monotonic() - began:.1f} s"


@scenario("exchange", "signs in by code, exchanges points for a film with arrows, OK and Back", core=True)
def exchange(box: Box) -> str:
    machine = box.machine
    began = time.monotonic()
    mark = box.start()
    box.wait_drawn()
    sign_in = machine.wait_still()
    box.sandbox.approve(box.sandbox.code(), "basic")
    machine.wait_screen("another screen after the sign-in", lambda picture: picture.likeness(sign_in) < 0.6)
    box.wait_rows(mark)
    machine.wait_still()
    box.follow("DOWN", "the focus on a film")
    offer = box.follow("OK", "the offer")
    question = box.follow("OK", "the question")
    expect(box.sandbox.exchanges("m-basic") == [], "an order was sent before it was confirmed")
    # The question stands on «Отмена»: Back leaves it, and nothing has happened.
    expect(box.follow("BACK", "the offer").focus() == offer.focus(), "Back does not lead to where OK was pressed")
    expect(box.follow("OK", "the question").focus() == question.focus(), "the question has another first answer")
    box.follow("RIGHT", "the focus on the consent")
    box.follow("OK", "the outcome")
    box.wait_log("an order is placed")
    box.wait_log("the order's result was seen")
    machine.screen().save(box.output / "exchange.png")
    expect(box.sandbox.exchanges("m-basic") == [("confirmed", FILM, POINTS - FILM)], "the ledger has no such exchange")
    expect(box.sandbox.balance("m-basic") == POINTS - FILM, "the balance is not what was promised")
    box.follow("BACK", "home")
    return f"{FILM} of {POINTS} points, once; {time.monotonic() - began:.0f} s by remote"


@scenario("same-picture", "home is the emulator's picture of it, to the pixel", basic=True)
def same_picture(box: Box) -> str:
    box.start_home("vip")
    shown = box.machine.wait_still(still=1.5)
    meant = box.emulated("vip", shown.width, shown.height)
    meant.save(box.output / "same-picture-emulator.png")
    likeness = shown.likeness(meant)
    # The time of day may differ by a minute.
    expect(likeness > 0.97, f"only {likeness:.1%} of the screen is as the emulator draws it")
    return f"{likeness:.1%} of the screen is the same to the bit"


# Texts by the thousand are shaped on the way, and every second key draws a part of the screen.
WALK = [*["DOWN"] * 3, *["RIGHT"] * 7, "OK", "BACK", "UP", *["LEFT"] * 5, "DOWN"]
ROUNDS = 8


@scenario("same-picture-walk", "after a long walk the screen is the emulator's picture, to the pixel (C54)")
def same_picture_after_a_walk(box: Box) -> str:
    box.start_home("vip")
    box.machine.wait_still()
    for _ in range(ROUNDS):
        box.machine.press(*WALK)
    shown = box.machine.wait_still(still=2)
    shown.save(box.output / "same-picture-walk.png")
    meant = box.emulated("vip", shown.width, shown.height, " ".join(WALK * ROUNDS))
    meant.save(box.output / "same-picture-walk-emulator.png")
    likeness = shown.likeness(meant)
    # The time of day may differ by a minute.
    expect(likeness > 0.985, f"only {likeness:.1%} of the screen is as the emulator draws it")
    return f"{likeness:.1%} of the screen is the same to the bit after {len(WALK) * ROUNDS} keys"
