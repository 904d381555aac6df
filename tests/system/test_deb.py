"""Packages: their programs are unpacked as an archive's, and nothing hostile gets in."""

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from dockswitch.model.errors import DockswitchError
from dockswitch.model.ports import Unpacked
from dockswitch.model.unreachable import NotAnArchive, NotServed
from dockswitch.system.archive import unpack_debs
from dockswitch.system.http import Door
from dockswitch.system.inflate import LARGEST_PLAIN
from dockswitch.system.refusals import DamagedArchive, HostileArchive, UnreadPacking
from tests.system.archives import Member, file, hard, link, special, tar
from tests.system.debs import CLIENT, CONTROL, ENGINE, PACKERS, ar, deb
from tests.system.fetching import Counting
from tests.system.server import Asked, Reply, serving

DOOR = Door(connect=2, silence=2, waits=(0.0, 0.0, 0.0))


def fetch(into: Path, *debs: bytes) -> tuple[Unpacked, ...]:
    def answers(asked: Asked) -> Reply:
        number = int(asked.path.strip("/").partition("_")[0])
        return Reply(debs[number]) if number < len(debs) else Reply(b"", 404)

    with serving(answers) as server:
        urls = [f"{server.url}/{number}_docker.deb" for number in range(len(debs))]
        return unpack_debs(DOOR, urls, into=str(into), progress=Counting())


def test_the_programs_of_packages_come_into_one_folder_as_an_archive_has_them(
    tmp_path: Path,
) -> None:
    into = tmp_path / "versions" / ".tmp-1"
    engine, client = fetch(into, ENGINE, CLIENT)
    assert engine.names == ("docker-init", "docker-proxy", "dockerd")
    assert client.names == ("cli-plugins/docker-buildx", "docker")
    assert engine.sha256 == hashlib.sha256(ENGINE).hexdigest()
    assert (client.sha256, client.size) == (hashlib.sha256(CLIENT).hexdigest(), len(CLIENT))
    there = {str(each.relative_to(into)) for each in into.rglob("*") if each.is_file()}
    assert there == {*engine.names, *client.names}
    assert (into / "dockerd").read_bytes() == b"engine" * 50_000
    assert {each.stat().st_mode & 0o7777 for each in into.iterdir()} == {0o755}


@pytest.mark.parametrize("kind", PACKERS)
def test_packages_are_read_in_each_packing_that_docker_used(kind: str, tmp_path: Path) -> None:
    (found,) = fetch(tmp_path / "new", deb(file("./usr/bin/runc"), kind=kind))
    assert found.names == ("runc",)


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not installed")
@pytest.mark.parametrize("packing", ["xz", "gzip", "none"])
def test_what_dpkg_itself_makes_is_read(packing: str, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "DEBIAN").mkdir(mode=0o755)
    (tree / "DEBIAN/control").write_text(
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x.example>\nDescription: x\n"
    )
    (tree / "usr/bin/runc").write_bytes(b"#!/bin/true\n" * 100_000)
    (tree / "usr/bin/runc").chmod(0o4755)
    made = tmp_path / "x.deb"
    words = ["dpkg-deb", f"-Z{packing}", "--build", str(tree), str(made)]
    subprocess.run(words, check=True, capture_output=True)
    (found,) = unpack_debs(DOOR, [made.as_uri()], into=str(tmp_path / "new"), progress=Counting())
    assert found.names == ("runc",)
    assert (tmp_path / "new/runc").read_bytes() == (tree / "usr/bin/runc").read_bytes()
    assert (tmp_path / "new/runc").stat().st_mode & 0o7777 == 0o755


HOSTILE: dict[str, tuple[Member, ...]] = {
    "a path out of it": (file("./usr/bin/../../etc/passwd"),),
    "an absolute path": (file("/usr/bin/docker"),),
    "a device": (special("./usr/bin/docker", tarfile.CHRTYPE),),
    "a pipe": (special("./usr/share/pipe", tarfile.FIFOTYPE),),
    "a program that is a link": (link("./usr/bin/docker", "/bin/sh"),),
    "a program that is a hard link": (hard("./usr/bin/docker", "./etc/shadow"),),
    "a program twice": (file("./usr/bin/docker"), file("./usr/sbin/docker")),
    "a folder's name taken": (
        file("./usr/bin/cli-plugins"),
        file("./usr/libexec/docker/cli-plugins/docker-x"),
    ),
    "a name that nobody can read": (file("./usr/bin/do\033[2Jcker"),),
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_package_is_refused_and_leaves_nothing(
    members: tuple[Member, ...], tmp_path: Path
) -> None:
    refused(HostileArchive, tmp_path, ENGINE, deb(*members))


def test_two_packages_with_one_program_are_refused(tmp_path: Path) -> None:
    refused(HostileArchive, tmp_path, ENGINE, deb(file("./usr/bin/dockerd")))


BROKEN: dict[str, tuple[bytes, type[DockswitchError], str]] = {
    "nothing": (b"", NotAnArchive, "nothing"),
    "a page": (b"<html>log in</html>", NotAnArchive, "login page"),
    "something else": (b"\x1f\x8b and so on", NotAnArchive, "no Debian package"),
    "an ar archive": (ar(("x.o", b"code")), DamagedArchive, "does not begin"),
    "another format": (deb(version=b"3.0\n"), DamagedArchive, "does not begin"),
    "no files": (ar(("debian-binary", b"2.0\n"), CONTROL), DamagedArchive, "no files"),
    "cut in a header": (ENGINE[:80], DamagedArchive, "header"),
    "cut in its files": (ENGINE[:-40], DamagedArchive, "member"),
    "a broken header": (ENGINE.replace(b"data.tar.xz", b"data.tar.xz\xff", 1), DamagedArchive, ""),
    "two lots of files": (
        ENGINE + CLIENT[CLIENT.index(b"data.tar") :],
        HostileArchive,
        "two lots",
    ),
    "zstd": (
        ar(("debian-binary", b"2.0\n"), CONTROL, ("data.tar.zst", b"(\xb5/\xfd")),
        UnreadPacking,
        "data.tar.zst",
    ),
    "files that are not xz": (
        ar(("debian-binary", b"2.0\n"), ("data.tar.xz", b"no such thing")),
        DamagedArchive,
        "compressed",
    ),
    "more behind the xz stream": (
        ar(("debian-binary", b"2.0\n"), ("data.tar.xz", PACKERS[".xz"](tar([])) + b"more")),
        DamagedArchive,
        "behind",
    ),
}


@pytest.mark.parametrize(("body", "error", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_package_is_refused_and_leaves_nothing(
    body: bytes, error: type[DockswitchError], words: str, tmp_path: Path
) -> None:
    refused(error, tmp_path, body, words=words)


@pytest.mark.parametrize("kind", [".xz", ".gz"])
def test_a_bomb_is_refused_early(kind: str, tmp_path: Path) -> None:
    # Zeros within a skipped file: what is not kept is bounded too.
    bomb = deb(file("./usr/share/zeros", bytes(130 << 20)), kind=kind)
    assert len(bomb) < 1 << 20 < LARGEST_PLAIN
    refused(HostileArchive, tmp_path, bomb, words="unpack to")


def test_a_member_that_claims_too_much_is_refused(tmp_path: Path) -> None:
    at = ENGINE.index(b"data.tar.xz") + 48
    claims = ENGINE[:at] + b"9999999999" + ENGINE[at + 10 :]
    refused(HostileArchive, tmp_path, claims, words="claims")


def test_a_package_that_is_not_there_leaves_nothing_of_those_before_it(tmp_path: Path) -> None:
    into = tmp_path / "new"
    with serving(lambda asked: Reply(ENGINE) if "0" in asked.path else Reply(b"", 404)) as server:
        urls = [f"{server.url}/{number}.deb" for number in "01"]
        with pytest.raises(NotServed):
            unpack_debs(DOOR, urls, into=str(into), progress=Counting())
    assert not into.exists()


def refused(error: type[DockswitchError], folder: Path, *debs: bytes, words: str = "") -> None:
    """Unpacking them fails with an error that says these words, and leaves nothing behind."""
    with pytest.raises(error) as failed:
        fetch(folder / "new", *debs)
    assert words in f"{failed.value.message} {failed.value.details}"
    assert not (folder / "new").exists()
