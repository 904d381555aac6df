"""A session with the backends that may serve it: which distribution this is concerns apt alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from dockswitch.cli.current import NothingInUse
from dockswitch.cli.session import NotFromThere, Session
from dockswitch.model.errors import UsageError
from dockswitch.model.vm import keeper_of

if TYPE_CHECKING:  # imported by the functions that run
    from dockswitch.backends import Backend
    from dockswitch.model.generation import Generation
    from dockswitch.model.wish import Request
    from dockswitch.switching.options import Options


def of(
    ctx: typer.Context, *, backend: str | None, source: str, suite: str | None
) -> tuple[Session, tuple[str, ...]]:
    """The session, and the names of the backends that may serve, best first.

    `source` is whose sources were asked for, in the resolver's words, and empty for any. Raises
    NotFromThere, NoSuchBackend and SuiteOfPackages. An argument alone decides that virtual machines
    are meant, which belong to a person.
    """
    keeper = keeper_of(backend)
    session = Session(ctx, backend=source or None, suite=suite, unpacks=bool(source), keeper=keeper)
    names = _names(session, backend, source)
    if keeper is None and keeper_of(names[0]) is not None:
        if session.layout.scope != "user":
            from dockswitch.backends.vm import BelongToPeople

            raise BelongToPeople(names[0])
        session = Session(ctx, suite=suite, keeper=keeper_of(names[0]))
    if suite is not None and not source and names[0] != "apt":
        raise SuiteOfPackages
    if names[0] == "apt" and not source:
        session = Session(ctx, backend="apt", suite=suite)
    return session, names


def in_force(ctx: typer.Context, suite: str | None) -> "tuple[Session, Generation, str]":
    """The session for the newest of what is in force, that generation, and whose sources it came
    from, in the resolver's words and empty for those that suit the backend. Raises NothingInUse.
    """
    from dockswitch.backends import bundles
    from dockswitch.switching import history

    session = Session(ctx)
    now = history.newest(session.system)
    if now.version is None:
        raise NothingInUse
    if now.vm is not None:
        kept = bundles.read(session.system, now.folder)
        source = kept.source if kept is not None and now.vm.keeper == "lima" else ""
        return Session(ctx, keeper=now.vm.keeper), now, source
    source = bundles.source_of(session.system, now.folder)
    if source == "apt":  # packages are published for a distribution, which is asked for then only
        session = Session(ctx, backend=source, suite=suite, unpacks=now.backend != "apt")
    return session, now, source


def one(
    session: Session, request: "Request", names: Sequence[str], options: "Options"
) -> "Backend":
    """The backend that is to do it: the first of these that has what is asked for."""
    if len(names) == 1:
        from dockswitch import backends

        return backends.find(names[0])
    from dockswitch.switching import which_backend  # only before the first switch

    catalog = lambda: session.catalog  # noqa: E731 -- made when it is asked for
    return which_backend.first_that_has(session.system, catalog, request, names, options)


def _names(session: Session, backend: str | None, source: str) -> tuple[str, ...]:
    from dockswitch import backends
    from dockswitch.switching import which_backend

    asked = backend or session.settings["backend"].value
    if not asked:
        # What is unpacked from packages is not installed by apt.
        return ("static",) if source else which_backend.candidates(session.system)
    found = backends.find(asked)
    if source and (source not in found.takes or found.name == "apt"):
        raise NotFromThere(found.name)
    return (found.name,)


class SuiteOfPackages(UsageError):
    def __init__(self) -> None:
        super().__init__(
            "--suite is about packages",
            hint="--backend apt installs them, and --from deb takes the engine out of them",
        )
