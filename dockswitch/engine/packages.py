"""Which package brought a program, as the package databases of this machine know it."""

from dataclasses import dataclass

from dockswitch.model.ports import Reader

_TIMEOUT = 20.0  # seconds; a database that another program holds is not waited for longer


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str


def owner(reader: Reader, program: str) -> Package | None:
    """The package that a program (a real path) belongs to, None where nobody owns it."""
    return _of_dpkg(reader, program) or _of_rpm(reader, program)


def name_in(listed: str) -> str | None:
    """The package in what `dpkg-query --search PATH` says: `docker.io: /usr/sbin/dockerd`."""
    for line in listed.splitlines():
        names, colon, path = line.rpartition(": ")
        if colon and path.startswith("/") and not names.startswith("diversion by "):
            return names.partition(",")[0].partition(":")[0]
    return None


def _of_dpkg(reader: Reader, program: str) -> Package | None:
    found = reader.run(["dpkg-query", "--search", program], timeout=_TIMEOUT)
    name = name_in(found.out) if found.code == 0 else None
    if name is None:
        return None
    told = reader.run(["dpkg-query", "--show", "--showformat=${Version}", name], timeout=_TIMEOUT)
    return Package(name, told.out.strip())


def _of_rpm(reader: Reader, program: str) -> Package | None:
    wanted = "--queryformat=%{NAME} %{VERSION}-%{RELEASE}\\n"
    told = reader.run(["rpm", "--query", "--file", wanted, program], timeout=_TIMEOUT)
    if told.code != 0 or not told.out.strip():
        return None
    name, _, version = told.out.splitlines()[0].partition(" ")
    return Package(name, version)
