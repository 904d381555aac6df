"""What is published, by all three backends: live, cached, offline; several sources at once."""

import hashlib
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli import mirror as mirrors
from tests.cli.program import Program
from tests.system.server import Asked, Reply, Server, serving


@dataclass(frozen=True)
class Kind:
    """A backend: the words that ask for its `test` channel, and what that has."""

    words: tuple[str, ...]
    versions: tuple[str, ...]


JAMMY = ("--for", "ubuntu:jammy/amd64", "--verify", "tls")
KINDS = {
    "static": Kind((), ("98.1.0", "99.0.0-rc.1")),
    "apt": Kind(("--backend", "apt", *JAMMY), ("17.06.0-ce-rc2", "23.0.0-rc.1", "23.0.0")),
    "machine": Kind(("--backend", "machine"), ("17.05.0-ce", "17.06.0-ce-rc2", "19.03.12")),
}


def at(server: Server, program: Program) -> Program:
    return program.given(
        DOCKSWITCH_MIRROR=server.url, DOCKSWITCH_IMAGE_MIRROR=f"{server.url}/images"
    )


def versions(program: Program, *words: str) -> list[tuple[str, bool]]:
    """What list-remote shows: each version, and whether it is proven."""
    said = program("list-remote", *words, "--json")
    assert said.code == 0, said.out
    return [(each["version"], each["proven"]) for each in said.json["releases"]]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_live_then_cached_then_offline(kind: Kind, program: Program, server: Server) -> None:
    program = at(server, program)
    live = versions(program, "test", *kind.words)
    assert live == [(version, True) for version in kind.versions]
    asked = len(server.asked)
    assert asked
    assert all("If-None-Match" not in each.headers for each in server.asked)
    again = versions(program, "test", *kind.words)
    known = [each for each in server.asked[asked:] if "If-None-Match" in each.headers]
    assert again == live
    assert {each.path for each in known} == {
        each.path for each in server.asked[:asked] if server.answers(each).status == 200
    }
    assert all(server.answers(each).status == 304 for each in known)
    asked = len(server.asked)
    assert versions(program, "test", *kind.words, "--offline") == live
    assert len(server.asked) == asked


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_resolve(kind: Kind, program: Program, server: Server) -> None:
    program = at(server, program)
    found = program("resolve", "test", "--why", "--json", *kind.words).json
    assert found["version"] == kind.versions[-1]
    assert found["channel"] == "test"
    assert all(each["url"].startswith(server.url) for each in found["artifacts"])
    exact = program("resolve", "test", kind.versions[0], "--json", *kind.words).json
    assert exact["version"] == kind.versions[0]
    pre = program("resolve", "test", "latest-pre", *kind.words, "--json").json
    assert pre["version"] == [v for v in kind.versions if "rc" in v][-1]


def test_a_page_that_changed_is_taken_anew(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "mirror"
    folder.mkdir()
    mirrors.build(folder)
    with serving(mirrors.answers(folder)) as server:
        program = at(server, program)
        before = versions(program, "test")
        mirrors.archive(mirrors.place(folder, "test") / "docker-99.0.0.tgz", "99.0.0")
        assert versions(program, "test") == [*before, ("99.0.0", True)]


RECORD = {
    "static": ("--for", "linux/x86_64"),
    "machine": ("--backend", "machine"),
}


@pytest.mark.parametrize("words", RECORD.values(), ids=RECORD)
def test_offline_without_a_cache_the_record_serves_unproven(
    words: tuple[str, ...], bare: Program
) -> None:
    program = bare.given(DOCKSWITCH_MIRROR="http://127.0.0.1:1")
    found = versions(program, "stable", "--offline", *words)
    assert ("17.06.0-ce", False) in found
    assert not any(proven for _, proven in found)
    text = program("list-remote", "stable", "--offline", *words)
    assert all(line.endswith("(from the record, unproven)") for line in text.lines)
    resolved = program("resolve", "17.06.0-ce", "--offline", *words)
    assert "unproven" in resolved.out


def test_offline_without_a_cache_apt_says_that_it_was_never_fetched(bare: Program) -> None:
    said = bare(
        "list-remote",
        "test",
        "--backend",
        "apt",
        *JAMMY,
        "--offline",
        "--json",
        DOCKSWITCH_MIRROR="http://127.0.0.1:1",
    )
    assert (said.code, said.error["code"]) == (17, "unreachable")
    assert "never fetched" in said.error["message"]


def test_a_source_that_is_down_is_17_and_never_the_record(bare: Program) -> None:
    said = bare("list-remote", "--json", DOCKSWITCH_MIRROR="http://127.0.0.1:1")
    assert (said.code, said.error["code"]) == (17, "unreachable")
    assert "--offline" in said.error["hint"]


def test_a_channel_that_a_mirror_lacks_is_noted_and_fatal_if_asked_for(
    program: Program, server: Server
) -> None:
    program = at(server, program)
    said = program("list-remote", "--backend", "apt", *JAMMY)
    assert said.code == 0
    assert [line.split()[0] for line in said.lines] == list(KINDS["apt"].versions)
    assert [line.partition(":")[0] for line in said.err.splitlines()] == ["stable", "edge"]
    asked = program("list-remote", "stable", "--backend", "apt", *JAMMY, "--json")
    assert (asked.code, asked.error["code"]) == (11, "not-published")


def test_an_unsigned_index_is_read_by_name_only(program: Program, server: Server) -> None:
    program = at(server, program)
    words = ("--backend", "apt", "--for", "ubuntu:jammy/amd64")
    for name in ("list-remote", "resolve"):
        refused = program(name, "test", *words, "--json")
        assert (refused.code, refused.error["code"]) == (12, "not-authentic")
        assert "--verify tls" in refused.error["hint"]
        assert program(name, "test", *words, "--verify", "tls").code == 0
    found = program("resolve", "test", *words, "--verify", "tls", "--json").json
    assert found["trust"] == "tls"


@pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpgv")), reason="gpg and gpgv are not installed"
)
def test_a_signed_index_is_trusted_with_the_sites_key(
    program: Program, mirror: Path, tmp_path: Path
) -> None:
    suite = tmp_path / "mirror" / mirrors.SUITE
    mirrors.repository(suite)
    fingerprint = signed(suite, tmp_path)
    channels = tmp_path / "channels.yaml"
    with serving(mirrors.answers(tmp_path / "mirror")) as server:
        channels.write_text(
            f"keys:\n  deb:\n    fingerprint: {fingerprint}\n    address: {server.url}/key.asc\n"
        )
        program = at(server, program).given(DOCKSWITCH_CHANNELS=str(channels))
        words = ("--backend", "apt", "--for", "ubuntu:jammy/amd64")
        assert program("resolve", "test", *words, "--json").json["trust"] == "signed"
        assert program("list-remote", "test", *words).code == 0
        release = suite / "InRelease"
        release.write_text(release.read_text().replace("Components: test", "Components: best"))
        forged = program("resolve", "test", *words, "--verify", "tls", "--json")
        assert (forged.code, forged.error["code"]) == (12, "not-authentic")


def signed(suite: Path, folder: Path) -> str:
    """Signs the suite's index with a new key that is published beside it; its fingerprint."""
    home = folder / "gpg"
    home.mkdir(mode=0o700)
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet", "--pinentry-mode", "loopback"]
    new = [*gpg, "--passphrase", "", "--quick-gen-key", "site@m.example", "ed25519", "sign"]
    try:
        subprocess.run(new, check=True, capture_output=True)
        key = subprocess.run([*gpg, "--armor", "--export"], check=True, capture_output=True).stdout
        (folder / "mirror" / "key.asc").write_bytes(key)
        release, signature = str(suite / "Release"), str(suite / "InRelease")
        subprocess.run([*gpg, "--output", signature, "--clearsign", release], check=True)
        listed = [*gpg, "--with-colons", "--list-keys"]
        told = subprocess.run(listed, check=True, capture_output=True, text=True).stdout
    finally:
        stop = ["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"]
        subprocess.run(stop, check=False, capture_output=True)
    return next(line.split(":")[9] for line in told.splitlines() if line.startswith("fpr"))


SEVERAL: dict[str, tuple[tuple[str, ...], int]] = {
    "three listings": (("list-remote",), 3),
    "a version alone": (("resolve", "98.0.1"), 3),
    "two named channels": (("list-remote", "stable", "edge"), 2),
    "an index and its packages": (("list-remote", "test", "--backend", "apt", *JAMMY), 2),
}


@pytest.mark.parametrize(("words", "count"), SEVERAL.values(), ids=SEVERAL)
def test_several_pages_are_asked_for_at_once(
    words: tuple[str, ...], count: int, program: Program, mirror: Path
) -> None:
    index, together = mirrors.answers(mirror), threading.Barrier(count)
    late = threading.Event()

    def meet(asked: Asked) -> Reply:
        if not late.is_set():
            together.wait(timeout=20)  # breaks unless all are here at the same time
            late.set()
        return index(asked)

    with serving(meet) as server:
        assert at(server, program)(*words).code == 0
    assert not together.broken


def test_what_was_offered_on_a_day(bare: Program) -> None:
    program = bare.given(DOCKSWITCH_OFFLINE="1", DOCKSWITCH_MIRROR="http://127.0.0.1:1")
    words = ("--for", "linux/x86_64", "--json")
    assert (
        program("resolve", "edge", "--as-of", "2017-06-30", *words).json["version"] == "17.06.0-ce"
    )
    then = program("list-remote", "stable", "--as-of", "2017-06-30", *words).json["releases"]
    assert [each["version"] for each in then] == [
        "17.03.0-ce",
        "17.03.1-ce",
        "17.03.2-ce",
        "17.06.0-ce",
    ]


def test_nothing_that_only_looks_writes_below_the_root_but_its_cache(
    program: Program, server: Server
) -> None:
    program = at(server, program)
    for line in ("list-remote", "resolve test --why", "where 28.5.2", "channels", "settings"):
        assert program(*line.split()).code == 0
    for line in ("list", "status", "history", "use stable --dry-run", "daemon logs", "env"):
        assert program(*line.split()).code == 0
    files = [path for path in program.root.rglob("*") if path.is_file()]
    cache = program.root / "var/cache/dockswitch"
    assert files
    assert all(path.is_relative_to(cache) for path in files)
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    assert len(set(digests)) == len(files)


LOOKING = [
    "channels",
    "list-remote",
    "list-remote test --no-pre",
    "resolve stable --why",
    "resolve 28.5.2",
    "resolve '98.0'",
    "resolve test@latest-pre",
    "resolve >=98,<98.1",
    "where 17.05.0-ce",
    "where 0.5.0",
    "use stable --dry-run",
    "use stable --no-start",
    "install 98.0.1",
    "env",
    "env --shell fish",
    "env --shell powershell",
    "env --shell cmd",
]


@pytest.mark.parametrize("line", LOOKING)
def test_what_people_see(line: str, program: Program, snapshot: SnapshotAssertion) -> None:
    said = program(*line.replace("'", "").split())
    assert said.code == 0
    assert program.told(said) == snapshot


def test_the_settings_as_people_see_them(bare: Program, snapshot: SnapshotAssertion) -> None:
    assert bare.told(bare("settings")) == snapshot


AFTER = [
    "list",
    "history",
    "status",
    "rollback",
    "outdated",
    "upgrade",
    "prune",
    "use test",
    "use previous",
    "use system",
    "which",
    "recover",
    "daemon status",
]


@pytest.mark.parametrize("line", AFTER)
def test_what_people_see_after_three_switches(
    line: str, using: Callable[..., Program], snapshot: SnapshotAssertion
) -> None:
    program = using("98.0.1", "test latest-pre", "stable 98.0.2")
    words = line.split() + (["--no-start"] if line.startswith("use ") else [])
    assert program.told(program(*words)) == snapshot
