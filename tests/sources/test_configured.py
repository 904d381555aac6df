"""Sources that apt has configured: Docker's packages in them, and the distribution's own."""

from dataclasses import dataclass, replace

import pytest

from dockswitch.model.catalog import Catalog
from dockswitch.model.host import Host
from dockswitch.model.origin import Configured, Origin
from dockswitch.model.ports import Finished
from dockswitch.model.trust import Trust
from dockswitch.model.unreachable import NeverFetched
from dockswitch.sources import Source, resolver
from dockswitch.sources.configured import ConfiguredRepository
from dockswitch.sources.distribution import DistributionEngine, NoOwnEngine
from dockswitch.sources.not_for_host import OnlyHere
from dockswitch.sources.repository import AptRepository
from tests.world import World

PC = Host("linux", "x86_64", "debian", "bookworm")
DOCKER = "https://download.docker.com/linux/debian"
CORP = Configured(
    Origin("https://m.example/apt", "jammy", "stable", "amd64", "A" * 40, file="/etc/apt/c.list"),
    "/lists/corp",
)
SAME = Configured(
    Origin(DOCKER, "bookworm", "stable", "amd64", "B" * 40, file="/etc/apt/d.list", signed_by="/k"),
    "/lists/docker",
)


@dataclass(frozen=True)
class Has:
    """An apt that has these configured."""

    offered: tuple[Configured, ...] = ()
    there: Origin | None = None

    def offering(self, component: str, package: str = "docker-ce") -> tuple[Configured, ...]:
        return tuple(each for each in self.offered if each.origin.component == component)

    def everything(self) -> tuple[Configured, ...]:
        return self.offered

    def beside(self, url: str, suite: str) -> Origin | None:
        return self.there


def resolved(has: Has, channel: str = "stable", *, insists: bool = False) -> Source:
    catalog = Catalog.shipped().with_configured(has, insists=insists)
    return resolver.resolve(catalog, channel, "apt", PC)


def test_a_configured_source_is_taken_in_place_of_the_catalogs_address() -> None:
    assert resolved(Has((CORP, SAME))) == ConfiguredRepository("stable", CORP)
    other = replace(CORP, origin=replace(CORP.origin, arch="arm64"))
    assert isinstance(resolved(Has((other,))), AptRepository)


def test_an_address_that_somebody_chose_goes_before_unless_it_is_the_same() -> None:
    assert resolved(Has((CORP, SAME)), insists=True) == ConfiguredRepository("stable", SAME)
    own = resolved(Has((CORP,)), insists=True)
    assert isinstance(own, AptRepository)
    assert own.origin.own


def test_one_that_apt_never_read_is_read_by_us_and_stays_apts() -> None:
    found = resolved(Has((replace(SAME, index=""),)))
    assert isinstance(found, AptRepository)
    assert (found.origin.file, found.origin.signed_by) == ("/etc/apt/d.list", "/k")
    assert not found.origin.own


def test_another_component_of_the_same_suite_goes_beside_it() -> None:
    found = resolved(Has((SAME,), SAME.origin), "test")
    assert isinstance(found, AptRepository)
    assert (found.origin.beside, found.origin.signed_by) == ("/etc/apt/d.list", "/k")
    assert found.origin.own


PACKAGES = f"""\
Package: docker-ce
Version: 5:28.5.2-1~debian.12~bookworm
Depends: containerd.io (>= 1.7.27), docker-ce-cli
Filename: dists/x/docker-ce_28.5.2.deb
Size: 7
SHA256: {"1" * 64}

Package: containerd.io
Version: 1.7.28-1
Filename: dists/x/containerd.io.deb
SHA256: {"2" * 64}
"""


def test_its_releases_are_those_that_apt_last_read() -> None:
    world = World(root="")
    world.answers["/usr/lib/apt/apt-helper"] = lambda argv: (
        Finished(0, PACKAGES, "") if argv[-1] == "/lists/corp" else Finished(100, "", "gone")
    )
    at = replace(CORP, trust=Trust.TLS)
    (release,) = ConfiguredRepository("stable", at).releases(world)
    assert (str(release.version), release.origin) == ("28.5.2", CORP.origin)
    assert [str(each.trust) for each in release.artifacts] == ["tls", "tls"]
    first = release.artifacts[0]
    assert first.url == "https://m.example/apt/dists/x/docker-ce_28.5.2.deb"
    with pytest.raises(NeverFetched):
        ConfiguredRepository("stable", SAME).releases(world)


DEBIAN = "http://archive.example/debian"
SECURITY = "http://archive.example/debian-security"
MAIN = Configured(Origin(DEBIAN, "bookworm", "main", "amd64", file="/etc/apt/debian.sources"))
SAFER = Configured(replace(MAIN.origin, url=SECURITY, suite="bookworm-security"))
MADISON = f"""\
 docker.io | 20.10.24+dfsg1-1+deb12u1+b2 | {DEBIAN} bookworm/main amd64 Packages
 docker.io | 20.10.5+dfsg1-1+deb11u2 | {DEBIAN} bookworm/main amd64 Packages
containerd | 1.6.20~ds1-1+deb12u3 | {SECURITY} bookworm-security/main amd64 Packages
containerd | 1.6.20~ds1-1 | {DEBIAN} bookworm/main amd64 Packages
      runc | 1.1.5+ds1-1 | {DEBIAN} bookworm/main amd64 Packages
      runc | 1.1.9 | http://elsewhere.example stable/main amd64 Packages
"""


def shown(name: str, version: str, depends: str = "") -> str:
    digest = f"SHA256: {'3' * 64}"
    return (
        f"Package: {name}\nVersion: {version}\nDepends: {depends}\nFilename: pool/{name}.deb\n"
        f"{digest}\n"
    )


SHOWN = "\n".join(
    [
        shown("docker.io", "20.10.24+dfsg1-1+deb12u1+b2", "adduser, containerd (>= 1.4), libc6"),
        shown("docker.io", "20.10.5+dfsg1-1+deb11u2", "runc (>= 1.0)"),
        shown("containerd", "1.6.20~ds1-1+deb12u3", "runc (>= 1.0.0~rc2~), libc6"),
        shown("containerd", "1.6.20~ds1-1", "runc"),
        shown("runc", "1.1.5+ds1-1"),
        shown("runc", "1.1.9"),
        "Package: docker.io\nStatus: install ok installed\nVersion: 1\n",
    ]
)


def debian(madison: str = MADISON) -> World:
    world = World(root="")
    said = {"madison": madison, "show": SHOWN}
    world.answers["apt-cache"] = lambda argv: Finished(0, said[argv[1]], "")
    return world


def test_a_distributions_engine_comes_with_what_it_runs_on() -> None:
    source = resolver.resolve(
        Catalog.shipped().with_configured(Has((MAIN, SAFER)), insists=False), "distro", "apt", PC
    )
    older, newer = source.releases(debian())
    assert [str(each.version) for each in (older, newer)] == ["20.10.5+dfsg1", "20.10.24+dfsg1"]
    assert [each.download.package for each in newer.artifacts] == [
        "docker.io=20.10.24+dfsg1-1+deb12u1+b2",
        "containerd=1.6.20~ds1-1+deb12u3",
        "runc=1.1.5+ds1-1",
    ]
    # parts of two sources: no single one has it
    assert newer.origin == Origin("", "", "", "amd64")
    assert older.origin == MAIN.origin
    assert newer.artifacts[1].url == f"{SECURITY}/pool/containerd.deb"


def test_an_apt_without_it_is_told_so() -> None:
    with pytest.raises(NoOwnEngine):
        DistributionEngine("distro", "docker.io", (MAIN,)).releases(debian(""))


def test_it_is_for_the_machine_itself_alone() -> None:
    with pytest.raises(OnlyHere):
        resolver.resolve(Catalog.shipped(), "distro", "apt", PC)
