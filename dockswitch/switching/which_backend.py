"""Which backend installs an engine, where nobody decided."""

from collections.abc import Sequence

from dockswitch import backends
from dockswitch.backends import Backend
from dockswitch.model import package_names
from dockswitch.model.errors import NotForThisHost, NotPublished
from dockswitch.model.ports import Reader
from dockswitch.model.wish import Previous, Request, SystemsOwn
from dockswitch.switching import history, planning
from dockswitch.switching.chosen import LateCatalog
from dockswitch.switching.options import Options

# What a machine has that packages can bring an engine to.
_PROGRAMS = ("/usr/bin/dpkg", "/usr/bin/apt-get")


def candidates(reader: Reader) -> tuple[str, ...]:
    """Those that may serve, best first: the one that the installed engine came by, or all.

    Packages come first where the machine has apt, and only where the machine itself is meant.
    """
    now = history.newest(reader)
    if now.version is not None:
        return (now.backend,)
    if not _has_apt(reader):
        return ("static",)
    from dockswitch.apt import states  # only where there is no engine of ours

    by_docker = states.states(reader, (package_names.ENGINE,))
    return ("apt",) if by_docker else ("apt", "static")


def first_that_has(
    reader: Reader,
    catalog: LateCatalog,
    request: Request,
    names: Sequence[str],
    options: Options,
) -> Backend:
    """The first of these backends for which the release is published.

    A source that is down is none that has nothing: it raises Unreachable.
    """
    *first, last = [backends.find(name) for name in names]
    if isinstance(request.wish, Previous | SystemsOwn):
        return last
    for backend in first:
        try:
            planning.choice_of(reader, catalog, request, backend, options)
        except (NotPublished, NotForThisHost):
            continue
        return backend
    return last


def _has_apt(reader: Reader) -> bool:
    layout = reader.layout
    if layout.scope == "user" or layout.root or reader.host.init != "systemd":
        return False
    return all(reader.kind(program) is not None for program in _PROGRAMS)
