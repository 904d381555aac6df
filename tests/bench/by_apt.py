"""A switch of the machine's own packages, beside what a user would type; on one machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import typed
from tests.bench.child import Broke, Took
from tests.bench.figures import Figure, NotMeasured, Pair, Ratio, pairs
from tests.bench.installed import URL, Installed, installed
from tests.bench.watch import Watch
from tests.integration import apt_repository, archive_index, rootfs
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import Apt
from tests.integration.archive import ArchiveMissing, PackagesMissing
from tests.integration.holdings import Mirror
from tests.integration.namespace import machine_network
from tests.integration.needs import why_no_packages, why_no_systemd_machine

_MOST, _MOST_AWAY, _MOST_OF_NOTHING = 0.65, 0.5, 0.5

#: The wish that is up: the newest of test that is no pre-release.
_UP, _DOWN = ("test", "latest"), ("stable",)

_SOURCES, _ASIDE = "/etc/apt/sources.list.d/dockswitch.sources", "/root/dockswitch.sources"
_KEY = f"{rootfs.MIRROR}/linux/debian/gpg"
#: Nothing of the next release is here yet, and nothing is left to be written.
_FRESH = """\
apt-get clean
ls -d /var/lib/dockswitch/packages/* | grep -v -F '{now}-' | xargs rm -rf
sync
"""


def by_apt(held: Mirror, count: int) -> Iterator[Figure]:
    """Up and down again by dockswitch, then by hand, then by dockswitch …"""
    reason = why_no_systemd_machine() or why_no_packages()
    if reason is not None:
        yield NotMeasured("switches by apt", reason)
        return
    try:
        repository, files, index = _built(held)
    except (ArchiveMissing, PackagesMissing) as error:
        yield NotMeasured("switches by apt", str(error))
        return
    with installed(files, repository, index) as machine:
        yield from _figures(_Both(machine, repository), count)


def _built(held: Mirror) -> tuple[AptRepository, Path, Path]:
    """The repository, the machine's files, and Debian's index: beside the mirror, kept there."""
    beside = held.root.parent
    with machine_network():
        return (
            apt_repository.build(beside / "apt", held),
            rootfs.build(beside / "systemd"),
            archive_index.build(beside / "debian-index"),
        )


def _figures(both: _Both, count: int) -> Iterator[Figure]:
    both.begin()
    nothing = [
        Ratio(
            f"use {words} by apt, in use already : apt-get -s install of the same",
            pairs(count * 2, partial(both.machine.dockswitch, "use", *words.split()), both.asks),
            most,
        )
        for words, most in ((both.exactly, _MOST_OF_NOTHING), (" ".join(_DOWN), None))
    ]
    runs = [both.there_and_back() for _ in range(count + 1)][1:]
    both_ways = "2 switches by apt : 2 times remove, source, update, install"
    yield Ratio(both_ways, tuple(_sum(up.wall, down.wall) for up, down in runs), _MOST)
    away = tuple(_sum(up.away, down.away) for up, down in runs)
    yield Ratio(f"downtime of {both_ways}", away, _MOST_AWAY)
    for way, (old, new) in enumerate((("stable", "test"), ("test", "stable"))):
        what = f"use {new} by apt, from {old} : the same"
        yield Ratio(what, tuple(run[way].wall for run in runs), None)
        yield Ratio(f"downtime of {what}", tuple(run[way].away for run in runs), None)
    yield from nothing


def _sum(one: Pair, other: Pair) -> Pair:
    return Pair(one.ours + other.ours, one.theirs + other.theirs)


@dataclass(frozen=True)
class _Way:
    """A switch one way: how long each took, and how long each time nobody answered."""

    wall: Pair
    away: Pair


class _Both:
    """Both ways of doing it on the machine, which each leaves as the other wants to find it."""

    def __init__(self, machine: Installed, repository: AptRepository) -> None:
        self.below: Mapping[str, str] = {}
        self.above: Mapping[str, str] = {}
        self.machine = machine
        self._repository = repository
        self._apt = Apt(machine.machine)

    def begin(self) -> None:
        """A containerd that the older engine takes as well stays: what changes then changes from
        the second time on.
        """
        self.machine.dockswitch("use", *_DOWN)
        self.machine.dockswitch("use", *_UP)
        self.above = self._apt.installed()
        self.machine.dockswitch("use", *_DOWN)
        self.below = self._apt.installed()

    @property
    def exactly(self) -> str:
        """The words for the release below."""
        return f"{_DOWN[0]} {self._version(self.below)}"

    def asks(self) -> Took:
        """apt itself, whether there is anything to do for that release."""
        return self.machine.script(typed.simulated(self.below))

    def there_and_back(self) -> tuple[_Way, _Way]:
        ours = [self._watched(words, self._use) for words in (_UP, _DOWN)]
        self._hand_over()
        theirs = [self._watched(words, self._type) for words in (_UP, _DOWN)]
        self._take_back()
        up, down = (
            _Way(Pair(mine[0], his[0]), Pair(mine[1], his[1]))
            for mine, his in zip(ours, theirs, strict=True)
        )
        return up, down

    def _watched(
        self, words: Sequence[str], act: Callable[[Sequence[str]], Took]
    ) -> tuple[Took, Took]:
        """What it took, and how long the engine was away; a container runs before and after."""
        self._apt.run_container()
        now = self._version(self._apt.installed())
        self.machine.script(_FRESH.format(now=now))
        with Watch(self.machine.machine.root / "run/docker.sock") as watch:
            took = act(words)
        self._apt.run_container()
        there = self._apt.installed()
        if there != self._wanted(words):
            raise Broke(f"after {words} there is {there}")
        return took, Took(watch.silence)

    def _use(self, words: Sequence[str]) -> Took:
        return self.machine.dockswitch("use", *words)

    def _type(self, words: Sequence[str]) -> Took:
        """Only what changes: the other channel may not have what stays."""
        now = self._apt.installed()
        wanted = self._wanted(words).items()
        changed = {name: version for name, version in wanted if now.get(name) != version}
        return self.machine.script(typed.switch(changed, _KEY, self._source(words[0])))

    def _wanted(self, words: Sequence[str]) -> Mapping[str, str]:
        return self.above if words == _UP else self.below

    def _version(self, packages: Mapping[str, str]) -> str:
        """The release whose engine that is."""
        releases = self._repository.releases
        engine = packages["docker-ce"]
        return next(each.version for each in releases if each.packages["docker-ce"] == engine)

    def _source(self, channel: str) -> str:
        return self._repository.source(URL, typed.KEYRING, channel)

    def _hand_over(self) -> None:
        """The channel's source as a user has it instead of dockswitch's own."""
        machine = self.machine.machine
        machine.shell(["mv", _SOURCES, _ASIDE])
        machine.write(typed.KEYRING, self._repository.key.public.decode())
        machine.write(typed.SOURCE, self._source("stable"))
        machine.shell(["apt-get", "update"])

    def _take_back(self) -> None:
        machine = self.machine.machine
        machine.shell(["rm", typed.SOURCE, typed.KEYRING])
        machine.shell(["mv", _ASIDE, _SOURCES])
        machine.shell(["apt-get", "update"])
