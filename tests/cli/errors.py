"""An error that words of a command line provoke, as snapshots have it."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.program import Program, Said

Arrange = Callable[[Program], object]


@dataclass(frozen=True)
class Case:
    """`line` is what is typed, `code` how it ends, `before` what is done to the machine first."""

    line: str
    code: int
    env: Mapping[str, str] = field(default_factory=dict)
    before: Arrange | None = None


def settings(text: str) -> Arrange:
    return lambda program: write(program.root / "etc/dockswitch/settings.yaml", text)


def channels(text: str) -> Arrange:
    return lambda program: write(program.root / "etc/dockswitch/channels.yaml", text)


def file(path: str, text: str = "mine\n") -> Arrange:
    return lambda program: write(program.root / path, text)


def pin(text: str) -> Arrange:
    return lambda program: write(program.home / ".docker-version", text)


def after(*lines: str) -> Arrange:
    def arrange(program: Program) -> None:
        for line in lines:
            said = program(*shlex.split(line))
            assert said.code == 0, said.err

    return arrange


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def told(case: Case, program: Program) -> str:
    """The error as people see it and its object, which must say the same."""
    if case.before:
        case.before(program)
    words = shlex.split(case.line)
    said = program(*words, **case.env)
    object_ = program("--json", *words, **case.env)
    assert (said.code, object_.code) == (case.code, case.code)
    agrees(said, object_)
    return program.told(said) + "\n--- --json\n" + program.plain(object_.out).rstrip()


def agrees(said: Said, object_: Said) -> None:
    assert said.out == ""
    assert object_.err == ""
    assert set(object_.json) == {"schema", "command", "error"}
    error = object_.error
    assert set(error) == {"code", "message", "details", "hint"}
    details = [f"  {line}" for line in error["details"].splitlines()]
    hint = [f"  hint: {error['hint']}"] if error["hint"] else []
    assert said.err.splitlines() == [f"error: {error['message']}", *details, *hint]
    # kind: every error but a bare fact names a way out
    assert error["hint"] or error["details"]
