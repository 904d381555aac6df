"""Every error that locks and mirrors end with: text, exit code and object."""

import json
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli import mirror as mirrors
from tests.cli.errors import Arrange, Case, after, channels, told
from tests.cli.program import Program

HERE = mirrors.place(Path("/"), "stable").name  # this machine's architecture
_NOWHERE = {"DOCKSWITCH_MIRROR": "http://127.0.0.1"}
_RECORDED = {
    "spec": "17.09.0",
    "version": "17.09.0-ce",
    "channel": "stable",
    "backend": "static",
    "for": ["linux/x86_64"],
    "files": [
        {
            "url": "https://download.docker.com/linux/static/stable/x86_64/docker-17.09.0-ce.tgz",
            "sha256": "0" * 64,
            "size": 1,
            "trust": "recorded",
        }
    ],
}


def lock(text: str) -> Arrange:
    return lambda program: _write(program.home / "dockswitch.lock", text)


def edited() -> Arrange:
    """A lock with another digest than the shipped record has for that name."""
    asked = {"specs": ["17.09.0"], "for": ["linux/x86_64"]}
    said = {"schema": 1, "mirror": "https://download.docker.com", "asked": asked}
    return lock(json.dumps({**said, "releases": [_RECORDED]}))


def locked(*lines: str, digest: str = "") -> Arrange:
    """A lock that was made; `digest` takes the place of its first one."""

    def arrange(program: Program) -> None:
        after(*lines)(program)
        path = program.home / "dockswitch.lock"
        text = path.read_text()
        path.write_text(
            text.replace(text.partition("sha256: ")[2][:64], digest) if digest else text
        )

    return arrange


def there(place: str, text: str = "mine\n") -> Arrange:
    return lambda program: _write(program.home / place, text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def at_its_own_address(program: Program) -> None:
    place = f"{program.env['DOCKSWITCH_MIRROR']}/linux/static/stable/{{arch}}/"
    channels(f'channels: {{ours: {{static: {{address: "{place}"}}}}}}\n')(program)


LOCK = {
    "no lock to show": Case("lock", 2),
    "no lock to check": Case("lock --check", 2),
    "a lock that is not there": Case("lock --update -o fleet.lock", 2),
    "a check that is an update": Case("lock stable --check --update", 2),
    "what differs from host to host": Case("lock previous", 2),
    "a host that is none": Case("lock stable --for xenial", 2),
    "a backend that nobody has": Case("lock stable --backend snap", 2),
    "a day that is none": Case("lock stable --as-of yesterday", 2),
    "a folder that is not there": Case("lock 98.0.1 -o nowhere/dockswitch.lock", 2),
    "what nobody published": Case(f"lock 97 --backend static --for linux/{HERE}", 11),
    "no packages for that distribution": Case("lock test --backend apt --for suse/amd64", 18),
    "an index without a signature": Case("lock test --backend apt --for ubuntu:jammy/amd64", 12),
    "a file of which nobody published a digest": Case(
        "lock 98.0.1 --backend static --no-fetch", 12
    ),
    "too little trust": Case("lock 98.0.1 --backend static --verify recorded", 12),
    "what was never fetched": Case("lock 28.5.2 --backend static --offline", 17, _NOWHERE),
    "a file that is no lock": Case("lock --check", 2, before=lock("mine: [\n")),
    "a lock with several mistakes": Case(
        "lock --check", 2, before=lock("schema: 1\nmirror: nowhere\nreleases:\n- spec: 28\n")
    ),
    "a lock that is newer": Case("lock --check", 2, before=lock("schema: 2\n")),
}

LOCKED = {
    "no lock": Case("use --locked", 2),
    "a lock without a yes": Case("use --no-start", 2, before=locked("lock 98.0.1")),
    "a day beside a lock": Case("use --locked --as-of 2020-01-01", 2, before=locked("lock 98.0.1")),
    "several releases for this host": Case(
        "use --locked --no-start", 2, before=locked("lock 98.0.1 test")
    ),
    "a release that it has not": Case(
        "use 98.1.0 --locked --no-start", 11, before=locked("lock 98.0.1")
    ),
    "a host that it is not for": Case("resolve --locked --for linux/s390x", 11, before=edited()),
    "what no lock says": Case("use previous --locked", 2, before=locked("lock 98.0.1")),
    "other bytes": Case(
        "use --locked --no-start", 12, before=locked("lock 98.0.1", digest="0" * 64)
    ),
    "a digest that was edited": Case("resolve --locked --for linux/x86_64", 12, before=edited()),
    "what was never fetched": Case(
        "use --locked --no-start --offline --mirror http://127.0.0.1",
        17,
        before=locked("lock 98.0.1"),
    ),
}

MIRROR = {
    "no folder": Case("mirror", 2),
    "no spec": Case("mirror m", 2),
    "a word that is nothing": Case("mirror m frobnicate", 2),
    "a host that is none": Case("mirror m stable --for xenial", 2),
    "sources that nobody has": Case("mirror m stable --backend snap", 2),
    "a spec beside a lock": Case("mirror m stable --locked", 2),
    "a host beside a lock": Case("mirror m --locked --for linux/amd64", 2),
    "a backend beside a lock": Case("mirror m --locked --backend apt", 2),
    "no lock": Case("mirror m --locked", 2),
    "a lock with other bytes": Case(
        "mirror m --locked", 12, before=locked("lock 98.0.1", digest="0" * 64)
    ),
    "a lock that was edited": Case("mirror m --locked", 12, before=edited()),
    "what nobody published": Case(f"mirror m 97 --backend static --for linux/{HERE}", 11),
    "no packages for that host": Case("mirror m stable --for linux/amd64 --backend apt", 18),
    "an index without a signature": Case(
        "mirror m test --backend apt --for ubuntu:jammy/amd64", 12
    ),
    "too little trust": Case("mirror m 98.0.1 --backend static --verify recorded", 12),
    "what was never fetched": Case("mirror m 17.05.0-ce --backend static --offline", 17, _NOWHERE),
    "a channel with an address of its own": Case(
        "mirror m ours --backend static",
        2,
        before=at_its_own_address,
    ),
    "a folder that is a file": Case("mirror m stable", 2, before=there("m")),
    "a folder below a file": Case("mirror m/n 98.0.1 --backend static", 1, before=there("m")),
    "a folder that cannot be": Case("mirror /proc/m 98.0.1 --backend static", 1),
    "a file of somebody else's": Case(
        "mirror m 98.0.1 --backend static",
        1,
        before=there(f"m/{mirrors.place(Path(), 'stable')}/docker-98.0.1.tgz"),
    ),
    "what it knows of itself is spoilt": Case(
        "mirror m 98.0.1 --backend static", 1, before=there("m/.dockswitch/manifest.json", "{}")
    ),
}


@pytest.mark.parametrize("case", LOCK.values(), ids=LOCK)
def test_of_lock(case: Case, program: Program, snapshot: SnapshotAssertion) -> None:
    assert told(case, program) == snapshot


@pytest.mark.parametrize("case", LOCKED.values(), ids=LOCKED)
def test_of_what_a_lock_has(case: Case, program: Program, snapshot: SnapshotAssertion) -> None:
    assert told(case, program) == snapshot


@pytest.mark.parametrize("case", MIRROR.values(), ids=MIRROR)
def test_of_mirror(case: Case, program: Program, snapshot: SnapshotAssertion) -> None:
    assert told(case, program) == snapshot
