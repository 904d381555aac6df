"""Fetching files as they are, from a real server that fails in every way it can."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dockswitch.model.errors import Unreachable
from dockswitch.model.ports import Unpacked
from dockswitch.model.unreachable import (
    BadAddress,
    Changed,
    NeverFetched,
    NoAnswer,
    NotAnArchive,
    NotServed,
    TooMuch,
)
from dockswitch.system import download, save
from dockswitch.system.http import Door
from dockswitch.system.refusals import CannotWrite, DiskFull
from tests.standins import iso
from tests.system.fetching import DOOR, Counting, refused
from tests.system.server import Asked, Reply, serving

IMAGE = iso.image(iso.label("17.06.0-ce-rc2"), {"DOCKER.TGZ;1": os.urandom(3 << 20)})
OTHER = iso.image(iso.label("17.06.0-ce-rc3"), {"DOCKER.TGZ;1": os.urandom(3 << 20)})
NAME = "boot2docker.iso"


def fetch(answers: Callable[[Asked], Reply], into: Path) -> Unpacked:
    with serving(answers) as s:
        url = f"{s.url}/v17.06.0-ce-rc2/{NAME}"
        (found,) = save.save(DOOR, [url], into=str(into), progress=Counting())
        return found


def test_files_are_saved_as_they_are_under_their_own_names(tmp_path: Path) -> None:
    into, progress = tmp_path / "images" / ".tmp-1", Counting()
    contents = {"/a/boot2docker.iso": IMAGE, "/b/containerd.io_1.7.28%2B1_amd64.deb": OTHER}
    old = os.umask(0o077)
    try:
        with serving(lambda asked: Reply(contents[asked.path])) as s:
            urls = [f"{s.url}{path}" for path in contents]
            found = save.save(DOOR, urls, into=str(into), progress=progress)
    finally:
        os.umask(old)
    assert found == tuple(
        Unpacked(url, hashlib.sha256(content).hexdigest(), len(content), ())
        for url, content in zip(urls, contents.values(), strict=True)
    )
    names = {"boot2docker.iso": IMAGE, "containerd.io_1.7.28+1_amd64.deb": OTHER}
    assert {path.name: path.read_bytes() for path in into.iterdir()} == names
    assert {path.stat().st_mode & 0o7777 for path in into.iterdir()} == {0o644}
    assert progress.begun == [(name, len(content)) for name, content in names.items()]
    assert (progress.done, progress.ended) == (len(IMAGE) + len(OTHER), 2)


def test_a_cut_download_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    def answers(asked: Asked) -> Reply:
        cut = 1 << 20 if asked.count < 2 else None
        return Reply(IMAGE, headers={"ETag": '"1"'}, cut=cut, ranges=True)

    assert fetch(answers, tmp_path / "new").sha256 == hashlib.sha256(IMAGE).hexdigest()
    assert (tmp_path / "new" / NAME).read_bytes() == IMAGE


def test_a_file_that_changes_meanwhile_is_begun_anew(tmp_path: Path) -> None:
    def answers(asked: Asked) -> Reply:
        if asked.count == 0:
            return Reply(IMAGE, headers={"ETag": '"1"'}, cut=1 << 20, ranges=True)
        return Reply(OTHER, headers={"ETag": '"2"'}, ranges=True)

    assert fetch(answers, tmp_path / "new").sha256 == hashlib.sha256(OTHER).hexdigest()
    assert (tmp_path / "new" / NAME).read_bytes() == OTHER


PAGE = b"<!DOCTYPE html><title>Sign in</title>"


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        (lambda _: Reply(status=404), NotServed, ""),
        (lambda _: Reply(PAGE, headers={"Content-Type": "text/html"}), NotAnArchive, "login"),
        (lambda _: Reply(b"\r\n" + PAGE), NotAnArchive, "login"),
        (lambda _: Reply(b""), NotAnArchive, "nothing"),
        (lambda _: Reply(IMAGE, length=len(IMAGE) + 10), Unreachable, ""),
        (lambda _: Reply(IMAGE, length=1 << 40), TooMuch, ""),
        (
            lambda asked: Reply(IMAGE, headers={"ETag": f'"{asked.count}"'}, cut=1 << 20),
            Changed,
            "",
        ),
        (
            lambda _: Reply(IMAGE, headers={"ETag": '"1"'}, cut=1000, ranges=True),
            Unreachable,
            "",
        ),
    ],
    ids=["404", "a page", "unsaid", "empty", "short", "too long", "changing", "always cut"],
)
def test_what_is_no_whole_file_leaves_nothing_behind(
    answers: Callable[[Asked], Reply], error: type[BaseException], words: str, tmp_path: Path
) -> None:
    with refused(error, tmp_path / "new", words):
        fetch(answers, tmp_path / "new")


def test_of_several_files_the_last_that_fails_takes_all_with_it(tmp_path: Path) -> None:
    def answers(asked: Asked) -> Reply:
        return Reply(IMAGE) if asked.path == "/one.iso" else Reply(status=404)

    with serving(answers) as s, refused(NotServed, tmp_path / "new"):
        urls = [f"{s.url}/one.iso", f"{s.url}/two.iso"]
        save.save(DOOR, urls, into=str(tmp_path / "new"), progress=Counting())


def test_an_endless_file_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "LARGEST", 8 << 20)
    monkeypatch.setattr(save, "LARGEST", 2 << 20)
    with refused(TooMuch, tmp_path / "new"):
        fetch(lambda _: Reply(IMAGE, endless=True, length=-1), tmp_path / "new")
    image = tmp_path / NAME
    image.write_bytes(IMAGE)
    with refused(TooMuch, tmp_path / "new"):
        save.save(DOOR, [image.as_uri()], into=str(tmp_path / "new"), progress=Counting())


def test_a_silent_server_is_given_up(tmp_path: Path) -> None:
    door = Door(silence=0.1, waits=(0.0,))
    with serving(lambda _: Reply(wait=1)) as s, refused(NoAnswer, tmp_path / "new", "time"):
        save.save(door, [f"{s.url}/{NAME}"], into=str(tmp_path / "new"), progress=Counting())


@pytest.mark.parametrize(
    "names",
    [["/"], ["/.dockswitch.json"], ["/.."], ["/a%2Fb"], ["/a%0Ab"], ["/a/x.iso", "/b/x.iso"]],
    ids=lambda names: " ".join(names),
)
def test_a_name_that_is_none_is_refused_before_anything_is_asked(
    names: list[str], tmp_path: Path
) -> None:
    with serving(lambda _: Reply(IMAGE)) as s:
        with refused(BadAddress, tmp_path / "new"):
            urls = [s.url + name for name in names]
            save.save(DOOR, urls, into=str(tmp_path / "new"), progress=Counting())
        assert s.asked == []


def test_offline_nothing_is_fetched_but_files_are_read(tmp_path: Path) -> None:
    door, into = Door(offline=True), tmp_path / "new"
    with refused(NeverFetched, into, "--offline"):
        save.save(door, [f"https://example.org/{NAME}"], into=str(into), progress=Counting())
    image = tmp_path / "boot2docker 1+2.iso"
    image.write_bytes(IMAGE)
    save.save(door, [image.as_uri()], into=str(into), progress=Counting())
    assert (into / "boot2docker 1+2.iso").read_bytes() == IMAGE


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    into = tmp_path / "new"
    into.mkdir()
    (into / "precious").touch()
    with pytest.raises(CannotWrite, match="cannot write"):
        fetch(lambda _: Reply(IMAGE), into)
    assert (into / "precious").exists()


def test_no_secret_comes_back(tmp_path: Path) -> None:
    with serving(lambda _: Reply(IMAGE)) as s:
        url = s.url.replace("//", "//me:hunter2@") + f"/{NAME}?token=hunter3"
        (found,) = save.save(DOOR, [url], into=str(tmp_path / "new"), progress=Counting())
    assert "hunter" not in found.url
    assert [path.name for path in (tmp_path / "new").iterdir()] == [NAME]


def test_an_interruption_leaves_nothing_behind(tmp_path: Path) -> None:
    class Interrupted(Counting):
        def begin(self, what: str, total: int | None) -> Callable[[int], None]:
            def add(size: int) -> None:
                raise KeyboardInterrupt

            return add

    with serving(lambda _: Reply(IMAGE)) as s, refused(KeyboardInterrupt, tmp_path / "new"):
        urls = [f"{s.url}/{NAME}"]
        save.save(DOOR, urls, into=str(tmp_path / "new"), progress=Interrupted())


@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("mount"), reason="mounts a small disk")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)]
    if subprocess.run(argv, check=False, capture_output=True).returncode:
        pytest.skip("may not mount here")
    try:
        with refused(DiskFull, disk / "new", "space"):
            fetch(lambda _: Reply(IMAGE), disk / "new")
        assert not list(disk.iterdir())
    finally:
        subprocess.run(["umount", str(disk)], check=True)
