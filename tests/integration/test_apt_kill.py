"""Switches of packages that are killed, with apt or without it, or cut from power."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from dockswitch.model import package_names
from tests.integration import rootfs
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.apt_machine import Apt
from tests.integration.dice import dice
from tests.integration.moments import fractions
from tests.integration.program import finish
from tests.integration.systemd_machine import Machine, kill
from tests.integration.trees import kill_tree
from tests.integration.whole_packages import Seen, is_whole, run_what_is_kept

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

#: How many switches are ended; DOCKSWITCH_KILLS=20 asks for so many.
_KILLS = int(os.environ.get("DOCKSWITCH_KILLS", "4"))

#: What apt says of dpkg's work, from its begin to its end.
_AT_WORK = (
    "Preparing to unpack",
    "Unpacking docker-ce-cli (",
    "Unpacking docker-ce (",
    "Setting up docker-ce-cli (",
    "Setting up docker-ce (",
)

#: seconds, for a switch to come as far as dpkg
_LIMIT = 120.0

_Run = subprocess.Popen[str]


@dataclass(frozen=True)
class _Wish:
    words: tuple[str, ...]
    release: Packaged


@pytest.fixture
def wishes(apt_repository: AptRepository) -> list[_Wish]:
    """There and back, each other than its neighbours; a channel holds nothing, a version does."""
    stable, test = apt_repository.starting("stable"), apt_repository.starting("test")
    newest, there, old = stable[-1], test[-1], stable[-2]
    return [
        _Wish(("test", there.version), there),
        _Wish(("stable",), newest),
        _Wish(("stable", old.version), old),
    ]


def test_a_switch_of_packages_ended_at_any_moment_leaves_one_set_whole(
    apt: Apt, apt_repository: AptRepository, wishes: list[_Wish]
) -> None:
    machine = apt.machine
    machine.write("/etc/dockswitch/channels.yaml", apt_repository.channels_yaml(_MIRROR))
    machine.shell(["rm", "-f", "/etc/apt/sources.list"])
    machine.run("use", *wishes[1].words, "--backend", "apt").ended(0)
    run_what_is_kept(machine)
    began = time.monotonic()
    machine.run("use", *wishes[0].words).ended(0)
    whole_run = time.monotonic() - began
    now, before = wishes[0], is_whole(machine, wishes[0].release.answers)
    for case, moment in _cases(whole_run):
        wanted = _other(wishes, now, case)
        _end(machine, wanted, moment, _WAYS[case % len(_WAYS)])
        found = machine.told("current").ended(0).out.strip()
        assert found in (now.release.version, wanted.release.version)
        now = next(each for each in (now, wanted) if each.release.version == found)
        before = _is_one_of_both(machine, now, before)


def _other(wishes: list[_Wish], now: _Wish, case: int) -> _Wish:
    """One of the two others, in turn."""
    others = [each for each in wishes if each is not now]
    return others[case // len(_WAYS) % len(others)]


def _is_one_of_both(machine: Machine, now: _Wish, before: Seen) -> Seen:
    """The very packages of before, or those of the release that was wanted."""
    there = is_whole(machine, now.release.answers)
    if there.version("docker-ce") == before.version("docker-ce"):
        assert there == before
        return there
    for name, version in now.release.packages.items():
        stays = name not in package_names.RELEASE
        assert there.version(name) in (version, before.version(name) if stays else version)
    return there


def _cases(whole_run: float) -> Iterator[tuple[int, Callable[[Machine, _Run], None]]]:
    """Moments all over a run, and in the middle of dpkg, in turn."""
    seconds = dice()
    anywhere = fractions(_KILLS - _KILLS // 2)
    for case in range(_KILLS):
        if case % 2:
            yield case, _at_work(seconds.choice(_AT_WORK), seconds.random() / 2)
        else:
            yield case, _after(next(anywhere) * whole_run)


def _after(seconds: float) -> Callable[[Machine, _Run], None]:
    def wait(_: Machine, process: _Run) -> None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)

    return wait


def _at_work(words: str, seconds: float) -> Callable[[Machine, _Run], None]:
    print(f"{seconds:.3f} s after {words!r}")

    def wait(machine: Machine, process: _Run) -> None:
        log = machine.disk / "var/lib/dockswitch/log/apt.log"
        began, deadline = log.stat().st_size, time.monotonic() + _LIMIT
        while words.encode() not in log.read_bytes()[began:] and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)

    return wait


def _end(
    machine: Machine,
    wanted: _Wish,
    moment: Callable[[Machine, _Run], None],
    way: Callable[[Machine, _Run], None],
) -> None:
    with machine.started("use", *wanted.words) as process:
        moment(machine, process)
        if process.poll() is not None:  # it was done before
            finish(process).ended(0)
            return
        way(machine, process)


def _alone(machine: Machine, process: _Run) -> None:
    """dockswitch alone: an apt-get goes on, and is waited for."""
    print("killed: dockswitch alone")
    kill(process)
    machine.run("recover").ended(0)


def _with_apt(machine: Machine, process: _Run) -> None:
    """dockswitch with apt-get, dpkg and whatever script that runs."""
    print("killed: dockswitch with all that it runs")
    kill_tree(process.pid)
    machine.run("recover").ended(0)


def _power(machine: Machine, _: _Run) -> None:
    """All of it; nobody runs dockswitch then but its unit."""
    print("cut from power")
    machine.cut_power()
    machine.boot()
    recovered = ["systemctl", "show", "-P", "Result", "dockswitch-recover.service"]
    assert machine.shell(recovered) == "success\n"


_WAYS = (_alone, _with_apt, _power)
_MIRROR = f"file://{rootfs.MIRROR}"
