"""What the host itself has against an engine: control groups, kernel, file system, room."""

from dataclasses import replace

import pytest

from dockswitch.engine.preflight import cgroups, kernel, overlay, room
from dockswitch.model.finding import Finding
from dockswitch.model.host import Host
from dockswitch.model.version import Version
from tests.world import World


def host(**facts: object) -> Host:
    return replace(Host("linux", "x86_64"), **facts)  # type: ignore[arg-type]  # a test's own


def code(found: tuple[Finding, ...]) -> list[str | None]:
    return [each.error.code if each.error else None for each in found]


@pytest.mark.parametrize(
    ("version", "cgroup", "codes"),
    [
        ("17.06.0-ce-rc2", 2, ["not-for-host"]),
        ("18.09.9", 2, ["not-for-host"]),
        ("19.03.15", 2, ["not-for-host"]),
        ("20.10.0", 2, []),
        ("28.5.2+dfsg4", 2, []),
        ("17.12.1-ce+relabelled", 2, ["not-for-host"]),
        ("17.06.0-ce-rc2", 1, []),
        ("17.06.0-ce-rc2", 0, []),
        ("98.0.1", 2, []),
    ],
)
def test_an_engine_that_knows_cgroup_v1_only_is_refused_on_v2(
    version: str, cgroup: int, codes: list[str | None]
) -> None:
    found = cgroups.findings(Version.parse(version), host(cgroup=cgroup))
    assert code(found) == codes


def test_the_oldest_and_the_newest_that_can_run_are_named() -> None:
    (found,) = cgroups.findings(Version.parse("18.09.9"), host(cgroup=2))
    assert found.error is not None
    assert found.error.exit == 18
    assert "18.09.9" in found.what
    assert "20.10.0 is the oldest that can" in found.hint
    assert "the newest" in found.hint


@pytest.mark.parametrize(
    ("release", "codes"),
    [
        ("2.6.32-754.el6.x86_64", ["not-for-host"]),
        ("3.9.11", ["not-for-host"]),
        ("3.10.0-1160.el7.x86_64", []),
        ("6.1.0-18-amd64", []),
        ("", []),
    ],
)
def test_a_kernel_before_3_10_is_refused(release: str, codes: list[str | None]) -> None:
    assert code(kernel.findings(host(kernel=release))) == codes


def test_a_kernel_without_overlay_is_told() -> None:
    world = World()
    assert overlay.findings(world, {}) == ()
    world.surroundings["/proc/filesystems"] = b"nodev\tproc\n\text4\n"
    (found,) = overlay.findings(world, {})
    assert found.error is None
    assert "vfs" in found.what
    assert overlay.findings(world, {"storage-driver": "vfs"}) == ()
    modules = f"/lib/modules/{world.host.kernel}/modules.dep"
    world.surroundings[modules] = b"kernel/fs/overlayfs/overlay.ko.xz: kernel/fs/a.ko\n"
    assert overlay.findings(world, {}) == ()


def test_where_the_kernel_tells_nothing_nothing_is_said() -> None:
    world = World()
    world.surroundings.clear()
    assert overlay.findings(world, {}) == ()


@pytest.mark.parametrize(
    ("free", "archive", "codes"),
    [
        (1 << 40, 80 << 20, []),
        (400 << 20, 80 << 20, [None]),
        (300 << 20, 80 << 20, ["error", None]),
        (300 << 20, 0, [None]),
        (10 << 20, 0, ["error", "error"]),
    ],
)
def test_too_little_room_is_refused_and_little_is_told(
    free: int, archive: int, codes: list[str | None]
) -> None:
    world = World()
    world.room = free
    found = room.findings(world, world.layout.data_root, archive)
    assert code(found) == codes
    for each in found:
        assert world.layout.root in each.what
        assert "prune" in each.hint
