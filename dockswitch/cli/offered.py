"""What `use` offers where the system runs no engine itself: a virtual machine, or the client."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from dockswitch.cli.session import Session
from dockswitch.model.errors import NotForThisHost, UsageError
from dockswitch.model.vm import KEEPERS, Keeper, keeper_of

if TYPE_CHECKING:  # imported by the functions that run
    from dockswitch.switching.keepers import Ways

_SYSTEMS = {"mac": "macOS", "windows": "Windows"}
_OWN = ("static", "apt")  # what installs an engine on a machine itself
_MEANT: dict[Keeper, str] = {
    "lima": "a virtual machine of Lima's",
    "machine": "a virtual machine of docker-machine's, made of a boot2docker image",
}
_MACHINES_OWN = "docker-machine stands on the releases page of docker/machine on GitHub"


def backend(
    ctx: typer.Context,
    words: Sequence[str],
    *,
    named: str | None,
    client_only: bool,
    day: str | None,
) -> str | None:
    """The backend that is to do it; None for the one that the history knows.

    `named` is what was asked for, `day` that of --as-of. On a terminal a person is asked; raises
    NowhereToRun where nobody is, and NoEngineHere for a backend that has none here.
    """
    from dockswitch.model.wish import Previous, SystemsOwn

    if client_only:
        return named or "static"
    session = Session(ctx)
    asked = named or session.settings["backend"].value
    if asked in _OWN:
        raise NoEngineHere(asked, _system(session))
    if asked or not words:
        return asked or None
    if isinstance(session.request(words, day).wish, Previous | SystemsOwn):
        return None
    from dockswitch.switching import keepers

    return keepers.known(session.bare) or _chosen(session, words, day)


def _chosen(session: Session, words: Sequence[str], day: str | None) -> Keeper:
    from dockswitch.switching import keepers

    request = session.request(words, day)
    path = os.environ.get("PATH", "")
    ways = keepers.ways(session.recorded, lambda: session.catalog, request, path)
    if not (ways.here and session.on_terminal):
        said = " ".join([*words, *(["--as-of", day] if day else [])])
        raise NowhereToRun(said, _system(session), ways)
    session.report.about(f"{_system(session)} runs no engine itself; {request.words} can be had in")
    for keeper in ways.here:
        session.report.about(f"  {keeper:<8} {_MEANT[keeper]}{_which(keeper, ways)}")
    first = ways.here[0]
    while True:
        chosen = keeper_of(typer.prompt("in which", default=first, err=True))
        if chosen is not None and chosen in ways.here:
            return chosen
        session.report.about(f"one of {', '.join(ways.here)}; ^C for none")


def _which(keeper: Keeper, ways: "Ways") -> str:
    """The version that it would be, where it is not the newest there is."""
    return f" ({ways.image})" if keeper == "machine" and ways.image == ways.last else ""


def _system(session: Session) -> str:
    return _SYSTEMS.get(session.bare.host.os, session.bare.host.os)


class NowhereToRun(UsageError):
    """`said` is the spec as it was said."""

    def __init__(self, said: str, system: str, ways: "Ways") -> None:
        super().__init__(
            f"{system} runs no Docker engine itself: say where {said} is to run",
            details="\n".join(_lacking(ways)),
            hint="\n".join(_commands(said, system, ways)),
        )


def _lacking(ways: "Ways") -> list[str]:
    lines = []
    if not ways.here:
        lines.append("no program on PATH can have it in a virtual machine: limactl, docker-machine")
    if ways.image is None:
        lines.append(f"docker-machine cannot have it: boot2docker's images end with {ways.last}")
    return lines


def _commands(said: str, system: str, ways: "Ways") -> list[str]:
    """To be typed as they stand; what brings a keeper comes before its own."""
    last = f" for {ways.image}, the last that has an image" if ways.image == ways.last else ""
    lines = [
        f"`dockswitch use {said} --backend {keeper}`{last if keeper == 'machine' else ''}"
        for keeper in ways.here
    ]
    if not ways.here:
        lima = "`brew install lima`" if system == "macOS" else "Lima's releases page on GitHub"
        lines.append(f"{lima}, then `dockswitch use {said} --backend lima`")
        if ways.image is not None:
            lines.append(f"{_MACHINES_OWN}; then `dockswitch use {said} --backend machine`{last}")
    if ways.client:
        lines.append(f"`dockswitch use {said} --client-only` for the docker client alone")
    return lines


class NoEngineHere(NotForThisHost):
    def __init__(self, backend: str, system: str) -> None:
        commands = " or ".join(f"--backend {keeper}" for keeper in KEEPERS)
        super().__init__(
            f"the {backend} backend has no engine for {system}",
            details="Docker publishes engines that run on Linux itself, and for other systems the "
            "client",
            hint=f"{commands} has one in a virtual machine; --client-only links the client",
        )
