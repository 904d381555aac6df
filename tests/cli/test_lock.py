"""Locks: made over HTTP for many hosts at once, and used where no index can be asked."""

import json
import shutil
import threading
from pathlib import Path

import pytest

from tests.cli import mirror as mirrors
from tests.cli import suites
from tests.cli.program import Program, Said
from tests.system.server import Answers, Asked, Reply, Server, serving

needs_gpg = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpgv")), reason="gpg and gpgv are not installed"
)
HERE = mirrors.place(Path("/"), "stable").name  # this machine's architecture
JAMMY, BOOKWORM = "ubuntu:jammy/x86_64", "debian:bookworm/x86_64"


def no_index(index: Answers) -> Answers:
    """A server of files that shows no index of any kind."""

    def answer(asked: Asked) -> Reply:
        metadata = asked.path.endswith(("/", "InRelease", "Release", ".gz", "key.asc", "images"))
        return Reply(b"no", 500) if metadata else index(asked)

    return answer


def text(program: Program) -> str:
    return ((program.folder or program.home) / "dockswitch.lock").read_text()


def ok(said: Said) -> Said:
    assert said.code == 0, said.err
    return said


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A mirror that a test may change."""
    (tmp_path / "own").mkdir()
    return mirrors.build(tmp_path / "own")


@pytest.fixture
def elsewhere(bare: Program, tmp_path: Path) -> Program:
    """The program on another machine: nothing is installed or cached there."""
    root, home = tmp_path / "r", tmp_path / "h"
    for each in (root, home):
        each.mkdir()
    return Program(home, root, {"DOCKSWITCH_MIRROR": ""})


def test_what_is_locked_here_is_installed_there_without_any_index(
    program: Program, elsewhere: Program, server: Server
) -> None:
    ok(program("lock", "98.0.1", "--for", f"linux/{HERE}", DOCKSWITCH_MIRROR=server.url))
    with serving(no_index(server.answers)) as files:
        lock = text(program).replace(server.url, files.url)
        (elsewhere.home / "dockswitch.lock").write_text(lock)
        said = ok(elsewhere("use", "--locked", "--no-start", "--json")).json
        assert (said["to"], said["channel"], said["trust"]) == ("98.0.1", "stable", "locked")
        assert [each.path for each in files.asked] == [
            f"/linux/static/stable/{HERE}/docker-98.0.1.tgz"
        ]
        again = ok(elsewhere("use", "--locked", "--no-start", "--json", "--offline")).json
        assert again["changed"] is False
        found = elsewhere("status", "--json").json
        assert found["locked"] == found["installed"] == "98.0.1"
        assert elsewhere("resolve", "--locked", "--json").json["trust"] == "locked"


def test_a_mirror_of_this_host_serves_what_was_locked_at_another(
    program: Program, elsewhere: Program, mirror: Path, server: Server
) -> None:
    ok(program("lock", "98.0.1", "--for", f"linux/{HERE}"))
    assert f"mirror: file://{mirror}\n" in text(program)
    (elsewhere.home / "dockswitch.lock").write_text(text(program))
    secret = server.url.replace("://", "://me:pa55@")
    ok(elsewhere("install", "--locked", DOCKSWITCH_MIRROR=secret))
    assert [each.path for each in server.asked] == [
        f"/linux/static/stable/{HERE}/docker-98.0.1.tgz"
    ]
    assert "Authorization" in server.asked[0].headers


def test_other_bytes_are_refused_and_nothing_is_kept(program: Program, own: Path) -> None:
    at = {"DOCKSWITCH_MIRROR": f"file://{own}"}
    ok(program("lock", "98.0.1", **at))
    archive = mirrors.place(own, "stable") / "docker-98.0.1.tgz"
    shutil.rmtree(archive.parent / ".98.0.1")
    mirrors.archive(archive, "98.0.1", more="# replaced\n")
    refused = program("use", "--locked", "--no-start", "--json", **at)
    assert (refused.code, refused.error["code"]) == (12, "not-authentic")
    assert "is not the file that was locked" in refused.error["message"]
    assert program("list", "--json", **at).json["installed"] == []
    looked = program("lock", "--check", "--json", **at)
    assert (looked.code, [each["kind"] for each in looked.json["changes"]]) == (10, ["bytes"])
    before = text(program)
    anew = program("lock", "--update", "--json", **at)
    assert (anew.code, anew.error["code"]) == (12, "not-authentic")
    assert text(program) == before
    digest = anew.error["hint"].partition("--accept-digest ")[2].partition("`")[0]
    ok(program("lock", "--update", "--accept-digest", digest, **at))
    assert "trust: locked" in text(program)
    assert ok(program("use", "--locked", "--no-start", "--json", **at)).json["to"] == "98.0.1"


def test_what_is_kept_but_is_another_file_does_not_serve(program: Program, own: Path) -> None:
    at = {"DOCKSWITCH_MIRROR": f"file://{own}"}
    ok(program("use", "98.0.1", "--no-start", **at))
    ok(program("lock", "98.0.1", **at))
    path = program.home / "dockswitch.lock"
    digest = path.read_text().partition("sha256: ")[2][:64]
    path.write_text(path.read_text().replace(digest, "0" * 64))
    refused = program("use", "--locked", "--no-start", "--json", **at)
    assert (refused.code, refused.error["code"]) == (12, "not-authentic")


def test_a_kept_version_with_the_locked_digest_is_trusted_as_locked(program: Program) -> None:
    assert ok(program("use", "98.0.1", "--no-start", "--json")).json["trust"] == "tls"
    ok(program("lock", "98.0.1"))
    ok(program("use", "98.0.2", "--no-start"))
    said = ok(program("use", "--locked", "--no-start", "--verify", "locked", "--offline", "--json"))
    assert (said.json["to"], said.json["trust"]) == ("98.0.1", "locked")


def test_check_tells_of_a_newer_release_and_update_takes_it(program: Program, own: Path) -> None:
    at = {"DOCKSWITCH_MIRROR": f"file://{own}"}
    ok(program("lock", "98", **at))
    assert ok(program("lock", "--check", **at)).out.endswith("is as all is published now\n")
    mirrors.archive(mirrors.place(own, "stable") / "docker-98.2.0.tgz", "98.2.0")
    before = text(program)
    said = program("lock", "--check", "--json", **at)
    [change] = said.json["changes"]
    assert (said.code, change["kind"]) == (10, "release")
    assert (change["before"], change["after"]) == ("98.1.0", "98.2.0")
    assert text(program) == before
    assert ok(program("lock", "--update", "--json", **at)).json["changed"] is True
    assert ok(program("lock", "--update", "--json", **at)).json["changed"] is False
    assert ok(program("use", "--locked", "--no-start", "--json", **at)).json["to"] == "98.2.0"


def test_update_with_a_spec_keeps_the_hosts(program: Program) -> None:
    ok(program("lock", "98.0.1", "--for", "linux/x86_64", "--backend", "static", "-o", "a.lock"))
    said = ok(program("lock", "--update", "98.0.2", "-o", "a.lock", "--json")).json
    assert said["asked"] == {
        "specs": ["98.0.2"],
        "for": ["linux/x86_64"],
        "backends": ["static"],
        "as_of": None,
    }


def test_several_releases_are_told_apart_by_their_specs(program: Program) -> None:
    ok(program("lock", "stable", "98.0.1", "test", "latest-pre", "98.0.2"))
    said = program("lock", "--json").json["releases"]
    assert [(each["spec"], each["version"]) for each in said] == [
        ("stable 98.0.1", "98.0.1"),
        ("test latest-pre", "99.0.0-rc.1"),
        ("98.0.2", "98.0.2"),
    ]
    assert program("use", "--locked", "--no-start").code == 2
    for words, version in (("98.0.1", "98.0.1"), ("test", "99.0.0-rc.1"), ("98", "98.0.2")):
        said = ok(program("use", words, "--locked", "--no-start", "--json")).json
        assert said["to"] == version
    missing = program("use", "98.1.0", "--locked", "--no-start", "--json")
    assert (missing.code, missing.error["code"]) == (11, "not-published")


def test_for_another_host_it_says_for_which_there_is_something(program: Program) -> None:
    ok(program("lock", "98.0.1"))
    lock = text(program).replace(f"linux/{HERE}", "linux/s390x")
    (program.home / "dockswitch.lock").write_text(lock)
    said = program("use", "--locked", "--no-start", "--json")
    assert (said.code, said.error["code"]) == (11, "not-published")
    assert "linux/s390x" in said.error["details"]


def test_a_lock_decides_for_a_machine_only_where_a_person_says_so(program: Program) -> None:
    ok(program("lock", "98.0.1"))
    below = program.home / "project" / "src"
    below.mkdir(parents=True)
    program = program.at(below)
    refused = program("use", "--no-start", "--json")
    assert (refused.code, "--locked" in refused.error["hint"]) == (2, True)
    assert program("current").code == 1
    for words in (["--locked"], ["--from-file"], ["--yes"]):
        assert ok(program("use", "--no-start", "--json", *words)).json["to"] == "98.0.1"


def test_a_file_without_a_published_digest_is_read_once_and_refused_where_it_may_not(
    program: Program, server: Server
) -> None:
    at = {"DOCKSWITCH_MIRROR": server.url}
    refused = program("lock", "98.0.1", "--no-fetch", "--json", **at)
    assert (refused.code, refused.error["code"]) == (12, "not-authentic")
    assert not (program.home / "dockswitch.lock").exists()
    ok(program("lock", "98.0.1", **at))
    assert list(program.root.rglob("docker*")) == []


@pytest.mark.parametrize("old", ["mine: [\n", "schema: 2\n", "not a lock\n"])
def test_what_is_no_lock_of_ours_is_never_written_over(old: str, program: Program) -> None:
    path = program.home / "dockswitch.lock"
    path.write_text(old)
    for words in (["98.0.1"], ["--update"], ["--check"], []):
        assert program("lock", *words).code == 2
    assert program("use", "--locked", "--no-start").code == 2
    assert path.read_text() == old
    assert program("status").code == 0
    assert [each.name for each in program.home.iterdir() if "tmp" in each.name] == []


def test_a_recorded_name_with_an_edited_digest_is_refused_before_anything_is_asked(
    program: Program, server: Server
) -> None:
    edited = {
        "schema": 1,
        "mirror": server.url,
        "asked": {"specs": ["17.09.0"], "for": ["linux/x86_64"]},
        "releases": [
            {
                "spec": "17.09.0",
                "version": "17.09.0-ce",
                "channel": "stable",
                "backend": "static",
                "for": ["linux/x86_64"],
                "files": [
                    {
                        "url": f"{server.url}/linux/static/stable/x86_64/docker-17.09.0-ce.tgz",
                        "sha256": "0" * 64,
                        "size": 1,
                        "trust": "recorded",
                    }
                ],
            }
        ],
    }
    (program.home / "dockswitch.lock").write_text(json.dumps(edited))
    said = program("resolve", "--locked", "--for", "linux/x86_64", "--json")
    assert (said.code, said.error["code"]) == (12, "not-authentic")
    assert "than the shipped record" in said.error["message"]
    assert server.asked == []


HOSTS = {
    "ubuntu/jammy": "ubuntu:jammy/amd64",
    "ubuntu/noble": "ubuntu:noble/amd64",
    "debian/bookworm": "debian:bookworm/amd64",
}


@needs_gpg
def test_many_hosts_at_once_and_no_page_twice(program: Program, own: Path) -> None:
    channels = suites.lay(own, list(HOSTS))
    index, together = mirrors.answers(own), threading.Barrier(len(HOSTS))
    words = [word for host in HOSTS.values() for word in ("--for", host)]

    def meet(asked: Asked) -> Reply:
        if asked.path.endswith("InRelease"):
            together.wait(timeout=20)  # breaks unless all are here at the same time
        return index(asked)

    with serving(meet) as server:
        program = program.given(
            DOCKSWITCH_MIRROR=server.url,
            DOCKSWITCH_CHANNELS=str(channels),
            DOCKSWITCH_IMAGE_MIRROR=f"{server.url}/images",
        )
        said = ok(program("lock", "test 23.0.0", *words, "--backend", "apt", "--json")).json
        assert not together.broken
        paths = [each.path for each in server.asked]
        assert sorted(set(paths)) == sorted(paths)
        trusts = {a["trust"] for each in said["releases"] for a in each["artifacts"]}
        assert trusts == {"signed"}
        assert len(said["releases"]) == len(HOSTS)
        asked = len(server.asked)
        found = program("resolve", "--locked", "--backend", "apt", "--for", JAMMY, "--json").json
        assert (found["version"], found["trust"]) == ("23.0.0", "locked")
        assert all("/jammy/" in each["url"] for each in found["artifacts"])
        mint = ("--backend", "apt", "--for", "linuxmint:vanessa/amd64")
        assert program("resolve", "--locked", *mint, "--json").json["version"] == "23.0.0"
        assert len(server.asked) == asked


@needs_gpg
def test_what_apt_alone_has_is_noted_and_what_nobody_has_is_11(program: Program, own: Path) -> None:
    channels = suites.lay(own, ["debian/bookworm"])
    program = program.given(DOCKSWITCH_MIRROR=f"file://{own}", DOCKSWITCH_CHANNELS=str(channels))
    said = ok(program("lock", "test", "23.0.0", "--for", BOOKWORM))
    assert "not locked by static for linux/x86_64: " in said.err
    assert "apt" in said.out
    nobody = program("lock", "test", "23.0.9", "--for", BOOKWORM, "--json")
    assert (nobody.code, nobody.error["code"]) == (11, "not-published")
    named = program(
        "lock", "test", "23.0.0", "--for", BOOKWORM, "--backend", "static", "--backend", "apt"
    )
    assert named.code == 11


def test_secrets_of_addresses_do_not_get_into_a_lock(program: Program, server: Server) -> None:
    secret = server.url.replace("://", "://me:pa55@")
    ok(program("lock", "98.0.1", DOCKSWITCH_MIRROR=secret))
    assert "Authorization" in server.asked[0].headers
    assert "pa55" not in text(program)
    assert f"mirror: {server.url}\n" in text(program)
