"""The client against a small server that answers as a box would, and as none should."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from bonus_tv_qa import Box, BoxRefused, BoxUnreachable, Fault, MalformedAnswer, NotInTime
from bonus_tv_qa.pages import points
from bonus_tv_qa.values import duration_text

CLOCK = {"box": "2026-11-28T09:00:00.080Z", "server": None, "sandbox": "2026-11-28T09:00:00.000684814Z"}
CHANGE: dict[str, object] = {
    "revision": 17,
    "frame": "sha256:00",
    "settled": True,
    "waiting_for": [],
    "t_ms": 1910,
    "screen": "Home",
}
STATE: dict[str, object] = CHANGE | {
    "dialog": None,
    "focus": "tab:home",
    "content": "shown",
    "signed_in": True,
    "member": "m-vip",
    "balance": 24090,
    "order_under_way": False,
    "trouble": None,
    "language": "ru",
    "power": "on",
    "has_left": False,
    "held": [],
    "clock": CLOCK,
    "box": "b0",
}


class Fake:
    """A server that gives one answer and keeps what it was asked."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.requests: list[tuple[str, str, object]] = []
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                content = json.loads(self.rfile.read(length)) if length else None
                fake.requests.append((self.command, self.path, content))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "content-length" not in headers:
                    self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.box = Box(f"http://127.0.0.1:{self.server.server_port}/qa/v1", patience=10)

    def query(self) -> dict[str, list[str]]:
        """The query of the only request."""
        ((_, path, _),) = self.requests
        return parse_qs(urlsplit(path).query)


@contextmanager
def answering(status: int, body: object, headers: dict[str, str] | None = None) -> Iterator[Fake]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fake = Fake(status, data, headers or {})
    thread = threading.Thread(target=fake.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        fake.server.shutdown()
        thread.join()
        fake.server.server_close()


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in STATE.items() if key != name}


def test_a_state_is_read() -> None:
    with answering(200, STATE) as fake:
        state = fake.box.state()
    assert fake.requests == [("GET", "/qa/v1/state", None)]
    assert (state.member, state.balance, state.dialog, state.revision) == ("m-vip", 24090, None, 17)
    assert state.clock.box == datetime(2026, 11, 28, 9, 0, 0, 80_000, UTC)
    assert state.clock.sandbox == datetime(2026, 11, 28, 9, 0, 0, 684, UTC)


def test_a_wait_asks_for_everything_at_once_in_virtual_time() -> None:
    with answering(200, STATE) as fake:
        fake.box.wait(screen="Home", text="два слова", balance=24090, after=16, timeout=timedelta(hours=48))
    wanted = {"screen": "Home", "text": "два слова", "balance": "24090", "after": "16", "settled": "1"}
    assert fake.query() == {name: [value] for name, value in (wanted | {"timeout": "172800000ms"}).items()}


def test_a_408_says_what_is_missing_and_what_the_box_waits_for() -> None:
    document = {
        "title": "It did not come in time",
        "status": 408,
        "code": "timeout",
        "detail": "Time ran out.",
        "missing": ["screen Outcome; it is Home"],
        "waiting_for": ["exchange 3, sent"],
        "state": STATE,
    }
    with answering(408, document) as fake, pytest.raises(NotInTime) as caught:
        fake.box.wait(screen="Outcome", timeout="5s")
    message = str(caught.value)
    assert "screen Outcome" in message and "within 5000ms" in message
    assert "missing: screen Outcome; it is Home" in message
    assert "the box waits for: exchange 3, sent" in message
    assert caught.value.missing == ("screen Outcome; it is Home",)
    assert caught.value.waiting_for == ("exchange 3, sent",)
    assert caught.value.state is not None and caught.value.state.screen == "Home"


def test_a_refusal_keeps_its_code_and_its_words() -> None:
    document = {"title": "There is no code", "status": 409, "code": "no_code", "detail": "The box shows no code."}
    with answering(409, document) as fake, pytest.raises(BoxRefused) as caught:
        fake.box.sign_in("vip")
    assert str(caught.value).startswith("POST /qa/v1/sign-in: 409 no_code")
    assert (caught.value.status, caught.value.code) == (409, "no_code")
    assert "The box shows no code." in str(caught.value)
    assert fake.requests == [("POST", "/qa/v1/sign-in", {"scenario": "vip"})]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "the body is no JSON"),
        (b"<html>Wi-Fi</html>", "the body is no JSON"),
        (b'{"revision": 1', "the body is no JSON"),
        (b"\xff\xfe", "the body is no JSON"),
        ([], "is not an object"),
        (without("revision"), "revision is not a whole number"),
        (without("clock"), "clock is not an object"),
        (STATE | {"settled": "yes"}, "settled is not true or false"),
        (STATE | {"revision": True}, "revision is not a whole number"),
        (STATE | {"waiting_for": "the disk"}, "waiting_for is not a list"),
        (STATE | {"clock": CLOCK | {"box": "noon"}}, "clock.box is not a time"),
        (STATE | {"clock": CLOCK | {"box": "2026-11-28T09:00:00"}}, "clock.box is not a time with a zone"),
    ],
)
def test_a_malformed_state_is_named_with_the_field(body: object, complaint: str) -> None:
    with answering(200, body) as fake, pytest.raises(MalformedAnswer) as caught:
        fake.box.state()
    assert complaint in str(caught.value)
    assert "GET /qa/v1/state" in str(caught.value)


def test_fields_that_are_not_known_are_no_fault() -> None:
    with answering(200, STATE | {"mood": "good"}) as fake:
        assert fake.box.state().screen == "Home"


def test_an_error_without_a_document_is_malformed() -> None:
    with answering(502, b"Bad Gateway") as fake, pytest.raises(MalformedAnswer, match="502 without a document"):
        fake.box.state()


def test_a_connection_that_is_refused_names_the_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box = Box(f"http://127.0.0.1:{free.getsockname()[1]}/qa/v1")
    with pytest.raises(BoxUnreachable, match=rf"GET /qa/v1/state: {box.url} does not answer: ConnectionRefused"):
        box.state()


def test_a_box_that_says_nothing_is_given_up_after_the_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        box = Box(f"http://127.0.0.1:{silent.getsockname()[1]}/qa/v1", patience=0.05)
        with pytest.raises(BoxUnreachable, match="no answer within 0.05 real seconds"):
            box.state()


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    cut_off = answering(200, b"{", {"content-length": "1000"})
    with cut_off as fake, pytest.raises(BoxUnreachable, match="IncompleteRead"):
        fake.box.state()


@pytest.mark.parametrize(
    ("body", "headers"), [(b"\x89PNG\r\n", {}), (b"GIF89a", {"x-revision": "3"}), (b"\x89PNG\r\n", {"x-revision": "x"})]
)
def test_a_screenshot_is_a_png_with_its_revision(body: bytes, headers: dict[str, str]) -> None:
    with answering(200, body, headers) as fake, pytest.raises(MalformedAnswer, match="no PNG with its revision"):
        fake.box.screenshot()


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda box: box.keys("DOWN*3 OK"), {"keys": "DOWN*3 OK", "settle": True}),
        (lambda box: box.press("OK", held="2s", settle=False), {"key": "OK", "ms": 2000, "settle": False}),
        (lambda box: box.key_down("UP"), {"key": "UP", "action": "down", "settle": True}),
        (lambda box: box.key_up("UP"), {"key": "UP", "action": "up", "settle": True}),
    ],
)
def test_keys_are_sent_as_the_box_takes_them(call: Callable[[Box], object], body: dict[str, object]) -> None:
    with answering(200, CHANGE | {"ignored": "guard", "until_ms": 300}) as fake:
        call(fake.box)
    assert fake.requests == [("POST", "/qa/v1/keys", body)]


def test_an_ignored_key_says_why() -> None:
    with answering(200, CHANGE | {"ignored": "guard", "until_ms": 300}) as fake:
        assert fake.box.press("OK").ignored == "guard"


def test_faults_are_sent_without_what_is_not_said() -> None:
    with answering(200, []) as fake:
        fake.box.set_faults([Fault("status", "/v1/exchanges", method="POST", status=503, times=1, when="before")])
    ((_, _, body),) = fake.requests
    assert body == [
        {"kind": "status", "match": "/v1/exchanges", "method": "POST", "status": 503, "times": 1, "when": "before"}
    ]


def test_a_watch_gives_up_after_the_patience() -> None:
    with answering(200, STATE) as fake:
        with pytest.raises(NotInTime, match="a miracle within 0.02 real seconds"):
            fake.box.watch(lambda: None, "a miracle", patience=0.02)
        assert fake.box.watch(lambda: len(fake.requests), "a request") == 1


@pytest.mark.parametrize("url", ["", "127.0.0.1:4444", "https://127.0.0.1/qa/v1", "http://"])
def test_an_address_is_checked_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="a box has an address"):
        Box(url)


def test_durations_have_units() -> None:
    assert [duration_text(text) for text in ("500ms", "5s", "10m")] == ["500ms", "5000ms", "600000ms"]
    assert duration_text(timedelta(milliseconds=1.9)) == "1ms"
    for nonsense in ("5", "s", "-5s", "5 s", "1.5h", timedelta(seconds=-1)):
        with pytest.raises(ValueError, match="duration"):
            duration_text(nonsense)


def test_points_are_read_out_of_words() -> None:
    assert points("24\u00a0090 баллов") == 24090
    assert points("−1\u00a0020") == -1020
    assert points("+205") == 205
    with pytest.raises(ValueError, match="no number"):
        points("баллы")
