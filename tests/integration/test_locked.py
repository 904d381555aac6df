"""Real engines out of a lock, where no index can be read any more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration import rootfs, whole
from tests.integration.apt_holdings import AptRepository
from tests.integration.apt_machine import Apt
from tests.integration.holdings import Mirror
from tests.integration.packaged import Story
from tests.integration.program import Dockswitch
from tests.integration.server import Fault, MirrorServer

pytestmark = pytest.mark.engine


def test_an_archive_that_was_locked_elsewhere_becomes_an_engine_without_any_listing(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer, tmp_path: Path
) -> None:
    engine = next(each for each in mirror.engines if "stable" in each.channels)
    elsewhere = replace(program, root=tmp_path)
    lock = str(program.root / "dockswitch.lock")
    host = ("--for", f"linux/{mirror.arch}")
    elsewhere.run("lock", "stable", engine.version, *host, "-o", lock).ended(0)
    mirror_server.faults = lambda path: Fault(status=500) if path.endswith("/") else None
    before = len(mirror_server.requests)
    said = program.run("use", "--locked").ended(0).plain
    assert (said["to"], said["trust"], said["channel"]) == (engine.version, "locked", "stable")
    name = f"/linux/static/stable/{mirror.arch}/{engine.name}"
    assert mirror_server.requests[before:] == [name]
    whole.is_whole(program, engine.version)
    assert program.run("status").ended(0).plain["locked"] == engine.version
    program.run("use", "system").ended(0)
    text = Path(lock).read_text()
    Path(lock).write_text(text.replace(text.partition("sha256: ")[2][:64], "0" * 64))
    assert program.run("use", "--locked").ended(12).plain["error"]["code"] == "not-authentic"


@pytest.mark.xdist_group("guests")
def test_signed_packages_that_were_locked_are_installed_where_apt_knows_no_source_of_them(
    apt: Apt, apt_repository: AptRepository
) -> None:
    story = Story.of(apt, apt_repository)
    edge = story.newest("edge")
    words = ("--backend", "apt", "-o", "/dockswitch.lock")
    made = story.machine.run("lock", "edge", *words).ended(0).plain
    assert [each["trust"] for each in made["releases"]] == ["signed"]
    hides = f"find {rootfs.MIRROR}/linux -name InRelease -exec mount --bind /dev/null {{}} ';'"
    story.machine.shell(["sh", "-c", hides])
    story.refused(12, "use", "edge", "--backend", "apt")
    said = story.use("--locked", "--backend", "apt")
    assert (said["to"], said["trust"], said["backend"]) == (edge.version, "locked", "apt")
    story.serves(edge)
    story.has(edge, *edge.packages)
    assert story.held() >= {"docker-ce", "docker-ce-cli"}
    sources = story.machine.shell(["ls", "/etc/apt/sources.list.d"])
    assert "dockswitch" not in sources
    assert story.use("--locked", "--backend", "apt")["changed"] is False
    story.is_as_told()
