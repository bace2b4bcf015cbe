"""The emulated machine: QEMU, its console, its shell, its screen and its remote."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from .picture import Picture
from .vnc import Television

SIZE = (1920, 1080)

# Codes of Linux's input-event-codes.h, as remotes send them.
KEYS = {
    "OK": 0x160, "BACK": 158, "UP": 103, "DOWN": 108, "LEFT": 105, "RIGHT": 106, "MENU": 139, "INFO": 0x166,
    "RED": 0x18E, "GREEN": 0x18F, "YELLOW": 0x190, "BLUE": 0x191, "CH+": 0x192, "CH-": 0x193, "POWER": 116,
    "SLEEP": 142, "WAKEUP": 143,
}  # fmt: skip


class LabError(Exception):
    """A box did not do what a scenario expects of it."""


@dataclass(frozen=True)
class Architecture:
    """How a machine of one architecture is put together."""

    qemu: str
    machine: str
    processor: str


ARCHITECTURES = {
    "arm64": Architecture("qemu-system-aarch64", "virt,gic-version=3", "cortex-a53"),
    "armhf": Architecture("qemu-system-arm", "virt", "cortex-a15"),
}


class Machine:
    """A running box without a program."""

    def __init__(self, architecture: str, kernel: Path, initramfs: Path, log: Path, memory: int = 1024) -> None:
        parts = ARCHITECTURES[architecture]
        self.started = time.monotonic()
        self.directory = Path(tempfile.mkdtemp(prefix="box-lab-"))
        self._lines: list[str] = []
        self._news = threading.Condition()
        self._log = log.open("w")
        self._television: Television | None = None
        words = [
            "console=ttyAMA0", "quiet", "loglevel=3", "panic=-1", "random.trust_bootloader=on", "mitigations=off",
            "vt.global_cursor_default=0", f"lab.time={int(time.time())}",
        ]  # fmt: skip
        chardevs = ["-chardev", f"socket,id=console,path={self.directory}/console,server=on,wait=on"]
        for name in ("remote", "shell"):
            chardevs += ["-chardev", f"socket,id={name},path={self.directory}/{name},server=on,wait=off"]
            chardevs += ["-device", f"virtserialport,chardev={name},name=lab.{name}"]
        command = [
            parts.qemu, "-M", parts.machine, "-cpu", parts.processor, "-smp", "2", "-m", str(memory),
            "-nodefaults", "-no-user-config", "-no-reboot", "-kernel", str(kernel), "-initrd", str(initramfs),
            "-append", " ".join(words), "-display", "none", "-vnc", f"unix:{self.directory}/vnc",
            "-device", f"virtio-gpu-pci,id=screen,xres={SIZE[0]},yres={SIZE[1]}", "-device", "virtio-rng-pci",
            "-device", "virtio-gpu-pci,id=second,xres=1280,yres=720",
            "-netdev", "user,id=network", "-device", "virtio-net-pci,id=cable,netdev=network,romfile=",
            "-device", "virtio-serial-pci", *chardevs, "-serial", "chardev:console",
            "-qmp", f"unix:{self.directory}/qmp,server=on,wait=off",
        ]  # fmt: skip
        self._complaints = self.directory / "complaints"
        with self._complaints.open("w") as complaints:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=complaints)
        try:
            console = self._connect("console")
            threading.Thread(target=self._listen, args=(console,), daemon=True).start()
            self._monitor = self._connect("qmp").makefile("rw")
            json.loads(self._monitor.readline())
            self.qmp("qmp_capabilities")
            self._remote = self._connect("remote")
            self._remote.settimeout(30)
            self._remote_answers = self._remote.makefile("r")
            self._shell = self._connect("shell")
            self._shell_answers = self._shell.makefile("r")
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Pulls the plug."""
        if self._television is not None:
            self._television.close()
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def seconds(self) -> float:
        """How long it has been since the power came."""
        return time.monotonic() - self.started

    # The console

    def mark(self) -> int:
        """The end of the log as it is now, to look for what comes after."""
        with self._news:
            return len(self._lines)

    def lines(self, mark: int = 0) -> list[str]:
        """The lines of the console since a mark."""
        with self._news:
            return self._lines[mark:]

    def wait_line(self, pattern: str, mark: int = 0, timeout: float = 60) -> str:
        """The first line of the console since a mark that matches."""
        end = time.monotonic() + timeout
        with self._news:
            at = mark
            while True:
                for line in self._lines[at:]:
                    if re.search(pattern, line):
                        return line
                at = len(self._lines)
                left = end - time.monotonic()
                if left <= 0 or self._process.poll() is not None:
                    raise LabError(f"the console says nothing like /{pattern}/ within {timeout:.0f} s")
                self._news.wait(min(left, 1))

    def _listen(self, console: socket.socket) -> None:
        for raw in console.makefile("rb"):
            # The console is a terminal, so the program's log comes in colours.
            line = re.sub(r"\x1b\[[0-9;]*m", "", raw.decode(errors="replace")).rstrip()
            self._log.write(f"{self.seconds():8.3f} {line}\n")
            self._log.flush()
            with self._news:
                self._lines.append(line)
                self._news.notify_all()

    # The shell

    def shell(self, script: str, timeout: float = 60) -> str:
        """Runs a script as root on the box and gives its output."""
        status, output = self.try_shell(script, timeout)
        if status != 0:
            raise LabError(f"on the box: {script!r} ends with {status}: {output.strip()}")
        return output

    def try_shell(self, script: str, timeout: float = 60) -> tuple[int, str]:
        """Runs a script as root on the box and gives its status and output."""
        self._shell.settimeout(timeout)
        self._shell.sendall(base64.b64encode(script.encode()) + b"\n")
        try:
            status, _, output = self._shell_answers.readline().partition(" ")
        except TimeoutError as error:
            raise LabError(f"on the box: {script!r} does not end") from error
        return int(status), base64.b64decode(output).decode(errors="replace")

    def until(self, condition: str, timeout: int = 10) -> None:
        """Waits until a condition of the box's shell holds."""
        rounds = timeout * 50
        self.shell(f"for i in $(seq {rounds}); do {condition} && exit 0; usleep 20000; done; exit 1", timeout + 30)

    # The remote

    def remote(self, order: str) -> None:
        """Tells the remote what to do; ends when it is done."""
        self._remote.sendall(order.encode() + b"\n")
        answer = self._remote_answers.readline().strip()
        if answer != "ok":
            raise LabError(f"the remote cannot {order}: {answer}")

    def press(self, *keys: str, milliseconds: int = 60) -> None:
        """Presses keys one after the other."""
        for key in keys:
            self.remote(f"press {KEYS[key]} {milliseconds}")
            # The program takes a second press within 120 ms for a bounce, as it should.
            time.sleep(0.15)

    # The screen

    def screen(self, card: str = "screen") -> Picture:
        """What the television would show now; the other card, `second`, has a screen, too."""
        file = self.directory / "screen.ppm"
        self.qmp("screendump", filename=str(file), device=card)
        return Picture.from_ppm(file.read_bytes())

    def wait_screen(self, what: str, is_right: Callable[[Picture], bool], timeout: float = 120) -> Picture:
        """The first picture that is right; `what` says for a complaint what that means."""
        end = time.monotonic() + timeout
        while True:
            picture = self.screen()
            if is_right(picture):
                return picture
            if time.monotonic() > end:
                raise LabError(f"the screen does not show {what} within {timeout:.0f} s")
            time.sleep(0.03)

    # On a busy machine pictures of offers come a second apart; what is compared with later must have them all.
    WHOLE = 3.0

    def wait_still(self, still: float = 0.6, timeout: float = 120) -> Picture:
        """The picture once it has not changed for so many seconds."""
        end = time.monotonic() + timeout
        last, since = self.screen(), time.monotonic()
        while time.monotonic() - since < still:
            if time.monotonic() > end:
                raise LabError(f"the screen does not stand still within {timeout:.0f} s")
            time.sleep(0.05)
            picture = self.screen()
            if picture != last:
                last, since = picture, time.monotonic()
        return last

    def television(self) -> Television:
        """The television at the other end of the cable."""
        if self._television is None:
            self._television = Television(self.directory / "vnc", SIZE)
        return self._television

    def cable(self, plugged: str) -> None:
        """Puts the network cable in (`in`) or pulls it (`out`)."""
        self.qmp("set_link", name="cable", up=plugged == "in")

    def qmp(self, order: str, **arguments: Any) -> Any:
        """Says something to QEMU."""
        self._monitor.write(json.dumps({"execute": order, "arguments": arguments}) + "\n")
        self._monitor.flush()
        for line in self._monitor:
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise LabError(f"QEMU: {order}: {answer['error']}")
        raise LabError(f"QEMU is gone: {self._complaints.read_text().strip()}")

    def _connect(self, name: str) -> socket.socket:
        end = time.monotonic() + 30
        while time.monotonic() < end and self._process.poll() is None:
            link = socket.socket(socket.AF_UNIX)
            try:
                link.connect(str(self.directory / name))
                return link
            except OSError:
                link.close()
                time.sleep(0.02)
        raise LabError(f"QEMU does not start: {self._complaints.read_text().strip()}")
