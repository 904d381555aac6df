"""Running one command: its words parted, its errors said, its exit code."""

import gc
import os
import signal
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

import typer

from dockswitch.cli import options
from dockswitch.cli.commands import INTERRUPTED, application, module_of
from dockswitch.cli.mistakes import BadWords, FromTheSystem
from dockswitch.cli.table import ALIASES, GROUPS
from dockswitch.model.errors import DockswitchError, Interrupted
from dockswitch.report.line import nobody_reads
from dockswitch.report.report import Report

COMPLETE = "_DOCKSWITCH_COMPLETE"  # what a shell's completion sets; typer derives the same name


def run(argv: Sequence[str]) -> int:
    """Runs the command that the words name; returns its exit code."""
    # Start-up makes objects that stay: looking for cycles among them costs 7 % of `use`.
    gc.set_threshold(100_000)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), _interrupt)
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
        nobody_reads()
        return 1
    except (Exception, KeyboardInterrupt) as error:
        known = _as_known(error, words)
        if known is None:
            raise
        return _failed(words, said, known)
    return code if isinstance(code, int) else 0


def _parted(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our own words, and those behind `--` where they are a command of the person's own."""
    words = list(argv)
    if "--" in words:
        place = words.index("--")
        names = _commands(words[:place])
        if names and getattr(module_of(names[0]), "RUNS", False):
            return words[:place], words[place + 1 :]
    return words, []


def _spoken(words: list[str]) -> list[str]:
    """What typer is given: `help` where nothing is said, `version` for `--version`."""
    for place, word in enumerate(words):
        if word == "--version" and not _commands(words[:place]):
            return [*words[:place], "version", *words[place + 1 :]]
    return words or ["help"]


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _as_known(error: BaseException, words: Sequence[str]) -> DockswitchError | None:
    """The error for a person that an exception stands for; None for a defect of ours."""
    if isinstance(error, DockswitchError):
        return error
    if isinstance(error, KeyboardInterrupt | typer.Abort):  # the latter at a question
        return INTERRUPTED
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
    if isinstance(error, Interrupted) or not names or said.get(options.NATURAL):
        return error.exit
    module = module_of(names[0])
    if getattr(module, "ALONE", False) and not said.get(options.BEHIND):
        return error.exit
    code: int = getattr(module, "FAILED", error.exit)
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
    family = getattr(module_of(names[0]), "FAMILY", {})
    return names[: 2 if len(names) > 1 and names[1] in family else 1]
