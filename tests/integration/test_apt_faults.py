"""Whatever goes wrong with apt's repositories and packages: told as it is, and the engine stays."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.integration import systemd_machine
from tests.integration.apt_holdings import AptRepository, Packaged
from tests.integration.apt_machine import Apt
from tests.integration.apt_signing import SigningKey
from tests.integration.faulty_host import URL, FaultyHost
from tests.integration.program import Result, finish
from tests.integration.systemd_machine import Machine, kill
from tests.integration.trees import kill_tree
from tests.integration.whole_packages import Seen, is_whole, run_what_is_kept, seen

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("systemd")]

_KEYRING, _SOURCE = "/etc/apt/keyrings/docker.asc", "/etc/apt/sources.list.d/docker.sources"

_SHELF = "/var/lib/dockswitch/packages"

_HOLD = """\
import fcntl, os, time
file = open("/var/lib/dpkg/lock-frontend", "r+")
fcntl.lockf(file, fcntl.LOCK_EX)
print(os.getpid(), flush=True)
time.sleep(60)
"""

#: A folder lies on a small file system of its own from then on.
_SMALL = """\
set -e
mkdir -p /small
mount -t tmpfs -o size=1g tmpfs /small
cp --archive {folder}/. /small
mount --bind /small {folder}
used=$(df --output=used --block-size=1k {folder} | tail -1)
mount -o remount,size=$((used + 20000))k /small
"""

#: A package of somebody else's, which goes with the old engine alone.
_NEIGHBOUR = """\
set -e
mkdir -p /srv/neighbour/DEBIAN
cat > /srv/neighbour/DEBIAN/control <<'END'
Package: neighbour
Version: 1
Architecture: all
Maintainer: somebody else
Depends: docker-ce (<< 5:23)
Description: what needs an old engine
END
dpkg-deb --build /srv/neighbour /srv/neighbour.deb
dpkg --install /srv/neighbour.deb
"""

#: What nobody finished, and logs that others than root may read.
_LEFT = """\
find /var/lib/dockswitch /var/cache/dockswitch /etc -name '*.tmp-*'
find /var/lib/dockswitch/log -name 'apt*' -perm /077
"""

#: What of an engine that was never stopped is the same as before.
_RUNS = """\
pgrep -x dockerd
docker inspect --format '{{.State.Pid}} {{.State.StartedAt}}' kept
"""


@dataclass(frozen=True)
class Standing:
    """A machine whose engine of packages runs, and is to go on running."""

    apt: Apt
    host: FaultyHost
    old: Packaged
    packages: Seen
    runs: str

    @property
    def machine(self) -> Machine:
        return self.apt.machine

    @property
    def new(self) -> Packaged:
        return self.host.repository.starting("stable")[-1]

    @property
    def engine(self) -> str:
        """The file of the wanted engine."""
        version = self.new.packages["docker-ce"].partition(":")[2]
        return f"docker-ce_{version}_{self.host.repository.arch}.deb"

    def is_untouched(self) -> None:
        """Fail if the engine was as much as restarted, or anything of its packages is another."""
        assert self.machine.shell(["sh", "-c", _RUNS]) == self.runs
        assert seen(self.machine) == self.packages
        assert self.machine.attempt(["test", "-e", "/usr/sbin/policy-rc.d"]).returncode == 1
        assert self.machine.shell(["sh", "-c", _LEFT]) == ""


@pytest.fixture(scope="module")
def standing(machine_files: Path, apt_repository: AptRepository) -> Iterator[Standing]:
    with systemd_machine.booted(machine_files, apt_repository.root) as machine:
        machine.settings = {"DOCKSWITCH_MIRROR": URL}
        host, apt = FaultyHost(machine, apt_repository), Apt(machine)
        host.set_up()
        machine.write("/etc/dockswitch/channels.yaml", apt_repository.channels_yaml(URL))
        old = apt_repository.starting("stable")[-2]
        with host.serving():
            apt.use_source(apt_repository, "stable", "test", url=URL)
            machine.run("use", "stable", old.version, "--backend", "apt").ended(0)
        run_what_is_kept(machine)
        packages = is_whole(machine, old.answers)
        yield Standing(apt, host, old, packages, machine.shell(["sh", "-c", _RUNS]))


@pytest.fixture(params=["own", "configured"])
def source(request: pytest.FixtureRequest, standing: Standing) -> str:
    """Whose source it is that apt is to take the packages from: dockswitch's, or the machine's."""
    standing.host.restore()
    standing.machine.shell(["rm", "-f", _SOURCE])
    if request.param == "configured":
        with standing.host.serving():
            standing.apt.use_source(standing.host.repository, "stable", "test", url=URL)
    return str(request.param)


@pytest.fixture
def published(standing: Standing) -> Iterator[None]:
    """All that is published is served as it is; what was fetched once is kept."""
    standing.host.restore()
    with standing.host.serving():
        standing.apt.use_source(standing.host.repository, "stable", "test", url=URL)
        yield


def _expired(standing: Standing) -> None:
    now = datetime.now(timezone.utc)
    standing.host.sign(made=now - timedelta(9), until=now - timedelta(2))


def _of_tomorrow(standing: Standing) -> None:
    standing.host.sign(made=datetime.now(timezone.utc) + timedelta(2))


def _forged(standing: Standing) -> None:
    standing.host.sign(key=SigningKey.make())


def _without_test(standing: Standing) -> None:
    standing.host.withdraw("test")


def _spoiled_index(standing: Standing) -> None:
    standing.host.spoil_index("stable")


@pytest.mark.parametrize(
    ("alter", "channel", "code", "exit", "said"),
    [
        (_expired, "stable", "not-authentic", 12, "is not of this day"),
        (_of_tomorrow, "stable", "not-authentic", 12, "is not of this day"),
        (_forged, "stable", "not-authentic", 12, "sign"),
        (_spoiled_index, "stable", "not-authentic", 12, "Packages"),
        (_without_test, "test", "not-published", 11, "test"),
    ],
    ids=["expired", "of tomorrow", "forged", "other index", "no component"],
)
def test_an_index_that_is_not_right_changes_nothing(
    standing: Standing,
    source: str,
    alter: Callable[[Standing], None],
    channel: str,
    code: str,
    exit: int,
    said: str,
) -> None:
    alter(standing)
    with standing.host.serving():
        _fails(standing, channel, code, exit, said)


@pytest.mark.parametrize(
    ("fault", "code", "exit", "said"),
    [
        ({"status": 404}, "not-published", 11, "404"),
        ({"cut_after": 1_000_000}, "unreachable", 17, "docker-ce_"),
    ],
    ids=["404", "cut off"],
)
def test_a_package_that_cannot_be_had_changes_nothing(
    standing: Standing,
    published: None,
    fault: dict[str, object],
    code: str,
    exit: int,
    said: str,
) -> None:
    standing.host.misbehave({re.escape(standing.engine): fault})
    _fails(standing, "stable", code, exit, said)


def test_a_package_of_other_bytes_changes_nothing(standing: Standing, published: None) -> None:
    with standing.host.spoiled(standing.engine):
        _fails(standing, "stable", "not-authentic", 12, "docker-ce_")


def test_a_server_that_is_down_changes_nothing(standing: Standing, source: str) -> None:
    _fails(standing, "stable", "unreachable", 17, URL.removeprefix("http://"))


def test_a_key_that_apt_may_not_read_is_named(standing: Standing, published: None) -> None:
    standing.machine.shell(["chmod", "600", _KEYRING])
    try:
        _fails(standing, "stable", "not-authentic", 12, "chmod 644")
    finally:
        standing.machine.shell(["chmod", "644", _KEYRING])


@pytest.mark.parametrize(
    "end", [kill, lambda process: kill_tree(process.pid)], ids=["alone", "all"]
)
def test_what_a_killed_fetch_left_is_swept(
    standing: Standing, published: None, end: Callable[[subprocess.Popen[str]], None]
) -> None:
    standing.host.misbehave({re.escape(standing.engine): {"cut_after": 1 << 20, "stall": 60}})
    shelf = standing.machine.disk / _SHELF[1:]
    with standing.machine.started("use", "stable", standing.new.version) as process:
        while not list(shelf.glob(f".tmp-*/{standing.engine[:9]}*")):
            assert process.poll() is None, finish(process)
            time.sleep(0.02)
        end(process)
    assert list(shelf.glob(".tmp-*"))
    standing.machine.run("recover").ended(0)
    standing.is_untouched()


def test_a_disk_without_room_for_the_files_is_named(standing: Standing, published: None) -> None:
    standing.machine.shell(["sh", "-c", _SMALL.format(folder=_SHELF)])
    try:
        _fails(standing, "stable", "error", 1, "no space is left")
    finally:
        standing.machine.shell(["umount", _SHELF, "/small"])


def test_what_is_fetched_waits_for_whoever_changes_packages(
    standing: Standing, published: None
) -> None:
    with _lock_held(standing) as pid:
        ran = _use(standing, "stable", env={"DOCKSWITCH_APT_WAIT": "1"})
    assert ran.ended(14).plain["error"]["code"] == "busy"
    assert f"process {pid} (python3) holds /var/lib/dpkg/lock-frontend" in ran.error
    assert f"waiting for process {pid} (python3)" in ran.err
    standing.is_untouched()


def test_a_package_that_would_go_along_is_refused(standing: Standing, published: None) -> None:
    standing.machine.shell(["sh", "-c", _NEIGHBOUR])
    try:
        _fails(standing, "stable", "error", 1, "remove neighbour")
    finally:
        standing.machine.shell(["dpkg", "--purge", "neighbour"])


@pytest.mark.parametrize(
    ("text", "said"), [("{", "daemon.json"), ('{"no-such-thing": true}', "no-such-thing")]
)
def test_a_daemon_json_that_no_engine_takes_is_told_before_any_is_stopped(
    standing: Standing, published: None, text: str, said: str
) -> None:
    standing.machine.write("/etc/docker/daemon.json", text)
    try:
        _fails(standing, "stable", "error", 1, said)
    finally:
        standing.machine.shell(["rm", "/etc/docker/daemon.json"])


def test_an_engine_that_is_another_than_its_package_says_is_not_switched_to(
    standing: Standing, published: None
) -> None:
    (wanted,) = (
        each for each in standing.host.repository.releases if each.answers not in ("", each.version)
    )
    ran = standing.machine.run("use", "test", wanted.version, "--backend", "apt")
    assert ran.ended(15).plain["error"]["code"] == "undone"
    assert wanted.answers in ran.error
    standing.is_untouched()


def test_a_disk_that_is_full_in_the_middle_of_dpkg_brings_the_old_engine_back(
    standing: Standing, published: None
) -> None:
    """The last one: the programs of the machine are on that disk from then on."""
    standing.machine.shell(["sh", "-c", _SMALL.format(folder="/usr/bin")])
    ran = _use(standing, "stable")
    assert ran.ended(15).plain["error"]["code"] == "undone"
    assert "no space is left for packages in /usr/bin" in ran.error
    assert is_whole(standing.machine, standing.old.answers) == standing.packages


@contextmanager
def _lock_held(standing: Standing) -> Iterator[int]:
    """By a program of somebody else's; its number on that machine."""
    with standing.machine.under_way(["python3", "-c", _HOLD]) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())


def _use(standing: Standing, channel: str, env: Mapping[str, str] | None = None) -> Result:
    return standing.machine.run("use", channel, standing.new.version, "--backend", "apt", env=env)


def _fails(standing: Standing, channel: str, code: str, exit: int, said: str) -> None:
    ran = _use(standing, channel)
    print(ran.out)
    assert ran.ended(exit).plain["error"]["code"] == code
    assert said in ran.error
    standing.is_untouched()
