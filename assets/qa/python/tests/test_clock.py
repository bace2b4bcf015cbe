"""Time that passes because a test asks for it, on box and sandbox at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bonus_tv_qa import Box
from bonus_tv_qa.pages import Home, MyOptions


@pytest.mark.bonus_tv(scenario="vip")
def test_a_rental_ends_48_hours_after_the_order(box: Box) -> None:
    offer = Home(box).open_offer("film-potemkin")
    film = offer.title
    ordered = box.clock().box
    options = offer.exchange().confirm().go_home().open_my_options()
    assert "Смотреть" in options.row(film).value

    # A box in standby asks for nothing, so that two days cost no real time.
    box.power("standby")
    box.advance("47h")
    box.power("on")
    assert "Смотреть" in MyOptions(box).row(film).value
    box.advance("61m")
    assert "Смотреть" not in options.row(film).value
    assert "закончилось" in options.row(film).value

    # Nor does the page of the offer start it any more.
    offer = options.open_home().open_offer("film-potemkin")
    assert "watch" not in offer.buttons
    clock = box.clock()
    assert clock.box == clock.sandbox
    assert timedelta(hours=48) < clock.box - ordered < timedelta(hours=48, minutes=2)


@pytest.mark.bonus_tv(scenario="rental-3h", clock="2026-12-31T20:00:00Z")
def test_a_box_starts_at_the_time_of_the_marker(box: Box) -> None:
    start = datetime(2026, 12, 31, 20, tzinfo=UTC)
    assert timedelta() <= box.clock().box - start < timedelta(seconds=5)
    assert "23:00" in box.text()
    box.advance("1h")
    assert "00:00" in box.text()
