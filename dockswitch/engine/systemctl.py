"""What is told to, and heard from, the systemd that keeps this scope's engine."""

from collections.abc import Sequence

from dockswitch.model.errors import DockswitchError
from dockswitch.model.layout import Layout
from dockswitch.model.ports import Finished, Reader, System

_LIMIT = 60.0  # seconds


def told(system: System, *words: str, limit: float = _LIMIT) -> Finished:
    """systemctl, with what changes something."""
    return system.command(_line("systemctl", system.layout, words), timeout=limit)


def asked(reader: Reader, *words: str) -> Finished:
    """systemctl, with what changes nothing."""
    return reader.run(_line("systemctl", reader.layout, words))


def last_lines(reader: Reader, unit: str, lines: int) -> tuple[str, ...]:
    """The last lines in the journal of a unit."""
    if lines <= 0:
        return ()
    return tuple(_journal(reader, "--unit", unit, f"--lines={lines}"))


def last_start(reader: Reader, unit: str) -> Sequence[str]:
    """What a unit said since it was started last, or systemd of it where it said nothing."""
    shown = asked(reader, "show", "--property=InvocationID", unit).out
    key = shown.strip().partition("=")[2]
    if not key:
        return ()
    reader.run(_line("journalctl", reader.layout, ["--sync"]))
    own_words = _journal(reader, f"_SYSTEMD_INVOCATION_ID={key}")
    return own_words or _journal(reader, f"INVOCATION_ID={key}")


def _journal(reader: Reader, *words: str) -> list[str]:
    line = _line("journalctl", reader.layout, ["--output=cat", "--no-pager", *words])
    return reader.run(line).out.splitlines()


def _line(program: str, layout: Layout, words: Sequence[str]) -> list[str]:
    """A user's own is found by their runtime folder, which `su` and `sudo` do not set."""
    if layout.scope == "system":
        return [program, *words]
    return ["env", f"XDG_RUNTIME_DIR={layout.runtime}", program, "--user", *words]


class StartFailed(DockswitchError):
    def __init__(self, unit: str, words: str, layout: Layout) -> None:
        whose = "" if layout.scope == "system" else "--user "
        super().__init__(
            f"{unit} did not start: {words}", hint=f"`journalctl {whose}-u {unit}` shows more"
        )
