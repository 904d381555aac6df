"""Addresses for docker-machine, on every kind of path."""

import re
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockswitch.model.host import Host
from dockswitch.vms.docker_machine import address
from tests.world import World

# What docker-machine takes for the address of an API, wherever it stands (b2d.go).
API = re.compile(r"https?://[^/]+(/api/v3)?/repos/[^/]+/[^/]+/releases")


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/var/lib/dockswitch/images/17.06.0-ce-rc2-0123/boot2docker.iso", None),
        ("/home/me/a b/#1?/100%.iso", "file:///home/me/a%20b/%231%3F/100%25.iso"),
        ("/home/é/x.iso", "file:///home/%C3%A9/x.iso"),
        ("//host/x.iso", "file:///host/x.iso"),
        ("/Users/me/Library/x.iso", None),
        ("/C:/x.iso", "file:///C%3A/x.iso"),
    ],
)
def test_a_path_of_posix_is_a_file_address(path: str, url: str | None) -> None:
    assert address.of(path, PurePosixPath) == (url or f"file://{path}")


@given(st.lists(st.text(min_size=1).filter(lambda name: not set(name) & set("/\0")), min_size=1))
def test_every_path_of_posix_comes_back_from_its_address(names: list[str]) -> None:
    path = str(PurePosixPath("/", *names))
    url = address.of(path, PurePosixPath) or ""
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("file", "", "", "")
    assert unquote(parts.path, errors="surrogateescape") == path
    assert not API.search(url)


@pytest.mark.parametrize(
    "path",
    [
        r"C:\Users\me\AppData\dockswitch\boot2docker.iso",
        "C:/Users/me/boot2docker.iso",
        r"\\server\share\boot2docker.iso",
        r"\\?\C:\boot2docker.iso",
    ],
)
def test_paths_of_windows_have_no_address_that_docker_machine_reads(path: str) -> None:
    assert address.of(path, PureWindowsPath) is None


@pytest.mark.parametrize(
    ("path", "flavour"),
    [
        ("boot2docker.iso", PurePosixPath),
        ("", PurePosixPath),
        (r"C:\boot2docker.iso", PurePosixPath),
        (r"\boot2docker.iso", PureWindowsPath),
        ("C:boot2docker.iso", PureWindowsPath),
        ("/boot2docker.iso", PureWindowsPath),
    ],
)
def test_a_path_that_depends_on_where_one_stands_is_refused(
    path: str, flavour: type[PurePath]
) -> None:
    with pytest.raises(address.NotAbsolute) as failed:
        address.of(path, flavour)
    assert failed.value.message == f"{path} is not an absolute path"
    assert failed.value.exit == 1


@pytest.mark.parametrize(
    ("os", "flavour"),
    [("linux", PurePosixPath), ("mac", PurePosixPath), ("windows", PureWindowsPath)],
)
def test_each_system_has_its_own_paths(os: str, flavour: type[PurePath]) -> None:
    assert address.flavour(Host(os, "x86_64")) is flavour


def test_an_image_is_at_hand_by_file_where_that_can_be() -> None:
    world = World("/m #1")
    world.files.write("/images/boot2docker.iso", b"x")
    with address.at_hand(world, "/images/boot2docker.iso") as url:
        assert url == "file:///m%20%231/images/boot2docker.iso"
    assert address.lasts(world, "/images/boot2docker.iso")


def test_elsewhere_it_is_served_for_as_long_as_the_call_lasts() -> None:
    world = World()
    world.host = Host("windows", "x86_64")
    world.layout.root = "C:/m"  # as it would be made absolute there
    world.files.write("/images/boot2docker.iso", b"x")
    with address.at_hand(world, "/images/boot2docker.iso") as url:
        assert url.startswith("http://127.0.0.1:")
        assert not API.search(url)
    assert not address.lasts(world, "/images/boot2docker.iso")
