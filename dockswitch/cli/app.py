"""The command line: a table of commands, each imported only when it is the one that runs."""

import gc
import importlib
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from types import FrameType, ModuleType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from dockswitch.cli import options
from dockswitch.cli.mistakes import BadWords, FromTheSystem, NoSuchCommand
from dockswitch.model.errors import DockswitchError, Interrupted
from dockswitch.report.report import Report

# group → command → its one-line help; the first line of each command's docstring, held by a test
GROUPS: dict[str, dict[str, str]] = {
    "Switch": {
        "use": "Switch to a release, fetching it if needed.",
        "rollback": "Go back to an earlier generation.",
        "upgrade": "Switch to the newest release of the channel in use.",
        "recover": "Undo what a killed switch left behind.",
    },
    "Keep": {
        "install": "Fetch and verify a release without switching to it.",
        "uninstall": "Remove a version that is not in use.",
        "prune": "Remove every version that nothing needs.",
        "pin": "Write down the version that this folder wants.",
    },
    "Look": {
        "list": "List the versions that are kept here.",
        "list-remote": "List what the channels publish.",
        "current": "Show the version in use.",
        "which": "Show where a binary of the version in use is.",
        "status": "Show what is installed, what runs, and whether they agree.",
        "history": "List the generations.",
        "outdated": "Show whether the channel in use has something newer.",
        "channels": "List the channels, live and retired.",
        "resolve": "Show which release a word means, and why.",
        "where": "Show where a version was published.",
    },
    "Run": {
        "run": "Run a command with the client of a version on PATH.",
        "env": "Print what a shell needs to use this engine.",
        "daemon": "Start, stop, restart or watch dockswitch's own engine.",
    },
    "dockswitch": {
        "version": "Show which dockswitch this is, as `dockswitch --version` does.",
        "settings": "Show each setting and where it came from.",
        "completion": "Print the completion script of a shell.",
        "help": "Show this list, or a command's help.",
    },
}
ALIASES = {"ls": "list", "ls-remote": "list-remote"}
COMPLETE = "_DOCKSWITCH_COMPLETE"  # what a shell's completion sets; typer derives the same name
EXAMPLES = """\
Examples:
  dockswitch use test                  what the test channel offers now
  dockswitch use 17.06.0-ce-rc2        exactly that release
  dockswitch rollback                  the engine before
  dockswitch list-remote test --pre    what there is to try
"""


def run(argv: Sequence[str]) -> int:
    """Runs the command that the words name; returns its exit code."""
    # Start-up makes objects that stay: looking for cycles among them costs 7 % of `use`.
    gc.set_threshold(100_000)
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)
    os.umask(0o022)  # what others are to read must be readable, whatever root's habit is
    if COMPLETE in os.environ:
        from typer._completion_classes import completion_init

        completion_init()  # costs nothing where no shell asks
    words, behind = _parted(argv)
    said: dict[str, Any] = {options.BEHIND: behind}
    try:
        code = application().main(
            _spoken(words), prog_name="dockswitch", standalone_mode=False, obj=said
        )
    except BrokenPipeError:
        # The reader went away (`| head`): nothing is wrong, and nothing can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Exception, KeyboardInterrupt) as error:
        known = _as_known(error, words)
        if known is None:
            raise
        return _failed(words, said, known)
    return code if isinstance(code, int) else 0


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
            raise _INTERRUPTED from error

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
    module = _module(name)
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


_INTERRUPTED = Interrupted("where a switch had begun, `dockswitch status` says how it stands")
# The same help on every terminal: it is read beside this text, and pasted into issues.
_CONTEXT = {"help_option_names": ["-h", "--help"], "terminal_width": 80}


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"dockswitch.cli.{name.replace('-', '_')}")


def _single(function: Callable[..., None], name: str, module: ModuleType) -> Any:  # noqa: ANN401
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name, cls=Command, epilog=module.EXAMPLES, context_settings=_CONTEXT)(function)
    command = typer.main.get_command(app)
    command.params += options.parameters()
    return command


def _parted(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our own words, and those behind `--` where they are a command of the person's own."""
    words = list(argv)
    if "--" in words:
        place = words.index("--")
        names = _commands(words[:place])
        if names and getattr(_module(names[0]), "RUNS", False):
            return words[:place], words[place + 1 :]
    return words, []


def _spoken(words: list[str]) -> list[str]:
    """What typer is given: `help` where nothing is said, `version` for `--version`."""
    for place, word in enumerate(words):
        if word == "--version" and not _commands(words[:place]):
            return [*words[:place], "version", *words[place + 1 :]]
    return words or ["help"]


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


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _as_known(error: BaseException, words: Sequence[str]) -> DockswitchError | None:
    """The error for a person that an exception stands for; None for a defect of ours."""
    if isinstance(error, DockswitchError):
        return error
    if isinstance(error, KeyboardInterrupt | typer.Abort):  # the latter at a question
        return _INTERRUPTED
    if isinstance(error, OSError):
        return FromTheSystem(error)
    if hasattr(error, "format_message"):  # typer's own errors; their class is not exported
        return BadWords(error.format_message(), " ".join(["dockswitch", *_commands(words)]))
    return None


def _failed(argv: Sequence[str], said: Mapping[str, Any], error: DockswitchError) -> int:
    """Says it in the voice of the command that failed, or as words ask that made no command."""
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    names = _commands(words)
    report = said.get(options.VOICE) or Report(" ".join(names), as_json="--json" in words)
    report.failure(error)
    if isinstance(error, Interrupted) or not names:
        return error.exit
    code: int = getattr(_module(names[0]), "FAILED", error.exit)
    return code


def _commands(words: Sequence[str]) -> list[str]:
    """The command's name among these words, with that of its own command if it has some."""
    valued = {opt for each in options.parameters() if not each.is_flag for opt in each.opts}
    names = []
    given = iter(words)
    for word in given:
        if word in valued:
            next(given, None)
        elif not word.startswith("-"):
            names.append(ALIASES.get(word, word))
    if not names or not any(names[0] in commands for commands in GROUPS.values()):
        return []
    family = getattr(_module(names[0]), "FAMILY", {})
    return names[: 2 if len(names) > 1 and names[1] in family else 1]
