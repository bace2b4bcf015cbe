"""Time that passes because a test asks for it, on box and sandbox at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bonus_tv_qa import Box
from bonus_tv_qa.pages import Home


@pytest.mark.bonus_tv(scenario="vip")
def test_a_rental_ends_48_hours_after_the_order(box: Box) -> None:
    home = Home(box).open_offer("film-potemkin").exchange().confirm().go_home()
    rented = home.state.clock.box
    assert "film-potemkin#2" in home.offers, "it stands among what is the subscriber's own"

    # A rental of 48 hours, to the minute on both sides of its end.
    box.advance("47h")
    box.advance(timedelta(minutes=58))
    box.press("BLUE")
    assert "film-potemkin#2" in Home(box).offers
    box.advance("3m")
    box.press("BLUE")
    home = Home(box)
    assert "film-potemkin#2" not in home.offers
    clock = box.clock()
    assert clock.box == clock.sandbox
    assert timedelta(hours=48) < clock.box - rented < timedelta(hours=48, minutes=2)


@pytest.mark.bonus_tv(scenario="rental-3h", clock="2026-12-31T20:00:00Z")
def test_a_box_starts_at_the_time_of_the_marker(box: Box) -> None:
    start = datetime(2026, 12, 31, 20, tzinfo=UTC)
    assert timedelta() <= box.clock().box - start < timedelta(seconds=5)
    assert "23:00" in box.text()
    box.advance("1h")
    assert "00:00" in box.text()
