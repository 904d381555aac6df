"""The Debian archive as this machine knows it, asked through an apt state of our own."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: The suites whose engines are known to start on current kernels, oldest first.
SUITES = ("bullseye", "bookworm", "trixie", "sid")

#: What a pool of the archive itself calls its suites besides the code names.
_ALIASES = frozenset(
    {*SUITES, "oldoldstable", "oldstable", "stable", "testing", "unstable", "forky"}
)

#: The fields of a source that say how it is trusted; they are taken over as they stand.
_TRUST = ("signed-by", "trusted")

#: seconds
_UPDATE_LIMIT, _DOWNLOAD_LIMIT, _UNPACK_LIMIT = 180, 300, 120


class ArchiveMissing(Exception):
    """This machine knows no Debian archive, or cannot reach the one it knows."""


class PackagesMissing(Exception):
    """The archive answers, but not with this suite's packages."""


@dataclass(frozen=True)
class Archive:
    """Where the archive is, and how apt trusts it; `str()` of a suite of it is a deb822 stanza."""

    address: str
    trust: tuple[tuple[str, str], ...]

    @classmethod
    def of_machine(cls, etc: Path = Path("/etc/apt")) -> Archive:
        """The first source of the machine that serves a suite of Debian itself.

        Raises `ArchiveMissing` if there is none.
        """
        for source in _sources(etc):
            suites = source.get("suites", "").split()
            if _ALIASES.isdisjoint(suites) or "main" not in source.get("components", "").split():
                continue
            trust = tuple((field, source[field]) for field in _TRUST if field in source)
            return cls(source["uris"].split()[0], trust)
        raise ArchiveMissing(
            f"no source under {etc} serves a suite of Debian ({', '.join(SUITES)})"
        )

    def stanza(self, suite: str) -> str:
        lines = ["Types: deb", f"URIs: {self.address}", f"Suites: {suite}", "Components: main"]
        return "\n".join([*lines, *(f"{name}: {value}" for name, value in self.trust), ""])


@dataclass(frozen=True)
class AptState:
    """A private apt state for one suite: nothing of the machine's own is read or written."""

    folder: Path
    suite: str

    @classmethod
    def create(cls, folder: Path, archive: Archive, suite: str) -> AptState:
        for name in ("state/lists/partial", "cache/archives/partial", "debs"):
            (folder / name).mkdir(parents=True)
        (folder / "status").touch()
        (folder / "archive.sources").write_text(archive.stanza(suite))
        return cls(folder, suite)

    def update(self) -> None:
        """Read the suite's index; raises `ArchiveMissing` when that fails."""
        # Without the error mode apt-get reports success when the server is down.
        ran = self._apt_get(["-o", "APT::Update::Error-Mode=any", "update"], _UPDATE_LIMIT)
        if ran.returncode == 0:
            return
        if "NO_PUBKEY" in ran.stderr:
            raise PackagesMissing(f"this machine's archive keyring has no key for {self.suite}")
        raise ArchiveMissing(f"apt-get update of {self.suite}: {_first_error(ran.stderr)}")

    def download(self, packages: Sequence[str]) -> dict[str, Path]:
        """Fetch these packages; one .deb for each name.

        Raises `PackagesMissing` when one of them cannot be had.
        """
        ran = self._apt_get(["--quiet", "download", *packages], _DOWNLOAD_LIMIT)
        if ran.returncode != 0:
            raise PackagesMissing(f"apt-get download in {self.suite}: {_first_error(ran.stderr)}")
        return {deb.name.split("_")[0]: deb for deb in sorted((self.folder / "debs").glob("*.deb"))}

    def offers(self, package: str) -> bool:
        """Whether the suite has a package of that name of its own."""
        ran = self._run(["apt-cache", *self._options(), "show", package], _UPDATE_LIMIT)
        return ran.returncode == 0

    def _apt_get(self, words: Sequence[str], limit: int) -> subprocess.CompletedProcess[str]:
        return self._run(["apt-get", *self._options(), *words], limit)

    def _options(self) -> list[str]:
        settings = {
            "Dir::Etc::sourcelist": self.folder / "archive.sources",
            "Dir::Etc::sourceparts": "-",
            "Dir::State": self.folder / "state",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            # The folder is root's alone, so the user _apt could not write there.
            "APT::Sandbox::User": "root",
            "Acquire::Retries": 3,
            # A mirror of sid that lags a few days will do: what is signed once stays so.
            "Acquire::Check-Valid-Until": "false",
            "Acquire::Languages": "none",
        }
        return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]

    def _run(self, words: Sequence[str], limit: int) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                words,
                cwd=self.folder / "debs",
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", **_proxies()},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            message = f"{words[0]} for {self.suite} did not end within {limit} s"
            raise ArchiveMissing(message) from None


def unpack(deb: Path, folder: Path) -> None:
    """Unpack a package's files without running any of its scripts; raises `PackagesMissing`."""
    ran = subprocess.run(
        ["dpkg-deb", "--extract", deb, folder],
        check=False,
        capture_output=True,
        text=True,
        timeout=_UNPACK_LIMIT,
    )
    if ran.returncode != 0:
        raise PackagesMissing(f"{deb.name} cannot be unpacked: {ran.stderr.strip()}")


def upstream_version(deb: Path) -> str:
    """The package's version without epoch and Debian revision: what its daemon calls itself."""
    ran = subprocess.run(
        ["dpkg-deb", "--field", deb, "Version"],
        check=True,
        capture_output=True,
        text=True,
        timeout=_UNPACK_LIMIT,
    )
    return ran.stdout.strip().rpartition(":")[2].rpartition("-")[0]


def _sources(etc: Path) -> Iterator[Mapping[str, str]]:
    """Every enabled binary source, in apt's own order, with deb822's field names in lower case."""
    lists = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    for path in lists:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        read = _stanzas if path.suffix == ".sources" else _one_liners
        yield from read(path.read_text(errors="replace"))


def _stanzas(text: str) -> Iterator[Mapping[str, str]]:
    """Sources in the form of deb822; see sources.list(5)."""
    uncommented = re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)
    for stanza in re.split(r"\n\s*\n", uncommented):
        # A line that starts with a blank continues its field: an embedded key does.
        fields = re.findall(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", stanza, flags=re.MULTILINE)
        source = {name.lower(): value.rstrip() for name, value in fields}
        enabled = source.get("enabled", "yes").lower() not in ("no", "false")
        if enabled and "uris" in source and "deb" in source.get("types", "").split():
            yield source


def _one_liners(text: str) -> Iterator[Mapping[str, str]]:
    """Sources in the form `deb [option=value …] address suite component …`."""
    line = re.compile(r"^deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#\n]+)", re.MULTILINE)
    for options, address, suite, components in line.findall(text):
        named = dict(option.split("=", 1) for option in options.split() if "=" in option)
        lowered = {name.lower(): value for name, value in named.items()}
        yield {**lowered, "uris": address, "suites": suite, "components": components}


def _proxies() -> dict[str, str]:
    """apt takes its proxy from these variables where its configuration names none."""
    return {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}


def _first_error(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.startswith(("E:", "W:"))]
    return lines[0] if lines else stderr.strip() or "failed without a word"
