"""A machine in memory whose apt says what a test has it say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dockswitch.model.person import Person
from dockswitch.model.ports import Finished
from tests.world import World

KEYRING = "/etc/apt/keyrings/docker.asc"
SOURCES = "/etc/apt/sources.list.d"
LISTS = "/var/lib/apt/lists"


@dataclass
class Said:
    """What the programs of apt answer: `indexes` are the files of its lists by name."""

    refuses: str = ""
    version: str = "apt 2.6.1 (amd64)"
    targets: Sequence[str] = ()
    indexes: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def apt_get(self, argv: Sequence[str]) -> Finished:
        self.asked.append(" ".join(argv))
        if "--version" in argv:
            return Finished(0, self.version, "")
        if "--print-uris" in argv:
            return Finished(100 if self.refuses else 0, "", self.refuses)
        if "indextargets" in argv:
            return Finished(0, "".join(f"{line}\n" for line in self.targets), "")
        raise AssertionError(argv)

    def helper(self, argv: Sequence[str]) -> Finished:
        name = argv[-1].rpartition("/")[2]
        text = self.indexes.get(name)
        return Finished(0, text, "") if text is not None else Finished(100, "", "no such file")


class AptMachine(World):
    """Its apt-get changes nothing, and says so."""

    def command(
        self,
        argv: Sequence[str],
        *,
        timeout: float = 60,
        given: str = "",
        env: Mapping[str, str | None] | None = None,
        person: Person | None = None,
    ) -> Finished:
        return self._act(" ".join(argv), lambda: Finished(0, "", ""))


def machine(said: Said, **files: str) -> World:
    """With these files, whose names are paths below /etc/apt."""
    world = AptMachine(root="")
    world.answers |= {
        "apt-get": said.apt_get,
        "/usr/lib/apt/apt-helper": said.helper,
        "dpkg": lambda _: Finished(0, "amd64\n", ""),
        "gpgv": lambda _: Finished(127, "", "gpgv: not found"),
        "sqv": lambda _: Finished(127, "", "sqv: not found"),
    }
    for name, text in files.items():
        world.files.write(f"/etc/apt/{name}", text.encode())
    return world
