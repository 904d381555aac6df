"""What dpkg knows of one package on a world, and what dpkg-deb makes of a folder there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dockswitch.model.ports import Finished
from tests.world import World
from tests.world.files import File, Link

INFO = "/var/lib/dpkg/info"


@dataclass
class Packer:
    """`listed` is what `--listfiles` says; `control` are the files of dpkg's own by their name.

    `indexed` is what apt's index says of the package.
    """

    on: World
    stanza: str
    listed: str
    control: Mapping[str, str] = field(default_factory=dict)
    packings: str = "gzip, xz, zstd, none"
    fails: str = ""
    indexed: str = ""
    built: list[Sequence[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, text in self.control.items():
            self.on.files.write(f"{INFO}/{name}", text.encode(), 0o755)
        self.on.answers["dpkg-query"] = self._queried
        self.on.answers["dpkg-deb"] = self._asked
        self.on.answers["apt-cache"] = lambda _: Finished(0, self.indexed, "")
        self.on.acting["dpkg-deb"] = lambda argv, _: self._builds(argv)

    def packed(self, path: str) -> dict[str, str]:
        """What is in a package that was built: the content of files, `-> target`, or `folder`."""
        content = self.on.read(path)
        assert content is not None
        found: dict[str, str] = json.loads(content)
        return found

    def _queried(self, argv: Sequence[str]) -> Finished:
        match list(argv)[1:]:
            case ["--status", _]:
                return Finished(0 if self.stanza else 1, self.stanza, "")
            case ["--listfiles", _]:
                return Finished(0, self.listed, "")
            case ["--control-path", _]:
                real = self.on.layout.real
                paths = [f"{real(INFO)}/{name}\n" for name in self.control]
                return Finished(0, "".join(paths), "")
        raise AssertionError(argv)

    def _asked(self, argv: Sequence[str]) -> Finished:
        match list(argv)[1:]:
            case ["--help"]:
                return Finished(0, f"Allowed types: {self.packings}.\n", "")
            case ["--field", path, *names]:
                text = self.packed(self.on.layout.stored(path))["/DEBIAN/control"]
                told = [line for line in text.splitlines() if line.partition(":")[0] in names]
                return Finished(0, "\n".join(told), "")
            case ["--contents", path]:
                whole = "/cut short" not in self.packed(self.on.layout.stored(path))
                return Finished(0 if whole else 2, "", "")
        raise AssertionError(argv)

    def _builds(self, argv: Sequence[str]) -> Finished:
        self.built.append(argv)
        if self.fails:
            return Finished(2, "", self.fails)
        tree, made = (self.on.layout.stored(path) for path in argv[-2:])
        found = {}
        for path, entry in self.on.files.entries.items():
            if path.startswith(f"{tree}/"):
                match entry:
                    case File(content):
                        found[path[len(tree) :]] = content.decode()
                    case Link(target):
                        found[path[len(tree) :]] = f"-> {target}"
                    case _:
                        found[path[len(tree) :]] = "folder"
        self.on.files.write(made, json.dumps(found).encode())
        return Finished(0, "", "")
