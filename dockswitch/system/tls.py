"""Connects to an engine that answers over TLS, as docker does: certificates on both sides."""

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator

from dockswitch.model.ports import Tls
from dockswitch.system.patience import TooLate, within

_REFUSES_WITHIN = 0.5  # seconds after the handshake; it says nothing where it trusts us


@contextlib.contextmanager
def connected(at: Tls, deadline: float) -> Iterator[ssl.SSLSocket]:
    """A connection with whoever has a certificate of that CA for that very host.

    `deadline` is one of `time.monotonic()`; raises OSError, of which ssl.SSLError is one.
    """
    context = _context(at)
    with _linked(at, deadline) as link:
        link.settimeout(_left(deadline))
        with context.wrap_socket(link, server_hostname=at.host) as secured:
            secured.settimeout(_left(deadline))
            yield secured


def distrusted(at: Tls, *, timeout: float) -> str | None:
    """Why one of both sides does not trust the other one's certificate; None where both do.

    None too where nobody answers within `timeout` seconds.
    """
    try:
        with connected(at, time.monotonic() + timeout) as link:
            # TLS 1.3: what the engine thinks of our certificate comes only behind the handshake,
            # and is lost where we write meanwhile: it has closed the connection then.
            link.settimeout(_REFUSES_WITHIN)
            link.recv(1)
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted: {error.verify_message}"
    except ssl.SSLError as error:
        return _refusal(error.reason or "")
    except OSError:
        return None
    return None


def _context(at: Tls) -> ssl.SSLContext:
    """Trusts that CA alone, whatever the machine trusts."""
    # Not `create_default_context`: since Python 3.13 that refuses what docker-machine issues,
    # whose CA has no key identifiers (RFC 5280, 4.2.1).
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(f"{at.certs}/ca.pem")
    # With a password at hand OpenSSL does not ask for one on the terminal.
    context.load_cert_chain(f"{at.certs}/cert.pem", f"{at.certs}/key.pem", password="")
    return context


@contextlib.contextmanager
def _linked(at: Tls, deadline: float) -> Iterator[socket.socket]:
    """The first of the host's addresses that takes a connection."""
    try:
        found = within(
            _left(deadline),
            lambda: socket.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM),
        )
    except TooLate:
        raise TimeoutError from None
    refused: OSError = ConnectionRefusedError()
    for family, kind, protocol, _, address in found:
        with socket.socket(family, kind, protocol) as link:
            link.settimeout(_left(deadline))
            try:
                link.connect(address)
            except OSError as error:
                refused = error
                continue
            yield link
            return
    raise refused


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _refusal(reason: str) -> str | None:
    """What an alert of the other side says of our certificate, as OpenSSL spells it."""
    told = reason.partition("_ALERT_")[2].lower().replace("_", " ")
    ours = "certificate" in told or told in ("unknown ca", "access denied", "decrypt error")
    return f"it does not trust our certificate: {told}" if ours else None
