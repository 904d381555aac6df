"""Packages kept as such: one set in a folder, of which nothing goes that a way back needs."""

import hashlib
from collections.abc import Sequence

import pytest

from dockswitch.backends import bundles
from dockswitch.model import package_words
from dockswitch.model.origin import Origin
from dockswitch.model.ports import Finished
from dockswitch.model.release import Bundle, Package, Release
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.switching import archives, authentic, fetch, removal
from dockswitch.switching.archives import NoOrigin
from dockswitch.switching.authentic import Accepted
from dockswitch.switching.removal import StillNeeded
from tests.world import World
from tests.world.commands import Quiet, mend, prune, switch, uninstall
from tests.world.truth import nothing_is_left

FILE = "/etc/apt/sources.list.d/docker.sources"
ORIGIN = Origin("https://mirror.test/linux/debian", "bookworm", "stable", "amd64", file=FILE)
SOURCE = (
    "Types: deb\nURIs: https://mirror.test/linux/debian\nSuites: bookworm\nComponents: stable\n"
)
A, B, C = "20.10.24+dfsg1", "26.1.5+dfsg1", "28.5.2+dfsg4"


def content(word: str) -> bytes:
    return f"the file of {word}".encode()


def package(name: str, version: str) -> Package:
    sha256 = hashlib.sha256(content(f"{name}={version}")).hexdigest()
    size = len(content(f"{name}={version}"))
    url = f"{ORIGIN.url}/pool/{name}_{version}_amd64.deb"
    return Package(name, version, url, sha256, size, Trust.SIGNED)


def release(version: str, containerd: str = "1.7.27-1") -> Release:
    packages = (package("docker-ce", f"5:{version}-1"), package("containerd.io", containerd))
    return Release(Version(version), "stable", "apt", packages, origin=ORIGIN)


class AptGet:
    """Downloads what its index has; `fetched` are the words of each call."""

    def __init__(self, on: World) -> None:
        self.on = on
        self.fetched: list[list[str]] = []
        self.content = content
        on.files.write(FILE, SOURCE.encode())
        on.acting["apt-get"] = self
        on.answers["apt-cache"] = self._shows
        on.answers["apt-get"] = lambda _: Finished(0, "apt 2.6.1 (amd64)\n", "")

    def __call__(self, argv: Sequence[str], folder: str) -> Finished:
        if "download" in argv:
            words = [word for word in argv if "=" in word and ":" not in word.partition("=")[0]]
            words = [word for word in words if word.startswith(("docker-ce=", "containerd.io="))]
            self.fetched.append(words)
            for word in words:
                name, version = package_words.split(word)
                file = package_words.file_name(name, version or "", "amd64")
                self.on.files.write(f"{self.on.layout.stored(folder)}/{file}", self.content(word))
        return Finished(0, "", "")

    def _shows(self, argv: Sequence[str]) -> Finished:
        words = [word for word in argv if word.startswith(("docker-ce=", "containerd.io="))]
        stanzas = []
        for word in words:
            name, _, version = word.partition("=")
            digest = package(name, version).sha256
            stanzas.append(f"Package: {name}\nVersion: {version}\nSHA256: {digest}\n")
        return Finished(0, "\n".join(stanzas), "")


def fetched(on: World, wanted: Release) -> Bundle:
    words = [each.download.package for each in wanted.artifacts]
    archive = archives.packages_of(on, wanted, words)
    return fetch.fetch(on, archive, Accepted(), Quiet())


def test_a_set_is_fetched_whole_and_found_again() -> None:
    on = World()
    apt = AptGet(on)
    bundle = fetched(on, release(A))
    assert bundle.words == (f"docker-ce=5:{A}-1", "containerd.io=1.7.27-1")
    assert (bundle.backend, bundle.trust, bundle.origin) == ("apt", Trust.SIGNED, ORIGIN)
    assert bundle == bundles.read(on, bundle.folder)
    assert fetched(on, release(A)) == bundle
    assert apt.fetched == [list(bundle.words)]
    nothing_is_left(on)


def test_what_another_set_has_is_not_fetched_again() -> None:
    on = World()
    apt = AptGet(on)
    fetched(on, release(A))
    fetched(on, release(B))
    assert apt.fetched[1:] == [[f"docker-ce=5:{B}-1"]]


def test_other_bytes_of_the_same_package_are_another_set() -> None:
    on = World()
    AptGet(on)
    bundle = fetched(on, release(A))
    other = release(A)
    changed = tuple(
        Package(each.name, each.version, each.url, "0" * 64, each.size, each.trust)
        for each in other.artifacts
        if isinstance(each, Package)
    )
    wanted = Release(other.version, "stable", "apt", changed, origin=ORIGIN)
    archive = archives.packages_of(on, wanted, bundle.words)
    assert fetch.kept(on, archive) is None


def test_bytes_that_nobody_announced_are_not_kept() -> None:
    on = World()
    AptGet(on).content = lambda word: b"something else"
    with pytest.raises(authentic.OtherBytes):
        fetched(on, release(A))
    assert bundles.kept_as_packages(on) == ()
    nothing_is_left(on)


def test_a_fetching_that_is_killed_leaves_nothing_once_it_is_mended() -> None:
    for moment in range(1, 40):
        on = World()
        AptGet(on)
        with on.dies_at(moment) as death:
            fetched(on, release(A))
        mend(on)
        nothing_is_left(on)
        assert all(set(on.names(e.folder)) > {".dockswitch.json"} for e in _kept(on))
        if not death.came:
            assert moment > 5
            return
    raise AssertionError("it did not end")


def test_a_release_that_apt_does_not_find_is_refused() -> None:
    with pytest.raises(NoOrigin) as failure:
        archives.packages_of(World(), Release(Version(A), "stable", "static", ()), ())
    assert failure.value.message == f"apt does not find {A} of stable"


def test_a_version_goes_from_both_shelves_and_from_neither_while_it_is_in_use() -> None:
    on = World(stable=[A, B])
    AptGet(on)
    switch(on, A)
    switch(on, B)
    for version in (A, B):
        fetched(on, release(version))
    gone = uninstall(on, A)
    assert [(str(each.version), each.backend) for each in gone] == [(A, "static"), (A, "apt")]
    with pytest.raises(StillNeeded):
        uninstall(on, B)
    assert [str(each.version) for each in _kept(on)] == [B]


def test_what_is_pruned_takes_no_file_from_another_set() -> None:
    on = World()
    AptGet(on)
    sets = [fetched(on, release(version)) for version in (A, B, C)]
    words = {*sets[0].words, *sets[2].words}
    assert removal.covering(sets, words) == {sets[0].folder, sets[2].folder}
    assert removal.covering(sets, {"docker-ce=1:0"}) == set()
    assert removal.covering((), words) == set()
    assert prune(on) == tuple(sets)
    assert on.names(on.layout.packages) == ()


def _kept(on: World) -> tuple[Bundle, ...]:
    return bundles.kept_as_packages(on)
