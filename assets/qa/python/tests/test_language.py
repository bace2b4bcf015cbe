"""The same steps in both languages: ids do not depend on the words."""

from __future__ import annotations

import pytest

from bonus_tv_qa import ServedBox
from bonus_tv_qa.pages import Home
from bonus_tv_qa.plugin import BoxFactory


def order(box: ServedBox) -> list[str]:
    """Orders a film; what could be read on the way."""
    home = Home(box)
    words = [home.text("tab:catalog")]
    offer = home.open_offer("film-potemkin")
    words.append(offer.title)
    confirmation = offer.exchange()
    words.append(confirmation.title)
    outcome = confirmation.confirm()
    assert outcome.charged == 680
    return [*words, outcome.title]


@pytest.mark.bonus_tv(scenario="vip")
@pytest.mark.parametrize(
    ("language", "catalogue", "question", "done"),
    [
        ("ru", "Каталог", "Взять этот фильм?", "Готово!"),
        ("en", "Catalogue", "Get this film?", "Done!"),
    ],
)
def test_an_order_needs_the_same_steps(
    box_factory: BoxFactory, language: str, catalogue: str, question: str, done: str
) -> None:
    box = box_factory(language=language)
    assert box.state().language == language
    words = order(box)
    assert [words[0], words[2], words[3]] == [catalogue, question, done]
