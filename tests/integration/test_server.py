"""The mirror's server speaks HTTP as a real host does, and misbehaves exactly as told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.integration.server import Fault, MirrorServer, serve

_BODY = bytes(range(256)) * 1024
_NAME = "docker-1.2+x.tgz"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MirrorServer]:
    folder = tmp_path / "served"
    (folder / "channel").mkdir(parents=True)
    (folder / "channel" / _NAME).write_bytes(_BODY)
    (tmp_path / "secret").write_text("outside")
    with serve(folder) as running:
        yield running


def _get(
    server: MirrorServer, path: str = f"/channel/{_NAME}", **headers: str
) -> requests.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(server.url + path, headers=named, timeout=10, allow_redirects=False)


def _meets(server: MirrorServer, fault: Fault) -> None:
    server.faults = lambda path: fault


def test_a_folder_is_listed_and_a_file_is_whole(server: MirrorServer) -> None:
    assert f'<a href="{_NAME}">{_NAME}</a>' in _get(server, "/channel/").text
    assert '<a href="channel/">channel/</a>' in _get(server, "/").text
    answer = _get(server)
    assert answer.content == _BODY
    assert answer.headers["Last-Modified"].endswith("GMT")
    assert server.requests == ["/channel/", "/", f"/channel/{_NAME}"]


def test_a_quoted_plus_is_a_plus(server: MirrorServer) -> None:
    assert _get(server, "/channel/docker-1.2%2Bx.tgz").status_code == 200


def test_head_says_the_length_without_the_body(server: MirrorServer) -> None:
    answer = requests.head(f"{server.url}/channel/{_NAME}", timeout=10)
    assert (answer.headers["Content-Length"], answer.content) == (str(len(_BODY)), b"")


def test_a_folder_without_its_slash_is_redirected(server: MirrorServer) -> None:
    answer = _get(server, "/channel")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/channel/")


@pytest.mark.parametrize("path", ["/absent", "/channel/%2e%2e/%2e%2e/secret"])
def test_what_is_not_there_or_outside_is_not_found(server: MirrorServer, path: str) -> None:
    assert _get(server, path).status_code == 404


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=1000-", 1000, len(_BODY)),
        ("bytes=-5", len(_BODY) - 5, len(_BODY)),
        (f"bytes=5-{len(_BODY) + 100}", 5, len(_BODY)),
    ],
)
def test_a_range_is_answered_with_that_part(
    server: MirrorServer, asked: str, start: int, stop: int
) -> None:
    answer = _get(server, Range=asked)
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(_BODY)}"
    assert answer.content == _BODY[start:stop]


def test_a_range_beyond_the_end_is_refused(server: MirrorServer) -> None:
    answer = _get(server, Range=f"bytes={len(_BODY)}-")
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(_BODY)}"


def test_an_etag_that_still_holds_spares_the_body(server: MirrorServer) -> None:
    etag = _get(server).headers["ETag"]
    assert _get(server, If_None_Match=etag).status_code == 304
    assert _get(server, If_None_Match='"another"').status_code == 200


def test_a_range_of_another_file_is_answered_with_the_whole(server: MirrorServer) -> None:
    etag = _get(server).headers["ETag"]
    assert _get(server, Range="bytes=1-2", If_Range=etag).status_code == 206
    assert _get(server, Range="bytes=1-2", If_Range='"another"').content == _BODY


def test_fault_status(server: MirrorServer) -> None:
    _meets(server, Fault(status=503))
    assert _get(server).status_code == 503


def test_fault_redirect(server: MirrorServer) -> None:
    _meets(server, Fault(redirect="http://elsewhere.invalid/"))
    assert _get(server).headers["Location"] == "http://elsewhere.invalid/"


def test_fault_page_in_place_of_the_archive(server: MirrorServer) -> None:
    _meets(server, Fault(page="<html>log in</html>"))
    answer = _get(server)
    assert (answer.status_code, answer.text) == (200, "<html>log in</html>")


@pytest.mark.parametrize("fault", [Fault(cut_after=1000), Fault(length=len(_BODY) + 1)])
def test_fault_cut_before_the_promised_end(server: MirrorServer, fault: Fault) -> None:
    _meets(server, fault)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _get(server)


def test_fault_a_length_that_is_too_short(server: MirrorServer) -> None:
    _meets(server, Fault(length=7))
    assert _get(server).content == _BODY[:7]


def test_fault_wait_before_the_answer(server: MirrorServer) -> None:
    _meets(server, Fault(wait=0.3))
    start = time.monotonic()
    assert _get(server).content == _BODY
    assert time.monotonic() - start >= 0.3


def test_fault_stall_in_the_middle(server: MirrorServer) -> None:
    _meets(server, Fault(cut_after=1000, stall=30))
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"{server.url}/channel/{_NAME}", timeout=0.3)


def test_fault_endless_body(server: MirrorServer) -> None:
    _meets(server, Fault(endless=True))
    with requests.get(f"{server.url}/channel/{_NAME}", stream=True, timeout=10) as answer:
        assert "Content-Length" not in answer.headers
        blocks = answer.iter_content(len(_BODY))
        assert b"".join(next(blocks) for _ in range(3)) == _BODY * 3


def test_faults_meet_only_the_paths_they_are_for(server: MirrorServer) -> None:
    server.faults = lambda path: Fault(status=500) if path.endswith(".tgz") else None
    assert _get(server).status_code == 500
    assert _get(server, "/channel/").status_code == 200


def test_every_answer_is_logged_when_asked(tmp_path: Path) -> None:
    lines: list[str] = []
    with serve(tmp_path, log=lines.append) as server:
        _get(server, "/")
    assert lines == ['"GET / HTTP/1.1" 200 -']
