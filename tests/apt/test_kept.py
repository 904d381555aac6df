"""The files of packages that are here: found, and put where they last."""

import hashlib
import json

from dockswitch.apt import kept
from dockswitch.model.layout import Layout
from tests.apt.packer import Packer
from tests.apt.test_repack import MADE, WORD, machine, packer
from tests.world import World
from tests.world.commands import Quiet

SHELF = Layout.of_system().packages
INTO = f"{SHELF}/.tmp-1-now"
NAME = MADE.rpartition("/")[2]


def deb(version: str = "5:28.5.2-1~debian.12~bookworm") -> bytes:
    control = f"Package: docker-ce\nVersion: {version}\n"
    return json.dumps({"/DEBIAN/control": control, "/from": "elsewhere"}).encode()


def from_where(on: World, by: Packer) -> str:
    files = kept.keep_installed(on, [WORD], into=INTO, progress=Quiet()).files
    assert [each.package for each in files] == [WORD]
    return by.packed(f"{INTO}/{NAME}").get("/from", "packed again")


def test_it_is_taken_from_the_shelf_then_from_apts_cache_then_packed_again() -> None:
    for place, where in {
        f"{SHELF}/28.5.2-0123456789ab": "elsewhere",
        "/var/cache/apt/archives": "elsewhere",
        f"{SHELF}/.tmp-2-now": "packed again",
        "/tmp": "packed again",
    }.items():
        on = machine()
        by = packer(on)
        on.files.write(f"{place}/{NAME}", deb())
        assert from_where(on, by) == where, place
        assert bool(by.built) == (where == "packed again")


def test_a_file_that_is_not_what_its_name_says_is_not_taken() -> None:
    on = machine()
    by = packer(on)
    on.files.write(f"/var/cache/apt/archives/{NAME}", deb("5:1.0"))
    assert from_where(on, by) == "packed again"


def test_a_file_in_apts_cache_that_was_cut_short_is_not_taken() -> None:
    path = f"/var/cache/apt/archives/{NAME}"
    for content, digest, where in (
        (deb(), "", "elsewhere"),
        (deb().replace(b"/from", b"/cut short"), "", "packed again"),
        (deb(), hashlib.sha256(deb()).hexdigest(), "elsewhere"),
        (deb(), hashlib.sha256(deb()[:-1]).hexdigest(), "packed again"),
    ):
        on = machine()
        by = packer(on)
        by.indexed = f"Package: docker-ce\nSHA256: {digest}\n" if digest else ""
        on.files.write(path, content)
        assert from_where(on, by) == where


def test_what_cannot_be_kept_is_said_and_the_rest_is_kept() -> None:
    on = machine()
    packer(on)
    found = kept.keep_installed(on, ["docker-ce=1:0", WORD], into=INTO, progress=Quiet())
    assert [each.package for each in found.files] == [WORD]
    (absent,) = found.absent
    assert "docker-ce=1:0" in absent.what
    assert absent.hint == "going back to it needs the network"


def test_a_file_is_found_in_any_folder_of_the_shelf_but_in_no_unfinished_one() -> None:
    on = machine()
    on.files.write(f"{SHELF}/.tmp-2-now/{NAME}", deb())
    on.files.write(f"{SHELF}/28.5.2-0123456789ab/docker-ce-cli_5%3a28.5.2-1_amd64.deb", deb())
    assert kept.find(on, WORD) is None
    on.files.write(f"{SHELF}/28.5.2-ab0123456789/{NAME}", deb())
    assert kept.find(on, WORD) == f"{SHELF}/28.5.2-ab0123456789/{NAME}"
    assert kept.find(on, "docker-ce=5:28.5.2-1") is None
    assert kept.find(on, "docker-ce-") is None
