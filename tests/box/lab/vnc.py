"""The one thing a television says to a box over HDMI that QEMU lets us say: which size it wants, or that it is off.

A VNC client's SetDesktopSize reaches virtio-gpu as a change of the connector: new EDID and a hotplug event, and with
a size of nothing a connector without a television.
"""

from __future__ import annotations

import socket
import struct
from pathlib import Path


class Television:
    """A viewer connected to QEMU's VNC server who never looks at the picture."""

    def __init__(self, path: Path, size: tuple[int, int]) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(20)
        self._socket.connect(str(path))
        self._read(12)
        self._socket.sendall(b"RFB 003.008\n")
        methods = self._read(self._read(1)[0])
        if 1 not in methods:
            raise RuntimeError("QEMU's VNC server wants a password")
        self._socket.sendall(b"\1")
        if self._read(4) != bytes(4):
            raise RuntimeError("QEMU's VNC server refuses")
        self._socket.sendall(b"\1")
        name = struct.unpack(">20xI", self._read(24))[0]
        self._read(name)
        # Raw pictures, and the right to ask for another size.
        self._socket.sendall(struct.pack(">BxHii", 2, 2, 0, -308))
        # QEMU begins with no wish at all, which is what it would take a first (0, 0) for.
        self._size = (0, 0)
        self.wants(*size)

    def wants(self, width: int, height: int) -> None:
        """Asks for a size; if it is another than before, the box gets a hotplug event."""
        if (width, height) == self._size:
            return
        self._size = (width, height)
        screen = struct.pack(">IHHHHI", 0, 0, 0, width, height, 0)
        self._socket.sendall(struct.pack(">BxHHBx", 251, width, height, 1) + screen)

    def switches_off(self) -> None:
        """Leaves the connector without a television."""
        self.wants(0, 0)

    def close(self) -> None:
        """Hangs up."""
        self._socket.close()

    def _read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            more = self._socket.recv(length - len(data))
            if not more:
                raise RuntimeError("QEMU's VNC server hung up")
            data += more
        return data
