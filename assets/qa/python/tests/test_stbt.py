"""stb-tester's library on a served box; runs where stbt-core is installed."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest

from bonus_tv_qa import Box, MalformedAnswer, Picture
from bonus_tv_qa.pages import Home

if TYPE_CHECKING:
    import stbt_core

    from bonus_tv_qa import stbt
else:
    stbt_core = pytest.importorskip("stbt_core", reason="stbt-core is not installed")
    from bonus_tv_qa import stbt

pytestmark = pytest.mark.bonus_tv(scenario="vip")


def cut_out(box: Box, id: str) -> Any:
    """The picture of an element, as a reference to look for."""
    bounds = Home(box).node(id).bounds
    assert bounds is not None
    region = stbt_core.Region(bounds.x, bounds.y, width=bounds.width, height=bounds.height)
    return stbt_core.crop(stbt_core.get_frame(), region)


def test_a_frame_is_the_picture_of_the_box(stbt_box: Box) -> None:
    frame = stbt_core.get_frame()
    assert (frame.width, frame.height) == (1280, 720)
    assert frame.time >= stbt_box.clock().box.timestamp() - 1
    assert not stbt_core.is_screen_black(frame)


def test_each_frame_is_a_25th_of_a_second_later(stbt_box: Box) -> None:
    times = [frame.time for frame in stbt_core.frames(timeout_secs=0.2)]
    assert [round(time - times[0], 3) for time in times] == [0, 0.04, 0.08, 0.12, 0.16]


def test_an_element_is_matched_where_the_tree_says_and_not_on_another_screen(stbt_box: Box) -> None:
    clock = cut_out(stbt_box, "clock")
    bounds = Home(stbt_box).node("clock").bounds
    assert bounds is not None
    found = stbt_core.match(clock)
    assert found
    assert (found.region.x, found.region.y) == (bounds.x, bounds.y)

    card = cut_out(stbt_box, "offer:film-potemkin")
    assert stbt_core.match(card)
    stbt_core.press("KEY_OK")
    stbt_box.wait(screen="Offer")
    assert not stbt_core.match(card)
    with pytest.raises(stbt_core.MatchTimeout):
        stbt_core.wait_for_match(card, timeout_secs=1)
    stbt_core.press("KEY_BACK")
    assert stbt_core.wait_for_match(card, timeout_secs=5)


def test_a_key_is_followed_until_the_picture_stands_still(stbt_box: Box) -> None:
    transition = stbt_core.press_and_wait("KEY_RIGHT")
    assert transition.status == stbt_core.TransitionStatus.COMPLETE
    assert 0 < transition.animation_duration < 2
    assert stbt_box.state().focus == "offer:package-family"
    # At its edge the screen pushes back and stands still again.
    stbt_box.keys("UP*3")
    assert stbt_core.press_and_wait("KEY_UP", timeout_secs=2, stable_secs=0.5)


def test_a_wait_lets_the_box_go_on(stbt_box: Box) -> None:
    stbt_core.press("KEY_OK")
    start = stbt_box.state().t_ms
    assert stbt_core.wait_until(lambda: stbt_core.get_frame() is not None and stbt_box.state().t_ms - start > 500)


def test_a_key_is_pressed_until_its_picture_comes(stbt_box: Box) -> None:
    status = Home(stbt_box).open_status()
    bounds = status.node("title").bounds
    assert bounds is not None
    region = stbt_core.Region(bounds.x, bounds.y, width=bounds.width, height=bounds.height)
    title = stbt_core.crop(stbt.frame(stbt_box.screenshot()), region)
    status.open_home().walk_to("tab:home")

    stbt_core.press_until_match("KEY_RIGHT", title, interval_secs=0.5, max_presses=5, region=region)
    assert stbt_box.state().screen == "Status"


def test_a_key_that_is_held_repeats_and_is_let_go(stbt_box: Box) -> None:
    with stbt_core.pressing("KEY_RIGHT"):
        for _ in stbt_core.frames(timeout_secs=1):
            assert stbt_box.state().held == ("RIGHT",)
    assert stbt_box.state().held == ()
    assert stbt_box.state().focus not in ("offer:film-potemkin", "offer:package-family")


def test_keys_come_apart_in_virtual_time(stbt_box: Box) -> None:
    first = stbt_core.press("KEY_RIGHT")
    second = stbt_core.press("KEY_LEFT", interpress_delay_secs=2, hold_secs=0.5)
    assert second.start_time - first.end_time == pytest.approx(2, abs=0.01)
    assert second.end_time - second.start_time >= 0.5
    assert stbt_core.last_keypress() is second


def test_a_screen_can_be_a_frame_object(stbt_box: Box) -> None:
    stbt_core.press("KEY_OK")
    stbt_box.wait(screen="Offer")
    bounds = stbt_box.tree().find("button:add")
    assert bounds is not None and bounds.bounds is not None
    place = stbt_core.Region(bounds.bounds.x, bounds.bounds.y, width=bounds.bounds.width, height=bounds.bounds.height)
    button = stbt_core.crop(stbt_core.get_frame(), place)

    class OfferScreen(stbt_core.FrameObject):  # type: ignore[misc]
        @property
        def is_visible(self) -> bool:
            return bool(stbt_core.match(button, frame=self._frame, region=place))

    page = OfferScreen()
    assert page.is_visible
    stbt_core.press("KEY_BACK")
    stbt_box.wait(screen="Home")
    assert not page.refresh().is_visible


def test_the_device_before_is_back_after_the_block(box: Box) -> None:
    with pytest.raises(RuntimeError, match="isn't configured"):
        stbt_core.press("KEY_OK")
    with stbt.use(box) as device:
        assert stbt_core._dut is device
    with pytest.raises(RuntimeError, match="isn't configured"):
        stbt_core.get_frame()


def test_keys_have_stb_testers_names() -> None:
    class Key(Enum):
        UP = "KEY_UP"

    names: dict[str | Enum, str] = {
        "KEY_OK": "OK",
        "KEY_5": "5",
        "KEY_CHANNELUP": "CH+",
        "key_red": "RED",
        "DOWN": "DOWN",
        Key.UP: "UP",
    }
    assert {key: stbt.key_name(key) for key in names} == names


def test_a_broken_picture_is_no_frame() -> None:
    with pytest.raises(MalformedAnswer, match="cannot be decoded"):
        stbt.frame(Picture(1, b"\x89PNG\r\n"))
