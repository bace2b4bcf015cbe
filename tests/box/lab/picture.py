"""What stands on a screen: pixels, PNG, and the few questions that scenarios ask of them."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

# Colours of ui/theme that mean something wherever they stand.
GROUND = (0x0A, 0x0B, 0x11)
ACCENT = (0xF5, 0xB8, 0x3D)
FOCUS = (0xFF, 0xFF, 0xFF)

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Area:
    """A rectangle in pixels."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Picture:
    """A whole screen, three bytes a pixel."""

    width: int
    height: int
    pixels: bytes

    @classmethod
    def from_ppm(cls, data: bytes) -> Picture:
        """Reads what QEMU writes."""
        head = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", data)
        if head is None:
            raise ValueError("a screen dump is not a PPM file")
        return cls(int(head[1]), int(head[2]), data[head.end() :])

    @classmethod
    def from_png(cls, data: bytes) -> Picture:
        """Reads an 8-bit RGB PNG, which is what the emulator writes."""
        at, packed, width, height = 8, b"", 0, 0
        while at < len(data):
            length, kind = struct.unpack(">I4s", data[at : at + 8])
            body = data[at + 8 : at + 8 + length]
            if kind == b"IHDR":
                width, height, depth, colours, _, _, interlaced = struct.unpack(">IIBBBBB", body)
                if (depth, colours, interlaced) != (8, 2, 0):
                    raise ValueError("this PNG is not plain 8-bit RGB")
            elif kind == b"IDAT":
                packed += body
            at += 12 + length
        return cls(width, height, _unfiltered(zlib.decompress(packed), width * 3))

    def png(self) -> bytes:
        """The same picture as a PNG file; each row as the difference from the one above, which packs well."""
        row = self.width * 3
        above, lines = bytes(row), []
        for at in range(0, len(self.pixels), row):
            line = self.pixels[at : at + row]
            lines.append(b"\2" + bytes((new - old) & 0xFF for new, old in zip(line, above)))
            above = line

        def chunk(kind: bytes, body: bytes) -> bytes:
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        body = zlib.compress(b"".join(lines), 9)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")

    def save(self, path: Path) -> None:
        """Writes the picture as PNG."""
        path.write_bytes(self.png())

    def pixel(self, x: int, y: int) -> Colour:
        """One pixel."""
        at = (y * self.width + x) * 3
        return (self.pixels[at], self.pixels[at + 1], self.pixels[at + 2])

    def is_of_one_colour(self) -> bool:
        """Whether nothing is drawn, such as before the first frame."""
        return self.pixels == self.pixels[:3] * (self.width * self.height)

    def has(self, colour: Colour, least: int = 64) -> bool:
        """Whether so many pixels beside each other have this colour somewhere."""
        return bytes(colour) * least in self.pixels

    def is_drawn(self) -> bool:
        """Whether the program shows something: its ground, and a focused element on it."""
        return self.has(GROUND) and self.focus() is not None

    def focus(self) -> Area | None:
        """The outer edge of the focus frame: white lines of one length above each other, the sides between them.

        Straight edges alone are looked for, so round corners do not matter; text has no straight line this long.
        """
        line = bytes(FOCUS) * max(40, self.width // 40)
        row = self.width * 3
        at = self.pixels.find(line)
        while at >= 0:
            if at % 3 == 0 and at % row + len(line) <= row:
                found = self._frame(at // row, (at % row) // 3)
                if found is not None:
                    return found
                at = (at // row + 1) * row - 1
            at = self.pixels.find(line, at + 1)
        return None

    def likeness(self, other: Picture) -> float:
        """The share of rows, cut into eighths, in which both pictures are the same to the last bit."""
        if (self.width, self.height) != (other.width, other.height):
            return 0.0
        step = self.width * 3 // 8
        places = range(0, len(self.pixels), step)
        same = sum(self.pixels[at : at + step] == other.pixels[at : at + step] for at in places)
        return same / len(places)

    def resembles(self, other: Picture) -> bool:
        """Whether both show the same screen with the same focus; artwork may have come and time have passed."""
        mine, its = self.focus(), other.focus()
        if mine is None or its is None or self.likeness(other) < 0.2:
            return False
        # The lower edge is found by what lies inside the frame, which may be artwork.
        return (mine.left, mine.top, mine.right) == (its.left, its.top, its.right)

    def _frame(self, top: int, left: int) -> Area | None:
        """The frame whose upper edge has its straight part here, if there is one."""
        right = left
        while right < self.width and self.pixel(right, top) == FOCUS:
            right += 1
        middle = bytes(FOCUS) * (right - left)
        row = self.width * 3
        thickness = 1
        while self.pixels[(top + thickness) * row + left * 3 :].startswith(middle) and thickness < 16:
            thickness += 1
        if thickness > 12:
            # A white plate, such as that behind a QR code, is no frame.
            return None
        for bottom in range(top + 24, min(self.height, top + self.height * 2 // 3)):
            if self.pixels.startswith(middle, bottom * row + left * 3):
                while self.pixels.startswith(middle, (bottom + 1) * row + left * 3):
                    bottom += 1
                return Area(left, top, right, bottom + 1)
        return None


def _unfiltered(data: bytes, row: int) -> bytes:
    """Undoes the filters of PNG for three bytes a pixel."""
    above, out = bytearray(row), bytearray()
    for at in range(0, len(data), row + 1):
        kind, line = data[at], bytearray(data[at + 1 : at + 1 + row])
        for index in range(row):
            left = line[index - 3] if index >= 3 else 0
            up = above[index]
            corner = above[index - 3] if index >= 3 else 0
            if kind == 1:
                line[index] = (line[index] + left) & 0xFF
            elif kind == 2:
                line[index] = (line[index] + up) & 0xFF
            elif kind == 3:
                line[index] = (line[index] + (left + up) // 2) & 0xFF
            elif kind == 4:
                line[index] = (line[index] + _paeth(left, up, corner)) & 0xFF
        out += line
        above = line
    return bytes(out)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
