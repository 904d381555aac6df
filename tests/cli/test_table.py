"""The table of commands says what the commands say of themselves, and costs nothing."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from dockswitch.cli import options
from dockswitch.cli.commands import application, load, module_of
from dockswitch.cli.table import ALIASES, GROUPS
from tests.cli.program import Program

COMMANDS = {name: said for group in GROUPS.values() for name, said in group.items()}


def module(name: str) -> ModuleType:
    return module_of(name)


def first_line(documented: object) -> str:
    return (documented.__doc__ or "").strip().splitlines()[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says_of_itself(name: str) -> None:
    found = module(name)
    assert first_line(getattr(found, "command", found)) == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_or_argument_of_a_command_bears_the_name_of_a_global_one(name: str) -> None:
    command = load(name)
    for each in [command, *getattr(command, "commands", {}).values()]:
        names = [parameter.name for parameter in each.params]
        assert sorted(set(names)) == sorted(names)
        assert {parameter.name for parameter in options.parameters()} <= set(names)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_and_each_one_parses(name: str) -> None:
    lines = module(name).EXAMPLES.splitlines()
    assert lines[0] == "Examples:"
    examples = [said for line in lines[1:] for said in spoken(line)]
    assert examples, f"{name} has no example"
    for words in examples:
        parse(words)


def spoken(line: str) -> list[list[str]]:
    """What a line of examples would give to dockswitch; remarks stand behind several spaces."""
    if not line.startswith("  "):
        return []  # prose behind them
    said = line.strip().partition("   ")[0]
    inner = re.search(r"\$\((.*?)\)", said)
    words = shlex.split(inner[1] if inner else said)
    own = words[words.index("dockswitch") + 1 :]
    ends = [place for place, word in enumerate(own) if word in ("|", ">")]
    return [own[: ends[0]] if ends else own]


def parse(words: list[str]) -> None:
    """As the program does; raises what is wrong with them."""
    top = application()
    if words[0] == "--version":
        return
    command = load(ALIASES.get(words[0], words[0]))
    with top.make_context("dockswitch", list(words[:1]), obj={}) as ctx:
        rest = words[1 : words.index("--")] if "--" in words else words[1:]
        with command.make_context(words[0], rest, parent=ctx) as below:
            if hasattr(command, "commands"):
                name, found, more = command.resolve_command(below, rest)
                found.make_context(name, more, parent=below).close()


def test_an_alias_means_a_command() -> None:
    assert set(ALIASES.values()) <= set(COMMANDS)
    assert not set(ALIASES) & set(COMMANDS)


def imported(code: str) -> set[str]:
    """The modules that a fresh process has after that code, beyond those of bare Python."""
    listing = "; import sys; print(' '.join(sys.modules))"
    done = [
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}; {each}"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for each in (f"pass{listing}", f"{code}{listing}")
    ]
    return set(done[1]) - set(done[0])


def test_the_fast_lane_imports_nothing_heavy() -> None:
    found = imported("import dockswitch.cli.main, dockswitch.cli.fast, dockswitch.report.line")
    heavy = {"typer", "dataclasses", "json", "subprocess", "re", "typing", "enum", "inspect"}
    assert not found & heavy
    ours = {name for name in found if name.startswith("dockswitch")}
    assert ours == {
        "dockswitch",
        "dockswitch.cli",
        "dockswitch.cli.fast",
        "dockswitch.cli.main",
        "dockswitch.model",
        "dockswitch.model.layout",
        "dockswitch.report",
        "dockswitch.report.line",
    }


def test_a_switch_to_a_kept_version_imports_neither_rich_nor_requests_nor_yaml(
    using: Callable[..., Program],
) -> None:
    program = using("98.0.1", "98.0.2")
    code = (
        "import sys, atexit; sys.argv[1:] = ['use', '98.0.1', '--no-start']; "
        "atexit.register(lambda: print(*sorted(sys.modules))); "
        "from dockswitch.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=program.environ(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "98.0.1 is in use, was 98.0.2" in done.stdout
    modules = done.stdout.splitlines()[-1]
    heavy = {"rich", "requests", "yaml", "tqdm", "urllib3", "truststore", "distro"}
    assert not heavy & set(modules.split())
