"""Switches of packages that are killed, with apt or without it, or cut from power."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from dockswitch.model import package_names
from tests.integration import rootfs
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.apt_machine import Apt
from tests.integration.moments import fractions
from tests.integration.program import finish
from tests.integration.systemd_machine import Machine, kill
from tests.integration.trees import kill_tree
from tests.integration.whole_packages import Seen, is_whole, run_what_is_kept

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

#: How many switches are ended; DOCKSWITCH_KILLS=20 asks for so many.
_KILLS = int(os.environ.get("DOCKSWITCH_KILLS", "3"))

#: What apt says of dpkg's work, from its begin to its end.
_AT_WORK = (
    "Preparing to unpack",
    "Unpacking docker-ce-cli (",
    "Unpacking docker-ce (",
    "Setting up docker-ce-cli (",
    "Setting up docker-ce (",
)

#: On a slow disk it takes apt-get a while to begin, and to have its locks.
_SLOW, _SLOWLY = (
    "/usr/local/sbin/apt-get",
    """\
#!/bin/sh
[ "${*%--simulate*}" = "$*" ] && sleep 3
exec /usr/bin/apt-get "$@"
""",
)

#: seconds, for a switch to come as far as dpkg
_LIMIT = 120.0

_Run = subprocess.Popen[str]
_Act = Callable[[Machine, _Run], None]


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
    machine.run("use", *wishes[1].words, "--backend", "apt").ended(0)
    run_what_is_kept(machine)
    began = time.monotonic()
    machine.run("use", *wishes[0].words).ended(0)
    whole_run = time.monotonic() - began
    now, before = wishes[0], is_whole(machine, wishes[0].release.answers)
    with _slow_apt(machine):
        _end(machine, wishes[1], _at_work("apt-get --quiet", 0.2), _alone)
    assert is_whole(machine, now.release.answers) == before
    for case, (moment, way) in enumerate(_ends(whole_run)):
        wanted = _other(wishes, now, case)
        _end(machine, wanted, moment, way)
        found = machine.told("current").ended(0).out.strip()
        assert found in (now.release.version, wanted.release.version)
        now = next(each for each in (now, wanted) if each.release.version == found)
        before = _is_one_of_both(machine, now, before)


@contextmanager
def _slow_apt(machine: Machine) -> Iterator[None]:
    machine.write(_SLOW, _SLOWLY)
    machine.shell(["chmod", "755", _SLOW])
    yield
    machine.shell(["rm", _SLOW])


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


def _ends(whole_run: float) -> Iterator[tuple[_Act, _Act]]:
    """Moments, and what is done then: all over a run, and all over dpkg's part in it, in turn."""
    for case, fraction in enumerate(fractions(_KILLS)):
        behind, at = divmod(fraction * len(_AT_WORK), 1)
        within = _at_work(_AT_WORK[int(behind)], at / 2)
        yield within if case % 2 else _after(fraction * whole_run), _WAYS[case % len(_WAYS)]


def _after(seconds: float) -> _Act:
    def wait(_: Machine, process: _Run) -> None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)

    return wait


def _at_work(words: str, seconds: float) -> _Act:

    def wait(machine: Machine, process: _Run) -> None:
        print(f"{seconds:.3f} s after {words!r}")
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
    moment: _Act,
    way: _Act,
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
    # A container that a look at the engine left is found by the next command: none ran at boot.
    assert machine.run("recover").ended(0).plain["changed"] is False


_WAYS = (_alone, _with_apt, _power)
_MIRROR = f"file://{rootfs.MIRROR}"
