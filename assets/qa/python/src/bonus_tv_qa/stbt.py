"""stb-tester's library with a box that is served: its keys and its pictures, without a capture card.

`stbt-core` from PyPI has `match`, `wait_for_match`, `press_and_wait`, `FrameObject` and the rest, but neither keys nor
video: those belong to stb-tester's own hardware. This module gives it both, exact and in virtual time, so that each
frame is a twenty-fifth of a second after the last, however long it took.

    with use(box):
        stbt_core.press("KEY_DOWN")
        stbt_core.wait_for_match("selection.png")
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

import cv2
import numpy
import stbt_core

from bonus_tv_qa.box import Box
from bonus_tv_qa.errors import MalformedAnswer
from bonus_tv_qa.values import Change, Picture

#: Milliseconds from frame to frame.
_FRAME_MS = 40
#: stb-tester's names of keys that are not the box's name with `KEY_` before.
_KEYS = {
    "KEY_ENTER": "OK",
    "KEY_SELECT": "OK",
    "KEY_EXIT": "LEAVE",
    "KEY_HOME": "MENU",
    "KEY_CHANNELUP": "CH+",
    "KEY_CHANNELDOWN": "CH-",
    "KEY_PAGEUP": "PGUP",
    "KEY_PAGEDOWN": "PGDN",
    "KEY_PLAYPAUSE": "PLAY",
}


def key_name(key: str | Enum) -> str:
    """The box's name of a key: `KEY_OK` and `OK` are OK, `KEY_CHANNELUP` is CH+."""
    name = str(key.value if isinstance(key, Enum) else key).upper()
    return _KEYS.get(name, name.removeprefix("KEY_"))


def frame(picture: Picture, time: float | None = None) -> Any:
    """A screenshot as a frame of stb-tester: BGR, with its time in seconds."""
    pixels = cv2.imdecode(numpy.frombuffer(picture.png, numpy.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise MalformedAnswer("the screenshot cannot be decoded")
    return stbt_core.Frame(pixels, time=time)


@contextmanager
def use(box: Box) -> Iterator[DeviceUnderTest]:
    """Makes this box the one that `stbt_core.press`, `get_frame` and the others mean, for as long as the block runs."""
    device = DeviceUnderTest(box)
    before = stbt_core._dut
    stbt_core._dut = device
    try:
        yield device
    finally:
        stbt_core._dut = before


class DeviceUnderTest:
    """What stbt-core wants of a device. Times are the box's own, in seconds."""

    def __init__(self, box: Box) -> None:
        self.box = box
        state = box.state()
        self._origin = state.clock.box.timestamp() - state.t_ms / 1000
        self._now = state.clock.box.timestamp()
        self._last_keypress: Any = None
        self._picture: tuple[int, Any] | None = None
        # Whether the picture of this moment was shown: the next frame is then a later one.
        self._is_shown = False

    def last_keypress(self) -> Any:
        return self._last_keypress

    def press(
        self, key: str | Enum, interpress_delay_secs: float | None = None, hold_secs: float | None = None
    ) -> Any:
        """Presses a key; the delay after the last one and the hold pass in virtual time."""
        keypress = self._begin(key, interpress_delay_secs)
        held = None if hold_secs is None else f"{round(hold_secs * 1000)}ms"
        self._moved(self.box.press(key_name(key), held=held, settle=False))
        keypress.end_time = self._now
        return keypress

    @contextmanager
    def pressing(self, key: str | Enum, interpress_delay_secs: float | None = None) -> Iterator[Any]:
        """Holds a key for as long as the block runs; frames let its time pass."""
        keypress = self._begin(key, interpress_delay_secs)
        self._moved(self.box.key_down(key_name(key), settle=False))
        try:
            yield keypress
        finally:
            self._moved(self.box.key_up(key_name(key), settle=False))
            keypress.end_time = self._now

    def press_until_match(
        self,
        key: str | Enum,
        image: Any,
        interval_secs: float | None = None,
        max_presses: int | None = None,
        match_parameters: Any = None,
        region: Any = stbt_core.Region.ALL,
    ) -> Any:
        """Presses a key until the image is there. Raises `stbt_core.MatchTimeout`."""
        if interval_secs is None:
            interval_secs = stbt_core.get_config("press_until_match", "interval_secs", type_=float)
        if max_presses is None:
            max_presses = stbt_core.get_config("press_until_match", "max_presses", type_=int)
        for _ in range(max_presses):
            try:
                return self._wait_for_match(image, interval_secs, match_parameters, region)
            except stbt_core.MatchTimeout:
                self.press(key)
        return self._wait_for_match(image, interval_secs, match_parameters, region)

    def frames(self, timeout_secs: float | None = None) -> Iterator[Any]:
        """Frames, each later than the last, until so much virtual time has passed."""
        first = self.get_frame()
        current = first
        while timeout_secs is None or current.time - first.time < timeout_secs:
            yield current
            current = self.get_frame()

    def get_frame(self) -> Any:
        """The picture of this moment, and of the next one if this one was shown."""
        if self._is_shown:
            self._pass(_FRAME_MS)
        self._is_shown = True
        return self._look()

    def draw_text(self, text: str, duration_secs: float = 3) -> None:
        """Does nothing: there is no video to write on."""

    def _begin(self, key: str | Enum, interpress_delay_secs: float | None) -> Any:
        delay = interpress_delay_secs
        if delay is None:
            delay = stbt_core.get_config("press", "interpress_delay_secs", type_=float)
        if self._last_keypress is not None:
            missing = self._last_keypress.end_time + delay - self._now
            if missing > 0:
                self._pass(round(missing * 1000))
        self._last_keypress = stbt_core.Keypress(key_name(key), self._now, self._now, self._look())
        return self._last_keypress

    def _look(self) -> Any:
        # The box says the revision with every change, so a picture that is known is not fetched again.
        if self._picture is None:
            picture = self.box.screenshot()
            self._picture = picture.revision, frame(picture)
        return stbt_core.Frame(self._picture[1], time=self._now)

    def _pass(self, milliseconds: int) -> None:
        # The box does not settle: a movement is seen as it moves.
        if milliseconds > 0:
            self._moved(self.box.keys(f"WAIT:{milliseconds}ms", settle=False))

    def _moved(self, change: Change) -> None:
        self._now = self._origin + change.t_ms / 1000
        self._is_shown = False
        if self._picture is not None and self._picture[0] != change.revision:
            self._picture = None

    def _wait_for_match(self, image: Any, timeout_secs: float, match_parameters: Any, region: Any) -> Any:
        return stbt_core.wait_for_match(
            image,
            timeout_secs=timeout_secs,
            match_parameters=match_parameters,
            region=region,
            frames=self.frames(timeout_secs),
        )
