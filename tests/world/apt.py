"""The apt of a world: installs the files that are on its shelf, wholly or until a power cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dockswitch.model import package_words
from dockswitch.model.ports import Finished
from tests.world import debs, payloads
from tests.world.dpkg import Dpkg, Package
from tests.world.files import File, Files
from tests.world.scripts import Scripts

_UPDATES = "/var/lib/dpkg/updates/0000"
_CUT_SHORT = (
    "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. "
)
_UNMET = "E: Unable to correct problems, you have held broken packages."
_HELD = "E: Held packages were changed and -y was used without --allow-change-held-packages.\n"
_DONE = Finished(0, "", "")


class NoSuchWord(Exception):
    """The code told apt what this one does not know."""


@dataclass
class Apt:
    """`needs` is what a package depends on; `automatic` are those that only came along.

    `sourced` are the packages that do not go in without one that only a source has.
    `refuses` is what it says in place of changing anything; `deaf` are packages that it does not
    change, though it says that all is well; `complains` is what it says of others when it is done.
    """

    dpkg: Dpkg
    files: Files
    scripts: Scripts
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    automatic: set[str] = field(default_factory=set)
    sourced: set[str] = field(default_factory=set)
    refuses: str = ""
    complains: str = ""
    deaf: set[str] = field(default_factory=set)

    def states(self) -> bytes:
        """/var/lib/apt/extended_states"""
        stanza = "Package: {}\nArchitecture: amd64\nAuto-Installed: 1\n"
        return "\n".join(stanza.format(name) for name in sorted(self.automatic)).encode()

    def asks(self, argv: Sequence[str]) -> Finished:
        """`apt-get --simulate install …`"""
        if "--version" in argv:
            return Finished(0, "apt 2.6.1 (amd64)\n", "")
        lines = []
        changed = {name for name, version in self._changes(argv) if version}
        if "Dir::Etc::sourcelist=/dev/null" in argv and self.sourced & changed:
            return Finished(100, "", _UNMET)
        for name, version in self._changes(argv):
            old = self.dpkg.packages.get(name)
            was = f" [{old.version}]" if old is not None and old.letters[1] != "c" else ""
            act = "Remv" if version is None else "Inst"
            lines.append(f"{act} {name}{was}" + (f" ({version} local-deb)" if version else ""))
        return Finished(0, "\n".join(lines), "")

    def does(self, argv: Sequence[str]) -> Finished:
        match list(argv):
            case ["dpkg", *_, "--set-selections"]:
                self.files.write(_UPDATES, None)
            case ["dpkg", *words] if "--remove" in words:
                self._removes(words[-1])
            case ["apt-mark", "auto", *names]:
                self.automatic |= set(names)
            case ["apt-mark", "manual", *names]:
                self.automatic -= set(names)
            case ["apt-get", *words] if "install" in words:
                return self._installs(argv)
            case _:
                raise NoSuchWord(argv)
        return _DONE

    def cut_short(self, argv: Sequence[str]) -> None:
        """The power is cut while it does so: the first package is spoiled, nothing else done."""
        if argv[0] != "apt-get":
            return
        self.files.put(_UPDATES, File(b""))
        for name, version in self._changes(argv):
            found = self.dpkg.packages.get(name)
            if found is None:
                self.dpkg.packages[name] = Package(version or "", "iHR")
            else:
                found.letters = f"{found.letters[0]}HR"
            if version is not None:
                self._unpacks(name, version)
            return

    def has(self, *words: str) -> None:
        """Somebody had it install these, and they run."""
        self._makes([(name, version or "") for name, version in map(package_words.split, words)])

    def _installs(self, argv: Sequence[str]) -> Finished:
        if self.refuses:
            return Finished(100, self.refuses, "")
        if self.files.kind(_UPDATES) is not None:
            return Finished(100, _CUT_SHORT, "")
        changes = [each for each in self._changes(argv) if each[0] not in self.deaf]
        held = [name for name, _ in changes if name in self.dpkg.held]
        if held and "--allow-change-held-packages" not in argv:
            return Finished(100, _HELD, "")
        self._makes(changes)
        return Finished(100, self.complains, "") if self.complains else _DONE

    def _makes(self, changes: Sequence[tuple[str, str | None]]) -> None:
        """What goes goes first, then all is unpacked, then configured as one needs another."""
        for name, version in changes:
            self.automatic.discard(name)
            if version is None:
                self._removes(name)
        new = sorted((name, version) for name, version in changes if version is not None)
        for name, version in new:
            self._unpacks(name, version)
        for name, version in sorted(new, key=lambda each: _brings_engine(*each)):
            self.dpkg.packages[name] = Package(version)
            self.scripts.configure(name, version)

    def _unpacks(self, name: str, version: str) -> None:
        old = self.dpkg.packages.get(name)
        for path in payloads.files(name, old.version) if old is not None else ():
            self.files.write(path, None)
        for path, content in payloads.files(name, version).items():
            self.files.write(path, content, 0o755)

    def _removes(self, name: str) -> None:
        found = self.dpkg.packages[name]
        self.scripts.stop(name, found.version)
        for path in payloads.files(name, found.version):
            self.files.write(path, None)
        del self.dpkg.packages[name]
        self.scripts.removed(name, found.version)

    def _changes(self, argv: Sequence[str]) -> Iterator[tuple[str, str | None]]:
        """What these words have it do; None is a removal, of what needs what goes too."""
        gone = set[str]()
        for word in argv[argv.index("install") + 1 :]:
            if word.startswith("/"):
                name, version = debs.named(word)
                found = self.dpkg.packages.get(name)
                # one that it holds for installed it takes anew only where it is told so
                if "--reinstall" in argv or found is None or found.version != version:
                    yield name, version
            elif word.endswith("-"):
                gone.add(package_words.split(word)[0])
        needing = {name for name, needs in self.needs.items() if gone & set(needs)}
        for name in sorted((gone | needing) & self.dpkg.packages.keys()):
            yield name, None


def _brings_engine(name: str, version: str) -> bool:
    return payloads.SERVICE in payloads.units(name, version)
