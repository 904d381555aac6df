"""The one HTTP door: bounded, retried, and never led to a place that was not allowed.

`requests` and `truststore` are imported on first use: together they cost 140 ms.
"""

import contextlib
import functools
import os
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from dockswitch.model.address import origin, shown
from dockswitch.model.errors import DockswitchError
from dockswitch.model.unreachable import (
    BadAddress,
    BadRedirect,
    Forbidden,
    NeverFetched,
    NoAnswer,
    NotServed,
    TooMuch,
    WrongLength,
)
from dockswitch.system.admission import admit, admit_hop, next_hop
from dockswitch.system.patience import TooLate, within

if TYPE_CHECKING:
    import requests

Found = TypeVar("Found")

PIECE = 256 * 1024
LARGEST_PAGE = 64 * 1024 * 1024  # bytes; a Packages file of Docker's has 3 MB
_HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_WISH = 20.0  # seconds that a server's Retry-After may ask for


@dataclass(frozen=True, slots=True)
class Page:
    """An index page: `body` is None where the server says that the one at hand is still right."""

    body: bytes | None
    url: str
    etag: str = ""
    modified: str = ""


class Again(Exception):  # not an error for people: it says that another try may help
    """A try failed with `error`, and may be made again after `after` seconds."""

    def __init__(self, error: DockswitchError, after: float = 0.0) -> None:
        super().__init__(error.message)
        self.error = error
        self.after = after


@dataclass(frozen=True)
class Door:
    """How HTTP is spoken: all times in seconds.

    `allow_http` are hosts (`HOST` or `HOST:PORT`) to which http:// is allowed besides this
    machine; `waits` are the pauses before each new try; `whole` is the longest that an index page
    may take with all tries, and what comes before an archive with one; `longest` is the longest
    for an archive; `pause` sleeps.
    """

    allow_http: frozenset[str] = frozenset()
    offline: bool = False
    connect: float = 10.0
    silence: float = 30.0
    whole: float = 120.0
    longest: float = 3600.0
    waits: tuple[float, ...] = (0.5, 1.5, 4.0)
    pause: Callable[[float], None] = time.sleep
    agent: str = field(default="dockswitch")

    def page(self, url: str, *, etag: str = "", modified: str = "") -> Page:
        """An index page, asked for only if it changed where `etag` or `modified` are known.

        Raises NotServed for 404, Unreachable for what else keeps it away.
        """
        headers = {"If-None-Match": etag, "If-Modified-Since": "" if etag else modified}
        deadline = time.monotonic() + self.whole
        return self.retried(lambda: self._page(url, headers, deadline), deadline)

    def length(self, url: str) -> int | None:
        """The bytes that a file has, as its server tells unasked for it; None where it does not.

        Whatever is wrong there is told to whoever asks for the file itself.
        """
        try:
            deadline = time.monotonic() + self.silence
            response, _ = self.answer(url, {}, deadline, method="HEAD")
        except (DockswitchError, Again):
            return None
        with response:
            return told_length(response) if response.status_code == 200 else None

    def answer(
        self, url: str, headers: Mapping[str, str], deadline: float, *, method: str = "GET"
    ) -> "tuple[requests.Response, str]":
        """The answer at the end of the redirects (open, its body unread), and its address.

        Raises Again where another try may help, NeverFetched when offline, NoAnswer where what
        comes before the body is not here by the deadline: `silence` alone, which counts from byte
        to byte, is never over where a server drips.
        """
        if self.offline:
            raise NeverFetched(shown(url))
        at = url
        for _ in range(_HOPS + 1):
            admit(at, self.allow_http)
            try:
                response = within(
                    deadline - time.monotonic(),
                    functools.partial(self._ask, at, headers, method),
                )
            except TooLate:
                raise NoAnswer(shown(url), "it sends too slowly") from None
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                _judge(response, url)
                return response, at
            response.close()
            at = next_hop(at, response.headers["Location"])
            admit_hop(url, at, self.allow_http)
        raise BadRedirect(shown(url), f"more than {_HOPS} redirects, the last to {shown(at)}")

    def retried(self, attempt: Callable[[], Found], deadline: float) -> Found:
        """What `attempt` finds, tried again after growing waits until `deadline`."""
        tries = 0
        while True:
            try:
                return attempt()
            except Again as again:
                wait = max(self.waits[tries], again.after) if tries < len(self.waits) else None
                tries += 1
                if wait is None or time.monotonic() + wait > deadline:
                    if isinstance(again.error, NoAnswer):
                        raise NoAnswer(again.error.url, again.error.what, tries) from None
                    raise again.error from None
                self.pause(wait)

    def _page(self, url: str, headers: Mapping[str, str], deadline: float) -> Page:
        response, at = self.answer(url, headers, deadline)
        with response:
            etag = response.headers.get("ETag", "")
            modified = response.headers.get("Last-Modified", "")
            if response.status_code == 304:
                return Page(None, at, etag, modified)
            if response.status_code != 200:
                raise NoAnswer(shown(url), f"the server answers {response.status_code}")
            body = _body(response, url, deadline)
        plain = _plain(body, response.headers.get("Content-Encoding", ""), at)
        return Page(plain, at, etag, modified)

    def _ask(self, url: str, headers: Mapping[str, str], method: str) -> "requests.Response":
        import requests

        asked = {name: value for name, value in headers.items() if value}
        try:
            secure = origin(url)[0] == "https"
            session = self._secure_session if secure else self._session
            return session.request(
                method,
                url,
                headers=asked,
                stream=True,
                allow_redirects=False,
                timeout=(self.connect, self.silence),
            )
        except requests.exceptions.SSLError as error:
            raise NoAnswer(shown(url), f"its certificate is not trusted: {reason(error)}") from None
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout) as error:
            raise Again(NoAnswer(shown(url), reason(error))) from None
        except (requests.exceptions.RequestException, ValueError) as error:
            raise BadAddress(shown(url), type(error).__name__) from None
        except OSError as error:  # a bundle of certificates that is named but not there
            raise NoAnswer(shown(url), str(error)) from None

    @functools.cached_property
    def _session(self) -> "requests.Session":
        from http.cookiejar import DefaultCookiePolicy

        import requests

        session = requests.Session()
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Bytes are hashed as they are published, so no encoding of the transport's is asked for.
        session.headers.update({"User-Agent": self.agent, "Accept-Encoding": "identity"})
        return session

    @functools.cached_property
    def _secure_session(self) -> "requests.Session":
        """For https://: the certificates that the environment names, else the system's own."""
        session = self._session
        bundle = _named_bundle()
        if bundle:
            session.verify = bundle
            return session
        from dockswitch.system.trusted import TrustStoreAdapter

        session.mount("https://", TrustStoreAdapter())
        return session


def reason(error: BaseException) -> str:
    """Why a connection failed, without the address: the texts of `requests` hold secrets."""
    seen: list[BaseException] = []
    at: object = error
    while isinstance(at, BaseException) and at not in seen:
        seen.append(at)
        inner = getattr(at, "reason", None) or next(iter(at.args), None)
        at = inner if isinstance(inner, BaseException) else (at.__cause__ or at.__context__)
    for each in reversed(seen):
        said = getattr(each, "verify_message", "") or getattr(each, "strerror", "")
        if isinstance(said, str) and said:
            return said
    if any("timeout" in type(each).__name__.lower() for each in seen):
        return "it does not answer in time"
    return {"IncompleteRead": "the connection was cut"}.get(
        type(seen[-1]).__name__, "the connection broke"
    )


def read_piece(response: "requests.Response", url: str, most: int = PIECE) -> bytes:
    """The next bytes of an answer as they came, empty at its end; raises Again when it is cut."""
    import urllib3.exceptions

    try:
        return response.raw.read(most, decode_content=False) or b""
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise Again(NoAnswer(shown(url), reason(error))) from None


def break_off(response: "requests.Response") -> None:
    """Wakes whoever waits for the answer's next bytes: closing alone would wait for them too."""
    shut = getattr(response.raw, "shutdown", None)  # since urllib3 2.3
    with contextlib.suppress(OSError, ValueError, RuntimeError):  # it is over already
        if shut is not None:
            shut()


def told_length(response: "requests.Response") -> int | None:
    """The length in bytes that an answer announces for its body."""
    told = response.headers.get("Content-Length", "")
    if "Transfer-Encoding" in response.headers or not (told.isascii() and told.isdigit()):
        return None
    return int(told)


def _judge(response: "requests.Response", url: str) -> None:
    """Raises what a status means; returns for those that bring something."""
    status = response.status_code
    if status in (200, 206, 304, 416):
        return
    response.close()
    if status in (404, 410):
        raise NotServed(shown(url), f"the server answers {status}")
    if status in (401, 403, 407):
        raise Forbidden(shown(url), status)
    error = NoAnswer(shown(url), f"the server answers {status} {response.reason or ''}".rstrip())
    if status == 429 or status >= 500:
        wished = response.headers.get("Retry-After", "")
        after = float(wished) if wished.isascii() and wished.isdigit() else 0.0
        raise Again(error, min(after, _LONGEST_WISH))
    raise error


def _body(response: "requests.Response", url: str, deadline: float) -> bytes:
    told = told_length(response)
    if told is not None and told > LARGEST_PAGE:
        raise TooMuch(shown(url), LARGEST_PAGE)
    body = bytearray()
    while piece := read_piece(response, url):
        body += piece
        if len(body) > LARGEST_PAGE:
            raise TooMuch(shown(url), LARGEST_PAGE)
        if time.monotonic() > deadline:
            raise NoAnswer(shown(url), "it sends too slowly")
    if told is not None and len(body) != told:
        raise Again(WrongLength(shown(url), len(body), told))
    return bytes(body)


def _plain(body: bytes, encoding: str, url: str) -> bytes:
    """The page without the transport's encoding, which some servers add unasked.

    Not for names that end in .gz themselves: old Apaches call every such file encoded.
    """
    if encoding not in ("gzip", "x-gzip") or urlsplit(url).path.endswith((".gz", ".tgz")):
        return body
    inflater = zlib.decompressobj(31)
    try:
        plain = inflater.decompress(body, LARGEST_PAGE)
    except zlib.error:
        raise NoAnswer(shown(url), "its encoding is broken") from None
    if inflater.unconsumed_tail:
        raise TooMuch(shown(url), LARGEST_PAGE)
    return plain


def _named_bundle() -> str:
    """The certificates that the environment names; as in curl, they replace the system's."""
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    return next((os.environ[name] for name in names if os.environ.get(name)), "")
