"""Lets espeak-ng speak a viewer's way from the code to an exchange: journey.py EMULATOR LANGUAGE

Each step must be spoken by the program itself: the words are those of the screen, and the sound is no silence.
"""

import array
import json
import re
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import NamedTuple

# A loaded machine may need that long to start a program; it is no measure of anything.
PATIENCE_S = 30


class Step(NamedTuple):
    """What a viewer does, and words that must be said after it."""

    command: list[str]
    russian: str
    english: str


STEPS = [
    Step(["sign-in", "vip"], "Главная", "Home"),
    Step(["key", "DOWN*3"], "из", "of"),
    Step(["key", "OK"], "кнопка", "button"),
    Step(["key", "OK"], "Взять", "Get this"),
    Step(["key", "RIGHT"], "кнопка", "button"),
    Step(["key", "OK"], "Готово!", "Done!"),
    Step(["key", "HOLD:MENU:2s"], "Озвучивание выключено", "The menu is silent now"),
]


def fail(message: str) -> None:
    sys.exit(f"journey: {message}")


class Sound(NamedTuple):
    """One saying."""

    words: str
    seconds: float
    peak: int


def sound(path: Path) -> Sound:
    with wave.open(str(path)) as file:
        samples = array.array("h", file.readframes(file.getnframes()))
        return Sound(path.with_suffix(".txt").read_text(), len(samples) / file.getframerate(), max(map(abs, samples)))


def next_sound(folder: Path, known: set[Path]) -> Sound:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        new = sorted(set(folder.glob("*.wav")) - known)
        if new:
            known.update(new)
            return sound(new[-1])
        time.sleep(0.05)
    fail("nothing was spoken")
    raise AssertionError


def main() -> None:
    emulator, language = sys.argv[1:]
    speaker = Path(__file__).resolve().with_name("speaker")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ready = folder / "ready.json"
        command = [
            emulator, "serve", "--clock", "2026-11-28T09:00:00Z", "--language", language, "--voice", "on",
            "--voice-command", f"{speaker} {folder} {{language}}", "--ready-file", str(ready),
        ]
        box = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert box.stdout is not None
            json.loads(box.stdout.readline())
            known: set[Path] = set()
            code = next_sound(folder, known)
            print(f"{code.seconds:5.1f} s  {code.words}")
            if not re.search(r"\b(?:[A-Z], ){7}[A-Z]\b", code.words):
                fail("the code is not spelled")
            for step in STEPS:
                control = [emulator, "ctl", "--ready-file", str(ready), *step.command]
                subprocess.run(control, check=True, stdout=subprocess.DEVNULL)
                wanted = step.russian if language == "ru" else step.english
                heard = next_sound(folder, known)
                # What comes between, such as an order on its way, may have been spoken to its end.
                while wanted not in heard.words:
                    print(f"{heard.seconds:5.1f} s  {heard.words}")
                    heard = next_sound(folder, known)
                print(f"{heard.seconds:5.1f} s  {heard.words}")
                if heard.seconds < 0.3 or heard.peak < 1000:
                    fail(f"that is silence: {heard}")
        finally:
            box.terminate()
            if box.wait(timeout=PATIENCE_S) != 0:
                fail(f"the box ended with {box.returncode}")


main()
