"""A box with the program on it: how it is started, signed in, watched and put back."""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .host import Sandbox, token_file
from .machine import LabError, Machine
from .picture import Picture

STATE = "/var/lib/bonus-tv"
RUNTIME = "/run/bonus-tv"
# User and groups as in assets/packaging: itself, then video, input, render.
RIGHTS = "990 990,44,104,105"


class Box:
    """One machine that lives through several scenarios, and the sandbox it talks to."""

    def __init__(self, machine: Machine, sandbox: Sandbox, output: Path, emulator: Path) -> None:
        self.machine = machine
        self.sandbox = sandbox
        self.output = output
        self._emulator = emulator
        self._start_mark = 0

    def reset(self) -> None:
        """Puts everything back to how a box is after its first boot."""
        self.stop()
        self.machine.cable("in")
        self.machine.television().wants(1920, 1080)
        self.machine.shell(
            f"""
            kill $(pidof notify) 2>/dev/null; rm -f /run/notify
            umount {STATE} 2>/dev/null
            mkdir -p {STATE} && mount -t tmpfs -o mode=700,uid=990,gid=990,size=64m state {STATE}
            rm -rf {RUNTIME} && mkdir -m 750 {RUNTIME} && chown 990:990 {RUNTIME}
            for node in /tmp/dri/*; do [ -e "$node" ] && mkdir -p /dev/dri && mv "$node" /dev/dri/; done
            for node in /tmp/fb*; do [ -e "$node" ] && mv "$node" /dev/; done
            rights
            """
        )

    def start(self, *options: str, api: str | None = None, **environment: str) -> int:
        """Starts the program as its own user, the way its unit does; gives the mark of its first line."""
        settings = {
            "BONUS_TV_API_URL": api or self.sandbox.url,
            "BONUS_TV_API_ALLOW_INSECURE": "true",
            "BONUS_TV_LOG_LEVEL": "info,bonus_tv=debug",
            "STATE_DIRECTORY": STATE,
            "RUNTIME_DIRECTORY": RUNTIME,
            "TZ": "UTC",
            **environment,
        }
        words = " ".join(f"{name}='{value}'" for name, value in settings.items())
        flags = " ".join(f"'{option}'" for option in options)
        self._start_mark = self.machine.mark()
        self.machine.shell(
            f"(cd /; env {words} as-user {RIGHTS} /usr/bin/bonus-tv {flags}; echo PROGRAM ended with $?) "
            "> /dev/console 2>&1 &"
        )
        return self._start_mark

    def start_home(self, subscriber: str = "basic") -> str:
        """Starts signed in as a test subscriber and waits for a still home; gives the member."""
        member = self.sign_in(subscriber)
        mark = self.start()
        self.wait_drawn()
        self.wait_rows(mark)
        self.machine.wait_still(self.machine.WHOLE)
        return member

    def wait_rows(self, mark: int) -> None:
        """Waits for the catalogue: before it comes, the focus of home is on the account's panels."""
        self.wait_log(r'answered .*path="/v1/catalog" status=(200|304)', mark)

    def notified_start(self) -> int:
        """Starts as systemd does, with somebody to tell of readiness and life."""
        self.machine.shell("notify /run/notify > /dev/console 2>&1 &")
        self.machine.until("[ -S /run/notify ]")
        return self.start(NOTIFY_SOCKET="/run/notify", WATCHDOG_USEC="2000000")

    def sign_in(self, subscriber: str) -> str:
        """Leaves the sign-in of a test subscriber on the disk; gives the member."""
        session = self.sandbox.session(subscriber)
        self.put(f"{STATE}/tokens", token_file(session), "990:990")
        return str(session["member_id"])

    def put(self, path: str, data: bytes, owner: str = "0:0") -> None:
        """Writes a file on the box."""
        text = base64.b64encode(data).decode()
        self.machine.shell(f"echo {text} | base64 -d > {path} && chown {owner} {path} && chmod 600 {path}")

    def wait_drawn(self, timeout: float = 120) -> None:
        """Waits until the program shows a screen with a focused element."""
        self.machine.wait_screen("a screen of the program", lambda picture: picture.is_drawn(), timeout)

    def follow(self, key: str, what: str) -> Picture:
        """Presses a key that moves the focus or changes the screen, and gives the still picture after it."""
        before = self.machine.wait_still()
        # An emulated box may draw for longer than a second, and the program drops a key that waited as long (KEY-10).
        for _ in range(5):
            mark = self.machine.mark()
            self.machine.press(key)
            if "too long ago" not in self.wait_log(rf'key="{key}"|pressed too long ago', mark):
                break
        self.machine.wait_screen(f"{what} after {key}", lambda picture: picture.focus() not in (None, before.focus()))
        return self.machine.wait_still()

    def wait_log(self, pattern: str, mark: int | None = None, timeout: float = 120) -> str:
        """The first line that matches since a mark, or since the program was started."""
        return self.machine.wait_line(pattern, self._start_mark if mark is None else mark, timeout)

    def is_running(self) -> bool:
        """Whether the program runs."""
        return self.machine.try_shell("pidof bonus-tv")[0] == 0

    def signal(self, name: str) -> None:
        """Sends the program a signal."""
        self.machine.shell(f"kill -{name} $(pidof bonus-tv)")

    def wait_end(self, timeout: float = 20) -> int:
        """Waits for the program's end and gives its exit status."""
        line = self.wait_log(r"PROGRAM ended with \d+", timeout=timeout)
        return int(line.rsplit(" ", 1)[1])

    def stop(self) -> None:
        """Ends the program, if need be by force."""
        self.machine.shell(
            "kill $(pidof bonus-tv) 2>/dev/null; for i in $(seq 100); do pidof bonus-tv > /dev/null || exit 0; "
            "usleep 30000; done; kill -9 $(pidof bonus-tv); while pidof bonus-tv > /dev/null; do usleep 30000; done"
        )

    def descriptors(self) -> int:
        """How many descriptors the program has open."""
        return int(self.machine.shell("ls /proc/$(pidof bonus-tv)/fd | wc -l"))

    @contextmanager
    def held(self, what: str) -> Iterator[None]:
        """While another program has something for itself: `card NODE` or `receiver NAME`."""
        self.machine.shell(f"hold {what} > /dev/console 2>&1 &")
        self.machine.until("[ -e /run/held ]")
        try:
            yield
        finally:
            self.machine.shell("kill $(pidof hold); rm -f /run/held")

    def ticks(self, seconds: int) -> int:
        """Hundredths of a second of processor time that the program uses within so many seconds."""
        script = f"""
            used() {{ set -- $(cut -d')' -f2 "/proc/$1/stat"); echo $((${{12}} + ${{13}})); }}
            program=$(pidof bonus-tv); before=$(used "$program"); sleep {seconds}; echo $(($(used "$program") - before))
        """
        return int(self.machine.shell(script))

    def memory(self) -> float:
        """The program's proportional set size in MiB."""
        rollup = self.machine.shell("grep ^Pss: /proc/$(pidof bonus-tv)/smaps_rollup")
        return int(rollup.split()[1]) / 1024

    def emulated(self, subscriber: str, width: int, height: int, keys: str = "") -> Picture:
        """What the desktop emulator draws for a test subscriber after some keys."""
        with tempfile.TemporaryDirectory() as name:
            directory = Path(name)
            (directory / "tokens").write_bytes(token_file(self.sandbox.session(subscriber)))
            picture = directory / "home.png"
            command: list[str | Path] = [
                self._emulator, "--headless", "--api", f"http://127.0.0.1:{self.sandbox.port}/", "--storage", directory,
                "--size", f"{width}x{height}", "--keys", f"WAIT:2s {keys}", "--screenshot", picture,
            ]  # fmt: skip
            done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, "TZ": "UTC"})
            if done.returncode != 0:
                raise LabError(f"the emulator: {done.stderr.strip()}")
            return Picture.from_png(picture.read_bytes())
