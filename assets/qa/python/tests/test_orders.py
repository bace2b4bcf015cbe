"""The three tests for which QA wanted this tool: an order and its ledger, a power cut, a loss and its recovery.

Each joins what the viewer sees, what the ledger holds and what the service got.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bonus_tv_qa import Box, Fault, NotInTime
from bonus_tv_qa.pages import Confirmation, Home, Outcome
from bonus_tv_qa.plugin import BoxFactory
from bonus_tv_qa.values import FaultKind

pytestmark = pytest.mark.bonus_tv(scenario="vip")

PACKAGE = "package-family"
PRICE = 2890
BALANCE = 24090


def confirmation(box: Box) -> Confirmation:
    return Home(box).open_offer(PACKAGE).exchange()


def sent(box: Box) -> list[int | None]:
    """The statuses of the orders that the service got."""
    return [request.status for request in box.requests("POST", "/v1/exchanges")]


def test_an_order_is_one_truth_on_the_screen_in_the_ledger_and_in_the_requests(box: Box) -> None:
    before = box.ledger()
    page = confirmation(box)
    assert (page.charged, page.balance_after) == (PRICE, BALANCE - PRICE)
    assert box.ledger() == before, "a question takes nothing"

    outcome = page.confirm()

    assert (outcome.charged, outcome.balance) == (PRICE, BALANCE - PRICE)
    assert box.ledger().charges_since(before) == [PRICE]
    assert sent(box) == [201]


def test_a_power_cut_while_the_answer_is_on_its_way_charges_once(box_factory: BoxFactory, tmp_path: Path) -> None:
    box = box_factory(storage=tmp_path)
    before = box.ledger()
    page = confirmation(box)
    # The order is carried out, and its answer never comes.
    box.set_faults([Fault("hang", "/v1/exchanges", method="POST", when="after")])
    page.confirm_without_answer()
    box.watch(lambda: box.ledger().charges_since(before), "a charge in the ledger")
    assert sent(box) == [None]

    box.cut_power()
    box.switch_on()

    outcome = Outcome(box)
    assert (outcome.charged, outcome.balance) == (PRICE, BALANCE - PRICE)
    assert box.ledger().charges_since(before) == [PRICE]
    assert sent(box) == [201], "the box asked again with the key of its order, and got the stored answer"


def test_an_order_in_a_lost_connection_is_finished_when_it_returns(box: Box) -> None:
    before = box.ledger()
    page = confirmation(box)
    box.set_faults([Fault("drop", when="before")])
    processing = page.confirm_without_answer()
    box.watch(lambda: sent(box), "an order that was sent into the lost connection")
    assert 201 not in sent(box)
    assert processing.box.state().order_under_way
    assert box.ledger() == before, "nothing was carried out"

    box.clear_faults()

    outcome = Outcome(box)
    assert (outcome.charged, outcome.balance) == (PRICE, BALANCE - PRICE)
    assert box.ledger().charges_since(before) == [PRICE]
    assert sent(box)[-1] == 201
    assert outcome.go_home().state.trouble is None


@pytest.mark.parametrize("kind", ["drop", "close", "truncate", "garbage"])
def test_an_order_whose_answer_is_lost_is_charged_once(box: Box, kind: FaultKind) -> None:
    before = box.ledger()
    page = confirmation(box)
    box.set_faults([Fault(kind, "/v1/exchanges", method="POST", times=1, when="after")])
    assert page.confirm().charged == PRICE
    assert box.ledger().charges_since(before) == [PRICE]
    assert box.faults() == [], "the fault has hit"


def test_an_order_that_is_not_carried_out_does_not_come(box: Box) -> None:
    page = confirmation(box)
    with box.fault(Fault("status", "/v1/exchanges", status=503)):
        page.confirm_without_answer()
        with pytest.raises(NotInTime, match="screen Outcome; it is Processing") as caught:
            box.wait(screen="Outcome", timeout="3s")
    assert caught.value.state is not None and caught.value.state.order_under_way
    assert Outcome(box).charged == PRICE
