"""Which of the sources that apt has configured on this machine offer an engine, asked from apt."""

import functools
import re
from collections.abc import Iterator, Sequence

from dockswitch.apt import entries, keyrings, own_source
from dockswitch.apt.entries import Entry
from dockswitch.model import package_names
from dockswitch.model.address import same_place
from dockswitch.model.errors import DockswitchError
from dockswitch.model.origin import Configured, Origin
from dockswitch.model.ports import Finished, Reader
from dockswitch.model.trust import Trust

_NO_APT = 127  # as shells say it
_TARGET = "$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ARCHITECTURE)|$(TRUSTED)|$(FILENAME)"
_URI = re.compile(r"^'(\S+)' (\S+) ", re.MULTILINE)
_REFUSED = re.compile(r"^E: (.*)$", re.MULTILINE)
_CONFLICT = re.compile(r"Conflicting values set for option \S+ regarding source (\S+) (\S+):")
_FILE = re.compile(rf"{re.escape(entries.LIST)}\S*\.(?:list|sources)\b|{re.escape(entries.LIST)}\b")


class Sources:
    """What apt has configured; made once for a command, and asked when it is needed.

    dockswitch's own source is not among them: it is written anew as it is needed.
    Works as an ordinary user. An apt that cannot tell (before 1.1), or none, has nothing.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def offering(self, component: str, package: str = package_names.ENGINE) -> list[Configured]:
        """Those with that component whose index has the package, in apt's order.

        Also those that apt never read. Raises SourcesRefused.
        """
        found: list[Configured] = []
        for entry in self._entries:
            if component in entry.components:
                found += self._of_entry(entry, component, package)
        return found

    def everything(self) -> list[Configured]:
        """All that apt has read, whatever is in it; raises SourcesRefused."""
        refused = self._refused
        if refused is not None:
            raise refused
        found: list[Configured] = []
        for words in self._targets(()):
            url, suite, component, arch, trusted, index = words
            entry = self._entry_of(url, suite, component)
            if entry is not None:
                origin = self._origin(entry, url, suite, component, arch)
                found.append(Configured(origin, index, _trust(entry, trusted)))
        return found

    def beside(self, url: str, suite: str) -> Origin | None:
        """The first that has that suite already, with whatever component; raises SourcesRefused."""
        entry = next((each for each in self._entries if each.has(url, suite)), None)
        if entry is None:
            return None
        component = next(iter(entry.components), "")
        return self._origin(entry, url, suite, component, self._architecture)

    @functools.cached_property
    def _entries(self) -> tuple[Entry, ...]:
        refused = self._refused
        if refused is not None:
            raise refused
        if self._said.code:
            return ()
        # dockswitch's own follows what is asked for, and is nobody's choice
        own = own_source.SOURCES
        return tuple(each for each in entries.entries(self._reader) if each.file not in own)

    @functools.cached_property
    def _said(self) -> Finished:
        """What apt would fetch: it reads all of its sources for that, and nothing else."""
        return self._reader.run(["apt-get", "update", "--print-uris"])

    @functools.cached_property
    def _refused(self) -> "SourcesRefused | None":
        why = _REFUSED.findall(self._said.err)
        if self._said.code in (0, _NO_APT) or not why:
            return None
        conflict = _CONFLICT.search(why[0])
        files = [found for line in why for found in _FILE.findall(line)]
        if conflict is not None:
            named = entries.entries(self._reader)
            files += [each.file for each in named if each.has(conflict[1], conflict[2])]
        return SourcesRefused(why[0], tuple(dict.fromkeys(files)), two=conflict is not None)

    def _of_entry(self, entry: Entry, component: str, package: str) -> Iterator[Configured]:
        read = set()
        for url, suite, its, arch, trusted, index in self._of_file(entry.file):
            place = same_place(url)
            if its != component or not entry.has(url, suite) or (place, suite) in read:
                continue
            read.add((place, suite))
            if not self._lists(index, package):
                continue
            origin = self._origin(entry, place, suite, component, arch)
            yield Configured(origin, index, _trust(entry, trusted))
        for place in entry.urls:
            for suite in entry.suites:
                if (place, suite) not in read:
                    arch = self._architecture
                    yield Configured(self._origin(entry, place, suite, component, arch))

    def _of_file(self, file: str) -> list[tuple[str, ...]]:
        """The targets of one file alone: for all others apt would read all their indexes."""
        if file not in self._targets_of:
            only = ("-o", f"Dir::Etc::sourcelist={file}", "-o", "Dir::Etc::sourceparts=-")
            self._targets_of[file] = self._targets(only)
        return self._targets_of[file]

    @functools.cached_property
    def _targets_of(self) -> dict[str, list[tuple[str, ...]]]:
        return {}

    def _targets(self, only: Sequence[str]) -> list[tuple[str, ...]]:
        asked = ["apt-get", "indextargets", *only, "--format", _TARGET, "Created-By: Packages"]
        lines = self._reader.run(asked).out.splitlines()
        found = [tuple(line.split("|")) for line in lines if line.count("|") == 5]
        return [each for each in found if each[3] == self._architecture]

    def _entry_of(self, url: str, suite: str, component: str) -> Entry | None:
        having = (each for each in self._entries if component in each.components)
        return next((each for each in having if each.has(url, suite)), None)

    def _origin(self, entry: Entry, url: str, suite: str, component: str, arch: str) -> Origin:
        place = same_place(url)
        fingerprint = ""
        if not entry.trusted:
            index = self._signed_index(place, suite)
            fingerprint = keyrings.signer(self._reader, entry.signed_by, index)
        return Origin(
            url=place,
            suite=suite,
            component=component,
            arch=arch,
            fingerprint=fingerprint,
            file=entry.file,
            signed_by=entry.signed_by,
        )

    def _signed_index(self, url: str, suite: str) -> bytes:
        """The InRelease of a suite as apt keeps it, empty where it has none."""
        wanted = f"{url}/dists/{suite}/InRelease"
        for asked, name in _URI.findall(self._said.out):
            if same_place(asked) == wanted:
                return self._reader.read(f"{_LISTS}/{name}") or b""
        return b""

    def _lists(self, index: str, package: str) -> bool:
        return f"\nPackage: {package}\n" in "\n" + listed(self._reader, index)

    @functools.cached_property
    def _architecture(self) -> str:
        return self._reader.run(["dpkg", "--print-architecture"]).out.strip()


_LISTS = "/var/lib/apt/lists"


def listed(reader: Reader, index: str) -> str:
    """What stands in an index that apt keeps, compressed or not."""
    return reader.run(["/usr/lib/apt/apt-helper", "cat-file", index]).out


def _trust(entry: Entry, trusted: str) -> Trust:
    """apt says `trusted` of what is signed, and of what it was told to trust."""
    return Trust.SIGNED if trusted == "yes" and not entry.trusted else Trust.TLS


class SourcesRefused(DockswitchError):
    """apt does not read its own sources; `files` are those at fault, where it said which."""

    def __init__(self, why: str, files: Sequence[str], *, two: bool) -> None:
        named = " and ".join(files) or "/etc/apt"
        way = (
            f"let the sources in {named} name the same key (Signed-By), or remove one of them"
            if two
            else f"mend {named}, or move it away"
        )
        super().__init__(
            "apt refuses its own sources", details=why, hint=f"{way}; `apt-get update` shows it"
        )
