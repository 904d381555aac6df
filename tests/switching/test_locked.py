"""A switch to what a lock has: packages without any source of apt's, archives by their digests."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from dockswitch.backends import bundles, find
from dockswitch.model.errors import NotPublished
from dockswitch.model.host import Host
from dockswitch.model.lock import Asked, Entry, Lock, LockedFile
from dockswitch.model.outcome import Outcome
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.switching import history, use
from dockswitch.switching.authentic import OtherBytes
from dockswitch.switching.locked import WHATEVER
from dockswitch.switching.options import Options
from tests.world import MIRROR, World, debs
from tests.world.commands import Quiet, catalog, go_back
from tests.world.debian import debian, release, there
from tests.world.packaged_truth import is_whole
from tests.world.truth import answering

OLD, NEW = "26.1.5", "28.5.2"
OLDS, NEWS = release(OLD, "1.6.33-1"), release(NEW)
BOOKWORM = Host("linux", "x86_64", "debian", "bookworm", init="systemd")
POOL = f"{MIRROR}/linux/debian/dists/bookworm/pool/stable/amd64"


def locked(words: Sequence[str], version: str, digest: str = "") -> Lock:
    """The packages of a version, as a lock has them; `digest` in place of the engine's own."""
    files = [
        LockedFile(
            f"{POOL}/{word.partition('=')[0]}_{version}_amd64.deb",
            hashlib.sha256(debs.content(word)).hexdigest(),
            len(debs.content(word)),
            Trust.SIGNED,
            word,
        )
        for word in words
    ]
    if digest:
        first = files[0]
        files[0] = LockedFile(first.url, digest, first.size, first.trust, first.package)
    hosts = ("debian:bookworm/x86_64",)
    entry = Entry(version, Version(version), "stable", "apt", hosts, tuple(files))
    return Lock(MIRROR, Asked((version,), hosts), (entry,))


def machine() -> World:
    """Nothing is kept, no index is served, and apt would have to be asked for nothing."""
    world = debian()
    world.host = BOOKWORM
    for words, version in ((OLDS, OLD), (NEWS, NEW)):
        for file, word in zip(locked(words, version).entries[0].files, words, strict=True):
            world.publishers.files[file.url] = debs.content(word)
    return world


def switch(world: World, lock: Lock, backend: str = "apt") -> Outcome:
    options = Options(lock=lock)
    return use.use(world, catalog, WHATEVER, find(backend), options, Quiet())[0]


def seen(world: World, lock: Lock) -> bool:
    """Whether a glance tells that this is in force already."""
    again = use.same_again(world, catalog, WHATEVER, find("apt"), Options(lock=lock))
    return again is not None and not again.changed


def test_packages_come_from_their_addresses_and_apt_is_told_of_no_source() -> None:
    world = machine()
    outcome = switch(world, locked(OLDS, OLD))
    is_whole(world, OLDS)
    assert {each.trust for each in outcome.after.artifacts} == {Trust.LOCKED}
    assert sorted(world.publishers.requests) == sorted(
        each.url for each in locked(OLDS, OLD).entries[0].files
    )
    assert not any(act.startswith("apt-get update") for act in world.acts)
    assert world.files.names("/etc/apt/sources.list.d") == ()
    assert world.dpkg.held >= {"docker-ce", "docker-ce-cli"}


def test_the_same_again_changes_nothing_and_needs_no_network() -> None:
    world = machine()
    switch(world, locked(OLDS, OLD))
    world.offline = True
    pid = world.services.main
    assert not switch(world, locked(OLDS, OLD)).changed
    assert world.services.main == pid


def test_the_same_again_is_seen_at_a_glance_and_nothing_is_asked_of_systemd() -> None:
    world = machine()
    switch(world, locked(OLDS, OLD))
    acts, world.offline = len(world.acts), True
    world.answers["systemctl"] = lambda argv: pytest.fail(f"asked {argv}")
    assert seen(world, locked(OLDS, OLD))
    assert world.acts[acts:] == []


def test_another_lock_is_never_taken_for_the_same_at_a_glance() -> None:
    world = machine()
    switch(world, locked(OLDS, OLD))
    [entry] = locked(OLDS, OLD).entries
    others = {
        "another version": locked(NEWS, NEW),
        "other bytes": locked(OLDS, OLD, digest="0" * 64),
        "another containerd": locked([*OLDS[:2], "containerd.io=1.7.28-1", OLDS[3]], OLD),
        "one package more": locked([*OLDS, "docker-buildx-plugin=0.29.1"], OLD),
        "another channel": _of(replace(entry, channel="test")),
    }
    assert [what for what, lock in others.items() if seen(world, lock)] == []
    with pytest.raises(NotPublished):
        seen(world, _of(replace(entry, hosts=("debian:trixie/x86_64",))))
    world.dpkg.packages["docker-ce"].letters = "ii "
    assert not seen(world, locked(OLDS, OLD))


def _of(entry: Entry) -> Lock:
    return replace(locked(OLDS, OLD), entries=(entry,))


def test_what_would_serve_as_well_is_replaced_by_what_is_locked() -> None:
    """A containerd.io that is installed may stay elsewhere; a lock says which it is to be."""
    world = machine()
    switch(world, locked(NEWS, NEW))
    switch(world, locked(OLDS, OLD))
    assert there(world) == set(OLDS)
    go_back(world)
    assert there(world) == set(NEWS)
    assert answering(world) == NEW


def test_other_bytes_of_a_package_are_refused_before_anything_stops() -> None:
    world = machine()
    switch(world, locked(OLDS, OLD))
    pid = world.services.main
    with pytest.raises(OtherBytes) as failure:
        switch(world, locked(NEWS, NEW, digest="0" * 64))
    assert failure.value.exit == 12
    assert world.services.main == pid
    assert [str(each.version) for each in bundles.kept_as_packages(world)] == [OLD]


@pytest.mark.parametrize(
    "host",
    [
        Host("linux", "x86_64", "debian", "trixie", init="systemd"),
        Host("linux", "aarch64", "debian", "bookworm", init="systemd"),
        Host("linux", "x86_64", "fedora", "", init="systemd"),
    ],
)
def test_another_host_gets_nothing_and_learns_for_which_it_is(host: Host) -> None:
    world = machine()
    world.host = host
    with pytest.raises(NotPublished) as failure:
        switch(world, locked(OLDS, OLD))
    assert "debian:bookworm/x86_64" in failure.value.details
    with pytest.raises(NotPublished) as failure:
        switch(world, locked(OLDS, OLD), backend="static")
    assert "only by apt" in failure.value.details


def test_a_switch_that_is_killed_at_any_call_is_undone_by_the_next() -> None:
    number = 1
    while True:
        world = machine()
        switch(world, locked(OLDS, OLD))
        with world.dies_at(number, "halfway") as death:
            switch(world, locked(NEWS, NEW))
        switch(world, locked(NEWS, NEW))
        is_whole(world, NEWS)
        if not death.came:
            return
        number += 7


def test_a_locked_archive_serves_what_it_says() -> None:
    name = "docker-98.0.1.tgz"
    url = f"{MIRROR}/linux/static/stable/x86_64/{name}"
    file = LockedFile(url, hashlib.sha256(name.encode()).hexdigest(), 1, Trust.TLS)
    hosts = ("linux/x86_64",)
    entry = Entry("stable", Version("98.0.1"), "stable", "static", hosts, (file,))
    world = World(stable=["98.0.1"])
    outcome = switch(world, Lock(MIRROR, Asked(("stable",), hosts), (entry,)), "static")
    assert (str(outcome.after.version), outcome.after.channel) == ("98.0.1", "stable")
    assert world.publishers.requests == [url]
    assert history.newest(world).artifacts[0].trust is Trust.LOCKED
