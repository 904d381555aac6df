"""`run SPEC -- CMD`: CMD's own code and output pass through; 125 is ours."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import Program

CODES = {
    "docker exit 0": 0,
    "docker exit 7": 7,
    "docker exit 125": 125,
    "docker kill TERM": 128 + signal.SIGTERM,
    "docker kill KILL": 128 + signal.SIGKILL,
    "no-such-program": 127,
    "/etc": 126,
}


@pytest.mark.parametrize(("line", "code"), CODES.items())
def test_the_commands_own_code_passes_through(line: str, code: int, program: Program) -> None:
    said = program.process("run", "98.0.1", "--", *line.split())
    assert (said.code, said.out) == (code, "")
    object_ = program.process("run", "--json", "98.0.1", "--", *line.split())
    assert object_.code == code
    assert object_.json == {"schema": 1, "command": "run", "version": "98.0.1", "exit": code}


@pytest.mark.parametrize("line", ["no-such-program", "/etc"])
def test_a_command_that_cannot_be_run_is_told(line: str, program: Program) -> None:
    said = program.process("run", "98.0.1", "--", line)
    assert said.err.startswith(f"warning: {line}: ")


def test_the_client_of_that_version_is_the_first_on_path(program: Program) -> None:
    said = program.process("run", "98.0.1", "--", "docker", "version")
    assert (said.out, said.err) == ("docker 98.0.1 version\n", "")
    said = program.process("run", "test", "latest-pre", "--", "sh", "-c", "docker ps | tr a-z A-Z")
    assert said.out == "DOCKER 99.0.0-RC.1 PS\n"
    assert program("current").code == 1


def test_words_behind_two_dashes_are_the_commands(program: Program) -> None:
    said = program.process("run", "98.0.1", "--", "docker", "--json", "-v", "--", "--root", "x")
    assert said.out == "docker 98.0.1 --json -v -- --root x\n"


@pytest.mark.parametrize(
    "words", [["--json", "run", "98.0.1"], ["run", "--json", "98.0.1"], ["run", "98.0.1", "--json"]]
)
def test_with_json_the_commands_output_goes_aside(words: list[str], program: Program) -> None:
    said = program.process(*words, "--", "docker", "version")
    assert said.json["exit"] == 0
    assert said.err == "docker 98.0.1 version\n"


BEFORE = {
    "run": "usage",
    "run 98.0.1": "usage",
    "run 98.0.1 --": "usage",
    "run --frobnicate 98.0.1 -- true": "usage",
    "run nonsense -- true": "usage",
    "run 98.0.10 -- true": "not-published",
    "run 28.5.2 -- true": "not-authentic",
    "run 28.5.2 --offline --mirror http://127.0.0.1 -- true": "unreachable",
}


@pytest.mark.parametrize(("line", "code"), BEFORE.items())
def test_a_failure_before_the_command_is_125(line: str, code: str, program: Program) -> None:
    said = program("--json", *line.split())
    assert (said.code, said.error["code"]) == (125, code)


def test_a_command_gets_our_input_and_an_engine_below_the_root(
    program: Program, tmp_path: Path
) -> None:
    said = program.process("run", "98.0.1", "--", "sh", "-c", "echo $DOCKER_HOST; cat")
    assert said.out == f"unix://{program.root}/run/docker.sock\n"


def test_an_interrupt_is_the_commands_own_matter(program: Program) -> None:
    script = "trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.05; done"
    running = program.start("run", "--json", "98.0.1", "--", "sh", "-c", script)
    assert running.stderr is not None
    assert running.stderr.readline() == "ready\n"
    running.send_signal(signal.SIGINT)  # as one sent to us alone: the command goes on
    with pytest.raises(subprocess.TimeoutExpired):
        running.wait(timeout=0.5)
    os.kill(child_of(running.pid), signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (3, "caught\n")
    assert json.loads(out)["exit"] == 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_who_ends_us_ends_the_command(number: signal.Signals, program: Program) -> None:
    script = "echo ready >&2; exec sleep 30"
    running = program.start("run", "98.0.1", "--", "sh", "-c", script)
    assert running.stderr is not None
    assert running.stderr.readline() == "ready\n"
    child = child_of(running.pid)
    running.send_signal(number)
    assert running.communicate(timeout=20) == ("", "")
    assert running.returncode == 128 + number
    assert not Path(f"/proc/{child}").exists()


def child_of(pid: int) -> int:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0])
