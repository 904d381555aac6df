"""The fast lane: `current`, `which` and `--version` answered before typer is imported.

It knows the plainest forms only; for anything else (an error, --json, help) it answers None and
the same command runs in its own file.
"""

import os
import sys
from collections.abc import Sequence

from dockswitch import __version__
from dockswitch.model.layout import Layout, has_engine, own_uid, version_in


def answer(argv: Sequence[str]) -> str | None:
    """The line to print, or None where the slow lane is needed."""
    root, user, words = os.environ.get("DOCKSWITCH_ROOT", ""), False, []
    given = iter(argv)
    for word in given:
        if word == "--root":
            root = next(given, "")
        elif word.startswith("--root="):
            root = word.partition("=")[2]
        elif word == "--system" and not has_engine():
            return None
        elif word in ("--user", "--system"):
            user = word == "--user"
        else:
            words.append(word)
    if words == ["--version"]:
        return f"dockswitch {__version__}"
    if words == ["current"] or (len(words) == 2 and words[0] == "which"):
        layout = Layout.of(root=root, user=user, env=os.environ, uid=own_uid())
        return _current(layout) if words == ["current"] else _which(layout, words[1])
    return None


def _current(layout: Layout) -> str | None:
    """A version in a virtual machine is in use whatever is linked: the slow lane knows it."""
    if os.path.islink(layout.real(layout.vm)):
        return None
    folder = _folder(layout)
    return version_in(folder) if folder else None


def _which(layout: Layout, name: str) -> str | None:
    if os.path.islink(layout.real(layout.vm)):
        return None
    folder = _folder(layout)
    if not folder or "/" in name or name.startswith("-"):
        return None
    path = layout.real(f"{layout.state}/{folder}/{name}")
    return path if os.access(path, os.X_OK) else None


def _folder(layout: Layout) -> str | None:
    path = layout.real(layout.current)
    if sys.platform == "win32":
        from dockswitch.system import files  # it is no link there

        return files.link(path)
    try:
        return os.readlink(path)
    except OSError:
        return None
