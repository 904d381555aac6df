"""What a newer engine keeps where an older one does not look: refused, separate, same, and back."""

from __future__ import annotations

import json

import pytest

from tests.integration import below, sleepers, whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.server import MirrorServer
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine


def test_a_downgrade_from_the_image_store_of_containerd(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer, stock: Stock
) -> None:
    old, new = mirror.engines[1], mirror.engines[-1]
    stock.hand_out(program.root, new)
    path = program.root / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"features": {"containerd-snapshotter": True}}))
    program.run("use", new.version).ended(0)
    sleepers.image(program)
    sleepers.run(program, "web", "--restart", "always", "--volume", "kept:/v")

    # refused, by a running engine and by none, before anything is fetched or stopped
    before = below.dockerds(program.root)
    for words in (["use", old.version], ["use", old.version, "--dry-run"]):
        error = program.run(*words).ended(13).error
        for part in ("data-root", "1 container (web)", "--data separate", "--data same"):
            assert part in error
    assert below.dockerds(program.root) == before
    assert below.answering(program.root) == new.version
    assert not [path for path in mirror_server.requests if path.endswith(".tgz")]
    program.run("daemon", "stop").ended(0)
    assert "1 container (web)" in program.run("use", old.version).ended(13).error
    assert below.dockerds(program.root) == []

    # a data-root of its own
    stock.hand_out(program.root, old)
    program.run("use", old.version, "--data", "separate").ended(0)
    assert sleepers.there(program) == set()
    own = str(program.root / below.STATE / "data" / old.version)
    assert below.asked(program.root / below.SOCKET, "/info")["DockerRootDir"] == own
    assert program.run("status", "--exit-code").ended(0).plain["data_root"] == own

    # and all is back where the engine of then is
    assert program.run("rollback", "--dry-run").ended(0).plain["to"] == new.version
    program.run("rollback").ended(0)
    assert sleepers.running(program) == {"web"}
    assert "kept" in whole.docker(program, "volume", "ls", "--quiet").split()

    # used anyway it shows nothing, and what it does not show is not gone
    said = program.run("use", old.version, "--data", "same").ended(0).plain
    assert [note for note in said["notes"] if "1 container (web)" in note]
    assert sleepers.there(program) == set()
    program.run("rollback").ended(0)
    assert sleepers.running(program) == {"web"}
    program.run("use", "system").ended(0)
    said = program.run("uninstall", old.version).ended(0).plain
    assert said["data_roots"] == [own]
    assert (program.root / below.STATE / "data" / old.version / "overlay2").is_dir()


def test_with_live_restore_all_run_again_where_they_were_left(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[1], mirror.engines[-1]
    stock.hand_out(program.root, old, new)
    path = program.root / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"live-restore": True}))
    program.run("use", new.version).ended(0)
    sleepers.image(program)
    policies = {"no", "always", "unless-stopped"}
    for policy in policies:
        sleepers.run(program, policy, "--restart", policy)
    sleepers.run(program, "by-hand", "--restart", "unless-stopped")
    whole.docker(program, "stop", "by-hand")

    program.run("use", old.version, "--data", "separate").ended(0)
    assert sleepers.there(program) == set()
    sleepers.image(program)
    sleepers.run(program, "own", "--restart", "unless-stopped")

    # one that is undone leaves nobody running where nobody looks, and forgets nobody
    failed = program.run("rollback", "--probe", "/bin/false").ended(15)
    assert f"{old.version} is back" in failed.error
    assert sleepers.running(program) == {"own"}
    assert below.shims(program.root) == 1

    program.run("rollback").ended(0)
    assert sleepers.running(program) == policies
    assert below.shims(program.root) == len(policies)
    program.run("rollback").ended(0)
    assert sleepers.running(program) == {"own"}
    program.run("rollback").ended(0)
    assert sleepers.running(program) == policies
