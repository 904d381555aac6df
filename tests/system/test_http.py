"""The door to HTTP, against a real server on loopback."""

import gzip
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dockswitch.model.errors import DockswitchError, Unreachable
from dockswitch.model.unreachable import (
    BadAddress,
    BadRedirect,
    Forbidden,
    NoAnswer,
    NotServed,
    PlainHttp,
    TooMuch,
    WrongLength,
)
from dockswitch.system.admission import admit, next_hop
from dockswitch.system.http import Door
from tests.system.server import Asked, Reply, serving


def waiting() -> tuple[Door, list[float]]:
    """A door that waits without losing time, and what it waited."""
    waits: list[float] = []
    return Door(silence=2, connect=2, pause=waits.append), waits


def once(reply: Reply, then: Reply) -> Callable[[Asked], Reply]:
    return lambda asked: reply if asked.count == 0 else then


def test_a_page_comes_with_what_it_takes_to_ask_whether_it_changed() -> None:
    with serving(lambda _: Reply(b"page", headers={"ETag": '"1"', "Last-Modified": "then"})) as s:
        page = Door().page(f"{s.url}/x/")
    assert (page.body, page.etag, page.modified) == (b"page", '"1"', "then")


def test_an_overloaded_server_is_asked_again_after_growing_waits() -> None:
    door, waits = waiting()
    replies = [Reply(status=503), Reply(status=429), Reply(status=500), Reply(b"page")]
    with serving(lambda asked: replies[asked.count]) as s:
        assert door.page(s.url).body == b"page"
    assert waits == sorted(waits)
    assert len(waits) == 3


def test_a_server_that_stays_overloaded_is_given_up() -> None:
    door, waits = waiting()
    with serving(lambda _: Reply(status=503)) as s, pytest.raises(NoAnswer) as failed:
        door.page(s.url)
    assert "503" in failed.value.details
    assert "4 times" in failed.value.details
    assert "--offline" in failed.value.hint
    assert len(waits) == len(door.waits)


def test_a_server_may_say_how_long_to_wait() -> None:
    door, waits = waiting()
    with serving(once(Reply(status=503, headers={"Retry-After": "9"}), Reply(b"page"))) as s:
        door.page(s.url)
    assert waits == [9.0]


def test_a_server_that_says_to_wait_for_a_day_is_not_waited_for_that_long() -> None:
    door, waits = waiting()
    with serving(once(Reply(status=503, headers={"Retry-After": "86400"}), Reply(b"p"))) as s:
        door.page(s.url)
    assert waits[0] <= 20


def test_a_page_that_was_cut_is_asked_for_again() -> None:
    door, waits = waiting()
    whole = b"page" * 1000
    with serving(once(Reply(whole, cut=100), Reply(whole))) as s:
        assert door.page(s.url).body == whole
    assert len(waits) == 1


def test_a_page_that_is_always_cut_is_no_page() -> None:
    door, _ = waiting()
    with serving(lambda _: Reply(b"page", length=9)) as s, pytest.raises(Unreachable) as failed:
        door.page(s.url)
    assert isinstance(failed.value, WrongLength | NoAnswer)


def test_a_server_that_is_down_is_unreachable() -> None:
    door, waits = waiting()
    with serving(lambda _: Reply()) as s:
        url = s.url
    with pytest.raises(NoAnswer) as failed:
        door.page(url)
    assert "refused" in failed.value.details
    assert failed.value.exit == 17
    assert waits


def test_a_silent_server_is_given_up() -> None:
    door = Door(silence=0.1, waits=())
    with serving(lambda _: Reply(wait=1)) as s, pytest.raises(NoAnswer) as failed:
        door.page(s.url)
    assert "time" in failed.value.details


def test_a_head_that_comes_byte_by_byte_has_a_deadline() -> None:
    door, begun = Door(whole=0.5, waits=()), time.monotonic()
    with serving(lambda _: Reply(b"page", trickle=0.05)) as s, pytest.raises(NoAnswer) as failed:
        door.page(s.url)
    assert "slowly" in failed.value.details
    assert time.monotonic() - begun < 5


def test_a_slow_page_has_a_deadline() -> None:
    door = Door(whole=0.3, waits=())
    body = b"x" * (1 << 22)
    with serving(lambda _: Reply(body, drip=0.1)) as s, pytest.raises(NoAnswer) as failed:
        door.page(s.url)
    assert "slowly" in failed.value.details


def test_an_endless_page_is_not_read_to_its_end() -> None:
    endless = Reply(b"x" * (1 << 22), endless=True, length=-1)
    with serving(lambda _: endless) as s, pytest.raises(TooMuch):
        Door(waits=()).page(s.url)


def test_a_page_that_announces_too_much_is_not_read() -> None:
    with serving(lambda _: Reply(b"x", length=1 << 40)) as s, pytest.raises(TooMuch):
        Door(waits=()).page(s.url)


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, NotServed), (410, NotServed), (403, Forbidden), (401, Forbidden), (400, NoAnswer)],
)
def test_each_refusal_has_its_error_and_is_not_tried_again(
    status: int, error: type[DockswitchError]
) -> None:
    door, waits = waiting()
    with serving(lambda _: Reply(status=status)) as s, pytest.raises(error):
        door.page(s.url)
    assert not waits


def test_redirects_are_followed() -> None:
    def answers(asked: Asked) -> Reply:
        if asked.path == "/old":
            return Reply(status=302, headers={"Location": "/new/"})
        return Reply(b"page")

    with serving(answers) as s:
        page = Door().page(f"{s.url}/old")
        assert (page.body, page.url) == (b"page", f"{s.url}/new/")


def test_a_circle_of_redirects_ends() -> None:
    with serving(lambda asked: Reply(status=301, headers={"Location": "/"})) as s:
        with pytest.raises(BadRedirect) as failed:
            Door().page(s.url)
        assert len(s.asked) == 6
    assert failed.value.exit == 17


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher:x"])
def test_no_redirect_leaves_http(place: str) -> None:
    away = Reply(status=302, headers={"Location": place})
    with serving(lambda _: away) as s, pytest.raises(BadRedirect):
        Door().page(s.url)


def test_a_redirect_to_plain_http_elsewhere_is_not_followed() -> None:
    away = Reply(status=302, headers={"Location": "http://192.0.2.1/x"})
    with serving(lambda _: away) as s, pytest.raises(BadRedirect) as failed:
        Door().page(s.url)
    assert "192.0.2.1" in failed.value.details


def test_https_is_never_left_for_http_not_even_on_this_machine() -> None:
    with pytest.raises(BadRedirect):
        next_hop("https://example.org/a", "http://localhost/b")
    assert next_hop("http://localhost/b", "https://example.org/a") == "https://example.org/a"
    assert next_hop("https://example.org/a/", "b") == "https://example.org/a/b"


def test_a_password_goes_along_to_the_same_host_only() -> None:
    at = "https://me:secret@example.org/a"
    assert next_hop(at, "/b") == "https://me:secret@example.org/b"
    assert next_hop(at, "https://example.org/b") == "https://me:secret@example.org/b"
    assert next_hop(at, "https://other.org/b") == "https://other.org/b"
    assert next_hop(at, "https://example.org:8443/b") == "https://example.org:8443/b"


@pytest.mark.parametrize(
    "url", ["http://localhost/", "http://127.1.2.3:80/", "http://[::1]:8/", "https://example.org/"]
)
def test_this_machine_and_https_are_always_admitted(url: str) -> None:
    admit(url, frozenset())


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "http://127.0.0.1.example.org/", "http://localhost@example.org/"],
)
def test_plain_http_elsewhere_is_admitted_by_name_only(url: str) -> None:
    with pytest.raises(PlainHttp) as failed:
        admit(url, frozenset({"other.org"}))
    assert "--allow-http" in failed.value.hint
    assert failed.value.exit == 2
    admit("http://example.org/", frozenset({"example.org"}))
    admit("http://example.org:81/", frozenset({"example.org:81"}))
    with pytest.raises(PlainHttp):
        admit("http://example.org:82/", frozenset({"example.org:81"}))


@pytest.mark.parametrize("url", ["", "x", "ftp://h/", "https://", "http://[::1", "https:///x"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        admit(url, frozenset())


def test_no_error_shows_a_secret() -> None:
    door, _ = waiting()
    with serving(lambda _: Reply()) as s:
        port = s.server_address[1]
    with pytest.raises(Unreachable) as failed:
        door.page(f"http://me:hunter2@127.0.0.1:{port}/x?token=hunter3")
    said = failed.value.message + failed.value.details + failed.value.hint
    assert "hunter" not in said
    assert failed.value.__suppress_context__


def test_name_and_password_of_an_address_are_sent() -> None:
    with serving(lambda _: Reply(b"page")) as s:
        Door().page(s.url.replace("//", "//me:secret@"))
        assert s.asked[0].headers["Authorization"].startswith("Basic ")


def test_netrc_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(lambda _: Reply(b"page")) as s:
        Door().page(s.url)
        assert s.asked[0].headers["Authorization"].startswith("Basic ")


def test_a_proxy_is_used_and_no_proxy_spares_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: Reply(b"proxied")) as proxy, serving(lambda _: Reply(b"direct")) as s:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        assert Door().page(s.url).body == b"proxied"
        assert proxy.asked[0].path.startswith(s.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        assert Door().page(s.url).body == b"direct"


def test_a_named_bundle_of_certificates_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(NoAnswer) as failed:
        Door(waits=()).page("https://127.0.0.1:1/")
    assert "/nowhere/ca.pem" in failed.value.details


def test_no_cookie_is_kept() -> None:
    with serving(lambda _: Reply(b"page", headers={"Set-Cookie": "a=b"})) as s:
        door = Door()
        door.page(s.url)
        door.page(s.url)
        assert "Cookie" not in s.asked[1].headers


def test_a_page_that_is_packed_unasked_is_unpacked() -> None:
    packed = gzip.compress(b"page")
    with serving(lambda _: Reply(packed, headers={"Content-Encoding": "gzip"})) as s:
        assert Door().page(f"{s.url}/x/").body == b"page"
        assert Door().page(f"{s.url}/Packages.gz").body == packed


def test_importing_the_door_imports_nothing_dear() -> None:
    code = "import sys, dockswitch.system.http; print('requests' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"


def test_a_deadline_ends_all_tries() -> None:
    door = Door(whole=0.2, waits=(0.15, 30.0))
    begun = time.monotonic()
    with serving(lambda _: Reply(status=503)) as s, pytest.raises(NoAnswer):
        door.page(s.url)
    assert time.monotonic() - begun < 10


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that nobody signed, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    path = tmp_path / "server.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -batch"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run(["openssl", *words.split(), *names], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def test_https_trusts_the_system_and_what_the_environment_names(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(lambda _: Reply(b"page")) as s:
        s.socket = context.wrap_socket(s.socket, server_side=True)
        url = s.url.replace("http:", "https:")
        with pytest.raises(NoAnswer) as failed:
            Door(waits=()).page(url)
        assert "certificate" in failed.value.details
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
        assert Door(waits=()).page(url).body == b"page"
