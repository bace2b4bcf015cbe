"""Walks through the emulator's window on an X server and compares its picture, drawn part by part, with the same window
drawn anew (C54).

    walk.py EMULATOR [WALKS [KEYS]]

A window that is resized draws all of itself. So after every 40 keys the picture is read from the X server, the window
is made smaller and larger again, and its picture is read once more: both must be the same to the bit, clock included.
Needs Xvfb and python-xlib.
"""

import os
import random
import subprocess
import sys
import time

from Xlib import X, XK, display, error
from Xlib.ext import xtest

SIZE = (1280, 720)
EVERY = 40
SCENARIOS = ["vip", "long-history", "offers-500", "offers-10000", "burning", "adult"]
# Arrows mostly, so that long rows and lists are passed; a step back, the tabs and the basket now and then.
KEYS = ["Down", "Right", "Up", "Left", "Return", "Escape", "Page_Down", "Page_Up", "F2", "F3", "i"]
WEIGHTS = [22, 22, 16, 13, 12, 8, 2, 2, 1, 1, 1]


def start_server():
    """An X server of its own, and the name of its display."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-noreset", "-displayfd", str(writing), "-nolisten", "tcp", "-screen", "0", "1920x1080x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        return server, ":" + pipe.readline().strip()


def find_window(root, patience=60.0):
    """The emulator's window, once it has its size."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        for window in root.query_tree().children:
            geometry = window.get_geometry()
            if (geometry.width, geometry.height) == SIZE and window.get_attributes().map_state == X.IsViewable:
                return window
        time.sleep(0.1)
    raise SystemExit("the window never came")


def picture(window):
    """The window's pixels as the X server has them."""
    return window.get_image(0, 0, *SIZE, X.ZPixmap, 0xFFFFFFFF).data


def settled(window, patience=20.0):
    """The picture once two looks half a second apart see the same."""
    end, last = time.monotonic() + patience, None
    while time.monotonic() < end:
        try:
            now = picture(window)
        except error.BadMatch:
            # The window has not taken its size yet.
            now = None
        if now is not None and now == last:
            return now
        last = now
        time.sleep(0.5)
    raise SystemExit("the picture never comes to rest")


def resize(connection, window, size):
    window.configure(width=size[0], height=size[1])
    connection.sync()
    time.sleep(0.3)


def anew(connection, window):
    """The picture after the window was drawn whole."""
    resize(connection, window, (SIZE[0] - 16, SIZE[1] - 9))
    resize(connection, window, SIZE)
    return settled(window)


def difference(first, second):
    """How many pixels differ, and the rectangle that holds them; `None` for the same picture."""
    different = [at // 4 for at in range(0, len(first), 4) if first[at : at + 3] != second[at : at + 3]]
    if not different:
        return None
    columns, rows = [at % SIZE[0] for at in different], [at // SIZE[0] for at in different]
    return f"{len(different)} pixels in {min(columns)},{min(rows)} to {max(columns)},{max(rows)}"


def press(connection, name):
    code = connection.keysym_to_keycode(XK.string_to_keysym(name))
    xtest.fake_input(connection, X.KeyPress, code)
    connection.sync()
    time.sleep(0.03)
    xtest.fake_input(connection, X.KeyRelease, code)
    connection.sync()
    time.sleep(0.05)


def compare(connection, window):
    """Compares once; a minute that passes between the two pictures is given a second chance."""
    for last_try in (False, True):
        before = settled(window)
        found = difference(before, anew(connection, window))
        if found is None or last_try:
            return found
    return None


class Television:
    """The emulator in a window, started anew whenever the keys have led to its end."""

    def __init__(self, emulator, name, scenario):
        size = f"{SIZE[0]}x{SIZE[1]}"
        self.command = [emulator, "--scenario", scenario, "--size", size, "--tv-only", "--player", "no-such-player {url}"]
        self.environment = {**os.environ, "DISPLAY": name}
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.connection = display.Display(name)
        self.process = self.window = None

    def start(self):
        self.process = subprocess.Popen(
            self.command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.window = find_window(self.connection.screen().root)
        self.window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.connection.sync()
        settled(self.window)

    def press(self, key):
        """Presses a key; says whether the viewer has left the menu with it."""
        press(self.connection, key)
        status = self.process.poll()
        if status not in (None, 0):
            raise SystemExit(f"the emulator ended with {status}")
        return status == 0

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


def prove(connection, window):
    """A comparison that sees nothing proves nothing: what another program paints over the window must be found."""
    pen = window.create_gc(foreground=0xFFFFFF)
    found = None
    # The clock may change between two pictures.
    for _ in range(3):
        window.fill_rectangle(pen, 600, 400, 24, 16)
        connection.sync()
        found = difference(settled(window), anew(connection, window))
        if found and int(found.split()[0]) == 384:
            return
    raise SystemExit(f"384 painted pixels are not found: {found}")


def walk(emulator, name, seed, keys):
    scenario = SCENARIOS[seed % len(SCENARIOS)]
    television = Television(emulator, name, scenario)
    chance = random.Random(seed)
    compared = 0
    try:
        television.start()
        prove(television.connection, television.window)
        for number in range(1, keys + 1):
            if television.press(chance.choices(KEYS, WEIGHTS)[0]):
                television.start()
            if number % EVERY == 0:
                # What the last key opened may end the program a moment later.
                time.sleep(0.5)
                if television.process.poll() == 0:
                    television.start()
                found = compare(television.connection, television.window)
                compared += 1
                if found:
                    raise SystemExit(f"walk {seed}, {scenario}, key {number}: {found}")
    finally:
        television.stop()
    print(f"walk {seed}, {scenario}: {keys} keys, {compared} pictures compared, the same", flush=True)


def main():
    emulator, rest = sys.argv[1], [int(word) for word in sys.argv[2:]]
    walks, keys = (rest + [3, 200][len(rest) :])[:2]
    server, name = start_server()
    try:
        for seed in range(walks):
            walk(emulator, name, seed, keys)
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
