"""The examples of the documents hold."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1]


def examples(document: Path) -> list[str]:
    """The indented blocks that are tests of pytest."""
    blocks: list[list[str]] = [[]]
    for line in document.read_text(encoding="utf-8").splitlines():
        if line.startswith("    ") or not line:
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    texts = [textwrap.dedent("\n".join(block)).strip() for block in blocks]
    return [text for text in texts if text.startswith("import pytest\n") and "def test_" in text]


@pytest.mark.parametrize("document", [PACKAGE / "README.md", PACKAGE.parents[2] / "docs" / "testing.md"])
def test_the_example_of_a_document_holds(
    pytester: pytest.Pytester, bonus_tv_emulator: Path, monkeypatch: pytest.MonkeyPatch, document: Path
) -> None:
    monkeypatch.setenv("BONUS_TV_EMULATOR", str(bonus_tv_emulator))
    (example,) = examples(document)
    # What follows the test in its block are commands.
    code = example.split("\n\nvenv/bin/")[0]
    pytester.makepyfile(code)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
