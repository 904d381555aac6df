"""A mirror that is killed at any moment serves what it served before, and the next run ends it."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dockswitch.model.catalog import Catalog
from dockswitch.model.layout import Layout
from dockswitch.model.mirrored import Came, Judge, Page, Wanted
from dockswitch.model.wish import parse
from dockswitch.report.progress import Bar
from dockswitch.report.report import Report
from dockswitch.switching import mirror, mirror_due, mirroring
from dockswitch.switching.authentic import Accepted
from dockswitch.system import exchange, hosts
from dockswitch.system.here import Here
from dockswitch.system.http import Door
from dockswitch.system.mirror_folder import MirrorFolder
from dockswitch.system.part import Running
from tests.integration.apt_signing import SigningKey
from tests.upstream import Upstream, of_two_moments

pytestmark = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpgv")), reason="gpg and gpgv are not installed"
)


class Killed(BaseException):
    """As SIGKILL: nothing is tidied up behind it."""


class Mortal(MirrorFolder):
    """It ends before the `dies`-th thing that it does, counted from 1, and does nothing more."""

    def __init__(self, path: Path, dies: int = 0) -> None:
        super().__init__(str(path), Door(), lambda _: None)
        self.done, self.dies = 0, dies

    def _act(self) -> None:
        self.done += 1
        if self.dies and self.done >= self.dies:
            raise Killed

    def write(self, place: str, content: bytes) -> None:
        self._act()
        super().write(place, content)

    def _fetched(
        self,
        wanted: Wanted,
        judge: Judge,
        door: Door,
        running: Running,
        add: Callable[[int], None],
    ) -> Came:
        self._act()
        found = super()._fetched(wanted, judge, door, running, add)
        self._act()  # it bears its name, and nobody noted it
        return found

    def also(self, place: str, at: str) -> None:
        self._act()
        super().also(place, at)

    def replace(self, folder: str, pages: Sequence[Page]) -> None:
        self._act()
        super().replace(folder, pages)
        self._act()

    def remove(self, place: str) -> None:
        self._act()
        super().remove(place)

    def sync(self) -> None:
        self._act()


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Upstream:
    made = Upstream(tmp_path_factory.mktemp("upstream"), SigningKey.make())
    _publish(made, "98.0.1")
    return made


def test_killed_at_any_moment_it_serves_what_it_served_and_is_then_ended(
    upstream: Upstream, tmp_path: Path
) -> None:
    before = tmp_path / "before"
    _mirrored(Mortal(before), upstream)
    _publish(upstream, "98.0.2")
    whole = Mortal(_copied(before, tmp_path / "whole"))
    _mirrored(whole, upstream)
    assert whole.done > 10
    for number in range(1, whole.done + 1):
        folder = _copied(before, tmp_path / str(number))
        with pytest.raises(Killed):
            _mirrored(Mortal(folder, number), upstream)
        assert of_two_moments(folder) is None, f"killed at {number}"
        _serves(folder, before)
        _mirrored(Mortal(folder), upstream, prune=True)
        left, right = _files(folder), _files(tmp_path / "whole")
        gone = {path for path in right if "98.0.1" in path}
        assert left == {path: body for path, body in right.items() if path not in gone}
        shutil.rmtree(folder)


def test_where_folders_cannot_change_places_the_signed_index_comes_last(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(one: str, other: str) -> None:
        raise OSError(22, "Invalid argument")

    _mirrored(Mortal(tmp_path / "m"), upstream)
    _publish(upstream, "98.0.9")
    monkeypatch.setattr(exchange, "exchange", cannot)
    _mirrored(Mortal(tmp_path / "m"), upstream)
    assert of_two_moments(tmp_path / "m") is None
    assert "98.0.9" in "".join(_files(tmp_path / "m"))
    assert not (tmp_path / "m/.dockswitch/staged").exists()


def _publish(upstream: Upstream, version: str) -> None:
    upstream.archive("stable", f"docker-{version}.tgz")
    upstream.release("stable", version, "1.7.28-1")
    upstream.sign()


def _mirrored(folder: Mortal, upstream: Upstream, *, prune: bool = False) -> None:
    channels = upstream.channel_map(upstream.root.with_suffix(".yaml"))
    catalog = Catalog.shipped().with_site(str(channels), channels.read_text())
    here = Here(Layout.of_system(root="/nowhere"), hosts.this())
    readers = here.on_behalf_of(hosts.named("debian:bookworm/amd64"))
    requests = [parse(["stable"], tuple(catalog.channels))]
    laid = catalog.at(mirror=upstream.url)
    asked, _ = mirroring.found(readers, laid, requests, ())
    needs = mirroring.needed(laid, asked)
    bar = Bar(Report("mirror"), moving=False)
    with folder.locked():
        due = mirror_due.due(folder, needs, Accepted(), prune=prune)
        mirror.mirror(folder, needs, due, Accepted(), bar, prune=prune)


def _copied(folder: Path, to: Path) -> Path:
    """With the times of its files, by which they are known."""
    return Path(shutil.copytree(folder, to))


def _files(folder: Path) -> dict[str, bytes]:
    """What is served, without the pages of folders."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "index.html")
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in found
        if ".dockswitch" not in path.parts
    }


def _serves(folder: Path, before: Path) -> None:
    """All files but indexes are what they were; none is half of what it is to be."""
    files, was = _files(folder), _files(before)
    for path, body in was.items():
        if path.endswith((".deb", ".tgz")):
            assert files[path] == body
    assert {path for path in files if "Packages" in path} == {
        path for path in was if "Packages" in path
    }
