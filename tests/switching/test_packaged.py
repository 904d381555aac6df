"""Engines out of packages: kept as those of archives are, and only where they can run."""

import shutil
from pathlib import Path

import pytest

from dockswitch.backends import bundles
from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Finished
from dockswitch.model.release import Bundle, Download, Package, Release
from dockswitch.model.trust import Trust
from dockswitch.model.version import Version
from dockswitch.switching import archives, fetch, packaged
from dockswitch.switching.authentic import Accepted, OtherBytes, TooLittleTrust
from dockswitch.switching.packaged import IncompletePackages, NoLibrary, OldLibrary
from dockswitch.system import hosts
from dockswitch.system.here import Here
from tests.world import World
from tests.world.commands import Quiet, get, kept
from tests.world.truth import nothing_is_left

VERSION = Version("28.5.2+dfsg4")
POOL = "https://mirror.test/linux/debian/dists/bookworm/pool/stable/amd64"
PROGRAMS = {
    "docker-ce": ("docker-init", "docker-proxy", "dockerd"),
    "docker-ce-cli": ("docker",),
    "containerd.io": ("containerd", "containerd-shim-runc-v2", "ctr", "runc"),
    "docker-buildx-plugin": ("cli-plugins/docker-buildx",),
}
EXTRAS = "docker-ce-rootless-extras"


def package(name: str, digest: str = "") -> Package:
    url = f"{POOL}/{name}_28.5.2_amd64.deb"
    return Package(name, "5:28.5.2", url, digest or f"{len(name):064x}", 20 << 20, Trust.SIGNED)


def release(*packages: Package) -> Release:
    extras = package(EXTRAS)
    every = packages or tuple(package(name) for name in PROGRAMS)
    return Release(VERSION, "stable", "apt", (*every, extras), rootless=extras.download)


def world() -> World:
    made = World(stable=["28.5.2+dfsg4"])
    for name, programs in {**PROGRAMS, EXTRAS: ("dockerd-rootless.sh", "rootlesskit")}.items():
        each = package(name)
        made.publishers.debs[each.url] = (VERSION, programs, each.sha256)
    made.answers["ldd"] = lambda argv: Finished(0, "\tlibc.so.6 => /lib/libc.so.6 (0x1)\n", "")
    return made


def fetched(on: World, wanted: Release, accepted: Accepted = Accepted()) -> Bundle:  # noqa: B008
    return fetch.fetch(on, archives.archive_of(on, wanted), accepted, Quiet())


def test_packages_become_one_bundle_that_names_each_of_them() -> None:
    on = world()
    bundle = fetched(on, release())
    assert bundle.names == tuple(sorted(name for names in PROGRAMS.values() for name in names))
    assert (bundle.trust, bundle.source) == (Trust.SIGNED, "apt")
    assert [each.sha256 for each in bundle.artifacts] == [package(n).sha256 for n in PROGRAMS]
    assert bundles.read(on, bundle.folder) == bundle
    nothing_is_left(on)


def test_the_extras_for_rootless_are_a_bundle_of_their_own() -> None:
    on = world()
    wanted = archives.rootless_of(on, release())
    assert wanted is not None
    bundle = fetch.fetch(on, wanted, Accepted(), Quiet())
    assert bundle.names == ("dockerd-rootless.sh", "rootlesskit")
    assert bundles.rootless_of(on, VERSION) == bundle
    assert bundles.kept(on) == ()


def test_an_archive_and_packages_of_one_version_are_kept_side_by_side() -> None:
    on = world()
    archive = get(on, "stable").bundle
    packages = fetched(on, release())
    assert archive.folder != packages.folder
    assert {each.source for each in bundles.kept(on)} == {"static", "apt"}
    assert len(kept(on)) == 2


def test_what_is_kept_stays_when_a_newer_plugin_is_published() -> None:
    on = world()
    bundle = fetched(on, release())
    newer = package("docker-buildx-plugin", "9" * 64)
    others = [package(name) for name in PROGRAMS if name != newer.name]
    assert fetched(on, release(*others, newer)) == bundle


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_package_of_other_bytes_is_refused_and_nothing_is_kept(name: str) -> None:
    on = world()
    changed = package(name)
    on.publishers.debs[changed.url] = (VERSION, PROGRAMS[name], "f" * 64)
    with pytest.raises(OtherBytes) as failure:
        fetched(on, release())
    assert changed.url.rpartition("/")[2] in failure.value.message
    assert bundles.kept(on) == ()
    nothing_is_left(on)


def test_packages_of_an_index_that_nobody_signed_are_refused_where_more_is_asked() -> None:
    on = world()
    unsigned = Package("docker-ce", "5:28.5.2", f"{POOL}/x.deb", "1" * 64, 1, Trust.TLS)
    with pytest.raises(TooLittleTrust):
        fetched(on, release(unsigned), Accepted(Trust.SIGNED))
    assert on.publishers.requests == []


@pytest.mark.parametrize("missing", ["docker-ce-cli", "containerd.io"])
def test_packages_that_are_no_whole_engine_are_refused(missing: str) -> None:
    on = world()
    with pytest.raises(IncompletePackages) as failure:
        fetched(on, release(*(package(name) for name in PROGRAMS if name != missing)))
    assert PROGRAMS[missing][0] in failure.value.details
    assert bundles.kept(on) == ()
    nothing_is_left(on)


UNFIT = {
    "glibc's absent one": ("\tlibseccomp.so.2 => not found\n", NoLibrary, "libseccomp2"),
    "another absent one": ("\tlibx.so.1 => not found\n", NoLibrary, "--from static"),
    "musl's": (
        "Error loading shared library libsystemd.so.0: No such file (needed by /x/dockerd)\n",
        NoLibrary,
        "libsystemd0",
    ),
    "an older libc": (
        "/x/runc: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found\n",
        OldLibrary,
        "--suite",
    ),
}


@pytest.mark.parametrize(("said", "error", "hint"), UNFIT.values(), ids=UNFIT)
def test_programs_whose_libraries_are_not_here_never_get_their_name(
    said: str, error: type[DockswitchError], hint: str
) -> None:
    on = world()
    on.answers["ldd"] = lambda argv: Finished(1, said if "runc" in argv[1] else "", "")
    with pytest.raises(error) as failure:
        fetched(on, release())
    assert failure.value.exit == 18
    assert hint in failure.value.hint
    assert bundles.kept(on) == ()
    nothing_is_left(on)


@pytest.mark.skipif(not shutil.which("ldd"), reason="ldd is not installed")
@pytest.mark.parametrize(
    ("old", "new", "error"),
    [(b"libc.so.6\0", b"libx.so.6\0", NoLibrary), (b"GLIBC_2.", b"GLIBC_9.", OldLibrary)],
)
def test_the_real_ldd_finds_a_real_program_out(
    old: bytes, new: bytes, error: type[DockswitchError], tmp_path: Path
) -> None:
    here = Here(Layout.of_system(root=str(tmp_path)), hosts.this())
    program = tmp_path / "runc"
    shutil.copy(shutil.which("tail") or "", program)
    packaged.refuse_unfit(here, VERSION, "", ("runc",))
    program.write_bytes(program.read_bytes().replace(old, new))
    with pytest.raises(error):
        packaged.refuse_unfit(here, VERSION, "", ("runc",))


def test_a_package_is_its_file_to_be_fetched() -> None:
    digest = frozenset({"1" * 64})
    made = Package("docker-ce", "5:28", "u", "1" * 64, 7, Trust.SIGNED)
    assert made.download == Download("u", digest, 7, Trust.SIGNED, "docker-ce=5:28")
    assert made.download.download == made.download
