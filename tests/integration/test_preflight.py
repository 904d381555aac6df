"""What a wanted engine would meet is named before the old one stops: real engines, real files."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from dockswitch.model import daemon_keys, shipped
from dockswitch.model.version import Version
from tests.integration import below, whole
from tests.integration.holdings import Engine, Mirror
from tests.integration.needs import demand
from tests.integration.program import Dockswitch
from tests.integration.server import MirrorServer
from tests.integration.stock import Stock
from tests.integration.test_system_scope import on_the_machine

pytestmark = pytest.mark.engine

_UNKNOWN = "the following directives don't match any configuration option: "
_OLD_KEY = {"cluster-store": "consul://127.0.0.1:8500"}


@pytest.fixture
def running(program: Dockswitch, mirror: Mirror, stock: Stock) -> Engine:
    """The oldest engine, which runs."""
    old = mirror.engines[0]
    stock.hand_out(program.root, old)
    program.run("use", old.version).ended(0)
    return old


def test_a_key_that_is_refused_is_named_before_anything_is_fetched_or_stopped(
    program: Dockswitch, mirror: Mirror, running: Engine, mirror_server: MirrorServer
) -> None:
    new, pids = mirror.engines[-1], below.dockerds(program.root)
    path = _config(program.root, {"debug": True, **_OLD_KEY, "no-such-key": 1})
    mirror_server.requests.clear()
    for more in ((), ("--dry-run",)):
        error = program.run("use", new.version, *more).ended(1).error
        assert f"{path} says what {new.version} does not take: cluster-store, no-such-key" in error
    assert not [asked for asked in mirror_server.requests if asked.endswith(".tgz")]
    assert below.dockerds(program.root) == pids
    path.unlink()
    whole.is_whole(program, running.version)


def test_a_key_of_old_is_taken_by_the_old_engine_only(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    old, new = mirror.engines[0], mirror.engines[-1]
    stock.hand_out(program.root, old, new)
    path = _config(program.root, {"cluster-advertise": "lo:1", **_OLD_KEY})
    program.run("use", old.version, "--no-start").ended(0)
    assert "cluster-store" in program.run("use", new.version).ended(1).error
    assert program.run("use", old.version, "--dry-run").ended(0).plain["findings"] == []
    assert str(path) in program.run("use", new.version).ended(1).error


def test_what_only_the_engine_itself_knows_it_is_asked_once_it_is_on_disk(
    program: Dockswitch, mirror: Mirror, running: Engine, mirror_server: MirrorServer
) -> None:
    new, pids = mirror.engines[-1], below.dockerds(program.root)
    path = _config(program.root, {"labels": ["no-value"], "log-level": "loud"})
    error = program.run("use", new.version).ended(1).error
    assert f"{new.version} does not start with {path}" in error
    assert "loud" in error
    assert [asked for asked in mirror_server.requests if asked.endswith(new.name)]
    assert below.dockerds(program.root) == pids
    _config(program.root, {"labels": ["a=b"], "log-level": "warn"})
    program.run("use", new.version).ended(0)
    whole.is_whole(program, new.version)


def test_the_record_of_keys_says_what_real_engines_say(
    root: Path, mirror: Mirror, stock: Stock
) -> None:
    """Each engine names all keys that it does not know, whatever their values are."""
    rows = csv.DictReader(shipped.text("record/daemon_keys.csv").splitlines())
    keys = dict.fromkeys(row["key"] for row in rows if not {"*", "="} & {*row["key"]})
    told = {**dict.fromkeys(keys, True), "no-such-key": True}
    path = _config(root, told)
    for engine in mirror.engines:
        dockerd = stock.folder(engine) / "dockerd"
        words = [str(dockerd), "--config-file", str(path), "--data-root", str(root / "d")]
        ran = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
        assert ran.returncode == 1
        named = {*ran.stderr.partition(_UNKNOWN)[2].strip().split(", ")}
        assert "no-such-key" in named
        recorded = {*(daemon_keys.refused(told, Version.parse(engine.version)) or ())}
        # known as a flag there still, and refused by that name when it is used
        assert recorded - named <= {"api-cors-header"}
        assert named <= recorded


def test_runtimes_that_the_engine_would_not_find_are_named(
    program: Dockswitch, mirror: Mirror, stock: Stock, running: Engine
) -> None:
    new, pids = mirror.engines[-1], below.dockerds(program.root)
    stock.hand_out(program.root, new)
    runtimes = {"runtimes": {"gpu": {"path": "no-such-runtime"}}}
    _config(program.root, {**runtimes, "default-runtime": "gpu"})
    assert "no-such-runtime" in program.run("use", new.version).ended(1).error
    assert below.dockerds(program.root) == pids
    _config(program.root, runtimes)
    notes = program.run("use", new.version).ended(0).plain["notes"]
    assert [note for note in notes if "no-such-runtime" in note]
    own = {"runtimes": {"gpu": {"path": str(stock.folder(new) / "runc")}}}
    _config(program.root, own)
    assert program.run("rollback").ended(0).plain["notes"] == []


def test_a_machine_without_iptables_keeps_its_engine(isolation: None, mirror: Mirror) -> None:
    found = shutil.which("iptables")
    demand(None if found else "a bridge needs iptables")
    old, new = mirror.engines[0], mirror.engines[-1]
    used, masked, refused, client, status = on_the_machine(
        mirror,
        f"dockswitch use {old.version} --json",
        f"mount --bind /dev/null {os.path.realpath(found or '')}",
        f"dockswitch use {new.version} --json",
        "docker version --format {{.Server.Version}}",
        "dockswitch status --json",
    )
    assert (used[0], masked[0], refused[0]) == (0, 0, 1)
    assert "there is no iptables" in json.loads(refused[1])["error"]["message"]
    assert client[1].strip() == old.version
    assert json.loads(status[1])["drift"] == []


def test_a_disk_too_small_for_the_binaries_or_the_data_is_named(
    program: Dockswitch, mirror: Mirror, running: Engine, mirror_server: MirrorServer
) -> None:
    new, pids = mirror.engines[-1], below.dockerds(program.root)
    state = program.root / below.STATE / "versions"
    kept = program.root / "kept"
    shutil.copytree(state, kept, copy_function=os.link)
    used = sum(path.stat().st_size for path in kept.rglob("*") if path.is_file())
    mirror_server.requests.clear()
    with _tmpfs(program.root / "small", 8 << 20) as small:
        _config(program.root, {"data-root": str(small)})
        assert f"no space for it in {small}" in program.run("use", new.version).ended(1).error
        _config(program.root, {})
    assert below.dockerds(program.root) == pids
    other = Dockswitch(program.root / "o", mirror_server.url)
    with _tmpfs(other.root / below.STATE, used + (100 << 20)) as folder:
        shutil.copytree(kept, folder / "versions")
        error = other.run("use", new.version).ended(1).error
        assert f"no space for it in {folder}" in error
        assert "105 MB are free there" in error
        assert not [asked for asked in mirror_server.requests if asked.endswith(".tgz")]
        full = other.run("install", new.version).ended(1).error
        assert "no space" in full
        assert not below.unfinished(other.root)


def test_an_engine_of_cgroup_v1_is_refused_on_v2_before_it_is_fetched(
    program: Dockswitch, mirror: Mirror, mirror_server: MirrorServer
) -> None:
    old = mirror.relabelled
    words = ["--json", "--root", str(program.root), "--mirror", program.mirror]
    own = [sys.executable, "-m", "dockswitch", *words, "use", "edge", old.version]
    unified = 'mount --make-rprivate / && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"'
    ran = subprocess.run(
        ["unshare", "--mount", "sh", "-c", unified, "sh", *own],
        env=program.environment(),
        cwd=program.root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 18, ran.stderr
    error = json.loads(ran.stdout)["error"]
    assert "cgroup v2" in error["details"]
    assert "20.10.0 is the oldest that can" in error["hint"]
    assert not [asked for asked in mirror_server.requests if asked.endswith(".tgz")]


class _tmpfs:  # noqa: N801 -- used as a function
    """A file system of that many bytes in this process's own mount namespace."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size

    def __enter__(self) -> Path:
        self.folder.mkdir(parents=True)
        words = ["mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", str(self.folder)]
        subprocess.run(words, check=True)
        return self.folder

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", self.folder], check=True)


def _config(root: Path, keys: Mapping[str, object]) -> Path:
    path = root / "etc/docker/daemon.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(keys))
    return path
