"""The tree of commands: each is imported when it is asked for, and help is drawn one way."""

import importlib
from collections.abc import Callable
from keyword import iskeyword
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from dockswitch.cli import options
from dockswitch.cli.mistakes import NoSuchCommand
from dockswitch.cli.table import ALIASES, GROUPS
from dockswitch.model.errors import Interrupted

EXAMPLES = """\
Examples:
  dockswitch use test                  what the test channel offers now
  dockswitch use 17.06.0-ce-rc2        exactly that release
  dockswitch rollback                  the engine before
  dockswitch list-remote test --pre    what there is to try
"""
INTERRUPTED = Interrupted("where a switch had begun, `dockswitch status` says how it stands")
# The same help on every terminal: it is read beside this text, and pasted into issues.
_CONTEXT = {"help_option_names": ["-h", "--help"], "terminal_width": 80}


def application() -> TyperGroup:
    """The whole command line, nothing of it imported yet but its table."""
    return Group(
        name="dockswitch",
        help="rustup for Docker Engine: a machine runs exactly the Docker CE that one word names.",
        params=options.parameters(),
        epilog=EXAMPLES,
        rich_markup_mode=None,
        context_settings=_CONTEXT,
    )


class Group(TyperGroup):
    """Imports a command when it is asked for, and lists all of them in groups."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # typer exports no type for it
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:  # typer would make a silent 130 of it
            raise INTERRUPTED from error

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401  # likewise
        return [name for commands in GROUPS.values() for name in commands]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401  # likewise
        name = ALIASES.get(cmd_name, cmd_name)
        return load(name) if name in self.list_commands(ctx) else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # likewise
        return _resolved(self, ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # likewise
        for group, commands in GROUPS.items():
            with formatter.section(group):
                formatter.write_dl(list(commands.items()))

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # likewise
        self.format_commands(ctx, formatter)
        _write_parameters(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # likewise
        _write_verbatim(formatter, self.epilog)


class Command(TyperCommand):
    """A command whose help names its own options first and ends with examples."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401  # likewise
        pieces: list[str] = super().collect_usage_pieces(ctx)
        return [piece.strip("{}") for piece in pieces]  # typer puts what is required in braces

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # likewise
        _write_parameters(self, ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # likewise
        _write_verbatim(formatter, self.epilog)


class Family(TyperGroup):
    """A command with commands of its own, such as `daemon start`."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # likewise
        self.format_commands(ctx, formatter)
        _write_parameters(self, ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # likewise
        return _resolved(self, ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # likewise
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.help) for name, each in self.commands.items()])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # likewise
        _write_verbatim(formatter, self.epilog)


def load(name: str) -> Any:  # noqa: ANN401  # likewise
    """The command of that name, with the global options; its module is imported now."""
    module = module_of(name)
    family: dict[str, Callable[..., None]] = getattr(module, "FAMILY", {})
    if not family:
        return _single(module.command, name, module)
    return Family(
        name=name,
        help=module.__doc__,
        commands={each: _single(family[each], each, module) for each in family},
        params=options.parameters(),
        epilog=module.EXAMPLES,
        rich_markup_mode=None,
        context_settings=_CONTEXT,
    )


def module_of(name: str) -> ModuleType:
    name = name.replace("-", "_")
    # a word of Python's own is no module's name
    return importlib.import_module(f"dockswitch.cli.{name}{'_' if iskeyword(name) else ''}")


def _single(function: Callable[..., None], name: str, module: ModuleType) -> Any:  # noqa: ANN401
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name, cls=Command, epilog=module.EXAMPLES, context_settings=_CONTEXT)(function)
    command = typer.main.get_command(app)
    command.params += options.parameters()
    return command


def _resolved(group: TyperGroup, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401  # likewise
    name = args[0]
    found = group.get_command(ctx, name)
    if found is None:
        raise NoSuchCommand(name, ctx.command_path, group.list_commands(ctx))
    return ALIASES.get(name, name), found, args[1:]


def _write_parameters(command: Any, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  # likewise
    """Arguments, the command's own options, and those that every command takes."""
    sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": [], "Global": []}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is None:
            continue
        kind = "Global" if options.is_global(parameter.name) else "Options"
        sections["Arguments" if parameter.param_type_name == "argument" else kind].append(record)
    sections[options.PANEL] = sections.pop("Global")
    for title, records in sections.items():
        if records:
            with formatter.section(title):
                formatter.write_dl(records)


def _write_verbatim(formatter: Any, text: str | None) -> None:  # noqa: ANN401  # likewise
    formatter.write("\n" + (text or ""))
