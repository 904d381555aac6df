"""The page of a mirror's folder, as a web server would list it: for people, and for dockswitch."""

import html
from urllib.parse import quote

from dockswitch.model.mirrored import Folder

NAME = "index.html"


def page(folder: Folder, place: str, without: frozenset[str]) -> bytes | None:
    """One link for each name in the folder (its place ends in `/`, or is empty for the top).

    `without` are places that are about to go; None where nothing is left.
    """
    names = [name for name in folder.names(place) if name != NAME]
    left = [name for name in names if f"{place}{name}" not in without]
    if not left:
        return None
    title = html.escape(f"Index of /{place}")
    lines = [
        *(['<a href="../">../</a>'] if place else []),
        *(_line(folder, place, n) for n in left),
    ]
    return (
        f'<html>\n<head><meta charset="utf-8"><title>{title}</title></head>\n<body>\n'
        f"<h1>{title}</h1>\n<hr><pre>" + "\n".join(lines) + "\n</pre><hr></body>\n</html>\n"
    ).encode()


def _line(folder: Folder, place: str, name: str) -> str:
    found = None if name.endswith("/") else folder.stat(f"{place}{name}")
    size = str(found[0]) if found else "-"
    # A plus stands for itself in a path, and Docker's host never quotes one.
    link = f'<a href="{quote(name, safe="/+~")}">{html.escape(name)}</a>'
    return f"{link}{' ' * max(1, 64 - len(name))}{size:>12}"
