"""A mirror of what a lock has: its very files and no others, and an index that apt still reads."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.cli.partial_mirror.folder import AMD, ARM, POOL, Mirror, flip, good
from tests.cli.program import Program
from tests.system.server import Server
from tests.upstream import SUITE, Upstream, of_two_moments

ENGINE = f"{POOL}/stable/amd64/docker-ce_98.0.1-1~debian.12~bookworm_amd64.deb"
ARCHIVE = "linux/static/stable/x86_64/docker-98.0.1.tgz"


@pytest.fixture
def locked(mirror: Mirror) -> Mirror:
    """The mirror where a lock of an older release lies, for two architectures."""
    good(mirror.program("lock", "98.0.1", *AMD, *ARM))
    return mirror


def _lock(mirror: Mirror) -> Path:
    return mirror.program.home / "dockswitch.lock"


def _pool(mirror: Mirror) -> list[str]:
    return sorted(path for path in mirror.files if path.endswith((".deb", ".tgz")))


def test_it_has_the_locked_files_and_no_others(locked: Mirror) -> None:
    said = good(locked("--locked", "--json")).json
    text = _lock(locked).read_text()
    assert len(_pool(locked)) == text.count("sha256: ") == len(said["fetched"])
    for path in _pool(locked):
        assert hashlib.sha256(locked.files[path]).hexdigest() in text
    assert {each["trust"] for each in said["fetched"]} == {"locked"}
    assert (said["unlisted"], of_two_moments(locked.folder)) == ([], None)
    assert f"{SUITE}/stable/binary-arm64/Packages" in locked.files
    again = good(locked("--locked", "--json")).json
    assert (again["changed"], again["kept"]) == (False, len(said["fetched"]))


def test_newer_releases_upstream_do_not_come_and_their_index_is_still_the_original(
    locked: Mirror, upstream: Upstream
) -> None:
    upstream.archive("stable", "docker-98.0.3.tgz")
    upstream.release("stable", "98.0.3", "2.2.0-1")
    upstream.sign()
    good(locked("--locked"))
    assert not [path for path in _pool(locked) if "98.0.3" in path or "2.2.0" in path]
    index = f"{SUITE}/InRelease"
    assert locked.files[index] == (upstream.root / index).read_bytes()


def test_a_host_without_a_network_finds_what_is_locked_in_it(
    locked: Mirror, upstream: Upstream
) -> None:
    good(locked("--locked"))
    shutil.rmtree(upstream.root)
    words = ("resolve", "--locked", "--backend", "apt", *AMD, "--json")
    found = good(locked.read(*words)).json
    assert {each["url"] for each in found["artifacts"]} <= {
        f"file://{locked.folder}/{path}" for path in _pool(locked)
    }


@pytest.mark.parametrize("path", [ENGINE, ARCHIVE])
def test_other_bytes_upstream_are_refused_and_never_kept(
    path: str, locked: Mirror, upstream: Upstream
) -> None:
    flip(upstream.root / path)
    said = locked("--locked", "--json")
    assert (said.code, said.error["code"]) == (12, "not-authentic")
    assert "is not the file that was locked" in said.error["message"]
    assert path not in locked.files
    assert f"{SUITE}/InRelease" not in locked.files


def test_an_index_that_signs_other_bytes_than_the_lock_s_is_refused_before_anything_comes(
    locked: Mirror, upstream: Upstream
) -> None:
    flip(upstream.root / ENGINE)
    right = hashlib.sha256((upstream.root / ENGINE).read_bytes()).hexdigest()
    listed = upstream.packages["stable", "amd64"]
    upstream.packages["stable", "amd64"] = [
        _resigned(stanza, right) if ENGINE.removeprefix("linux/debian/") in stanza else stanza
        for stanza in listed
    ]
    upstream.sign()
    said = locked("--locked", "--json")
    assert (said.code, said.error["code"]) == (12, "not-authentic")
    assert not locked.files


def test_a_package_that_no_index_lists_any_more_is_told_and_still_there_for_dockswitch(
    locked: Mirror, upstream: Upstream
) -> None:
    upstream.packages["stable", "amd64"] = [
        stanza
        for stanza in upstream.packages["stable", "amd64"]
        if "docker-ce_98.0.1" not in stanza
    ]
    upstream.sign()
    said = good(locked("--locked"))
    assert "no longer lists docker-ce_98.0.1" in said.err
    assert good(locked("--locked", "--json")).json["unlisted"] == [ENGINE]
    assert ENGINE in locked.files


def test_a_file_that_is_gone_upstream_is_told_as_such(locked: Mirror, upstream: Upstream) -> None:
    (upstream.root / ARCHIVE).unlink()
    said = locked("--locked", "--json")
    assert (said.code, said.error["code"]) == (11, "not-published")


def test_what_a_lock_was_made_of_elsewhere_comes_from_the_mirror_that_is_said(
    locked: Mirror, server: Server
) -> None:
    good(locked("--locked", DOCKSWITCH_MIRROR=server.url))
    fetched = [each.path for each in server.asked if each.path.endswith((".deb", ".tgz"))]
    assert sorted(path.lstrip("/") for path in fetched) == _pool(locked)
    assert not [
        each.path for each in server.asked if "static" in each.path and each.path[-1] == "/"
    ]


def test_where_no_mirror_is_said_it_is_the_lock_s_own(bare: Program, locked: Mirror) -> None:
    channels = locked.program.env["DOCKSWITCH_CHANNELS"]
    plain = Program(bare.home, bare.root, {"DOCKSWITCH_CHANNELS": channels})
    said = good(plain("mirror", str(locked.folder), "--locked", "--json")).json
    assert all(each["url"].startswith("file://") for each in said["fetched"])


def test_packages_of_another_repository_than_is_asked_have_no_place(
    locked: Mirror, server: Server
) -> None:
    apt = {"DOCKSWITCH_APT_MIRROR": f"{server.url}/linux/{{distribution}}"}
    said = locked("--locked", "--json", **apt)
    assert (said.code, said.error["code"]) == (2, "usage")
    assert "is not below" in said.error["details"]
    assert not locked.files


def test_prune_leaves_what_is_locked_and_nothing_else(locked: Mirror) -> None:
    good(locked("stable", "test", *AMD))
    good(locked("--locked", "--prune"))
    assert not [path for path in _pool(locked) if "98.0.1" not in path and "1.7.28" not in path]


def test_images_are_mirrored_by_their_locked_digests(mirror: Mirror, tmp_path: Path) -> None:
    iso = tmp_path / "images/v19.03.12/boot2docker.iso"
    iso.parent.mkdir(parents=True)
    iso.write_bytes(b"iso")
    program = mirror.program.given(DOCKSWITCH_IMAGE_MIRROR=f"file://{tmp_path}/images")
    mirror = Mirror(mirror.folder, program)
    good(program("lock", "stable", "--backend", "machine"))
    good(mirror("--locked"))
    assert _images(mirror) == {"boot2docker/v19.03.12/boot2docker.iso": b"iso"}
    iso.write_bytes(b"other")
    shutil.rmtree(mirror.folder)
    assert mirror("--locked").code == 12
    assert _images(mirror) == {}


def _images(mirror: Mirror) -> dict[str, bytes]:
    return {path: body for path, body in mirror.files.items() if path.endswith(".iso")}


def _resigned(stanza: str, digest: str) -> str:
    lines = stanza.splitlines()
    return "\n".join(f"SHA256: {digest}" if x.startswith("SHA256") else x for x in lines) + "\n\n"
