"""What dockswitch.pyz begins with: it needs a Python and a folder to unpack itself into.

Any Python that people may have is to understand this file. shiv would unpack into the home of
whoever HOME names, which may be nobody's, read-only, or another person's whose root is to trust.
"""

import os
import sys
import tempfile

NAME = "dockswitch.pyz"
HINT = "  hint: a newer Python beside it is enough: `python3.11 dockswitch.pyz`\n"


def main():
    if sys.version_info < (3, 10):
        said = "error: dockswitch needs Python 3.10 or newer, and this is Python %d.%d\n"
        sys.stderr.write(said % sys.version_info[:2] + HINT)
        sys.exit(18)
    import _bootstrap

    if "SHIV_ROOT" not in os.environ:
        os.environ["SHIV_ROOT"] = place()
        _bootstrap.run = without_place(_bootstrap.run)
    _bootstrap.bootstrap()


def place():
    """The first folder of our own that can be had: that of a cache, else a temporary one."""
    shared = os.path.join(tempfile.gettempdir(), "%s-%d" % (NAME, os.geteuid()))
    for folder in (cache(), shared):
        if os.path.isabs(folder) and is_ours(folder):
            return folder
    sys.stderr.write(
        "error: there is no folder that dockswitch could unpack itself into\n"
        "  %s and %s cannot be written, or are not this user's\n"
        "  hint: `SHIV_ROOT=DIR dockswitch.pyz ...` names one\n" % (cache(), shared)
    )
    sys.exit(1)


def cache():
    if os.geteuid() == 0:
        return os.path.join("/var/cache", NAME)
    named = os.environ.get("XDG_CACHE_HOME", "")
    return os.path.join(named if os.path.isabs(named) else os.path.expanduser("~/.cache"), NAME)


def is_ours(folder):
    """Whether nobody else may write there: what is in it will run as whoever starts us."""
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        found = os.lstat(folder)
    except OSError:
        return False
    ours = found.st_uid == os.geteuid() and not found.st_mode & 0o022
    return ours and not os.path.islink(folder) and os.access(folder, os.W_OK)


def without_place(run):
    """What programs that we start get to see is none of ours."""

    def start(module):
        del os.environ["SHIV_ROOT"]
        run(module)

    return start


main()
