"""Which source serves a channel, a backend and a host."""

from dataclasses import replace

import pytest

from dockswitch.model.catalog import Catalog
from dockswitch.model.errors import DockswitchError, NoSuchBackend
from dockswitch.model.host import Host
from dockswitch.sources import Source
from dockswitch.sources.images import ImageFeed
from dockswitch.sources.listing import StaticIndex
from dockswitch.sources.not_for_host import NoArchitecture, NoSuite, NoSystem
from dockswitch.sources.repositories import key_address
from dockswitch.sources.repository import AptRepository
from dockswitch.sources.resolver import NotByThisBackend, UnknownChannel, resolve

CATALOG = Catalog.shipped()
DEB = "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
DOCKER = "https://download.docker.com"
PC = Host("linux", "x86_64", "debian", "bookworm")
MINT = Host("linux", "x86_64", "linuxmint", "victoria", ("ubuntu", "debian"))
LMDE = Host("linux", "x86_64", "linuxmint", "faye", ("debian",))
POP = Host("linux", "x86_64", "pop", "jammy", ("ubuntu", "debian"))
# each says in os-release what it is made of
NEON = Host("linux", "x86_64", "neon", "odd", ("ubuntu", "debian"), bases=("ubuntu/noble",))
NEXT_LMDE = Host("linux", "x86_64", "linuxmint", "hana", ("debian",), bases=("debian/trixie",))
KALI = Host("linux", "x86_64", "kali", "kali-rolling", ("debian",))
SID = Host("linux", "x86_64", "debian", "sid")
DEVUAN = Host("linux", "x86_64", "devuan", "daedalus", ("debian",))
ELEMENTARY = Host("linux", "x86_64", "elementary", "circe", ("ubuntu", "debian"))
PI = Host("linux", "armv6l", "raspbian", "bookworm", ("debian",))


def apt(channel: str, distribution: str, suite: str, arch: str = "amd64") -> AptRepository:
    return AptRepository(channel, f"{DOCKER}/linux/{distribution}", suite, channel, arch, DEB)


RESOLVED: list[tuple[str, str, Host, Source]] = [
    ("stable", "static", PC,
     StaticIndex("stable", f"{DOCKER}/linux/static/stable/x86_64/", "linux", "x86_64")),
    ("test", "static", Host("linux", "arm64"),
     StaticIndex("test", f"{DOCKER}/linux/static/test/aarch64/", "linux", "aarch64")),
    ("edge", "static", Host("windows", "AMD64"),
     StaticIndex("edge", f"{DOCKER}/win/static/edge/x86_64/", "win", "x86_64")),
    ("stable", "static", Host("mac", "arm64"),
     StaticIndex("stable", f"{DOCKER}/mac/static/stable/aarch64/", "mac", "aarch64")),
    ("stable", "static", PI,
     StaticIndex("stable", f"{DOCKER}/linux/static/stable/armel/", "linux", "armel")),
    ("stable", "apt", PC, apt("stable", "debian", "bookworm")),
    ("test", "apt", MINT, apt("test", "ubuntu", "jammy")),
    ("test", "apt", LMDE, apt("test", "debian", "bookworm")),
    ("test", "apt", POP, apt("test", "ubuntu", "jammy")),
    ("test", "apt", NEON, apt("test", "ubuntu", "noble")),
    ("test", "apt", NEXT_LMDE, apt("test", "debian", "trixie")),
    ("stable", "apt", KALI, apt("stable", "debian", "bookworm")),
    ("stable", "apt", SID, apt("stable", "debian", "trixie")),
    ("stable", "apt", DEVUAN, apt("stable", "debian", "bookworm")),
    ("stable", "apt", ELEMENTARY, apt("stable", "ubuntu", "noble")),
    ("stable", "apt", PI, apt("stable", "raspbian", "bookworm", "armhf")),
    ("stable", "apt", replace(PI, codename="trixie"), apt("stable", "debian", "trixie", "armhf")),
    ("stable", "apt", replace(PC, codename="forky"), apt("stable", "debian", "forky")),
    ("stable", "machine", PC,
     ImageFeed("stable", "https://api.github.com/repos/boot2docker/boot2docker/releases",
               "https://github.com/boot2docker/boot2docker/releases/download/v{version}/"
               "boot2docker.iso")),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "backend", "host", "source"), RESOLVED, ids=str)
def test_a_channel_has_a_source_for_a_host(
    channel: str, backend: str, host: Host, source: Source
) -> None:
    assert resolve(CATALOG, channel, backend, host) == source


REFUSED: list[tuple[str, str, Host, type[DockswitchError], int, str]] = [
    ("stabel", "static", PC, UnknownChannel, 11, "did you mean stable"),
    ("nightly", "machine", PC, NotByThisBackend, 11, "published for: apt, static"),
    ("stable", "dnf", PC, NoSuchBackend, 2, "backends: static, apt, machine"),
    ("stable", "static", Host("linux", "riscv64"), NoArchitecture, 18, "x86_64, aarch64, armhf"),
    ("edge", "static", Host("linux", "armv7l"), NoArchitecture, 18, "aarch64, armel"),
    ("stable", "static", Host("windows", "aarch64"), NoArchitecture, 18, "files for: x86_64"),
    ("edge", "static", Host("mac", "x86_64"), NoSystem, 18, "some for: linux, windows"),
    ("stable", "static", Host("plan9", "x86_64"), NoSystem, 18, "linux, mac, windows"),
    ("stable", "apt", replace(PI, arch="x86_64"), NoArchitecture, 18, "files for: armhf"),
    ("stable", "apt", Host("linux", "x86_64", "alpine", "3.20"), NoSuite, 18, "debian, raspbian"),
    ("stable", "apt", replace(POP, codename="odd"), NoSuite, 18, "--suite"),
    ("stable", "apt", replace(PC, codename=""), NoSuite, 18, "--for DISTRO:CODENAME/ARCH"),
]


@pytest.mark.parametrize(("channel", "backend", "host", "kind", "code", "told"), REFUSED, ids=str)
def test_a_refusal_names_what_is_there(
    channel: str, backend: str, host: Host, kind: type[DockswitchError], code: int, told: str
) -> None:
    with pytest.raises(kind) as refused:
        resolve(CATALOG, channel, backend, host)
    assert refused.value.exit == code
    assert told in f"{refused.value.message} {refused.value.details} {refused.value.hint}"


FEDORA = Host("linux", "x86_64", "fedora")


@pytest.mark.parametrize(
    ("suite", "host", "distribution", "named"),
    [
        ("trixie", PC, "debian", "trixie"),
        ("noble", MINT, "ubuntu", "noble"),
        ("ubuntu/noble", PC, "ubuntu", "noble"),
        ("debian/bookworm", FEDORA, "debian", "bookworm"),
        ("bookworm", FEDORA, "debian", "bookworm"),
        ("sid/updates", PC, "debian", "sid/updates"),
    ],
)
def test_a_suite_that_is_named_is_taken_whatever_the_host(
    suite: str, host: Host, distribution: str, named: str
) -> None:
    found = resolve(CATALOG.in_suite(suite), "test", "apt", host)
    assert found == apt("test", distribution, named)


def test_a_suite_of_no_distribution_does_not_make_a_host_one_that_is_served() -> None:
    with pytest.raises(NoSuite):
        resolve(CATALOG.in_suite("40"), "test", "apt", FEDORA)


def test_a_mirror_serves_all_but_the_images() -> None:
    mirrored = CATALOG.at(mirror="http://127.0.0.1:8080/docker")
    assert resolve(mirrored, "test", "static", PC) == StaticIndex(
        "test", "http://127.0.0.1:8080/docker/linux/static/test/x86_64/", "linux", "x86_64"
    )
    found = resolve(mirrored, "test", "apt", PC)
    assert isinstance(found, AptRepository)
    assert found.url == "http://127.0.0.1:8080/docker/linux/debian"
    key = key_address(mirrored, mirrored.keys["deb"], {"distribution": "debian"})
    assert key == "http://127.0.0.1:8080/docker/linux/debian/gpg"
    assert resolve(mirrored, "test", "machine", PC) == resolve(CATALOG, "test", "machine", PC)


def test_a_company_lays_its_channel_out_as_it_likes() -> None:
    catalog = CATALOG.with_site(
        "channels.yaml",
        """
        keys:
          corp: {fingerprint: 0123456789012345678901234567890123456789,
                 address: "https://m.example/corp.asc"}
        channels:
          corp:
            apt: {component: main, suite: docker, address: "https://m.example/apt", key: corp}
            static: {address: "https://m.example/{os}-{arch}"}
            images: {address: "https://m.example/b2d/{version}.iso"}
        """,
    )
    found = resolve(catalog, "corp", "apt", Host("linux", "aarch64", "corpix", "one"))
    fingerprint = "0123456789" * 4
    assert found == AptRepository(
        "corp",
        "https://m.example/apt",
        "docker",
        "main",
        "arm64",
        fingerprint,
        "https://m.example/corp.asc",
    )
    assert resolve(catalog, "corp", "static", PC) == StaticIndex(
        "corp", "https://m.example/linux-x86_64/", "linux", "x86_64"
    )
    assert resolve(catalog, "corp", "machine", PC) == ImageFeed(
        "corp", "https://m.example/b2d/", "https://m.example/b2d/{version}.iso"
    )
