"""Every error that the words of a command line can provoke: text, exit code and object."""

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from dockswitch.system import locks
from dockswitch.system.locks import LockBusy
from tests.cli import mirror as mirrors
from tests.cli.errors import Case, after, agrees, channels, file, pin, settings, told, write
from tests.cli.program import Program
from tests.system.server import Reply, serving

WORDS = {
    "a word that is nothing": Case("frobnicate", 2),
    "a word near a command": Case("instal 28", 2),
    "a version without a command": Case("28.5.2", 2),
    "a channel without a command": Case("test", 2),
    "a word near a command of daemon": Case("daemon stat", 2),
    "daemon alone": Case("daemon", 2),
    "help for what is no command": Case("help histroy", 2),
    "an unknown option": Case("use stable --dry-runn", 2),
    "an option without its value": Case("use stable --as-of", 2),
    "an argument too many": Case("which docker dockerd", 2),
    "a missing argument": Case("where", 2),
    "a number that is none": Case("rollback first", 2),
    "a shell that nobody knows": Case("completion tcsh", 2),
    "env for a shell that nobody knows": Case("env --shell tcsh", 2),
    "a colour that is no answer": Case("list --color blue", 2),
    "no spec": Case("use", 2),
    "experimental features without an engine": Case("use stable --experimental --no-start", 2),
    "a spec beside --from-file": Case("use stable --from-file", 2),
    "--from-file without a pin": Case("use --from-file", 2),
    "a day that is none": Case("use edge --as-of yesterday", 2),
    "a host that is none": Case("resolve stable --for xenial", 2),
    "a level of trust that is none": Case("use stable --verify most", 2),
    "a digest that is none": Case("use stable --accept-digest 1234", 2),
    "a probe with half a quote": Case('use stable --probe "sh -c \'x"', 2),
    "a probe of nothing": Case("use stable --probe ''", 2),
    "a probe where no engine is started": Case("use stable --no-start --probe true", 2),
    "a time that is none": Case("use stable --no-start --revert-after soon", 2),
    "no time at all": Case("rollback --revert-after 0s", 2),
    "a time for a virtual machine": Case("use stable --backend lima --revert-after 10m", 2),
    "a backend that nobody has": Case("use stable --backend snap", 2),
    "sources that nobody has": Case("resolve stable --backend snap", 2),
    "an empty root": Case("list --root ''", 2),
    "run without a command": Case("run 98.0.1", 125),
    "run without a spec": Case("run -- docker ps", 125),
    "run with a spec that is none": Case("run stabel -- docker ps", 125),
    "a pin that is a channel": Case("pin test", 2),
    "a client that is none": Case("compat --client stable", 2),
    "a client that the record does not know": Case("compat --client 99.9", 11),
    "a client whose api nobody knows": Case("compat --client 0.8.1", 1),
    "an engine by its api": Case("compat --engine 1.41", 2),
    "a matrix without a command": Case("matrix stable", 2),
    "a matrix that is listed and run": Case("matrix --format github stable -- true", 2),
    "a matrix listed for a version that nobody has": Case("matrix --format github 97", 11),
    "a matrix with a version that nobody has": Case("matrix stable 97 -- true", 125),
    "a matrix with a word that is none": Case("matrix stable tset -- true", 125),
    "a matrix of none at a time": Case("matrix stable --jobs 0 -- true", 125),
    "a matrix run for another host": Case("matrix stable --for linux/aarch64 -- true", 125),
    "a matrix run out of a repository": Case("matrix stable --backend apt -- true", 125),
    "neither a client nor an engine": Case("compat", 1, {"PATH": "/nonexistent"}),
}

SPECS = {
    "a word near a channel": Case("use tset", 2),
    "a channel that is none before a version": Case("use corp 98", 2),
    "a version that is none": Case("use stable 98.x", 2),
    "a version that is none alone": Case("where nonsense", 2),
    "a range that is none": Case("use '>=26,<abc'", 2),
    "an unknown channel": Case("list-remote tset", 11),
    "a version that nobody published": Case("use 98.0.10", 11),
    "a line of which nothing is published": Case("use 97", 11),
    "a line with pre-releases only": Case("use 99", 11),
    "pre-releases only in that channel": Case("use test 99", 11),
    "a version that another channel has": Case("use test 98.0.1", 11),
    "a version published elsewhere": Case("use 24.0.9", 11),
    "a version that was only tagged": Case("use 20.10.27", 11),
    "nothing yet on that day": Case("resolve edge --as-of 2013-01-01", 11),
    "a version that came after that day": Case("resolve 17.05.0-ce --as-of 2017-01-01", 11),
    "a channel without images": Case("resolve nightly --backend machine", 11),
    "a version that the record does not know": Case("where 1.2.9", 11),
    "an architecture without archives": Case("resolve stable --for windows/s390x", 18),
    "a system without archives": Case("resolve test --for mac/x86_64", 18),
    "a distribution without packages": Case("resolve test --backend apt --for suse/amd64", 18),
    "a component that the repository lacks": Case(
        "resolve stable --backend apt --for ubuntu:jammy/amd64 --verify tls", 11
    ),
    "a suite that the repository lacks": Case(
        "resolve stable --backend apt --for ubuntu:xenial/amd64", 11
    ),
    "an index without a signature": Case("resolve test --backend apt --for ubuntu:jammy/amd64", 12),
}

SITE = {
    "a setting that nobody knows": Case("list", 2, before=settings("miror: https://m.example\n")),
    "a setting that is no word": Case("list", 2, before=settings("mirror: {a: b}\n")),
    "a setting that is neither yes nor no": Case("list", 2, before=settings("offline: perhaps\n")),
    "a variable that is neither yes nor no": Case("list", 2, {"DOCKSWITCH_OFFLINE": "perhaps"}),
    "settings that are a list": Case("list", 2, before=settings("- offline\n")),
    "settings that are no YAML": Case("list", 2, before=settings("offline: yes\nlog: [\n")),
    "a mirror that is no address": Case("list-remote", 2, {"DOCKSWITCH_MIRROR": "m.example"}),
    "a static mirror without holes": Case(
        "list-remote", 2, {"DOCKSWITCH_STATIC_MIRROR": "https://m.example/"}
    ),
    "a mirror over ftp": Case("list-remote --mirror ftp://m.example", 2),
    "a mirror over plain http": Case("list-remote --mirror http://m.example/docker", 2),
    "a channel map that is not there": Case("list-remote --channels site.yaml", 2),
    "a channel map that is no YAML": Case("channels", 2, before=channels("channels:\n  corp: [\n")),
    "a channel map that is a list": Case("channels", 2, before=channels("- corp\n")),
    "a channel map with an unknown key": Case(
        "channels", 2, before=channels("# ours\nchanels:\n  corp: {}\n")
    ),
    "a channel that publishes nowhere": Case(
        "channels", 2, before=channels("channels:\n  corp: {note: ours}\n")
    ),
    "a channel map with three mistakes": Case(
        "channels",
        2,
        before=channels(
            "channels:\n  corp:\n    state: alive\n    last: newest\n    static: {linux: x86_64}\n"
        ),
    ),
    "a channel named like a word of its own": Case(
        "channels", 2, before=channels("channels:\n  latest: {note: ours}\n")
    ),
    "a key without its fingerprint": Case(
        "channels", 2, before=channels("keys:\n  corp: {address: https://m.example/key}\n")
    ),
}

MACHINE = {
    "nothing in use": Case("current", 1),
    "no binary of nothing": Case("which dockerd", 1),
    "nothing to upgrade": Case("upgrade", 1),
    "nothing to be outdated": Case("outdated", 1),
    "nothing to go back to": Case("rollback", 11),
    "nothing was before": Case("use previous", 11),
    "no such generation": Case("rollback 9", 11, before=after("use stable --no-start")),
    "a version that is not installed": Case("uninstall 98.0.1", 1),
    "a version that is not installed beside one that is": Case(
        "uninstall 98.0.1", 1, before=after("install 98.0.2")
    ),
    "no packages that could be held": Case("hold", 1),
    "packages of a user's own engine": Case("unhold --user", 2),
    "preferences that are not ours": Case(
        "unhold",
        1,
        before=file("etc/apt/preferences.d/dockswitch", "Package: docker-ce\n"),
    ),
    "a version in use": Case("uninstall 98.1.0", 1, before=after("use stable --no-start")),
    "a generation whose version is gone": Case(
        "rollback 1",
        1,
        before=after("use 98.0.1 --no-start", "use 98.1.0 --no-start", "uninstall 98.0.1"),
    ),
    "a binary that the version lacks": Case("which podman", 1, before=after("use 98 --no-start")),
    "no engine to start": Case("daemon start", 1),
    "a note of what is to be confirmed that cannot be read": Case(
        "confirm", 1, before=file("var/lib/dockswitch/unconfirmed.json", "{}\n")
    ),
    "a file in the way": Case("use stable --no-start", 1, before=file("usr/local/bin/docker")),
    "state that cannot be read": Case(
        "history", 1, before=file("var/lib/dockswitch/journal/000001.jsonl", "?\n{}\n")
    ),
    "a file that is not the published one": Case("use 28.5.2 --no-start", 12),
    "too little trust": Case("use stable --no-start --verify recorded", 12),
    "never fetched": Case(
        "install 28.5.2 --offline", 17, {"DOCKSWITCH_MIRROR": "http://127.0.0.1"}
    ),
    "a pin without a yes": Case("use --no-start", 2, before=pin("98.0.1\n")),
    "a pin that names a channel": Case("use --from-file", 2, before=pin("test\n")),
}


@pytest.mark.parametrize("case", WORDS.values(), ids=WORDS)
def test_words(case: Case, program: Program, snapshot: SnapshotAssertion) -> None:
    assert told(case, program) == snapshot


@pytest.mark.parametrize("case", SPECS.values(), ids=SPECS)
def test_specs(case: Case, program: Program, snapshot: SnapshotAssertion) -> None:
    assert told(case, program) == snapshot


@pytest.mark.parametrize("case", SITE.values(), ids=SITE)
def test_settings_and_channel_maps(
    case: Case, program: Program, snapshot: SnapshotAssertion
) -> None:
    assert told(case, program) == snapshot


@pytest.mark.parametrize("case", MACHINE.values(), ids=MACHINE)
def test_the_machine(case: Case, program: Program, snapshot: SnapshotAssertion) -> None:
    assert told(case, program) == snapshot


def test_a_root_that_is_too_long_for_an_engine_is_refused_before_anything_is_fetched(
    program: Program, snapshot: SnapshotAssertion
) -> None:
    long = program.root / ("x" * 64)
    said = program("use", "stable", "--root", str(long))
    assert said.code == 2
    assert re.sub(r"has \d+", "has N", program.told(said)) == snapshot
    assert not long.exists()


@contextmanager
def somebody_else() -> Iterator[None]:
    """As an ordinary user, until it ends."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
@pytest.mark.parametrize("line", ["use 98.0.1 --no-start", "prune", "recover", "uninstall 98.0.1"])
def test_without_the_right_to_change_the_system(
    line: str, using: Callable[..., Program], snapshot: SnapshotAssertion
) -> None:
    program = using("98.0.1", "98.0.2")
    # They import by now what the other user, who may not walk to this folder, could not.
    program("use", "98.0.2", "--no-start")
    program("prune", "--dry-run")
    program(line.split()[0], "--help")
    with somebody_else():
        said = program(*line.split())
        object_ = program(*line.split(), "--json")
    assert (said.code, object_.code) == (1, 1)
    agrees(said, object_)
    assert program.told(said) == snapshot


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become an ordinary user")
@pytest.mark.parametrize("line", ["list", "current", "which", "status", "history", "settings"])
def test_looking_needs_no_rights(line: str, using: Callable[..., Program]) -> None:
    program = using("98.0.1")
    mine = program(line, "--json")
    with somebody_else():
        assert program(line, "--json") == mine
    assert mine.code == 0


def test_a_closed_port_is_told_after_some_tries(
    program: Program, snapshot: SnapshotAssertion
) -> None:
    said = program("install", "98.0.1", DOCKSWITCH_MIRROR="http://127.0.0.1:1")
    assert said.code == 17
    assert program.told(said) == snapshot


STATUSES = {401: 17, 404: 11, 418: 17}


@pytest.mark.parametrize(("status", "code"), STATUSES.items())
def test_what_a_server_answers_in_place_of_an_archive(
    status: int, code: int, program: Program, mirror: Path, snapshot: SnapshotAssertion
) -> None:
    index = mirrors.answers(mirror)
    with serving(
        lambda asked: Reply(b"no", status) if asked.path.endswith(".tgz") else index(asked)
    ) as server:
        case = Case("install 98.0.1", code, {"DOCKSWITCH_MIRROR": server.url})
        assert told(case, program) == snapshot


def test_a_page_is_not_taken_for_an_archive(
    program: Program, mirror: Path, snapshot: SnapshotAssertion
) -> None:
    index, page = mirrors.answers(mirror), b"<html><body>Please log in</body></html>"
    with serving(
        lambda asked: Reply(page) if asked.path.endswith(".tgz") else index(asked)
    ) as server:
        case = Case("install 98.0.1", 17, {"DOCKSWITCH_MIRROR": server.url})
        assert told(case, program) == snapshot


def test_the_same_name_with_other_bytes_is_refused_until_they_are_accepted(
    program: Program, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    assert program("install", "98.0.1").code == 0
    assert program("uninstall", "98.0.1").code == 0
    mirrors.archive(
        mirrors.place(tmp_path / "mirror", "stable") / "docker-98.0.1.tgz", "98.0.1", "#\n"
    )
    other = {"DOCKSWITCH_MIRROR": f"file://{tmp_path}/mirror"}
    assert told(Case("install 98.0.1", 12, other), program) == snapshot
    refused = program("install", "98.0.1", **other)
    digest = re.search(r"--accept-digest ([0-9a-f]{64})", refused.err)
    assert digest
    accepted = program("install", "98.0.1", "--accept-digest", digest[1], "--json", **other)
    assert (accepted.code, accepted.json["trust"]) == (0, "locked")


def test_a_lock_that_is_held_is_waited_for_and_that_is_said(program: Program) -> None:
    path = program.root / "var/lib/dockswitch/lock"
    write(path, "")
    with path.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = program.start("recover")
        assert waiting.stderr is not None
        said = waiting.stderr.readline()
        assert waiting.poll() is None
        fcntl.flock(held, fcntl.LOCK_UN)
        freed = time.monotonic()
        out, err = waiting.communicate(timeout=30)
    assert said == "waiting for another process, which is changing this machine\n"
    assert (waiting.returncode, out, err) == (0, "nothing to undo\n", "")
    assert time.monotonic() - freed < 5


def test_a_lock_that_stays_held_is_told_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text("4711\n")
    with path.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LockBusy) as busy, locks.locked(str(path), wait=0):
            pass
    assert (busy.value.exit, busy.value.code) == (14, "busy")
    assert "process 4711 holds the lock" in busy.value.details
