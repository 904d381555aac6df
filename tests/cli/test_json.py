"""The contract of --json: exactly one object on stdout, with these fields, also on failure."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import mirror as mirrors
from tests.cli.program import Program
from tests.cli.test_table import COMMANDS
from tests.system.server import Reply, serving

COMMON = {"schema", "command"}
SWITCH = COMMON | {
    "changed",
    "from",
    "to",
    "channel",
    "backend",
    "generation",
    "trust",
    "artifacts",
    "restarted",
    "downtime_seconds",
    "seconds",
}


def test_use_says_what_changed(program: Program) -> None:
    found = program("use", "stable", "--no-start", "--json").json
    assert set(found) == SWITCH | {
        *("recovered", "notes", "neighbour", "machine", "context", "revert_at")
    }
    assert (found["schema"], found["command"]) == (1, "use")
    assert (found["changed"], found["from"], found["to"]) == (True, None, "98.1.0")
    assert (found["channel"], found["backend"], found["generation"]) == ("stable", "static", 1)
    assert (found["restarted"], found["downtime_seconds"], found["trust"]) == (False, None, "tls")
    (artifact,) = found["artifacts"]
    assert set(artifact) == {"url", "sha256", "bytes"}
    assert artifact["url"].endswith("/docker-98.1.0.tgz")
    assert len(artifact["sha256"]) == 64
    assert artifact["bytes"] > 0
    assert found["seconds"] > 0


def test_a_second_use_changes_nothing_and_says_the_same_things(program: Program) -> None:
    first = program("use", "stable", "--no-start", "--json").json
    second = program("use", "stable", "--no-start", "--json").json
    assert (second["changed"], second["from"], second["generation"]) == (False, "98.1.0", 1)
    assert set(second) == set(first)
    assert second["artifacts"] == first["artifacts"]


@pytest.mark.parametrize(("option", "code"), [("--dry-run", 0), ("--check", 10)])
def test_a_preview_has_the_fields_of_a_switch_and_does_nothing(
    option: str, code: int, program: Program
) -> None:
    said = program("use", "98.0.2", option, "--json")
    assert said.code == code
    found = said.json
    assert set(found) == SWITCH | {
        *("steps", "impact", "findings", "way_back", "api", "machine", "revert_after_seconds")
    }
    assert (found["changed"], found["to"], found["generation"]) == (True, "98.0.2", 1)
    assert (found["restarted"], found["impact"], found["downtime_seconds"]) == (False, [], None)
    assert any("dockerd" in step for step in found["steps"])
    assert list(program.root.iterdir()) == []


def test_a_check_of_what_is_so_already_is_0(using: Callable[..., Program]) -> None:
    said = using("stable")("use", "stable", "--check", "--no-start", "--json")
    assert (said.code, said.json["changed"], said.json["steps"]) == (0, False, [])


def test_resolve_says_the_release_and_with_why_the_reasons(program: Program) -> None:
    plain = program("resolve", "99.0.0-rc.1", "--json").json
    told = program("resolve", "99.0.0-rc.1", "--why", "--json").json
    assert set(plain) == COMMON | {
        "version",
        "channel",
        "backend",
        "artifacts",
        "trust",
        "released",
        "proven",
    }
    assert (plain["version"], plain["channel"], plain["trust"]) == ("99.0.0-rc.1", "test", "tls")
    assert told == {**plain, "reasons": told["reasons"]}
    assert told["reasons"] == [
        "stable: none of its 4 releases is 99.0.0-rc.1",
        "test is live",
        "its index shows 2 releases: 99.0.0-rc.1 is 99.0.0-rc.1",
        "trust tls: nothing but the connection vouches for it",
    ]


def test_a_recorded_digest_is_told(program: Program) -> None:
    found = program("resolve", "28.5.2", "--json").json
    assert found["trust"] == "recorded"
    assert len(found["artifacts"][0]["sha256"]) == 64
    assert found["released"] == "2025-11-05"


def test_list_remote_is_in_release_order(program: Program) -> None:
    found = program("list-remote", "--json").json["releases"]
    assert [(each["version"], each["channel"], each["pre"]) for each in found] == [
        ("17.05.0-ce", "edge", False),
        ("17.06.0-ce-rc2", "edge", True),
        ("28.5.2", "stable", False),
        ("98.0.1", "stable", False),
        ("98.0.2", "stable", False),
        ("98.1.0", "stable", False),
        ("98.1.0", "test", False),
        ("99.0.0-rc.1", "test", True),
    ]
    assert found[0] == {
        "version": "17.05.0-ce",
        "channel": "edge",
        "backend": "static",
        "pre": False,
        "released": "2017-05-04",
        "api": "1.29",
        "proven": True,
    }


def test_install_then_list(program: Program) -> None:
    foreseen = program("install", "98.0.1", "--check", "--json")
    assert (foreseen.code, foreseen.json["changed"]) == (10, True)
    assert program("list", "--json").json["installed"] == []
    installed = program("install", "98.0.1", "--json").json
    known = {name: value for name, value in foreseen.json.items() if value is not None}
    assert known == {name: installed[name] for name in known}
    assert set(installed) >= COMMON | {"changed", "version", "backend", "trust", "sha256", "bytes"}
    assert (installed["changed"], installed["version"]) == (True, "98.0.1")
    assert program("install", "98.0.1", "--json").json["changed"] is False
    assert program("install", "98.0.1", "--check").code == 0
    (listed,) = program("list", "--json").json["installed"]
    assert (listed["version"], listed["backend"], listed["current"]) == ("98.0.1", "static", False)


def test_status(using: Callable[..., Program]) -> None:
    program = using("98.0.1")
    found = program("status", "--json").json
    assert set(found) >= COMMON | {
        *("installed", "running", "pinned", "locked", "held", "drift", "unconfirmed")
    }
    assert (found["installed"], found["running"], found["pinned"]) == ("98.0.1", None, None)
    assert (found["drift"], found["held"], found["locked"]) == ([], False, None)
    assert program("status", "--exit-code").code == 0


def test_status_says_what_drifted_and_exits_10_if_asked(using: Callable[..., Program]) -> None:
    program = using("98.0.1", "98.0.2")
    current = program.root / "var/lib/dockswitch/current"
    (other,) = (program.root / "var/lib/dockswitch/versions").glob("98.0.1-*")
    current.unlink()
    current.symlink_to(f"versions/{other.name}")
    said = program("status", "--exit-code", "--json")
    assert (said.code, said.json["installed"]) == (10, "98.0.1")
    assert said.json["drift"] == ["98.0.1 is in use, where generation 2 says 98.0.2"]
    assert program("status", "--json").code == 0


def test_history_and_rollback(using: Callable[..., Program]) -> None:
    program = using("98.0.1", "test latest-pre")
    back = program("rollback", "--json").json
    assert set(back) >= SWITCH
    assert (back["command"], back["from"], back["to"]) == ("rollback", "99.0.0-rc.1", "98.0.1")
    found = program("history", "--json").json["generations"]
    assert [(each["generation"], each["version"], each["wish"]) for each in found] == [
        (1, "98.0.1", "98.0.1"),
        (2, "99.0.0-rc.1", "test latest-pre"),
        (3, "98.0.1", "generation 1"),
    ]
    assert all(time.strptime(each["time"], "%Y-%m-%dT%H:%M:%SZ") for each in found)


def test_upgrade_and_outdated(using: Callable[..., Program]) -> None:
    program = using("stable 98.0.1")
    said = program("outdated", "--exit-code", "--json")
    assert said.code == 10
    assert said.json["newest"] == "98.1.0"
    assert said.json["outdated"] is True
    up = program("upgrade", "--json").json
    assert (up["command"], up["from"], up["to"]) == ("upgrade", "98.0.1", "98.1.0")
    assert program("outdated", "--exit-code").code == 0


def test_uninstall_and_prune(using: Callable[..., Program]) -> None:
    program = using("98.0.1", "98.0.2", "98.1.0")
    would = program("prune", "--dry-run", "--json").json
    assert (would["changed"], would["removed"]) == (False, ["98.0.1"])
    done = program("prune", "--json").json
    assert (done["changed"], done["removed"], done["bytes"]) == (True, ["98.0.1"], would["bytes"])
    gone = program("uninstall", "98.0.2", "--json").json
    assert (gone["changed"], gone["removed"]) == (True, ["98.0.2"])


LOOKING = {
    "current": {"version", "channel", "backend"},
    "which": {"binary", "path"},
    "channels": {"channels"},
    "where 17.05.0-ce": {"version", "released", "channel", "api", "archives", "image"},
    "env": {"shell", "DOCKER_HOST", "bin"},
    "settings": {"settings", "root", "scope", "state"},
    "completion bash": {"shell", "script"},
    "help": {"help"},
    "version": {"version"},
    "pin": {"pinned", "path"},
    "recover": {"changed", "undone", "unconfirmed", "trials", "version"},
    "confirm": {"changed", "generation"},
    "daemon status": {"pid", "version"},
    "daemon stop": {"changed", "pid", "version"},
    "daemon logs": {"lines"},
}


@pytest.mark.parametrize("line", LOOKING)
def test_the_fields_of(line: str, using: Callable[..., Program]) -> None:
    found = using("stable")(*line.split(), "--json").json
    command = " ".join(word for word in line.split() if not word[:1].isdigit())
    assert set(found) >= COMMON | LOOKING[line]
    assert found["command"] == command.replace(" bash", "")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "daemon"])
def test_a_wrong_option_of_any_command_is_one_object(name: str, bare: Program) -> None:
    said = bare(name, "--frobnicate", "--json")
    assert said.code == (125 if name in ("run", "try") else 2)
    assert said.err == ""
    assert (said.json["schema"], said.json["command"]) == (1, name)
    assert said.error["code"] == "usage"


def test_an_alias_says_the_name_of_its_command(program: Program) -> None:
    assert program("ls", "--json").json["command"] == "list"
    assert program("ls-remote", "--json") == program("list-remote", "--json")
    assert program("ls", "--frob", "--json").json["command"] == "list"


@pytest.mark.parametrize("options", [["--json"], []], ids=["object", "text"])
def test_an_interrupted_command_exits_130_and_keeps_nothing(
    options: list[str], program: Program, mirror: Path
) -> None:
    index = mirrors.answers(mirror)
    with serving(
        lambda asked: Reply(b"", wait=20) if asked.path.endswith(".tgz") else index(asked)
    ) as server:
        running = program.start(
            "use", "98.0.1", "--no-start", *options, DOCKSWITCH_MIRROR=server.url
        )
        until = time.monotonic() + 30
        while not any(asked.path.endswith(".tgz") for asked in server.asked):
            assert time.monotonic() < until
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    if options:
        assert json.loads(out)["error"]["code"] == "interrupted"
        assert err == ""
    else:
        assert (out, err.splitlines()[0]) == ("", "error: interrupted")
    versions = program.root / "var/lib/dockswitch/versions"
    assert not versions.exists() or list(versions.iterdir()) == []
