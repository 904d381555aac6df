"""A mirror of stable, test and edge for two architectures, and offline machines that live by it."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration import systemd_machine
from tests.integration.apt_holdings import COMPONENTS, AptRepository, Packaged
from tests.integration.apt_index import release
from tests.integration.apt_machine import Apt
from tests.integration.namespace import short_root
from tests.integration.packaged import Story
from tests.integration.program import Dockswitch
from tests.integration.server import serve
from tests.integration.whole import is_whole

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("guests")]

_HOSTS = ("--for", "debian:bookworm/amd64", "--for", "debian:bookworm/arm64")


@pytest.fixture(scope="module")
def short(isolation: None) -> Iterator[Path]:
    with short_root() as folder:
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="module")
def origin(short: Path, apt_repository: AptRepository) -> AptRepository:
    """The host of real engines, with another architecture of which there are names alone."""

    def taken(source: str, target: str) -> str:
        """Indexes are written anew, so they are no links."""
        if source.endswith((".deb", ".tgz")):
            os.link(source, target)
            return target
        return shutil.copy2(source, target)

    made = dataclasses.replace(apt_repository, root=short / "origin")
    try:
        shutil.copytree(apt_repository.root, made.root, copy_function=taken)
    except shutil.Error:  # another file system
        shutil.copytree(apt_repository.root, made.root, dirs_exist_ok=True)
    for channel in COMPONENTS:
        _with_arm(made, channel)
    suites = release(made.debian, made.suite, COMPONENTS, "amd64 arm64")
    apt_repository.key.sign(made.dists, suites)
    return made


@pytest.fixture(scope="module")
def mirrored(short: Path, origin: AptRepository) -> Path:
    """The mirror; its origin cannot be reached any more."""
    folder = short / "mirror"
    wanted = _newest(origin, "test")
    with serve(origin.root) as server:
        program = _program(short / "keeper", server.url, origin)
        words = ("stable", "test", f"test@{wanted.version}", "edge", *_HOSTS)
        made = program.run("mirror", str(folder), *words).ended(0).plain
        requests = [path for path in server.requests if path.endswith((".deb", ".tgz"))]
        again = program.run("mirror", str(folder), *words).ended(0).plain
        later = [path for path in server.requests if path.endswith((".deb", ".tgz"))]
    assert made["changed"]
    assert not again["changed"]
    assert later == requests  # nothing came twice
    assert {each["place"] for each in made["fetched"]} >= {
        f"linux/static/{channel}/{arch}/docker-{_newest(origin, channel).version}.tgz"
        for channel in COMPONENTS
        for arch in ("x86_64", "aarch64")
    }
    return folder


def test_an_offline_machine_lists_and_installs(
    root: Path, mirrored: Path, origin: AptRepository
) -> None:
    program = _program(root, f"file://{mirrored}", origin)
    stable, test = _newest(origin, "stable"), _newest(origin, "test")
    for arch in ("amd64", "arm64"):
        host = f"debian:bookworm/{arch}"
        for channel in COMPONENTS:
            listed = program.run("list-remote", channel, "--for", host).ended(0).plain["releases"]
            assert [each["version"] for each in listed] == [_newest(origin, channel).version]
            assert all(each["proven"] for each in listed)
            by = ("--backend", "apt", "--for", host)
            assert program.run("resolve", channel, *by).ended(0).plain["trust"] == "signed"
    assert program.run("use", "stable").ended(0).plain["to"] == stable.version
    is_whole(program, stable.version)
    assert program.run("install", "test").ended(0).plain["version"] == test.version


def test_apt_reads_it_without_dockswitch_and_checks_the_same_signature(
    root: Path, mirrored: Path, origin: AptRepository
) -> None:
    apt = _Apt(root, mirrored, origin)
    assert apt.run("update")[0] == 0
    stable = _newest(origin, "stable")
    wanted = [f"{name}={version}" for name, version in stable.packages.items()]
    assert apt.run("download", *wanted)[0] == 0
    there = {path.name.partition("_")[0] for path in root.glob("*.deb")}
    assert there == set(stable.packages)
    # What was not asked for is known, and not there.
    old = next(each for each in origin.releases if not each.answers)
    assert apt.run("download", f"docker-ce={old.packages['docker-ce']}")[0] == 100


@pytest.mark.parametrize("kind", ["InRelease", "Packages", ".deb", ".tgz"])
def test_a_flipped_bit_in_it_is_refused(
    kind: str, root: Path, mirrored: Path, origin: AptRepository
) -> None:
    """An archive whose digest nobody recorded is told by gzip alone, or by who saw it before."""
    folder = root / "mirror"
    shutil.copytree(mirrored, folder, copy_function=os.link)
    stable = _newest(origin, "stable")
    suite = folder / "linux/debian/dists" / origin.suite
    for path in {
        "InRelease": [suite / "InRelease"],
        "Packages": list((suite / "stable/binary-amd64").glob("Packages*")),
        ".deb": list((suite / "pool/stable/amd64").glob("docker-ce_*")),
        ".tgz": [folder / f"linux/static/stable/x86_64/docker-{stable.version}.tgz"],
    }[kind]:
        _flip(path)
    program = _program(root, f"file://{folder}", origin)
    if kind == ".tgz":
        assert program.run("install", "stable").ended(12).plain["error"]["code"] == "not-authentic"
        return
    by = ("--from", "deb", "--suite", "debian/bookworm")
    program.run("install", "stable", *by).ended(12)
    apt = _Apt(root, folder, origin)
    code, said = apt.run("update")
    if kind != ".deb":
        assert code == 100
        assert re.search("BADSIG|Hash Sum mismatch|unexpected size|not available", said), said
        return
    code, said = apt.run("download", f"docker-ce={stable.packages['docker-ce']}")
    assert code == 100
    assert "Hash Sum mismatch" in said


def test_a_machine_without_a_network_locks_installs_switches_and_rolls_back_by_apt(
    machine_files: Path, mirrored: Path, origin: AptRepository
) -> None:
    stable, test = _newest(origin, "stable"), _newest(origin, "test")
    wanted = f"test@{test.version}"
    with systemd_machine.booted(machine_files, mirrored) as machine:
        story = Story.of(Apt(machine), origin)
        kinds = ("--backend", "apt", "--backend", "static", "-o", "/dockswitch.lock")
        made = machine.run("lock", "stable", wanted, "edge", *_HOSTS, *kinds).ended(0).plain
        by_apt = [each for each in made["releases"] if each["backend"] == "apt"]
        assert len(by_apt) == len(made["releases"]) // 2 == 6
        assert {file["trust"] for each in by_apt for file in each["artifacts"]} == {"signed"}
        used = story.use("stable", "--locked", "--backend", "apt")
        assert (used["to"], used["trust"]) == (stable.version, "locked")
        story.serves(stable)
        # that apt reads the mirror, too, and by the same signature
        assert story.use(wanted, "--backend", "apt")["trust"] == "signed"
        story.serves(test)
        machine.run("rollback", "--yes").ended(0)
        story.serves(stable)
        story.has(stable)
        assert story.use("stable", "--locked")["changed"] is False


@dataclasses.dataclass(frozen=True)
class _Apt:
    """The real apt with a state of its own, whose one source is the mirror, as a person adds it."""

    root: Path
    mirror: Path
    origin: AptRepository

    def run(self, *words: str) -> tuple[int, str]:
        etc, state = self.root / "etc/apt", self.root / "var/lib"
        for folder in ("sources.list.d", "preferences.d", "apt.conf.d", "trusted.gpg.d"):
            (etc / folder).mkdir(parents=True, exist_ok=True)
        for folder in ("var/lib/apt/lists/partial", "var/cache/apt/archives/partial"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (state / "dpkg").mkdir(exist_ok=True)
        (state / "dpkg/status").touch()
        place = f"{self.mirror}/linux/debian"
        (etc / "sources.list").write_text(
            f"deb [arch=amd64 signed-by={place}/gpg] file://{place} bookworm stable test edge\n"
        )
        options = {
            "Dir": self.root,
            "Dir::State::status": state / "dpkg/status",
            "APT::Sandbox::User": "root",
            "APT::Update::Error-Mode": "any",
            "Acquire::Retries": "0",
        }
        said = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        ran = subprocess.run(
            ["apt-get", *said, *words],
            cwd=self.root,
            env={**os.environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return ran.returncode, ran.stdout + ran.stderr


def _program(root: Path, mirror: str, origin: AptRepository) -> Dockswitch:
    root.mkdir(exist_ok=True)
    channels = root / "channels.yaml"
    channels.write_text(origin.channels_yaml(mirror))
    return Dockswitch(root, mirror, {"DOCKSWITCH_CHANNELS": str(channels)})


def _newest(origin: AptRepository, channel: str) -> Packaged:
    """The newest of a channel that can be started."""
    return origin.starting(channel)[-1]


def _with_arm(made: AptRepository, channel: str) -> None:
    """The same releases for arm64, each file of which holds its own name."""
    static = made.root / "linux/static" / channel
    (static / "aarch64").mkdir()
    for path in (static / "x86_64").iterdir():
        (static / "aarch64" / path.name).write_bytes(gzip.compress(path.name.encode()))
    text = (made.dists / channel / "binary-amd64/Packages").read_text()
    stanzas = [_arm(stanza, made) for stanza in text.strip("\n").split("\n\n")]
    folder = made.dists / channel / "binary-arm64"
    folder.mkdir()
    body = "".join(f"{stanza}\n\n" for stanza in stanzas).encode()
    (folder / "Packages").write_bytes(body)
    (folder / "Packages.gz").write_bytes(gzip.compress(body, mtime=0))


def _arm(stanza: str, made: AptRepository) -> str:
    fields = dict(line.split(": ", 1) for line in stanza.splitlines() if line[:1] != " ")
    place = fields["Filename"].replace("/amd64/", "/arm64/").replace("_amd64.deb", "_arm64.deb")
    path = made.debian / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(place.encode())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    said = {"Architecture": "arm64", "Filename": place, "SHA256": digest}
    fields |= {**said, "Size": str(path.stat().st_size)}
    return "\n".join(f"{name}: {value}" for name, value in fields.items())


def _flip(path: Path) -> None:
    """One bit in its midst; the file that it is a link of stays as it is."""
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.unlink()
    path.write_bytes(bytes(body))
