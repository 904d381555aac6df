"""Root's rights for a command that changes the system: an ordinary user goes through sudo."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import typer

from dockswitch.cli.session import Session
from dockswitch.model.errors import DockswitchError

# Says to the one behind sudo that another dockswitch waits for its exit code.
_MARK = "DOCKSWITCH_THROUGH_SUDO"
# What a 1 of ours is behind sudo: a 1 is also what sudo itself says where it refuses. A command
# that `try` runs may end with any code; few end with this one.
_ONE = 249


def as_root(session: Session, *more: str, carried: Mapping[str, str] | None = None) -> None:
    """To be called before a command changes something; `more` are words that it knows by now, and
    `carried` is what it is to find in its environment.

    Returns where it may be done here. Elsewhere the same command has run behind sudo when this
    ends the command with its exit code; raises NoSudo, SudoRefused.
    """
    if is_wanted(session):
        words = _with(sys.argv[1:], more)
        raise typer.Exit(_through_sudo(session, words, aside=False, carried=carried or {}))


def first(session: Session, name: str, *more: str, instead_of: str) -> None:
    """Runs another command behind sudo before this one goes on, which a failure ends.

    Its words are those of this command up to `--`, and `more`; what it prints on stdout goes to
    stderr.
    """
    words = sys.argv[1:]
    words = words[: words.index("--")] if "--" in words else words
    place = words.index(instead_of)
    if _through_sudo(session, [*words[:place], name, *words[place + 1 :], *more], aside=True):
        raise FirstFailed(name)


def is_wanted(session: Session) -> bool:
    """Whether the machine's own places are meant and this is not root."""
    layout = session.layout
    return layout.scope == "system" and not layout.root and os.geteuid() != 0


def told(run: Callable[[], int]) -> int:
    """The exit code, as whoever waits in front of sudo understands it."""
    if os.environ.pop(_MARK, None) is None:
        return run()
    try:
        code = run()
    except Exception:  # noqa: BLE001  # a defect of ours is shown as ever, and is no refusal
        sys.excepthook(*sys.exc_info())
        code = 1
    return _ONE if code == 1 else code


def _through_sudo(
    session: Session,
    words: Sequence[str],
    *,
    aside: bool,
    carried: Mapping[str, str] = MappingProxyType({}),
) -> int:
    import shlex

    from dockswitch.model.address import shown
    from dockswitch.system import commands, sudo
    from dockswitch.system.own_command import own_command

    if not sudo.is_there():
        raise NoSudo(session.report.command)
    lent = {_MARK: "1", **sudo.lent(os.environ), **carried}
    mirror = session.given.mirror or ""
    if shown(mirror) != mirror:  # its secret would stand in sudo's log
        lent["DOCKSWITCH_MIRROR"] = mirror
        words = _without_mirror(words)
    names = sudo.kept({**os.environ, **lent})
    argv = sudo.again(words, names, asks=session.on_terminal)
    session.report.note(f"$ {shlex.join(argv)}")
    code = commands.attend(argv, env=lent, aside=aside, say=session.report.warning)
    if code == 1:
        by_hand = shlex.join(["sudo", *own_command(), *words])
        raise SudoRefused(names, by_hand, asked=session.on_terminal)
    return 1 if code == _ONE else code


def _with(words: Sequence[str], more: Sequence[str]) -> list[str]:
    place = words.index("--") if "--" in words else len(words)
    return [*words[:place], *more, *words[place:]]


def _without_mirror(words: Sequence[str]) -> list[str]:
    left, given = [], iter(words)
    for word in given:
        if word == "--mirror":
            next(given, None)
        elif not word.startswith("--mirror="):
            left.append(word)
    return left


class NoSudo(DockswitchError):
    def __init__(self, command: str) -> None:
        super().__init__(
            f"`{command}` changes the machine, which only root may do",
            details="there is no sudo that it could go through",
            hint="run it as root, or below a root of your own: --root",
        )


class FirstFailed(DockswitchError):
    def __init__(self, name: str) -> None:
        super().__init__(f"`{name}`, which comes first, failed", hint="it has said why, above")


class SudoRefused(DockswitchError):
    """`names` are what was to survive of the environment; `asked`: it could ask for a password."""

    def __init__(self, names: Sequence[str], by_hand: str, *, asked: bool) -> None:
        why = "" if asked else "without a terminal it cannot ask for a password; "
        super().__init__(
            "sudo did not let it run, and nothing was changed",
            details=f"{why}its rule must also let pass (SETENV): {', '.join(names)}",
            hint=f"`{by_hand}` by hand, on a terminal; or a rule in /etc/sudoers.d: "
            "NOPASSWD: SETENV: and that program",
        )
