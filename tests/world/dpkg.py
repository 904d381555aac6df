"""The dpkg of a world: which packages are there, and what is selected for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dockswitch.model.ports import Finished

_LETTERS = {"install": "i", "hold": "h", "deinstall": "r"}


@dataclass
class Package:
    """`letters` are those of `dpkg --list`: what is selected, and what is the case."""

    version: str
    letters: str = "ii "


class NoSuchQuestion(Exception):
    """The code asked dpkg for what this one does not know."""


@dataclass
class Dpkg:
    """`packages` are those that it knows of; `refuses` is why it changes nothing."""

    packages: dict[str, Package] = field(default_factory=dict)
    refuses: str = ""

    def has(self, *words: str) -> None:
        """These are installed, and no others of their names."""
        for word in words:
            name, _, version = word.partition("=")
            self.packages[name] = Package(version)

    @property
    def held(self) -> set[str]:
        return {name for name, each in self.packages.items() if each.letters[0] == "h"}

    def asks(self, argv: Sequence[str]) -> Finished:
        """`dpkg-query --show --showformat=… NAME…`"""
        (form,) = (word for word in argv if word.startswith("--showformat="))
        names = [word for word in argv[1:] if not word.startswith("-")]
        known = [name for name in names if name in self.packages]
        lines = [self._shown(name, form.partition("=")[2]) for name in known]
        return Finished(0 if len(known) == len(names) else 1, "".join(lines), "")

    def does(self, argv: Sequence[str], given: str) -> Finished:
        """`dpkg --set-selections`"""
        if "--set-selections" not in argv:
            raise NoSuchQuestion(argv)
        if self.refuses:
            return Finished(2, "", self.refuses)
        for line in given.splitlines():
            name, selected = line.split()
            if name in self.packages:
                found = self.packages[name]
                found.letters = _LETTERS[selected] + found.letters[1:]
        return Finished(0, "", "")

    def _shown(self, name: str, form: str) -> str:
        found = self.packages[name]
        facts = {
            "${db:Status-Abbrev}": found.letters,
            "${Package}": name,
            "${Version}": found.version,
            "${Architecture}": "amd64",
        }
        for field_name, value in facts.items():
            form = form.replace(field_name, value)
        return form.replace("\\n", "\n")
