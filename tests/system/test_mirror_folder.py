"""Files on their way into a mirror: several at once, gone on with, and never other bytes."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dockswitch.model.errors import NotAuthentic, Unreachable
from dockswitch.model.mirrored import Came, Judge, Wanted
from dockswitch.model.release import Download
from dockswitch.model.unreachable import NotAnArchive
from dockswitch.report.progress import Bar
from dockswitch.report.report import Report
from dockswitch.system.http import Door
from dockswitch.system.mirror_folder import MirrorFolder
from dockswitch.system.refusals import CannotWrite
from tests.system.server import Asked, Reply, Server, serving
from tests.upstream import noise

BODY = noise("body", 3 << 20)
TAG = {"ETag": '"1"'}
_PLACE = "linux/static/stable/x86_64/docker-28.tgz"


def folder(path: Path) -> MirrorFolder:
    return MirrorFolder(str(path), Door(waits=(), silence=5), lambda _: None)


def wanted(server: Server, body: bytes | None = BODY, place: str = _PLACE) -> Wanted:
    """With the digest of that body, or with none where nobody told one."""
    digests = frozenset({hashlib.sha256(body).hexdigest()} if body is not None else ())
    return Wanted(place, Download(f"{server.url}/{place}", digests))


def strict(each: Wanted, sha256: str) -> None:
    if each.download.digests and sha256 not in each.download.digests:
        raise NotAuthentic("other bytes")


def fetched(where: MirrorFolder, *files: Wanted, judge: Judge = strict) -> dict[str, Came]:
    found: dict[str, Came] = {}

    def came(each: Wanted, as_it_came: Came) -> None:
        found[each.place] = as_it_came

    where.fetch(files, judge, came, Bar(Report("mirror"), moving=False), None)
    return found


def cut_first(*, at: int, then: Reply) -> Callable[[Asked], Reply]:
    """The first connection is cut at that byte, and nobody answers for the rest of that run."""

    def answer(asked: Asked) -> Reply:
        if asked.count == 0:
            return Reply(BODY, headers=TAG, cut=at, length=len(BODY), ranges=True)
        return Reply(status=503) if asked.count == 1 else then

    return answer


def test_several_come_at_once_and_each_gets_its_name(tmp_path: Path) -> None:
    bodies = {f"pool/{number}.deb": noise(str(number), 70_000) for number in range(9)}
    with serving(lambda asked: Reply(bodies[asked.path.lstrip("/")], wait=0.1)) as server:
        found = fetched(folder(tmp_path), *(wanted(server, b, p) for p, b in bodies.items()))
    assert {place: (tmp_path / place).read_bytes() for place in found} == bodies
    assert not os.listdir(tmp_path / ".dockswitch/parts")
    for place, came in found.items():
        stat = (tmp_path / place).stat()
        assert (came.size, came.time) == (stat.st_size, stat.st_mtime_ns)
        assert stat.st_mode & 0o777 == 0o644 & ~_umask()


def test_the_next_run_goes_on_where_one_was_cut(tmp_path: Path) -> None:
    rest = Reply(BODY, headers=TAG, ranges=True)
    with serving(cut_first(at=1 << 20, then=rest)) as server:
        with pytest.raises(Unreachable):
            fetched(folder(tmp_path), wanted(server))
        assert not (tmp_path / _PLACE).exists()
        fetched(folder(tmp_path), wanted(server))
        assert server.asked[-1].headers["Range"] == f"bytes={1 << 20}-"
    assert (tmp_path / _PLACE).read_bytes() == BODY


def test_what_is_left_to_come_is_known_before(tmp_path: Path) -> None:
    rest = Reply(BODY, headers=TAG, ranges=True)
    with serving(cut_first(at=1 << 20, then=rest)) as server:
        known = Wanted(_PLACE, Download(f"{server.url}/{_PLACE}", size=len(BODY)))
        assert folder(tmp_path).sizes([known]) == {_PLACE: len(BODY)}
        with pytest.raises(Unreachable):
            fetched(folder(tmp_path), known)
        assert folder(tmp_path).sizes([known]) == {_PLACE: len(BODY) - (1 << 20)}


def test_a_file_that_changed_in_between_comes_from_its_beginning(tmp_path: Path) -> None:
    other = noise("other", 1 << 20)
    with serving(cut_first(at=1 << 20, then=Reply(other, headers={"ETag": '"2"'}))) as server:
        with pytest.raises(Unreachable):
            fetched(folder(tmp_path), wanted(server, other))
        fetched(folder(tmp_path), wanted(server, other))
    assert (tmp_path / _PLACE).read_bytes() == other


def test_a_part_that_was_spoilt_is_thrown_away(tmp_path: Path) -> None:
    with serving(cut_first(at=1 << 20, then=Reply(BODY, headers=TAG, ranges=True))) as server:
        with pytest.raises(Unreachable):
            fetched(folder(tmp_path), wanted(server))
        (part,) = (tmp_path / ".dockswitch/parts").glob("*.tgz")
        part.write_bytes(b"\0" * part.stat().st_size)
        fetched(folder(tmp_path), wanted(server))
    assert (tmp_path / _PLACE).read_bytes() == BODY


def test_what_no_digest_tells_is_not_gone_on_with_after_the_machine_was_down(
    tmp_path: Path,
) -> None:
    body = b"\x1f\x8b" + BODY[2:]
    replies = [
        Reply(body, headers=TAG, cut=1 << 20, length=len(body), ranges=True),
        Reply(status=503),
        Reply(body, headers=TAG, ranges=True),
    ]
    with serving(lambda asked: replies[min(asked.count, 2)]) as server:
        with pytest.raises(Unreachable):
            fetched(folder(tmp_path), wanted(server, None))
        (note,) = (tmp_path / ".dockswitch/parts").glob("*.json")
        (boot,) = Path("/proc/sys/kernel/random/boot_id").read_text().split()
        note.write_text(note.read_text().replace(boot, "another"))
        fetched(folder(tmp_path), wanted(server, None))
        assert "Range" not in server.asked[-1].headers
    assert (tmp_path / _PLACE).read_bytes() == body


def test_other_bytes_are_never_kept(tmp_path: Path) -> None:
    with serving(lambda _: Reply(BODY[:-1] + b"\0")) as server, pytest.raises(NotAuthentic):
        fetched(folder(tmp_path), wanted(server))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_page_in_an_archive_s_place_is_refused(tmp_path: Path) -> None:
    with serving(lambda _: Reply(b"<html>log in")) as server, pytest.raises(NotAnArchive):
        fetched(folder(tmp_path), wanted(server, None))
    assert not (tmp_path / _PLACE).exists()


def test_one_that_fails_ends_the_others_and_what_came_of_them_is_kept(tmp_path: Path) -> None:
    slow = Reply(BODY, headers=TAG, drip=0.2, ranges=True)

    def answer(asked: Asked) -> Reply:
        return Reply(status=404, wait=1.0) if "gone" in asked.path else slow

    with serving(answer) as server:
        files = wanted(server), wanted(server, b"", "linux/gone.tgz")
        with pytest.raises(Exception, match="not there"):
            fetched(folder(tmp_path), *files)
    (part,) = (tmp_path / ".dockswitch/parts").glob("*docker-28.tgz")
    assert 0 < part.stat().st_size < len(BODY)


def test_no_place_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        folder(tmp_path / "m").write("linux/../../outside", b"")
    assert not (tmp_path / "outside").exists()


def _umask() -> int:
    was = os.umask(0o022)
    os.umask(was)
    return was
