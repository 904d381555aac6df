"""Commands with the client of a version on PATH, and what a shell needs of an engine."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.integration import below, whole
from tests.integration.holdings import Mirror
from tests.integration.program import Dockswitch
from tests.integration.stock import Stock

pytestmark = pytest.mark.engine

_VERSIONS = ("version", "--format", "{{.Client.Version}} {{.Server.Version}}")


def test_each_version_s_own_client_talks_to_the_engine_in_use(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    used, other = mirror.engines[:2]
    stock.hand_out(program.root, used, other)
    program.run("use", used.version).ended(0)
    for engine in (used, other):
        said = program.told("run", engine.version, "--", "docker", *_VERSIONS).ended(0)
        assert said.out == f"{engine.version} {used.version}\n"
    whole.is_linked(program.root, used.version)


def test_the_command_s_own_code_passes_through(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    program.told("run", engine.version, "--", "sh", "-c", "exit 7").ended(7)
    result = program.run("run", engine.version, "--", "sh", "-c", "echo aside; exit 10").ended(10)
    assert (result.plain["version"], result.plain["exit"]) == (engine.version, 10)
    assert "aside" in result.err
    program.run("run", "99.99.99", "--", "true").ended(125)
    assert below.dockerds(program.root) == []


def test_what_is_not_here_is_fetched_for_it(program: Dockswitch, mirror: Mirror) -> None:
    engine = mirror.engines[0]
    ran = program.told("run", engine.version, "--", "docker", "--version").ended(0)
    assert engine.version in ran.out
    assert below.links(program.root) == {}


def test_a_shell_that_reads_env_uses_the_engine(
    program: Dockswitch, mirror: Mirror, stock: Stock
) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    program.run("use", engine.version).ended(0)
    lines = program.told("env").ended(0).out
    ran = subprocess.run(
        ["sh", "-c", f"{lines}\ncommand -v docker; docker version --format '{{{{json .}}}}'"],
        env=program.environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found, told = ran.stdout.split("\n", 1)
    assert found == str(program.root / "usr/local/bin/docker")
    assert json.loads(told)["Server"]["Version"] == engine.version


def test_where_a_binary_is(program: Dockswitch, mirror: Mirror, stock: Stock) -> None:
    engine = mirror.engines[0]
    stock.hand_out(program.root, engine)
    program.run("use", engine.version, "--no-start").ended(0)
    dockerd = below.links(program.root)["dockerd"]
    assert program.run("which", "dockerd").ended(0).plain["path"] == str(dockerd)
    assert program.told("which", "dockerd").ended(0).out == f"{dockerd}\n"
    assert program.told("current").ended(0).out == f"{engine.version}\n"
    program.run("which", "no-such-binary").ended(1)
