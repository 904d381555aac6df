"""Links where the system forbids them: on Windows a small file names what it leads to.

Symbolic links are for administrators there, or for a developer's mode. Where people have a folder
of programs the file is a batch file: it starts the program that the link leads to.
"""

import ntpath
import posixpath

BATCH = ".cmd"
_MARK = "dockswitch made this file in place of a link"
LONGEST = 4096  # bytes


def target(content: bytes) -> str | None:
    """Where such a file leads; None for a file of another kind."""
    if len(content) > LONGEST:
        return None
    lines = content.decode(errors="replace").splitlines()
    if len(lines) == 2 and lines[1] == _MARK:
        return lines[0]
    if len(lines) > 2 and lines[1] == f"rem {_MARK}":
        return lines[2].removeprefix("rem ")
    return None


def content(path: str, leads: str) -> bytes:
    """The file at `path` that leads to `leads`, which is relative to its folder, or absolute."""
    lines = _batch(leads) if path.endswith(BATCH) else [leads, _MARK]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _batch(leads: str) -> list[str]:
    """It reads the link in the middle, which is a file too: `current` decides at each start."""
    link, program = posixpath.split(leads)
    at = _beside(link)
    return [
        "@echo off",
        f"rem {_MARK}",
        f"rem {leads}",
        "setlocal",
        f'set /p dockswitch_to=<"{at}"',
        "set dockswitch_to=%dockswitch_to:/=\\%",
        f'"{ntpath.dirname(at)}\\%dockswitch_to%\\{program}" %*',
    ]


def _beside(path: str) -> str:
    """The path as the batch file says it, which may be called from any folder."""
    windows = path.replace("/", "\\").replace("%", "%%")
    return windows if ntpath.splitdrive(windows)[1].startswith("\\") else f"%~dp0{windows}"
