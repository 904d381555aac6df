"""The dpkg of a world: which packages are there, and what is selected for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dockswitch.model.ports import Finished
from tests.world import payloads

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
        """`dpkg-query --show --showformat=… NAME…`, and what is on disk of one."""
        match list(argv[1:]):
            case ["--search", path]:
                return self._owner(path)
            case ["--status", name]:
                return self._status(name)
            case ["--listfiles", name]:
                return Finished(0, "".join(f"{path}\n" for path in self._files(name)), "")
            case ["--control-path", _]:
                return Finished(0, "", "")
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

    def _owner(self, path: str) -> Finished:
        merged = path.removeprefix("/usr") if path.startswith("/usr/lib/systemd") else path
        for name in self.packages:
            if merged in self._files(name):
                return Finished(0, f"{name}: {path}\n", "")
        return Finished(1, "", f"dpkg-query: no path found matching pattern {path}\n")

    def _status(self, name: str) -> Finished:
        found = self.packages.get(name)
        if found is None:
            return Finished(1, "", f"dpkg-query: package '{name}' is not installed\n")
        state = "installed" if found.letters.startswith(("ii ", "hi ")) else "half-installed"
        fields = {
            "Package": name,
            "Status": f"install ok {state}",
            "Architecture": "amd64",
            "Version": found.version,
        }
        return Finished(0, "".join(f"{key}: {value}\n" for key, value in fields.items()), "")

    def _files(self, name: str) -> tuple[str, ...]:
        found = self.packages[name]
        return tuple(payloads.files(name, found.version)) if found.letters[1] != "c" else ()

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
