"""Unpacking while fetching, from a real server that fails in every way it can."""

import gzip
import hashlib
import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dockswitch.model.errors import Unreachable
from dockswitch.model.ports import Unpacked
from dockswitch.model.unreachable import (
    Changed,
    NeverFetched,
    NoAnswer,
    NotAnArchive,
    NotServed,
    TooMuch,
)
from dockswitch.system.archive import unpack
from dockswitch.system.http import Door
from dockswitch.system.refusals import CannotWrite, DamagedArchive, DiskFull, HostileArchive
from tests.system.archives import DOCKER, Member, file, folder, hard, link, special, tar, tgz
from tests.system.fetching import DOOR, Counting, refused
from tests.system.server import Asked, Reply, serving

BIG = tgz(file("docker/dockerd", os.urandom(3 << 20)), file("docker/docker", os.urandom(1000)))


def fetch(answers: Callable[[Asked], Reply], into: Path) -> Unpacked:
    with serving(answers) as s:
        return unpack(DOOR, f"{s.url}/docker-28.5.2.tgz", into=str(into), progress=Counting())


def test_an_archive_is_hashed_and_unpacked_without_its_top_folder(tmp_path: Path) -> None:
    into, progress = tmp_path / "versions" / ".tmp-1", Counting()
    with serving(lambda _: Reply(DOCKER)) as s:
        url = f"{s.url}/docker-20.10.24%2Bdfsg1.tgz"
        found = unpack(DOOR, url, into=str(into), progress=progress)
        assert len(s.asked) == 1
    assert found == Unpacked(
        url, hashlib.sha256(DOCKER).hexdigest(), len(DOCKER), ("docker", "dockerd")
    )
    assert (into / "dockerd").read_bytes() == b"engine" * 50_000
    assert (into / "completion/bash/docker").read_bytes() == b"complete"
    assert progress.begun == [("docker-20.10.24+dfsg1.tgz", len(DOCKER))]
    assert (progress.done, progress.ended) == (len(DOCKER), 1)


def test_what_tar_packs_is_unpacked_as_tar_unpacks_it(tmp_path: Path) -> None:
    source = tmp_path / "docker"
    (source / "completion" / ("deep" * 40)).mkdir(parents=True)
    (source / "dockerd").write_bytes(os.urandom(3_000_000))
    (source / "completion" / ("deep" * 40) / ("n" * 120)).write_text("x")
    (source / "empty").touch()
    for form in ("gnu", "pax", "ustar"):
        archive = tmp_path / f"{form}.tgz"
        argv = ["tar", f"--format={form}", "-C", str(tmp_path), "-czf", str(archive), "docker"]
        if subprocess.run(argv, check=False).returncode:
            continue  # ustar has no room for that name
        into = tmp_path / form
        unpack(DOOR, archive.as_uri(), into=str(into), progress=Counting())
        assert not subprocess.run(["diff", "-r", str(source), str(into)], check=False).returncode


def test_modes_and_owners_are_what_they_should_be(tmp_path: Path) -> None:
    archive = tgz(
        file("docker/docker", mode=0o6777),
        special("docker/sub", tarfile.DIRTYPE, mode=0o7000),
        file("docker/sub/x", mode=0o1600),
        file("docker/y", mode=0),
    )
    old = os.umask(0o077)
    try:
        fetch(lambda _: Reply(archive), tmp_path / "new")
    finally:
        os.umask(old)
    modes = {p.name: p.stat().st_mode & 0o7777 for p in (tmp_path / "new").rglob("*")}
    assert modes == {"docker": 0o755, "sub": 0o755, "x": 0o644, "y": 0o644}
    assert (tmp_path / "new").stat().st_mode & 0o7777 == 0o755
    assert {p.stat().st_uid for p in (tmp_path / "new").rglob("*")} == {os.getuid()}


def test_links_that_stay_inside_are_made(tmp_path: Path) -> None:
    fetch(
        lambda _: Reply(
            tgz(
                file("docker/containerd"),
                link("docker/docker-containerd", "containerd"),
                folder("docker/sub"),
                link("docker/sub/up", "../containerd"),
                hard("docker/hard", "docker/containerd"),
            )
        ),
        tmp_path / "new",
    )
    assert (tmp_path / "new/docker-containerd").readlink() == Path("containerd")
    assert (tmp_path / "new/sub/up").read_bytes() == b"#!/bin/true\n"
    assert (tmp_path / "new/hard").samefile(tmp_path / "new/containerd")


HOSTILE: list[tuple[str, list[Member]]] = [
    ("a path that climbs", [file("docker/../../x")]),
    ("an absolute path", [file("/etc/x")]),
    ("a path that climbs behind its top", [file("docker/a/../../../x")]),
    ("two tops", [file("docker/docker"), file("other/docker")]),
    ("no top", [file("docker")]),
    ("a link that climbs", [link("docker/x", "../x")]),
    ("an absolute link", [link("docker/x", "/etc/passwd")]),
    ("a link that climbs behind a name", [link("docker/x", "a/../../x")]),
    ("a link to nothing", [link("docker/x", "")]),
    ("a link for a top", [link("docker", "/etc"), file("docker/passwd")]),
    ("a file behind a link", [link("docker/a", "."), file("docker/a/x")]),
    ("a file over a link", [link("docker/a", "b"), file("docker/a")]),
    ("a folder over a link", [link("docker/a", "."), folder("docker/a")]),
    ("a file twice", [file("docker/a"), file("docker/a")]),
    ("a file for a folder", [file("docker/a"), file("docker/a/b")]),
    ("a hard link out", [hard("docker/x", "../../etc/passwd")]),
    ("an absolute hard link", [hard("docker/x", "/etc/passwd")]),
    ("a hard link forwards", [hard("docker/x", "docker/y"), file("docker/y")]),
    (
        "a hard link to a link",
        [link("docker/a", "b"), hard("docker/x", "docker/a")],
    ),
    ("a device", [special("docker/null", tarfile.CHRTYPE)]),
    ("a block device", [special("docker/sda", tarfile.BLKTYPE)]),
    ("a fifo", [special("docker/fifo", tarfile.FIFOTYPE)]),
    ("a sparse file", [special("docker/sparse", tarfile.GNUTYPE_SPARSE)]),
    ("a kind nobody knows", [special("docker/x", b"Z")]),
    ("a control character", [file("docker/\x1b[2J")]),
    ("a deep path", [file("docker/" + "d/" * 40 + "x")]),
]


@pytest.mark.parametrize(("what", "members"), HOSTILE, ids=[what for what, _ in HOSTILE])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["gnu", "pax"])
def test_a_hostile_archive_is_refused_whole(
    what: str, members: list[Member], form: int, tmp_path: Path
) -> None:
    into = tmp_path / "versions" / "new"
    with refused(HostileArchive, into):
        fetch(lambda _: Reply(tgz(file("docker/good"), *members, form=form)), into)
    assert [path.name for path in tmp_path.rglob("*")] == ["versions"]


def test_a_million_members_are_refused_before_they_are_read(tmp_path: Path) -> None:
    block = tar([file("docker/x", b"")])[:512]
    with refused(HostileArchive, tmp_path / "new", "twice"):
        fetch(lambda _: Reply(gzip.compress(block * 100_000, 1)), tmp_path / "new")
    many = tgz(*(file(f"docker/{number}", b"") for number in range(5000)))
    with refused(HostileArchive, tmp_path / "new", "4096"):
        fetch(lambda _: Reply(many), tmp_path / "new")
    note = special("docker", tarfile.XHDTYPE)[0].tobuf(tarfile.USTAR_FORMAT)
    with refused(HostileArchive, tmp_path / "new", "4096"):
        fetch(lambda _: Reply(gzip.compress(note * 100_000, 1)), tmp_path / "new")


def test_a_header_that_claims_a_gigabyte_is_refused(tmp_path: Path) -> None:
    for kind in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME):
        member = special("docker/x", kind)[0]
        member.size = 1 << 30
        block = member.tobuf(tarfile.GNU_FORMAT)
        with refused(HostileArchive, tmp_path / "new", "claims"):
            fetch(lambda _, block=block: Reply(gzip.compress(block)), tmp_path / "new")  # type: ignore[misc]


def test_a_sparse_file_behind_a_pax_header_is_refused(tmp_path: Path) -> None:
    member, content = file("docker/x")
    member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    with refused(HostileArchive, tmp_path / "new", "sparse"):
        fetch(lambda _: Reply(tgz((member, content), form=tarfile.PAX_FORMAT)), tmp_path / "new")


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "docker-bomb.tgz"
    with gzip.open(bomb, "wb", 1) as out:
        out.write(file("docker/zeros")[0].tobuf())
        member = file("docker/zeros")[0]
        member.size = 1 << 30
        out.write(member.tobuf())
        for _ in range(1 << 8):
            out.write(bytes(1 << 20))
    with refused(HostileArchive, tmp_path / "new"):
        unpack(DOOR, bomb.as_uri(), into=str(tmp_path / "new"), progress=Counting())


@pytest.mark.parametrize(
    ("what", "body", "words"),
    [
        ("cut", BIG[:-100], "early"),
        ("without its check sum", BIG[:-8], "early"),
        ("with a wrong check sum", BIG[:-8] + b"\0" * 8, "broken"),
        ("with garbage behind", BIG + b"garbage", "follows behind its end"),
        ("broken in the middle", BIG[:9000] + b"\xff" * 9000 + BIG[18000:], ""),
        ("empty", gzip.compress(b""), "nothing in it"),
        ("without files", tgz(), "nothing in it"),
        ("not of tar", gzip.compress(os.urandom(5000)), "header"),
        ("cut inside", gzip.compress(gzip.decompress(DOCKER)[:2000]), "ends in the middle"),
        ("with more behind", gzip.compress(gzip.decompress(DOCKER) + b"x"), "last file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_damaged_archive_is_refused(what: str, body: bytes, words: str, tmp_path: Path) -> None:
    with refused(DamagedArchive, tmp_path / "new", words):
        fetch(lambda _: Reply(body), tmp_path / "new")


def test_streams_behind_each_other_and_padding_are_one_archive(tmp_path: Path) -> None:
    plain = gzip.decompress(DOCKER)
    packed = gzip.compress(plain[:5000]) + gzip.compress(plain[5000:]) + bytes(1000)
    found = fetch(lambda _: Reply(packed), tmp_path / "new")
    assert found.sha256 == hashlib.sha256(packed).hexdigest()
    assert (tmp_path / "new/dockerd").stat().st_size == 300_000


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(b"<!DOCTYPE html><html>", headers={"Content-Type": "text/html"}), "login"),
        (Reply(b"  <html>"), "login"),
        (Reply(DOCKER, headers={"Content-Type": "text/html; charset=utf-8"}), "login"),
        (Reply(b"PK\3\4zip"), "zip"),
        (Reply(b"\xfd7zXZ\0"), "xz"),
        (Reply(b"engine"), "gzip"),
        (Reply(b""), "nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_archive_is_named(reply: Reply, words: str, tmp_path: Path) -> None:
    with refused(NotAnArchive, tmp_path / "new", words):
        fetch(lambda _: reply, tmp_path / "new")


def test_a_cut_download_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    def answers(asked: Asked) -> Reply:
        cut = 1 << 20 if asked.count < 2 else None
        return Reply(BIG, headers={"ETag": '"1"'}, cut=cut, ranges=True)

    with serving(answers) as s:
        found = unpack(DOOR, f"{s.url}/x.tgz", into=str(tmp_path / "new"), progress=Counting())
        assert [asked.headers.get("Range") for asked in s.asked] == [
            None,
            f"bytes={1 << 20}-",
            f"bytes={2 << 20}-",
        ]
        assert s.asked[1].headers["If-Range"] == '"1"'
    assert found.sha256 == hashlib.sha256(BIG).hexdigest()


def test_last_modified_will_do_to_go_on(tmp_path: Path) -> None:
    def answers(asked: Asked) -> Reply:
        cut = 1 << 20 if asked.count == 0 else None
        return Reply(BIG, headers={"Last-Modified": "Fri, 03 Feb 2023"}, cut=cut, ranges=True)

    assert fetch(answers, tmp_path / "new").sha256 == hashlib.sha256(BIG).hexdigest()


OTHER = tgz(file("docker/other", os.urandom(3 << 20)))


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_that_changes_meanwhile_is_begun_anew(*, ranges: bool, tmp_path: Path) -> None:
    def answers(asked: Asked) -> Reply:
        if asked.count == 0:
            return Reply(BIG, headers={"ETag": '"1"'}, cut=1 << 20, ranges=ranges)
        return Reply(OTHER, headers={"ETag": '"2"'}, ranges=ranges)

    found = fetch(answers, tmp_path / "new")
    assert found.sha256 == hashlib.sha256(OTHER).hexdigest()
    assert found.names == ("other",)


def test_a_server_that_continues_another_file_is_not_believed(tmp_path: Path) -> None:
    def answers(asked: Asked) -> Reply:
        if asked.count == 0:
            return Reply(BIG, headers={"ETag": '"1"'}, cut=1 << 20)
        if "Range" in asked.headers:
            span = f"bytes {1 << 20}-{len(BIG) - 1}/{len(BIG)}"
            headers = {"ETag": '"2"', "Content-Range": span}
            return Reply(OTHER[1 << 20 :], status=206, headers=headers)
        return Reply(OTHER)

    assert fetch(answers, tmp_path / "new").names == ("other",)


def test_a_file_that_changes_each_time_is_refused(tmp_path: Path) -> None:
    with refused(Changed, tmp_path / "new"):
        fetch(
            lambda asked: Reply(BIG, headers={"ETag": f'"{asked.count}"'}, cut=1 << 20),
            tmp_path / "new",
        )


def test_without_anything_to_compare_a_cut_download_is_begun_anew(tmp_path: Path) -> None:
    answers = lambda asked: Reply(BIG, cut=None if asked.count else 1 << 20, ranges=True)  # noqa: E731
    assert fetch(answers, tmp_path / "new").sha256 == hashlib.sha256(BIG).hexdigest()


def test_a_download_that_is_always_cut_ends(tmp_path: Path) -> None:
    with refused(Unreachable, tmp_path / "new"):
        fetch(
            lambda _: Reply(BIG, headers={"ETag": '"1"'}, cut=1000, ranges=True), tmp_path / "new"
        )


def test_a_wrong_length_is_refused(tmp_path: Path) -> None:
    with refused(Unreachable, tmp_path / "new"):
        fetch(lambda _: Reply(DOCKER, length=len(DOCKER) + 10), tmp_path / "new")
    with refused(DamagedArchive, tmp_path / "new", "early"):
        fetch(lambda _: Reply(DOCKER, length=len(DOCKER) - 10), tmp_path / "new")


def test_a_length_beyond_all_measure_is_refused(tmp_path: Path) -> None:
    with refused(TooMuch, tmp_path / "new"):
        fetch(lambda _: Reply(DOCKER, length=1 << 40), tmp_path / "new")


def test_an_endless_body_ends(tmp_path: Path) -> None:
    with refused(DamagedArchive, tmp_path / "new", "follows behind"):
        fetch(lambda _: Reply(DOCKER, endless=True, length=-1), tmp_path / "new")


def test_a_length_that_nobody_told_will_do(tmp_path: Path) -> None:
    found = fetch(lambda _: Reply(DOCKER, length=-1), tmp_path / "new")
    assert found.size == len(DOCKER)


def test_an_overloaded_server_is_asked_again(tmp_path: Path) -> None:
    fetch(lambda asked: Reply(DOCKER) if asked.count else Reply(status=503), tmp_path / "new")


def test_a_silent_server_is_given_up(tmp_path: Path) -> None:
    door = Door(silence=0.1, waits=(0.0,))
    with serving(lambda _: Reply(wait=1)) as s, refused(NoAnswer, tmp_path / "new", "time"):
        unpack(door, s.url, into=str(tmp_path / "new"), progress=Counting())


def test_nobody_waits_for_a_silent_server_when_all_is_lost_already(tmp_path: Path) -> None:
    archive = tgz(file("docker/../../x"), file("docker/dockerd", os.urandom(3 << 20)))
    door, begun = Door(silence=20, waits=()), time.monotonic()
    stalled = Reply(archive, length=2 * len(archive), stall=20)
    with serving(lambda _: stalled) as s, refused(HostileArchive, tmp_path / "new"):
        unpack(door, s.url, into=str(tmp_path / "new"), progress=Counting())
    assert time.monotonic() - begun < 10


def test_a_trickle_has_a_deadline(tmp_path: Path) -> None:
    door = Door(longest=0.3, waits=())
    with (
        serving(lambda _: Reply(BIG, drip=0.05)) as s,
        refused(NoAnswer, tmp_path / "new", "slowly"),
    ):
        unpack(door, s.url, into=str(tmp_path / "new"), progress=Counting())


def test_a_head_that_comes_byte_by_byte_has_a_deadline(tmp_path: Path) -> None:
    door, begun = Door(whole=0.3, waits=()), time.monotonic()
    with (
        serving(lambda _: Reply(BIG, trickle=0.05)) as s,
        refused(NoAnswer, tmp_path / "new", "slowly"),
    ):
        unpack(door, s.url, into=str(tmp_path / "new"), progress=Counting())
    assert time.monotonic() - begun < 5


def test_what_is_not_there_is_not_there(tmp_path: Path) -> None:
    with refused(NotServed, tmp_path / "new"):
        fetch(lambda _: Reply(status=404), tmp_path / "new")
    with refused(NotServed, tmp_path / "new"):
        url = (tmp_path / "nothing.tgz").as_uri()
        unpack(DOOR, url, into=str(tmp_path / "new"), progress=Counting())


def test_offline_nothing_is_fetched_but_files_are_read(tmp_path: Path) -> None:
    door = Door(offline=True)
    with refused(NeverFetched, tmp_path / "new", "--offline"):
        unpack(door, "https://example.org/x.tgz", into=str(tmp_path / "new"), progress=Counting())
    archive = tmp_path / "docker 1+2.tgz"
    archive.write_bytes(DOCKER)
    found = unpack(door, archive.as_uri(), into=str(tmp_path / "new"), progress=Counting())
    assert found.names == ("docker", "dockerd")


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    into = tmp_path / "new"
    into.mkdir()
    (into / "precious").touch()
    with pytest.raises(CannotWrite, match="cannot write"):
        fetch(lambda _: Reply(DOCKER), into)
    assert (into / "precious").exists()


def test_no_secret_comes_back(tmp_path: Path) -> None:
    with serving(lambda _: Reply(DOCKER)) as s:
        url = s.url.replace("//", "//me:hunter2@") + "/x.tgz?token=hunter3"
        found = unpack(DOOR, url, into=str(tmp_path / "new"), progress=Counting())
    assert "hunter" not in found.url


def test_a_progress_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    class Failing(Counting):
        def begin(self, what: str, total: int | None) -> Callable[[int], None]:
            def add(size: int) -> None:
                raise KeyboardInterrupt

            return add

    with serving(lambda _: Reply(BIG)) as s, refused(KeyboardInterrupt, tmp_path / "new"):
        unpack(DOOR, s.url, into=str(tmp_path / "new"), progress=Failing())


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("mount"), reason="mounts a small disk")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)]
    if subprocess.run(argv, check=False, capture_output=True).returncode:
        pytest.skip("may not mount here")
    try:
        with refused(DiskFull, disk / "new", "space"):
            fetch(lambda _: Reply(BIG), disk / "new")
        assert not list(disk.iterdir())
    finally:
        subprocess.run(["umount", str(disk)], check=True)
