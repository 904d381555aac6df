"""A set of packages made so by real apt and dpkg, also where something cuts them short."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from dockswitch.model import package_names
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.apt_machine import Apt
from tests.integration.dice import chosen
from tests.integration.shelf import Made, Shelf

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_CONFIG, _DEFAULT = "/etc/containerd/config.toml", "/etc/default/docker"
_CLIENTS = ("docker-ce-cli", "docker-ce-rootless-extras")

#: What apt says at that moment, and seconds after it.
_MOMENTS = [
    (words, seconds)
    for words in (
        "Preparing to unpack",
        "Unpacking docker-ce-cli (",
        "Unpacking docker-ce (",
        "Unpacking containerd.io (",
        "Setting up containerd.io (",
        "Setting up docker-ce (",
    )
    for seconds in (0.0, 0.1, 0.3)
]

_HOLD = """\
import fcntl, time
file = open("/var/lib/dpkg/lock-frontend", "r+")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""

#: Programs lie on a small file system of their own from then on.
_SMALL_DISK = """\
set -e
mkdir /small
mount -t tmpfs -o size=1g tmpfs /small
cp --archive /usr/bin/. /small
mount --bind /small /usr/bin
used=$(df --output=used --block-size=1k /usr/bin | tail -1)
mount -o remount,size=$((used + 20000))k /small
"""


@pytest.fixture
def shelf(apt: Apt, apt_repository: AptRepository) -> Shelf:
    return Shelf(apt, apt_repository)


def test_a_set_goes_up_and_down_and_over_the_split_and_away(
    shelf: Shelf, apt_repository: AptRepository
) -> None:
    split = next(each for each in apt_repository.releases if not each.answers)
    old, new = _old(apt_repository), _new(apt_repository)
    shelf.keep(split, old, new)
    shelf.alter(new, "containerd.io", _CONFIG, "# as the newer package has it\n")
    shelf.alter(new, "docker-ce", _DEFAULT, "# as the newer package has it\n")
    came_along = ["docker-ce-rootless-extras"]

    fresh = shelf.make_so(*_there(old), automatic=came_along).well()
    assert fresh.before["wanted"] == _gone(old)
    _is_installed(shelf, old)
    shelf.apt.machine.write(_CONFIG, "# mine\n")

    up = shelf.make_so(*_there(new), automatic=came_along).well()
    assert up.before["wanted"] == _there(old)
    assert up.before["automatic"] == came_along
    _is_installed(shelf, new)
    # a file that was changed is kept without a question, and one that was not is the package's
    assert _text(shelf, _CONFIG) == "# mine\n"
    assert "as the newer package has it" in _text(shelf, _DEFAULT)
    assert _automatic(shelf) >= set(came_along)

    said = shelf.log
    _is_nothing_to_do(shelf.make_so(*_there(new), automatic=came_along))
    assert shelf.log == said

    _refuses_what_it_was_not_asked_for(shelf, new)
    shelf.apt.machine.shell(["apt-mark", "hold", "docker-ce"])  # its own hold stops no step
    shelf.make_so(*_there(old)).well()
    _is_installed(shelf, old)
    assert _text(shelf, _CONFIG) == "# mine\n"
    assert not _automatic(shelf) & set(old.packages)

    shelf.make_so(*_there(split), *(f"{name}-" for name in _CLIENTS)).well()
    there = shelf.apt.installed()
    assert there.items() >= split.packages.items()
    assert not there.keys() & set(_CLIENTS)
    shelf.make_so(*_there(new)).well()
    _is_installed(shelf, new)

    shelf.make_so(*_gone(new)).well()
    assert not shelf.apt.installed()
    assert _text(shelf, _CONFIG) == "# mine\n"


def test_whenever_dpkg_is_killed_the_set_that_was_there_comes_back(
    shelf: Shelf, apt_repository: AptRepository
) -> None:
    old, new = _old(apt_repository), _new(apt_repository)
    shelf.keep(old, new)
    moments = chosen(_MOMENTS, 2)
    shelf.killed(_there(new), *moments[0])
    shelf.make_so(*_gone(new)).well()
    assert not shelf.apt.installed()
    shelf.make_so(*_there(new)).well()
    for moment in moments:
        shelf.killed(_there(old), *moment)
        shelf.make_so(*_there(new)).well()
        _is_installed(shelf, new)
    assert shelf.apt.machine.shell(["dpkg", "--audit"]) == ""


def test_whoever_changes_packages_is_waited_for_and_a_full_disk_is_told(
    shelf: Shelf, apt_repository: AptRepository
) -> None:
    old, new = _old(apt_repository), _new(apt_repository)
    shelf.keep(old, new)
    with shelf.started(*_there(old)) as process:
        shelf.said("Unpacking docker-ce-cli (", process)
    # Only dockswitch was killed there.
    calls = shelf.log.count("--- ")
    again = shelf.make_so(*_there(old)).well()
    assert "(apt-get)" in again.told[0]
    assert shelf.log.count("--- ") == calls
    _is_installed(shelf, old)

    with _lock_held(shelf) as pid:
        busy = shelf.make_so(*_there(new), limit=0.5)
    assert (busy.error["kind"], busy.error["exit"]) == ("PackagesBusy", 14)
    assert f"process {pid} (python3)" in busy.told[0]
    assert f"process {pid} (python3) holds /var/lib/dpkg/lock-front" in str(busy.error["details"])
    _is_installed(shelf, old)

    shelf.apt.machine.shell(["sh", "-c", _SMALL_DISK])
    full = shelf.make_so(*_there(new))
    assert full.error["kind"] == "NoRoom"
    assert "no space is left for packages in /usr/bin" in str(full.error["message"])
    assert "dockswitch prune" in str(full.error["hint"])
    shelf.apt.machine.shell(["mount", "-o", "remount,size=1g", "/small"])
    shelf.make_so(*_there(old)).well()
    _is_installed(shelf, old)


def _refuses_what_it_was_not_asked_for(shelf: Shelf, now: Packaged) -> None:
    said = shelf.log
    without = shelf.make_so("containerd.io-")
    assert without.error["kind"] == "OthersToo"
    assert "remove docker-ce" in str(without.error["message"])
    unknown = shelf.make_so("docker-ce=5:27.0.1-1~debian.12~bookworm")
    assert unknown.error["kind"] == "ArchiveMissing"
    assert "dockswitch install 27.0.1" in str(unknown.error["hint"])
    assert shelf.log == said
    assert shelf.apt.installed() == now.packages


def _is_nothing_to_do(made: Made) -> None:
    made.well()
    assert made.told == []


def _is_installed(shelf: Shelf, wanted: Packaged) -> None:
    """Fail unless these packages are wholly there, and the engine says that it is of them."""
    assert shelf.apt.installed().items() >= wanted.packages.items()
    asked = ["docker", "version", "--format", "{{.Server.Version}}"]
    assert shelf.apt.machine.shell(asked).strip() == wanted.answers


def _old(repository: AptRepository) -> Packaged:
    """The newest with the older spelling of packages, of before there were plug-ins."""
    plain = [each for each in repository.starting("stable") if len(each.packages) == 4]
    return plain[-1]


def _new(repository: AptRepository) -> Packaged:
    """The newest, without plug-ins: they take as long as all the rest."""
    newest = repository.starting("test")[-1]
    packages = {
        name: version
        for name, version in newest.packages.items()
        if name not in package_names.PLUGINS
    }
    return replace(newest, packages=packages)


def _there(wanted: Packaged) -> list[str]:
    return [f"{name}={version}" for name, version in wanted.packages.items()]


def _gone(unwanted: Packaged) -> list[str]:
    return [f"{name}-" for name in unwanted.packages]


def _text(shelf: Shelf, path: str) -> str:
    return shelf.apt.machine.shell(["cat", path])


def _automatic(shelf: Shelf) -> set[str]:
    return set(shelf.apt.machine.shell(["apt-mark", "showauto"]).split())


@contextmanager
def _lock_held(shelf: Shelf) -> Iterator[int]:
    """By a program of somebody else's; its number on that machine."""
    with shelf.apt.machine.under_way(["python3", "-c", _HOLD]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield int(shelf.apt.machine.shell(["pidof", "python3"]))
