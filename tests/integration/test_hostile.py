"""Archives that somebody forged: refused by the whole `use`, while the old engine never notices."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.server import serve
from tests.integration.stock import Stock
from tests.system.archives import Member, file, hard, link, special, tgz

pytestmark = pytest.mark.engine

#: Nobody published it, so no digest vouches for its bytes before they are unpacked.
_VERSION = "99.1.2"
#: Somebody did publish this one, with other bytes than any here.
_RECORDED = "28.5.2"


def _bomb(place: Path) -> None:
    """Two files of zeros, each a thousand times as large as its archive."""
    with gzip.open(place, "wb", 1) as out:
        for name in ("docker/dockerd", "docker/docker"):
            member = file(name)[0]
            member.size = 1 << 30
            out.write(member.tobuf())
            for _ in range(1 << 6):
                out.write(bytes(1 << 20))


def _million(place: Path) -> None:
    """A million members; the first five thousand have names of their own, which is enough."""
    members = b"".join(file(f"docker/{number}", b"")[0].tobuf() for number in range(5000))
    with gzip.open(place, "wb", 1) as out:
        for _ in range(200):
            out.write(members)


def _archive(*members: Member) -> Callable[[Path], int]:
    return lambda place: place.write_bytes(tgz(file("docker/dockerd"), *members))


#: how it is made, and what is said of it
_FORGED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a path outside": (_archive(file("docker/../../../outside")), "leads out of the folder"),
    "an absolute path": (_archive(file("/etc/outside")), "leads out of the folder"),
    "a link out": (_archive(link("docker/x", "../../outside")), "out"),
    "a file through a link": (_archive(link("docker/x", "sub"), file("docker/x/y")), "comes twice"),
    "a hard link out": (_archive(hard("docker/x", "../../../etc/passwd")), "leads out"),
    "a device": (_archive(special("docker/null", tarfile.CHRTYPE)), "file, folder"),
    "a bomb": (_bomb, ""),
    "a million members": (_million, "more than"),
}


@pytest.fixture
def forged(program: Dockswitch, mirror: Mirror) -> Iterator[tuple[Dockswitch, Path]]:
    """The program with a mirror of its own, and the folder in which archives are published."""
    folder = program.root / "forged/linux/static/stable" / mirror.arch
    folder.mkdir(parents=True)
    with serve(program.root / "forged") as server:
        yield Dockswitch(program.root, server.url), folder


def test_no_forged_archive_gets_beyond_its_unpacking(
    forged: tuple[Dockswitch, Path], mirror: Mirror, stock: Stock
) -> None:
    program, folder = forged
    old = mirror.engines[0]
    stock.hand_out(program.root, old)
    program.run("use", old.version).ended(0)
    running, before = below.dockerds(program.root), below.listing(program.root / below.STATE)
    place = folder / f"docker-{_VERSION}.tgz"
    for what, (make, said) in _FORGED.items():
        make(place)
        error = program.run("use", "stable", _VERSION).ended(12).error
        assert said in error, (what, error)
        assert place.name in error, (what, error)
        assert not below.unfinished(program.root), what
        assert below.dockerds(program.root) == running, what
    assert not list(program.root.rglob("outside"))
    assert below.listing(program.root / below.STATE).keys() == before.keys()
    whole.is_whole(program, old.version)


def test_bytes_that_nobody_recorded_for_that_name_are_refused(
    forged: tuple[Dockswitch, Path], mirror: Mirror, stock: Stock
) -> None:
    program, folder = forged
    old = mirror.engines[0]
    stock.hand_out(program.root, old)
    program.run("use", old.version).ended(0)
    running = below.dockerds(program.root)
    (folder / f"docker-{_RECORDED}.tgz").write_bytes(tgz(file("docker/dockerd")))
    error = program.run("use", "stable", _RECORDED).ended(12).error
    assert "is not the file that was published" in error
    assert "--accept-digest" in error
    assert not below.unfinished(program.root)
    assert below.dockerds(program.root) == running
    whole.is_whole(program, old.version)
