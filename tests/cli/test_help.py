"""The help, word by word."""

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.program import Program
from tests.cli.test_table import COMMANDS, module

FAMILIES = [f"{each} {name}" for each in ("daemon", "export") for name in module(each).FAMILY]


def test_the_program_alone_lists_its_commands(bare: Program, snapshot: SnapshotAssertion) -> None:
    said = bare()
    assert bare.told(said) == snapshot
    assert said == bare("help") == bare("--help") == bare("-h")


@pytest.mark.parametrize("name", [*COMMANDS, *FAMILIES])
def test_every_command_has_a_help(name: str, bare: Program, snapshot: SnapshotAssertion) -> None:
    said = bare(*name.split(), "--help")
    common = globals_of(bare().out)
    assert common in said.out
    assert said.out.replace(common, "Global options: …\n\n") == snapshot
    assert bare("help", *name.split()) == said
    assert (said.code, said.err) == (0, "")


def globals_of(text: str) -> str:
    """The section that every help has in common."""
    start = text.index("Global options:")
    return text[start : text.index("\n\n", start) + 2]


@pytest.mark.parametrize("width", ["40", "200"])
def test_the_help_is_the_same_at_any_width(width: str, bare: Program) -> None:
    assert bare("help", COLUMNS=width) == bare("help")
    assert bare("use", "--help", COLUMNS=width) == bare("use", "--help")


def test_no_line_of_help_is_longer_than_a_terminal(bare: Program) -> None:
    for name in ["help", *COMMANDS, *FAMILIES]:
        for line in bare("help", *name.split()).lines:
            assert len(line) <= 80, f"{name}: {line}"


def test_the_help_for_programs_is_one_object(bare: Program) -> None:
    said = bare("help", "use", "--json")
    assert (said.code, said.json["command"], said.err) == (0, "help", "")
    assert "Usage: dockswitch use" in said.json["help"]
