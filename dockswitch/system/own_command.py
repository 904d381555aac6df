"""The words that start this very program, whoever says them and from whatever folder."""

import os
import site
import sys

# What the program is called, installed and as one file.
_NAMES = ("dockswitch", "dockswitch.pyz")
# The folder that holds this package.
_PACKAGES = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def own_command() -> tuple[str, ...]:
    """An absolute command that is the same program for root, for systemd and on any PATH.

    It is the console script beside the interpreter (pipx, a virtual environment) or the one that
    we were started by. Where neither would find this package again (a checkout on PYTHONPATH,
    `pip install --user`), the interpreter is told where it lies. It is never `-m dockswitch`:
    that searches the working folder first, and root must not run what somebody left there.
    """
    script = _script()
    if script and _is_found_by_anybody():
        return (script,)
    return (sys.executable, "-c", _by_place())


def _script() -> str | None:
    """The console script; in a virtual environment it stands beside the interpreter."""
    beside = os.path.join(os.path.dirname(sys.executable), "dockswitch")
    here = os.path.realpath(sys.argv[0])
    tried = [beside] if sys.prefix != sys.base_prefix else []
    tried += [here] if os.path.basename(here) in _NAMES else []
    return next((path for path in tried if os.access(path, os.X_OK) and os.path.isfile(path)), None)


def _is_found_by_anybody() -> bool:
    """Whether the package is found without our environment, folder and home.

    That may be by a path that the script itself makes, as those of bundles do.
    """
    return _PACKAGES in {os.path.abspath(path) for path in sys.path} - _lent()


def _lent() -> set[str]:
    """Places on our path that another user, or another folder, would not have there."""
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    own = [site.USER_SITE] if site.USER_SITE else []
    return {os.path.abspath(path) for path in [os.curdir, *named, *own]}


def _by_place() -> str:
    """A line of Python; the first place of its path is replaced, which is the working folder."""
    homes = [site.USER_SITE] if site.USER_SITE in sys.path else []
    places = list(dict.fromkeys([_PACKAGES, *homes]))
    return f"import sys; sys.path[:1] = {places!r}; from dockswitch.cli.main import main; main()"
