"""The plugin in a pytest of its own: fixtures, the marker, and what a failed test leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def inner(pytester: pytest.Pytester, bonus_tv_emulator: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A directory with tests, and the emulator for them."""
    monkeypatch.setenv("BONUS_TV_EMULATOR", str(bonus_tv_emulator))
    # The worker in which this test runs is none of the inner run's.
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    return pytester


def test_a_failed_test_leaves_its_evidence(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        """
        import pytest

        @pytest.mark.bonus_tv(scenario="vip")
        def test_screen(box):
            box.keys("DOWN")
            assert box.state().screen == "Catalog"
        """
    )
    result = inner.runpytest_subprocess("--bonus-tv-artifacts=evidence", "--junitxml=report.xml")
    result.assert_outcomes(failed=1)
    folder = inner.path / "evidence" / "test_a_failed_test_leaves_its_evidence.py-test_screen" / "box-0"
    result.stdout.fnmatch_lines(["*- bonus-tv -*", f"files of the box: {folder}", "on the screen:", "  *24?090*"])
    assert (folder / "screenshot.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((folder / "state.json").read_text())["screen"] == "Home"
    assert json.loads((folder / "ledger.json").read_text())["member"] == "m-vip"
    assert json.loads((folder / "tree.json").read_text())["root"]["id"] == "Home"
    paths = [request["path"] for request in json.loads((folder / "requests.json").read_text())]
    assert "/v1/account" in paths
    assert "24" in (folder / "text.txt").read_text()
    assert (folder / "emulator.log").exists()
    assert "bonus-tv-artifacts" in (inner.path / "report.xml").read_text()


def test_a_test_that_holds_leaves_nothing(inner: pytest.Pytester) -> None:
    inner.makepyfile("def test_screen(box):\n    assert box.state().screen == 'SignIn'\n")
    result = inner.runpytest_subprocess()
    result.assert_outcomes(passed=1)
    assert not (inner.path / "bonus-tv-artifacts").exists()


def test_a_box_that_died_fails_its_test_and_is_reported(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        """
        import os, signal

        def test_screen(box):
            os.kill(box.pid, signal.SIGKILL)
            box._process.wait()
            box.state()
        """
    )
    result = inner.runpytest_subprocess()
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines_random(["*BoxUnreachable*", "state.json: *does not answer*", "*ended with status -9*"])


def test_the_nearest_marker_says_last_how_a_box_starts(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        """
        import pytest

        pytestmark = pytest.mark.bonus_tv(scenario="vip", language="en")

        def test_module(box):
            state = box.state()
            assert (state.member, state.language) == ("m-vip", "en")

        @pytest.mark.bonus_tv(scenario="debt", clock="2027-01-01T00:00:00Z")
        def test_function(box, box_factory):
            state = box.state()
            assert (state.member, state.language, state.clock.box.year) == ("m-debt", "en", 2027)
            assert box_factory(scenario=None).state().screen == "SignIn"
        """
    )
    inner.runpytest_subprocess().assert_outcomes(passed=2)


@pytest.mark.parametrize("marker", ['bonus_tv(colour="red")', 'bonus_tv("vip")'])
def test_a_marker_that_is_not_understood_is_named(inner: pytest.Pytester, marker: str) -> None:
    inner.makepyfile(f"import pytest\n\n@pytest.mark.{marker}\ndef test_screen(box):\n    pass\n")
    result = inner.runpytest_subprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the marker bonus_tv takes clock, ecp, flags, language*"])


def test_an_emulator_that_is_not_there_fails_the_test(inner: pytest.Pytester) -> None:
    inner.makepyfile("def test_screen(box):\n    pass\n")
    result = inner.runpytest_subprocess("--bonus-tv-emulator=nowhere/emulator")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*nowhere/emulator is no program*"])


def test_tests_in_parallel_have_boxes_of_their_own(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        """
        import pytest

        @pytest.mark.bonus_tv(scenario="vip")
        @pytest.mark.parametrize("number", range(4))
        def test_order(box, number):
            before = box.ledger()
            box.keys("OK OK RIGHT OK")
            box.wait(screen="Outcome")
            assert box.ledger().charges_since(before) == [680]
            assert box.state().balance == 24090 - 680
        """
    )
    inner.runpytest_subprocess("-n", "2").assert_outcomes(passed=4)
