"""Which packages of a release apt is told of, and which may stay as they are."""

from collections.abc import Mapping

import pytest

from dockswitch.apt.states import State
from dockswitch.backends.package_choice import client_alone, files, required
from dockswitch.model import package_words
from dockswitch.model.catalog import Catalog
from dockswitch.model.version import Version
from tests.world.debian import PLUGINS, release

NEW, OLD = "28.5.2", "20.10.24"
SPLIT, UNSPLIT = "18.09.9", "18.06.3-ce"
# Docker's of the time when the client and containerd were in the engine's own package
ALONE = ("docker-ce=18.06.3~ce~3-0~debian",)


def there(*words: str, half: str = "") -> Mapping[str, State]:
    """These are installed, wholly but for one of that name."""
    versions = package_words.versions(words)
    return {
        name: State(name, version or "", "amd64", whole=name != half, held=False)
        for name, version in versions.items()
    }


def told(version: str, *installed: str) -> tuple[str, ...]:
    return required(release(version), Version.parse(version), there(*installed))


def containerd(version: str, installed: str) -> bool:
    """Whether that containerd.io stays for an engine of that version."""
    wanted = required(release(version), Version.parse(version), there(f"containerd.io={installed}"))
    return not any(word.startswith("containerd.io") for word in wanted)


def test_on_a_fresh_machine_it_is_all_of_the_release() -> None:
    assert told(NEW) == release(NEW)
    assert files(told(NEW)) == release(NEW)


def test_the_engine_and_its_client_move_and_what_serves_stays() -> None:
    assert told(OLD, *release(NEW)) == release(OLD)[:2]
    assert told(NEW, *release(NEW)) == release(NEW)[:2]


def test_a_plugin_stays_in_whatever_version_and_comes_where_there_is_none() -> None:
    older = "docker-buildx-plugin=0.10.2-1~debian.12~bookworm"
    assert told(NEW, older) == release(NEW)[:3]
    assert told(NEW, *release(OLD)[:3])[-1] == PLUGINS[0]


def test_what_is_half_installed_never_stays() -> None:
    for name in ("containerd.io", "docker-buildx-plugin"):
        wanted = required(release(NEW), Version(NEW), there(*release(NEW), half=name))
        assert name in package_words.versions(wanted)


@pytest.mark.parametrize("version", [SPLIT, OLD, "23.0.6", "27.5.1", NEW, "29.0.0"])
def test_the_least_containerd_of_an_engine_stays_and_an_older_one_does_not(version: str) -> None:
    least = Catalog.shipped().least_containerd(Version.parse(version))
    assert containerd(version, f"{least.partition('-')[0]}-9")
    assert not containerd(version, "1.2.1-1")


@pytest.mark.parametrize(
    ("version", "installed", "stays"),
    [
        (SPLIT, "2.1.5-1", False),
        ("19.03.15", "2.0.0-1", False),
        ("20.10.0", "2.1.5-1", True),
        (OLD, "2.1.5-1", True),
        (NEW, "1.7.27-1", True),
        (NEW, "1.7.26-1", False),
        ("29.0.0", "1.7.28-1", False),
        ("29.0.0", "2.1.5-1", True),
    ],
)
def test_a_containerd_stays_where_the_engine_starts_containers_with_it(
    version: str, installed: str, *, stays: bool
) -> None:
    assert containerd(version, installed) == stays


def test_an_engine_of_before_the_split_takes_its_client_away_and_leaves_containerd() -> None:
    extras = f"docker-ce-rootless-extras={package_words.versions(release(NEW))['docker-ce']}"
    wanted = required(ALONE, Version(UNSPLIT), there(*release(NEW), extras))
    assert wanted == (*ALONE, "docker-ce-cli-", "docker-ce-rootless-extras-")


def test_the_way_back_brings_the_client_and_keeps_that_containerd() -> None:
    assert told(NEW, *ALONE, *release(NEW)[2:]) == release(NEW)[:2]
    assert told(NEW, *ALONE) == release(NEW)


def test_a_distributions_engine_goes_with_what_only_it_needs() -> None:
    theirs = ("docker.io=20.10.24+dfsg1-1", "docker-cli=20.10.24+dfsg1-1", "tini=0.19.0-1")
    under = ("containerd=1.6.20~ds1-1", "runc=1.1.5-1")
    gone = ("docker.io-", "docker-cli-")
    assert told(NEW, *theirs, *under) == (*release(NEW), *gone, "containerd-", "runc-")
    # one that has its own containerd is not in the way of theirs
    wanted = required(ALONE, Version(UNSPLIT), there(*theirs, *under))
    assert wanted == (*ALONE, *gone)


def test_the_oldest_engine_goes_too() -> None:
    assert told(NEW, "docker-engine=17.05.0~ce-0~debian") == (*release(NEW), "docker-engine-")


def test_docker_s_own_go_where_a_distributions_engine_comes() -> None:
    theirs = ("docker.io=26.1.5+dfsg1-9",)
    wanted = required(theirs, Version("26.1.5+dfsg1"), there(*release(NEW)))
    gone = tuple(package_words.gone(name) for name in package_words.versions(release(NEW)))
    assert set(wanted) == {*theirs, *gone}


def test_words_of_a_person_s_own_win() -> None:
    asked = ("containerd.io=1.7.29-1", "docker-buildx-plugin-")
    wanted = required(release(NEW), Version(NEW), there(*release(NEW)), asked)
    assert wanted == (*release(NEW)[:2], *asked)
    assert files(wanted) == (*release(NEW)[:2], asked[0])


def test_a_client_alone_is_its_package_and_its_plugins() -> None:
    assert client_alone(told(NEW)) == (release(NEW)[1], *PLUGINS)
    assert client_alone(("docker.io=26.1.5-1", "docker-cli=26.1.5-1")) == ("docker-cli=26.1.5-1",)
