"""Pin files: the version that a folder wants, nearest upwards."""

import os
from dataclasses import dataclass

from dockswitch.model.wish import Previous, Request, SystemsOwn
from dockswitch.system import files

OWN, SHARED = ".docker-version", ".tool-versions"


@dataclass(frozen=True, slots=True)
class Pin:
    """A version (never a source) and the file that names it."""

    path: str
    spec: str


def nearest(folder: str | None = None) -> Pin | None:
    """The pin of that folder (the working one) or of the nearest above it."""
    here = os.path.abspath(folder or os.getcwd())
    while True:
        for name in (OWN, SHARED):
            path = os.path.join(here, name)
            spec = _spec(name, (files.read(path) or b"").decode(errors="replace"))
            if spec:
                return Pin(path, spec)
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above


def write(spec: str, folder: str | None = None) -> Pin:
    """Pins the folder."""
    path = os.path.join(folder or os.getcwd(), OWN)
    files.write(path, f"{spec}\n".encode())
    return Pin(path, spec)


def names_version(request: Request) -> bool:
    """Whether a pin may say so: a version, and never a source or what a machine's history knows."""
    return request.channel is None and not isinstance(request.wish, Previous | SystemsOwn)


def _spec(name: str, text: str) -> str:
    lines = [line.split("#")[0].split() for line in text.splitlines()]
    if name == OWN:
        return next((words[0] for words in lines if words), "")
    return next((words[1] for words in lines if len(words) > 1 and words[0] == "docker"), "")
