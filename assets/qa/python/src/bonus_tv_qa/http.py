"""One request over HTTP, with Python's own client and a limit in real time."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from bonus_tv_qa.errors import BoxUnreachable, MalformedAnswer
from bonus_tv_qa.reading import Reader

#: A picture of 1920x1080 has at most 6 MiB.
_MOST_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read to its end."""

    #: The request in words, for messages.
    request: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def reader(self) -> Reader:
        """The body as JSON."""
        try:
            value = json.loads(self.body)
        except ValueError:
            raise MalformedAnswer(f"{self.request}: the body is no JSON: {self.body[:200]!r}") from None
        return Reader(value, self.request)


class Address:
    """Where `/qa/v1` of a box is."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"a box has an address such as http://127.0.0.1:4444/qa/v1: {url!r}")
        self._host = parts.hostname
        self._port = parts.port or 80
        self._path = parts.path.rstrip("/")
        self.url = url.rstrip("/")

    def ask(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: object = None,
        *,
        patience: float,
    ) -> Answer:
        """Sends a request and reads the answer.

        Raises `BoxUnreachable` if there is none after `patience` real seconds.
        """
        __tracebackhide__ = True
        target = f"{self._path}/{path}"
        if query:
            target += "?" + urlencode(query)
        request = f"{method} {target}"
        headers = {"accept": "application/json, image/png"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["content-type"] = "application/json"
        # A connection for each request: a box that was switched off leaves none that is half dead.
        connection = http.client.HTTPConnection(self._host, self._port, timeout=patience)
        try:
            connection.request(method, target, body=data, headers=headers)
            response = connection.getresponse()
            if (response.length or 0) > _MOST_BYTES:
                raise MalformedAnswer(f"{request}: the answer is larger than {_MOST_BYTES} bytes")
            # A read with a limit would take a body that broke off for a whole one.
            content = response.read()
        except TimeoutError:
            raise BoxUnreachable(f"{request}: no answer within {patience:g} real seconds from {self.url}") from None
        except (OSError, http.client.HTTPException) as error:
            raise BoxUnreachable(f"{request}: {self.url} does not answer: {error!r}") from None
        finally:
            connection.close()
        return Answer(request, response.status, response.headers, content)
