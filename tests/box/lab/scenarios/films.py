"""Films: another program plays them, and the box remembers what was watched."""

from __future__ import annotations

from ..box import STATE, Box
from ..scenario import expect, scenario

SERIAL = "film-vampires"
# It fetches all of the film and ends well, which is what a player does for a viewer who watches to the end.
PLAYER = '["wget", "-q", "-O", "/dev/null", "{url}"]'


@scenario("serial", "plays the next episode each time, also after the power was cut", core=True)
def serial(box: Box) -> str:
    box.sign_in("serial")
    for episode in ("1", "2"):
        play_next(box, episode)
    box.signal("KILL")
    box.wait_end()
    play_next(box, "3")
    played = box.sandbox.played(SERIAL)
    expect(played == ["1", "2", "3"], f"the episodes {played} were played")
    return "episodes 1 and 2, and 3 after a cut"


def play_next(box: Box, episode: str) -> None:
    """Presses OK on home and waits until the episode was watched."""
    if not box.is_running():
        mark = box.start(BONUS_TV_PLAYER_COMMAND=PLAYER)
        box.wait_drawn()
        box.wait_rows(mark)
    box.machine.wait_still(box.machine.WHOLE)
    box.machine.press("OK")
    box.machine.until(f"""grep -q ',"{episode}"]' {STATE}/watched""", timeout=60)
