"""What runs beside the box: the sandbox of the bonus API, and a door to it with TLS."""

from __future__ import annotations

import json
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request
import zlib
from pathlib import Path
from typing import Any

from .machine import LabError

# Where a box finds the machine that emulates it.
HOST = "10.0.2.2"


class Sandbox:
    """The sandbox's server with its ledger on disk."""

    def __init__(self, program: Path, log: Path) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="box-lab-sandbox-"))
        self.port = _free_port()
        self.url = f"http://{HOST}:{self.port}/"
        switches = _free_port()
        self._switches = f"http://127.0.0.1:{switches}"
        command: list[str | Path] = [
            program, "--listen", f"127.0.0.1:{self.port}", "--public-url", f"http://{HOST}:{self.port}",
            "--control", f"127.0.0.1:{switches}", "--db", self._directory / "ledger", "--log", "debug",
        ]  # fmt: skip
        self._log = log
        with log.open("w") as lines:
            self._process = subprocess.Popen(command, stdout=lines, stderr=lines)
        self._wait_until_up()

    def close(self) -> None:
        """Ends the server."""
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def state(self) -> dict[str, Any]:
        """Members, clock, policy and faults."""
        return dict(self._call("GET", "state"))

    def session(self, scenario: str) -> dict[str, Any]:
        """Loads a test subscriber fresh and signs a box in as them."""
        return dict(self._call("POST", "sessions", {"scenario": scenario}))

    def approve(self, code: str, scenario: str) -> None:
        """Answers a code as the phone page does."""
        self._call("POST", "approve", {"user_code": code, "scenario": scenario})

    def balance(self, member: str) -> int:
        """A member's points."""
        found = [entry["balance"] for entry in self.state()["members"] if entry["member_id"] == member]
        if not found:
            raise LabError(f"the sandbox knows no member {member}")
        return int(found[0])

    def code(self, timeout: float = 20) -> str:
        """The newest code that a box shows and nobody has answered."""
        end = time.monotonic() + timeout
        query = "SELECT user_code FROM device_grants WHERE state = 'pending' ORDER BY rowid DESC LIMIT 1"
        while time.monotonic() < end:
            rows = self._rows(query)
            if rows:
                return str(rows[0][0])
            time.sleep(0.1)
        raise LabError("no box asks for a code")

    def exchanges(self, member: str) -> list[tuple[str, int, int]]:
        """State, price and balance after it of each exchange in a member's ledger, the oldest first."""
        query = (
            "SELECT state, total, balance_after FROM exchanges JOIN accounts ON accounts.id = account_id "
            "WHERE member_id = ? AND is_current = 1 ORDER BY exchanges.id"
        )
        return [(str(state), int(total), int(after)) for state, total, after in self._rows(query, member)]

    def played(self, serial: str) -> list[str]:
        """The episodes of a serial that were fetched, in order."""
        return re.findall(rf'path="/v1/media/{serial}/(\w+)" status=200', self._log.read_text())

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(f"file:{self._directory / 'ledger'}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def _call(self, method: str, what: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(f"{self._switches}/sandbox/v1/{what}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _wait_until_up(self) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self.state()
                return
            except OSError:
                time.sleep(0.1)
        self.close()
        raise LabError("the sandbox does not start")


class Door:
    """TLS in front of the sandbox, with a certificate of an authority that nobody but the lab knows."""

    def __init__(self, sandbox: Sandbox, directory: Path) -> None:
        self.authority = directory / "authority.pem"
        key, certificate = directory / "door.key", directory / "door.pem"
        _certificates(directory, self.authority, key, certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self._context = context
        self._target = sandbox.port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://{HOST}:{self._listener.getsockname()[1]}/"
        self.handshakes = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Shuts the door."""
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                guest, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(guest,), daemon=True).start()

    def _pass(self, guest: socket.socket) -> None:
        try:
            inner = self._context.wrap_socket(guest, server_side=True)
        except (OSError, ssl.SSLError):
            guest.close()
            return
        self.handshakes += 1
        outer = socket.create_connection(("127.0.0.1", self._target))
        # One thread for each direction; either end hanging up ends both.
        threading.Thread(target=_pump, args=(outer, inner), daemon=True).start()
        _pump(inner, outer)


def token_file(session: dict[str, Any]) -> bytes:
    """The sign-in as the box keeps it on its disk: a line with length and checksum, then JSON."""
    body = json.dumps({"access": session["access_token"], "refresh": session["refresh_token"]}).encode()
    return f"bonus-tv tokens 1 {len(body)} {zlib.crc32(body):08x}\n".encode() + body


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except (OSError, ValueError):
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _certificates(directory: Path, authority: Path, key: Path, certificate: Path) -> None:
    """Makes an authority and a certificate of it for the host's address."""
    request, extensions, authority_key = directory / "door.csr", directory / "door.ext", directory / "authority.key"
    extensions.write_text(f"subjectAltName=IP:{HOST}\nbasicConstraints=critical,CA:FALSE\n")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    commands: list[list[str | Path]] = [
        ["req", "-x509", *curve, "-keyout", authority_key, "-out", authority, "-days", "30", "-subj", "/CN=Lab authority"],
        ["req", *curve, "-keyout", key, "-out", request, "-subj", "/CN=Lab door"],
        ["x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial", "-out",
         certificate, "-days", "30", "-extfile", extensions],
    ]  # fmt: skip
    for command in commands:
        done = subprocess.run(["openssl", *command], check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise LabError(f"openssl: {done.stderr.strip()}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
